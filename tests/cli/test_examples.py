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


def test_the_demo_runs_with_only_pharmacyfirst_on_path(tmp_path):
    program = tmp_path / "pharmacyfirst"
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -m pharmacyfirst \"$@\"\n")
    program.chmod(0o755)

    ran = subprocess.run(
        [EXAMPLES / "demo.sh"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    assert os.access(EXAMPLES / "demo.sh", os.X_OK)
    assert ran.stdout.count("\n== ") == 7
    for words in (
        "MAY BE OFFERED",
        "187.5 mg",
        "EMERGENCY: dial 999 now",
        "NOT DECIDED YET",
        '"content_digest": "sha256:',
        '{"error": {"code": "wrong_value", "fact": "rigors"',
        "exit status 1, because of the bad line",
        "That does not fit rigors.",
        "REFER THE SAME DAY",
    ):
        assert words in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr
