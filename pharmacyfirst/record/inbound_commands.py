"""The commands for what comes in: ``pharmacyfirst record inbound referral`` and ``pharmacyfirst record inbound gp-record``."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from pharmacyfirst import exact
from pharmacyfirst.content.library import Library, load, pathways_folder
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.record.commands import FILE, read_file, record
from pharmacyfirst.record.inbound.bundle import InboundRefused
from pharmacyfirst.record.inbound.sources import GPRecordRead, ReferralRead, read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import AllergySeen, MedicineSeen, Seen, Suggestion, for_pathway

NO_ANSWER = "Suggestions only: none of them is an answer until you have asked. What is not here is not known."


def _day(context: click.Context, parameter: click.Parameter, words: str | None) -> date:
    on = read_day(words) if words is not None else datetime.now(ZoneInfo("Europe/London")).date()
    if on is None:
        raise click.BadParameter("write the day as YYYY-MM-DD.")
    return on


_file = click.argument("file", type=FILE)
_condition = click.option(
    "--condition", metavar="CONDITION", help="Only what bears on a question of this pathway; without it, everything."
)
_as_of = click.option(
    "--as-of", callback=_day, metavar="DATE", help="Day of the consultation, YYYY-MM-DD; without it, today in London."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that was read.")
_pathways = click.option(
    "--pathways", "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pathways, in place of those that ship with the package.",
)  # fmt: skip


@record.group()
def inbound() -> None:
    """Referrals and GP records: what they suggest, and what they do not say."""


@inbound.command()
@_file
@_condition
@_as_of
@_json
@_pathways
def referral(file: Path, condition: str | None, as_of: date, as_json: bool, folder: Path | None) -> None:
    """Read a BaRS referral from general practice (FHIR R4, XML or JSON).

    FILE is the message. A revoked referral or one of a withdrawn use case is refused with the reason, and the
    exit status is 1. Nothing is answered by what is read.
    """
    try:
        read = read_referral(read_file(file, "FILE"), as_of)
    except InboundRefused as refused:
        raise click.ClickException(_refusal(refused)) from None
    suggestions = _of_condition(read.suggestions, condition, as_of, folder)
    click.echo(_as_json(read, suggestions) if as_json else "\n".join(_referral_in_words(read, suggestions)))


@inbound.command("gp-record")
@_file
@_condition
@_as_of
@_json
@_pathways
def gp_record(file: Path, condition: str | None, as_of: date, as_json: bool, folder: Path | None) -> None:
    """Read a GP record: GP Connect Access Record: Structured (JSON) or a Summary Care Record (FHIR R4).

    FILE is the answer of the system that was asked. The exit status is 1 where it cannot be read. What is not
    found stays not known.
    """
    try:
        read = read_gp_record(read_file(file, "FILE"), as_of)
    except InboundRefused as refused:
        raise click.ClickException(_refusal(refused)) from None
    suggestions = _of_condition(read.suggestions, condition, as_of, folder)
    click.echo(_as_json(read, suggestions) if as_json else "\n".join(_record_in_words(read, suggestions)))


def _refusal(refused: InboundRefused) -> str:
    about = f" Referral {refused.about}." if refused.about else ""
    return f"not taken ({refused.code}): {refused}{about}"


def _of_condition(
    suggestions: tuple[Suggestion, ...], condition: str | None, on: date, folder: Path | None
) -> tuple[Suggestion, ...]:
    if condition is None:
        return suggestions
    library: Library = load(folder or pathways_folder())
    if condition not in library.conditions:
        known = f"There are: {', '.join(library.conditions)}."
        raise click.UsageError(f"There is no such pathway. {suggest(condition, library.conditions, known)}")
    return for_pathway(suggestions, library.in_force(condition, on))


def _referral_in_words(read: ReferralRead, suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    yield f"Referral {read.request} from {read.organisation or 'an organisation that is not named'}"
    yield f"  by {read.referrer or 'somebody not named'}, {read.authored_on or 'no date'}"
    yield from _listed("The referrer says", (*read.presenting, *read.story, *((read.task,) if read.task else ())))
    yield from _common(read, suggestions)


def _record_in_words(read: GPRecordRead, suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    yield read.source
    yield from _common(read, suggestions)


def _common(read: GPRecordRead | ReferralRead, suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    yield from _listed("Mind", read.warnings)
    yield from _listed("Suggestions", (_suggestion(one) for one in suggestions))
    yield from _listed("Read in it", (_seen(one) for one in read.seen))
    yield from _listed("Not read", (f"{one.entry}: {one.why}" for one in read.skipped))
    yield ""
    yield NO_ANSWER


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    held = [line.replace("\n", "\n    ") for line in lines]
    if held:
        yield ""
        yield f"{title}:"
        yield from (f"  - {line}" for line in held)


def _suggestion(one: Suggestion) -> str:
    value = ", ".join(one.value) if isinstance(one.value, tuple) else "yes" if one.value is True else one.value
    when = f", {one.date}" if one.date else ", no date"
    return f"{one.fact}: {value}? {one.why} [{one.source}{when}]"


def _seen(one: Seen) -> str:
    kind = "allergy" if isinstance(one, AllergySeen) else "medicine" if isinstance(one, MedicineSeen) else "finding"
    words = one.words or f"code {', '.join(one.codes)}"
    said = "; ".join((*one.remarks, *((f"not taken: {one.doubt}",) if one.doubt else ())))
    return f"{one.when or 'no date'}  {kind}: {words}{f' ({said})' if said else ''}"


def _as_json(read: GPRecordRead | ReferralRead, suggestions: tuple[Suggestion, ...]) -> str:
    held = _plain(read) | {"suggestions": _plain(suggestions), "note": NO_ANSWER}
    return exact.write(held, 2, item_a_line=True)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": value.kind} if isinstance(value, Seen) else {}
        return kind | {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
