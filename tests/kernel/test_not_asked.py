"""What nobody asks a person is neither known nor unknown, and the trace says so, in Python and in JSON."""

from datetime import date

import pytest
from shares import of_each
from shipped import cases_of

from pharmacyfirst import assess, load
from pharmacyfirst.content.made_up import generate
from pharmacyfirst.kernel.conditions import NOT_ASKED, NOT_MET
from pharmacyfirst.kernel.explain import explain

ON = date(2026, 11, 21)
LIBRARY = load()


def line_of(assessment, id):
    (line,) = [one for one in assessment.as_dict()["trace"] if one["id"] == id]
    return line


def supply(**changes):
    case = next(one for one in cases_of(LIBRARY, "uncomplicated-uti") if one.expected.offers)
    return assess(LIBRARY.in_force("uncomplicated-uti", ON), {**case.facts, **changes}, ON)


def test_a_supply_says_that_the_kidney_function_was_not_asked_for():
    line = line_of(supply(known_kidney_disease=False, egfr_ml_min=None), "UTI-NIT-X16")
    assert line == {
        "id": "UTI-NIT-X16",
        "stage": "nitrofurantoin: exclusions",
        "verdict": "not met",
        "read": {"egfr_ml_min": None},
        "not_asked": ["egfr_ml_min"],
    }


def test_one_who_is_asked_and_does_not_know_is_not_known():
    line = line_of(supply(known_kidney_disease=True, egfr_ml_min=None), "UTI-NIT-X16")
    assert (line["verdict"], line["read"], line["not_asked"]) == ("not known", {"egfr_ml_min": None}, [])


def test_an_answer_given_all_the_same_is_used():
    line = line_of(supply(known_kidney_disease=False, egfr_ml_min=30), "UTI-NIT-X16")
    assert (line["read"], line["not_asked"]) == ({"egfr_ml_min": 30}, [])


def test_the_explanation_says_not_asked_and_not_known_apart():
    assert "egfr_ml_min not asked" in explain(supply(known_kidney_disease=False, egfr_ml_min=None))
    assert "egfr_ml_min not known" in explain(supply(known_kidney_disease=True, egfr_ml_min=None))


@pytest.mark.parametrize(
    ("age", "pregnancy", "not_asked"),
    [
        (10, None, {"pregnancy", "pregnancy_test_result"}),
        (11, None, set()),
        (55, None, set()),
        (56, None, {"pregnancy", "pregnancy_test_result"}),
        (30, "not_pregnant", {"pregnancy_test_result"}),
        (30, "possible", set()),
        (30, "pregnant", {"pregnancy_test_result"}),
        (None, None, set()),
    ],
)
def test_a_gate_behind_a_gate_opens_with_it(age, pregnancy, not_asked):
    """Nobody outside 11 to 55 is asked about a pregnancy, and so of none of them about a test."""
    findings = supply(age_years=age, pregnancy=pregnancy, pregnancy_test_result=None).findings
    found = {fact for finding in findings for fact in finding.not_asked}

    assert found & {"pregnancy", "pregnancy_test_result"} == not_asked


def test_a_threat_to_life_is_not_asked_for_and_used_when_it_is_given():
    line = line_of(supply(life_threatening=None), "UTI-R9")
    assert (line["verdict"], line["read"], line["not_asked"]) == (
        "not met",
        {"life_threatening": None},
        ["life_threatening"],
    )
    line = line_of(supply(life_threatening=True), "UTI-R9")
    assert (line["verdict"], line["read"], line["not_asked"]) == ("met", {"life_threatening": True}, [])


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_not_asked_is_what_the_gates_say_and_nothing_else(condition):
    pathway = LIBRARY.in_force(condition, ON)
    people = [dict(case.facts) for case in cases_of(LIBRARY, condition)]
    seen, gated = set(), {question.name for question in pathway.gated}
    asked_of_everybody = [{name: one for name, one in person.items() if name not in gated} for person in people]
    for facts in (*asked_of_everybody, *generate(pathway, people, 20261128, 150)):
        assessment = assess(pathway, facts, ON)
        closed = set()
        for question in pathway.gated:  # in the order of the file: a gate may read a question that is itself not asked
            gate, answers = question.asked_when, {**assessment.known, **dict.fromkeys(closed, NOT_ASKED)}
            if question.name not in assessment.known and (gate is None or gate.verdict(answers) is NOT_MET):
                closed.add(question.name)
        for line, finding in zip(assessment.as_dict()["trace"], assessment.findings, strict=True):
            assert list(line) == ["id", "stage", "verdict", "read", "not_asked"]
            assert line["not_asked"] == [fact for fact in line["read"] if fact in closed] == list(finding.not_asked)
            assert all(line["read"][fact] is None for fact in line["not_asked"])
            seen.update(line["not_asked"])
    # What only a document reads is not looked at in somebody whom the pathway stops, as it is not for the ages of whom it is not asked.
    of_the_pathway = {fact for rule in pathway.stopping for fact in rule.reads}
    assert seen <= gated
    assert not (gated - seen) & of_the_pathway
