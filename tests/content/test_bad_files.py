"""Every mistake a content file can hold, and what is said of it.

Each folder of tests/bad/ holds the wrong files of one set; they stand in place of those of tests/bad/good/. Its message.txt is
all that `pharmacyfirst check` says, letter for letter. A folder holds one mistake, unless its name ends in -and-more.

`python tests/content/test_bad_files.py` writes every message.txt again; then read the difference as an author would.
"""

import shutil
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from by_shape import blocks_of, shape_of_file, tree_of
from click.testing import CliRunner
from shares import every_nth

from pharmacyfirst.cli.main import main
from pharmacyfirst.content import sentences
from pharmacyfirst.content.cases import cases_of, cases_of_each, failures
from pharmacyfirst.content.every_shape import every_shape
from pharmacyfirst.content.kept import FOLDER_VARIABLE
from pharmacyfirst.content.library import load
from pharmacyfirst.content.sentences import Vocabulary
from pharmacyfirst.content.text import ContentRefused

BAD = Path(__file__).resolve().parents[1] / "bad"
GOOD = BAD / "good"
SERVICES = BAD.parent / "humming"  # the same for what services brought
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


@cache
def refusal_of(name):
    with tempfile.TemporaryDirectory() as into:
        return refusal(laid_over_good(name, into))


def write_messages():
    for name in FOLDERS:
        (BAD / name / MESSAGE).write_text(f"{refusal_of(name)}\n", encoding="utf-8")


def test_good_set_loads_and_its_cases_agree():
    library = load(GOOD)
    assert {name: len(cases) for name, cases in cases_of_each(library, library.conditions).items()} == {
        "hiccups": 23,
        "snoring": 13,
        "yawning": 3,
    }
    assert [failure for one in library.conditions for failure in failures(library, cases_of(library, one))] == []
    assert not library.stretches["yawning"][0].pathway.draft


def test_good_set_uses_every_heading():
    used = defaultdict(set)
    for path in (*GOOD.rglob("*.yaml"), *SERVICES.rglob("*.yaml")):
        tree = tree_of(path)
        for block, shape in blocks_of(tree, shape_of_file(tree)):
            used[shape.name].update(block.items)
    allowed = {
        name: {h for s in every_shape() if s.name == name for h in s.headings}
        for name in {s.name for s in every_shape()}
    }
    remarks = {"open", "note"}  # these may stand nearly everywhere, and need not
    assert {what: missing for what in allowed if (missing := allowed[what] - used[what] - remarks)} == {}


@pytest.mark.parametrize("name", every_nth(FOLDERS, 3))
def test_message(name):
    assert f"{refusal_of(name)}\n" == (BAD / name / MESSAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", every_nth(FOLDERS, 3))
def test_one_cause_is_one_mistake(name):
    assert (len(refusal_of(name).mistakes) > 1) == name.endswith("-and-more")


@pytest.mark.parametrize("name", every_nth(FOLDERS, 3))
def test_every_mistake_says_where_what_how_to_mend_it_and_what_harm(name):
    for mistake in refusal_of(name).mistakes:
        assert mistake.place.file.startswith("pathways/")
        assert mistake.what
        assert mistake.fix.endswith((".", "?", ":"))
        assert mistake.harm.endswith(".")


def test_every_mistake_of_every_file_is_reported_in_file_order():
    mistakes = refusal_of("several-files-and-more").mistakes
    places = [(mistake.place.file, mistake.place.line, mistake.place.column) for mistake in mistakes]
    assert places == sorted(places)
    assert {file.removeprefix("pathways/") for file, _, _ in places} == {
        "hiccups/pathway.yaml",
        "hiccups/placebo-lozenge.yaml",
        "hiccups/placebo-syrup.yaml",
        "shared/tickly-foods.yaml",
        "sneezing",
        "yawning/pathway.yaml",
    }


def test_a_sentence_left_out_for_what_it_speaks_of_is_never_left_out_in_silence(monkeypatch):
    """What is wrong there is noted there; where nothing is, the clause would be gone and somebody let through."""
    read = Vocabulary._is

    def cannot_read_one(self, match):
        if match.group() == "hiccups_an_hour is 0":
            raise sentences._Unread
        return read(self, match)

    monkeypatch.setattr(Vocabulary, "_is", cannot_read_one)
    monkeypatch.setenv(FOLDER_VARIABLE, "")  # read anew, by this reader
    (mistake,) = refusal(GOOD).mistakes

    assert mistake.what == "this sentence speaks of something that cannot be read"
    assert (mistake.place.file, mistake.place.text) == (
        "pathways/hiccups/pathway.yaml",
        "    when: hiccups_an_hour is 0",
    )


def test_more_than_1_mb(tmp_path):
    root = tmp_path / "pathways"
    shutil.copytree(GOOD, root)
    with open(root / "yawning" / "pathway.yaml", "a", encoding="utf-8") as file:
        file.write("# yawn\n" * 150_000)
    assert str(refusal(root)) == (
        "pathways/yawning/pathway.yaml: the file holds more than 1 MB\n"
        "  Split or shorten it.\n"
        "  A file too big to review is a file nobody has read.\n"
        "\n"
        "1 mistake: nothing was loaded."
    )


@pytest.mark.parametrize("made", [True, False])
def test_no_condition_at_all(made, tmp_path):
    root = tmp_path / "pathways"
    if made:
        root.mkdir()
    assert str(refusal(root)) == (
        "pathways: there is no condition in this folder\n"
        "  Name the folder that holds one folder for each condition.\n"
        "  Nobody can be assessed without content.\n"
        "\n"
        "1 mistake: nothing was loaded."
    )


def test_folder_called_like_a_file(tmp_path):
    root = tmp_path / "pathways"
    shutil.copytree(GOOD, root)
    (root / "yawning" / "sleep.yaml").mkdir()
    assert str(refusal(root)).startswith("pathways/yawning/sleep.yaml: this cannot be opened as a file\n")


@pytest.mark.parametrize("name", ["several-files-and-more", "case-unknown-outcome"])
def test_check_prints_the_message_and_exits_with_1(name, tmp_path):
    root = laid_over_good(name, tmp_path)
    result = CliRunner().invoke(main, ["check", str(root)])
    assert result.exit_code == 1
    assert (BAD / name / MESSAGE).read_text(encoding="utf-8") in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


if __name__ == "__main__":
    write_messages()
