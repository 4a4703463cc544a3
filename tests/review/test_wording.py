"""Sentences in plain words: what a question is called, the words of its answers, numbers with their unit."""

from dataclasses import replace
from decimal import Decimal

import pytest
from review_pages import library, pathway_of

from pharmacyfirst.kernel.conditions import (
    Above,
    Count,
    Defined,
    Includes,
    Limits,
    OneOf,
    Within,
    all_of,
    any_of,
)
from pharmacyfirst.review.wording import Wording

LOUD = OneOf("hiccups_loud", (True,))
ASLEEP = OneOf("asleep", (True,))
AWAKE = OneOf("asleep", (False,))
BLUE = OneOf("colour", ("blue",))


def limits(low=None, high=None, **more):
    ends = (None if end is None else Decimal(end) for end in (low, high))
    return Limits(*ends, **more)


@pytest.fixture
def wording():
    return Wording(pathway_of("made-up", "hiccups"))


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (LOUD, "Loud: yes"),
        (AWAKE, "Asleep: no"),
        (BLUE, "Colour: “blue, without paint”"),
        (OneOf("colour", ("pink", "green")), "Colour: “pink” or “green”"),
        (Within("temperature_c", limits("33.0")), "Temperature now: at least 33 degrees Celsius"),
        (Within("temperature_c", limits("33.5", above=True)), "Temperature now: above 33.5 degrees Celsius"),
        (Within("hiccups_days", limits("1", "3.5", to_below=True)), "Since: 1 to below 3.5 days"),
        (Within("hiccups_days", limits(high="8", to_below=True)), "Since: below 8 days"),
        (Within("hiccups_an_hour", limits("0", "0")), "Hiccups an hour: 0 hiccups"),
        (Within("hiccups_an_hour", limits("1", "1")), "Hiccups an hour: 1 hiccup"),
        (Within("hiccups_an_hour", limits(high="1")), "Hiccups an hour: at most 1 hiccup"),
        (Above("hiccups_an_hour", "hiccups_days"), "Hiccups an hour: more than the answer to “Since”"),
        (Includes("unwanted", ("placebo-syrup",)), "Not wanted: “the syrup”"),
        (Includes("foods", ("soda",), "placebo-syrup"), "Eaten in the last hour: one that rules out placebo"),
        (Count((LOUD, ASLEEP, BLUE), 2, 3), "at least 2 of these: Loud; Asleep; Colour: “blue, without paint”"),
        (Count((LOUD, ASLEEP), 0, 0), "none of these: Loud; Asleep"),
        (Count((LOUD, ASLEEP, BLUE), 0, 1), "at most 1 of these: Loud; Asleep; Colour: “blue, without paint”"),
        (Count((LOUD, ASLEEP, BLUE), 2, 3, "noise"), "NOISE: at least 2 of 3"),
        (Count((LOUD, ASLEEP, BLUE), 1, 2, "noise"), "NOISE: 1 to 2 of 3"),
        (Count((LOUD, ASLEEP, BLUE), 0, 1, "noise"), "NOISE: at most 1 of 3"),
        (Defined("noisy", LOUD), "“loud, or often”"),
        (Defined("noisy", LOUD, wanted=False), "not so: “loud, or often”"),
        (Defined("quiet_company", all_of((LOUD, ASLEEP))), "(Loud: yes and Asleep: yes)"),
        (Defined("quiet_company", LOUD, wanted=False), "not so: Loud: yes"),
        (Defined("placebo-syrup", LOUD, word="excluded"), "placebo is excluded"),
        (Defined("placebo-syrup", LOUD, wanted=False, word="excluded"), "placebo is not excluded"),
    ],
)  # fmt: skip
def test_each_kind_of_sentence(wording, sentence, words):
    assert wording.words(sentence).startswith(words)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (LOUD, "Loud"),
        (AWAKE, ""),
        (BLUE, "Colour (“blue, without paint”)"),
        (OneOf("colour", ("pink", "green")), ""),
        (Within("temperature_c", limits("33.0")), "Temperature now (at least 33 degrees Celsius)"),
        (all_of((LOUD, Within("hiccups_days", limits(high="8")))), "Loud and Since (at most 8 days)"),
        (all_of((LOUD, Defined("noisy", LOUD))), ""),
        (any_of((LOUD, BLUE)), ""),
        (Includes("unwanted", ("placebo-syrup",)), ""),
    ],
)
def test_the_signs_of_a_sentence_are_named_where_it_asks_for_those_alone(wording, sentence, words):
    assert wording.signs(sentence) == words


def test_a_list_stands_one_sentence_to_a_line_and_a_list_in_it_in_brackets(wording):
    assert wording.lines(all_of((LOUD, AWAKE))) == ("Loud: yes", "and Asleep: no")
    assert wording.lines(any_of((LOUD, AWAKE))) == ("Loud: yes", "or Asleep: no")
    assert wording.lines(LOUD) == ("Loud: yes",)
    assert wording.lines(all_of((LOUD, any_of((AWAKE, BLUE))))) == (
        "Loud: yes",
        "and (Asleep: no or Colour: “blue, without paint”)",
    )


def test_in_prose_a_name_is_put_into_words_where_it_means_one_thing():
    """A reviewer reads notes in words. What only looks like a name, or is no name of this pathway, stays as it is spelled."""
    pathway = pathway_of("shipped", "impetigo")
    said = Wording(pathway).in_prose
    assert (
        said("asked where neutropenia_risk_medicine is yes")
        == "asked where “Medicine that can cause neutropenia” is yes"
    )
    assert said("beside not_pregnant it opens nothing") == "beside “Not pregnant, or cannot be” it opens nothing"
    assert "“pregnant, or a possible pregnancy" in said("what pregnant_for_certain is not")
    kept = "too_light_at_1, severe_unilateral_pain, PRN00936_ii_pharmacy-first, pregnancy, a weak_ name"
    assert said(kept) == kept

    pregnancy = pathway.questions["pregnancy"]
    other = replace(pregnancy, choices=tuple(replace(one, says=f"{one.says}?") for one in pregnancy.choices))
    two = Wording(replace(pathway, questions={**pathway.questions, "other": replace(other, name="other")}))
    assert two.in_prose("beside not_pregnant") == "beside not_pregnant"


@pytest.mark.parametrize("name", ["made-up", "shipped"])
def test_no_sentence_shows_a_name_of_the_program(name):
    """In plain words nothing is left of how the file spells it: no underscore, no nought after a decimal point that says nothing."""
    for pathway in library(name).newest_all():
        wording = Wording(pathway)
        for sentence in pathway.sentences():
            for line in wording.lines(sentence):
                assert "_" not in line, sentence.in_words()
                assert ".0 " not in line, sentence.in_words()
