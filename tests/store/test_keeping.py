"""A store is copied, put back, exported and imported whole; and whatever is edited, taken out, put in, swapped or cut off is found."""

import json
import random
import shutil
from contextlib import closing

import pytest
from a_store import SAM, SECRET, Clock, an_account, begun, finished, opened
from kept_in import FilesOfTests
from sound_records import library

from pharmacyfirst import Kind, exact
from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.ledger import LedgerDamaged, open_ledger
from pharmacyfirst.ledger.places import InFile, place_in
from pharmacyfirst.store import Sought, StoreRefused, read_anchor
from pharmacyfirst.store.exported import ImportRefused, export_lines, import_store
from pharmacyfirst.store.keeping import back_up, restore


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(data, clock):
    """A store with a finished record, a practice record, a draft, and something that came in."""
    with opened(data, clock) as store:
        finished(store, an_account())
        finished(store, an_account(practice=True))
        begun(store, an_account("shingles", Kind.SELF_CARE))
        store.inbound.keep(b"<one/>", "referral", SAM, request="r1", journey="j1")
    return data


@pytest.fixture
def by_hand(kept_in):
    """What somebody does who has a tool for the database, and puts the triggers back afterwards."""
    return lambda folder, *statements: kept_in.by_hand(place_in(folder, "store"), *statements)


def damaged(folder, clock, anchor=None):
    with opened(folder, clock) as store, pytest.raises(LedgerDamaged) as found:
        store.verify(anchor)
    assert SECRET not in str(found.value)
    return str(found.value)


# Found


def test_a_sound_store_is_sound(folder, clock):
    with opened(folder, clock) as store:
        found = store.verify()
        assert (found.consultations, found.records, found.mended) == (3, 2, 0)
        assert found.anchor.length == store.ledger.length
        assert store.verify(read_anchor(str(found.anchor))).anchors == found.anchors


def events_in(folder):
    with closing(place_in(folder, "store").open()) as ledger:
        return [row[0] for row in ledger._rows("SELECT position FROM ledger_event ORDER BY position")]


COLUMNS = ("stream", "kind", "at", "body", "attached", "digest", "number")


@pytest.mark.parametrize("column", COLUMNS)
def test_any_event_edited_is_found_wherever_it_stands(kept_in, by_hand, folder, clock, column, tmp_path):
    value = {"number": "number + 50", "at": "'2026-11-20T12:00:00.000001+00:00'", "attached": kept_in.bytes}.get(
        column, "'x'"
    )
    for position in events_in(folder):
        copy = kept_in.copied(folder, tmp_path / f"copy{position}")
        by_hand(copy, f"UPDATE ledger_event SET {column} = {value} WHERE position = {position}")
        try:
            store = opened(copy, clock)
        except (LedgerDamaged, ValueError):  # found when it was opened
            continue
        with store, pytest.raises(LedgerDamaged):
            store.verify()


def test_any_event_taken_out_is_found(kept_in, by_hand, folder, clock, tmp_path):
    for position in events_in(folder)[1:]:
        copy = kept_in.copied(folder, tmp_path / f"copy{position}")
        by_hand(copy, f"DELETE FROM ledger_event WHERE position = {position}")
        assert "not what was written" in (said := damaged(copy, clock)) or "are gone" in said


def test_two_events_that_changed_places_are_found(by_hand, folder, clock):
    by_hand(
        folder,
        "UPDATE ledger_event SET position = -1 WHERE position = 3",
        "UPDATE ledger_event SET position = 3 WHERE position = 4",
        "UPDATE ledger_event SET position = 4 WHERE position = -1",
    )
    assert "not what was written" in damaged(folder, clock)


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_a_cut_tail_is_found_though_the_database_forgets_it_too(kept_in, by_hand, folder, clock, cut):
    last = len(events_in(folder)) - cut
    by_hand(
        folder,
        f"DELETE FROM ledger_event WHERE position > {last}",
        kept_in.forget(last),
    )
    with opened(folder, clock) as store:
        assert f"the events after event {last} are gone" in store.work_list().trouble[0]
    assert f"the events after event {last} are gone" in damaged(folder, clock)


def test_an_older_copy_put_in_place_by_hand_is_told_until_it_is_mended(kept_in, folder, clock, tmp_path):
    copied(folder, clock, tmp_path / "copy.sqlite")
    with opened(folder, clock) as store:
        finished(store, an_account(practice=True, number=5))
    kept_in.gone(folder)
    place_in(folder, "store").put(tmp_path / "copy.sqlite")
    for number in (6, 7):  # a record, and its anchor, must not hide it
        with opened(folder, clock) as store:
            assert "older copy" in (said := store.work_list().trouble[0]) or "another store" in said
            finished(store, an_account(practice=True, number=number))


def test_no_empty_store_takes_the_place_of_one_that_is_gone(kept_in, folder, clock):
    kept_in.gone(folder)
    with pytest.raises(StoreRefused, match=r"its (file|schema) is gone"):
        opened(folder, clock)
    assert not place_in(folder, "store").exists()


def test_an_end_that_was_written_anew_is_found(kept_in, by_hand, folder, clock):
    """The tail is cut off and as much written again, so that the chain and the number of events fit."""
    last = len(events_in(folder)) - 3
    by_hand(
        folder,
        f"DELETE FROM ledger_event WHERE position > {last}",
        kept_in.forget(last),
    )
    with closing(place_in(folder, "store").open()) as ledger:
        for _ in range(5):
            ledger.append("store/searches", "searched", json.dumps({"actor": SAM.as_dict(), "told": {}}), clock())
    assert "written anew" in damaged(folder, clock)


def test_another_store_in_its_place_is_found(kept_in, folder, clock, tmp_path):
    with opened(tmp_path / "other", clock) as other:
        for number in range(1, 8):
            finished(other, an_account(practice=True, number=number))
    kept_in.gone(folder)
    place_in(folder, "store").put(tmp_path / "other" / "store.sqlite")
    assert "another store" in damaged(folder, clock)


def test_an_anchor_kept_elsewhere_finds_what_was_cut_off_with_the_anchors(kept_in, by_hand, folder, clock):
    with opened(folder, clock) as store:
        anchor = store.anchor()
    last = anchor.length - 1
    by_hand(
        folder,
        f"DELETE FROM ledger_event WHERE position > {last}",
        kept_in.forget(last),
    )
    (folder / "anchors.txt").unlink()
    assert "are gone" in damaged(folder, clock, read_anchor(str(anchor)))


def test_an_edited_file_of_anchors_is_found(folder, clock):
    file = folder / "anchors.txt"
    file.write_text(file.read_text().replace("2", "x", 1))
    assert "anchors" in damaged(folder, clock)


def test_an_anchor_that_a_power_cut_left_half_written_is_taken_away(folder, clock):
    file = folder / "anchors.txt"
    whole = file.read_text()
    file.write_text(whole + "17 abcd")
    with opened(folder, clock) as store:
        assert store.verify().anchors == whole.count("\n")
        finished(store, an_account(practice=True, number=3))
    assert "abcd" not in file.read_text()


def test_triggers_taken_away_are_found(kept_in, folder, clock):
    silence = {
        "file": "DROP TRIGGER ledger_event_no_delete",
        "postgres": "ALTER TABLE ledger_event DISABLE TRIGGER USER",
    }
    with closing(kept_in.connected(place_in(folder, "store"))) as database:
        database.execute(silence[kept_in.kind])
    assert "taken out" in damaged(folder, clock)


def test_a_page_of_the_file_that_is_rubbish_is_found(clock, tmp_path):
    folder = tmp_path / "data"
    with opened(folder, clock) as store:
        finished(store, an_account())
    chance, size = random.Random(20261129), (folder / "store.sqlite").stat().st_size
    for number in range(1, size // 4096):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(folder, copy)
        with (copy / "store.sqlite").open("r+b") as file:
            file.seek(number * 4096)
            file.write(chance.randbytes(4096))
        try:
            store = opened(copy, clock)
        except PharmacyFirstError:  # found when it was opened
            continue
        with store, pytest.raises(PharmacyFirstError, match=r"damaged|written|malformed|cannot be used|gone"):
            store.verify()


def test_a_record_that_was_forged_with_the_whole_chain_is_judged(folder, clock, tmp_path):
    """Everything after the forged record is written anew with right digests, and the record has a right seal: its account tells."""
    with opened(folder, clock) as store:
        events = [*store.ledger.walk()]
    with closing(open_ledger(tmp_path / "forged.sqlite")) as ledger:
        for one in events:
            attached, body = one.attached, one.body
            if one.kind == "finished" and b'"practice": true' in body.encode():
                held = json.loads(attached)
                held["supplies"][0]["directions"] = "Take ten times a day."
                seal = digest_of(
                    {name: value for name, value in exact.read(json.dumps(held)).items() if name != "seal"}
                )
                body = body.replace(held["seal"], seal)
                attached = exact.write(exact.read(json.dumps(held)) | {"seal": seal}).encode()
            ledger.append(one.stream, one.kind, body, one.at, attached)
    (tmp_path / "forged").mkdir()
    shutil.copy(tmp_path / "forged.sqlite", tmp_path / "forged" / "store.sqlite")
    with opened(tmp_path / "forged", clock) as store:
        found = store.verify(library=library())
        assert (found.records, found.judged, len(found.differing)) == (2, 1, 1)


def test_marks_changed_by_hand_are_mended(kept_in, folder, clock):
    with closing(kept_in.connected(place_in(folder, "store"))) as database:
        database.execute("DELETE FROM ledger_mark WHERE name = 'store: name'")
    with opened(folder, clock) as store:
        assert store.records.find(Sought(name=SECRET), SAM) == ()
        assert store.verify().mended > 0
        assert len(store.records.find(Sought(name=SECRET), SAM)) == 2
        assert store.verify().mended == 0


# Copied and put back


def test_a_copy_made_while_it_is_used_is_whole(folder, clock, tmp_path):
    with opened(folder, clock) as store:
        begun(store, an_account("shingles", Kind.EMERGENCY))
        anchor = back_up(store, tmp_path / "copy.sqlite")
        assert anchor.length == store.ledger.length
    assert not (tmp_path / "copy.sqlite-wal").exists()
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o600


def test_no_copy_is_written_over(folder, clock, tmp_path):
    (tmp_path / "copy.sqlite").write_text("something")
    with opened(folder, clock) as store, pytest.raises(StoreRefused, match="written over"):
        back_up(store, tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").read_text() == "something"


def copied(folder, clock, to):
    with opened(folder, clock) as store:
        return back_up(store, to)


def test_a_copy_is_put_in_an_empty_folder(kept_in, folder, clock, tmp_path):
    anchor = copied(folder, clock, tmp_path / "copy.sqlite")
    new = kept_in.folder(tmp_path / "new")
    assert restore(tmp_path / "copy.sqlite", new, clock).head == anchor.head
    with opened(new, clock) as store:
        assert len(store.records.find(Sought(name=SECRET), SAM)) == 2


def test_a_copy_put_back_sets_aside_what_was_there(tmp_path, clock):
    folder = tmp_path / "data"
    with opened(folder, clock) as store:
        finished(store, an_account())
        finished(store, an_account(practice=True))
    copied(folder, clock, tmp_path / "copy.sqlite")
    (folder / "store.sqlite").write_bytes(b"rubbish")
    restore(tmp_path / "copy.sqlite", folder, clock)
    assert (folder / "store.sqlite.before-restore-1").read_bytes() == b"rubbish"
    with opened(folder, clock) as store:
        assert store.verify().records == 2


def test_an_older_copy_is_refused_unless_that_is_known(kept_in, folder, clock, tmp_path):
    anchor = copied(folder, clock, tmp_path / "copy.sqlite")
    with opened(folder, clock) as store:
        finished(store, an_account(practice=True, number=5))
    before = (folder / "anchors.txt").read_text()
    with pytest.raises(StoreRefused, match=r"Nothing was changed.*--older"):
        restore(tmp_path / "copy.sqlite", folder, clock)
    assert not list(folder.glob("*restor*"))
    assert restore(tmp_path / "copy.sqlite", folder, clock, older=True).head == anchor.head
    assert (folder / "anchors.txt.before-restore-1").read_text() == before
    with opened(folder, clock) as store:
        assert store.verify().records == 2
    aside = kept_in.aside(place_in(folder, "store"), 1).open()
    assert aside.length > anchor.length
    aside.close()


def test_a_damaged_copy_is_not_put_back(folder, clock, tmp_path):
    copied(folder, clock, tmp_path / "copy.sqlite")
    FilesOfTests().by_hand(InFile(tmp_path / "copy.sqlite"), "UPDATE ledger_event SET body = 'x' WHERE position = 3")
    with pytest.raises(LedgerDamaged):
        restore(tmp_path / "copy.sqlite", folder, clock)
    with opened(folder, clock) as store:
        assert store.verify().records == 2
    assert not list(folder.glob("*restoring*"))


# Exported and imported


def exported(folder, clock):
    with opened(folder, clock) as store:
        return [line.encode() for line in export_lines(store.ledger)]


def test_what_is_imported_has_the_same_digests_and_marks(kept_in, folder, clock, tmp_path):
    lines = exported(folder, clock)
    new = kept_in.folder(tmp_path / "new")
    import_store(lines, new, clock)
    assert exported(new, clock) == lines
    with opened(new, clock) as store:
        assert store.verify().mended == 0


def test_any_line_edited_taken_out_or_put_in_is_refused(folder, clock, tmp_path):
    lines = exported(folder, clock)
    for number in range(len(lines) - 1):
        if b'"mark"' in lines[number]:
            continue
        for spoilt in (
            [*lines[:number], *lines[number + 1 :]],
            [*lines[:number], lines[number], *lines[number:]],
            [*lines[:number], lines[number].replace(b"e", b"a", 1), *lines[number + 1 :]],
        ):
            with pytest.raises(StoreRefused) as refused:
                import_store(spoilt, tmp_path / "new", clock)
            assert SECRET not in str(refused.value)
            assert not list((tmp_path / "new").glob("store.sqlite*"))


def test_half_a_file_is_refused(folder, clock, tmp_path):
    with pytest.raises(ImportRefused, match="no last line"):
        import_store(exported(folder, clock)[:-1], tmp_path / "new", clock)


def test_nothing_is_imported_over_a_store(folder, clock):
    with pytest.raises(StoreRefused, match="over a store"):
        import_store([], folder, clock)


def test_a_store_is_used_by_two_processes_and_stays_whole(folder, clock):
    with opened(folder, clock) as one, opened(folder, clock) as other:
        for number, store in enumerate((one, other, one, other), 10):
            finished(store, an_account(practice=True, number=number))
        assert one.verify().anchor.head == other.verify().anchor.head
        assert one.verify().records == 6
