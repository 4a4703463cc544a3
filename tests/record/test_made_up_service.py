"""A made-up service on record: duties, quantities in a range, instructions, no condition, no medicines, and what is claimed for it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from paper_records import PHARMACIST, PHARMACY, patient

from pharmacyfirst import assess, load
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.permit import Channel, Permit
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import AllowedChannel
from pharmacyfirst.record import (
    Account,
    Coded,
    Consent,
    Decision,
    Handed,
    Onward,
    Quantity,
    RecordRefused,
    make_record,
    write_record,
)
from pharmacyfirst.record import codes as codes_of_record
from pharmacyfirst.record.decision import DutyAnswered
from pharmacyfirst.record.examples import example_adoption
from pharmacyfirst.record.judged import judge, read_record
from pharmacyfirst.record.make import permit_on_record
from pharmacyfirst.record.message_words import headings, outcome_sentence, states_condition
from pharmacyfirst.record.papers.claim import CHECK, NO, YES, claim_of
from pharmacyfirst.record.papers.label import labels_of
from pharmacyfirst.record.papers.leaflet import leaflet_text
from pharmacyfirst.record.papers.letter import letter_text
from pharmacyfirst.record.papers.one_page import one_page_html

HUMMING = load(Path(__file__).resolve().parents[1] / "humming")
ON = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
ADULT = {"consent_given": True, "age_years": 40, "hums_already": False, "wobbles": False, "life_threatening": False}
ORDINARY = ADULT | {"hum_high": 120, "hum_low": 80}
HIGH = ADULT | {"hum_high": 150, "hum_low": 90, "echo_room": "accepted"}
BEGINS = {
    "hums": True,
    "hum_unsettled": False,
    "wanted": "long",
    "hummed_before": False,
    "cold_throat": False,
    "foods": (),
}
NOTED = (DutyAnswered(id="HUC-DU1", done=True),)
WATER = (DutyAnswered(id="HUR-DU1", done=False, note="there was none"),)


@pytest.fixture(autouse=True)
def humming_ships(monkeypatch):
    monkeypatch.setattr(codes_of_record, "shipped_library", lambda: HUMMING)


def account(pathway, facts, done, **more):
    who = patient(ON, facts)
    held = {
        "id": "3f1f0d4e-5c0b-4a7e-9d53-5a3c1c1a9f10", "pathway": pathway, "facts": facts, "started_at": AT,
        "ended_at": AT.replace(minute=30), "patient": who, "pharmacy": PHARMACY, "practitioner": PHARMACIST, "channel": Channel.IN_PERSON,
        "consent": Consent(to_treat=True, to_share=True), "not_viewed_because": "there was no need", "decision": Decision(done=done),
    }  # fmt: skip
    return Account(**held | more)


def made(*said, **more):
    one = account(*said, **more)
    return make_record(one, HUMMING, recorded_at=one.ended_at)


def test_a_record_names_the_service_of_its_pathway_with_the_code_of_the_day():
    record = made("hum-check", ORDINARY, "advised", duties=NOTED)
    assert record.service == "humming service"
    assert codes_of_record.service_code(record.service, ON).code == "2129921000000100"
    assert codes_of_record.service_code(record.service, date(2025, 6, 1)).code == "1577041000000109"
    with pytest.raises(RecordRefused, match="service: hum-check belongs to humming service"):
        made("hum-check", ORDINARY, "advised", duties=NOTED, service="pharmacy first")


def test_without_a_condition_or_a_medicine_none_is_spoken_of():
    record = made("hum-check", ORDINARY, "advised", duties=NOTED)
    assert outcome_sentence(record).endswith("Self-care advice given (how somebody hums)")
    assert states_condition(record) is None
    assert "no medicine" not in "".join(headings(record).values())
    again = read_record(write_record(record), HUMMING)
    assert again == record
    assert judge(again, HUMMING)


def test_measured_again_is_what_follows_the_assessment():
    record = made("hum-check", HIGH, "to be measured", duties=NOTED)
    assert not record.differs
    assert outcome_sentence(record).endswith("To be measured again, which is agreed (how somebody hums pathway)")
    assert made(
        "hum-check", HIGH, "advised", duties=NOTED, decision=Decision(done="advised", because="no room")
    ).differs


def test_a_time_that_the_pathway_sets_stands_beside_what_was_said():
    facts = HIGH | {"echo_room": "declined"}
    onward = (Onward(to="the singing teacher", urgency="routine"),)
    record = made("hum-check", facts, "referred", duties=NOTED, decision=Decision(done="referred", onward=onward))
    assert "By when: in routine; the pathway says within 3 weeks" in headings(record)["signpost-details"]


def test_a_record_does_not_close_while_a_duty_is_open():
    with pytest.raises(
        RecordRefused, match=r"duties: Write down the hum\. \(HUC-DU1\): say that it was done, or why not"
    ):
        made("hum-check", ORDINARY, "advised")
    with pytest.raises(RecordRefused, match="a duty that was not done says why"):
        DutyAnswered(id="HUC-DU1", done=False)
    with pytest.raises(RecordRefused, match="is none of this consultation"):
        made("hum-check", ORDINARY, "advised", duties=(*NOTED, DutyAnswered(id="HUC-DU2", done=True)))
    held = made("hum-check", ORDINARY, "advised", duties=(DutyAnswered(id="HUC-DU1", done=False, note="no pen"),))
    assert "Write down the hum: not done, no pen" in one_page_html(held)


def test_an_emergency_waits_for_no_duty():
    onward = (Onward(to="999", how="called 999"),)
    made("hum-check", ADULT | {"hum_high": 190}, "referred", decision=Decision(done="referred", onward=onward))


def sweets(number, unit, because=None):
    amp = Coded(code="39108511000001108", display="Long sweet 1 mg")
    quantity = Quantity(amount=Decimal(number), unit=unit) if number else None
    return Handed(
        pgd="long-sweet", amp=amp, quantity=quantity, quantity_because=because, handed_over_at=AT.replace(minute=20)
    )


def supplied(facts, handed):
    return made("hum-relief", facts, "supplied", supplies=(handed,), duties=WATER)


GOES_ON = BEGINS | {"hummed_before": True}


@pytest.mark.parametrize(
    ("facts", "number", "unit", "because", "refused"),
    [
        (BEGINS, 1, "pack", None, ""),
        (BEGINS, 3, "pack", None, ""),
        (BEGINS, 4, "pack", "a long journey", "the document says at most 3 packs"),
        (BEGINS, 2, "sweet", None, "the document says at most 3 packs"),
        (BEGINS, None, "", None, "the document gives no quantity, or the most"),
        (GOES_ON, 6, "month", None, ""),
        (GOES_ON, 12, "month", None, ""),
        (GOES_ON, 13, "month", "asked for", "the document says 6 to 12 months"),
        (GOES_ON, 3, "month", None, "quantity_because has to say why"),
        (GOES_ON, 3, "month", "an appointment is near", ""),
    ],
)
def test_a_quantity_stays_within_the_range_of_the_document(facts, number, unit, because, refused):
    if refused:
        with pytest.raises(RecordRefused, match=refused):
            supplied(facts, sweets(number, unit, because))
        return
    (one,) = supplied(facts, sweets(number, unit, because)).supplies
    assert (one.quantity.amount, one.quantity_because) == (number, because)
    assert one.duration_days is None
    assert one.directions == "Use 1 mg (1 sweet) by mouth once a day."


def test_a_product_whose_code_nobody_knows_is_marked_as_not_compared():
    (one,) = supplied(BEGINS, sweets(1, "pack")).supplies
    assert one.compared == "not compared"


@pytest.mark.parametrize(
    ("day", "told"), [(3, "It works at once."), (9, "It works after seven days; hum no higher till then.")]
)
def test_how_this_patient_begins_stands_on_sheet_letter_and_record_and_not_on_the_label(day, told):
    record = supplied(BEGINS | {"day_of_tune": day}, sweets(2, "pack"))
    content = HUMMING.in_force("hum-relief", ON)
    (label,) = labels_of(record, content)
    assert not {"Suck it slowly.", told} & {*label.advice}  # it has 70 mm by 35 for the directions
    assert told in leaflet_text(record, content)
    assert f"Told: {told}" in headings(record)["clinical-summary"]
    assert told in letter_text(record)


def test_what_could_apply_and_is_not_known_is_told_to_nobody():
    record = supplied(BEGINS, sweets(2, "pack"))
    (label,) = labels_of(record, HUMMING.in_force("hum-relief", ON))
    assert "It works at once." not in label.advice
    assert len(record.assessment["offers"][0]["instructions"]) == 3


# Corrections


AGAIN = "0f0e0d0c-0b0a-4908-8706-050403020100"


def corrected(record, **changes):
    """The correction of a record: the same account with some of it changed."""
    again = record.account().model_copy(
        update={"id": AGAIN, "corrects": record.id, "corrects_because": "mistyped"} | changes
    )
    held = Account(**{name: getattr(again, name) for name in Account.model_fields})
    return make_record(held, HUMMING, recorded_at=record.recorded_at)


def test_a_correction_keeps_the_duties_that_were_answered_and_closes_with_none_of_them_open():
    first = made("hum-check", ORDINARY, "advised", duties=NOTED)

    assert corrected(first).duties == first.duties
    with pytest.raises(RecordRefused, match=r"HUC-DU1\): say that it was done, or why not"):
        corrected(first, duties=None)
    late = (DutyAnswered(id="HUC-DU1", done=False, note="it was another patient's hum"),)
    assert "not done, it was another patient" in one_page_html(corrected(first, duties=late))
    assert "not done" not in one_page_html(first)


def test_a_duty_that_the_corrected_answers_bring_is_open_until_it_is_answered():
    first = made("hum-check", ORDINARY, "advised", duties=NOTED)
    known = ORDINARY | {"hums_already": True}
    (more,) = {one.id for one in assess(HUMMING.in_force("hum-check", ON), known, ON).duties} - {"HUC-DU1"}
    sent = Decision(done="referred", onward=(Onward(to="the singing teacher", urgency="routine"),))

    with pytest.raises(RecordRefused, match=rf"{more}\): say that it was done, or why not"):
        corrected(first, facts=known, decision=sent)
    again = corrected(first, facts=known, decision=sent, duties=(*NOTED, DutyAnswered(id=more, done=True)))
    assert [one.id for one in again.duties] == ["HUC-DU1", more]


def test_what_is_told_of_the_beginning_is_that_of_the_corrected_answers_on_every_paper():
    early, later = "It works at once.", "It works after seven days; hum no higher till then."
    first = supplied(BEGINS | {"day_of_tune": 3}, sweets(2, "pack"))
    again = corrected(first, facts=BEGINS | {"day_of_tune": 9})
    content = HUMMING.in_force("hum-relief", ON)

    assert [[one["id"] for one in record.assessment["offers"][0]["instructions"]] for record in (first, again)] == [
        ["HUR-LON-I1a", "HUR-LON-I2a"], ["HUR-LON-I1a", "HUR-LON-I3a"],
    ]  # fmt: skip
    for words in (leaflet_text(again, content), letter_text(again), headings(again)["clinical-summary"]):
        assert later in words
        assert early not in words
    assert early in leaflet_text(first, content)  # what the patient was given does not change with it
    assert read_record(write_record(again), HUMMING) == again


# The permit of the service, and the claim


def published(pathway):
    channels = (AllowedChannel("in person", "yes"),)
    return replace(pathway, edition=replace(pathway.edition, draft=False), channels=channels)


CHECK_OF_HUMS = published(HUMMING.in_force("hum-check", ON))


def asked(facts=ORDINARY, pathway=CHECK_OF_HUMS, adoption=None, **more):
    return authorise(pathway, facts, adoption or example_adoption(pathway), "2999999", Channel.IN_PERSON, AT, **more)


def codes(answer):
    return [one.code for one in answer.reasons]


def test_a_service_without_medicines_is_permitted_by_its_pathway_whatever_it_comes_to():
    for facts in (ORDINARY, HIGH, ADULT | {"hum_high": 190}, {}):
        permit = asked(facts)
        assert isinstance(permit, Permit)
        assert (permit.pgd, permit.offer, [one.document for one in permit.documents]) == ("", None, ["pathway"])
        assert permit.as_dict()["pgd"] is None


def test_every_layer_is_asked_of_the_pathway():
    adoption = example_adoption(CHECK_OF_HUMS)
    assert codes(asked(pathway=replace(CHECK_OF_HUMS, edition=replace(CHECK_OF_HUMS.edition, draft=True)))) == ["draft"]
    assert codes(asked(pathway=replace(CHECK_OF_HUMS, channels=()))) == ["channel"]
    other = replace(CHECK_OF_HUMS, edition=replace(CHECK_OF_HUMS.edition, digest="sha256:" + "0" * 64))
    assert codes(asked(pathway=other, adoption=adoption)) == ["digest_differs", "practitioner_not_authorised"]
    assert codes(asked(adoption=replace(adoption, practitioners=()))) == ["practitioner_not_known"]
    assert codes(asked(pathway=replace(CHECK_OF_HUMS, service=None))) == ["profession"]
    assert codes(asked(pgd="long-sweet")) == ["not_offered"]


def test_what_the_service_is_paid_for_is_claimed_and_looked_at_where_no_permit_is_on_record(monkeypatch):
    monkeypatch.setattr("pharmacyfirst.record.papers.claim.why_never", lambda record: "")
    measured = made("hum-check", ORDINARY, "advised", duties=NOTED)
    assert claim_of(measured).claimable == CHECK
    assert "No permit for the service is on record" in claim_of(measured).why_not
    left = Decision(done="ended early", because="they left")
    nothing = made("hum-check", {"age_years": 40}, "ended early", decision=left)
    assert claim_of(nothing).claimable == NO
    assert "Nothing was found out of what is paid for. A penny a hum." in claim_of(nothing).why_not


def test_a_permit_on_record_makes_a_claim_of_it(monkeypatch):
    monkeypatch.setattr("pharmacyfirst.record.papers.claim.why_never", lambda record: "")
    library = replace(
        HUMMING,
        stretches=Frozen(
            {
                **HUMMING.stretches,
                "hum-check": tuple(replace(one, pathway=CHECK_OF_HUMS) for one in HUMMING.stretches["hum-check"]),
            }
        ),
    )
    one = account("hum-check", ORDINARY, "advised", duties=NOTED, practitioner=PHARMACIST.model_copy(update={"gphc_number": "2999999"}),
                  pharmacy=PHARMACY.model_copy(update={"ods": "FZZ99"}))  # fmt: skip
    permit = asked(record=one.id, person=one.patient.digest)
    held = one.model_copy(update={"permit": permit_on_record(permit)})
    record = make_record(held, library, recorded_at=held.ended_at, adoption=example_adoption(CHECK_OF_HUMS))
    assert record.permit.pgd is None
    assert claim_of(record).claimable == YES
    for name, spoiled, why in (
        ("facts", ORDINARY | {"hum_low": 81}, "other facts"),
        ("channel", Channel.VIDEO, "another channel"),
    ):
        with pytest.raises(RecordRefused, match=why):
            make_record(held.model_copy(update={name: spoiled}), library, recorded_at=held.ended_at)
