"""How the GP practice is told of a record, and what became of it: the state of its message or notice in words, and what to do."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.paper.words import sentence
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message_words import moment
from pharmacyfirst.sending.acknowledgement import response_code
from pharmacyfirst.sending.for_person import DAMAGED, REPORTS, day_in_words
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import (
    AWAITING,
    FAILED,
    MOST_LOST,
    UNSENT,
    Happened,
    MessageEvent,
    MessageState,
    Standing,
    Waits,
    as_of,
)
from pharmacyfirst.store import ConsultationSoFar, Store
from pharmacyfirst.web.desk import Visit

AGAIN, SEEN, VOID = "again", "seen", "void"


@dataclass(frozen=True, slots=True)
class StepShown:
    """Something that happened to the news."""

    at: str
    says: str


@dataclass(frozen=True, slots=True)
class NewsShown:
    """Where the news to the practice stands: ``says`` in words, ``then`` what to do, ``tone`` how it looks, ``steps`` what happened.

    ``message`` says whether there is one, ``on_paper`` whether it can be put down that a letter or PDF went, ``may`` what else a person may do.
    """

    says: str
    then: str = ""
    tone: str = "grey"
    steps: tuple[StepShown, ...] = ()
    message: bool = False
    on_paper: bool = False
    may: tuple[str, ...] = ()


_STANDS: dict[MessageState, tuple[str, str, str]] = {
    MessageState.DRAFTED: ("Stored, and not checked", "Tell the supplier.", "amber"),
    MessageState.VALIDATED: ("Checked, and not in the queue", "Tell the supplier.", "amber"),
    MessageState.QUEUED: ("In the queue, not sent yet", "Nothing: it goes with the next round of the sender.", "blue"),
    MessageState.SENT: ("Sent; the practice's system has not answered yet", "Nothing yet: after 4 hours without an answer it is on the work list.", "blue"),
    MessageState.INF_OK: ("Taken by the practice's system; the practice's answer is still to come", "Nothing yet: after 4 hours without it, it is on the work list.", "blue"),
    MessageState.DONE: ("Accepted: the practice's system has answered twice that it has it", "Nothing. Whether the practice files it, nobody tells us.", "green"),
    MessageState.FALLBACK_SENT: ("Told by letter or PDF in place of the message", "Nothing.", "green"),
    MessageState.REPLACED: ("A later message took its place", "Nothing.", "grey"),
    MessageState.VOID: ("Counts for nothing, and is not sent", "", "grey"),
}  # fmt: skip
_FAILED = {
    MessageState.UNDELIVERED: "Not delivered",
    MessageState.INF_FAILED: "Refused by the practice's system",
    MessageState.BUS_FAILED: "Rejected by the practice",
    MessageState.UNCONFIRMED: "Not confirmed by the practice",
}


def news_shown(visit: Visit, record: Consultation, held: ConsultationSoFar) -> NewsShown:
    """Where the news of a record stands at this moment."""
    if record.practice:
        return NewsShown("A training patient: nothing is sent.", message=True)
    store, told = visit.desk.store, held.summary
    try:
        if bundle_id := str(told.get("bundle_id", "")):
            return _of_message(store, bundle_id, visit.now)
        if store.outbox.notices.knows(record.id):
            return _of_notice(store.outbox, record.id, visit.now, str(told.get("no_message_because", "")))
    except PharmacyFirstError as damaged:
        return NewsShown(f"What is stored of the news to the practice cannot be read: {damaged}", DAMAGED, "red")
    return NewsShown(f"The practice is not told: {told.get('not_told_because', '')}.")


def _of_message(store: Store, bundle_id: str, at: datetime) -> NewsShown:
    outbox = store.outbox
    now = as_of(outbox.standing(bundle_id), outbox.steady(at), Waits())
    person = next((one for one in outbox.for_person(at, Waits()) if one.bundle_id == bundle_id), None)
    says, then, tone = _STANDS.get(now.state) or (_FAILED[now.state], "", "amber")
    if now.posting:
        says, then = (
            "On its way to MESH at this moment, or MESH has not said whether it arrived",
            "Nothing: MESH is asked.",
        )
    if person is not None:
        says, then, tone = f"{says}: {person.says}", person.then, "red" if person.urgent else "amber"
    return NewsShown(
        says=f"The GP message. {says}.",
        then=then,
        tone=tone,
        steps=tuple(_steps(outbox, bundle_id)),
        message=True,
        on_paper=now.state in (*UNSENT, *FAILED, *AWAITING),
        may=tuple(_may(now)),
    )


def _may(now: Standing) -> Iterator[str]:
    """What a person may do about a message that stands so, beside a letter."""
    lost = now.state is MessageState.QUEUED and now.lost >= MOST_LOST
    if not now.posting and (now.state is MessageState.UNDELIVERED or lost):
        yield AGAIN
    if now.to_show:
        yield SEEN
    if not now.posting and now.state in (*UNSENT, *FAILED):
        yield VOID


def _steps(outbox: Outbox, bundle_id: str) -> Iterator[StepShown]:
    for event, _ in outbox.history(bundle_id):
        yield StepShown(_moment(event.at), _step(event))


def _step(event: MessageEvent) -> str:
    says = event.what.value
    if event.what is Happened.ANSWERED:
        says = f"answered: {response_code(event.code).meaning} ({event.code})"
    elif event.what in (Happened.REPORTED, Happened.REFUSED) and event.code:
        says = f"{says}: {REPORTS.get(event.code, ('not delivered', ''))[0]} ({event.code})"
    elif event.what is Happened.FALLBACK_SENT:
        told = json.loads(event.says) if event.says else {}
        says = f"{told.get('kind', 'letter')} sent, {told.get('to', '')}"
    elif event.what in (Happened.VOIDED, Happened.REPLACED) and event.says:
        says = f"{says}: {event.says}"
    return f"{says}, by {event.by}" if event.by and event.what is not Happened.VALIDATED else says


def _of_notice(outbox: Outbox, record_id: str, at: datetime, because: str) -> NewsShown:
    notices = outbox.notices
    steps = tuple(StepShown(_moment(when), _of_paper(what, told)) for what, when, told in notices.history(record_id))
    if not notices.is_open(record_id):
        return NewsShown(f"{steps[-1].says[:1].upper()}{steps[-1].says[1:]}.", tone="green", steps=steps)
    found = next((one for one in outbox.for_person(at, Waits()) if one.record_id == record_id), None)
    by = found.says if found is not None else "the practice has to be told"
    shown = NewsShown(
        f"No message can be sent: {by}.{f' Why: {sentence(because)}' if because else ''}",
        "Print the letter, send it, and say here that it went.",
        "amber",
        steps,
        on_paper=True,
    )
    return replace(shown, tone="red") if found is not None and found.late else shown


def _of_paper(what: str, told: dict[str, str]) -> str:
    if what == "sent":
        when = in_england(datetime.fromisoformat(told["sent_at"]))
        return f"a {told['kind']} went to the practice ({told['to']}) on {_moment(when)}, by {told['by']}"
    if what == "not due":
        return f"not due any more: {told['why']}, by {told['by']}"
    due: Any = told["due"]
    return f"due by {day_in_words(date.fromisoformat(due['by']))}"


def _moment(at: datetime) -> str:
    return moment(in_england(at))


def sender_in_words(store: Store) -> str:
    """How what is in the queue is sent, and when that was last done: another process does it, and the form never talks to MESH."""
    last = store.outbox.last_round()
    when = f"It last came to its end on {_moment(last)}." if last is not None else "It has not run yet with this store."
    return f"Messages are sent and answers fetched by: pharmacyfirst record send --outbox {store.folder / 'store.sqlite'}, every 5 minutes. {when}"
