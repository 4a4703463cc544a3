"""What several commands share: their options, the types of their values, the library, and how a file is opened.

No type repeats a value that does not fit, and no message names a file: it says which argument it is about.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

import pharmacyfirst
from pharmacyfirst.cli.guard import BadInput, DoesNotFit
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import read_day

if TYPE_CHECKING:
    from pharmacyfirst.content.library import Library

NOT_KNOWN = "not known"  # how an answer that nobody has is written and typed

Command = TypeVar("Command", bound=Callable[..., Any])


def day(words: str) -> date:
    """The type of a day: written as YYYY-MM-DD and in no other shape. Raises ``DoesNotFit``."""
    on = read_day(words)
    if on is None:
        raise DoesNotFit("write the day as YYYY-MM-DD.")
    return on


def moment(words: str) -> datetime:
    """The type of a time with its distance from UTC. Raises ``DoesNotFit``."""
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        raise DoesNotFit("write the time with its distance from UTC, for instance 2026-11-21T10:45:00+00:00.")
    return at


FILE = click.Path(dir_okay=False, path_type=Path)
FILE_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def pathways(command: Command) -> Command:
    """The option ``--pathways``, given to the command as ``folder``."""
    return click.option(
        "--pathways",
        "folder",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder of pathways, in place of those that ship with the package.",
    )(command)


_SITE = "pharmacyfirst.site"


def in_site(context: click.Context, _: click.Parameter, folder: Path | None) -> Path | None:
    """The folder of the site that ``--site`` names, below the one that was given. Raises ``StoreRefused``."""
    if folder is None:
        return None
    from pharmacyfirst.store.sites import folder_of

    return folder_of(folder, context.meta.get(_SITE) or "")


def site(command: Command) -> Command:
    """The option ``--site``, which ``in_site`` reads for the folder that is given beside it."""

    def kept(context: click.Context, _: click.Parameter, named: str) -> None:
        context.meta[_SITE] = named

    return click.option(
        "--site", default="", metavar="ODS", expose_value=False, is_eager=True, callback=kept,
        help="Which site, where the folder has several.",
    )(command)  # fmt: skip


def lines(command: Command) -> Command:
    """The option ``--log``, given to the command as ``lines``: which lines a server writes of its own work."""
    from pharmacyfirst.log import Lines  # logging takes a while, and most commands never need it

    return click.option(
        "--log",
        "lines",
        type=click.Choice([one.value for one in Lines]),
        default=Lines.ERRORS.value,
        show_default=True,
        help="What is written to standard error, as JSON lines that name nobody: a line for each request, or for errors alone.",
    )(command)


def as_of(command: Command) -> Command:
    """The option ``--as-of``: a day, or None where it was not given."""
    return click.option(
        "--as-of", type=day, metavar="DATE", help="Day of the consultation, YYYY-MM-DD; without it, today in London."
    )(command)


def library(folder: Path | None, only: str | None = None) -> "Library":
    """The content under a folder, or what ships with the package; of a command about one condition perhaps that alone.

    Raises ``ContentRefused``, which the guard prints.
    """
    if only is None:
        return pharmacyfirst.load(folder)
    from pharmacyfirst.content.library import load_one, pathways_folder

    return load_one(folder or pathways_folder(), only)


def conditions(library: "Library", condition: str | None) -> tuple[str, ...]:
    """The condition of this name, or all where none is named. Raises ``BadInput`` where there is none of this name."""
    if condition is None:
        return library.conditions
    if condition not in library.conditions:
        from pharmacyfirst.content.library import pathways_folder
        from pharmacyfirst.content.sentences import suggest

        own = " One of a folder of your own: --pathways DIR." if library.root == pathways_folder() else ""
        there_are = f"There are: {', '.join(library.conditions)}.{own}"
        raise BadInput(f"There is no such pathway. {suggest(condition, library.conditions, there_are)}")
    return (condition,)


def now_in_london() -> datetime:
    """The time that a clock in London shows now. Raises ``Refused`` where this machine cannot tell."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # where the day is named, starting up should not pay for it

    try:
        return datetime.now(ZoneInfo("Europe/London")).replace(tzinfo=None)
    except ZoneInfoNotFoundError:
        raise Refused("missing_key", "This machine does not know London's time. Name the day with --as-of.") from None


def this_moment() -> datetime:
    """Now, by England's clock with its distance from UTC, so that it is one moment in October too. Raises ``Refused`` as above."""
    from pharmacyfirst.authority.clock import in_england

    return in_england(datetime.now(UTC))


def today_in_london() -> date:
    """The day that it is in London now."""
    return now_in_london().date()


def opened(name: str | None, argument: str) -> AbstractContextManager[BinaryIO]:
    """A file open for bytes; standard input for no name or a dash. Raises ``Refused`` (``not_json``), which names the argument alone."""
    if name in (None, "-"):
        if sys.stdin is None:
            raise Refused("not_json", f"{argument} cannot be read: there is no standard input.")
        return nullcontext(sys.stdin.buffer)
    try:
        return open(str(name), "rb")
    except OSError as error:
        raise Refused("not_json", f"{argument} cannot be read: {error.strerror}.") from None


def read_file(path: Path, argument: str) -> bytes:
    """The bytes of a file. Raises ``BadInput``, which names the argument, never the file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{argument} cannot be read: {error.strerror}.") from None
