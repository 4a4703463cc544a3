"""Starting the form: on this machine alone unless people sign in, with its data in one folder."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic

from starlette.applications import Starlette
from starlette.types import ASGIApp

from pharmacyfirst import connections
from pharmacyfirst.connections import machine_clock
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.handover.secret import SecretUnusable, make_secret
from pharmacyfirst.log import tell, warn
from pharmacyfirst.people import People, PeopleRefused, SigningIn, open_people
from pharmacyfirst.people.passwords import must_be_usable
from pharmacyfirst.people.provider import Provider, ProviderSettings
from pharmacyfirst.store import open_store
from pharmacyfirst.store.sites import folder_of, organisation_of, sites_in
from pharmacyfirst.web.app import form
from pharmacyfirst.web.desk import Desk
from pharmacyfirst.web.health import ROOM, look
from pharmacyfirst.web.pharmacy import PharmacyRefused, read_pharmacy
from pharmacyfirst.web.place import HERE, WhereServed
from pharmacyfirst.web.sessions import QUIET_SECONDS, Sessions
from pharmacyfirst.web.sites import FormOfSites

PHARMACY_FILE = "pharmacy.json"
SECRET_FILE = "handover-secret"
MOST_AT_ONCE = 800  # connections
ACCOUNTS_GONE = (
    "People sign in here, and the file of their accounts is gone. Put a copy of people.sqlite back (pharmacyfirst people restore), or add an "
    "administrator: pharmacyfirst people add."
)


SIGN_IN_FIRST = "There are several sites in this folder, so people have to sign in: pharmacyfirst people add."


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What every site's form is served with."""

    content: Path
    clock: Clock
    steady: Callable[[], float]
    quiet: float
    place: WhereServed
    provider: ProviderSettings | None


def application(
    folder: Path, *, content: Path | None = None, pharmacy: Path | None = None, clock: Clock = machine_clock,
    steady: Callable[[], float] = monotonic, quiet: float = QUIET_SECONDS, place: WhereServed = HERE,
    provider: ProviderSettings | None = None,
) -> Starlette | FormOfSites:  # fmt: skip
    """The form over a data folder, of each of its sites where it has several. ``clock`` is the one clock it goes by, ``steady`` counts
    seconds; ``pharmacy`` is the pharmacy's file, ``place`` where browsers reach it, ``provider`` the identity provider with which people may sign in.

    Raises nothing: what cannot be opened is refused when it starts.
    """
    settings = FormSettings(content or pathways_folder(), clock, steady, quiet, place, provider)
    shared = AtTheDoor(folder, settings)
    if shared.sites:
        forms = {site: form(partial(_desk, shared, folder_of(folder, site), site)) for site in shared.sites}
        return FormOfSites(forms, shared.opened, place)

    @asynccontextmanager
    async def alone() -> AsyncIterator[Desk]:
        with shared.opened():
            async with _desk(shared, folder, "", pharmacy) as desk:
                yield desk

    return form(alone)


class AtTheDoor:
    """Who may come in, at all sites of an organisation alike: the accounts, and what makes guessing hopeless."""

    people: People
    signing_in: SigningIn

    def __init__(self, folder: Path, settings: FormSettings):
        self.settings, self.sites, self._folder = settings, sites_in(folder), folder

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The accounts, open."""
        with open_people(self._folder, self.settings.clock) as people:
            self.people, self.signing_in = people, SigningIn(people, self.settings.steady)
            yield


@asynccontextmanager
async def _desk(door: AtTheDoor, folder: Path, site: str, pharmacy: Path | None = None) -> AsyncIterator[Desk]:
    """The desk over a site's own folder."""
    from pharmacyfirst import __version__

    one = door.settings
    with open_store(folder, one.clock) as store:
        desk = Desk(
            one.content, store, one.clock, pharmacy or folder / PHARMACY_FILE, Sessions(one.steady, one.quiet), door.people, door.signing_in,
            one.place, Provider(one.provider, one.clock, one.steady) if one.provider is not None else None, site=site,
            sites=door.sites,
        )  # fmt: skip
        try:
            desk.secret = make_secret(folder / SECRET_FILE)
        except SecretUnusable as unusable:
            warn(ROOM, str(unusable))  # everything else works without it
        tell(ROOM, "started", {"version": __version__})
        look(desk)  # and read the content now, not while somebody waits
        yield desk


def must_open(folder: Path, pharmacy: Path | None = None) -> bool:
    """Look whether the data folder and the pharmacy's file can be used, so that a mistake is said in words before anything is served.

    Whether people sign in there. Raises ``PharmacyRefused``, ``LedgerUnusable``, ``StoreRefused``, ``PeopleRefused`` or ``ExtraMissing``.
    """
    sites = sites_in(organisation_of(folder))
    if sites and pharmacy is not None:
        raise PharmacyRefused(
            "There are several sites in this folder, each with a pharmacy's file of its own: leave --pharmacy out."
        )
    with open_people(folder, machine_clock) as people:
        if sites and not people.are_there:
            raise PeopleRefused(SIGN_IN_FIRST)
        for site in sites or ("",):
            _must_open_site(folder_of(folder, site), site, pharmacy, people)
        if people.are_there:
            must_be_usable()
        return people.can_sign_in


def _must_open_site(folder: Path, site: str, pharmacy: Path | None, people: People) -> None:
    file = pharmacy or folder / PHARMACY_FILE
    if file.exists() and read_pharmacy(file).pharmacy.ods != site and site:
        raise PharmacyRefused(f"ODS code: the file of the site {site} is another pharmacy's.")
    with open_store(folder, machine_clock) as store:
        if store.people_sign_in and not people.are_there:
            raise PeopleRefused(ACCOUNTS_GONE)


def run(app: ASGIApp, address: str, port: int, place: WhereServed = HERE) -> None:
    """Serve until it is stopped."""
    connections.run(app, address, port, most_at_once=MOST_AT_ONCE, certificate=place.certificate, key=place.key)
