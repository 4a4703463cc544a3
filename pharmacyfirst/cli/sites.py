"""The group ``pharmacyfirst sites``: the sites of one organisation, each a pharmacy with a store of its own."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import NotDone
from pharmacyfirst.cli.people import BY
from pharmacyfirst.cli.serve import DATA
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable
from pharmacyfirst.people import open_people
from pharmacyfirst.people.accounts import accounts_are_in

_data = click.option(
    "--data", type=options.FOLDER, default=DATA, show_default=True, metavar="DIR", help="Folder of the organisation."
)
_ods = click.argument("ods")


@click.group()
def sites() -> None:
    """The sites of one organisation, each a pharmacy with a store of its own.

    What one site has, no other finds. People have their roles at each site; an API key is one site's. Without sites a folder is one pharmacy's own.

    \b
    Example:
      pharmacyfirst sites add FA123 --data data
    """


@sites.command()
@_ods
@_data
def add(ods: str, data: Path) -> None:
    """Add a site by the ODS code of its pharmacy. It is set up on the form by the first who signs in there.

    Start the form again afterwards, and give people their roles there.

    \b
    Example:
      pharmacyfirst sites add FB456 --data data
    """
    from pharmacyfirst.store.sites import add_site, let_people_sign_in, organisation_of

    try:
        add_site(organisation_of(data), ods)
        let_people_sign_in(data, _now, BY)
    except (LedgerUnusable, LedgerDamaged) as error:
        raise NotDone(str(error)) from None
    click.echo(
        f"Added. Give people their roles there: pharmacyfirst people roles WORD --role ROLE --site {ods.strip().upper()}"
    )


@sites.command()
@_ods
@_data
def begin(ods: str, data: Path) -> None:
    """Make of one pharmacy's own folder an organisation's, whose first site has this ODS code. Stop every program that uses it first.

    What is there is moved below, accounts aside, and nothing is written anew. Whoever has a role keeps it, at this site.

    \b
    Example:
      pharmacyfirst sites begin FA123 --data data
    """
    from pharmacyfirst.store.sites import begin_sites, organisation_of

    try:
        made = begin_sites(organisation_of(data), ods)
        many = 0
        if accounts_are_in(data):
            with open_people(data, _now) as people:
                many = people.keep_to_site(made.name, BY)
    except (LedgerUnusable, LedgerDamaged) as error:
        raise NotDone(str(error)) from None
    click.echo(
        f"{made.name} is the first site. {many} people have their roles there; administrators are it for all sites."
    )


@sites.command(name="list")
@_data
def list_(data: Path) -> None:
    """List the sites by their ODS codes.

    \b
    Example:
      pharmacyfirst sites list --data data
    """
    from pharmacyfirst.store.sites import sites_in

    click.echo("\n".join(sites_in(data)) or "None: this folder is one pharmacy's own.")


def _now() -> datetime:
    return datetime.now(UTC)
