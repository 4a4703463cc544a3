"""The clinical safety documents say what stands in the repository: what is transferred is on the checklist, and every claim names its proof."""

import re
from pathlib import Path

import pytest

from pharmacyfirst import load
from pharmacyfirst.content.hazards import hazards_of
from pharmacyfirst.paper.words import begun

ROOT = Path(__file__).resolve().parents[2]
SAFETY = ROOT / "docs" / "safety"
LOG = hazards_of(load())
STANDARDS = ("S24", "S25", "S26", "S27", "S28", "S29", "S30", "S31", "S63", "S65", "S69")
NAMED = {"B4", "C1.1", "C1.2.3", "C1.3.4", "C2.2.1", "C2.2.2", "C2.2.4", "C3.1", "C3.2", "D1.1"}


def page(name):
    return (SAFETY / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("hazard", LOG.hazards, ids=lambda one: one.id)
def test_whatever_a_hazard_leaves_to_the_deployer_is_on_the_checklist_with_the_hazard(hazard):
    rows = page("deployers-checklist").splitlines()

    for says in (*hazard.training, *hazard.business):
        (row,) = [one for one in rows if f"| {begun(says)} |" in one and one.startswith("| ☐ ")]
        assert f"[{hazard.id}](" in row


def test_the_report_counts_every_hazard_and_names_each_that_is_open():
    report = page("safety-case-report")

    assert f"| all | | {len(LOG.hazards)} | {len(LOG.hazards)} |" in report
    (row,) = [line for line in report.splitlines() if line.startswith("| open |")]
    assert re.findall(r"\[(HAZ-\w+)\]", row) == [one.id for one in LOG.hazards if one.status == "open"]


def test_each_claim_names_a_proof_or_a_test_that_is_there():
    table = page("safety-case-report").split("## What is claimed")[1].split("Tried in large numbers")[0]
    _, *claims = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", table, re.MULTILINE)

    assert len(claims) == 8
    for claim, behind in claims:
        assert "proved" in behind or "test" in behind, claim
        assert [
            name for name in re.findall(r"\]\(\.\./\.\./(tests/[^)]+)\)", behind) if not (ROOT / name).exists()
        ] == []


def test_the_properties_that_the_report_cites_say_what_it_claims():
    proofs = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
    cited = dict.fromkeys(re.findall(r"property ([a-z])\)", page("safety-case-report")))

    assert [*cited] == ["a", "h", "b", "f"]
    said = {
        "a": "Nothing is offered",
        "b": "never opens a medicine",
        "f": "decide payment and nothing else",
        "h": "An emergency that is met",
    }
    for letter, words in said.items():
        assert re.search(rf"\b{letter}\b.*{words}", proofs), letter


def test_no_document_says_that_somebody_signed():
    assert "no clinical safety officer has signed it" in page("safety-case-report")
    assert "draft, not signed" in page("dtac")


def test_each_standard_and_each_evidence_id_has_a_row():
    assert re.findall(r"^\| (S[0-9]+) ", page("standards"), re.MULTILINE) == [*STANDARDS]
    assert {*re.findall(r"^\| ([A-D][0-9.]+) \|", page("dtac"), re.MULTILINE)} >= NAMED
