"""A name that is not ours is noted and never repeated; a note about a patient is no content; and a refusal can be copied."""

import copy
import os
import pickle
import shutil
from pathlib import Path

import pytest
from shares import every_nth

from pharmacyfirst.content.cases import cases_of_each
from pharmacyfirst.content.every_shape import FILES
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.library import load
from pharmacyfirst.content.recognised import FIRST, TOP, is_content
from pharmacyfirst.content.text import ContentRefused

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
WRONG = "pathways/{}: the name is not written as ours are\n"
STRANGE = "(a name that is not ours)"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "pathways"))


def refused(root):
    with pytest.raises(ContentRefused) as caught:
        cases_of_each(library := load(root), library.conditions)
    return caught.value


# Names

PGD, PATHWAY, LIST = "hiccups/placebo-syrup.yaml", "hiccups/pathway.yaml", "shared/tickly-foods.yaml"


@pytest.mark.parametrize(
    "name", [b"z\xff\xfe.yaml", b"cases\xff.yaml", b"Zebedee Quux.yaml", b"quux-9990000018.yaml", b"a b.yaml"]
)
@pytest.mark.parametrize("copied", [PGD, PATHWAY, LIST])
def test_a_file_whose_name_is_not_ours_is_noted_and_not_read(copied, name, root):
    folder = (root / copied).parent
    shutil.copyfile(root / copied, os.path.join(os.fsencode(folder), name))
    said = str(refused(root))

    assert said.startswith(WRONG.format(f"{folder.name}/{STRANGE}"))
    assert said.endswith("\n\n1 mistake: nothing was loaded.")


MARKED = ("Zebedee Quux", "zebedee-9990000018", "ZEBEDEE", "zebedee quux", "zebedee_quux", "zebedee\nquux")


@pytest.mark.parametrize("marked", MARKED)
@pytest.mark.parametrize(
    ("copied", "to"),
    [
        ("hiccups", "{}"),
        ("yawning", "{}"),
        (PGD, "hiccups/{}.yaml"),
        ("yawning/earlier/2025.1", "yawning/earlier/{}"),
        (LIST, "shared/{}.yaml"),
        ("shared/questions.yaml", "shared/{}.yaml"),
    ],
)
def test_a_name_that_may_be_a_patients_is_nowhere_in_the_message(copied, to, marked, root):
    source, target = root / copied, root / to.format(marked)
    (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    said = str(refused(root))

    assert (
        WRONG.format(shown := to.removesuffix(".yaml").format(STRANGE)) in said or f"pathways/{shown}: the name" in said
    )
    for part in ("zebedee", "quux", "9990000018"):
        assert part not in said.lower()


@pytest.mark.parametrize("marked", MARKED)
def test_a_moved_file_leaves_no_name_behind_either(marked, root):
    for file, to in (
        (PGD, f"hiccups/{marked}.yaml"),
        ("yawning", marked),
        ("shared/questions.yaml", f"shared/{marked}.yaml"),
    ):
        (root / file).rename(root / to)

    assert "zebedee" not in str(refused(root)).lower()
    assert name_shown(marked) == STRANGE


def test_names_of_ours_are_shown(root):
    for path in root.rglob("*"):
        assert name_shown(path.name) == path.name
    assert name_shown("12345") == "12345"
    assert name_shown("a123456") == STRANGE


# Notes


def test_every_heading_at_the_margin_of_a_file_is_known():
    assert {heading for shape in FILES for heading in shape.headings} == TOP
    assert {next(iter(shape.headings)) for shape in FILES} | {"invariants"} == FIRST  # before its sources or after


NOTES = [
    "name: Zebedee Quux\n{}:\n  said: Zebedee\n",
    "{}: Zebedee Quux\nnhs number: 9990000018\nborn: 1990-01-01\n",
    "{}:\n  Zebedee: quux\nname: Zebedee Quux\nborn: 1990-01-01\n",
    "Zebedee Quux\n{}:\n  a: b\n",
]


@pytest.mark.parametrize(
    "heading", ["treatment", "sources", "questions", "cases", "baseline", "published", "open items", "invariants"]
)
@pytest.mark.parametrize("note", every_nth(NOTES, 4))
@pytest.mark.parametrize("to", [PGD, "shared/note.yaml", "hiccups/cases.yaml", "published.yaml"])
def test_a_note_with_a_heading_of_ours_is_not_quoted(to, note, heading, root):
    (root / to).write_text(note.format(heading), encoding="utf-8")
    said = str(refused(root))

    assert f"pathways/{to}:" in said
    for part in ("Zebedee", "quux", "9990000018", "1990"):
        assert part not in said


@pytest.mark.parametrize("heading", ["treatment", "sources", "cases", "baseline", "open items"])
def test_one_heading_alone_is_no_content(heading):
    assert not is_content(f"{heading}:\n  Zebedee: quux\n")


# Copies


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda refusal: pickle.loads(pickle.dumps(refusal))])
def test_a_refusal_is_the_same_when_it_is_copied(copied, root):
    (root / PATHWAY).write_text("title: x\n  y: z\n", encoding="utf-8")
    refusal = refused(root)

    assert str(copied(refusal)) == str(refusal)
    assert copied(refusal).mistakes == refusal.mistakes
