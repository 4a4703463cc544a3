"""Sentences under three verdicts, and their words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst import Verdict
from pharmacyfirst.kernel.conditions import (
    NOT_ASKED,
    Above,
    Count,
    Defined,
    Includes,
    Limits,
    OneOf,
    Within,
    all_of,
    any_of,
    flipping,
    parts,
)

MET, NOT_MET, NOT_KNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_KNOWN
COUGH, FEVER, PUS = OneOf("cough", (True,)), OneOf("fever", (True,)), OneOf("pus", (True,))


@pytest.mark.parametrize(
    ("answer", "verdict"), [(True, MET), (False, NOT_MET), (None, NOT_KNOWN), (NOT_ASKED, NOT_MET)]
)
def test_a_missing_answer_is_not_known_and_never_no(answer, verdict):
    assert COUGH.verdict({} if answer is None else {"cough": answer}) is verdict


def test_an_empty_set_is_known():
    sentence = Includes("medicines", ("warfarin",))

    assert sentence.verdict({"medicines": ()}) is NOT_MET
    assert sentence.verdict({"medicines": ("warfarin", "x")}) is MET
    assert sentence.verdict({}) is NOT_KNOWN


@pytest.mark.parametrize(
    ("limits", "inside", "outside", "words"),
    [
        (Limits(low=Decimal("37.9")), ["37.9", "45"], ["37.8"], "at least 37.9"),
        (Limits(low=Decimal(84), above=True), ["84.1"], ["84", "83"], "above 84"),
        (Limits(high=Decimal(10)), ["10", "0"], ["10.1"], "at most 10"),
        (Limits(high=Decimal(45), to_below=True), ["44.9"], ["45", "46"], "below 45"),
        (Limits(Decimal(16), Decimal(64)), ["16", "64"], ["15", "65"], "16 to 64"),
        (Limits(Decimal(8), Decimal(12), to_below=True), ["8", "11.99"], ["7.99", "12"], "8 to below 12"),
        (Limits(Decimal(1), Decimal(1)), ["1"], ["0", "2"], "1"),
    ],
)
def test_limits_hold_up_to_their_very_ends(limits, inside, outside, words):
    sentence = Within("n", limits)

    assert [sentence.verdict({"n": Decimal(n)}) for n in inside] == [MET] * len(inside)
    assert [sentence.verdict({"n": Decimal(n)}) for n in outside] == [NOT_MET] * len(outside)
    assert sentence.in_words() == f"n is {words}"


@pytest.mark.parametrize(
    ("six_months", "twelve_months", "verdict", "unknown"),
    [
        (2, 1, MET, ()),
        (1, 1, NOT_MET, ()),
        (0, 1, NOT_MET, ()),
        (None, 1, NOT_KNOWN, ("six",)),
        (1, None, NOT_KNOWN, ("twelve",)),
        (None, None, NOT_KNOWN, ("six", "twelve")),
        (NOT_ASKED, 1, NOT_MET, ()),
        (None, NOT_ASKED, NOT_MET, ()),
    ],
)
def test_of_two_counts_one_is_above_the_other_only_where_both_are_known(six_months, twelve_months, verdict, unknown):
    sentence, answers = Above("six", "twelve"), {"six": six_months, "twelve": twelve_months}

    assert (sentence.verdict(answers), sentence.unknown(answers)) == (verdict, unknown)
    assert (sentence.facts(), sentence.inner(), sentence.in_words()) == (("six", "twelve"), (), "six is above twelve")


def completions(items, answers):
    """Every way the unknown answers could turn out."""
    unknown = [name for name in items if answers.get(name) is None]
    for number in range(2 ** len(unknown)):
        yield {**answers, **{name: bool(number >> at & 1) for at, name in enumerate(unknown)}}


@given(
    st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_a_count_is_known_exactly_when_every_way_it_could_turn_out_agrees(known, low, high):
    names = [f"f{at}" for at in range(len(known))]
    answers = {name: value for name, value in zip(names, known, strict=True) if value is not None}
    count = Count(tuple(OneOf(name, (True,)) for name in names), low, high)

    outcomes = {count.verdict(one) for one in completions(names, answers)}

    assert count.verdict(answers) is (outcomes.pop() if len(outcomes) == 1 else NOT_KNOWN)


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=6))
def test_how_far_a_score_can_still_reach(known):
    names = [f"f{at}" for at in range(len(known))]
    answers = {name: value for name, value in zip(names, known, strict=True) if value is not None}
    score = Count(tuple(OneOf(name, (True,)) for name in names), 0, len(known), "score")

    numbers = [sum(one[name] for name in names) for one in completions(names, answers)]

    assert score.reach(answers) == (min(numbers), max(numbers))


def test_unknown_names_what_keeps_a_sentence_open_and_nothing_once_it_is_settled():
    two_signs = Count((COUGH, FEVER, PUS), 2, 3)

    assert list(two_signs.unknown({"cough": True})) == ["fever", "pus"]
    assert list(two_signs.unknown({"cough": True, "fever": True})) == []
    assert list(Defined("ill", two_signs, wanted=False).unknown({"fever": False, "pus": True})) == ["cough"]


def test_a_definition_turned_over():
    assert Defined("ill", COUGH, wanted=False).verdict({"cough": True}) is NOT_MET
    assert Defined("ill", COUGH, wanted=False).verdict({}) is NOT_KNOWN
    assert Defined("ill", COUGH).facts() == ("cough",)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (OneOf("cough", (False,)), "cough is no"),
        (OneOf("pregnancy", ("pregnant", "possible")), "pregnancy is pregnant or possible"),
        (Includes("medicines", ("a", "b")), "medicines includes a or b"),
        (Includes("medicines", ("a", "b"), "amoxicillin"), "medicines bars amoxicillin"),
        (Count((COUGH, FEVER, PUS), 2, 3), "at least 2 of cough, fever, pus"),
        (Count((COUGH, FEVER, PUS), 0, 1), "at most 1 of cough, fever, pus"),
        (Count((COUGH, FEVER), 0, 0), "none of cough, fever"),
        (any_of((COUGH, FEVER)), "any of cough, fever"),
        (all_of((COUGH, Defined("ill", FEVER))), "all of cough, ill"),
        (any_of((COUGH, OneOf("fever", (False,)))), "cough is yes or fever is no"),
        (all_of((COUGH, OneOf("fever", (False,)))), "cough is yes and fever is no"),
        (Count((OneOf("a", (False,)), COUGH, FEVER), 2, 3), "at least 2 of: a is no; cough is yes; fever is yes"),
        (Count((OneOf("a", (False,)), COUGH), 0, 0), "none of: a is no; cough is yes"),
        (Count((COUGH, FEVER, PUS), 2, 3, "score"), "score is 2 to 3"),
        (Defined("ill", COUGH, wanted=False), "ill is not met"),
        (Defined("fluticasone", COUGH, word="excluded"), "fluticasone is excluded"),
        (Defined("fluticasone", COUGH, wanted=False, word="excluded"), "fluticasone is not excluded"),
        (any_of((COUGH, Defined("zinc", FEVER, word="excluded"))), "cough is yes or zinc is excluded"),
        (all_of((COUGH,)), "cough is yes"),
    ],
)
def test_sentences_in_words(sentence, words):
    assert sentence.in_words() == words


def test_the_parts_of_a_list_are_its_sentences():
    assert parts(all_of((COUGH, FEVER))) == (COUGH, FEVER)
    assert parts(COUGH) == (COUGH,)
    assert parts(any_of((COUGH, FEVER))) == (any_of((COUGH, FEVER)),)


def test_where_not_being_asked_would_switch_something_on():
    assert set(flipping(COUGH)) == set()
    assert set(flipping(COUGH, upside_down=True)) == {"cough"}
    assert set(flipping(Defined("ill", COUGH, wanted=False))) == {"cough"}
    assert set(flipping(Defined("ill", COUGH, wanted=False), upside_down=True)) == set()
    assert set(flipping(Count((COUGH, FEVER), 0, 0))) == {"cough", "fever"}
    assert set(flipping(any_of((COUGH, Defined("ill", FEVER, wanted=False))))) == {"fever"}
    assert set(flipping(any_of((COUGH, Defined("ill", FEVER, wanted=False))), upside_down=True)) == {"cough"}
