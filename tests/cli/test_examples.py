"""examples/: what each of them comes out as, and the demo with nothing but pharmacyfirst on PATH."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
    assert tuple(answer["outcome"].values()) == outcome
    assert [(offer["pgd"], offer["dose"]["amount"]) for offer in answer["offers"]] == offers


def test_the_lines_show_each_kind_and_one_error(run, results):
    ran = run("assess", "--jsonl", EXAMPLES / "consultations.jsonl")

    shown = [one["outcome"]["kind"] if "outcome" in one else one["error"]["code"] for one in results(ran)]
    assert shown == ["supply", "refer_urgent", "self_care", "wrong_value", "emergency", "need_facts"]
    assert ran.exit_code == 1


def test_no_example_holds_an_identity():
    for path in EXAMPLES.iterdir():
        text = path.read_text()
        if path.name.startswith("consultation-"):  # records name a patient: a practice patient, and nobody else
            assert re.findall(r'"nhs_number": "(\d{3})', text) == ["999"]
        else:
            assert not any(word in text for word in ("date_of_birth", "nhs_", "patient", "surname"))


@pytest.fixture
def demo(tmp_path):
    """What the demo prints with pharmacyfirst on PATH, and a way to run the commands it names, as in this folder."""
    program = tmp_path / "pharmacyfirst"
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -m pharmacyfirst \"$@\"\n")
    program.chmod(0o755)

    def demo(command=EXAMPLES / "demo.sh", cwd=tmp_path, **more):
        path = f"{tmp_path}:/usr/bin:/bin"
        ran = subprocess.run([command], cwd=cwd, env={"PATH": path}, capture_output=True, text=True, **more)
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    return demo


def test_the_demo_ends_with_a_supply_an_emergency_and_a_message_on_one_screen(demo):
    shown = demo()

    assert os.access(EXAMPLES / "demo.sh", os.X_OK)
    assert len(shown.splitlines()) <= 40
    places = [
        shown.index(words)
        for words in (
            "MAY BE OFFERED (evaluation only: not authorised for supply)",
            "100 mg, 2 times a day, for 3 days, oral",
            "EMERGENCY: dial 999 now\n",
            "UTI-R6: sepsis cannot wait\n",
            "The message passes the schema, the profiles and every rule",
            "To try next",
        )
    ]
    assert places == sorted(places)


def test_the_three_commands_that_the_demo_names_work(demo):
    commands = demo().partition("To try next, in this folder:\n")[2].splitlines()

    assert [command.split()[:2] for command in commands] == [
        ["pharmacyfirst", one] for one in ("consult", "assess", "check")
    ]
    consult, assess, check = (demo(command, cwd=ROOT, shell=True, input="no\nno\nyes\n") for command in commands)
    assert "EMERGENCY" in consult or "REFER" in consult
    assert "MAY BE OFFERED" in assess
    assert "uncomplicated-uti 2026.1" in check
