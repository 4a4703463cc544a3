"""The threat model: every boundary has its six kinds of threat, each with what shows its control; all that is named is there."""

import re

import pytest
from named import ROOT, missing, named_in

PAGE = (ROOT / "docs" / "security" / "threat-model.md").read_text(encoding="utf-8")
BOUNDARIES = re.split(r"^## (?=\d+\. )", PAGE.partition("## What was not looked at")[0], flags=re.MULTILINE)[1:]


def rows(section):
    """The rows of a boundary's table: kind, threat, control, what shows it, what is left."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\| [STRIDE] \|.*$", section, re.MULTILINE)
    ]


def test_the_boundaries_are_there():
    assert [int(one.split(".")[0]) for one in BOUNDARIES] == [*range(1, 10)]


@pytest.mark.parametrize("section", BOUNDARIES, ids=lambda section: section.split("\n")[0])
def test_a_boundary_has_every_kind_of_threat_and_each_is_shown(section):
    found = rows(section)
    assert {row[0] for row in found} == {*"STRIDE"}
    assert [row[0] for row in found] == sorted((row[0] for row in found), key="STRIDE".index)
    for _, threat, control, shown_by, left in found:
        assert threat
        assert control
        assert named_in(shown_by), threat
        assert left == "-" or re.search(
            r"\bours\b|whoever (runs|adopts) it|theirs|meant so|the release", left, re.IGNORECASE
        ), left


def test_every_test_and_file_that_it_names_is_there():
    assert [why for one in named_in(PAGE) if (why := missing(one))] == []


def test_what_is_not_there_is_found():
    assert missing("tests/nowhere.py") == "tests/nowhere.py: there is no such file"
    assert missing("tests/security/test_threat_model.py::test_of_tomorrow").endswith("no such test in the file")
    assert missing("tests/paper/test_paper_pdf.py::TestWithWeasyPrint::test_the_same_html_gives_the_same_bytes") == ""
