"""pharmacyfirst consult: a conversation in the terminal, and every way of ending it."""

import os
import signal
import time

import pytest

from pharmacyfirst import load

ON = "2026-11-21"
UTI = "uncomplicated-uti"
ENDED = "The consultation ended early. Nothing was decided: this is no all-clear."


@pytest.fixture
def consult(run):
    def consult(*words, condition=UTI):
        return run("consult", condition, "--as-of", ON, input="".join(f"{word}\n" for word in words))

    return consult


def in_words(value):
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case list():
            return ", ".join(value) or "none"
        case _:
            return str(value)


def asked(ran):
    """The questions that were put, in order."""
    return [
        line.split("(")[0].strip() for line in ran.stdout.splitlines() if line.startswith("  ") and "): " in line + " "
    ]


def test_a_whole_consultation_ends_with_what_may_be_offered(run, healthy):
    """Each question is answered as it comes; who answers needs no list of them."""
    words = []
    for _ in range(60):
        ran = run("consult", UTI, "--as-of", ON, input="".join(f"{word}\n" for word in words))
        if ENDED not in ran.stdout:
            break
        words.append(in_words(healthy[asked(ran)[-1]]))

    assert ran.exit_code == 0
    assert "MAY BE OFFERED" in ran.stdout
    assert "100 mg, 2 times a day, for 3 days" in ran.stdout


@pytest.mark.parametrize(
    ("words", "headline"),
    [
        (["yes"], "EMERGENCY: A&E now"),
        (["no", "Y"], "EMERGENCY: A&E now"),
        (["no", "n", "yes"], "REFER THE SAME DAY"),
        (["no", "no", "no", "37.9"], "REFER THE SAME DAY"),
    ],
)
def test_an_emergency_or_same_day_referral_ends_the_asking_at_once(consult, words, headline):
    ran = consult(*words, "no", "no")

    assert ran.exit_code == 0
    assert headline in ran.stdout
    assert len(asked(ran)) == len(words)


def test_an_emergency_names_999_though_nobody_was_asked_about_it(consult):
    assert "If there is an immediate threat to life, dial 999." in consult("yes").stdout
    assert "dial 999" not in consult("no", "no", "yes").stdout


def test_enter_and_the_words_mean_not_known_never_no_and_end_when_nothing_is_left_to_ask(consult):
    ran = consult(*["", "not known", "NOT KNOWN"] * 40)

    assert ran.exit_code == 0
    assert "NOT DECIDED YET: answers are missing" in ran.stdout
    questions = asked(ran)
    assert len(questions) == len(set(questions))


def test_a_question_that_only_the_clinician_can_answer_says_so(consult):
    ran = consult("no", "no")

    assert "Does anything suggest sepsis? (your judgement)\n" in ran.stdout
    assert "Is the patient having shaking chills?\n" in ran.stdout


def test_back_puts_the_question_before_once_more_and_forgets_its_answer(consult):
    ran = consult("no", "no", "back", "back", "yes")

    assert asked(ran)[2:] == ["rigors", "deterioration_risk_suspected", "sepsis_suspected"]
    assert "EMERGENCY" in ran.stdout
    assert "UTI-R7         not known" in ran.stdout


def test_back_also_goes_to_a_question_that_was_not_known(consult):
    ran = consult("", "back", "yes")

    assert asked(ran) == ["sepsis_suspected", "deterioration_risk_suspected", "sepsis_suspected"]
    assert "EMERGENCY" in ran.stdout


def test_back_at_the_first_question_says_so(consult):
    ran = consult("back", "yes")

    assert "This is the first question." in ran.stdout
    assert "EMERGENCY" in ran.stdout


def test_a_question_mark_says_what_fits_and_asks_again(consult):
    ran = consult("no", "?", "no", "no", "?")

    assert "  Give yes or no.\n  confusion, or passing no urine all day, belongs here\n" in ran.stdout
    assert "  Give a number from 30.0 to 45.0 (degrees Celsius).\n" in ran.stdout


@pytest.mark.parametrize("words", ["maybe", "true", "1", "none", "n o"])
def test_an_answer_that_does_not_fit_is_asked_again_with_what_fits(consult, words):
    ran = consult(words, "yes")

    assert "  That does not fit sepsis_suspected. Give yes or no." in ran.stdout
    assert "EMERGENCY" in ran.stdout


# What stands before the age in the two pathways, answered so that the asking goes on.
BEFORE_AGE = ["no", "no", "no", "36.8", "no", "no", "no"]


@pytest.mark.parametrize(
    ("words", "age"),
    [(["31"], "31"), (["1995-11-22"], "30"), (["Jane", "1995-02-30", "2040-01-01", "200", "31"], "31")],
)
def test_an_age_may_be_given_as_the_date_of_birth(consult, words, age):
    ran = consult(*BEFORE_AGE, "female", *words, *[""] * 60)

    assert ran.exit_code == 0
    assert f"age_years {age}\n" in ran.stdout
    refused = len(words) - 1
    assert ran.stdout.count("That does not fit age_years. Give a whole number from 0 to 120") == refused
    assert ran.stdout.count("or the date of birth as YYYY-MM-DD") == refused


def test_choices_are_listed_with_their_words(consult):
    ran = consult(*BEFORE_AGE, "?", "Female")

    assert "  female: a woman with a female urinary tract\n" in ran.stdout
    assert "That does not fit" not in ran.stdout


@pytest.mark.parametrize("words", [(), ("no",), ("no", "back"), ("?",), ("nonsense",)])
def test_the_end_of_the_answers_says_that_nothing_was_decided(consult, words):
    ran = consult(*words)

    assert ran.exit_code == 1
    assert ran.stdout.endswith(ENDED + "\n")
    assert "NOT DECIDED" not in ran.stdout


def test_ctrl_c_says_that_nothing_was_decided(started):
    # The shell that runs the tests may have told its children to ignore Ctrl-C.
    process = started("consult", UTI, "--as-of", ON, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    said = b""
    while b"(yes/no)" not in said:
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
    ran = program("consult", UTI, "--as-of", ON, input=b"\xff\nyes\n", PYTHONIOENCODING="utf-8")

    assert ran.returncode == 0
    assert b"That does not fit sepsis_suspected." in ran.stdout
    assert b"EMERGENCY" in ran.stdout


def test_a_transcript_of_piped_answers_shows_them(program):
    ran = program("consult", UTI, "--as-of", ON, input=b"no\n\n?\nno\nyes\n")

    assert b"  sepsis_suspected (yes/no): no\n" in ran.stdout
    assert b"  rigors (yes/no): yes\n" in ran.stdout or b"  rigors (yes/no): no\n" in ran.stdout


def test_a_condition_that_is_not_there_brings_the_nearest(run):
    ran = run("consult", "sore-throat")

    assert ran.exit_code == 2
    assert 'Did you mean "acute-sore-throat"?' in ran.stderr


def test_a_day_on_which_nothing_is_in_force_is_refused(run):
    ran = run("consult", UTI, "--as-of", "2020-01-01")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "not on 2020-01-01" in ran.stderr


@pytest.mark.parametrize("condition", load().conditions)
def test_every_pathway_can_be_held_to_its_end_with_nothing_known(consult, condition):
    ran = consult(*[""] * 200, condition=condition)

    assert ran.exit_code == 0
    assert "NOT DECIDED YET" in ran.stdout
