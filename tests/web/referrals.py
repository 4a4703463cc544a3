"""Referrals and records of an invented patient, for the tests of what comes in."""

import json

SECRET = "Featherstonehaugh"


def bundle(*entries, **who):
    person = {
        "resourceType": "Patient", "id": "p", "birthDate": "1991-04-05", "gender": "female",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
        "name": [{"use": "official", "family": SECRET, "given": ["Ann"]}],
        "address": [{"line": ["7 Nowhere Lane"], "city": "Leeds", "postalCode": "LS1 6AE"}], **who,
    }  # fmt: skip
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in (person, *entries)]}).encode()


def allergy(words):
    coding = {"coding": [{"system": "http://snomed.info/sct", "code": "1234567", "display": words}]}
    return {
        "resourceType": "AllergyIntolerance", "clinicalStatus": "active", "assertedDate": "2019-05-01", "code": coding,
        "patient": {"reference": "Patient/p"},
    }  # fmt: skip


def referral(*more, request="r", status="active", urgency="urgent", until="2026-11-21T14:00:00Z", **who):
    """A referral as BaRS has it, as far as it is read."""
    requirement = {
        "resourceType": "Flag", "id": "f", "status": "active", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "RA"}]}], "code": {"text": "Interpreter: Polish"},
    }  # fmt: skip
    return bundle(
        {
            "resourceType": "MessageHeader", "eventCoding": {"code": "servicerequest-request"},
            "focus": {"reference": f"ServiceRequest/{request}"}, "sender": {"reference": "Organization/o"},
        },
        {
            "resourceType": "ServiceRequest", "id": request, "status": status, "subject": {"reference": "Patient/p"}, "priority": urgency,
            "reasonCode": {"text": "Sore throat"}, "performer": {"reference": "HealthcareService/h"},
            "requester": {"reference": "PractitionerRole/pr"}, "occurrencePeriod": {"end": until},
            "category": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "code": "a5t1"}]},
            "basedOn": {"reference": "CarePlan/c"},
        },
        {"resourceType": "CarePlan", "id": "c", "description": "Three days of a sore throat, no cough."},
        {"resourceType": "HealthcareService", "id": "h"},
        {
            "resourceType": "Organization", "id": "o", "name": "Example Surgery",
            "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y99999"},
        },
        {"resourceType": "Task", "id": "t", "description": "See for the sore throat pathway"},
        {
            "resourceType": "PractitionerRole", "id": "pr", "practitioner": {"reference": "Practitioner/d"},
            "code": {"text": "Advanced nurse practitioner"},
        },
        {"resourceType": "Practitioner", "id": "d", "name": {"given": ["Nora"], "family": "Nurse"}},
        requirement, *more, **who,
    )  # fmt: skip
