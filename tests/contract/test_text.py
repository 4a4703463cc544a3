"""The text of an assessment that is put together from remembered parts is the text of its data, byte for byte."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shares import of_each
from shipped import cases_of

from pharmacyfirst import assess, load
from pharmacyfirst.content.made_up import generate
from pharmacyfirst.contract import text
from pharmacyfirst.contract.answers import answer_line
from pharmacyfirst.contract.conformance import INPUT
from pharmacyfirst.contract.text import text_of
from pharmacyfirst.exact import write
from pharmacyfirst.kernel.conditions import Limits, Within
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import Answer, Question

LIBRARY = load()
ON = date(2026, 11, 21)
SOME_PGDS_HAVE_ENDED = date(2027, 2, 15)
CASES = {condition: cases_of(LIBRARY, condition) for condition in LIBRARY.conditions}


def made_up(condition, seed, count, on=ON):
    """Assessments of made-up people, complete and with unknown answers."""
    pathway = LIBRARY.in_force(condition, on)
    for facts in generate(pathway, [dict(case.facts) for case in CASES[condition]], seed, count):
        yield assess(pathway, facts, on)


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
@given(seed=st.integers(0, 2**32), on=st.sampled_from([ON, SOME_PGDS_HAVE_ENDED]))
def test_the_text_is_that_of_the_data_for_whoever_is_made_up(condition, seed, on):
    for assessment in made_up(condition, seed, 10, on):
        assert text_of(assessment) == write(assessment.as_dict())


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_the_made_up_people_come_to_supplies_to_stops_and_to_questions(condition):
    kinds = {assessment.outcome.kind for assessment in made_up(condition, 1, 400)}

    most = Kind.SUPPLY if LIBRARY.newest(condition).pgds else Kind.MEASURE_NEXT
    assert {most, Kind.NEED_FACTS, Kind.EMERGENCY} <= kinds


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_a_line_of_each_case_is_answered_with_the_text_of_its_assessment(condition):
    for case in CASES[condition]:
        assessment = assess(LIBRARY.in_force(condition, case.as_of), case.facts, case.as_of)
        assert answer_line(LIBRARY, write(INPUT.as_dict(case)).encode()) == write(assessment.as_dict())


def test_a_changed_pathway_or_offer_is_never_given_the_text_of_the_one_it_was_changed_from():
    for assessment in made_up("uncomplicated-uti", 2, 200):
        text_of(assessment)
        pathway = replace(assessment.pathway, content_digest="sha256:" + "0" * 64)
        offers = [replace(offer, dose=replace(offer.dose, unit="g"), open_items=("X",)) for offer in assessment.offers]
        for changed in (replace(assessment, pathway=pathway), replace(assessment, offers=tuple(offers))):
            assert text_of(changed) == write(changed.as_dict())


def test_what_is_remembered_has_a_bound_and_made_again_it_is_the_same(monkeypatch):
    for bound in ("MOST_PATHWAYS", "MOST_REMEMBERED", "MOST_TEXTS_OF_A_LINE"):
        monkeypatch.setattr(text, bound, 1)
    monkeypatch.setattr(text, "_PATHWAYS", {})
    people = [*made_up("shingles", 3, 30), *made_up("impetigo", 3, 30), *made_up("acute-otitis-media", 3, 30)]
    random.Random(3).shuffle(people)

    for assessment in people:
        assert text_of(assessment) == write(assessment.as_dict())
        assert len(text._PATHWAYS) == 1


@pytest.mark.parametrize("order", [("0", "-0", "-0.0"), ("-0", "0", "-0.0")])
def test_nought_has_no_sign_whichever_came_first(order):
    pathway = LIBRARY.in_force("acute-sore-throat", ON)
    plain = Question("hours", "How many?", Answer.NUMBER, low=Decimal(0), high=Decimal(9), unit="hours")
    one = pathway.stopping[0]
    reading = replace(one, sentence=Within("hours", Limits(high=Decimal(5))))
    asking = replace(pathway, questions=Frozen({**pathway.questions, "hours": plain}), stopping=(reading,))
    texts = {text_of(assess(asking, {"hours": Decimal(number)}, ON)) for number in order}
    assert len(texts) == 1
    assert '"read": {"hours": 0}' in texts.pop()


def test_an_assessment_made_by_hand_spoils_no_other():
    pathway = LIBRARY.in_force("uncomplicated-uti", ON)
    found = assess(pathway, {"sepsis_suspected": False}, ON)
    by_hand = replace(found, known=Frozen({"sepsis_suspected": 0}))
    fresh = replace(pathway, title="another object, of which nothing is remembered")
    text_of(replace(by_hand, pathway=fresh))
    genuine = assess(fresh, {"sepsis_suspected": False}, ON)
    assert text_of(genuine) == write(genuine.as_dict())
    assert '"sepsis_suspected": false' in text_of(genuine)
