"""The input object: three keys, each of its type, no other, and the reason in words that repeat nothing of it."""

from datetime import date, datetime
from types import MappingProxyType

import pytest

from pharmacyfirst import Refused, load
from pharmacyfirst.contract.answers import InputObject, answer_line, error_object, read_input
from pharmacyfirst.exact import write

ON = date(2026, 11, 21)
WHOLE = {"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"rigors": True}}


def without(key):
    return {name: value for name, value in WHOLE.items() if name != key}


def test_an_input_object_is_read_and_the_day_may_be_filled_in():
    read = InputObject("uncomplicated-uti", ON, {"rigors": True})

    assert read_input(WHOLE) == read
    assert read_input(WHOLE, date(2020, 1, 1)) == read
    assert read_input(without("as_of"), ON) == read
    assert read_input(MappingProxyType({**WHOLE, "as_of": ON})) == read


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ([], "not_json", "An input is one JSON object with pathway, as_of and facts."),
        (None, "not_json", "An input is one JSON object with pathway, as_of and facts."),
        ({}, "missing_key", "pathway is missing. An input is one object with pathway, as_of and facts."),
        (without("as_of"), "missing_key", "as_of is missing."),
        ({**without("facts"), "pathway": 1, "Jane Doe": 2}, "missing_key", "facts is missing."),
        ({**WHOLE, "pathway": None}, "wrong_value", "pathway: give the id of a pathway as text."),
        ({**WHOLE, "pathway": 1, "as_of": 2}, "wrong_value", "pathway: give the id of a pathway as text."),
        ({**WHOLE, "as_of": "21/11/2026"}, "wrong_value", "as_of: give the day of the consultation as YYYY-MM-DD."),
        ({**WHOLE, "as_of": "20261121"}, "wrong_value", "as_of: give the day of the consultation as YYYY-MM-DD."),
        ({**WHOLE, "as_of": None}, "wrong_value", "as_of: give the day of the consultation as YYYY-MM-DD."),
        ({**WHOLE, "as_of": datetime(2026, 11, 21)}, "wrong_value", "as_of: give the day"),
        ({**WHOLE, "facts": ["rigors"]}, "wrong_value", "facts: give an object of fact names and values."),
        ({**WHOLE, "facts": None}, "wrong_value", "facts: give an object of fact names and values."),
        ({**WHOLE, "Jane Doe": 1}, "unknown_fact", "There is a key beside pathway, as_of and facts."),
        ({**WHOLE, 1: 1}, "unknown_fact", "There is a key beside pathway, as_of and facts."),
    ],
)
def test_anything_else_is_refused_with_its_reason(given, code, says):
    with pytest.raises(Refused) as refused:
        read_input(given)

    assert (refused.value.code, refused.value.fact) == (code, None)
    assert str(refused.value).startswith(says)
    assert "Jane" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"\\ud800": 1}', "missing_key"),
        (b'{"pathway": "\\ud800", "as_of": "2026-11-21", "facts": {}}', "unknown_pathway"),
        (b'{"pathway": "impetigo", "as_of": "\\ud800", "facts": {}}', "wrong_value"),
        (b'{"pathway": "impetigo", "as_of": "2026-11-21", "facts": {"\\ud800": true}}', "unknown_fact"),
        (b'{"pathway": "impetigo", "as_of": "2026-11-21", "facts": {}, "\\ud800": 1}', "unknown_fact"),
        (b'{"pathway": "impetigo", "as_of": "2026-11-21", "facts": {"consent_given": "\\ud800"}}', "wrong_value"),
        (b'"\\ud800"', "not_json"),
    ],
)
def test_half_a_character_anywhere_is_refused_and_the_refusal_can_be_written(line, code):
    with pytest.raises(Refused) as refused:
        answer_line(load(), line)

    assert refused.value.code == code
    assert write(error_object(refused.value)).encode()
