"""What a server writes down of its own work: one JSON object a line, on standard error, by Python's own logging. It names nobody.

A line has when, how bad, which room and what happened; of a request its id, its method, the *pattern* of its path, status and times, who
asked by roles and by a mark that holds for this run alone. No path, query, header, body, name or address is in a line, and of an error only
its class and the places in the code: what it says may be about somebody. Lines of libraries are written without what was filled into them.
"""

import json
import logging
import secrets
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2s
from itertools import count
from time import perf_counter, thread_time
from typing import Any, TextIO

from pharmacyfirst.errors import places

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OURS = "pharmacyfirst"
HEADER = b"x-request-id"
ANOTHER_PATH = "(another path)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FIELDS = "fields"
_SCOPE = "pharmacyfirst.request"
_PLAIN = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"))
_RUN, _COUNT = secrets.token_hex(4), count(1)
_SALT = secrets.token_bytes(16)  # of this run: a mark leads to nobody, and to nobody's lines of another day


class Lines(Enum):
    """Which lines are written."""

    REQUESTS = "requests"
    ERRORS = "errors"
    NOTHING = "nothing"


def level_of(lines: Lines) -> int:
    """From which of logging's levels on lines are written."""
    return {Lines.REQUESTS: logging.INFO, Lines.ERRORS: logging.WARNING, Lines.NOTHING: logging.CRITICAL + 1}[lines]


@dataclass(slots=True)
class RequestLine:
    """What is known of one request: its id, who asked, and the CPU time that it took so far, in seconds."""

    id: str = field(default_factory=lambda: f"{_RUN}{next(_COUNT):06x}")
    by: dict[str, Any] = field(default_factory=dict)
    cpu: float = 0.0


class JsonLines(logging.Formatter):
    """A record of the log as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. What a library filled into its words is left out: it may be what somebody typed."""
        held = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix(f"{OURS}."),
            "what": _what(record.msg),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            held |= _of_error(record.exc_info[1])
        return json.dumps(held)


def _what(said: object) -> str:
    if isinstance(said, OSError):  # uvicorn's way to say that an address is taken
        return said.strerror or type(said).__name__
    return said if isinstance(said, str) else type(said).__name__


def _of_error(error: BaseException) -> dict[str, Any]:
    return {"error": type(error).__name__, "places": places(error)}


def write_lines(lines: Lines, stream: TextIO | None = None) -> None:
    """From now on this process writes these lines, those of its libraries among them, to a stream (standard error)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=max(level_of(lines), logging.WARNING), force=True)
    logging.getLogger(OURS).setLevel(level_of(lines))


def tell(room: str, what: str, fields: Mapping[str, Any] | None = None) -> None:
    """Write a line of a room. Nothing that was given from outside may stand in it."""
    _write(room, logging.INFO, what, fields or {})


def warn(room: str, what: str) -> None:
    """Write that something of a room does not work, in words of ours, which say what to do."""
    _write(room, logging.WARNING, what, {})


def _write(room: str, level: int, what: str, fields: Mapping[str, Any]) -> None:
    logging.getLogger(f"{OURS}.{room}").log(level, what, extra={_FIELDS: fields})


def asked_by(scope: Scope, roles: Iterable[str] = (), somebody: str = "", key: str = "") -> None:
    """Put down who asks: by roles and a mark of ``somebody``'s account, or by the id of an API key, which names a system."""
    line = _line(scope)
    if somebody:
        line.by |= {"roles": sorted(roles), "by": blake2s(somebody.encode(), key=_SALT, digest_size=4).hexdigest()}
    if key:
        line.by["key"] = key


def failed(room: str, scope: Scope, error: BaseException) -> str:
    """Write that a request failed, with where in the code and nothing of what the error says; the id of the request."""
    line = _line(scope)
    _write(room, logging.ERROR, "failed", {"request": line.id, **_asked(scope), **line.by, **_of_error(error)})
    return line.id


def _line(scope: Scope) -> RequestLine:
    if _SCOPE not in scope:
        scope[_SCOPE] = RequestLine()
    return scope[_SCOPE]  # type: ignore[no-any-return]


def _asked(scope: Scope) -> dict[str, str]:
    """The method and the path's pattern: neither an id nor whatever somebody made up."""
    method = scope.get("method", "")
    path = getattr(scope.get("route"), "path", ANOTHER_PATH)
    return {"method": method if method in METHODS else "another", "path": path}


class Requests:
    """The application of a room, with a line for each request and one for whatever it did not catch. Where no lines of requests are written
    it stands in nobody's way; what is not caught then is uvicorn's to write, as ``JsonLines`` has it.
    """

    def __init__(self, app: App, room: str):
        self._app, self._room = app, room
        self._logger = logging.getLogger(f"{OURS}.{room}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and write it down."""
        if scope["type"] != "http" or not self._logger.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        line, begun, status = _line(scope), perf_counter(), 0

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, line.id.encode())]
            await send(message)

        try:
            await _Timed(self._app(scope, receive, sent), line)
        except Exception as error:
            id = failed(self._room, scope, error)
            if not status:
                await sent({"type": "http.response.start", "status": 500, "headers": [*_PLAIN]})
                await send(
                    {"type": "http.response.body", "body": f"Something went wrong here: {id} in the log.".encode()}
                )
        took = {"wall_ms": _ms(perf_counter() - begun), "cpu_ms": _ms(line.cpu)}
        tell(
            self._room,
            "answered",
            {"request": line.id, **_asked(scope), "status": status or None, **took, **line.by},
        )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


class _Timed:
    """An answer awaited, its CPU time put down while it runs and not while it waits, when others run in the same thread."""

    def __init__(self, answering: Awaitable[None], line: RequestLine):
        self._answering, self._line = answering, line

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._answering.__await__()
        came: Any = None
        raised: BaseException | None = None
        while True:
            begun = thread_time()
            try:
                waits_for = steps.send(came) if raised is None else steps.throw(raised)
            except StopIteration:
                return
            finally:
                self._line.cpu += thread_time() - begun
            try:
                came, raised = (yield waits_for), None
            except BaseException as error:
                raised = error
