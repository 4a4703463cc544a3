"""Starting the form: on this machine alone, with its data in one folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from starlette.applications import Starlette

from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.handover.secret import SecretUnusable, make_secret
from pharmacyfirst.store import open_store
from pharmacyfirst.web.app import form
from pharmacyfirst.web.desk import Desk
from pharmacyfirst.web.pharmacy import read_pharmacy
from pharmacyfirst.web.sessions import QUIET_SECONDS, Sessions

PHARMACY_FILE = "pharmacy.json"
SECRET_FILE = "handover-secret"
ADDRESSES = ("127.0.0.1", "::1", "localhost")


class NotOnThisMachine(PharmacyFirstError, ValueError):
    """The form was to be served on another address than this machine's own, which it does not do before people can sign in."""


def machine_clock() -> datetime:
    """What this machine's clock says."""
    return datetime.now(UTC)


def application(
    folder: Path, *, content: Path | None = None, pharmacy: Path | None = None, clock: Callable[[], datetime] = machine_clock,
    steady: Callable[[], float] = monotonic, quiet: float = QUIET_SECONDS, log: Callable[[str], None] = print,
) -> Starlette:  # fmt: skip
    """The form over a data folder. ``clock`` is the one clock it goes by, ``steady`` counts seconds; ``pharmacy`` is the pharmacy's file.

    Raises nothing: what cannot be opened is refused when it starts.
    """

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[Desk]:
        with open_store(folder, clock) as store:
            file = pharmacy or folder / PHARMACY_FILE
            desk = Desk(content or pathways_folder(), store, clock, file, Sessions(steady, quiet))
            try:
                desk.secret = make_secret(folder / SECRET_FILE)
            except SecretUnusable as unusable:
                log(str(unusable))  # everything else works without it
            yield desk

    return form(open_desk, log)


def must_be_here(address: str) -> None:
    """Raises ``NotOnThisMachine`` for any address but those of this machine itself."""
    if address not in ADDRESSES:
        raise NotOnThisMachine(
            f"The form is served on this machine alone: {', '.join(ADDRESSES)}. Elsewhere anybody in reach could read patients' records."
        )


def must_open(folder: Path, pharmacy: Path | None = None) -> None:
    """Look whether the data folder and the pharmacy's file can be used, so that a mistake is said in words before anything is served.

    Raises ``PharmacyRefused``, ``LedgerUnusable`` or ``StoreRefused``.
    """
    file = pharmacy or folder / PHARMACY_FILE
    if file.exists():
        read_pharmacy(file)
    with open_store(folder, machine_clock):
        pass


def run(app: Starlette, address: str, port: int) -> None:
    """Serve until it is stopped. No line of a log names a path, because one process has no need of it."""
    import uvicorn

    must_be_here(address)
    uvicorn.run(
        app, host=address, port=port, access_log=False, log_level="warning", server_header=False, date_header=False
    )
