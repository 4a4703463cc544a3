"""The news to the practice, for people: the message as it is read there, where it stands, and that a letter or PDF went."""

from dataclasses import dataclass
from datetime import datetime, time

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.contract.typed_answers import day_of
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message.for_people import MessageForPeople, for_people
from pharmacyfirst.record.papers.parts import practice_of
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, OnPaper
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.finishing import message_of
from pharmacyfirst.web.frame import drawn, go_on
from pharmacyfirst.web.news import AGAIN, SEEN, VOID, NewsShown, news_shown, sender_in_words
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import RecordHere, record_frame, record_here
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown


@dataclass(frozen=True, slots=True)
class MessagePage:
    """What the page of a message shows. ``why_none`` says why there is none; ``preview`` that it is not sent as it stands."""

    id: str
    path: str
    news: NewsShown
    sender: str
    message: MessageForPeople | None
    why_none: str
    preview: str
    again: bool
    seen: bool
    void: bool
    errors: tuple[Error, ...]


def message(visit: Visit) -> Response:
    """``GET`` and ``POST /r/ID/message``: the message as people read it, from its very bytes, and where it stands."""
    here = record_here(visit, "message")
    if isinstance(here, Response):
        return here
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        try:
            _do(visit, str(here.now.summary.get("bundle_id", "")))
            return go_on(visit, f"/r/{here.record.id}/message", DONE.get(visit.posted.one("m-do"), ""))
        except PharmacyFirstError as refused:
            errors = (Error(str(refused), "m-why"),)
    return html(
        drawn("message.html", f=record_frame(visit, "GP message", here.record), v=_shown(visit, here, errors)),
        422 if errors else 200,
    )


def _shown(visit: Visit, here: RecordHere, errors: tuple[Error, ...]) -> MessagePage:
    news = news_shown(visit, here.record, here.now)
    queued = bool(here.now.summary.get("bundle_id"))
    shown, why = None, ""
    try:
        shown = for_people(message_of(visit, here.record, here.now))
    except (PharmacyFirstError, ExtraMissing) as refused:
        why = str(refused)
    return MessagePage(
        id=here.record.id,
        path=f"/r/{here.record.id}/message",
        news=news,
        sender=sender_in_words(visit.desk.store) if queued else "",
        message=shown,
        why_none=why,
        preview="" if queued else "Not sent: this is how the message of this record would read.",
        again=AGAIN in news.may,
        seen=SEEN in news.may,
        void=VOID in news.may,
        errors=errors,
    )


DONE = {
    AGAIN: "It goes again, with the next round of the sender.",
    SEEN: "Put down that you have seen it.",
    VOID: "The message counts for nothing, and is not sent.",
}


def _do(visit: Visit, bundle_id: str) -> None:
    """What a person decided about a message; the outbox keeps who."""
    outbox, at, by = visit.desk.store.outbox, visit.desk.store.now(), visit.actor.name
    match visit.posted.one("m-do"):
        case one if one == AGAIN:
            outbox.send_again(bundle_id, at, by)
        case one if one == SEEN:
            outbox.seen(bundle_id, at, by)
        case one if one == VOID:
            outbox.void(bundle_id, at, by, visit.posted.one("m-why"))


_KINDS = ((NoticeKind.LETTER.value, "Letter"), (NoticeKind.PDF.value, "PDF"))
_WAYS = (
    (AddressKind.NHSMAIL.value, "NHSmail"),
    (AddressKind.SECURE_EMAIL.value, "Another secure e-mail"),
    (AddressKind.POST.value, "Post"),
    (AddressKind.BY_HAND.value, "By hand"),
)


@dataclass(frozen=True, slots=True)
class ToldPage:
    """What the page shows on which it is put down that a letter or PDF went."""

    path: str
    back: str
    news: NewsShown
    practice: str
    kinds: tuple[ChoiceShown, ...]
    ways: tuple[ChoiceShown, ...]
    by: str
    mailbox: str
    on: str
    at: str
    errors: tuple[Error, ...]


def told(visit: Visit) -> Response:
    """``GET`` and ``POST /r/ID/told``: that a letter or a PDF went to the practice, how, when and by whom."""
    here = record_here(visit, "news to the practice")
    if isinstance(here, Response):
        return here
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        errors = _put_down(visit, here.record)
        if not errors:
            return go_on(visit, f"/r/{here.record.id}", "Put down that it went to the practice.")
    elif not news_shown(visit, here.record, here.now).on_paper:
        return said(
            visit,
            "Nothing is due to the practice",
            "No letter or PDF of this record is to be sent, or one went already.",
        )
    posted = visit.posted
    view = ToldPage(
        path=f"/r/{here.record.id}/told",
        back=f"/r/{here.record.id}",
        news=news_shown(visit, here.record, here.now),
        practice=practice_of(here.record.patient) or "the patient's GP practice",
        kinds=_choices("t-kind", _KINDS, visit),
        ways=_choices("t-to", _WAYS, visit),
        by=posted.one("t-by") or visit.actor.name,
        mailbox=posted.one("t-mailbox"),
        on=posted.one("t-on"),
        at=posted.one("t-at"),
        errors=errors,
    )
    return html(
        drawn("told.html", f=record_frame(visit, "A letter or PDF went", here.record), v=view), 422 if errors else 200
    )


def _choices(name: str, choices: tuple[tuple[str, str], ...], visit: Visit) -> tuple[ChoiceShown, ...]:
    return tuple(
        ChoiceShown(value, says, visit.posted.one(name) == value, str(at))
        for at, (value, says) in enumerate(choices, 1)
    )


def _put_down(visit: Visit, record: Consultation) -> tuple[Error, ...]:
    posted = visit.posted
    kind = next((one for one in NoticeKind if one.value == posted.one("t-kind")), None)
    way = next((one for one in AddressKind if one.value == posted.one("t-to")), None)
    sent_at = _when(visit)
    wrong = (
        *((Error("What went? Choose letter or PDF", "t-kind"),) if kind is None else ()),
        *((Error("How did it go? Choose one of the answers", "t-to"),) if way is None else ()),
        *(
            (Error("When: give the day as day/month/year, and the time as hours and minutes", "t-on"),)
            if sent_at is None
            else ()
        ),
    )
    if wrong or kind is None or way is None or sent_at is None:
        return wrong
    try:
        sent = OnPaper(kind, way, posted.one("t-by"), sent_at, posted.one("t-mailbox"))
        visit.desk.store.records.told_on_paper(record.id, visit.actor, sent)
    except PharmacyFirstError as refused:
        return (Error(str(refused), "t-kind"),)
    return ()


def _when(visit: Visit) -> datetime | None:
    """When it went: now where nothing is said, and None where what is said is no time."""
    on, at = visit.posted.one("t-on"), visit.posted.one("t-at")
    if not on and not at:
        return visit.now
    day = day_of(on) if on else visit.today
    try:
        return (
            in_england(datetime.combine(day, time.fromisoformat(at.rjust(5, "0")))) if day is not None and at else None
        )
    except (ValueError, PharmacyFirstError):
        return None
