"""Pathway mutants: one small mistake in the content at a time, each of which some case has to notice.

A criterion dropped, a bound moved by one, a form turned over, an outcome swapped, a row moved, a dose changed; a payment point or a line
of advice for somebody else. What no case notices is either a gap in the cases or a change that changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from pharmacyfirst.content.cases import Case
from pharmacyfirst.content.pathways import once_clear, own_gate
from pharmacyfirst.content.whole_dose_tables import dose_faults
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import (
    Above,
    Condition,
    Count,
    Defined,
    Includes,
    Limits,
    OneOf,
    Within,
    all_of,
)
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import STOPPING_KINDS, Kind
from pharmacyfirst.kernel.pathway import Criterion, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.questions import Answer, Question
from pharmacyfirst.proof.mutants_beside import of_advice, of_gateways, of_windows

Variant = tuple[str, Condition]
Decides = TypeVar("Decides", Criterion, Row)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A pathway with one mistake in it, named by where and what; ``pgd`` is the document it stands in, if it stands in one."""

    name: str
    pathway: Pathway
    pgd: str = ""


def survives(mutant: Mutant, cases: Iterable[Case]) -> bool:
    """Whether no case notices, and the check of the dose table would let it load."""
    return not any(_notices(case, mutant.pathway) for case in cases) and not _refused_by_the_loader(mutant)


def _refused_by_the_loader(mutant: Mutant) -> bool:
    if not mutant.pgd:
        return False
    pgd = mutant.pathway.pgds[mutant.pgd]
    named: tuple[Criterion | Clause, ...] = (*mutant.pathway.stopping, *pgd.every_medicine, *pgd.exclusions)
    return any(dose_faults(pgd, mutant.pathway.questions, {item.id: item for item in named}))


def _notices(case: Case, pathway: Pathway) -> bool:
    try:
        return bool(case.failure(assess(pathway, case.facts, case.as_of)))
    except (IndexError, KeyError):  # a mutant may break what the loader guarantees; that is noticed too
        return True


def mutants(pathway: Pathway) -> Iterator[Mutant]:
    """Every mutant of a pathway and its PGDs."""
    yield from _of_stopping(pathway)
    yield from _of_treatment(pathway)
    for name, pgd in pathway.pgds.items():
        for what, changed in _of_pgd(pgd, pathway):
            yield Mutant(f"{name} {what}", replace(pathway, pgds=Frozen({**pathway.pgds, name: changed})), name)
    yield from _of_named(pathway)
    yield from _of_asking(pathway)
    for of in (of_gateways, of_advice):
        yield from (Mutant(name, changed) for name, changed in of(pathway, variants))
    yield from (Mutant(name, changed) for name, changed in of_windows(pathway))


def _of_stopping(pathway: Pathway) -> Iterator[Mutant]:
    def but(at: int, *instead: Any) -> Pathway:
        return replace(pathway, stopping=_but(pathway.stopping, at, *instead))

    for at, criterion in enumerate(pathway.stopping):
        yield Mutant(f"{criterion.id} dropped", but(at))
        yield Mutant(f"{criterion.id} turned over", but(at, replace(criterion, must=not criterion.must)))
        for kind in STOPPING_KINDS:
            if kind is not criterion.kind and abs(kind - criterion.kind) == 1:
                yield Mutant(
                    f"{criterion.id} ends in {kind.word}", but(at, replace(criterion, kind=kind, always_999=False))
                )
        for what, other in _beside(criterion):
            yield Mutant(f"{criterion.id} {what}", but(at, other))
        if criterion.kind is Kind.EMERGENCY:
            changed = replace(criterion, always_999=not criterion.always_999)
            yield Mutant(f"{criterion.id} {'always' if changed.always_999 else 'not always'} 999", but(at, changed))
        for what, condition in variants(criterion.sentence, pathway):
            yield Mutant(f"{criterion.id} {what}", but(at, replace(criterion, sentence=condition)))


def _of_treatment(pathway: Pathway) -> Iterator[Mutant]:
    rows = pathway.treatment

    def but(at: int, *instead: Any) -> Pathway:
        return replace(pathway, treatment=_but(rows, at, *instead))

    for at, row in enumerate(rows):
        for what, changed in _other_results(row, rows):
            yield Mutant(f"{row.id} {what}", but(at, changed))
        if at + 1 < len(rows):
            yield Mutant(f"{row.id} dropped", but(at))
            moved = (*rows[:at], rows[at + 1], row, *rows[at + 2 :])
            yield Mutant(f"{row.id} moved down", replace(pathway, treatment=moved))
        for what, condition in variants(row.sentence, pathway) if row.sentence is not None else ():
            yield Mutant(f"{row.id} {what}", but(at, replace(row, sentence=condition)))


def _other_results(row: Row, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    results = {(one.kind, one.offers, one.fallback, one.each, one.leads_to): one for one in rows}
    for (kind, offers, fallback, each, leads_to), other in results.items():
        if (kind, offers, fallback, each, leads_to) != (row.kind, row.offers, row.fallback, row.each, row.leads_to):
            changed = replace(row, kind=kind, offers=offers, fallback=fallback, each=each, leads_to=leads_to)
            yield f"does as {other.id}", changed
    yield from _beside(row)
    if row.each:
        yield "offers all or none", replace(row, each=False)
    if len(row.offers) > 1:
        yield "offers turned round", replace(row, offers=row.offers[::-1])
        yield "offers the first only", replace(row, offers=row.offers[:1], fallback=False)
        if not row.each:
            yield "fall-back turned over", replace(row, fallback=not row.fallback)
    if row.offers:
        other_kind = Kind.REFER if row.nothing_left is Kind.REFER_URGENT else Kind.REFER_URGENT
        yield f"{other_kind.word} when nothing is left", replace(row, nothing_left=other_kind)


def _beside(item: Decides) -> Iterator[tuple[str, Decides]]:
    """Mistakes in what stands beside the kind: another time or none, nothing that follows, measured by another pathway."""
    if item.within_days:
        yield "without its time", replace(item, within_days=None)
        yield "within a day more", replace(item, within_days=item.within_days + 1)
    if item.next:
        yield "without what follows", replace(item, next=None)
    if isinstance(item, Row) and item.leads_to:
        yield "leads to another", replace(item, leads_to=f"not-{item.leads_to}")


def _of_pgd(pgd: PGD, pathway: Pathway) -> Iterator[tuple[str, PGD]]:
    for group in ("every_medicine", "inclusion", "exclusions"):
        clauses = getattr(pgd, group)
        for at, clause in enumerate(clauses):
            if clause.sentence is None:
                continue
            yield f"{clause.id} dropped", _with(pgd, group, _but(clauses, at))
            yield (
                f"{clause.id} turned over",
                _with(pgd, group, _but(clauses, at, replace(clause, must=not clause.must))),
            )
            for what, condition in variants(clause.sentence, pathway):
                yield (
                    f"{clause.id} {what}",
                    _with(pgd, group, _but(clauses, at, replace(clause, sentence=condition))),
                )
    for at, one in enumerate(pgd.instructions):
        yield f"{one.id} dropped", replace(pgd, instructions=_but(pgd.instructions, at))
        for what, sentence in (
            () if one.sentence is None else (("of everybody", None), *variants(one.sentence, pathway))
        ):
            changed_one = replace(one, sentence=sentence)
            yield f"{one.id} {what}", replace(pgd, instructions=_but(pgd.instructions, at, changed_one))
    for at, row in enumerate(pgd.doses):
        yield f"{row.id} dropped", replace(pgd, doses=_but(pgd.doses, at))
        changes = [
            (f"{row.id} {what}", replace(row, sentence=c))
            for what, c in (variants(row.sentence, pathway) if row.sentence else ())
        ]
        if row.dose is not None:
            more = replace(row.dose, each=replace(row.dose.each, amount=row.dose.each.amount + 1))
            changes += [
                (f"{row.id} dose changed", replace(row, dose=more)),
                (f"{row.id} times changed", replace(row, times_a_day=row.times_a_day + 1)),
            ]
            if row.days:
                changes += [(f"{row.id} days changed", replace(row, days=row.days + 1))]
            if least := row.packs[0].least:
                pack = replace(row.packs[0], least=replace(least, amount=least.amount + 1))
                changes += [(f"{row.id} least changed", replace(row, packs=(pack, *row.packs[1:])))]
        for what, changed in changes:
            yield what, replace(pgd, doses=_but(pgd.doses, at, changed))


def _with(pgd: PGD, group: str, clauses: tuple[Any, ...]) -> PGD:
    changed: dict[str, Any] = {group: clauses}
    return replace(pgd, **changed)


def _of_named(pathway: Pathway) -> Iterator[Mutant]:
    """Mistakes in a score or definition, wherever it is used."""
    for named in pathway.named:
        bodies: Iterable[Variant]
        if named.points and isinstance(named.sentence, Count):
            bodies = _items_changed(named.sentence, pathway)
        else:
            bodies = variants(named.sentence, pathway)
        for what, body in bodies:
            yield Mutant(f"{named.name} {what}", everywhere(pathway, named.name, body))


def _of_asking(pathway: Pathway) -> Iterator[Mutant]:
    """Mistakes in whom a fact is asked of."""
    for name, fact in pathway.questions.items():
        if fact.asked_when is not None:
            for what, condition in (("asked of everybody", None), *_other_gates(fact, fact.asked_when, pathway)):
                changed = replace(fact, asked_when=condition)
                yield Mutant(
                    f"{name} asked when {what}",
                    replace(pathway, questions=Frozen({**pathway.questions, name: changed})),
                )


def _other_gates(fact: Question, gate: Condition, pathway: Pathway) -> Iterator[tuple[str, Condition | None]]:
    """Of a question that waits for headings: one of them left out, and mistakes in the sentence it has besides."""
    if not fact.asked_after:
        yield from variants(gate, pathway)
        return
    own = own_gate(fact)
    for name in fact.asked_after:
        rest = [one for one in fact.asked_after if one != name]
        yield f"not after {name}", once_clear(pathway.stopping, rest, own)
    for what, other in () if own is None else variants(own, pathway):
        yield what, once_clear(pathway.stopping, fact.asked_after, other)


def everywhere(pathway: Pathway, name: str, body: Condition) -> Pathway:
    """The pathway with a score or definition replaced in every sentence that uses it."""

    def within(item: Any) -> Any:
        return item if item.sentence is None else replace(item, sentence=_substituted(item.sentence, name, body))

    pgds = {
        id: replace(
            pgd,
            every_medicine=tuple(map(within, pgd.every_medicine)),
            inclusion=tuple(map(within, pgd.inclusion)),
            exclusions=tuple(map(within, pgd.exclusions)),
            cautions=tuple(map(within, pgd.cautions)),
            instructions=tuple(map(within, pgd.instructions)),
            doses=tuple(map(within, pgd.doses)),
        )
        for id, pgd in pathway.pgds.items()
    }
    facts = {
        id: fact if fact.asked_when is None else replace(fact, asked_when=_substituted(fact.asked_when, name, body))
        for id, fact in pathway.questions.items()
    }
    return replace(
        pathway,
        stopping=tuple(map(within, pathway.stopping)),
        treatment=tuple(map(within, pathway.treatment)),
        gateways=tuple(map(within, pathway.gateways)),
        advice=tuple(map(within, pathway.advice)),
        safety_netting=tuple(map(within, pathway.safety_netting)),
        duties=tuple(map(within, pathway.duties)),
        diagnosis=None if pathway.diagnosis is None else within(pathway.diagnosis),
        pgds=Frozen(pgds),
        questions=Frozen(facts),
    )


def _substituted(condition: Condition, name: str, body: Condition) -> Condition:
    if isinstance(condition, Defined):
        return replace(condition, body=body if condition.name == name else _substituted(condition.body, name, body))
    if isinstance(condition, Count):
        if condition.name == name and isinstance(body, Count):
            return replace(condition, items=body.items, high=min(condition.high, len(body.items)))
        return replace(condition, items=tuple(_substituted(item, name, body) for item in condition.items))
    return condition


def variants(condition: Condition, pathway: Pathway) -> Iterator[Variant]:
    """One small mistake in a sentence at a time. Scores and definitions it uses are left alone: they have mistakes of their own."""
    match condition:
        case OneOf():
            yield from _other_values(condition, pathway.questions[condition.fact])
        case Within():
            for what, limits in _other_limits(condition.limits, pathway.questions[condition.fact]):
                yield f"{condition.fact} {what}", replace(condition, limits=limits)
        case Above():
            yield f"{condition.fact} turned round", Above(condition.other, condition.fact)
        case Includes():
            for value in condition.values:
                rest = tuple(one for one in condition.values if one != value)
                yield f"without {value}", replace(condition, values=rest)
        case Defined():
            yield f"{condition.name} turned over", replace(condition, wanted=not condition.wanted)
        case Count():
            yield from _other_counts(condition)
            if not condition.name:
                yield from _items_changed(condition, pathway)


def _other_values(condition: OneOf, fact: Question) -> Iterator[Variant]:
    if fact.answer is Answer.YES_NO:
        yield f"{condition.fact} turned over", replace(condition, values=(not condition.values[0],))
        return
    for name in fact.choice_names():
        if name in condition.values:
            rest = tuple(value for value in condition.values if value != name)
            yield f"{condition.fact} without {name}", replace(condition, values=rest)
        else:
            yield f"{condition.fact} with {name}", replace(condition, values=(*condition.values, name))


def _other_limits(limits: Limits, fact: Question) -> Iterator[tuple[str, Limits]]:
    step = Decimal(1) if fact.answer is Answer.WHOLE_NUMBER else Decimal("0.1")
    for end in ("low", "high"):
        bound = getattr(limits, end)
        if bound is None:
            continue
        for by in (-step, step):
            moved = replace(limits, **{end: bound + by})
            if moved.low is None or moved.high is None or moved.low <= moved.high:
                yield f"{end} {by:+}", moved
    if limits.low is not None and fact.answer is Answer.NUMBER and limits.low != limits.high:
        yield "low end in or out", replace(limits, above=not limits.above)
    if limits.high is not None and fact.answer is Answer.NUMBER and limits.low != limits.high:
        yield "high end in or out", replace(limits, to_below=not limits.to_below)


def _other_counts(count: Count) -> Iterator[Variant]:
    size = len(count.items)
    if not count.name and count.low in (1, size) and count.high == size and size > 1:
        other = 1 if count.low == size else size
        yield "any for all" if other == 1 else "all for any", replace(count, low=other)
    for end in ("low", "high"):
        for by in (-1, 1):
            moved = replace(count, **{end: getattr(count, end) + by})
            if 0 <= moved.low <= moved.high <= size and (moved.low, moved.high) != (0, size):
                yield f"{count.name} {end} {by:+}".strip(), moved


def _items_changed(count: Count, pathway: Pathway) -> Iterator[Variant]:
    size = len(count.items)

    def fitted(items: tuple[Condition, ...]) -> Condition:
        if not count.name and count.low == size:
            return all_of(items)
        high = len(items) if count.high == size else min(count.high, len(items))
        return replace(count, items=items, low=min(count.low, len(items)), high=high)

    for at, item in enumerate(count.items):
        if size > 1:
            yield f"without ({item.in_words()})", fitted(_but(count.items, at))
        within = f"{item.in_words()}: " if isinstance(item, Count) and not item.name else ""
        for what, changed in variants(item, pathway):
            yield f"({within}{what})", replace(count, items=_but(count.items, at, changed))


def _but(items: Sequence[Any], at: int, *instead: Any) -> tuple[Any, ...]:
    return (*items[:at], *instead, *items[at + 1 :])
