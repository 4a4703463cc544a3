"""What one answer leads to when nothing else is known: whether it stops, to what, to whom, and which medicines it rules out.

Each possible answer is judged alone, by the pathway's own sentences, so a form that shows it says what the program would say. What needs
several answers together is named apart (``together``): between the two no stopping criterion is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pharmacyfirst.content.whole_dose_tables import people_told_apart
from pharmacyfirst.kernel.conditions import MET, NOT_MET, Condition, Count, Defined
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.outcome import Outcome
from pharmacyfirst.kernel.pathway import Criterion, Pathway
from pharmacyfirst.kernel.questions import Answer, Question
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.review.who_goes_where import outcomes_of


@dataclass(frozen=True, slots=True)
class Leads:
    """What an answer leads to by itself: the stopping criterion that it meets, or none, and the PGDs that it rules out, by id."""

    criterion: Criterion | None = None
    rules_out: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The outcome of the criterion; None where the answer alone stops nothing."""
        return outcomes_of(self.criterion)[0] if self.criterion is not None else None

    @property
    def to_do(self) -> str:
        """What to do, in a line, and to whom where the criterion says so itself; empty where it stops nothing."""
        if self.criterion is None or self.outcome is None:
            return ""
        to = f" (to: {self.criterion.where_to})" if self.criterion.where_to else ""
        return f"{in_words(self.outcome)}{to}"

    @property
    def alike(self) -> tuple[str, tuple[str, ...]]:
        """What two neighbouring numbers must share to stand on one line."""
        return self.to_do, self.rules_out

    def __bool__(self) -> bool:
        return self.criterion is not None or bool(self.rules_out)


NOTHING = Leads()


@dataclass(frozen=True, slots=True)
class NumbersAlike:
    """Numbers next to each other that lead to the same: in words (``37.9 or more``), with one of them for whoever checks."""

    words: str
    leads: Leads
    example: int | Decimal


class Alone:
    """What the answers of one pathway lead to, each by itself."""

    def __init__(self, pathway: Pathway):
        self._pathway = pathway
        judged = (*pathway.stopping, *(clause for pgd in pathway.pgds.values() for clause in pgd.judged()))
        self._sentences = tuple(one.sentence for one in judged if one.sentence is not None)

    def of(self, question: Question, value: Any) -> Leads:
        """What a value leads to; of the criteria that it meets alone, the most urgent counts, as in an assessment."""
        answers = {question.name: value}
        met = [one for one in self._pathway.stopping if question.name in one.reads and _is_met(one, answers)]
        most = min(met, key=lambda one: one.urgency, default=None)
        ruled_out = tuple(
            name
            for name, pgd in self._pathway.pgds.items()
            if any(question.name in one.reads and _is_met(one, answers) for one in pgd.judged())
        )
        return Leads(most, ruled_out)

    def stretches(self, question: Question) -> tuple[NumbersAlike, ...]:
        """The numbers of a question that lead to something, from the smallest; those that lead to nothing are left out."""
        values = people_told_apart(question, self._sentences)
        whole = question.answer is Answer.WHOLE_NUMBER
        runs: list[tuple[int, int, Leads]] = []  # first and last place among the values
        for place, value in enumerate(values):
            leads = self.of(question, value)
            if runs and runs[-1][2].alike == leads.alike:
                runs[-1] = (runs[-1][0], place, leads)
            else:
                runs.append((place, place, leads))
        return tuple(
            NumbersAlike(_range(values, first, last, whole=whole), leads, values[first])
            for first, last, leads in runs
            if leads
        )


def _is_met(rule: Judged, answers: dict[str, Any]) -> bool:
    if rule.sentence is None:
        return False
    return rule.sentence.verdict(answers) is (NOT_MET if rule.must else MET)


def _range(values: list[Any], first: int, last: int, *, whole: bool) -> str:
    """A run of the values in words. Between two bounds of a measurement stands the middle, which means all between them, both out."""
    from_start, to_end = first == 0, last == len(values) - 1
    low = plain(Decimal(values[first] if whole or first % 2 == 0 else values[first - 1]))
    high = plain(Decimal(values[last] if whole or last % 2 == 0 else values[last + 1]))
    open_low, open_high = (not whole and place % 2 == 1 for place in (first, last))
    if from_start and to_end:
        return "any number"
    if low == high:
        return low
    if from_start:
        return f"below {high}" if open_high else f"{high} or less"
    if to_end:
        return f"above {low}" if open_low else f"{low} or more"
    return f"{'above ' if open_low else ''}{low} to {'below ' if open_high else ''}{high}"


def together(stopping: Iterable[Criterion]) -> Iterator[Criterion]:
    """The stopping criteria of which some part needs several answers at once, so that no single answer shows the whole of them."""
    for one in stopping:
        if one.sentence is not None and not _each_alone(one.sentence, stops_when_met=not one.must):
            yield one


def _each_alone(sentence: Condition, *, stops_when_met: bool) -> bool:
    """Whether a sentence is so (or, turned over, is not so) as soon as one part of it is, and every part reads one question."""
    if isinstance(sentence, Defined):
        wanted = stops_when_met if sentence.wanted else not stops_when_met
        return _each_alone(sentence.body, stops_when_met=wanted)
    if isinstance(sentence, Count) and not sentence.high < len(sentence.items):
        enough = sentence.low == 1 if stops_when_met else sentence.low == len(sentence.items)
        if enough:
            return all(_each_alone(one, stops_when_met=stops_when_met) for one in sentence.items)
    return len(set(sentence.facts())) == 1
