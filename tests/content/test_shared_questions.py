"""What a condition may say of a shared question in its own words, and what stays as the shared file has it."""

import shutil
from pathlib import Path

import pytest

from pharmacyfirst import Kind
from pharmacyfirst.content.library import load
from pharmacyfirst.kernel.questions import Answer

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
PATHWAY = "hiccups/pathway.yaml"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "pathways"))


def asked(root, name, *changes):
    """A question of the made-up condition, with some words of its file changed first."""
    file = root / PATHWAY
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")
    return load(root).newest("hiccups").questions[name]


def test_help_note_and_what_happens_without_an_answer_come_from_the_condition_where_it_says_them(root):
    own = "  weight_kg:\n    shared: yes\n    help: With shoes.\n    note: ours\n"
    question = asked(root, "weight_kg", ("  weight_kg: shared\n", own))

    assert (question.called, question.ask) == ("Weight", "What does the person weigh?")  # those are shared
    assert (question.help, question.backing.note) == ("With shoes.", "ours")
    assert question.if_not_answered is Kind.REFER_URGENT
    assert question.shared


def test_without_words_of_its_own_the_shared_ones_stand(root):
    question = asked(root, "weight_kg")

    assert (question.called, question.help) == ("Weight", "Weigh, do not guess.")
    assert (question.singular, question.unit, question.moment) == ("", "kg", None)


def test_an_answer_of_its_own_brings_its_unit_with_its_singular_and_the_moment_it_counts_from(root):
    question = asked(root, "hours_since_breakfast")

    assert (question.high, question.unit, question.singular) == (36, "hours", "hour")
    assert (question.moment.since, question.moment.until) == ("breakfast ended", "the first spoon")
    assert question.moment.as_long_as_possible
    assert not load(root).newest("hiccups").questions["hours_since_supper"].moment.as_long_as_possible


def test_a_shared_answer_keeps_its_words_and_no_other_answer_is_let_in(root):
    """The shared file knows silk and wool; this condition asks about wool and felt alone."""
    own = "  scarf:\n    shared: yes\n    answer: one of wool, felt\n    values:\n      felt:\n        says: felted hair\n"
    question = asked(root, "scarf", ("  scarf: shared\n", own))

    assert question.answer is Answer.ONE_OF
    assert {one.name: one.says for one in question.choices} == {"wool": "wool", "felt": "felted hair"}


def test_a_shared_choice_may_be_asked_as_yes_or_no(root):
    own = "  scarf:\n    shared: yes\n    answer: yes or no\n"
    question = asked(root, "scarf", ("  scarf: shared\n", own), ("- scarf is wool", "- scarf is yes"))

    assert (question.answer, question.choices) == (Answer.YES_NO, ())


def test_the_words_of_an_answer_may_be_the_conditions_own(root):
    own = "  scarf:\n    shared: yes\n    values:\n      silk:\n        says: anything smooth\n"
    question = asked(root, "scarf", ("  scarf: shared\n", own))

    assert {one.name: one.says for one in question.choices} == {"silk": "anything smooth", "wool": "wool"}
