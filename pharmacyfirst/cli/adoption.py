"""``adopt``: prepares an organisation's adoption record in the terminal, anew or from the record of an earlier version."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeVar

import click

from pharmacyfirst.authority.adoption import (
    NOT_PERMITTED_BY_A_DRAFT,
    Adoption,
    Checked,
    Disagreement,
    DocumentVersion,
    Halted,
    Practitioner,
    documents_to_adopt,
    drafts_of,
)
from pharmacyfirst.authority.clauses import clauses_of, digest_of_item
from pharmacyfirst.authority.renewal import Renewal, ToAgree, renewal
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import DoesNotFit, NotDone
from pharmacyfirst.content.adoption import AdoptionNotWritten, read_adoption, write_adoption
from pharmacyfirst.content.amounts import parse_period
from pharmacyfirst.kernel.evidence import OpenItem
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.identifiers import PHARMACIST, TECHNICIAN, WrongIdentifier, gphc_number, pharmacy_ods
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.kernel.questions import read_day

DECLARATION = (
    "You are about to record that your organisation has read these documents word for word against the signed NHS England\n"
    "documents, and adopts them. Whoever adopts answers for the supplies made under them."
)
CHANGED = (
    "You are about to record that your organisation adopts these documents. What it agreed to in the earlier record, and what\n"
    "still has the same words, is kept. Read the rest against the signed NHS England documents."
)

DRAFT = "  DRAFT: permits nothing"

Answer = TypeVar("Answer")


@click.command()
@click.argument("conditions", nargs=-1, required=True)
@click.option(
    "--to",
    type=options.FILE,
    metavar="FILE",
    default=Path("adoption.yaml"),
    show_default=True,
    help="The record to write.",
)
@click.option(
    "--from",
    "earlier",
    type=options.FILE_THERE,
    metavar="FILE",
    help="The record of an earlier version: asks only for what changed, was added or is open.",
)
@options.as_of
@options.pathways
def adopt(conditions: tuple[str, ...], to: Path, earlier: Path | None, as_of: date | None, folder: Path | None) -> None:
    """Prepare an organisation's adoption record.

    Shows the documents of the CONDITIONS with their digests and every open item, asks whether each agrees with the signed document, who
    signs, and which practitioners may use them, and writes the record. An item left open, or that does not agree, bars every permit. A
    document that is marked as a draft may be read and compared; nothing is permitted under it until its version is published.

    \b
    Example:
      pharmacyfirst adopt shingles impetigo --to adoption.yaml
      pharmacyfirst adopt shingles impetigo --from adoption.yaml --to adoption-2026-3.yaml
    """
    day = as_of or options.today_in_london()
    library = options.library(folder)
    record([library.in_force(condition, day) for condition in dict.fromkeys(conditions)], to, earlier, day)


def record(
    pathways: Sequence[Pathway], to: Path, earlier: Path | None, day: date, looked: Sequence[Checked] | None = None
) -> None:
    """Ask what an adoption record needs besides, write it and say what is in it. ``looked``: what was found of the open items and, with it, of
    every clause, on the bench; None: it is asked here. Raises ``NotDone`` where the file is there.
    """
    if to.exists():
        raise NotDone(
            "The file of --to is there already. Name another file; a signed record is corrected by a new one."
        )
    if earlier is None:
        adoption = _anew(pathways, day, looked)
    else:
        adoption = _renewed(pathways, read_adoption(earlier), day, looked)
    try:
        write_adoption(adoption, to)
    except AdoptionNotWritten as refused:
        raise NotDone(str(refused)) from None
    _summary(adoption, pathways)


def _summary(adoption: Adoption, pathways: Sequence[Pathway]) -> None:
    answered = {one.item: one.agrees for one in adoption.checked}
    left = sum(item not in answered for pathway in pathways for item in pathway.open_items)
    wrong = sum(not agrees for agrees in answered.values()) + len(adoption.disagreements)
    click.echo(f"\nWritten. {_counted(left, 'open item')} not answered{', which bars every permit' if left else ''}.")
    if wrong:
        click.echo(f"Not agreed: {_counted(wrong, 'answer')}, which bars every permit that it is about.")
    _say_of_drafts(pathways)


def _counted(number: int, what: str, several: str = "") -> str:
    return f"{number} {what if number == 1 else several or f'{what}s'}"


# Anew


def _anew(pathways: Sequence[Pathway], day: date, looked: Sequence[Checked] | None) -> Adoption:
    click.echo(DECLARATION)
    _say_of_drafts(pathways)
    documents = _show_documents(pathways)
    organisation = _ask("ODS code of the pharmacy", pharmacy_ods)
    distance = click.confirm("Is it a distance-selling pharmacy?")
    period = _ask('In force ("2026-11-01 to 2027-01-30" or "from 2026-11-01")', _period)
    signed_by, role = _ask("Signed by", _words), _ask("Role", _words)
    items = (item for pathway in pathways for item in pathway.open_items.values())
    return Adoption(
        ods_code=organisation,
        distance_selling=distance,
        documents=documents,
        period=period,
        checked=tuple(_checked(items, signed_by, day) if looked is None else looked),
        signed_by=signed_by,
        role=role,
        signed_on=day,
        practitioners=tuple(_practitioners(documents, ())),
        agreed=_agreed(pathways, ()),
    )


def _say_of_drafts(pathways: Sequence[Pathway]) -> None:
    """How many of the documents are drafts, before anything is signed and once it is: whoever adopts one must not take it for permission."""
    many = sum(len(drafts_of(pathway)) for pathway in pathways)
    if many:
        click.echo(
            f"\n{_counted(many, 'of these documents is a draft', 'of these documents are drafts')}. {NOT_PERMITTED_BY_A_DRAFT}"
        )


def _show_documents(pathways: Sequence[Pathway]) -> tuple[DocumentVersion, ...]:
    for pathway in pathways:
        click.echo(f"\n{pathway.title}")
        drafts = drafts_of(pathway)
        for document in documents_to_adopt(pathway):
            click.echo(f"  {document.in_words()}  {document.digest}{DRAFT if document in drafts else ''}")
        signed: dict[str, list[str]] = {}
        for pgd in pathway.pgds.values():
            signed.setdefault(pgd.document, []).append(pgd.id)
        for name, files in signed.items():
            if name and len(files) > 1:
                click.echo(f"  {name} is one signed document: compare each of these with it: {', '.join(files)}.")
    return tuple(document for pathway in pathways for document in documents_to_adopt(pathway))


def _agreed(
    pathways: Sequence[Pathway], disagreements: Iterable[Disagreement]
) -> Frozen[DocumentVersion, Frozen[str, str]]:
    """The digests of all clauses but those that do not agree."""
    wrong = {(one.document, one.clause) for one in disagreements}
    return Frozen(
        {
            document: Frozen({one.name: one.digest for one in clauses if (document, one.name) not in wrong})
            for pathway in pathways
            for document, clauses in clauses_of(pathway).items()
        }
    )


def _checked(items: Iterable[OpenItem], by: str, day: date) -> Iterator[Checked]:
    for item in items:
        click.echo(f"\n{item.id}: {item.says}\n  until then: {item.until_then}")
        agrees = _yes_no_or_open("  Does our document agree with the signed one? (yes, no, Enter leaves it open)")
        if agrees is not None:
            how = _ask("  How was that seen?", _words)
            yield Checked(item.id, digest_of_item(item), agrees, how, by, day)


# From an earlier record


def _renewed(pathways: Sequence[Pathway], old: Adoption, day: date, looked: Sequence[Checked] | None) -> Adoption:
    lost = {one.condition for one in old.documents} - {pathway.id for pathway in pathways}
    if lost:
        says = f"The earlier record also adopts {', '.join(sorted(lost))}. Name every condition, or it would be lost."
        raise NotDone(f"{says} Nothing was written.")
    click.echo(CHANGED)
    _say_of_drafts(pathways)
    documents = _show_documents(pathways)
    asked = renewal(old, pathways)
    if looked is not None:
        asked = replace(asked, clauses=(), items=(), kept=tuple(looked))
    _show_renewal(asked)
    period = _ask("In force", _period, old.period.in_words())
    signed_by, role = _ask("Signed by", _words, old.signed_by), _ask("Role", _words, old.role)
    disagreements = tuple(wrong for one in asked.clauses for wrong in _clause(one, signed_by, day))
    checked = {one.item: one for one in (*asked.kept, *_checked(asked.items, signed_by, day))}
    return replace(
        old,
        documents=documents,
        period=period,
        checked=tuple(checked[item] for pathway in pathways for item in pathway.open_items if item in checked),
        signed_by=signed_by,
        role=role,
        signed_on=day,
        practitioners=tuple(_renewed_practitioners(old, documents, day)),
        halted=tuple(_still_halted(old, documents, day)),
        disagreements=disagreements,
        agreed=_agreed(pathways, disagreements),
    )


def _show_renewal(asked: Renewal) -> None:
    added = sum(one.added for one in asked.clauses)
    click.echo(
        f"\n{_counted(len(asked.clauses) - added, 'clause')} changed, {added} added, "
        f"{_counted(len(asked.items), 'open item')} to answer, {len(asked.gone)} no longer there."
    )
    for name in asked.gone:
        click.echo(f"  no longer there: {name}")


def _clause(asked: ToAgree, by: str, day: date) -> Iterator[Disagreement]:
    names = ", ".join(document.in_words() for document in asked.documents)
    click.echo(f"\n{'ADDED' if asked.added else 'CHANGED'}: {asked.clause.name}  ({names})")
    for line in asked.clause.lines:
        click.echo(f"  {line}")
    if not click.confirm("  Does it agree with the signed document?", default=None):
        how = _ask("  What does the signed document say?", _words)
        yield from (Disagreement(document, asked.clause.name, how, by, day) for document in asked.documents)


def _renewed_practitioners(old: Adoption, documents: Sequence[DocumentVersion], day: date) -> Iterator[Practitioner]:
    """Those of the earlier record, each for what they signed and sign now, a document that is new among it; then any others."""
    there = {document.of() for document in old.documents}
    for one in old.practitioners:
        if one.until is not None and one.until < day:
            click.echo(f"\n{one.gphc_number} ended on {one.until} and is left out.")
            continue
        before = {document.of() for document in one.authorised_for}
        theirs = [document for document in documents if document.of() in before or document.of() not in there]
        signed = [document for document in theirs if document in one.authorised_for]
        if len(signed) < len(theirs):
            new = ", ".join(document.in_words() for document in theirs if document not in signed)
            click.echo(f"\n{one.gphc_number}: {new}")
            if click.confirm("  Has this practitioner signed for these as they now stand?", default=None):
                signed = theirs
        if signed:
            yield replace(one, authorised_for=tuple(signed))
        else:
            click.echo(f"  {one.gphc_number} has signed for nothing and is left out.")
    yield from _practitioners(documents, [one.gphc_number for one in old.practitioners])


def _still_halted(old: Adoption, documents: Sequence[DocumentVersion], day: date) -> Iterator[Halted]:
    """What was suspended or withdrawn stays so, unless somebody says that it does not hold for the new version."""
    current = {document.of(): document for document in documents}
    for one in old.halted:
        document = current.get(one.document.of())
        over = one.until is not None and one.until.replace(tzinfo=None) <= datetime.combine(day, time())
        if document is None or over:
            continue
        if document != one.document:
            click.echo(f"\n{one.in_words()}")
            if not click.confirm(f"  Does that hold for {document.in_words()} too?", default=None):
                continue
        yield replace(one, document=document)


# Questions


def _ask(question: str, check: Callable[[str], Answer], default: str | None = None) -> Answer:
    """Put a question until the answer fits."""
    while True:
        try:
            return check(click.prompt(question, default=default).strip())
        except (WrongIdentifier, ValueError) as wrong:
            click.echo(f"  {wrong}")


def _words(words: str) -> str:
    if not words:
        raise ValueError("write some words")
    return words


def _period(words: str) -> Period:
    period = parse_period(words)
    if period is None:
        raise ValueError('write "2026-11-01 to 2027-01-30" or "from 2026-11-01"')
    return period


def _yes_no_or_open(question: str) -> bool | None:
    while True:
        typed = str(click.prompt(question, default="", show_default=False)).strip().lower()
        if typed in ("yes", "y", "no", "n", ""):
            return typed[0] == "y" if typed else None
        click.echo("  yes, no, or Enter")


def _practitioners(documents: Sequence[DocumentVersion], there: Sequence[str]) -> Iterator[Practitioner]:
    """Further practitioners, each authorised for every document, until Enter alone."""
    taken = [*there]
    while True:
        click.echo("")
        typed = str(click.prompt("GPhC number of a practitioner (Enter ends)", default="", show_default=False)).strip()
        if not typed:
            return
        choices = click.Choice([PHARMACIST, TECHNICIAN])
        profession = click.prompt("  Profession", type=choices, default=PHARMACIST, value_proc=_profession)
        try:
            number = gphc_number(typed, profession)
        except WrongIdentifier as wrong:
            click.echo(f"  {wrong}")
            continue
        if number in taken:
            click.echo("  this practitioner is in the record already")
            continue
        taken.append(number)
        yield Practitioner(number, profession, tuple(documents), _until())


def _until() -> date | None:
    while True:
        question = "  Authorised until (YYYY-MM-DD, Enter for no end)"
        typed = str(click.prompt(question, default="", show_default=False)).strip()
        until = read_day(typed)
        if until is not None or not typed:
            return until
        click.echo("  write the day as YYYY-MM-DD")


def _profession(words: str) -> str:
    if words not in (PHARMACIST, TECHNICIAN):
        raise DoesNotFit(f"choose one of: {PHARMACIST}, {TECHNICIAN}.")  # click would repeat what was typed
    return words
