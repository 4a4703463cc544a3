"""Signing in with a password and, where there is one, a code of the second factor; and what makes guessing hopeless.

Whether nobody signs in with a word, the password is wrong, the code is wrong or the account is disabled: the answer is the same, after the
same work. After five wrong ones in a row a word waits a minute, then two, then four, up to an hour, whether or not somebody has it, so that
waiting tells nothing either; it goes on where the program is started anew. Nobody is shut out for good, or anybody could shut everybody out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import scrypt

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.people import passwords, second_factor
from pharmacyfirst.people.accounts import Lock, People
from pharmacyfirst.people.colleague import Colleague, folded

MOST_WRONG = 5
FIRST_WAIT, LONGEST_WAIT = 60, 60 * 60
# Each guess costs the processor some time: of all wrong ones together no more than these are looked at in a minute.
MOST_WRONG_A_MINUTE = 60
_MOST_WORDS, _LONGEST_WORD = 10_000, 64

WRONG = (
    "This is not right: look at the word you sign in with, the password, and the code where you have an authenticator"
)
NOT_HERE = "You have no role at this site: choose another site, or ask your administrator"
WAITS = "Too many wrong ones: wait {minutes}"


class NotSignedIn(PharmacyFirstError):
    """Nobody was let in; says what to do, and nothing of what was given, or of whether there is such a person."""


@dataclass(slots=True)
class _Tried:
    """How often a word was tried wrongly in a row, and until when (in seconds) it waits."""

    times: int = 0
    until: float = 0.0


class SigningIn:
    """The door. ``steady`` counts seconds and never jumps. Words that wait go on waiting where another process begins; what was tried less often
    than that is forgotten with this one.
    """

    def __init__(self, people: People, steady: Callable[[], float]):
        self._people, self._steady = people, steady
        self._wrong: dict[str, _Tried] = {}
        self._lately: list[float] = []
        self._before = {lock.mark: lock for lock in people.locks()}

    def sign_in(self, word: str, password: str, code: str = "", site: str = "") -> Colleague:
        """Whoever signs in with this word, password and code at a site, which is put down. Raises ``NotSignedIn``.

        That somebody has no role at the site is told to them alone, who has shown that it is they.
        """
        word, now = folded(word)[:_LONGEST_WORD], self._steady()
        tried = self._tried(word)
        self._lately = [one for one in self._lately if now - one < 60]
        if now < tried.until:
            raise NotSignedIn(WAITS.format(minutes=_minutes(tried.until - now)))
        if len(self._lately) >= MOST_WRONG_A_MINUTE:
            raise NotSignedIn(WAITS.format(minutes="a minute"))
        one = self._people.who_signs_in_as(word)
        right = passwords.is_right(one.password if one is not None else "", password)
        if one is not None and right and one.active and not self._too_late(one):
            step = self._step(one, code)
            if step is not None:
                self._wrong.pop(word, None)
                if not one.roles_at(site):
                    raise NotSignedIn(NOT_HERE)
                return self._let_in(one, step)
        self._count(word, tried, one)
        raise NotSignedIn(WRONG)

    def prove(self, one: Colleague, password: str, code: str | None = None) -> None:
        """Have somebody who is signed in show once more that it is they. Something wrong counts as at the door. Raises ``NotSignedIn``.

        Before what proves them is changed give ``code`` as well: where they have a second factor it is asked for, and good once.
        """
        tried = self._tried(one.signs_in_as)
        if self._steady() < tried.until:
            raise NotSignedIn(WAITS.format(minutes=_minutes(tried.until - self._steady())))
        right = passwords.is_right(one.password, password)
        step = self._step(one, code) if right and code is not None else -1
        if not right or step is None:
            self._count(one.signs_in_as, tried, one)
            raise NotSignedIn(f"This is not your {'code' if right else 'password'}. Nothing was changed.")
        self._wrong.pop(one.signs_in_as, None)
        if step >= 0:
            self._people.signed_in(one.id, "once more, with a password and a code", step)

    def _tried(self, word: str) -> _Tried:
        """How a word stands, also as it stood in the process before, for an hour after it waited no more."""
        now = self._people.now()
        self._before = {
            mark: one for mark, one in self._before.items() if now < one.until + timedelta(seconds=LONGEST_WAIT)
        }
        before = self._before.pop(_mark(word), None) if self._before else None
        if before is not None:
            left = min((before.until - now).total_seconds(), LONGEST_WAIT)
            self._wrong.setdefault(word, _Tried(before.times, self._steady() + left))
        return self._wrong.get(word, _Tried())

    def _let_in(self, one: Colleague, step: int) -> Colleague:
        how = "a password and a code" if one.seed else "a one-time password" if one.one_time else "a password"
        self._people.signed_in(one.id, how, step if one.seed else None)
        return one

    def _step(self, one: Colleague, code: str) -> int | None:
        """The half minute of the code; something also where there is no second factor. None lets nobody in."""
        if not one.seed:
            return -1
        return second_factor.step_of(one.seed, code, self._people.now(), self._people.last_step(one.id))

    def _too_late(self, one: Colleague) -> bool:
        return one.one_time_until is not None and self._people.now() >= one.one_time_until

    def _count(self, word: str, tried: _Tried, one: Colleague | None) -> None:
        now = self._steady()
        self._lately.append(now)
        if len(self._wrong) >= _MOST_WORDS:  # words without end were tried: those that wait no more are forgotten
            self._wrong = {word: one for word, one in self._wrong.items() if one.until > now}
        tried.times += 1
        if tried.times >= MOST_WRONG:
            seconds = min(FIRST_WAIT * 2 ** (tried.times - MOST_WRONG), LONGEST_WAIT)
            tried.until = now + seconds
            lock = Lock(_mark(word), tried.times, self._people.now() + timedelta(seconds=seconds))
            self._people.locked(one.id if one is not None else "", lock)
        self._wrong[word] = tried


def _mark(word: str) -> str:
    """A word as it is kept where it waits. It may be a password, typed into the wrong field, so finding out which it was costs as much as that."""
    return scrypt(word.encode(), salt=b"pharmacyfirst: a word that waits", n=2**14, r=8, p=1, dklen=16).hex()


def _minutes(seconds: float) -> str:
    minutes = int(-(-seconds // 60))
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
