"""Who is at the desk in which browser: begun with a PIN or by signing in, hidden after quiet minutes, gone with the process.

A session of somebody who signed in ends after an hour without them, and after twelve hours whatever they do.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pharmacyfirst.web.people import AtTheDesk, SignedIn, SomebodyHere
from pharmacyfirst.web.posted import Posted

if TYPE_CHECKING:
    from starlette.responses import Response

    from pharmacyfirst.web.desk import Visit

QUIET_SECONDS = 5 * 60
IDLE_SECONDS = 60 * 60
LONGEST_SECONDS = 12 * 60 * 60
MOST_WRONG_PINS = 5
WRONG_PIN_WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Held:
    """What a browser asked for or posted while the patient was hidden, to be done once the PIN was given again."""

    path: str
    handler: "Callable[[Visit], Response]"
    names: Mapping[str, str]
    posted: Posted = field(repr=False)
    method: str = "GET"


@dataclass(slots=True)
class Session:
    """One browser in which somebody gave their PIN or signed in. ``token`` stands in every form of it; ``held`` is what was asked for while
    hidden, ``seed`` a second factor that is being set up, ``practises_with`` the training patient with whom somebody practises (empty: nobody),
    ``done`` what was just done, to be said once on the next page.
    """

    person: SomebodyHere
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    began_at: float = 0.0
    seen_at: float = 0.0
    hidden: bool = False
    held: Held | None = field(default=None, repr=False)
    seed: str = field(default="", repr=False)
    practises_with: str = ""
    done: str = ""

    def owns(self, token: str) -> bool:
        """Whether a form bears this session's token."""
        return hmac.compare_digest(self.token.encode(), token.encode(errors="replace"))


class Sessions:
    """The sessions of this process. ``steady`` counts seconds and never jumps; ``quiet`` is after how many the patient is hidden."""

    def __init__(self, steady: Callable[[], float], quiet: float = QUIET_SECONDS):
        self.quiet = quiet
        self._steady = steady
        self._open: dict[str, Session] = {}
        self._wrong: dict[str, tuple[int, float]] = {}

    def of(self, key: str) -> Session | None:
        """The session of a browser, hidden by now where it was quiet for too long; None where there is none, or where it has ended."""
        session, now = self._open.get(key), self._steady()
        if session is not None and _over(session, now):
            del self._open[key]
            return None
        if session is not None:
            session.hidden = session.hidden or now - session.seen_at >= self.quiet
            if not session.hidden:
                session.seen_at = now
        return session

    def waits(self, person: SomebodyHere) -> bool:
        """Whether too many wrong PINs were given for somebody, so that none is looked at for a while."""
        wrong, since = self._wrong.get(person.key, (0, 0.0))
        return wrong >= MOST_WRONG_PINS and self._steady() - since < WRONG_PIN_WAIT_SECONDS

    def right(self, person: SomebodyHere, pin: str) -> bool:
        """Whether the PIN is right; a wrong one is counted."""
        number = person.key
        if self.waits(person):
            return False
        if person.knows(pin):
            self._wrong.pop(number, None)
            return True
        wrong, since = self._wrong.get(number, (0, 0.0))
        again = wrong < MOST_WRONG_PINS or self._steady() - since < WRONG_PIN_WAIT_SECONDS
        self._wrong[number] = ((wrong if again else 0) + 1, self._steady())
        return False

    def begin(self, person: SomebodyHere, before: str = "") -> str:
        """A session for somebody who has shown that it is they; the key that their browser keeps, always a new one.

        ``before`` is the key that it had: that session ends, so that whoever knew it, or planted it, is in none.
        """
        now = self._steady()
        self._open = {key: one for key, one in self._open.items() if key != before and not _over(one, now)}
        key = secrets.token_urlsafe(32)
        self._open[key] = Session(person, began_at=now, seen_at=now)
        return key

    def show_again(self, session: Session) -> None:
        """The PIN was given again: the patient may be seen."""
        session.hidden, session.seen_at = False, self._steady()

    def keep_only(self, people: Iterable[AtTheDesk]) -> None:
        """End every session of somebody who is not among these people, with the PIN that they have now."""
        known = tuple(people)
        for key, session in [*self._open.items()]:
            if session.person not in known:
                self.end(key)

    def end(self, key: str) -> None:
        """Whoever was at the desk has left it."""
        self._open.pop(key, None)


def _over(session: Session, now: float) -> bool:
    return isinstance(session.person, SignedIn) and (
        now - session.seen_at >= IDLE_SECONDS or now - session.began_at >= LONGEST_SECONDS
    )
