"""The commands for the papers of a consultation: ``pharmacyfirst record letter``, ``label``, ``leaflet``, ``claim`` and ``page``."""

from collections.abc import Callable
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import DoesNotFit, NotDone
from pharmacyfirst.cli.message import consultation_in
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.pdf import NoPDF
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.papers.claim import claim_csv, claim_json
from pharmacyfirst.record.papers.label import label_html, label_pdf, label_text
from pharmacyfirst.record.papers.leaflet import leaflet_html, leaflet_pdf, leaflet_text
from pharmacyfirst.record.papers.letter import letter_html, letter_pdf, letter_text
from pharmacyfirst.record.papers.one_page import one_page_html, one_page_pdf
from pharmacyfirst.record.papers.parts import NoPaper

Made = str | bytes
Makers = dict[str, Callable[..., Made]]  # what makes a paper, by the ending of its file; the first is printed

_file = click.argument("consultation", type=options.FILE)
_to = click.option(
    "--to", metavar="FILE", type=options.FILE,
    help="File to write; its ending says how. Without it, the first of the forms named above is printed.",
)  # fmt: skip


@click.command()
@_file
@_to
@options.pathways
def letter(consultation: Path, to: Path | None, folder: Path | None) -> None:
    """Write the letter to the GP practice: .txt, .html or .pdf.

    Where the patient did not agree that the practice is told, or nobody asked, there is no letter, and the exit status is 1.

    \b
    Example:
      pharmacyfirst record letter consultation.json --to letter.pdf
    """
    held = consultation_in(consultation, folder)
    _write(to, {".txt": letter_text, ".html": letter_html, ".pdf": letter_pdf}, lambda make: make(held))


@click.command()
@_file
@_to
@click.option("--reprint", is_flag=True, help="Mark the labels as printed again.")
@options.pathways
def label(consultation: Path, to: Path | None, reprint: bool, folder: Path | None) -> None:
    """Write the dispensing labels: .txt, .html or .pdf.

    PDF and print are 70 x 35 mm a label, one for each container; what does not fit at 7 points goes on a second label of the same
    container. The text, and the page on a screen, also say what the pharmacist has to read before a label is stuck on; no label does.

    \b
    Example:
      pharmacyfirst record label consultation.json --to label.pdf
    """
    held = consultation_in(consultation, folder)
    content = _content(held, folder)
    makers: Makers = {".txt": label_text, ".html": label_html, ".pdf": label_pdf}
    _write(to, makers, lambda make: make(held, content, reprint=reprint))


@click.command()
@_file
@_to
@options.pathways
def leaflet(consultation: Path, to: Path | None, folder: Path | None) -> None:
    """Write the sheet that the patient takes home: .txt, .html or .pdf.

    \b
    Example:
      pharmacyfirst record leaflet consultation.json --to leaflet.html
    """
    held = consultation_in(consultation, folder)
    content = _content(held, folder)
    makers: Makers = {".txt": leaflet_text, ".html": leaflet_html, ".pdf": leaflet_pdf}
    _write(to, makers, lambda make: make(held, content))


@click.command()
@click.argument("consultations", nargs=-1, required=True, type=options.FILE)
@_to
@options.pathways
def claim(consultations: tuple[Path, ...], to: Path | None, folder: Path | None) -> None:
    """Write the claim rows of consultations: .csv or .json.

    They are a checklist: the data set for clinical pathways was not found, and what is not known is marked so.

    \b
    Example:
      pharmacyfirst record claim monday/*.json --to claims.csv
    """
    records = [consultation_in(one, folder) for one in consultations]
    _write(to, {".csv": claim_csv, ".json": claim_json}, lambda make: make(records))


@click.command()
@_file
@_to
@options.pathways
def page(consultation: Path, to: Path | None, folder: Path | None) -> None:
    """Write the consultation on one page, for the pharmacy's own file: .html or .pdf.

    \b
    Example:
      pharmacyfirst record page consultation.json --to page.pdf
    """
    held = consultation_in(consultation, folder)
    _write(to, {".html": one_page_html, ".pdf": one_page_pdf}, lambda make: make(held))


def _content(held: Consultation, folder: Path | None) -> Pathway:
    try:
        return options.library(folder).in_force(held.pathway, held.on)
    except Refused:
        raise NotDone(
            "The content that this consultation was decided by is not in the library. Nothing was made."
        ) from None


def _write(to: Path | None, makers: Makers, made_by: Callable[[Callable[..., Made]], Made]) -> None:
    ending = to.suffix.lower() if to is not None else next(iter(makers))
    if ending not in makers:
        raise DoesNotFit(f"give the file one of these endings: {', '.join(makers)}.", param_hint="--to")
    try:
        made = made_by(makers[ending])
    except (NoPaper, NoPDF) as refused:
        raise NotDone(str(refused)) from None
    if to is None:
        click.echo(made, nl=False)
        return
    to.write_bytes(made if isinstance(made, bytes) else made.encode())
