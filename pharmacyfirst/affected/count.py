"""Consultations counted by how they change between two versions, each judged by both; by the classes of the changes report."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import polars as pl

from pharmacyfirst.affected.seen import SeenBy
from pharmacyfirst.audit.in_polars_read import misfits
from pharmacyfirst.audit.plan import FactColumn, Plan, judged, plan_of
from pharmacyfirst.audit.reading import LumpSource
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.questions import BORN
from pharmacyfirst.proof.changes import Changes
from pharmacyfirst.proof.classes import Ending, Transition
from pharmacyfirst.proof.differences import Course
from pharmacyfirst.proof.versions import Version

_KIND_OF_KEY = {kind.key: kind for kind in Kind}
_OLD, _NEW = "old ", "new "  # before the names of columns; no column of a plan begins so


class NotInTheReport(PharmacyFirstError):
    """A consultation changes in a way that the proof says nobody does: a mistake of ours. Nothing is reported."""


@dataclass(frozen=True, slots=True)
class Affected:
    """How many consultations of one condition change how. ``rows`` were judged by both versions, ``aside`` could not be read or judged.

    ``ways`` has those that come out differently, nought for one that is proved and that nobody takes; ``before`` and ``now`` every outcome
    with how many.
    """

    condition: str
    rows: int
    aside: int
    ways: Mapping[Transition, int]
    before: Mapping[Kind, int]
    now: Mapping[Kind, int]

    @property
    def changed(self) -> int:
        """How many come out differently."""
        return sum(self.ways.values())


class Counting:
    """Counts the rows of one condition, lump after lump; each version judges by its own day, whatever the day of the consultation."""

    def __init__(self, old: Version, new: Version):
        self.condition = new.pathway.id
        self._sides = (_Judging(old, new, _OLD), _Judging(new, old, _NEW))
        self._ways: Counter[Transition] = Counter()
        self._before: Counter[Kind] = Counter()
        self._now: Counter[Kind] = Counter()
        self._rows = self._aside = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Rows of a table; those of other conditions are left alone."""
        mine = frame.filter(pl.col("pathway") == self.condition)
        if not mine.height:
            return
        seen = [side.seen.of(mine) for side in self._sides]
        odd = pl.repeat(False, mine.height, dtype=pl.Boolean, eager=True)
        for side, each in zip(self._sides, seen, strict=True):
            for rows in misfits(each, side.every_question).values():
                odd = odd | rows
        self._aside += int(odd.sum())
        self._rows += mine.height - int(odd.sum())
        came = [side.came(each.filter(~odd)) for side, each in zip(self._sides, seen, strict=True)]
        both = pl.concat(came, how="horizontal")
        for row in both.group_by(both.columns).len().iter_rows(named=True):
            before, now = (side.ending(row) for side in self._sides)
            self._before[before.outcome.kind] += row["len"]
            self._now[now.outcome.kind] += row["len"]
            transition = Transition.of(before, now)
            if transition.before != transition.after:
                self._ways[transition] += row["len"]

    def affected(self) -> Affected:
        """What it came to."""
        return Affected(self.condition, self._rows, self._aside, self._ways, self._before, self._now)


class _Judging:
    """One version, and how it sees and judges the rows of a table."""

    def __init__(self, this: Version, other: Version, prefix: str):
        self.seen = SeenBy(this.pathway, other.pathway)
        self.plan = plan_of(this.pathway, this.on)
        questions = this.pathway.questions.items()
        columns = {name: self.plan.columns.get(name, FactColumn(name, one)) for name, one in questions if name != BORN}
        self.every_question: Plan = replace(self.plan, columns=columns)
        self._prefix = prefix
        self._offers = [name for name in self.plan.outcome if name.endswith("_dose_row")]

    def came(self, frame: pl.DataFrame) -> pl.DataFrame:
        """How each row comes out: outcome, destination, and each offer with its dose row."""
        names = ["outcome", "destination", *self._offers, *(name.removesuffix("_dose_row") for name in self._offers)]
        found = judged(frame, self.plan).select(names)
        return found.select(pl.all().cast(pl.String).name.prefix(self._prefix))

    def ending(self, row: Mapping[str, str | None]) -> Ending:
        """How a row comes out, as the changes report has it."""
        said = {name.removeprefix(self._prefix): value for name, value in row.items() if name.startswith(self._prefix)}
        offers = []
        for name in self._offers:
            pgd, dose_row = said[name.removesuffix("_dose_row")], said[name]
            if pgd is not None and dose_row is not None:
                offers.append((pgd, Course.of(self.plan.dose_rows[pgd, dose_row][1])))
        return Ending(Outcome(_KIND_OF_KEY[said["outcome"] or ""], said["destination"]), tuple(offers))


def count(
    source: LumpSource, pairs: Iterable[tuple[Version, Version]], went_on: Callable[[int], None]
) -> tuple[list[Affected], int]:
    """How many rows of a source change how, for each pair of versions of a condition; and how many could not be read.

    ``went_on`` is told how far into the source it is.
    Raises ``NotTheTable``, ``Refused`` where a version is not in force on its day, ``sentences.NoPlan``.
    """
    counting = [Counting(old, new) for old, new in pairs]
    conditions = [one.condition for one in counting]
    unread = 0
    with closing(source.lumps()) as lumps:
        for lump in lumps:
            read = source.read(lump)
            frame, unread = read.frame, unread + read.aside.height
            if "pathway" in frame.columns:
                frame = frame.filter(pl.col("pathway").is_in(conditions))
                for one in counting:
                    one.add(frame)
            went_on(lump.at)
    return [one.affected() for one in counting], unread


def in_the_report(affected: Affected, changes: Changes) -> Affected:
    """The same with every way that is proved, once each counted is one of them. Raises ``NotInTheReport``: two engines would not agree."""
    proved = {one.transition for one in changes.classes}
    if any(way not in proved for way in affected.ways):
        raise NotInTheReport(
            f"{affected.condition}: a consultation changes in a way that the proof says nobody does. This is a mistake of this program: "
            "nothing is reported, as nobody can say which of the two is right. Please report it."
        )
    return replace(affected, ways=dict.fromkeys(proved, 0) | dict(affected.ways))
