"""The group ``pharmacyfirst bench``: our documents beside the signed ones, clause by clause, until an organisation can adopt them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from pharmacyfirst.authority.adoption import NOT_PERMITTED_BY_A_DRAFT
from pharmacyfirst.authority.bench import Bench, BenchRefused, BenchSheet, carried_over
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.cli.own_version import approve, draft, edited
from pharmacyfirst.content.bench import BenchRead, bench_written, read_bench
from pharmacyfirst.content.filled_in import put_whole
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.frozen import Frozen

_file = click.argument("file", type=options.FILE_THERE)
_files = click.argument("files", nargs=-1, required=True, type=options.FILE_THERE)
_by = click.option("--by", required=True, metavar="NAME", help="Who does this; kept with it.")


@click.group()
def bench() -> None:
    """Lay our documents beside the signed ones, clause by clause, until they can be adopted.

    One person answers in the file, another confirms. Each answer is bound to the words that it was given to: a new version asks only for
    what changed.

    \b
    Example:
      pharmacyfirst bench start shingles --out shingles-bench.yaml
      pharmacyfirst bench check shingles-bench.yaml
      pharmacyfirst bench confirm shingles-bench.yaml --by "B. Sample"
      pharmacyfirst bench adopt shingles-bench.yaml --to adoption.yaml
    """


@bench.command()
@click.argument("document")
@click.option("--out", required=True, type=options.FILE, metavar="FILE", help="The file to write.")
@click.option(
    "--from",
    "earlier",
    multiple=True,
    type=options.FILE_THERE,
    metavar="FILE",
    help="A bench file of before: what was answered of the same words is kept. May be repeated.",
)
@options.as_of
@options.pathways
def start(document: str, out: Path, earlier: tuple[Path, ...], as_of: date | None, folder: Path | None) -> None:
    """Write a file in which an organisation answers for each clause of DOCUMENT.

    DOCUMENT is a condition, with all its documents and open items, or one document of it: shingles/aciclovir, shingles/pathway.

    \b
    Example:
      pharmacyfirst bench start shingles --out shingles-bench.yaml
      pharmacyfirst bench start shingles --from shingles-bench.yaml --out shingles-bench-2027.yaml
    """
    if out.exists():
        raise NotDone("The file of --out is there already, and may have been filled in. Name another file.")
    condition, _, part = document.partition("/")
    library = options.library(folder)
    options.conditions(library, condition)
    fresh = Bench(library.in_force(condition, as_of or options.today_in_london()))
    names = [one.of for one in fresh.sheets]
    only = {f"{condition} {part}"} if part else {*names}
    if not only <= {*names}:
        raise BadInput(
            f"There is no such document of {condition}. There are: {', '.join(one.rpartition(' ')[2] for one in names[:-1])}."
        )
    before = _with(fresh, [read_bench(path) for path in earlier])
    _put(out, bench_written(carried_over(before, only), only))
    asked = [one for sheet in before.sheets if sheet.of in only for one in before.open(sheet)]
    changed = sum(one.why != "not answered" for one in asked)
    click.echo(f"Written. {len(asked)} clauses to answer{f', {changed} of them in other words' if changed else ''}.")
    drafts = [sheet.named for sheet in before.sheets if sheet.of in only and before.is_draft(sheet)]
    if drafts:
        click.echo(f"Drafts: {', '.join(drafts)}. {NOT_PERMITTED_BY_A_DRAFT}")


@bench.command()
@_files
@options.as_of
@options.pathways
def check(files: tuple[Path, ...], as_of: date | None, folder: Path | None) -> None:
    """Say what is still open of bench FILES: every mistake in its place, what is not answered, what differs, what is not confirmed.

    The exit status is 0 where all is agreed and confirmed by a second person, and 1 where anything is not.

    \b
    Example:
      pharmacyfirst bench check shingles-bench.yaml
    """
    laid = _laid(files, options.library(folder), as_of)
    for one, sheets in laid:
        for sheet in sheets:
            _say(one, sheet)
    left = [why for one, sheets in laid for why in one.why_not_of(sheets)]
    if left:
        raise NotDone(f"{_counted(len(left), 'thing')} open: nothing can be adopted yet.")
    click.echo("All of it is agreed, and confirmed by a second person: pharmacyfirst bench adopt")


def _say(laid: Bench, sheet: BenchSheet) -> None:
    left, differing = laid.open(sheet), laid.differing(sheet)
    confirmed = laid.why_not_confirmed(sheet)
    click.echo(
        f"{sheet.named}: {len(sheet.clauses) - len(left)} of {len(sheet.clauses)} answered, {len(differing)} not agreed, "
        f"{confirmed or 'confirmed'}."
    )
    for one in left:
        click.echo(f"  open: {one.clause.name}: {one.why}")
    for clause, found in differing:
        click.echo(f"  not agreed: {clause.name}: {found.found.value}")


@bench.command()
@_file
@_by
@options.as_of
@options.pathways
def confirm(file: Path, by: str, as_of: date | None, folder: Path | None) -> None:
    """Confirm the answers of a bench FILE, as a second person who has gone through them beside the signed document.

    What is confirmed is bound to the answers as they stand: whatever is changed afterwards has to be confirmed again. Nobody confirms what
    they answered themselves. Your name and today's day are written into the file.

    \b
    Example:
      pharmacyfirst bench confirm shingles-bench.yaml --by "B. Sample"
    """
    ((laid, sheets),) = _laid((file,), options.library(folder), as_of)
    day = as_of or options.today_in_london()
    made = {sheet.of: laid.confirm(sheet, by, day) for sheet in sheets}
    for sheet in sheets:
        click.echo(f"{sheet.named}: {len(sheet.clauses)} clauses, {len(laid.differing(sheet))} not agreed")
    if not click.confirm(
        "Have you gone through each of them beside the signed document, and is each answer right?", default=None
    ):
        raise NotDone("Nothing was confirmed.")
    confirmed = Bench(laid.pathway, laid.answers, Frozen({**laid.confirmed, **made}))
    _put(file, bench_written(confirmed, {sheet.of for sheet in sheets}))
    click.echo("Confirmed.")


@bench.command()
@_files
@click.option(
    "--to", type=options.FILE, metavar="FILE", default=Path("adoption.yaml"), show_default=True, help="The record to write."
)  # fmt: skip
@click.option(
    "--from", "earlier", type=options.FILE_THERE, metavar="FILE",
    help="The adoption record of an earlier version: people and suspensions are taken from it.",
)  # fmt: skip
@options.as_of
@options.pathways
def adopt(files: tuple[Path, ...], to: Path, earlier: Path | None, as_of: date | None, folder: Path | None) -> None:
    """Write the adoption record of what was agreed and confirmed in bench FILES; several conditions stand in one record.

    Asks who adopts, for how long, and which practitioners may use the documents, as pharmacyfirst adopt does. Nothing is written while
    anything is open, differs, or is not confirmed by a second person.

    \b
    Example:
      pharmacyfirst bench adopt shingles-bench.yaml impetigo-bench.yaml --to adoption.yaml
    """
    from pharmacyfirst.cli.adoption import record

    laid = [one for one, _ in _laid(files, options.library(folder), as_of)]
    day = as_of or options.today_in_london()
    looked = [one for each in laid for one in each.checked(day)]
    record([one.pathway for one in laid], to, earlier, day, looked)


def _laid(
    files: Sequence[Path], library: Library, as_of: date | None
) -> list[tuple[Bench, tuple[BenchSheet, ...]]]:  # fmt: skip
    """The conditions of bench files as the content stands, each with the sheets that are in the files."""
    read = [read_bench(path) for path in files]
    day, laid = as_of or options.today_in_london(), []
    for condition in dict.fromkeys(one.condition for one in read):
        options.conditions(library, condition)
        ours = [one for one in read if one.condition == condition]
        whole = _with(Bench(library.in_force(condition, day)), ours)
        there = {name for one in ours for name in one.sheets}
        laid.append((whole, tuple(one for one in whole.sheets if one.of in there)))
    return laid


def _with(fresh: Bench, read: Sequence[BenchRead]) -> Bench:
    """A condition with the answers of several files; one clause answered in two of them makes no sense."""
    answers = [key for one in read for key in one.answers]
    if len({*answers}) != len(answers):
        raise BenchRefused("A clause is answered in two of the files. Take one of them out. Nothing was written.")
    given = {key: found for one in read for key, found in one.answers.items()}
    confirmed = {of: one for each in read for of, one in each.confirmed.items()}
    return Bench(fresh.pathway, Frozen(given), Frozen(confirmed))


def _put(path: Path, words: str) -> None:
    """Write a file whole, or leave what is there."""
    try:
        put_whole(path, words)
    except OSError as error:
        raise NotDone(f"The file cannot be written: {error.strerror}. Nothing was written.") from None


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


for command in (draft, edited, approve):
    bench.add_command(command)
