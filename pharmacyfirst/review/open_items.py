"""Which open item is named where: what whoever adopts a condition has to clear."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.review.layout import Line, Part, Row, Table, line, row_of

WHOLE = "the whole document"


@dataclass(frozen=True, slots=True)
class Naming:
    """A place that names open items: a document of the condition, and the id or heading in it."""

    document: str
    place: str
    items: tuple[str, ...]


def namings(pathway: Pathway) -> Iterator[Naming]:
    """Every place of a condition that names an open item, the pathway first.

    An exclusion of every medicine stands in the pathway's file, and so is named there, once.
    """
    every = {clause.id: clause.open for pgd in pathway.pgds.values() for clause in pgd.every_medicine}
    for place, items in (*_in_rules(pathway), *every.items(), *_in_questions(pathway), *_in_lists(pathway)):
        yield Naming("pathway", place, items)
    for pgd in pathway.pgds.values():
        yield from (Naming(pgd.id, place, items) for place, items in namings_of(pgd) if place not in every)


def _in_rules(pathway: Pathway) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((f"channel {one.name}", one.open) for one in pathway.channels)
    yield from ((f"{'score' if one.points else 'definition'} {one.name}", one.open) for one in pathway.named)
    for one in (*pathway.stopping, *pathway.treatment, *pathway.gateways):
        yield one.id, one.open


def _in_questions(pathway: Pathway) -> Iterator[tuple[str, tuple[str, ...]]]:
    for fact in pathway.facts.values():
        yield from ((f"answer {value.name}", value.open) for value in fact.values)


def _in_lists(pathway: Pathway) -> Iterator[tuple[str, tuple[str, ...]]]:
    said = (*pathway.advice, *pathway.safety_netting, *pathway.leaflets, *pathway.records, *pathway.prompts)
    yield from ((one.id, one.open) for one in said)


def namings_of(pgd: PGD) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every place of a PGD with the open items it names, in the order of the file."""
    yield WHOLE, pgd.open
    for heading, statements in pgd.particulars.items():
        yield from ((heading, one.open) for one in statements)
    for clause in (*pgd.inclusion, *pgd.exclusions, *pgd.every_medicine, *pgd.cautions):
        yield clause.id, clause.open
    yield from ((one.name, one.open) for one in pgd.products)
    yield from ((one.id, one.open) for one in pgd.doses)


def places(named: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """The places of each open item, each once."""
    found: dict[str, dict[str, None]] = {}
    for place, items in named:
        for item in items:
            found.setdefault(item, {})[place] = None
    return {item: tuple(where) for item, where in found.items()}


def table_of(pathway: Pathway, where: dict[str, tuple[str, ...]]) -> Table:
    """The open items of one document, with the places that name each, in the order of the condition's file."""
    rows = tuple(
        Row(item.id, (line(item.id),), ((line(item.says),), (line(item.until_then),), (Line(row_of(where[item.id])),)))
        for item in pathway.open_items.values()
        if item.id in where
    )
    columns = (
        Part("Open item", "id"),
        Part("What is not known", "wide"),
        Part("Until then", "wide"),
        Part("Named at", "named"),
    )
    return Table("Open items that this document names", columns, rows)


@dataclass(frozen=True, slots=True)
class ToClear:
    """One open item of a condition, with the documents that name it and the places in each."""

    id: str
    says: str
    until_then: str
    named_at: tuple[Line, ...]


def to_clear(pathway: Pathway) -> tuple[ToClear, ...]:
    """Every open item of a condition, each with all the places that name it."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for naming in namings(pathway):
        for item in naming.items:
            found.setdefault(item, {}).setdefault(naming.document, {})[naming.place] = None
    return tuple(
        ToClear(
            item.id,
            item.says,
            item.until_then,
            tuple(_in_document(*at) for at in found.get(item.id, _ELSEWHERE).items()),
        )
        for item in pathway.open_items.values()
    )


# The kernel does not carry what a source document, a code or a conflict names.
_ELSEWHERE: dict[str, dict[str, None]] = {"pathway": {"a source document, a code or a conflict": None}}


def _in_document(document: str, where: Iterable[str]) -> Line:
    return Line((Part(document, "grade"), Part(": "), *row_of(where)))
