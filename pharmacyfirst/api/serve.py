"""Starting the API: on this machine, or elsewhere with keys and either TLS or a proxy that is named."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from starlette.applications import Starlette

from pharmacyfirst import connections
from pharmacyfirst.api.app import ROOM, Callers, api
from pharmacyfirst.api.buckets import Buckets
from pharmacyfirst.api.desk import ApiDesk
from pharmacyfirst.api.hooks.clients import CDSClients, read_clients
from pharmacyfirst.api.hooks.feedback import CardsGiven
from pharmacyfirst.api.hooks.origins import checked
from pharmacyfirst.api.keys import API, Keys
from pharmacyfirst.api.once import Once
from pharmacyfirst.connections import (
    ADDRESSES,
    NotServed,
    is_safe,
    machine_clock,
    refuse_half_of_tls,
    refuse_to_be_overheard,
)
from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.log import tell
from pharmacyfirst.store import Watch, open_store

MOST_AT_ONCE = 500  # connections
PLAIN_ADDRESS = re.compile(r"[^?#@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """What whoever starts the API chooses. Without ``data`` nothing is kept and there are no keys.

    ``rate`` and ``burst`` are calls of one key a second, and at once. ``certificate`` and ``private_key`` are for TLS; ``proxy`` is the
    address of the one proxy that may call. ``url`` is the address at which others reach the server; ``cds_clients`` is the file of the CDS
    Clients that are trusted, ``cds_origins`` are the sites whose pages may call the services of CDS Hooks.
    """

    data: Path | None = None
    content: Path | None = None
    adoption: Path | None = None
    mailbox: str = ""
    host: str = "127.0.0.1"
    port: int = 8090
    rate: float = 100.0
    burst: float = 200.0
    certificate: Path | None = None
    private_key: Path | None = None
    proxy: str = ""
    url: str = ""
    cds_clients: Path | None = None
    cds_origins: tuple[str, ...] = ()

    @property
    def here(self) -> bool:
        """Whether it listens to its own machine alone."""
        return self.host in ADDRESSES

    @property
    def reached_at(self) -> str:
        """The address at which it is reached; empty where only whoever runs it could know that, and did not say."""
        if self.url or not self.here:
            return self.url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate is not None else 'http'}://{host}:{self.port}"


def must_be_safe(settings: ApiSettings) -> None:
    """Raises ``NotServed`` for an address other than this machine's own without keys, or without TLS or a trusted proxy."""
    refuse_half_of_tls(settings.certificate, settings.private_key)
    if settings.url and not (is_safe(settings.url) and PLAIN_ADDRESS.fullmatch(settings.url)):
        raise NotServed(
            "The address at which the API is reached begins with https:// (http:// on this machine alone), and has no query."
        )
    if settings.cds_clients is not None and (settings.data is None or not settings.url):
        raise NotServed(
            "CDS Clients sign tokens for the address at which they reach the API, and what they do is put down: give --url and --data."
        )
    for origin in settings.cds_origins:
        checked(origin)
    if settings.here:
        return
    if settings.data is None:
        raise NotServed(
            "Another address than this machine's own needs API keys, which are kept in the data folder: give --data. Anybody could call it."
        )
    refuse_to_be_overheard(settings.certificate, settings.proxy)


def must_open(settings: ApiSettings) -> None:
    """Look whether data folder and adoption can be used, so that a mistake is said in words before anything is served. Raises as they do."""
    if settings.adoption is not None:
        read_adoption(settings.adoption)
    if settings.cds_clients is not None:
        read_clients(settings.cds_clients)
    if settings.data is not None:
        with open_store(settings.data, machine_clock):
            pass


def application(
    settings: ApiSettings, *, clock: Callable[[], datetime] = machine_clock, ticks: Callable[[], float] = monotonic
) -> Starlette:
    """The API with these settings. ``clock`` is the one clock it goes by, ``ticks`` counts seconds. What cannot be opened is refused when it starts."""

    from pharmacyfirst import __version__

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[ApiDesk]:
        tell(ROOM, "started", {"version": __version__})
        watch = Watch(settings.content or pathways_folder(), settings.adoption)
        desk = ApiDesk(
            watch, clock, ticks, Buckets(settings.rate, settings.burst, ticks), mailbox=settings.mailbox, url=settings.reached_at
        )  # fmt: skip
        if settings.data is None:
            yield desk
            return
        with open_store(settings.data, clock) as store:
            writer = store.ledger.reserve(API)
            desk.store, desk.keys, desk.once = store, Keys(store.ledger, writer, ticks), Once(store.ledger, writer)
            desk.cards = CardsGiven(store.ledger, writer)
            if settings.cds_clients is not None:
                desk.clients = CDSClients(read_clients(settings.cds_clients), settings.reached_at)
            yield desk

    return api(open_desk, Callers(settings.proxy, settings.here), settings.cds_origins)


def run(app: Starlette, settings: ApiSettings) -> None:
    """Serve until it is stopped. What is written of it is written by ``pharmacyfirst.log`` alone."""
    must_be_safe(settings)
    connections.run(
        app,
        settings.host,
        settings.port,
        most_at_once=MOST_AT_ONCE,
        certificate=settings.certificate,
        key=settings.private_key,
    )
