"""The share of consultations with a finding by pharmacy and month: a table of its own, made to be given on, from which no small number can be worked out.

The rule is stricter than that of the report, as the numbers here are many and small: none below five is shown, nought neither, and so where few
have no finding. The sums of pharmacies and of months stand in the report. Of what is left out of a sum that is shown there is more than one
number, and five consultations or none. And each that is not nought lies at a corner of a square, two pharmacies and two months, round which a
consultation could be moved without any sum, or any number shown, being another: so that none follows from all the sums together.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations, product

import polars as pl

from pharmacyfirst.audit.counts import some
from pharmacyfirst.audit.numbers import FOUND, MONTH, PHARMACY, ROWS, AuditNumbers
from pharmacyfirst.audit.run import Audited
from pharmacyfirst.audit.small_counts import SMALL

PHARMACY_MONTHS = "pharmacy-months.parquet"
Place = tuple[str, str]
"""A pharmacy and a month."""
At = Mapping[Place, int]
"""Of every pharmacy in every month, how many."""


def pharmacy_months(audited: Audited, numbers: AuditNumbers, everything: bool = False) -> pl.DataFrame:
    """A row for each pharmacy and month: ``rows`` judged, ``found`` of those with a finding, and ``share``; null is not shown.

    ``numbers`` say which sums are shown. ``everything``: no number is left out.
    """
    rows, found = _counted(audited, numbers)
    no_rows, no_found = (set[Place](),) * 2 if everything else left_out_of(rows, found, numbers.of)
    return pl.DataFrame(
        [
            (*place, None if place in no_rows else many, None if place in no_found else found[place])
            for place, many in rows.items()
        ],
        schema={"pharmacy": pl.String, "month": pl.String, "rows": pl.Int64, "found": pl.Int64},
        orient="row",
    ).with_columns(pl.when(pl.col("rows") > 0).then(pl.col("found") / pl.col("rows")).alias("share"))


def _counted(audited: Audited, numbers: AuditNumbers) -> tuple[dict[Place, int], dict[Place, int]]:
    rows, found = (dict.fromkeys(product(numbers.names[PHARMACY], numbers.names[MONTH]), 0) for _ in range(2))
    held = some(audited.counts, "pharmacy months").select("pharmacy", "month", "rows", "found")
    for pharmacy, month, many, with_finding in held.iter_rows():
        rows[pharmacy, month], found[pharmacy, month] = many, with_finding
    return rows, found


def left_out_of(rows: At, found: At, shown: Callable[..., int | None]) -> tuple[set[Place], set[Place]]:
    """The places whose rows, and whose findings, are not shown. ``shown`` gives a sum by its key in the report, None where it is left out."""
    rest = {place: rows[place] - found[place] for place in rows}
    no_rows = _Leaving({ROWS: rows}, rest, dict.fromkeys(rows, 1), shown).out(
        {place for place, many in rows.items() if many < SMALL}
    )
    few = {place for place in rows if found[place] < SMALL or 0 < rest[place] < SMALL}
    no_found = _Leaving({FOUND: found, f"rest of {FOUND}": rest}, found, rest, shown).out(no_rows | few)
    return no_rows, no_found


class _Leaving:
    """Leaves numbers out until none follows. ``down`` and ``up`` say by how many the number of a place could be less, or more."""

    def __init__(self, each: Mapping[str, At], down: At, up: At, shown: Callable[..., int | None]):
        self.each, self.down, self.up, self.shown = each, down, up, shown
        self.first = next(iter(each.values()))
        self.lines: dict[Place, list[Place]] = {}
        for place in self.first:
            for by, name in zip((PHARMACY, MONTH), place, strict=True):
                self.lines.setdefault((by, name), []).append(place)

    def out(self, hidden: set[Place]) -> set[Place]:
        """These, and as many more as it takes."""
        hidden = set(hidden)
        while more := {*self._of_lines(hidden)} or {*self._of_squares(hidden)}:
            hidden |= more
        return hidden

    def _of_lines(self, hidden: set[Place]) -> Iterator[Place]:
        for (by, name), line in self.lines.items():
            away = [place for place in line if place in hidden]
            for what, numbers in self.each.items():
                together = sum(numbers[place] for place in away)
                if self._is_shown(what, by, name):
                    gives_away = 0 < together < SMALL or (len(away) == 1 and together > 0)
                else:
                    gives_away = not together
                if gives_away:
                    yield from self._smallest(line, hidden)

    def _is_shown(self, what: str, by: str, name: str) -> bool:
        """Of how many had no finding: where both of its numbers are."""
        keys = (ROWS, FOUND) if what.startswith("rest of") else (what,)
        return all(self.shown(key, by, name) is not None for key in keys)

    def _of_squares(self, hidden: set[Place]) -> Iterator[Place]:
        for pharmacy, month in self._fixed(hidden):
            found = [*self._smallest(self.lines[PHARMACY, pharmacy], hidden)]
            yield from found or self._smallest(self.lines[MONTH, month], hidden)

    def _fixed(self, hidden: set[Place]) -> Iterator[Place]:
        """The places left out round which nothing can be moved."""
        months: dict[str, list[str]] = {}
        for pharmacy, month in sorted(hidden):
            months.setdefault(pharmacy, []).append(month)
        others = Counter(
            pair for name, mine in months.items() for pair in permutations(mine, 2) if self._can(name, *pair)
        )
        for pharmacy, mine in months.items():
            for month in mine:
                if self.first[pharmacy, month] and not any(
                    self._can(pharmacy, *pair) and others[pair[::-1]] > self._can(pharmacy, *pair[::-1])
                    for other in mine
                    if other != month
                    for pair in ((month, other), (other, month))
                ):
                    yield pharmacy, month

    def _can(self, pharmacy: str, more: str, less: str) -> bool:
        """Whether one could be moved from one month to another."""
        return bool(self.up[pharmacy, more] and self.down[pharmacy, less])

    def _smallest(self, line: Sequence[Place], hidden: set[Place]) -> Iterator[Place]:
        shown = [place for place in line if place not in hidden]
        if shown:
            yield min(shown, key=lambda place: (self.first[place], place))
