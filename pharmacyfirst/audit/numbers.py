"""The numbers of an audit as they may be shown: small ones, and those by which a small one could be worked out, are left out.

A number has a key, such as ``("supplied", "condition", "shingles")``: what is counted, by what, and of which. A share is shown where both of
its numbers are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import polars as pl

from pharmacyfirst.audit.counts import SELF_CARE, SUPPLY, some
from pharmacyfirst.audit.disagreeing import FindingKind
from pharmacyfirst.audit.run import Audited
from pharmacyfirst.audit.small_counts import Sum, left_out

NumberKey = tuple[str, ...]

ROWS, FOUND = "rows", "found"
READ, ASIDE, AGAIN = "rows read", "aside", "again"
"""Rows read are rows judged and rows set aside; those judged again have no finding, and were judged a second time by the kernel."""
MISWRITTEN = "miswritten"  # of the names: the columns that hold what does not fit
SUPPLIED, SUPPLY_SAID = "supplied", "supply said"
CARED, CARE_SAID = "self-care", "self-care said"
MEASURES = (ROWS, FOUND, SUPPLIED, SUPPLY_SAID, CARED, CARE_SAID)
"""What is counted: rows judged, rows with a finding, those recorded as a supply or as self-care, and those of which the pathway says so."""
CONDITION, MONTH, PHARMACY = "condition", "month", "pharmacy"


@dataclass(frozen=True)
class AuditNumbers:
    """Every number of a report. ``of`` gives one, None where it is left out; ``everything`` shows small ones too, for nobody else to see."""

    judged: int
    aside: int
    remarks: tuple[str, ...]
    counted: Mapping[NumberKey, int]
    hidden: frozenset[NumberKey]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, *key: str) -> int | None:
        """A number; None where it is not shown. What was never counted is nought."""
        return None if key in self.hidden else self.counted.get(key, 0)

    def share(self, part: NumberKey, whole: NumberKey) -> float | None:
        """A number as a share of another, from 0 to 1; None where one of them is not shown, or nobody was counted."""
        some_, of_all = self.of(*part), self.of(*whole)
        return some_ / of_all if some_ is not None and of_all else None


def numbers_of(audited: Audited, everything: bool = False) -> AuditNumbers:
    """The numbers of an audit. ``everything``: none is left out."""
    counted: dict[NumberKey, int] = {}
    sums: list[Sum] = []
    outcomes, kinds = some(audited.counts, "outcomes"), some(audited.counts, "findings")
    _measures(outcomes, (), counted)
    names: dict[str, tuple[str, ...]] = {}
    for by, column in ((CONDITION, "pathway"), (MONTH, "month")):
        names[by] = tuple(sorted(outcomes[column].unique()))
        for (name,), mine in outcomes.group_by(column):
            _measures(mine, (by, str(name)), counted)
        sums += [Sum((what,), tuple((what, by, name) for name in names[by])) for what in MEASURES]
    _pharmacies(audited.counts, counted, names, sums)
    _matrix(outcomes, counted, sums)
    _findings(kinds, counted, names, sums)
    _criteria(audited.counts, counted, names, sums)
    aside = some(audited.counts, "aside")
    for code, rows in aside.group_by("code").agg(pl.col("rows").sum()).iter_rows():
        counted[ASIDE, str(code)] = rows
    names[MISWRITTEN] = tuple(sorted(aside.filter(pl.col("code") == "wrong_value")["criterion"].drop_nulls().unique()))
    names[ASIDE] = tuple(sorted(key[1] for key in counted if key[0] == ASIDE))
    counted[ASIDE,] = audited.aside
    sums.append(Sum((ASIDE,), tuple((ASIDE, code) for code in names[ASIDE])))
    counted[READ,] = audited.rows
    sums.append(Sum((READ,), ((ROWS,), (ASIDE,)), total_first=True))
    counted[AGAIN,] = int(some(audited.counts, "again")["rows"].sum())
    hidden = frozenset[NumberKey]() if everything else left_out(counted, _with_the_rest(sums, counted))
    return AuditNumbers(audited.judged, audited.aside, audited.remarks, counted, hidden, names)


def _measures(rows: pl.DataFrame, of: NumberKey, counted: dict[NumberKey, int]) -> None:
    counted[ROWS, *of] = int(rows["rows"].sum())
    counted[FOUND, *of] = int(rows["found"].sum())
    for what, column, kind in (
        (SUPPLIED, "recorded", SUPPLY),
        (SUPPLY_SAID, "outcome", SUPPLY),
        (CARED, "recorded", SELF_CARE),
        (CARE_SAID, "outcome", SELF_CARE),
    ):
        counted[what, *of] = int(rows.filter(pl.col(column) == kind)["rows"].sum())


def _pharmacies(
    counts: pl.DataFrame, counted: dict[NumberKey, int], names: dict[str, tuple[str, ...]], sums: list[Sum]
) -> None:
    held = some(counts, "pharmacies").group_by("pharmacy").agg(pl.col("rows", "found").sum()).sort("pharmacy")
    names[PHARMACY] = tuple(held["pharmacy"])
    for name, rows, found in held.iter_rows():
        counted[ROWS, PHARMACY, name] = rows
        counted[FOUND, PHARMACY, name] = found
    sums += [Sum((what,), tuple((what, PHARMACY, name) for name in names[PHARMACY])) for what in (ROWS, FOUND)]


def _matrix(outcomes: pl.DataFrame, counted: dict[NumberKey, int], sums: list[Sum]) -> None:
    """What the pathway says against what was recorded."""
    cells = outcomes.group_by("outcome", "recorded").agg(pl.col("rows").sum())
    for outcome, recorded, rows in cells.iter_rows():
        counted["both", outcome, recorded] = rows
    for outcome, recorded in product(*(sorted(cells[one].unique()) for one in ("outcome", "recorded"))):
        rows = counted.setdefault(("both", outcome, recorded), 0)
        for what in (("says", str(outcome)), ("recorded", str(recorded))):
            counted[what] = counted.get(what, 0) + rows
    for at, side in ((1, "says"), (2, "recorded")):
        mine = sorted(key for key in counted if key[0] == side)
        sums.append(Sum((ROWS,), tuple(mine)))
        for one in mine:
            sums.append(Sum(one, tuple(sorted(key for key in counted if key[0] == "both" and key[at] == one[1]))))
    same = {SUPPLIED: ("recorded", SUPPLY), CARED: ("recorded", SELF_CARE)}
    same |= {SUPPLY_SAID: ("says", SUPPLY), CARE_SAID: ("says", SELF_CARE)}
    sums += [Sum((measure,), (kind,)) for measure, kind in same.items() if kind in counted]


def _findings(
    kinds: pl.DataFrame, counted: dict[NumberKey, int], names: dict[str, tuple[str, ...]], sums: list[Sum]
) -> None:
    there = {str(kind) for kind in kinds["finding"].unique()}
    names["finding"] = tuple(kind.value for kind in FindingKind if kind.value in there)
    for kind in names["finding"]:
        mine = kinds.filter(pl.col("finding") == kind)
        counted["finding", kind] = int(mine["rows"].sum())
        for by, column in ((CONDITION, "pathway"), (MONTH, "month")):
            held = dict(mine.group_by(column).agg(pl.col("rows").sum()).iter_rows())
            parts = tuple(("finding", kind, by, name) for name in names[by])
            counted |= {key: int(held.get(key[3], 0)) for key in parts}
            sums.append(Sum(("finding", kind), parts))
    # One row may have several findings; where none has, they add up to the rows with one.
    for by in (CONDITION, MONTH):
        for name in names[by]:
            parts = tuple(("finding", kind, by, name) for kind in names["finding"])
            _if_it_adds_up((FOUND, by, name), parts, counted, sums)
    _if_it_adds_up((FOUND,), tuple(("finding", kind) for kind in names["finding"]), counted, sums)


def _criteria(
    counts: pl.DataFrame, counted: dict[NumberKey, int], names: dict[str, tuple[str, ...]], sums: list[Sum]
) -> None:
    for of in ("criteria", "facts"):
        held = some(counts, of).select("finding", "pathway", "criterion", "rows")
        keys = [(of, finding, pathway, criterion) for finding, pathway, criterion, _ in held.iter_rows()]
        for key, rows in zip(keys, held["rows"], strict=True):
            counted[key] = rows
        for finding in names["finding"]:
            for condition in names[CONDITION]:
                parts = tuple(key for key in keys if key[1:3] == (finding, condition))
                _if_it_adds_up(("finding", finding, CONDITION, condition), parts, counted, sums)


def _if_it_adds_up(
    total: NumberKey, parts: tuple[NumberKey, ...], counted: Mapping[NumberKey, int], sums: list[Sum]
) -> None:
    if parts and sum(counted[key] for key in parts) == counted.get(total, 0):
        sums.append(Sum(total, parts))


def _with_the_rest(sums: Iterable[Sum], counted: dict[NumberKey, int]) -> Iterator[Sum]:
    """The sums, and for everything that is part of the rows of something, the rest of them: few without a finding are few as well."""
    yield from sums
    for key in [*counted]:
        if key[0] in MEASURES and key[0] != ROWS:
            whole: NumberKey = (ROWS, *key[1:])
            rest: NumberKey = ("rest of", *key)
            counted[rest] = counted[whole] - counted[key]
            yield Sum(whole, (key, rest))
    counted["rest of", AGAIN] = counted["rest of", FOUND] - counted[AGAIN,]
    yield Sum(("rest of", FOUND), ((AGAIN,), ("rest of", AGAIN)))


def shown(number: int | None) -> str:
    """A number as it stands in words and tables."""
    return "not shown" if number is None else f"{number:,}"


def in_percent(share: float | None, digits: int = 1) -> str:
    """A share as it stands in words and tables."""
    return "not shown" if share is None else f"{100 * share:.{digits}f} %"


def as_json(numbers: AuditNumbers) -> dict[str, Any]:
    """Every number that is shown, by its key in words, and how many are left out.

    ``rows`` is how many were read, null where that is left out.
    """
    each = {key: number for key, number in sorted(numbers.counted.items()) if key[0] != "rest of"}
    told = {" / ".join(key): number for key, number in each.items() if key not in numbers.hidden}
    return {"rows": numbers.of(READ), "left_out": len(each) - len(told), "numbers": told}


def top(numbers: AuditNumbers, of: str, most: int) -> list[tuple[NumberKey, int]]:
    """The keys of a kind with the largest numbers that are shown, the largest first."""
    found = [(key, n) for key, n in numbers.counted.items() if key[0] == of and key not in numbers.hidden and n]
    return [*sorted(found, key=lambda one: (-one[1], one[0]))][:most]
