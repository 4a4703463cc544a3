"""The sieve over columns lets through exactly the rows in which the judge of one consultation finds nothing."""

from random import Random

import pytest
from consultations import library, rows, table
from shares import FEW, FEW_OR_EVERY
from written import as_parquet

from pharmacyfirst.audit import judging
from pharmacyfirst.audit.judging import LumpJudging
from pharmacyfirst.audit.reading import source_of

A_RANGE = "oral-contraception-continue"  # whose document says from how much to how much

# What may be changed in a record, whatever it says: most of it wrong for most people, some of it right all the same.
CHANGES = {
    "recorded_outcome": ["supply", "self_care", "refer", "refer_urgent", "emergency", "need_facts", "declined", None],
    "recorded_pgd": ["clarithromycin", "nitrofurantoin", "aciclovir", "erythromycin", None],
    "recorded_dose": [0.0, 250.0, 500.0, 48.0, None],
    "recorded_dose_unit": ["mg", "drop", None],
    "recorded_times_a_day": [2, 3, 4, None],
    "recorded_days": [3, 5, 7, None],
    "recorded_quantity": [0.0, 1.0, 6.0, 13.0, 20.0, 40.0, 100.0, None],
    "recorded_quantity_unit": ["mL", "tablet", "capsule", "month", None],
    "recorded_version": ["2020.1", "2026.2", None],
    "recorded_pgd_version": ["2020.1", "2026.2", None],
    "recorded_digest": ["sha256:0", None],
}


@pytest.fixture(scope="module", params=[pytest.param((*FEW, A_RANGE), id="a few"), FEW_OR_EVERY[1]])
def altered(request, tmp_path_factory):
    chance = Random(14)
    made = rows(14, conditions=request.param)
    for at, (_, _, said) in enumerate(made):
        if at % 4:  # the rest says what the kernel says
            for name in chance.sample(sorted(CHANGES), chance.choice((1, 1, 2, 4))):
                said[name] = chance.choice(CHANGES[name])
    return as_parquet(made, table(), tmp_path_factory.mktemp("sieve") / "rows.parquet")


@pytest.fixture(scope="module")
def judge():
    return LumpJudging(library(), table())


def test_the_sieve_holds_back_every_row_with_a_finding_and_few_others(altered, judge, monkeypatch):
    source = source_of(altered, table())
    (lump,) = source.lumps()
    read = source.read(lump)
    looked_at = []
    look = judging._Findings.look_at

    def noted(self, row, outcome):
        found = look(self, row, outcome)
        looked_at.append(found)
        return found

    monkeypatch.setattr(judging._Findings, "look_at", noted)
    sieved = judge.judge(read)
    assert sieved.aside.height == 0
    # All of them judged one by one: nothing more is found.
    monkeypatch.setattr(judging, "agreeing", lambda frame, verdicts, plan: verdicts["outcome"].is_null())
    few = len(looked_at)
    every = judge.judge(read)
    assert every.findings.equals(sieved.findings)
    assert every.rows.equals(sieved.rows)
    assert len(looked_at) - few == every.rows.height
    assert (
        looked_at[:few].count(False) <= 0.05 * few
    )  # the judge is slow: the sieve is worth little where it holds back what agrees
    assert every.findings["finding"].n_unique() >= 9  # of fourteen kinds
