"""An ``Assessment`` of what a generated module says of one person: equal to that of the kernel, several times as fast.

What decides is the generated module. What is made of it here is the kernel's own: findings and offers are its objects, and input that is
refused is refused by its ``known_facts``. What several people share is made once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple

from pharmacyfirst.fast import run
from pharmacyfirst.fast.run import EXCLUDED, NO_ROW, NOT_IN_FORCE, OFFERED, UNDECIDED, note, read_table
from pharmacyfirst.kernel.assess import Person, consider, once
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.offer import Arises, Offer, Raised
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import Answer, asked, known_facts
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.trace import Assessment

if TYPE_CHECKING:
    from pharmacyfirst.fast.run import Answers as Told
    from pharmacyfirst.fast.run import Found, Generated, Leaf, PGDRead, TableRead

# What is remembered is thrown away as a whole once there is this much of it; made again it is the same.
MOST_REMEMBERED = 4096
MOST_UNASKED = 64

_KINDS = {kind.key: kind for kind in Kind}
_Findings = dict[bool | None, Finding[Any]]


class Assessor:
    """Assessments by one pathway, on days on which the same of its PGDs are in force, and what they all share."""

    def __init__(self, pathway: Pathway, module: Generated):
        self.pathway, self.module = pathway, module
        self._places = {name: at for at, name in enumerate(module.facts)}
        self._gated = [(one.name, self._places[one.name]) for one in pathway.gated]
        questions = [(name, at, pathway.questions[name]) for name, at in self._places.items()]
        self._numbers = [one for one in questions if one[2].answer is Answer.NUMBER]
        self._lists = [(name, at) for name, at, question in questions if question.answer is Answer.ANY_OF]
        self._by_urgency = sorted(range(len(module.urgency)), key=module.urgency.__getitem__)
        self._urgent = frozenset(at for at, one in enumerate(pathway.stopping) if one.kind <= Kind.REFER_URGENT)
        self._points = [
            (point.id, _which(pathway, point.comes_after), point.position_known) for point in pathway.gateways
        ]
        diagnosis = pathway.diagnosis
        self._diagnosis = (
            _which(pathway, lambda one: one.stage in diagnosis.clear or one.id in diagnosis.clear)
            if diagnosis
            else None
        )
        self._open_answers = {
            question.name: open_
            for question in pathway.questions.values()
            if (open_ := {one.name: one.backing.open for one in question.choices if one.backing.open})
        }
        self._all_findings = _all_findings(pathway)
        self._findings: dict[tuple[str, ...], _AllFindings] = {}
        self._ends: dict[tuple[int, tuple[str, ...]], _End] = {}
        self._offers: dict[tuple[Any, ...], Offer] = {}

    def assess(self, facts: Mapping[str, Any], on: date) -> Assessment:
        """One person, checked and judged. Raises ``Refused``."""
        known, read = self._read(facts, on)
        return self.assessment(known, read, on)

    def verdicts(self, facts: Mapping[str, Any], on: date) -> run.Verdicts:
        """One person, checked and judged as far as it takes to decide; no words, and nothing of what decides nothing. Raises ``Refused``."""
        read = self.module.read(facts) if type(facts) is dict else None
        return run.Verdicts(*self.module.judge(self._read(facts, on)[1] if read is None else read))

    def _read(self, facts: Mapping[str, Any], on: date) -> tuple[dict[str, Any], Told]:
        """What is known, by name in the order given, and in the order of the module. Raises ``Refused``."""
        read = self.module.read(facts) if type(facts) is dict else None
        if read is None:
            known = known_facts(self.pathway.questions, facts, on)
            return known, self.facts_of(known)
        known = {name: value for name, value in facts.items() if value is not None}
        for name, at in self._lists:
            if name in known:
                known[name] = read[at]
        for name, _, question in self._numbers:
            if name in known:
                known[name] = question.read(known[name])
        return known, read

    def facts_of(self, known: Mapping[str, Any]) -> Told:
        """The answers of somebody who was checked, in the order of the module, as it judges by them."""
        facts: list[Any] = list(map(known.get, self.module.facts))
        for _, at, _ in self._numbers:
            if facts[at] is not None:
                facts[at] = run.as_float(facts[at])
        return tuple(facts)

    def assessment(self, known: dict[str, Any], facts: Told, on: date) -> Assessment:
        """One person whose answers are checked: ``facts`` are those of ``known`` (``facts_of``)."""
        module = self.module
        answers = module.answers(facts)
        unasked = tuple([name for name, at in self._gated if facts[at] is None and answers[at] is not None])
        leaf = module.judge(facts)[0]
        end = self._ends.get((id(leaf), unasked))
        if end is None:
            end = self._end(leaf, answers, unasked, known, on)
            if leaf.alike:
                remember(self._ends, (id(leaf), unasked), end)
        beside = module.beside(answers)
        reached, not_known = self._gateways(end, beside)
        clear = self._diagnosis
        return Assessment(
            self.pathway,
            on,
            Frozen(known),
            end.outcome,
            end.decided_by,
            tuple([self._offer(pgd, row, answers, known, end.open_items) for pgd, row in end.offers]),
            end.missing,
            self._if_not_answered(end),
            reached,
            not_known,
            end.findings,
            clear is not None and beside[-1] is True and clear.isdisjoint(end.met) and clear.isdisjoint(end.open),
        )

    # How somebody's way ended

    def _end(
        self, leaf: Leaf, answers: Told, unasked: tuple[str, ...], known: Mapping[str, Any], on: date
    ) -> _End:  # fmt: skip
        module = self.module
        findings = self._findings.get(unasked)
        if findings is None:
            made = self._all_findings.of_those_not_asked(unasked)
            findings = remember(self._findings, unasked, made, MOST_UNASKED)
        stops = module.stops(answers)
        found = tuple(map(getitem, findings.stops, stops))
        if not leaf.stopped:
            return self._table(read_table(module, answers), findings, found, answers, known, on)
        return self._stopped(leaf, stops, found, answers)

    def _stopped(self, leaf: Leaf, stops: Found, found: tuple[Finding[Any], ...], answers: Told) -> _End:
        """Rules 1 to 3 of somebody of whom a stopping criterion is met or not known."""
        module = self.module
        met: list[int] = []
        open_: list[int] = []
        for at, verdict in enumerate(stops):
            if verdict is not False:
                (met if verdict else open_).append(at)
        outcome = Outcome(_KINDS[leaf.kind], leaf.destination)
        names: dict[str, None] = {}
        if met:
            self._note_stops(stops, min(map(module.urgency.__getitem__, met)), answers, names)
        else:
            self._note_stops(stops, 2 * Kind.NEED_FACTS, answers, names)
            self._note_table(read_table(module, answers), answers, names)
        deciding = [one for at in met if (one := self.pathway.stopping[at]).kind is outcome.kind]
        return _End(outcome, tuple([one.id for one in deciding]), found, met, open_, missing=tuple(names))

    def _table(
        self, table: TableRead, findings: _AllFindings, found: tuple[Finding[Any], ...], answers: Told,
        known: Mapping[str, Any], on: date,
    ) -> _End:  # fmt: skip
        barred: dict[str, tuple[str, ...]] = {}
        all_found = [*found, *map(getitem, findings.rows, table.rows)]
        for one in table.considered:
            ids, of_it = self._considered(one, findings, known, on)
            barred[one.pgd] = ids
            all_found += of_it
        if table.kind is None:
            names: dict[str, None] = {}
            self._note_table(table, answers, names)
            return _End(Outcome(Kind.NEED_FACTS), (), tuple(all_found), missing=tuple(names))
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
        return _End(
            Outcome(_KINDS[table.kind]), decided_by, tuple(all_found), offers=tuple(offers), open_items=open_items
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

    def _note_stops(self, stops: Found, below: int, answers: Told, names: dict[str, None]) -> None:
        """Rule 6: the facts of the most urgent criteria first, then as they stand in the file; of those more urgent than this."""
        urgency, notes = self.module.urgency, self.module.notes[0]
        for at in self._by_urgency:
            if urgency[at] >= below:
                break
            if stops[at] is None:
                one = notes[at]
                if isinstance(one, str):
                    names[one] = None
                elif one is not None:
                    one(answers, names)

    def _note_table(self, table: TableRead, answers: Told, names: dict[str, None]) -> None:
        if table.kind is not None:
            return
        module = self.module
        if len({module.table[one.row].plan for one in table.ways}) > 1:
            note(table.rows, module.notes[1], answers, names)
        for one in table.considered:
            if one.stands == UNDECIDED:
                note(one.clauses + one.doses, module.notes_of[one.pgd], answers, names)

    def _if_not_answered(self, end: _End) -> Kind | None:
        """Rule 9: beside need_facts, how the pharmacist refers somebody of whom it cannot be found out."""
        if end.outcome.kind is not Kind.NEED_FACTS:
            return None
        if not self._urgent.isdisjoint(end.open):
            return Kind.REFER_URGENT
        questions = self.pathway.questions
        return next((kind for name in end.missing if (kind := questions[name].if_not_answered) is not None), Kind.REFER)

    # What decides nothing

    def _gateways(self, end: _End, beside: Found) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Rule 5: the payment points reached, and those that may have been."""
        reached: list[str] = []
        not_known: list[str] = []
        for (id, after, position_known), said in zip(self._points, beside, strict=False):
            if said is False or not after.isdisjoint(end.met):
                continue
            certain = said is True and position_known and after.isdisjoint(end.open)
            (reached if certain else not_known).append(id)
        return tuple(reached), tuple(not_known)

    # What may be offered

    def _offer(
        self, pgd: PGD, row: DoseRow, answers: Told, known: Mapping[str, Any], open_items: tuple[str, ...]
    ) -> Offer:  # fmt: skip
        cautions = self.module.cautions[pgd.id](answers)
        open_answers = self._open(known)
        dose = row.dose
        if dose is None or dose.for_each_kg:  # each weight has its own
            return self._made(pgd, row, cautions, known, open_items, open_answers)
        key = (pgd.id, row.id, cautions, open_items, open_answers)
        kept = self._offers.get(key)
        return kept or remember(self._offers, key, self._made(pgd, row, cautions, known, open_items, open_answers))

    def _made(
        self, pgd: PGD, row: DoseRow, cautions: Found, known: Mapping[str, Any], open_items: tuple[str, ...],
        open_answers: tuple[str, ...],
    ) -> Offer:  # fmt: skip
        if row.dose is None:
            raise AssertionError(f"{row.id} offers nothing")
        weighed = {WEIGHT: known.get(WEIGHT)}
        supplied = row.supplied(weighed)
        forms = frozenset([one.product.form for one in supplied])
        raised = []
        for caution, verdict in zip(pgd.cautions, cautions, strict=True):
            if verdict is not False and not (caution.forms and forms.isdisjoint(caution.forms)):
                applies = Arises.ALWAYS if caution.sentence is None else Arises.APPLIES
                raised.append(Raised(caution, Arises.ASK if verdict is None else applies))
        items = once([*open_items, *pgd.backing.open, *row.backing.open, *open_answers])
        return Offer(pgd, row, row.dose.for_person(weighed), supplied, tuple(raised), items)

    def _open(self, known: Mapping[str, Any]) -> tuple[str, ...]:
        """The open items of the answers given, in the order in which they were given."""
        named = [name for name in self._open_answers if name in known]
        if len(named) > 1:
            named = [name for name in known if name in named]
        items: list[str] = []
        for name in named:
            given = known[name] if isinstance(known[name], tuple) else (known[name],)
            items += [item for choice, open_ in self._open_answers[name].items() if choice in given for item in open_]
        return tuple(items)


class _End(NamedTuple):
    """How somebody's way ended, and what was found on it; ``met`` and ``open`` are places of stopping criteria."""

    outcome: Outcome
    decided_by: tuple[str, ...]
    findings: tuple[Finding[Judged], ...]
    met: list[int] | tuple[()] = ()
    open: list[int] | tuple[()] = ()
    offers: tuple[tuple[PGD, DoseRow], ...] = ()
    open_items: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


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


def _which(pathway: Pathway, comes_after: Any) -> frozenset[int]:
    return frozenset(at for at, one in enumerate(pathway.stopping) if comes_after(one))


def remember(kept: dict[Any, Any], key: Any, value: Any, most: int = MOST_REMEMBERED) -> Any:
    """Keep a value by its key, and give it back."""
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
    return value
