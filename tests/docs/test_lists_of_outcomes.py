"""What the pages say of outcome kinds, destinations and drafts is what the code has: a client that believes a page must not miss a kind."""

import json
import re
from datetime import date

import pytest
from test_docs import ROOT

from pharmacyfirst import load
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.told import in_words

NUMBERS = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve"}
KEYS = [kind.key for kind in Kind]


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def row(name, begins):
    """The one row of a table of a page that begins so."""
    (found,) = [line for line in page(name).splitlines() if line.startswith(begins)]
    return found


def test_the_kinds_that_stay_are_named_and_counted_as_the_code_has_them():
    said = row("docs/stability.md", "| outcome kinds, destinations, error codes |")
    listed = said.partition("most urgent first: ")[2].partition(".")[0]

    assert f"There are {NUMBERS[len(Kind)]} kinds" in said
    assert re.findall(r"`(\w+)`", listed) == KEYS
    assert f"One of {NUMBERS[len(Kind)]} kinds" in row("GLOSSARY.md", "| **outcome** |")


def test_the_destinations_that_stay_are_those_of_the_schema():
    said = row("docs/stability.md", "| outcome kinds, destinations, error codes |")
    outcome = json.loads(page("docs/schema/output.schema.json"))["$defs"]["Outcome"]["properties"]

    for destination in (EMERGENCY_999, EMERGENCY_DEPARTMENT):
        assert f"`{destination}`" in said
        assert destination in outcome["destination"]["description"]
    assert "the id of a pathway of `measure_next`" in said
    assert "of measure_next the id of the pathway" in outcome["destination"]["description"]
    assert outcome["kind"]["enum"] == KEYS


def test_all_that_an_outcome_says_to_a_person_is_listed():
    said = row("docs/command-line.md", "| `outcome` |")
    words = {in_words(Outcome(kind)) for kind in Kind} | {in_words(Outcome(Kind.EMERGENCY, EMERGENCY_999))}

    assert {one for one in words if f"*{one}*" not in said} == set()
    assert f"*{in_words(Outcome(Kind.REFER, within_days=21))}*" in said


@pytest.mark.parametrize("name", ["docs/stability.md", "docs/command-line.md", "CHANGELOG.md"])
def test_a_client_is_told_what_to_do_with_a_kind_that_it_does_not_know(name):
    told = " ".join(page(name).split())

    assert re.search(r"kind that (a client|your program) does not know is never an all-clear", told)


@pytest.mark.parametrize("name", ["README.md", "docs/index.md"])
def test_who_reads_what_the_services_do_reads_which_of_them_are_drafts(name):
    library, day = load(), date(2026, 11, 21)
    drafts = {
        one.id for one in library.services.values() if any(library.in_force(each, day).draft for each in one.pathways)
    }

    assert drafts == {"contraception-service", "blood-pressure-check-service"}
    told = " ".join(page(name).split())
    assert (
        "The pathways of contraception and of blood pressure checks are **drafts**: for evaluation and training patients only."
        in told
    )
