"""The patient page filled in with somebody whom another system, a referral or an earlier record names. What they agree to is never filled in."""

from dataclasses import replace
from typing import Any

from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.referral import ReferralRead
from pharmacyfirst.record.people import PRACTICE_NHS_NUMBER, Patient
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit
from pharmacyfirst.web.patient import Who

WHO_IT_IS = frozenset(
    {
        "family", "given", "born_day", "born_month", "born_year", "gender", "nhs_number", "address", "postcode", "no_address", "telephone",
        "practice_ods", "practice_name", "no_practice", "requirements",
    }
)  # fmt: skip


def who_named(patient: Patient) -> Who:
    """The page of somebody whom the pharmacy's own system handed over, or a record of this pharmacy names.

    A training patient stays one. What the page has no field for, the trace of the NHS number above all, is kept beside it.
    """
    practice = patient.gp_practice
    born = patient.birth_date
    typed = {
        "family": patient.family,
        "given": " ".join(patient.given),
        "born_day": str(born.day),
        "born_month": str(born.month),
        "born_year": str(born.year),
        "gender": patient.gender,
        "nhs_number": patient.nhs_number or "",
        "address": ", ".join(patient.address),
        "postcode": patient.postcode or "",
        "no_address": patient.no_address_because or "",
        "telephone": patient.telephone or "",
        "practice_ods": practice.ods if practice is not None else "",
        "practice_name": (practice.name or "") if practice is not None else "",
        "no_practice": patient.no_practice_because or "",
        "requirements": "; ".join(patient.requirements),
    }
    return Who(_filled(typed), patient.practice_patient, brought=_brought(patient))


def who_referred(read: ReferralRead) -> Who:
    """The page of somebody whom a GP practice referred, with what they need of a service."""
    who = who_seen(read.patient)
    more = {"source": "GP practice", "requirements": "; ".join(read.requirements)}
    return replace(who, typed={**who.typed, **_filled(more)})


def who_seen(person: PersonSeen) -> Who:
    """The page of somebody as a referral or a GP record has them. Its NHS number brings no trace; one that is nobody's is a training patient's."""
    born, number = person.birth_date, person.nhs_number or ""
    typed = {
        "family": person.family or "",
        "given": " ".join(person.given),
        "born_day": str(born.day) if born is not None else "",
        "born_month": str(born.month) if born is not None else "",
        "born_year": str(born.year) if born is not None else "",
        "gender": person.gender or "",
        "nhs_number": number,
        "address": ", ".join(person.address),
        "postcode": person.postcode or "",
        "telephone": person.telephones[0] if person.telephones else "",
        "practice_ods": person.practice_ods or "",
        "practice_name": person.practice_name or "",
    }
    brought = {"sensitivity": "restricted"} if person.restricted else {}
    return Who(_filled(typed), number.startswith(PRACTICE_NHS_NUMBER), brought=brought)


def who_again(who: Who) -> Who:
    """Who it is, of a page that was filled in before: not what was agreed to, how they came, or what was traced then."""
    typed = {name: value for name, value in who.typed.items() if name in WHO_IT_IS}
    brought = {name: who.brought[name] for name in ("title", "sensitivity") if name in who.brought}
    return Who(_filled(typed), who.practice, brought=brought)


def begin_with(visit: Visit, who: Who, condition: str, of_visit: str = "", continues: str = "") -> str:
    """Begin a consultation today with somebody whose page is filled in; the path of that page. Raises ``PharmacyFirstError``.

    ``of_visit`` is the consultation that the visit began with, where it is one more of the same; ``continues`` one of an earlier visit.
    """
    drafts, pathway = visit.desk.store.drafts, visit.desk.library.in_force(condition, visit.today)
    held = drafts.begin(pathway, visit.actor, practice=who.practice, visit=of_visit, continues=continues)
    drafts.who(held.id, visit.actor, held.revision, held.patient_mark, who.as_patient())
    return f"/c/{held.id}/{PATIENT_PAGE}"


def _filled(typed: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if value}


def _brought(patient: Patient) -> dict[str, Any]:
    """Who it is, as the page would say it, with what it cannot say."""
    held = patient.model_dump(mode="json", exclude_none=True)
    kept = {
        name: held[name]
        for name in ("family", "birth_date", "nhs_number", "trace", "title", "sensitivity")
        if name in held
    }
    return kept | ({"given": " ".join(patient.given).split()} if patient.given else {})
