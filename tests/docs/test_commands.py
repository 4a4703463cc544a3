"""Every command in the documentation exists with the options shown, and every one that stands there to be typed runs."""

import contextlib
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
# Each of its commands needs the edits before it: test_first_pathway.py runs them in order.
FOLLOWED = ROOT / "docs" / "first-pathway.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "pgd_templates").glob("*.md")])
GENERATED = re.compile(r"<!-- generated: .*?<!-- end of generated -->", re.DOTALL)
PLACEHOLDER = re.compile(r"\b(FILE|DIR|DRAFT|CONDITION|COMMAND|MESSAGE|DATE|GPHC|N)\b|\.\.\.|\[")


def by_hand(path):
    """What somebody wrote: generated parts are run by whoever writes them."""
    return GENERATED.sub("", path.read_text(encoding="utf-8"))


def to_type(path):
    """The commands in blocks of code, as a reader would copy them."""
    for block in re.findall(r"^```\w*\n(.*?)^```$", by_hand(path), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if match := re.match(r"(?:\$ )?(?:\.venv/bin/)?pharmacyfirst (.*)", line):
                yield match[1]


def named(path):
    """The commands named in the text."""
    yield from re.findall(r"`(?:\.venv/bin/)?pharmacyfirst ([^`]+)`", by_hand(path))


TO_TYPE = [(path, line) for path in PAGES if path != FOLLOWED for line in to_type(path)]
NAMED = [(path, line) for path in PAGES for line in (*named(path), *to_type(path))]


def ids(one):
    return one.relative_to(ROOT).as_posix() if isinstance(one, Path) else one


@pytest.mark.parametrize(("path", "line"), NAMED, ids=ids)
def test_a_command_that_is_named_exists_with_its_options(path, line):
    command, context = main, click.Context(main, **main.context_settings)
    words = shlex.split(re.sub(r"[\[\]]", " ", line), comments=True)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        command = command.get_command(context, words[0])
        assert command is not None, f"{words[0]} is no command"
        context = click.Context(command, parent=context, **command.context_settings)
        words.pop(0)
    known = {name for one in command.get_params(context) for name in one.opts}
    assert [word for word in words if word.startswith("--") and word.partition("=")[0] not in known] == []


def typed():
    """Those that can be typed as they stand."""
    for path, line in TO_TYPE:
        if not PLACEHOLDER.search(line):
            yield pytest.param(path, line, marks=[pytest.mark.system] if "--pdf" in line else [])


@pytest.mark.usefixtures("nothing_serves_for_ever")
@pytest.mark.parametrize(("path", "line"), [*typed()], ids=ids)
def test_a_command_that_stands_there_to_be_typed_runs(path, line, request, tmp_path):
    if "--pdf" in line:
        request.getfixturevalue("makes_pdf")
    with contextlib.chdir(
        tmp_path if line.startswith("synth ") else ROOT
    ):  # what it makes up is no part of the checkout
        ran = CliRunner().invoke(main, shlex.split(line, comments=True), input="no\n" * 60)
    assert ran.exit_code in (0, 1), ran.output  # 1: an answer that says no, such as a permit that is refused
    assert "Usage:" not in ran.output
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    assert ran.stdout


def test_there_is_something_to_type():
    assert len(TO_TYPE) > 3
    assert len(NAMED) > 15
