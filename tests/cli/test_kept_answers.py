"""pharmacyfirst consult --save: answers kept in a file of their owner's alone, and gone on with."""

import json
import os
from datetime import date

import pytest

from pharmacyfirst import assess, load

ON = "2026-11-21"
UTI = "uncomplicated-uti"
WHO = ["30", "1", "yes"]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "Jane Smith.json"


@pytest.fixture
def consult(run, file):
    def consult(*words, condition=UTI, on=ON):
        said = "".join(f"{word}\n" for word in words)
        return run("consult", condition, "--as-of", on, "--save", file, input=said)

    return consult


def kept(file):
    return json.loads(file.read_text())


def test_what_is_kept_is_an_input_object_that_assess_reads(consult, file, run):
    assert consult(*WHO, "no", "", "36.8C").exit_code == 1

    assert kept(file) == {
        "pathway": UTI,
        "as_of": ON,
        "facts": {
            "age_years": 30,
            "urinary_anatomy": "female",
            "consent_given": True,
            "sepsis_suspected": False,
            "deterioration_risk_suspected": None,
            "temperature_c": 36.8,
        },
    }
    ran = run("assess", UTI, file, "--json")
    assert ran.exit_code == 0
    answer = json.loads(ran.stdout)
    assert (answer["as_of"], answer["outcome"]["kind"]) == (ON, "need_facts")
    assert "deterioration_risk_suspected" in answer["missing"]
    assert "temperature_c" not in answer["missing"]


def test_only_its_owner_can_read_it_whatever_the_mask_and_whatever_was_there(consult, file):
    before = os.umask(0)
    try:
        consult(*WHO)
        assert file.stat().st_mode & 0o777 == 0o600
        file.chmod(0o644)
        file.with_name(f"{file.name}.new").write_text("left by a run that was killed")
        consult("no")
    finally:
        os.umask(before)

    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert kept(file)["facts"]["sepsis_suspected"] is False


def test_every_answer_is_kept_as_soon_as_it_is_given(consult, file):
    for count, word in enumerate([*WHO, "no", "no"], 1):
        consult(word)
        assert len(kept(file)["facts"]) == count


def test_a_consultation_goes_on_where_it_stood_and_asks_nothing_twice(consult, asked):
    first = consult(*WHO, "no", "")
    second = consult("36.8", "yes")

    assert asked(first.stdout)[-1] == "temperature_c"
    assert "\nGoing on with 5 answers.\n" in second.stdout
    assert asked(second.stdout) == ["temperature_c", "neutropenia_risk_medicine"]
    assert "[6 of about " in second.stdout
    assert "\nREFER THE SAME DAY\n  UTI-R8: " in second.stdout


def test_what_was_decided_is_shown_again(consult, asked):
    consult(*WHO, "yes")
    again = consult()

    assert again.exit_code == 0
    assert asked(again.stdout) == []
    assert "\nSEND TO A&E NOW\n" in again.stdout


def test_back_takes_the_answer_out_of_the_file_also_after_going_on(consult, file, asked):
    consult(*WHO, "no")
    again = consult("back", "back", "no")

    assert asked(again.stdout)[:3] == ["deterioration_risk_suspected", "sepsis_suspected", "consent_given"]
    assert kept(file)["facts"]["consent_given"] is False
    assert "sepsis_suspected" not in kept(file)["facts"]


def test_a_threat_to_life_is_kept(consult, file):
    assert "\nDIAL 999 NOW\n" in consult(*WHO, "999").stdout

    assert kept(file)["facts"]["life_threatening"] is True
    assert "\nDIAL 999 NOW\n" in consult().stdout


def test_a_date_of_birth_is_kept_as_one_and_not_asked_again(consult, file, asked):
    consult("3/4/1995")
    again = consult("1")

    assert kept(file)["facts"]["date_of_birth"] == "1995-04-03"
    assert "age_years" not in kept(file)["facts"]
    assert asked(again.stdout)[0] == "urinary_anatomy"


def test_hours_of_another_day_are_asked_again(consult, file, asked):
    pathway = load().newest("shingles")
    held = {"age_years": 60, "consent_given": True, "typical_features": True, "hours_rash_onset_to_first_dose": 24}
    file.write_text(json.dumps({"pathway": "shingles", "as_of": ON, "facts": held}))
    same = consult(condition="shingles")
    other = consult(condition="shingles", on="2026-11-22")

    assert "Going on with 4 answers." in same.stdout
    assert "Going on with 3 answers." in other.stdout
    assert pathway.questions["hours_rash_onset_to_first_dose"].moment is not None


def test_several_answers_and_none_go_on_as_they_were(consult, file):
    facts = {"age_years": 30, "interacting_medicines": ["probenecid"], "other_exclusion_for": []}
    file.write_text(json.dumps({"pathway": UTI, "as_of": ON, "facts": facts}))

    consult("1")

    assert kept(file)["facts"] == facts | {"urinary_anatomy": "female"}
    found = assess(load().newest(UTI), kept(file)["facts"], date.fromisoformat(ON))
    assert found.known["interacting_medicines"] == ("probenecid",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"pathway": "shingles", "as_of": ON, "facts": {"age_years": 30}}, "--save: these are the answers of another pathway. Name another file, or take it away."),
        ({"pathway": UTI, "as_of": ON, "facts": {"zebedee_quux": True}}, "(a name that no fact has)"),
        ({"pathway": UTI, "as_of": ON, "facts": {"rigors": "Jane Smith"}}, "rigors: what was given does not fit."),
        ({"pathway": UTI, "as_of": ON, "facts": {"muffled_or_lost_voice": True}}, "is not a fact of this pathway"),
        ({"pathway": UTI, "as_of": ON}, "facts is missing."),
        ("", "The input is empty."),
        ("Jane Smith", "The input cannot be read as JSON"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_answers_to_this_pathway_is_refused_and_left_alone(consult, file, asked, content, says):
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text)

    ran = consult(*WHO)

    assert (ran.exit_code, asked(ran.stdout)) == (2, [])
    assert says in ran.stderr
    assert "Jane" not in ran.output
    assert file.read_text() == text


def test_where_nothing_can_be_kept_it_says_so_and_names_no_file(run, tmp_path):
    ran = run("consult", UTI, "--as-of", ON, "--save", tmp_path / "Jane Smith" / "a.json", input="30\n1\n")

    assert ran.exit_code == 2
    assert "--save: the answers cannot be written: No such file or directory. They are not kept." in ran.stderr
    assert "Jane" not in ran.output


def test_a_folder_is_no_file_to_keep_answers_in(run, tmp_path):
    ran = run("consult", UTI, "--save", tmp_path, input="30\n")

    assert ran.exit_code == 2
    assert "Invalid value for '--save'" in ran.stderr


def test_without_save_nothing_is_kept(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("consult", UTI, "--as-of", ON, input="30\n1\n")

    assert list(tmp_path.iterdir()) == []
