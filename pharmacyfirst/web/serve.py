"""Starting the form: on this machine alone unless people sign in, with its data in one folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from starlette.applications import Starlette

from pharmacyfirst.connections import CIPHERS, protocol
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.handover.secret import SecretUnusable, make_secret
from pharmacyfirst.log import tell, warn
from pharmacyfirst.people import PeopleRefused, SigningIn, open_people
from pharmacyfirst.people.passwords import must_be_usable
from pharmacyfirst.people.provider import Provider, ProviderSettings
from pharmacyfirst.store import open_store
from pharmacyfirst.web.app import form
from pharmacyfirst.web.desk import Desk
from pharmacyfirst.web.health import ROOM, look
from pharmacyfirst.web.pharmacy import read_pharmacy
from pharmacyfirst.web.place import HERE, WhereServed
from pharmacyfirst.web.sessions import QUIET_SECONDS, Sessions

PHARMACY_FILE = "pharmacy.json"
SECRET_FILE = "handover-secret"
MOST_AT_ONCE = 800  # connections
ACCOUNTS_GONE = (
    "People sign in here, and the file of their accounts is gone. Put a copy of people.sqlite back (pharmacyfirst people restore), or add an "
    "administrator: pharmacyfirst people add."
)


def machine_clock() -> datetime:
    """What this machine's clock says."""
    return datetime.now(UTC)


def application(
    folder: Path, *, content: Path | None = None, pharmacy: Path | None = None, clock: Callable[[], datetime] = machine_clock,
    steady: Callable[[], float] = monotonic, quiet: float = QUIET_SECONDS, place: WhereServed = HERE,
    provider: ProviderSettings | None = None,
) -> Starlette:  # fmt: skip
    """The form over a data folder. ``clock`` is the one clock it goes by, ``steady`` counts seconds; ``pharmacy`` is the pharmacy's file,
    ``place`` where browsers reach it, ``provider`` the identity provider with which people may sign in.

    Raises nothing: what cannot be opened is refused when it starts.
    """

    from pharmacyfirst import __version__

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[Desk]:
        with open_store(folder, clock) as store, open_people(folder, clock) as people:
            desk = Desk(
                content or pathways_folder(), store, clock, pharmacy or folder / PHARMACY_FILE,
                Sessions(steady, quiet), people, SigningIn(people, steady), place,
                Provider(provider, clock, steady) if provider is not None else None,
            )  # fmt: skip
            try:
                desk.secret = make_secret(folder / SECRET_FILE)
            except SecretUnusable as unusable:
                warn(ROOM, str(unusable))  # everything else works without it
            tell(ROOM, "started", {"version": __version__})
            look(desk)  # and read the content now, not while somebody waits
            yield desk

    return form(open_desk)


def must_open(folder: Path, pharmacy: Path | None = None) -> bool:
    """Look whether the data folder and the pharmacy's file can be used, so that a mistake is said in words before anything is served.

    Whether people sign in there. Raises ``PharmacyRefused``, ``LedgerUnusable``, ``StoreRefused``, ``PeopleRefused`` or ``ExtraMissing``.
    """
    file = pharmacy or folder / PHARMACY_FILE
    if file.exists():
        read_pharmacy(file)
    with open_store(folder, machine_clock) as store, open_people(folder, machine_clock) as people:
        if store.people_sign_in and not people.are_there:
            raise PeopleRefused(ACCOUNTS_GONE)
        if people.are_there:
            must_be_usable()
        return people.can_sign_in


def run(app: Starlette, address: str, port: int, place: WhereServed = HERE) -> None:
    """Serve until it is stopped. What is written of it is written by ``pharmacyfirst.log`` alone."""
    import uvicorn

    uvicorn.run(
        app, host=address, port=port, access_log=False, log_config=None, log_level="warning", server_header=False, date_header=False,
        timeout_graceful_shutdown=5, proxy_headers=False, ssl_certfile=place.certificate or None, ssl_keyfile=place.key or None,
        ssl_ciphers=CIPHERS, http=protocol(), limit_concurrency=MOST_AT_ONCE,
    )  # fmt: skip
