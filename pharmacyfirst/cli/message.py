"""The commands of the message to the GP practice: ``pharmacyfirst record message``, ``check`` and ``examples``."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.record.consultation import Consultation, write_record
from pharmacyfirst.record.judged import read_record

Made = TypeVar("Made")


def or_said(make: Callable[..., Made], *of: Any) -> Made:
    """What ``make`` makes of these, or a message with what has to be installed for it."""
    try:
        return make(*of)
    except ExtraMissing as missing:
        raise BadInput(f"{missing}. Nothing was done.") from None


def consultation_in(path: Path, folder: Path | None) -> Consultation:
    """The record in a file, judged again by the content of ``folder`` (None: what ships with the package) where that is the content it names.

    Raises ``RecordRefused`` with where and why it is none, which the guard prints.
    """
    return read_record(options.read_file(path, "CONSULTATION"), options.library(folder))


@click.command()
@click.argument("consultation", type=options.FILE)
@click.option("--mailbox", required=True, metavar="ID", help="The pharmacy's own MESH mailbox.")
@click.option(
    "--at", type=options.moment, metavar="TIME", help="When it is written; without it, the end of the consultation."
)
@click.option(
    "--version", type=click.IntRange(1), default=1, show_default=True, help="Which message of its chain it is."
)
@click.option("--first", metavar="ID", help="Of a correction: the id of the record whose message opened the chain.")
@click.option("--to", "into", type=options.FILE, help="File to write; without it, standard output.")
@options.pathways
def message(
    consultation: Path, mailbox: str, at: datetime | None, version: int, first: str | None, into: Path | None,
    folder: Path | None,
) -> None:  # fmt: skip
    """Write the GP message of one CONSULTATION, a JSON record.

    The same record and options give the same bytes. Where no message may be sent (the patient did not agree, there is no practice) it says why,
    writes nothing, and the exit status is 1. So it is where `record check` would find a problem: every one is said.

    \b
    Example:
      pharmacyfirst record message consultation.json --mailbox X26ABC1 --to message.xml
    """
    from pharmacyfirst.record.message.envelope import NoMessage, correcting, envelope_of
    from pharmacyfirst.record.message.rules import check as problems_of
    from pharmacyfirst.record.message.update_record import update_record

    held = consultation_in(consultation, folder)
    written = at or held.ended_at or held.started_at
    try:
        envelope = (
            correcting(held, first, mailbox, written, version)
            if first is not None
            else envelope_of(held, mailbox, written, version)
        )
    except ValueError as wrong:
        raise BadInput(f"{wrong}; see --first and --version.") from None
    try:
        words = or_said(update_record, held, envelope)
    except NoMessage as no:
        raise NotDone(f"{no.why.says} ({no.why.code})") from None
    if problems := or_said(problems_of, words):
        found = "\n".join(map(str, problems))
        raise NotDone(
            f"The message would be refused, so nothing was written. A practice could not read it, or read it wrongly:\n{found}"
        )
    if into is None:
        click.echo(words, nl=False)
    else:
        into.write_bytes(words)


@click.command()
@click.argument("files", nargs=-1, required=True, type=options.FILE)
def check(files: tuple[Path, ...]) -> None:
    """Check GP messages: XML schema, profiles, and the rules of the guide.

    Every problem is a line with the id of its rule and the place. It is not NHS England's validator. The exit status is 1 where there is a
    problem.

    \b
    Example:
      pharmacyfirst record check message.xml
    """
    from pharmacyfirst.record.message.rules import NotAMessage
    from pharmacyfirst.record.message.rules import check as problems_of

    wrong = 0
    for number, path in enumerate(files, 1):
        try:
            problems = or_said(problems_of, options.read_file(path, f"FILE {number}"))
        except NotAMessage as no:
            raise BadInput(f"FILE {number}: {no}") from None
        wrong += bool(problems)
        for problem in problems:
            click.echo(f"FILE {number}: {problem}")
        if not problems:
            click.echo(f"FILE {number}: passes the schema, the profiles and every rule")
    if wrong:
        raise SystemExit(1)


@click.command()
@click.argument("into", metavar="DIR", type=options.FOLDER)
@options.pathways
def examples(into: Path, folder: Path | None) -> None:
    """Write example consultations and their messages to DIR.

    One for each condition and each kind of outcome that its cases reach, all with training patients: CONDITION/KIND.json is the record,
    CONDITION/KIND.xml the message. The same content gives the same files, byte for byte.

    \b
    Example:
      pharmacyfirst record examples examples
    """
    from pharmacyfirst.record.examples import MAILBOX
    from pharmacyfirst.record.examples import examples as all_examples
    from pharmacyfirst.record.message.envelope import envelope_of
    from pharmacyfirst.record.message.update_record import update_record

    library = options.library(folder)
    made: list[tuple[str, bytes]] = []
    for example in all_examples(library):
        held = example.record
        envelope = envelope_of(held, MAILBOX, held.ended_at or held.started_at)
        made.append((f"{example.name}.json", (write_record(held, indent=2) + "\n").encode()))
        made.append((f"{example.name}.xml", or_said(update_record, held, envelope)))
    for name, words in made:  # all are made before the first is written
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words)
        click.echo(f"wrote {name}")
