"""What is given out of the store: the evidence of one consultation, everything about one patient, and a flat table without identities.

The first two are one JSON file each and tell who the patient is; that they were made is put down like every other reading. The table has a row
for each record, and holds no name, number, birth date, answer or words of anybody.
"""

import csv
import io
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.store.anchors import anchor_of
from pharmacyfirst.store.came_in import CameIn
from pharmacyfirst.store.deeds import Actor, Deed, StoreEvent
from pharmacyfirst.store.finding import FINISHED
from pharmacyfirst.store.kept import CONSULTATION
from pharmacyfirst.store.so_far import ConsultationSoFar
from pharmacyfirst.store.store import Store

FORMAT = 1


def evidence(store: Store, id: str, actor: Actor) -> str:
    """One consultation whole, as JSON: each deed with who and when, every page as it was posted, the record, and what became of its message.

    ``digest`` of an event is its link in the chain, ``anchor`` the whole chain when this was made. Raises ``NotThere``.
    """
    store.records.read(id, actor, "evidence")
    return exact.write(_head(store, "the evidence of one consultation") | _consultation(store, id), 2) + "\n"


def everything_of(store: Store, id: str, actor: Actor) -> str:
    """Everything that the store has of the patient of one consultation, as JSON: for a request by the patient (subject access).

    The same NHS number, or the same names and birth date. Restricted notes are among it: who gives it out looks at those first.
    """
    ids = store.records.same_patient(id)
    for one in ids:
        store.records.read(one, actor, "everything of a patient")
    held = {"consultations": [_consultation(store, one) for one in ids]}
    return exact.write(_head(store, "everything about one patient") | held, 2) + "\n"


def _head(store: Store, what: str) -> dict[str, Any]:
    now = anchor_of(store.ledger, in_england(store.now()).isoformat())
    return {"what": what, "format": FORMAT, "made_at": now.at, "anchor": {"length": now.length, "head": now.head}}


def _consultation(store: Store, id: str) -> dict[str, Any]:
    now = store.drafts.get(id)
    events = store.records.history(id)
    bundle_id = str(now.summary.get("bundle_id", ""))
    held: dict[str, Any] = {
        "id": id,
        "state": now.state.value,
        "owners": [one.as_dict() for one in now.owners],
        "corrected_by": now.corrected_by or None,
        "content": {"version": now.version, "digest": now.content_digest, "documents": [*now.documents]},
        "events": [_event(one) for one in events],
        "came_in": [_came_in(store, one) for one in store.inbound.of(id)],
    }
    if bundle_id:
        history = store.outbox.history(bundle_id)
        held["message"] = [
            {"what": event.what.value, "at": event.at.isoformat(), "code": event.code, "state": state.value}
            for event, state in history
        ]
        held["message_bytes"] = b64encode(store.outbox.message(bundle_id).xml).decode()
    if store.outbox.notices.knows(id):
        notices = store.outbox.notices.history(id)
        held["notice"] = [{"what": what, "at": at.isoformat(), "told": told} for what, at, told in notices]
    return held


def _event(event: StoreEvent) -> dict[str, Any]:
    told = {
        "number": event.number,
        "deed": event.deed.value,
        "at": event.at.isoformat(),
        "actor": event.actor.as_dict(),
        "told": dict(event.told),
        "digest": event.digest,
    }
    return told | ({"held": event.held} if event.attached else {})


def _came_in(store: Store, one: CameIn) -> dict[str, Any]:
    raw = store.inbound.bytes_of(one.id)
    return {
        "kind": one.kind,
        "at": one.at.isoformat(),
        "digest": one.digest,
        "request": one.request,
        "journey": one.journey,
        "summary": dict(one.summary),
        "bytes": b64encode(raw).decode(),
    }


# The table

COLUMNS = (
    "id", "service", "strand", "condition", "version", "content_digest", "on", "minutes", "late", "channel", "source", "outcome",
    "destination", "decided_by", "gateways", "done", "differs", "supplied", "unpermitted", "practitioner", "claimable", "corrects",
)  # fmt: skip
COUNTED = {
    "pages_posted": Deed.POSTED,
    "taken_over": Deed.TAKEN_OVER,
    "content_changed": Deed.CONTENT_CHANGED,
    "printed": Deed.PRINTED,
    "read": Deed.READ,
    "incidents": Deed.INCIDENT,
}


def table(store: Store, practice: bool = False) -> str:
    """A row for each finished record, oldest first, as CSV: what was decided and done, by what content, and how often it was touched.

    ``practice`` asks for training patients alone; without it they are left out. Nothing in it tells who a patient is.
    """
    held = io.StringIO()
    rows = csv.writer(held, lineterminator="\n")
    rows.writerow([*COLUMNS, "seconds_to_finish", *COUNTED, "claim", "corrected_by", "held"])
    for stream in store.ledger.marked(f"store: {FINISHED}"):
        id = stream.removeprefix(CONSULTATION)
        now, deeds = store.drafts.get(id), [one.deed for one in store.records.history(id)]
        if bool(now.summary["practice"]) is practice:
            counts = [deeds.count(deed) for deed in COUNTED.values()]
            rows.writerow([*_cells(now), *counts, now.claim_state, now.corrected_by, _cell(now.held)])
    return held.getvalue()


def _cells(now: ConsultationSoFar) -> Iterator[str]:
    told = {**now.summary, "id": now.id}
    yield from (_cell(told[name]) for name in COLUMNS)
    yield str(int((now.finished_at - now.begun_at).total_seconds())) if now.finished_at is not None else ""


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
