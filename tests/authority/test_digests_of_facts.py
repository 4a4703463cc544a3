"""Digests of facts: one for one set of answers, another for any other."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst import Refused, exact
from pharmacyfirst.authority.digests import digest_of, digest_of_facts, is_digest

FACTS = {
    "age_years": 38,
    "temperature_c": Decimal("37.90"),
    "rigors": False,
    "interacting_medicines": ("warfarin", "digoxin"),
    "pregnancy": None,
    "date_of_birth": date(1988, 5, 21),
    "severity": "mild",
}


@pytest.mark.parametrize(
    "same",
    [
        dict(reversed(FACTS.items())),
        {**FACTS, "age_years": Decimal("38.0")},
        {**FACTS, "age_years": 38.0},
        {**FACTS, "temperature_c": 37.9},
        {**FACTS, "interacting_medicines": ["digoxin", "warfarin", "digoxin"]},
        {**FACTS, "interacting_medicines": frozenset({"digoxin", "warfarin"})},
        {**FACTS, "date_of_birth": "1988-05-21"},
        exact.read(exact.write({**FACTS, "date_of_birth": "1988-05-21"})),
    ],
)
def test_however_they_are_written_the_same_answers_have_one_digest(same):
    assert digest_of_facts(same) == digest_of_facts(FACTS)


@pytest.mark.parametrize(
    "other",
    [
        {name: value for name, value in FACTS.items() if name != "pregnancy"},  # nobody gave it
        {**FACTS, "rigors": None},
        {**FACTS, "rigors": True},
        {**FACTS, "rigors": 0},
        {**FACTS, "age_years": "38"},
        {**FACTS, "temperature_c": Decimal("37.900001")},
        {**FACTS, "interacting_medicines": ()},
        {**FACTS, "interacting_medicines": ("warfarin",)},
        {**FACTS, "interacting_medicines": None},
        {**FACTS, "severity": "severe"},
    ],
)
def test_another_answer_is_another_digest(other):
    assert digest_of_facts(other) != digest_of_facts(FACTS)


@pytest.mark.parametrize("zero", [0, -0.0, Decimal("-0"), Decimal("0.00")])
def test_nought_has_no_sign(zero):
    assert digest_of_facts({"days": zero}) == digest_of_facts({"days": 0})


@pytest.mark.parametrize("value", [object(), b"yes", [1], [["a"]], {"a": 1}, (None,)])
def test_a_value_that_no_answer_has_is_refused(value):
    with pytest.raises(Refused, match="of a type that none has"):
        digest_of_facts({"rigors": value})


ANSWER = (
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.text()
)


@given(st.dictionaries(st.text(), ANSWER), st.randoms())
def test_no_order_tells(facts, chance):
    shuffled = [*facts.items()]
    chance.shuffle(shuffled)
    assert digest_of_facts(dict(shuffled)) == digest_of_facts(facts)
    assert is_digest(digest_of_facts(facts))


def test_a_digest_is_over_text_that_has_one_form():
    assert digest_of({"b": 1, "a": Decimal("1.50")}) == digest_of({"a": 1.5, "b": 1})
    assert digest_of(["a", "b"]) != digest_of(["b", "a"])
    assert not is_digest("sha256:" + "A" * 64)
    assert not is_digest("sha256:" + "0" * 64 + "\n")
