"""Part `letters`: the papers of every case, read again, say what the record says, and are as long as they may be."""

from functools import partial

from thorough.part import Part, tests_passed

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of

TEST = "tests/record/test_same_facts.py"
# What is counted, where it is tested, and the tests by their names; the PDF of a letter is read condition by condition.
OF_EVERY_CASE = {
    "labels": (
        TEST,
        "printed_labels or letter_says_what or word_for_word or names_what or name_the_medicine or same_words_and_numbers",
        6,
    ),
    "pages": ("tests/record/test_letter.py", "on_one_page or the_page_is_one_page", 10),
    "messages": ("tests/record/test_update_record.py", "passes_every_layer or passes_the_real_profiles", 2),
}


def judge(condition, number, seed):
    assert tests_passed([TEST], f"text_of_the_pdf and {condition}", number, seed) == 1
    return {"letters": number}


def judge_all(what, many, seed):
    test, only, tests = OF_EVERY_CASE[what]
    assert tests_passed([test], only, many, seed) == tests
    return {what: many}


def pieces(size, seed):
    library = load()
    cases = {condition: len(list(cases_of(library, condition))) for condition in library.conditions}
    for condition, many in cases.items():
        yield condition, partial(judge, condition, min(size, many), seed)
    for what in OF_EVERY_CASE:
        yield what, partial(judge_all, what, sum(cases.values()), seed)


PART = Part(
    name="letters",
    property="the PDF of a letter and the printed labels have every fact, papers are on one page where they can, messages pass the real profiles",
    test=TEST,
    size=1_000,
    counts="letters at most for each condition, one for each case; labels, pages and messages of every case",
    pieces=pieces,
)
