"""``pharmacyfirst assess``: one person from a file, or with ``--jsonl`` one a line."""

import gc
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.facts import assess_file
from pharmacyfirst.cli.guard import WrongCommand
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.answers import answer_line, error_object
from pharmacyfirst.errors import NOTHING_ASSESSED, Refused
from pharmacyfirst.exact import MOST_BYTES, write
from pharmacyfirst.kernel.explain import explain


@click.command()
@click.argument("condition", required=False)
@click.argument("facts", required=False)
@options.as_of
@click.option("--json", "as_json", is_flag=True, help="Print the JSON of the contract in place of the explanation.")
@click.option("--jsonl", is_flag=True, help="One input object a line in, one result a line out, in order.")
@options.pathways
def assess(
    condition: str | None, facts: str | None, as_of: date | None, as_json: bool, jsonl: bool, folder: Path | None
) -> None:
    """Assess one person, or with --jsonl one a line.

    \b
    pharmacyfirst assess CONDITION FACTS    one person; FACTS is a JSON or YAML file
    pharmacyfirst assess --jsonl [FILE]     one input object a line; no FILE or - is standard input

    FACTS holds the facts alone, or a whole input object (pathway, as_of, facts) that agrees with the command. With --jsonl a line
    that cannot be assessed gives an error in its place, the rest are still answered, and the exit status is 1; --as-of fills in
    where a line has no date, and a line with neither is an error.

    \b
    Example:
      pharmacyfirst assess uncomplicated-uti facts.json --as-of 2026-11-21
    """
    if jsonl:
        if facts is not None or as_json:
            raise WrongCommand("--jsonl takes at most a FILE, and no --json: its results are JSON.")
        _assess_lines(options.library(folder), condition, as_of)
        return
    if condition is None or facts is None:
        raise WrongCommand("name a CONDITION and a FACTS file, or use --jsonl.")
    library = options.library(folder, condition)
    try:
        assessment = assess_file(library, condition, facts, as_of)
    except Refused as refused:
        if as_json:
            _print_json(error_object(refused), indent=2)
        raise
    if as_json:
        _print_json(assessment.as_dict(), indent=2)
    else:
        click.echo(explain(assessment), nl=False)


def _print_json(value: Any, indent: int) -> None:
    """JSON is UTF-8, whatever the terminal is set to."""
    click.echo(write(value, indent).encode())


def _assess_lines(library: Library, name: str | None, as_of: date | None) -> None:
    """Each line is answered before the next is read, so that a program may hold a conversation with us."""
    gc.freeze()  # the content stays: looking through it for garbage again and again would take a twentieth of all
    with options.opened(name, "FILE") as stream:
        if stream.isatty():
            click.echo("One input object a line; Ctrl-D ends.", err=True)
        lines = failed = 0
        out = sys.stdout.buffer  # what click.echo does besides takes longer than reading the line
        for line in _lines(stream):
            lines += 1
            try:
                text = answer_line(library, line, as_of)
            except Refused as refused:
                failed += 1
                text = write(error_object(refused))
            out.write(text.encode() + b"\n")
            out.flush()
    if not lines:
        click.echo(f"There was no line. {NOTHING_ASSESSED}", err=True)
    if failed:
        click.echo(f"{failed} of {lines} lines could not be assessed.", err=True)
        raise SystemExit(1)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines that are not blank; of one too long to be a consultation no more than it takes to refuse it."""
    while line := _read(stream, MOST_BYTES + 1):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = _read(stream, MOST_BYTES)
        if not line.isspace() or len(line) > MOST_BYTES:
            yield line


def _read(stream: BinaryIO, most: int) -> bytes:
    try:
        return stream.readline(most)
    except OSError as error:
        raise Refused("not_json", f"FILE cannot be read further: {error.strerror}.") from None
