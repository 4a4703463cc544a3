"""What came in about a patient, kept byte for byte: read again whenever it is shown, and the consultation that is begun with it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.handover.handed import bearing_of, read_handover
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.refusal import Skipped
from pharmacyfirst.record.inbound.seen import Seen
from pharmacyfirst.record.inbound.sources import ReferralRead, read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import Suggestion
from pharmacyfirst.record.people import Patient, Referral
from pharmacyfirst.store import CameIn, ConsultationSoFar, ConsultationState, Store
from pharmacyfirst.store.take_in import ABOUT, GP_RECORD, REFERRAL
from pharmacyfirst.web.brought import begin_with, who_named, who_referred, who_seen
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.replies import go

HANDOVER = "handover"
OPENED_BY = "opened_by"  # in the summary of a handover: the GPhC number of whoever opened it, whose alone it is until a consultation is begun


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """A heading with what stands under it, in the sender's words."""

    title: str
    lines: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ArrivedRead:
    """What came in, read: from whom, about whom, what it suggests, and what of it a person has to mind.

    ``who`` is the patient page that it fills in; ``person`` whom it is about, to be compared with whoever is there; ``parts`` what else it
    says, the most urgent first. ``referral`` is how the patient came, for the record.
    """

    source: str
    who: Who = field(repr=False)
    person: PersonSeen = field(repr=False)
    suggestions: tuple[Suggestion, ...] = field(repr=False)
    mind: tuple[str, ...] = field(repr=False)
    parts: tuple[ArrivedPart, ...] = field(default=(), repr=False)
    referral: Referral | None = field(default=None, repr=False)


Reader = Callable[[bytes, CameIn, date], ArrivedRead]


def read_arrived(store: Store, came: CameIn, on: date) -> ArrivedRead:
    """What came in, read for a consultation on a day. Raises ``PharmacyFirstError`` where it cannot be read."""
    return _READERS[came.kind](store.inbound.bytes_of(came.id), came, on)


def _handover(raw: bytes, came: CameIn, on: date) -> ArrivedRead:
    handed = read_handover(raw, came.at)
    patient, bears = handed.patient, bearing_of(handed, on)
    person = PersonSeen(patient.family, patient.given, patient.birth_date, patient.gender, patient.nhs_number)
    return ArrivedRead(handed.source, who_named(patient), person, bears.suggestions, bears.mind)


def _referral(raw: bytes, _: CameIn, on: date) -> ArrivedRead:
    read = read_referral(raw, on)
    sender = f"{read.organisation or 'somebody not named'} ({read.organisation_ods or 'no ODS code'})"
    return ArrivedRead(
        f"referral from {sender}",
        who_referred(read),
        read.patient,
        read.suggestions,
        read.warnings,
        tuple(one for one in _parts_of(read) if one.lines),
        read.on_record(),
    )


def _parts_of(read: ReferralRead) -> Iterator[ArrivedPart]:
    yield ArrivedPart("Individual requirements: make these adjustments", read.requirements)
    yield ArrivedPart("What it asks", read.tasks)
    yield ArrivedPart("Why", (*read.reason, *read.presenting))
    yield ArrivedPart("In the referrer's words", read.story)
    yield ArrivedPart("From whom, and by when", tuple(_about_it(read)))
    yield _not_read(read.skipped)


def _about_it(read: ReferralRead) -> Iterator[str]:
    role = f", {read.referrer_role}" if read.referrer_role else ""
    call = f", telephone {', '.join(read.referrer_telephones)}" if read.referrer_telephones else ""
    yield f"{read.referrer or 'Nobody is named'}{role}{call}"
    yield f"Urgency: {read.urgency or 'not given'}; contact by {in_words_when(read.contact_until) or 'no time that is given'}"
    yield f"Referred {in_words_when(read.authored_on) or 'on a day that is not given'}; this version sent {in_words_when(read.sent_at) or 'at a time that is not given'}"
    yield f"Reference for the patient: {read.patient_reference}"


def _gp_record(raw: bytes, _: CameIn, on: date) -> ArrivedRead:
    read = read_gp_record(raw, on)
    parts = (
        ArrivedPart("Individual requirements: make these adjustments", read.requirements),
        ArrivedPart("What it says of itself", read.statements),
        ArrivedPart("Read in it", tuple(map(_entry, read.seen))),
        _not_read(read.skipped),
    )
    shown = tuple(one for one in parts if one.lines)
    return ArrivedRead(read.source, who_seen(read.patient), read.patient, read.suggestions, read.warnings, shown)


def _entry(one: Seen) -> str:
    words = one.words or (f"code {', '.join(one.codes)}" if one.codes else "without words")
    said = "; ".join((*one.remarks, *((f"not taken: {one.doubt}",) if one.doubt else ())))
    return f"{one.dated or 'No date'}, {one.kind}: {words}{f' ({said})' if said else ''}"


def _not_read(skipped: Iterable[Skipped]) -> ArrivedPart:
    return ArrivedPart(
        "Not read: look at it in the system it came to", tuple(dict.fromkeys(one.why for one in skipped))
    )


def moment_in_words(written: str) -> str:
    """A day, or a moment, as it stands in a summary, in words."""
    return in_words_when(datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written))


def in_words_when(when: datetime | date | None) -> str:
    """A day in words, with the time where there is one; nothing where there is none."""
    if isinstance(when, datetime):
        return f"{in_england(when):%H:%M} on {day(in_england(when).date())}"
    return day(when) if when is not None else ""


_READERS: Mapping[str, Reader] = {HANDOVER: _handover, REFERRAL: _referral, GP_RECORD: _gp_record}
KINDS = frozenset(_READERS)


def keep_handover(visit: Visit, raw: bytes, patient: Patient) -> CameIn:
    """A handover that was opened, kept as it came; it waits, for whoever opened it, until a consultation is begun."""
    opened_by = visit.at_the_desk.person.practitioner.gphc_number
    return visit.desk.store.inbound.keep(
        raw, HANDOVER, visit.actor, summary={OPENED_BY: opened_by, ABOUT: patient.name}
    )


def may_see(visit: Visit, came: CameIn) -> bool:
    """Whether whoever is at the desk may see it: a handover is theirs alone who opened it."""
    return came.summary.get(OPENED_BY) in (None, visit.at_the_desk.person.practitioner.gphc_number)


def begin_from(visit: Visit, came: CameIn, condition: str) -> Response:
    """Begin a consultation with the patient who came in; where one was begun with it already, the way to that one."""
    store = visit.desk.store
    begun = consultation_of(store, came)
    if begun is not None:
        return go(f"/c/{begun.id}/{PATIENT_PAGE}")
    try:
        path = begin_with(visit, read_arrived(store, came, visit.today).who, condition)
        store.inbound.dealt_with(came.id, visit.actor, consultation=path.split("/")[2])
    except PharmacyFirstError as refused:
        return said(visit, "It cannot be begun", str(refused))
    return go(path)


def consultation_of(store: Store, came: CameIn) -> ConsultationSoFar | None:
    """The consultation that came of it; None where there is none, or it was begun by mistake and ended."""
    try:
        held = store.drafts.get(came.dealt_with)
    except PharmacyFirstError:  # it was dealt with otherwise, or not at all
        return None
    return held if held.state is not ConsultationState.ABANDONED else None
