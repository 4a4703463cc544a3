"""``pharmacyfirst record make``: the record of a consultation, from what only people know of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput
from pharmacyfirst.errors import Refused
from pharmacyfirst.record.consultation import Account, write_record
from pharmacyfirst.record.fields import read_back


@click.command()
@click.argument("account", type=options.FILE)
@click.option(
    "--facts",
    type=options.FILE,
    metavar="FILE",
    help="What `consult --save` wrote, or an input object of `assess`: then the account leaves out pathway, as_of and facts.",
)
@click.option(
    "--adoption",
    type=options.FILE_THERE,
    metavar="FILE",
    help="The organisation's adoption record, to ask for a permit.",
)
@click.option("--at", type=options.moment, metavar="TIME", help="When it is made: for a training patient alone.")
@click.option("--to", "into", type=options.FILE, metavar="FILE", help="File to write; without it, standard output.")
@options.pathways
def make(
    account: Path,
    facts: Path | None,
    adoption: Path | None,
    at: datetime | None,
    into: Path | None,
    folder: Path | None,
) -> None:
    """Make the record of a consultation from an ACCOUNT of it, a JSON file.

    The account says who, when, what was answered, what was done, and what was handed over; docs/schema/account.schema.json has its fields.
    The program assesses the facts, words what decided, and works out dose, directions and quantity of every supply from what was offered.
    A supply needs the permit that `authorise --json` printed before it was handed over, or --adoption, and is then handed over now. What
    was handed over earlier is a late entry (late, entered_by), and is judged as of its hand-over. Whatever does not agree is refused.

    \b
    Example:
      pharmacyfirst record make examples/account-uti.json --at 2026-11-21T10:42:00+00:00 --to consultation.json
    """
    from pharmacyfirst.content.adoption import read_adoption
    from pharmacyfirst.record.make import make_record

    told = _account(account, facts)
    if at is not None and not told.patient.practice_patient:
        raise BadInput("--at: a record is made now. Only a training patient's may be made as if at another time.")
    signed = read_adoption(adoption) if adoption is not None else None
    now = at or datetime.now(UTC)
    record = make_record(told, options.library(folder), recorded_at=now, adoption=signed)
    words = write_record(record, indent=2) + "\n"
    if into is None:
        click.echo(words, nl=False)
    else:
        into.write_text(words, encoding="utf-8")


def _account(path: Path, facts: Path | None) -> Account:
    held = _object(path, "ACCOUNT")
    if facts is not None:
        held |= _asked(facts, held)
    return read_back(Account, {"id": str(uuid4()), **held})


def _object(path: Path, argument: str) -> dict[str, Any]:
    try:
        held = exact.read(options.read_file(path, argument))
    except Refused as refused:
        raise BadInput(f"{argument}: {refused}") from None
    if not isinstance(held, dict):
        raise BadInput(f"{argument} is one JSON object. Nothing was recorded.")
    return held


def _asked(path: Path, account: dict[str, Any]) -> dict[str, Any]:
    """Pathway, day and facts of an input object, which the account then must not give as well."""
    from pharmacyfirst.contract.answers import read_input

    if account.keys() & {"pathway", "as_of", "facts"}:
        raise BadInput("--facts: the account has pathway, as_of or facts of its own. Leave them out of one of the two.")
    asked = read_input(_object(path, "--facts"))
    return {"pathway": asked.pathway, "as_of": asked.as_of.isoformat(), "facts": dict(asked.facts)}


@click.command()
@click.argument("files", metavar="CONSULTATION...", nargs=-1, required=True, type=options.FILE)
@click.option(
    "--adoption",
    type=options.FILE_THERE,
    metavar="FILE",
    help="The adoption record, to ask for every permit again too.",
)
@options.pathways
def judge(files: tuple[Path, ...], adoption: Path | None, folder: Path | None) -> None:
    """Make each CONSULTATION once more from its own account, and say where it is another.

    One whose content is not at hand is not judged. The exit status is 1 where one is not what its account comes to, or is no record.

    \b
    Example:
      pharmacyfirst record judge archive/*.json
    """
    from pharmacyfirst.content.adoption import read_adoption
    from pharmacyfirst.record.fields import RecordRefused
    from pharmacyfirst.record.judged import read_record
    from pharmacyfirst.record.make import NOT_JUDGED, is_judged

    library, wrong = options.library(folder), 0
    signed = read_adoption(adoption) if adoption is not None else None
    for number, path in enumerate(files, 1):
        try:
            record = read_record(options.read_file(path, f"CONSULTATION {number}"), library, signed)
            says = "judged again, and the same" if is_judged(record) else NOT_JUDGED
        except RecordRefused as refused:
            wrong += 1
            says = str(refused)
        click.echo(f"FILE {number}: {says}")
    if wrong:
        raise SystemExit(1)
