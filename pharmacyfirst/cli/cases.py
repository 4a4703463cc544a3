"""``pharmacyfirst cases``: the cases run, written as JSON, or put to another program."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.content.cases import Case, cases_of_each, failures
from pharmacyfirst.contract.conformance import OF_A_WEB_ADDRESS, Difference, against_server, export
from pharmacyfirst.contract.conformance import against as differences_of

KEY = "PHARMACYFIRST_API_KEY"  # in the environment and never an argument, which every process of the machine can read


@click.command()
@click.argument("condition", required=False)
@click.option(
    "--export", "export_to", type=options.FOLDER, metavar="DIR", help="Write the cases as JSON, with a schema."
)
@click.option(
    "--against",
    metavar="COMMAND|URL",
    help="Run them against another program that speaks the JSON-lines contract, or against a server.",
)
@options.pathways
def cases(condition: str | None, export_to: Path | None, against: str | None, folder: Path | None) -> None:
    """Run the cases of a condition, or of all.

    Prints a line for each case that comes out differently, and a count. The exit status is 1 where one does, or where there are no cases.

    With --export the cases are written as JSON instead, so that another engine can be checked without Python; with --against COMMAND
    that program gets one input object a line and has to answer one result a line, as `pharmacyfirst assess --jsonl` does. With --against
    URL each is posted to that server, as `pharmacyfirst serve-api` takes it; PHARMACYFIRST_API_KEY in the environment is the key.

    \b
    Example:
      pharmacyfirst cases uncomplicated-uti --against "my-engine --lines"
      pharmacyfirst cases uncomplicated-uti --against http://127.0.0.1:8090
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
        failed = [(case, says) for some in listed.values() for case, says in failures(library, some)]
    else:
        failed = [(one.case, one.says) for some in listed.values() for one in _differences(against, some)]
    for case, difference in failed:
        click.echo(f"{case.id}: {case.says}: {difference}")
    click.echo(f"{count - len(failed)} of {count} cases agree" if count else "There are no cases.")
    if failed or not count:
        raise SystemExit(1)


def _differences(against: str, cases: Iterable[Case]) -> Iterable[Difference]:
    if against.startswith(OF_A_WEB_ADDRESS):
        return against_server(against, cases, os.environ.get(KEY, ""))
    return differences_of(against, cases)
