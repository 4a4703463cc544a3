"""``pharmacyfirst hazards``: the hazard log, as lines, as JSON or as a page."""

from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, WrongCommand
from pharmacyfirst.content.hazards import hazards_of
from pharmacyfirst.exact import write
from pharmacyfirst.review.documents import Printer
from pharmacyfirst.review.hazards import in_words


@click.command()
@click.argument("condition", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--html", "as_html", is_flag=True, help="Print a page that stands alone.")
@options.pathways
def hazards(condition: str | None, as_json: bool, as_html: bool, folder: Path | None) -> None:
    """The hazard log: what could harm somebody, what is done about it, and what remains.

    Each hazard with its causes, effect and harm, the risk before and after in the words and classes of DCB0129, and its controls of
    design, test, training and business process. Every rating is a proposal until a clinical safety officer has signed. With CONDITION
    those that can arise there.

    \b
    Example:
      pharmacyfirst hazards shingles
    """
    if as_json and as_html:
        raise WrongCommand("Give --json or --html, not both.")
    library = options.library(folder)
    log = hazards_of(library)
    if log is None:
        raise BadInput("No hazards.yaml stands beside the conditions.")
    wanted = options.conditions(library, condition)
    shown = tuple(one for one in log.hazards if condition is None or {*wanted} & {*one.conditions})
    if as_json:
        click.echo(write(log.as_dict(shown), 2).encode())
    elif as_html:
        click.echo(Printer().hazards(log, shown).html, nl=False)
    else:
        click.echo("\n".join(in_words(log, shown)))
