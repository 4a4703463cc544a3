"""The form as one ASGI application: which path is which page, and the door that every request comes through.

The door lets in what was asked of this machine by one of our own pages, reads a form with bounds, knows who is at the desk and what they
may, hides the patient after quiet minutes, and sends nothing that a browser may keep, run or fetch from elsewhere.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.ledger import LedgerDamaged, NotKnownWhetherSaved
from pharmacyfirst.log import Requests, asked_by, failed
from pharmacyfirst.web.desk import Desk, Visit
from pharmacyfirst.web.handing import OPENS_AT, hand_over, not_here
from pharmacyfirst.web.health import ROOM, health, ready
from pharmacyfirst.web.opened import not_for_their_role, said, take_over
from pharmacyfirst.web.pages import (
    account,
    activity,
    again,
    arrived,
    bench,
    bench_adopted,
    beside,
    claims,
    closing,
    colleagues,
    correct,
    ended,
    entrance,
    handed_over,
    incidents,
    news,
    outcome,
    paper,
    people_here,
    provider,
    questions,
    saved,
    start,
    supply,
    taking_in,
    who,
)
from pharmacyfirst.web.place import WhereServed
from pharmacyfirst.web.posted import (
    MOST_BYTES,
    MOST_BYTES_OF_A_FILE,
    NotAForm,
    Posted,
    bounded,
    read_file_form,
    read_form,
)
from pharmacyfirst.web.replies import go
from pharmacyfirst.web.sessions import Held, Session
from pharmacyfirst.web.who_may import may

Handler = Callable[[Visit], Response]
STATIC = Path(__file__).with_name("static")
SERVED = {"nhsuk.css": "text/css", "form.css": "text/css", "form.js": "text/javascript"}
# Nothing but our own style sheets and script; no frame around us, no form to elsewhere. No unsafe-*, no nonce.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000; includeSubDomains",  # browsers heed it where they came by https
}


@dataclass(frozen=True, slots=True)
class Served:
    """A page: its handler, and whether it is shown before anybody has given a PIN or signed in. ``file``: a file is posted to it; ``early``:
    before the pharmacy is set up, or while somebody has still to choose what they sign in with.
    """

    handler: Handler
    open: bool = False
    live: bool = False
    file: bool = False
    early: bool = False


PAGES: Mapping[str, Served] = {
    "/": Served(start.start),
    "/begin": Served(start.begin),
    "/find": Served(start.find),
    "/in/{id}": Served(arrived.arrived),
    "/again/{id}": Served(again.again),
    "/take-in": Served(taking_in.take_in_file, file=True),
    "/setting-up": Served(entrance.setting_up, open=True, early=True),
    "/who": Served(entrance.who_is_here, open=True),
    "/at-the-desk": Served(people_here.at_the_desk),
    OPENS_AT: Served(entrance.handed_over, open=True),
    "/hide": Served(entrance.hide, early=True),
    "/show": Served(entrance.show_again, early=True),
    "/account": Served(account.account, early=True),
    "/people": Served(colleagues.colleagues, early=True),
    "/people/{id}": Served(colleagues.one_colleague, early=True),
    "/paper": Served(paper.enter),
    "/paper/{form}": Served(paper.enter),
    "/looked-at/{id}": Served(paper.looked_at),
    "/bench": Served(bench.benches),
    "/bench/{condition}/adopt": Served(bench_adopted.adopt),
    "/bench/{condition}/{part}/signed": Served(bench.signed, file=True),
    "/bench/{condition}/{part}/confirm": Served(bench_adopted.confirm),
    "/bench/{condition}/{part}/{number}": Served(bench.clauses),
    "/c/{id}/paper": Served(paper.of_draft),
    "/c/{id}/handed-over/{pgd}": Served(handed_over.handed_over),
    "/c/{id}/patient": Served(questions.page_of),
    "/c/{id}/page/{number}": Served(questions.page_of),
    "/c/{id}/live/{number}": Served(questions.live, live=True),
    "/c/{id}/keep/{number}": Served(beside.keep, live=True),
    "/c/{id}/paste": Served(who.paste, live=True),
    "/c/{id}/threat": Served(beside.threat),
    "/c/{id}/outcome": Served(outcome.outcome),
    "/c/{id}/supply/{pgd}": Served(supply.supply),
    "/c/{id}/end": Served(ended.end),
    "/c/{id}/take-over": Served(take_over),
    "/r/{id}": Served(saved.saved),
    "/r/{id}/correct": Served(correct.correct),
    "/r/{id}/message": Served(news.message),
    "/r/{id}/told": Served(news.told),
    "/r/{id}/incident": Served(incidents.incident),
    "/r/{id}/claim": Served(claims.claim),
    "/claims": Served(claims.claims),
    "/closing": Served(closing.closing),
    "/activity": Served(activity.activity_of_month),
    "/activity/{month}": Served(activity.activity_of_month),
    "/r/{id}/{paper}": Served(saved.paper),
}
ONLY_POSTED = (
    "/begin",
    "/find",
    "/show",
    "/c/{id}/live/{number}",
    "/c/{id}/keep/{number}",
    "/c/{id}/paste",
    "/c/{id}/threat",
    "/c/{id}/take-over",
    "/leave",
)
ONLY_ASKED = (
    "/",
    "/bench",
    "/closing",
    "/claims",
    "/activity",
    "/activity/{month}",
    "/hide",
    "/r/{id}",
    "/r/{id}/{paper}",
)


def form(open_desk: Callable[[], AbstractAsyncContextManager[Desk]]) -> Starlette:
    """The application. ``open_desk`` opens the desk in the thread that serves it, and closes it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_desk() as desk:
            app.state.desk = desk
            yield

    routes = [Route(path, _door(partial(_answer, page=page)), methods=_methods(path)) for path, page in PAGES.items()]
    routes += [
        Route("/handover", _door(hand_over, not_here), methods=["POST"]),
        Route("/provider", _door(provider.there), methods=["GET"]),
        Route("/provider/back", _door(provider.back), methods=["GET"]),
        Route("/health", _door(health), methods=["GET"]),
        Route("/ready", _door(ready), methods=["GET"]),
        Route("/leave", _door(_leave), methods=["POST"]),
    ]
    routes += [Route("/static/{name}", _static, methods=["GET"]), Route("/favicon.ico", _no_picture, methods=["GET"])]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: no_such_page, 405: no_such_page})
    app.add_middleware(Requests, room=ROOM)
    return app


def _methods(path: str) -> list[str]:
    return ["POST"] if path in ONLY_POSTED else ["GET"] if path in ONLY_ASKED else ["GET", "POST"]


Answer = Callable[[Request], Awaitable[Response]]


def plainly(refused: str) -> Response:
    """Why what was asked of another is not answered."""
    return PlainTextResponse(refused, 403)


def _door(inside: Answer, not_for_here: Callable[[str], Response] = plainly) -> Answer:
    """What is inside, behind the door. ``not_for_here`` says why what was asked of another is not answered."""

    async def answer(request: Request) -> Response:
        try:
            if refused := _not_for_here(request):
                return closed(not_for_here(refused))
            return closed(await inside(request))
        except ClientDisconnect:
            return closed(Response(status_code=400))  # nobody reads it, and a proxy may keep it
        except Exception as error:  # what it says may be about somebody: only where it came from is told
            return closed(_sorry(request, failed(ROOM, request.scope, error), error))

    return answer


def _pattern(request: Request) -> str:
    """The path without what stands in its places."""
    route = request.scope.get("route")
    return route.path if isinstance(route, Route) else "(another path)"


def _sorry(request: Request, id: str, error: Exception) -> Response:
    desk: Desk = request.app.state.desk
    try:
        session = _session(request)
    except PharmacyFirstError:  # who is here cannot be read now
        session = None
    not_saved = "This was not saved. What was saved before is kept. Go back and try again."
    return said(
        Visit(desk, {}, Posted(), desk.now(), path=request.url.path, session=session),
        "Something went wrong",
        str(error) if isinstance(error, NotKnownWhetherSaved | LedgerDamaged) else not_saved,
        f"Whoever looks after the form finds it in the log by {id}.",
        status=500,
    )


def _not_for_here(request: Request) -> str:
    """Why a request is not answered at all; empty where it is."""
    desk: Desk = request.app.state.desk
    return desk.place.refuses(request.headers, request.client.host if request.client is not None else "")


async def _answer(request: Request, page: Served) -> Response:
    desk: Desk = request.app.state.desk
    key = request.cookies.get(desk.place.cookie, "")
    visit = Visit(
        desk, request.path_params, Posted(), desk.now(), request.method, request.url.path, desk.session(key), key
    )
    if visit.session is not None:
        person = visit.session.person
        asked_by(request.scope, roles=(role.value for role in person.roles), somebody=person.key)
    sets_up = page.handler is entrance.setting_up
    open_ = page.open and not (sets_up and desk.people_sign_in)
    set_up = desk.ours is not None or sets_up or desk.people_sign_in
    if request.method == "POST" and not ours(request.headers):
        return said(visit, "Not saved", "This did not come from a page of this form.", status=403)
    if set_up and not open_ and (shut := _shut(visit, page, _pattern(request))) is not None:
        return shut  # before anything is read of what they post
    if request.method == "POST":
        try:
            posted = await _posted(request, page)
        except NotAForm as refused:
            return said(visit, "Not saved", str(refused), status=refused.status)
        visit = replace(visit, posted=posted)
    if not set_up:
        return go("/setting-up")
    return page.handler(visit) if open_ else _of_session(visit, page)


def _shut(visit: Visit, page: Served, pattern: str) -> Response | None:
    """What somebody is answered for whom a page is not: nobody is at the desk, or they have another role; None for whom it is."""
    if visit.session is None:
        return JSONResponse({"again": True}, 409) if page.live else go("/who")
    return None if may(pattern, visit.method, visit.session.person.roles) else _not_theirs(visit, page)


def _of_session(visit: Visit, page: Served) -> Response:
    session = visit.at_the_desk
    if visit.method == "POST" and not session.owns(visit.posted.one("token")):
        return said(visit, "Not saved", "This page is of an earlier time at the desk. Open it again.", status=403)
    if session.hidden and page.handler is not entrance.show_again:
        if page.live:
            return JSONResponse({"again": True}, 409)
        if session.held is None or visit.method == "POST":  # what was typed is not forgotten for what is only asked for
            session.held = Held(visit.path, page.handler, visit.names, visit.posted, visit.method)
        return entrance.desk_page(visit, hidden=True)
    if not page.early and visit.desk.owes(session.person):
        return go("/account")
    if not page.early and visit.desk.ours is None:
        return go("/setting-up")
    reply = page.handler(visit)
    if page.handler is entrance.show_again and not session.hidden and (held := session.held) is not None:
        session.held = None  # what was posted, or asked for, while the patient was hidden is done now
        return held.handler(replace(visit, names=held.names, posted=held.posted, method=held.method, path=held.path))
    return reply


def _not_theirs(visit: Visit, page: Served) -> Response:
    """What somebody sees of a page that is for others: nothing of it."""
    if page.live:
        return JSONResponse({"again": True}, 403)
    if page.handler is start.start:
        return go("/account")
    return not_for_their_role(visit)


def ours(headers: Mapping[str, str]) -> bool:
    """Whether something was posted by a page of ours: as the browser says, or where it says nothing, by the origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return headers.get("origin", "").partition("://")[2] == headers.get("host", "-")


async def posted_form(request: Request) -> Posted:
    """The fields of a form. Raises ``NotAForm``."""
    return read_form(await _body(request))


async def _posted(request: Request, page: Served) -> Posted:
    if not page.file:
        return await posted_form(request)
    body = await bounded(request.stream(), request.headers, MOST_BYTES_OF_A_FILE)
    return await read_file_form(request.headers, body)


async def _body(request: Request) -> bytes:
    """The body, no more of it than any of our pages sends."""
    return await bounded(request.stream(), request.headers, MOST_BYTES)


def _session(request: Request) -> Session | None:
    desk: Desk = request.app.state.desk
    return desk.session(request.cookies.get(desk.place.cookie, ""))


def closed(reply: Response) -> Response:
    """The reply with what keeps a browser from keeping, running or fetching anything else."""
    styles = reply.headers.get("x-style-digests", "")
    if styles:
        del reply.headers["x-style-digests"]
    reply.headers["content-security-policy"] = POLICY.format(styles=f" {styles}" if styles else "")
    for name, value in HEADERS.items():
        reply.headers[name] = value
    return reply


async def _leave(request: Request) -> Response:
    """``POST /leave``: whoever was at the desk leaves it."""
    desk: Desk = request.app.state.desk
    session = _session(request)
    try:
        token = (await posted_form(request)).one("token")
    except NotAForm:
        token = ""
    if not (ours(request.headers) and session is not None and session.owns(token)):
        return go("/who")
    desk.sessions.end(request.cookies.get(desk.place.cookie, ""))
    return _forgotten(go("/who"), desk.place)


def _forgotten(reply: Response, place: WhereServed) -> Response:
    """The reply that has a browser forget what it holds of the form. Not every cookie of the site: others may have some there."""
    reply.delete_cookie(place.cookie, path="/", secure=place.secure, httponly=True, samesite="strict")
    reply.headers["clear-site-data"] = '"cache", "storage"'
    return reply


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in SERVED:
        return closed(PlainTextResponse("There is no such file.", 404))
    reply = closed(Response((STATIC / name).read_bytes(), media_type=SERVED[name]))
    reply.headers["cache-control"] = "no-cache"  # nobody's, so a browser may keep it and ask whether it changed
    return reply


async def _no_picture(_: Request) -> Response:
    """Browsers ask for one of their own accord; there is no logo."""
    return closed(Response(status_code=204))


async def no_such_page(request: Request, _: Exception) -> Response:
    """What is answered for a path or a method that there is not."""
    return closed(PlainTextResponse("There is no such page.", 404))
