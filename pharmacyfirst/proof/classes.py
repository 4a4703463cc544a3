"""Classes of people: what comes out of a consultation before and after a change, and what is true of everybody for whom it does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pharmacyfirst.content.whole_dose_tables import bounds_of
from pharmacyfirst.kernel.conditions import Condition, Verdict
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.questions import Answer, Question
from pharmacyfirst.proof.anybody import Unsettled
from pharmacyfirst.proof.beside import outcome_in_full
from pharmacyfirst.proof.differences import Course, courses
from pharmacyfirst.proof.encoding import Encoding, Judgement
from pharmacyfirst.proof.solver import Formula, Found, Solver, at_or_below, below, both, either, exact, no


@dataclass(frozen=True, slots=True)
class Ending:
    """What comes out: the outcome, and the PGDs offered in their order, each with its course; None where every course of it counts."""

    outcome: Outcome
    offers: tuple[tuple[str, Course | None], ...]

    @property
    def pgds(self) -> tuple[str, ...]:
        """The PGDs offered, in order."""
        return tuple(pgd for pgd, _ in self.offers)


def ending(encoding: Encoding, found: Found) -> Ending:
    """What comes out for somebody found, with the course of each offer."""
    kind = next(kind for kind, when in encoding.kinds.items() if found.holds(when))
    destination = None
    if kind is Kind.EMERGENCY:
        destination = EMERGENCY_999 if found.holds(encoding.dial_999) else EMERGENCY_DEPARTMENT
    offered = [pgd for pgd, when in encoding.offered.items() if found.holds(when)]
    before = {
        pgd: sum(found.holds(encoding.offered_before(one, pgd)) for one in offered if one != pgd) for pgd in offered
    }
    offers = []
    for pgd in sorted(offered, key=lambda pgd: before[pgd]):
        course = next(course for course, when in courses(encoding, pgd).items() if found.holds(when))
        offers.append((pgd, course))
    beside = {name for name, when in outcome_in_full(encoding).items() if found.holds(when)}
    return Ending(_with(Outcome(kind, destination), beside), tuple(offers))


def _with(outcome: Outcome, beside: Iterable[str]) -> Outcome:
    """The outcome with what stands beside its kind, by the names that the formulas have for it."""
    for name in beside:
        what, _, value = name.rpartition(" ")
        match what:
            case "within":
                outcome = replace(outcome, within_days=int(value))
            case "next":
                outcome = replace(outcome, next=value)
            case _:
                outcome = replace(outcome, destination=value)
    return outcome


def _beside(outcome: Outcome) -> set[str]:
    """The other way round: the names of what stands beside the kind of an outcome."""
    leads_to = outcome.destination if outcome.kind is Kind.MEASURE_NEXT else None
    said = {"within": outcome.within_days, "next": outcome.next, "leads to": leads_to}
    return {f"{what} {value}" for what, value in said.items() if value}


def ends_so(encoding: Encoding, this: Ending) -> Formula:
    """Everybody for whom this comes out."""
    kind, pgds = this.outcome.kind, this.pgds
    said = [encoding.kinds[kind]]
    if kind is Kind.EMERGENCY:
        dial = encoding.dial_999
        said.append(dial if this.outcome.destination == EMERGENCY_999 else no(dial))
    beside = _beside(this.outcome)
    said += [when if name in beside else no(when) for name, when in outcome_in_full(encoding).items()]
    said += [when if pgd in pgds else no(when) for pgd, when in encoding.offered.items()]
    said += [encoding.offered_before(one, other) for one, other in pairwise(pgds)]
    said += [courses(encoding, pgd)[course] for pgd, course in this.offers if course is not None]
    return both(said)


@dataclass(frozen=True, slots=True)
class Transition:
    """What came out and what comes out now. Courses are told apart only where both versions offer the same medicines."""

    before: Ending
    after: Ending

    @classmethod
    def of(cls, before: Ending, after: Ending) -> "Transition":
        """From what comes out for one person in both versions."""
        same = (before.outcome, before.pgds) == (after.outcome, after.pgds)
        kept = {
            pgd for (pgd, one), (_, other) in zip(before.offers, after.offers, strict=False) if same and one != other
        }
        return cls(_keeping(before, kept), _keeping(after, kept))

    def formula(self, old: Encoding, new: Encoding) -> Formula:
        """Everybody who changes so."""
        return both((ends_so(old, self.before), ends_so(new, self.after)))


def _keeping(this: Ending, kept: Iterable[str]) -> Ending:
    return Ending(this.outcome, tuple((pgd, course if pgd in kept else None) for pgd, course in this.offers))


@dataclass(frozen=True, slots=True)
class State:
    """One way an answer, or a sentence, may stand, which the sentences of the two versions can tell from others."""

    words: str
    formula: Formula
    usual: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """An answer, an answer of several that may stand together, or a sentence, with every way it may stand.

    ``name`` is how content spells it, ``asks`` its words for a reader. The first states of a number are those of its ``cells``.
    """

    name: str
    asks: str
    states: tuple[State, ...]
    cells: tuple["Cell", ...] = ()
    of_sentence: bool = False

    def in_words(self, seen: frozenset[int]) -> str:
        """The ways of ``seen`` in a sentence."""
        words = [*runs(self.cells, seen), *(self.states[at].words for at in sorted(seen) if at >= len(self.cells))]
        if words[0].startswith(_OF_A_SET):
            return f"{self.name} {', or is '.join(words)}"
        return f"{self.name} is {' or '.join(words)}"


@dataclass(frozen=True, slots=True)
class Cell:
    """The numbers between two bounds, or one bound itself. ``low`` and ``high`` None: no end; ``at``: both ends are in."""

    low: Decimal | None
    high: Decimal | None
    at: bool
    whole: bool


def runs(cells: Sequence[Cell], seen: frozenset[int]) -> Iterator[str]:
    """The numbers of the cells seen, neighbours joined."""
    at = 0
    while at < len(cells):
        if at not in seen:
            at += 1
            continue
        last = at
        while last + 1 < len(cells) and last + 1 in seen:
            last += 1
        yield _range(cells[at], cells[last])
        at = last + 1


def _range(first: Cell, last: Cell) -> str:
    low, high = first.low, last.high
    if low is None or high is None:
        if low is None and high is None:
            return "known"
        if low is None:
            return f"{'at most' if last.at else 'below'} {plain(high or Decimal(0))}"
        if first.whole and not first.at:
            return f"at least {plain(low + 1)}"
        return f"{'at least' if first.at else 'above'} {plain(low)}"
    if first.whole:
        low, high = low + (not first.at), high - (not last.at)
        return plain(low) if low == high else f"{plain(low)} to {plain(high)}"
    if low == high:
        return plain(low)
    return f"{'' if first.at else 'above '}{plain(low)} to {'' if last.at else 'below '}{plain(high)}"


def cells_of(bounds: Iterable[Decimal], question: Question) -> tuple[Cell, ...]:
    """The cells into which bounds cut the numbers that a question takes."""
    whole = question.answer is Answer.WHOLE_NUMBER
    inside = (question.low, question.high)
    cuts = sorted(
        {one for one in bounds if (inside[0] is None or one >= inside[0]) and (inside[1] is None or one <= inside[1])}
    )
    found: list[Cell] = []
    low: Decimal | None = None
    for cut in (*cuts, None):
        gap = whole and low is not None and cut is not None and cut - low <= 1
        edge = (cut is not None and low is None and cut == inside[0]) or (cut is None and low == inside[1])
        if not gap and not edge:
            found.append(Cell(low, cut, at=False, whole=whole))
        if cut is not None:
            found.append(Cell(cut, cut, at=True, whole=whole))
        low = cut
    return tuple(found)


NOT_GIVEN = "not known"
_OF_A_SET = ("includes ", "does not include ")


def topics_of(one: Unsettled, usual: Any, sentences: Iterable[Condition], fact: Iterable[str]) -> Iterator[Topic]:
    """What can be told of one answer: of a set, of each of its answers. ``usual`` is the baseline's answer, ``fact`` its names in sentences."""
    question = one.question
    unknown = State(NOT_GIVEN, no(one.known), usual is None)

    def known(words: str, when: Formula, is_usual: bool) -> State:
        return State(words, both((one.known, when)), is_usual)

    asks = question.ask
    if question.answer is Answer.ANY_OF:
        for choice in question.choices:
            when, given = one.choices[choice.name], usual is not None and choice.name in usual
            includes = known(f"{_OF_A_SET[0]}{choice.name}", when, given)
            lacks = known(f"{_OF_A_SET[1]}{choice.name}", no(when), usual is not None and not given)
            yield Topic(question.name, choice.says or asks, (includes, lacks, unknown))
    elif one.number is not None:
        names = tuple(fact)
        cells = cells_of(
            (bound for sentence in sentences for name in names for bound in bounds_of(sentence, name)), question
        )
        states = [known("", _inside(one, cell), usual is not None and _holds(cell, Decimal(usual))) for cell in cells]
        yield Topic(question.name, asks, (*states, unknown), cells)
    else:
        answers: Sequence[Any] = question.choice_names() or (True, False)
        given_states = [
            known(value_in_words(a), one.is_one_of((a,)), usual is not None and a == usual) for a in answers
        ]
        yield Topic(question.name, asks, (*given_states, unknown))


def _inside(one: Unsettled, cell: Cell) -> Formula:
    assert one.number is not None
    reach = at_or_below if cell.at else below
    low = [reach(exact(cell.low), one.number)] if cell.low is not None else []
    return both(low + ([reach(one.number, exact(cell.high))] if cell.high is not None else []))


def _holds(cell: Cell, value: Decimal) -> bool:
    if cell.at:
        return value == cell.low
    return (cell.low is None or cell.low < value) and (cell.high is None or value < cell.high)


def sentence_topic(words: str, asks: str, judged: Judgement, usual: Verdict) -> Topic:
    """What can be told of a sentence that reads several answers."""
    ways = ((Verdict.MET, judged.met), (Verdict.NOT_MET, judged.not_met), (Verdict.NOT_KNOWN, judged.not_known))
    return Topic(
        f'"{words}"',
        asks,
        tuple(State(verdict.value, when, verdict is usual) for verdict, when in ways),
        of_sentence=True,
    )


Told = Mapping[int, frozenset[int]]
"""For each topic, by its place: the states in which somebody of a class is."""


def told_of(solver: Solver, topics: Sequence[Topic]) -> Told:
    """For each topic every state that occurs among the people of whom the solver knows; of no other state is anybody, which is proved."""
    seen: dict[int, set[int]] = {at: set() for at in range(len(topics))}
    waiting = {(at, state): one.formula for at, topic in enumerate(topics) for state, one in enumerate(topic.states)}
    while waiting:
        found = solver.find(either(waiting.values()))
        if found is None:
            break
        for at, state in [place for place, formula in waiting.items() if found.holds(formula)]:
            seen[at].add(state)
            del waiting[at, state]
    return {at: frozenset(states) for at, states in seen.items()}


def together(all_told: Iterable[Told]) -> Told:
    """What is true of everybody in several classes."""
    whole: dict[int, frozenset[int]] = {}
    for told in all_told:
        for at, states in told.items():
            whole[at] = whole.get(at, frozenset()) | states
    return whole


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing true of everybody in a class. ``usual``: it is true of the baseline too."""

    words: str
    asks: str
    usual: bool


def facts_told(topics: Sequence[Topic], told: Told, but: Told | None = None) -> Iterator[Fact]:
    """What is true of everybody in a class, without what ``but`` says already."""
    for at, seen in told.items():
        topic = topics[at]
        if len(seen) < len(topic.states) and (but is None or but.get(at) != seen):
            yield Fact(topic.in_words(seen), topic.asks, any(topic.states[state].usual for state in seen))


def everybody_like(topics: Sequence[Topic], told: Told) -> Formula:
    """Everybody of whom all this is true."""
    return both(either(topics[at].states[state].formula for state in seen) for at, seen in told.items())
