"""A made-up population of many consultations, block after block: any block can be made by itself, and is the same whenever it is."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from pharmacyfirst.content.cases import answers_that_fit
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.population import MadeUpPeople, read_population
from pharmacyfirst.errors import Refused
from pharmacyfirst.population.answers import AnswersOf
from pharmacyfirst.population.chance import MOST_CODES, Chance, Wheel, shared_out
from pharmacyfirst.population.planted import Planted, Planter
from pharmacyfirst.population.recorded import Batch, Following

BLOCK = 65_536
MONTHS_A_YEAR = 12
FIRST_MONTH = date(2025, 10, 1)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def shipped_population() -> MadeUpPeople:
    """The people that ship with the package."""
    return read_population(Path(__file__).with_name("population.yaml"))


@dataclass(frozen=True, slots=True)
class BlockOfRows:
    """Consultations that follow each other in the table, those of each pathway together, and the faults planted in them."""

    number: int
    batches: tuple[Batch, ...]
    planted: tuple[Planted, ...]


class MadeUp:
    """So many consultations of a library's pathways, by a seed: the same seed gives the same, whatever the machine.

    ``faults`` is the share of consultations in which a fault is planted, ``lacking`` that which lacks answers, in place of the population's;
    ``months`` are counted from the month of ``first``; ``only`` names the conditions where not all are wanted. Raises ``Refused`` where
    nobody can be made up: no share of the pathways is known, or none is in force.
    """

    def __init__(
        self, library: Library, people: MadeUpPeople, rows: int, seed: int, *, faults: Decimal = Decimal(0),
        lacking: Decimal | None = None, first: date = FIRST_MONTH, months: int = MONTHS_A_YEAR, only: Sequence[str] = (),
    ):  # fmt: skip
        if lacking is not None:
            people = people.lacking(round(lacking * 10_000))
        self.library, self.people, self.rows, self.seed, self.faults = library, people, rows, seed, faults
        self.first, self.months = first, months
        days = [day for at in range(months) for day in _days_of_month(first, at)]
        in_force = {name: _in_force(library, name, days) for name in library.conditions if not only or name in only}
        self.shares = {name: share for name, share in people.conditions.shares.items() if share and in_force.get(name)}
        if not self.shares:
            raise Refused(
                "not_in_force",
                "Nobody can be made up: of the pathways named none has a share in the population and is in force in these months.",
            )
        self._months = {name: _Months(in_force[name], people) for name in self.shares}
        self._pharmacies = _Pharmacies(people)
        self._followed: dict[tuple[str, int], tuple[Following, Planter]] = {}

    def says(self) -> dict[str, Any]:
        """What a file says of itself."""
        return {
            "made_up": "nobody is like this",
            "rows": self.rows,
            "seed": self.seed,
            "faults": str(self.faults),
            "lacking_answers_in_10000": self.people.unanswered.consultations,
            "first_month": f"{self.first:%Y-%m}",
            "months": self.months,
            "conditions": list(self.shares),
        }

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.rows // BLOCK)

    def every_block(self) -> Iterator[BlockOfRows]:
        """All of them, one after the other."""
        return map(self.block, range(self.blocks))

    def block(self, number: int) -> BlockOfRows:
        """One block, from 0."""
        row = number * BLOCK
        counts = shared_out(min(BLOCK, self.rows - row), list(self.shares.values()))
        batches: list[Batch] = []
        planted: list[Planted] = []
        for condition, count in zip(self.shares, counts, strict=True):
            for batch, planter, chance in self._batches(condition, count, number):
                batch.rows = [f"made-up-{self.seed}-{at + 1:08}" for at in range(row, row + len(batch))]
                row += len(batch)
                batches.append(batch)
                if self.faults:
                    planted += planter.plant(batch, chance)
        return BlockOfRows(number, tuple(batches), tuple(planted))

    def _batches(self, condition: str, count: int, number: int) -> Iterator[tuple[Batch, Planter, Chance]]:
        """The consultations of a condition; where its documents change within the months, those of each stretch by themselves."""
        chance = Chance(self.seed, number, condition)
        days, pharmacies = self._months[condition].drawn(chance, count), self._pharmacies.drawn(chance, count)
        people: dict[int, list[int]] = {}
        for at, (stretch, _) in enumerate(days):
            people.setdefault(stretch, []).append(at)
        for stretch, these in sorted(people.items()):
            following, planter = self._follow(condition, stretch, days[these[0]][1])
            own = Chance(self.seed, number, condition, stretch)
            batch = following.batch(own, [days[at][1] for at in these], [pharmacies[at] for at in these])
            yield batch, planter, own

    def _follow(self, condition: str, stretch: int, on: date) -> tuple[Following, Planter]:
        found = self._followed.get((condition, stretch))
        if found is None:
            pathway = self.library.stretches[condition][stretch].pathway
            _, usual = answers_that_fit(self.library, pathway)
            following = Following(AnswersOf(pathway, usual, self.people), on)
            found = self._followed[condition, stretch] = following, Planter(following, self.faults)
        return found


OnADay = tuple[int, date]
"""The place of the stretch that is in force, and the day."""


class _Months:
    """The days of the months on which a condition is in force, drawn by the share of each calendar month."""

    def __init__(self, days: Sequence[OnADay], people: MadeUpPeople):
        by_month: dict[tuple[int, int], list[OnADay]] = {}
        for stretch, day in days:
            by_month.setdefault((day.year, day.month), []).append((stretch, day))
        self._months = list(by_month.values())
        shares = people.months.shares
        self._wheel = Wheel([_share_of(one, shares[f"{month:02}"]) for (_, month), one in by_month.items()])

    def drawn(self, chance: Chance, count: int) -> list[OnADay]:
        """So many days."""
        months = map(self._months.__getitem__, self._wheel.drawn(chance, "month", count))
        numbers = chance.numbers("day of the month", count)
        return [days[number % len(days)] for days, number in zip(months, numbers, strict=True)]


def _share_of(days: Sequence[OnADay], share: int) -> Fraction:
    _, day = days[0]
    return Fraction(share * len(days), monthrange(day.year, day.month)[1])


class _Pharmacies:
    """Pharmacies by codes that none has, drawn as the population says."""

    def __init__(self, people: MadeUpPeople):
        said = people.pharmacies
        self._codes = [pharmacy_code(at) for at in range(said.count)]
        # A wheel of wheels where there are more than one wheel holds: first a group of them, then one of the group.
        each = [Fraction(1, at + 1 + said.beside) for at in range(said.count)]
        groups = [range(begin, min(begin + MOST_CODES, said.count)) for begin in range(0, said.count, MOST_CODES)]
        self._groups = Wheel([sum((each[at] for at in group), Fraction(0)) for group in groups])
        self._wheels = [(group[0], Wheel([each[at] for at in group])) for group in groups]

    def drawn(self, chance: Chance, count: int) -> list[str]:
        """So many codes."""
        groups = self._groups.drawn(chance, "group of pharmacies", count)
        places = [wheel.drawn(chance, "pharmacy", count) for _, wheel in self._wheels]
        firsts = [first for first, _ in self._wheels]
        return [self._codes[firsts[group] + places[group][at]] for at, group in enumerate(groups)]


def pharmacy_code(at: int) -> str:
    """The form of an ODS code, F and four letters or digits: ``FZ001``, which is nobody's, then as many as are wanted."""
    return f"FZ{_DIGITS[(at + 1) // 1296 % 36]}{_DIGITS[(at + 1) // 36 % 36]}{_DIGITS[(at + 1) % 36]}"


def _days_of_month(first: date, at: int) -> list[date]:
    year, month = divmod(first.month - 1 + at, MONTHS_A_YEAR)
    year, month = first.year + year, month + 1
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def _in_force(library: Library, condition: str, days: Sequence[date]) -> list[OnADay]:
    stretches = list(enumerate(library.stretches[condition]))
    return [(at, day) for day in days for at, one in stretches if day in one.period]
