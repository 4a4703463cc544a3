"""Part `letters`: the PDF of the GP letter of every case, read again, says what the letter says."""

from functools import partial

from thorough.part import Part, tests_passed

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of

TEST = "tests/record/test_same_facts.py"


def judge(condition, number, seed):
    assert tests_passed([TEST], f"text_of_the_pdf and {condition}", number, seed) == 1
    return {"letters": number}


def pieces(size, seed):
    library = load()
    for condition in library.conditions:
        yield condition, partial(judge, condition, min(size, len(list(cases_of(library, condition)))), seed)


PART = Part(
    name="letters",
    property="the PDF of a letter, read again, has every fact of the letter",
    test=TEST,
    size=1_000,
    counts="letters at most for each condition, one for each case",
    pieces=pieces,
)
