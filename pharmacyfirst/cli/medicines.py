"""``pharmacyfirst medicines``: every medicine beside the conditions that offer it, bar by bar."""

from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.exact import write
from pharmacyfirst.review.medicines import as_dict, in_words, medicines_of


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each medicine, one a line.")
@options.pathways
def medicines(name: str | None, as_json: bool, folder: Path | None) -> None:
    """Say what bars each medicine, in every condition that offers it.

    For each bar: the clause that takes it, the criteria that stop before it, or why the condition differs; and the grades of its evidence.
    "grade" in the JSON is the weakest of them. NAME is a medicine, as its PGDs are called; without it, all.

    \b
    Example:
      pharmacyfirst medicines clarithromycin
    """
    library = options.library(folder)
    tables = {one.medicine: one for one in medicines_of(library.newest_all(), library.medicines)}
    if name is not None and name not in tables:
        raise BadInput(f"There is no such medicine. {suggest(name, tables, 'There are: ' + ', '.join(tables) + '.')}")
    for table in tables.values() if name is None else [tables[name]]:
        if as_json:
            click.echo(write(as_dict(table)))
        else:
            click.echo("\n".join(in_words(table)))
