"""When a record may say that somebody has the condition: nothing that the content names may be met or not known."""

from dataclasses import replace

import pytest
from made_up_pathway import FIRM, ON, pathway, yes

from pharmacyfirst import assess
from pharmacyfirst.kernel.pathway import Diagnosis

PATHWAY = pathway()
CLEAR = {"collapse": False, "sting": False, "life_threatening": False, "visitor": False}


def established(diagnosis, **facts):
    return assess(replace(PATHWAY, diagnosis=diagnosis), facts, ON).diagnosis_established


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"collapse": True}, False),
        ({"collapse": None}, False),  # what is not known establishes nothing
        ({"visitor": True}, False),
        ({"visitor": None}, False),
        ({"unwell": True}, True),  # it is not named, and may well be met
    ],
)
def test_what_it_names_has_to_be_known_and_clear(changed, expected):
    diagnosis = Diagnosis(("red flags", "X-V1"), "something")

    assert established(diagnosis, **{**CLEAR, **changed}) is expected


@pytest.mark.parametrize(("skin", "expected"), [(True, True), (False, False), (None, False)])
def test_its_sentence_has_to_be_met(skin, expected):
    diagnosis = Diagnosis(("X-V1",), "something", yes("bad"), FIRM)

    assert established(diagnosis, visitor=False, bad=skin) is expected


def test_without_words_of_the_content_nothing_is_established():
    assert not established(None, **CLEAR)
    assert not assess(PATHWAY, CLEAR, ON).diagnosis_established


def test_what_stands_behind_it_is_listed_where_there_is_one():
    said = "diagnosis established when"
    diagnosed = replace(PATHWAY, diagnosis=Diagnosis(("X-V1",), "something", backing=FIRM))

    assert [one.backing for one in diagnosed.backed() if one.place == said] == [FIRM]
    assert [one for one in PATHWAY.backed() if one.place == said] == []
