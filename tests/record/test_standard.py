"""The table of the record standard: every mandatory element has a field, every field is one, and the standard's own list is covered."""

import pytest

from pharmacyfirst.record.schema import record_schemas
from pharmacyfirst.record.standard import NOT_OURS, elements, holds

SCHEMA = record_schemas()["record.schema.json"]
TABLE = list(elements())
PAPERS = {"message", "letter", "label", "leaflet", "claim", "page"}


def test_every_mandatory_element_has_a_field_and_a_paper():
    assert [one.path for one in TABLE if one.is_mandatory and not (one.field and one.goes_to)] == []


def test_every_field_is_one_of_a_record_and_every_paper_is_one_of_ours():
    assert [one.field for one in TABLE if one.field and not holds(SCHEMA, one.field)] == []
    assert {paper for one in TABLE if one.goes_to for paper in one.goes_to.split(", ")} <= PAPERS
    assert not holds(SCHEMA, "patient.shoe_size")


def test_whatever_has_no_field_says_why():
    assert [one.path for one in TABLE if not one.field and not one.note] == []
    assert any(one.note == NOT_OURS for one in TABLE)


def test_no_note_says_of_what_a_pathway_asks_that_none_does():
    """Contraception asks about smoking, the blood pressure check about the family, and a test is answered: each stood as never arising."""
    notes = {one.path: one.note for one in TABLE}
    for path in ("Social context", "Family history", "Investigation results"):
        assert notes[path].endswith("an answer under History")
    assert "duties" in notes["Safeguarding"]
    assert [one.path for one in TABLE if "(item" in one.note] == []  # of a list that stands nowhere


def test_every_element_of_the_standard_is_covered_with_its_mark(shared):
    """The standard's own list, where it lies beside the checkout."""
    theirs = {}
    for line in (shared / "service" / "prsb-3.01.03-elements.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        path, _, mark, _ = line.split("\t")
        theirs[path] = mark
    ours = {one.path: one for one in TABLE}

    assert {path: theirs[path] for path in ours} == {path: one.mark for path, one in ours.items()}
    uncovered = [path for path in theirs if not any(path == one or path.startswith(f"{one} / ") for one in ours)]
    assert uncovered == []
    for path, mark in theirs.items():
        above = [one for one in ours if path.startswith(f"{one} / ") and ours[one].note == NOT_OURS]
        assert mark != "M" or path in ours or above, f"{path} is mandatory and has no line of its own"


@pytest.mark.parametrize(
    "path", ["supplies.amp", "supplies.permit.person", "patient.gp_practice.ods", "decision.onward.at"]
)
def test_a_field_is_found_through_lists_and_what_may_be_missing(path):
    assert holds(SCHEMA, path)
