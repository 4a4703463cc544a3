"""Another person's record is refused, an answer against a suggestion needs a reason, nobody is named in an error, and 5 MB are read in linear time."""

import json
import logging
import pickle
import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record.inbound.against import AnsweredAgainst, ReasonMissing, contradicted, put_on_record
from pharmacyfirst.record.inbound.bundle import MOST_BYTES, MOST_ENTRIES, InboundRefused
from pharmacyfirst.record.inbound.days import span_of, written_span
from pharmacyfirst.record.inbound.names import names_in_records
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.referral import reference_for_patient
from pharmacyfirst.record.inbound.same_person import Discrepancy, compared, refuse_another_person
from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import Suggestion, confirm
from pharmacyfirst.record.inbound.wording import folded
from pharmacyfirst.record.people import Patient, Trace

ON = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BORN = date(1990, 5, 14)
SEEN = PersonSeen(family="Practice", given=("Penny", "Ann"), birth_date=BORN, nhs_number="9990000018")
HERE = Patient(
    family="Practice", given=("Penny",), birth_date=BORN, gender="female", nhs_number="9990000018", trace=Trace(status="02"), practice_patient=True
)  # fmt: skip


def here(**changes):
    return HERE.model_copy(update=changes)


# Whose record it is


@pytest.mark.parametrize(
    ("seen", "there"),
    [
        (SEEN, HERE),
        (SEEN, here(family="PRACTICE", given=("penny ann",))),
        (replace(SEEN, family="O'Práctice-Smith"), here(family="OPractice Smith")),
        (replace(SEEN, nhs_number=None), HERE),
        (replace(SEEN, birth_date=None), HERE),
        (replace(SEEN, family=None, given=()), HERE),
        (SEEN, here(nhs_number=None)),
        (SEEN, here(nhs_number="999 000 0018")),
    ],
)
def test_the_same_person_is_the_same_however_they_are_written(seen, there):
    assert compared(seen, there).same
    refuse_another_person(seen, there)


@pytest.mark.parametrize(
    ("seen", "there", "differs"),
    [
        (SEEN, here(nhs_number="9990000026"), [Discrepancy.NUMBER]),
        (replace(SEEN, earlier_numbers=("9990000026",)), here(nhs_number="9990000026"), [Discrepancy.EARLIER_NUMBER]),
        (SEEN, here(birth_date=date(1990, 5, 15)), [Discrepancy.BIRTH_DATE]),
        (SEEN, here(family="Other"), [Discrepancy.FAMILY_NAME]),
        (SEEN, here(given=("Paul",)), [Discrepancy.GIVEN_NAME]),  # a twin, perhaps
        (SEEN, here(given=("Ann",)), [Discrepancy.GIVEN_NAME]),
        (replace(SEEN, nhs_number=None, birth_date=None), HERE, [Discrepancy.TOO_LITTLE]),
        (replace(SEEN, nhs_number=None, given=()), HERE, [Discrepancy.TOO_LITTLE]),  # of twins nobody knows which
        (PersonSeen(), HERE, [Discrepancy.TOO_LITTLE]),
        (
            SEEN,
            here(nhs_number="9990000026", birth_date=date(1991, 1, 1)),
            [Discrepancy.NUMBER, Discrepancy.BIRTH_DATE],
        ),
    ],
)
def test_another_person_is_refused_and_nobody_is_named(seen, there, differs):
    assert [*compared(seen, there).differences] == differs
    with pytest.raises(InboundRefused) as refused:
        refuse_another_person(seen, there, "abc")
    assert (refused.value.code, refused.value.about) == ("other_patient", "abc")
    for one in differs:
        assert str(one) in str(refused.value)
    for secret in ("Practice", "Penny", "Other", "Paul", "9990000", "1990", "1991"):
        assert secret not in str(refused.value)


def bundle(*entries, **who):
    person = {
        "resourceType": "Patient", "id": "p", "birthDate": "1990-05-14",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
        "name": [{"use": "official", "family": "Practice", "given": ["Penny"]}], **who,
    }  # fmt: skip
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in (person, *entries)]}).encode()


REFERRAL = (
    {"resourceType": "MessageHeader", "eventCoding": {"code": "servicerequest-request"}, "focus": {"reference": "ServiceRequest/r"}},
    {"resourceType": "ServiceRequest", "id": "r", "status": "active", "subject": {"reference": "Patient/p"}, "priority": "urgent",
     "reasonCode": {"text": "Sore throat"}, "performer": {"reference": "HealthcareService/h"},
     "requester": {"reference": "PractitionerRole/pr"}, "occurrencePeriod": {"end": "2026-06-30T23:30:00Z"},
     "category": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "code": "a5t1"}]}},
    {"resourceType": "HealthcareService", "id": "h"},
    {"resourceType": "PractitionerRole", "id": "pr", "practitioner": {"reference": "Practitioner/d"},
     "code": {"text": "Advanced nurse practitioner"}},
    {"resourceType": "Practitioner", "id": "d", "name": {"prefix": ["Ms"], "given": ["Nora"], "family": "Nurse"}},
)  # fmt: skip


@pytest.mark.parametrize(
    "who", [here(family="Other"), here(birth_date=date(1980, 1, 1)), here(nhs_number="9990000026")]
)
def test_neither_record_nor_referral_of_another_person_is_read(who):
    for read in (
        lambda **given: read_gp_record(bundle(), ON, **given),
        lambda **given: read_referral(bundle(*REFERRAL), ON, **given),
    ):
        assert read(patient=HERE).patient.family == "Practice"
        with pytest.raises(InboundRefused) as refused:
            read(patient=who)
        assert refused.value.code == "other_patient"


def test_the_command_refuses_another_persons_record(tmp_path):
    record, patient = tmp_path / "record.json", tmp_path / "patient.json"
    record.write_bytes(bundle())
    told = {"family": "Practice", "given": ["Penny"], "birth_date": "1990-05-14", "nhs_number": "9990000018"}

    def run(**changes):
        patient.write_text(json.dumps(told | changes), encoding="utf-8")
        words = ["record", "inbound", "gp-record", str(record), "--patient", str(patient), "--as-of", "2026-11-21"]
        return CliRunner().invoke(main, words)

    assert run().exit_code == 0
    assert "Check that this is who is there" in run().output
    other = run(family="Somebodyelse")
    assert other.exit_code == 1
    assert "not taken (other_patient)" in other.output
    assert "the family name differs" in other.output
    assert "Somebodyelse" not in other.output
    for broken in ({"birth_date": "14/05/1990"}, {"given": 3}, {"family": None}, {"nhs_number": 9}):
        shown = run(**broken)
        assert shown.exit_code == 2
        assert "PATIENT does not say who is there" in shown.output
        assert "Practice" not in shown.output


# What a referral says of itself, for the record


def test_a_referral_says_why_how_urgent_by_whom_and_by_when():
    read = read_referral(bundle(*REFERRAL), date(2026, 6, 1))
    assert (read.reason, read.urgency) == (("Sore throat",), "urgent")
    assert (read.referrer, read.referrer_role) == ("Ms Nora Nurse", "Advanced nurse practitioner")
    assert str(read.contact_until) == "2026-07-01 00:30:00+01:00"  # London's day is not that of UTC
    assert read.digest.startswith("sha256:")
    assert read.patient_reference == reference_for_patient("r") == reference_for_patient("r")
    assert reference_for_patient("r") != reference_for_patient("s")
    kept = read.kept()
    assert json.loads(json.dumps(kept)) == kept
    assert (kept["role"], kept["urgency"], kept["reason"]) == ("Advanced nurse practitioner", "urgent", ["Sore throat"])
    assert kept["contact_by"] == "2026-07-01T00:30:00+01:00"


def test_a_referral_of_nhs_111_is_to_be_opened_by_hand():
    raw = b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1"/></ClinicalDocument>'
    with pytest.raises(InboundRefused, match="open it by hand, now") as refused:
        read_referral(raw, ON)
    assert refused.value.code == "open_by_hand"


# Answers against suggestions

PENICILLIN = Suggestion(
    "penicillin_allergy", True, "GP record", date(2012, 5, 7), "the record lists an allergy or reaction: Penicillin"
)
WARFARIN = Suggestion(
    "interacting_medicines", ("warfarin",), "GP record", None, "the record lists a medicine: Warfarin"
)
OF_BIRTH = Suggestion("date_of_birth", BORN, "GP record", None, "the date of birth in the source")


@pytest.mark.parametrize(
    ("facts", "against"),
    [
        ({}, []),
        ({"penicillin_allergy": None}, []),
        (
            {
                "penicillin_allergy": True,
                "interacting_medicines": ["warfarin", "simvastatin"],
                "date_of_birth": "1990-05-14",
            },
            [],
        ),
        ({"penicillin_allergy": False}, [PENICILLIN]),
        ({"interacting_medicines": []}, [WARFARIN]),
        ({"interacting_medicines": ("simvastatin",), "penicillin_allergy": False}, [PENICILLIN, WARFARIN]),
        ({"date_of_birth": date(1991, 5, 14)}, [OF_BIRTH]),
        ({"date_of_birth": BORN, "other": False}, []),
    ],
)
def test_an_answer_contradicts_what_it_denies_or_leaves_out(facts, against):
    assert [*contradicted([PENICILLIN, WARFARIN, OF_BIRTH, PENICILLIN], facts)] == against


def test_what_was_confirmed_is_contradicted_by_nothing():
    confirmed = [confirm(PENICILLIN, "2012345", NOW)]
    assert contradicted([PENICILLIN], {"penicillin_allergy": False}, confirmed) == ()


def test_an_answer_against_a_suggestion_needs_a_reason_and_both_stand_in_the_record():
    facts = {"penicillin_allergy": False, "interacting_medicines": ["simvastatin"]}
    with pytest.raises(ReasonMissing) as missing:
        put_on_record([PENICILLIN, WARFARIN], facts, {"penicillin_allergy": " "})
    assert missing.value.facts == ("penicillin_allergy", "interacting_medicines")
    assert "Nothing was put on record" in str(missing.value)
    assert "Warfarin" not in str(missing.value)
    assert str(pickle.loads(pickle.dumps(missing.value))) == str(missing.value)

    reasons = {"penicillin_allergy": "De-labelled in 2024, letter seen.", "interacting_medicines": "Stopped in May."}
    kept = put_on_record([PENICILLIN, WARFARIN], facts, reasons)
    assert kept[0] == AnsweredAgainst(
        "penicillin_allergy",
        True,
        "GP record",
        PENICILLIN.why,
        date(2012, 5, 7),
        False,
        "De-labelled in 2024, letter seen.",
    )
    assert kept[1].as_dict() == {
        "fact": "interacting_medicines", "suggested": ["warfarin"], "source": "GP record", "found": WARFARIN.why, "dated": None,
        "answer": ["simvastatin"], "reason": "Stopped in May.",
    }  # fmt: skip
    assert json.loads(json.dumps(kept[0].as_dict()))["dated"] == "2012-05-07"
    assert "Penicillin" not in repr(kept)


# Nobody is named

SECRETS = (
    "Zebedee",
    "Quixotic",
    "9990000018",
    "999 000 0018",
    "1987-03-02",
    "Hidden Lane",
    "07700900123",
    "strawberries",
)


def canaries():
    """Inputs that are refused, each with a person in it."""
    person = {
        "resourceType": "Patient", "id": "Zebedee Quixotic", "birthDate": "1987-03-02",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 000 0018"}],
        "name": [{"family": "Quixotic", "given": ["Zebedee"]}], "address": {"line": ["Hidden Lane"]},
        "telecom": {"system": "phone", "value": "07700900123"},
    }  # fmt: skip
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "9990000018",
        "code": {"text": "strawberries"},
        "patient": {"reference": "Zebedee"},
    }
    header, request, *rest = REFERRAL

    def of(*entries, kind="Bundle"):
        return json.dumps({"resourceType": kind, "entry": [{"resource": one} for one in entries]}).encode()

    def asking(**changes):
        return of(
            header, {**request, "subject": {"reference": "Patient/Zebedee Quixotic"}, **changes}, person, allergy, *rest
        )

    category = {
        "coding": [{"system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "code": "Zebedee Quixotic"}]
    }
    yield of(person, allergy, kind="Zebedee")
    yield of(person, person | {"id": "Quixotic 2"})
    yield of(allergy)
    yield of({"resourceType": "MessageHeader", "eventCoding": {"code": "Zebedee Quixotic"}}, person)
    yield of(person, allergy)[:-1]
    yield of(person, allergy).replace(b"Zebedee", b"\xff")
    yield asking(status="revoked")
    yield asking(status="Zebedee")
    yield asking(status="9990000018")
    yield of({"resourceType": "MessageHeader", "eventCoding": {"code": "Zebedee"}}, person)
    yield asking(id="Quixotic", status="revoked")
    yield asking(id="1987-03-02", status="revoked")
    yield asking(id="999-000-0018", status="revoked")
    yield asking(category=category)
    yield asking(category={"coding": [{**category["coding"][0], "code": "Zebedee"}]})
    yield asking(performer={"reference": "Zebedee"})
    yield asking(subject={"reference": "Zebedee Quixotic"})
    yield asking(id="9990000018", status="revoked")
    yield asking()
    yield b'<Bundle xmlns="http://hl7.org/fhir"><Zebedee Quixotic></Bundle>'
    yield b'<!DOCTYPE a [<!ENTITY z "Zebedee">]><Bundle xmlns="http://hl7.org/fhir"><id value="&z;"/></Bundle>'
    yield b'<ClinicalDocument xmlns="urn:hl7-org:v3"><name>Zebedee Quixotic</name></ClinicalDocument>'
    yield b'<Zebedee xmlns="Quixotic"/>'
    yield of(person, *({"resourceType": "Basic", "id": "Zebedee"} for _ in range(MOST_ENTRIES)))


SOMEBODY = here(family="Nobody", birth_date=date(1999, 9, 9))


@pytest.mark.parametrize("raw", [*canaries()], ids=range(sum(1 for _ in canaries())))
def test_no_error_log_or_command_names_the_patient(raw, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    said = []
    for read in (read_referral, read_gp_record):
        with pytest.raises(PharmacyFirstError) as refused:
            read(raw, ON, patient=SOMEBODY)
        said += [str(refused.value), repr(refused.value), str(vars(refused.value))]
        one = refused.value
        while (one := one.__context__) is not None:
            said += [str(one), repr(one)]
    path = tmp_path / "Zebedee Quixotic.json"
    path.write_bytes(raw)
    there = tmp_path / "Quixotic.json"
    there.write_text('{"family": "Nobody", "given": ["A"], "birth_date": "1999-09-09"}', encoding="utf-8")
    for command in ("referral", "gp-record"):
        words = ["record", "inbound", command, str(path), "--patient", str(there), "--as-of", "2026-11-21"]
        shown = CliRunner().invoke(main, words)
        assert shown.exit_code == 1
        said.append(shown.output)
    said += [record.getMessage() for record in caplog.records]
    for secret in SECRETS:
        assert secret not in "\n".join(said)


def test_what_was_skipped_names_nobody():
    raw = bundle(
        {
            "resourceType": "AllergyIntolerance",
            "id": "Penny Practice 9990000018",
            "code": {"text": "Penicillin"},
            "recordedDate": "Penny",
        },
        {"resourceType": "Penny Practice", "id": "9990000018"},
        {"resourceType": "List", "entry": [{"item": {"reference": "Penny Practice"}}]},
    )
    skipped = read_gp_record(raw, ON).skipped
    assert len(skipped) >= 3
    for one in skipped:
        for secret in ("Penny", "Practice", "9990000018", "1990"):
            assert secret not in one.entry + one.why


# 5 MB, in time


def filled(entry, size):
    one = len(json.dumps({"resource": entry(0)})) + 2
    return bundle(*(entry(number) for number in range(size // one)))


def observation(number):
    return {
        "resourceType": "Observation", "id": f"o{number}", "status": "final", "subject": {"reference": "Patient/p"},
        "meta": {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Observation-1"]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "1234567", "display": "Blood pressure taken at the surgery"}]},
        "effectiveDateTime": "2020-01-01T10:00:00+00:00", "valueQuantity": {"value": 120, "unit": "mmHg"}, "comment": "words of some length",
    }  # fmt: skip


def an_issue(number):
    plan = {"reference": "MedicationRequest/plan"}
    return {"resourceType": "MedicationStatement" if number % 2 else "MedicationRequest", "id": f"m{number}", "basedOn": plan,
            "authoredOn": "2026-10-01", "subject": {"reference": "Patient/p"},
            "medicationCodeableConcept": {"text": "Warfarin 3mg tablets, once a day, as it stands in the yellow book of the patient"}}  # fmt: skip


def contained(number):
    return {"resourceType": "List", "id": f"l{number}", "contained": [{"resourceType": "Medication", "id": f"c{n}", "code": {"text": "x" * 400}} for n in range(3)],
            "entry": [{"item": {"reference": f"#c{n}"}} for n in range(3)]}  # fmt: skip


def table(size, told=", with a rash and swelling of the lips" * 8):
    row = f"<tr><td>04-Jan-2023</td><td>Amoxicillin allergy{told}</td></tr>"
    head = '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>Description</th></tr>'
    div = f"{head}{row * (size // len(row))}</table></div>"
    return bundle({"resourceType": "Composition", "section": [{"title": "Allergies", "text": {"div": div}}]})


def in_xml(size):
    entry = (
        '<entry><resource><Observation><id value="o%d"/><status value="final"/><code><coding><system value="http://snomed.info/sct"/>'
        '<code value="1234567"/><display value="Blood pressure taken at the surgery"/></coding></code>'
        '<subject><reference value="Patient/p"/></subject><comment value="words of some length, as many observations have them"/>'
        "</Observation></resource></entry>"
    )
    many = "".join(entry % number for number in range(size // len(entry)))
    return f'<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient><id value="p"/></Patient></resource></entry>{many}</Bundle>'.encode()


LARGE = {
    "observations": lambda size: filled(observation, size),
    "issues of one plan": lambda size: filled(an_issue, size),
    "contained entries": lambda size: filled(contained, size),
    "a table": table,
    "XML": in_xml,
    "one word": lambda size: bundle({"resourceType": "AllergyIntolerance", "code": {"text": "a" * size}}),
    "denials": lambda size: bundle(
        {"resourceType": "AllergyIntolerance", "code": {"text": "not, penicillin " * (size // 16)}}
    ),
    "angle brackets": lambda size: bundle(
        {"resourceType": "AllergyIntolerance", "text": {"div": "<" * size + " allergy"}}
    ),
    "keys": lambda size: bundle(
        {"resourceType": "Observation", **{f"value{number}": "" for number in range(size // 20)}}
    ),
}


def seconds(raw):
    assert len(raw) <= MOST_BYTES
    began = time.process_time()
    read_gp_record(raw, ON)
    return time.process_time() - began


@pytest.mark.large
@pytest.mark.parametrize("kind", LARGE)
def test_5_mb_are_read_in_linear_time(kind):
    """Seconds of a processor, beside each other: whatever else runs on this machine, and how fast it is, does not count."""
    quarter = seconds(LARGE[kind](1_225_000))
    whole = seconds(LARGE[kind](4_900_000))
    assert whole <= 8 * max(quarter, 0.05), "four times as long takes far more than four times as long"


@pytest.fixture(scope="module")
def of_an_honest_one():
    """Seconds of a processor that as large a record as there may be takes: the measure of what is made to take long."""
    return seconds(LARGE["observations"](4_900_000))


LONG = {
    "attributes": lambda: (
        b'<Bundle xmlns="http://hl7.org/fhir"><entry '
        + b" ".join(b'a%d=""' % n for n in range(80_000))
        + b"/></Bundle>"
    ),
    "elements": lambda: b'<Bundle xmlns="http://hl7.org/fhir">' + b"<a/>" * 1_200_000 + b"</Bundle>",
    "20,000 entries": lambda: bundle(*({"resourceType": "Basic"} for _ in range(MOST_ENTRIES + 1))),
    "000 entries": lambda: bundle(
        {"resourceType": "List", "contained": [{"resourceType": "Basic"}] * (MOST_ENTRIES + 1)}
    ),
    "rows": lambda: table(3_000_000, ""),
    "5 MB": lambda: b"{" * (MOST_BYTES + 1),
}


@pytest.mark.parametrize("what", LONG)
def test_what_is_made_to_take_long_is_refused_at_once_and_says_what_is_too_many(what, of_an_honest_one):
    raw = LONG[what]()
    began = time.process_time()
    with pytest.raises(InboundRefused, match=what) as refused:
        read_gp_record(raw, ON)
    assert refused.value.code == "not_readable"
    assert time.process_time() - began <= 2 * of_an_honest_one


def test_80_000_names_in_one_object_are_no_reason_to_take_long(of_an_honest_one):
    many = bundle({"resourceType": "Observation", **{f"a{number}": "" for number in range(80_000)}})
    assert seconds(many) <= 2 * of_an_honest_one


# Days and names


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-10-05", "2026-10-05", "2026-10-05"), ("2026-10", "2026-10-01", "2026-10-31"), ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026", "2026-01-01", "2026-12-31"), ("2026-08-20T23:30:00Z", "2026-08-21", "2026-08-21"),
        ("2026-03-29T00:59:59.1234567+00:00", "2026-03-29", "2026-03-29"), ("2026-10-25T23:30:00+00:00", "2026-10-25", "2026-10-25"),
        ("2026-08-20T23:30:00", "2026-08-20", "2026-08-20"), ("2026-08-20T25:99", "2026-08-20", "2026-08-20"),
    ],
)  # fmt: skip
def test_a_day_is_londons_and_a_month_its_days(text, first, last):
    span = span_of(text)
    assert (str(span.first), str(span.last)) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-13",
        "2026-00",
        "0000",
        "2026-1",
        "20261005",
        "2026-W45-7",
        "14/05/1990",
        "9999-12-31T23:59:59-14:00x",
    ],
)
def test_what_is_no_day_is_none(text):
    assert span_of(text) is None or text.startswith("9999")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Prescribed: 28-Oct-2026", "2026-10-28"), ("Last Issued: 12-Oct-2026", "2026-10-12"), ("Start 03-Jan-92 End 02-Feb-06", "2006-02-02"),
        ("26 May 2018", "2018-05-26"), ("14-Nov-25", "2025-11-14"), ("30-Apr-27", "1927-04-30"), ("1 October 2026", "2026-10-01"),
    ],
)  # fmt: skip
def test_a_day_of_a_table_is_read_as_it_is_written(text, day):
    assert str(written_span(text, date(2026, 11, 1)).day) == day


@pytest.mark.parametrize("text", ["", "soon", "31-Feb-2026", "12-Foo-2026", "2026"])
def test_what_is_no_day_of_a_table_is_none(text):
    assert written_span(text, None) is None


def test_a_month_of_a_table_is_its_days():
    span = written_span("Last Issued: Oct-2026", None)
    assert (str(span.first), str(span.last), span.day) == ("2026-10-01", "2026-10-31", None)


def test_every_name_of_the_table_is_found_as_it_stands_and_as_people_write_it():
    names = names_in_records()
    for part in (names.allergies, names.severe, names.interacting, names.taken):
        for row in part.values():
            for word in row.words:
                made = {"-": f"zz{word[1:]}"}.get(word[0], f"{word[:-1]}zz" if word.endswith("-") else word)
                for text in (made, made.upper(), f"reaction to {made}, {made}.", f"{made} 250mg"):
                    assert row in names.named(folded(text)), (row.name, text)
                if "-" in word.strip("-"):
                    assert row in names.named(folded(word.replace("-", " ")))
                    assert row in names.named(folded(word.replace("-", "")))


@pytest.mark.parametrize(
    "text", ["penicillamine", "procyclidine", "ganciclovir", "cream", "acef", "a", "", "co", "amox", "openly v"]
)
def test_what_only_looks_like_a_name_is_none(text):
    assert names_in_records().named(text) == ()
