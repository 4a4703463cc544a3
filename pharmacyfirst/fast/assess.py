"""The kernel's ``assess`` by what was generated: the same input, the same refusals, and an equal ``Assessment``, several times as fast.

What decides is the generated module. What is made of it here is the kernel's own: findings, offers and reasons are its objects, input is
checked and refused by its ``known_facts``. What everybody shares is made once and remembered.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from operator import getitem
from typing import Any, NamedTuple

from pharmacyfirst.fast.make import module_of
from pharmacyfirst.fast.run import EXCLUDED, NO_ROW, NOT_IN_FORCE, OFFERED, UNDECIDED
from pharmacyfirst.fast.run import Answers as Told
from pharmacyfirst.fast.run import Considered3, Found, Leaf, Module, Table, Verdict3, note, read_table
from pharmacyfirst.kernel.assess import Person, consider, once, refuse_other_types
from pharmacyfirst.kernel.assess import assess as by_the_kernel
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.offer import Arises, Offer, Raised
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import asked, known_facts
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.trace import Assessment

# Generating costs about as much as this many assessments by the kernel spare; until then the kernel answers.
WORTH_IT = 500
# What is remembered is thrown away as a whole once there is this much of it; made again it is the same.
MOST_PATHWAYS = 64
MOST_REMEMBERED = 4096
MOST_UNASKED = 256

_KINDS = {kind.key: kind for kind in Kind}
_Findings = dict[Verdict3, Finding[Any]]


def assess(pathway: Pathway, facts: Mapping[str, Any], on: date) -> Assessment:
    """What ``kernel.assess.assess`` gives, and raises, for the same input. Nothing passed in is changed."""
    refuse_other_types(pathway, facts, on)
    assessor = assessor_of(pathway, on)
    if assessor is None:
        return by_the_kernel(pathway, facts, on)
    return assessor.assess(facts, on)


class Assessor:
    """Assessments by one pathway, on days on which the same of its PGDs are in force, and what they all share."""

    def __init__(self, pathway: Pathway, module: Module):
        self.pathway, self.module = pathway, module
        self._places = {name: at for at, name in enumerate(module.facts)}
        self._gated = [(one.name, self._places[one.name]) for one in pathway.gated]
        self._by_urgency = sorted(range(len(module.urgency)), key=module.urgency.__getitem__)
        self._urgent = frozenset(at for at, one in enumerate(pathway.stopping) if one.kind <= Kind.REFER_URGENT)
        self._points = [
            (point.id, _which(pathway, point.comes_after), point.position_known) for point in pathway.gateways
        ]
        diagnosis = pathway.diagnosis
        self._diagnosis = (
            _which(pathway, lambda one: one.stage in diagnosis.clear or one.id in diagnosis.clear) if diagnosis else None
        )
        self._open_answers = {
            question.name: open_
            for question in pathway.questions.values()
            if (open_ := {one.name: one.backing.open for one in question.choices if one.backing.open})
        }
        self._findings: dict[tuple[str, ...], _AllFindings] = {}
        self._ends: dict[tuple[int, tuple[str, ...]], _End] = {}
        self._cautions: dict[tuple[str, str], list[_Findings]] = {}
        self._offers: dict[tuple[Any, ...], Offer] = {}

    def assess(self, facts: Mapping[str, Any], on: date) -> Assessment:
        """One person, checked and judged. Raises ``Refused``."""
        known = known_facts(self.pathway.questions, facts, on)
        return self.assessment(known, tuple(map(known.get, self.module.facts)), on)

    def assessment(self, known: dict[str, Any], facts: Told, on: date) -> Assessment:
        """One person whose answers are checked: ``facts`` are those of ``known``, in the order of the module."""
        module = self.module
        answers = module.answers(facts)
        unasked = tuple([name for name, at in self._gated if facts[at] is None and answers[at] is not None])
        leaf = module.judge(facts).leaf
        end = self._ends.get((id(leaf), unasked)) if leaf.alike else None
        if end is None:
            end = self._end(leaf, answers, unasked, known, on)
            if leaf.alike:
                _remember(self._ends, (id(leaf), unasked), end)
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
    ) -> "_End":  # fmt: skip
        module = self.module
        findings = self._findings.get(unasked)
        if findings is None:
            made = _AllFindings.of(self.pathway, unasked)
            findings = _remember(self._findings, unasked, made, MOST_UNASKED)
        stops = module.stops(answers)
        found = tuple(map(getitem, findings.stops, stops))
        if not leaf.stopped:
            return self._table(read_table(module, answers), findings, found, answers, known, on)
        met = [at for at, verdict in enumerate(stops) if verdict is True]
        open_ = [at for at, verdict in enumerate(stops) if verdict is None]
        outcome = Outcome(_KINDS[leaf.kind], leaf.destination)
        names: dict[str, None] = {}
        if met:
            worst = min(map(module.urgency.__getitem__, met))
            if leaf.destination != "999":
                self._note_stops(stops, worst, answers, names)
        else:
            self._note_stops(stops, 2 * Kind.NEED_FACTS, answers, names)
            self._note_table(read_table(module, answers), answers, names)
        deciding = [one for at in met if (one := self.pathway.stopping[at]).kind is outcome.kind]
        return _End(outcome, tuple([one.id for one in deciding]), found, met, open_, missing=tuple(names))

    def _table(
        self, table: Table, findings: "_AllFindings", found: tuple[Finding[Any], ...], answers: Told,
        known: Mapping[str, Any], on: date,
    ) -> "_End":  # fmt: skip
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
        decided_by = once([row.id for row in rows] + [id for way in table.ways for one in way.pgds for id in barred[one.pgd]])
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
        self, one: Considered3, findings: "_AllFindings", known: Mapping[str, Any], on: date
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
        met = (*pgd.doses[len(one.doses) - 1 :],) if one.doses else ()
        ids = [item.id for item, verdict in zip(pgd.judged(), one.clauses, strict=True) if verdict is True]
        return tuple(ids) or (met[0].id,), found

    # What to ask

    def _note_stops(self, stops: Found, below: int, answers: Told, names: dict[str, None]) -> None:
        """Rule 6: the facts of the most urgent criteria first, then as they stand in the file; of those more urgent than this."""
        urgency, notes = self.module.urgency, self.module.notes[0]
        for at in self._by_urgency:
            if urgency[at] >= below:
                break
            if stops[at] is None:
                note((None,), (notes[at],), answers, names)

    def _note_table(self, table: Table, answers: Told, names: dict[str, None]) -> None:
        if table.kind is not None:
            return
        module = self.module
        if len({module.table[one.row].plan for one in table.ways}) > 1:
            note(table.rows, module.notes[1], answers, names)
        for one in table.considered:
            if one.stands == UNDECIDED:
                note(one.clauses + one.doses, module.notes_of[one.pgd], answers, names)

    def _if_not_answered(self, end: "_End") -> Kind | None:
        """Rule 9: beside need_facts, how the pharmacist refers somebody of whom it cannot be found out."""
        if end.outcome.kind is not Kind.NEED_FACTS:
            return None
        if not self._urgent.isdisjoint(end.open):
            return Kind.REFER_URGENT
        questions = self.pathway.questions
        return next((kind for name in end.missing if (kind := questions[name].if_not_answered) is not None), Kind.REFER)

    # What decides nothing

    def _gateways(self, end: "_End", beside: Found) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Rule 5: the payment points reached, and those that may have been."""
        reached, not_known = [], []
        for (id, after, position_known), said in zip(self._points, beside):
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
        return kept or _remember(
            self._offers, key, self._made(pgd, row, cautions, known, open_items, open_answers)
        )

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

    @classmethod
    def of(cls, pathway: Pathway, unasked: tuple[str, ...]) -> "_AllFindings":
        def each(items: Iterable[Judged]) -> list[_Findings]:
            return [_findings(one, unasked) for one in items]

        pgds = {pgd.id: (each(pgd.judged()), each(pgd.doses)) for pgd in pathway.pgds.values()}
        return cls(each(pathway.stopping), each(pathway.treatment), pgds)


def _findings(item: Judged, unasked: tuple[str, ...]) -> _Findings:
    shared: _Findings = {True: item.met, False: item.not_met, None: item.not_known}
    not_asked = tuple([fact for fact in item.reads if fact in unasked])
    if not not_asked:
        return shared
    return {verdict: Finding(item, one.verdict, not_asked) for verdict, one in shared.items()}


def _which(pathway: Pathway, comes_after: Any) -> frozenset[int]:
    return frozenset(at for at, one in enumerate(pathway.stopping) if comes_after(one))


def _remember(kept: dict[Any, Any], key: Any, value: Any, most: int = MOST_REMEMBERED) -> Any:
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
    return value


class _Assessors:
    """The assessors of one pathway: none until it has been asked for often enough, then one for each set of PGDs in force."""

    def __init__(self, pathway: Pathway):
        self.pathway = pathway
        self.asked_for = 0
        self.by_day: dict[date, Assessor | None] = {}
        self.by_pgds: dict[frozenset[str], Assessor | None] = {}

    def on(self, day: date) -> Assessor | None:
        if day in self.by_day:
            return self.by_day[day]
        self.asked_for += 1
        if self.asked_for <= WORTH_IT or day not in self.pathway.edition.in_force:
            return None
        return _remember(self.by_day, day, self._made(day))

    def _made(self, day: date) -> Assessor | None:
        in_force = frozenset(id for id, pgd in self.pathway.pgds.items() if day in pgd.edition.in_force)
        if in_force not in self.by_pgds:
            self.by_pgds[in_force] = made(self.pathway, in_force)
        return self.by_pgds[in_force]


def made(pathway: Pathway, in_force: frozenset[str]) -> Assessor | None:
    """The assessor of a pathway; None where a sentence of it has no spelling, so that the kernel has to judge by it."""
    try:
        text = module_of(pathway, in_force)
    except TypeError:
        return None
    names: dict[str, Any] = {}
    exec(compile(text, f"<generated from {pathway.id} {pathway.edition.version}>", "exec"), names)
    return Assessor(pathway, names["MODULE"])


_PATHWAYS: dict[int, _Assessors] = {}


def assessor_of(pathway: Pathway, on: date) -> Assessor | None:
    """The assessor of a pathway for a day; None where the kernel answers."""
    kept = _PATHWAYS.get(id(pathway))
    if kept is None:
        kept = _remember(_PATHWAYS, id(pathway), _Assessors(pathway), MOST_PATHWAYS)
    return kept.on(on)
