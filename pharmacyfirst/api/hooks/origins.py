"""Pages of named sites may call the services of CDS Hooks from a browser (CORS); those of any other site may not, nor anything else."""

import re
from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from pharmacyfirst.connections import is_safe
from pharmacyfirst.errors import PharmacyFirstError

FOR_PAGES = "/cds-services"
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
KEPT_FOR = 600  # seconds for which a browser remembers that it may


class OriginRefused(PharmacyFirstError, ValueError):
    """This is no origin whose pages may be let in."""


def checked(origin: str) -> str:
    """An origin as browsers name it. Raises ``OriginRefused`` for a pattern, for a path, and for a way that others can read or change."""
    if not (is_safe(origin) and _ORIGIN.fullmatch(origin)):
        raise OriginRefused(
            "An origin is https://, a name in small letters and perhaps a port, with nothing behind it, as a browser sends it: "
            "https://pmr.example. Each is named by itself; http is for this machine alone."
        )
    return origin


class PagesOfOrigins(CORSMiddleware):
    """Lets the pages of these origins call the services of CDS Hooks. No cookie is ever asked for: a page brings the key or the token itself."""

    def __init__(self, app: ASGIApp, origins: Collection[str]):
        super().__init__(
            app, allow_origins=[*origins], allow_methods=["GET", "POST"], allow_headers=["authorization", "content-type"], max_age=KEPT_FOR
        )  # fmt: skip
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is no page of these origins goes on as it came."""
        from_there = scope["type"] == "http" and self._origins & {
            value for name, value in scope["headers"] if name == b"origin"
        }
        ours = from_there and (scope["path"] == FOR_PAGES or scope["path"].startswith(f"{FOR_PAGES}/"))
        await (super().__call__ if ours else self.app)(scope, receive, send)
