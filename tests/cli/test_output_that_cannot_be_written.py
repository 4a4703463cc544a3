"""Standard output closed, full, or left by its reader: never a success, never a traceback."""

import os
import subprocess

import pytest
from the_program import ENVIRONMENT, EXAMPLES, GOOD, PROGRAM, ROOT, run

from pharmacyfirst.cli.guard import NotDone, guarded

ASSESS = ("assess", "uncomplicated-uti", str(EXAMPLES / "uti-supply.json"))
CHECK = ("check", str(GOOD))  # small, so that starting it many times takes little
COMMANDS = [CHECK, ("--help",), ("--version",), ASSESS, ("record", "-h")]
NOT_WRITTEN = 3


def named(words):
    return " ".join(words[:1])


def shell(words, redirection, **more):
    command = f'exec "$@" {redirection}'
    return subprocess.run(
        ["/bin/sh", "-c", command, "sh", *PROGRAM, *words], capture_output=True, env=ENVIRONMENT, timeout=60, **more
    )


@pytest.mark.parametrize("words", COMMANDS, ids=named)
def test_a_closed_output_is_said_and_nothing_is_done(words):
    ran = shell(words, ">&-")

    said = b"Error: Standard output is closed: nobody would read an answer. Nothing was done.\n"
    assert (ran.returncode, ran.stderr) == (NOT_WRITTEN, said)


def test_a_closed_output_of_many_lines_is_no_success():
    ran = shell(("assess", "--jsonl", str(EXAMPLES / "consultations.jsonl")), ">&-")

    assert ran.returncode == NOT_WRITTEN
    assert b"Standard output is closed" in ran.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=named)
def test_a_full_disk_is_said(words):
    ran = shell(words, "> /dev/full")

    assert (ran.returncode, ran.stderr) == (
        NOT_WRITTEN,
        b"Error: No space left on device. This run did not finish.\n",
    )


def test_an_output_that_is_for_reading_only_is_said():
    ran = shell(CHECK, "1< /dev/null")

    assert (ran.returncode, ran.stderr) == (NOT_WRITTEN, b"Error: Bad file descriptor. This run did not finish.\n")


@pytest.mark.parametrize("words", [CHECK, ASSESS], ids=named)
def test_a_reader_who_has_seen_enough_is_not_told_so_but_the_status_is(words):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        ran = subprocess.run([*PROGRAM, *words], stdout=gone, stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=60)

    assert (ran.returncode, ran.stderr) == (NOT_WRITTEN, b"")


def test_both_outputs_closed_still_end_with_the_status():
    assert shell(CHECK, ">&- 2>&-").returncode == NOT_WRITTEN


def test_a_file_that_cannot_be_written_is_not_named(tmp_path):
    record = EXAMPLES / "consultation-supply.json"
    ran = run("record", "letter", record, "--to", tmp_path / "Penny Practice" / "letter.txt")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "Error: No such file or directory. This run did not finish.\n"


def test_an_error_without_words_of_the_system_is_not_none():
    with pytest.raises(NotDone) as told, guarded():
        raise OSError("Penny Practice.json")

    assert told.value.message == "Something could not be read or written. This run did not finish."


def test_the_exit_status_is_documented():
    table = (
        (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8").split("\n## Exit status\n")[1].split("\n## ")[0]
    )

    assert [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][1:] == list("0123")
