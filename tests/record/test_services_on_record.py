"""What services beside the conditions need of a record: pressures with their arm and every reading, who measured, how people may be reached."""

from datetime import date, timedelta

import pytest
from lxml import etree
from paper_records import library, remade_with
from shipped import cases_of

from pharmacyfirst import assess
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import (
    Account,
    Observation,
    RecordRefused,
    check,
    codes,
    envelope_of,
    make_record,
    update_record,
)
from pharmacyfirst.record.decision import Charge
from pharmacyfirst.record.examples import MAILBOX, decision_of, example_of
from pharmacyfirst.record.inbound.earlier import carried_over
from pharmacyfirst.record.inbound.names import names_in_records
from pharmacyfirst.record.inbound.wording import folded
from pharmacyfirst.record.measured import DAYTIME_AVERAGE, PressureReading
from pharmacyfirst.record.message.envelope import why_no_message
from pharmacyfirst.record.message_words import headings
from pharmacyfirst.record.papers.claim import claim_of
from pharmacyfirst.record.papers.leaflet import leaflet_text
from pharmacyfirst.record.papers.letter import letter_text
from pharmacyfirst.record.people import Consent, Referral

F = "{http://hl7.org/fhir}"


@pytest.fixture(scope="module")
def record():
    case = next(one for one in cases_of(library(), "acute-sore-throat") if one.expected.kind is Kind.SELF_CARE)
    return example_of(library(), case).record


def sent(record):
    message = update_record(record, envelope_of(record, MAILBOX, record.ended_at))
    assert not check(message)
    return etree.fromstring(message)


def pressures(message):
    return [
        [code.get("value") for code in one.iter(F + "code") if code.get("value", "").isdecimal()]
        for one in message.iter(F + "Observation")
        if one.find(F + "component") is not None
    ]


def reading(systolic, diastolic):
    return PressureReading(systolic=systolic, diastolic=diastolic)


def measured(readings, systolic, diastolic, corrects=None, seen=None, more=()):
    """The record of a check in which this pressure was assessed, with its readings; ``seen`` is another that was written down.

    ``corrects`` is the record that it takes the place of, ``more`` is what was measured besides.
    """
    condition = "blood-pressure-check"
    case = next(one for one in cases_of(library(), condition) if one.expected.kind is Kind.MEASURE_NEXT)
    facts = dict(case.facts) | {"systolic_mmhg": systolic, "diastolic_mmhg": diastolic}
    found = assess(library().in_force(condition, case.as_of), facts, case.as_of)
    account = example_of(library(), case).record.account()
    pressure = Observation(
        kind="blood pressure",
        setting="sitting",
        systolic=(seen or (systolic,))[0],
        diastolic=(seen or (0, diastolic))[1],
    )
    held = {name: getattr(account, name) for name in Account.model_fields} | {
        "facts": facts, "readings": readings, "observations": (pressure, *more), "decision": decision_of(found),
    }  # fmt: skip
    if corrects is not None:
        again = "0f0e0d0c-0b0a-4908-8706-050403020100"
        held |= {"id": again, "corrects": corrects.id, "corrects_because": "a reading was mistyped"}
    return make_record(Account(**held), library(), recorded_at=account.ended_at)


def with_pressure(record, **said):
    one = Observation(kind="blood pressure", systolic=164, diastolic=92, **said)
    return remade_with(record, observations=(one,))


def test_a_sitting_pressure_goes_as_its_three_codes_with_the_arm(record):
    message = sent(with_pressure(record, setting="sitting", arm="right"))
    arm, sitting = codes.ARMS["right"], codes.BLOOD_PRESSURES["sitting"]
    assert pressures(message) == [[sitting.header.code, arm.code, sitting.systolic.code, sitting.diastolic.code]]


def test_of_an_arm_that_nobody_named_nothing_is_sent(record):
    message = sent(with_pressure(record, setting="sitting"))
    assert message.find(f".//{F}bodySite") is None


def test_an_average_of_the_day_has_no_code_that_may_be_sent_and_is_told_in_words(record):
    """The guide's code for an ambulatory average counts the night too, and it asks to leave those of the day alone until they are complete."""
    average = with_pressure(record, setting=DAYTIME_AVERAGE)
    assert pressures(sent(average)) == []
    assert "Blood pressure 164/92 mmHg, ambulatory daytime average." in headings(average)["examination-findings"]
    assert "164/92 mmHg, ambulatory daytime average" in letter_text(average)


def test_every_reading_reaches_the_practice_in_words(record):
    at = record.started_at + timedelta(minutes=3)
    taken = (
        PressureReading(systolic=168, diastolic=96, arm="left", at=at),
        PressureReading(systolic=190, diastolic=90, arm="left", counted=False),
        PressureReading(systolic=164, diastolic=92, arm="left"),
    )
    held = remade_with(with_pressure(record, setting="sitting", arm="left"), readings=taken)
    told = "Readings taken: 168/96, sitting, left arm, 10:33; 190/90, sitting, left arm, not counted; 164/92, sitting, left arm."
    assert told in headings(held)["examination-findings"]


def test_a_pressure_that_is_not_that_of_its_readings_is_refused(record):
    """It is worked out of all of them: neither the last, nor the lowest, nor one of which another has to be taken."""
    taken = tuple(PressureReading(systolic=high, diastolic=low) for high, low in ((150, 92), (146, 94)))
    at = Observation(kind="blood pressure", setting="sitting", systolic=146, diastolic=94)
    assert remade_with(record, observations=(at,), readings=taken).readings == taken
    for readings in (taken[:1], taken[::-1][:1], (*taken, PressureReading(systolic=140, diastolic=90))):
        with pytest.raises(RecordRefused, match="is not the one they come to, or more has to be measured"):
            remade_with(record, observations=(at,), readings=readings)


def test_the_correction_of_a_reading_has_the_pressure_of_the_corrected_ones_and_is_judged_by_it():
    """A first reading of 146/94 that was 164/94: a third was to be taken, and it is what counts."""
    first = measured((reading(146, 94), reading(142, 92)), 142, 92)
    assert first.outcome.kind is Kind.MEASURE_NEXT
    both = (reading(164, 94), reading(142, 92))
    with pytest.raises(RecordRefused, match="is not the one they come to, or more has to be measured"):
        measured(both, 142, 92, corrects=first)

    again = measured((*both, reading(138, 88)), 138, 88, corrects=first)

    assert (again.corrects, again.outcome.kind) == (first.id, Kind.SELF_CARE)
    assert [(one.systolic, one.diastolic) for one in again.readings] == [(164, 94), (142, 92), (138, 88)]
    assert [(one.systolic, one.diastolic) for one in first.readings] == [(146, 94), (142, 92)]
    told = headings(again)["examination-findings"]
    assert "Readings taken: 164/94, sitting; 142/92, sitting; 138/88, sitting." in told
    assert "146/94" not in "".join(headings(again).values())


def test_a_correction_of_the_answers_alone_is_refused_while_the_readings_say_otherwise():
    first = measured((reading(146, 94), reading(142, 92)), 142, 92)
    with pytest.raises(RecordRefused, match="is not the one they come to"):
        measured((reading(146, 94), reading(142, 92)), 138, 88, corrects=first)


def test_nobody_is_judged_by_another_pressure_than_was_measured():
    """190/110 was measured and put among the observations, and 142/92 was assessed: nobody would be sent anywhere the same day."""
    for readings in ((), (reading(190, 110),)):
        with pytest.raises(RecordRefused, match=r"is not the one that was assessed|is not the one they come to"):
            measured(readings or None, 142, 92, seen=(190, 110))
    other = Observation(kind="blood pressure", setting="lying", systolic=190, diastolic=110)
    with pytest.raises(RecordRefused, match="is not the one they come to"):
        measured((reading(190, 110),), 142, 92, more=(other,))


def test_readings_of_which_no_pressure_was_recorded_are_refused(record):
    with pytest.raises(RecordRefused, match="readings: no blood pressure was recorded of them"):
        remade_with(record, readings=(PressureReading(systolic=164, diastolic=92),))


def test_an_arm_is_that_of_a_pressure_alone():
    with pytest.raises(RecordRefused, match="arm says where a blood pressure was taken"):
        Observation(kind="temperature", value=37, arm="left")


def with_consent(record, **said):
    held = {name: getattr(record.consent, name) for name in Consent.model_fields}
    return remade_with(record, consent=Consent(**held | said))


def test_what_may_not_be_seen_in_the_app_goes_in_no_message_and_the_letter_says_so(record):
    hidden = with_consent(record, to_show_in_app=False)
    assert why_no_message(hidden).code == "not_in_app"
    assert "does not want this to be seen in the NHS App" in letter_text(hidden)
    assert why_no_message(with_consent(record, to_show_in_app=True)) is None
    assert why_no_message(with_consent(record, to_show_in_app=None)) is None


@pytest.mark.parametrize(("ways", "told"), [(None, True), (("telephone",), True), (("in the pharmacy",), False)])
def test_a_number_by_which_the_patient_may_not_be_reached_is_not_sent(record, ways, told):
    patient = record.patient
    held = {name: getattr(patient, name) for name in type(patient).model_fields}
    reached = remade_with(record, patient=type(patient)(**held | {"may_contact_by": ways}))
    assert (patient.telephone in etree.tostring(sent(reached)).decode()) is told


def test_how_the_patient_came_is_one_of_the_ways_in():
    assert Referral(source="optician").source == "optician"
    with pytest.raises(RecordRefused, match="choose one of: self-referred, GP practice"):
        Referral(source="a friend")


def test_a_record_is_neither_its_own_visit_nor_continues_itself(record):
    for name in ("visit", "continues"):
        with pytest.raises(RecordRefused, match="name another record"):
            remade_with(record, **{name: record.id})


def test_a_permit_of_the_service_does_not_stand_beside_medicines(record):
    case = next(one for one in cases_of(library(), "acute-sore-throat") if one.expected.kind is Kind.SUPPLY)
    (supply,) = example_of(library(), case).record.supplies
    permit = supply.permit
    with pytest.raises(RecordRefused, match=r"other documents|permit is for a service that supplies nothing"):
        remade_with(record, permit=permit)


# One visit, two consultations


def test_what_both_pathways_of_a_visit_ask_alike_is_suggested_and_nothing_else():
    case = next(one for one in cases_of(library(), "emergency-contraception") if one.expected.kind is Kind.SUPPLY)
    first = example_of(library(), case).record
    then, now = (library().in_force(name, first.on) for name in ("emergency-contraception", "oral-contraception-start"))
    found = {one.fact: one for one in carried_over(first, then, now)}
    assert found
    for name, one in found.items():
        assert then.questions[name].shared
        assert now.questions[name].shared
        assert now.questions[name].moment is None
        assert one.value == first.facts[name]
        assert one.why.startswith("answered so in this visit, in the consultation about ")
    assert found.keys().isdisjoint({"consent_given", "age_years", "date_of_birth", "life_threatening"})
    alike = {name for name in now.questions.keys() & then.questions.keys() if first.facts.get(name) is not None}
    assert any(not now.questions[name].shared for name in alike)  # of one name, and not the same question


def test_a_pill_that_was_handed_over_here_is_proposed_and_confirmed_by_nobody_yet():
    names = names_in_records()
    assert {row.name for row in names.named(folded("Desogestrel 75microgram tablets"))} == {
        "progestogen_last_7_days",
        "supplied_before_by_nhs_provider",
    }
    (row,) = names.named(folded("ellaOne 30mg tablets"))
    assert (row.name, row.since(date(2026, 11, 21))) == ("ulipristal_last_5_days", date(2026, 11, 16))


def test_a_pressure_that_was_assessed_is_among_the_measurements(of_a_check):
    """An empty list would take the coded figure out of the message without a word; left out, the program puts it down."""
    account = of_a_check.account().model_copy(update={"observations": ()})
    with pytest.raises(
        RecordRefused, match="the blood pressure that was assessed is not among them; leave observations out"
    ):
        make_record(account, library(), recorded_at=of_a_check.recorded_at)
    left_out = make_record(
        account.model_copy(update={"observations": None}), library(), recorded_at=of_a_check.recorded_at
    )
    assert left_out.observations == of_a_check.observations


def test_whoever_was_measured_takes_the_figures_home(of_a_check):
    sheet = leaflet_text(of_a_check, library().in_force(of_a_check.pathway, of_a_check.on))
    (one,) = of_a_check.observations
    assert f"What was measured: Blood pressure {one.systolic}/{one.diastolic} mmHg, sitting." in sheet
    assert "no medicine" not in sheet  # none is supplied by this service


def test_figures_that_are_no_pressure_are_taken_home_as_they_were_answered():
    case = next(
        one
        for one in cases_of(library(), "blood-pressure-check")
        if (one.facts.get("diastolic_mmhg") or 0) > (one.facts.get("systolic_mmhg") or 999)
    )
    record = example_of(library(), case).record
    sheet = leaflet_text(record, library().in_force(record.pathway, record.on))
    figures = f"Upper figure {case.facts['systolic_mmhg']} mmHg; Lower figure {case.facts['diastolic_mmhg']} mmHg."
    assert f"What was measured: {figures}" in sheet


@pytest.fixture(scope="module")
def of_a_check():
    """Somebody whose pressure was measured, and who was told how to look after it."""
    case = next(
        one
        for one in cases_of(library(), "blood-pressure-check")
        if one.expected.kind is Kind.SELF_CARE and one.facts.get("systolic_mmhg")
    )
    return example_of(library(), case).record


def test_a_service_that_is_free_has_no_charge_and_none_is_exempt():
    """Contraception is free to the patient, without a declaration (clinical/services): a charge on record would be one that was taken."""
    case = next(one for one in cases_of(library(), "emergency-contraception") if one.expected.kind is Kind.SUPPLY)
    record = example_of(library(), case).record
    assert record.supplies
    assert record.charge is None
    account = record.account().model_copy(update={"charge": Charge(exemption="0001", taken=1)})
    with pytest.raises(RecordRefused, match="charge: the NHS Pharmacy Contraception Service is free to the patient"):
        make_record(account, library(), recorded_at=record.recorded_at)
    fields = {one.name: one for one in claim_of(record).fields}
    assert fields["prescription charge exemption"].open == "the service is free to the patient"
