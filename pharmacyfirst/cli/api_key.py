"""The group ``pharmacyfirst api-key``: who may call the JSON API, for what, and until when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable

if TYPE_CHECKING:
    from pharmacyfirst.api.keys import Key, Keys

SCOPES = ("content", "assess", "authorise", "records", "messages", "inbound")


def _data(command: options.Command) -> options.Command:
    """The data folder, of the one site where there are several: a key is one site's."""
    return options.site(
        click.option(
            "--data", type=options.FOLDER, required=True, metavar="DIR", callback=options.in_site,
            help="The data folder that the API is started with.",
        )(command)
    )  # fmt: skip


_by = click.option("--by", required=True, metavar="NAME", help="Who does this; kept with the key.")


@click.group(name="api-key")
def api_key() -> None:
    """API keys: made, listed, revoked.

    \b
    Example:
      pharmacyfirst api-key list --data data
    """


@api_key.command()
@_data
@_by
@click.option(
    "--holder", required=True, metavar="NAME", help="Whose key it is; put down with all that is written with it."
)
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What it may do; may be repeated.",
)
@click.option("--days", type=click.IntRange(1, 400), default=90, show_default=True, help="For how many days.")
def make(data: Path, by: str, holder: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a key. It is printed once, alone on standard output, and kept as a digest: who loses it makes another.

    \b
    Example:
      pharmacyfirst api-key make --data data --holder "Our PMR" --scope assess --scope records --by "A. Pharmacist"
    """
    from pharmacyfirst.api.keys import Scope

    with _keys(data, new=True) as keys:
        text, key = keys.make(holder, map(Scope, scopes), days, by, _now())
    click.echo(f"Key {key.id}, until {key.expires_at:%Y-%m-%d %H:%M} UTC. It is shown this once:", err=True)
    click.echo(text)


@api_key.command(name="list")
@_data
def list_(data: Path) -> None:
    """List every key that was ever made, with its id, holder, scopes and end; no secret.

    \b
    Example:
      pharmacyfirst api-key list --data data
    """
    with _keys(data) as keys:
        found = keys.all()
    for key in found:
        click.echo(_line(key))
    if not found:
        click.echo("None.")


@api_key.command()
@click.argument("id")
@_data
@_by
def revoke(id: str, data: Path, by: str) -> None:
    """Revoke the key of this ID: it does nothing any more, also in a server that runs, within a second.

    \b
    Example:
      pharmacyfirst api-key revoke 0123456789ab --data data --by "A. Pharmacist"
    """
    with _keys(data) as keys:
        key = keys.revoke(id, by, _now())
    click.echo(_line(key))


def _line(key: "Key") -> str:
    ended = (
        f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
        if key.revoked_at
        else f"until {key.expires_at:%Y-%m-%d %H:%M} UTC"
    )
    return f"{key.id} {key.holder}: {', '.join(sorted(one.value for one in key.scopes))}; {ended}"


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _keys(data: Path, new: bool = False) -> "Iterator[Keys]":
    from pharmacyfirst.api.keys import API, Keys
    from pharmacyfirst.store import open_store
    from pharmacyfirst.store.store import store_is_in

    try:
        if not new and not store_is_in(data):
            raise BadInput("There is no store in that folder.")
        with open_store(data, _now) as store:
            yield Keys(store.ledger, store.ledger.reserve(API), monotonic)
    except (LedgerUnusable, LedgerDamaged) as error:
        raise NotDone(str(error)) from None
