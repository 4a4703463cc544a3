"""docs/operating.md and examples/operating: the copy, the drill and the watching as they stand there, and units that systemd reads."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATING = ROOT / "examples" / "operating"
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
sys.path += [str(ROOT / "tests" / "store"), str(ROOT / "tests" / "web")]

from a_store import an_account, begun, finished, opened  # noqa: E402
from visiting import Clock, at_the_desk, open_form, with_account  # noqa: E402

from pharmacyfirst import Kind  # noqa: E402


def ran(script, environment, code=0):
    """A script of examples/operating, with this checkout's own program."""
    program = f"{sys.executable} -m pharmacyfirst"
    held = (
        os.environ
        | {"PYTHONPATH": str(ROOT), "PHARMACYFIRST": program}
        | {name: str(one) for name, one in environment.items()}
    )
    found = subprocess.run(["sh", OPERATING / script], capture_output=True, text=True, env=held, timeout=120)
    assert found.returncode == code, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A store with a record and an account, copied as every evening; its folder, the copies, the anchors."""
    folder = tmp_path_factory.mktemp("operating")
    data, copies, anchors = (folder / name for name in ("data", "copies", "anchors"))
    with opened(data) as store:
        finished(store, an_account(practice=True))
    with_account(data, Clock())
    places = {"PHARMACYFIRST_STORE": data, "COPIES": copies, "ANCHORS": anchors}
    assert "Copied to" in ran("backup.sh", places)
    return places


def test_the_copy_is_for_its_owner_alone_and_its_anchor_is_apart(copied):
    (newest,) = [one for one in copied["COPIES"].iterdir() if not one.is_symlink()]
    assert {one.name for one in newest.iterdir()} == {"store.sqlite", "people.sqlite", "said"}
    assert not [one for one in (newest, *newest.iterdir()) if one.stat().st_mode & 0o077]
    (anchor,) = copied["ANCHORS"].iterdir()
    assert re.fullmatch(r"\d+ [0-9a-f]{64} \S+\n", anchor.read_text())


def test_the_drill_puts_the_copy_back_and_goes_through_it(copied):
    said = ran("restore-drill.sh", copied)
    assert "1 finished records" in said
    assert "was put back and is whole" in said


def test_the_drill_fails_where_the_end_of_the_copy_was_cut_off(copied, tmp_path):
    """The anchor of a longer store: what is missing in the copy is noticed."""
    anchors = Path(shutil.copytree(copied["ANCHORS"], tmp_path / "anchors"))
    (anchor,) = anchors.iterdir()
    length, rest = anchor.read_text().split(" ", 1)
    anchor.write_text(f"{int(length) + 1} {rest}")
    assert "is whole" not in ran("restore-drill.sh", copied | {"ANCHORS": anchors}, code=1)


def test_what_is_left_to_do_and_a_copy_that_is_missing_are_said(copied, tmp_path):
    with opened(tmp_path / "data") as store:
        begun(store, an_account("shingles", Kind.SELF_CARE))
    (tmp_path / "copies").mkdir()
    said = ran("watch.sh", {"PHARMACYFIRST_STORE": tmp_path / "data", "COPIES": tmp_path / "copies"}, code=1)
    assert "No copy was made within 26 hours." in said
    assert "Something has to be done before closing" in said
    assert "The form does not answer." in ran(
        "watch.sh", {"FORM": "http://127.0.0.1:9", "COPIES": copied["COPIES"]}, code=1
    )
    assert ran("watch.sh", {"COPIES": copied["COPIES"]}) == ""


# Whether the form lives and is ready


def test_the_form_says_whether_it_lives_and_is_ready_and_nothing_more(tmp_path, monkeypatch, caplog):
    with open_form(tmp_path) as client:
        assert (client.get("/health").status_code, client.get("/health").json()) == (200, {"alive": True})
        assert (client.get("/ready").status_code, client.get("/ready").json()) == (503, {"ready": False})
        assert "The pharmacy is not set up yet." in caplog.text
        at_the_desk(client)
        client.cookies.clear()
        assert (client.get("/ready").status_code, client.get("/ready").json()) == (200, {"ready": True})
        (tmp_path / "anchors.txt").write_text(f"9999 {'0' * 64} 2026-11-21T10:30:00+00:00\n")
        assert client.get("/ready").status_code == 503
        assert client.get("/health").status_code == 200
    assert "are gone" in caplog.text


# The files


def test_the_page_names_every_file_and_every_file_that_it_names_is_there():
    named = {*re.findall(r"\(\.\./examples/operating/([\w.-]+)\)", PAGE)}
    there = {one.name for one in OPERATING.iterdir()}
    assert named <= there
    assert {one for one in there if not one.endswith(".timer")} == named
    assert {f"{one.removesuffix('.timer')}.service" for one in there if one.endswith(".timer")} <= named


def test_the_commands_of_the_units_are_ours_with_options_that_there_are():
    from click import Context

    from pharmacyfirst.cli.main import main

    for unit in OPERATING.glob("*.service"):
        for words in re.findall(r"^ExecStart=\S+/pharmacyfirst (.*)$", unit.read_text(), re.MULTILINE):
            command, left = main, words.split()
            while hasattr(command, "get_command"):
                command = command.get_command(Context(command), left.pop(0))
                assert command is not None, unit.name
            options = {name for one in command.params for name in one.opts}
            assert {one for one in left if one.startswith("--")} <= options, unit.name


def test_the_hardening_of_all_units_is_that_of_the_form():
    def hardening(unit):
        return {
            line
            for line in unit.read_text().splitlines()
            if re.match(r"(Protect|Private|Restrict|System|No|Capab|Lock|Memory|UMask)", line)
        }

    units = [*OPERATING.glob("*.service")]
    assert len(units) == 4
    assert {frozenset(hardening(one)) for one in units} == {frozenset(hardening(OPERATING / "pharmacyfirst.service"))}


@pytest.fixture
def units(tmp_path):
    """The units with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip(
            "systemd-analyze (package systemd) is not on this machine, which reads the units of examples/operating"
        )
    for one in (*OPERATING.glob("*.service"), *OPERATING.glob("*.timer")):
        (tmp_path / one.name).write_text(
            re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", one.read_text(), flags=re.MULTILINE)
        )
    return tmp_path


@pytest.mark.system
def test_systemd_reads_the_units_and_finds_little_exposed(units):
    read = subprocess.run(["systemd-analyze", "verify", *units.iterdir()], capture_output=True, text=True)
    assert (read.returncode, [line for line in read.stderr.splitlines() if "pharmacyfirst" in line]) == (0, [])
    for unit in units.glob("*.service"):
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit],
            capture_output=True,
            text=True,
        )
        assert judged.returncode == 0, judged.stdout[-300:]
