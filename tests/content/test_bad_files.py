"""Every mistake a content file can hold, and what is said of it.

Each folder of tests/bad/ holds the wrong files of one set; they stand in place of those of tests/bad/good/. Its message.txt is
all that `pharmacyfirst check` says, letter for letter. A folder holds one mistake, unless its name ends in -and-more.

`python tests/content/test_bad_files.py` writes every message.txt again; then read the difference as an author would.
"""

import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from pharmacyfirst.content.cases import cases_of_each, failures
from pharmacyfirst.content.forms import Form
from pharmacyfirst.content.library import load
from pharmacyfirst.content.yaml_text import ContentRefused

BAD = Path(__file__).resolve().parents[1] / "bad"
GOOD = BAD / "good"
MESSAGE = "message.txt"
FOLDERS = sorted(folder.name for folder in BAD.iterdir() if folder.is_dir() and folder != GOOD)


def laid_over_good(name, into):
    """The good set with the wrong files of a folder in their place, under a root called pathways."""
    root = Path(into) / "pathways"
    shutil.copytree(GOOD, root)
    shutil.copytree(BAD / name, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MESSAGE))
    return root


def refusal(root):
    """What is said of the set: its pathways, or its cases where the pathways load."""
    with pytest.raises(ContentRefused) as refused:
        cases_of_each(library := load(root), library.conditions)
    return refused.value


def write_messages():
    for name in FOLDERS:
        with tempfile.TemporaryDirectory() as into:
            (BAD / name / MESSAGE).write_text(f"{refusal(laid_over_good(name, into))}\n", encoding="utf-8")


def test_good_set_loads_and_its_cases_agree():
    library = load(GOOD)
    assert {name: len(cases) for name, cases in cases_of_each(library, library.conditions).items()} == {
        "hiccups": 21,
        "yawning": 3,
    }
    assert [failure for condition in library.conditions for failure in failures(library, condition)] == []
    assert not library.stretches["yawning"][0].pathway.draft


def test_good_set_uses_every_heading(monkeypatch):
    allowed, used = defaultdict(set), defaultdict(set)
    read = Form.__init__

    def noted(form, block, what, tags, mistakes, required=(), optional=()):
        read(form, block, what, tags, mistakes, required, optional)
        if not required and tuple(optional) == tuple(block.items):
            return  # a block that is read a second time, whatever its headings
        allowed[what].update(required, optional)
        used[what].update(block.items)

    monkeypatch.setattr(Form, "__init__", noted)
    cases_of_each(library := load(GOOD), library.conditions)
    assert {what: allowed[what] - used[what] for what in allowed if allowed[what] - used[what]} == {}


@pytest.mark.parametrize("name", FOLDERS)
def test_message(name, tmp_path):
    expected = (BAD / name / MESSAGE).read_text(encoding="utf-8")
    assert f"{refusal(laid_over_good(name, tmp_path))}\n" == expected


@pytest.mark.parametrize("name", FOLDERS)
def test_one_cause_is_one_mistake(name, tmp_path):
    mistakes = refusal(laid_over_good(name, tmp_path)).mistakes
    assert (len(mistakes) > 1) == name.endswith("-and-more")


@pytest.mark.parametrize("name", FOLDERS)
def test_every_mistake_says_where_what_how_to_mend_it_and_what_harm(name, tmp_path):
    for mistake in refusal(laid_over_good(name, tmp_path)).mistakes:
        assert mistake.place.file.startswith("pathways/")
        assert mistake.what
        assert mistake.fix.endswith((".", "?", ":"))
        assert mistake.harm.endswith(".")


if __name__ == "__main__":
    sys.exit(write_messages())
