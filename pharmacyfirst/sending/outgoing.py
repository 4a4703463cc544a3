"""A message as it goes out, and the proof that it passed its checks.

``Prepared`` is what ``prepare`` returns, and the only thing that the outbox takes. It bears a seal over everything in it, made with a key
that this process makes for itself: one that was put together by hand, altered, or brought from another process does not bear it.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, NoReturn

from pharmacyfirst import __version__
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.xml_in import MOST_BYTES


class NotPrepared(PharmacyFirstError, ValueError):
    """This is not what the check returned, so nothing was stored; says why, and names no patient."""


class RefusedByOutbox(PharmacyFirstError, ValueError):
    """The outbox does not take this message, and nothing was stored; the reason names no patient."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One update record as it goes out: its bytes, its ids, and where it goes. Nothing of it is ever changed.

    ``document_id`` is that of the document Bundle, which a later message names to replace this one; ``replaces`` is the document id of
    an earlier message. ``practice_patient`` is true for training patients: their messages never go to the live service, and
    all others go nowhere else. ``ended_at`` is when the consultation ended, a time with its offset as text, or empty where that is not known.
    """

    bundle_id: str
    header_id: str
    document_id: str
    local_id: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    xml: bytes = field(repr=False)
    practice_patient: bool
    sender_reference: str = ""
    replaces: str = ""
    ended_at: str = ""

    @property
    def file_name(self) -> str:
        """What the message is called in MESH. It tells our message from others where their local ids are alike."""
        return f"{self.bundle_id}.xml"

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.xml).hexdigest()

    def routing(self) -> dict[str, Any]:
        """Everything but the bytes, by name, as JSON can hold it."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "xml"}


def outgoing(routing: Mapping[str, Any], xml: bytes) -> Outgoing:
    """The message again, from its ``routing`` and its bytes."""
    return Outgoing(xml=xml, **routing)


@dataclass(frozen=True, slots=True)
class Post:
    """A POST that has begun: the message to post, and which POST of it this is, counted from 1."""

    message: Outgoing
    number: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that passed its checks: the message, the digest of its bytes, and what checked it, with its version.

    Made by ``prepare`` alone. Raises ``NotPrepared`` where anybody else makes one.
    """

    message: Outgoing
    digest: str
    checked_by: str
    seal: str = field(repr=False)

    def __post_init__(self) -> None:
        Prepared.verify(self)

    def verify(self) -> None:
        """Raises ``NotPrepared`` unless all of it is what the check returned."""
        try:
            message, said = self.message, (self.digest, self.checked_by, self.seal)
            whole = type(message) is Outgoing and all(type(one) is str for one in said) and _is_plain(message)
        except AttributeError:
            whole = False
        if not whole:
            _not_prepared("It lacks a part of what the check returns, or holds something else in its place.")
        if _digest(message) != self.digest:
            _not_prepared("Its bytes are not those that were checked.")
        seal = _seal(message, self.digest, self.checked_by)
        if not hmac.compare_digest(self.seal.encode(errors="replace"), seal.encode()):
            _not_prepared("It does not bear the seal of the check in this process: it was made by hand, or altered.")


def _not_prepared(why: str) -> NoReturn:
    raise NotPrepared(f"{why} Nothing was stored. Give the message to prepare, and put what that returns.")


def only_prepared(given: object) -> Prepared:
    """What was given, where the check returned it and nothing was altered since. Raises ``NotPrepared`` with the reason."""
    if type(given) is not Prepared:  # a subclass could say of itself that it is genuine
        _not_prepared(f"The outbox takes what the check returned, not {type(given).__name__}.")
    Prepared.verify(given)
    return given


# The one thing that checks. No caller can name another.
CHECKED_BY = f"pharmacyfirst record check {__version__}"
_KEY = secrets.token_bytes(32)


# These read the message themselves and call nothing of it: what is not quite an Outgoing cannot answer for itself.


def _is_plain(message: Outgoing) -> bool:
    """Whether each part is of just the type that it should be. Raises ``AttributeError`` where one is not there."""
    return all(type(getattr(message, one.name)) is one.type for one in fields(Outgoing))


def _digest(message: Outgoing) -> str:
    return hashlib.sha256(message.xml).hexdigest()


def _seal(message: Outgoing, digest: str, checked_by: str) -> str:
    parts = {one.name: getattr(message, one.name) for one in fields(Outgoing) if one.name != "xml"}
    sealed = json.dumps([parts, _digest(message), digest, checked_by], sort_keys=True)
    return hmac.new(_KEY, sealed.encode(), hashlib.sha256).hexdigest()


def _checked(message: Outgoing) -> Prepared:
    """The seal of the check. For ``prepare``, which has checked; whoever else calls it vouches for a message that nobody has."""
    return Prepared(message, _digest(message), CHECKED_BY, _seal(message, _digest(message), CHECKED_BY))


_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEADER = re.compile(r"[\x20-\x7e]+")
_LONGEST = {"recipient": 100, "subject": 500, "local_id": 300}  # as MESH takes them


def is_uuid(text: str) -> bool:
    """Whether this is an id as ours are: a UUID in lower case."""
    return _UUID.fullmatch(text) is not None


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False


def must_fit_mesh(message: Outgoing) -> None:
    """Raises ``RefusedByOutbox`` for a message that MESH or the practice's system could not take."""
    for name in ("bundle_id", "header_id", "document_id"):
        if not is_uuid(getattr(message, name)):
            raise RefusedByOutbox(f"{name} is not a UUID in lower case.")
        if getattr(message, name).encode() not in message.xml:
            raise RefusedByOutbox(f"{name} does not occur in the message.")
    for name, longest in _LONGEST.items():
        if not _HEADER.fullmatch(getattr(message, name)) or len(getattr(message, name)) > longest:
            raise RefusedByOutbox(
                f"{name} has to be 1 to {longest} printable ASCII characters, or MESH does not take it."
            )
    if message.ended_at and not _is_moment(message.ended_at):
        raise RefusedByOutbox("ended_at is no time with its distance from UTC.")
    if len(message.xml) > MOST_BYTES:
        raise RefusedByOutbox("The message is larger than 5 MB, which practices refuse (20015).")
    if message.recipient.startswith("GPPROVIDER_999") and not message.practice_patient:
        raise RefusedByOutbox(
            "NHS numbers beginning 999 belong to nobody: this is a training patient, and has to be marked so."
        )
