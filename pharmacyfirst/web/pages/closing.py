"""Before closing: everything that has to be done before the pharmacy closes today, on one page that can be printed.

What cannot be read is said first, and then nothing is called done: an error is never an all-clear.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.message_words import moment
from pharmacyfirst.sending.for_person import day_in_words
from pharmacyfirst.sending.standing import Waits
from pharmacyfirst.store import CameIn, ConsultationState, WorkList
from pharmacyfirst.web.desk import PATIENT_PAGE, Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.pages.start import Doing, ToDo, duties_left, record_path, title_of, whom
from pharmacyfirst.web.replies import html

NOT_READ = "What is left to do could not be read, so nobody knows. Do not take this page for an all-clear: find out why, and open it again."
NOT_ALL_READ = "Not everything could be read, so there may be more than this."


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """What the page shows. ``trouble`` is what could not be read, or is wrong with the store; ``clear`` that nothing is left."""

    now: str
    pharmacy: str
    trouble: tuple[str, ...]
    lists: tuple[Doing, ...]
    clear: bool


def closing(visit: Visit) -> Response:
    """``GET /closing``."""
    try:
        work = visit.desk.store.work_list(Waits())
        lists = tuple(one for one in _lists(visit, work) if one.items)
        unread = (NOT_ALL_READ,) if visit.desk.store.unread else ()
        trouble = (*work.trouble, *unread)
    except PharmacyFirstError as refused:
        lists, trouble = (), (NOT_READ, str(refused))
    ours = visit.desk.ours
    view = ClosingPage(
        now=moment(visit.now),
        pharmacy=ours.pharmacy.name if ours is not None else "",
        trouble=trouble,
        lists=lists,
        clear=not lists and not trouble,
    )
    return html(drawn("closing.html", f=frame(visit, "Before closing"), v=view))


def _lists(visit: Visit, work: WorkList) -> Iterator[Doing]:
    yield Doing("Emergencies without the patient's details", tuple(_emergencies(visit, work)))
    yield duties_left(visit, work)
    yield Doing("The practice is to be told, or has not confirmed", tuple(_people(visit, work)))
    yield Doing("Referrals in, to be contacted by today", tuple(_referrals(visit, work)))
    yield Doing("Drafts: finish them, or end them with a reason", tuple(_drafts(visit, work)))
    yield Doing("Paper consultations to enter", tuple(_paper(visit, work)))
    yield Doing(
        "Done otherwise on paper, for the superintendent",
        tuple(ToDo(title_of(visit, one, "to look at"), f"/looked-at/{one.id}") for one in work.differing),
    )
    yield Doing(
        "Incidents that nobody has looked at",
        tuple(ToDo(title_of(visit, one, "to look at"), f"/r/{one.id}/incident") for one in work.incidents),
    )
    yield Doing("Claims whose day is today, or over", tuple(_claims(visit, work)))


def _emergencies(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    for one in work.emergencies:
        yield ToDo(title_of(visit, one, f"since {_since(one.begun_at)}"), f"/c/{one.id}/{PATIENT_PAGE}")


def _people(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    for one in work.people:
        by = f", by {day_in_words(one.due)}" if one.due is not None else ""
        urgent = "Now: " if one.urgent else ""
        path = record_path(visit, one)
        then = "" if path else f": {one.then}"
        yield ToDo(f"{urgent}{whom(visit, one)}{one.says}{by if not one.record_id else ''}{then}", path)


def _referrals(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    """Those to be contacted by today, and those that do not say by when."""
    for one in work.referrals:
        by = _contact_by(one)
        if by is None or in_england(by).date() <= visit.today:
            yield ToDo(
                f"{one.kind}, came in {_since(one.at)}: {f'contact by {_since(by)}' if by else 'by when is not said'}",
                f"/in/{one.id}",
            )


def _contact_by(one: CameIn) -> datetime | None:
    said = one.summary.get("contact_by")
    try:
        return datetime.fromisoformat(str(said)) if said else None
    except ValueError:
        return None


def _drafts(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    """Training patients' drafts can be left; of the others it is said when they expire."""
    settings = visit.desk.store.settings
    for one in work.drafts:
        if one.practice:
            continue
        until = one.expires_at(settings.closes, settings.drafts_last)
        expired = one.state is ConsultationState.EXPIRED
        state = "expired" if expired or until is None else f"expires {_until(visit, until)}"
        yield ToDo(title_of(visit, one, f"{one.owner.name}, {state}"), f"/c/{one.id}/outcome")


def _until(visit: Visit, at: datetime) -> str:
    here = in_england(at)
    return f"tonight, {here:%H:%M}" if here.date() <= visit.today else moment(here)


def _paper(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    for one in work.paper:
        title = (
            visit.library.newest(one.condition).title_for_patients
            if one.condition in visit.library.conditions
            else one.condition
        )
        yield ToDo(f"{title}, held on {day(one.on)}", f"/paper/{one.id}")


def _claims(visit: Visit, work: WorkList) -> Iterator[ToDo]:
    for one in work.claims:
        if one.claim_due and date.fromisoformat(one.claim_due) <= visit.today:
            yield ToDo(title_of(visit, one, f"by {day(date.fromisoformat(one.claim_due))}"), f"/r/{one.id}/claim")
    today = visit.today.isoformat()
    many = sum(count for on, count in work.claims_by_day.items() if on <= today)
    if more := many - sum(one.claim_due <= today for one in work.claims):
        yield ToDo(f"{more} more", "/claims")


def _since(at: datetime) -> str:
    return moment(in_england(at))
