"""The commands for what comes in: ``pharmacyfirst record inbound referral`` and ``pharmacyfirst record inbound gp-record``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.groups import LateGroup
from pharmacyfirst.cli.guard import BadInput, NotDone, WrongCommand
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.record.inbound.bundle import InboundRefused, Skipped
from pharmacyfirst.record.inbound.person import ContactSeen, PersonSeen
from pharmacyfirst.record.inbound.seen import Seen
from pharmacyfirst.record.inbound.sources import GPRecordRead, ReferralRead, read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import Suggestion, for_pathway
from pharmacyfirst.record.inbound.told import NO_ANSWER, as_told

_file = click.argument("file", type=options.FILE)
_condition = click.option(
    "--condition", metavar="CONDITION", help="Only what bears on a question of this pathway; without it, everything."
)
_patient = click.option(
    "--patient",
    type=options.FILE,
    metavar="PATIENT",
    help="The patient who is there, as JSON: family, given, birth_date, nhs_number. Somebody else's is refused.",
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
@_patient
@options.as_of
@_json
@options.pathways
def referral(
    file: Path, condition: str | None, patient: Path | None, as_of: date | None, as_json: bool, folder: Path | None
) -> None:
    """Read a BaRS referral from general practice (FHIR R4, XML or JSON).

    FILE is the message. A revoked referral, one of a withdrawn use case or of another patient, and one of NHS 111 in
    CDA is refused with the reason, and the exit status is 1. Nothing is answered by what is read.

    \b
    Example:
      pharmacyfirst record inbound referral message.xml --condition uncomplicated-uti
    """
    day = as_of or options.today_in_london()
    here = _patient_here(patient)
    try:
        read = read_referral(options.read_file(file, "FILE"), day, here)
    except InboundRefused as refused:
        raise NotDone(_refusal(refused)) from None
    suggestions = _of_condition(read.suggestions, condition, day, folder)
    click.echo(
        exact.write(as_told(read, suggestions), 2, item_a_line=True)
        if as_json
        else "\n".join(_referral_in_words(read, suggestions))
    )


@inbound.command("gp-record")
@_file
@_condition
@_patient
@options.as_of
@_json
@options.pathways
def gp_record(
    file: Path, condition: str | None, patient: Path | None, as_of: date | None, as_json: bool, folder: Path | None
) -> None:
    """Read a GP record: GP Connect Access Record: Structured (JSON) or a Summary Care Record (FHIR R4).

    FILE is the answer of the system that was asked. The exit status is 1 where it cannot be read, or is another
    patient's. What is not found stays not known.

    \b
    Example:
      pharmacyfirst record inbound gp-record answer.json --condition uncomplicated-uti
    """
    day = as_of or options.today_in_london()
    here = _patient_here(patient)
    try:
        read = read_gp_record(options.read_file(file, "FILE"), day, patient=here)
    except InboundRefused as refused:
        raise NotDone(_refusal(refused)) from None
    suggestions = _of_condition(read.suggestions, condition, day, folder)
    click.echo(
        exact.write(as_told(read, suggestions), 2, item_a_line=True)
        if as_json
        else "\n".join(_record_in_words(read, suggestions))
    )


@dataclass(frozen=True)
class _Here:
    """The patient who is there, as the file of ``--patient`` has them."""

    family: str
    given: tuple[str, ...]
    birth_date: date
    nhs_number: str | None


def _patient_here(file: Path | None) -> _Here | None:
    """The patient of ``--patient``. Raises ``BadInput``, which repeats nothing of the file."""
    if file is None:
        return None
    try:
        held = exact.read(options.read_file(file, "PATIENT"))
    except Refused:
        held = None
    here = held if isinstance(held, dict) else {}
    family, given, born, number = (here.get(name) for name in ("family", "given", "birth_date", "nhs_number"))
    names = [given] if isinstance(given, str) else given
    birth_date = read_day(born)
    if (
        not isinstance(family, str)
        or not isinstance(names, list)
        or not all(isinstance(name, str) for name in names)
        or birth_date is None
        or not isinstance(number, str | None)
    ):
        raise BadInput(
            "PATIENT does not say who is there: give JSON with family (text), given (a list of text), birth_date (YYYY-MM-DD) and, where it is "
            "known, nhs_number (text). Nothing was read, so that nobody is taken for somebody else."
        )
    return _Here(family, tuple(names), birth_date, number)


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
    ods = f"ODS {read.organisation_ods}" if read.organisation_ods else "no ODS code"
    yield f"Referral {read.request} from {read.organisation or 'an organisation that is not named'} ({ods})"
    role = f", {read.referrer_role}" if read.referrer_role else ""
    call = f", telephone {', '.join(read.referrer_telephones)}" if read.referrer_telephones else ""
    yield _line(f"  by {read.referrer or 'somebody not named'}{role}{call}, {_moment(read.authored_on) or 'no date'}")
    yield f"  version {read.version or 'not given'} of {_moment(read.sent_at) or 'no date'}, journey {read.journey or 'not given'}"
    yield f"  contact by {_moment(read.contact_until) or 'not given'}, urgency {read.urgency or 'not given'}"
    yield f"  reference for the patient: {read.patient_reference}"
    yield from _who(read.patient)
    yield from _first(read)
    yield from _listed("Mind", read.warnings)
    yield from _listed("The referrer says", (*read.reason, *read.presenting, *read.story))
    yield from _listed("The referrer asks", read.tasks)
    yield from _common(read, suggestions)


def _record_in_words(read: GPRecordRead, suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    yield read.source
    yield from _who(read.patient)
    yield from _first(read)
    yield from _listed("Mind", read.warnings)
    yield from _listed("The record says of itself", read.statements)
    yield from _common(read, suggestions)


def _who(person: PersonSeen) -> Iterator[str]:
    name = " ".join((*person.given, *((person.family,) if person.family else ())))
    born = f"born {person.birth_date}" if person.birth_date else "date of birth not known"
    number = f"NHS number {person.nhs_number}" if person.nhs_number else "NHS number not known"
    verified = " (verified by the sender)" if person.number_verified else ""
    yield _line(f"  about {name or 'somebody not named'}, {born}, {number}{verified}. Check that this is who is there.")
    yield from (_line(f"  call: {_contact(one)}") for one in person.contacts)


def _contact(one: ContactSeen) -> str:
    rank = f" (rank {one.rank}: call back first)" if one.rank == 1 else f" (rank {one.rank})" if one.rank else ""
    numbers = ", ".join(one.telephones) or "no telephone"
    return f"{one.name + ', ' if one.name else ''}{one.relationship}{rank}: {numbers}"


def _first(read: GPRecordRead | ReferralRead) -> Iterator[str]:
    """What stands above everything else: what the patient needs from whoever sees them."""
    if read.requirements:
        yield ""
        yield "*** INDIVIDUAL REQUIREMENTS: make these adjustments ***"
        yield from (f"  ! {_line(one)}" for one in read.requirements)


def _common(read: GPRecordRead | ReferralRead, suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    yield from _listed("Suggestions", (_suggestion(one) for one in suggestions))
    yield from _listed("Read in it", (_seen(one) for one in read.seen))
    yield from _listed("Not read", _not_read(read.skipped))
    yield ""
    yield NO_ANSWER


def _not_read(skipped: Iterable[Skipped]) -> Iterator[str]:
    """What was not read: every entry by its name, those with one reason on one line."""
    alike: dict[str, dict[str, None]] = {}
    for one in skipped:
        alike.setdefault(one.why, {})[one.entry] = None
    yield from (f"{', '.join(entries)}: {why}" for why, entries in alike.items())


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A list; further lines of an item are marked, so that no text of a sender looks like a line of ours."""
    held = [line.replace("\n", "\n    | ") for line in lines]
    if held:
        yield ""
        yield f"{title}:"
        yield from (f"  - {line}" for line in held)


def _suggestion(one: Suggestion) -> str:
    value = ", ".join(one.value) if isinstance(one.value, tuple) else "yes" if one.value is True else one.value
    when = f", {one.date}" if one.date else ", no date"
    return _line(f"{one.fact}: {value}? {one.why} [{one.source}{when}]")


def _seen(one: Seen) -> str:
    words = one.words or (f"code {', '.join(one.codes)}" if one.codes else "without words")
    said = "; ".join((*one.remarks, *((f"not taken: {one.doubt}",) if one.doubt else ())))
    return _line(f"{one.dated or 'no date'}  {one.kind}: {words}{f' ({said})' if said else ''}")


def _line(text: str) -> str:
    """Text of a sender on one line."""
    return " / ".join(text.splitlines())


def _moment(when: datetime | date | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M") if isinstance(when, datetime) else str(when) if when else ""
