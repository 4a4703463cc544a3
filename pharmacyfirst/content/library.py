"""The library: every version of every document, and which of them is in force on a day.

Outside its dates a document does not exist; there is no falling back to the latest. Content is read and checked once (``building``), and
kept for the next start (``kept``).
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from pharmacyfirst.classes import dataclass
from pharmacyfirst.content.kept import REST, Parts, keep, kept
from pharmacyfirst.content.key import FolderSeen, key_of
from pharmacyfirst.content.written import SharedMedicine, Written
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.evidence import Source
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway, SharedList
from pharmacyfirst.kernel.pgd import Period, Withdrawal
from pharmacyfirst.kernel.questions import Question, refuse_no_day
from pharmacyfirst.kernel.service import Service


def pathways_folder() -> Path:
    """The content that ships with the package: in the wheel, or beside the package in a checkout."""
    return _shipped("pathways")


def templates_folder() -> Path:
    """The Jinja2 templates that ship with the package, found as the pathways are."""
    return _shipped("pgd_templates")


def _shipped(name: str) -> Path:
    package = Path(__file__).resolve().parent.parent
    in_wheel = package / "shipped" / name
    return in_wheel if in_wheel.is_dir() else package.parent / name


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pathway with its PGDs as they stand, unchanged, from one day to another."""

    period: Period
    pathway: Pathway


@dataclass(frozen=True, slots=True)
class Library:
    """Every condition, with the pathway for each day. Never changes; threads may share it.

    ``questions`` are those that several pathways share, as their own file has them; ``lists`` every shared list;
    ``services`` those that the pathways belong to, none where the folder has none; ``withdrawn`` the versions that were published and taken back, whether or not their files are still there.
    """

    root: Path
    stretches: Mapping[str, tuple[Stretch, ...]]
    questions: Mapping[str, Question] = Frozen()
    lists: Mapping[str, SharedList] = Frozen()
    withdrawn: tuple[Withdrawal, ...] = ()
    medicines: Mapping[str, SharedMedicine] = Frozen()
    definitions: Mapping[str, Written] = Frozen()
    sources: Mapping[str, Source] = Frozen()
    services: Mapping[str, Service] = Frozen()

    @property
    def conditions(self) -> tuple[str, ...]:
        """The ids of the conditions, in alphabetical order."""
        return tuple(sorted(self.stretches))

    @property
    def services_in_order(self) -> tuple[Service, ...]:
        """The services as every page shows them: the one with the most pathways first, so that their keys and places stay."""
        return tuple(sorted(self.services.values(), key=lambda one: -len(one.pathways)))

    def in_force(self, condition: str, on: date) -> Pathway:
        """The pathway of a condition with its PGDs as they stand on the day.

        Raises ``Refused``: ``unknown_pathway``, ``not_in_force`` where no version exists on that day, or ``wrong_value`` where ``on``
        is no day.
        """
        refuse_no_day(on)
        stretches = self._stretches_of(condition)
        for stretch in stretches:
            if on in stretch.period:
                return stretch.pathway
        known = "; ".join(dict.fromkeys(one.pathway.edition.in_force.in_words() for one in stretches))
        raise Refused("not_in_force", f"{condition} is in force {known}, not on {on}.")

    def _stretches_of(self, condition: str) -> tuple[Stretch, ...]:
        if isinstance(condition, str) and condition in self.stretches:
            return self.stretches[condition]
        from pharmacyfirst.content.sentences import (
            suggest,  # only a refusal needs it; starting up should not pay for it
        )

        near = suggest(condition, self.conditions, "") if isinstance(condition, str) else ""
        raise Refused(
            "unknown_pathway", f"There is no such pathway. {near or 'There are: ' + ', '.join(self.conditions) + '.'}"
        )

    def newest(self, condition: str) -> Pathway:
        """The pathway as it last stands: for documents and tests, never for a consultation, which has a day.

        Raises ``Refused`` (``unknown_pathway``).
        """
        return self._stretches_of(condition)[-1].pathway

    def newest_all(self) -> tuple[Pathway, ...]:
        """The newest pathway of every condition."""
        return tuple(self.newest(condition) for condition in self.conditions)


@cache
def shipped_library() -> Library:
    """The content that ships with the package, loaded once."""
    return load(pathways_folder())


def load(root: Path) -> Library:
    """Load every condition under a folder, or raise ``ContentRefused`` with every mistake of the whole set.

    What was read before is taken from where it is kept.
    """
    looked = FolderSeen(root)
    library = _kept(root, looked.key)
    if library is not None:
        return library
    library = read(root, looked)
    if looked.key is not None and looked.was_all:
        keep(looked.key, parts_of(library))
    return library


def load_one(root: Path, condition: str) -> Library:
    """Load one condition, for whoever needs no other: the library may hold that one alone, without what several pathways share.

    Everything where it is not kept, or there is no such condition. Raises ``ContentRefused``.
    """
    key = key_of(root)
    library = _kept(root, key, condition)
    return load(root) if library is None or condition not in library.stretches else library


def parts_of(library: Library) -> Parts:
    """A library as it is kept: a part for each condition, and one for the rest."""
    rest = (
        library.questions, library.lists, library.withdrawn, library.medicines, library.definitions, library.sources, library.services,
    )  # fmt: skip
    stretches = {
        name: tuple(item for one in each for item in (one.period, one.pathway))
        for name, each in library.stretches.items()
    }
    return {**stretches, REST: rest}


@contextmanager
def _all_of_it_stays() -> Iterator[None]:
    """While content is made there is no garbage to look for, and looking would take an eighth of the time."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


@_all_of_it_stays()
def _kept(root: Path, key: str | None, only: str | None = None) -> Library | None:
    parts = kept(root, key, only) if key is not None else None
    if parts is None:
        return None
    try:
        stretches = {
            name: tuple(Stretch(*each) for each in zip(part[::2], part[1::2], strict=True))
            for name, part in parts.items()
            if name != REST
        }
        return Library(root, Frozen(stretches), *parts.get(REST, ()))
    except (TypeError, ValueError):  # put together by somebody else
        return None


@_all_of_it_stays()
def read(root: Path, looked: FolderSeen | None = None) -> Library:
    """Read every file under a folder, whatever is kept; those that were ``looked`` at as they were then. Raises ``ContentRefused``."""
    from pharmacyfirst.content.building import read_all  # what reads YAML is left until there is some to be read

    stretches, rest = read_all(root, looked)
    return Library(
        root, Frozen({name: tuple(Stretch(*one) for one in each) for name, each in stretches.items()}), *rest
    )
