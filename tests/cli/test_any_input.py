"""Whatever stands in a line: never a traceback, and an outcome only for an input that is valid in every part."""

import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shares import of_each
from the_program import run, until

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.content.cases import baseline_of

ON = date(2026, 11, 21)
LIBRARY = load()
NAMES = sorted({name for condition in LIBRARY.conditions for name in LIBRARY.in_force(condition, ON).questions})
CODES = {
    "not_json",
    "missing_key",
    "unknown_pathway",
    "not_in_force",
    "unknown_fact",
    "wrong_value",
    "facts_disagree",
}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 130)
    | st.floats()
    | st.text()
    | st.sampled_from(["yes", "none", "severe", "not_pregnant", "1995-11-21", "2026-11-21", "female"])
)
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
facts = st.dictionaries(st.sampled_from(NAMES) | st.text(), scalars | st.just([]) | anything, max_size=6)
nearly = st.fixed_dictionaries(
    {},
    optional={
        "pathway": st.sampled_from(LIBRARY.conditions) | anything,
        "as_of": st.just("2026-11-21") | st.dates().map(str) | anything,
        "facts": facts | anything,
        "patient": anything,
    },
)
well_formed = st.fixed_dictionaries(
    {"pathway": st.sampled_from(LIBRARY.conditions), "as_of": st.just("2026-11-21"), "facts": facts}
)
typed = st.fixed_dictionaries(
    {
        "pathway": st.sampled_from(LIBRARY.conditions),
        "as_of": st.just("2026-11-21"),
        "facts": st.dictionaries(st.sampled_from(NAMES), st.booleans() | st.none() | st.integers(0, 60) | st.just([])),
    }
)


typed_words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30) | st.sampled_from(
    [
        "999",
        " 999",
        "refer",
        "REFER",
        "yes",
        "Y",
        "no",
        "back",
        "?",
        "0",
        "31",
        "3/4/1995",
        "unknown",
        "",
        "9999",
        "yes yes",
        "refer?",
    ]
)
BEFORE_SEPSIS = {
    condition: until(condition, "sepsis_suspected", baseline_of(LIBRARY, condition)[1])
    for condition in LIBRARY.conditions
    if "sepsis_suspected" in LIBRARY.newest(condition).questions
}


def fits(fact, value):
    """What the contract says of a value, written once more and differently."""
    if value is None:
        return True
    in_range = isinstance(value, int | float) and not isinstance(value, bool) and fact.low is not None
    in_range = in_range and float(fact.low) <= value <= float(fact.high)
    match fact.answer.value:
        case "yes or no":
            return value is True or value is False
        case "whole number":
            return isinstance(value, int) and in_range
        case "number":
            return in_range
        case "one of":
            return isinstance(value, str) and value in fact.choice_names()
        case "any of":
            return isinstance(value, list) and all(isinstance(one, str) and one in fact.choice_names() for one in value)
        case _:
            return isinstance(value, str) and is_day(value)


def is_day(text):
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_valid(value):
    if not isinstance(value, dict) or value.keys() != {"pathway", "as_of", "facts"}:
        return False
    if not isinstance(value["pathway"], str) or value["pathway"] not in LIBRARY.conditions:
        return False
    if not isinstance(value["as_of"], str) or not is_day(value["as_of"]) or not isinstance(value["facts"], dict):
        return False
    newest = LIBRARY.newest(value["pathway"])
    if date.fromisoformat(value["as_of"]) not in newest.edition.in_force:
        return False
    declared = newest.questions
    if not all(name in declared and fits(declared[name], given) for name, given in value["facts"].items()):
        return False
    return not value["facts"].get("date_of_birth") or "age_years" not in value["facts"]  # two ages: said elsewhere


def answered(lines):
    ran = run("assess", "--jsonl", input=b"\n".join(lines))
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.exit_code == any("error" in one for one in results)
    return results


def is_error(result):
    return (
        result.keys() == {"error"}
        and result["error"].keys() == {"code", "fact", "message"}
        and result["error"]["code"] in CODES
        and result["error"]["message"].endswith("Nothing was assessed: this is no all-clear.")
    )


@given(st.lists(anything | nearly | well_formed | typed, min_size=1, max_size=5))
def test_an_outcome_comes_only_from_a_valid_line(values):
    lines = [json.dumps(value).encode() for value in values]
    results = answered(lines)

    assert len(results) == len(values)
    for line, result in zip(lines, results, strict=True):
        value = json.loads(line)
        if is_valid(value) and b"NaN" not in line and b"Infinity" not in line:
            assert "outcome" in result or result["error"]["fact"] == "date_of_birth", result
        elif "outcome" in result:
            born = value["facts"]["date_of_birth"]  # both ages given, and they agree
            assert int(born[:4]) + value["facts"]["age_years"] in (ON.year, ON.year - 1)
        else:
            assert is_error(result)


@given(st.lists(st.binary(min_size=1).filter(lambda line: b"\n" not in line and line.strip()), min_size=1, max_size=5))
def test_bytes_of_any_kind_are_answered_with_an_error_each(lines):
    results = answered(lines)

    assert len(results) == len(lines)
    assert all(is_error(result) for result in results)


SEEN_TODAY_WHEN_YOUNG = [
    one
    for one in LIBRARY.conditions
    if assess(LIBRARY.newest(one), {"age_years": 0}, LIBRARY.newest(one).edition.in_force.first).outcome.kind
    is Kind.REFER_URGENT
]


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
@given(typed_words, st.booleans())
def test_words_of_any_kind_typed_in_a_consultation_decide_nothing_by_accident(condition, words, of_sepsis):
    """At the first question only 999 and refer end it; at that of sepsis yes does too."""
    of_sepsis = of_sepsis and condition in BEFORE_SEPSIS
    before = BEFORE_SEPSIS[condition] if of_sepsis else []
    ran = run("consult", condition, "--as-of", ON, input="".join(f"{one}\n" for one in (*before, words)))

    if condition in SEEN_TODAY_WHEN_YOUNG and "safeguarding lead is contacted the same day" in ran.stdout:
        assert re.search(r"\d", words), "an age under 13 decides by itself; nothing else does"
        return
    decided = words.strip().lower() in (("999", "refer", "yes", "y") if of_sepsis else ("999", "refer"))
    assert ran.exit_code == (0 if decided else 1)
    assert ran.stdout.endswith("Nothing was decided: this is no all-clear.\n") != decided
    assert "SUPPLIED" not in ran.stdout
