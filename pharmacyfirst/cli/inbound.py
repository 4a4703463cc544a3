"""The commands for what comes in: ``pharmacyfirst record inbound referral`` and ``pharmacyfirst record inbound gp-record``."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.groups import LateGroup
from pharmacyfirst.cli.guard import NotDone, WrongCommand
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.record.inbound.bundle import InboundRefused
from pharmacyfirst.record.inbound.sources import GPRecordRead, ReferralRead, read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import AllergySeen, MedicineSeen, Seen, Suggestion, for_pathway

NO_ANSWER = "Suggestions only: none of them is an answer until you have asked. What is not here is not known."


_file = click.argument("file", type=options.FILE)
_condition = click.option(
    "--condition", metavar="CONDITION", help="Only what bears on a question of this pathway; without it, everything."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that was read.")


@click.group(cls=LateGroup)
def inbound() -> None:
    """Referrals and GP records: what they suggest, and what they do not say.

    \b
    Example:
      pharmacyfirst record inbound gp-record answer.json --condition uncomplicated-uti
    """


@inbound.command()
@_file
@_condition
@options.as_of
@_json
@options.pathways
def referral(file: Path, condition: str | None, as_of: date | None, as_json: bool, folder: Path | None) -> None:
    """Read a BaRS referral from general practice (FHIR R4, XML or JSON).

    FILE is the message. A revoked referral or one of a withdrawn use case is refused with the reason, and the
    exit status is 1. Nothing is answered by what is read.

    \b
    Example:
      pharmacyfirst record inbound referral message.xml --condition uncomplicated-uti
    """
    day = as_of or options.today_in_london()
    try:
        read = read_referral(options.read_file(file, "FILE"), day)
    except InboundRefused as refused:
        raise NotDone(_refusal(refused)) from None
    suggestions = _of_condition(read.suggestions, condition, day, folder)
    click.echo(_as_json(read, suggestions) if as_json else "\n".join(_referral_in_words(read, suggestions)))


@inbound.command("gp-record")
@_file
@_condition
@options.as_of
@_json
@options.pathways
def gp_record(file: Path, condition: str | None, as_of: date | None, as_json: bool, folder: Path | None) -> None:
    """Read a GP record: GP Connect Access Record: Structured (JSON) or a Summary Care Record (FHIR R4).

    FILE is the answer of the system that was asked. The exit status is 1 where it cannot be read. What is not
    found stays not known.

    \b
    Example:
      pharmacyfirst record inbound gp-record answer.json --condition uncomplicated-uti
    """
    day = as_of or options.today_in_london()
    try:
        read = read_gp_record(options.read_file(file, "FILE"), day)
    except InboundRefused as refused:
        raise NotDone(_refusal(refused)) from None
    suggestions = _of_condition(read.suggestions, condition, day, folder)
    click.echo(_as_json(read, suggestions) if as_json else "\n".join(_record_in_words(read, suggestions)))


def _refusal(refused: InboundRefused) -> str:
    about = f" Referral {refused.about}." if refused.about else ""
    return f"not taken ({refused.code}): {refused}{about}"


def _of_condition(
    suggestions: tuple[Suggestion, ...], condition: str | None, on: date, folder: Path | None
) -> tuple[Suggestion, ...]:
    if condition is None:
        return suggestions
    library = options.library(folder)
    if condition not in library.conditions:
        known = f"There are: {', '.join(library.conditions)}."
        raise WrongCommand(f"There is no such pathway. {suggest(condition, library.conditions, known)}")
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
