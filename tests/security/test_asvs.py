"""OWASP ASVS 5.0.0, levels 1 and 2: every requirement is there once, what shows it is there, and what is not met has its risk, its owner and its day."""

import re
import sys
from datetime import date

import pytest
from named import ROOT, missing

sys.path.append(str(ROOT / "docs"))
import asvs
from asvs import CHAPTERS, MET, NOT_APPLICABLE, NOT_MET, requirements

ASKED = dict(
    line.split("\t")
    for line in (ROOT / "tests" / "security" / "asvs-5.0.0.tsv").read_text(encoding="ascii").splitlines()
)
EVERY = requirements()
MOST_UNMET = 0.05


def test_every_requirement_of_levels_1_and_2_is_there_once_in_its_order():
    assert len(ASKED) == 253
    assert [*ASKED.values()].count("1") == 70
    assert [(one.id, str(one.level)) for one in EVERY] == [*ASKED.items()]
    written = re.findall(r"^(V[\d.]+):", asvs.FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(written) == len({*written}) == len(EVERY)  # YAML would take the second of two in silence
    assert {one.chapter for one in EVERY} == {*CHAPTERS}


def test_every_one_says_what_it_asks_and_how_it_stands():
    for one in EVERY:
        assert len(one.asks) > 5, one.id
        assert len(one.says) > 3, one.id
        assert "\n" not in one.asks + one.says, one.id
        assert "|" not in one.asks + one.says + one.risk + one.whose, one.id


def test_what_is_met_is_shown_by_something_that_is_there():
    for one in EVERY:
        assert bool(one.shown_by) or one.state != MET, one.id
        assert len({*one.shown_by}) == len(one.shown_by), one.id
    assert [f"{one.id}: {why}" for one in EVERY for shown in one.shown_by if (why := missing(shown))] == []


def test_what_is_not_met_has_its_risk_its_owner_and_its_day_and_is_little():
    unmet = [one for one in EVERY if one.state == NOT_MET]
    assert len(unmet) <= MOST_UNMET * len(EVERY), [one.id for one in unmet]
    for one in unmet:
        assert one.risk, one.id
        assert re.search(r"\bours\b|whoever|provider", one.whose), one.id
        assert date.fromisoformat(one.by) > date(2026, 11, 29), one.id
    for one in EVERY:
        assert one.state == NOT_MET or not (one.risk or one.whose or one.by), one.id


def test_what_does_not_apply_is_only_what_there_is_not_here():
    """Whole chapters apply or do not; level 1 is met wherever it applies, but for what is said."""
    for one in EVERY:
        if one.state == NOT_APPLICABLE:
            assert one.says.endswith(".") or one.says.endswith(")."), one.id
            assert not one.shown_by, one.id
    assert all(one.state == NOT_APPLICABLE for one in EVERY if one.chapter == 17)


@pytest.mark.parametrize("sentence", ["Verify that", "the application", "in order to prevent"])
def test_no_sentence_of_the_standard_is_copied(sentence):
    """It is under CC BY-SA 4.0; ids are facts, the words are ours."""
    assert sentence not in asvs.FILE.read_text(encoding="utf-8").replace("By the application itself", "")
