"""Signing in with an identity provider (OpenID Connect, code flow with PKCE): somebody else keeps the passwords, and vouches for who it is.

What the provider says is believed where its key has signed it, for this form, for the very request that this browser was sent with, about a
signing in of just now, and at the level of assurance that the settings demand; everything else lets nobody in. A claim gives the GPhC number,
another one the roles; a role that the settings do not name gives nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from pharmacyfirst import exact
from pharmacyfirst.connections import is_safe
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError, Refused
from pharmacyfirst.people.accounts import People
from pharmacyfirst.people.colleague import Colleague, NewColleague, PeopleRefused, number_that_fits
from pharmacyfirst.people.roles import REGISTERED, Role
from pharmacyfirst.people.signing_in import NotSignedIn

if TYPE_CHECKING:
    from joserfc.jwk import KeySetSerialization

SIGNED_WITH = ["RS256", "PS256", "ES256"]
LATELY = 5 * 60  # seconds: how long ago somebody may have shown the provider that it is they
_LEEWAY = 60
_SECONDS = 5
_GOES_FOR = 10 * 60
_MOST_GOING = 1_000
_KNOWN_FOR = 10 * 60
THE_PROVIDER = "the provider"
NOT_BELIEVED = "The provider's answer cannot be believed, so nobody was let in: {why}. Begin again; if it happens again, tell whoever looks after this form."
NOT_REACHED = "The provider cannot be reached, or does not answer as it should. Sign in with a password where you have one, or try again."


class ProviderRefused(PharmacyFirstError, ValueError):
    """The provider's file does not fit; says which part, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """A provider, and what is demanded of it. ``called`` is what people call it; ``back`` is the address that it sends them back to.

    ``roles`` gives the roles for each value of the claim ``role_claim``. ``assurance``: each of these claims has to have one of its values.
    """

    called: str
    issuer: str
    client_id: str
    back: str
    role_claim: str
    roles: Mapping[str, frozenset[Role]]
    gphc_claim: str
    assurance: Mapping[str, frozenset[str]]
    acr_values: str = ""
    scope: str = "openid profile"
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for: its own subject, names, GPhC number and roles."""

    subject: str
    family: str
    given: tuple[str, ...]
    gphc_number: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class _Gone:
    """A browser that was sent to the provider, and what has to come back with it."""

    at: float
    state: str
    nonce: str
    verifier: str = field(repr=False)


def read_provider(path: Path) -> ProviderSettings:
    """A provider in a JSON file (docs/people.md). Raises ``ProviderRefused``."""
    try:
        held = exact.read(path.read_bytes())
        roles = {str(value): frozenset(map(Role, given)) for value, given in held.pop("roles").items()}
        assurance = {str(claim): frozenset(map(str, values)) for claim, values in held.pop("assurance").items()}
        secret = held.pop("client_secret_file", None)
        settings = ProviderSettings(
            **held, roles=roles, assurance=assurance,
            client_secret=Path(secret).read_text(encoding="utf-8").strip() if secret else "",
        )  # fmt: skip
    except OSError:
        raise ProviderRefused("The provider's file, or that of its secret, cannot be read.") from None
    except (AttributeError, KeyError, TypeError, ValueError, Refused):
        raise ProviderRefused("The provider's file does not fit: docs/people.md says what it holds.") from None
    if not (settings.assurance and all(settings.assurance.values()) and settings.roles):
        raise ProviderRefused(
            "The provider's file has to name at least one role, and at least one claim of assurance with its values."
        )
    for address in (settings.issuer, settings.back):
        if not is_safe(address):
            raise ProviderRefused("The provider's file: issuer and back begin with https.")
    return settings


class Provider:
    """The provider of a form. It is asked over the network, so call it from a thread of its own; it touches no account.

    ``clock`` tells the time, ``steady`` counts seconds.
    """

    def __init__(self, settings: ProviderSettings, clock: Callable[[], datetime], steady: Callable[[], float]):
        self.settings = settings
        self._clock, self._steady = clock, steady
        self._gone: dict[str, _Gone] = {}
        self._known: tuple[float, dict[str, Any]] = (0.0, {})
        self._one_at_a_time = Lock()

    def go_there(self) -> tuple[str, str]:
        """Where to send a browser, and the key that it has to bring back. Raises ``NotSignedIn``."""
        gone = _Gone(self._steady(), secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        more = {"acr_values": self.settings.acr_values} if self.settings.acr_values else {}
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._knows()["authorization_endpoint"], state=gone.state, nonce=gone.nonce, code_verifier=gone.verifier,
                max_age=str(LATELY), prompt="login", **more,
            )  # fmt: skip
        key = secrets.token_urlsafe(32)
        with self._one_at_a_time:
            self._gone = {one: it for one, it in self._gone.items() if gone.at - it.at < _GOES_FOR}
            if len(self._gone) >= _MOST_GOING:
                raise NotSignedIn("Too many are signing in at once: wait some minutes.")
            self._gone[key] = gone
        return str(address), key

    def come_back(self, key: str, given: Mapping[str, str]) -> Vouched:
        """Whom the provider vouches for, by what a browser came back with; each key is good once. Raises ``NotSignedIn``."""
        with self._one_at_a_time:
            gone = self._gone.pop(key, None)
        if gone is None or self._steady() - gone.at >= _GOES_FOR:
            raise NotSignedIn("This signing in was not begun in this browser, or too long ago. Begin again.")
        if not hmac.compare_digest(gone.state.encode(), given.get("state", "").encode()):
            raise _not_believed("it is of another request")
        if given.get("iss", self.settings.issuer) != self.settings.issuer:
            raise _not_believed("it is of another provider")
        if "error" in given or not given.get("code"):
            raise NotSignedIn(
                "The provider did not let you in. Begin again, or sign in with a password where you have one."
            )
        known = self._knows()
        return self._vouched(self._claims(self._token(known, gone, given["code"]), known, gone))

    def _session(self) -> Any:
        try:
            from authlib.integrations.requests_client import OAuth2Session
        except ImportError:
            raise ExtraMissing("people", "signing in with a provider") from None
        one = self.settings
        return OAuth2Session(
            one.client_id, one.client_secret or None, scope=one.scope, redirect_uri=one.back, code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if one.client_secret else "none", default_timeout=_SECONDS,
        )  # fmt: skip

    def _asked(self, address: str) -> dict[str, Any]:
        """What stands at an address of the provider's. Raises ``NotSignedIn``."""
        import requests

        try:
            reply = requests.get(address, timeout=_SECONDS, allow_redirects=False)
            held = reply.json() if reply.status_code == 200 else None
        except (requests.RequestException, ValueError):
            held = None
        if not isinstance(held, dict):
            raise NotSignedIn(NOT_REACHED)
        return held

    def _knows(self) -> dict[str, Any]:
        """What the provider says of itself, asked anew after some minutes. Raises ``NotSignedIn``."""
        at, known = self._known
        if not known or self._steady() - at >= _KNOWN_FOR:
            known = self._said()
            self._known = self._steady(), known
        return known

    def _said(self) -> dict[str, Any]:
        known = self._asked(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if known.get("issuer") != self.settings.issuer:
            raise _not_believed("it is of another provider")
        if not all(is_safe(known.get(f"{one}")) for one in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
            raise _not_believed("it would go over a way that others can read")
        return known

    def _token(self, known: Mapping[str, Any], gone: _Gone, code: str) -> str:
        import requests
        from authlib.common.errors import AuthlibBaseError

        try:
            with self._session() as session:
                held = session.fetch_token(
                    known["token_endpoint"],
                    code=code,
                    code_verifier=gone.verifier,
                    grant_type="authorization_code",
                    allow_redirects=False,
                )
            return str(held["id_token"])
        except (requests.RequestException, AuthlibBaseError, KeyError, TypeError, ValueError):
            raise NotSignedIn(NOT_REACHED) from None

    def _claims(self, token: str, known: Mapping[str, Any], gone: _Gone) -> dict[str, Any]:
        """What the provider has signed, once all of it fits. Raises ``NotSignedIn``."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        one, now = self.settings, int(self._clock().timestamp())
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", self._asked(known["jwks_uri"])))
            claims = dict(jwt.decode(token, keys, algorithms=SIGNED_WITH).claims)
            jwt.JWTClaimsRegistry(
                now=now, leeway=_LEEWAY, iss={"essential": True, "value": one.issuer}, aud={"essential": True, "value": one.client_id},
                nonce={"essential": True, "value": gone.nonce}, sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
            ).validate(claims)  # fmt: skip
        except (JoseError, KeyError, TypeError, ValueError):
            raise _not_believed(
                "it is not signed by the provider, or not for this form, this request or this moment"
            ) from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else one.client_id) != one.client_id:
            raise _not_believed("it is for another program")
        at = claims.get("auth_time")
        if not isinstance(at, int) or now - at > LATELY + _LEEWAY:
            raise _not_believed("it does not say that you have signed in just now")
        return claims

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        one = self.settings
        if not all(_values(claims.get(claim)) & values for claim, values in one.assurance.items()):
            raise NotSignedIn(
                "The provider does not say that you have signed in as strongly as is demanded here: use your smartcard or passkey there."
            )
        roles = frozenset(role for value in _values(claims.get(one.role_claim)) for role in one.roles.get(value, ()))
        number = str(claims.get(one.gphc_claim) or "") if roles & REGISTERED else ""
        try:
            number = number_that_fits(roles, number)
        except PeopleRefused:
            raise NotSignedIn(
                "The provider does not give you a role that is known here, or not the GPhC number that goes with it."
            ) from None
        given = str(claims.get("given_name") or "").split()
        return Vouched(
            f"{one.issuer} {claims['sub']}", str(claims.get("family_name") or ""), tuple(given), number, roles
        )


def _not_believed(why: str) -> NotSignedIn:
    return NotSignedIn(NOT_BELIEVED.format(why=why))


def _values(claim: object) -> set[str]:
    """The values of a claim that is one text or several."""
    return {one for one in (claim if isinstance(claim, list) else [claim]) if isinstance(one, str)}


def let_in(people: People, vouched: Vouched, site: str = "") -> Colleague:
    """The account of whom the provider vouches for, which is put down: known by the subject, or by the GPhC number from now on, or made now.

    An account with a password keeps the roles that it was given here; one that only the provider lets in has those that it says. Where there
    are several sites no account is made and no role changed: a provider does not know who belongs to which, so an administrator says it.
    Raises ``NotSignedIn`` for who was disabled, who has no role at the site, and where what it says does not fit what is known here.
    """
    try:
        one = people.who_is(vouched.subject) or _known_by_number(people, vouched) or _made(people, vouched, site)
        if not one.active or (one.gphc_number and vouched.gphc_number and one.gphc_number != vouched.gphc_number):
            raise NotSignedIn("The provider knows you, and this form does not let you in: ask your administrator.")
        if not (site or one.password) and one.roles != vouched.roles:
            one = people.set_roles(one.id, vouched.roles, vouched.gphc_number, by=THE_PROVIDER)
    except PeopleRefused as refused:
        raise NotSignedIn(f"What the provider says does not fit what is known here. {refused}") from None
    if not one.roles_at(site) & vouched.roles:
        raise NotSignedIn("The provider vouches for no role that you have here: ask your administrator.")
    people.signed_in(one.id, "the provider")
    return one


def _known_by_number(people: People, vouched: Vouched) -> Colleague | None:
    """Whoever has the GPhC number that the provider vouches for: from now on it knows them by its subject."""
    found = next((one for one in people.all() if vouched.gphc_number and one.gphc_number == vouched.gphc_number), None)
    if found is None:
        return None
    if found.subject:
        raise NotSignedIn("The provider knows somebody else by this GPhC number: ask your administrator.")
    return people.link(found.id, vouched.subject, by=THE_PROVIDER)


def _made(people: People, vouched: Vouched, site: str) -> Colleague:
    if site:
        raise NotSignedIn("Nobody has given you a role at this site: ask your administrator.")
    word = f"provider-{hashlib.sha256(vouched.subject.encode()).hexdigest()[:12]}"
    one = people.add(
        NewColleague(word, vouched.family, vouched.given, vouched.roles, vouched.gphc_number), by=THE_PROVIDER
    )
    return people.link(one.id, vouched.subject, by=THE_PROVIDER)
