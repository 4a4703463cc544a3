"""Accounts: who may be added, what ends sessions, that nothing is lost or changed, and that nothing shows what proves somebody."""

import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
from colleagues import ALEX, OTHER_PASSWORD, PASSWORD, ROBIN, SAM, Clock, with_password

from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable
from pharmacyfirst.people import NewColleague, PeopleDeed, PeopleRefused, Role, open_people
from pharmacyfirst.people.accounts import NAME, Lock, put_back
from pharmacyfirst.people.second_factor import new_seed

ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})


@pytest.fixture
def people(tmp_path):
    with open_people(tmp_path, Clock()) as people:
        yield people


def test_the_first_is_an_administrator_because_somebody_has_to_look_after_the_rest(people):
    assert not people.are_there
    with pytest.raises(PeopleRefused, match="has to be an administrator"):
        people.add(SAM, by="a test")
    assert not people.are_there
    people.add(ROBIN, by="a test")
    people.add(SAM, by="a test")
    assert [one.signs_in_as for one in people.all()] == ["robin", "sam"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"signs_in_as": "Robin"}, "small letters"),
        ({"signs_in_as": ""}, "small letters"),
        ({"signs_in_as": "a b"}, "small letters"),
        ({"family": " "}, "A name is on one line"),
        ({"given": ("a\nb",)}, "A name is on one line"),
        ({"roles": frozenset()}, "Somebody without a role"),
        ({"roles": frozenset({Role.PHARMACIST, Role.TECHNICIAN})}, "give one of the two"),
        ({"gphc_number": ""}, "seven digits"),
        ({"gphc_number": "5999999"}, "begins with 2"),
        ({"roles": frozenset({Role.TECHNICIAN})}, "begins with 5"),
        ({"roles": frozenset({Role.AUDITOR})}, "goes with the role pharmacist or technician"),
    ],
)
def test_who_does_not_fit_is_not_added(changed, says):
    held = {"signs_in_as": "robin", "family": "Sample", "given": ("Robin",), "roles": {Role.PHARMACIST}, "gphc_number": "2999999"}  # fmt: skip
    with pytest.raises(PeopleRefused, match=says):
        NewColleague(**held | changed)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (replace(SAM, signs_in_as="robin"), "signs in with this word"),
        (replace(ROBIN, signs_in_as="robin2"), "has this GPhC number"),
        (replace(ALEX, signs_in_as="alex2"), "has this name"),
    ],
)
def test_two_people_are_never_one_on_what_they_do(people, who, says):
    people.add(ROBIN, by="a test")
    people.add(ALEX, by="a test")
    with pytest.raises(PeopleRefused, match=says):
        people.add(who, by="a test")


def test_the_last_administrator_stays_one(people):
    robin, sam = with_password(people, ROBIN), people.add(SAM, by="a test")
    for refused in (
        lambda: people.disable(robin.id, by="a test"),
        lambda: people.set_roles(robin.id, {Role.PHARMACIST}, "2999999", by="a test"),
    ):
        with pytest.raises(PeopleRefused, match="last administrator"):
            refused()
    people.set_roles(sam.id, {Role.TECHNICIAN, Role.ADMINISTRATOR}, "5999998", by="a test")
    people.disable(robin.id, by="a test")
    with pytest.raises(PeopleRefused, match="last administrator"):
        people.disable(sam.id, by="a test")


def test_a_gphc_number_is_a_persons_for_ever(people):
    robin = people.add(ROBIN, by="a test")
    with pytest.raises(PeopleRefused, match="for ever"):
        people.set_roles(robin.id, robin.roles, "2999998", by="a test")


@pytest.mark.parametrize(
    ("deed", "ends"),
    [
        (lambda people, id: people.choose_password(id, OTHER_PASSWORD, by="a test"), True),
        (lambda people, id: people.one_time_password(id, by="a test"), True),
        (lambda people, id: people.take_second_factor_away(id, by="a test"), True),
        (lambda people, id: people.set_roles(id, ADMINISTRATOR | {Role.PHARMACIST}, "2999999", by="a test"), True),
        (lambda people, id: people.link(id, "https://provider.example 1", by="a test"), True),
        (lambda people, id: people.choose_pin(id, "2468", by="a test"), False),
        (lambda people, id: people.signed_in(id, "a password"), False),
    ],
)
def test_what_changes_how_somebody_is_proved_or_what_they_may_ends_their_sessions(people, deed, ends):
    robin = with_password(people, ROBIN)
    assert people.stands(robin.id, robin.stamp)
    deed(people, robin.id)
    assert people.stands(robin.id, robin.stamp) is not ends


def test_disabling_somebody_ends_their_sessions_at_once_in_every_process(people, tmp_path):
    with_password(people, ROBIN)
    sam = with_password(people, SAM)
    with open_people(tmp_path, Clock()) as another:
        another.disable(sam.id, by="a test")
    assert not people.stands(sam.id, sam.stamp)
    people.enable(sam.id, by="a test")
    assert not people.stands(sam.id, sam.stamp)  # what had ended does not begin again
    assert not people.stands("nobody", 0)


def test_the_file_is_its_owners_alone_and_no_account_shows_what_proves_it(people, tmp_path):
    robin, seed = with_password(people, ROBIN), new_seed()
    people.choose_pin(robin.id, "135790", by="Robin Sample")
    made = people.one_time_password(robin.id, by="Robin Sample")
    people._write(robin.id, PeopleDeed.SECOND_FACTOR, "a test", secret=seed)
    robin = people.get(robin.id)
    assert stat.S_IMODE((tmp_path / f"{NAME}.sqlite").stat().st_mode) == 0o600
    shown = f"{robin!r} {people.history()!r} {people.all()!r}"
    for secret in (PASSWORD, "135790", made, seed, robin.password, robin.pin):
        assert secret
        assert secret not in shown
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert PASSWORD.encode() not in everything
    assert made.encode() not in everything
    assert robin.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_history_says_who_did_what_to_whom(people):
    robin = with_password(people, ROBIN)
    sam = people.add(SAM, by="Robin Sample")
    people.disable(sam.id, by="Robin Sample")
    people.locked("", Lock("mark", 6, people.now() + timedelta(minutes=2)))
    said = [(one.of, one.deed, one.by, one.more) for one in people.history()]
    assert said == [
        ("(no such person)", PeopleDeed.LOCKED, "", "for 2 minutes"),
        ("Sam Other", PeopleDeed.DISABLED, "Robin Sample", ""),
        ("Sam Other", PeopleDeed.ADDED, "Robin Sample", "technician"),
        ("Robin Sample", PeopleDeed.PASSWORD, "a test", ""),
        ("Robin Sample", PeopleDeed.ADDED, "a test", "pharmacist, administrator"),
    ]
    assert [one.deed for one in people.history(robin.id)] == [PeopleDeed.PASSWORD, PeopleDeed.ADDED]


def test_somebody_who_does_it_is_always_named(people):
    with pytest.raises(PeopleRefused, match="who does it"):
        people.add(ROBIN, by=" ")
    with pytest.raises(PeopleRefused, match="Nobody has this account"):
        people.disable("another", by="a test")


def test_an_event_that_was_changed_by_hand_is_found(tmp_path):
    with open_people(tmp_path, Clock()) as people:
        with_password(people, ROBIN)
        assert people.verify() == 2
    with sqlite3.connect(tmp_path / f"{NAME}.sqlite") as database:
        database.execute("DROP TRIGGER ledger_event_no_update")
        database.execute("UPDATE ledger_event SET body = replace(body, '2999999', '2999998') WHERE position = 1")
    with open_people(tmp_path, Clock()) as people, pytest.raises(LedgerDamaged):
        people.verify()


def test_a_copy_has_all_of_it(people, tmp_path):
    with_password(people, ROBIN)
    (tmp_path / "copy").mkdir()
    people.copy_to(tmp_path / "copy" / f"{NAME}.sqlite")
    with open_people(tmp_path / "copy", Clock()) as copy:
        assert copy.all() == people.all()


def test_a_copy_is_put_back_and_what_was_there_is_set_aside(people, tmp_path):
    people.copy_to(tmp_path / "copy.sqlite")
    many = people.verify()
    people.add(NewColleague("pat", "Other", ("Pat",), ADMINISTRATOR), by="Robin")
    people.close()
    assert put_back(tmp_path / "copy.sqlite", tmp_path) == many
    with open_people(tmp_path, Clock()) as again:
        assert again.who_signs_in_as("pat") is None
    assert (tmp_path / f"{NAME}.sqlite.before-restore-1").is_file()
    (tmp_path / "spoilt.sqlite").write_bytes(b"rubbish" * 1000)
    with pytest.raises(LedgerUnusable):
        put_back(tmp_path / "spoilt.sqlite", tmp_path)
    assert not [*tmp_path.glob("*restoring*")]
