"""``pharmacyfirst new``: the skeleton of a pathway of your own, which loads and offers nothing until it is written."""

from datetime import date
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.content.files import SERVICES
from pharmacyfirst.content.skeleton import QUESTIONS, Skeleton, WrongName

DEFAULT_FOLDER = "my-pathways"


@click.command()
@click.argument("condition")
@click.option("--title", metavar="WORDS", help="What the condition is called; without it, its name.")
@click.option(
    "--medicine", default="first-medicine", metavar="NAME", show_default=True, help="What the first PGD is called."
)
@click.option(
    "--from", "day", type=options.day, metavar="DATE", help="First day in force, YYYY-MM-DD; without it, today."
)
@click.option(
    "--out",
    "into",
    default=DEFAULT_FOLDER,
    type=options.FOLDER,
    metavar="DIR",
    show_default=True,
    help="Folder of pathways to write to; it is made where it is not there.",
)
def new(condition: str, title: str | None, medicine: str, day: date | None, into: Path) -> None:
    """Write the skeleton of a new pathway: files that load, with a comment at each heading.

    A pathway, one PGD and cases, in a folder of the condition's name, and the shared questions where the folder has none. Nothing clinical
    is made up: what you have to write is an open item, and no dose is written, so that nobody is offered anything. Nothing is written over.

    \b
    Example:
      pharmacyfirst new hiccups --title "Hiccups" --medicine placebo-syrup
    """
    try:
        skeleton = Skeleton(
            condition, title or condition.replace("-", " ").capitalize(), medicine, day or options.today_in_london()
        )
    except WrongName as wrong:
        raise BadInput(str(wrong)) from None
    if (into / condition).exists():
        raise NotDone("There is a folder of that condition already. Nothing was written.")
    click.echo(
        f"in the folder {DEFAULT_FOLDER}:" if into == Path(DEFAULT_FOLDER) else "in the folder that --out names:"
    )
    for place, text in skeleton.files().items():
        path = into / place
        if place == QUESTIONS and path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"wrote {place}")
    if any((into / SERVICES).glob("*.yaml")):
        click.echo(f"Write it under pathways: of a file in {SERVICES}/ of that folder; until then nothing there loads.")
    click.echo("`pharmacyfirst check` with that folder says whether it loads; docs/first-pathway.md goes on from here.")
