"""Who is at the desk in which browser: begun with a PIN, hidden after quiet minutes, gone with the process."""

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pharmacyfirst.web.people import AtTheDesk
from pharmacyfirst.web.posted import Posted

if TYPE_CHECKING:
    from starlette.responses import Response

    from pharmacyfirst.web.desk import Visit

QUIET_SECONDS = 5 * 60
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
    """One browser in which somebody gave their PIN. ``token`` stands in every form of it; ``held`` is what was asked for while hidden."""

    person: AtTheDesk
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    seen_at: float = 0.0
    hidden: bool = False
    held: Held | None = field(default=None, repr=False)

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
        """The session of a browser, hidden by now where it was quiet for too long; None where there is none."""
        session = self._open.get(key)
        if session is not None:
            now = self._steady()
            session.hidden = session.hidden or now - session.seen_at >= self.quiet
            if not session.hidden:
                session.seen_at = now
        return session

    def waits(self, person: AtTheDesk) -> bool:
        """Whether too many wrong PINs were given for somebody, so that none is looked at for a while."""
        wrong, since = self._wrong.get(person.practitioner.gphc_number, (0, 0.0))
        return wrong >= MOST_WRONG_PINS and self._steady() - since < WRONG_PIN_WAIT_SECONDS

    def right(self, person: AtTheDesk, pin: str) -> bool:
        """Whether the PIN is right; a wrong one is counted."""
        number = person.practitioner.gphc_number
        if self.waits(person):
            return False
        if person.knows(pin):
            self._wrong.pop(number, None)
            return True
        wrong, since = self._wrong.get(number, (0, 0.0))
        again = wrong < MOST_WRONG_PINS or self._steady() - since < WRONG_PIN_WAIT_SECONDS
        self._wrong[number] = ((wrong if again else 0) + 1, self._steady())
        return False

    def begin(self, person: AtTheDesk) -> str:
        """A session for somebody whose PIN was right; the key that their browser keeps."""
        key = secrets.token_urlsafe(32)
        self._open[key] = Session(person, seen_at=self._steady())
        return key

    def show_again(self, session: Session) -> None:
        """The PIN was given again: the patient may be seen."""
        session.hidden, session.seen_at = False, self._steady()

    def keep_only(self, people: Iterable[AtTheDesk]) -> None:
        """End every session of somebody who is not among these people, with the PIN that they have now."""
        known = {(one.practitioner.gphc_number, one.pin) for one in people}
        for key, session in [*self._open.items()]:
            if (session.person.practitioner.gphc_number, session.person.pin) not in known:
                self.end(key)

    def end(self, key: str) -> None:
        """Whoever was at the desk has left it."""
        self._open.pop(key, None)
