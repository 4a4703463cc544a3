"""Which numbers of a report are not shown, so that nobody is told by a small one, and nobody can work it out by taking others away.

The rule. A number from 1 to 4 is not shown. Of any numbers that add up to another one that is shown, those not shown are at least two, and so
large together that by that sum alone each could be five or more if none is nought: where they would not be, the smallest of the others is
left out too, and where there is none, the sum itself. And no number that is left out follows from all the sums together. Nought is shown, as nobody is told by
it; but where numbers of a sum are left out, one nought is too, so that what is left out may be nought: five numbers known to be at least
one, which add up to five, are five ones.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

SMALL = 5
Key = TypeVar("Key", bound=Hashable)


class Sum(NamedTuple):
    """A number of the report that is the sum of others, by their keys.

    ``total_first``: where one more number is to be left out it is the sum itself, as much hangs on its parts and nothing on it.
    """

    total: Hashable
    parts: tuple[Hashable, ...]
    total_first: bool = False

    @property
    def members(self) -> tuple[Hashable, ...]:
        """The parts, then the total."""
        return (*self.parts, self.total)


def left_out(numbers: Mapping[Key, int], sums: Iterable[Sum]) -> frozenset[Key]:
    """The keys of the numbers that are not shown."""
    every = [one for one in sums if one.parts]
    hidden: set[Hashable] = {key for key, number in numbers.items() if 0 < number < SMALL}
    while True:
        more = _more_for_sums(numbers, every, hidden) or _more_for_all(numbers, every, hidden)
        if not more:
            hidden |= _noughts(numbers, every, hidden)
            return frozenset(key for key in numbers if key in hidden)
        hidden |= more


def _more_for_sums(numbers: Mapping[Any, int], sums: Sequence[Sum], hidden: set[Hashable]) -> set[Hashable]:
    """For each sum that gives something away, one more number to leave out."""
    more: set[Hashable] = set()
    for one in sums:
        away = hidden | more
        parts = [key for key in one.parts if key in away]
        gives_away = too_few([numbers[key] for key in parts]) if one.total not in away else not parts
        if gives_away:
            ways = (one.parts, (one.total,))
            first, then = reversed(ways) if one.total_first else ways
            more |= _smallest(numbers, first, away) or _smallest(numbers, then, away)
    return more


def too_few(hidden: Sequence[int]) -> bool:
    """Whether numbers left out of a sum that is shown give themselves away: there is one, or none could be five unless another were nought."""
    return len(hidden) == 1 or (bool(hidden) and sum(hidden) - len(hidden) < SMALL - 1)


def _noughts(numbers: Mapping[Any, int], sums: Sequence[Sum], hidden: set[Hashable]) -> set[Hashable]:
    """One nought of each sum of which something is left out: one that no other sum gives away, where there is such."""
    given_away = Counter(key for one in sums if hidden.isdisjoint(one.parts) for key in one.parts)
    more: set[Hashable] = set()
    for one in sums:
        noughts = [key for key in one.parts if not numbers[key]]
        if noughts and not more.intersection(noughts) and not hidden.isdisjoint(one.parts):
            more.add(min(noughts, key=lambda key: given_away[key]))
    return more


def _smallest(numbers: Mapping[Any, int], keys: Iterable[Hashable], hidden: set[Hashable]) -> set[Hashable]:
    """The smallest number of these that is shown and not nought; the first of those that are equal."""
    shown = [key for key in keys if key not in hidden and numbers[key]]
    return {min(shown, key=lambda key: numbers[key])} if shown else set()


def _more_for_all(numbers: Mapping[Any, int], sums: Sequence[Sum], hidden: set[Hashable]) -> set[Hashable]:
    """One more number for each that follows from all the sums together."""
    more: set[Hashable] = set()
    for key in _determined(sums, hidden):
        for one in sums:
            if key in one.members and (found := _smallest(numbers, one.members, hidden | more)):
                more |= found
                break
    return more


def _determined(sums: Sequence[Sum], hidden: set[Hashable]) -> list[Hashable]:
    """The numbers left out that the sums have one solution for: what is shown is known, so only the rest of each sum counts."""
    solved = _Solved()
    for one in sums:
        row = {key: Fraction(1) for key in one.parts if key in hidden}
        if one.total in hidden:
            row[one.total] = row.get(one.total, Fraction(0)) - 1
        solved.add({key: factor for key, factor in row.items() if factor})
    return [pivot for pivot, row in solved.rows.items() if len(row) == 1]


class _Solved:
    """Sums solved by elimination: ``rows`` by their pivots, none of which stands in another row; ``where`` a number stands, by pivot."""

    def __init__(self) -> None:
        self.rows: dict[Hashable, dict[Hashable, Fraction]] = {}
        self.where: dict[Hashable, set[Hashable]] = {}

    def add(self, row: dict[Hashable, Fraction]) -> None:
        for pivot in [key for key in row if key in self.rows]:
            _take_away(row, self.rows[pivot], row[pivot])
        if not row:
            return
        pivot = next(iter(row))
        row = {key: factor / row[pivot] for key, factor in row.items()}
        for other in [*self.where.get(pivot, ())]:
            held = self.rows[other]
            _take_away(held, row, held[pivot])
            for key in row:
                if key in held:
                    self.where.setdefault(key, set()).add(other)
                else:
                    self.where.get(key, set()).discard(other)
        self.rows[pivot] = row
        for key in row:
            self.where.setdefault(key, set()).add(pivot)


def _take_away(row: dict[Hashable, Fraction], other: Mapping[Hashable, Fraction], times: Fraction) -> None:
    for key, factor in [*other.items()]:
        left = row.get(key, Fraction(0)) - times * factor
        if left:
            row[key] = left
        else:
            row.pop(key, None)
