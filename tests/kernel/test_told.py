"""What an outcome says to people: why, where to, what to weigh and what to say, on a small made-up pathway."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from made_up_pathway import CLEAR, FACTS, FIRM, FIRST, ON, SYRUP, TABLET, criterion, dose_row, pathway, pgd, row, yes

from pharmacyfirst import Kind, assess
from pharmacyfirst.kernel.conditions import Count, Includes, OneOf
from pharmacyfirst.kernel.dose import Amount, Pack
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.pathway import Named
from pharmacyfirst.kernel.pgd import Caution, Clause, Period
from pharmacyfirst.kernel.questions import Bar, Choice, Origin

SIX = Amount(Decimal("6.0"), "tablet")
WHERE = {
    Kind.REFER_URGENT: Statement("the GP today", FIRM),
    Kind.REFER: Statement("the GP", FIRM),
    Kind.NOT_ELIGIBLE: Statement("another provider", FIRM),
}


def found(facts, **changes):
    return assess(pathway(where_to=WHERE, **changes), facts, ON)


def why(assessment):
    return [(one.id, one.says, one.where_to) for one in assessment.reasons]


def test_each_reason_is_in_words_with_where_to_by_its_own_or_by_the_kind():
    assert why(found({"unwell": True})) == [("X-U1", "because of X-U1", "the GP today")]
    visitor = found({**CLEAR, "visitor": True})
    assert why(visitor) == [("X-V1", "because of X-V1", "the GP")]  # its own words stand before those of the kind
    assert visitor.where_to == "the GP"
    assert why(found({**CLEAR, "worse": False})) == [("X-T2", "everyone else", "")]
    assert found({**CLEAR, "worse": False}).where_to == ""


ASKED = {**FACTS, "medicines": replace(FACTS["medicines"], choices=(
    Choice("aspirin", "aspirin or another salicylate", origins=(Origin("", (Bar("first", FIRM),), FIRM),)),
    Choice("zinc", "zinc"),
))}  # fmt: skip
INTERACTS = Clause(
    id="first-X2", stage="first: exclusions", sentence=Includes("medicines", ("aspirin",), "first"), backing=FIRM,
    says="an interacting medicine", because="its level rises", pgd="first",
)  # fmt: skip
BARRED = replace(FIRST.exclusions[0], pgd="first")
ROW = (row("X-T1", None, Kind.SUPPLY, "a medicine is needed", ("first",), where_nothing="the GP or 111, today"),)


def ruled_out(facts, **changes):
    document = replace(pgd("first", "first_barred"), exclusions=(BARRED, INTERACTS))
    answers = {**CLEAR, "first_barred": False, "medicines": [], **facts}
    return found(answers, treatment=ROW, questions=ASKED, **{"pgds": {"first": document}, **changes})


def test_a_medicine_ruled_out_names_what_rules_it_out():
    assert why(ruled_out({"medicines": ["aspirin", "zinc"]})) == [
        ("X-T1", "a medicine is needed", "the GP or 111, today"),
        ("first-X2", "First is ruled out: aspirin or another salicylate", ""),
    ]
    assert why(ruled_out({"first_barred": True}))[1] == ("first-X1", "First is ruled out: barred", "")
    assert ruled_out({"first_barred": True}).where_to == "the GP or 111, today"


def test_a_row_whose_medicine_may_be_supplied_sends_nobody_anywhere():
    assert why(ruled_out({})) == [("X-T1", "a medicine is needed", "")]
    assert ruled_out({}).where_to == ""


def test_no_dose_and_no_document_are_said_as_they_are():
    gap = replace(dose_row(), id="X-D9", dose=None, packs=(), because="no dose is known", pgd="first")
    assert why(ruled_out({}, pgds={"first": pgd("first", "first_barred", doses=(gap,))}))[1:] == [
        ("X-D9", "First is ruled out: no dose is known", "")
    ]
    old = replace(FIRST, edition=replace(FIRST.edition, in_force=Period(date(2025, 1, 1), date(2026, 11, 20))))
    (_, (id, says, _)) = why(ruled_out({}, pgds={"first": old}))
    assert (id, "in force 2025-01-01 to 2026-11-20" in says) == ("first", True)


@pytest.mark.parametrize(
    ("facts", "where_to"),
    [({}, "the GP today"), ({"collapse": False, "sting": False, "unwell": False, "worse": False}, "the GP")],
)
def test_what_cannot_be_found_out_says_to_whom_and_by_when(facts, where_to):
    assessment = found(facts)
    assert (assessment.outcome.kind, assessment.reasons, assessment.where_to) == (Kind.NEED_FACTS, (), where_to)
    assert (assessment.as_dict()["reasons"], assessment.as_dict()["where_to"]) == ([], where_to)
    assert assess(pathway(), facts, ON).where_to == ""  # a pathway that says nothing of it


def caution(id, audience=("patient",), sentence=None, forms=()):
    return Caution(id=id, stage="cautions", sentence=sentence, backing=FIRM, says=f"{id} says", action="do so", audience=audience, forms=forms)  # fmt: skip


def test_what_is_said_stands_in_order_and_is_for_the_patient_and_the_form():
    document = replace(
        pgd("first", "first_barred", doses=(dose_row(packs=(Pack(SYRUP, None), Pack(TABLET, None))),)),
        particulars={
            "counselling": (
                Statement("shake it", FIRM, audience=("patient",), forms=("syrup",)),
                Statement("squeeze it", FIRM, audience=("patient",), forms=("cream",)),
                Statement("weigh it", FIRM, audience=("professional",)),
            ),
            "storage": (Statement("keep it cool", FIRM, audience=("patient", "professional")),),
        },
        cautions=(
            caution("X-W1"),
            caution("X-W2", ("professional",)),
            caution("X-W3", sentence=OneOf("skin", ("wet",))),
            caution("X-W4", sentence=OneOf("bad", (True,))),
            caution("X-W5", forms=("cream",)),
        ),
    )
    assessment = ruled_out({"skin": "wet"}, pgds={"first": document})

    said = [(one.part, one.says, one.source, one.pgd, one.forms) for one in assessment.to_say]
    assert said == [
        ("safety-netting", "come back", "", "", ()),
        ("about the medicine", "shake it", "first: counselling", "first", ("syrup",)),
        ("about the medicine", "keep it cool", "first: storage", "first", ()),
        ("about the medicine", "X-W1 says: do so", "X-W1", "first", ()),
        ("about the medicine", "X-W3 says: do so", "X-W3", "first", ()),
        ("advice", "for all", "", "", ()),
        ("advice", "for all whose skin is wet", "", "", ()),
        ("advice", "for the first", "", "", ()),
    ]
    assert [(one.caution.id, one.arises.value) for one in assessment.offers[0].cautions] == [
        ("X-W1", "always"),
        ("X-W2", "always"),
        ("X-W3", "applies"),
        ("X-W4", "ask"),
    ]


def test_open_items_of_what_decided_and_of_what_is_offered_are_in_words():
    rows = (row("X-T1", None, Kind.SUPPLY, "needed", ("first",), open=("X-O1",)),)
    assessment = found({**CLEAR, "first_barred": False, "medicines": ["aspirin"]}, treatment=rows)
    assert [one.id for one in assessment.open_items] == ["X-O1", "X-O2"]
    assert assessment.as_dict()["open_items"][0] == {"id": "X-O1", "says": "X-O1 is open", "until_then": "wait"}


def test_items_of_a_score_that_was_read_are_wanted_for_the_record():
    score = Count((yes("worse"), yes("bad"), yes("test_done")), 0, 3, "noise")
    loud = replace(score, low=1)
    named = (Named(id="", stage="scores", sentence=score, backing=FIRM, name="noise", says="NOISE", points=True),)
    rows = (row("X-T1", loud, Kind.REFER, "loud"), row("X-T2", None, Kind.SELF_CARE, "quiet"))

    def wanted(facts, **changes):
        return found(facts, named=named, treatment=rows, **changes).for_the_record

    assert wanted({**CLEAR, "worse": True}) == ("bad",)
    assert wanted({**CLEAR, "worse": True, "bad": False}) == ()
    assert wanted({**CLEAR}) == ()  # they can still change the outcome, and are missing
    assert wanted({"unwell": True}) == ()  # the score was not read
    stop = (criterion("X-R1", Kind.EMERGENCY, loud),)
    assert wanted({"bad": True}, stopping=stop) == ("worse", "test_done")


@pytest.mark.parametrize(
    ("reader", "form", "said"),
    [("patient", "syrup", True), ("patient", "", True), ("patient", "tablet", False), ("professional", "syrup", False)],
)
def test_a_statement_is_for_its_readers_and_its_forms(reader, form, said):
    assert Statement("shake it", FIRM, audience=("patient",), forms=("syrup",)).is_for(reader, form) is said
    assert Statement("shake it", FIRM, audience=("patient",)).is_for("patient", form)


def test_an_exclusion_may_be_its_own_reason():
    assert INTERACTS.reason == "its level rises"
    assert replace(INTERACTS, because="").reason == "an interacting medicine"
    assert ROW[0].reason == "a medicine is needed"


def test_an_amount_is_written_for_content_and_said_to_people():
    assert (SIX.as_written(), SIX.in_words()) == ("6 tablet", "6 tablets")
