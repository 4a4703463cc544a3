"""The rules on a small made-up pathway, where each corner can be seen, and doses worked out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from made_up_pathway import (
    ALL_THE_SYRUP,
    CLEAR,
    CREAM,
    EDITION,
    FACTS,
    FIRM,
    FIRST,
    ON,
    SECOND,
    SYRUP,
    TABLET,
    criterion,
    dose_row,
    fact,
    pathway,
    pgd,
    row,
    yes,
)

from pharmacyfirst import Kind, Outcome, Refused, assess, explain
from pharmacyfirst.kernel.conditions import Includes, Limits, Within, all_of
from pharmacyfirst.kernel.dose import Amount, Dose, Pack, Rounding
from pharmacyfirst.kernel.evidence import Backing, Evidence, Grade, weakest
from pharmacyfirst.kernel.outcome import KIND_OF_WORD
from pharmacyfirst.kernel.pgd import Caution, Mechanism, Period


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_on_a_day_outside_the_period_nothing_is_assessed(day):
    with pytest.raises(
        Refused, match=f"made-up 2026.1 is in force 2026-01-01 to 2026-12-31, not on {day}.*no all-clear"
    ) as refused:
        assess(pathway(), {"collapse": True}, day)
    assert refused.value.code == "not_in_force"


def offers(rows, facts, **changes):
    return assess(pathway(treatment=tuple(rows), **changes), {**CLEAR, **facts}, ON)


def test_an_emergency_decides_whatever_stands_first_in_the_file():
    found = assess(pathway(), {"visitor": True, "unwell": True, "collapse": True}, ON)

    assert found.outcome == Outcome(Kind.EMERGENCY, "emergency_department")
    assert found.decided_by == ("X-R1",)
    assert found.missing == ("sting",)


@pytest.mark.parametrize(
    ("facts", "destination", "missing"),
    [
        ({"collapse": True, "life_threatening": True}, "999", ()),
        ({"life_threatening": True}, "999", ()),
        ({"life_threatening": True, "sting": False, "visitor": True}, "999", ()),
        ({"collapse": True}, "emergency_department", ("sting",)),
        ({"collapse": True, "life_threatening": False}, "emergency_department", ("sting",)),
        ({"sting": True, "life_threatening": False}, "999", ()),
        ({"sting": True, "collapse": True}, "999", ()),
    ],
)
def test_999_where_life_is_threatened_or_the_criterion_says_so(facts, destination, missing):
    found = assess(pathway(), facts, ON)

    assert found.outcome.destination == destination
    assert found.missing == missing


def test_same_day_referral_decides_and_names_what_could_raise_it():
    found = assess(pathway(), {"unwell": True, "visitor": True}, ON)

    assert found.outcome == Outcome(Kind.REFER_URGENT)
    assert found.missing == ("sting", "collapse")


def test_a_lesser_stop_waits_for_what_is_more_urgent_and_asks_for_nothing_else():
    assert assess(pathway(), {"visitor": True}, ON).missing == ("sting", "collapse", "unwell")
    found = assess(pathway(), {"visitor": True, "collapse": False, "sting": False, "unwell": False}, ON)
    assert (found.outcome.kind, found.missing, found.decided_by) == (Kind.NOT_ELIGIBLE, (), ("X-V1",))


def test_with_nothing_known_the_most_urgent_is_asked_first_and_what_the_table_needs_last():
    found = assess(pathway(), {}, ON)

    assert found.outcome == Outcome(Kind.NEED_FACTS)
    assert found.missing == (
        "sting",
        "collapse",
        "unwell",
        "visitor",
        "test_done",
        "result_positive",
        "worse",
        "first_barred",
    )
    assert found.advice == ("see somebody today",)


def test_a_fact_not_asked_of_this_person_is_not_missing_and_used_when_given():
    assert assess(pathway(), CLEAR | {"worse": False}, ON).outcome.kind is Kind.SELF_CARE
    assert assess(pathway(), CLEAR | {"worse": False, "result_positive": True}, ON).outcome.kind is Kind.REFER
    assert assess(pathway(), CLEAR | {"worse": False, "test_done": True}, ON).missing == ("result_positive",)


def test_rows_not_known_that_lead_to_one_outcome_decide_it_together():
    rows = (row("X-T1", yes("bad"), Kind.SELF_CARE, "bad"), row("X-T2", None, Kind.SELF_CARE, "else"))

    found = offers(rows, {})

    assert (found.outcome.kind, found.decided_by) == (Kind.SELF_CARE, ("X-T1", "X-T2"))
    assert found.advice == ("for all", "for self-care", "for X-T2")
    either_way = "one of the ways it could turn out, all of which come to the same"
    assert [(one.id, one.says) for one in found.reasons] == [("X-T1", either_way), ("X-T2", either_way)]
    assert f"  X-T1: {either_way}\n  X-T2: {either_way}\n" in explain(found)


def test_rows_not_known_that_offer_the_same_ask_for_the_document_alone():
    rows = (
        row("X-T1", yes("bad"), Kind.SUPPLY, "bad", ("first",)),
        row("X-T2", None, Kind.SUPPLY, "else", ("first",), open=("X-O1",)),
    )

    assert offers(rows, {}).missing == ("first_barred",)
    found = offers(rows, {"first_barred": False})
    assert found.decided_by == ("X-T1", "X-T2")
    assert found.offers[0].open_items == ("X-O1",)


def test_an_exclusion_known_to_be_met_settles_the_document_whatever_else_is_unknown():
    barred = pgd("first", "first_barred", doses=(dose_row(sentence=yes("bad")),))

    found = offers(pathway().treatment, {"worse": True, "first_barred": True}, pgds={"first": barred})

    assert (found.outcome.kind, found.decided_by) == (Kind.REFER, ("X-T1", "first-X1"))


def test_two_offers_are_shown_in_order_and_one_that_is_excluded_drops_out():
    rows = (row("X-T1", None, Kind.SUPPLY, "both", ("first", "second")),)

    assert [o.pgd.id for o in offers(rows, {"first_barred": False, "second_barred": False}).offers] == [
        "first",
        "second",
    ]
    one = offers(rows, {"first_barred": True, "second_barred": False})
    assert ([o.pgd.id for o in one.offers], one.decided_by) == (["second"], ("X-T1", "first-X1"))
    assert offers(rows, {"first_barred": False}).missing == ("second_barred",)
    assert offers(rows, {"first_barred": True, "second_barred": True}).outcome.kind is Kind.REFER


FALL_BACK = (
    row("X-T1", None, Kind.SUPPLY, "the second where the first is excluded", ("first", "second"), fallback=True),
)


def test_a_second_choice_opens_only_through_an_exclusion_of_the_first_that_is_met():
    assert [o.pgd.id for o in offers(FALL_BACK, {"first_barred": False}).offers] == ["first"]
    assert [o.pgd.id for o in offers(FALL_BACK, {"first_barred": True, "second_barred": False}).offers] == ["second"]
    undecided = offers(FALL_BACK, {"second_barred": False})
    assert (undecided.outcome.kind, undecided.missing) == (Kind.NEED_FACTS, ("first_barred",))


def test_a_document_out_of_force_offers_nothing_and_opens_no_second_choice():
    old = replace(FIRST, edition=replace(EDITION, in_force=Period(date(2025, 1, 1), date(2026, 11, 20))))

    found = offers(FALL_BACK, {"first_barred": False, "second_barred": False}, pgds={"first": old, "second": SECOND})

    assert (found.outcome.kind, found.decided_by) == (Kind.REFER, ("X-T1", "first"))
    assert "in force 2025-01-01 to 2026-11-20, not on 2026-11-21" in explain(found)


def test_a_dose_table_without_a_row_for_the_person_refuses():
    gap = pgd("first", "first_barred", doses=(dose_row(sentence=yes("bad")),))

    found = offers(
        FALL_BACK, {"first_barred": False, "second_barred": False, "bad": False}, pgds={"first": gap, "second": SECOND}
    )

    assert (found.outcome.kind, found.decided_by) == (Kind.REFER, ("X-T1", "first"))
    assert "has no row for this person" in explain(found)


def test_a_deliberate_gap_in_the_dose_table_excludes_like_an_exclusion():
    none = replace(dose_row(), id="X-D9", dose=None, packs=(), because="no dose is known")

    found = offers(
        FALL_BACK,
        {"first_barred": False, "second_barred": False},
        pgds={"first": pgd("first", "first_barred", doses=(none,)), "second": SECOND},
    )

    assert [o.pgd.id for o in found.offers] == ["second"]
    assert found.decided_by == ("X-T1", "X-D9")


def test_open_items_of_row_document_dose_and_answer_come_with_the_offer():
    careful = pgd("first", "first_barred", backing=Backing(open=("X-O1",)))

    found = offers(
        pathway().treatment,
        {"worse": True, "first_barred": False, "medicines": ["aspirin"], "skin": "dry"},
        pgds={"first": careful},
    )

    assert found.offers[0].open_items == ("X-O1", "X-O2")


def test_cautions_come_with_the_offer_unless_they_are_known_not_to_arise():
    cautions = (
        Caution(id="X-W1", stage="cautions", sentence=None, backing=FIRM, says="always", action="weigh it"),
        Caution(
            id="X-W2",
            stage="cautions",
            sentence=Includes("medicines", ("zinc",)),
            backing=FIRM,
            says="with zinc",
            action="2 hours apart",
        ),
    )
    careful = {"first": pgd("first", "first_barred", cautions=cautions)}

    def shown(facts):
        found = offers(pathway().treatment, {"worse": True, "first_barred": False, **facts}, pgds=careful)
        return [(one.caution.id, one.arises.value) for one in found.offers[0].cautions]

    assert shown({"medicines": []}) == [("X-W1", "always")]
    assert shown({"medicines": ["zinc"]}) == [("X-W1", "always"), ("X-W2", "applies")]
    assert shown({}) == [("X-W1", "always"), ("X-W2", "ask")]


def by_weight(rounding=None, packs=ALL_THE_SYRUP):
    dose = Dose(Amount(Decimal("7.5"), "mg"), for_each_kg=True, rounding=rounding)
    return dose_row(sentence=Within("weight_kg", Limits(high=Decimal(40))), dose=dose, packs=packs)


@pytest.mark.parametrize(
    ("weight", "rounding", "dose", "volume", "bottles"),
    [
        ("7.1", None, "53.25", "12.78", 1),
        ("7.1", Rounding(Decimal("2.5")), "52.5", "12.6", 1),
        ("7.2", Rounding(Decimal("2.5")), "55", "13.2", 1),
        ("7.3", Rounding(Decimal("2.5"), down=True), "52.5", "12.6", 1),
        ("39", None, "292.5", "70.2", 2),
    ],
)
def test_a_dose_for_each_kg_is_exact_or_rounded_as_the_document_says(weight, rounding, dose, volume, bottles):
    doses = {"first": pgd("first", "first_barred", doses=(by_weight(rounding),))}

    offer = offers(
        pathway().treatment, {"worse": True, "first_barred": False, "weight_kg": Decimal(weight)}, pgds=doses
    ).offers[0]

    assert offer.dose == Amount(Decimal(dose), "mg")
    assert (offer.supplied[0].quantity, offer.supplied[0].bottles) == (Amount(Decimal(volume), "mL"), bottles)


def test_a_quantity_that_cannot_be_worked_out_is_not_made_up():
    in_grams = replace(by_weight(), dose=Dose(Amount(Decimal(1), "g"), for_each_kg=True))
    answers = {"weight_kg": Decimal(10)}

    assert in_grams.supplied(answers)[0].quantity is None
    assert by_weight(packs=(Pack(CREAM, None, worked_out=True),)).supplied(answers)[0].quantity is None
    assert replace(by_weight(), dose=None).volume(SYRUP.strength, answers) is None


@pytest.mark.parametrize(("volume", "bottles"), [(70, 1), (Decimal("37.5"), 1), (71, 2), (140, 2)])
def test_bottles_are_whole_and_enough(volume, bottles):
    row = dose_row(packs=(Pack(SYRUP, Amount(Decimal(volume), "mL")),))

    assert row.supplied({})[0].bottles == bottles


def test_a_first_day_of_its_own_counts_towards_the_quantity():
    row = replace(dose_row(), dose=Dose(Amount(Decimal(100), "mg"), first_day=Decimal(200)), times_a_day=1, days=5)

    assert row.volume(TABLET.strength, {}) == Amount(Decimal(6), "")


@pytest.mark.parametrize(
    ("facts", "reached", "not_known"),
    [
        (CLEAR, ("X-G1",), ("X-G2", "X-G3")),
        (CLEAR | {"bad": True}, ("X-G1", "X-G2"), ("X-G3",)),
        (CLEAR | {"bad": False}, ("X-G1",), ("X-G3",)),
        (CLEAR | {"collapse": True, "bad": True}, ("X-G2",), ("X-G3",)),
        (CLEAR | {"visitor": True, "bad": True}, (), ()),
        ({"collapse": False, "sting": False, "bad": True}, (), ("X-G1", "X-G2", "X-G3")),
        ({"collapse": True}, (), ("X-G2", "X-G3")),
        ({"life_threatening": True}, (), ("X-G2", "X-G3")),
        ({}, (), ("X-G1", "X-G2", "X-G3")),
    ],
)
def test_a_gateway_point_is_reached_or_not_or_not_known(facts, reached, not_known):
    found = assess(pathway(), facts, ON)

    assert (found.gateways, found.gateways_not_known) == (reached, not_known)


def closing(**changes):
    """Where the weight cannot be found out somebody is seen the same day: it belongs to a window that closes."""
    questions = {**FACTS, "weight_kg": replace(FACTS["weight_kg"], if_not_answered=Kind.REFER_URGENT)}
    return pathway(questions=questions, pgds={"first": pgd("first", "first_barred", doses=(by_weight(),))}, **changes)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, Kind.REFER_URGENT),
        ({"visitor": True, "collapse": False, "sting": False}, Kind.REFER_URGENT),
        ({"collapse": False, "sting": False, "unwell": False}, Kind.REFER_URGENT),  # the table may come to the weight
        ({"collapse": False, "sting": False, "unwell": False, "worse": False}, Kind.REFER),
        (CLEAR, Kind.REFER_URGENT),
        (CLEAR | {"worse": True, "first_barred": False}, Kind.REFER_URGENT),
        (CLEAR | {"worse": True, "weight_kg": 12}, Kind.REFER),
        (CLEAR | {"worse": False}, None),
        ({"collapse": True}, None),
        ({"unwell": True}, None),
    ],
)
def test_what_cannot_be_found_out_is_referred_the_same_day_where_it_could_be_urgent(facts, kind):
    found = assess(closing(), facts, ON)

    assert found.if_not_answered is kind
    assert found.as_dict()["if_not_answered"] == (kind.key if kind else None)


@pytest.mark.parametrize("kind", [Kind.REFER, Kind.REFER_URGENT])
def test_where_nothing_is_left_the_row_says_how_soon(kind):
    rows = (row("X-T1", None, Kind.SUPPLY, "needed", ("first",), nothing_left=kind),)

    found = offers(rows, {"first_barred": True})

    assert (found.outcome, found.decided_by, found.nothing_left) == (Outcome(kind), ("X-T1", "first-X1"), True)
    assert found.advice == ("for all", "ring today")


def test_what_is_for_everyone_does_not_hold_up_an_emergency():
    assert "for all" in assess(pathway(), {"unwell": True}, ON).advice
    assert assess(pathway(), {"collapse": True}, ON).advice == ()
    assert assess(pathway(), {"collapse": True}, ON).safety_netting == ("come back",)


@pytest.mark.parametrize(("skin", "said"), [("wet", True), ("dry", False), (None, False)])
def test_advice_under_a_condition_is_said_where_it_is_known_to_be_met(skin, said):
    assert ("for all whose skin is wet" in assess(pathway(), {"unwell": True, "skin": skin}, ON).advice) is said


def test_a_gate_may_read_a_question_that_is_not_always_asked_either():
    questions = {**FACTS, "deeper": fact("deeper", asked_when=yes("result_positive"))}
    chained = pathway(questions=questions, stopping=(criterion("X-E1", Kind.REFER, yes("deeper"), "entry"),))

    assert assess(chained, {"test_done": False, "worse": False}, ON).outcome.kind is Kind.SELF_CARE
    (finding,) = (f for f in assess(chained, {"test_done": False, "worse": False}, ON).findings if f.id == "X-E1")
    assert finding.not_asked == ("deeper",)
    assert assess(chained, {"test_done": True, "worse": False}, ON).missing == ("result_positive", "deeper")
    assert assess(chained, {"worse": False}, ON).missing == ("test_done", "result_positive", "deeper")
    assert assess(chained, {"test_done": False, "deeper": True}, ON).outcome.kind is Kind.REFER


def test_the_assessment_as_data():
    packs = (Pack(SYRUP, Amount(Decimal("37.5"), "mL")), Pack(TABLET, None))
    row = replace(
        dose_row(packs=packs), dose=Dose(Amount(Decimal("187.5"), "mg"), first_day=Decimal(375)), times_a_day_most=3
    )
    found = offers(
        pathway().treatment,
        {"worse": True, "first_barred": False, "medicines": ["zinc"]},
        pgds={"first": pgd("first", "first_barred", doses=(row,))},
    )

    as_data = found.as_dict()

    assert as_data["outcome"] == {"kind": "supply", "destination": None, "says": "May be supplied"}
    assert as_data["as_of"] == "2026-11-21"
    offer = as_data["offers"][0]
    assert offer["dose"] == {"amount": Decimal("187.5"), "unit": "mg", "first_day_amount": Decimal(375)}
    assert (offer["times_per_day"], offer["times_per_day_max"], offer["duration_days"]) == (2, 3, 3)
    assert (offer["quantity"], offer["bottles"]) == ({"amount": Decimal("37.5"), "unit": "mL"}, 1)
    assert offer["alternatives"] == [
        {"product": "tablet 100 mg", "form": "tablet", "strength": "100 mg", "quantity": None}
    ]
    assert as_data["trace"][0] == {
        "id": "X-V1",
        "stage": "entry",
        "verdict": "not met",
        "read": {"visitor": False},
        "not_asked": [],
    }
    assert (as_data["gateways"], as_data["gateways_not_known"]) == (["X-G1"], ["X-G2", "X-G3"])
    assert as_data["trace"][-1]["read"] == {}
    assert as_data["draft"] is True


def test_the_explanation_of_a_supply_says_how_much_of_what_and_that_nobody_has_authorised_it():
    packs = (Pack(SYRUP, Amount(Decimal("75"), "mL")), Pack(TABLET, None))
    cautious = Caution(id="X-W1", stage="cautions", sentence=None, backing=FIRM, says="sleepy", action="do not drive")
    row = replace(
        dose_row(packs=packs), dose=Dose(Amount(Decimal(100), "mg"), first_day=Decimal(200)), times_a_day_most=3
    )
    careful = pgd("first", "first_barred", doses=(row,), cautions=(cautious,), backing=Backing(open=("X-O1",)))

    text = explain(
        offers(
            pathway().treatment,
            {"worse": True, "first_barred": False, "weight_kg": Decimal("12.50"), "medicines": []},
            pgds={"first": careful},
        )
    )

    for words in (
        "evaluation only: not authorised for supply", "100 mg (200 mg on the first day), 2 to 3 times a day, for 3 days, oral",
        "75 mL (2 bottles) of syrup 25 mg/mL", "or quantity not stated of tablet 100 mg", "caution X-W1 (always): sleepy: do not drive",
        "open item X-O1: X-O1 is open", "Gateway points reached (payment only): X-G1", "<- decided", "everyone",
    ):  # fmt: skip
        assert words in text


def test_the_explanation_of_two_offers_says_or_between_them():
    """One under the other without a word they read as two medicines to be supplied together."""
    rows = (row("X-T1", None, Kind.SUPPLY, "either", ("first", "second")),)
    found = offers(rows, {"first_barred": False, "second_barred": False})
    assert [offer.pgd.id for offer in found.offers] == ["first", "second"]
    assert explain(found).split("\n").count("or") == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"collapse": True}, "SEND TO A&E NOW"),
        ({"sting": True}, "DIAL 999 NOW"),
        ({"unwell": True}, "Could still make it more urgent:"),
        ({"visitor": True, "collapse": False, "sting": False, "unwell": False}, "where to: the GP"),
        ({}, "NOT DECIDED: REFER UNLESS YOU CAN FIND OUT"),
        (CLEAR | {"worse": False}, "SELF-CARE"),
    ],
)
def test_the_explanation_begins_with_what_to_do(facts, words):
    assert words in explain(assess(pathway(), facts, ON))


def test_answers_in_the_explanation_are_in_words():
    told = replace(
        pathway(),
        stopping=(
            criterion(
                "X-R1",
                Kind.EMERGENCY,
                all_of((Within("weight_kg", Limits(low=Decimal(200))), Includes("medicines", ("zinc",)))),
                must=False,
            ),
        ),
    )

    assert "weight_kg 12.5; medicines none" in explain(
        assess(told, {"weight_kg": Decimal("12.50"), "medicines": []}, ON)
    )
    assert "weight_kg not known; medicines aspirin, zinc" in explain(
        assess(told, {"medicines": ["zinc", "aspirin"]}, ON)
    )


def test_words_of_kinds_grades_and_periods():
    assert KIND_OF_WORD["self-care"] is Kind.SELF_CARE
    assert KIND_OF_WORD["refer urgent"].key == "refer_urgent"
    assert Evidence(Grade.SINGLE, ("S1", "S2"), "the dose").in_words() == "single S1 S2, the dose"
    assert Evidence(Grade.INFERRED).in_words() == "inferred"
    assert weakest((*FIRM.evidence, Evidence(Grade.SINGLE))) is Grade.SINGLE
    assert weakest(()) is Grade.UNKNOWN
    assert Period(date(2026, 1, 1)).in_words() == "from 2026-01-01"
    assert Mechanism.CLINICAL_PROTOCOL.key == "clinical_protocol"
    assert pathway().draft
