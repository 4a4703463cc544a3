"""``pharmacyfirst audit``: many recorded consultations judged again, and where record and pathway disagree."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

import pharmacyfirst
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone, WrongCommand
from pharmacyfirst.content.filled_in import put_whole
from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.exact import write

if TYPE_CHECKING:
    from pharmacyfirst.audit.reading import LumpSource
    from pharmacyfirst.audit.run import Audited, Run
    from pharmacyfirst.audit.table import AuditTable
    from pharmacyfirst.content.library import Library

_STOPPED = "Stopped. Nothing is reported yet; the same command goes on where it was."
_STOPPED_WITHOUT_OUT = "Stopped. Nothing was kept. With --out DIR the same command would go on where it was."


@click.command()
@click.argument("consultations", required=False, type=options.FILE_THERE)
@options.site
@click.option(
    "--store",
    "place",
    type=options.FOLDER,
    callback=options.in_site,
    metavar="DIR",
    help="Audit the finished records of a pharmacy's own store, in place of a file.",
)
@click.option(
    "--out", type=options.FOLDER, metavar="DIR", help="Where to write the findings, the rows set aside, and the report."
)
@click.option(
    "--all-numbers",
    is_flag=True,
    help="Show small numbers too: for whoever may see the records, never to be published.",
)
@click.option(
    "--replace", is_flag=True, help="Write over the results of another file, other content or other options in DIR."
)
@click.option("--schema", is_flag=True, help="Print what a line of a JSON Lines file has to hold, as a JSON Schema.")
@options.pathways
def audit(
    consultations: Path | None,
    place: Path | None,
    out: Path | None,
    all_numbers: bool,
    replace: bool,
    schema: bool,
    folder: Path | None,
) -> None:
    """Judge recorded consultations again, and say where record and pathway disagree.

    CONSULTATIONS is a .parquet, .csv or .jsonl file with a row for each (docs/audit.md has its columns). Each is judged by the version in
    force on its day. With --out, DIR holds findings.parquet, set-aside.parquet, pharmacy-months.parquet, report.html and numbers.json; a run that was stopped goes
    on where it was when the same command is given again.

    No column that tells who somebody is is read, and a row of which a text is an NHS number is set aside. What you write into row and
    pharmacy is kept: give a number of your own and the ODS code.

    The exit status is 0 whatever is found: a finding is a question, and not an error. It is 1 where rows were set aside.

    \b
    Example:
      pharmacyfirst audit consultations.parquet --out audit
    """
    if schema:
        if consultations is not None or place is not None or out is not None:
            raise WrongCommand("--schema stands alone, or with --pathways.")
        from pharmacyfirst.audit.table import table_of

        click.echo(write(table_of(options.library(folder)).json_schema(), 2).encode())
        return
    if (consultations is None) == (place is None):
        raise WrongCommand("give a file of CONSULTATIONS, or --store DIR, or --schema.")
    try:
        aside = _audited(consultations, place, options.library(folder), out, all_numbers, replace)
    except KeyboardInterrupt:
        raise NotDone(_STOPPED if out is not None else _STOPPED_WITHOUT_OUT) from None
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in ("polars", "pyarrow"):
            raise
        raise BadInput(f"{ExtraMissing('audit', 'an audit')} Nothing was audited.") from None
    if out is not None:
        from pharmacyfirst.audit.results_folder import WRITTEN

        click.echo(f"\nWritten: {', '.join(WRITTEN)}")
    if aside:
        raise SystemExit(1)


@contextmanager
def _into(out: Path | None) -> Iterator[Path]:
    """The folder that is asked for, or one that is gone afterwards."""
    if out is not None:
        from pharmacyfirst.audit.results_folder import alone_in

        out.mkdir(parents=True, exist_ok=True)
        with alone_in(out):
            yield out
        return
    with TemporaryDirectory(prefix="pharmacyfirst-audit-") as folder:
        yield Path(folder)


def _audited(
    consultations: Path | None,
    place: Path | None,
    library: "Library",
    out: Path | None,
    everything: bool,
    replace: bool,
) -> int:
    """Audits, writes what is made of it, says it, and gives how many rows were set aside."""
    from pharmacyfirst.audit.in_words import in_words
    from pharmacyfirst.audit.numbers import as_json, numbers_of
    from pharmacyfirst.audit.pharmacy_months import PHARMACY_MONTHS, pharmacy_months
    from pharmacyfirst.audit.report import HowMade, report
    from pharmacyfirst.audit.results_folder import NUMBERS, OF, REPORT, made_of, refuse_others
    from pharmacyfirst.audit.run import Run, key_of_run, put
    from pharmacyfirst.audit.table import table_of

    table = table_of(library)
    with _source(consultations, place, table) as (source, digest), _into(out) as into:
        key = key_of_run(source, library, digest)
        if not replace:
            refuse_others(into, made_of(key, everything))
        run = Run(source, library, table, into, key)
        audited = _watched(run, source)
        numbers = numbers_of(audited, everything)
        put(into / PHARMACY_MONTHS, pharmacy_months(audited, numbers, everything).write_parquet)
        put_whole(into / NUMBERS, write({OF: made_of(key, everything), **as_json(numbers)}, 2) + "\n")
        put_whole(into / REPORT, report(numbers, library, HowMade(digest, pharmacyfirst.__version__, everything)))
        run.tidy()
    click.echo("\n".join(in_words(numbers, everything, table.columns)))
    return numbers.aside


@contextmanager
def _source(consultations: Path | None, place: Path | None, table: "AuditTable") -> Iterator[tuple["LumpSource", str]]:
    """Where the consultations come from, with its digest."""
    if consultations is not None:
        from pharmacyfirst.audit.reading import source_of
        from pharmacyfirst.audit.run import digest_of_file

        yield source_of(consultations, table), digest_of_file(consultations)
        return
    from pharmacyfirst.audit.from_store import RecordsOfStore
    from pharmacyfirst.cli.store import opened_store

    assert place is not None
    with opened_store(place) as store:
        records = RecordsOfStore(store, table)
        yield records, records.digest


def _watched(run: "Run", source: "LumpSource") -> "Audited":
    """The run, with how far it is on standard error."""
    done = 0
    with click.progressbar(length=source.size, label="Judged", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def went_on(at: int) -> None:
            nonlocal done
            bar.update(at - done)
            done = at

        return run.go(went_on)
