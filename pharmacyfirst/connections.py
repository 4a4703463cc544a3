"""Where the form and the API are served and how they hold connections: what TLS they speak, and how long and how large the head of a request may be.

uvicorn waits for the headers of a request without an end, and with one of its parsers reads them without a bound: whoever opens enough
connections and says nothing would keep everybody else out (slowloris), and whoever says too much would fill the memory. The body of a request
has bounds of its own at each door; what a door left of it unread is thrown away here, within bounds, so that its answer is heard.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pharmacyfirst.errors import PharmacyFirstError

ADDRESSES = ("127.0.0.1", "::1", "localhost")  # of this machine alone
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")  # the same as a request names them
HEAD_SECONDS = 10.0
KEPT_SECONDS = 30  # a connection on which nothing is asked any more
LAST_SECONDS = 10  # for what is under way when it is stopped
MOST_OF_A_HEAD = 65_536  # bytes: ours are below 2,000
MOST_THROWN_AWAY = 32 * 1024 * 1024  # bytes of a body that nobody wants, read on and forgotten
THROWN_AWAY_SECONDS = 10.0
# TLS 1.2 with forward secrecy and authenticated encryption alone; TLS 1.3 has nothing else. Older ones Python does not speak.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class NotServed(PharmacyFirstError, ValueError):
    """The form or the API was to be served where somebody could come in, or read what is said, who should not."""


def refuse_half_of_tls(certificate: object, key: object) -> None:
    """Raises ``NotServed`` where a certificate is given without its private key, or a key without its certificate."""
    if bool(certificate) != bool(key):
        raise NotServed("TLS needs a certificate and its private key: give both.")


def refuse_to_be_overheard(certificate: object, proxy: str) -> None:
    """Raises ``NotServed`` where what is served to other machines could be read on the way to them, or between a proxy and this one."""
    if not (certificate or proxy):
        raise NotServed(
            "Elsewhere than on this machine it is served over TLS alone: give a certificate and its key, or name the proxy that ends TLS. "
            "Otherwise keys, passwords and patients could be read on the way."
        )
    if not certificate and proxy not in ADDRESSES:
        raise NotServed(
            "A proxy on another machine is answered over TLS alone: give a certificate and its key as well, or put the proxy on this machine. "
            "Otherwise keys, passwords and patients could be read between the two."
        )


# What one of two would be gone by, and by which of them nobody who sent both could know.
ONCE = frozenset(
    {"authorization", "content-encoding", "content-length", "content-type", "host", "idempotency-key", "origin"}
)


def stands_twice(names: Iterable[str], once: Collection[str] = ONCE) -> str:
    """The first of the headers of a request, by their names, that may stand ``once`` and stands twice; empty where none does."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        if name in once:
            seen.add(name)
    return ""


def asks_for(host: str, names: Collection[str]) -> bool:
    """Whether the ``Host`` of a request is one of these names, with a port or without."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host) in names


def is_safe(address: object) -> bool:
    """Whether nobody on the way can read or change what goes to an address: by https, or on this machine."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
    except ValueError:  # a bracket too few
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ADDRESSES)


class _InTime:
    """Beside one of uvicorn's protocols: a connection of which no whole head of a request comes, in time and within bounds, is closed."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any
    _ends: asyncio.TimerHandle | None = None
    _came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Somebody has connected, and is waited for from now on."""
        super().connection_made(transport)  # type: ignore[misc]
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Something came: where it is a whole head nothing is waited for, until the next one begins."""
        super().data_received(data)  # type: ignore[misc]
        self._came += len(data)
        self._wait()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended."""
        self._wait_no_more()
        super().connection_lost(error)  # type: ignore[misc]

    def _wait(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()
        elif self._came > MOST_OF_A_HEAD:
            self.transport.abort()
        elif self._ends is None:
            self._ends = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        self._came = 0
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None


def protocol() -> type[asyncio.Protocol]:
    """HTTP/1.1 as uvicorn speaks it with the parser that is installed, in time."""
    http: type[asyncio.Protocol]
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as http
    except ImportError:
        from uvicorn.protocols.http.h11_impl import H11Protocol as http
    return type("HttpInTime", (_InTime, http), {})


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


class AnswerIsHeard:
    """An application whose answer reaches also those who are still sending.

    A door that refuses does so before it has read the body. Were the connection closed then, the other side would be told of a reset in the
    middle of what it sends, and not why it was refused. So the whole answer leaves at once, and what still comes is read and forgotten,
    ``MOST_THROWN_AWAY`` bytes and ``THROWN_AWAY_SECONDS`` at the utmost, before the request counts as done.
    """

    def __init__(self, app: Application):
        self._app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request as the application does."""
        if scope["type"] != "http" or not _brings_a_body(scope["headers"]):
            await self._app(scope, receive, send)
            return
        coming = _Coming(receive, waits=any(name == b"expect" for name, _ in scope["headers"]))

        async def answered(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if last and coming.still:
                await send({**message, "more_body": True})
                await coming.thrown_away()
                message = {"type": "http.response.body"}
            await send(message)

        await self._app(scope, coming.receive, answered)


def _brings_a_body(headers: Collection[tuple[bytes, bytes]]) -> bool:
    """Whether a body comes that can be read on. Of a request for another protocol uvicorn's parser leaves it unread."""
    given = dict(headers)
    return b"upgrade" not in given and (b"transfer-encoding" in given or given.get(b"content-length", b"0") != b"0")


class _Coming:
    """The body of a request as it comes, and whether some of it is still to come. ``waits``: the other side sends none before it is asked to."""

    def __init__(self, receive: Receive, waits: bool):
        self._receive, self.still = receive, not waits

    async def receive(self) -> Message:
        part = await self._receive()
        self.still = part["type"] == "http.request" and part.get("more_body", False)
        return part

    async def thrown_away(self) -> None:
        size = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(THROWN_AWAY_SECONDS):
                while self.still and size <= MOST_THROWN_AWAY:
                    size += len((await self.receive()).get("body", b""))


def machine_clock() -> datetime:
    """What this machine's clock says."""
    return datetime.now(UTC)


def run(
    app: Application,
    host: str,
    port: int,
    *,
    most_at_once: int,
    certificate: str | Path | None = None,
    key: str | Path | None = None,
) -> None:
    """Serve an ASGI application until it is stopped, to so many connections at once. What is written of it is written by ``pharmacyfirst.log`` alone.

    The event loop is Python's own whatever else is installed: uvloop takes one new connection in a turn, in which it answers everybody who is
    connected already, so under load whoever came anew waited for seconds while the others did not.
    """
    import uvicorn

    uvicorn.run(
        AnswerIsHeard(app), host=host, port=port, loop="asyncio", http=protocol(), limit_concurrency=most_at_once, access_log=False, log_config=None,
        log_level="warning", server_header=False, date_header=False, proxy_headers=False, timeout_keep_alive=KEPT_SECONDS, timeout_graceful_shutdown=LAST_SECONDS,
        ssl_certfile=certificate or None, ssl_keyfile=key or None, ssl_ciphers=CIPHERS,
    )  # fmt: skip
