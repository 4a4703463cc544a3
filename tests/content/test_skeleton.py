"""The skeleton of a new pathway loads, beside the shipped ones too, makes nothing up, and offers nothing to anybody."""

import shutil
from datetime import date

import pytest

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of, failures
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.content.skeleton import QUESTIONS, Skeleton, WrongName
from pharmacyfirst.kernel.evidence import Grade

DAY = date(2026, 12, 1)
PLACED = {"HIC-R1", "HIC-C1", "HIC-FM-I1", "HIC-FM-D1"}


def written(root, skeleton):
    for place, text in skeleton.files().items():
        path = root / place
        if place == QUESTIONS and path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(root)


@pytest.fixture
def hiccups(tmp_path):
    return written(tmp_path, Skeleton("hiccups", "Hiccups", "first-medicine", DAY))


@pytest.mark.parametrize(
    ("condition", "title", "medicine"),
    [
        ("hiccups", "Hiccups", "placebo-syrup"),
        ("sore-tooth", "Sore tooth (adults), one that is a good deal longer than a line", "placebo"),
        ("x", "X", "y"),
        ("a-b-c-d-e", "Yes", "m-n"),
    ],
)
def test_it_loads_and_its_cases_agree(tmp_path, condition, title, medicine):
    library = written(tmp_path, Skeleton(condition, title, medicine, DAY))

    cases = cases_of(library, condition)
    assert len(cases) == 5
    assert [difference for _, difference in failures(library, cases)] == []


def test_it_loads_beside_the_pathways_that_ship(tmp_path):
    root = tmp_path / "pathways"
    shutil.copytree(pathways_folder(), root)

    service = root / "services" / "pharmacy-first.yaml"
    service.write_text(
        service.read_text(encoding="utf-8").replace("pathways: ", "pathways: hiccups, "), encoding="utf-8"
    )

    library = written(root, Skeleton("hiccups", "Hiccups", "first-medicine", DAY))

    assert library.newest("hiccups").service.id == "pharmacy-first"


def test_no_dose_is_written_so_nobody_is_offered_anything(hiccups):
    (pgd,) = hiccups.newest("hiccups").pgds.values()

    assert [row.dose for row in pgd.doses] == [None]


def test_whatever_is_clinical_is_unknown_with_an_open_item(hiccups):
    pathway = hiccups.newest("hiccups")
    graded = {rule.id: rule.backing for rule in pathway.rules()}

    assert {
        id_ for id_, backing in graded.items() if {one.grade for one in backing.evidence} == {Grade.INFERRED}
    } == PLACED
    # The offer has to name a source; it names one that nobody has read, and its open item says so.
    assert {id_ for id_, backing in graded.items() if any(one.grade < Grade.INFERRED for one in backing.evidence)} == {
        "HIC-T1"
    }
    assert "has not been read" in pathway.open_items["HIC-O1"].says
    assert all(graded[id_].open for id_ in graded if id_ not in PLACED)


def test_the_shared_questions_are_those_that_ship(hiccups):
    shipped = load().questions

    assert dict(hiccups.questions) == {name: shipped[name] for name in hiccups.questions}


@pytest.mark.parametrize(
    "name", ["", "Hiccups", "hic cups", "../up", "hiccups.yaml", "1st", "shared", "-x", "first-medicine"]
)
def test_a_name_that_would_not_load_is_refused(name):
    with pytest.raises(WrongName, match="condition"):
        Skeleton(name, "Hiccups", "first-medicine", DAY)


@pytest.mark.parametrize("title", ["", "a: b", "a\nb", "#x", "'x", "x\t", "$x"])
def test_a_title_that_would_be_read_as_something_else_is_refused(title):
    with pytest.raises(WrongName, match="title"):
        Skeleton("hiccups", title, "first-medicine", DAY)
