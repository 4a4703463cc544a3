"""pharmacyfirst consult: a conversation in the terminal, and every way of ending it."""

import os
import re
import signal
import time
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from shares import of_each
from the_program import until

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.cli.consult import InTheTerminal
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.contract.typed_answers import read_typed
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING
from pharmacyfirst.record.pressure import sitting_pressure

ON = "2026-11-21"
UTI = "uncomplicated-uti"
ENDED = "The consultation ended early. Nothing was decided: this is no all-clear."
LIBRARY = load()
# A woman of 30 who agrees: what the first page of urinary infection asks.
WHO = ["30", "1", "yes"]


@pytest.fixture
def consult(run):
    def consult(*words, condition=UTI):
        return run("consult", condition, "--as-of", ON, input="".join(f"{word}\n" for word in words))

    return consult


@pytest.fixture
def at_half_past_two(monkeypatch):
    """Now is 14:30 on 21 November 2026."""
    monkeypatch.setattr("pharmacyfirst.cli.options.now_in_london", lambda: datetime(2026, 11, 21, 14, 30), raising=True)


def titles(said):
    return re.findall(r"^-- (.+) --$", said, re.MULTILINE)


# The conversation


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_a_whole_consultation_goes_page_by_page_to_its_end(hold, asked, condition):
    """Whoever answers needs no list of the questions: each is answered as it comes, in words, as the cases' own person would."""
    on, baseline = baseline_of(LIBRARY, condition)
    pathway = LIBRARY.in_force(condition, on)

    said, status = hold(condition, lambda name: value_in_words(baseline[name]), on=on)

    assert status == 0
    ends = Kind.SUPPLY if pathway.pgds else assess(pathway, baseline, on).outcome.kind
    if pathway.pgds:
        assert "\nMAY BE SUPPLIED\n  evaluation only: not authorised for supply\n" in said
    questions = asked(said)
    assert len(questions) == len(set(questions))
    assert questions[0] == AGE
    assert LIFE_THREATENING not in questions
    whole, short = assess(pathway, baseline, on), assess(pathway, {name: baseline[name] for name in questions}, on)
    assert (short.outcome, short.decided_by) == (whole.outcome, whole.decided_by)
    # In the order of the pages: first what decides, then what the record alone wants.
    in_order = [name for page in pathway.pages for name in page.facts]
    steps = [
        assess(pathway, {name: baseline[name] for name in questions[:asked]}, on) for asked in range(len(questions) + 1)
    ]
    decided = next(asked for asked, found in enumerate(steps) if found.outcome.kind is ends)
    assert questions[:decided] == [name for name in in_order if name in questions[:decided]]
    assert questions[decided:] == [name for name in in_order if name in steps[decided].for_the_record]
    page_of = {name: page.title for page in pathway.pages for name in page.facts}
    assert titles(said) == [title for title, _ in groupby(page_of[name] for name in questions)]
    for offer in short.offers[:1]:
        assert said.count(f"{offer.pgd.id} {offer.pgd.edition.version}, in force") == 1


def test_each_question_says_where_it_stands_among_about_how_many(consult, asked):
    ran = consult(*WHO, *["no", "no", "36.8", "no", "no", "yes"])

    places = [(int(one), int(of)) for one, of in re.findall(r"\[(\d+) of about (\d+)\]\n", ran.stdout)]
    assert [one for one, _ in places] == list(range(1, len(asked(ran.stdout)) + 1))
    assert all(one <= of <= len(LIBRARY.newest(UTI).questions) for one, of in places)
    assert f"How old is the patient?   [1 of about {places[0][1]}]\n" in ran.stdout
    assert places[0][1] == len(assess(LIBRARY.newest(UTI), {}, datetime(2026, 11, 21).date()).missing)


def test_the_count_falls_as_answers_make_questions_needless(consult):
    said = consult(*WHO, "no").stdout
    short = consult("12", "no").stdout

    def about(said):
        return [int(of) for of in re.findall(r"of about (\d+)\]", said)]

    assert about(said) == sorted(about(said), reverse=True)
    assert about(short)[1] < about(said)[1] / 2


def test_what_the_pharmacist_should_know_stands_under_the_question_and_prompts_at_their_page(consult):
    said = consult(*WHO).stdout

    assert "Anyone else: men, and anyone whose urethra has been structurally altered.\n" in said
    prompts = {title: one.says for one in LIBRARY.newest(UTI).prompts for title in one.at}
    at_pages = [title for title in prompts if title in [page.title for page in LIBRARY.newest(UTI).pages]]
    assert at_pages
    whole = consult(*until(UTI, "dysuria", baseline_of(LIBRARY, UTI)[1])).stdout
    assert f"-- The complaint --\n  ! {prompts['The complaint']}\n" in whole


@pytest.mark.parametrize(
    ("words", "headline"),
    [
        (["yes"], "SEND TO A&E NOW"),
        (["no", "Y"], "SEND TO A&E NOW"),
        (["no", "n", "36.8", "yes"], "REFER THE SAME DAY"),
        (["no", "no", "37.9"], "REFER THE SAME DAY"),
    ],
)
def test_an_emergency_or_same_day_referral_ends_the_asking_at_once(consult, asked, words, headline):
    ran = consult(*WHO, *words, "no", "no")

    assert ran.exit_code == 0
    assert f"\n{headline}\n" in ran.stdout
    assert len(asked(ran.stdout)) == len(WHO) + len(words)


def test_an_emergency_names_999_though_nobody_was_asked_about_it(consult):
    assert "If there is an immediate threat to life, dial 999." in consult(*WHO, "yes").stdout
    assert "dial 999" not in consult(*WHO, "no", "no", "37.9").stdout


def test_enter_and_the_words_mean_not_known_never_no_and_end_when_nothing_is_left_to_ask(consult, asked):
    ran = consult(*["", "not known", "NOT KNOWN", "unknown", "don't know", "dk", "U"] * 20)

    assert ran.exit_code == 0
    assert (
        "\nNOT DECIDED: REFER UNLESS YOU CAN FIND OUT\n  If it cannot be found out: the GP practice the same day"
        in ran.stdout
    )
    questions = asked(ran.stdout)
    assert len(questions) == len(set(questions))
    assert "does not fit" not in ran.stdout


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_every_pathway_can_be_held_to_its_end_with_nothing_known(consult, condition):
    ran = consult(*[""] * 200, condition=condition)

    assert ran.exit_code == 0
    assert "NOT DECIDED: REFER UNLESS YOU CAN FIND OUT" in ran.stdout


def test_a_question_that_only_the_clinician_can_answer_says_so(consult):
    ran = consult(*WHO, "no", "no", "36.8", "no", "no")

    assert "\nDoes anything suggest sepsis? (your judgement)   [" in ran.stdout
    assert "\nIs the patient having shaking chills?   [" in ran.stdout


def test_the_items_of_a_score_are_asked_for_the_record_once_the_outcome_is_fixed(hold, asked):
    """Four points of FeverPAIN already: cough and coryza change nothing, and stand on the record as no score "4 to 5"."""
    on, baseline = baseline_of(LIBRARY, "acute-sore-throat")
    answers = baseline | {"pus_on_tonsils": True, "symptom_duration_days": 2, "tonsils_severely_inflamed": True}

    said, _ = hold("acute-sore-throat", lambda name: value_in_words(answers[name]), on=on)

    assert asked(said)[-2:] == ["cough_present", "coryza_present"]
    assert "MAY BE SUPPLIED" in said


# Age first


def test_after_a_wrong_age_only_what_is_urgent_is_asked_and_the_reason_is_said(consult, asked):
    said = consult("12", *["no"] * 2, "36.8", *["no"] * 30).stdout

    pathway = LIBRARY.newest(UTI)
    because = next(one.because for one in pathway.stopping if one.id == "UTI-E2")
    told = f"\nUTI-E2: {because}.\nOnly what could make it more urgent is asked now.\n"
    assert said.count(told) == 1
    assert said.index("age_years (years): ") < said.index(told) < said.index("\n-- Red flags --\n")
    urgent = {fact for one in pathway.stopping if one.kind in (Kind.EMERGENCY, Kind.REFER_URGENT) for fact in one.reads}
    assert set(asked(said)) <= urgent | {AGE}
    assert "\nNOT ELIGIBLE FOR THIS SERVICE\n  UTI-E2: " in said


def test_after_a_wrong_age_an_emergency_is_still_found(consult):
    assert "\nSEND TO A&E NOW\n" in consult("12", "yes").stdout


@pytest.mark.parametrize("condition", [one for one in LIBRARY.conditions if one != "impetigo"])
def test_every_age_that_is_outside_a_pathway_ends_in_fewer_questions(consult, asked, condition):
    """A child of no age: in each pathway too young, and asked nothing about the treatment."""
    said = consult("0", *["no"] * 60, condition=condition).stdout

    pages = [page.title for page in LIBRARY.newest(condition).pages]
    too_young = assess(
        LIBRARY.newest(condition), {AGE: 0}, LIBRARY.newest(condition).edition.in_force.first
    ).outcome.kind
    at_once = too_young is Kind.REFER_URGENT  # decides whatever else is not known: nothing more is asked
    assert ("REFER THE SAME DAY" if at_once else "Only what could make it more urgent is asked now.") in said
    assert titles(said)[0] == pages[0]
    assert pages[-1] not in titles(said)


@pytest.mark.parametrize(
    ("typed", "read_back", "age"),
    [
        ("31", "", "31"),
        ("1995-11-22", "  22 November 1995: 30 years\n", "30"),
        ("3/4/1995", "  3 April 1995: 31 years\n", "31"),
        ("03.04.1995", "  3 April 1995: 31 years\n", "31"),
        ("3-4-1995", "  3 April 1995: 31 years\n", "31"),
        ("31 years", "  31 years\n", "31"),
        ("21/11/2025", "  21 November 2025: 1 year\n", "1"),
    ],
)
def test_an_age_may_be_given_as_the_date_of_birth_and_is_read_back(consult, typed, read_back, age):
    ran = consult(typed, *[""] * 60)

    assert ran.exit_code == 0
    assert f"age_years {age}\n" in ran.stdout
    assert f"{typed}\n{read_back}" in ran.stdout


@pytest.mark.parametrize(
    "typed", ["Jane", "1995-02-30", "30/2/1995", "4/13/1995", "2040-01-01", "22/11/2026", "200", "18 months", "3/4/95"]
)
def test_an_age_that_can_be_read_in_another_way_or_in_none_is_asked_again(consult, typed):
    said = consult(typed, "31").stdout

    assert "  That does not fit age_years. Give a whole number from 0 to 120 (years).\n" in said


def test_the_date_of_birth_is_used_for_the_age_alone(consult):
    assert f"{BORN} (" not in consult("3/4/1995", *[""] * 60).stdout


# Answers that contradict each other

COUNTS = "uti_episodes_last_6_months", "uti_episodes_last_12_months"


def test_a_second_count_that_contradicts_the_first_is_shown_at_once_and_asked_again(consult, asked):
    typed = until(UTI, COUNTS[0], baseline_of(LIBRARY, UTI)[1])
    said = consult(*typed, "1", "0", "1", *[""] * 60).stdout

    shown = next(one.because for one in LIBRARY.newest(UTI).stopping if one.id == "UTI-E10")
    told = f"\nUTI-E10: {shown}.\nAnswer again, go back, or give the same answer to leave it so.\n"
    assert said.count(told) == 1
    assert asked(said)[len(typed) :][:3] == [COUNTS[0], COUNTS[1], COUNTS[1]]
    assert "UTI-E10        not met" in said


def test_the_first_of_two_counts_may_be_what_was_wrong(consult, asked):
    typed = until(UTI, COUNTS[0], baseline_of(LIBRARY, UTI)[1])
    said = consult(*typed, "1", "0", "back", "0", "0", *[""] * 60).stdout

    assert asked(said)[len(typed) :][:5] == [COUNTS[0], COUNTS[1], COUNTS[1], *COUNTS]
    assert "UTI-E10        not met" in said


def test_a_contradiction_that_is_given_again_stands_and_stops(consult, asked):
    said = consult(*until(UTI, COUNTS[0], baseline_of(LIBRARY, UTI)[1]), "1", "0", "0").stdout

    assert "\nNOT ELIGIBLE FOR THIS SERVICE\n  UTI-E10: the two counts contradict each other" in said
    assert asked(said)[-2:] == [COUNTS[1]] * 2


@pytest.mark.parametrize("condition", [one for one in LIBRARY.conditions if LIBRARY.newest(one).cannot_be])
def test_each_contradiction_of_the_content_can_be_shown(hold, asked, condition):
    """The later of the two counts is asked for again; nothing else is."""
    on, baseline = baseline_of(LIBRARY, condition)
    pathway = LIBRARY.in_force(condition, on)
    (criterion,) = [one for one in pathway.stopping if one.id in pathway.cannot_be]
    six, twelve = sorted(criterion.reads, key=lambda name: int(re.search(r"\d+", name)[0]))
    answers = baseline | {six: 1, twelve: 0}

    said, _ = hold(condition, lambda name: value_in_words(answers[name]), on=on)

    assert said.count(f"\n{criterion.id}: {criterion.because}.\nAnswer again") == 1
    assert sum(name in (six, twelve) for name in asked(said)) == 3
    assert f"\nNOT ELIGIBLE FOR THIS SERVICE\n  {criterion.id}: " in said


# What people write


@pytest.mark.parametrize("typed", ["36.8", "36.8C", "36.8 c", "36,8", "36.8 °C", "36.8 degrees"])
def test_a_temperature_may_have_its_unit(consult, typed):
    said = consult(*until(UTI, "temperature_c", baseline_of(LIBRARY, UTI)[1]), typed, *[""] * 60).stdout

    assert "temperature_c 36.8\n" in said
    assert ("  36.8 degrees Celsius\n" in said) is (typed != "36.8")


@pytest.mark.parametrize(
    "typed", ["98F", "37F", "36.8F", "98.6", "36.8 K", "36,800", "1.2.3", "thirty-seven", "37-38", "36.8 C F"]
)
def test_another_unit_or_a_number_that_can_be_read_in_two_ways_is_asked_again(consult, typed):
    said = consult(*until(UTI, "temperature_c", baseline_of(LIBRARY, UTI)[1]), typed, "36.8").stdout

    assert "  That does not fit temperature_c. Give a number from 30.0 to 45.0 (degrees Celsius).\n" in said
    assert f"{typed}\n" not in said.partition("That does not fit")[2]


@pytest.mark.parametrize("typed", ["2 months", "two", "1.5", "-1"])
def test_a_count_is_not_read_out_of_a_time(consult, typed):
    """The infections of the last 6 months are counted: "2 months" is no two infections."""
    name = "uti_episodes_last_6_months"
    said = consult(*until(UTI, name, baseline_of(LIBRARY, UTI)[1]), typed).stdout

    assert f"  That does not fit {name}. Give a whole number from " in said


@pytest.mark.parametrize(
    ("typed", "value"),
    [("2", "female_at_birth_unaltered"), ("Woman", "female"), ("other", "other"), ("anyone else", "other")],
)
def test_a_choice_is_made_by_its_number_its_words_or_their_beginning_and_read_back(consult, typed, value):
    said = consult("30", typed, *[""] * 60).stdout

    words = {choice.name: choice.says for choice in LIBRARY.newest(UTI).questions["urinary_anatomy"].choices}
    assert f"urinary_anatomy (1 to 3): {typed}\n" in said
    assert f"\n  {words[value]}\n" in said
    assert f"urinary_anatomy {value}\n" in said


@pytest.mark.parametrize("typed", ["0", "4", "9", "yes", "1, 2", "12"])
def test_a_number_that_no_choice_has_is_asked_again(consult, typed):
    said = consult("30", typed, "1").stdout

    assert "  That does not fit urinary_anatomy. Give its number, 1 to 3, or its words.\n" in said


def test_choices_are_listed_with_their_words(consult):
    said = consult("30").stdout

    assert "   1 Woman with a female urinary tract\n   2 Non-binary person or trans man" in said


@pytest.mark.parametrize("typed", ["3/4/2026", "yes", "severe", "yes, or not"])
def test_an_answer_that_could_be_two_choices_is_asked_again(consult, typed):
    """Severe and not severe are two answers: "yes" is neither."""
    said = consult(*until(UTI, "immunosuppression", baseline_of(LIBRARY, UTI)[1]), typed, "1").stdout

    assert ("That does not fit immunosuppression." in said) is (typed != "severe")


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("none", "none"),
        ("none of these", "none"),
        ("0", "none"),
        ("2", "probenecid"),
        ("probenecid, 3", "probenecid, sulfinpyrazone"),
    ],
)
def test_several_are_chosen_by_their_numbers_with_commas_or_none(consult, typed, held):
    name = "interacting_medicines"
    choices = [choice.name for choice in LIBRARY.newest(UTI).questions[name].choices]
    assert choices[1:3] == ["probenecid", "sulfinpyrazone"]
    said = consult(*until(UTI, name, baseline_of(LIBRARY, UTI)[1]), typed, *[""] * 60).stdout

    assert f"{name} {held}\n" in said


def test_what_does_not_fit_is_not_repeated(consult):
    said = consult("Jane Smith", "9434765919", "30").stdout

    assert said.count("That does not fit age_years.") == 2
    assert said.count("(what does not fit is not repeated)") == 2


# Hours


@pytest.mark.parametrize(
    ("condition", "name", "typed", "read_back", "hours"),
    [
        ("shingles", "hours_rash_onset_to_first_dose", "20/11/2026 14:30", "20 November 2026 at 14:30: 24 hours", "24"),
        ("shingles", "hours_rash_onset_to_first_dose", "2026-11-20 at 9.00", "20 November 2026 at 9:00: 29.5 hours", "29.5"),
        ("shingles", "hours_rash_onset_to_first_dose", "20/11/2026", "20 November 2026, at no known time: 38.5 hours", "38.5"),
        ("shingles", "hours_rash_onset_to_first_dose", "21/11/2026 13:30", "21 November 2026 at 13:30: 1 hour", "1"),
        ("shingles", "hours_rash_onset_to_first_dose", "72", "", "72"),
        ("shingles", "hours_rash_onset_to_first_dose", "72 hours", "72 hours", "72"),
        ("infected-insect-bites", "hours_since_bite", "19/11/2026 14:30", "19 November 2026 at 14:30: 48 hours", "48"),
        ("infected-insect-bites", "hours_since_bite", "19/11/2026", "19 November 2026, at no known time: 38 hours", "38"),
        ("infected-insect-bites", "hours_since_bite", "21/11/2026", "21 November 2026, at no known time: 0 hours", "0"),
    ],
)  # fmt: skip
def test_hours_are_counted_from_a_day_or_a_day_and_time(
    at_half_past_two, consult, condition, name, typed, read_back, hours
):
    """Of a day alone a rash counts from its first moment and a bite from its last: each the way that offers less."""
    said = consult(
        *until(condition, name, baseline_of(LIBRARY, condition)[1]), typed, *[""] * 60, condition=condition
    ).stdout

    assert f"{name} (hours): {typed}\n" in said
    assert not read_back or f"\n  {read_back}\n" in said
    assert f"{name} {hours}" in re.split(r"\nEvery criterion", said)[1]


@pytest.mark.parametrize(("seconds", "rash", "bite"), [(-1, "72", "71"), (0, "72", "72"), (1, "72.1", "72")])
def test_hours_are_rounded_the_way_that_offers_less(seconds, rash, bite):
    """72 hours and a second after the rash began it is no longer within 72; 48 hours less a second after a bite are not 48."""
    since, now = "18/11/2026 14:30", datetime(2026, 11, 21, 14, 30) + timedelta(seconds=seconds)
    read = {
        condition: read_typed(LIBRARY.newest(condition).questions[name], since, now).value
        for condition, name in (
            ("shingles", "hours_rash_onset_to_first_dose"),
            ("infected-insect-bites", "hours_since_bite"),
        )
    }

    assert read == {"shingles": Decimal(rash), "infected-insect-bites": Decimal(bite)}


@pytest.mark.parametrize(
    "typed", ["22/11/2026", "21/11/2026 14:31", "20/11/2026 25:00", "yesterday", "3 days", "1,000", "20/11 14:30"]
)
def test_a_moment_to_come_or_none_at_all_is_asked_again(at_half_past_two, consult, typed):
    name = "hours_rash_onset_to_first_dose"
    said = consult(*until("shingles", name, baseline_of(LIBRARY, "shingles")[1]), typed, condition="shingles").stdout

    assert f"  That does not fit {name}. Give a number from " in said
    assert ", or the day, or the day and time, since when: 20/11/2026 14:30.\n" in said


# Back, help, 999 and refer


def test_back_puts_the_question_before_once_more_and_forgets_its_answer(consult, asked):
    ran = consult(*WHO, "no", "no", "back", "back", "yes")

    assert asked(ran.stdout)[3:] == [
        "sepsis_suspected",
        "deterioration_risk_suspected",
        "temperature_c",
        "deterioration_risk_suspected",
        "sepsis_suspected",
    ]
    assert "\nSEND TO A&E NOW\n" in ran.stdout
    assert "UTI-R7         not known" in ran.stdout


def test_back_also_goes_to_a_question_that_was_not_known(consult, asked):
    ran = consult(*WHO, "", "back", "yes")

    assert asked(ran.stdout)[3:] == ["sepsis_suspected", "deterioration_risk_suspected", "sepsis_suspected"]
    assert "\nSEND TO A&E NOW\n" in ran.stdout


def test_back_goes_to_the_page_before_and_shows_its_title_again(consult):
    assert titles(consult(*WHO, "back", "yes").stdout) == [
        "Who the patient is",
        "Red flags",
        "Who the patient is",
        "Red flags",
    ]


def test_back_after_a_date_of_birth_asks_the_age_again(consult, asked):
    ran = consult("3/4/1995", "back", "12", "yes")

    assert asked(ran.stdout)[:3] == [AGE, "urinary_anatomy", AGE]
    assert "age_years 12\n" in ran.stdout


def test_back_at_the_first_question_says_so(consult):
    ran = consult("back", *WHO, "yes")

    assert "This is the first question." in ran.stdout
    assert "\nSEND TO A&E NOW\n" in ran.stdout


def test_a_question_mark_says_what_fits_and_asks_again(consult):
    ran = consult("?", *WHO, "?", "no", "no", "?")

    assert "  Give a whole number from 0 to 120 (years), or the date of birth.\n" in ran.stdout
    assert "  Give yes or no.\n" in ran.stdout
    assert "  Give a number from 30.0 to 45.0 (degrees Celsius).\n" in ran.stdout


@pytest.mark.parametrize("words", ["maybe", "true", "1", "none", "n o"])
def test_an_answer_that_does_not_fit_is_asked_again_with_what_fits(consult, words):
    ran = consult(*WHO, words, "yes")

    assert "  That does not fit sepsis_suspected. Give yes or no." in ran.stdout
    assert "\nSEND TO A&E NOW\n" in ran.stdout


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
@pytest.mark.parametrize("before", [(), ("40",), ("40", "", "no", "?", "nonsense")])
def test_999_at_any_question_is_an_emergency_at_once(consult, condition, before):
    said = consult(*before, "999", condition=condition).stdout

    assert "\nDIAL 999 NOW\n" in said
    assert "life_threatening yes\n" in said


def test_refer_stops_the_asking_and_shows_how_things_stand(consult, asked):
    said = consult(*WHO, "no", "refer", "yes").stdout

    assert len(asked(said)) == 5
    _, found = said.split("\nStopped here. What follows is how things stand: refer.\n")
    assert (
        "\nNOT DECIDED: REFER UNLESS YOU CAN FIND OUT\n  If it cannot be found out: the GP practice the same day"
        in found
    )
    assert "SUPPLIED" not in said


@pytest.mark.parametrize("words", [(), (*WHO, "no"), (*WHO, "no", "back"), ("?",), ("nonsense",)])
def test_the_end_of_the_answers_says_that_nothing_was_decided(consult, words):
    ran = consult(*words)

    assert ran.exit_code == 1
    assert ran.stdout.endswith(ENDED + "\n")
    assert "NOT DECIDED" not in ran.stdout


def test_ctrl_c_says_that_nothing_was_decided(started):
    # The shell that runs the tests may have told its children to ignore Ctrl-C.
    process = started("consult", UTI, "--as-of", ON, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    said = b""
    while b"(years)" not in said:
        said += os.read(process.stdout.fileno(), 4096)
    time.sleep(0.5)  # a signal between the question and the waiting for its answer is seen only with the answer

    process.send_signal(signal.SIGINT)

    assert process.wait(60) == 1
    assert process.stdout.read().decode().endswith(ENDED + "\n")
    assert process.stderr.read() == b""


def test_without_a_terminal_nothing_is_decided(started):
    process = started("consult", UTI, stdin=None, preexec_fn=lambda: os.close(0))

    assert process.wait(60) == 1
    assert process.stdout.read().decode().endswith(ENDED + "\n")
    assert process.stderr.read() == b""


def test_bytes_that_are_no_text_are_an_answer_that_does_not_fit(program):
    ran = program("consult", UTI, "--as-of", ON, input=b"\xff\n30\n1\nyes\nyes\n", PYTHONIOENCODING="utf-8")

    assert ran.returncode == 0
    assert b"That does not fit age_years." in ran.stdout
    assert b"SEND TO A&E NOW" in ran.stdout


def test_a_transcript_of_piped_answers_shows_them(program):
    ran = program("consult", UTI, "--as-of", ON, input=b"30\n1\nyes\nno\n\n?\nunknown\nyes\n")

    assert b"  sepsis_suspected (yes/no): no\n" in ran.stdout
    assert b"  urinary_anatomy (1 to 3): 1\n  Woman with a female urinary tract\n" in ran.stdout
    assert b"  temperature_c (degrees Celsius): ?\n" in ran.stdout


def test_a_condition_that_is_not_there_brings_the_nearest(run):
    ran = run("consult", "sore-throat")

    assert ran.exit_code == 2
    assert 'Did you mean "acute-sore-throat"?' in ran.stderr


def test_a_day_on_which_nothing_is_in_force_is_refused(run):
    ran = run("consult", UTI, "--as-of", "2020-01-01")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "not on 2020-01-01" in ran.stderr


def test_a_sitting_pressure_is_worked_out_of_every_reading_that_is_typed(capsys):
    pathway = LIBRARY.newest("blood-pressure-check")
    upper, lower = sitting_pressure(pathway.questions.values())
    conversation = InTheTerminal(pathway, datetime(2026, 11, 21, 14, 30))
    assert conversation._answer(upper, "168/96") is None
    assert "Measure again, and give every reading" in capsys.readouterr().out
    read = conversation._answer(upper, "r 168/96, l 160/90, r 164/94")
    assert read == (upper.name, 164, "recorded: 164/94")
    assert conversation.answers == {lower.name: (lower.name, 94)}
    assert conversation._answer(upper, "128") == (upper.name, 128, "")
