"""The commands for the papers of a consultation: ``pharmacyfirst record letter``, ``label``, ``leaflet``, ``claim`` and ``page``."""

from collections.abc import Callable
from pathlib import Path

import click

from pharmacyfirst.content.library import load, pathways_folder
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.pdf import NoPDF
from pharmacyfirst.record.commands import FILE, consultation_in, record
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.papers.claim import claim_csv, claim_json
from pharmacyfirst.record.papers.label import label_html, label_text
from pharmacyfirst.record.papers.leaflet import leaflet_html, leaflet_pdf, leaflet_text
from pharmacyfirst.record.papers.letter import letter_html, letter_pdf, letter_text
from pharmacyfirst.record.papers.one_page import one_page_html, one_page_pdf
from pharmacyfirst.record.papers.parts import NoPaper

Made = str | bytes

_file = click.argument("consultation", type=FILE)
_to = click.option(
    "--to", metavar="FILE", type=FILE,
    help="File to write; its ending says how. Without it, the first of the forms named above is printed.",
)  # fmt: skip
_pathways = click.option(
    "--pathways", "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pathways, in place of those that ship with the package.",
)  # fmt: skip


@record.command()
@_file
@_to
def letter(consultation: Path, to: Path | None) -> None:
    """Write the letter to the GP practice: .txt, .html or .pdf.

    Where the patient did not agree that the practice is told, or nobody asked, there is no letter, and the exit status is 1.
    """
    held = consultation_in(consultation)
    _write(to, {".txt": letter_text, ".html": letter_html, ".pdf": letter_pdf}, lambda make: make(held))


@record.command()
@_file
@_to
@_pathways
def label(consultation: Path, to: Path | None, folder: Path | None) -> None:
    """Write the dispensing labels: .txt or .html.

    Each stands with what the pharmacist has to read before it is stuck on: the medicine's warnings, and what is not known.
    """
    held = consultation_in(consultation)
    content = _content(held, folder)
    _write(to, {".txt": label_text, ".html": label_html}, lambda make: make(held, content))


@record.command()
@_file
@_to
@_pathways
def leaflet(consultation: Path, to: Path | None, folder: Path | None) -> None:
    """Write the sheet that the patient takes home: .html, .pdf or .txt."""
    held = consultation_in(consultation)
    content = _content(held, folder)
    makers = {".txt": leaflet_text, ".html": leaflet_html, ".pdf": leaflet_pdf}
    _write(to, makers, lambda make: make(held, content))


@record.command()
@click.argument("consultations", nargs=-1, required=True, type=FILE)
@_to
def claim(consultations: tuple[Path, ...], to: Path | None) -> None:
    """Write the claim rows of consultations: .csv or .json.

    They are a checklist: the data set for clinical pathways was not found, and what is not known is marked so.
    """
    records = [consultation_in(one) for one in consultations]
    _write(to, {".csv": claim_csv, ".json": claim_json}, lambda make: make(records))


@record.command()
@_file
@_to
def page(consultation: Path, to: Path | None) -> None:
    """Write the consultation on one page, for the pharmacy's own file: .html or .pdf."""
    held = consultation_in(consultation)
    _write(to, {".html": one_page_html, ".pdf": one_page_pdf}, lambda make: make(held))


COMMANDS = (letter, label, leaflet, claim, page)


def _content(held: Consultation, folder: Path | None) -> Pathway:
    try:
        return load(folder or pathways_folder()).in_force(held.pathway, held.on)
    except Refused:
        raise click.ClickException(
            "The content that this consultation was decided by is not in the library. Nothing was made."
        ) from None


def _write(
    to: Path | None, makers: dict[str, Callable[..., Made]], made_by: Callable[[Callable[..., Made]], Made]
) -> None:
    ending = to.suffix.lower() if to is not None else next(iter(makers))
    if ending not in makers:
        raise click.BadParameter(f"give the file one of these endings: {', '.join(makers)}.", param_hint="--to")
    try:
        made = made_by(makers[ending])
    except (NoPaper, NoPDF) as refused:
        raise click.ClickException(str(refused)) from None
    if to is None:
        click.echo(made, nl=False)
        return
    to.write_bytes(made if isinstance(made, bytes) else made.encode())
