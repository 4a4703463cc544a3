"""Links that open once: a handover waits in memory, ten minutes long, for the one pharmacist who opens it.

Nothing of it is on disk. A link is 256 bits of chance; kept is only its digest, and every digest is compared, each in the same time, so that
neither a dump of memory nor a clock tells one. The caller's clock is handed in, and one that goes back opens nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.handover.handed import Handover

LIVES = timedelta(minutes=10)
MOST_WAITING = 200  # more than a pharmacy hands over in ten minutes; a system gone wrong fills no memory
# One refusal for a link that was never given, was opened, or is dead: whoever guesses learns nothing.
NO_LINK = (
    "This link opens nothing: it was opened before, is older than ten minutes, or is for another pharmacist. "
    "Hand the patient over again from the pharmacy system."
)


class LinkRefused(PharmacyFirstError):
    """A link that opens nothing, or a handover that is another pharmacist's; says what to do, and nothing of whom it is about."""


@dataclass(frozen=True, slots=True)
class OpenedHandover:
    """A handover that was opened: by which pharmacist (GPhC number), and when. It is theirs alone from then on."""

    by: str
    at: datetime
    _handover: Handover = field(repr=False)
    _raw: bytes = field(repr=False)

    def of(self, gphc_number: str) -> Handover:
        """The handover, for the pharmacist who opened it. Raises ``LinkRefused`` for anybody else."""
        self._must_be_theirs(gphc_number)
        return self._handover

    def as_it_came(self, gphc_number: str) -> bytes:
        """Its bytes, to be kept, for the pharmacist who opened it. Raises ``LinkRefused`` for anybody else."""
        self._must_be_theirs(gphc_number)
        return self._raw

    def _must_be_theirs(self, gphc_number: str) -> None:
        if not hmac.compare_digest(gphc_number.encode(), self.by.encode()):
            raise LinkRefused(NO_LINK)


@dataclass(frozen=True, slots=True)
class _Waiting:
    link: bytes = field(repr=False)
    given: datetime
    handover: Handover = field(repr=False)
    raw: bytes = field(repr=False)


class Links:
    """The handovers that wait to be opened, in this process. Threads may share it."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Links({len(self._waiting)} waiting)"

    def give(self, handover: Handover, at: datetime, raw: bytes = b"") -> str:
        """A link for a handover: 43 letters, digits, hyphens and underscores. Raises ``LinkRefused`` where too many wait already.

        ``raw`` are the bytes that it was read from, for whoever opens it to keep.
        """
        now, link = in_england(at), secrets.token_urlsafe(32)
        with self._lock:
            self._forget(now)
            if len(self._waiting) >= MOST_WAITING:
                raise LinkRefused(
                    "Too many patients were handed over and not opened. Wait ten minutes, then try again."
                )
            self._waiting.append(_Waiting(_digest(link), now, handover, raw))
        return link

    def open(self, link: str, by: str, at: datetime) -> OpenedHandover:
        """The handover of a link, for the pharmacist (GPhC number) who opens it; the link is then gone.

        One that names another pharmacist is refused, and goes on waiting for that one. Raises ``LinkRefused``.
        """
        now, asked, found = in_england(at), _digest(link), None
        with self._lock:
            self._forget(now)
            for one in self._waiting:
                if hmac.compare_digest(one.link, asked):  # all are compared, whether or not it was found
                    found = one
            if found is not None and found.handover.asked_by.for_practitioner in (None, by):
                self._waiting.remove(found)
                return OpenedHandover(by, now, found.handover, found.raw)
        raise LinkRefused(NO_LINK)

    def _forget(self, now: datetime) -> None:
        """Let go of what is dead, and of what a clock that went back says was given later than now."""
        self._waiting = [one for one in self._waiting if timedelta(0) <= now - one.given < LIVES]


def _digest(link: str) -> bytes:
    return hashlib.sha256(link.encode("utf-8", "surrogatepass")).digest()
