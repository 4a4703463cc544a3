"""Input of any type is refused with words, never with a traceback of ours: whoever embeds the package catches one exception."""

from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest

import pharmacyfirst
from pharmacyfirst import PharmacyFirstError, Refused, assess, exact, explain, load

ON = date(2026, 11, 21)
PATHWAY = load().in_force("uncomplicated-uti", ON)
ANYTHING = (
    None, True, 0, -1, 10**400, 1.5, float("nan"), float("inf"), Decimal("sNaN"), Decimal("1e999999"), Decimal("1E-999999999999"), "", "yes", "2026-11-21",
    b"yes", [], ["yes"], [[]], {}, {"a": 1}, (), (None,), set(), frozenset({1}), ON, datetime(2026, 11, 21), object(), int, len,
    PATHWAY, range(3), memoryview(b"x"), 1j, ...,
)  # fmt: skip


def refusal(facts):
    try:
        assess(PATHWAY, facts, ON)
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize("given", ANYTHING, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("name", list(PATHWAY.questions))
def test_any_value_of_any_fact_is_taken_or_refused_by_its_name(name, given):
    refused = refusal({name: given})
    if refused is None:
        assert given is None or assess(PATHWAY, {name: given}, ON).known
    else:
        assert refused.code in ("wrong_value", "facts_disagree")
        assert refused.fact == name
        assert "Nothing was assessed" in str(refused)


SHINGLES = load().in_force("shingles", ON)


@pytest.mark.parametrize("exponent", [-41, -100_000_000, -999_999_999_999])
@pytest.mark.parametrize("digits", ["0", "1"])
def test_a_number_that_json_refuses_for_its_noughts_is_refused_in_python_too(exponent, digits):
    """One that was accepted came out of `explain` as text of 800 MB, or took all the memory there was."""
    name = "hours_rash_onset_to_first_dose"
    written = f"{digits}E{exponent}"
    for number in (Decimal(written), exact.read(written)):
        with pytest.raises(Refused, match=f"{name}: what was given does not fit"):
            assess(SHINGLES, {name: number}, ON)


def test_a_number_of_forty_noughts_is_told_as_it_is():
    name = "hours_rash_onset_to_first_dose"
    for number in (Decimal("1E-40"), exact.read("1E-40")):
        assert assess(SHINGLES, {name: number}, ON).known[name] == Decimal("1E-40")


@pytest.mark.parametrize("given", ANYTHING, ids=lambda one: type(one).__name__)
def test_anything_in_place_of_the_facts(given):
    if isinstance(given, dict) and not given:
        return
    with pytest.raises(Refused, match="Nothing was assessed") as refused:
        assess(PATHWAY, given, ON)
    assert refused.value.code == ("unknown_fact" if isinstance(given, dict) else "wrong_value")


@pytest.mark.parametrize("given", ANYTHING, ids=lambda one: type(one).__name__)
def test_anything_in_place_of_the_day_or_the_pathway(given):
    if type(given) is not date:
        with pytest.raises(Refused, match="on: give the day"):
            assess(PATHWAY, {}, given)
    if given is not PATHWAY:
        with pytest.raises(Refused, match="pathway: give a pathway"):
            assess(given, {}, ON)
    with pytest.raises(Refused, match=r"give what assess\(\) returned"):
        explain(given)


@pytest.mark.parametrize("name", [1, None, (), "Zebedee Quux", b"rigors", 1.5])
def test_a_name_that_no_fact_has_is_refused_and_not_repeated(name):
    with pytest.raises(Refused, match="a name that no fact has") as refused:
        assess(PATHWAY, {name: True}, ON)
    assert refused.value.fact is None
    assert "quux" not in str(refused.value).lower()


@pytest.mark.parametrize("given", ANYTHING, ids=lambda one: type(one).__name__)
def test_anything_in_place_of_a_condition_a_day_or_a_folder(given):
    library = load()
    with pytest.raises(Refused):
        library.in_force(given, ON)
    if type(given) is not date:
        with pytest.raises(Refused):
            library.in_force("uncomplicated-uti", given)
    if given is not None:
        with pytest.raises(PharmacyFirstError):
            load(given)


def test_any_mapping_of_facts_is_taken():
    assert assess(PATHWAY, MappingProxyType({"rigors": True}), ON) == assess(PATHWAY, {"rigors": True}, ON)


def test_every_public_name_is_there_documented_and_the_base_of_all_we_raise_is_one():
    for name in pharmacyfirst.__all__:
        assert getattr(pharmacyfirst, name).__doc__, name
    assert set(pharmacyfirst.__all__) <= set(dir(pharmacyfirst))
    assert issubclass(Refused, PharmacyFirstError)
    assert issubclass(pharmacyfirst.ContentRefused, PharmacyFirstError)
    with pytest.raises(AttributeError, match="no attribute 'asess'"):
        _ = pharmacyfirst.asess


@pytest.mark.parametrize(
    "given", [*ANYTHING, "no-such-condition", "uncomplicated_uti"], ids=lambda one: type(one).__name__
)
def test_anything_in_place_of_the_condition_of_the_newest_pathway(given):
    with pytest.raises(Refused) as refused:
        load().newest(given)
    assert refused.value.code == "unknown_pathway"
