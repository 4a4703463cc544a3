"""A request of a CDS Client, read: which hook, which call of it, and what is known of the person.

A standard hook carries no answers of a pharmacist, so there is one of our own whose context holds the input object of an assessment.
Of the patient's record the date of birth alone is read. What its ``gender`` says answers no question: it is administrative.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.contract.answers import read_input
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import BORN, read_day
from pharmacyfirst.record.inbound.bundle import Bundle
from pharmacyfirst.record.inbound.person import PatientReader

OPENED = "patient-view"
ANSWERED = "example.pharmacyfirst.consultation-answer"  # nobody can own this domain (RFC 2606), so no other hook bears the name
HOOKS = (OPENED, ANSWERED)
PATIENT = "patient"
PREFETCH = {PATIENT: "Patient/{{context.patientId}}"}
USERS = ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson")
FHIR_ID = "[A-Za-z0-9.-]{1,64}"
_ID = re.compile(FHIR_ID)
_USER = re.compile(f"(?:{'|'.join(USERS)})/{FHIR_ID}")


@dataclass(frozen=True, slots=True)
class HookAsked:
    """One call of a service. ``facts`` are what is known, with the date of birth of the patient's record where that was given.

    ``mind`` is what a person has to know of the record first; ``no_birth``: the record was given and has no whole date of birth.
    """

    hook: str
    instance: UUID
    patient_id: str = field(repr=False)
    pathway: str
    as_of: date
    facts: Mapping[str, Any] = field(repr=False)
    mind: tuple[str, ...] = ()
    no_birth: bool = False


def read_hook(given: Mapping[str, Any], service: str, today: date) -> HookAsked:
    """A request for the service of a condition. Raises ``Refused``, and ``ApiProblem`` (412) where nothing at all is known of the patient.

    Names that the specification does not know are passed over: another version of it may have more.
    """
    hook = _text(given, "hook")
    if hook not in HOOKS:
        raise Refused(
            "wrong_value", "hook: this service is not for that hook. GET /cds-services lists each with its hook."
        )
    instance = _uuid(_text(given, "hookInstance"))
    if "fhirAuthorization" in given and "fhirServer" not in given:
        raise Refused("missing_key", "fhirServer is missing: it goes with fhirAuthorization.")
    context = _object(given, "context")
    if not _USER.fullmatch(_text(context, "userId", "context, ")):
        raise Refused(
            "wrong_value", f"context, userId: give the type and id of the user, of one of: {', '.join(USERS)}."
        )
    patient_id = _text(context, "patientId", "context, ")
    if not _ID.fullmatch(patient_id):
        raise Refused("wrong_value", "context, patientId: give the id of a FHIR Patient, without its type.")
    pathway, as_of, facts = _input(hook, context, service, today)
    reader = _record_of(given, patient_id)
    if reader is None and hook == OPENED:
        raise ApiProblem(
            "no_prefetch",
            "prefetch, patient: the patient's record is needed for this hook and was not given, or is no Patient; it is not fetched from "
            "here. Nothing was assessed: this is no all-clear.",
        )
    born = reader.person.birth_date if reader is not None else None
    return HookAsked(
        hook, instance, patient_id, pathway, as_of, _with_birth(facts, born),
        tuple(reader.mind) if reader is not None else (), reader is not None and born is None,
    )  # fmt: skip


def _input(hook: str, context: Mapping[str, Any], service: str, today: date) -> tuple[str, date, Mapping[str, Any]]:
    """What is known, and on which day: of our own hook it stands in its context; a record that is opened says nothing, today."""
    if hook == OPENED:
        return service, today, {}
    if context.get("pathway", service) != service:
        raise Refused(
            "wrong_value", "context, pathway: this is another condition than that of the service which was called."
        )
    return read_input({"pathway": service, **{key: context[key] for key in ("as_of", "facts") if key in context}})


def _with_birth(facts: Mapping[str, Any], born: date | None) -> Mapping[str, Any]:
    """The facts with the date of birth of the record. Raises ``Refused`` where they have another one: it may be somebody else's record."""
    if born is None:
        return facts
    given = read_day(facts.get(BORN))
    if given is not None and given != born:
        what = f"{BORN} is not that of the patient's record. Find out whose record and whose answers these are."
        raise Refused("facts_disagree", what, BORN)
    return {**facts, BORN: born} if facts.get(BORN) is None else facts


def _record_of(given: Mapping[str, Any], patient_id: str) -> PatientReader | None:
    """The patient's record; None where none was given, or an error in its place. Raises ``Refused`` for another patient's."""
    prefetch = _object(given, "prefetch") if given.get("prefetch") is not None else {}
    held = prefetch.get(PATIENT)
    if not isinstance(held, dict) or held.get("resourceType") != "Patient":
        return None
    if held.get("id", patient_id) != patient_id:
        raise Refused("wrong_value", "prefetch, patient: this is another patient than that of the context.")
    bundle = Bundle({"resourceType": "Bundle", "entry": [{"resource": held}]}, "")
    return PatientReader(bundle, next(bundle.of_type("Patient")))


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = _there(given, name, "")
    if not isinstance(value, dict):
        raise Refused("wrong_value", f"{name}: give an object.")
    return value


def _text(given: Mapping[str, Any], name: str, place: str = "") -> str:
    value = _there(given, name, place)
    if not isinstance(value, str) or not value:
        raise Refused("wrong_value", f"{place}{name}: give text.")
    return value


def _there(given: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in given:
        raise Refused("missing_key", f"{place}{name} is missing.")
    return given[name]


def _uuid(words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        raise Refused("wrong_value", "hookInstance: give a UUID, made anew for each call of a hook.") from None
