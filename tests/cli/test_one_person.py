"""pharmacyfirst assess CONDITION FACTS: what is answered, and every way of getting it wrong."""

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pharmacyfirst import Kind, load
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.exact import write
from pharmacyfirst.kernel.fields import answers_plainly
from pharmacyfirst.kernel.outcome import Outcome
from pharmacyfirst.kernel.told import in_words

ON = "2026-11-21"
UTI = "uncomplicated-uti"
NO_ALL_CLEAR = "Nothing was assessed: this is no all-clear."


@pytest.fixture
def refused(run, facts_file):
    """The message about a facts file that is refused; never a traceback, never an outcome, always status 2."""

    def refused(content, name="facts.json", condition=UTI, as_of=ON):
        ran = run("assess", condition, facts_file(content, name), "--as-of", as_of)
        assert ran.exit_code == 2
        assert ran.stdout == ""
        assert ran.stderr.startswith("Error: ")
        assert ran.stderr.endswith(NO_ALL_CLEAR + "\n")
        return ran.stderr

    return refused


def test_the_explanation_says_what_to_do_why_and_for_which_day(run, facts_file, healthy):
    ran = run("assess", UTI, facts_file(healthy), "--as-of", ON)

    assert ran.exit_code == 0
    assert f"assessed for {ON}" in ran.stdout
    assert (
        "MAY BE SUPPLIED\n  evaluation only: not authorised for supply\n  UTI-T1: two or three key signs" in ran.stdout
    )
    assert "100 mg, 2 times a day, for 3 days" in ran.stdout
    assert ran.stderr == ""


# What to do is a line in capitals, the same words for whoever reads the page, the letter or the JSON.
IN_CAPITALS = [
    ({"sepsis_suspected": True}, "SEND TO A&E NOW\n  If there is an immediate threat to life, dial 999.\n  UTI-R6: sepsis cannot wait"),
    ({"sepsis_suspected": True, "life_threatening": False}, "SEND TO A&E NOW\n  UTI-R6: sepsis cannot wait"),
    ({"sepsis_suspected": True, "life_threatening": True}, "DIAL 999 NOW\n  UTI-R6: sepsis cannot wait"),
    ({"life_threatening": True}, "DIAL 999 NOW\n  UTI-R9: an immediate threat to life is an emergency by itself"),
    ({"rigors": True}, "REFER THE SAME DAY\n  UTI-R1: shaking chills suggest"),
    ({}, "MAY BE SUPPLIED\n  evaluation only: not authorised for supply\n  UTI-T1: "),
    ({"vaginal_discharge": True}, "REFER\n  UTI-A1: with vaginal discharge another cause is more likely"),
    ({"diabetes": True}, "NOT ELIGIBLE FOR THIS SERVICE\n  UTI-E3: "),
    ({"antibiotic_failed_this_episode": True}, "REFER\n  UTI-A7: "),
    ({"consent_given": False}, "DECLINED\n  UTI-C1: "),
    ({"symptom_severity": "mild"}, "SELF-CARE, NO MEDICINE UNDER A PGD\n  UTI-T3: a urinary infection is likely but the symptoms are mild"),
    ({"interacting_medicines": ["probenecid"]}, "REFER\n  UTI-T1: two or three key signs"),
    ({"diabetes": None}, "NOT DECIDED: REFER UNLESS YOU CAN FIND OUT\n  If it cannot be found out: "),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), IN_CAPITALS)
def test_the_outcome_and_its_reason_are_the_first_thing_said(run, facts_file, healthy, changes, words):
    said = run("assess", UTI, facts_file(healthy | {"life_threatening": None} | changes), "--as-of", ON).stdout

    assert said.split("\n\n")[1].startswith(words)


def test_another_cause_is_said_as_such(run, facts_file):
    on, baseline = baseline_of(load(), "shingles")
    facts = facts_file(write({**answers_plainly(baseline), "typical_features": False}))

    said = run("assess", "shingles", facts, "--as-of", on).stdout

    assert said.split("\n\n")[1].startswith("ANOTHER CAUSE IS MORE LIKELY\n  SHI-")


def test_every_kind_of_outcome_is_shown_here():
    words = {in_words(Outcome(kind)).upper() for kind in Kind if kind is not Kind.EMERGENCY}
    shown = {words.partition("\n")[0] for _, words in IN_CAPITALS}

    elsewhere = {"ANOTHER CAUSE IS MORE LIKELY", "MEASURE AGAIN, AS THE NEXT PATHWAY SAYS"}
    assert shown | elsewhere == words | {"SEND TO A&E NOW", "DIAL 999 NOW"}


def test_a_medicine_that_is_ruled_out_is_named_with_the_answer_that_did_it_and_to_whom_the_patient_goes(
    run, facts_file, healthy
):
    said = run("assess", UTI, facts_file(healthy | {"interacting_medicines": ["probenecid"]}), "--as-of", ON).stdout

    assert "  UTI-NIT-X20: Nitrofurantoin is ruled out: probenecid" in said
    assert "    where to: " in said.split("UTI-NIT-X20")[0]


def test_what_is_said_to_the_patient_stands_in_order_and_never_the_general_line_in_an_emergency(
    run, facts_file, healthy
):
    supply = run("assess", UTI, facts_file(healthy), "--as-of", ON).stdout
    emergency = run("assess", UTI, facts_file(healthy | {"sepsis_suspected": True}), "--as-of", ON).stdout

    places = [
        supply.index(f"Say to the patient, {part}:") for part in ("safety-netting", "about nitrofurantoin", "advice")
    ]
    assert places == sorted(places)
    assert "If you get worse quickly or markedly at any time, seek medical help." in supply
    assert "Say to the patient" not in emergency


def test_a_caution_says_whether_it_applies_is_to_be_asked_or_always_holds(run, facts_file, healthy):
    said = run(
        "assess", UTI, facts_file(healthy | {"age_years": 60, "interacting_medicines": ["urinary_alkaliniser"]})
    ).stdout

    cautions = re.findall(r"^  caution (\S+) \((\w+)\): ", said, re.MULTILINE)
    assert {how for _, how in cautions} >= {"applies", "always"}
    assert "stop the medicine and dial 999" in said


def test_the_words_of_a_wrong_age_are_the_units_of_the_question(refused):
    assert "Give a whole number from 0 to 120 (years)." in refused({"age_years": 121})


def test_without_a_date_it_is_today_in_london_and_printed(run, facts_file, healthy):
    before = datetime.now(ZoneInfo("Europe/London")).date()
    ran = run("assess", UTI, facts_file({"rigors": True}))
    after = datetime.now(ZoneInfo("Europe/London")).date()

    assert any(f"assessed for {day}" in ran.stdout for day in (before, after))


@pytest.mark.parametrize("day", ["2026-02-30", "21/11/2026", "20261121", "2026-W47-6", "today", "", "2026-11-21T00"])
def test_a_day_in_any_other_shape_is_refused_and_not_repeated(run, facts_file, day):
    ran = run("assess", UTI, facts_file({}), "--as-of", day)

    assert ran.exit_code == 2
    assert "Invalid value for '--as-of': write the day as YYYY-MM-DD." in ran.stderr


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("sore-throat", 'There is no such pathway. Did you mean "acute-sore-throat"?'),
        ("uncomplicated-utis", 'There is no such pathway. Did you mean "uncomplicated-uti"?'),
        ("Jane Smith", "There is no such pathway. There are: acute-"),
    ],
)
def test_a_condition_that_is_not_there_brings_the_nearest_or_all(refused, condition, message):
    assert message in (said := refused({}, condition=condition))
    assert "Jane" not in said


def test_a_day_on_which_the_pathway_is_not_in_force_is_an_error_never_an_outcome(refused):
    assert "uncomplicated-uti is in force from 2025-10-01, not on 2020-01-01." in refused({}, as_of="2020-01-01")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"rigors": "yes"}, "rigors: what was given does not fit. Give true or false."),
        ({"rigors": 1}, "rigors: what was given does not fit. Give true or false."),
        ({"rigors": []}, "rigors: what was given does not fit. Give true or false."),
        ({"age_years": "31"}, "age_years: what was given does not fit. Give a whole number from 0 to 120 (years)."),
        ({"age_years": 31.0}, "age_years: what was given does not fit."),
        ({"age_years": True}, "age_years: what was given does not fit."),
        ({"age_years": 121}, "age_years: what was given does not fit."),
        ({"temperature_c": 98.6}, "temperature_c: what was given does not fit. Give a number from 30.0 to 45.0 (degrees Celsius)."),
        ({"pregnancy": "no"}, "pregnancy: what was given does not fit. Give one of not_pregnant, possible, pregnant."),
        ({"interacting_medicines": "none"}, "interacting_medicines: what was given does not fit. Give a list of any of oral_typhoid_vaccine, probenecid, "),
        ({"interacting_medicines": ["aspirin"]}, "interacting_medicines: what was given does not fit."),
        ({"date_of_birth": "1995-02-30"}, "date_of_birth: what was given does not fit. Give a date written as YYYY-MM-DD"),
        ({"date_of_birth": "2040-02-03"}, "date_of_birth: it has to give, on 2026-11-21, an age that is a whole number from 0 to 120 (years)."),
        ({"date_of_birth": "1995-02-03", "age_years": 12}, "age_years is not the age that date_of_birth gives"),
        ({"rigours": True}, 'rigours is not a fact of this pathway; did you mean "rigors"?'),
        ([], "facts: give an object of fact names and values."),
        ("[1]", "facts: give an object of fact names and values."),
        ('"rigors"', "facts: give an object of fact names and values."),
        ("null", "facts: give an object of fact names and values."),
        ('{"temperature_c": NaN}', "NaN and Infinity are not JSON."),
        ('{"temperature_c": -Infinity}', "NaN and Infinity are not JSON."),
        ('{"rigors": true, "rigors": false}', "A key stands twice in one object"),
        ('{"rigors": tru', "The input cannot be read as JSON; the first mistake is at line 1, column 12."),
        ('{"rigors": true}\n{}', "The input cannot be read as JSON; the first mistake is at line 2, column 1."),
        ('{"age_years": 1e999999999999999999999}', "age_years: what was given does not fit."),
        ('{"age_years": 1' + "0" * 9000 + "}", "age_years: what was given does not fit."),
        ('{"temperature_c": 1e-999999999}', "temperature_c: what was given does not fit."),
        ('{"age_years": ' + "[" * 100_000, "The input is nested too deeply."),
        ('{"age_years": ' + "[" * 500 + "]" * 500 + "}", "age_years: what was given does not fit."),
        ("", "The input is empty. Where nothing is known of the person, the facts are {}."),
        (" \r\n ", "The input is empty."),
        (b"\xff\xfe{\x00}\x00", "The input is not UTF-8 text."),
        ("{" + " " * 1_000_000 + "}", "The input holds more than 1 MB, which no consultation does."),
        ("rigors: yes", "The input cannot be read as JSON"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_fact_and_what_fits(refused, facts, message):
    assert message in refused(facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"9434765919": True},
        {"Jane Smith": 31},
        {"nhs_number_9434765919": 1},
        {"name": {"Jane": "Smith"}},
        {"date_of_birth": "3 Jane Smith 9434765919"},
        {"date_of_birth": "Smith 1940"},
        {"facts": {}, "patient": {"name": "Jane Smith", "nhs": "9434765919"}},
        {"facts": {}, "Jane Smith": "9434765919"},
        '{"Jane Smith": 1, "Jane Smith": 2}',
        '{"note": "Jane Smith 9434765919"',
        {"facts": {"rigors": "Jane Smith"}},
        {"pathway": "Jane Smith", "facts": {}},
        {"as_of": "Smith 1940", "facts": {}},
    ],
)
def test_no_message_repeats_who_the_patient_is(refused, facts):
    said = refused(facts, name="Jane Smith 9434765919.json")

    assert not [part for part in ("Jane", "Smith", "9434765919", "1940") if part in said]


@pytest.mark.parametrize(
    "words",
    [
        "Jane Smith: 9434765919: 1",
        "Jane Smith: yes",
        "rigors: Jane Smith",
        "- Jane Smith",
        "Jane Smith",
        "rigors: [Jane Smith]",
        "rigors: &Smith yes",
        "rigors: *Smith",
        "Smith: 1\nSmith: 2",
        "\tJane: Smith",
        "patient:\n  Jane: Smith\nfacts:\n  rigors: yes",
        "date_of_birth: Smith 1940",
    ],
)
def test_no_message_about_yaml_repeats_who_the_patient_is(refused, words):
    said = refused(words, name="Jane Smith 9434765919.yaml").replace("Smith is not a fact", "")

    assert not [part for part in ("Jane", "Smith", "9434765919", "1940") if part in said]


def test_a_name_with_blanks_and_no_quotes_is_not_repeated_either(run):
    ran = run("assess", UTI, "Jane", "Smith.json")

    assert ran.exit_code == 2
    assert "A file name with blanks goes in quotes." in ran.stderr
    assert "Smith" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.json", "FACTS cannot be read: No such file or directory."),
        ("absent.yaml", "FACTS: "),
        (".", "FACTS cannot be read: Is a directory."),
    ],
)
def test_a_file_that_is_none_is_refused(run, tmp_path, name, message):
    ran = run("assess", UTI, tmp_path / name)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert NO_ALL_CLEAR in ran.stderr


def test_a_folder_called_yaml_is_refused(run, tmp_path):
    (tmp_path / "facts.yaml").mkdir()

    ran = run("assess", UTI, tmp_path / "facts.yaml")

    assert (ran.exit_code, ran.stdout) == (2, "")


@pytest.mark.parametrize(
    "text", ['\ufeff{"rigors": true}', '{\r\n"rigors": true\r\n}\r\n', '{"rigors": true, "diabetes": null}']
)
def test_a_byte_order_mark_windows_lines_and_nulls_are_read(run, facts_file, text):
    ran = run("assess", UTI, facts_file(text), "--as-of", ON)

    assert "REFER THE SAME DAY" in ran.stdout


def test_null_is_not_known_and_never_no(run, facts_file, healthy):
    ran = run("assess", UTI, facts_file(healthy | {"rigors": None}), "--as-of", ON, "--json")

    answer = json.loads(ran.stdout)
    assert answer["outcome"]["kind"] == "need_facts"
    assert answer["missing"] == ["rigors"]
    assert answer["if_not_answered"] == "refer_urgent"


def test_a_dash_is_standard_input(run):
    ran = run("assess", UTI, "-", "--as-of", ON, input='{"rigors": true}')

    assert "REFER THE SAME DAY" in ran.stdout


@pytest.mark.parametrize(
    ("words", "headline"),
    [
        ("rigors: yes", "REFER THE SAME DAY"),
        ("\ufeffrigors: yes\r\ndiabetes: no\r\n", "REFER THE SAME DAY"),
        ("rigors: yes\ntemperature_c: 36.8\ninteracting_medicines: none", "REFER THE SAME DAY"),
        ("rigors:\ndiabetes: not known\nage_years: 31", "NOT DECIDED: REFER UNLESS YOU CAN FIND OUT"),
        ("pathway: uncomplicated-uti\nas_of: 2026-11-21\nfacts:\n  sepsis_suspected: yes", "SEND TO A&E NOW"),
    ],
)
def test_facts_in_yaml_are_in_the_words_of_cases(run, facts_file, words, headline):
    ran = run("assess", UTI, facts_file(words, "facts.yaml"), "--as-of", ON)

    assert headline in ran.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("diabetes: no\nrigors: maybe", "rigors, line 2: what was given does not fit. Give yes or no."),
        ("rigors: true", "rigors, line 1: what was given does not fit. Give yes or no."),
        ("age_years: 1_0", "age_years, line 1: what was given does not fit."),
        ("age_years: 3.5", "age_years, line 1: what was given does not fit."),
        ("temperature_c: 3e1", "temperature_c, line 1: what was given does not fit."),
        ("temperature_c: ٣٧", "temperature_c, line 1: what was given does not fit."),
        ("temperature_c: nan", "temperature_c, line 1: what was given does not fit."),
        ("interacting_medicines:\n  - probenecid\n  - other: x", "interacting_medicines, line "),
        ("rigours: yes", 'rigours is not a fact of this pathway; did you mean "rigors"?'),
        ("rigors: yes\nrigors: no", "FACTS, line 2, cannot be read."),
        ("rigors: [yes]", "FACTS, line 1, cannot be read."),
        ("facts: yes", "facts: give an object of fact names and values."),
        ("facts:\n  rigors: yes\npathway: shingles", "pathway: FACTS says one thing and the command another."),
        ("facts:\n  rigors: yes\nas_of: 2026-11-20", "as_of: FACTS says one thing and the command another."),
        ("", "FACTS: the file is empty."),
    ],
)
def test_facts_in_yaml_that_do_not_fit_are_refused_with_the_line(refused, words, message):
    assert message in refused(words, "facts.yaml")


def test_a_whole_input_object_brings_its_own_day(run, facts_file):
    whole = {"pathway": UTI, "as_of": "2026-03-01", "facts": {"rigors": True}}

    assert "assessed for 2026-03-01" in run("assess", UTI, facts_file(whole)).stdout
    assert "assessed for 2026-03-01" in run("assess", UTI, facts_file(whole), "--as-of", "2026-03-01").stdout
    del whole["as_of"]
    assert "assessed for 2026-03-02" in run("assess", UTI, facts_file(whole), "--as-of", "2026-03-02").stdout


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ({"pathway": "acute-sore-throat", "facts": {}}, "pathway: FACTS says one thing and the command another."),
        ({"pathway": UTI, "as_of": "2026-11-20", "facts": {}}, "as_of: FACTS says one thing and the command another."),
        ({"as_of": None, "facts": {}}, "as_of: FACTS says one thing and the command another."),
        ({"pathway": UTI, "as_of": ON}, "facts is missing. An input is one object with pathway, as_of and facts."),
        ({"pathway": UTI, "facts": [1]}, "facts: give an object of fact names and values."),
        ({"facts": {}, "more": 1}, "There is a key beside pathway, as_of and facts."),
    ],
)
def test_a_whole_input_object_must_agree_with_the_command(refused, whole, message):
    assert message in refused(whole)


def test_a_day_in_the_file_is_checked_where_the_command_has_none(run, facts_file):
    ran = run("assess", UTI, facts_file({"as_of": "2026-W47-6", "facts": {}}))

    assert ran.exit_code == 2
    assert "as_of: give the day of the consultation as YYYY-MM-DD." in ran.stderr


def test_with_json_an_error_is_the_error_object_of_the_contract(run, facts_file):
    ran = run("assess", UTI, facts_file({"rigors": "yes"}), "--json")

    assert ran.exit_code == 2
    error = json.loads(ran.stdout)["error"]
    assert (error["code"], error["fact"]) == ("wrong_value", "rigors")
    assert error["message"] in ran.stderr


@pytest.mark.parametrize(
    "args", [(), (UTI,), ("--jsonl", "a", "b"), ("--jsonl", "--json"), (UTI, "a.json", "b.json"), ("--nope",)]
)
def test_a_command_that_makes_no_sense_says_how_it_is_used(run, args):
    ran = run("assess", *args)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "Usage: " in ran.stderr


def test_content_that_does_not_load_assesses_nobody(run, tmp_path, facts_file):
    (tmp_path / "pathways" / "shingles").mkdir(parents=True)

    ran = run("assess", UTI, facts_file({}), "--pathways", tmp_path / "pathways")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "nothing was loaded" in ran.stderr
