"""Where the form is served: on this machine alone, or elsewhere, for people who sign in, over TLS or behind a proxy that is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from pharmacyfirst.connections import (
    ADDRESSES,
    LOOPBACK,
    ONCE,
    NotServed,
    asks_for,
    refuse_half_of_tls,
    refuse_to_be_overheard,
    stands_twice,
)

ONCE_HERE = ONCE | {"sec-fetch-site", "x-forwarded-proto"}  # by these it is told who asks, and how they came


@dataclass(frozen=True, slots=True)
class WhereServed:
    """By which names browsers reach the form, and how. ``certificate`` and ``key`` are files for TLS; ``proxy`` is the address of the one
    proxy that may pass requests on, having ended TLS itself.
    """

    names: tuple[str, ...] = LOOPBACK
    certificate: str = ""
    key: str = ""
    proxy: str = ""

    @property
    def elsewhere(self) -> bool:
        """Whether other machines reach it."""
        return self.names != LOOPBACK

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https, so that its cookies go nowhere else."""
        return bool(self.certificate or self.proxy)

    @property
    def scheme(self) -> str:
        """How an address of the form begins, as browsers reach it."""
        return "https" if self.secure else "http"

    @property
    def cookie(self) -> str:
        """The name of the cookie. With this prefix a browser takes it from https and for this very name alone."""
        return "__Host-desk" if self.secure else "desk"

    @property
    def cookie_of_the_way(self) -> str:
        """The name of the cookie of a browser that is on its way to a provider and back."""
        return f"{self.cookie}-way"

    @property
    def cookie_of_site(self) -> str:
        """The name of the cookie that says in which site of several a browser stands; it lets nobody in."""
        return f"{self.cookie}-site"

    def came_from_here(self, peer: str) -> bool:
        """Whether a program of this machine asks: where nobody else reaches the form everything does. What comes by a proxy of this machine
        seems to as well.
        """
        return not self.elsewhere or peer in ADDRESSES

    def refuses(self, headers: Mapping[str, str], peer: str) -> str:
        """Why a request is not answered: what it goes by stands twice, it asks for another name, or came round the proxy; empty where it is."""
        if twice := stands_twice(headers.keys(), ONCE_HERE):
            return f"{twice} stands twice among the headers, so it is not known which is meant. Nothing was done."
        if not asks_for(headers.get("host", ""), self.names):
            return "This form answers on this machine alone." if not self.elsewhere else "This form has another name."
        if self.proxy and (peer != self.proxy or headers.get("x-forwarded-proto") != "https"):
            return "This form is reached through its proxy alone, over https."
        return ""


HERE = WhereServed()


def place_of(
    address: str, name: str = "", certificate: str = "", key: str = "", proxy: str = "", signing_in: bool = False
) -> WhereServed:
    """Where the form is served with these settings. Raises ``NotServed`` for what would let somebody in who should not come in.

    Elsewhere means any address but this machine's own, or a proxy before it: then people have to be able to sign in, browsers have to come
    over TLS, here or at the proxy, and the name by which they come has to be known.
    """
    refuse_half_of_tls(certificate, key)
    if address in ADDRESSES and not (name or certificate or proxy):
        return HERE
    if not signing_in:
        raise NotServed(
            f"The form is served on this machine alone ({', '.join(ADDRESSES)}) as long as nobody can sign in: elsewhere anybody in reach could "
            "read patients' records. Add people first: pharmacyfirst people add."
        )
    refuse_to_be_overheard(certificate, proxy)
    if not name:
        raise NotServed("Give the name by which browsers reach the form: requests for any other are not answered.")
    return WhereServed((name.lower(),), certificate, key, proxy)
