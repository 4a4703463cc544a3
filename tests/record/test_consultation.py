"""The record of a consultation: what it holds, what it refuses, and that it shows nobody what it holds."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest
from paper_records import every_one
from pydantic import ValidationError
from shipped import cases_of

from pharmacyfirst import assess, load
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.permit import Channel, Permit
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import (
    Coded,
    Consent,
    Decision,
    GPPractice,
    Observation,
    Patient,
    Pharmacy,
    PractitionerOnRecord,
    Quantity,
    RecordRefused,
    practised,
    read_record,
    record_of,
    supplied,
    write_record,
)
from pharmacyfirst.record.examples import (
    PHARMACY,
    PRACTITIONER,
    example_adoption,
    example_of,
    practice_patient,
)
from pharmacyfirst.record.supply import PermitOnRecord, Supply

LIBRARY = load()
ON = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
AMP = Coded(code="517311000001102", display="Macrobid 100mg modified-release capsules (Advanz Pharma)")
ID = "0d7dcd13-47e3-518b-b773-d9ff84fafb51"
OTHER_ID = "9a4e29c0-93cf-5519-87d6-adfa0215056d"

SUPPLIES = [
    case
    for condition in LIBRARY.conditions
    for case in cases_of(LIBRARY, condition)
    if case.expected.kind is Kind.SUPPLY
]
CASE = next(case for case in SUPPLIES if case.facts.get("pregnancy") == "not_pregnant")
# Somebody with a name that no example has, to look for where it must not be. Without an NHS number: a real one is nobody's to use.
SECRET = "Featherstonehaugh"


def published(pathway):
    """The pathway as if its digests had been published."""
    pgds = {name: replace(pgd, edition=replace(pgd.edition, draft=False)) for name, pgd in pathway.pgds.items()}
    return replace(pathway, edition=replace(pathway.edition, draft=False), pgds=MappingProxyType(pgds))


@pytest.fixture(scope="module")
def assessment():
    return assess(published(LIBRARY.in_force(CASE.pathway, CASE.as_of)), CASE.facts, CASE.as_of)


@pytest.fixture(scope="module")
def permit(assessment):
    adoption = example_adoption(assessment.pathway)
    given = authorise(
        assessment.pathway,
        CASE.facts,
        adoption,
        PRACTITIONER.gphc_number,
        Channel.IN_PERSON,
        datetime(2026, 11, 21, 10, 30),
    )
    assert isinstance(given, Permit)
    return given


def somebody(**changes):
    born = practice_patient(CASE.id, CASE.facts, ON).birth_date
    held = {"family": SECRET, "given": ("Ann",), "birth_date": born, "gender": "female"}
    return Patient(**held | changes)


@pytest.fixture
def made(assessment):
    """Makes a record of the case; each argument changes one thing."""

    def made(**changes):
        held = {
            "facts": CASE.facts,
            "id": ID,
            "started_at": AT,
            "patient": practice_patient(CASE.id, CASE.facts, ON),
            "pharmacy": PHARMACY,
            "practitioner": PRACTITIONER,
            "channel": Channel.IN_PERSON,
            "consent": Consent(to_treat=True, to_share=True),
            "decision": Decision(done="advised", because="the patient preferred to wait"),
        } | changes
        return record_of(changes.pop("assessment", assessment), **{k: v for k, v in held.items() if k != "assessment"})

    return made


def test_every_example_is_read_back_as_it_was_written():
    for number, example in enumerate(every_one()):
        written = write_record(example.record, indent=2)
        again = read_record(written)

        assert write_record(again, indent=2) == written, example.name
        if number % 20 == 0:  # with and without indent the same is written
            assert json.loads(write_record(again)) == json.loads(written)


def test_a_supply_with_a_permit_is_recorded_and_read_back(made, permit):
    supply = supplied(permit, AMP, AT, batch="B1", expiry="2027-10")
    record = made(patient=somebody(), decision=Decision(done="supplied"), supplies=(supply,))

    again = read_record(write_record(record))

    assert again.supplies[0].permit.content_digest == record.content_digest
    assert not again.supplies[0].practice
    assert not again.practice


def test_no_supply_without_a_permit(assessment):
    held = practised(assessment.offers[0], AMP, AT).model_dump() | {"practice": False, "amp": AMP}
    held["quantity"] = held["dose"] = Quantity(amount=6, unit="capsule")

    with pytest.raises(RecordRefused, match="no supply without a Permit"):
        Supply(**held | {"handed_over_at": AT})


def test_a_permit_on_record_is_not_written_by_hand(permit):
    with pytest.raises(RecordRefused, match="never by hand"):
        PermitOnRecord(**PermitOnRecord.of(permit).model_dump())
    with pytest.raises(RecordRefused, match="kernel's Permit"):
        supplied({"offer": "anything"}, AMP, AT)


def test_a_practice_supply_stands_in_no_record_of_a_real_patient(made, assessment, permit):
    practice = practised(assessment.offers[0], AMP, AT)
    real = supplied(permit, AMP, AT)
    for patient, supply in ((somebody(), practice), (practice_patient(CASE.id, CASE.facts, ON), real)):
        with pytest.raises(RecordRefused, match="practice supply is for a practice patient"):
            made(patient=patient, decision=Decision(done="supplied"), supplies=(supply,))


def test_practice_cannot_be_taken_off_afterwards(made, assessment):
    supply = practised(assessment.offers[0], AMP, AT)
    written = json.loads(write_record(made(decision=Decision(done="supplied"), supplies=(supply,))))

    written["supplies"][0]["practice"] = False

    with pytest.raises(RecordRefused, match="no supply without a Permit"):
        read_record(json.dumps(written))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"channel": Channel.VIDEO}, "another channel"),
        ({"pharmacy": Pharmacy(ods="FW844", name="Another")}, "another pharmacy or practitioner"),
        (
            {"practitioner": PractitionerOnRecord(gphc_number="2012345", family="Other")},
            "another pharmacy or practitioner",
        ),
        ({"consent": Consent(to_treat=None, to_share=True)}, "without consent"),
        ({"consent": Consent(to_treat=False, to_share=True)}, "without consent"),
        ({"started_at": AT.replace(hour=11)}, "before the consultation"),
    ],
)
def test_a_permit_holds_for_what_it_was_given_for(made, permit, change, says):
    supply = supplied(permit, AMP, AT)
    with pytest.raises(RecordRefused, match=says):
        made(**{"patient": somebody(), "decision": Decision(done="supplied"), "supplies": (supply,)} | change)


def test_a_permit_for_other_content_or_another_day_is_no_permit(made, permit):
    for changed in (
        replace(permit, content_digest="sha256:" + "0" * 64),
        replace(permit, at=datetime(2026, 11, 20, 9)),
    ):
        with pytest.raises(RecordRefused, match="a permit is for"):
            made(patient=somebody(), decision=Decision(done="supplied"), supplies=(supplied(changed, AMP, AT),))


def test_another_quantity_than_offered_needs_its_reason(made, assessment):
    less = practised(assessment.offers[0], AMP, AT, quantity=Quantity(amount=1, unit="capsule"))
    with pytest.raises(RecordRefused, match="not the quantity offered"):
        made(decision=Decision(done="supplied"), supplies=(less,))
    made(decision=Decision(done="supplied", because="no more was in stock"), supplies=(less,))


def test_facts_that_are_not_the_assessment_s_are_refused(made):
    with pytest.raises(RecordRefused, match="not those that the assessment was made from"):
        made(facts={**CASE.facts, "age_years": CASE.facts["age_years"] + 1})


def test_what_differs_from_the_assessment_needs_its_reason(made):
    with pytest.raises(RecordRefused, match="because has to say why"):
        made(decision=Decision(done="advised"))
    assert made().differs


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"patient": somebody(birth_date=date(1950, 1, 1))}, "right patient"),
        ({"patient": somebody(birth_date=date(2030, 1, 1))}, "born after"),
        ({"started_at": AT.replace(day=20)}, "not on the day"),
        ({"ended_at": AT.replace(hour=9)}, "before started_at"),
        ({"decision": Decision(done="supplied")}, "where there are supplies"),
        ({"corrects": OTHER_ID}, "given together"),
        ({"corrects": ID, "corrects_because": "mistyped"}, "cannot correct itself"),
        ({"id": "not-an-id"}, "id"),
        ({"pregnancy_confirmed": "pregnant"}, "not what was answered"),
        ({"pregnancy_confirmed": "not_pregnant", "patient": somebody(gender="male")}, "for a man"),
    ],
)
def test_what_does_not_agree_is_refused_without_a_word_of_the_patient(made, changes, says):
    with pytest.raises(RecordRefused, match=says) as refused:
        made(**changes)
    assert SECRET not in str(refused.value)
    assert "1950" not in str(refused.value)


def test_not_asked_about_pregnancy_cannot_be_confirmed_as_not_pregnant(made):
    facts = {name: value for name, value in CASE.facts.items() if name != "pregnancy"}
    unasked = assess(LIBRARY.in_force(CASE.pathway, ON), facts, ON)
    with pytest.raises(RecordRefused, match="not asked is not an answer"):
        made(
            assessment=unasked,
            facts=facts,
            decision=Decision(done="ended early", because="the patient left"),
            pregnancy_confirmed="not_pregnant",
        )


def test_a_correction_is_a_new_record_and_the_old_one_cannot_change(made):
    old = made()
    new = made(id=OTHER_ID, corrects=old.id, corrects_because="the batch was mistyped")
    assert (new.corrects, old.corrects) == (old.id, None)
    with pytest.raises(ValidationError, match="frozen"):
        old.decision = Decision(done="referred")
    with pytest.raises(ValidationError, match="frozen"):
        old.patient.family = "Other"


def test_nothing_prints_a_patient(made):
    record = made(patient=somebody(gp_practice=GPPractice(ods="J83001", name=SECRET)))
    shown = f"{record!r}{record!s}{record.patient!r}{record.patient}{record.decision!r}{record.in_words!r}"
    assert SECRET not in shown
    assert str(record.patient.birth_date) not in shown


@pytest.mark.parametrize(
    "given",
    [
        {"nhs_number": SECRET, "nhs_number_status": "01"},
        {"nhs_number": "9990000019", "nhs_number_status": "01"},
        {"nhs_number": "9990000018"},
        {"nhs_number": "9990000018", "nhs_number_status": "01"},
        {"postcode": SECRET},
        {"gender": SECRET},
        {SECRET: 1},
        {"family": "blank\x00inside"},
        {"family": "  "},
    ],
)
def test_what_does_not_fit_a_patient_is_refused_and_never_repeated(given):
    with pytest.raises(RecordRefused) as refused:
        somebody(**given)
    assert SECRET not in str(refused.value)
    with pytest.raises(RecordRefused) as read:
        read_record(json.dumps({"patient": {"family": SECRET} | given}))
    assert SECRET not in str(read.value)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "empty"),
        ("[]", "one JSON object"),
        ("{", "line 1, column 2"),
        ('{"a": NaN}', "NaN and Infinity"),
        ('{"a": 1, "a": 2}', "stands twice"),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ("x" * 2_000_000, "more than 1 MB"),
    ],
)
def test_what_is_no_record_is_refused(words, says):
    with pytest.raises(RecordRefused, match=says) as refused:
        read_record(words)
    assert str(refused.value).endswith("Nothing was read.")
    assert isinstance(refused.value, PharmacyFirstError)


def test_a_number_that_would_fill_the_disk_is_refused(made):
    written = json.loads(write_record(made()))
    for number in ("1e999999999", "-1e-999999999"):
        words = json.dumps(written | {"facts": {"weight_kg": 1}}).replace('"weight_kg": 1', f'"weight_kg": {number}')
        with pytest.raises(RecordRefused, match="a number is larger or smaller"):
            read_record(words)


def test_an_observation_has_its_numbers():
    Observation(kind="temperature", value=36.8)
    Observation(kind="blood pressure", systolic=120, diastolic=80, setting="sitting")
    for wrong, says in (
        ({"kind": "temperature"}, "everything else one value"),
        ({"kind": "temperature", "value": 0}, "above nought"),
        ({"kind": "blood pressure", "value": 1}, "has systolic and diastolic"),
        ({"kind": "blood pressure", "systolic": 120}, "has systolic and diastolic"),
        ({"kind": "weight", "value": 70, "systolic": 1}, "everything else one value"),
        ({"kind": "oxygen saturation", "value": 98}, "kind: Input should be"),
    ):
        with pytest.raises(RecordRefused, match=says):
            Observation(**wrong)


def test_directions_come_to_the_quantity_and_name_every_dose():
    """For every supply that a case reaches: each product of each offer says how much is taken, how often and for how long."""
    for case in SUPPLIES:
        found = assess(LIBRARY.in_force(case.pathway, case.as_of), case.facts, case.as_of)
        for offer in found.offers:
            for number, chosen in enumerate(offer.supplied):
                quantity = None if chosen.quantity else Quantity(amount=50, unit="mL")
                words = practised(offer, AMP, AT, product=number, quantity=quantity).directions
                assert f"{offer.row.days} day" in words, case.id
                assert offer.dose.in_words().split()[0] in words, case.id


def test_a_supply_without_a_quantity_in_its_document_has_to_say_one():
    gaps = [
        offer
        for case in SUPPLIES
        for offer in assess(LIBRARY.in_force(case.pathway, case.as_of), case.facts, case.as_of).offers
        if offer.supplied[0].quantity is None
    ]
    for offer in gaps:
        with pytest.raises(RecordRefused, match="gives no quantity"):
            practised(offer, AMP, AT)


def test_the_record_says_what_was_asked_and_what_was_not():
    for case in cases_of(LIBRARY, CASE.pathway):
        record = example_of(LIBRARY, case).record
        asked = {one.fact for one in record.in_words.answers}
        unknown = {name for name, value in case.facts.items() if value is None}
        assert not asked & unknown, case.id
        assert all(one.verdict != "not met" or one.says for one in record.in_words.red_flags)
