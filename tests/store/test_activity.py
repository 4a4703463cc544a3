"""What was done in some days, in numbers: each consultation once, training patients apart, nothing about anybody, and no number made up."""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from a_store import ROBIN, SECRET, Clock, a_queued_message, an_account, begun, finished, made, opened
from test_corrected import corrected, correcting

from pharmacyfirst import Kind
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, OnPaper
from pharmacyfirst.store.activity import EndedConsultation, activity, counted
from pharmacyfirst.store.activity_in_words import OUTCOMES, in_lines

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))
from the_program import run

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A supply told by a message, an emergency by letter, self-care without a record, a training patient, and a draft."""
    folder = tmp_path_factory.mktemp("activity") / "data"
    with opened(folder, Clock()) as store:
        supply = an_account()
        now = begun(store, supply)
        record = made(store, supply)
        store.drafts.finish(now.id, ROBIN, now.revision, record, message=a_queued_message(record))
        finished(store, an_account("shingles", Kind.EMERGENCY))
        left = begun(store, an_account("impetigo", Kind.REFER_URGENT))
        store.drafts.abandon(left.id, ROBIN, left.revision, "the patient left")
        finished(store, an_account(practice=True))
        begun(store, an_account("acute-sore-throat", Kind.REFER_URGENT))
    return folder


@pytest.fixture
def store(folder):
    with opened(folder, Clock(datetime(2026, 12, 1, tzinfo=UTC))) as store:
        yield store


def test_what_ended_is_counted_by_condition_and_outcome(store):
    found = activity(store, DAY, DAY)
    assert {*found.by_condition} == {"uncomplicated-uti", "shingles", "impetigo"}
    uti, shingles, impetigo = (found.by_condition[one] for one in ("uncomplicated-uti", "shingles", "impetigo"))
    assert (uti.finished, uti.outcomes, uti.supplied, uti.unconfirmed, uti.letters_due) == (1, {"supply": 1}, 1, 1, 0)
    assert (shingles.outcomes, shingles.supplied, shingles.unconfirmed, shingles.letters_due) == (
        {"emergency": 1},
        0,
        0,
        1,
    )
    assert (impetigo.finished, impetigo.without_record, impetigo.outcomes) == (0, 1, {})
    assert (found.total.finished, found.total.without_record, found.practice, found.unread) == (2, 1, 1, 0)
    assert uti.gateways == bool(store.records.finished()[-1].summary["gateways"])


def test_weeks_begin_on_mondays_and_months_are_whole(store):
    found = activity(store, date(2026, 11, 1), date(2026, 11, 30))
    assert {*found.by_week} == {"2026-11-16"}
    assert {*found.by_month} == {"2026-11"}
    assert found.by_week["2026-11-16"] == found.by_month["2026-11"] == found.total


def test_other_days_have_nothing(store):
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        found = activity(store, day, day)
        assert (found.total.finished, found.practice, found.by_condition) == (0, 0, {})


def test_days_are_englands(tmp_path):
    """Half past eleven at night by UTC in July is the next day in England."""
    clock = Clock(datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    with opened(tmp_path / "data", clock) as store:
        now = begun(store, an_account())
        store.drafts.abandon(now.id, ROBIN, now.revision, "the patient left")
        assert activity(store, date(2026, 7, 2), date(2026, 7, 2)).total.without_record == 1
        assert activity(store, date(2026, 7, 1), date(2026, 7, 1)).total.without_record == 0


def test_a_message_that_is_over_and_a_letter_that_went_are_waited_for_no_more(tmp_path):
    with opened(tmp_path / "data", Clock()) as store:
        one = finished(store, an_account(), notice=NoticeKind.LETTER)
        assert activity(store, DAY, DAY).total.letters_due == 1
        store.records.told_on_paper(
            one.id, ROBIN, OnPaper(NoticeKind.LETTER, AddressKind.POST, "Robin Sample", store.now())
        )
        assert activity(store, DAY, DAY).total.letters_due == 0


def test_a_corrected_consultation_counts_once_on_its_first_day_as_the_correction_has_it(tmp_path):
    clock = Clock()
    with opened(tmp_path / "data", clock) as store:
        account = an_account(kind=Kind.SELF_CARE)
        one = finished(store, account)
        clock.at += timedelta(days=20)
        corrected(store, account, correcting(store, one.id), message=a_queued_message)
        found = activity(store, DAY, DAY).total
        assert (found.finished, found.unconfirmed, found.letters_due) == (1, 1, 0)
        assert activity(store, DAY + timedelta(days=20), DAY + timedelta(days=20)).total.finished == 0


def held(**changes):
    return EndedConsultation("shingles", DAY, "supply", **changes)


def test_half_and_nine_of_ten_are_within():
    assert counted([]).median_seconds is None
    assert counted([held()]).p90_seconds is None  # entered from paper: nobody knows
    took = counted([held(seconds=seconds) for seconds in range(60, 660, 60)])
    assert (took.median_seconds, took.p90_seconds) == (330, 540)


def test_every_outcome_has_a_column():
    assert {*OUTCOMES} == {*Kind}


def test_a_consultation_that_cannot_be_read_is_said_and_hides_nothing_of_the_rest(store, monkeypatch):
    from pharmacyfirst.ledger import LedgerDamaged
    from pharmacyfirst.store import activity as module

    whole, fails = module._ended, iter([True])

    def one_fails(store, stream):
        if next(fails, False):
            raise LedgerDamaged("no")
        return whole(store, stream)

    monkeypatch.setattr("pharmacyfirst.store.activity._ended", one_fails)
    found = activity(store, DAY, DAY)
    assert (found.unread, found.total.finished + found.total.without_record + found.practice) == (1, 3)


def test_the_command_says_the_numbers_and_nobodys_name(folder):
    words = ("store", "activity", "--from", "2026-11-01", "--until", "2026-11-30", "--store", folder)
    ran = run(*words)
    assert ran.exit_code == 0, ran.output
    assert "From 1 November 2026 to 30 November 2026" in ran.output
    assert "With training patients, in none of these numbers: 1." in ran.output
    assert "Numbers below 5 can lead to a person" in ran.output
    assert SECRET not in ran.output
    read = json.loads(run(*words, "--json").output)
    assert read["total"]["finished"] == 2
    assert read["by_condition"]["shingles"]["outcomes"] == {"emergency": 1}
    wrong = run("store", "activity", "--from", "2026-11-02", "--until", "2026-11-01", "--store", folder)
    assert wrong.exit_code == 2
    assert "The first day is after the last" in wrong.output


def test_the_tables_have_a_row_for_each_condition_and_for_all(store):
    lines = [*in_lines(activity(store, DAY, DAY), {"shingles": "Shingles (the rash)"})]
    heads = lines[lines.index("How they came out") + 1]
    assert heads.split("  ")[0].strip() == "Condition"
    assert sum(line.startswith("Shingles (the rash)") for line in lines) == 2
    assert sum(line.startswith("All") for line in lines) == 3
