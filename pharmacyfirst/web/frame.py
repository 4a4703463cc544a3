"""What stands around every page: who is at the desk, what is said on top, the patient bar, the steps, the foot."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.contract.conversation import Conversation, Stands
from pharmacyfirst.kernel.pathway import Page
from pharmacyfirst.paper.html import Paper
from pharmacyfirst.paper.words import day
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk, Visit
from pharmacyfirst.web.on_paper import ON_PAPER
from pharmacyfirst.web.patient import age_words, lacking
from pharmacyfirst.web.people import SignedIn
from pharmacyfirst.web.replies import go

TEMPLATES = Path(__file__).with_name("templates")
PRACTICE = "TRAINING PATIENT: nobody is treated, nothing is sent, nothing is claimed"


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of the conversation in the step list. ``state`` is ``now``, ``done``, ``idle`` (nothing to ask) or ``open``; ``says`` is that in
    words, of a page on which nothing is open.
    """

    title: str
    path: str
    state: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class PatientBar:
    """Who the page is about, on top of it while it is scrolled."""

    name: str
    born: str
    age: str
    number: str
    condition: str
    saved: str
    requirements: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page. ``site`` is in which of several it stands; ``done`` is what was just done, said once; ``quiet`` are the seconds after which the patient is hidden, 0 where nobody can be shown."""

    title: str
    person: str
    account: bool
    token: str
    done: str
    banner: str
    practice: str
    as_of: str
    paper: str
    bar: PatientBar | None
    steps: tuple[PageLink, ...]
    foot: str
    quiet: int
    site: str = ""


def frame(visit: Visit, title: str, talk: Talk | None = None, here: str = "") -> Frame:
    """The frame of a page of this visit. ``here`` is the path of the step that is shown."""
    session = visit.session
    return Frame(
        title=title,
        person=session.person.name if session is not None else "",
        account=session is not None and isinstance(session.person, SignedIn),
        token=session.token if session is not None else "",
        done=_done(visit),
        banner=visit.desk.banner(),
        practice=PRACTICE if talk is not None and talk.held.practice else "",
        as_of=f"Judged as of {day(talk.on)}" if talk is not None and talk.held.as_of and talk.paper is None else "",
        paper=f"Entered from paper: {talk.paper.in_words()}" if talk is not None and talk.paper is not None else "",
        bar=_bar(talk) if talk is not None else None,
        steps=steps(talk, here) if talk is not None else (),
        foot=_foot(talk),
        quiet=int(visit.desk.sessions.quiet) if session is not None and not session.hidden else 0,
        site=visit.desk.called,
    )


def bare_frame(title: str) -> Frame:
    """The frame of a page that stands in no site, and at which nobody is."""
    return Frame(
        title=title, person="", account=False, token="", done="", banner="", practice="", as_of="", paper="", bar=None, steps=(), foot="",
        quiet=0,
    )  # fmt: skip


def go_on(visit: Visit, path: str, done: str) -> Response:
    """The way to another page, which says once what was done; it names nobody."""
    visit.at_the_desk.done = done
    return go(path)


def _done(visit: Visit) -> str:
    """What was just done, if it was not said yet; while the patient is hidden it waits."""
    session = visit.session
    if session is None or session.hidden:
        return ""
    done, session.done = session.done, ""
    return done


def _bar(talk: Talk) -> PatientBar:
    who = talk.who
    saved = in_england(max((talk.held.changed_at, *(one.at for one in talk.held.typed.values()))))
    return PatientBar(
        name=who.name or "New patient",
        born=day(who.born) if who.born is not None else "",
        age=age_words(who, talk.on),
        number=spaced("".join(who.get("nhs_number").split())),
        condition=talk.pathway.title_for_patients or talk.pathway.title,
        saved=f"{saved:%H:%M}",
        requirements=who.get("requirements"),
    )


def spaced(number: str) -> str:
    """An NHS number as people read it; what is none is not shown."""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if len(number) == 10 and number.isdecimal() else ""


def _foot(talk: Talk | None) -> str:
    if talk is None:
        return ""
    pathway = talk.pathway
    return f"Content {pathway.id} {pathway.edition.version}{', draft' if pathway.draft else ''}, {pathway.content_digest[:12]}."


def path_of(talk: Talk, part: str) -> str:
    """The path of a part of a consultation; nothing in it says who it is about."""
    return f"/c/{talk.held.id}/{part}"


def joined_page(conversation: Conversation) -> int | None:
    """The page that stands together with the patient's details: the one on which the age is asked; None where that is no first page."""
    pages = conversation.pages
    return 0 if pages and not {"age_years", "date_of_birth"}.isdisjoint(pages[0].facts) else None


def page_path(talk: Talk, number: int | None) -> str:
    """The path of a page of the conversation; of None that of the outcome."""
    if number is None:
        return path_of(talk, "outcome")
    return path_of(talk, PATIENT_PAGE if number == joined_page(talk.conversation) else f"page/{number}")


def steps(talk: Talk, here: str) -> tuple[PageLink, ...]:
    """The step list: the patient, each page, the outcome; every one a link."""
    conversation, joined = talk.conversation, joined_page(talk.conversation)
    first = conversation.open_on(conversation.pages[joined]) if joined is not None else ()
    done = not lacking(talk.who, talk.on) and not first and PATIENT_PAGE not in talk.held.look_through
    found = [_step(talk, "On paper", path_of(talk, "paper"), _of_paper(talk), here)] if talk.held.paper else []
    found += [_step(talk, "Patient", path_of(talk, PATIENT_PAGE), "done" if done else "open", here)]
    for number, page in enumerate(conversation.pages):
        if number == joined:
            continue
        state = "open" if page.title in talk.held.look_through or page.title in talk.held.typed else _state(talk, page)
        found.append(_step(talk, page.title, page_path(talk, number), state, here))
    found.append(_step(talk, "Outcome", path_of(talk, "outcome"), "open", here))
    return tuple(found)


def _of_paper(talk: Talk) -> str:
    return "open" if ON_PAPER in talk.held.look_through or talk.paper is None else "done"


def _state(talk: Talk, page: Page) -> str:
    """How a page stands: done is only one of which every question that is put was answered, not one that nobody needs any more."""
    conversation = talk.conversation
    put = [one for one in conversation.put(page) if one.shown]
    if conversation.open_on(page):
        return "open"
    if put and all(one.stands is Stands.ANSWERED for one in put):
        return "done"
    return "not needed" if conversation.decided or conversation.stopped else "idle"


_SAYS = {"done": "nothing open", "not needed": "not needed"}


def _step(talk: Talk, title: str, path: str, state: str, here: str) -> PageLink:
    shown = "idle" if state == "not needed" else state
    return PageLink(title, path, "now" if path == here else shown, _SAYS.get(state, ""))


@cache
def _paper() -> Paper:
    return Paper(TEMPLATES)


def drawn(template: str, **views: Any) -> str:
    """A template with its views, which are frozen dataclasses and plain values: a dict in a template reads its own methods as fields."""
    for name, view in views.items():
        if isinstance(view, dict | list | set):
            raise TypeError(f"{name}: give a template dataclasses, tuples and plain values")
    return _paper().html(template, **views)
