"""Whatever writes is done once: the answer to each Idempotency-Key is kept in the ledger, in the commit of what it wrote.

A caller that heard nothing (the line was cut, the server was started anew) sends the same again, and gets the answer that was lost.
"""

import hashlib
import json
import re
from datetime import datetime

from pharmacyfirst.api.calls import Asking, Call, Reply
from pharmacyfirst.api.keys import API
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerEvent, Writer

ANSWERED = "answered"
REPLAYED = "idempotency-replayed"
IDEMPOTENCY_KEY = "[A-Za-z0-9_-]{8,200}"
_GIVEN = re.compile(IDEMPOTENCY_KEY)


class Once:
    """What was answered to calls that write, by the holder of the key: a new key of the same holder is given the same answers."""

    def __init__(self, ledger: Ledger, writer: Writer):
        self._ledger, self._writer = ledger, writer

    def answer(self, call: Call, asked: Asking, given: str, at: datetime) -> Reply:
        """The reply of a call, kept with all that it wrote in one commit; where this was answered before, that answer.

        ``given`` is the caller's Idempotency-Key. Raises ``ApiProblem`` where it is none, or was used for something else; nothing is kept of
        what is refused, so the same key may be used again once that is mended.
        """
        if not _GIVEN.fullmatch(given):
            raise ApiProblem(
                "no_idempotency_key",
                "Idempotency-Key: give 8 to 200 letters, digits, hyphens and underscores. Nothing was written.",
            )
        stream = f"{API}once/{_sha(json.dumps([asked.actor.name, given]).encode())}"
        query = sorted((name, str(value)) for name, value in asked.query.items())
        what = _sha(json.dumps([call.method, call.path, sorted(asked.names.items()), query, _sha(asked.body)]).encode())
        with self._ledger.transaction():
            events = self._ledger.as_written(stream)
            if events:
                return _again(events[0], what)
            reply = call.answer(asked)
            held = {
                "request": what,
                "status": reply.status,
                "media_type": reply.media_type,
                "headers": dict(reply.headers),
            }
            self._writer.append(stream, ANSWERED, json.dumps(held), at, reply.body)
        return reply


def _again(event: LedgerEvent, what: str) -> Reply:
    try:
        held = json.loads(event.body)
        if held["request"] == what:
            return Reply(event.attached, held["media_type"], held["status"], {**held["headers"], REPLAYED: "true"})
    except (KeyError, TypeError, ValueError):
        raise LedgerDamaged(
            "What is kept of an answer is not what was written. Put a copy back, and find out why."
        ) from None
    raise ApiProblem(
        "idempotency_key_used",
        "This Idempotency-Key came before with another body (the same is byte for byte the same) or for another call. Nothing was written.",
    )


def _sha(words: bytes) -> str:
    return hashlib.sha256(words).hexdigest()
