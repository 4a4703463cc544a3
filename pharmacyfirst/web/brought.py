"""The patient page filled in with somebody whom another system, a referral or an earlier record names. What they agree to is never filled in."""

from typing import Any

from pharmacyfirst.record.people import Patient
from pharmacyfirst.web.patient import Who


def who_named(patient: Patient) -> Who:
    """The page of somebody whom the pharmacy's own system handed over, or a record of this pharmacy names.

    A practice patient stays one. What the page has no field for, the trace of the NHS number above all, is kept beside it.
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
