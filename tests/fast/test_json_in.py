"""Facts straight from JSON: what the strict reader would refuse is refused in its words, and what it would take comes to the same verdicts."""

import json
from functools import cache
from random import Random

import pytest
from fast.agreeing import LIBRARY, ON, answered, damaged_text, people, text_of_facts
from shares import of_each

from pharmacyfirst import Refused
from pharmacyfirst.exact import read
from pharmacyfirst.fast.assess import assessor_of
from pharmacyfirst.fast.assessor import Assessor
from pharmacyfirst.fast.json_in import reader_of, reader_without_msgspec

UTI = LIBRARY.in_force("uncomplicated-uti", ON)
NOBODY = {question.name: False for question in UTI.questions.values() if question.answer.value == "yes or no"}


@cache
def assessors(pathway):
    """One that reads with msgspec, one with the standard library."""
    first = assessor_of(pathway, ON)
    return first, Assessor(pathway, first.module, reader_without_msgspec)


def strictly(assessor, words):
    return answered(lambda facts, on: assessor.verdicts(read(facts), on), words, ON)


def differently_read(pathway, texts):
    """The first of these that either reader takes for something else than the strict one."""
    each = assessors(pathway)
    return next(
        (
            words
            for words in texts
            if any(answered(one.verdicts_of_json, words, ON) != strictly(each[0], words) for one in each)
        ),
        None,
    )


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_whole_and_damaged_texts_are_read_or_refused_as_the_strict_reader_does(condition):
    pathway, chance = LIBRARY.in_force(condition, ON), Random(14)
    each, plain, refused = assessors(pathway), 0, 0
    for facts in people(condition, 30, 14):
        whole = text_of_facts(facts)
        for words in (whole, *(damaged_text(whole, pathway, chance) for _ in range(6))):
            ours = strictly(each[0], words)
            for assessor in each:
                assert answered(assessor.verdicts_of_json, words, ON) == ours, words
            refused += isinstance(ours, tuple) and isinstance(ours[0], str)
            plain += each[0]._read_json(words) is not None
    assert plain > 30
    assert refused > 50


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"rigors": true, "rigors": false}', "not_json"),
        ('{"rigors": true, "r\\u0069gors": false}', "not_json"),
        ('{"rigors": "a:b", "rigors": false, "rigors": false}', "not_json"),
        ("[]", "not_json"),
        ('{"rigors": false} {}', "not_json"),
        ('{"temperature_c": 1e400}', "wrong_value"),
        ('{"temperature_c": NaN}', "not_json"),
        ('{"rigors": 0}', "wrong_value"),
        ('{"age_years": 31.0}', "wrong_value"),
        ('{"rigor": true}', "unknown_fact"),
    ],
)
def test_what_hides_an_answer_is_refused_by_either_reader(text, code):
    complete = json.dumps(NOBODY)[:-1] + ", " + text[1:] if text.startswith("{") else text
    for assessor in assessors(UTI):
        for words in (text, complete):
            with pytest.raises(Refused) as refused:
                assessor.verdicts_of_json(words.encode(), ON)
        assert refused.value.code in (code, "not_json")


def test_a_long_decimal_lies_to_a_bound_as_it_is_written():
    for assessor in assessors(UTI):
        below, at = (
            assessor.verdicts_of_json(f'{{"temperature_c": {number}}}'.encode(), ON)
            for number in ("37.89999999999999999999", "37.9")
        )
        assert (below.leaf.kind, at.leaf.kind) == ("need_facts", "refer_urgent")


def test_somebody_who_answered_everything_is_read_in_one_go_and_equally():
    """Each question answered, so that msgspec's own reader is used; a value it would take and we would not is left to the strict one."""
    complete = {
        name: question.choice_names()[0]
        if question.choices
        else int(question.low)
        if question.low is not None
        else False
        for name, question in UTI.questions.items()
        if name != "date_of_birth"
    } | {"interacting_medicines": [], "other_exclusion_for": [], "temperature_c": 37.2, "egfr_ml_min": 80}
    by_struct, by_name = assessors(UTI)
    for name, value in ((None, None), ("temperature_c", 1e22), ("temperature_c", None), ("egfr_ml_min", True),
                        ("interacting_medicines", ["sulfinpyrazone", "probenecid", "sulfinpyrazone"]), ("age_years", -1)):  # fmt: skip
        facts = complete | ({} if name is None else {name: value})
        words = json.dumps(facts).encode()
        ours = strictly(by_name, words)
        assert answered(by_struct.verdicts_of_json, words, ON) == answered(by_name.verdicts_of_json, words, ON) == ours
        read_at_once = reader_of(by_struct.module, UTI.questions)(words)
        assert (read_at_once is None) is (value is not None and name != "interacting_medicines")


def test_somebody_of_whom_not_all_is_known_is_read_in_one_go_and_a_key_given_twice_never():
    by_struct, _ = assessors(UTI)
    read = reader_of(by_struct.module, UTI.questions)
    known = b'"diabetes": false, "temperature_c": 37.2, "interacting_medicines": []'
    facts = dict(zip(by_struct.module.facts, read(b"{%s}" % known), strict=True))

    assert {name: value for name, value in facts.items() if value is not None} == {
        "diabetes": False, "temperature_c": 37.2, "interacting_medicines": (),
    }  # fmt: skip
    assert read(b'{%s, "rigors": null}' % known) == tuple(facts.values())
    for twice in (b'"diabetes": true', b'"diabetes": null', b'"temperature_c": 37.2'):
        assert read(b"{%s, %s}" % (known, twice)) is None
