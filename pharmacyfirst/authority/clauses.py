"""The clauses of a document: each thing that an organisation agrees to, in the very words that it is shown, with their digest.

Whoever adopts agrees to a document clause by clause. A later version asks again only about a clause whose words, or what they stand for,
have changed. Evidence, notes, what stood for a thing in an earlier version, and the version itself are no part of a clause: they change
nothing that anybody does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pharmacyfirst.authority.adoption import DocumentVersion, documents_to_adopt
from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined, Includes, OneOf, Within, within
from pharmacyfirst.kernel.dose import Amount, Product, plain
from pharmacyfirst.kernel.evidence import Backing, OpenItem
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD, Period
from pharmacyfirst.kernel.rule import Judged

# Evidence and notes, the names of earlier versions, and which file a thing stands in.
_LEFT_OUT = {"backing", "beside", "was", "shared"}


@dataclass(frozen=True, slots=True)
class AgreedClause:
    """One clause of a document: its name, which is unique there, and its words, a line each."""

    name: str
    lines: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over name and words."""
        return digest_of([self.name, *self.lines])


@taking(pathway=Pathway)
def clauses_of(pathway: Pathway) -> dict[DocumentVersion, tuple[AgreedClause, ...]]:
    """Every clause of a condition by its document, in the order of the files."""
    own, *others = documents_to_adopt(pathway)
    found = {own: tuple(_together(_of_pathway(pathway)))}
    for document, pgd in zip(others, pathway.pgds.values(), strict=True):
        found[document] = tuple(_together(_of_pgd(pgd)))
    return found


def never_beside(pathway: Pathway) -> dict[DocumentVersion, frozenset[str]]:
    """The clauses, by document, that permit something, so that none may stand where the signed document does not have it."""
    own, *others = documents_to_adopt(pathway)
    found = {own: frozenset({"title", "in force", "source documents", *_names(pathway.channels, pathway.treatment)})}
    for document, pgd in zip(others, pathway.pgds.values(), strict=True):
        offers = _names(pgd.products, pgd.doses, pgd.differs)
        found[document] = frozenset({"title", "in force", "source document", *offers})
    return found


def _names(*groups: Iterable[Any]) -> Iterator[str]:
    for one in (one for group in groups for one in group):
        yield from {one.id} if hasattr(one, "id") else {one.name, f"channel {one.name}", f"differs: {one.name}"}


def backings_of(pathway: Pathway) -> dict[DocumentVersion, dict[str, tuple[Backing, ...]]]:
    """What stands behind each clause, by document and name; nothing for one that has no backing of its own."""
    own, *others = documents_to_adopt(pathway)
    things = {own: [*_of_pathway(pathway)]}
    for document, pgd in zip(others, pathway.pgds.values(), strict=True):
        things[document] = [*_of_pgd(pgd)]
    found: dict[DocumentVersion, dict[str, tuple[Backing, ...]]] = {}
    for document, each in things.items():
        behind = found.setdefault(document, {})
        for name, thing in each:
            if backing := getattr(thing, "backing", None):
                behind[name] = (*behind.get(name, ()), backing)
    return found


@taking(item=OpenItem)
def digest_of_item(item: OpenItem) -> str:
    """The digest of an open item as an adoption keeps it: over its id, what it says, and what holds until then."""
    return digest_of([item.id, item.says, item.until_then])


def _of_pathway(pathway: Pathway) -> Iterator[tuple[str, Any]]:
    """Everything of the pathway's own file and of the shared lists it uses, by name; several of one name are one clause.

    Open items are none: each is answered by itself.
    """
    yield "title", (pathway.title, pathway.title_for_patients)
    yield "in force", (pathway.edition.status, pathway.edition.in_force)
    yield from (("source documents", one) for one in pathway.source_documents)
    yield from ((f"channel {one.name}", one) for one in pathway.channels)
    yield from ((f"question {one.name}", one) for one in pathway.questions.values())
    yield from ((one.in_words(), one) for one in pathway.named)
    yield from ((one.id, one) for one in (*pathway.stopping, *pathway.treatment, *pathway.gateways))
    if pathway.diagnosis is not None:
        yield "diagnosis established when", pathway.diagnosis
    yield "cannot be", pathway.cannot_be
    yield from ((f"where to, {kind.word}", one) for kind, one in pathway.where_to.items())
    said = (*pathway.advice, *pathway.safety_netting, *pathway.leaflets, *pathway.records, *pathway.prompts)
    yield from ((one.id, one) for one in (*said, *pathway.duties))
    yield from ((f"page {one.title}", one) for one in pathway.pages)
    yield from ((f"code {one.code}", one) for one in pathway.codes)
    yield from ((one.id, one) for one in pathway.conflicts)
    for shared in pathway.lists.values():
        yield f"list {shared.name}", (shared.title, shared.parts)


def _of_pgd(pgd: PGD) -> Iterator[tuple[str, Any]]:
    """Everything of a PGD's file, by name, and the exclusions of every medicine that are judged for it."""
    yield "title", (pgd.title, pgd.mechanism, pgd.medicine, pgd.legal_class, pgd.route, pgd.professions)
    yield "in force", (pgd.edition.status, pgd.edition.in_force)
    yield "source document", pgd.source_document
    yield from ((one.id, one) for one in (*pgd.every_medicine, *pgd.inclusion, *pgd.exclusions, *pgd.cautions))
    yield from ((f"differs: {one.name}", one) for one in pgd.differs)
    yield from ((one.name, one) for one in pgd.products)
    yield from ((one.id, one) for one in (*pgd.doses, *pgd.instructions))
    if pgd.document:
        yield "document", pgd.document
    yield from ((heading, one) for heading, statements in pgd.particulars.items() for one in statements)


def _together(things: Iterable[tuple[str, Any]]) -> Iterator[AgreedClause]:
    found: dict[str, list[str]] = {}
    for name, thing in things:
        found.setdefault(name, []).extend(_lines(thing) if is_dataclass(thing) else _said("", thing))
    return (AgreedClause(name, tuple(lines)) for name, lines in found.items() if lines)


def _lines(thing: Any) -> Iterator[str]:
    """The fields of a thing that say something, each by its name, in the order in which the kernel has them."""
    for one in fields(thing):
        if one.init and one.name not in _LEFT_OUT and not (one.name == "pgd" and isinstance(thing, Judged)):
            value = getattr(thing, one.name)
            if value != one.default:
                yield from _said(one.name.replace("_", " "), value)


def _said(name: str, value: Any) -> Iterator[str]:
    """A value in words; what it stands for follows where it is a name."""
    match value:
        case None:
            return
        case tuple():
            for each in value:
                yield from _said(name, each)
        case Mapping():
            for key, each in value.items():
                yield from _said(f"{name} {key}".strip(), each)
        case OneOf() | Within() | Above() | Includes() | Count() | Defined():
            yield _line(name, value.in_words())
            yield from dict.fromkeys(line for part in within(value) for line in _stands_for(part))
        case Amount() | Period():
            yield _line(name, value.in_words())
        case Product():
            yield _line(name, value.name)  # a clause of its own
        case _ if is_dataclass(value):
            yield from (f"{name}, {line}" if name else line for line in _lines(value))
        case _:
            yield _line(name, _word(value))


def _line(name: str, words: str) -> str:
    return f"{name}: {words}" if name else words


def _stands_for(part: Condition) -> Iterator[str]:
    match part:
        case Defined(name, body):
            yield f"{name} means: {body.in_words()}"
        case Count(items, name=str(name)) if name:
            yield f"{name} counts: {'; '.join(one.in_words() for one in items)}"
        case Includes(fact, values, barred) if barred:
            yield f"{fact} of those that rule out {barred}: {', '.join(values)}"


def _word(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Kind():
            return value.word
        case Enum():
            return str(value.value)
        case int() | Decimal():
            return plain(Decimal(value))
        case _:
            return str(value)
