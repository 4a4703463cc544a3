"""docs/first-pathway.md is followed word for word: each command is run, each file edited as it says, and it ends in a pathway that holds."""

import re
import sys
from pathlib import Path

import pytest
from test_docs import regenerate

from pharmacyfirst.review.notes import GRADES

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs"))
import first_pathway  # noqa: E402

PAGE = (ROOT / "docs" / "first-pathway.md").read_text(encoding="utf-8")


def runs(page):
    """Each command of a page with what it prints there."""
    return re.findall(r"^```console\n\$ (.*)\n((?:.*\n)*?)```$", page, re.MULTILINE)


@pytest.fixture(scope="module")
def followed():
    return first_pathway.walked(PAGE, regenerate.output)


def test_every_command_prints_what_stands_on_the_page(followed):
    assert runs(followed) == runs(PAGE), "stale: run `make docs`"
    assert followed == PAGE


def test_a_newcomers_mistakes_are_answered_by_the_loader_and_mended_by_what_follows():
    said = [printed for command, printed in runs(PAGE) if command.startswith("pharmacyfirst check")]
    mistakes = [printed for printed in said if "nothing was loaded" in printed]

    assert len(mistakes) == 4
    assert "No mistake was found" in said[0]
    assert all(re.search(r"^  [A-Z].*\.$", one, re.MULTILINE) for one in mistakes)


def test_it_ends_checked_proved_rendered_and_reviewed():
    last = {command.split()[1]: printed for command, printed in runs(PAGE)}

    assert last["cases"] == "7 of 7 cases agree\n"
    assert " 0 FAIL" in last["prove"]
    assert "wrote hiccups/pathway.html" in last["render"]
    assert "wrote hiccups/review-pack.html" in last["review"]


def test_the_grades_that_authors_are_told_are_those_that_documents_print():
    told = (ROOT / "docs" / "writing-a-pathway.md").read_text(encoding="utf-8")
    for grade, words in GRADES.items():
        (row,) = re.findall(rf"^\| `{grade.word}` \| (.*)$", told, re.MULTILINE)
        assert row.startswith(f"{words.split('. ')[0].removesuffix('.')}. |")
    assert "evidence: primary" not in PAGE, "the book of the page is no text of the NHS, of NICE or of the regulator"


def test_an_edit_that_does_not_fit_is_found():
    with pytest.raises(ValueError, match="stands there 0 times"):
        first_pathway.walked(
            PAGE.replace("  Red flags: life_threatening\n", "  Red flag: life_threatening\n"), regenerate.output
        )


def test_a_block_that_is_no_step_is_found():
    with pytest.raises(ValueError, match="no step"):
        first_pathway.walked("```yaml\na: b\n```\n", regenerate.output)
