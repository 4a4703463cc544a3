"""Which cards were given, and what was made of them: kept in the ledger, without facts and without a word of whom they are about.

A card is put down when it is given, because feedback brings its id alone. What somebody wrote about a card may name a patient, so it is the
attachment of its event, apart from all else.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pharmacyfirst.api.hooks.cards import OWN
from pharmacyfirst.api.keys import API
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.errors import Refused
from pharmacyfirst.ledger import Ledger, LedgerDamaged, Writer
from pharmacyfirst.store import Actor

CARD, HEARD = f"{API}card/", f"{API}feedback/"
GIVEN, FEEDBACK = "card given", "feedback"
ACCEPTED, OVERRIDDEN = OUTCOMES = ("accepted", "overridden")
MOST_AT_ONCE = 100
LONGEST_COMMENT = 4_000


@dataclass(frozen=True, slots=True)
class CardFeedback:
    """What a person made of one card, and when. ``suggestions`` are those accepted, by their ids; ``reason`` is the code of why it was
    overridden, with its system; ``comment`` is what was written about that.
    """

    card: str
    outcome: str
    at: datetime
    suggestions: tuple[str, ...] = ()
    reason: tuple[str, str] | None = None
    comment: str = field(default="", repr=False)


def read_feedback(given: Mapping[str, Any]) -> tuple[CardFeedback, ...]:
    """The feedback in a message of CDS Hooks. Raises ``Refused`` with the number of the first that does not fit; then none is taken."""
    if "feedback" not in given:
        raise Refused("missing_key", "feedback is missing.")
    held = given["feedback"]
    if not isinstance(held, list) or not 0 < len(held) <= MOST_AT_ONCE:
        raise Refused("wrong_value", f"feedback: give a list of 1 to {MOST_AT_ONCE}.")
    return tuple(_read(one, f"feedback {number}") for number, one in enumerate(held, 1))


def _read(one: Any, place: str) -> CardFeedback:
    if not isinstance(one, dict):
        raise Refused("wrong_value", f"{place}: give an object.")
    for name in ("card", "outcome", "outcomeTimestamp"):
        if name not in one:
            raise Refused("missing_key", f"{place}: {name} is missing.")
    if one["outcome"] not in OUTCOMES:
        raise Refused("wrong_value", f"{place}, outcome: give {' or '.join(OUTCOMES)}.")
    suggestions = tuple(
        _uuid(_of(each, "id"), f"{place}, acceptedSuggestions") for each in _listed(one.get("acceptedSuggestions", []))
    )
    if one["outcome"] == ACCEPTED and not suggestions:
        raise Refused("missing_key", f"{place}: acceptedSuggestions is missing, which goes with {ACCEPTED}.")
    reason, comment = _why(one["overrideReason"], f"{place}, overrideReason") if "overrideReason" in one else (None, "")
    at = _moment(one["outcomeTimestamp"], f"{place}, outcomeTimestamp")
    return CardFeedback(_uuid(one["card"], f"{place}, card"), one["outcome"], at, suggestions, reason, comment)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # what is no list has no id, and is refused by that


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _why(held: Any, place: str) -> tuple[tuple[str, str] | None, str]:
    coded, comment = _of(held, "reason"), _of(held, "userComment")
    if coded is None and comment is None:
        raise Refused("missing_key", f"{place}: give a reason, a userComment, or both.")
    if comment is not None and not (isinstance(comment, str) and len(comment) <= LONGEST_COMMENT):
        raise Refused("wrong_value", f"{place}, userComment: give text of at most {LONGEST_COMMENT} characters.")
    if coded is None:
        return None, comment or ""
    code, system = _of(coded, "code"), _of(coded, "system")
    for words in (code, system):
        if not isinstance(words, str) or not 0 < len(words) <= 200:
            raise Refused("wrong_value", f"{place}, reason: give code and system as text.")
    return (system, code), comment or ""


def _uuid(value: Any, place: str) -> str:
    try:
        return str(UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise Refused("wrong_value", f"{place}: give the uuid that was given.") from None


def _moment(value: Any, place: str) -> datetime:
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) and "T" in value else "")
    except ValueError:
        at = None
    if at is None or at.utcoffset() != timedelta(0):
        raise Refused("wrong_value", f"{place}: give a time in UTC, for instance 2026-11-21T10:45:00Z.")
    return at.astimezone(UTC)


class CardsGiven:
    """The cards that were given, and what was made of them, in one ledger."""

    def __init__(self, ledger: Ledger, writer: Writer):
        self._ledger, self._writer = ledger, writer

    def give(self, service: str, hook: str, card: Mapping[str, Any], actor: Actor, at: datetime) -> None:
        """Put down that a card was given: by which service and content, to whose system, and what it said; once, however often it is given."""
        said = card["extension"][OWN]
        body = {
            "service": service,
            "hook": hook,
            "indicator": card["indicator"],
            "outcome": said["outcome"]["kind"],
            "decided_by": said.get("decided_by", []),
            "version": said["version"],
            "content_digest": said["content_digest"],
            "suggestions": [one["uuid"] for one in card.get("suggestions", ())],
            "to": actor.as_dict(),
        }
        stream = CARD + card["uuid"]
        with self._ledger.transaction():
            if not self._ledger.events(stream, attached=False):
                self._writer.append(stream, GIVEN, json.dumps(body), at)

    def hear(self, service: str, feedback: Iterable[CardFeedback], actor: Actor, at: datetime) -> None:
        """Put down what was made of cards, all of it or nothing. Raises ``ApiProblem`` for a card or suggestion that this service did not give."""
        with self._ledger.transaction():
            for one in feedback:
                self._hear(service, one, actor, at)

    def _hear(self, service: str, one: CardFeedback, actor: Actor, at: datetime) -> None:
        events = self._ledger.events(CARD + one.card, attached=False)
        card = _body(events[0].body) if events else {}
        if card.get("service") != service:
            raise ApiProblem("not_there", "This service gave no card of that uuid. Nothing was put down.")
        if not {*one.suggestions} <= {*card["suggestions"]}:
            raise ApiProblem("not_there", "The card has no suggestion of that uuid. Nothing was put down.")
        body = {
            "outcome": one.outcome,
            "at": one.at.isoformat(),
            "suggestions": [*one.suggestions],
            "reason": one.reason,
            "by": actor.as_dict(),
        }
        written, comment, stream = json.dumps(body), one.comment.encode(), HEARD + one.card
        # A client may say the same several times, and has no key to say that it is the same.
        if all((before.body, before.attached) != (written, comment) for before in self._ledger.events(stream)):
            self._writer.append(stream, FEEDBACK, written, at, comment)

    def heard(self) -> list[dict[str, Any]]:
        """Every card of which something was made: what it said, and what was made of it, with what was written about that."""
        heard = (stream.removeprefix(HEARD) for stream in self._ledger.streams(HEARD))
        return sorted(map(self._heard, heard), key=lambda one: (one["given_at"], one["card"]))

    def _heard(self, id: str) -> dict[str, Any]:
        (given, *_) = self._ledger.events(CARD + id, attached=False)
        made = [
            {**_body(one.body), "comment": one.attached.decode() or None} for one in self._ledger.as_written(HEARD + id)
        ]
        return {"card": id, "given_at": given.at.isoformat(), **_body(given.body), "feedback": made}


def _body(words: str) -> dict[str, Any]:
    try:
        held = json.loads(words)
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise LedgerDamaged("What is kept of a card is not what was written. Put a copy back, and find out why.")
    return held
