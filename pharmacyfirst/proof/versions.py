"""The two sides of a comparison, as they are named on the command line: an id with a version or a day, or a path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pharmacyfirst.content.building import PATHWAY_FILE
from pharmacyfirst.content.cases import answers_that_fit
from pharmacyfirst.content.invariants import implausible_in
from pharmacyfirst.content.library import Library, load
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import read_day


@dataclass(frozen=True, slots=True)
class Version:
    """A pathway on a day on which it is in force, the answers of the usual patient, and who is implausible."""

    pathway: Pathway
    on: date
    baseline: Mapping[str, Any]
    implausible: tuple[tuple[Condition, ...], ...] = ()

    @property
    def named(self) -> str:
        """For instance ``uncomplicated-uti 2026.1``."""
        return f"{self.pathway.id} {self.pathway.edition.version}"


@dataclass(frozen=True, slots=True)
class Side:
    """The versions that were named, by condition. ``whole``: a whole folder of pathways was."""

    versions: Mapping[str, Version]
    whole: bool


def side(named: str, which: str, library: Callable[[], Library]) -> Side:
    """What was named: ``CONDITION``, ``CONDITION@VERSION`` or ``CONDITION@DAY`` of a library, or a path with or without such an ending.

    A path leads to the folder of a condition, or of all. ``which`` is what messages call it: none repeats what was given. Raises
    ``Refused`` where there is no such condition, version or day, and ``ContentRefused`` for content with mistakes.
    """
    words, _, ending = named.partition("@") if not Path(named).exists() else (named, "", "")
    path = Path(words)
    if path.is_dir():
        path = path.resolve()
        one = (path / f"{PATHWAY_FILE}.yaml").exists()
        found = load(path.parent if one else path)
        conditions, whole = ((path.name,) if one else found.conditions), not one
    else:
        found, whole = library(), False
        conditions = (words,)
        if words not in found.conditions:
            there_are = f"There are: {', '.join(found.conditions)}; or give the path of a folder."
            raise Refused("unknown_pathway", f"{which}: no such pathway. {suggest(words, found.conditions, there_are)}")
    return Side({one: version_of(found, one, ending, which) for one in conditions}, whole)


def version_of(library: Library, condition: str, ending: str, which: str) -> Version:
    """One version of a condition: of a number, of a day, or, without either, the newest. Raises ``Refused`` where there is none."""
    stretches, day = library.stretches[condition], read_day(ending)
    version = ending or library.newest(condition).edition.version
    fitting = [one for one in stretches if (day in one.period if day else one.pathway.edition.version == version)]
    if not fitting:
        known = ", ".join(
            dict.fromkeys(f"{one.pathway.edition.version} ({one.period.in_words()})" for one in stretches)
        )
        raise Refused("not_in_force", f"{which}: {condition} has no such version. There are: {known}.")
    as_of, baseline = answers_that_fit(library, fitting[0].pathway)
    on = day or as_of
    # Of a version whose PGDs end before it does, or begin later, the days of the cases are meant.
    chosen = next((one for one in fitting if on is not None and on in one.period), fitting[0])
    pathway = chosen.pathway
    if chosen is not fitting[0]:
        _, baseline = answers_that_fit(library, pathway)
    when = on if on is not None and on in chosen.period else chosen.period.first
    return Version(pathway, when, baseline, implausible_in(library, pathway))
