"""Planted faults: each is what its list says by the kernel's own judgement, one in a row, and nothing else is changed."""

import ast
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from shares import FEW_OR_EVERY

import pharmacyfirst
from pharmacyfirst import load
from pharmacyfirst.audit.disagreeing import FindingKind
from pharmacyfirst.audit.table import WHAT_WAS_RECORDED
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.population.consultations import MadeUp, shipped_population
from pharmacyfirst.population.planted import ANOTHER_DIGEST, EARLIER, NO_DOCUMENT
from pharmacyfirst.population.recorded import OnRecord

LIBRARY = load()
URGENT = ("emergency", "refer_urgent")
ROWS = 700


@pytest.fixture(scope="module", params=FEW_OR_EVERY)
def blocks(request):
    """The same people with a fault each, and without any."""
    made = MadeUp(LIBRARY, shipped_population(), ROWS, 11, faults=Decimal(1), only=request.param)
    whole = made.block(0)
    made.faults = Decimal(0)
    return whole, made.block(0)


def consultations(block):
    return {row: (batch, at) for batch in block.batches for at, row in enumerate(batch.rows)}


def holds(finding, assessment, recorded):
    """Whether a record is what a finding says, by the assessment of its facts."""
    kind, offers = assessment.outcome.kind.key, {one.pgd.id: one for one in assessment.offers}
    supplied = recorded.outcome == "supply"
    offer = offers.get(recorded.pgd)
    amounts = offer and [one.quantity and float(one.quantity.amount) for one in offer.supplied]
    edition = assessment.pathway.edition
    return {
        "red_flag_passed_over": lambda: kind in URGENT and recorded.outcome in ("supply", "self_care"),
        "supplied_though_excluded": lambda: supplied
        and (kind in ("not_eligible", "refer", "refer_urgent", "alternative_diagnosis", "declined") or (kind == "supply" and offer is None)),
        "supplied_though_not_indicated": lambda: supplied and kind in ("self_care", "refer"),
        "facts_missing": lambda: supplied and kind == "need_facts",
        "wrong_medicine": lambda: supplied and kind == "supply" and offer is None,
        "wrong_dose": lambda: supplied and recorded.dose is not None and recorded.dose != float(offer.dose.amount),
        "wrong_times_a_day": lambda: recorded.times_a_day > (offer.row.times_a_day_most or offer.row.times_a_day),
        "wrong_days": lambda: recorded.days != offer.row.days,
        "wrong_quantity": lambda: recorded.quantity not in amounts,
        "document_out_of_date": lambda: (recorded.version, recorded.pgd_version, recorded.digest)
        != (edition.version, offer.pgd.edition.version, assessment.pathway.content_digest),
        "offered_not_supplied": lambda: kind == "supply" and not supplied,
        "other_outcome": lambda: recorded.outcome not in (kind, "supply", None),
        "not_recorded": lambda: recorded.outcome is None or (supplied and recorded.dose is None),
        "contradicts_itself": lambda: not supplied and recorded.dose is not None,
    }[finding]()  # fmt: skip


def test_each_fault_is_one_by_the_kernels_judgement(blocks):
    faulty, _ = blocks
    where, found = consultations(faulty), Counter()
    for fault in faulty.planted:
        batch, at = where[fault.row]
        assessment = assess(batch.of.pathway, batch.facts(at), batch.days[at])
        assert holds(fault.finding, assessment, batch.recorded[at]), fault
        found[fault.finding] += 1
    assert set(found) == {one.value for one in FindingKind}
    assert min(found.values()) > 6
    assert found.total() == ROWS  # every record has a way to be wrong


def test_nothing_but_the_fault_is_changed(blocks):
    """An answer, one thing recorded, or the outcome with what belongs to it; and what was and is there stands in the list."""
    faulty, right = map(consultations, blocks)
    for fault in blocks[0].planted:
        (batch, at), (before, _) = faulty[fault.row], right[fault.row]
        answers = {name for name in batch.columns if batch.columns[name][at] != before.columns[name][at]}
        recorded = {
            name
            for name, is_, was in zip(OnRecord._fields, batch.recorded[at], before.recorded[at], strict=True)
            if is_ != was
        }
        if fault.changed.startswith("recorded_"):
            assert not answers
            whole = fault.changed in ("recorded_outcome", "recorded_pgd")
            assert fault.changed.removeprefix("recorded_") in recorded
            assert whole or len(recorded) == 1
        else:
            assert (answers, recorded) == ({fault.changed}, set())
    assert {row for row in faulty if row not in {one.row for one in blocks[0].planted}} == set()


def test_as_many_are_planted_as_are_asked_for():
    made = MadeUp(LIBRARY, shipped_population(), 4_000, 5, faults=Decimal("0.1"), only=("shingles",))
    assert len(made.block(0).planted) == pytest.approx(400, rel=0.15)


def test_nobody_published_what_out_of_date_documents_are_named():
    assert EARLIER not in {one.edition.version for one in LIBRARY.newest_all()} | {
        one.version for one in LIBRARY.withdrawn
    }
    assert all(NO_DOCUMENT not in one.pgds for one in LIBRARY.newest_all())
    assert ANOTHER_DIGEST not in {one.content_digest for one in LIBRARY.newest_all()}


def test_the_columns_are_those_of_the_audit():
    assert [f"recorded_{name}" for name in OnRecord._fields] == [one.name for one in WHAT_WAS_RECORDED]


def test_the_planter_knows_nothing_of_the_audit_but_its_table():
    for path in (Path(pharmacyfirst.__file__).parent / "population").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.module if isinstance(node, ast.ImportFrom) else ""
            if name and name.startswith("pharmacyfirst.audit"):
                assert (path.name, name) == ("files.py", "pharmacyfirst.audit.table")
