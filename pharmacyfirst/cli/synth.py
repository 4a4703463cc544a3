"""``pharmacyfirst synth``: a table of made-up consultations to try the audit on, with a list of the faults planted in it."""

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, DoesNotFit, NotDone
from pharmacyfirst.kernel.questions import read_day

MOST_ROWS = 1_000_000_000
MOST_MONTHS = 120


def share(words: str) -> Decimal:
    """The type of a share: a number from 0 to 1. Raises ``DoesNotFit``."""
    if not words.isascii() or not words.replace(".", "", 1).isdigit() or Decimal(words) > 1:
        raise DoesNotFit("write a share from 0 to 1, for instance 0.02.")
    return Decimal(words)


def month(words: str) -> date:
    """The type of a month: written as YYYY-MM. Raises ``DoesNotFit``."""
    on = read_day(f"{words}-01")
    if on is None:
        raise DoesNotFit("write the month as YYYY-MM.")
    return on


@click.command()
@click.option("--rows", type=click.IntRange(1, MOST_ROWS), required=True, metavar="N", help="How many consultations.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="S",
    help="The same seed gives the same table.",
)
@click.option(
    "--out", type=options.FILE, required=True, metavar="FILE", help="The table to write: .parquet, .csv or .jsonl."
)
@click.option(
    "--faults", type=share, default="0", metavar="SHARE", help="Plant a fault in this share of them, for instance 0.02."
)
@click.option(
    "--lacking", type=share, metavar="SHARE", help="The share that lacks answers; without it, that of the population."
)
@click.option(
    "--from",
    "first",
    type=month,
    default="2025-10",
    show_default=True,
    metavar="MONTH",
    help="The first month, YYYY-MM.",
)
@click.option(
    "--months", type=click.IntRange(1, MOST_MONTHS), default=12, show_default=True, metavar="N", help="How many months."
)
@click.option(
    "--condition", "only", multiple=True, metavar="CONDITION", help="Of this condition alone; may be repeated."
)
@click.option(
    "--population", "described", type=options.FILE_THERE, metavar="FILE", help="Who comes, in place of what ships."
)
@click.option("--replace", is_flag=True, help="Write over FILE and its list of faults where they are there already.")
@options.pathways
def synth(
    rows: int, seed: int, out: Path, faults: Decimal, lacking: Decimal | None, first: date, months: int, only: tuple[str, ...],
    described: Path | None, replace: bool, folder: Path | None,
) -> None:  # fmt: skip
    """Make up consultations, to try the audit on: a table of nobody.

    Conditions and months have the shares that are known of England, and the rest is assumed: docs/synth.md. What was recorded is what the
    pathway says, but for the faults: these are listed in a second file beside the first, FILE.planted.csv, by row and finding.

    The same command gives the same rows on every machine. A Parquet file needs the extra "audit".

    \b
    Example:
      pharmacyfirst synth --rows 100000 --seed 1 --faults 0.02 --out people.parquet
    """
    from pharmacyfirst.audit.table import table_of
    from pharmacyfirst.content.population import read_population
    from pharmacyfirst.population.consultations import MadeUp, shipped_population
    from pharmacyfirst.population.files import planted_beside, write_planted, write_rows
    from pharmacyfirst.population.summary import Summary

    if not replace and any(one.exists() for one in (out, planted_beside(out))):
        raise BadInput(
            "FILE, or FILE.planted.csv beside it, is there already and may be somebody's work. Name another, or give --replace. "
            "Nothing was written."
        )
    library = options.library(folder)
    for condition in only:
        options.conditions(library, condition)
    people = read_population(described) if described is not None else shipped_population()
    made = MadeUp(library, people, rows, seed, faults=faults, lacking=lacking, first=first, months=months, only=only)
    summary = Summary()
    try:
        with (
            write_rows(out, table_of(library), made.says()) as add,
            write_planted(planted_beside(out)) as note,
            click.progressbar(made.every_block(), length=made.blocks, label="Made up", file=sys.stderr) as blocks,
        ):
            for block in blocks:
                add(block)
                note(block.planted)
                summary.add(block)
    except KeyboardInterrupt:
        raise NotDone("Stopped. No table was written; the same command begins anew.") from None
    except OSError as error:
        raise BadInput(f"--out cannot be written: {error.strerror}.") from None
    click.echo("\n".join(summary.in_words()))
    click.echo("Nobody is like this: the people are made up, by docs/synth.md.")
