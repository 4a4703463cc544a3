"""What is parsed is what is hashed; only ordinary files are read; and no folder is too big to be refused at once, in few words."""

import os
import shutil
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.content.cases import cases_of_each
from pharmacyfirst.content.files import HAZARDS, INVARIANTS, MOST_BYTES_IN_ALL, MOST_ENTRIES
from pharmacyfirst.content.library import load, pathways_folder
from pharmacyfirst.content.text import MOST_FOUND, MOST_SHOWN, ContentRefused, Mistakes, Place

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
NO_FILE = "this cannot be opened as a file"

_listeners = []


def _heard(event, arguments):
    if event == "open" and _listeners and isinstance(arguments[0], str | bytes | os.PathLike):
        for listener in _listeners:
            listener(Path(os.fsdecode(arguments[0])))


sys.addaudithook(_heard)  # Python itself tells of every file that is opened, however it is done


@contextmanager
def listening(listener):
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "pathways"))


def refusal(root):
    """What is said of the set: its pathways, or its cases where the pathways load."""
    with pytest.raises(ContentRefused) as refused:
        cases_of_each(library := load(root), library.conditions)
    return str(refused.value)


def test_each_file_is_opened_exactly_once():
    root, opened = pathways_folder(), Counter()
    with listening(lambda path: opened.update([path]) if path.suffix == ".yaml" else None):
        load(root)

    assert opened == Counter(
        path for path in root.rglob("*.yaml") if path.name not in ("cases.yaml", INVARIANTS, HAZARDS)
    )


def test_each_file_is_opened_once_where_some_cannot_be_read(root):
    (root / "yawning" / "pathway.yaml").write_text("title: x\n  y: z\n", encoding="utf-8")
    opened = Counter()
    with listening(lambda path: opened.update([path]) if path.suffix == ".yaml" else None):
        refusal(root)

    assert set(opened.values()) == {1}


def test_what_is_swapped_in_while_reading_is_never_taken_for_what_was_published(tmp_path):
    """900 mg in the file while it is parsed, the published bytes back again if anybody opens it a second time."""
    root = Path(shutil.copytree(pathways_folder(), tmp_path / "pathways"))
    file = root / "uncomplicated-uti" / "nitrofurantoin.yaml"
    published = file.read_bytes()
    file.write_bytes(published.replace(b"dose: 100 mg", b"dose: 900 mg"))
    opened = []

    def put_back(path):
        if path == file:
            opened.append(path)
            if len(opened) == 2:
                opened.append(path)  # what is written here is not heard again
                file.write_bytes(published)

    with listening(put_back):
        said = refusal(root)
    assert "uncomplicated-uti/nitrofurantoin 2026.2 has changed since it was published" in said


def a_pipe(path):
    os.mkfifo(path)


def a_folder(path):
    path.mkdir()


def a_dangling_link(path):
    path.symlink_to(path.parent / "nowhere")


def a_link_to_itself(path):
    path.symlink_to(path)


def a_link_to_a_device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("made", [a_pipe, a_folder, a_dangling_link, a_link_to_itself, a_link_to_a_device])
@pytest.mark.parametrize(
    "name",
    ["yawning/sleep.yaml", "yawning/pathway.yaml", "yawning/cases.yaml", "yawning/earlier/2025.1/pathway.yaml", "shared/questions.yaml", "published.yaml"],
)  # fmt: skip
def test_what_is_no_ordinary_file_is_refused_and_not_waited_for(made, name, root):
    (root / name).unlink(missing_ok=True)
    made(root / name)

    assert f"pathways/{name}: {NO_FILE}\n" in refusal(root)


@pytest.mark.parametrize("made", [a_pipe, a_folder, a_dangling_link, a_link_to_a_device])
def test_an_adoption_record_is_an_ordinary_file(made, tmp_path):
    made(tmp_path / "adoption.yaml")

    with pytest.raises(ContentRefused, match=f"^adoption.yaml: {NO_FILE}\n"):
        read_adoption(tmp_path / "adoption.yaml")


def test_a_link_to_an_ordinary_file_is_read(root, tmp_path):
    elsewhere = tmp_path / "elsewhere.yaml"
    (root / "yawning" / "pathway.yaml").rename(elsewhere)
    (root / "yawning" / "pathway.yaml").symlink_to(elsewhere)

    assert load(root).conditions == ("hiccups", "snoring", "yawning")


@pytest.mark.parametrize("root", [Path("/dev"), Path("/dev/null"), Path("/dev/zero"), GOOD / "published.yaml"])
def test_a_place_that_is_no_folder_of_content_is_refused(root):
    assert "there is no " in refusal(root)


def stray_pgds(root):
    for number in range(10_000):
        (root / "yawning" / f"stray-{number}.yaml").write_text("a: b\n", encoding="utf-8")


def stray_conditions(root):
    for number in range(MOST_ENTRIES + 1):
        (root / f"stray-{number}").mkdir()


def stray_versions(root):
    for number in range(MOST_ENTRIES + 1):
        (root / "yawning" / "earlier" / f"2024.{number}").mkdir()


def stray_shared_files(root):
    for number in range(MOST_ENTRIES + 1):
        (root / "shared" / f"stray-{number}.yaml").write_text("list: x\n", encoding="utf-8")


@pytest.mark.parametrize("strayed", [stray_pgds, stray_conditions, stray_versions, stray_shared_files])
def test_strays_are_refused_at_once_in_few_words(strayed, root):
    strayed(root)
    opened = Counter()
    begun = time.process_time()
    with listening(lambda path: opened.update([path]) if path.suffix == ".yaml" else None):
        said = refusal(root)

    assert time.process_time() - begun < 1
    assert said == (
        f"pathways: this folder holds more than {MOST_ENTRIES} files and folders\n"
        "  Name the folder that holds one folder for each condition, and nothing else.\n"
        "  A set too big to review is a set nobody has read.\n"
        "\n"
        "1 mistake: nothing was loaded."
    )
    assert not opened


def test_as_many_strays_as_there_may_be_are_refused_in_few_words(root):
    for number in range(MOST_ENTRIES - 40):
        (root / "yawning" / f"stray-{number}.yaml").write_text("pgd: b\n", encoding="utf-8")
    begun = time.process_time()
    said = refusal(root)

    assert time.process_time() - begun < 5
    assert len(said) < 100_000
    assert f"and {MOST_FOUND - MOST_SHOWN} more\n\n{MOST_FOUND} mistakes: nothing was loaded." in said


def test_the_files_together_have_a_bound(root):
    for number in range(MOST_BYTES_IN_ALL // 1_000_000 + 1):
        (root / "shared" / f"big-{number}.yaml").write_text("#" * 999_999, encoding="utf-8")

    assert f"pathways: the files hold more than {MOST_BYTES_IN_ALL // 1_000_000} MB\n" in refusal(root)


def test_a_line_without_an_end_is_shown_in_part(root):
    file = root / "yawning" / "pathway.yaml"
    text = file.read_text(encoding="utf-8")
    for long in (
        f"wobble{'x' * 500_000}: y",
        f"because: {'x' * 500_000}\n    wobble: z",
        f"when: jaw_stuck is {'x' * 500_000}",
    ):
        file.write_text(text.replace("    because:", f"    {long}\n    because:", 1), encoding="utf-8")
        assert len(refusal(root)) < 20_000


def test_so_many_mistakes_are_shown_and_the_rest_counted():
    mistakes = Mistakes()
    for number in range(MOST_SHOWN + 3):
        mistakes.add(Place("file", number + 1, 1, "line"), "wrong", "Mend it.", "Harm.")
    said = str(ContentRefused(mistakes))

    assert said.count("wrong") == MOST_SHOWN
    assert said.endswith(f"\n\nand 3 more\n\n{MOST_SHOWN + 3} mistakes: nothing was loaded.")
