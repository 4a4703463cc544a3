"""Everything of a condition that has evidence is walked once, its PGDs' and its shared lists' too; an answer says what it was called before."""

from collections import Counter
from dataclasses import replace

import pytest
from made_up_pathway import ALL_THE_SYRUP, FIRM, SIX_TABLETS, dose_row, pgd

from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.kernel.evidence import NO_BACKING, Statement

LIBRARY = shipped_library()


@pytest.mark.parametrize("condition", LIBRARY.conditions)
def test_whatever_has_backing_is_given_once_with_where_it_stands(condition):
    pathway = LIBRARY.newest(condition)
    listed = [(one.document, one.place) for one in pathway.backed()]

    assert {document for document, _ in listed} >= {"pathway", *pathway.pgds}
    assert all(place for _, place in listed)
    rules = [rule.id for rule in (*pathway.stopping, *pathway.treatment) if rule.backing]
    assert [Counter(listed)["pathway", one] for one in rules] == [1] * len(rules)
    assert {one.name for one in pathway.lists.values()} <= {document for document, _ in listed}


def test_an_answer_says_by_what_names_it_went_before():
    found = {
        choice.name: choice.was
        for pathway in LIBRARY.newest_all()
        for question in pathway.questions.values()
        for choice in question.choices
        if choice.was
    }

    assert all(name not in was for name, was in found.items())
    assert found, "no answer of the content ever had another name"


def test_a_statement_says_nothing_that_is_not_given():
    assert Statement("words") == Statement("words", NO_BACKING, "", (), (), None, (), (), "")


def test_what_stands_behind_each_product_of_a_dose_row_goes_by_row_and_product():
    packs = tuple(replace(one, backing=FIRM) for one in (*SIX_TABLETS, *ALL_THE_SYRUP))
    listed = [(one.document, one.place) for one in pgd("first", "first_barred", (dose_row(packs=packs),)).backed()]
    assert listed[-3:] == [("first", "X-D1"), ("first", "X-D1: tablet 100 mg"), ("first", "X-D1: syrup 25 mg/mL")]
