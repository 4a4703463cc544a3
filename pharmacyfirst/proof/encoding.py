"""A loaded pathway as formulas about one person: the rules of clinical/README.md a second time, for a solver.

It reads the same condition objects as ``assess`` and follows the same rules by other means: nothing is run row by row, everything is
said at once. That the two agree is tested on made-up consultations, and again on everybody that the solver finds.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations

from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined, Includes, OneOf, Within
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.outcome import STOPPING_KINDS, Kind
from pharmacyfirst.kernel.pathway import Pathway, Row
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.questions import LIFE_THREATENING
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.solver import FALSE, TRUE, Formula, at_least, at_most, both, either, if_then, no


@dataclass(frozen=True, slots=True)
class Judgement:
    """A sentence of a person nobody has met: when it is known to hold, and when it is known not to. Otherwise it is not known."""

    met: Formula
    not_met: Formula

    @property
    def not_known(self) -> Formula:
        """Neither is known."""
        return both((no(self.met), no(self.not_met)))

    @property
    def may_be(self) -> Formula:
        """It is not ruled out: met, or not known."""
        return no(self.not_met)

    def flipped(self) -> "Judgement":
        """Met for not met and the other way round."""
        return Judgement(self.not_met, self.met)


class Sentences:
    """Sentences judged by Kleene's logic of three values, each once.

    ``not_asked`` says of a question when this person is not asked it (rule 7): a sentence about it is then not met. Without it
    sentences are judged on what is known alone.
    """

    def __init__(self, person: Anybody, not_asked: dict[str, Formula] | None = None):
        self.person, self.not_asked = person, not_asked or {}
        self._judged: dict[int, tuple[Condition, Judgement]] = {}

    def judged(self, sentence: Condition) -> Judgement:
        """When the sentence is met, and when it is not."""
        # By identity, as a sentence is long to compare; it is kept beside, so that its number is not given to another.
        kept = self._judged.get(id(sentence))
        if kept is None:
            kept = self._judged[id(sentence)] = (sentence, self._judge(sentence))
        return kept[1]

    def _judge(self, sentence: Condition) -> Judgement:
        match sentence:
            case OneOf() | Within() | Includes() | Above():
                known, holds = both(map(self.person.known, sentence.facts())), self.person.holds(sentence)
                not_asked = either(self.not_asked.get(fact, FALSE) for fact in sentence.facts())
                return Judgement(both((known, holds)), either((both((known, no(holds))), not_asked)))
            case Defined():
                body = self.judged(sentence.body)
                return body if sentence.wanted else body.flipped()
            case Count():
                return self._counted(sentence)
        raise TypeError(f"no formula for {type(sentence).__name__}")

    def _counted(self, count: Count) -> Judgement:
        items = [self.judged(item) for item in count.items]
        met, possible = [item.met for item in items], [item.may_be for item in items]
        return Judgement(
            both((at_least(count.low, met), at_most(count.high, possible))),
            either((at_most(count.low - 1, possible), at_least(count.high + 1, met))),
        )

    def unknown(self, sentence: Condition) -> dict[str, Formula]:
        """For each question it reads: when its answer keeps the sentence not known."""
        match sentence:
            case Defined():
                return self.unknown(sentence.body)
            case Count():
                whole = self.judged(sentence).not_known
                found: dict[str, list[Formula]] = {}
                for item in sentence.items:
                    for name, when in self.unknown(item).items():
                        found.setdefault(name, []).append(when)
                return {name: both((whole, either(whens))) for name, whens in found.items()}
        asked = both(no(self.not_asked.get(name, FALSE)) for name in sentence.facts())
        return {name: both((no(self.person.known(name)), asked)) for name in sentence.facts()}


@dataclass(frozen=True, slots=True)
class Looked:
    """A PGD looked at after an offer. Exactly one of ``excluded``, ``nothing``, ``undecided`` and some row of ``by_row`` holds.

    ``clauses`` are judged; ``rows`` say when the reading of the dose table ends at a row; ``nothing``: it offers nothing for a reason
    that opens no second choice (not in force, or no row for the person).
    """

    pgd: PGD
    clauses: tuple[tuple[Clause, Judgement], ...]
    doses: tuple[tuple[DoseRow, Judgement], ...]
    let_in: Formula
    excluded: Formula
    nothing: Formula
    undecided: Formula
    by_row: tuple[tuple[DoseRow, Formula], ...]

    @property
    def offered(self) -> Formula:
        """It may be offered, by one of its dose rows."""
        return either(when for row, when in self.by_row if row.dose is not None)


class Encoding:
    """Everything that ``assess`` says of a person, as formulas. ``on`` is the day, by which PGDs are in force or not."""

    def __init__(self, pathway: Pathway, person: Anybody, on: date):
        self.pathway, self.person, self.on = pathway, person, on
        self.alone = Sentences(person)
        self.gate_closed: dict[str, Formula] = {}
        self.not_asked: dict[str, Formula] = {}
        for (
            question
        ) in pathway.gated:  # one gate may read a question that stands above it and is not always asked either
            name, gate = question.name, question.asked_when
            if gate is None:
                self.not_asked[name] = no(person.known(name))  # nobody waits for the answer (rule 2)
            else:
                self.gate_closed[name] = Sentences(person, {**self.not_asked}).judged(gate).not_met
                self.not_asked[name] = both((no(person.known(name)), self.gate_closed[name]))
        self.sentences = Sentences(person, self.not_asked)
        self.stops = tuple((criterion, self._judged(criterion)) for criterion in pathway.stopping)
        self.rows = tuple((row, self._judged(row)) for row in pathway.treatment)

    def _judged(self, item: Judged) -> Judgement:
        if item.sentence is None:
            return Judgement(TRUE, FALSE)
        judged = self.sentences.judged(item.sentence)
        return judged.flipped() if item.must else judged

    # --- what is known of the person

    @cached_property
    def complete(self) -> Formula:
        """Every answer is known, or this person is not asked for it."""
        names = self.person.unsettled
        return both(either((self.person.known(name), self.not_asked.get(name, FALSE))) for name in names)

    @cached_property
    def in_place(self) -> Formula:
        """No answer is given that this person is not asked for."""
        return both(no(both((self.person.known(name), shut))) for name, shut in self.gate_closed.items())

    # --- stopping criteria (rules 1 and 2)

    def stop(self, kind: Kind) -> Formula:
        """A stopping criterion of this kind is met."""
        return either(judged.met for criterion, judged in self.stops if criterion.kind is kind)

    def more_urgent_open(self, urgency: int) -> Formula:
        """A criterion more urgent than this is not known."""
        return either(judged.not_known for criterion, judged in self.stops if criterion.urgency < urgency)

    @cached_property
    def clear(self) -> Formula:
        """Every stopping criterion is known and clear."""
        return both(judged.not_met for _, judged in self.stops)

    @cached_property
    def life_threatening(self) -> Formula:
        """An immediate threat to life is known."""
        if LIFE_THREATENING not in self.person.unsettled:
            return FALSE
        return self.sentences.judged(OneOf(LIFE_THREATENING, (True,))).met

    # --- the treatment table (rules 3 and 4)

    @cached_property
    def looked(self) -> dict[str, Looked]:
        """Each PGD as it is judged where a row looks at it."""
        return {id_: self._look(pgd) for id_, pgd in self.pathway.pgds.items()}

    def _look(self, pgd: PGD) -> Looked:
        if self.on not in pgd.edition.in_force:
            return Looked(pgd, (), (), FALSE, FALSE, TRUE, FALSE, ())
        clauses = tuple((clause, self._judged(clause)) for clause in pgd.judged())
        doses = tuple((row, self._judged(row)) for row in pgd.doses)
        barred = either(judged.met for _, judged in clauses)
        let_in = both(judged.not_met for _, judged in clauses)
        by_row, passed = [], let_in
        for row, judged in doses:
            by_row.append((row, both((passed, judged.met))))
            passed = both((passed, judged.not_met))
        gaps = [when for row, when in by_row if row.dose is None]
        settled = either((barred, passed, *(when for _, when in by_row)))
        return Looked(pgd, clauses, doses, let_in, either((barred, *gaps)), passed, no(settled), tuple(by_row))

    @cached_property
    def turns(self) -> tuple[Formula, ...]:
        """For each row: the table may turn out this way."""
        found, above = [], TRUE
        for _, judged in self.rows:
            found.append(both((above, judged.may_be)))
            above = both((above, no(judged.met)))
        return tuple(found)

    @cached_property
    def table_ends(self) -> Formula:
        """Some row of the table is met, so that the reading ends."""
        return either(judged.met for _, judged in self.rows)

    def looks_at(self, row: Row) -> dict[str, Formula]:
        """The PGDs that a row looks at, and when: of *A, or B where that is excluded* B only then."""
        if not (row.fallback and len(row.offers) > 1):
            return dict.fromkeys(row.offers, TRUE)
        first = self.looked[row.offers[0]]
        later = either((first.excluded, first.undecided))
        return {pgd: TRUE if pgd == row.offers[0] else later for pgd in row.offers}

    def offers(self, row: Row) -> dict[str, Formula]:
        """For each PGD of a row: it is offered if the row decides."""
        return {pgd: both((when, self.looked[pgd].offered)) for pgd, when in self.looks_at(row).items()}

    @cached_property
    def row_undecided(self) -> tuple[Formula, ...]:
        """For each row: something about a PGD that it looks at is not known; where each is judged for itself, and none may be offered yet."""
        return tuple(
            both(
                (
                    either(both((when, self.looked[pgd].undecided)) for pgd, when in self.looks_at(row).items()),
                    no(either(self.offers(row).values())) if row.each else TRUE,
                )
            )
            for row, _ in self.rows
        )

    @cached_property
    def table_decides(self) -> Formula:
        """Every way the table may turn out is decided, and all come to the same outcome and the same offers."""
        turns = list(zip((row for row, _ in self.rows), self.turns, self.row_undecided, strict=True))
        decided = [if_then(turn, no(undecided)) for _, turn, undecided in turns]
        agree = [if_then(both((t1, t2)), self._same(r1, r2)) for (r1, t1, _), (r2, t2, _) in combinations(turns, 2)]
        return both((*decided, *agree))

    def _same(self, one: Row, other: Row) -> Formula:
        """Two rows come to the same outcome and the same offers, given that both are decided."""
        beside = one.outcome(one.kind) == other.outcome(other.kind)
        if beside and (one.offers, one.fallback, one.each, one.nothing_left) == (
            other.offers, other.fallback, other.each, other.nothing_left,
        ):  # fmt: skip
            return TRUE
        first, second = self.offers(one), self.offers(other)
        nothing = no(either((*first.values(), *second.values())))
        if bool(one.offers) != bool(other.offers):
            offering, plain = (one, other) if one.offers else (other, one)
            return nothing if plain.outcome(plain.kind) == offering.outcome(offering.nothing_left) else FALSE
        if not one.offers:
            return TRUE if beside else FALSE
        names = dict.fromkeys((*one.offers, *other.offers))
        alike = [_iff(first.get(pgd, FALSE), second.get(pgd, FALSE)) for pgd in names]
        shared = [pgd for pgd in one.offers if pgd in other.offers]
        turned = [
            no(both((first[a], first[b]))) for a, b in combinations(shared, 2) if other.offers.index(a) > other.offers.index(b)
        ]  # fmt: skip
        left = () if one.nothing_left is other.nothing_left else (no(nothing),)
        return both((*alike, *turned, *left, TRUE if beside else nothing))

    # --- the outcome

    @cached_property
    def by_table(self) -> Formula:
        """Every stopping criterion is clear and the table decides."""
        return both((self.clear, self.table_decides))

    @cached_property
    def kinds(self) -> dict[Kind, Formula]:
        """For each kind of outcome: it is the outcome. That exactly one is, is proved and not assumed."""
        found: dict[Kind, Formula] = {}
        nothing_worse = TRUE
        waiting = [both((self.clear, no(self.table_decides)))]
        for kind in STOPPING_KINDS:
            met = both((nothing_worse, self.stop(kind)))
            nothing_worse = both((nothing_worse, no(self.stop(kind))))
            open_ = FALSE if kind in (Kind.EMERGENCY, Kind.REFER_URGENT) else self.more_urgent_open(2 * kind)
            found[kind] = both((met, no(open_)))
            waiting.append(both((met, open_)))
        waiting.append(both((nothing_worse, no(self.clear))))
        for kind, when in self._table_kinds().items():
            found[kind] = either((found.get(kind, FALSE), both((self.by_table, when))))
        found[Kind.NEED_FACTS] = either(waiting)
        return {kind: found.get(kind, FALSE) for kind in Kind}

    def _table_kinds(self) -> dict[Kind, Formula]:
        """What the table comes to where it decides; its turns then agree, so any of them tells."""
        found: dict[Kind, list[Formula]] = {}
        for (row, _), turn in zip(self.rows, self.turns, strict=True):
            if row.offers:
                some = either(self.offers(row).values())
                found.setdefault(Kind.SUPPLY, []).append(both((turn, some)))
                found.setdefault(row.nothing_left, []).append(both((turn, no(some))))
            else:
                found.setdefault(row.kind, []).append(turn)
        return {kind: either(whens) for kind, whens in found.items()}

    @cached_property
    def dial_999(self) -> Formula:
        """The outcome is an emergency and its destination 999."""
        always = either(judged.met for criterion, judged in self.stops if criterion.always_999)
        return both((self.kinds[Kind.EMERGENCY], always))

    @cached_property
    def offered(self) -> dict[str, Formula]:
        """For each PGD: it is among the offers of the outcome."""
        found: dict[str, list[Formula]] = {pgd: [] for pgd in self.pathway.pgds}
        for (row, _), turn in zip(self.rows, self.turns, strict=True):
            for pgd, when in self.offers(row).items():
                found[pgd].append(both((turn, when)))
        return {pgd: both((self.by_table, either(whens))) for pgd, whens in found.items()}

    @cached_property
    def offered_by_row(self) -> dict[tuple[str, str], Formula]:
        """For each PGD and dose row: it is among the offers, by this row."""
        return {
            (pgd, row.id): both((self.offered[pgd], when))
            for pgd, looked in self.looked.items()
            for row, when in looked.by_row
            if row.dose is not None
        }

    def offered_before(self, first: str, second: str) -> Formula:
        """Both PGDs are offered, in this order."""
        in_order = [
            turn
            for (row, _), turn in zip(self.rows, self.turns, strict=True)
            if first in row.offers and second in row.offers and row.offers.index(first) < row.offers.index(second)
        ]
        return both((self.offered[first], self.offered[second], either(in_order)))


def _iff(one: Formula, other: Formula) -> Formula:
    return either((both((one, other)), both((no(one), no(other)))))
