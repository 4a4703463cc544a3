"""Incidents about a record: reported, shown to whoever looks at them, and closed with what came of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record.message_words import moment
from pharmacyfirst.store import Deed
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, go_on
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import RecordHere, record_frame, record_here
from pharmacyfirst.web.replies import html

REPORT, CLOSE = "report", "close"


@dataclass(frozen=True, slots=True)
class IncidentShown:
    """What was put down: when, by whom, which it is, its LFPSE reference, and the words, which may be about people."""

    at: str
    by: str
    what: str
    lfpse: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IncidentsPage:
    """What the page shows. ``unpermitted`` are the reasons why something that was handed over had no permit."""

    path: str
    back: str
    items: tuple[IncidentShown, ...]
    unpermitted: tuple[str, ...]
    open: bool
    practice: bool
    words: str
    lfpse: str
    errors: tuple[Error, ...]


def incident(visit: Visit) -> Response:
    """``GET`` and ``POST /r/ID/incident``: what is on record, and a report or the end of one. That it was read is put down."""
    here = record_here(visit, "incidents")
    if isinstance(here, Response):
        return here
    errors: tuple[Error, ...] = ()
    if visit.method == "POST" and not here.record.practice:
        try:
            return go_on(visit, f"/r/{here.record.id}/incident", _put_down(visit, here))
        except PharmacyFirstError as refused:
            errors = (Error(str(refused), "i-what"),)
    view = IncidentsPage(
        path=f"/r/{here.record.id}/incident",
        back=f"/r/{here.record.id}",
        items=tuple(_items(visit, here.record.id)),
        unpermitted=tuple(reason.says for one in here.record.unpermitted for reason in one.reasons),
        open=bool(here.now.incidents_open),
        practice=here.record.practice,
        words=visit.posted.one("i-what"),
        lfpse=visit.posted.one("i-lfpse"),
        errors=errors,
    )
    return html(drawn("incident.html", f=record_frame(visit, "Incidents", here.record), v=view), 422 if errors else 200)


def _put_down(visit: Visit, here: RecordHere) -> str:
    """What was put down, in words that name nobody."""
    records, words, lfpse = visit.desk.store.records, visit.posted.one("i-what"), visit.posted.one("i-lfpse")
    if visit.posted.one("i-do") == CLOSE:
        records.looked_at(here.record.id, visit.actor, words, lfpse)
        return "What was found is put down: the work list shows it no more."
    records.incident(here.record.id, visit.actor, words, lfpse)
    return "The incident is put down: it is on the work list until somebody has looked at it."


def _items(visit: Visit, id: str) -> Iterator[IncidentShown]:
    says = {Deed.INCIDENT: "Reported", Deed.LOOKED_AT: "Looked at"}
    for one in visit.desk.store.records.history(id):
        if one.deed in says:
            at = moment(in_england(one.at))
            yield IncidentShown(
                at, one.actor.name, says[one.deed], str(one.told.get("lfpse", "")), str(one.held.get("what", ""))
            )
