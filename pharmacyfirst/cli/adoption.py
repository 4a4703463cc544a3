"""The commands of the legal half: ``adopt`` prepares an organisation's record, ``authorise`` asks for a permit."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.facts import assess_file
from pharmacyfirst.cli.guard import DoesNotFit, NotDone
from pharmacyfirst.content.adoption import documents_to_adopt, read_adoption
from pharmacyfirst.content.amounts import parse_period
from pharmacyfirst.kernel.authority import Adoption, Channel, Permit, Practitioner
from pharmacyfirst.kernel.authority import authorise as permit_or_reasons
from pharmacyfirst.kernel.evidence import OpenItem
from pharmacyfirst.kernel.identifiers import PHARMACIST, TECHNICIAN, WrongIdentifier, gphc_number, pharmacy_ods
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.trace import Assessment

DECLARATION = (
    "You are about to record that your organisation has read these documents word for word against the signed NHS England\n"
    "documents, and adopts them. Whoever adopts answers for the supplies made under them."
)


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
@options.as_of
@options.pathways
def adopt(conditions: tuple[str, ...], to: Path, as_of: date | None, folder: Path | None) -> None:
    """Prepare an organisation's adoption record.

    Shows the documents of the CONDITIONS with their digests and every open item, asks how each was settled, who signs, and which
    practitioners may use them, and writes the record. An item left open bars every permit until the record is made anew.

    \b
    Example:
      pharmacyfirst adopt shingles impetigo --to adoption.yaml
    """
    day = as_of or options.today_in_london()
    library = options.library(folder)
    _prepare([library.in_force(condition, day) for condition in conditions], to, day)


@click.command()
@click.argument("condition")
@click.argument("facts")
@click.option(
    "--adoption", type=options.FILE_THERE, metavar="FILE", required=True, help="The organisation's adoption record."
)
@click.option("--practitioner", required=True, metavar="GPHC", help="GPhC number of whoever would supply.")
@click.option(
    "--channel",
    type=click.Choice([channel.value for channel in Channel]),
    required=True,
    help="How the consultation is held.",
)
@click.option("--offer", metavar="PGD", help="Which offer, where there are several; without it, the first.")
@options.as_of
@options.pathways
def authorise(
    condition: str,
    facts: str,
    adoption: Path,
    practitioner: str,
    channel: str,
    offer: str | None,
    as_of: date | None,
    folder: Path | None,
) -> None:
    """Ask whether this pharmacist, here and now, may supply what is offered.

    Assesses FACTS as `assess` does, then prints the permit, or every reason why there is none; the exit status is then 1.

    \b
    Example:
      pharmacyfirst authorise uncomplicated-uti facts.json --adoption adoption.yaml --practitioner 2012345 --channel "in person"
    """
    assessment = assess_file(options.library(folder), condition, facts, as_of)
    at = datetime.combine(assessment.on, options.now_in_london().time())
    if not _ask_for_permit(assessment, read_adoption(adoption), practitioner, Channel(channel), at, offer):
        raise SystemExit(1)


def _prepare(pathways: Sequence[Pathway], to: Path, today: date) -> None:
    """Ask for the record in the terminal, open items first, and write it. A file that is there is never written over."""
    if to.exists():
        raise NotDone(
            "The file of --to is there already. Name another file; a signed record is corrected by a new one."
        )
    click.echo(DECLARATION)
    for pathway in pathways:
        click.echo(f"\n{pathway.title}")
        for document in documents_to_adopt(pathway):
            click.echo(f"  {document.in_words()}  {document.digest}")
    organisation = _ask("ODS code of the pharmacy", pharmacy_ods)
    distance = "yes" if click.confirm("Is it a distance-selling pharmacy?") else "no"
    period = _ask('In force ("2026-11-01 to 2027-01-30" or "from 2026-11-01")', _period)
    signed_by, role = _ask("Signed by"), _ask("Role")
    cleared = [(item, _clear(item)) for pathway in pathways for item in pathway.open_items.values()]
    practitioners = list(_practitioners())
    lines = _record(pathways, organisation, distance, period, signed_by, role, today, cleared, practitioners)
    to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read_adoption(to)  # what was written can be read back, or this raises
    left = sum(not how for _, how in cleared)
    click.echo(
        f"\nWritten. {left} open item{'s' if left != 1 else ''} not cleared"
        + (", which bar every permit." if left else ".")
    )


def _ask(question: str, check: Callable[[str], str] = str) -> str:
    """Put a question until the answer fits."""
    while True:
        try:
            return check(click.prompt(question).strip())
        except (WrongIdentifier, ValueError) as wrong:
            click.echo(f"  {wrong}")


def _period(words: str) -> str:
    if parse_period(words) is None:
        raise ValueError('write "2026-11-01 to 2027-01-30" or "from 2026-11-01"')
    return words


def _clear(item: OpenItem) -> str:
    click.echo(f"\n{item.id}: {item.says}\n  until then: {item.until_then}")
    return str(click.prompt("  How was it settled? (Enter leaves it open)", default="", show_default=False)).strip()


def _practitioners() -> Iterator[tuple[str, str, str]]:
    """Number, profession and last day of each practitioner, until Enter alone."""
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
        until = str(
            click.prompt("  Authorised until (YYYY-MM-DD, Enter for no end)", default="", show_default=False)
        ).strip()
        yield number, profession, until


def _profession(words: str) -> str:
    if words not in (PHARMACIST, TECHNICIAN):
        raise DoesNotFit(f"choose one of: {PHARMACIST}, {TECHNICIAN}.")  # click would repeat what was typed
    return words


def _record(
    pathways: Sequence[Pathway], organisation: str, distance: str, period: str, signed_by: str, role: str, today: date,
    cleared: list[tuple[OpenItem, str]], practitioners: list[tuple[str, str, str]],
) -> Iterator[str]:  # fmt: skip
    yield f"organisation: {organisation}"
    yield f"distance selling: {distance}"
    yield f"in force: {period}"
    yield f"signed by: {_quoted(signed_by)}"
    yield f"role: {_quoted(role)}"
    yield f"signed on: {today}"
    yield "documents:"
    documents = [document for pathway in pathways for document in documents_to_adopt(pathway)]
    yield from (f"  {document.in_words()}: {document.digest}" for document in documents)
    if any(how for _, how in cleared):
        yield "cleared:"
    for item, how in cleared:
        if how:
            yield from (
                f"  {item.id}:",
                f"    how: {_quoted(how)}",
                f"    by: {_quoted(signed_by)}",
                f"    on: {today}",
            )
    if practitioners:
        yield "practitioners:"
    for number, profession, until in practitioners:
        yield from (f"  {number}:", f"    profession: {profession}", "    authorised for:")
        yield from (f"      - {document.in_words()}" for document in documents)
        if until:
            yield f"    until: {until}"


def _quoted(words: str) -> str:
    escaped = words.replace("'", "''")
    return f"'{escaped}'"


def _practitioner_of(adoption: Adoption, number: str) -> Practitioner:
    """The practitioner with this number, or one whom the organisation has not authorised for anything."""
    known = next((one for one in adoption.practitioners if one.gphc_number == number), None)
    return known or Practitioner(number, PHARMACIST, ())


def _ask_for_permit(
    assessment: Assessment, adoption: Adoption, number: str, channel: Channel, at: datetime, pgd: str | None
) -> bool:
    """Print the permit, or every reason why there is none; whether there is one."""
    answer = permit_or_reasons(assessment, adoption, _practitioner_of(adoption, number), channel, at, pgd)
    if isinstance(answer, Permit):
        click.echo(f"PERMIT: {answer.offer.pgd.title}")
        click.echo(
            f"  {answer.ods_code}, practitioner {answer.gphc_number}, {answer.channel.value}, {answer.at:%Y-%m-%d %H:%M}"
        )
        for document in answer.documents:
            click.echo(f"  {document.in_words()}  {document.digest}")
        for warning in answer.warnings:
            click.echo(f"  warning: {warning}")
        return True
    click.echo("NO PERMIT: nothing may be supplied.")
    for reason in answer.reasons:
        click.echo(f"  {reason.code}: {reason.says}")
    return False
