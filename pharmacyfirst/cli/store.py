"""The group ``pharmacyfirst store``: a pharmacy's own store of consultations, looked after from the terminal.

What is printed are ids, days, conditions and states. Whom is searched for is asked for and never an argument, because arguments can be read by
every process of the machine. Only files that were asked for tell who a patient is, and they are made for their owner alone.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.cli.store_moved import THE_STORE, move
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable

if TYPE_CHECKING:
    from pharmacyfirst.store import ConsultationSoFar, Store


def _store_folder(command: options.Command) -> options.Command:
    """The folder of the store, of the one site where there are several."""
    return options.site(click.option("--store", "place", callback=options.in_site, **THE_STORE)(command))


_by = click.option("--by", required=True, metavar="NAME", help="Who asks; kept with what was read.")
_into = click.argument("into", metavar="FILE", type=options.FILE)


@click.group()
def store() -> None:
    """The pharmacy's own store of consultations: checked, copied, put back, searched, given out.

    \b
    Example:
      pharmacyfirst store verify --store data
    """


@store.command()
@_store_folder
def status(place: Path) -> None:
    """Say what there is to do. Names nobody; the exit status is 1 where something has to be done before closing.

    \b
    Example:
      pharmacyfirst store status --store data
    """
    with opened_store(place) as one:
        work = one.work_list()
    for says in work.trouble:
        click.echo(says)
    for person in work.people:
        click.echo(f"{'now   ' if person.urgent else 'today '} {person.state}: {person.says} {person.id}")
    _say("emergency without details", work.emergencies)
    _say("draft", work.drafts)
    _say("duty open", work.duties)
    for paper in work.paper:
        click.echo(f"paper form to enter: {paper.condition} {paper.on} {paper.id}")
    for came in work.referrals:
        click.echo(f"{came.kind} in: {came.at:%Y-%m-%d %H:%M} UTC {came.id}")
    for day, many in sorted(work.claims_by_day.items()):
        click.echo(f"to claim by {day}: {many}")
    _say("incident", work.incidents)
    _say("done otherwise on paper", work.differing)
    if work.before_closing:
        raise SystemExit(1)


def _say(what: str, found: Iterable["ConsultationSoFar"]) -> None:
    for one in found:
        practice = "TRAINING " if one.practice else ""
        click.echo(
            f"{practice}{what}: {one.condition} {one.state.value} since {one.changed_at:%Y-%m-%d %H:%M} UTC {one.id}"
        )


@store.command()
@_store_folder
@click.option(
    "--anchor", metavar="LINE", help="An anchor that was kept elsewhere: number, digest and time, as it was printed."
)
@options.pathways
def verify(place: Path, anchor: str | None, folder: Path | None) -> None:
    """Go through the whole store, and print its anchor: a line to keep on paper or on another machine.

    The file, the chain of digests, the anchors, every consultation; every record is made once more from its own account. What was edited, taken out, put in or swapped is found;
    that an end was cut off, or an older copy put in place, only an anchor can tell. The exit status is 1 where anything is wrong.

    \b
    Example:
      pharmacyfirst store verify --store data
    """
    from pharmacyfirst.store import read_anchor

    known = read_anchor(anchor) if anchor is not None else None
    library = options.library(folder)
    with opened_store(place) as one:
        found = one.verify(known, library)
    click.echo(
        f"{found.consultations} consultations, {found.records} finished records, {found.anchors} anchors: as they were written"
    )
    click.echo(f"{found.judged} records made once more from their own accounts, and the same")
    if unjudged := found.records - found.judged - len(found.differing):
        click.echo(f"{unjudged} records not judged again: the content that they name is not at hand (--pathways)")
    for id in found.differing:
        click.echo(f"not what its own account comes to: {id}")
    if found.mended:
        click.echo(f"{found.mended} marks by which something is found were wrong, and are mended")
    click.echo(f"Keep this elsewhere: {found.anchor}")
    if found.differing:
        raise SystemExit(1)


@store.command()
@_into
@_store_folder
def backup(into: Path, place: Path) -> None:
    """Copy the store into a new FILE, which is gone through whole; the store may be in use.

    \b
    Example:
      pharmacyfirst store backup copy.sqlite --store data
    """
    from pharmacyfirst.store.keeping import back_up

    with opened_store(place) as one:
        anchor = back_up(one, into)
    click.echo(f"Copied. Keep this apart from the copy: {anchor}")


@store.command()
@click.argument("copy", metavar="FILE", type=options.FILE_THERE)
@_store_folder
@click.option(
    "--older", is_flag=True, help="The copy is known to be older than what was there: what came since is set aside."
)
def restore(copy: Path, place: Path, older: bool) -> None:
    """Put a copy in place of the store. What was there is set aside in the same folder, and never deleted.

    Stop every program that uses the store first. A copy that lacks what the anchors know of is refused without --older.

    \b
    Example:
      pharmacyfirst store restore copy.sqlite --store data
    """
    from pharmacyfirst.store.keeping import restore as put_back

    with _told():
        anchor = put_back(copy, place, _now, older=older)
    click.echo(f"In place, and gone through. Keep this elsewhere: {anchor}")


@store.command()
@_into
@_store_folder
def export(into: Path, place: Path) -> None:
    """Write the whole store as JSON lines into a new FILE. It tells who the patients are.

    \b
    Example:
      pharmacyfirst store export store.jsonl --store data
    """
    from pharmacyfirst.store.exported import export_lines

    with opened_store(place) as one:
        _write(into, export_lines(one.ledger))
    click.echo("Written.")


@store.command(name="import")
@click.argument("file", metavar="FILE", type=options.FILE_THERE)
@_store_folder
def import_(file: Path, place: Path) -> None:
    """Make a store of what was exported, in a folder that has none. Every digest is the one that was exported.

    \b
    Example:
      pharmacyfirst store import store.jsonl --store elsewhere
    """
    from pharmacyfirst.store.exported import import_store, lines_of

    with options.opened(str(file), "FILE") as lines, _told():
        many = import_store(lines_of(lines), place, _now)
    click.echo(f"{many} events imported, each with its digest.")


@store.command()
@_store_folder
@_by
@click.option("--name", "by_name", is_flag=True, help="Ask for a name, or how it begins.")
@click.option("--born", "by_born", is_flag=True, help="Ask for a birth date, YYYY-MM-DD.")
@click.option("--nhs-number", "by_number", is_flag=True, help="Ask for an NHS number.")
@click.option(
    "--product", default="", metavar="WORD", help="A product that was handed over: a word of its name, or its code."
)
@click.option("--batch", default="", metavar="BATCH", help="The batch that was handed over.")
def find(place: Path, by: str, by_name: bool, by_born: bool, by_number: bool, product: str, batch: str) -> None:
    """Find consultations: their ids, days and conditions, newest first. That somebody searched is put down.

    What tells who a patient is, is asked for, a line each on standard input: in the order name, birth date, NHS number.

    \b
    Example:
      pharmacyfirst store find --batch AB1234 --by "A. Pharmacist" --store data
    """
    from pharmacyfirst.store import Actor, Sought

    name = _ask("Name") if by_name else ""
    born = options.day(_ask("Birth date")) if by_born else None
    number = _ask("NHS number") if by_number else ""
    with opened_store(place) as one:
        found = one.records.find(Sought(name, born, number, product, batch), Actor(by, "at the terminal"))
        unread = one.unread
    for each in found:
        practice = "TRAINING " if each.practice else ""
        click.echo(f"{each.begun_at:%Y-%m-%d} {practice}{each.condition} {each.state.value} {each.id}")
    if not found:
        click.echo("None.")
    if unread:
        raise NotDone(f"{unread} of those that fit cannot be read: pharmacyfirst store verify says more.")


def _ask(what: str) -> str:
    return str(click.prompt(what, err=True, type=str)).strip()


@store.command()
@click.argument("id")
@_into
@_store_folder
@_by
@click.option("--patient", "whole", is_flag=True, help="Everything about the patient of this consultation.")
def evidence(id: str, into: Path, place: Path, by: str, whole: bool) -> None:
    """Write the evidence of one consultation into a new FILE: every deed, page and answer, the record, and its message.

    It tells who the patient is. With --patient, everything that the store has of them. That it was given out is put down.

    \b
    Example:
      pharmacyfirst store evidence ID evidence.json --by "A. Pharmacist" --store data
    """
    from pharmacyfirst.store import Actor
    from pharmacyfirst.store.evidence import everything_of
    from pharmacyfirst.store.evidence import evidence as evidence_of

    with opened_store(place) as one:
        _write(into, [(everything_of if whole else evidence_of)(one, id, Actor(by, "at the terminal"))])
    click.echo("Written.")


@store.command("take-in")
@click.argument("file", metavar="FILE", type=options.FILE)
@_store_folder
@_by
@options.as_of
def take_in(file: Path, place: Path, by: str, as_of: date | None) -> None:
    """Take in a referral or a GP record that another system received, as it came. It is on the work list until somebody deals with it.

    FILE is a BaRS referral from general practice, or a GP record (GP Connect, Summary Care Record), as XML or JSON. A cancelled referral is
    taken in too. What is refused is not kept, and the exit status is 1. The form may run meanwhile. Names nobody.

    \b
    Example:
      pharmacyfirst store take-in message.xml --by "A. Pharmacist" --store data
    """
    from pharmacyfirst.record.inbound.refusal import InboundRefused
    from pharmacyfirst.store import Actor
    from pharmacyfirst.store.take_in import CANCELLED
    from pharmacyfirst.store.take_in import take_in as taken_in

    raw = options.read_file(file, "FILE")
    with opened_store(place) as one:
        try:
            came = taken_in(one, raw, as_of or options.today_in_london(), Actor(by, "at the terminal"))
        except InboundRefused as refused:
            raise NotDone(f"not taken ({refused.code}): {refused}") from None
        newer = one.inbound.versions(came.request)
    cancelled = "cancelled " if came.summary.get(CANCELLED) else ""
    version = f", version {len(newer)} of one request" if len(newer) > 1 else ""
    click.echo(f"{cancelled}{came.kind} in{version}: {came.id}")


@store.command()
@_into
@_store_folder
@click.option("--practice", is_flag=True, help="Training patients, and nobody else.")
def table(into: Path, place: Path, practice: bool) -> None:
    """Write a row for each finished record into a new CSV FILE, without anything that tells who a patient is.

    It holds the practitioner's GPhC number. It is no table that audit reads: audit --store judges the records themselves.

    \b
    Example:
      pharmacyfirst store table records.csv --store data
    """
    from pharmacyfirst.store.evidence import table as rows

    with opened_store(place) as one:
        _write(into, [rows(one, practice)])
    click.echo("Written.")


@store.command("activity")
@_store_folder
@click.option(
    "--from", "begin", type=options.day, metavar="DATE", help="First day; without it, the first of this month."
)
@click.option("--until", "end", type=options.day, metavar="DATE", help="Last day; without it, today.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, by month too.")
@options.pathways
def activity_(place: Path, begin: date | None, end: date | None, as_json: bool, folder: Path | None) -> None:
    """Say what was done in some days, in numbers: consultations, outcomes, gateway points, news to practices, time to finish.

    Training patients are counted apart. Names nobody, but a small number can lead to a person.

    \b
    Example:
      pharmacyfirst store activity --from 2026-11-01 --until 2026-11-30 --store data
    """
    from pharmacyfirst import exact
    from pharmacyfirst.store.activity import activity
    from pharmacyfirst.store.activity_in_words import in_lines, titles_of

    last = end or options.today_in_london()
    first = begin or last.replace(day=1)
    if first > last:
        raise BadInput("The first day is after the last.")
    with opened_store(place) as one:
        found = activity(one, first, last)
    if as_json:
        click.echo(exact.write(found.as_dict(), 2))
    else:
        click.echo("\n".join(in_lines(found, titles_of(options.library(folder)))))
    if found.unread:
        raise NotDone(f"{found.unread} consultations cannot be read: pharmacyfirst store verify says more.")


store.add_command(move)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened_store(place: Path) -> "Iterator[Store]":
    """The store of a folder. Raises ``BadInput`` where there is none, ``NotDone`` where it cannot be read."""
    from pharmacyfirst.store import open_store
    from pharmacyfirst.store.store import store_is_in

    with _told():
        if not store_is_in(place):
            raise BadInput("There is no store in that folder.")
        with open_store(place, _now) as one:
            yield one


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (LedgerUnusable, LedgerDamaged) as error:
        raise NotDone(str(error)) from None


def _write(into: Path, parts: Iterable[str]) -> None:
    """A new file for its owner alone, on disk when this returns; taken away where it could not be written whole."""
    try:
        made = os.open(into, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise BadInput("FILE is there already. Name a new one: nothing is written over.") from None
    try:
        with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        into.unlink(missing_ok=True)
        raise
