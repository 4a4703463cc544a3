"""The contraception service against the clinical reference it was written from, value by value, and what its three pathways owe each other."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.kernel.questions import Answer

ON = date(2026, 11, 21)
LIBRARY = load()
EMERGENCY, START, CONTINUE = "emergency-contraception", "oral-contraception-start", "oral-contraception-continue"
THREE = (EMERGENCY, START, CONTINUE)
REFERENCE = Path(__file__).resolve().parents[1] / "vignettes"


def reference(name):
    """The facts that the reference of a pathway binds; those of all pathways have their values beside them."""
    document = yaml.safe_load((REFERENCE / name / "facts.yaml").read_text(encoding="utf-8"))
    common = {fact: {"type": "set", "values": values} for fact, values in document["common_values"].items()}
    return {**document["facts"], **common}


def pathway(name):
    return LIBRARY.in_force(name, ON)


def assessed(name, unset=(), **answers):
    facts = {**baseline_of(LIBRARY, name)[1], **answers}
    return assess(pathway(name), {fact: value for fact, value in facts.items() if fact not in unset}, ON)


def duties(assessment):
    return [one.id.rpartition("-")[2] for one in assessment.duties]


ANSWERED = {
    "boolean": Answer.YES_NO, "integer": Answer.WHOLE_NUMBER, "decimal": Answer.NUMBER, "choice": Answer.ONE_OF, "set": Answer.ANY_OF,
}  # fmt: skip


@pytest.mark.parametrize("name", THREE)
def test_each_question_takes_the_answers_that_the_reference_binds(name):
    for fact, bound in reference(name).items():
        question = pathway(name).questions[fact]
        assert question.answer is ANSWERED[bound["type"]], fact
        if "range" in bound:
            assert [question.low, question.high] == bound["range"], fact
        if "values" in bound:
            assert set(question.choice_names()) == set(bound["values"]), fact


@pytest.mark.parametrize("name", THREE)
def test_each_answer_rules_out_what_the_reference_says(name):
    compared = 0
    for fact, bound in reference(name).items():
        for value, said in bound["values"].items() if isinstance(bound.get("values"), dict) else ():
            choice = next(one for one in pathway(name).questions[fact].choices if one.name == value)
            assert {bar.pgd for bar in choice.bars} == set(said["bars"]), f"{fact}: {value}"
            compared += 1
    assert compared == (2 if name == EMERGENCY else 45)


def test_starting_and_continuing_rule_out_the_same_but_for_a_breast_lump():
    differing = {
        choice.name
        for fact, question in pathway(START).questions.items()
        for choice in question.choices
        if fact in pathway(CONTINUE).questions
        for other in pathway(CONTINUE).questions[fact].choices
        if other.name == choice.name and {bar.pgd for bar in other.bars} != {bar.pgd for bar in choice.bars}
    }
    assert differing == {"undiagnosed_breast_lump"}


def test_codes_of_products_with_a_wrong_check_digit_stand_nowhere():
    """Given for levonorgestrel 30 micrograms and norethisterone 350 micrograms in a public list; both fail the check digit."""
    text = "".join(
        file.read_text(encoding="utf-8") for name in THREE for file in (pathways_folder() / name).glob("*.yaml")
    )
    assert "41874011000001104" in text  # desogestrel, whose code is known
    assert not any(wrong in text for wrong in ("41878811000001100", "41880611000001100"))


@pytest.mark.parametrize("name", THREE)
def test_every_offer_says_that_its_document_was_not_read(name):
    prefix = {EMERGENCY: "EHC", START: "OCS", CONTINUE: "OCC"}[name]
    assessment = assessed(name)
    assert assessment.outcome.kind is Kind.SUPPLY
    for offer in assessment.offers:
        assert {f"{prefix}-O1", f"{prefix}-O2"} <= set(offer.open_items)


@pytest.mark.parametrize("name", THREE)
def test_after_the_last_day_of_ours_nothing_is_in_force(name):
    assert LIBRARY.in_force(name, date(2027, 3, 31)) is not None
    with pytest.raises(Exception, match="2027-04-01"):
        LIBRARY.in_force(name, date(2027, 4, 1))


@pytest.mark.parametrize("name", THREE)
def test_whoever_is_young_or_in_danger_is_owed_what_the_reference_says(name):
    young = {"menarche_reached": True, "fraser_competent": True}
    assert {"DU2", "DU3", "DU4"} <= set(duties(assessed(name, age_years=12, unset=["has_capacity"], **young)))
    at_15 = duties(assessed(name, age_years=15, unset=["has_capacity"], **young))
    assert "DU2" in at_15
    assert "DU3" not in at_15
    assert "DU2" not in duties(assessed(name, age_years=16))
    assert duties(assessed(name, immediate_danger=True)) == ["DU4", "DU6"]
    assert all(
        "DU4" in duties(assessed(name, **one)) for one in ({}, {"consent_given": False}, {"pregnancy": "pregnant"})
    )


@pytest.mark.parametrize(
    ("name", "answers", "follows"),
    [
        (START, {"unprotected_sex_last_5_days": True, "emergency_contraception_settled": False}, EMERGENCY),
        (CONTINUE, {"unprotected_sex_last_5_days": True, "emergency_contraception_settled": False}, EMERGENCY),
        (CONTINUE, {"supplied_before_by_nhs_provider": False}, START),
        (CONTINUE, {"current_supply_in_use": False}, START),
        (CONTINUE, {"wants_to_change_pill": True}, START),
        (EMERGENCY, {}, START),
        (EMERGENCY, {"ec_indicated": False}, START),
        (START, {}, None),
        (CONTINUE, {}, None),
    ],
)
def test_what_belongs_to_another_pathway_names_it(name, answers, follows):
    assert assessed(name, **answers).outcome.next == follows
