"""JSON in and out: what is written reads back as what it was, and the text is the one it has always been."""

import json
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.exact import MOST_BYTES, MOST_DEPTH, CannotBeWritten, read, write

numbers = st.integers(-(10**30), 10**30) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12
)
scalars = st.none() | st.booleans() | numbers | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
layouts = st.sampled_from([{}, {"indent": 2}, {"indent": 1, "item_a_line": True}])


def spelt(value, indent=None, level=0, item_a_line=False):
    """The text as it was first spelt, slowly and plainly."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if not isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    pairs = value.items() if isinstance(value, Mapping) else [(None, one) for one in value]
    items = [
        ("" if name is None else json.dumps(name, ensure_ascii=False) + ": ")
        + spelt(one, indent, level + 1, item_a_line)
        for name, one in pairs
    ]
    start, end = "{}" if isinstance(value, Mapping) else "[]"
    holds_others = any(isinstance(one, Mapping | list | tuple) and one for _, one in pairs)
    if not items or indent is None or not (item_a_line or holds_others):
        return start + ", ".join(items) + end
    inner, outer = ("\n" + " " * indent * deep for deep in (level + 1, level))
    return start + inner + f",{inner}".join(items) + outer + end


@given(values, layouts)
def test_what_is_written_reads_back_as_what_it_was(value, layout):
    text = write(value, **layout)

    assert read(text) == value
    assert read(text.encode()) == value
    assert json.loads(text, parse_float=Decimal) == value


@given(values, layouts)
def test_the_text_is_the_one_it_has_always_been(value, layout):
    assert write(value, **layout) == spelt(value, **layout)


@given(st.from_regex(r"\A-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?\Z"))
def test_every_number_that_is_read_is_the_number_it_was_and_can_be_written_and_read_again(words):
    number = read(words)

    if abs(Decimal(words).adjusted()) <= 40:
        assert number == Decimal(words)
        assert read(write(number)) == number
        assert not {"e", "E"} & set(write(number))
    else:
        assert number == Decimal("Infinity")


@pytest.mark.parametrize("words", ["1" * 41, "0." + "1" * 41, "1e41", "1e-41", "1e99999999999999999999", "1" * 5000])
def test_a_number_of_a_size_that_no_answer_has_fits_nothing(words):
    assert read(words) == Decimal("Infinity")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (b"", "The input is empty. Where nothing is known of the person, the facts are {}."),
        (" \n", "The input is empty. Where nothing is known of the person, the facts are {}."),
        (b'{"a": \n 1,}', "The input cannot be read as JSON; the first mistake is at line 2, column 4."),
        (b'"\xff"', "The input is not UTF-8 text."),
        ("[NaN]", "NaN and Infinity are not JSON."),
        ("[-Infinity]", "NaN and Infinity are not JSON."),
        ('[{"rigors": true, "age": 1, "rigors": true}]', "A key stands twice in one object, so it is not known"),
        ('{"Jane Doe": 1, "Jane Doe": 2}', "A key stands twice in one object"),
        ("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1), "The input is nested too deeply."),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "The input is nested too deeply."),
        (b"[" + b" " * MOST_BYTES + b"]", "The input holds more than 1 MB, which no consultation does."),
        ("é" * (MOST_BYTES // 2 + 1), "The input holds more than 1 MB, which no consultation does."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(words, says):
    with pytest.raises(Refused) as refused:
        read(words)

    assert str(refused.value).startswith(says)
    assert (refused.value.code, refused.value.fact) == ("not_json", None)


def test_an_input_may_be_as_deep_as_the_bound_and_hold_as_many_lists_as_it_likes():
    assert read("[" * MOST_DEPTH + "]" * MOST_DEPTH) != []
    assert read(write([[one] for one in range(1000)])) == [[one] for one in range(1000)]


@pytest.mark.parametrize("words", ['{"rigors": true}', b'\xef\xbb\xbf{"rigors": true}', '\ufeff{"rigors": true}'])
def test_a_mark_of_the_byte_order_is_passed_over(words):
    assert read(words) == {"rigors": True}


@pytest.mark.parametrize("layout", [{}, {"indent": 2}])
def test_half_a_character_is_read_and_written_as_the_escape_it_came_as(layout):
    words = '{"\\ud800": ["µ \\udfff"]}'
    text = write(read(words), **layout)

    assert read(text.encode()) == read(words)
    assert '"\\ud800": ["µ \\udfff"]' in text


def test_what_json_has_no_words_for_is_refused_by_its_type_alone():
    for value in ({1, 2}, object(), b"Jane Doe", [float("nan")], {"a": Decimal("Infinity")}, float("-inf")):
        with pytest.raises(CannotBeWritten) as refused:
            write(value)
        assert isinstance(refused.value, PharmacyFirstError)
        assert "Jane" not in str(refused.value)


def test_a_mapping_that_is_no_dict_and_a_tuple_are_written_as_what_they_hold():
    assert write(MappingProxyType({"a": (1, Decimal("2.50")), "b": ()})) == '{"a": [1, 2.5], "b": []}'
    assert write({"a": {}, "b": []}, 2) == '{"a": {}, "b": []}'
