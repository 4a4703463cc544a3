"""examples/: what each of them comes out as, and the demo with nothing but pharmacyfirst on PATH."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst import assess, load
from pharmacyfirst.kernel.questions import BORN

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
ON = "2026-11-21"


@pytest.mark.parametrize(
    ("condition", "file", "outcome", "offers"),
    [
        ("uncomplicated-uti", "uti-supply.json", ("supply", None), [("nitrofurantoin", 100)]),
        ("uncomplicated-uti", "uti-emergency.yaml", ("emergency", "999"), []),
        ("acute-sore-throat", "sore-throat.json", ("supply", None), [("clarithromycin", 187.5)]),
        ("acute-sore-throat", "sore-throat-unknown.json", ("need_facts", None), []),
    ],
)
def test_an_example_comes_out_as_its_name_says(run, condition, file, outcome, offers):
    ran = run("assess", condition, EXAMPLES / file, "--as-of", ON, "--json")

    answer = json.loads(ran.stdout)
    assert (answer["outcome"]["kind"], answer["outcome"]["destination"]) == outcome
    assert [(offer["pgd"], offer["dose"]["amount"]) for offer in answer["offers"]] == offers


@pytest.mark.parametrize(
    ("condition", "file", "decided_by"),
    [
        ("uncomplicated-uti", "uti-supply.json", ["UTI-T1"]),
        ("uncomplicated-uti", "uti-emergency.yaml", ["UTI-R6", "UTI-R9"]),
        ("acute-sore-throat", "sore-throat.json", ["ST-T11"]),
        ("acute-sore-throat", "sore-throat-unknown.json", []),
    ],
)
def test_an_example_says_why_it_comes_out_so(run, condition, file, decided_by):
    answer = json.loads(run("assess", condition, EXAMPLES / file, "--as-of", ON, "--json").stdout)

    assert answer["decided_by"] == decided_by
    assert [reason["id"] for reason in answer["reasons"]] == decided_by


def test_the_example_of_what_is_not_known_holds_all_that_stops_and_lacks_what_treats(run):
    """Every stopping criterion is clear, so the patient is not referred the same day, and the first question is the one left open."""
    file = EXAMPLES / "sore-throat-unknown.json"
    answer = json.loads(run("assess", "acute-sore-throat", file, "--json").stdout)

    assert answer["missing"][0] == "tonsils_severely_inflamed"
    assert answer["if_not_answered"] == "refer"
    verdicts = {one["id"]: one["verdict"] for one in answer["trace"]}
    stopping = load().newest("acute-sore-throat").stopping
    assert [one.id for one in stopping if verdicts[one.id] != "not met"] == []


@pytest.mark.parametrize("file", ["uti-supply.json", "sore-throat.json"])
def test_an_example_of_a_supply_answers_all_that_is_asked(file):
    """Each question of the newest version that is asked of this person has an answer, and each answer a question."""
    held = json.loads((EXAMPLES / file).read_text())
    pathway = load().newest(held.get("pathway", "uncomplicated-uti"))
    facts = held.get("facts", held)
    found = assess(pathway, facts, date(2026, 11, 21)).findings

    assert set(facts) <= set(pathway.questions)
    assert set(pathway.questions) - set(facts) - {BORN} <= {fact for one in found for fact in one.not_asked}


def test_the_lines_show_each_kind_and_one_error(run, results):
    ran = run("assess", "--jsonl", EXAMPLES / "consultations.jsonl")

    shown = [one["outcome"]["kind"] if "outcome" in one else one["error"]["code"] for one in results(ran)]
    assert shown == ["supply", "refer_urgent", "self_care", "wrong_value", "emergency", "need_facts"]
    assert ran.exit_code == 1


def test_no_example_holds_an_identity():
    for path in filter(Path.is_file, EXAMPLES.iterdir()):  # Python leaves its own folder beside form.py
        text = path.read_text()
        if path.name.startswith(
            ("account-", "consultation-", "handover")
        ):  # these name a patient: a training patient, and nobody else
            assert re.findall(r'"nhs_number": "(\d{3})', text) == ["999"]
        else:
            text = text.partition("\nclauses:\n")[
                0
            ]  # of an adoption: names of all that is asked and said, with digests
            assert not any(word in text for word in ("date_of_birth", "nhs_number", "patient", "surname"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What is printed with pharmacyfirst on PATH: by the demo, or by a command that it names, as in this folder."""
    tmp_path = tmp_path_factory.mktemp("demo")
    program = tmp_path / "pharmacyfirst"
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -m pharmacyfirst \"$@\"\n")
    program.chmod(0o755)

    def demo(command=EXAMPLES / "demo.sh", cwd=tmp_path, **more):
        path = f"{tmp_path}:/usr/bin:/bin"
        ran = subprocess.run([command], cwd=cwd, env={"PATH": path}, capture_output=True, text=True, **more)
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    return demo


@pytest.fixture(scope="module")
def shown(demo):
    return demo()


def test_the_demo_ends_with_a_supply_an_emergency_and_a_message_on_one_screen(shown):
    assert os.access(EXAMPLES / "demo.sh", os.X_OK)
    assert len(shown.splitlines()) <= 40
    places = [
        shown.index(words)
        for words in (
            "MAY BE SUPPLIED\n",
            "evaluation only: not authorised for supply\n",
            "UTI-T1: two or three key signs",
            "100 mg, 2 times a day, for 3 days, oral",
            "DIAL 999 NOW\n",
            "UTI-R6: sepsis cannot wait\n",
            "UTI-R9: an immediate threat to life is an emergency by itself\n",
            "The message passes the schema, the profiles and every rule",
            "To try next",
        )
    ]
    assert places == sorted(places)


def test_the_three_commands_that_the_demo_names_work(demo, shown):
    commands = shown.partition("To try next, in this folder:\n")[2].splitlines()

    assert [command.split()[:2] for command in commands] == [
        ["pharmacyfirst", one] for one in ("consult", "assess", "check")
    ]
    consult, assess, check = (demo(command, cwd=ROOT, shell=True, input="30\n1\nyes\n999\n") for command in commands)
    assert "DIAL 999 NOW" in consult
    assert "MAY BE SUPPLIED" in assess
    assert "uncomplicated-uti 2026.2" in check
