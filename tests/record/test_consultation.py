"""The record of a consultation: what it holds, what it refuses, and that it shows nobody what it holds."""

import json
from datetime import date, datetime, timedelta

import pytest
from paper_records import every_one, with_changes
from pydantic import ValidationError
from shipped import cases_of
from sound_records import SECRET, account_for, case_of, library, real_patient, record_for, sound

from pharmacyfirst import Kind, assess
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record import (
    Coded,
    Decision,
    GPPractice,
    Handed,
    Observation,
    Onward,
    Patient,
    Pharmacy,
    PractitionerOnRecord,
    Quantity,
    RecordRefused,
    make_record,
    read_record,
    write_record,
)
from pharmacyfirst.record.examples import actual_product, example_of
from pharmacyfirst.record.people import Somebody, Trace
from pharmacyfirst.record.supply import supply_of

ID = "0d7dcd13-47e3-518b-b773-d9ff84fafb51"
OTHER_ID = "9a4e29c0-93cf-5519-87d6-adfa0215056d"
CASE = case_of("uncomplicated-uti", Kind.SUPPLY, pregnancy="not_pregnant")
SUPPLIES = [
    case
    for condition in library().conditions
    for case in cases_of(library(), condition)
    if case.expected.kind is Kind.SUPPLY
]


def made(case=CASE, **changes):
    """A sound record of the case; each argument changes one thing of its account."""
    return record_for(case, **changes)


def advised(**changes):
    """The same, where the patient preferred to wait and nothing was handed over."""
    because = {"decision": Decision(done="advised", because="the patient preferred to wait")}
    return made(**{**because, "supplies": (), "charge": None, **changes})


def somebody(**changes):
    return with_changes(real_patient(CASE), changes)


def test_every_example_is_read_back_as_it_was_written():
    for number, example in enumerate(every_one()):
        if number % 10 == 0:
            written = write_record(example.record, indent=2)
            again = read_record(written, library())

            assert write_record(again, indent=2) == written, example.name
            assert json.loads(write_record(again)) == json.loads(written)


def test_a_record_with_the_seal_of_another_is_told_to_be_changed():
    one, other = (example.record for example in every_one()[:2])
    words = write_record(one).replace(one.seal, other.seal)
    for content in (None, library()):
        with pytest.raises(RecordRefused) as refused:
            read_record(words, content)
        assert str(refused.value) == (
            "The record was changed after the program made it: its seal is that of another. A correction is a record of its own. "
            "Nothing was read."
        )


def test_a_record_made_twice_is_the_same_and_every_example_is_what_its_own_account_comes_to():
    for example in every_one()[::40]:
        again = make_record(example.record.account(), library(), recorded_at=example.record.recorded_at)
        assert write_record(again) == write_record(example.record)


def test_a_supply_with_a_permit_is_recorded_and_read_back():
    record, words = sound()

    again = read_record(words, library())

    assert again.supplies[0].permit.content_digest == record.content_digest
    assert not again.supplies[0].practice
    assert not again.practice


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"channel": Channel.VIDEO}, "another channel"),
        ({"pharmacy": Pharmacy(ods="FW844", name="Another")}, "another pharmacy"),
        ({"practitioner": PractitionerOnRecord(gphc_number="2012345", family="Other")}, "another practitioner"),
        ({"id": OTHER_ID}, "another record"),
    ],
)
def test_a_permit_holds_for_what_it_was_given_for(change, says):
    account = account_for(CASE)
    with pytest.raises(RecordRefused, match=f"a permit is for {says}"):
        make_record(with_changes(account, change), library(), recorded_at=account.ended_at)


@pytest.mark.parametrize("to_treat", [None, False])
def test_nothing_is_supplied_without_consent(to_treat):
    with pytest.raises(RecordRefused, match="without consent"):
        made(consent=with_changes(account_for(CASE).consent, {"to_treat": to_treat}))


def test_another_quantity_than_offered_needs_its_reason():
    account = account_for(CASE)
    less = {"quantity": Quantity(amount=1, unit="capsule")}
    with pytest.raises(RecordRefused, match="the quantity is not the one offered"):
        made(supplies=(with_changes(account.supplies[0], less),))
    record = made(supplies=(with_changes(account.supplies[0], less | {"quantity_because": "no more was in stock"}),))
    assert (record.supplies[0].quantity.amount, record.supplies[0].quantity_offered.amount) == (1, 6)


def test_the_same_medicine_is_not_supplied_twice_under_one_permit():
    account = account_for(CASE)
    with pytest.raises(RecordRefused, match="a permit is used once"):
        made(supplies=account.supplies * 2)


def test_what_differs_from_the_assessment_needs_its_reason():
    with pytest.raises(RecordRefused, match="because has to say why"):
        advised(decision=Decision(done="advised"))
    assert advised().differs


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"patient": somebody(birth_date=date(1950, 1, 1))}, "right patient"),
        ({"patient": somebody(birth_date=date(2030, 1, 1))}, "born after"),
        ({"patient": somebody(address=())}, "or no_address_because"),
        ({"patient": somebody(no_address_because="has none")}, "or no_address_because"),
        ({"patient": somebody(gp_practice=None)}, "or no_practice_because"),
        ({"as_of": date(2026, 11, 20)}, "not on the day"),
        ({"decision": Decision(done="supplied")}, "where there are supplies"),
        ({"decision": Decision(done="referred", because="no time")}, "onward has to say where to"),
        ({"corrects": OTHER_ID}, "given together"),
        ({"first": OTHER_ID}, "corrects has to name the one before"),
        ({"id": ID, "corrects": ID, "corrects_because": "mistyped"}, "cannot correct itself"),
        ({"id": "not-an-id"}, "id"),
        ({"pregnancy_confirmed": "pregnant"}, "not what was answered"),
        ({"pregnancy_confirmed": "not_pregnant", "patient": somebody(gender="male")}, "for a man"),
        ({"strand": "minor illness"}, "of a clinical pathway"),
        ({"chaperone_name": "Sam"}, "where a chaperone was present"),
        ({"not_viewed_because": None}, "why none was"),
        ({"service": "another"}, "belongs to pharmacy first"),
    ],
)
def test_what_does_not_agree_is_refused_without_a_word_of_the_patient(changes, says):
    with pytest.raises(RecordRefused, match=says) as refused:
        advised(**changes)
    assert SECRET not in str(refused.value)
    assert "1950" not in str(refused.value)


@pytest.mark.parametrize(
    ("age", "changes", "says"),
    [
        (30, {"by": "parent or guardian", "person": Somebody(relationship="parent")}, "nobody consents as a parent for somebody of 18"),
        (30, {"by": "other", "person": Somebody(relationship="carer")}, "competence has to say so"),
        (30, {"by": "other", "person": Somebody(relationship="carer"), "competence": "lacks capacity"}, ""),
        (17, {"by": "parent or guardian", "person": Somebody(relationship="parent")}, ""),
        (17, {"competence": None}, ""),
        (15, {"by": "patient", "person": None, "competence": None}, "judged competent"),
        (15, {"by": "patient", "person": None, "competence": "competent under 16"}, ""),
    ],
)  # fmt: skip
def test_who_consents_is_compared_with_the_patients_age(age, changes, says):
    consent = with_changes(account_for(CASE).consent, changes)
    assert " ".join(consent.disagreements(age)).find(says) >= 0
    assert bool(list(consent.disagreements(age))) is bool(says)


def test_somebody_else_who_consents_is_named():
    with pytest.raises(RecordRefused, match="names that person"):
        with_changes(account_for(CASE).consent, {"by": "other"})


def test_an_urgent_referral_says_how_the_patient_was_handed_on():
    case = case_of("acute-sore-throat", Kind.REFER_URGENT)
    nobody = Decision(done="referred", onward=(Onward(to="the practice"),))
    with pytest.raises(RecordRefused, match="how has to say how"):
        made(case, decision=nobody)
    assert made(case, decision=Decision(done="referred", onward=(Onward(to="the practice", how="not reached"),)))
    with pytest.raises(RecordRefused, match="accepted_by says who and at says when"):
        Onward(to="the practice", how="spoken to")


def test_somebody_who_did_not_come_was_asked_nothing():
    nobody = Decision(done="did not attend", because="the appointment passed")
    empty = made(facts={}, decision=nobody, supplies=(), charge=None)
    assert empty.kind is Kind.NEED_FACTS
    with pytest.raises(RecordRefused, match="somebody's answers"):
        made(facts={"consent_given": True}, decision=nobody, supplies=(), charge=None)
    assert made(
        facts={"age_years": 30}, decision=nobody, supplies=(), charge=None
    )  # a referral says how old somebody is


def test_an_answer_that_nobody_knew_is_told_apart_from_one_that_nobody_asked():
    facts = dict(CASE.facts) | {"diabetes": None}
    facts.pop("rigors")
    record = made(
        facts=facts, decision=Decision(done="ended early", because="the patient left"), supplies=(), charge=None
    )

    assert [one.fact for one in record.in_words.asked_not_known] == ["diabetes"]
    assert {"rigors", "diabetes"} <= set(record.assessment["missing"])
    assert read_record(write_record(record), library()) == record


def test_not_asked_about_pregnancy_cannot_be_confirmed_as_not_pregnant():
    facts = {name: value for name, value in CASE.facts.items() if name != "pregnancy"}
    early = Decision(done="ended early", because="the patient left")
    with pytest.raises(RecordRefused, match="not asked is not an answer"):
        made(facts=facts, decision=early, supplies=(), charge=None, pregnancy_confirmed="not_pregnant")


def test_a_correction_is_a_new_record_and_the_old_one_cannot_change():
    old = sound()[0]
    again = with_changes(
        old.account(), {"id": OTHER_ID, "corrects": old.id, "corrects_because": "the batch was mistyped"}
    )
    new = make_record(
        again, library(), recorded_at=old.recorded_at + timedelta(days=2)
    )  # the permit of the first holds on

    third = with_changes(new.account(), {"id": ID, "corrects": new.id, "first": old.id})
    assert make_record(third, library(), recorded_at=new.recorded_at).opened_by == old.id
    assert (new.corrects, old.corrects) == (old.id, None)
    with pytest.raises(ValidationError, match="frozen"):
        old.decision = Decision(done="referred")
    with pytest.raises(ValidationError, match="frozen"):
        old.patient.family = "Other"
    with pytest.raises(TypeError, match="never changes"):
        old.assessment["outcome"]["kind"] = "self_care"


def test_nothing_prints_a_patient():
    record = advised(patient=somebody(gp_practice=GPPractice(ods="J83001", name=SECRET)))
    shown = f"{record!r}{record!s}{record.patient!r}{record.patient}{record.decision!r}{record.in_words!r}{record.account()!r}"
    assert SECRET not in shown
    assert str(record.patient.birth_date) not in shown


@pytest.mark.parametrize(
    "given",
    [
        {"nhs_number": SECRET, "trace": Trace(status="02")},
        {"nhs_number": "9990000019", "trace": Trace(status="02")},
        {"nhs_number": "9990000018"},
        {"nhs_number": "9990000018", "trace": Trace(status="02")},
        {"nhs_number": "1111111111", "trace": Trace(status="02")},
        {"postcode": SECRET},
        {"gender": SECRET},
        {SECRET: 1},
        {"family": "blank\x00inside"},
        {"family": "line\nbreak"},
        {"given": ("\u202eAnn",)},
        {"family": "  "},
    ],
)
def test_what_does_not_fit_a_patient_is_refused_and_never_repeated(given):
    with pytest.raises(RecordRefused) as refused:
        Patient(**{name: getattr(real_patient(CASE), name) for name in Patient.model_fields} | given)
    assert SECRET not in str(refused.value)
    with pytest.raises(RecordRefused) as read:
        read_record(json.dumps({"patient": {"family": SECRET} | {k: v for k, v in given.items() if k != "trace"}}))
    assert SECRET not in str(read.value)


def test_a_verified_number_was_found_by_a_system():
    with pytest.raises(RecordRefused, match="at what time and by which system"):
        Trace(status="01")


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


def test_a_number_that_would_fill_the_disk_is_refused():
    written = json.loads(sound()[1])
    for number in ("1e999999999", "-1e-999999999"):
        words = json.dumps(written | {"facts": {"weight_kg": 1}}).replace('"weight_kg": 1', f'"weight_kg": {number}')
        with pytest.raises(RecordRefused, match="a number is larger or smaller"):
            read_record(words)


def test_an_observation_has_its_numbers():
    Observation(kind="temperature", value=36.8)
    Observation(kind="blood pressure", systolic=120, diastolic=80, setting="sitting")
    for wrong, says in (
        ({"kind": "temperature"}, "everything else one value"),
        ({"kind": "temperature", "value": 0}, "was it mistyped"),
        ({"kind": "temperature", "value": 370}, "30 to 45 degrees Celsius"),
        ({"kind": "blood pressure", "systolic": 80, "diastolic": 120}, "systolic pressure is above"),
        ({"kind": "blood pressure", "value": 1}, "has systolic and diastolic"),
        ({"kind": "blood pressure", "systolic": 120}, "has systolic and diastolic"),
        ({"kind": "weight", "value": 70, "systolic": 1}, "everything else one value"),
        ({"kind": "oxygen saturation", "value": 98}, "kind: choose one of"),
    ):
        with pytest.raises(RecordRefused, match=says):
            Observation(**wrong)


def supply(offer, at, **handed):
    """The supply of an offer, to a training patient."""
    held = {"pgd": offer.pgd.id, "amp": actual_product(offer)} | handed
    return supply_of(Handed(**held), offer, (), at, None, practice=True)


AT = datetime.fromisoformat("2026-11-21T14:15:00+00:00")


def offers():
    for case in SUPPLIES:
        found = assess(library().in_force(case.pathway, case.as_of), case.facts, case.as_of)
        yield from ((case.id, offer) for offer in found.offers)


def test_directions_come_to_the_quantity_and_name_every_dose():
    """For every supply that a case reaches: each product of each offer says how much is taken, how often and for how long."""
    for name, offer in offers():
        for number, chosen in enumerate(offer.supplied):
            quantity = None if chosen.quantity else Quantity(amount=50, unit="mL")
            if chosen.pack is not None:  # less may be supplied, so the supply says how much was
                quantity = Quantity(amount=chosen.quantity.amount, unit=chosen.quantity.unit)
            words = supply(
                offer, AT, product=chosen.product.name, amp=actual_product(offer, number), quantity=quantity
            ).directions
            if offer.row.days > 1 or "as one dose" not in words:  # a quantity in months or packs says no days
                assert not offer.row.days or f"{offer.row.days} day" in words, name
            assert offer.dose.in_words().split()[0] in words, name


def test_directions_name_what_the_product_handed_over_is():
    """The document allows 50 mg tablets or capsules; the patient reads what is in the box, and where its name does not tell, both."""
    offer = next(one for _, one in offers() if one.supplied[0].product.form.endswith("tablet or capsule"))
    said = {
        name: supply(offer, AT, amp=Coded(code="24549911000001107", display=f"Nitrofurantoin 50mg {name}")).directions
        for name in ("capsules (A)", "tablets (B)", "(C)")
    }
    assert said == {
        "capsules (A)": "Take 50 mg (1 immediate-release capsule) by mouth 4 times a day for 3 days.",
        "tablets (B)": "Take 50 mg (1 immediate-release tablet) by mouth 4 times a day for 3 days.",
        "(C)": "Take 50 mg (1 immediate-release tablet or capsule) by mouth 4 times a day for 3 days.",
    }


def test_a_supply_without_a_quantity_in_its_document_has_to_say_one():
    for _, offer in offers():
        if offer.supplied[0].quantity is None:
            with pytest.raises(RecordRefused, match="gives no quantity"):
                supply(offer, AT)


def test_the_record_says_what_was_asked_and_what_was_not():
    for case in cases_of(library(), CASE.pathway):
        record = example_of(library(), case).record
        asked = {one.fact for one in record.in_words.answers}
        unknown = {name for name, value in case.facts.items() if value is None}
        assert not asked & unknown, case.id
        assert {one.fact for one in record.in_words.asked_not_known} == unknown, case.id
        assert all(one.verdict != "not met" or one.says for one in record.in_words.red_flags)
