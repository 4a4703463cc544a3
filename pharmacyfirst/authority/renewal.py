"""What a new version asks of an organisation that adopted an earlier one: only what changed, what was added, and what is open."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pharmacyfirst.authority.adoption import Adoption, Checked, DocumentVersion, Practitioner
from pharmacyfirst.authority.clauses import AgreedClause, clauses_of, digest_of_item
from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.evidence import OpenItem
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway


@dataclass(frozen=True, slots=True)
class ToAgree:
    """A clause that nobody of the organisation has agreed to in these words; ``added``: the earlier version has none of its name.

    ``documents`` are those in which it stands, in the same words.
    """

    clause: AgreedClause
    documents: tuple[DocumentVersion, ...]
    added: bool


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is to be agreed to and answered, what is kept of the earlier record, and what is no longer there, by name."""

    clauses: tuple[ToAgree, ...]
    items: tuple[OpenItem, ...]
    kept: tuple[Checked, ...]
    gone: tuple[str, ...]


@taking(old=Adoption, pathways=Iterable)
def renewal(old: Adoption, pathways: Iterable[Pathway]) -> Renewal:
    """Compare the earlier record with the conditions as they now stand. Clauses and open items are known by name, words by digest."""
    now = [*pathways]
    clauses = {document: found for pathway in now for document, found in clauses_of(pathway).items()}
    items = {item.id: item for pathway in now for item in pathway.open_items.values()}
    kept = tuple(one for one in old.checked if one.agrees and _same(items.get(one.item), one))
    answered = {one.item for one in kept}
    return Renewal(
        clauses=tuple(_to_agree(_agreed(old), clauses)),
        items=tuple(item for name, item in items.items() if name not in answered),
        kept=kept,
        gone=(*_gone(old, clauses), *(f"open item {one.item}" for one in old.checked if one.item not in items)),
    )


@taking(old=Adoption, new=Adoption)
def joined(old: Adoption, new: Adoption) -> Adoption:
    """The record of one organisation that adopts the conditions of ``new`` as they stand there, and every other as before.

    Who signed for other conditions keeps that. What was suspended or withdrawn stays so, of a new version too. It is in force no longer than the
    record of before: nobody has signed that the other conditions are.
    """
    theirs = {one.condition for one in new.documents}
    now = {one.of(): one for one in new.documents}
    asked = {one.item for one in new.checked}
    people = {one.gphc_number: one for one in new.practitioners}
    kept = [_with_others(one, people.pop(one.gphc_number, None), theirs) for one in old.practitioners]
    return replace(
        new,
        period=old.period,
        distance_selling=old.distance_selling,
        documents=(*(one for one in old.documents if one.condition not in theirs), *new.documents),
        checked=(*(one for one in old.checked if one.item not in asked), *new.checked),
        practitioners=(*(one for one in kept if one.authorised_for), *people.values()),
        halted=tuple(
            replace(one, document=now.get(one.document.of(), one.document))
            for one in old.halted
            if one.document.condition not in theirs or one.document.of() in now
        ),
        disagreements=(*(one for one in old.disagreements if one.document.condition not in theirs), *new.disagreements),
        agreed=Frozen({**{one: each for one, each in old.agreed.items() if one.condition not in theirs}, **new.agreed}),
    )


def _with_others(old: Practitioner, new: Practitioner | None, theirs: Collection[str]) -> Practitioner:
    others = tuple(one for one in old.authorised_for if one.condition not in theirs)
    return replace(old, authorised_for=(*others, *(new.authorised_for if new is not None else ())))


def _same(item: OpenItem | None, checked: Checked) -> bool:
    return item is not None and digest_of_item(item) == checked.digest


def _agreed(old: Adoption) -> dict[str, Mapping[str, str]]:
    """The clauses agreed to, by condition and document whatever the version; what was found not to agree is asked again."""
    wrong = {(one.document.of(), one.clause) for one in old.disagreements}
    return {
        document.of(): {name: digest for name, digest in clauses.items() if (document.of(), name) not in wrong}
        for document, clauses in old.agreed.items()
    }


def _to_agree(
    agreed: Mapping[str, Mapping[str, str]], clauses: Mapping[DocumentVersion, tuple[AgreedClause, ...]]
) -> Iterator[ToAgree]:
    found: dict[AgreedClause, list[DocumentVersion]] = {}
    added: set[AgreedClause] = set()
    for document, each in clauses.items():
        before = agreed.get(document.of(), {})
        for clause in each:
            if before.get(clause.name) != clause.digest:
                found.setdefault(clause, []).append(document)
                if clause.name not in before:
                    added.add(clause)
    return (ToAgree(clause, tuple(documents), clause in added) for clause, documents in found.items())


def _gone(old: Adoption, clauses: Mapping[DocumentVersion, tuple[AgreedClause, ...]]) -> Iterator[str]:
    now = {document.of(): {one.name for one in each} for document, each in clauses.items()}
    for document in old.documents:
        if document.of() not in now:
            yield f"{document.of()}, the whole document"
            continue
        before = [*old.agreed.get(document, ()), *(one.clause for one in old.disagreements if one.document == document)]
        yield from (f"{document.of()}: {name}" for name in dict.fromkeys(before) if name not in now[document.of()])
