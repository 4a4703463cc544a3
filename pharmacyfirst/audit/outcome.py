"""What comes of the verdicts, for every row of a table at once: the rules of clinical/README.md, "Outcome kinds", as ladders of terms.

Whatever is told apart here is a whole number, so that it can be compared: how a PGD stands, how a treatment row turns out, which kind of
outcome, what decided. The words come last (``Sayings.word_of``).
"""

from collections.abc import Iterable, Sequence
from itertools import groupby, product
from typing import NamedTuple

from pharmacyfirst.audit.sentences import NoPlan, SentenceTerms
from pharmacyfirst.audit.words import Sayings, Term
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.rule import Judged

# How a PGD stands: the number of the dose row that is offered, or one of these. Only an exclusion opens a second choice.
EXCLUDED, NOT_KNOWN, NOT_THERE = -1, -2, -3
# How a treatment row turns out: the number of the kind, that of an end of which more is said, or that of an offer; undecided while something
# about it is not known.
UNDECIDED, FURTHER = 0, max(Kind) + 1

AMBULANCE, DEPARTMENT, NEXT_PATHWAY = 1, 2, 3


class VerdictTerms(NamedTuple):
    """The terms of every verdict, by the criteria, rows, clauses and dose rows that they are of."""

    stops: list[tuple[Criterion, Term]]
    rows: list[tuple[Row, Term]]
    clauses: dict[str, list[tuple[Judged, Term]]]
    doses: dict[str, list[tuple[DoseRow, Term]]]


class ComesOut(NamedTuple):
    """What comes out, in whole numbers: the kind, where an emergency goes, what decided, and the dose row of each offer in turn.

    ``leads_to`` are the pathways by which somebody is measured next, by ``destination`` from ``NEXT_PATHWAY`` on. ``deciders`` are the criteria and rows that the numbers of ``decided_by`` stand for, ``dose_rows`` those of the offers.
    """

    kind: Term
    destination: Term
    decided_by: Term
    offers: tuple[Term, ...]
    deciders: dict[int, Judged]
    dose_rows: dict[int, tuple[PGD, DoseRow]]
    leads_to: tuple[str, ...]


def verdicts_of(pathway: Pathway, sentences: SentenceTerms) -> VerdictTerms:
    """The verdict of everything that can decide, whether it is reached or not."""

    def judged(items: Iterable[Judged]) -> list[tuple[Judged, Term]]:
        return [(one, sentences.of(one.sentence, one.must)) for one in items]

    pgds = pathway.pgds.items()
    return VerdictTerms(
        [(one, sentences.of(one.sentence, one.must)) for one in pathway.stopping],
        [(one, sentences.of(one.sentence, one.must)) for one in pathway.treatment],
        {name: judged(pgd.judged()) for name, pgd in pgds},
        {name: [(one, sentences.of(one.sentence, one.must)) for one in pgd.doses] for name, pgd in pgds},
    )


def came_of(pathway: Pathway, found: VerdictTerms, in_force: frozenset[str], say: Sayings) -> ComesOut:
    """The outcome of these verdicts, on a day on which these PGDs are in force. Raises ``NoPlan``."""
    return _Deciding(pathway, found, in_force, say).came()


class _Deciding:
    def __init__(self, pathway: Pathway, found: VerdictTerms, in_force: frozenset[str], say: Sayings):
        if not pathway.treatment or pathway.treatment[-1].sentence is not None:
            raise NoPlan(f"{pathway.id}: the last treatment row is not for everybody else.")
        if any(one.always_999 and one.kind is not Kind.EMERGENCY for one in pathway.stopping):
            raise NoPlan(f"{pathway.id}: 999 is said by a criterion that is no emergency.")
        self.found, self.say = found, say
        self._leads_to = sorted({row.leads_to for row in pathway.treatment if row.leads_to})
        # Two rows come to the same only where they say the same beside it: where, by when, and what may follow.
        self._besides = list(dict.fromkeys([_NOTHING, *(_beside(row) for row in pathway.treatment if row.offers)]))
        ends = ((row.kind, _beside(row)) for row in pathway.treatment if not row.offers)
        self._ends = {
            end: at for at, end in enumerate(dict.fromkeys(one for one in ends if one[1] != _NOTHING), FURTHER)
        }
        self._first_offer = FURTHER + len(self._ends)
        self._offers_apart: int = (len(pathway.pgds) + 1) ** max(
            (len(row.offers) for row in pathway.treatment), default=0
        )
        # In the order of the file, from 1: whichever document offers it, a dose row has one number.
        rows = ((pgd, row) for pgd in pathway.pgds.values() for row in pgd.doses)
        self.dose_rows = dict(enumerate(rows, 1))
        self._number = {(pgd.id, row.id): at for at, (pgd, row) in self.dose_rows.items()}
        self._place = {name: at for at, name in enumerate(pathway.pgds, 1)}
        looked_at = {name for row in pathway.treatment for name in row.offers}
        self.stands = {name: self._stands(pathway.pgds[name], name in in_force) for name in looked_at}

    def came(self) -> ComesOut:
        say, turns = self.say, self._turns()
        table = say.first_known(turns)
        apart = say.some(say.met(say.differs(turn, table)) for turn in turns)
        table = say.ladder([(apart, say.number(Kind.NEED_FACTS))], table)
        table = say.ladder([(say.is_number(table, UNDECIDED), say.number(Kind.NEED_FACTS))], table)
        stopped, destination = self._stopped()
        # What the table comes to counts where nothing stops, and nothing is open that could.
        result = say.ladder([(say.known(stopped), stopped)], table)
        ends = [(say.is_number(result, at), say.number(kind)) for (kind, _), at in self._ends.items()]
        kind = say.ladder([(say.at_least(result, self._first_offer), say.number(Kind.SUPPLY)), *ends], result)
        measured = [
            (say.is_number(result, at), say.number(NEXT_PATHWAY + self._leads_to.index(leads_to)))
            for (_, (leads_to, *_)), at in self._ends.items()
            if leads_to
        ]
        destination = say.ladder(measured, destination) if measured else destination
        deciders, decided_by = self._decided_by(kind, stopped, turns)
        return ComesOut(
            kind, destination, decided_by, self._offers(result), deciders, self.dose_rows, tuple(self._leads_to)
        )

    # The stopping criteria

    def _stopped(self) -> tuple[Term, Term]:
        """Rules 1 to 3: the kind that the stopping criteria come to, null where all are known and clear; and where an emergency goes."""
        say = self.say
        by_urgency = sorted(self.found.stops, key=lambda one: one[0].urgency)
        together = [list(some) for _, some in groupby(by_urgency, lambda one: one[0].urgency)]
        groups = [(some[0][0], say.some(said for _, said in some)) for some in together]
        at_once = [(first, group) for first, group in groups if first.kind <= Kind.REFER_URGENT]
        need_facts = say.number(Kind.NEED_FACTS)
        # These decide whatever else is open; a less urgent kind waits until nothing more urgent is.
        rungs = [(say.met(group), say.number(first.kind)) for first, group in at_once]
        rungs += [(self._open(group), need_facts) for _, group in at_once]
        for first, group in groups[len(at_once) :]:
            rungs += [(say.met(group), say.number(first.kind)), (self._open(group), need_facts)]
        emergencies = [(first, group) for first, group in groups if first.kind is Kind.EMERGENCY]
        where = [
            (say.met(group), say.number(AMBULANCE if first.always_999 else DEPARTMENT)) for first, group in emergencies
        ]
        return say.ladder(rungs, say.number(None)), say.ladder(where, say.number(None))

    def _open(self, truth: Term) -> Term:
        return self.say.opposite(self.say.known(truth))

    # The documents

    def _stands(self, pgd: PGD, in_force: bool) -> Term:
        """In force, every clause known and clear, then the first dose row that is met, with nothing open before it."""
        say = self.say
        if not in_force:
            return say.number(NOT_THERE)
        excluded = say.some(said for _, said in self.found.clauses[pgd.id])
        rungs = [(say.met(excluded), say.number(EXCLUDED)), (self._open(excluded), say.number(NOT_KNOWN))]
        for row, said in self.found.doses[pgd.id]:
            number = EXCLUDED if row.dose is None else self._number[pgd.id, row.id]
            rungs += [(say.met(said), say.number(number)), (self._open(said), say.number(NOT_KNOWN))]
        return say.ladder(rungs, say.number(NOT_THERE))

    # The treatment table

    def _turns(self) -> list[Term]:
        """For each row how it turns out; null where it does not count, as it is not met or one above it is."""
        say = self.say
        met_above, turns = [say.false], list[Term]()
        for row, said in self.found.rows:
            counts_not = say.some((*met_above, say.met(say.opposite(said))))
            turns.append(say.ladder([(counts_not, say.number(None))], self._turn(row)))
            met_above.append(say.met(said))
        return turns

    def _turn(self, row: Row) -> Term:
        """Rule 4: what may be offered of what the row offers; its other outcome where that is nothing."""
        say = self.say
        if not row.offers:
            return say.number(self._ends.get((row.kind, _beside(row)), row.kind))
        nothing = say.number(row.nothing_left)
        stands = [self.stands[name] for name in row.offers]
        if row.fallback:
            first, rest = stands[0], list(row.offers[1:])
            rungs = [(say.is_number(first, NOT_KNOWN), say.number(UNDECIDED))]
            rungs += [(say.at_least(first, 1), say.number(self._offer([row.offers[0]], _beside(row))))]
            rungs += [(say.is_number(first, NOT_THERE), nothing)]
            return say.ladder(rungs, self._each_of(row, rest, nothing))
        return self._each_of(row, list(row.offers), nothing)

    def _each_of(self, row: Row, names: Sequence[str], nothing: Term) -> Term:
        """The offer of those of these documents that may be offered, in their order; undecided while one of them is.

        Where each is judged for itself, one that is undecided holds up none that may be offered.
        """
        say = self.say
        waits = [(say.is_number(self.stands[name], NOT_KNOWN), say.number(UNDECIDED)) for name in names]
        rungs = [] if row.each else [*waits]
        for offered in product((True, False), repeat=len(names)):
            some = [name for name, one in zip(names, offered, strict=True) if one]
            if some:
                each = say.every(say.at_least(self.stands[name], 1) for name in some)
                rungs.append((each, say.number(self._offer(some, _beside(row)))))
        return say.ladder([*rungs, *waits] if row.each else rungs, nothing)

    def _offer(self, names: Sequence[str], beside: "_Beside") -> int:
        """The number of an offer of these documents, in this order, with what is said beside it."""
        number = 0
        for name in names:
            number = number * (len(self._place) + 1) + self._place[name]
        return self._first_offer + number + self._besides.index(beside) * self._offers_apart

    # What is said of it

    def _decided_by(self, kind: Term, stopped: Term, turns: list[Term]) -> tuple[dict[int, Judged], Term]:
        """The first of what decided: of the criteria met of the kind, or the first row that counts. Numbers from 1, by the file."""
        say = self.say
        by_kind = sorted(enumerate(self.found.stops, 1), key=lambda one: one[1][0].kind)
        deciders: dict[int, Judged] = {at: one for at, (one, _) in by_kind}
        stop = say.ladder([(say.met(said), say.number(at)) for at, (_, said) in by_kind], say.number(None))
        rows = list(enumerate(self.found.rows, len(deciders) + 1))
        deciders |= {at: row for at, (row, _) in rows}
        row = say.ladder(
            [(say.known(turn), say.number(at)) for (at, _), turn in zip(rows, turns, strict=True)], say.number(None)
        )
        either = say.ladder([(say.known(stopped), stop)], row)
        return deciders, say.ladder([(say.is_number(kind, Kind.NEED_FACTS), say.number(None))], either)

    def _offers(self, result: Term) -> tuple[Term, ...]:
        """The number of the dose row of the first offer, of the second, and so on; null where there is none."""
        say = self.say
        ways = {(tuple(row.offers), _beside(row)) for row, _ in self.found.rows if row.offers}
        each = {self._offer(some, beside): some for way, beside in ways for some in _parts_of(way)}
        most = max((len(some) for some in each.values()), default=0)
        found = []
        for at in range(max(most, 1)):
            rungs = [
                (say.is_number(result, number), self.stands[some[at]])
                for number, some in sorted(each.items())
                if len(some) > at
            ]
            found.append(say.ladder(rungs, say.number(None)))
        return tuple(found)


def _parts_of(names: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Every part of a list that is not empty, in its order."""
    for chosen in product((True, False), repeat=len(names)):
        if some := tuple(name for name, one in zip(names, chosen, strict=True) if one):
            yield some


_Beside = tuple[str | None, int | None, str | None]
_NOTHING: _Beside = (None, None, None)


def _beside(row: Row) -> _Beside:
    """What a row says beside the kind that it comes to: where, within how many days, and what may follow."""
    return row.leads_to, row.within_days, row.next
