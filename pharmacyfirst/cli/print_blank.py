"""``pharmacyfirst print-blank``: the paper form of a condition, for when the system is down."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import DoesNotFit, NotDone
from pharmacyfirst.kernel.dose import counted
from pharmacyfirst.paper.pdf import NoPDF, pages_of
from pharmacyfirst.paper.pdf import pdf as made_into_pdf
from pharmacyfirst.review.documents import Printed, Printer

PAGES = 2  # one sheet, printed on both sides
ENDINGS = (".html", ".pdf")


@click.command("print-blank")
@click.argument("condition")
@click.option(
    "--to",
    metavar="FILE",
    type=options.FILE,
    help="File to write, .pdf or .html. Without it, the HTML is printed. A PDF needs the extra “review”.",
)
@click.option("--practice", is_flag=True, help="Mark it as no real patient's, for a training day.")
@options.as_of
@options.pathways
def print_blank(condition: str, to: Path | None, practice: bool, as_of: date | None, folder: Path | None) -> None:
    """Print the paper form of a condition, for when the system is down.

    The pathway's own questions, page by page, red flags first, with what each answer leads to; then what to write of decision and supply.
    It is two pages of A4, or says that it is more. Print it before it is needed, and again whenever the pathway changes: it says until
    when it may be used. docs/downtime.md says how it is entered afterwards.

    \b
    Example:
      pharmacyfirst print-blank uncomplicated-uti --to uti.pdf
    """  # fmt: skip
    if to is not None and to.suffix.lower() not in ENDINGS:
        raise DoesNotFit(f"give the file one of these endings: {', '.join(ENDINGS)}.", param_hint="--to")
    library = options.library(folder)
    (one,) = options.conditions(library, condition)
    on = as_of or options.today_in_london()
    form = Printer(library.medicines, library.sources).blank(library.in_force(one, on), on, practice=practice)
    if to is None:
        click.echo(form.html, nl=False)
    elif to.suffix.lower() == ".pdf":
        _write_pdf(form, to)
    else:
        to.write_text(form.html, encoding="utf-8", newline="\n")


def _write_pdf(form: Printed, to: Path) -> None:
    try:
        many = pages_of(form.html)
        to.write_bytes(made_into_pdf(form.html, form.made_on))
    except NoPDF as missing:
        raise NotDone(f"{missing}. Nothing was written.") from None
    more = "" if many <= PAGES else ": more than one sheet holds, so write the patient's name on each"
    click.echo(f"{counted(Decimal(many), 'page')}{more}", err=True)
