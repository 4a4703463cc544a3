"""What fits a fact, ages, and the refusal of everything else."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pharmacyfirst import Refused, load
from pharmacyfirst.kernel.conditions import NOT_ASKED
from pharmacyfirst.kernel.questions import Answer, Choice, Question, asked, completed_years, known_facts

ON = date(2026, 11, 21)
PATHWAY = load().in_force("uncomplicated-uti", ON)
FACTS = PATHWAY.questions


def refusal(facts, on=ON):
    with pytest.raises(Refused) as refused:
        known_facts(FACTS, facts, on)
    assert "Nothing was assessed" in str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rigors", "yes"), ("rigors", 1), ("rigors", "true"), ("rigors", []),
        ("age_years", "31"), ("age_years", 31.0), ("age_years", True), ("age_years", -1), ("age_years", 121),
        ("temperature_c", "36.8"), ("temperature_c", True), ("temperature_c", 29.9), ("temperature_c", 45.1),
        ("temperature_c", float("nan")), ("temperature_c", float("inf")), ("temperature_c", Decimal("NaN")),
        ("pregnancy", "no"), ("pregnancy", ["pregnant"]), ("pregnancy", False),
        ("interacting_medicines", "probenecid"), ("interacting_medicines", ["paracetamol"]), ("interacting_medicines", [["probenecid"]]),
        ("interacting_medicines", {"probenecid": True}),
        ("date_of_birth", "21/05/1995"), ("date_of_birth", "19950521"), ("date_of_birth", "1995-02-30"), ("date_of_birth", "1995-W01-1"),
        ("date_of_birth", datetime(1995, 5, 21)), ("date_of_birth", 19950521), ("date_of_birth", "2026-11-22"), ("date_of_birth", "1900-01-01"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name_and_never_coerced(name, value):
    refused = refusal({name: value})

    assert (refused.code, refused.fact) == ("wrong_value", name)
    assert name in str(refused)
    assert "Give" in str(refused)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("rigors", False, False),
        ("age_years", 0, 0),
        ("temperature_c", 36.8, Decimal("36.8")),
        ("temperature_c", 37, Decimal(37)),
        ("temperature_c", Decimal("37.90"), Decimal("37.9")),
        ("pregnancy", "possible", "possible"),
        ("interacting_medicines", [], ()),
        ("interacting_medicines", {"urinary_alkaliniser", "probenecid"}, ("probenecid", "urinary_alkaliniser")),
        ("interacting_medicines", ["probenecid", "probenecid"], ("probenecid",)),
    ],
)
def test_what_fits_is_held_as_it_is(name, value, read):
    assert known_facts(FACTS, {name: value}, ON) == {name: read}


def test_absent_and_none_both_mean_not_known():
    assert known_facts(FACTS, {"rigors": None}, ON) == {}


def test_a_name_nobody_asks_for_is_refused_with_the_nearest_one():
    refused = refusal({"rigours": True})

    assert (refused.code, refused.fact) == ("unknown_fact", "rigours")
    assert 'did you mean "rigors"?' in str(refused)


@pytest.mark.parametrize("name", ["9434765919", "Jane Smith", "Jane_Smith", "Smith", "nhs_9434765919", "x" * 61, 7])
def test_a_name_that_could_be_an_identity_is_not_repeated(name):
    refused = refusal({name: True})

    assert str(name) not in str(refused)
    assert refused.fact is None


def test_the_age_comes_from_the_date_of_birth_and_the_day():
    assert known_facts(FACTS, {"date_of_birth": "1995-11-21"}, ON) == {"age_years": 31}
    assert known_facts(FACTS, {"date_of_birth": date(1995, 11, 22), "age_years": 30}, ON) == {"age_years": 30}


def test_an_age_that_is_not_the_one_of_the_date_of_birth_is_refused():
    refused = refusal({"date_of_birth": "1995-11-22", "age_years": 31})

    assert (refused.code, refused.fact) == ("facts_disagree", "age_years")
    assert "1995" not in str(refused)


def test_somebody_born_on_29_february_is_older_on_1_march_in_other_years():
    born = date(2008, 2, 29)

    assert completed_years(born, date(2024, 2, 28)) == 15
    assert completed_years(born, date(2024, 2, 29)) == 16
    assert completed_years(born, date(2026, 2, 28)) == 17
    assert completed_years(born, date(2026, 3, 1)) == 18


def test_every_day_of_a_life_counts_its_birthdays():
    """Completed years against a count of birthdays, on every day around four births, a leap day among them."""
    for born in (date(2004, 2, 29), date(2010, 1, 1), date(2009, 12, 31), date(2007, 11, 21)):
        age, day = 0, born
        while day < date(2027, 1, 1):
            leap_born_off_year = (born.month, born.day) == (2, 29) and day.year % 4 != 0
            birthday = (3, 1) if leap_born_off_year else (born.month, born.day)
            age += (day.month, day.day) == birthday and day > born
            assert completed_years(born, day) == age
            day += timedelta(days=1)


def test_a_fact_not_asked_of_this_person_is_marked_and_one_given_all_the_same_is_used():
    def answers(known):
        return asked(PATHWAY.gated, known).get("egfr_ml_min")

    assert answers({"known_kidney_disease": False}) is NOT_ASKED
    assert answers({"known_kidney_disease": True}) is None
    assert answers({}) is None
    assert answers({"known_kidney_disease": False, "egfr_ml_min": Decimal(40)}) == Decimal(40)


def test_one_answer_that_does_not_fit_is_refused_by_its_question():
    with pytest.raises(Refused, match="a whole number from 0 to 120") as refused:
        FACTS["age_years"].read(121)
    assert (refused.value.code, refused.value.fact) == ("wrong_value", "age_years")


def test_what_fits_is_said_in_words():
    assert FACTS["age_years"].what_fits() == "a whole number from 0 to 120 (years)"
    assert FACTS["rigors"].what_fits() == "true or false"
    assert FACTS["pregnancy"].what_fits() == "one of not_pregnant, possible, pregnant"
    assert "empty list means none" in FACTS["interacting_medicines"].what_fits()
    assert "YYYY-MM-DD" in FACTS["date_of_birth"].what_fits()


def test_a_number_without_a_range_is_taken_as_it_is():
    count = Question("n", "How many?", Answer.WHOLE_NUMBER)

    assert count.read(10**9) == 10**9
    assert Question("v", "Which?", Answer.ONE_OF, choices=(Choice("a"),)).read("a") == "a"


EPISODES = Question("episodes", "How many?", Answer.WHOLE_NUMBER, unit="episodes", singular="episode")
SIDE = Question("side", "Which?", Answer.ONE_OF, choices=(Choice("left", "on the left"), Choice("both_ears")))


@pytest.mark.parametrize(
    ("question", "value", "words"),
    [
        (EPISODES, 0, "0 episodes"),
        (EPISODES, 1, "1 episode"),
        (EPISODES, 2, "2 episodes"),
        (FACTS["temperature_c"], Decimal("36.80"), "36.8 degrees Celsius"),
        (Question("weight_kg", "", Answer.NUMBER, unit="kg"), Decimal("1.0"), "1 kg"),
        (FACTS["rigors"], True, "yes"),
        (FACTS["rigors"], False, "no"),
        (SIDE, "left", "on the left"),
        (SIDE, "both_ears", "both ears"),
        (replace(SIDE, answer=Answer.ANY_OF), ("left", "both_ears"), "on the left, both ears"),
        (replace(SIDE, answer=Answer.ANY_OF), (), "none"),
        (FACTS["date_of_birth"], date(1995, 5, 21), "1995-05-21"),
        (EPISODES, None, "not known"),
    ],
)
def test_an_answer_in_words(question, value, words):
    assert question.in_words(value) == words
