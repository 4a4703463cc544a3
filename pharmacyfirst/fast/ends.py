"""How somebody's way ends: the outcome, what decided it, all that was found on the way, and what to ask.

Much of it is the same for many people: it is made once, of the kernel's own findings, and remembered by the verdicts that it follows from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple

from pharmacyfirst.fast.run import EXCLUDED, NO_ROW, NOT_IN_FORCE, OFFERED, UNDECIDED
from pharmacyfirst.fast.table import read_table
from pharmacyfirst.kernel.assess import Person, beside, consider, once
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import asked
from pharmacyfirst.kernel.rule import Finding, Judged

if TYPE_CHECKING:
    from pharmacyfirst.fast.run import Answers, Found, Generated, Leaf
    from pharmacyfirst.fast.table import PGDRead, TableRead

# What is remembered is thrown away as a whole once there is this much of it; made again it is the same.
MOST_REMEMBERED = 4096
MOST_UNASKED = 64

_KINDS = {kind.key: kind for kind in Kind}
_Findings = dict[bool | None, Finding[Any]]
# By the verdicts on what decides nothing: gateways reached, those that may have been, and whether the diagnosis is established.
_Beside = tuple[tuple[str, ...], tuple[str, ...], bool]


class End(NamedTuple):
    """How somebody's way ended, and what was found on it.

    ``met`` and ``open`` are places of stopping criteria. ``missing`` is None where it differs among those who end so: then the facts of
    the criteria more urgent than ``below`` are asked, and, where none is met, those of the table (``Ends.missing``).
    """

    outcome: Outcome
    decided_by: tuple[str, ...]
    findings: tuple[Finding[Judged], ...]
    beside: dict[Found, _Beside]
    met: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    offers: tuple[tuple[PGD, DoseRow], ...] = ()
    open_items: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = ()
    below: int = 0


class Ends:
    """The ends of one pathway, on days on which the same of its PGDs are in force."""

    def __init__(self, pathway: Pathway, module: Generated):
        self.pathway, self.module = pathway, module
        self._urgent = frozenset(at for at, one in enumerate(pathway.stopping) if one.kind <= Kind.REFER_URGENT)
        self._plans = [row.plan for row in module.table]
        self._all_findings = _all_findings(pathway)
        self._findings: dict[tuple[str, ...], _AllFindings] = {}
        self._ends: dict[tuple[Any, ...], End] = {}

    def of(
        self, leaf: Leaf, found: Found, answers: Answers, unasked: tuple[str, ...], known: Mapping[str, Any], on: date
    ) -> End:
        """The end of somebody who came to this leaf; ``unasked`` are the questions that nobody asks them."""
        if leaf.stopped:
            stops = self.module.stops(answers)
            key = (id(leaf), unasked, stops)
            return self._ends.get(key) or remember(self._ends, key, self._stopped(leaf, stops, unasked))
        if not leaf.alike:
            return self._table(answers, unasked, known, on)
        key = (id(leaf), unasked, found)
        return self._ends.get(key) or remember(self._ends, key, self._table(answers, unasked, known, on))

    def _of_those(self, unasked: tuple[str, ...]) -> _AllFindings:
        findings = self._findings.get(unasked)
        if findings is None:
            made = self._all_findings.of_those_not_asked(unasked)
            findings = remember(self._findings, unasked, made, MOST_UNASKED)
        return findings

    def _stopped(self, leaf: Leaf, stops: Found, unasked: tuple[str, ...]) -> End:
        """Rules 1 to 3 of somebody of whom a stopping criterion is met or not known."""
        urgency = self.module.urgency
        met = tuple([at for at, verdict in enumerate(stops) if verdict])
        open_ = tuple([at for at, verdict in enumerate(stops) if verdict is None])
        outcome = Outcome(_KINDS[leaf.kind], leaf.destination)
        below = min([urgency[at] for at in met], default=2 * Kind.NEED_FACTS)
        deciding = [one for at in met if (one := self.pathway.stopping[at]).kind is outcome.kind]
        if deciding and outcome.kind is not Kind.EMERGENCY:
            outcome = beside(outcome, deciding)
        return End(
            outcome,
            tuple([one.id for one in deciding]),
            tuple(map(getitem, self._of_those(unasked).stops, stops)),
            {},
            met,
            open_,
            missing=None if any(urgency[at] < below for at in open_) else (),
            below=below,
        )

    def _table(self, answers: Answers, unasked: tuple[str, ...], known: Mapping[str, Any], on: date) -> End:
        """Rules 3 and 4 of somebody of whom every stopping criterion is known and clear."""
        table, findings = read_table(self.module, answers), self._of_those(unasked)
        barred: dict[str, tuple[str, ...]] = {}
        all_found = [*map(getitem, findings.stops, self.module.stops(answers))]
        all_found += map(getitem, findings.rows, table.rows)
        for one in table.considered:
            ids, of_it = self._considered(one, findings, known, on)
            barred[one.pgd] = ids
            all_found += of_it
        names: dict[str, None] = {}
        self._note_table(table, answers, names)
        if table.kind is None:
            return End(Outcome(Kind.NEED_FACTS), (), tuple(all_found), {}, missing=tuple(names))
        rows = [self.pathway.treatment[one.row] for one in table.ways]
        decided_by = once(
            [row.id for row in rows] + [id for way in table.ways for one in way.pgds for id in barred[one.pgd]]
        )
        offers = [
            (pgd := self.pathway.pgds[one.pgd], pgd.doses[len(one.doses) - 1])
            for one in table.ways[0].pgds
            if one.stands == OFFERED
        ]
        open_items = tuple([item for row in rows for item in row.backing.open])
        return End(
            rows[0].outcome(_KINDS[table.kind]),
            decided_by,
            tuple(all_found),
            {},
            offers=tuple(offers),
            open_items=open_items,
            missing=tuple(names),
        )

    def _considered(
        self, one: PGDRead, findings: _AllFindings, known: Mapping[str, Any], on: date
    ) -> tuple[tuple[str, ...], tuple[Finding[Any], ...]]:
        """What bars a PGD, if anything does, and all that was found of it."""
        pgd = self.pathway.pgds[one.pgd]
        if one.stands in (NOT_IN_FORCE, NO_ROW):  # the kernel's own words, made for the day
            answers = asked(self.pathway.gated, known)
            unasked = frozenset(answers) - frozenset(known)
            considered = consider(pgd, Person(self.pathway.questions, known, answers, unasked, on))
            return considered.barred_by, considered.findings
        clauses, doses = findings.pgds[one.pgd]
        found = (*map(getitem, clauses, one.clauses), *map(getitem, doses, one.doses))
        if one.stands != EXCLUDED:
            return (), found
        if one.doses:  # a deliberate gap in its dose table
            return (pgd.doses[len(one.doses) - 1].id,), found
        return tuple([item.id for item, said in zip(pgd.judged(), one.clauses, strict=True) if said is True]), found

    # What to ask

    def missing(self, end: End, answers: Answers) -> tuple[str, ...]:
        """Rule 6: the facts that can still change the outcome, in the order to ask them."""
        if end.missing is not None:
            return end.missing
        names: dict[str, None] = {}
        self.module.note_stops(answers, names, end.below)
        if not end.met:
            self._note_table(read_table(self.module, answers), answers, names)
        return tuple(names)

    def _note_table(self, table: TableRead, answers: Answers, names: dict[str, None]) -> None:
        plans = self._plans
        first = plans[table.ways[0].row]
        if table.kind is None and any(plans[one.row] != first for one in table.ways):
            self.module.note_rows(answers, names)
        for one in table.considered:
            if one.stands == UNDECIDED:
                self.module.note_pgds[one.pgd](answers, names)

    def if_not_answered(self, end: End, missing: tuple[str, ...]) -> Kind | None:
        """Rule 9: beside need_facts, how the pharmacist refers somebody of whom it cannot be found out."""
        if end.outcome.kind is not Kind.NEED_FACTS:
            return None
        if not self._urgent.isdisjoint(end.open):
            return Kind.REFER_URGENT
        questions = self.pathway.questions
        return next((kind for name in missing if (kind := questions[name].if_not_answered) is not None), Kind.REFER)


class _AllFindings(NamedTuple):
    """Every finding there can be of people who are not asked the same questions: for each item, by its verdict."""

    stops: list[_Findings]
    rows: list[_Findings]
    pgds: dict[str, tuple[list[_Findings], list[_Findings]]]

    def of_those_not_asked(self, unasked: tuple[str, ...]) -> _AllFindings:
        """The same of people who are not asked these questions."""

        def each(items: list[_Findings]) -> list[_Findings]:
            return [_unasked(one, unasked) for one in items]

        pgds = {id: (each(clauses), each(doses)) for id, (clauses, doses) in self.pgds.items()}
        return _AllFindings(each(self.stops), each(self.rows), pgds)


def _all_findings(pathway: Pathway) -> _AllFindings:
    """The findings of people who are asked everything: those that the items hold themselves."""

    def each(items: Iterable[Judged]) -> list[_Findings]:
        return [{True: one.met, False: one.not_met, None: one.not_known} for one in items]

    pgds = {pgd.id: (each(pgd.judged()), each(pgd.doses)) for pgd in pathway.pgds.values()}
    return _AllFindings(each(pathway.stopping), each(pathway.treatment), pgds)


def _unasked(shared: _Findings, unasked: tuple[str, ...]) -> _Findings:
    item = shared[True].item
    not_asked = tuple([fact for fact in item.reads if fact in unasked])
    if not not_asked:
        return shared
    return {verdict: Finding(item, one.verdict, not_asked) for verdict, one in shared.items()}


def remember(kept: dict[Any, Any], key: Any, value: Any, most: int = MOST_REMEMBERED) -> Any:
    """Keep a value by its key, and give it back."""
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
    return value
