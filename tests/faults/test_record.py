"""Every fault that was once found in a record, planted on a sound one of today's content: refused, each for its own reason."""

import json

import pytest
from sound_records import SECRET, as_json, case_of, library, record_for, sound

from pharmacyfirst import Kind
from pharmacyfirst.record import RecordRefused, read_record, write_record
from pharmacyfirst.record.message_words import states_condition

ASPIRIN = {"code": "517311000001102", "display": "Aspirin 75mg tablets"}
AMOXICILLIN = {"code": "930411000001106", "display": "Amoxicillin 500mg capsules (A A H Pharmaceuticals Ltd)"}
NOTHING = "sha256:" + "0" * 64


def supply(**changes):
    """Change the supply of a record."""
    return lambda held: held["supplies"][0].update(changes)


def permit(**changes):
    """Change the permit of its supply."""
    return lambda held: held["supplies"][0]["permit"].update(changes)


def patient(**changes):
    return lambda held: held["patient"].update(changes)


def top(**changes):
    return lambda held: held.update(changes)


def facts(**changes):
    return lambda held: held["facts"].update(changes)


def temperature(value):
    return {"kind": "temperature", "value": value, "at": "2026-11-21T14:05:00+00:00"}


PLANTED = {
    # C1: a supply that is not what was offered
    "child-adult-dose: days": (supply(duration_days=90), "expires before its last dose|supplies, 1, duration_days"),
    "u-days-wrong": (supply(duration_days=9), "supplies, 1, duration_days"),
    "u-directions-wrong": (supply(directions="Take 1000 mg ten times a day for 90 days."), "supplies, 1, directions"),
    "other_directions": (supply(directions="Take 10 capsules every hour."), "supplies, 1, directions"),
    "another dose": (supply(dose={"amount": 1000, "unit": "mg"}), "supplies, 1, dose, amount"),
    "more often": (supply(times_per_day=10), "supplies, 1, times_per_day"),
    "another route": (supply(route="intravenous"), "supplies, 1, route"),
    "another product": (supply(product="nitrofurantoin 50 mg tablets"), "product is none that was offered"),
    "another strength": (supply(strength="1 g"), "supplies, 1, strength"),
    "more of it": (supply(quantity={"amount": 600, "unit": "capsule"}), "quantity_because has to say why"),
    "more of it, with a reason": (supply(quantity={"amount": 100_000, "unit": "capsule"}, quantity_because="asked for"),
                                  "the document says 6 capsules, and not more"),
    "ended in the future": (top(ended_at="9999-11-30T23:00:00+00:00"), "ended_at is after the record was made"),
    "more offered": (supply(quantity={"amount": 600, "unit": "capsule"}, quantity_offered={"amount": 600, "unit": "capsule"}),
                     "the document says 6 capsules, and not more"),
    "another row": (supply(dose_row="UTI-NIT-D2"), "supplies, 1, dose_row"),
    # C2: forged, edited, contradicted
    "forged_permit": (permit(documents=[]), "the permit is for other documents"),
    "forged digest": (permit(content_digest=NOTHING), "a permit is for other content"),
    "forged document": (lambda held: held["supplies"][0]["permit"]["documents"][1].update(digest=NOTHING),
                        "the permit is for other documents"),
    "another record's permit": (permit(record="9a4e29c0-93cf-5519-87d6-adfa0215056d"), "a permit is for another record"),
    "another person's permit": (permit(person=NOTHING), "a permit is for another person"),
    "a permit for no record": (permit(record=None, person=None), "a permit is for another record"),
    "another pathway's permit": (permit(pathway="shingles"), "a permit is for another pathway"),
    "another PGD's permit": (permit(pgd="aciclovir"), "a permit is for another PGD"),
    "no permit": (lambda held: held["supplies"][0].pop("permit"), "no supply without a permit"),
    "practice at once": (supply(practice=True), "a training supply is for a training patient"),
    "edited": (facts(temperature_c=37.9), "a permit is for other facts|is not the one that was assessed"),
    "edited reason": (lambda held: held["in_words"]["reasons"][0].update(says="because I say so"), "in_words, reasons, 1, says"),
    "facts_contradict": (facts(sepsis_suspected=True), "a permit is for other facts"),
    "another outcome": (lambda held: held["assessment"]["outcome"].update(kind="self_care"), "because has to say why"),
    "another trace": (lambda held: held["assessment"]["trace"][0].update(verdict="met"), "assessment, trace, 1, verdict"),
    "another caution": (lambda held: held["assessment"]["offers"][0]["cautions"].clear(), "assessment, offers, 1, cautions"),
    # C3: what was handed over
    "wrong_amp": (supply(amp=AMOXICILLIN), "name another medicine than was offered"),
    "wrong_words": (supply(amp=ASPIRIN), "name another strength than was offered"),
    "u-amp-otherproduct": (supply(amp=AMOXICILLIN | {"display": "Capsules"}), "the code of the product handed over is that of another"),
    # C4: times
    "permit_after_supply": (supply(handed_over_at="2026-11-21T14:06:00+00:00"), "a permit was given after"),
    "handed_over_after_pgd_expiry": (supply(handed_over_at="2027-02-05T09:00:00+00:00"), "handed over after the record was made"),
    "u-handed-after": (supply(handed_over_at="2026-11-22T10:40:00+00:00"), "handed over after the record was made"),
    "expired_stock_2020": (supply(expiry="2020-01"), "expires before its last dose"),
    "u-expiry-past": (supply(expiry="2025-10"), "expires before its last dose"),
    "expires in the course": (supply(expiry="2026-11-22"), "expires before its last dose"),
    "expires on no day": (supply(expiry="2026-11-31"), "expires before its last dose"),
    "ended before": (top(ended_at="2026-11-21T13:00:00+00:00"), "ended_at is before started_at"),
    "made before": (top(recorded_at="2026-11-21T13:00:00+00:00"), "recorded_at is before the consultation"),
    "made next week": (top(recorded_at="2026-11-28T13:00:00+00:00"), "late has to say why"),
    "bst": (top(started_at="2026-07-02T23:30:00+00:00"), "England's clock"),
    # C21 and others: people and measurements
    "u-temp-370": (top(observations=[temperature(370)]), "was it mistyped"),
    "u-obs-twice": (top(observations=[temperature(36.8), temperature(39.9)]), "stands twice at the same time"),
    "another temperature": (top(observations=[temperature(39.9)]), "not the one that was assessed"),
    "parent-for-adult": (lambda held: held["consent"].update(by="parent or guardian", person={"relationship": "parent"}),
                         "nobody consents as a parent"),
    "no-address": (patient(address=[]), "give the address, or no_address_because"),
    "no practice": (lambda held: held["patient"].pop("gp_practice"), "no_practice_because"),
    "fam-newline": (patient(family="Smi\nth"), "this is one line"),
    "fam-rtl": (patient(family="Smi\u202eth"), "cannot be written in a message"),
    "filler number": (patient(nhs_number="0000000000", trace={"status": "02"}), "filler"),
    "verified by hand": (patient(nhs_number="9434765919", trace={"status": "01"}), "was traced"),
    "another person": (patient(family="Smith"), "a permit is for another person"),
    "another birth date": (patient(birth_date="1950-01-01"), "right patient"),
    # whatever else an editor may do
    "a note": (lambda held: held["decision"].update(notes="all is well"), "was changed after the program made it"),
    "a batch": (supply(batch="L2"), "was changed after the program made it"),
    "no seal": (lambda held: held.pop("seal"), "was changed after the program made it"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_refused_for_its_reason(name):
    plant, says = PLANTED[name]
    held = as_json(sound()[0])
    plant(held)
    with pytest.raises(RecordRefused, match=says) as refused:
        read_record(json.dumps(held), library())
    assert SECRET not in str(refused.value)


def test_the_sound_record_is_read():
    record, words = sound()
    assert read_record(words, library()) == record
    assert not record.practice


def test_an_adults_dose_on_a_childs_record_is_refused():
    """child-adult-dose: the whole supply of a grown-up, directions and all, under the permit of the child."""
    infant = record_for(case_of("infected-insect-bites", Kind.SUPPLY, age_years=1))
    adult = record_for(case_of("infected-insect-bites", Kind.SUPPLY, age_years=30))
    held, other = as_json(infant), as_json(adult)
    kept = {name: held["supplies"][0].get(name) for name in ("permit", "pgd", "handed_over_at", "batch", "expiry")}
    held["supplies"][0] = other["supplies"][0] | kept

    with pytest.raises(RecordRefused, match=r"supplies, 1, |product is none that was offered|name another"):
        read_record(json.dumps(held), library())


@pytest.mark.parametrize(
    ("condition", "kind", "facts"),
    [
        ("acute-otitis-media", Kind.NOT_ELIGIBLE, {}),
        ("uncomplicated-uti", Kind.NOT_ELIGIBLE, {}),
        ("infected-insect-bites", Kind.SELF_CARE, {"age_years": 30}),
    ],
)
def test_a_condition_that_nobody_diagnosed_is_no_code(condition, kind, facts):
    """AOM_adult_40, UTI_man_72, bite_adult_not_infected: they presented with something."""
    record = record_for(case_of(condition, kind, **facts))

    assert not states_condition(record)
    assert record.in_words.presented_with


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("t-nogiven", lambda account: account["patient"].update(given=[])),
        ("u-crlf-note", lambda account: account["decision"].update(leaflets=["first\r\nsecond"])),
    ],
)
def test_what_was_refused_wrongly_is_taken(name, change):
    from pharmacyfirst.record import make_record, read_account

    record = sound()[0]
    held = json.loads(write_record(record.account()))
    change(held)
    held["supplies"], held["decision"]["done"], held["decision"]["because"] = [], "advised", "no wish for a medicine"
    held.pop("charge")

    made = make_record(read_account(json.dumps(held)), library(), recorded_at=record.recorded_at)

    assert read_record(write_record(made), library()) == made
    assert made.decision.leaflets in (("first\nsecond",), record.decision.leaflets)
