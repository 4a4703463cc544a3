"""The way to an identity provider and back. The provider is asked in a thread of its own, so that nobody's page waits for it."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.people import NotSignedIn
from pharmacyfirst.people.provider import Provider, let_in
from pharmacyfirst.web.desk import Desk, Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.opened import WayOn, said
from pharmacyfirst.web.pages.entrance import begun
from pharmacyfirst.web.people import SignedIn
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.replies import go, html

LONGEST_QUERY = 4_000
_SECONDS = 10 * 60


async def there(request: Request) -> Response:
    """``GET /provider``: to the provider, with a cookie that comes back from there with this browser alone."""

    async def sent(visit: Visit, provider: Provider) -> Response:
        address, key = await run_in_threadpool(provider.go_there)
        place = visit.desk.place
        reply = go(address)
        # Lax: a browser that comes back from another site brings it along, where the strict cookie of a session would stay behind.
        reply.set_cookie(
            place.cookie_of_the_way, key, max_age=_SECONDS, httponly=True, samesite="lax", path="/", secure=place.secure
        )
        return reply

    return await _asked(request, sent)


async def back(request: Request) -> Response:
    """``GET /provider/back``: whoever comes back is let in, or told why not. The address holds a code that is good once."""

    async def came(visit: Visit, provider: Provider) -> Response:
        key = request.cookies.get(visit.desk.place.cookie_of_the_way, "")
        vouched = await run_in_threadpool(provider.come_back, key, dict(request.query_params))
        site = visit.desk.site
        person = SignedIn(let_in(visit.desk.people, vouched, site), vouched.roles, site)
        # A page of our own that goes on by itself: a browser that was sent here by another site would not bring a strict cookie along.
        reply = begun(visit, person, html(drawn("signed-in.html", f=frame(visit, "Signed in"))))
        reply.delete_cookie(visit.desk.place.cookie_of_the_way, path="/", secure=visit.desk.place.secure, httponly=True)
        return reply

    return await _asked(request, came)


async def _asked(request: Request, what: Callable[[Visit, Provider], Awaitable[Response]]) -> Response:
    desk: Desk = request.app.state.desk
    visit = Visit(
        desk, {}, Posted(), desk.now(), path=request.url.path, session_key=request.cookies.get(desk.place.cookie, "")
    )
    if desk.provider is None or not desk.people_sign_in:
        return said(visit, "There is no provider", "Nobody signs in here with a provider.", status=404)
    try:
        if len(request.url.query) > LONGEST_QUERY:
            raise NotSignedIn("The provider's answer is longer than any. Begin again.")
        return await what(visit, desk.provider)
    except (NotSignedIn, ExtraMissing) as refused:
        return said(visit, "Not signed in", str(refused), ways=(WayOn("To sign in", "/who"),), status=403)
