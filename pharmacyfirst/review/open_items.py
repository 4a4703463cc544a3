"""Which open item is named where: what whoever adopts a condition has to clear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pharmacyfirst.kernel.evidence import Backed, OpenItem
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.review.identity import whole
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, line, row_of
from pharmacyfirst.review.notes import Notes, remark
from pharmacyfirst.review.wording import Wording


def places(named: Iterable[Backed]) -> dict[str, tuple[str, ...]]:
    """The places of one document that name each open item, each once."""
    found: dict[str, dict[str, None]] = {}
    for one in named:
        for item in one.backing.open:
            found.setdefault(item, {})[one.place] = None
    return {item: tuple(where) for item, where in found.items()}


def table_of(pathway: Pathway, where: dict[str, tuple[str, ...]], notes: Notes) -> Table:
    """The open items of one document, with the places that name each, in the order of the condition's file."""
    named_at = {item: (Line(row_of(found)),) for item, found in where.items()}
    return table_of_items("Open items that this document names", pathway.open_items.values(), named_at, notes)


def whole_table(pathway: Pathway, notes: Notes) -> Table:
    """Every open item of a condition, with the documents that name it and the places in each."""
    named_at = {one.id: one.named_at for one in to_clear(pathway)}
    caption = f"All that is not known of this {whole(pathway)}"
    return table_of_items(caption, pathway.open_items.values(), named_at, notes)


def owed(pathway: Pathway, what: str = "them") -> Line:
    """What whoever adopts does first; of a permit nothing is said where nothing is supplied."""
    no_permit = " Until then there is no permit." if pathway.pgds else ""
    return line(f"Whoever adopts the {whole(pathway)} clears every one of {what} first.{no_permit}")


def table_of_items(
    caption: str, items: Iterable[OpenItem], named_at: Mapping[str, tuple[Line, ...]], notes: Notes
) -> Table:
    """Those of the open items that are named somewhere, each with where; in their order."""
    rows = tuple(
        TableRow(
            item.id,
            (line(item.id),),
            (
                (_says(item, notes), *notes.remark(item.backing.note)),
                (notes.prose(item.until_then),),
                named_at[item.id],
            ),
        )
        for item in items
        if item.id in named_at
    )
    columns = (
        Part("Open item", "id"),
        Part("What is not known", "wide"),
        Part("Until then", "wide"),
        Part("Named at", "named"),
    )
    return Table(caption, columns, rows)


def _says(item: OpenItem, notes: Notes) -> Line:
    return Line(notes.prose(item.says).parts, notes.marks(item.backing.evidence))


@dataclass(frozen=True, slots=True)
class ToClear:
    """One open item of a condition, with the documents that name it and the places in each."""

    id: str
    says: str
    until_then: str
    note: str
    named_at: tuple[Line, ...]


def to_clear(pathway: Pathway) -> tuple[ToClear, ...]:
    """Every open item of a condition, each with all the places that name it."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    wording = Wording(pathway)
    for one in pathway.backed():
        for item in one.backing.open:
            found.setdefault(item, {}).setdefault(one.document, {})[one.place] = None
    return tuple(
        ToClear(
            item.id,
            item.says,
            item.until_then,
            remark(item.backing.note, wording),
            tuple(_in_document(*at) for at in found.get(item.id, {}).items()),
        )
        for item in pathway.open_items.values()
    )


def _in_document(document: str, where: Iterable[str]) -> Line:
    return Line((Part(document, "grade"), Part(": "), *row_of(where)))
