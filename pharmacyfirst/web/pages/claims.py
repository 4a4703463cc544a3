"""Claims: which are due by when, the row of each to copy, and what became of it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.message_words import moment
from pharmacyfirst.record.papers.claim import Claim, Field, claim_of
from pharmacyfirst.store import ConsultationSoFar
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame, go_on
from pharmacyfirst.web.news import StepShown
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import record_frame, record_here
from pharmacyfirst.web.pages.start import Doing, ToDo, title_of
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A field of a claim; ``open`` says what is not known about it."""

    name: str
    says: str = field(repr=False)
    open: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """What the page of a claim shows. ``key`` is this step's own, so that a button pressed twice is one step."""

    path: str
    back: str
    claimable: str
    why_not: str
    before: str
    due: str
    lines: tuple[ClaimLine, ...]
    text: str = field(repr=False)
    steps: tuple[StepShown, ...]
    states: tuple[ChoiceShown, ...]
    reference: str
    key: str
    errors: tuple[Error, ...]


def claim(visit: Visit) -> Response:
    """``GET`` and ``POST /r/ID/claim``: the claim row, to be entered by hand, and what became of it."""
    here = record_here(visit, "claim")
    if isinstance(here, Response):
        return here
    posted = visit.posted
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        try:
            state, key = posted.one("c-state"), posted.one("c-key")
            visit.desk.store.records.claimed(here.record.id, visit.actor, key, state, posted.one("c-reference"))
            done = f"Put down: {coded_lists()['claim'].in_words(state)}."
            return go_on(visit, f"/r/{here.record.id}/claim", done)
        except PharmacyFirstError as refused:
            errors = (Error(str(refused), "c-state"),)
    row, now = claim_of(here.record), here.now
    view = ClaimPage(
        path=f"/r/{here.record.id}/claim",
        back=f"/r/{here.record.id}",
        claimable=row.claimable,
        why_not=row.why_not,
        before=_before(now),
        due=day(date.fromisoformat(now.claim_due)) if now.claim_due else "",
        lines=tuple(ClaimLine(one.name, one.value, one.open) for one in row.fields),
        text=claim_text(row),
        steps=tuple(_steps(now)),
        states=tuple(_states(posted.one("c-state"))) if now.claim_wanted else (),
        reference=posted.one("c-reference"),
        key=secrets.token_urlsafe(12),
        errors=errors,
    )
    return html(drawn("claim.html", f=record_frame(visit, "Claim", here.record), v=view), 422 if errors else 200)


def claim_text(row: Claim) -> str:
    """A claim as text to copy, a field a line; what is not known is said beside it."""
    return "\n".join((f"claimable: {row.claimable}", *map(_line, row.fields))) + "\n"


def _line(one: Field) -> str:
    return f"{one.name}: {one.value}{f' [NOT KNOWN: {one.open}]' if one.open else ''}"


def _before(now: ConsultationSoFar) -> str:
    taken = str(now.summary.get("claimed_before", ""))
    if not taken or now.claim_state not in ("", "draft"):
        return ""
    return f"The record that this one corrects was claimed ({coded_lists()['claim'].in_words(taken)}): amend that claim, or take it back."


def _steps(now: ConsultationSoFar) -> Iterator[StepShown]:
    for one in now.claims:
        reference = f", reference {one.reference}" if one.reference else ""
        yield StepShown(moment(in_england(one.at)), f"{coded_lists()['claim'].in_words(one.state)}{reference}")


def _states(chosen: str) -> Iterator[ChoiceShown]:
    for at, (value, says) in enumerate(coded_lists()["claim"].items.items(), 1):
        yield ChoiceShown(value, f"{says[:1].upper()}{says[1:]}", chosen == value, str(at))


@dataclass(frozen=True, slots=True)
class ClaimsPage:
    """The claims that are due, by their days; ``more`` says how many stand on no page yet."""

    lists: tuple[Doing, ...]
    more: str


def claims(visit: Visit) -> Response:
    """``GET /claims``: the claims that are due, those first whose day comes first."""
    due = visit.desk.store.records.claims_due(most=MOST_CLAIMS)
    by: dict[str, list[ToDo]] = {}
    for one in due:
        state = coded_lists()["claim"].in_words(one.claim_state) if one.claim_state else ""
        more = "; ".join(filter(None, (f"{one.summary.get('done', '')} on {one.summary.get('on', '')}", state)))
        by.setdefault(one.claim_due, []).append(ToDo(title_of(visit, one, more), f"/r/{one.id}/claim"))
    left = sum(visit.desk.store.records.claims_by_day().values()) - len(due)
    lists = tuple(Doing(f"By {day(date.fromisoformat(on))}", tuple(items)) for on, items in by.items())
    view = ClaimsPage(lists, f"{left} more follow, or cannot be read" if left else "")
    return html(drawn("claims.html", f=frame(visit, "Claims due"), v=view))


MOST_CLAIMS = 200
