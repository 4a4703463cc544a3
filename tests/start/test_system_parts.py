"""`make test` needs Python and its own packages alone: a test that uses more has the mark ``system``, or fails."""

import os
import re
import subprocess
import sys
from pathlib import Path

import closing
import pytest
import system_parts

TESTS_FOLDER = Path(__file__).resolve().parents[1]
TESTS = """
import subprocess, sys
import pytest

@pytest.fixture(scope="module")
def browser():
    subprocess.run(["NODE"])

@pytest.fixture
def person(browser):
    pass

@pytest.mark.system
def test_with_its_mark(person):
    subprocess.run(["NODE"])

def test_given_what_another_fixture_made(person):
    pass

def test_that_starts_a_program():
    subprocess.run(["NODE"])

def test_that_makes_a_pdf():
    with pytest.raises(ImportError):
        import weasyprint

def test_that_takes_the_maker_of_pdfs_away(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ImportError):
        import weasyprint

def test_that_starts_python():
    subprocess.run([sys.executable, "-c", ""])
"""


@pytest.fixture
def ran(tmp_path):
    """What pytest says of made-up tests beside a made-up node, with these arguments more."""
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text("#!/bin/sh\n")
    node.chmod(0o755)
    (tmp_path / "weasyprint.py").write_text("raise ImportError\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = system\n")
    (tmp_path / "test_made_up.py").write_text(TESTS.replace("NODE", str(node)))

    def ran(*arguments):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rA",
            "-p",
            "system_parts",
            "-p",
            "no:cacheprovider",
            *arguments,
        ]
        path = os.pathsep.join(map(str, (TESTS_FOLDER, tmp_path)))
        said = subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
        ).stdout
        found = re.findall(r"^(PASSED|FAILED|ERROR) test_made_up\.py::test_(\w+)", said, re.MULTILINE)
        assert found, said
        return {name: outcome for outcome, name in found}, said

    return ran


def test_what_uses_a_part_of_the_system_without_the_mark_fails_and_is_told_what_to_do(ran):
    outcomes, said = ran()

    assert outcomes == {
        "with_its_mark": "PASSED",
        "given_what_another_fixture_made": "ERROR",
        "that_starts_a_program": "FAILED",
        "that_makes_a_pdf": "FAILED",
        "that_takes_the_maker_of_pdfs_away": "PASSED",
        "that_starts_python": "PASSED",
    }
    assert "test_that_starts_a_program uses node and has no mark for it" in said
    assert "test_that_makes_a_pdf uses weasyprint and has no mark for it" in said
    assert "Write @pytest.mark.system above it." in said


def test_the_mark_leaves_a_test_out(ran):
    assert "with_its_mark" not in ran("-m", system_parts.OURS)[0]


def test_the_quick_run_says_what_it_left_out():
    assert next(iter(closing.closing_lines([], left_out=True))) == (
        "left out: tests that need what make system installs (mark: system) and those that take long (large); make test-all and .ci/run run them"
    )


def test_the_quick_run_leaves_out_what_has_the_mark_and_what_must_hold_leaves_out_nothing():
    root = TESTS_FOLDER.parent
    makefile, accepted = (root / "Makefile").read_text("utf-8"), (root / ".ci" / "run").read_text("utf-8")
    assert f'-m "{system_parts.OURS}"' in re.search(r"^test:.*\n(\t.*)", makefile, re.MULTILINE)[1]
    assert " -m " not in re.search(r"^test-all:.*\n(\t.*)", makefile, re.MULTILINE)[1]
    assert accepted.rstrip().endswith(" test-all")
