"""The two blood pressure pathways: what both ask stands once, and nobody is told a diagnosis."""

import re

from pharmacyfirst import load

LIBRARY = load()
CLINIC, WORN = (LIBRARY.newest(name) for name in ("blood-pressure-check", "ambulatory-blood-pressure"))
# What a reading or average never is, whatever its figures.
DIAGNOSED = re.compile(r"\byou (?:have|suffer from|do not have)\b|\bhypertensi|\bhealthy\b(?! weight)", re.IGNORECASE)


def test_what_both_ask_stands_once_but_for_what_the_practice_asked_for():
    both = CLINIC.questions.keys() & WORN.questions.keys()

    assert {"acute_symptoms", "pulse_rhythm", "fainting_or_falls", "low_pressure_symptoms", "abpm_response"} <= both
    assert {one for one in both if not CLINIC.questions[one].shared} == {"requested_by_general_practice"}
    assert {one for one in both if not WORN.questions[one].shared} == {"requested_by_general_practice"}


def test_no_word_for_the_patient_names_a_diagnosis():
    said = [one for pathway in (CLINIC, WORN) for one in (*pathway.advice, *pathway.safety_netting)]

    assert len(said) > 20
    assert [one.id for one in said if DIAGNOSED.search(one.says)] == []
    assert DIAGNOSED.search("You have hypertension.")
