"""A conversation asks what can change the outcome, page by page, and comes to what all the answers together come to."""

from datetime import date
from pathlib import Path

import pytest
from shipped import cases_of

from pharmacyfirst import Kind, load
from pharmacyfirst.contract.conversation import Stands, converse
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING

LIBRARY = load()
MADE_UP = load(Path(__file__).resolve().parents[1] / "bad" / "good")
ON = date(2026, 11, 21)
UTI = LIBRARY.in_force("uncomplicated-uti", ON)
EVERY = 7  # case: some four hundred, of all conditions


def held(pathway, facts, on):
    """The conversation with somebody of these facts, as a form holds it: page after page, what is open on each, until none has any."""
    given = {}
    if BORN in facts or AGE in facts:  # the patient's page is filled in first
        given = {name: facts[name] for name in (BORN, AGE) if name in facts}
    number, asked = -1, []
    for _ in range(60):
        now = converse(pathway, given, on)
        number = now.page_after(number)
        if number is None:
            return now, asked
        page = now.pages[number]
        for name in now.open_on(page):
            asked.append(name)
            given = given | {name: facts.get(name)}
        number -= 1  # a form shows the page again while something new is open on it
    raise AssertionError("it does not end")


def cases():
    for library in (LIBRARY, MADE_UP):
        for condition in library.conditions:
            for case in [*cases_of(library, condition)][:: EVERY if library is LIBRARY else 1]:
                facts = dict(case.facts)
                if facts.get(LIFE_THREATENING):
                    continue  # a way out on every page, and never put
                if not converse(library.in_force(case.pathway, case.as_of), facts, case.as_of).emptied():
                    yield library, case  # else it answers what nobody asks of this person


def test_page_by_page_it_comes_to_what_all_the_answers_come_to():
    seen = set()
    for library, case in cases():
        pathway = library.in_force(case.pathway, case.as_of)
        whole = converse(pathway, dict(case.facts), case.as_of).assessment
        now, asked = held(pathway, dict(case.facts), case.as_of)
        assert now.assessment.outcome == whole.outcome, case.id
        assert [one.pgd.id for one in now.assessment.offers] == [one.pgd.id for one in whole.offers], case.id
        assert len(asked) == len({*asked}), f"{case.id}: something was asked twice"
        assert now.emergency or now.open == (), case.id
        seen.add(now.assessment.outcome.kind)
    assert seen >= {*Kind} - {Kind.MEASURE_NEXT}  # which the pathways of a treatment do not have


def test_nothing_is_asked_before_what_says_whether_to_ask_it():
    for library, case in cases():
        pathway = library.in_force(case.pathway, case.as_of)
        _, asked = held(pathway, dict(case.facts), case.as_of)
        for at, name in enumerate(asked):
            gate = pathway.questions[name].asked_when
            before = {*asked[:at], AGE, BORN}
            assert gate is None or all(one in before or one not in asked for one in gate.facts()), (case.id, name)


def test_the_threat_to_life_is_never_put_and_never_waited_for():
    now = converse(UTI, {}, ON)
    assert now.stands(LIFE_THREATENING) is Stands.NOT_PUT
    assert converse(UTI, {LIFE_THREATENING: True}, ON).emergency


def test_an_answer_that_is_not_known_is_an_answer_and_stands_in_the_way():
    now = converse(UTI, {"rigors": None}, ON)
    assert now.stands("rigors") is Stands.ANSWERED
    assert now.in_the_way == ("rigors",)
    assert "rigors" not in now.open


def test_the_date_of_birth_answers_for_the_age():
    assert converse(UTI, {BORN: "1990-01-02"}, ON).answered(AGE)


def test_what_changes_nothing_any_more_says_so_while_a_stop_stands():
    now = converse(UTI, {"consent_given": True, "age_years": 10}, ON)
    assert now.stopped
    page = next(page for page in now.pages if "diabetes" in page.facts)
    assert now.stands("diabetes") is Stands.NO_LONGER
    assert "diabetes" not in now.open_on(page)


def test_a_medicine_is_named_only_once_every_stop_is_known_and_clear():
    facts = dict(next(case for case in cases_of(LIBRARY, UTI.id) if case.expected.kind is Kind.SUPPLY).facts)
    clear = {name: value for name, value in facts.items() if any(name in one.reads for one in UTI.stopping)}
    assert converse(UTI, {name: value for name, value in clear.items() if name != "rigors"}, ON).checked == ()
    assert converse(UTI, clear, ON).checked == ("nitrofurantoin",)


def test_stages_count_what_is_clear_and_lead_to_the_first_page_with_something_open():
    first = converse(UTI, {}, ON).stages[0]
    assert (first.met, first.page is not None) == (False, True)
    stopped = converse(UTI, {"sepsis_suspected": True}, ON).stages[0]
    assert stopped.met


def test_a_change_upstream_names_the_answers_that_hung_on_it():
    given = {"known_kidney_disease": False, "egfr_ml_min": 60}
    assert converse(UTI, given, ON).emptied() == ("egfr_ml_min",)
    assert converse(UTI, given | {"known_kidney_disease": True}, ON).emptied() == ()


def test_answers_that_contradict_each_other_are_named():
    given = {"uti_episodes_last_6_months": 2, "uti_episodes_last_12_months": 0}
    assert [one.id for one in converse(UTI, given, ON).contradictions] == [*UTI.cannot_be]


@pytest.mark.parametrize("given", [{"rigor": True}, {"rigors": "yes"}])
def test_what_does_not_fit_is_refused_as_an_assessment_refuses_it(given):
    with pytest.raises(Refused):
        converse(UTI, given, ON)


def test_how_a_question_stands_is_said_in_these_words():
    """They are in the JSON of *what next*, and so of every form in another language."""
    assert [one.value for one in Stands] == ["answered", "open", "no longer changes the outcome", "not put"]
