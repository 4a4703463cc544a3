"""A patient handed over by the pharmacy's own system (PMR): one JSON object, read strictly.

It says who the patient is, and what that system knows that bears on a question. A patient is the one of a record (``record.people``), so a
traced NHS number comes only with its trace. Allergies and medicines are read as those of a GP record are: they suggest, and answer nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from pharmacyfirst import exact
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.content.identifier_types import PharmacyODS
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.kernel.identifiers import PHARMACIST, TECHNICIAN, WrongIdentifier, gphc_number
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.record.fields import Day, Line, Moment, Recorded, RecordRefused, Words, read_back
from pharmacyfirst.record.inbound.bearing import Bearing, bearing
from pharmacyfirst.record.inbound.seen import AllergySeen, MedicineSeen, Seen
from pharmacyfirst.record.inbound.suggestions import Suggestion, for_pathway
from pharmacyfirst.record.inbound.wording import folded, says_severe
from pharmacyfirst.record.people import Patient

MOST_BYTES = 64 * 1024  # a patient, and a long list of medicines; nothing that needs more is one handover
CLOCKS_APART = timedelta(minutes=2)  # two computers of one pharmacy need not agree to the second
NOTHING = "Nothing was handed over."


class HandoverRefused(PharmacyFirstError, ValueError):
    """A handover that is not taken: where and why, and nothing of what it holds."""


def _registered(number: str) -> str:
    """A GPhC number of a pharmacist or a pharmacy technician."""
    for profession in (PHARMACIST, TECHNICIAN):
        try:
            return gphc_number(number, profession)
        except WrongIdentifier:
            continue
    raise ValueError("a GPhC number has seven digits, of which the first is 2 or 5")


def _yes(value: bool) -> bool:
    if not value:
        raise ValueError("a system that found nothing does not know: leave it out")
    return value


Yes = Annotated[bool, AfterValidator(_yes)]  # a Literal[True] would take the number 1
Registered = Annotated[str, Field(min_length=7, max_length=12), AfterValidator(_registered)]


class AskedBy(Recorded):
    """Who hands over: the system by its name, the pharmacy it stands in, and for whom, where that is said.

    ``for_practitioner`` is a GPhC number: then nobody else opens it.
    """

    system: Line
    pharmacy: PharmacyODS
    for_practitioner: Registered | None = None


class AllergyHanded(Recorded):
    """An allergy or other reaction as the system has it: its words, its SNOMED CT or dm+d codes, and from when. ``severe``: it says so."""

    words: Words
    codes: tuple[Line, ...] = ()
    dated: Day | None = None
    severe: bool = False


class MedicineHanded(Recorded):
    """A medicine as the system has it; ``current``: it is taken now. ``issued`` is the day when it was last dispensed."""

    words: Words
    codes: tuple[Line, ...] = ()
    issued: Day | None = None
    current: bool


class KnownFact(Recorded):
    """A question of a pathway that the system knows something about, in the system's own words.

    ``value`` is true, or the answers of a list that it knows of. There is no false, no empty list and no choice: what a system did not
    find is not known, and "not pregnant" in a record must never stand beside a question as if it answered it. Nor a number: what was
    measured is measured again.
    """

    fact: Line
    value: Yes | Annotated[tuple[Line, ...], Field(min_length=1)]
    words: Words
    dated: Day | None = None


class Handover(Recorded):
    """What a PMR hands over: the patient, who asks and when, and what it knows. ``pathway``: the condition to begin with, where it says one."""

    format: Annotated[int, Field(ge=1, le=1)]
    at: Moment
    asked_by: AskedBy
    patient: Patient
    pathway: Line | None = None
    allergies: tuple[AllergyHanded, ...] = ()
    medicines: tuple[MedicineHanded, ...] = ()
    known: tuple[KnownFact, ...] = ()

    @property
    def source(self) -> str:
        """The words by which its suggestions say where they are from."""
        return f"handed over by {self.asked_by.system}"


def read_handover(raw: bytes, now: datetime) -> Handover:
    """The handover in a JSON object. Raises ``HandoverRefused`` with where and why, and nothing of what it holds.

    ``now`` is the moment on this machine's clock, with its distance from UTC: nothing in it, a trace or a day, may lie ahead of that.
    """
    handed = read_back_handover(_object(raw))
    ahead = next(_ahead(handed, in_england(now)), None)
    if ahead is not None:
        raise HandoverRefused(
            f"{ahead}: this lies in the future. Set the clock of both systems: what is dated wrongly is used wrongly. {NOTHING}"
        )
    return handed


def read_back_handover(held: dict[str, Any]) -> Handover:
    """The handover of fields that were read from JSON. Raises ``HandoverRefused``."""
    try:
        return read_back(Handover, held)
    except RecordRefused as refused:
        why = str(refused).removesuffix("Nothing was recorded.")
    raise HandoverRefused(f"{why}{NOTHING}")


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MOST_BYTES:
        raise HandoverRefused(f"It has more than {MOST_BYTES // 1024} kB, and one patient needs less. {NOTHING}")
    try:
        held = exact.read(raw)
    except Refused:
        held = None
    if not isinstance(held, dict):
        raise HandoverRefused(f"A handover is one JSON object in UTF-8, each of its names once. {NOTHING}")
    return held


def _ahead(handed: Handover, now: datetime) -> Iterator[str]:
    """Where something says that it is later than now."""
    latest, today = now + CLOCKS_APART, now.date()
    if handed.at > latest:
        yield "at"
    trace = handed.patient.trace
    if trace is not None and trace.at is not None and trace.at > latest:
        yield "patient, trace, at"
    if handed.patient.birth_date > today:
        yield "patient, birth_date"
    dated: list[tuple[str, date | None]] = [
        *(("allergies, dated", one.dated) for one in handed.allergies),
        *(("medicines, issued", one.issued) for one in handed.medicines),
        *(("known, dated", one.dated) for one in handed.known),
    ]
    yield from (where for where, day in dated if day is not None and day > today)


def bearing_of(handed: Handover, on: date, pathway: Pathway | None = None) -> Bearing:
    """What a handover suggests on the day of the consultation, and what of it a person has to read because it is not understood.

    Allergies and medicines are compared with the same table as those of a GP record. With the ``pathway`` of the consultation a known fact
    that it does not ask for, or not so, is not passed over: its words stand among what to mind.
    """
    found = bearing(_seen(handed), handed.source, on)
    known = tuple(
        Suggestion(one.fact, one.value, handed.source, one.dated, f"the system says: “{one.words}”")
        for one in handed.known
    )
    unasked = [one for one in known if pathway is not None and not for_pathway([one], pathway)]
    minded = (
        f"The system knows something that no question here asks for so: {one.why}. Judge it yourself."
        for one in unasked
    )
    return Bearing((*found.suggestions, *known), (*found.mind, *minded))


def _seen(handed: Handover) -> list[Seen]:
    entries: list[Seen] = []
    for number, allergy in enumerate(handed.allergies, 1):
        severe = allergy.severe or says_severe(folded(allergy.words))
        entries.append(
            AllergySeen(
                allergy.words, f"allergy {number}", allergy.dated, allergy.codes, severe=severe, texts=(allergy.words,)
            )
        )
    for number, medicine in enumerate(handed.medicines, 1):
        entries.append(
            MedicineSeen(
                medicine.words, f"medicine {number}", medicine.issued, medicine.codes, current=medicine.current
            )
        )
    return entries


def handover_schema() -> dict[str, Any]:
    """The JSON Schema of a handover, made from what reads it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Handover.model_json_schema()}
