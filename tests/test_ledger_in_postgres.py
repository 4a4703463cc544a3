"""PostgreSQL behind the ledger: lost connections, servers that would lose something, addresses, and how its tables came to be."""

import json
import threading
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import pytest

from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable, NotKnownWhetherSaved, open_ledger
from pharmacyfirst.ledger import postgres as behind
from pharmacyfirst.ledger.file import on_disk
from pharmacyfirst.ledger.migrations import TABLE, migrations_of
from pharmacyfirst.ledger.places import DATABASE, InFile, InPostgres, in_postgres, keep_in_postgres, place_in
from pharmacyfirst.ledger.postgres import LOST, NOT_KNOWN, NotAnAddress, must_be_an_address

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "Featherstonehaugh"
system = pytest.mark.system


@pytest.fixture
def here(postgres):
    """A place in the server, where nothing is yet."""
    return InPostgres(postgres.url, postgres.name())


@pytest.fixture
def ledger(here):
    with closing(here.open()) as one:
        yield one


def put(ledger, *streams):
    for stream in streams:
        ledger.append(stream, "happened", "{}", NOON)


def asked(postgres, statement):
    with closing(postgres.connected()) as database:
        return database.execute(statement).fetchall()


# Lost


@system
def test_a_connection_that_was_lost_between_two_steps_is_found_again(postgres, ledger):
    put(ledger, "a")
    postgres.kill()
    with pytest.raises(LedgerUnusable, match=r"cannot be reached.*Nothing of this was saved"):
        put(ledger, "b")
    postgres.start()
    assert ledger.streams("") == ("a",)
    postgres.kill()
    postgres.start()
    put(ledger, "b")
    assert (ledger.streams(""), ledger.verify()) == (("a", "b"), 2)


@system
def test_what_was_under_way_when_it_was_lost_is_not_saved_and_says_so(postgres, ledger):
    put(ledger, "a")

    def several():
        with ledger.transaction():
            put(ledger, "b")
            postgres.kill()
            postgres.start()
            put(ledger, "c")

    with pytest.raises(LedgerUnusable) as told:
        several()
    assert str(told.value) == LOST
    assert not ledger.in_transaction
    assert ledger.streams("") == ("a",)
    put(ledger, "d")
    assert ledger.verify() == 2


@system
def test_a_part_that_was_lost_and_passed_over_lets_nothing_of_the_rest_be_saved(postgres, ledger):
    """Where somebody goes on after an error inside, the rest must not be saved by itself on the new connection."""

    def several():
        with ledger.transaction():
            put(ledger, "a")
            postgres.kill()
            postgres.start()
            for stream in "bc":
                with suppress(LedgerUnusable):
                    put(ledger, stream)

    with pytest.raises(LedgerUnusable) as told:
        several()
    assert str(told.value) == LOST
    assert ledger.streams("") == ()


@system
def test_a_failed_part_that_was_passed_over_is_no_commit(ledger):
    """PostgreSQL answers such a COMMIT by undoing all, and calls that no error."""

    def several():
        with ledger.transaction():
            put(ledger, "a")
            with suppress(LedgerUnusable):
                ledger._rows("SELECT nothing FROM nowhere")

    with pytest.raises(LedgerUnusable, match="Nothing of this was saved"):
        several()
    assert (ledger.streams(""), ledger.in_transaction) == ((), False)


@contextmanager
def beside(work):
    """Somebody else does something meanwhile."""
    told = []

    def does():
        try:
            work()
        except BaseException as error:
            told.append(error)

    other = threading.Thread(target=does)
    other.start()
    yield
    other.join(60)
    assert told == []


def end_whoever(postgres, waits):
    """The connection of whoever waits so is ended, once somebody does."""
    until = time.monotonic() + 30
    found = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waits} AND pid != pg_backend_pid()"
    while not asked(postgres, found):
        assert time.monotonic() < until
        time.sleep(0.02)


@system
def test_lost_while_it_was_being_saved_and_saved_all_the_same_it_counts_as_saved(postgres, ledger):
    """The server has it on disk and waits for a second server, which there is not; then its answer is lost."""

    def standby(name):
        for statement in (f"ALTER SYSTEM SET synchronous_standby_names = '{name}'", "SELECT pg_reload_conf()"):
            with closing(postgres.connected()) as database:
                database.execute(statement)
        time.sleep(0.2)

    standby("nobody")
    try:
        with beside(lambda: end_whoever(postgres, "wait_event = 'SyncRep'")):
            put(ledger, "a")
    finally:
        standby("")
    assert (ledger.streams(""), ledger.verify()) == (("a",), 1)


SLOW = (
    "CREATE FUNCTION {0}.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON {0}.ledger_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {0}.slow()",
)


@system
def test_lost_while_it_was_being_saved_and_not_saved_it_says_so(postgres, here, ledger):
    for statement in SLOW:
        with closing(postgres.connected()) as database:
            database.execute(statement.format(here.schema))
    with (
        beside(lambda: end_whoever(postgres, "wait_event = 'PgSleep'")),
        pytest.raises(LedgerUnusable) as told,
    ):
        put(ledger, "a")
    assert str(told.value) == LOST
    assert ledger.streams("") == ()


@system
def test_lost_while_it_was_being_saved_and_nobody_to_ask_it_is_not_known_and_says_so(
    postgres, here, ledger, monkeypatch
):
    monkeypatch.setattr(behind, "_ASK_AGAIN", (0, 0))

    def kill():
        while not asked(postgres, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            time.sleep(0.02)
        postgres.kill()

    for statement in SLOW:
        with closing(postgres.connected()) as database:
            database.execute(statement.format(here.schema))
    try:
        with beside(kill), pytest.raises(NotKnownWhetherSaved) as told:
            put(ledger, "a")
    finally:
        postgres.start()
    assert str(told.value) == NOT_KNOWN
    assert (ledger.streams(""), ledger.in_transaction) == ((), False)


# Refused


@system
@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_could_lose_what_it_saved_is_refused(postgres, here, setting):
    def turn(way):
        for statement in (f"ALTER SYSTEM SET {setting} = {way}", "SELECT pg_reload_conf()"):
            with closing(postgres.connected()) as database:
                database.execute(statement)
        time.sleep(0.2)

    turn("off")
    try:
        with pytest.raises(LedgerUnusable, match=f"{setting} = off: with that it could lose what was saved"):
            here.open()
    finally:
        turn("on")
    here.open().close()


@system
def test_a_user_or_a_database_that_puts_off_what_it_saves_is_overruled(postgres, here):
    with closing(postgres.connected()) as database:
        database.execute("ALTER ROLE pharmacy SET synchronous_commit = off")
    try:
        with closing(here.open()) as ledger:
            assert ledger._rows("SHOW synchronous_commit") == [("on",)]
    finally:
        with closing(postgres.connected()) as database:
            database.execute("ALTER ROLE pharmacy RESET synchronous_commit")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://pharmacy:secret@/pharmacies", "Leave the password out"),
        ("postgresql:///pharmacies?password=secret", "Leave the password out"),
        ("postgresql://db.example/pharmacies", "sslmode=verify-full"),
        ("postgresql://localhost,db.example/pharmacies?sslmode=require", "sslmode=verify-full"),
        ("postgresql:///pharmacies?hostaddr=192.0.2.1", "sslmode=verify-full"),
        ("postgresql:///pharmacies?nonsense=1", "no address that PostgreSQL reads"),
        ("mysql://db.example/pharmacies", "begins with postgresql://"),
    ],
)
def test_an_address_that_would_show_something_is_refused(url, says):
    try:
        with pytest.raises(NotAnAddress, match=says) as refused:
            must_be_an_address(url)
    except ExtraMissing:
        pytest.skip("psycopg is not installed: the extra postgres")
    assert "secret" not in str(refused.value)


@system
def test_a_server_that_is_not_there_says_what_to_do_and_not_where_it_is(tmp_path):
    with pytest.raises(LedgerUnusable, match="see that it runs") as refused:
        InPostgres(f"postgresql:///{SECRET}?host={tmp_path}", "one").open()
    must_name_nobody(refused.value)


def must_name_nobody(error):
    while error is not None:
        assert SECRET not in str(error)
        error = error.__cause__ or error.__context__


@system
def test_what_the_database_says_of_a_patient_is_in_no_error(ledger):
    for body in (SECRET, f"{SECRET}\0"):
        with pytest.raises(LedgerUnusable, match=r"PostgreSQL refused it .*Nothing of this was saved") as refused:
            ledger._rows(
                "INSERT INTO ledger_event VALUES (1, ?, 1, '', '', ?, '', ''), (1, '', 1, '', '', '', '', '')",
                body,
                body,
            )
        must_name_nobody(refused.value)
    with pytest.raises(LedgerUnusable) as refused:
        ledger.append("a", "happened", f"{SECRET}\0", NOON)
    must_name_nobody(refused.value)
    assert ledger.length == 0


@system
def test_a_ledger_that_was_closed_says_so_and_does_not_open_itself_again(here):
    ledger = here.open()
    ledger.close()
    with pytest.raises(LedgerUnusable, match="it was closed"):
        ledger.streams("")


# How the tables came to be

PUBLISHED = {
    "sqlite": {"0001-events-and-marks": "sha256:7b9e465128caf2b90a8536e7b6a2f43c36e80e64059780fa6f9bb42d270de9b1"},
    "postgres": {"0001-events-and-marks": "sha256:48a983bf042218f8ad7d89adb1129a55e107b8e3ae60496fcd376ce5263d560c"},
}


@pytest.mark.parametrize("kind", PUBLISHED)
def test_a_step_that_was_published_is_never_changed(kind):
    """It is recorded in every ledger that it made: another digest would lock all of them. Add a step after it."""
    known = {one.name: one.digest for one in migrations_of(kind)}
    assert {name: known[name] for name in PUBLISHED[kind]} == PUBLISHED[kind]
    assert [one.number for one in migrations_of(kind)] == [int(one.name[:4]) for one in migrations_of(kind)]


def test_each_step_is_recorded_with_its_digest_and_when(place):
    with closing(place.open()) as ledger:
        (row,) = ledger._rows(f"SELECT number, name, digest, at FROM {TABLE}")
        (step,) = migrations_of(ledger._database.kind)
        assert row[:3] == (step.number, step.name, step.digest)
        assert datetime.fromisoformat(row[3][:19])
    place.open().close()
    with closing(place.open()) as ledger:
        assert ledger._rows(f"SELECT count(*) FROM {TABLE}") == [(1,)]


def test_tables_that_a_newer_program_made_are_left_alone(place):
    with closing(place.open()) as ledger:
        put(ledger, "a")
        ledger._rows(f"INSERT INTO {TABLE} VALUES (2, '0002-something', 'sha256:00', 'then')")
    with pytest.raises(LedgerUnusable, match=r"newer version of the program made these tables \(step 0002-something\)"):
        place.open()


def test_tables_of_another_making_are_left_alone(place):
    with closing(place.open()) as ledger:
        ledger._rows(f"UPDATE {TABLE} SET digest = 'sha256:00'")
    with pytest.raises(LedgerUnusable, match="0001-events-and-marks has another digest"):
        place.open()


def test_a_file_from_before_steps_were_recorded_is_taken_as_it_is(tmp_path):
    with closing(open_ledger(tmp_path / "one.sqlite")) as ledger:
        put(ledger, "a")
        ledger._rows(f"DROP TABLE {TABLE}")
        head = ledger.head
    with closing(open_ledger(tmp_path / "one.sqlite")) as ledger:
        assert (ledger.head, ledger.verify()) == (head, 1)
        assert ledger._rows(f"SELECT number FROM {TABLE}") == [(1,)]


# Moved there, and put back


@pytest.fixture
def folder(tmp_path):
    """A folder with two ledgers in files."""
    for name, streams in (("store", ("a", "b", "a")), ("people", ("a",))):
        with closing(InFile(tmp_path / f"{name}.sqlite").open()) as ledger:
            put(ledger, *streams)
            ledger.mark("a", {("name", "é"), ("state", "queued")})
    return tmp_path


def heads(folder):
    found = {}
    for name in ("store", "people"):
        with closing(place_in(folder, name).open()) as ledger:
            found[name] = (ledger.head, ledger.verify(), [*ledger.marks()])
    return found


@system
def test_ledgers_are_moved_with_every_digest_and_mark_and_the_files_are_kept(folder, postgres):
    before, called = heads(folder), postgres.name()
    assert keep_in_postgres(folder, postgres.url, called, ("store", "people")) == {"store": 3, "people": 1}
    assert place_in(folder, "store") == in_postgres(postgres.url, called, "store")
    assert heads(folder) == before
    assert sorted(one.name for one in folder.glob("*.sqlite*")) == [
        "people.sqlite.before-postgres", "store.sqlite.before-postgres",
    ]  # fmt: skip
    with pytest.raises(LedgerUnusable, match="already"):
        keep_in_postgres(folder, postgres.url, called, ("store", "people"))


@system
def test_a_move_that_was_broken_off_is_done_again(folder, postgres, monkeypatch):
    before, called = heads(folder), postgres.name()

    def full(path):
        raise OSError("full")

    monkeypatch.setattr("pharmacyfirst.ledger.places.on_disk", full)
    with pytest.raises(OSError, match="full"):
        keep_in_postgres(folder, postgres.url, called, ("store", "people"))
    monkeypatch.undo()
    assert (folder / "store.sqlite").is_file()
    keep_in_postgres(folder, postgres.url, called, ("store", "people"))
    assert heads(folder) == before
    on_disk(folder / DATABASE)


@system
def test_nothing_is_moved_over_another_ledger_and_nothing_damaged_is_moved(folder, postgres):
    called = postgres.name()
    with closing(in_postgres(postgres.url, called, "people").open()) as other:
        put(other, "theirs")
    with pytest.raises(LedgerUnusable, match="another ledger of this name"):
        keep_in_postgres(folder, postgres.url, called, ("store", "people"))
    assert not (folder / DATABASE).exists()
    with closing(InFile(folder / "store.sqlite").open()) as ledger:
        ledger._database.connection.execute("DROP TRIGGER ledger_event_no_update")
    with pytest.raises(LedgerDamaged):
        keep_in_postgres(folder, postgres.url, postgres.name(), ("store", "people"))


@system
def test_a_second_machine_joins_what_is_there(folder, postgres, tmp_path):
    called = postgres.name()
    keep_in_postgres(folder, postgres.url, called, ("store", "people"))
    (tmp_path / "other").mkdir()
    assert keep_in_postgres(tmp_path / "other", postgres.url, called, ("store", "people"))["store"] == 3
    assert heads(tmp_path / "other") == heads(folder)


def test_a_copy_is_one_file_of_sqlite_wherever_the_ledger_is_and_goes_back(kept_in, place, tmp_path):
    with closing(place.open()) as ledger:
        put(ledger, "a", "b")
        ledger.mark("a", {("name", "é")})
        ledger.copy_to(tmp_path / "copy.sqlite")
        copied, marks = ledger.head, [*ledger.marks()]
        put(ledger, "c")
        with pytest.raises(LedgerUnusable):
            ledger.copy_to(tmp_path / "copy.sqlite")
        later = ledger.head
    assert sorted(one.name for one in tmp_path.glob("copy*")) == ["copy.sqlite"]
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o600
    number = place.put(tmp_path / "copy.sqlite")
    assert number == 1
    with closing(place.open()) as ledger:
        assert (ledger.head, [*ledger.marks()], ledger.verify()) == (copied, marks, 2)
        ledger.sound()
        ledger.copy_to(tmp_path / "copy.sqlite")
    assert place.put(tmp_path / "copy.sqlite") == 2
    with closing(kept_in.aside(place, 1).open()) as ledger:
        assert ledger.head == later
    assert not (tmp_path / "copy.sqlite").exists()


@pytest.mark.parametrize(
    "held",
    [
        "",
        "[]",
        "{}",
        '{"url": 1, "name": "a"}',
        '{"url": "postgresql:///a", "name": "a", "password": "secret"}',
        "\xff",
    ],
)
def test_a_folder_that_says_nonsense_makes_no_ledger_anywhere(tmp_path, held):
    (tmp_path / DATABASE).write_text(held, encoding="latin-1")
    with pytest.raises(LedgerUnusable, match=r"has to hold .*Nothing was opened") as refused:
        place_in(tmp_path, "store")
    assert "secret" not in str(refused.value)
    assert [one.name for one in tmp_path.iterdir()] == [DATABASE]


@system
@pytest.mark.parametrize("name", ["", "Café", "a; DROP TABLE b", "a" * 31, "1a"])
def test_a_name_in_the_database_is_plain(tmp_path, name):
    (tmp_path / DATABASE).write_text(json.dumps({"url": "postgresql:///a", "name": name}))
    with pytest.raises(NotAnAddress, match="small letters"):
        place_in(tmp_path, "store")
