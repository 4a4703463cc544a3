"""The numbers of ``activity`` as tables that people read: the same on the form's page and in the terminal."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.paper.words import day
from pharmacyfirst.store.activity import GATEWAYS, SMALL_NUMBERS, Activity, ActivityCount

WHAT_IS_COUNTED = (
    "Counted on the day they were finished; one that was corrected counts once, as its newest correction has it. Training patients are left out.",
    "Outcomes are what the pathway said, supplies what was handed over under a PGD. Messages and letters are as they stand now.",
    "Time is from opening a consultation to its saved record, of those that were held on the form.",
    GATEWAYS,
    SMALL_NUMBERS,
)
ALL = "All"
OUTCOMES = {
    Kind.EMERGENCY: "Emergency",
    Kind.REFER_URGENT: "Same day",
    Kind.NOT_ELIGIBLE: "Not eligible",
    Kind.REFER: "Referral",
    Kind.ALTERNATIVE_DIAGNOSIS: "Another cause",
    Kind.DECLINED: "Declined",
    Kind.MEASURE_NEXT: "Measured next",
    Kind.SELF_CARE: "Self-care",
    Kind.SUPPLY: "May be supplied",
    Kind.NEED_FACTS: "Not decided",
}
Tell = Callable[[ActivityCount], str]
_DONE: Mapping[str, Tell] = {
    "Supplied": lambda one: str(one.supplied),
    "Otherwise than assessed": lambda one: str(one.differs),
    "Without a permit": lambda one: str(one.unpermitted),
    "Gateway point reached": lambda one: str(one.gateways),
    "Message not confirmed": lambda one: str(one.unconfirmed),
    "Letter due": lambda one: str(one.letters_due),
    "Ended without a record": lambda one: str(one.without_record),
    "Half within (minutes)": lambda one: _minutes(one.median_seconds),
    "9 of 10 within (minutes)": lambda one: _minutes(one.p90_seconds),
}


@dataclass(frozen=True, slots=True)
class ActivityTable:
    """A table to read: the title, what its rows are, the heads of its columns, and its rows, each with its name."""

    title: str
    rows_are: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def titles_of(library: Library) -> dict[str, str]:
    """The conditions as patients call them."""
    return {name: library.newest(name).title_for_patients or name for name in library.conditions}


def tables(found: Activity, titles: Mapping[str, str]) -> Iterator[ActivityTable]:
    """What was done, as tables. ``titles`` are the conditions in words."""
    by_condition = {titles.get(name, name): one for name, one in found.by_condition.items()} | {ALL: found.total}
    outcomes: dict[str, Tell] = {"Finished": lambda one: str(one.finished)}
    outcomes |= {title: _of_kind(kind) for kind, title in OUTCOMES.items()}
    by_week = {f"From {day(date.fromisoformat(on))}": one for on, one in found.by_week.items()}
    yield _table("How they came out", "Condition", outcomes, by_condition)
    yield _table("What was done, and what follows", "Condition", _DONE, by_condition)
    yield _table("By week", "Week", {"Finished": outcomes["Finished"], **_DONE}, by_week | {ALL: found.total})


def _of_kind(kind: Kind) -> Tell:
    return lambda one: str(one.outcomes.get(kind.key, 0))


def _table(
    title: str, rows_are: str, columns: Mapping[str, Tell], counts: Mapping[str, ActivityCount]
) -> ActivityTable:
    rows = tuple((name, tuple(tell(one) for tell in columns.values())) for name, one in counts.items())
    return ActivityTable(title, rows_are, tuple(columns), rows)


def _minutes(seconds: int | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f}"


def practice_in_words(found: Activity) -> str:
    """How many consultations with training patients there were, which are in no other number; empty where there were none."""
    return f"With training patients, in none of these numbers: {found.practice}." if found.practice else ""


def in_lines(found: Activity, titles: Mapping[str, str]) -> Iterator[str]:
    """What was done, for a terminal."""
    yield f"From {day(found.begin)} to {day(found.end)}"
    for one in tables(found, titles):
        yield from ("", one.title)
        yield from _aligned([(one.rows_are, *one.heads), *((name, *cells) for name, cells in one.rows)])
    yield from ("", *filter(None, (practice_in_words(found), *WHAT_IS_COUNTED)))


def _aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    held = [*rows]
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    for first, *others in held:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells))
