"""What came in about a patient, shown to a person: a consultation is begun with it, or it is dealt with otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.questions import BORN
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.inbound.same_person import compared
from pharmacyfirst.store import CameIn, ConsultationSoFar, ConsultationState
from pharmacyfirst.store.take_in import CANCELLED
from pharmacyfirst.web.arrived import ArrivedPart, ArrivedRead, begin_from, consultation_of, may_see, read_arrived
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit, who_of
from pharmacyfirst.web.elsewhere import patient_there
from pharmacyfirst.web.frame import PRACTICE, drawn, frame, go_on, spaced
from pharmacyfirst.web.opened import WayOn, said
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.start import ConditionShown, conditions_shown
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

CANCELS = "Cancelled by the referrer"


@dataclass(frozen=True, slots=True)
class ArrivedPage:
    """What the page shows. ``ways`` lead to what else there is of it, ``under_way`` are consultations that it may belong to.

    ``waits``: it may be dealt with otherwise, for a reason.
    """

    title: str
    path: str
    about: tuple[str, ...] = field(repr=False)
    parts: tuple[ArrivedPart, ...] = field(repr=False)
    conditions: tuple[ConditionShown, ...]
    ways: tuple[WayOn, ...] = ()
    under_way: tuple[ChoiceShown, ...] = field(default=(), repr=False)
    waits: bool = False
    errors: tuple[Error, ...] = ()


def arrived(visit: Visit) -> Response:
    """``GET`` and ``POST /in/ID``."""
    store = visit.desk.store
    try:
        came = store.inbound.get(visit.names["id"])
        if not may_see(visit, came):
            return said(visit, "Opened by another pharmacist", "Have the patient handed over to you.", status=403)
        begun = consultation_of(store, came)
        if begun is not None:
            return go(_way_to(begun))
        if visit.method == "POST":
            return _post(visit, came)
        store.inbound.raw(came.id, visit.actor)  # puts down who looked at it
        return _show(visit, came)
    except PharmacyFirstError as refused:
        return said(visit, "It cannot be shown", str(refused))


def _post(visit: Visit, came: CameIn) -> Response:
    posted, inbound = visit.posted, visit.desk.store.inbound
    if came.dealt_with:
        return said(visit, "It was dealt with already", "Nothing was changed.")
    if condition := posted.one("condition"):
        if came.newer or came.summary.get(CANCELLED):
            return said(visit, "It cannot be begun", "A newer version came, or it was cancelled. Nothing was begun.")
        return begin_from(visit, came, condition)
    if consultation := posted.one("consultation"):
        if consultation not in {one.value for one in _may_belong_to(visit, came)}:
            return said(visit, "Nothing was changed", "That consultation is not this patient's.")
        inbound.dealt_with(came.id, visit.actor, consultation=consultation)
        return go_on(visit, f"/c/{consultation}/{PATIENT_PAGE}", "What came in belongs to this consultation now.")
    if because := posted.one("because"):
        inbound.dealt_with(came.id, visit.actor, because=because)
        return go_on(visit, "/", "Dealt with, with the reason: the work list shows it no more.")
    return _show(visit, came, (Error("Say why no consultation comes of it, and name nobody", "because"),))


# Shown


def _show(visit: Visit, came: CameIn, errors: tuple[Error, ...] = ()) -> Response:
    read = _read(visit, came)
    cancelled = bool(came.summary.get(CANCELLED))
    source = read.source if read is not None else "referral"
    view = ArrivedPage(
        title=f"{CANCELS}: {source}" if cancelled else f"{source[:1].upper()}{source[1:]}",
        path=f"/in/{came.id}",
        about=about_whom(read.who) if read is not None else (),
        parts=_parts(read) if read is not None else (),
        conditions=() if cancelled or came.newer else conditions_shown(visit),
        ways=tuple(_ways(visit, came)),
        under_way=tuple(_may_belong_to(visit, came)),
        waits=not came.dealt_with,
        errors=errors,
    )
    return page_about(visit, read.who if read is not None else Who(), view)


def _read(visit: Visit, came: CameIn) -> ArrivedRead | None:
    """What it says; of a cancelled one the version before it, where that is here."""
    if not came.summary.get(CANCELLED):
        return read_arrived(visit.desk.store, came, visit.today)
    before = [one for one in visit.desk.store.inbound.versions(came.request) if not one.summary.get(CANCELLED)]
    return read_arrived(visit.desk.store, before[-1], visit.today) if before else None


def about_whom(who: Who) -> tuple[str, ...]:
    """Whom a page is about: name, date of birth, NHS number, as far as they are known."""
    born = f"born {day(who.born)}" if who.born is not None else ""
    number = spaced(who.get("nhs_number"))
    return tuple(one for one in (who.name, born, f"NHS {number}" if number else "no NHS number") if one)


def page_about(visit: Visit, who: Who, view: ArrivedPage) -> Response:
    """The page, marked where the patient is a training patient."""
    around = replace(frame(visit, view.title), practice=PRACTICE if who.practice else "")
    return html(drawn("arrived.html", f=around, v=view), 422 if view.errors else 200)


def _parts(read: ArrivedRead) -> tuple[ArrivedPart, ...]:
    """What it asks and needs first, then what to mind and what it suggests."""
    suggested = tuple(f"{one.why[:1].upper()}{one.why[1:]}" for one in read.suggestions if one.fact != BORN)
    more = ArrivedPart("To bear in mind", read.mind), ArrivedPart("What it says that may be asked about", suggested)
    return (*read.parts, *(one for one in more if one.lines))


def _ways(visit: Visit, came: CameIn) -> Iterator[WayOn]:
    """The newer version, and what came of an earlier one."""
    if came.newer:
        yield WayOn("A newer version came: see that one", f"/in/{came.newer}")
    for one in visit.desk.store.inbound.versions(came.request):
        begun = consultation_of(visit.desk.store, one)
        if begun is not None:
            yield WayOn("A consultation was begun with an earlier version: see it", _way_to(begun))


def _may_belong_to(visit: Visit, came: CameIn) -> Iterator[ChoiceShown]:
    """The consultations that it may be added to: of an earlier version, and those under way of this patient and whoever is at the desk."""
    store, read = visit.desk.store, _read(visit, came)
    if came.dealt_with or came.newer:
        return
    found: dict[str, ConsultationSoFar] = {}
    for one in store.inbound.versions(came.request):
        begun = consultation_of(store, one)
        found |= {begun.id: begun} if begun is not None else {}
    for held in store.drafts.under_way() if read is not None else ():
        patient = patient_there(who_of(held))
        mine = held.under_way and held.owner.is_(visit.actor) and patient is not None
        if mine and patient is not None and read is not None and compared(read.person, patient).same:
            found[held.id] = held
    for id, held in found.items():
        title = visit.library.newest(held.condition).title_for_patients
        yield ChoiceShown(id, f"{who_of(held).name}, {title}: {held.state.value}", False)


def _way_to(held: ConsultationSoFar) -> str:
    return f"/r/{held.id}" if held.state is ConsultationState.FINISHED else f"/c/{held.id}/{PATIENT_PAGE}"
