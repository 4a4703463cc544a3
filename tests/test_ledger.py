"""The ledger: what was written stays, whoever edits it is found out, and what belongs together is committed together."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerUnusable, NoOffset, open_ledger
from pharmacyfirst.ledger.places import InFile

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KILLED_WRITER = Path(__file__).with_name("killed_writer.py")


@pytest.fixture
def ledger(place):
    with closing(place.open()) as one:
        yield one


@pytest.fixture
def file(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def filled(place):
    """Three events in two streams."""
    fill(place)
    return place


def fill(place):
    with closing(place.open()) as ledger:
        ledger.append("a", "begun", '{"x": 1}', NOON)
        ledger.append("b", "begun", "{}", NOON, b"attached")
        ledger.append("a", "ended", "{}", NOON)


# Written and read


def test_events_stand_in_their_stream_in_order_as_they_were_written(ledger):
    summer = datetime(2026, 7, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    first = ledger.append("a", "begun", '{"x": "é"}', summer, b"\x00\xff")
    ledger.append("b", "begun", "{}", NOON)
    last = ledger.append("a", "ended", "{}", NOON)

    assert ledger.events("a") == (first, last)
    assert (first.position, first.number, last.position, last.number) == (1, 1, 3, 2)
    assert (first.kind, first.body, first.attached) == ("begun", '{"x": "é"}', b"\x00\xff")
    assert first.at == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert ledger.events("nowhere") == ()
    assert [one.attached for one in ledger.events("a", attached=False)] == [b"", b""]
    assert ledger.head == last.digest
    assert ledger.verify() == 3


def test_a_time_without_its_offset_is_refused_and_nothing_is_written(ledger):
    with pytest.raises(NoOffset, match="an hour off"):
        ledger.append("a", "begun", "{}", NOON.replace(tzinfo=None))
    assert ledger.events("a") == ()


def test_a_body_is_not_shown(ledger):
    assert "TESTPATIENT" not in repr(ledger.append("a", "begun", "TESTPATIENT", NOON, b"TESTPATIENT"))


def test_streams_are_found_by_how_their_names_begin(ledger):
    for name in ("outbox/b", "outbox/a", "store/a", "outbox", "outbox/é"):
        ledger.append(name, "begun", "{}", NOON)
    assert ledger.streams("outbox/") == ("outbox/a", "outbox/b", "outbox/é")


# Never changed


CHANGES = (
    "UPDATE ledger_event SET body = body",
    "DELETE FROM ledger_event",
    "DELETE FROM ledger_event WHERE position = 3",
)
CHANGES_OF = {
    "file": (
        "INSERT OR REPLACE INTO ledger_event SELECT * FROM ledger_event WHERE position = 3",
        "INSERT OR REPLACE INTO ledger_event SELECT 9, stream, number, kind, at, 'x', attached, digest FROM ledger_event",
    ),
    "postgres": (
        "TRUNCATE ledger_event",
        "INSERT INTO ledger_event SELECT * FROM ledger_event WHERE position = 3 ON CONFLICT (position) DO UPDATE SET body = 'x'",
        "MERGE INTO ledger_event AS e USING ledger_mark AS m ON true WHEN MATCHED THEN DELETE",
        "UPDATE ledger_ever SET position = 2",
        "DELETE FROM ledger_ever",
        "TRUNCATE ledger_ever",
    ),
}


def test_the_database_itself_refuses_any_change(kept_in, filled):
    for statement in CHANGES + CHANGES_OF[kept_in.kind]:
        with closing(kept_in.connected(filled)) as database, pytest.raises(kept_in.refused, match="never changed"):
            database.execute(statement)
    with closing(filled.open()) as ledger:
        assert ledger.verify() == 3
        ledger.sound()


def test_there_is_no_call_that_changes_or_deletes():
    public = {name for name in vars(Ledger) if not name.startswith("_")}
    assert public == {
        "append", "as_written", "close", "copy_to", "counted", "digest_at", "events", "head", "in_transaction", "length", "mark", "marked", "marks",
        "reserve", "sound", "streams", "transaction", "verify", "walk"
    }  # fmt: skip


COLUMNS = ("position", "stream", "number", "kind", "at", "body", "attached", "digest")


@pytest.mark.parametrize("position", [1, 2, 3])
@pytest.mark.parametrize("column", COLUMNS)
def test_any_value_edited_by_hand_is_found(kept_in, filled, column, position):
    value = "77" if column in ("position", "number") else "'2026-11-20T12:00:00.000001+00:00'"
    kept_in.by_hand(filled, f"UPDATE ledger_event SET {column} = {value} WHERE position = {position}")
    with closing(filled.open()) as ledger, pytest.raises(LedgerDamaged, match=r"not what was written|are gone"):
        ledger.verify()


@pytest.mark.parametrize("position", [1, 2])
@pytest.mark.parametrize("column", COLUMNS)
def test_any_value_edited_by_hand_is_found_when_its_stream_is_read(kept_in, place, column, position):
    with closing(place.open()) as ledger:
        written = tuple(ledger.append("one", "happened", str(number), NOON, b"of somebody") for number in range(3))
        assert ledger.as_written("one") == ledger.events("one") == written
        assert ledger.as_written("another") == ()
    value = "77" if column in ("position", "number") else "'2026-11-20T12:00:00.000001+00:00'"
    kept_in.by_hand(place, f"UPDATE ledger_event SET {column} = {value} WHERE position = {position}")
    with closing(place.open()) as ledger, pytest.raises(LedgerDamaged, match="store verify") as told:
        ledger.as_written("one")
    assert "somebody could go by" in str(told.value)
    assert "of somebody" not in str(told.value)


@pytest.mark.parametrize(("gone", "says"), [("1", "Event 2"), ("2", "Event 3"), ("3", "after event 2 of the ledger are gone"), ("1 OR true", "after event 0")])  # fmt: skip
def test_an_event_taken_out_by_hand_is_found(kept_in, filled, gone, says):
    kept_in.by_hand(filled, f"DELETE FROM ledger_event WHERE position = {gone}")
    with closing(filled.open()) as ledger, pytest.raises(LedgerDamaged, match=says):
        ledger.verify()


def test_nothing_is_written_over_what_was_taken_off_the_end(kept_in, filled):
    kept_in.by_hand(filled, "DELETE FROM ledger_event WHERE position = 3")
    with closing(filled.open()) as ledger, pytest.raises(LedgerDamaged, match="are gone"):
        ledger.append("a", "ended", "{}", NOON)


def test_two_events_that_changed_places_are_found(kept_in, filled):
    kept_in.by_hand(
        filled,
        "UPDATE ledger_event SET position = 9 WHERE position = 1",
        "UPDATE ledger_event SET position = 1 WHERE position = 3",
        "UPDATE ledger_event SET position = 3 WHERE position = 9",
    )
    with closing(filled.open()) as ledger, pytest.raises(LedgerDamaged):
        ledger.verify()


def test_damage_is_looked_for_in_one_stream_alone_where_that_is_asked(kept_in, filled):
    kept_in.by_hand(filled, f"UPDATE ledger_event SET attached = {kept_in.bytes} WHERE position = 2")
    with closing(filled.open()) as ledger:
        with pytest.raises(LedgerDamaged, match="Event 2"):
            ledger.verify("b")
        with pytest.raises(LedgerDamaged, match="Event 2"):
            ledger.verify()
        assert ledger.verify("a") == 2


def test_a_time_that_is_none_is_damage_and_no_crash(kept_in, filled):
    kept_in.by_hand(filled, "UPDATE ledger_event SET at = 'noon' WHERE position = 1")
    with closing(filled.open()) as ledger, pytest.raises(LedgerDamaged, match="Event 1"):
        ledger.events("a")


def test_what_refuses_changes_and_was_taken_away_or_silenced_is_found(kept_in, filled):
    silences = {
        "file": ["DROP TRIGGER ledger_event_no_delete"],
        "postgres": [
            "ALTER TABLE ledger_event DISABLE TRIGGER USER",
            "DROP TRIGGER ledger_ever_no_end ON ledger_ever",
            "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ],
    }
    for statement in silences[kept_in.kind]:
        with closing(kept_in.connected(filled)) as database:
            database.execute(statement)
        with closing(filled.open()) as ledger, pytest.raises(LedgerDamaged, match="taken out"):
            ledger.sound()


def test_more_events_than_are_read_together_are_all_gone_through(kept_in, place):
    with closing(place.open()) as ledger:
        with ledger.transaction():
            for number in range(250):
                ledger.append("ab"[number % 2], "happened", "{}", NOON)
        assert (ledger.verify(), ledger.verify("b"), len([*ledger.walk()])) == (250, 125, 250)
    kept_in.by_hand(place, "UPDATE ledger_event SET body = 'x' WHERE position = 201")
    with closing(place.open()) as ledger, pytest.raises(LedgerDamaged, match="Event 201"):
        ledger.verify()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=5), st.binary(max_size=5)), max_size=12), st.data())
def test_whatever_is_written_verifies_and_one_changed_byte_does_not(events, data):
    database = sqlite3.connect(":memory:", isolation_level=None)
    ledger = Ledger(database)
    for stream, body, attached in events:
        ledger.append(stream, "happened", body, NOON, attached)
    assert ledger.verify() == len(events)
    assert sum(ledger.verify(stream) for stream in "abc") == len(events)
    if events:
        position = data.draw(st.integers(1, len(events)))
        database.execute("DROP TRIGGER ledger_event_no_update")
        database.execute("UPDATE ledger_event SET body = body || 'x' WHERE position = ?", (position,))
        with pytest.raises(LedgerDamaged, match=f"Event {position} "):
            ledger.verify()


# Together


class Stop(Exception):
    """Something goes wrong in the middle."""


def test_what_is_written_in_one_transaction_is_there_whole_or_not_at_all(ledger):
    def finish(stop):
        with ledger.transaction():
            ledger.append("consultation/1", "finished", "{}", NOON)
            ledger.append("outbox/message/1", "queued", "{}", NOON)
            ledger.mark("outbox/message/1", {("to send", "1")})
            assert ledger.in_transaction
            if stop:
                raise Stop

    with pytest.raises(Stop):
        finish(stop=True)
    assert (ledger.streams(""), ledger.marked("to send"), ledger.verify()) == ((), (), 0)
    finish(stop=False)
    assert ledger.streams("") == ("consultation/1", "outbox/message/1")
    assert not ledger.in_transaction


def test_a_part_that_fails_undoes_itself_alone(ledger):
    def part():
        with ledger.transaction():
            ledger.append("b", "begun", "{}", NOON)
            raise Stop

    with ledger.transaction():
        ledger.append("a", "begun", "{}", NOON)
        with pytest.raises(Stop):
            part()
        ledger.append("c", "begun", "{}", NOON)
    assert ledger.streams("") == ("a", "c")
    assert ledger.verify() == 2


def test_a_transaction_that_somebody_else_opened_is_joined_and_ended_by_them():
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("CREATE TABLE theirs (id)")
    ledger = Ledger(database)
    for end, kept in (("ROLLBACK", 0), ("COMMIT", 1)):
        database.execute("BEGIN")
        database.execute("INSERT INTO theirs VALUES (1)")
        with ledger.transaction():
            ledger.append("a", "begun", "{}", NOON)
        assert database.in_transaction
        database.execute(end)
        assert database.execute("SELECT count(*) FROM theirs").fetchone() == (kept,)
        assert len(ledger.events("a")) == kept
    assert ledger.verify() == 1


@pytest.mark.parametrize("step", range(1, 10))
def test_killed_before_any_step_both_are_there_or_neither_is(place, tmp_path, step):
    words = [sys.executable, KILLED_WRITER, tmp_path / "kept", str(step)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60)
    with closing(place.open()) as ledger:
        there = ledger.streams("")
        assert ledger.verify() == len(there)
        assert ledger.marked("to send") == there[1:]
    if ended.returncode == 0:
        assert int(ended.stdout) < step  # there are no more steps
        assert there == ("consultation/1", "outbox/message/1")
    else:
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert there in ((), ("consultation/1", "outbox/message/1"))


def test_two_writers_beside_each_other_make_one_chain(place, tmp_path):
    """From the first moment: both make the tables where there are none yet."""
    write = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path; from pharmacyfirst.ledger.places import place_in\n"
        "ledger = place_in(Path(sys.argv[1]), 'ledger').open()\n"
        "for _ in range(40): ledger.append('shared', 'happened', sys.argv[2], datetime.now(UTC))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", write, tmp_path / "kept", name]) for name in "ab"]
    assert [one.wait(60) for one in writers] == [0, 0]
    with closing(place.open()) as ledger:
        assert ledger.verify() == 80
        assert [one.number for one in ledger.events("shared")] == list(range(1, 81))


def test_what_is_read_inside_a_transaction_is_what_nobody_changes_before_it_ends(place):
    """Two that each read, decide and write follow each other: the second sees what the first wrote."""
    with closing(place.open()) as one, closing(place.open()) as other:
        with one.transaction():
            assert one.streams("") == ()
            one.append("a", "begun", "{}", NOON)
            assert other.streams("") == ()
            for statement in HURRY:
                with suppress(Exception):
                    other._database.rows(statement)
            with pytest.raises(LedgerUnusable, match=r"locked|writing for long"), other.transaction():
                raise AssertionError("two write beside each other")
        with other.transaction():
            assert other.streams("") == ("a",)
            other.append("a", "ended", "{}", NOON)
        assert one.verify() == 2


HURRY = ("PRAGMA busy_timeout = 50", "SET lock_timeout = 50")


# Marks


def test_a_stream_is_found_by_its_marks_until_they_are_others(ledger):
    assert ledger.mark("a", {("state", "queued"), ("to send", "2")})
    ledger.mark("b", {("state", "queued"), ("to send", "1")})
    ledger.mark("c", {("state", "sent")})
    assert ledger.marked("to send") == ("b", "a")
    assert ledger.marked("to send", until="1") == ("b",)
    assert ledger.marked("state", "queued") == ("a", "b")
    assert ledger.counted("state") == {"queued": 2, "sent": 1}
    assert not ledger.mark("a", [("to send", "2"), ("state", "queued")])
    ledger.mark("b", {("state", "sent")})
    assert ledger.marked("to send") == ("a",)
    assert ledger.counted("state") == {"queued": 1, "sent": 2}
    ledger.mark("a", ())
    assert ledger.marked("to send") == ()


# The file


def test_a_file_is_private_and_every_commit_is_on_disk(file):
    with closing(open_ledger(file)) as ledger:
        ledger.append("a", "begun", "{}", NOON)
        for path in file.parent.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert ledger._rows("PRAGMA journal_mode") == [("wal",)]
        assert ledger._rows("PRAGMA synchronous") == [(2,)]


def test_a_file_that_others_could_read_is_closed_to_them(file):
    fill(InFile(file))
    file.chmod(0o644)
    open_ledger(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_sqlite_keeps_beside_a_file_that_others_could_read_is_closed_too(file):
    """A writer was killed while the file was open to all: what it had written last lies beside it, and holds the same things."""
    fill(InFile(file))
    file.chmod(0o644)
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE theirs (id)")
        beside = sorted(file.parent.glob(f"{file.name}-*"))
        assert {stat.S_IMODE(one.stat().st_mode) for one in beside} == {0o644}
        with closing(open_ledger(file)) as ledger:
            assert len(beside) == 2
            assert {stat.S_IMODE(one.stat().st_mode) for one in (file, *beside)} == {0o600}
            assert ledger.verify() == 3


def test_a_file_that_cannot_be_closed_to_others_is_refused(file, monkeypatch):
    fill(InFile(file))
    file.chmod(0o644)
    monkeypatch.setattr(
        Path, "chmod", lambda self, mode: (_ for _ in ()).throw(PermissionError(1, "Not permitted", str(self)))
    )
    with pytest.raises(LedgerUnusable, match=r"The ledger cannot be used: Not permitted\.") as refused:
        open_ledger(file)
    assert str(file) not in repr(refused.value)


def test_what_cannot_be_a_ledger_is_refused_with_the_reason(file, tmp_path):
    with pytest.raises(LedgerUnusable, match=r"The ledger cannot be used: No such file or directory\."):
        open_ledger(tmp_path / "nowhere" / "ledger.db")
    with pytest.raises(LedgerUnusable, match="this is no file"):
        open_ledger(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LedgerUnusable, match="this is no file"):
        open_ledger(tmp_path / "pipe")
    file.write_bytes(b"this is not a database, and never was one" * 100)
    with pytest.raises(LedgerUnusable, match="not a database") as refused:
        open_ledger(file)
    assert isinstance(refused.value, PharmacyFirstError)
    with pytest.raises(LedgerUnusable, match="an open sqlite3"):
        Ledger("a file name")


def test_a_ledger_that_is_closed_says_so(ledger):
    ledger.close()
    with pytest.raises(LedgerUnusable, match="cannot be used"):
        ledger.append("a", "begun", "{}", NOON)


def test_an_outbox_of_an_earlier_version_is_refused_and_left_as_it_is(file):
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE outbox_message (bundle_id TEXT PRIMARY KEY)")
        database.execute("INSERT INTO outbox_message VALUES ('waiting')")
    with pytest.raises(LedgerUnusable, match=r"an outbox of version 0\.1\.0, which this version does not read"):
        open_ledger(file)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT * FROM outbox_message").fetchall() == [("waiting",)]
        assert database.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'ledger%'").fetchone() == (0,)


def test_a_connection_that_could_lose_a_commit_is_refused():
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("PRAGMA synchronous=NORMAL")
    with pytest.raises(LedgerUnusable, match="synchronous"):
        Ledger(database)


def test_a_connection_that_is_always_in_a_transaction_is_refused():
    class Connection(sqlite3.Connection):
        autocommit = False  # as sqlite3 has it from Python 3.12 on

    with pytest.raises(LedgerUnusable, match="autocommit"):
        Ledger(sqlite3.connect(":memory:", factory=Connection))
