"""A consultation opened for a page: looked up, compared with the content of its day, and refused in words where a page may not go on."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.paper.words import listed
from pharmacyfirst.store import ConsultationSoFar, ConsultationState, NotUnderWay, NotYours, Outdated, StoreRefused
from pharmacyfirst.web.desk import Talk, Visit, talk
from pharmacyfirst.web.frame import drawn, frame, go_on, path_of
from pharmacyfirst.web.replies import go, html

DIAL = "If life is in danger, dial 999 now: that waits for nothing here."


@dataclass(frozen=True, slots=True)
class WayOn:
    """A way on from a page that says no: a link, or a button that posts."""

    says: str
    path: str
    posts: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A page that says why something was not done, and what to do."""

    title: str
    lines: tuple[str, ...]
    ways: tuple[WayOn, ...]


def said(
    visit: Visit, title: str, *lines: str, ways: tuple[WayOn, ...] = (WayOn("To the start", "/"),), status: int = 409
) -> Response:
    """A page that says why something was not done. Where that was about a threat to life, it says first what waits for no form."""
    if visit.path.endswith("/threat"):
        lines = (DIAL, *lines)
    return html(drawn("said.html", f=frame(visit, title), v=Refusal(title, lines, ways)), status)


def not_for_their_role(visit: Visit) -> Response:
    """What somebody sees of a page that is for others: nothing of it."""
    says = "This page is for other roles than yours. Nothing was shown or done."
    return said(visit, "Not for your role", says, ways=(WayOn("To your account", "/account"),), status=403)


def opened(visit: Visit) -> Talk | Response:
    """The consultation that the path names, ready to be gone on with; else the page that says why not."""
    desk, id = visit.desk, visit.names["id"]
    try:
        held = desk.store.drafts.look_again(id, visit.actor, desk.library)
        if held.state is ConsultationState.FINISHED:
            return go(f"/r/{held.id}")
        if not held.under_way:
            raise NotUnderWay(held)
        if not held.owner.is_(visit.actor):
            raise NotYours(held.owner)
        here = talk(desk, held, visit.now)
        if held.paper and here.paper is None:
            return go(path_of(here, "paper"))  # nothing is judged before the times of the paper are known
        return here
    except PharmacyFirstError as refused:
        return about(visit, refused)


def not_judged(visit: Visit) -> ConsultationSoFar | None:
    """A draft of whoever is at the desk of which nobody can be judged, so that no page of it opens and it can only be ended; None for any other."""
    try:
        held = visit.desk.store.drafts.look_again(visit.names["id"], visit.actor, visit.desk.library)
        if held.under_way and held.owner.is_(visit.actor):
            talk(visit.desk, held, visit.now)
    except Refused:
        return held
    except PharmacyFirstError:
        pass
    return None


def given_back(visit: Visit) -> tuple[int, str]:
    """The revision and the patient that the page was shown with."""
    revision = visit.posted.one("revision")
    return int(revision) if revision.isdecimal() and len(revision) < 10 else -1, visit.posted.one("mark")


def about(visit: Visit, refused: Exception, typed: Sequence[str] = ()) -> Response:
    """The page about a refusal: what is newer, whose it is, or what is wrong. Whatever is none of ours is raised.

    ``typed`` says what was answered on a page that came too late, so that nothing of it is lost from sight.
    """
    here = f"/c/{visit.names.get('id', '')}"
    start = WayOn("To the start", "/")
    if isinstance(refused, Outdated):
        done = (
            listed([f"{one.deed.value} by {one.actor.name}" for one in refused.since])
            if refused.since
            else "another patient"
        )
        return said(
            visit,
            "Not saved: there is something newer",
            str(refused),
            f"Since then: {done}.",
            *typed,
            ways=(
                *((WayOn("Open this page again", visit.path),) if typed else ()),
                WayOn("See how it stands now", f"{here}/outcome"),
                start,
            ),
        )
    if isinstance(refused, NotYours):
        take = WayOn("Take it over", f"{here}/take-over", posts=True)
        return said(visit, f"{refused.owner.name} has this consultation", str(refused), ways=(take, start))
    if isinstance(refused, NotUnderWay):
        expired = refused.now.state is ConsultationState.EXPIRED
        ways = (WayOn("Take it over", f"{here}/take-over", posts=True), start) if expired else (start,)
        return said(visit, "This consultation takes no answers any more", str(refused), ways=ways)
    if isinstance(refused, Refused) and not_judged(visit) is not None:
        end = WayOn("End it, and say why", f"{here}/end")
        return said(visit, "This consultation cannot be gone on with", str(refused), ways=(end, start))
    if isinstance(refused, PharmacyFirstError):
        return said(
            visit, "Not saved", str(refused), ways=(WayOn("Back to the consultation", f"{here}/outcome"), start)
        )
    raise refused


def take_over(visit: Visit) -> Response:
    """``POST /c/ID/take-over``: go on with somebody else's consultation; both names are kept."""
    try:
        held = visit.desk.store.drafts.take_over(visit.names["id"], visit.actor)
        return go_on(
            visit,
            path_of(talk(visit.desk, held, visit.now), "outcome"),
            "This consultation is yours now; both names are kept.",
        )
    except (StoreRefused, Refused) as refused:
        return about(visit, refused)
