"""The one table of consultations: every fact of every pathway, what was recorded, and no place for a person."""

import json
from dataclasses import replace

import jsonschema
import pytest

from pharmacyfirst.audit.table import (
    NONE,
    RECORDED,
    WHAT_WAS_RECORDED,
    WHICH,
    Holds,
    NotOneTable,
    identifies,
    table_of,
)
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.kernel.questions import Answer


@pytest.fixture(scope="module")
def table():
    return table_of(shipped_library())


def test_every_fact_of_every_pathway_has_a_column_but_the_day_of_birth(table):
    asked = {
        name
        for pathway in shipped_library().newest_all()
        for name, one in pathway.questions.items()
        if one.answer is not Answer.DATE
    }
    assert {one.name for one in table.facts} == asked
    assert "date_of_birth" not in {one.name for one in table.columns}


def test_no_two_columns_bear_one_name_and_what_was_recorded_is_told_by_its_name(table):
    names = [one.name for one in table.columns]
    assert len({*names}) == len(names)
    assert all(one.name.startswith(RECORDED) for one in WHAT_WAS_RECORDED)
    assert not any(one.name.startswith(RECORDED) for one in (*WHICH, *table.facts))


def test_no_answer_of_a_set_is_spelt_as_the_empty_set_or_has_a_blank(table):
    sets = [one for one in table.facts if one.holds is Holds.ANY_OF]
    assert sets
    for one in sets:
        assert NONE not in one.choices
        assert not any(" " in choice for choice in one.choices)


def test_a_set_takes_the_answers_of_every_pathway(table):
    column = next(one for one in table.facts if one.name == "interacting_medicines")
    for pathway in shipped_library().newest_all():
        question = pathway.questions.get("interacting_medicines")
        assert question is None or {*question.choice_names()} <= {*column.choices}
    assert "sglt2_inhibitor" in column.choices  # asked in one condition
    assert "warfarin" in column.choices  # and in others


def test_one_fact_in_two_types_is_no_table():
    library = shipped_library()
    shingles = library.newest("shingles")
    asked = dict(shingles.questions)
    asked["age_years"] = replace(asked["age_years"], answer=Answer.NUMBER)
    stretches = dict(library.stretches)
    stretches["shingles"] = (replace(stretches["shingles"][0], pathway=replace(shingles, questions=asked)),)
    with pytest.raises(NotOneTable, match="age_years is whole number in one pathway and number in another"):
        table_of(replace(library, stretches=stretches))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("patient_name", "a name"),
        ("Surname", "a name"),
        ("NHS Number", "an NHS number"),
        ("nhsNumber", "an NHS number"),
        ("dateOfBirth", "a day of birth"),
        ("DOB", "a day of birth"),
        ("postcode", "an address"),
        ("patientId", "a number of a person"),
        ("mobile", "a way to reach somebody"),
        ("temperature", ""),
        ("version", ""),
    ],
)
def test_a_column_that_looks_like_an_identifier_is_known_by_its_name(name, says):
    assert identifies(name) == says


def test_the_schema_takes_a_line_and_refuses_a_stranger(table):
    schema = table.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    line = {
        "row": "r1", "pathway": "uncomplicated-uti", "as_of": "2026-11-21", "pharmacy": None,
        "facts": {"age_years": 31, "temperature_c": None, "interacting_medicines": []}, "recorded_outcome": "refer",
    }  # fmt: skip
    assert judge.is_valid(json.loads(json.dumps(line)))
    for wrong in ({"name": "x"}, {"recorded_outcome": "refered"}, {"as_of": None}):
        assert not judge.is_valid(line | wrong)
    assert not judge.is_valid(line | {"facts": {"date_of_birth": "1990-01-01"}})
