"""The API as one ASGI application: every call of the table, behind one door.

The door answers whom it may, looks for the key and its scope, takes a token of its bucket, reads the query and the body with bounds, has the
call answered, once where it writes, and turns every refusal into a problem. No line of its log says more than where in our code something
went wrong.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pharmacyfirst import exact
from pharmacyfirst.api import of_assessments, of_content, of_inbound, of_itself, of_kept, of_records
from pharmacyfirst.api.calls import HTML, Asking, Call, Gives, Reply, got, read_query
from pharmacyfirst.api.desk import ApiDesk, MadeOnce
from pharmacyfirst.api.hooks import services
from pharmacyfirst.api.hooks.clients import CDSClient
from pharmacyfirst.api.hooks.origins import PagesOfOrigins
from pharmacyfirst.api.keys import Key
from pharmacyfirst.api.openapi import description
from pharmacyfirst.api.problems import KINDS, MEDIA_TYPE, ApiProblem
from pharmacyfirst.api.refusals import problem_of
from pharmacyfirst.connections import LOOPBACK, asks_for, stands_twice
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.log import Requests, asked_by, failed
from pharmacyfirst.paper.html import style_sources

CALLS: tuple[Call, ...] = (
    *of_assessments.CALLS, *of_itself.CALLS, *of_content.CALLS, *of_records.CALLS, *of_kept.CALLS, *of_inbound.CALLS, *services.CALLS,
)  # fmt: skip
ROOM = "api"
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),  # heeded where it came by https
    (b"x-content-type-options", b"nosniff"),
)
BODY_SECONDS = 10.0


class Came(NamedTuple):
    """One request as it came in, read from the connection no further than its headers."""

    scope: Scope
    headers: Mapping[str, str]
    host: str
    names: Mapping[str, str]
    query: list[tuple[str, str]]
    receive: Receive
    desk: ApiDesk
    one_at_a_time: CapacityLimiter


@dataclass(frozen=True, slots=True)
class Callers:
    """Whom the door answers: a trusted proxy alone, where one is named; else, ``here_only``, who calls this machine by its own name."""

    proxy: str = ""
    here_only: bool = True

    def refuse_others(self, came: Came) -> None:
        """Raises ``ApiProblem`` for anybody else. A page of another site that had a browser call us would bring its own name."""
        if self.proxy:
            if came.host != self.proxy:
                raise ApiProblem("not_from_there", "This server answers its proxy alone.")
        elif self.here_only and not asks_for(came.headers.get("host", ""), LOOPBACK):
            raise ApiProblem(
                "not_from_there", "This server answers on this machine alone, by the name localhost or 127.0.0.1."
            )


def _came(scope: Scope, receive: Receive) -> Came:
    """The request. Raises ``ApiProblem`` where a header that it is gone by stands twice: a proxy before this server might go by the other."""
    if twice := stands_twice(name.decode("latin-1") for name, _ in scope["headers"]):
        raise ApiProblem("header_twice", f"{twice} stands twice among the headers, so it is not known which is meant.")
    state = scope["app"].state
    client = scope.get("client")
    return Came(
        scope=scope,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        host=client[0] if client else "",
        names=scope.get("path_params", {}),
        query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
        receive=receive,
        desk=state.desk,
        one_at_a_time=state.one_at_a_time,
    )


def api(
    open_desk: Callable[[], AbstractAsyncContextManager[ApiDesk]], callers: Callers, origins: Collection[str] = ()
) -> Starlette:
    """The application. ``open_desk`` opens the desk in the thread that serves it, and closes it.

    ``origins`` are the sites whose pages may call the services of CDS Hooks.
    """
    from pharmacyfirst import __version__

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_desk() as desk:
            app.state.desk, app.state.one_at_a_time = desk, CapacityLimiter(1)
            yield

    doors = [Door(call, callers) for call in (*CALLS, _description_call(__version__))]
    routes = [Route(door.call.path, door, methods=[door.call.method]) for door in doors]
    pages = [Middleware(PagesOfOrigins, origins=origins)] if origins else []
    return Starlette(
        routes=routes,
        middleware=[Middleware(Requests, room=ROOM), *pages],
        lifespan=lifespan,
        exception_handlers={HTTPException: _no_such_call},
    )


@dataclass(frozen=True, slots=True)
class Door:
    """The door before one call: an ASGI application of its own, as a framework's way to a handler takes as long as half an assessment."""

    call: Call
    callers: Callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Nothing but a reply or a problem leaves."""
        try:
            reply: Reply | None = await _answered(_came(scope, receive), self.call, self.callers)
        except PharmacyFirstError as error:
            problem = problem_of(error)
            reply = _written(problem) if problem is not None else _sorry(scope, error)
        except Exception as error:  # what it says may be about somebody: only where it came from is told
            reply = _sorry(scope, error)
        if reply is None:  # the caller went away before all was read: there is nobody to answer
            return
        await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
        await send({"type": "http.response.body", "body": reply.body})


def _sorry(scope: Scope, error: Exception) -> Reply:
    """What is answered to a mistake of ours: where it is found in the log, and nothing of what it says."""
    says = "Something went wrong in this server. Nothing was answered and nothing was written."
    return _written(ApiProblem("failed", says, None, request=failed(ROOM, scope, error)))


def _written(problem: ApiProblem) -> Reply:
    headers = {"www-authenticate": "Bearer"} if problem.kind.status == 401 else {}
    if "retry_after" in problem.beside:
        headers["retry-after"] = str(problem.beside["retry_after"])
    return Reply(problem.written(), MEDIA_TYPE, problem.kind.status, headers)


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    """The headers of a reply, with what keeps a browser or a cache from keeping, running or guessing anything."""
    kind = reply.media_type
    typed = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    own = {**reply.headers, "content-type": typed, "content-length": str(len(reply.body))}
    if kind == HTML:  # a document brings its own style, and nothing else
        own["content-security-policy"] = f"{POLICY}; style-src {style_sources(reply.body.decode())}"
    kept = [one for one in HEADERS if one[0].decode() not in own]
    return [*kept, *((name.encode(), value.encode("latin-1")) for name, value in own.items())]


async def _answered(came: Came, call: Call, callers: Callers) -> Reply | None:
    callers.refuse_others(came)
    key = _key(came, call)
    query = read_query(call, came.query) if call.query or came.query else {}
    body = await _body(came, call)
    if body is None:
        return None
    asked = Asking(came.desk, came.names, query, body, key)
    if call.writes:
        return _once(came.headers, call, asked)
    if call.aside:
        return await to_thread.run_sync(call.answer, asked, limiter=came.one_at_a_time)
    return call.answer(asked)


def _key(came: Came, call: Call) -> Key | CDSClient | None:
    """The key of a call, with a token taken of its bucket; None where none is needed. Raises ``ApiProblem``."""
    desk = came.desk
    if call.scope is None or desk.keys is None:
        return None
    scheme, _, text = came.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise ApiProblem("no_key", "This call needs an API key.")
    key: Key | CDSClient | None = desk.keys.of(text.strip(), desk.clock())
    if key is None and call.for_cds_clients and desk.clients is not None:
        key = desk.clients.of(text.strip(), call.path.format(**came.names), desk.clock())
    if key is None:
        raise ApiProblem("wrong_key", "This API key is not in use.")
    asked_by(came.scope, key=key.id)
    if wait := desk.buckets.wait(key.id):
        raise ApiProblem("too_many", "This key has called too often.", None, retry_after=ceil(wait))
    if call.scope not in key.scopes:
        raise ApiProblem("not_allowed", f"This key has not the scope {call.scope.value}.")
    return key


async def _body(came: Came, call: Call) -> bytes | None:
    """The body, whole and in time, no more of it than the call takes. None where the caller went away. Raises ``ApiProblem``."""
    if not call.has_body:
        return b""
    headers = came.headers
    if "upgrade" in headers:  # uvicorn's parser leaves the body of such a request unread
        raise ApiProblem(
            "http_1_alone",
            "The request asks for another protocol (Upgrade): call this server in HTTP/1.1, without that header.",
        )
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in call.media_types or headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiProblem("wrong_media_type", f"Content-Type: give {' or '.join(call.media_types)}, not compressed.")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > call.most_bytes:
        raise _too_large(call)
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                part = await came.receive()
                if part["type"] == "http.disconnect":
                    return None
                parts.append(part.get("body", b""))
                size += len(parts[-1])
                if size > call.most_bytes:
                    raise _too_large(call)
                if not part.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise ApiProblem("too_slow", f"The body did not come within {BODY_SECONDS:.0f} seconds.") from None


def _too_large(call: Call) -> ApiProblem:
    return ApiProblem(
        "too_large", f"The body is larger than the {call.most_bytes // 1_000_000} MB that this call takes."
    )


def _once(headers: Mapping[str, str], call: Call, asked: Asking) -> Reply:
    """A call that writes is answered once for each Idempotency-Key; what it wrote is on disk when the answer leaves."""
    if asked.desk.once is None:
        raise ApiProblem("no_store", "This server was started without a data folder, so it keeps nothing.")
    reply = asked.desk.once.answer(call, asked, headers.get("idempotency-key", ""), asked.desk.clock())
    of_kept.anchored(asked)
    return reply


def _description_call(version: str) -> Call:
    """``GET /openapi.json``: made anew where the content has become another."""
    made = MadeOnce(lambda library: exact.write(description(CALLS, library, version)).encode())

    def openapi(asked: Asking) -> Reply:
        return Reply(made.of(asked.desk.library))

    return got("/openapi.json", "Describe every call", openapi, Gives("It."), None)


async def _no_such_call(request: Request, error: Any) -> Response:
    code = "wrong_method" if error.status_code == KINDS["wrong_method"].status else "no_such_call"
    problem = ApiProblem(code, "GET /openapi.json describes every call that there is.")
    reply = Reply(problem.written(), MEDIA_TYPE, problem.kind.status, dict(error.headers or {}))
    found = Response(reply.body, reply.status)
    found.raw_headers = _headers(reply)
    return found
