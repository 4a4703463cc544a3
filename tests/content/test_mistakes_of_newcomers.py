"""What somebody fresh to it met: each mistake is one message, which says what to do; several gaps are all told; a list of what was taken back loads."""

import re
from datetime import date

import pytest

from pharmacyfirst import load
from pharmacyfirst.content.skeleton import Skeleton
from pharmacyfirst.content.text import ContentRefused

ROW = """  MR-MC-D{number}:
    who: some
    when: {when}
    dose: 5 mg
    times a day: 2
    days: 3
    product: moon-cream, form to be written
    quantity: not stated
    evidence: single S1
    open: MR-O1
"""


@pytest.fixture
def root(tmp_path):
    for place, text in Skeleton("moon-rash", "Moon rash", "moon-cream", date(2026, 12, 1)).files().items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    return tmp_path


def refused(root):
    with pytest.raises(ContentRefused) as said:
        load(root)
    return said.value.mistakes


@pytest.mark.parametrize("copied", ["pathway", "cases", "moon-cream"])
def test_a_copy_that_was_left_beside_the_pathway_is_one_mistake(root, copied):
    original = root / "moon-rash" / f"{copied}.yaml"
    (root / "moon-rash" / "copy.yaml").write_bytes(original.read_bytes())

    (mistake,) = refused(root)

    assert mistake.place.file == "pathways/moon-rash/copy.yaml"
    assert mistake.what.endswith("begins a file of another name")
    assert mistake.fix.startswith("Take this one out.")


def test_a_pgd_that_names_no_file_is_told_by_its_name(root):
    file = root / "moon-rash" / "moon-cream.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("pgd: moon-cream", "pgd: ../moon/cream"), encoding="utf-8")

    (mistake,) = refused(root)
    assert mistake.what == 'the file is called "moon-cream"'


def test_a_list_with_withdrawn_versions_alone_is_read(root):
    lines = [
        "withdrawn:",
        "  moon-rash/pathway 2025.1:",
        f"    digest: sha256:{0:064}",
        "    day: 2026-11-01",
        "    because: wrong",
    ]
    (root / "published.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")

    (withdrawn,) = load(root).withdrawn
    assert (withdrawn.version, withdrawn.because) == ("2025.1", "wrong")


def test_what_only_looks_like_such_a_list_is_not_quoted(root):
    (root / "published.yaml").write_text("withdrawn:\n  Zebedee Quux: consent\n", encoding="utf-8")

    assert "Zebedee" not in str(refused(root))


def test_the_folder_of_one_condition_is_told_from_none(root):
    (mistake,) = refused(root / "moon-rash")

    assert (mistake.what, mistake.fix) == ("this is the folder of one condition", "Name the folder that it lies in.")


def with_doses(root, *whens):
    file = root / "moon-rash" / "moon-cream.yaml"
    rows = "".join(ROW.format(number=number, when=when) for number, when in enumerate(whens, 1))
    text = re.sub(
        r"(?s)^doses:\n.*?(?=^# \(4\))", lambda _: f"doses:\n{rows}", file.read_text(encoding="utf-8"), flags=re.M
    )
    file.write_text(text, encoding="utf-8")
    return [mistake.what for mistake in refused(root)]


def test_every_gap_of_a_dose_table_is_told_once(root):
    gaps = with_doses(root, "age_years is 5 to 10", "age_years is 18 to 50")

    assert gaps == [f"no dose row takes a person with age_years {first}" for first in (0, 11, 51)]


def test_a_gap_that_goes_through_several_answers_is_one(root):
    """Children under 5, whatever the moon, are one gap; the other is those from 11 to 17, and with them whoever is older under a full moon."""
    pathway = root / "moon-rash" / "pathway.yaml"
    text = pathway.read_text(encoding="utf-8").replace("is for: another_reason", "is for: another_reason, full_moon")
    question = "  full_moon:\n    called: Full moon\n    ask: Is the moon full?\n    answer: yes or no\n"
    pathway.write_text(text.replace("  another_reason:\n", f"{question}  another_reason:\n"), encoding="utf-8")

    gaps = with_doses(root, "age_years is 5 to 10", "\n      - age_years is at least 18\n      - full_moon is no")

    assert gaps == [f"no dose row takes a person with age_years {first}, full_moon yes" for first in (0, 11)]
