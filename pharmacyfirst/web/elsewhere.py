"""What is known of the patient elsewhere: what came in about them, and earlier consultations here. It suggests, and answers nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.fields import RecordRefused, read_back
from pharmacyfirst.record.inbound.earlier import Denied, carried_over, read_earlier
from pharmacyfirst.record.inbound.names import names_in_records
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.same_person import compared
from pharmacyfirst.record.inbound.suggestions import INTERACTING, Suggestion, for_pathway
from pharmacyfirst.record.people import Patient, Referral
from pharmacyfirst.store import CameIn, ConsultationSoFar
from pharmacyfirst.store.take_in import GP_RECORD
from pharmacyfirst.web.arrived import KINDS, ArrivedRead, read_arrived
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.patient import NOT_TRACED, Who

MOST_EARLIER = 5  # earlier records that are read, each judged again; a training patient has thousands
MOST_READ = 1_000  # consultations under way whose sources are kept in memory; those of the oldest are read again
ANOTHER = "Nothing of it is shown here: look at both, and correct whichever is wrong."


@dataclass(frozen=True, slots=True)
class EarlierHere:
    """An earlier consultation here: when, about what and what was done, and where its record is."""

    says: str = field(repr=False)
    path: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other sources say of the patient who is there: what they suggest, what was answered with no before, what is to be minded."""

    suggestions: tuple[Suggestion, ...] = field(default=(), repr=False)
    denied: tuple[Denied, ...] = field(default=(), repr=False)
    mind: tuple[str, ...] = field(default=(), repr=False)
    earlier: tuple[EarlierHere, ...] = field(default=(), repr=False)
    referral: Referral | None = field(default=None, repr=False)


def referred_by(visit: Visit, here: Talk) -> Referral | None:
    """The referral that the consultation belongs to, for its record; None where there is none of this patient, or they came otherwise."""
    return elsewhere(visit, here).referral if here.who.get("source") == "GP practice" else None


def elsewhere(visit: Visit, here: Talk) -> Elsewhere:
    """All that other sources say of the patient, read once for each patient that the consultation is about."""
    came = [one for one in visit.desk.store.inbound.of(here.held.id) if not one.newer and one.kind in KINDS]
    looked = here.who.get("look") != "no"
    key = (
        here.held.id,
        here.held.patient_mark,
        here.on,
        here.pathway.content_digest,
        looked,
        *(one.id for one in came),
    )
    kept = visit.desk.read_before
    if key not in kept:
        if len(kept) >= MOST_READ:
            kept.pop(next(iter(kept)), None)
        kept[key] = _read(visit, here, came, looked)
    found: Elsewhere = kept[key]
    return found


def patient_there(who: Who) -> Patient | None:
    """The patient as far as is needed to compare; None while name or date of birth are not known."""
    number = "".join(who.get("nhs_number").split()) if "nhs_number" not in who.wrong else ""
    held: dict[str, Any] = {
        "family": who.get("family"),
        "given": who.get("given").split(),
        "birth_date": who.born,
        "gender": "unknown",
    }
    held |= {"nhs_number": number, "trace": {"status": NOT_TRACED}} if number else {}
    try:
        return read_back(Patient, held | {"practice_patient": who.practice})
    except RecordRefused:
        return None


def _read(visit: Visit, here: Talk, came: Iterable[CameIn], looked: bool) -> Elsewhere:
    patient = patient_there(here.who)
    suggestions: list[Suggestion] = []
    mind: list[str] = []
    referral: Referral | None = None
    for one in came:
        if patient is None:
            mind.append(
                "What came in is shown once name and date of birth are there, because it is compared with them."
            )
        elif one.kind == GP_RECORD and not looked:
            mind.append("The patient does not agree that the care record is looked at: nothing of it is shown.")
        elif (read := _read_one(visit, one, patient, here.on, mind)) is not None:
            suggestions += read.suggestions
            mind += read.mind
            referral = read.referral or referral
    found = _earlier(visit, here, patient) if patient is not None else Elsewhere()
    every = (*suggestions, *found.suggestions)
    minded = tuple(dict.fromkeys((*mind, *found.mind, *_not_placed(visit, every, here))))
    return Elsewhere(every, found.denied, minded, found.earlier, referral)


def _read_one(visit: Visit, came: CameIn, patient: Patient, on: date, mind: list[str]) -> ArrivedRead | None:
    """What one thing that came in says of the patient; None where it is not used, and why is minded."""
    try:
        read = read_arrived(visit.desk.store, came, on)
    except PharmacyFirstError as refused:
        mind.append(f"The {came.kind} that came in is not used: {refused}")
        return None
    differs = compared(read.person, patient).differences
    if differs:
        mind.append(f"The {came.kind} that came in may be another person's: {'; '.join(differs)}. {ANOTHER}")
        return None
    return read


def _not_placed(visit: Visit, suggestions: Iterable[Suggestion], here: Talk) -> Iterator[str]:
    """What no question of this pathway asks so: it is said, because a thing that fits nowhere hides nothing.

    A medicine of which another service alone asks is left to that.
    """
    service, library = here.pathway.service, visit.desk.library
    names = service.pathways if service is not None else ()
    asked = [one for name in names if name in library.stretches for one in library.newest(name).questions.values()]
    apart = {name for name in names_in_records().taken if asked and name not in {one.name for one in asked}}
    answers = {choice for one in asked if one.name == INTERACTING for choice in one.choice_names()}
    for one in suggestions:
        if one.fact in (BORN, AGE, *apart) or (asked and one.fact == INTERACTING and answers.isdisjoint(one.value)):
            continue
        if not for_pathway([one], here.pathway):
            when = f", {day(one.date)}" if one.date is not None else ""
            yield f"{one.why[:1].upper()}{one.why[1:]} ({one.source}{when}). No question here asks about it so: judge it yourself."


# Earlier consultations here


def _earlier(visit: Visit, here: Talk, patient: Patient) -> Elsewhere:
    records, mind = [], []
    for number, record in enumerate(_records(visit, here)):
        if number == MOST_EARLIER:
            mind.append(
                f"More than {MOST_EARLIER} earlier records are here: the newest alone were read. Find the others, and look."
            )
        elif record is None:
            mind.append(
                "An earlier record here cannot be read, so nothing was taken from it: pharmacyfirst store verify says more."
            )
        elif compared(_seen(record.patient), patient).same:
            records.append(record)
        else:
            mind.append(f"An earlier record here has this name or NHS number, and may be another person's. {ANOTHER}")
    found = read_earlier(records, patient, here.on)
    corrected = {one.corrects for one in records}
    lines = tuple(_line(one) for one in records if one.id not in corrected)
    carried = tuple(one for record in records for one in _carried(visit, here, record))
    return Elsewhere((*carried, *found.suggestions), found.denied, (*mind, *found.mind), lines)


def _carried(visit: Visit, here: Talk, record: Consultation) -> Iterator[Suggestion]:
    """What an earlier consultation of this very visit suggests."""
    if here.held.visit and here.held.visit in (record.id, record.visit):
        yield from carried_over(record, visit.desk.library.in_force(record.pathway, record.on), here.pathway)


def _seen(whose: Patient) -> PersonSeen:
    return PersonSeen(whose.family, whose.given, whose.birth_date, nhs_number=whose.nhs_number)


def _records(visit: Visit, here: Talk) -> Iterator[Consultation | None]:
    """The newest records of this patient, newest first, None for one that cannot be read; that they were read is put down.

    A training patient's stay apart. What is being corrected says nothing beside its own correction, nor does what came after a consultation
    beside it, where that is entered or corrected later.
    """
    records, drafts = visit.desk.store.records, visit.desk.store.drafts
    corrected = _corrected(visit, here.held)
    mine = (
        id
        for id in records.earlier(here.held.id)
        if drafts.get(id).practice == here.held.practice and id not in corrected
    )
    for id in islice(mine, MOST_EARLIER + 1):
        records.read(id, visit.actor, "record, for a later consultation")
        try:
            record = records.record(id, visit.desk.library)
        except PharmacyFirstError:
            yield None
            continue
        if record.started_at <= here.now:
            yield record


def _corrected(visit: Visit, held: ConsultationSoFar) -> set[str]:
    """The ids of the records that this one takes the place of, one after the other."""
    found: set[str] = set()
    while held.corrects:
        found.add(held.corrects)
        held = visit.desk.store.drafts.get(held.corrects)
    return found


def _line(record: Consultation) -> EarlierHere:
    handed = (*(one.medicine for one in record.supplies), *(one.amp.display for one in record.unpermitted))
    supplied = ", ".join(handed)
    did = f"supplied {supplied}" if supplied else record.decision.done
    return EarlierHere(f"{day(record.on)}, {record.in_words.title.partition(', ')[0]}, {did}", f"/r/{record.id}")
