"""What people type is read in one way or not at all, whatever it is."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst import load
from pharmacyfirst.contract.typed_answers import NOT_KNOWN, day_of, fits, in_words, read_typed
from pharmacyfirst.kernel.questions import Answer

LIBRARY = load()
QUESTIONS = {
    f"{condition} {name}": question
    for condition in LIBRARY.conditions
    for name, question in LIBRARY.newest(condition).questions.items()
}
NOW = datetime(2026, 11, 21, 14, 30)

days = st.dates().map(lambda day: f"{day.day}/{day.month}/{day.year:04}")
numbers = st.decimals(-10, 10_000, allow_nan=False, places=2).map(str) | st.integers(-5, 3000).map(str)
units = st.sampled_from(
    ["", "c", " c", "kg", " kg", "h", "hours", "years", "f", "lb", "stone", "%", "days", "°c", "ml/min", "k"]
)
nearly = st.one_of(
    days,
    st.tuples(days, st.times()).map(lambda two: f"{two[0]} {two[1]:%H:%M}"),
    st.tuples(numbers, units).map("".join),
    st.sampled_from(
        ["yes", "no", "y", "n", "none", "0", "1", "2", "1,2", "1, 1", ",", "-", "severe", "p", "pregnant", *NOT_KNOWN]
    ),
)
words = st.text(max_size=20).map(lambda text: text.strip().lower()) | nearly


@pytest.mark.parametrize("answer", Answer)
@given(st.data(), words)
def test_what_is_read_fits_the_question_and_nothing_breaks(answer, data, typed):
    question = data.draw(st.sampled_from([one for one in QUESTIONS.values() if one.answer is answer]))

    read = read_typed(question, typed, NOW)

    if typed in NOT_KNOWN:
        assert read == (None, "")
    elif read is not None:
        value = read.value if not isinstance(read.value, date) else read.value.isoformat()
        assert question.read(list(value) if isinstance(value, tuple) else value) is not None


@pytest.mark.parametrize(
    "typed", ["31/12/9999", "1/1/0001", "31/12/9999 23:59", "1/1/0001 0:00", "29/2/2025", "0/0/0000"]
)
def test_days_at_the_ends_of_the_calendar_break_nothing(typed):
    for question in QUESTIONS.values():
        if question.moment is not None or question.answer is Answer.DATE:
            assert read_typed(question, typed, NOW) is None or question.answer is Answer.DATE


@given(st.dates(date(1900, 1, 1), date(2026, 11, 21)), st.sampled_from("/.-"))
def test_a_day_is_read_with_the_day_before_the_month_and_read_back_in_letters(day, between):
    typed = f"{day.day}{between}{day.month}{between}{day.year}"

    assert day_of(typed) == day_of(day.isoformat()) == day
    assert datetime.strptime(in_words(day), "%d %B %Y").date() == day


def test_every_question_says_what_fits_in_words_for_whoever_types():
    for question in QUESTIONS.values():
        said = fits(question)
        assert "YYYY" not in said
        assert "_" not in said


def test_each_choice_has_its_number():
    questions = [one for one in QUESTIONS.values() if one.answer is Answer.ONE_OF]
    assert questions
    for question in questions:
        names = question.choice_names()
        read = [read_typed(question, str(number), NOW) for number in range(len(names) + 2)]
        assert (read[0], read[-1]) == (None, None)
        assert [one.value for one in read[1:-1]] == list(names)
