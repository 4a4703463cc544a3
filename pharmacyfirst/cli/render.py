"""The command that writes documents to read and sign: ``pharmacyfirst render``."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.paper.pdf import NoPDF, pdf_maker
from pharmacyfirst.paper.pdf import pdf as made_into_pdf
from pharmacyfirst.review.documents import Printed, Printer

Command = TypeVar("Command", bound=Callable[..., Any])


def taking(command: Command) -> Command:
    """The arguments and options of the command, whatever its name."""
    for one in (
        options.pathways,
        click.option(
            "--as-of", type=options.day, metavar="DATE",
            help="The documents in force on this day, YYYY-MM-DD; without it, the newest of each.",
        ),
        click.option("--pdf", is_flag=True, help='Write each as tagged PDF too. Needs the extra "review".'),
        click.option(
            "--to", "--output", "into", required=True, metavar="DIR", type=options.FOLDER,
            help="Folder to write to; it is made where it is not there.",
        ),
        click.argument("pgd", required=False),
        click.argument("condition", required=False),
    ):  # fmt: skip
        command = one(command)
    return command


@click.command()
@taking
def render(
    condition: str | None, pgd: str | None, into: Path, pdf: bool, as_of: date | None, folder: Path | None
) -> None:
    """Write what is read and signed: services, pathways, PGDs, authorisation sheets and open items, as HTML.

    \b
    pharmacyfirst render --to DIR                    all of every condition
    pharmacyfirst render CONDITION --to DIR          all of one condition
    pharmacyfirst render CONDITION PGD --to DIR      one PGD, its authorisation sheet, and the pathway that leads to it

    The service of a pathway (services/) is written beside it. The pathway (pathway.html) says on its first page who goes where, and why. The same content gives the same files, byte for byte.

    \b
    Example:
      pharmacyfirst render shingles --to pages
    """
    write(condition, pgd, into, pdf, as_of, folder)


def write(
    condition: str | None, pgd: str | None, into: Path, pdf: bool, as_of: date | None, folder: Path | None
) -> None:
    """Write the documents that were asked for, and say which. Raises ``BadInput``; then nothing was written."""
    if pdf:
        try:
            pdf_maker()
        except NoPDF as missing:
            raise BadInput(f"{missing}. Nothing was written.") from None
    library = options.library(folder)
    documents = tuple(_documents(library, condition, pgd, as_of))  # all are made before the first is written
    for document in documents:
        for path in _write(document, into, pdf):
            click.echo(f"wrote {path.relative_to(into)}")


def _documents(library: Library, condition: str | None, name: str | None, on: date | None) -> Iterator[Printed]:
    printer = Printer(library.medicines, library.sources)
    pathways = list(_pathways(library, condition, on))
    for service in library.services_in_order:
        if any(one.service == service for one in pathways):
            yield printer.of_service(service, [library.newest(one) for one in service.pathways])
    for pathway in pathways:
        # Every authorisation sheet names the pathway, so it is written wherever one is.
        yield printer.of_pathway(pathway)
        if name is None:
            yield from _of_condition(printer, pathway, on)
        else:
            yield from printer.of_pgd(pathway, _pgd(pathway, name, on))


def _pathways(library: Library, condition: str | None, on: date | None) -> Iterator[Pathway]:
    if condition is not None and condition not in library.conditions:
        known = f"There are: {', '.join(library.conditions)}."
        raise BadInput(f"There is no such condition. {suggest(condition, library.conditions, known)}")
    for one in (condition,) if condition else library.conditions:
        if on is None:
            yield library.newest(one)
            continue
        try:
            yield library.in_force(one, on)
        except Refused:
            if condition:
                raise BadInput(f"No version of {one} is in force on {on}.") from None
            click.echo(f"left out {one}: no version is in force on {on}", err=True)


def _of_condition(printer: Printer, pathway: Pathway, on: date | None) -> Iterator[Printed]:
    for one in pathway.pgds.values():
        if on is None or on in one.edition.in_force:
            yield from printer.of_pgd(pathway, one)
        else:
            click.echo(f"left out {pathway.id} {one.id}: {_not_in_force(one, on)}", err=True)
    yield printer.open_items(pathway)


def _pgd(pathway: Pathway, name: str, on: date | None) -> PGD:
    found = pathway.pgds.get(name)
    if found is None:
        known = f"There are: {', '.join(pathway.pgds)}."
        raise BadInput(f"{pathway.id} has no such PGD. {suggest(name, pathway.pgds, known)}")
    if on is not None and on not in found.edition.in_force:
        raise BadInput(f"{pathway.id} {name}: {_not_in_force(found, on)}.")
    return found


def _not_in_force(pgd: PGD, on: date) -> str:
    return f"version {pgd.edition.version} is in force {pgd.edition.in_force.in_words()}, not on {on}"


def _write(document: Printed, into: Path, as_pdf: bool) -> Iterator[Path]:
    page = into / f"{document.name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(document.html, encoding="utf-8", newline="\n")
    yield page
    if as_pdf:
        sheet = page.with_suffix(".pdf")
        sheet.write_bytes(made_into_pdf(document.html, document.made_on))
        yield sheet
