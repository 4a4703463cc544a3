"""``pharmacyfirst cases``: the cases run, written as JSON, or put to another program."""

from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.content.cases import cases_of_each, failures
from pharmacyfirst.contract.conformance import against as differences_of
from pharmacyfirst.contract.conformance import export


@click.command()
@click.argument("condition", required=False)
@click.option(
    "--export", "export_to", type=options.FOLDER, metavar="DIR", help="Write the cases as JSON, with a schema."
)
@click.option(
    "--against", metavar="COMMAND", help="Run them against another program that speaks the JSON-lines contract."
)
@options.pathways
def cases(condition: str | None, export_to: Path | None, against: str | None, folder: Path | None) -> None:
    """Run the cases of a condition, or of all.

    Prints a line for each case that comes out differently, and a count. The exit status is 1 where one does, or where there are no cases.

    With --export the cases are written as JSON instead, so that another engine can be checked without Python; with --against COMMAND
    that program gets one input object a line and has to answer one result a line, as `pharmacyfirst assess --jsonl` does.

    \b
    Example:
      pharmacyfirst cases uncomplicated-uti --against "my-engine --lines"
    """
    library = options.library(folder)
    wanted = options.conditions(library, condition)
    if export_to is not None:
        for path in export(library, export_to):
            click.echo(path.relative_to(export_to))
        return
    listed = cases_of_each(library, wanted)
    count = sum(len(some) for some in listed.values())
    if against is None:
        failed = [(case, says) for one in wanted for case, says in failures(library, one)]
    else:
        failed = [(one.case, one.says) for some in listed.values() for one in differences_of(against, some)]
    for case, difference in failed:
        click.echo(f"{case.id}: {case.says}: {difference}")
    click.echo(f"{count - len(failed)} of {count} cases agree" if count else "There are no cases.")
    if failed or not count:
        raise SystemExit(1)
