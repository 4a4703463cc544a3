"""The commands of the outbox: ``pharmacyfirst record send``, ``notice``, ``status`` and ``resolve``.

They print ids, states, codes, days and what to do; never a name, a number or a word of a message. Secrets come from the environment alone,
because arguments can be read by every process of the machine.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable
from pharmacyfirst.ledger.places import InFile, place_in
from pharmacyfirst.record.message.envelope import DAY_FIRST, YEAR_FIRST, CannotRoute
from pharmacyfirst.sending.acknowledgement import Unreadable
from pharmacyfirst.sending.for_person import ForPerson, day_in_words
from pharmacyfirst.sending.mesh import Mailbox, MeshSettings
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, NoticeRefused, OnPaper
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.outgoing import RefusedByOutbox
from pharmacyfirst.sending.rounds import Round, send_round
from pharmacyfirst.sending.standing import OutOfOrder, Waits
from pharmacyfirst.sending.working_days import bank_holidays

ENVIRONMENT = "PHARMACYFIRST_MESH_"
# Environment variables: the first four are needed, the others are files for mutual TLS.
SETTINGS = {
    "url": "URL",
    "mailbox": "MAILBOX",
    "password": "PASSWORD",
    "shared_key": "SHARED_KEY",
    "certificate": "CERTIFICATE",
    "key": "KEY",
    "authority": "AUTHORITY",
}
NEEDED = ("url", "mailbox", "password", "shared_key")


STORE = "store"  # the ledger of a folder in which the outbox is

_outbox = click.option(
    "--outbox",
    "file",
    type=click.Path(path_type=Path),
    envvar="PHARMACYFIRST_OUTBOX",
    required=True,
    metavar="PLACE",
    help="The folder of a store, or an SQLite file, which send makes where it is missing.  [env: PHARMACYFIRST_OUTBOX]",
)
_at = click.option("--at", type=options.moment, metavar="TIME", help="The time to take for now; without it, the clock.")


@click.command()
@click.argument("files", nargs=-1, metavar="[MESSAGE]...", type=options.FILE)
@_outbox
@_at
@click.option(
    "--day-first", is_flag=True, help="Write the date of birth in the MESH address as DDMMYYYY, not YYYYMMDD."
)
def send(files: tuple[Path, ...], file: Path, at: datetime | None, day_first: bool) -> None:
    """Store messages in the outbox, send what is queued, and collect what came back.

    Each MESSAGE is checked first; one that fails is not queued. A round can be interrupted anywhere and run again. Run it every 5 minutes.
    MESH is told by PHARMACYFIRST_MESH_URL, _MAILBOX, _PASSWORD, _SHARED_KEY and, for mutual TLS, _CERTIFICATE, _KEY, _AUTHORITY.

    The exit status is 1 where MESH could not be reached, a message was refused, or a person has something to look at.

    \b
    Example:
      pharmacyfirst record send message.xml --outbox outbox.sqlite
    """
    mailbox = _mailbox()
    refused = False
    with mailbox, _opened(file, make=True) as outbox:
        for number, path in enumerate(files, 1):
            refused |= not _stored(outbox, path, number, at or _now(), DAY_FIRST if day_first else YEAR_FIRST)
        done = send_round(outbox, mailbox, (lambda: at) if at else _now, Waits())
        _say_round(done)
        people = outbox.for_person(at or _now(), Waits())
    _say_people(people)
    if done.trouble or people or refused:
        raise SystemExit(1)


@click.command()
@_outbox
@_at
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(file: Path, at: datetime | None, as_json: bool) -> None:
    """Say how many messages stand where, which notices are due, and what a person has to look at.

    Nothing is sent. What waits too long is worked out now, whether or not a round was there to see it. "done" means that the practice's system has answered twice that it has the message; nobody tells us whether the
    practice then files it. The exit status is 1 where a person has something to look at.

    \b
    Example:
      pharmacyfirst record status --outbox outbox.sqlite
    """
    with _opened(file) as outbox:
        if at is None:
            with suppress(LedgerUnusable):  # who cannot write may still read
                outbox.look(_now())
        counts, people = outbox.counts(), outbox.for_person(at or _now(), Waits())
    warning = bank_holidays().not_known((at or _now()).date())
    if as_json:
        told = {"states": {state.value: many for state, many in counts.items()}, "for_person": [*map(_plain, people)]}
        click.echo(json.dumps(told | {"warning": warning}, indent=2))
    else:
        for state, many in counts.items():
            if many:
                click.echo(f"{many:6} {state.value}")
        if notices := sum(bool(one.record_id) for one in people):
            click.echo(f"{notices:6} letters or PDFs to send")
        if not any(counts.values()) and not people:
            click.echo("The outbox is empty.")
        if warning:
            click.echo(warning)
        _say_people(people)
    if people:
        raise SystemExit(1)


@click.command()
@click.argument("consultations", nargs=-1, required=True, metavar="CONSULTATION...", type=options.FILE)
@click.option(
    "--as",
    "kind",
    type=click.Choice([one.value for one in NoticeKind]),
    required=True,
    help="How the practice is told.",
)
@_outbox
@_at
@options.pathways
def notice(consultations: tuple[Path, ...], kind: str, file: Path, at: datetime | None, folder: Path | None) -> None:
    """Put down that the GP practice has to be told of consultations by letter or PDF.

    For each CONSULTATION, a JSON record, whose practice gets no message. It is due on the day of the consultation or the next working day,
    and stays in the list of "record status" until "record resolve" says that it was sent. Where the patient did not agree that the practice
    is told, nothing is put down, and the exit status is 1.

    \b
    Example:
      pharmacyfirst record notice consultation.json --as letter --outbox outbox.sqlite
    """
    from pharmacyfirst.cli.message import consultation_in

    records = [consultation_in(one, folder) for one in consultations]
    agreed = [one.consent.to_share is True for one in records]
    with _opened(file, make=True) as outbox:
        for number, (held, may) in enumerate(zip(records, agreed, strict=True), 1):
            if not may:
                click.echo(f"CONSULTATION {number}: not put down: nobody agreed that the practice is told")
                continue
            try:
                by = outbox.notices.due(held.id, NoticeKind(kind), held.ended_at or held.started_at, at or _now())
            except NoticeRefused as why:
                raise BadInput(f"CONSULTATION {number}: {why}") from None
            click.echo(f"CONSULTATION {number}: due by {day_in_words(by.by)} {held.id}")
            if by.warning:
                click.echo(f"  {by.warning}")
    if not all(agreed):
        raise SystemExit(1)


RESOLUTIONS = ("again", "letter", "pdf", "void", "seen")


@click.command()
@click.argument("id")
@click.option("--as", "how", type=click.Choice(RESOLUTIONS), required=True, help="What was done or shall be done.")
@click.option("--by", required=True, metavar="NAME", help="Who did it or decides it; kept with the message.")
@click.option(
    "--to", "address", type=click.Choice([one.value for one in AddressKind]), help="Of a letter or PDF: how it went."
)
@click.option(
    "--mailbox", default="", metavar="ADDRESS", help="Of a letter or PDF: the practice's mailbox, if by mail."
)
@click.option(
    "--sent-at", type=options.moment, metavar="TIME", help="Of a letter or PDF: when it went; without it, now."
)
@click.option("--why", default="", metavar="WORDS", help="Of void: why. Name no patient.")
@_outbox
@_at
def resolve(
    id: str,
    how: str,
    by: str,
    address: str | None,
    mailbox: str,
    sent_at: datetime | None,
    why: str,
    file: Path,
    at: datetime | None,
) -> None:
    """Put down what a person did about a message or a notice, by its ID.

    letter, pdf: the consultation went to the practice so; say --to which kind of address. again: send the same bytes of a message once more,
    where it is known that they were not delivered. void: the message counts for nothing, or the notice is not due after all. seen: it was
    looked at; what still has to be done stays in the list. The ID of something received that is about no message of ours can only be seen.

    \b
    Example:
      pharmacyfirst record resolve ID --as pdf --to nhsmail --by "A. Pharmacist" --outbox outbox.sqlite
    """
    when = at or _now()
    if how in ("letter", "pdf") and address is None:
        raise BadInput("Say how it went, for instance --to nhsmail or --to post. Nothing was changed.")
    try:
        sent = (
            OnPaper(NoticeKind(how), AddressKind(address), by, sent_at or when, mailbox)
            if address and how in ("letter", "pdf")
            else None
        )
        with _opened(file) as outbox:
            click.echo(_resolved(outbox, id, how, by, why, sent, when))
    except KeyError:
        raise BadInput("This id is not in the outbox. Nothing was changed.") from None
    except OutOfOrder as why_not:
        raise NotDone(f"{why_not} Nothing was changed.") from None
    except ValueError as wrong:
        raise BadInput(f"{wrong} Nothing was changed.") from None


def _resolved(outbox: Outbox, id: str, how: str, by: str, why: str, sent: OnPaper | None, at: datetime) -> str:
    """How it stands then: the id is that of a message, of a record whose notice is due, or of something received."""
    if outbox.notices.knows(id):
        if sent is not None:
            outbox.notices.sent(id, sent, at)
            return f"{sent.kind.value} sent"
        if how == "void":
            outbox.notices.not_due(id, by, why, at)
            return "not due"
        raise NoticeRefused("A notice can be resolved as letter, as pdf or as void.")
    if how == "seen" and _is_received(outbox, id):
        outbox.seen_received(id, at, by)
        return "seen"
    if sent is not None:
        return outbox.fallback_sent(id, at, sent).state.value
    if how == "again":
        return outbox.send_again(id, at, by).state.value
    return (outbox.void(id, at, by, why) if how == "void" else outbox.seen(id, at, by)).state.value


@contextmanager
def _opened(file: Path, make: bool = False) -> Iterator[Outbox]:
    try:
        place = place_in(file, STORE) if file.is_dir() else InFile(file)
        if file.name == f"{STORE}.sqlite" and place_in(file.parent, STORE) != place:
            raise BadInput("That folder keeps its store in PostgreSQL: name the folder, not a file in it.")
        if not (place.exists() or (make and not file.is_dir())):
            raise BadInput("There is no outbox at that place.")
        with closing(place.open()) as ledger:
            yield Outbox(ledger)
    except (LedgerUnusable, LedgerDamaged) as error:
        raise NotDone(str(error)) from None


def _mailbox() -> Mailbox:
    given: dict[str, Any] = {name: os.environ.get(ENVIRONMENT + word, "") for name, word in SETTINGS.items()}
    if missing := [ENVIRONMENT + SETTINGS[name] for name in NEEDED if not given[name]]:
        raise BadInput(f"MESH is not set up; the environment lacks {', '.join(missing)}. Nothing was sent.")
    try:
        return Mailbox(MeshSettings(**given))
    except (ImportError, ValueError) as wrong:
        raise BadInput(f"{wrong}. Nothing was sent.") from None
    except OSError:
        raise BadInput("The certificate, its key or the authority cannot be read. Nothing was sent.") from None


def _stored(outbox: Outbox, path: Path, number: int, at: datetime, born_as: str) -> bool:
    """Whether a message was taken; if not, why, without its file name, which could name a patient."""
    from pharmacyfirst.sending.prepare import RefusedByRules, prepare

    try:
        prepared = prepare(path.read_bytes(), born_as=born_as)
        # One commit for all three steps, so that no draft is left behind.
        standing = outbox.put(prepared, at)
    except OSError as error:
        click.echo(f"MESSAGE {number}: cannot be read: {error.strerror}")
        return False
    except RefusedByRules as why:
        click.echo(f"MESSAGE {number}: not queued, {len(why.problems)} problems; see pharmacyfirst record check")
        return False
    except (Unreadable, CannotRoute, RefusedByOutbox, LedgerDamaged) as why:
        click.echo(f"MESSAGE {number}: not queued: {why}")
        return False
    click.echo(f"MESSAGE {number}: {standing.state.value} {prepared.message.bundle_id}")
    return True


def _say_round(done: Round) -> None:
    known = sum(bool(one.bundle_id) for one in done.received)
    counted = (
        (done.sent, "sent"),
        (done.found, "sent before, as MESH says"),
        (done.undecided, "may have been sent; MESH is asked again in the next round"),
        (done.not_taken, "refused by MESH"),
        (done.held_back, "held back: training patients never go to the live service, and patients go nowhere else"),
        (known, "answers and reports received"),
        (len(done.received) - known, "received that name no message of ours"),
        (done.overdue, "newly overdue"),
        (done.not_taken_in, "left in the mailbox, because they could not be taken in"),
    )
    said = [f"{many:6} {words}" for many, words in counted if many]
    if said or not done.trouble:
        click.echo("\n".join(said) or "Nothing to send, and nothing came back.")
    if done.trouble:
        click.echo(f"Not all was done in this round: {done.trouble.rstrip('.')}.", err=True)


def _say_people(people: tuple[ForPerson, ...]) -> None:
    if not people:
        return
    click.echo(f"\nFor a person to look at: {len(people)}")
    for one in people:
        codes = f" ({', '.join(one.codes)})" if one.codes else ""
        urgent = "URGENT " if one.urgent else ""
        name = f"{one.id}  " if one.id else ""
        click.echo(f"  {urgent}{name}{one.state} since {one.since:%Y-%m-%d %H:%M} UTC{codes}")
        click.echo(f"    {one.says}\n    {one.then}")


def _plain(one: ForPerson) -> dict[str, Any]:
    return {
        "id": one.id,
        "mesh_id": one.mesh_id,
        "record_id": one.record_id,
        "state": one.state,
        "since": one.since.isoformat(),
        "codes": list(one.codes),
        "urgent": one.urgent,
        "due": one.due.isoformat() if one.due else None,
        "late": one.late,
        "says": one.says,
        "then": one.then,
    }


def _is_received(outbox: Outbox, mesh_id: str) -> bool:
    try:
        outbox.raw(mesh_id)
    except KeyError:
        return False
    return True


def _now() -> datetime:
    return datetime.now(UTC)
