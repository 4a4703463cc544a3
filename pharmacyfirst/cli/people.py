"""The group ``pharmacyfirst people``: accounts made and looked after from the terminal, by whoever has the machine.

A password is asked for and never an argument, because arguments can be read by every process of the machine and stay in the shell's history.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone
from pharmacyfirst.cli.serve import DATA
from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable
from pharmacyfirst.people import OF_ALL_SITES, NewColleague, People, PeopleRefused, Role, open_people
from pharmacyfirst.people.accounts import accounts_are_in, put_back
from pharmacyfirst.people.colleague import everything

if TYPE_CHECKING:
    from pharmacyfirst.people import Colleague

BY = "at the terminal"

_data = click.option(
    "--data", type=options.FOLDER, default=DATA, show_default=True, metavar="DIR", help="Folder of the records."
)
_word = click.argument("word")
_sites = click.option(
    "--site", "sites", multiple=True, metavar="ODS",
    help="Where there are several sites: at which; may be given several times. An administrator is one for all, and an auditor without it.",
)  # fmt: skip
_gphc = click.option("--gphc", default="", metavar="NUMBER", help="GPhC number of a pharmacist or technician.")
_roles = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What they are; may be given several times.",
)


@click.group()
def people() -> None:
    """Who may come in: the accounts of the pharmacy's people, with their roles.

    As long as there is nobody, the form is for this machine alone and asks for a PIN. From the first one on everybody signs in.

    \b
    Example:
      pharmacyfirst people add robin --family Sample --given Robin --role pharmacist --role administrator --gphc 2999999
    """


@people.command()
@_word
@click.option("--family", required=True, help="Family name.")
@click.option("--given", default="", help="Given names.")
@_roles
@_sites
@_gphc
@_data
def add(
    word: str, family: str, given: str, roles: tuple[str, ...], sites: tuple[str, ...], gphc: str, data: Path
) -> None:
    """Add somebody, who signs in with WORD. The first has to be an administrator. Let them type their password themselves.

    \b
    Example:
      pharmacyfirst people add robin --family Sample --given Robin --role pharmacist --role administrator --gphc 2999999
    """
    from pharmacyfirst.people.passwords import must_be_good
    from pharmacyfirst.store.sites import let_people_sign_in, organisation_of

    with _told():
        everywhere, at = _where(organisation_of(data), {Role(role) for role in roles}, sites)
        who = NewColleague(word, family, tuple(given.split()), everywhere, gphc, at)
        with open_people(data, _now) as accounts:
            _must_be_able_to_be_first(accounts, who)
            password = _asked()
            must_be_good(password, (word, family, *given.split()))
            # First of all nobody comes in any more without signing in: the other way round a power cut would leave the door as it was.
            let_people_sign_in(data, _now, BY)
            one = accounts.add(who, by=BY)
            accounts.choose_password(one.id, password, by=BY)
    click.echo("Added. From now on the form lets nobody in who has not signed in.")


def _where(data: Path, roles: set[Role], sites: tuple[str, ...]) -> tuple[set[Role], dict[str, set[Role]]]:
    """Roles for all that there is, and those at the sites that were named. Raises ``BadInput``, ``StoreRefused``."""
    from pharmacyfirst.store.sites import folder_of, sites_in

    for site in sites:
        folder_of(data, site)
    if not sites_in(data):
        return roles, {}
    everywhere = roles & ({Role.ADMINISTRATOR} if sites else OF_ALL_SITES)
    if not sites and roles - everywhere:
        raise BadInput("Name the sites at which they are it: --site ODS. Nothing was done.")
    return everywhere, {site.upper(): roles - everywhere for site in sites}


def _must_be_able_to_be_first(accounts: People, who: NewColleague) -> None:
    """Raises ``PeopleRefused`` where the first person is no administrator, before a password is asked for."""
    if not accounts.are_there and Role.ADMINISTRATOR not in who.roles:
        raise PeopleRefused("The first person has to be an administrator: add --role administrator.")


@people.command(name="list")
@_data
def list_(data: Path) -> None:
    """List everybody: the word they sign in with, name, roles, and whether they may come in.

    \b
    Example:
      pharmacyfirst people list
    """
    with _opened(data) as accounts:
        for one in accounts.all():
            number = f", GPhC {one.gphc_number}" if one.gphc_number else ""
            factor = ", second factor" if one.seed else ""
            click.echo(
                f"{one.signs_in_as}: {one.name}, {one.in_words}{number}{factor}{'' if one.active else ', disabled'}"
            )


@people.command()
@_word
@_data
def password(word: str, data: Path) -> None:
    """Set the password of somebody who has lost it, and take their second factor away where they have lost that too.

    \b
    Example:
      pharmacyfirst people password robin
    """
    with _opened(data) as accounts:
        one = _who(accounts, word)
        accounts.choose_password(one.id, _asked(), by=BY)
        if one.seed and click.confirm("Is the authenticator lost as well?", err=True):
            accounts.take_second_factor_away(one.id, by=BY)
    click.echo("Set. What they were in the middle of has ended.")


@people.command()
@_word
@_data
def disable(word: str, data: Path) -> None:
    """Let somebody in no more; what they are in the middle of ends with their next request.

    \b
    Example:
      pharmacyfirst people disable robin
    """
    with _opened(data) as accounts:
        accounts.disable(_who(accounts, word).id, by=BY)
    click.echo("Disabled.")


@people.command()
@_word
@_data
def enable(word: str, data: Path) -> None:
    """Let somebody in again.

    \b
    Example:
      pharmacyfirst people enable robin
    """
    with _opened(data) as accounts:
        accounts.enable(_who(accounts, word).id, by=BY)
    click.echo("Enabled.")


@people.command()
@_word
@_roles
@_sites
@_gphc
@_data
def roles(word: str, roles: tuple[str, ...], sites: tuple[str, ...], gphc: str, data: Path) -> None:
    """Say what somebody is from now on, in place of what they were; with --site at these sites alone, and what they are elsewhere stays.

    \b
    Example:
      pharmacyfirst people roles alex --role auditor --role reviewer
    """
    with _opened(data) as accounts:
        one = _who(accounts, word)
        everywhere, at = _where(data, {Role(role) for role in roles}, sites)
        kept, elsewhere = (one.roles, dict(one.at)) if sites else (frozenset(), {})
        found = {**elsewhere, **at}
        number = gphc or _number_kept(one, everything(everywhere | kept, found))
        accounts.set_roles(one.id, everywhere | kept, number, BY, found)
    click.echo("Set. They sign in again.")


def _number_kept(one: "Colleague", roles: AbstractSet[Role]) -> str:
    return one.gphc_number if any(role.profession for role in roles) else ""


@people.command()
@_data
def history(data: Path) -> None:
    """Say what was done to the accounts and who signed in, newest first. Nothing of it is secret.

    \b
    Example:
      pharmacyfirst people history
    """
    with _opened(data) as accounts:
        for one in accounts.history():
            more = f" ({one.more})" if one.more else ""
            by = f", by {one.by}" if one.by else ""
            click.echo(f"{one.at:%Y-%m-%d %H:%M} UTC {one.of}: {one.deed.value}{more}{by}")


@people.command()
@click.argument("into", metavar="FILE", type=options.FILE)
@_data
def backup(into: Path, data: Path) -> None:
    """Copy the accounts into a new FILE. It holds the digests of passwords and the seeds of second factors: keep it under lock.

    \b
    Example:
      pharmacyfirst people backup people-copy.sqlite
    """
    if into.exists():
        raise BadInput("There is something at that place. Name a new file: no copy is ever written over.")
    with _opened(data) as accounts:
        many = accounts.verify()
        accounts.copy_to(into)
    click.echo(f"{many} events, as they were written. Copied.")


@people.command()
@click.argument("copy", metavar="FILE", type=options.FILE_THERE)
@_data
def restore(copy: Path, data: Path) -> None:
    """Put a copy in place of the accounts. What was there is set aside, and never deleted. Stop the form first.

    Whoever was disabled, or changed a password, since the copy was made is as they were then: look through the list.

    \b
    Example:
      pharmacyfirst people restore people-copy.sqlite
    """
    with _told():
        many = put_back(copy, data)
    click.echo(f"{many} events, as they were written. In place.")


def _asked() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True, type=str))


def _who(accounts: People, word: str) -> "Colleague":
    found = accounts.who_signs_in_as(word)
    if found is None:
        raise BadInput("Nobody signs in with this word: pharmacyfirst people list.")
    return found


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _opened(data: Path) -> Iterator[People]:
    with _told():
        if not accounts_are_in(data):
            raise BadInput("There are no accounts in that folder.")
        with open_people(data, _now) as accounts:
            yield accounts


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (LedgerUnusable, LedgerDamaged, PeopleRefused) as error:
        raise NotDone(str(error)) from None
    except ExtraMissing as missing:
        raise BadInput(f"{missing}. Nothing was done.") from None
