"""Where the form is served: on this machine alone, or elsewhere, for people who sign in, over TLS or behind a proxy that is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from pharmacyfirst.errors import PharmacyFirstError

ADDRESSES = ("127.0.0.1", "::1", "localhost")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class NotOnThisMachine(PharmacyFirstError, ValueError):
    """The form was to be served elsewhere than on this machine, and something is missing that it does not do without."""


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

    def came_from_here(self, peer: str) -> bool:
        """Whether a program of this machine asks: where nobody else reaches the form everything does. What comes by a proxy of this machine
        seems to as well.
        """
        return not self.elsewhere or peer in ADDRESSES

    def refuses(self, headers: Mapping[str, str], peer: str) -> str:
        """Why a request is not answered: it asks for another name, or came round the proxy; empty where it is."""
        host = headers.get("host", "")
        if host not in self.names and host.rpartition(":")[0] not in self.names:
            return "This form answers on this machine alone." if not self.elsewhere else "This form has another name."
        if self.proxy and (peer != self.proxy or headers.get("x-forwarded-proto") != "https"):
            return "This form is reached through its proxy alone, over https."
        return ""


HERE = WhereServed()


def place_of(
    address: str, name: str = "", certificate: str = "", key: str = "", proxy: str = "", signing_in: bool = False
) -> WhereServed:
    """Where the form is served with these settings. Raises ``NotOnThisMachine`` for what would let somebody in who should not come in.

    Elsewhere means any address but this machine's own, or a proxy before it: then people have to be able to sign in, browsers have to come
    over TLS, here or at the proxy, and the name by which they come has to be known.
    """
    if bool(certificate) != bool(key):
        raise NotOnThisMachine("TLS needs both the certificate and its key.")
    if address in ADDRESSES and not (name or certificate or proxy):
        return HERE
    if not signing_in:
        raise NotOnThisMachine(
            f"The form is served on this machine alone ({', '.join(ADDRESSES)}) as long as nobody can sign in: elsewhere anybody in reach could "
            "read patients' records. Add people first: pharmacyfirst people add."
        )
    if not (certificate or proxy):
        raise NotOnThisMachine(
            "Elsewhere than on this machine the form is served over TLS alone: give a certificate and its key, or name the proxy that ends TLS. "
            "Otherwise passwords and patients could be read on the way."
        )
    if not name:
        raise NotOnThisMachine(
            "Give the name by which browsers reach the form: requests for any other are not answered."
        )
    if proxy and proxy not in ADDRESSES and not certificate:
        raise NotOnThisMachine(
            "A proxy on another machine is answered over TLS alone: give a certificate and its key as well, or put the proxy on this machine. "
            "Otherwise passwords and patients could be read between the two."
        )
    return WhereServed((name.lower(),), certificate, key, proxy)
