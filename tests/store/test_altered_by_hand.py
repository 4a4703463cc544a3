"""What somebody altered in the database is never given to anybody without a word: every reading finds it, and says what to do."""

import pytest
from a_store import ROBIN, SECRET, Clock, an_account, begun, finished, opened
from click.testing import CliRunner
from sound_records import library

from pharmacyfirst import Kind
from pharmacyfirst.cli.main import main
from pharmacyfirst.ledger import LedgerDamaged
from pharmacyfirst.ledger.places import place_in
from pharmacyfirst.store import Deed, NotThere, Sought
from pharmacyfirst.store.evidence import everything_of, evidence, table

AS_TEXT = {
    "file": "CAST(replace(CAST(attached AS TEXT), '{was}', '{now}') AS BLOB)",
    "postgres": "convert_to(replace(convert_from(attached, 'UTF8'), '{was}', '{now}'), 'UTF8')",
}
WAYS = {
    "shown": lambda store, id: store.drafts.get(id),
    "read": lambda store, id: store.records.read(id, ROBIN),
    "record": lambda store, id: store.records.record(id),
    "record judged": lambda store, id: store.records.record(id, library()),
    "bytes of the record": lambda store, id: store.records.written(id),
    "history": lambda store, id: store.records.history(id),
    "printed": lambda store, id: store.records.printed(id, ROBIN, "label"),
    "evidence": lambda store, id: evidence(store, id, ROBIN),
    "everything of a patient": lambda store, id: everything_of(store, id, ROBIN),
    "table": lambda store, id: table(store),
    "earlier ones": lambda store, id: store.records.earlier(id),
}


@pytest.fixture
def altered(kept_in, data):
    """Alters what the events of a kind hold in the store of the test, as somebody does with a tool for the database."""

    def altered(kind, was, now):
        held = AS_TEXT[kept_in.kind].format(was=was, now=now)
        kept_in.by_hand(place_in(data, "store"), f"UPDATE ledger_event SET attached = {held} WHERE kind = '{kind}'")

    return altered


@pytest.fixture
def record(data):
    """The id of a finished record; beside it stands another consultation that nobody touched."""
    with opened(data) as store:
        begun(store, an_account("shingles", Kind.SELF_CARE))
        return finished(store, an_account()).id


@pytest.mark.parametrize("way", WAYS.values(), ids=[*WAYS])
@pytest.mark.parametrize(
    ("kind", "was", "now"),
    [
        (Deed.FINISHED, "capsule", "tablets"),
        (Deed.FINISHED, SECRET[:-1], f"{SECRET[:-2]}x"),
        (Deed.POSTED, "true", "null"),
        (Deed.WHO, SECRET[:-1], f"{SECRET[:-2]}x"),
    ],
    ids=["the dose", "the name", "an answer", "who it was"],
)
def test_a_record_that_was_altered_is_read_in_no_way(data, altered, record, kind, was, now, way):
    with opened(data) as store:
        before = [one.attached for one in store.ledger.events(f"store/consultation/{record}")]
    altered(kind.value, was, now)
    with opened(data) as store:
        assert before != [one.attached for one in store.ledger.events(f"store/consultation/{record}")]
        with pytest.raises(LedgerDamaged, match="pharmacyfirst store verify says more") as told:
            way(store, record)
        assert "Put a copy back" in str(told.value)
        assert SECRET not in str(told.value)
        with pytest.raises(LedgerDamaged):
            store.verify()


def test_an_event_that_was_taken_out_of_a_consultation_is_missed(kept_in, data, record):
    gone = f"DELETE FROM ledger_event WHERE stream = 'store/consultation/{record}' AND number = 2"
    kept_in.by_hand(place_in(data, "store"), gone)
    with opened(data) as store, pytest.raises(LedgerDamaged, match="store verify"):
        store.records.written(record)


def test_what_was_altered_stays_in_the_lists_where_somebody_finds_it(data, altered, record):
    """A list that left it out would hide a draft, or an emergency; whoever opens it is told."""
    altered(Deed.WHO.value, SECRET[:-1], f"{SECRET[:-2]}x")
    with opened(data) as store:
        assert [one.id for one in store.records.finished()] == [record]
        (draft,) = store.work_list().drafts
        assert record in [one.id for one in store.records.find(Sought(name=SECRET), ROBIN)]
        with pytest.raises(LedgerDamaged):
            store.drafts.get(draft.id)


def test_one_draft_that_was_altered_keeps_no_other_from_expiring(data, altered):
    clock = Clock()
    with opened(data, clock) as store:
        begun(store, an_account())
    altered(Deed.WHO.value, SECRET[:-1], f"{SECRET[:-2]}x")
    with opened(data, clock) as store:
        other = begun(store, an_account("shingles", Kind.SELF_CARE))
        clock.at = clock.at.replace(day=28)
        assert store.drafts.expire() == (other.id,)
        assert [*store.trouble()] == [
            "1 things in the store cannot be read, and are in no list: pharmacyfirst store verify says more."
        ]


def test_what_came_in_and_was_altered_is_given_to_nobody(data, altered):
    with opened(data) as store:
        came = store.inbound.keep(b"<one/>", "referral", ROBIN, request="r1", journey="j1")
    altered(Deed.CAME_IN.value, "one", "two")
    with opened(data) as store:
        for way in (store.inbound.get, store.inbound.bytes_of, lambda id: store.inbound.raw(id, ROBIN)):
            with pytest.raises(LedgerDamaged, match="store verify"):
                way(came.id)
        assert [one.id for one in store.inbound.waiting()] == [came.id]


def test_a_record_that_nobody_altered_is_read_in_every_way(data, record):
    with opened(data) as store:
        for way in WAYS.values():
            way(store, record)
        with pytest.raises(NotThere):
            store.records.written("no id")


def test_the_command_line_gives_nothing_of_it_and_says_what_to_do(data, altered, record, tmp_path):
    altered(Deed.FINISHED.value, "capsule", "tablets")
    out = tmp_path / "evidence.json"
    asked = ["store", "evidence", record, "--by", "Robin Sample", "--store", str(data), str(out)]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code != 0
    assert "pharmacyfirst store verify" in said.output
    assert "Traceback" not in said.output
    assert SECRET not in said.output
    assert not out.exists()
