"""The table of names: by which words and codes an entry is known to bear on a question. Read once from ``names_in_records.yaml``.

Names are looked up word by word, not searched for, so that the time it takes grows with the length of a text and not with that of the table.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Node, Quote, Text, read_file
from pharmacyfirst.record.fields import PREGNANCY
from pharmacyfirst.record.inbound.wording import folded, tokens

TABLE = Path(__file__).with_name("names_in_records.yaml")
LONGEST_NAME = 4  # words that a name of the table has after its first


@dataclass(frozen=True, slots=True)
class NamedInRecords:
    """Words and codes by which an entry is known to speak of something, unless it holds one of some other words.

    ``part`` and ``name`` say where it stands in the table: a question, or an answer of the question about interacting medicines.
    ``issued_within``: how long ago an issue may be to count, in months or days; None where the medicine has to stand on the current list.
    """

    part: str
    name: str
    says: str
    words: tuple[str, ...]
    codes: frozenset[str]
    unless: frozenset[str]
    source: str
    issued_within: tuple[int, str] | None = None

    def since(self, on: date) -> date | None:
        """The first day of issue that counts on a day; None where only the current list does."""
        if self.issued_within is None:
            return None
        many, unit = self.issued_within
        return on - timedelta(days=many) if unit == "days" else _months_before(on, many)


@dataclass(frozen=True, slots=True)
class PregnancyCode:
    """The code that says pregnant, the one that says the opposite, and for how many days the first can hold."""

    code: str
    opposite: str
    value: str
    within_days: int
    source: str


@dataclass(frozen=True, slots=True)
class _Index:
    """The rows by what begins a name: its first word, the beginning of a word, the end of one; and by code."""

    first_words: dict[str, list[tuple[tuple[str, ...], int]]] = field(default_factory=dict)
    beginnings: dict[str, list[int]] = field(default_factory=dict)
    ends: dict[str, list[int]] = field(default_factory=dict)
    codes: dict[str, list[int]] = field(default_factory=dict)
    all_beginnings: tuple[str, ...] = ()
    all_ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """The table, by question; ``interacting`` by answer of the question about interacting medicines."""

    allergies: Mapping[str, NamedInRecords]
    severe: Mapping[str, NamedInRecords]
    interacting: Mapping[str, NamedInRecords]
    taken: Mapping[str, NamedInRecords]
    pregnancy: PregnancyCode

    def __post_init__(self) -> None:
        parts = (self.allergies, self.severe, self.interacting, self.taken)
        object.__setattr__(self, "_rows", tuple(row for part in parts for row in part.values()))
        object.__setattr__(self, "_index", _indexed(self._rows))

    _rows: tuple[NamedInRecords, ...] = field(init=False, repr=False, default=())
    _index: _Index = field(init=False, repr=False, default_factory=_Index)

    def named(self, text: str, codes: Iterable[str] = ()) -> tuple[NamedInRecords, ...]:
        """The rows that a text, which was folded, or a code speaks of, in the table's order."""
        words = tokens(text)
        index = self._index
        found = {number for code in codes for number in index.codes.get(code, ())}
        for place, word in enumerate(words):
            one = word.removesuffix("s")  # "penicillins"
            for start in (word,) if one == word else (word, one):
                if start in index.first_words:
                    found.update(_whole(index.first_words[start], words[place + 1 : place + 1 + LONGEST_NAME]))
                if start.endswith(index.all_ends):
                    found.update(n for end, rows in index.ends.items() if start.endswith(end) for n in rows)
            if word.startswith(index.all_beginnings):
                found.update(n for begin, rows in index.beginnings.items() if word.startswith(begin) for n in rows)
        if not found:
            return ()
        held = {one for word in words for one in (word, word.removesuffix("s"))}
        return tuple(row for number in sorted(found) if not (row := self._rows[number]).unless & held)


def _whole(names: list[tuple[tuple[str, ...], int]], after: list[str]) -> Iterator[int]:
    """The rows whose name goes on with the words that follow; the last of them may be a plural."""
    for rest, number in names:
        then = after[: len(rest)]
        if then == [*rest] or (then and [*then[:-1], then[-1].removesuffix("s")] == [*rest]):
            yield number


def _indexed(rows: Iterable[NamedInRecords]) -> _Index:
    index = _Index()
    for number, row in enumerate(rows):
        for code in row.codes:
            index.codes.setdefault(code, []).append(number)
        for word in row.words:
            if word.startswith("-"):
                index.ends.setdefault(word.strip("-"), []).append(number)
            elif word.endswith("-"):
                index.beginnings.setdefault(word.strip("-"), []).append(number)
            else:
                _add_name(index.first_words, word, number)
    return replace(index, all_beginnings=tuple(index.beginnings), all_ends=tuple(index.ends))


def _add_name(first_words: dict[str, list[tuple[tuple[str, ...], int]]], word: str, number: int) -> None:
    """A name by its first word; one with hyphens is met without them too: co-amoxiclav, co amoxiclav, coamoxiclav."""
    start, *rest = tokens(word)
    first_words.setdefault(start, []).append((tuple(rest), number))
    if "-" in word:
        start, *rest = tokens(word.replace("-", ""))
        first_words.setdefault(start, []).append((tuple(rest), number))


@cache
def names_in_records() -> Names:
    """The table that ships with the package, read once. Raises ``ContentRefused`` where it cannot be read."""
    mistakes = Mistakes()
    block = read_file(TABLE, TABLE.name, mistakes, Quote.ALL)
    if block is None:
        raise ContentRefused(mistakes)
    table = _plain(block)
    coded = table["coded"][PREGNANCY]
    return Names(
        _all_named("allergies", table),
        _all_named("severe reactions", table),
        _all_named("interacting medicines", table),
        _all_named("medicines taken", table),
        PregnancyCode(coded["codes"], coded["opposite"], coded["value"], int(coded["within days"]), coded["source"]),
    )


def _plain(node: Node) -> Any:
    if isinstance(node, Block):
        return {name: _plain(inner) for name, inner in node.items.items()}
    return node.words if isinstance(node, Text) else [_plain(inner) for inner in node.items]


def _all_named(part: str, table: Mapping[str, Any]) -> dict[str, NamedInRecords]:
    return {name: _named(part, name, row) for name, row in table[part].items()}


def _named(part: str, name: str, row: Mapping[str, str]) -> NamedInRecords:
    within = re.fullmatch(r"issued within ([0-9]+) (months|days)", row.get("counts", ""))
    return NamedInRecords(
        part=part,
        name=name,
        says=row.get("says", name.replace("_", " ")),
        words=tuple(_listed(row["words"])),
        codes=frozenset(_listed(row.get("codes", ""))),
        unless=frozenset(_listed(row.get("unless", ""))),
        source=row["source"],
        issued_within=(int(within[1]), within[2]) if within else None,
    )


def _listed(words: str) -> list[str]:
    return [folded(word) for part in words.split(",") if (word := " ".join(part.split()))]


def _months_before(on: date, months: int) -> date:
    """The day so many months earlier; the last of its month where the month has no such day."""
    month = on.year * 12 + on.month - 1 - months
    year, number = divmod(month, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(year, number + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
