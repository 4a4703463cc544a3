"""CDS Clients that prove who they are by a token which they sign (a JWT, CDS Hooks 2.0, "Trusting CDS Clients").

Whoever runs the server names the clients that it trusts, each with its issuer and its public keys, in one file. No address that a token
names is ever fetched: a ``jku`` is compared with the one in the file and not called, so that no caller makes this server call somebody.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pharmacyfirst import exact
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError, Refused
from pharmacyfirst.store import Actor

if TYPE_CHECKING:
    from joserfc.jwk import KeySet, KeySetSerialization

# ES384 and RS384 are those that the specification recommends; nothing that shares a secret, and never "none".
SIGNED_WITH = ["ES384", "RS384", "ES256", "ES512", "PS256", "PS384", "PS512", "RS256", "RS512"]
MOST_SECONDS = 600  # from when a token was issued to its end: a stolen one is worth no more
MOST_SEEN = 100_000  # tokens remembered until they end; a client gone wrong fills no memory
LONGEST_TOKEN = 8_000
LEEWAY = 60  # two computers need not agree to the second
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class ClientsRefused(PharmacyFirstError, ValueError):
    """The file of CDS Clients does not fit; says where, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class CDSClient:
    """A CDS Client that is trusted: what it is called, its issuer, its public keys, and the address of these where its tokens name one."""

    called: str
    issuer: str
    keys: "KeySet" = field(repr=False)
    jku: str = ""

    @property
    def id(self) -> str:
        """By what its calls are counted and logged, which names no address."""
        return f"cds-{hashlib.sha256(self.issuer.encode()).hexdigest()[:12]}"

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it may do: ask for cards, and say what was made of them."""
        return frozenset({Scope.ASSESS})

    @property
    def actor(self) -> Actor:
        """Who is put down for what it does."""
        return Actor(self.called, f"CDS Client {self.issuer}")


def read_clients(path: Path) -> tuple[CDSClient, ...]:
    """The CDS Clients in a JSON file (docs/cds-hooks.md). Raises ``ClientsRefused``, and ``ExtraMissing`` without joserfc."""
    try:
        held = exact.read(path.read_bytes())
        clients = tuple(map(_read, held["clients"]))
    except OSError:
        raise ClientsRefused("The file of CDS Clients cannot be read.") from None
    except ClientsRefused:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, Refused):
        raise ClientsRefused("The file of CDS Clients does not fit: docs/cds-hooks.md says what it holds.") from None
    if not clients or len({one.issuer for one in clients}) != len(clients):
        raise ClientsRefused("The file of CDS Clients names at least one, and no issuer twice.")
    return clients


def _read(held: Mapping[str, Any]) -> CDSClient:
    try:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet
    except ImportError:
        raise ExtraMissing("api", "the tokens of CDS Clients") from None
    called, issuer, jku = held["called"], held["issuer"], held.get("jku", "")
    if not all(isinstance(one, str) for one in (called, issuer, jku)) or not called.strip() or not issuer:
        raise ValueError
    for key in held["keys"]["keys"]:
        if _PRIVATE & key.keys():
            raise ClientsRefused(
                "The file of CDS Clients holds a private or shared key. Give public keys alone, and make new ones."
            )
        if not isinstance(key.get("kid"), str):
            raise ClientsRefused("The file of CDS Clients: every key has a kid, by which tokens name it.")
    try:
        return CDSClient(called, issuer, KeySet.import_key_set(cast("KeySetSerialization", held["keys"])), jku)
    except JoseError:
        raise ValueError from None


class CDSClients:
    """The CDS Clients that are trusted, and their tokens that were used. ``url`` is the address at which they reach this server."""

    def __init__(self, clients: Iterable[CDSClient], url: str):
        self._by_issuer = {one.issuer: one for one in clients}
        self._url = url.rstrip("/")
        self._seen: dict[tuple[str, str], int] = {}

    def of(self, token: str, path: str, at: datetime) -> CDSClient | None:
        """The client that signed a token for this path, now, and used it for the first time; None for any other, whatever is wrong with it."""
        from joserfc.errors import JoseError

        now = int(at.timestamp())
        try:
            return self._believed(token, path, now) if len(token) <= LONGEST_TOKEN else None
        except (JoseError, KeyError, TypeError, ValueError):
            return None

    def _believed(self, token: str, path: str, now: int) -> CDSClient | None:
        from joserfc import jws, jwt

        unread = jws.extract_compact(token.encode())
        client = self._by_issuer.get(str(exact.read(unread.payload)["iss"]))
        header = unread.headers()
        if client is None or header.get("typ") != "JWT" or not header.get("kid"):
            return None
        if header.get("jku", client.jku) != client.jku:
            return None
        claims = jwt.decode(token, client.keys, algorithms=SIGNED_WITH).claims
        jwt.JWTClaimsRegistry(
            now=now, leeway=LEEWAY, iss={"essential": True, "value": client.issuer}, aud={"essential": True, "values": self._for(path)},
            exp={"essential": True}, iat={"essential": True}, jti={"essential": True},
        ).validate(claims)  # fmt: skip
        issued, ends, once = claims["iat"], claims["exp"], claims["jti"]
        if not isinstance(once, str) or not 0 < ends - issued <= MOST_SECONDS:
            return None
        return client if self._first((client.issuer, once), int(ends) + LEEWAY, now) else None

    def _for(self, path: str) -> list[str]:
        """Whom a token may be for: the very address that is called; of feedback, the service's own too."""
        return [f"{self._url}{path}", f"{self._url}{path.removesuffix('/feedback')}"]

    def _first(self, token: tuple[str, str], until: int, now: int) -> bool:
        if len(self._seen) >= MOST_SEEN:
            self._seen = {one: ends for one, ends in self._seen.items() if ends >= now}
        if token in self._seen or len(self._seen) >= MOST_SEEN:
            return False
        self._seen[token] = until
        return True
