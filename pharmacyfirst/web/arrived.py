"""What came in about a patient, kept byte for byte: read again whenever it is shown, and the consultation that is begun with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.handover.handed import bearing_of, read_handover
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.sources import ReferralRead, read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import Suggestion
from pharmacyfirst.store import CameIn, ConsultationSoFar, ConsultationState, Store
from pharmacyfirst.web.brought import begin_with, who_named, who_referred, who_seen
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.replies import go

HANDOVER, REFERRAL, GP_RECORD = "handover", "referral", "GP record"  # what is in the store, by its kind
OPENED_BY = "opened_by"  # in the summary of a handover: the GPhC number of whoever opened it, whose alone it is until a consultation is begun


@dataclass(frozen=True, slots=True)
class ArrivedRead:
    """What came in, read: from whom, about whom, what it suggests, and what of it a person has to mind.

    ``who`` is the patient page that it fills in; ``person`` whom it is about, to be compared with whoever is there.
    """

    source: str
    who: Who = field(repr=False)
    person: PersonSeen = field(repr=False)
    suggestions: tuple[Suggestion, ...] = field(repr=False)
    mind: tuple[str, ...] = field(repr=False)


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
    return ArrivedRead(read_source(read), who_referred(read), read.patient, read.suggestions, read.warnings)


def read_source(read: ReferralRead) -> str:
    """From whom a referral is, in words."""
    ods = f" ({read.organisation_ods})" if read.organisation_ods else ""
    return f"referral from {read.organisation or 'somebody not named'}{ods}"


def _gp_record(raw: bytes, _: CameIn, on: date) -> ArrivedRead:
    read = read_gp_record(raw, on)
    return ArrivedRead(read.source, who_seen(read.patient), read.patient, read.suggestions, read.warnings)


_READERS: Mapping[str, Reader] = {HANDOVER: _handover, REFERRAL: _referral, GP_RECORD: _gp_record}
KINDS = frozenset(_READERS)


def keep_handover(visit: Visit, raw: bytes) -> CameIn:
    """A handover that was opened, kept as it came; it waits, for whoever opened it, until a consultation is begun."""
    opened_by = visit.at_the_desk.person.practitioner.gphc_number
    return visit.desk.store.inbound.keep(raw, HANDOVER, visit.actor, summary={OPENED_BY: opened_by})


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
