"""``pharmacyfirst store move``: a folder's store and accounts, moved into PostgreSQL."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import NotDone
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable

if TYPE_CHECKING:
    from pharmacyfirst.store import Anchor

# The option that names the folder of a store.
THE_STORE: dict[str, Any] = {
    "type": options.FOLDER, "envvar": "PHARMACYFIRST_STORE", "required": True, "metavar": "DIR",
    "help": "The folder of the store.  [env: PHARMACYFIRST_STORE]",
}  # fmt: skip


@click.command()
@click.argument("url")
@click.option("--store", "place", **THE_STORE)
@click.option(
    "--site", default="", metavar="ODS", help="Which site, where the folder has several; without, the accounts of all."
)
@click.option(
    "--name",
    default="",
    metavar="NAME",
    help="What it is called there: small letters, digits and _; tells apart what several folders keep in one database. Without, pharmacy, or the site.",
)
def move(url: str, place: Path, site: str, name: str) -> None:
    """Move the store and the accounts of a folder into PostgreSQL, the database at URL, and keep them there from then on.

    The folder goes on being what every program is started with: database.json in it says where, and the anchors stay in it. Every event is
    written there with its digest, and gone through; the files keep other names. A folder without a store joins what is in the database.
    Stop every program that uses the store first. URL has no password: PGPASSFILE names the file that does.

    \b
    Example:
      pharmacyfirst store move postgresql://pharmacy@/pharmacies --store data
    """
    from pharmacyfirst.ledger.places import keep_in_postgres
    from pharmacyfirst.people.accounts import NAME as PEOPLE
    from pharmacyfirst.store.sites import folder_of, sites_in
    from pharmacyfirst.store.store import NAME as STORE

    accounts_alone = bool(sites_in(place)) and not site
    where = place if accounts_alone else folder_of(place, site)
    names = (PEOPLE,) if accounts_alone else (STORE,) if site else (STORE, PEOPLE)
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        moved = keep_in_postgres(where, url, name or site.lower() or "pharmacy", names)
        anchor = None if accounts_alone else _anchor(where)
    except (LedgerUnusable, LedgerDamaged) as error:
        raise NotDone(str(error)) from None
    of = {STORE: "the store", PEOPLE: "the accounts"}
    events = " and ".join(f"{many} of {of[one]}" for one, many in moved.items())
    click.echo(f"Events in PostgreSQL, as they were written: {events}.")
    if anchor is not None:
        click.echo(f"Keep this elsewhere: {anchor}")


def _anchor(where: Path) -> "Anchor":
    from pharmacyfirst.store import open_store

    with open_store(where, lambda: datetime.now(UTC)) as one:
        return one.verify().anchor
