"""Everything of a condition that has evidence is walked once, its PGDs' and its shared lists' too; an answer says what it was called before."""

from collections import Counter

import pytest

from pharmacyfirst.content.library import shipped_library

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
