"""What came in about a patient, shown to a person: a consultation is begun with it, or it is dealt with otherwise."""

from dataclasses import dataclass, field, replace

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.paper.words import day
from pharmacyfirst.store import CameIn
from pharmacyfirst.web.arrived import ArrivedRead, begin_from, consultation_of, may_see, read_arrived
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit
from pharmacyfirst.web.frame import PRACTICE, drawn, frame, spaced
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.start import ConditionShown, conditions_shown
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.replies import go, html


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """A heading with what stands under it, in the sender's words."""

    title: str
    lines: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ArrivedPage:
    """What the page shows. ``waits``: it may be dealt with otherwise, for a reason."""

    title: str
    path: str
    about: tuple[str, ...] = field(repr=False)
    parts: tuple[ArrivedPart, ...] = field(repr=False)
    conditions: tuple[ConditionShown, ...]
    waits: bool = False
    errors: tuple[Error, ...] = ()


def arrived(visit: Visit) -> Response:
    """``GET`` and ``POST /in/ID``."""
    inbound = visit.desk.store.inbound
    try:
        came = inbound.get(visit.names["id"])
        if not may_see(visit, came):
            return said(visit, "Opened by another pharmacist", "Have the patient handed over to you.", status=403)
        begun = consultation_of(visit.desk.store, came)
        if begun is not None:
            return go(f"/c/{begun.id}/{PATIENT_PAGE}")
        if came.dealt_with and visit.method == "POST":
            return said(visit, "It was dealt with already", "Nothing was changed.")
        if visit.method == "POST" and visit.posted.one("condition"):
            return begin_from(visit, came, visit.posted.one("condition"))
        read = read_arrived(visit.desk.store, came, visit.today)
    except PharmacyFirstError as refused:
        return said(visit, "It cannot be shown", str(refused))
    if visit.method == "POST":
        because = visit.posted.one("because")
        if because:
            inbound.dealt_with(came.id, visit.actor, because=because)
            return go("/")
        return _page(visit, came, read, (Error("Say why no consultation comes of it, and name nobody", "because"),))
    inbound.raw(came.id, visit.actor)  # puts down who looked at it
    return _page(visit, came, read)


def _page(visit: Visit, came: CameIn, read: ArrivedRead, errors: tuple[Error, ...] = ()) -> Response:
    view = ArrivedPage(
        title=f"{read.source[:1].upper()}{read.source[1:]}",
        path=f"/in/{came.id}",
        about=about_whom(read.who),
        parts=tuple(one for one in _parts(read) if one.lines),
        conditions=conditions_shown(visit),
        waits=True,
        errors=errors,
    )
    return page_about(visit, read.who, view)


def about_whom(who: Who) -> tuple[str, ...]:
    """Whom a page is about: name, date of birth, NHS number, as far as they are known."""
    born = f"born {day(who.born)}" if who.born is not None else ""
    return tuple(one for one in (who.name, born, _number(who.get("nhs_number"))) if one)


def page_about(visit: Visit, who: Who, view: ArrivedPage) -> Response:
    """The page, marked where the patient is a practice patient."""
    around = replace(frame(visit, view.title), practice=PRACTICE if who.practice else "")
    return html(drawn("arrived.html", f=around, v=view), 422 if view.errors else 200)


def _number(number: str) -> str:
    return f"NHS {spaced(number)}" if number else "no NHS number"


def _parts(read: ArrivedRead) -> tuple[ArrivedPart, ...]:
    suggested = tuple(f"{one.why[:1].upper()}{one.why[1:]}" for one in read.suggestions)
    return ArrivedPart("To bear in mind", read.mind), ArrivedPart("What it says that is asked about", suggested)
