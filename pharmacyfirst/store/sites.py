"""The sites of one organisation: a folder each below the organisation's, with a store, a pharmacy's file, anchors and keys of its own.

::

    data/people.sqlite          the accounts, for all sites
    data/sites/FA123/           what a pharmacy that has no other sites keeps in its data folder, accounts aside
    data/sites/FB456/

A site's consultations are in its own ledger and in no other, so nothing has to be left out of what is looked for there. A folder without
``sites`` is one pharmacy's own, and nobody is asked for a site.
"""

import os
from pathlib import Path

from pharmacyfirst.kernel.identifiers import WrongIdentifier, pharmacy_ods
from pharmacyfirst.ledger.file import on_disk
from pharmacyfirst.ledger.places import DATABASE
from pharmacyfirst.store.deeds import Actor, StoreRefused
from pharmacyfirst.store.kept import Clock
from pharmacyfirst.store.store import open_store, store_is_in

SITES = "sites"
_ACCOUNTS = "people."  # what stays in the organisation's folder
_BEGUN = "beginning"


def sites_in(folder: Path) -> tuple[str, ...]:
    """The ODS codes of the sites of an organisation's folder, in order; none where it is one pharmacy's own."""
    below = folder / SITES
    return tuple(sorted(one.name for one in below.iterdir() if _is_code(one.name))) if below.is_dir() else ()


def folder_of(folder: Path, site: str = "") -> Path:
    """The folder in which a site's store is, or the one pharmacy's own where there are no sites. Raises ``StoreRefused``.

    Where there are several, one has to be named: nothing is ever read from, or written to, a site that nobody meant.
    """
    sites = sites_in(folder)
    if site.upper() in sites:
        return folder / SITES / site.upper()
    if sites and not site:
        raise StoreRefused(f"There are several sites in this folder: name one with --site ({', '.join(sites)}).")
    if sites:
        raise StoreRefused("There is no such site: pharmacyfirst sites list.")
    if site:
        raise StoreRefused("This folder is one pharmacy's own, and has no sites: leave --site out.")
    return folder


def organisation_of(folder: Path) -> Path:
    """The folder itself, where it is no single site's. Raises ``StoreRefused`` for one that is: its accounts are the organisation's."""
    if folder.absolute().parent.name == SITES and _is_code(folder.name):
        raise StoreRefused("This is the folder of one site: name the organisation's, two above it.")
    return folder


def add_site(folder: Path, site: str) -> Path:
    """Make the folder of a site, which is then one of the organisation's; the folder.

    Raises ``StoreRefused`` for what is no ODS code of a pharmacy, a site that is there, and a folder that is still one pharmacy's own.
    """
    code = _code(site)
    if code in sites_in(folder):
        raise StoreRefused("There is this site already. Nothing was changed.")
    if not sites_in(folder) and store_is_in(folder):
        raise StoreRefused(
            "There is one pharmacy's own store in this folder. Say first which site that is: pharmacyfirst sites begin ODS."
        )
    made = folder / SITES / code
    for one in (folder, folder / SITES, made):
        if not one.is_dir():
            one.mkdir(mode=0o700, parents=True)
            on_disk(one)
    return made


def begin_sites(folder: Path, site: str) -> Path:
    """Make of one pharmacy's own folder an organisation's, whose first site it is; the folder of the site. No program may have it open.

    Nothing is copied or written anew: what is there, accounts aside, is moved below, the store before its anchors, and the site has its name
    when all of it is there. Broken off, it is done again. Raises ``StoreRefused``.
    """
    code = _code(site)
    if sites_in(folder) == (code,):
        return folder / SITES / code
    if sites_in(folder):
        raise StoreRefused("There are sites in this folder already: pharmacyfirst sites add ODS.")
    half = folder / SITES / _BEGUN
    if not (half.is_dir() or store_is_in(folder)):
        raise StoreRefused(
            "There is no store in this folder. Nothing was changed: pharmacyfirst sites add ODS makes a site."
        )
    half.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / SITES).chmod(0o700)
    stays = {SITES, DATABASE}
    moved = [one for one in folder.iterdir() if one.name not in stays and not one.name.startswith(_ACCOUNTS)]
    for one in sorted(moved, key=lambda one: (one.name.startswith("anchors"), one.name)):
        os.replace(one, half / one.name)
    if (folder / DATABASE).exists():
        (half / DATABASE).write_bytes((folder / DATABASE).read_bytes())
        (half / DATABASE).chmod(0o600)
        on_disk(half / DATABASE)
    on_disk(half)
    os.replace(half, folder / SITES / code)
    on_disk(folder / SITES / code)
    return folder / SITES / code


def let_people_sign_in(folder: Path, clock: Clock, by: str) -> None:
    """From now on people sign in at every site of a folder, or in the one pharmacy that it is; there is no way back."""
    for site in sites_in(folder) or ("",):
        with open_store(folder_of(folder, site), clock) as store:
            store.let_people_sign_in(Actor(by, "administrator of the machine"))


def _code(site: str) -> str:
    try:
        return pharmacy_ods(site)
    except WrongIdentifier as wrong:
        raise StoreRefused(f"A site is named by the ODS code of its pharmacy: {wrong}.") from None


def _is_code(name: str) -> bool:
    try:
        return pharmacy_ods(name) == name
    except WrongIdentifier:
        return False
