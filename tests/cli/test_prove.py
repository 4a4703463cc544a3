"""pharmacyfirst prove: everything with its time, the exit status, JSON, the cases saved, and what it says where it cannot."""

import json
import shutil

import pytest
from the_program import program, run

from pharmacyfirst.content.library import pathways_folder

CONDITION = "uncomplicated-uti"


@pytest.fixture
def changed(tmp_path):
    """The content with diabetes taken out of the exclusions of one condition."""
    root = shutil.copytree(pathways_folder(), tmp_path / "pathways")
    (root / "published.yaml").unlink()  # what is published may not change, and would be refused for that
    path = root / CONDITION / "pathway.yaml"
    text = path.read_text(encoding="utf-8")
    assert "when: diabetes is yes" in text
    path.write_text(text.replace("when: diabetes is yes", "when: diabetes is no", 1), encoding="utf-8")
    return root


def test_every_property_and_invariant_is_printed_with_its_time():
    ran = run("prove", CONDITION)

    assert ran.exit_code == 0
    lines = ran.stdout.splitlines()
    assert lines[0].endswith("(uncomplicated-uti 2026.2), on 2026-11-21")
    assert [line.split()[3] for line in lines if line.startswith("  proved")][:9] == list("abcdefghi")
    (threat,) = [line for line in lines if "An immediate threat to life is an emergency, and 999 is dialled." in line]
    assert threat.split()[0::3][:2] == ["proved", "INV-N1"]
    assert "listed" not in {line.split()[0] for line in lines if line.strip()}
    assert "cannot be said" in ran.stdout
    assert " 0 FAIL," in lines[-1]


LISTED = """\
  INV-X999:
    says: Nobody is supplied anything.
    for: uncomplicated-uti
    never: supply
    evidence: inferred RULES
    fails for:
      uncomplicated-uti:
        version: 2026.2
        set:
          age_years: 30
        outcome: supply
"""


@pytest.fixture
def listed(tmp_path):
    """The content with a sentence that is known not to hold of it."""
    root = shutil.copytree(pathways_folder(), tmp_path / "pathways")
    path = root / "invariants.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\ninvariants:\n", f"\ninvariants:\n{LISTED}", 1), encoding="utf-8")
    return root


def test_what_is_known_not_to_hold_is_listed_with_its_patient(listed):
    ran = run("prove", CONDITION, "--pathways", listed)

    assert ran.exit_code == 0
    assert "INV-X999" in next(line for line in ran.stdout.splitlines() if line.startswith("  listed"))
    assert "known not to hold: " in ran.stdout
    assert " -> supply: nitrofurantoin 100 mg" in ran.stdout
    assert " 0 FAIL, 1 fail as listed," in ran.stdout.splitlines()[-1]


def test_the_same_as_json():
    ran = run("prove", CONDITION, "--json")

    (proved,) = json.loads(ran.stdout)["proved"]
    assert (proved["condition"], proved["version"], proved["as_of"]) == (CONDITION, "2026.2", "2026-11-21")
    assert [result["id"] for result in proved["results"][:9]] == list("abcdefghi")
    assert {result["result"] for result in proved["results"]} == {"proved"}


def test_what_fails_is_printed_with_its_patient_and_saved_as_a_case(changed, tmp_path):
    found = tmp_path / "found.yaml"
    ran = run("prove", CONDITION, "--pathways", changed, "--save", found)

    assert ran.exit_code == 1
    assert "FAILS" in ran.stdout
    assert (
        "nearest patient: diabetes yes -> supply: nitrofurantoin 100 mg [UTI-NIT-D1] (decided by UTI-T1)" in ran.stdout
    )
    assert ran.stderr == "1 file of cases written.\n"
    shutil.copy(found, changed / CONDITION / "cases.yaml")
    assert "cases agree" in run("cases", CONDITION, "--pathways", changed).stdout


def test_a_condition_that_is_not_there_is_refused_with_the_nearest():
    ran = run("prove", "uncomplicated-uit")

    assert ran.exit_code == 2
    assert 'Did you mean "uncomplicated-uti"?' in ran.stderr


def test_watch_stands_alone(tmp_path):
    ran = run("prove", CONDITION, "--watch", tmp_path)

    assert ran.exit_code == 2
    assert "--watch stands alone" in ran.stderr


def test_without_a_file_of_invariants_it_says_so(tmp_path):
    root = shutil.copytree(pathways_folder(), tmp_path / "pathways")
    (root / "invariants.yaml").unlink()
    without, shipped = (run("prove", "shingles", "--pathways", folder) for folder in (root, pathways_folder()))

    said = "  no invariants.yaml stands beside the conditions: only the properties of every pathway are looked at"
    assert without.stdout.splitlines()[1] == said
    assert said not in shipped.stdout


@pytest.mark.parametrize(
    "error", ["OSError('libz3.so: wrong ELF class')", "AttributeError('Z3_mk_and')", "Exception('libz3 not found')"]
)
def test_a_z3_that_cannot_be_loaded_is_said(error, tmp_path):
    (tmp_path / "z3.py").write_text(f"raise {error}\n", encoding="utf-8")
    ran = program("prove", CONDITION, PYTHONPATH=str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"A proof needs packages that are not installed or cannot be used. Install them: " in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_without_z3_it_says_what_to_install(tmp_path):
    (tmp_path / "z3.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    ran = program("prove", CONDITION, PYTHONPATH=str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"A proof needs packages that are not installed. Install them: " in ran.stderr
    assert b"Traceback" not in ran.stderr
