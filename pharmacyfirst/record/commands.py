"""The commands of records: ``pharmacyfirst record message``, ``check`` and ``examples``. Others add theirs to the group.

No message repeats what a file holds, or its name: either could tell who the patient is.
"""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import click

from pharmacyfirst.content.library import load, pathways_folder
from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.record.consultation import Consultation, read_record, write_record
from pharmacyfirst.record.fields import RecordRefused

Made = TypeVar("Made")


class _BadInput(click.ClickException):
    exit_code = 2


@click.group()
def record() -> None:
    """Records of consultations: the message to the GP practice and what goes with it.

    Needs the extra "record". Live use needs NHS assurance, which this package does not have.
    """


def or_said(make: Callable[..., Made], *of: Any) -> Made:
    """What ``make`` makes of these, or a message in place of a traceback."""
    try:
        return make(*of)
    except ExtraMissing as missing:
        raise _BadInput(f"{missing}. Nothing was done.") from None
    except RecordRefused as refused:
        raise _BadInput(str(refused)) from None


def read_file(path: Path, what: str) -> bytes:
    """The bytes of a file; a message names the argument, never the file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _BadInput(f"{what} cannot be read: {error.strerror}.") from None


def consultation_in(path: Path) -> Consultation:
    """The record in a file, or a message with where and why it is none."""
    return or_said(read_record, read_file(path, "CONSULTATION"))


def _moment(context: click.Context, parameter: click.Parameter, words: str | None) -> datetime | None:
    if words is None:
        return None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise click.BadParameter("write the time with its distance from UTC, for instance 2026-11-21T10:45:00+00:00.")
    return moment


FILE = click.Path(dir_okay=False, path_type=Path)


@record.command()
@click.argument("consultation", type=FILE)
@click.option("--mailbox", required=True, metavar="ID", help="The pharmacy's own MESH mailbox.")
@click.option(
    "--at", callback=_moment, metavar="TIME", help="When it is written; without it, the end of the consultation."
)
@click.option(
    "--version", type=click.IntRange(1), default=1, show_default=True, help="Which message of its chain it is."
)
@click.option("--first", metavar="ID", help="Of a correction: the id of the record whose message opened the chain.")
@click.option("--to", "into", type=FILE, help="File to write; without it, standard output.")
def message(
    consultation: Path, mailbox: str, at: datetime | None, version: int, first: str | None, into: Path | None
) -> None:
    """Write the GP message of one CONSULTATION, a JSON record.

    The same record and options give the same bytes. Where no message may be sent (the patient did not agree, there is no practice) it says why,
    writes nothing, and the exit status is 1.
    """
    from pharmacyfirst.record.message.envelope import NoMessage, correcting, envelope_of
    from pharmacyfirst.record.message.update_record import update_record

    held = consultation_in(consultation)
    written = at or held.ended_at or held.started_at
    try:
        envelope = (
            correcting(held, first, mailbox, written, version)
            if first is not None
            else envelope_of(held, mailbox, written, version)
        )
    except ValueError as wrong:
        raise _BadInput(f"{wrong}; see --first and --version.") from None
    try:
        words = or_said(update_record, held, envelope)
    except NoMessage as no:
        raise click.ClickException(f"{no.why.says} ({no.why.code})") from None
    if into is None:
        click.echo(words, nl=False)
    else:
        into.write_bytes(words)


@record.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
def check(files: tuple[Path, ...]) -> None:
    """Check GP messages: XML schema, profiles, and the rules of the guide.

    Every problem is a line with the id of its rule and the place. It is not NHS England's validator. The exit status is 1 where there is a
    problem.
    """
    from pharmacyfirst.record.message.rules import NotAMessage
    from pharmacyfirst.record.message.rules import check as problems_of

    wrong = 0
    for number, path in enumerate(files, 1):
        try:
            problems = or_said(problems_of, read_file(path, f"FILE {number}"))
        except NotAMessage as no:
            raise _BadInput(f"FILE {number}: {no}") from None
        wrong += bool(problems)
        for problem in problems:
            click.echo(f"FILE {number}: {problem}")
        if not problems:
            click.echo(f"FILE {number}: passes the schema, the profiles and every rule")
    if wrong:
        raise SystemExit(1)


@record.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--pathways", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pathways, in place of those that ship with the package.",
)  # fmt: skip
def examples(folder: Path, pathways: Path | None) -> None:
    """Write example consultations and their messages to DIR.

    One for each condition and each kind of outcome that its cases reach, all with practice patients: CONDITION/KIND.json is the record,
    CONDITION/KIND.xml the message. The same content gives the same files, byte for byte.
    """
    from pharmacyfirst.record.examples import MAILBOX
    from pharmacyfirst.record.examples import examples as all_examples
    from pharmacyfirst.record.message.envelope import envelope_of
    from pharmacyfirst.record.message.update_record import update_record

    library = load(pathways or pathways_folder())
    made: list[tuple[str, bytes]] = []
    for example in all_examples(library):
        held = example.record
        envelope = envelope_of(held, MAILBOX, held.ended_at or held.started_at)
        made.append((f"{example.name}.json", (write_record(held, indent=2) + "\n").encode()))
        made.append((f"{example.name}.xml", or_said(update_record, held, envelope)))  # type: ignore[misc]
    for name, words in made:  # all are made before the first is written
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words)
        click.echo(f"wrote {path}")


def _join(names: tuple[str, ...]) -> Any:
    """Modules that put their own commands into the group when they are imported."""
    for name in names:
        if find_spec(f"pharmacyfirst.record.{name}") is not None:
            import_module(f"pharmacyfirst.record.{name}")


_join(("outbox_commands", "papers_commands", "inbound_commands"))
