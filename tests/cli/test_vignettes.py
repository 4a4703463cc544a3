"""The public vignettes, through the command that vendors use; and once through the program and the checker they run."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pharmacyfirst.content.files import SERVICES, SHARED
from pharmacyfirst.content.library import pathways_folder

ROOT = Path(__file__).resolve().parents[2]
VIGNETTES = ROOT / "tests" / "vignettes"
CONDITIONS = sorted(
    one.name for one in pathways_folder().iterdir() if one.is_dir() and one.name not in (SHARED, SERVICES)
)

specification = importlib.util.spec_from_file_location("check_vignettes", VIGNETTES / "check.py")
check = importlib.util.module_from_spec(specification)
specification.loader.exec_module(check)


def document_of(condition):
    return yaml.safe_load((VIGNETTES / condition / "vignettes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_public_vignette_agrees(run, results, condition):
    document = document_of(condition)

    answers = results(run("assess", "--jsonl", "-", input="".join(f"{line}\n" for line in check.questions(document))))

    assert list(check.differences(document, answers)) == []
    assert len(answers) == len(document["cases"]) >= 25


def test_the_checker_that_vendors_run_agrees_and_notices_another_outcome(tmp_path):
    document = document_of("uncomplicated-uti")
    document["cases"][0]["expect"]["kind"] = "declined"
    changed = tmp_path / "vignettes.yaml"
    changed.write_text(yaml.safe_dump(document))
    command = [sys.executable, VIGNETTES / "check.py", f"'{sys.executable}' -m pharmacyfirst assess --jsonl -"]

    right = subprocess.run(
        [*command, VIGNETTES / "uncomplicated-uti" / "vignettes.yaml"], capture_output=True, text=True, cwd=ROOT
    )
    wrong = subprocess.run([*command, changed], capture_output=True, text=True, cwd=ROOT)

    assert right.returncode == 0, right.stdout + right.stderr
    assert right.stdout.endswith(" vignettes agree, 0 do not\n")
    assert wrong.returncode == 1
    assert f"uncomplicated-uti {document['cases'][0]['id']}: " in wrong.stdout


TOLD = {
    "outcome": {"kind": "need_facts", "destination": None},
    "missing": ["rigors"],
    "gateways": ["UTI-G1"],
    "gateways_not_known": ["UTI-G2"],
    "if_not_answered": "refer_urgent",
    "advice": ["Drink enough."],
    "safety_netting": ["Seek help if it gets worse."],
}


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ({"missing_includes": ["diabetes"]}, "missing lacks ['diabetes']"),
        ({"gateways": []}, "gateways ['UTI-G1'] for []"),
        ({"gateways": ["UTI-G1", "UTI-G2"]}, "gateways ['UTI-G1'] for ['UTI-G1', 'UTI-G2']"),
        ({"gateways_not_known": []}, "gateways_not_known ['UTI-G2'] for []"),
        ({"if_not_answered": "refer"}, "if_not_answered refer_urgent for refer"),
        ({"tells": ["drink enough", "paracetamol"]}, "the patient is not told of 'paracetamol'"),
        ({"tells_not": ["seek help"]}, "the patient is told of 'seek help'"),
        ({"kind": "refer"}, "need_facts for refer, decided by None, missing ['rigors']"),
    ],
)
def test_the_checker_notices_whatever_a_vignette_can_expect(expected, says):
    right = {
        "kind": "need_facts",
        "missing_includes": ["rigors"],
        "gateways": ["UTI-G1"],
        "gateways_not_known": ["UTI-G2"],
        "if_not_answered": "refer_urgent",
        "tells": ["drink enough"],
        "tells_not": ["paracetamol"],
    }

    assert check.difference(right, TOLD) is None
    assert check.difference(right | expected, TOLD) == says


def test_the_checker_refuses_what_stands_beside_an_undecided_outcome_beside_another():
    decided = TOLD | {"outcome": {"kind": "refer", "destination": None}}

    assert check.difference({"kind": "refer"}, decided) == "if_not_answered refer_urgent beside refer"


def test_no_vignette_expects_what_the_checker_does_not_read():
    read = {"kind", "destination", "offers", "missing_includes", "gateways", "gateways_not_known", "if_not_answered"}
    read |= {"tells", "tells_not"}

    for condition in CONDITIONS:
        for case in document_of(condition)["cases"]:
            assert set(case["expect"]) <= read, case["id"]
