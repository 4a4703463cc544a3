"""How the form and the API hold connections: what TLS they speak, and how long and how large the head of a request may be.

uvicorn waits for the headers of a request without an end, and with one of its parsers reads them without a bound: whoever opens enough
connections and says nothing would keep everybody else out (slowloris), and whoever says too much would fill the memory. A request whose
headers came is no longer of concern here: its body has bounds of its own at each door.
"""

import asyncio
from typing import Any

HEAD_SECONDS = 10.0
MOST_OF_A_HEAD = 65_536  # bytes: ours are below 2,000
# TLS 1.2 with forward secrecy and authenticated encryption alone; TLS 1.3 has nothing else. Older ones Python does not speak.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


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
