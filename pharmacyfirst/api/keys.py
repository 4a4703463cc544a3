"""API keys: made by a command and shown once, kept as a digest in the ledger, with what each may do and until when.

A key is ``pfk_ID_SECRET``. Its secret has 256 random bits, so its digest cannot be turned back and needs no slow hashing. The ledger says who
made and who revoked it, and both stay there.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, Writer
from pharmacyfirst.store import Actor

API = "api/"
KEY = f"{API}key/"
MADE, REVOKED = "key made", "key revoked"
MOST_DAYS = 400  # a key that nobody has to look at once a year is one that nobody remembers
TRUST_FOR = 1.0  # seconds for which a key that was looked up is taken to stand as it did
_KEY = re.compile(r"pfk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_LONGEST = 200


class Scope(Enum):
    """What a key may be for."""

    CONTENT = "content"
    ASSESS = "assess"
    AUTHORISE = "authorise"
    RECORDS = "records"
    MESSAGES = "messages"
    INBOUND = "inbound"


class KeyRefused(PharmacyFirstError, ValueError):
    """A key cannot be made or revoked so; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it was made: its id, whose it is, what it may do, until when, and whether it was revoked. The secret is nowhere."""

    id: str
    holder: str
    scopes: frozenset[Scope]
    made_at: datetime
    expires_at: datetime
    made_by: str
    revoked_at: datetime | None = None
    digest: str = field(default="", repr=False)

    @property
    def actor(self) -> Actor:
        """Its holder, as the store puts down who did something."""
        return Actor(self.holder, f"API key {self.id}")

    def stands(self, at: datetime) -> bool:
        """Whether it is in use at a moment."""
        return self.revoked_at is None and at < self.expires_at


class Keys:
    """The keys of one ledger. ``ticks`` gives seconds that only go forward."""

    def __init__(self, ledger: Ledger, writer: Writer, ticks: Callable[[], float]):
        self._ledger, self._writer, self._ticks = ledger, writer, ticks
        self._seen: dict[str, tuple[float, Key]] = {}

    def make(self, holder: str, scopes: Iterable[Scope], days: int, by: str, at: datetime) -> tuple[str, Key]:
        """A new key: its text, which is shown once and kept nowhere, and what was put down. Raises ``KeyRefused``."""
        must_be(str, holder=holder, by=by)
        wanted = frozenset(scopes)
        for name, words in (("holder", holder), ("by", by)):
            if not words.strip() or len(words) > _LONGEST or not words.isprintable():
                raise KeyRefused(f"{name}: name whose key it is, and who makes it, on one line each. Nothing was made.")
        if not wanted or not 1 <= days <= MOST_DAYS:
            raise KeyRefused(f"A key is for one scope at least, and for 1 to {MOST_DAYS} days. Nothing was made.")
        id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        body = {
            "holder": holder,
            "scopes": sorted(one.value for one in wanted),
            "expires_at": (at + timedelta(days=days)).isoformat(),
            "digest": _digest(secret),
            "by": by,
        }
        self._writer.append(KEY + id, MADE, json.dumps(body), at)
        return f"pfk_{id}_{secret}", self.get(id)

    def revoke(self, id: str, by: str, at: datetime) -> Key:
        """Let a key do nothing any more, in every process within a second. Raises ``KeyRefused`` where there is none of this id."""
        must_be(str, id=id, by=by)
        if not by.strip():
            raise KeyRefused("by: name who revokes it. Nothing was changed.")
        if self.get(id).revoked_at is None:
            self._writer.append(KEY + id, REVOKED, json.dumps({"by": by}), at)
        self._seen.pop(id, None)
        return self.get(id)

    def get(self, id: str) -> Key:
        """A key by its id. Raises ``KeyRefused``, or ``LedgerDamaged``."""
        events = self._ledger.events(KEY + id, attached=False) if id.isalnum() else ()
        if not events:
            raise KeyRefused("There is no key of this id.")
        try:
            held = json.loads(events[0].body)
            return Key(
                id=id,
                holder=held["holder"],
                scopes=frozenset(map(Scope, held["scopes"])),
                made_at=events[0].at,
                expires_at=datetime.fromisoformat(held["expires_at"]),
                made_by=held["by"],
                revoked_at=next((one.at for one in events if one.kind == REVOKED), None),
                digest=held["digest"],
            )
        except (KeyError, TypeError, ValueError):
            pass
        raise LedgerDamaged("What is kept of an API key is not what was written. Put a copy back, and find out why.")

    def all(self) -> tuple[Key, ...]:
        """Every key that was ever made, oldest first."""
        found = (self.get(one.removeprefix(KEY)) for one in self._ledger.streams(KEY))
        return tuple(sorted(found, key=lambda one: (one.made_at, one.id)))

    def of(self, text: str, at: datetime) -> Key | None:
        """The key of a text that somebody sent, where it stands; None for any other text, whatever is wrong with it."""
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        id, secret = match.groups()
        try:
            key = self._looked_up(id)
        except KeyRefused:
            return None
        right = hmac.compare_digest(key.digest, _digest(secret))
        return key if right and key.stands(at) else None

    def _looked_up(self, id: str) -> Key:
        now = self._ticks()
        seen = self._seen.get(id)
        if seen is None or now - seen[0] >= TRUST_FOR:
            seen = (now, self.get(id))  # what is not there is not remembered, so guessing fills nothing
            self._seen[id] = seen
        return seen[1]


def _digest(secret: str) -> str:
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"
