"""What services brought into the language, on a made-up service: measured next, by when, what follows, who is asked, instructions, duties, quantities."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst import Kind, assess, explain
from pharmacyfirst.content.library import load
from pharmacyfirst.contract.text import text_of
from pharmacyfirst.exact import write
from pharmacyfirst.fast.assess import assessor_of
from pharmacyfirst.kernel.dose import Amount, Pack
from pharmacyfirst.kernel.offer import Arises
from pharmacyfirst.kernel.service import EVERY_CONSULTATION, GATEWAY_POINTS, Service
from pharmacyfirst.proof.agreement import agreement, consultations

ON = date(2026, 11, 21)
LIBRARY = load(Path(__file__).resolve().parents[1] / "humming")
CHECK, RELIEF = LIBRARY.newest("hum-check"), LIBRARY.newest("hum-relief")
HUM = {
    "age_years": 40, "consent_given": True, "life_threatening": False, "hums_already": False, "wobbles": False,
    "hum_high": 120, "hum_low": 80, "echo_room": "accepted",
}  # fmt: skip
WANTS = {
    "hums": True, "hum_unsettled": False, "wanted": "both", "hummed_before": False, "cold_throat": False, "dry_throat": False,
    "foods": [], "day_of_tune": 3,
}  # fmt: skip


def hum(**changed):
    """The check of somebody; what is None is not known."""
    return assess(CHECK, HUM | changed, ON)


def relief(**changed):
    return assess(RELIEF, WANTS | changed, ON)


# Measured next, and by when


def test_a_row_measures_next_by_a_pathway_and_says_by_when():
    found = hum(hum_high=150)

    assert found.decided_by == ("HUC-T1",)
    assert (found.outcome.kind, found.outcome.destination, found.outcome.within_days) == (
        Kind.MEASURE_NEXT,
        "hum-check",
        14,
    )
    assert found.as_dict()["outcome"] == {
        "kind": "measure_next",
        "destination": "hum-check",
        "says": "Measure again, as the next pathway says, within 2 weeks",
        "within_days": 14,
    }
    assert found.where_to == "the room with the echo"
    assert found.advice == ("Hum on.",)
    assert "Measured by: hum-check" in explain(found)


def test_measured_next_stands_between_declined_and_self_care():
    assert Kind.DECLINED < Kind.MEASURE_NEXT < Kind.SELF_CARE
    assert Kind.MEASURE_NEXT.word == "measure next"


def test_the_shortest_time_of_those_met_with_the_deciding_kind_is_said():
    found = hum(hum_high=150, echo_room="declined", hum_low=30, wobbles=True, drop_standing=25)

    assert found.decided_by == ("HUC-F1", "HUC-F2", "HUC-F3")  # 3 weeks, 7 days, and no time
    assert found.outcome.within_days == 7
    assert hum(hum_high=150, echo_room="declined").outcome.within_days == 21
    assert hum(wobbles=True, drop_standing=25).as_dict()["outcome"] == {
        "kind": "refer",
        "destination": None,
        "says": "Refer",
    }


def test_the_time_of_a_lesser_kind_is_not_said():
    found = hum(hum_high=190, hum_low=30)

    assert (found.outcome.kind, found.outcome.within_days, found.outcome.next) == (Kind.EMERGENCY, None, None)


def test_a_time_is_said_in_weeks_where_they_are_whole():
    assert hum(hum_low=50).as_dict()["outcome"]["says"] == "Self-care, no medicine under a PGD, within 30 days"
    assert hum(hum_low=30).as_dict()["outcome"]["says"] == "Refer, within 7 days"


# What may follow in the same visit


def test_the_first_pathway_that_a_deciding_criterion_names_follows():
    found = hum(age_years=12, hums_already=True)

    assert found.decided_by == ("HUC-E1", "HUC-E2")
    assert found.outcome.next == "hum-relief"
    assert "Next in this visit: hum-relief" in explain(found)
    assert hum(hums_already=True).outcome.next is None


def test_a_row_names_what_follows_where_it_comes_out_as_it_says():
    assert hum(hum_low=50).outcome.next == "hum-relief"
    assert relief().outcome.next == "hum-check"
    assert relief(cold_throat=True, dry_throat=True).outcome.next is None  # nothing is left of the row


# Asked after headings


def test_a_question_is_asked_of_those_for_whom_the_headings_are_known_and_clear():
    nobody_knows = assess(CHECK, {"life_threatening": False}, ON)

    assert nobody_knows.missing[:3] == (
        "consent_given",
        "age_years",
        "hums_already",
    )  # what says whether to ask comes first
    assert {"hum_high", "hum_low"} <= {*nobody_knows.missing}
    assert "hum_high" in hum(hum_high=None).missing


@pytest.mark.parametrize("barred", [{"age_years": 12}, {"hums_already": True}])
def test_somebody_the_headings_stop_is_answered_without_it(barred):
    found = hum(**barred, hum_high=None, hum_low=None, echo_room=None)

    assert (found.outcome.kind, found.missing) == (Kind.NOT_ELIGIBLE, ())
    emergency = next(one for one in found.findings if one.id == "HUC-R2")
    assert emergency.not_asked == ("hum_high",)  # not met on its account


def test_consent_refused_is_a_criterion_turned_over_and_closes_the_question_too():
    assert hum(consent_given=False, hum_high=None, hum_low=None, echo_room=None).outcome.kind is Kind.DECLINED


def test_a_value_given_out_of_place_stops_and_never_enables():
    assert hum(age_years=12, hum_high=190).outcome.kind is Kind.EMERGENCY


def test_headings_and_a_sentence_both_have_to_hold():
    assert "drop_standing" in hum(wobbles=True).missing
    assert "drop_standing" not in hum(wobbles=False).missing
    assert "drop_standing" not in hum(wobbles=True, age_years=12).missing


def test_the_gate_is_a_sentence_about_the_criteria():
    question = CHECK.questions["hum_high"]

    assert question.asked_after == ("eligibility", "HUC-C1")
    assert question.asked_when.in_words() == "none of HUC-C1, HUC-E1, HUC-E2"
    assert question.observation == "hum, sitting, high"


# Duties


def test_a_duty_is_there_whatever_the_outcome_and_where_it_is_not_known_not_to_be():
    assert [one.id for one in hum().duties] == ["HUC-DU1"]
    assert [one.id for one in hum(life_threatening=True).duties] == ["HUC-DU1"]
    assert [one.id for one in hum(hums_already=True).duties] == ["HUC-DU1", "HUC-DU2"]
    assert [one.id for one in relief(cold_throat=True, dry_throat=None, wanted="long").duties] == ["HUR-DU1"]
    assert [one.id for one in relief(dry_throat=None, wanted="long").duties] == ["HUR-DU1"]  # not known is never no
    assert [one.id for one in relief(wanted="long").duties] == []


def test_duties_stand_in_the_contract_with_whose_they_are():
    assert hum(hums_already=True).as_dict()["duties"] == [
        {"id": "HUC-DU1", "says": "Write down the hum.", "who": "whoever listened"},
        {"id": "HUC-DU2", "says": "Ask for the old hum.", "who": "the singing teacher"},
    ]
    assert relief(wanted="long").as_dict()["duties"] == []
    assert "Write down the hum. [HUC-DU1, whoever listened]" in explain(hum())


def test_a_duty_stops_nothing():
    without = replace(CHECK, duties=())

    assert assess(without, HUM, ON).outcome == hum().outcome
    assert "duties" not in assess(without, HUM, ON).as_dict()


# Offers


def test_each_offer_is_judged_for_itself():
    both = relief()
    one_open = relief(cold_throat=None)

    assert [one.pgd.id for one in both.offers] == ["long-sweet", "short-sweet"]
    assert [one.pgd.id for one in one_open.offers] == ["short-sweet"]
    assert (one_open.outcome.kind, one_open.missing) == (Kind.SUPPLY, ("cold_throat",))  # which can still add an offer
    assert "Could still add an offer:" in explain(one_open)
    assert [one.pgd.id for one in relief(cold_throat=True).offers] == ["short-sweet"]


def test_facts_are_needed_only_where_no_offer_is_clear_and_one_could_be():
    neither = relief(cold_throat=None, dry_throat=None)
    one_barred = relief(cold_throat=None, dry_throat=True)

    assert (neither.outcome.kind, neither.missing) == (Kind.NEED_FACTS, ("cold_throat", "dry_throat"))
    assert (one_barred.outcome.kind, one_barred.missing) == (Kind.NEED_FACTS, ("cold_throat",))
    assert relief(cold_throat=True, dry_throat=True).outcome.kind is Kind.REFER


def test_an_exclusion_of_every_medicine_is_not_about_the_one_that_is_excepted():
    found = relief(foods=["lemon"])

    assert [one.pgd.id for one in found.offers] == ["short-sweet"]
    assert "HUR-ALL-X1" in found.decided_by
    assert RELIEF.pgds["short-sweet"].every_medicine == ()


def test_how_much_at_most_and_at_least():
    begins = relief().as_dict()["offers"][0]
    goes_on = relief(hummed_before=True).as_dict()["offers"][0]
    short = relief().as_dict()["offers"][1]

    packs = {"amount": 3, "unit": "pack"}
    assert (begins["quantity"], begins["quantity_at_most"], begins["duration_days"]) == (packs, packs, None)
    assert "quantity_at_least" not in begins
    assert (goes_on["quantity"], goes_on["quantity_at_least"]) == (
        {"amount": 12, "unit": "month"},
        {"amount": 6, "unit": "month"},
    )
    assert (goes_on["less_with_a_reason"], short["quantity_at_least"]) == (True, {"amount": 4, "unit": "sweet"})
    assert "less_with_a_reason" not in short
    assert "6 to 12 months, less with a reason of long sweet 1 mg" in explain(relief(hummed_before=True))
    assert "1 mg, 1 times a day, by mouth" in explain(relief())


def test_a_pack_says_how_much_it_is():
    product = RELIEF.pgds["long-sweet"].products[0]

    assert product.codes == ()
    assert Pack(product, Amount(3, "pack")).in_words() == "3 packs"
    assert Pack(product, None).in_words() == "quantity not stated"
    assert Pack(product, None, worked_out=True).in_words() == "the volume of all doses"


# Instructions


def instructions(**changed):
    return [(one.id, one.arises, one.why) for one in relief(**changed).offers[0].instructions]


def test_an_instruction_comes_with_the_offer_and_says_why():
    assert instructions() == [
        ("HUR-LON-I1a", Arises.ALWAYS, ""),
        ("HUR-LON-I2a", Arises.APPLIES, "Day of the tune: 3 days"),
    ]
    assert relief().as_dict()["offers"][0]["instructions"][1] == {
        "id": "HUR-LON-I2a",
        "says": "It works at once.",
        "arises": "applies",
        "why": "Day of the tune: 3 days",
    }
    assert "instructions" not in relief().as_dict()["offers"][1]  # the document has none


def test_of_an_unknown_answer_every_instruction_that_could_apply_is_shown_and_the_patient_is_told_none_of_them():
    found = relief(day_of_tune=None)

    assert (found.outcome.kind, found.missing) == (Kind.SUPPLY, ())  # it is never asked for the outcome
    assert instructions(day_of_tune=None)[1:] == [
        ("HUR-LON-I2a", Arises.ASK, "Day of the tune: not known"),
        ("HUR-LON-I3a", Arises.ASK, "Day of the tune: not known"),
    ]
    told = [one.says for one in found.to_say if one.source.startswith("HUR-LON")]
    assert told == ["Suck it slowly."]
    assert "instruction HUR-LON-I2a (ask): It works at once. [Day of the tune: not known]" in explain(found)


def test_the_patient_is_told_the_instruction_that_applies():
    told = [one.says for one in relief(day_of_tune=9).to_say if one.source.startswith("HUR-LON")]

    assert told == ["Suck it slowly.", "It works after seven days; hum no higher till then."]


# The service


def test_a_pathway_belongs_to_its_service():
    service = CHECK.service

    assert service is LIBRARY.services["humming-service"] or service == LIBRARY.services["humming-service"]
    assert service.pathways == ("hum-check", "hum-relief")
    assert [(one.code, one.in_force.in_words()) for one in service.codes] == [
        ("1577041000000109", "2025-01-01 to 2025-12-31"),
        ("2129921000000100", "from 2026-01-01"),
    ]
    assert service.provided_by == ("pharmacist", "pharmacy technician")
    assert (service.claimable, service.answered) == ("", ("hum_low", "hum_high"))
    assert {GATEWAY_POINTS, EVERY_CONSULTATION}.isdisjoint({service.claimable})


def test_a_pathway_may_have_no_condition():
    assert CHECK.diagnosis is None
    assert not hum().diagnosis_established
    assert hum().as_dict()["diagnosis_established"] is False


# The other two ways to one assessment


@pytest.mark.parametrize(("pathway", "person"), [(CHECK, HUM), (RELIEF, WANTS)], ids=["check", "relief"])
def test_formulas_and_what_is_generated_agree_with_the_kernel(pathway, person):
    assessor = assessor_of(pathway, ON)

    assert agreement(pathway, [person], ON, 1000).differences == []
    for facts in consultations(pathway, [person], 3, 600):
        found = assess(pathway, facts, ON)
        assert assessor.assess(facts, ON) == found
        assert text_of(found) == write(found.as_dict())


def test_a_service_says_nothing_that_is_not_given():
    bare = {"id": "hum", "title": "Humming", "title_for_patients": "Humming", "pathways": ("hum-check",)}
    lists = "codes provided_by providers answered claim ways_in consents open_items sources"
    none = dict.fromkeys(lists.split(), ())
    assert Service(**bare) == Service(**bare, **none, claimable="", digest="")
