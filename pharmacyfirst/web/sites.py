"""Several sites behind one address: a form each, whole and apart, and which of them a browser is led to.

A site's form has its own desk: store, sessions, links, the pharmacy's file. Which one answers is decided here, before anything of a request is
looked at, by a cookie that names the site and lets nobody in; from then on no page knows that there are others. Whoever changes the cookie is
led to the door of another site, and signs in there or does not.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pharmacyfirst.log import Requests
from pharmacyfirst.web.app import closed, no_such_page, ours, plainly, posted_form
from pharmacyfirst.web.desk import Desk
from pharmacyfirst.web.frame import bare_frame, drawn
from pharmacyfirst.web.handing import OPENS_AT, bearer
from pharmacyfirst.web.health import ROOM, health, readiness
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.place import WhereServed
from pharmacyfirst.web.posted import NotAForm
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

WHICH = "/site"
LED_THERE = "/at/{site}" + OPENS_AT
REMEMBERED = 365 * 24 * 60 * 60  # seconds: a browser stands in one pharmacy


@dataclass(frozen=True, slots=True)
class WhichSitePage:
    """The page on which a site is chosen."""

    sites: tuple[ChoiceShown, ...]
    errors: tuple[Error, ...]


class FormOfSites:
    """The forms of several sites, as one ASGI application. ``forms`` are by ODS code; ``opened`` is what they share, open while they are."""

    def __init__(
        self, forms: Mapping[str, Starlette], opened: Callable[[], AbstractContextManager[object]], place: WhereServed
    ):
        self.forms, self._opened, self._place = dict(forms), opened, place
        routes = [
            Route(WHICH, self._which, methods=["GET", "POST"]),
            Route(LED_THERE, self._led_there, methods=["GET"]),
            Route("/health", self._health, methods=["GET"]),
            Route("/ready", self._ready, methods=["GET"]),
            Route("/{rest:path}", self._to_which, methods=["GET", "POST"]),
        ]
        not_there = {404: no_such_page, 405: no_such_page}
        own = Starlette(routes=routes, lifespan=self._lifespan, exception_handlers=not_there)
        own.add_middleware(Requests, room=ROOM)
        self._own: ASGIApp = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to the site of its browser, or to the page on which one is chosen."""
        await self._for(scope)(scope, receive, send)

    def desk(self, site: str) -> Desk:
        """The desk of a site."""
        desk: Desk = self.forms[site].state.desk
        return desk

    def _for(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._own
        path, request = scope["path"], Request(scope)
        if path in (WHICH, "/health", "/ready") or path.startswith("/at/"):
            return self._own
        if (
            path == "/handover"
        ):  # a program, which has no cookie: by the secret that it shows, and else by any form, which refuses it
            return self.forms[self._that_knows(bearer(request)) or next(iter(self.forms))]
        if path.startswith("/static/") or path == "/favicon.ico":
            return next(iter(self.forms.values()))
        return self.forms.get(request.cookies.get(self._place.cookie_of_site, ""), self._own)

    def _that_knows(self, secret: str) -> str:
        desks = ((site, self.desk(site)) for site in self.forms)
        return next((site for site, desk in desks if desk.secret is not None and desk.secret.is_shown(secret)), "")

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.enter_context(self._opened())
            for form in self.forms.values():
                await stack.enter_async_context(form.router.lifespan_context(form))
            yield

    def _refused(self, request: Request) -> str:
        return self._place.refuses(request.headers, request.client.host if request.client is not None else "")

    async def _health(self, request: Request) -> Response:
        """``GET /health``: the process answers, and nothing more."""
        refused = self._refused(request)
        return closed(plainly(refused) if refused else await health(request))

    async def _ready(self, request: Request) -> Response:
        """``GET /ready``: every site is; whoever watches asks once for all of them."""
        if refused := self._refused(request):
            return closed(plainly(refused))
        return closed(readiness(map(self.desk, self.forms)))

    async def _to_which(self, request: Request) -> Response:
        refused = self._refused(request)
        return closed(plainly(refused) if refused else go(WHICH))

    async def _which(self, request: Request) -> Response:
        """``GET`` and ``POST /site``: in which site this browser stands. Whoever was signed in in it is so no more."""
        if refused := self._refused(request):
            return closed(plainly(refused))
        chosen, wrong = request.cookies.get(self._place.cookie_of_site, ""), ""
        if request.method == "POST":
            if not ours(request.headers):
                return closed(plainly("This did not come from a page of this form."))
            try:
                chosen = (await posted_form(request)).one("site")
            except NotAForm:
                chosen = ""
            if chosen in self.forms:
                self._leave(request)
                return closed(self._with_site(go("/"), chosen))
            wrong = "Choose a site"
        shown = tuple(ChoiceShown(site, self.desk(site).called, site == chosen) for site in self.forms)
        view = WhichSitePage(shown, (Error(wrong, "site-0"),) if wrong else ())
        return closed(html(drawn("which-site.html", f=bare_frame("Which site?"), v=view), 422 if wrong else 200))

    def _leave(self, request: Request) -> None:
        for site in self.forms:
            self.desk(site).sessions.end(request.cookies.get(self._place.cookie, ""))

    async def _led_there(self, request: Request) -> Response:
        """``GET /at/ODS/handed-over``: where the link of a patient leads whom a site's own system handed over.

        The link's own part stands behind ``#`` and goes on with the browser. It opens in that site's form alone, for who signs in there.
        """
        if refused := self._refused(request):
            return closed(plainly(refused))
        site = request.path_params["site"]
        return closed(self._with_site(go(OPENS_AT), site) if site in self.forms else go(WHICH))

    def _with_site(self, reply: Response, site: str) -> Response:
        # Lax: a browser that another program opens, or that comes back from a provider, brings it along.
        place = self._place
        reply.set_cookie(
            place.cookie_of_site, site, max_age=REMEMBERED, httponly=True, samesite="lax", path="/", secure=place.secure
        )
        return reply
