"""How a thing is said as JSON: a table of its fields, from which its dict, its text and its schema are made.

The tables of an assessment, an offer and the rest stand in ``tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from enum import Enum
from typing import Any, Generic, TypeVar

from pharmacyfirst.classes import dataclass

Thing = TypeVar("Thing")
Whole = TypeVar("Whole")


class Plain(Enum):
    """The types of a field that holds nothing further."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    YES_NO = "yes or no"
    DAY = "a day as YYYY-MM-DD"
    MOMENT = "a moment as YYYY-MM-DDThh:mm:ss with its distance from UTC"
    DIGEST = "sha256: and 64 hexadecimal digits"
    ANSWERS = "answers by the name of their question; null is not known"


TEXT, WHOLE_NUMBER, NUMBER, YES_NO = Plain.TEXT, Plain.WHOLE_NUMBER, Plain.NUMBER, Plain.YES_NO


@dataclass(frozen=True, slots=True)
class OneWord:
    """One of a closed set of words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """Any number of one type, in an order that means something."""

    each: What


@dataclass(frozen=True, slots=True)
class BlockOf:
    """A block with the fields of a table."""

    table: FieldTable[Any]


@dataclass(frozen=True, slots=True)
class OrNone:
    """A type or null; the key is always there."""

    what: What


What = Plain | OneWord | ListOf | BlockOf | OrNone


@dataclass(frozen=True, slots=True)
class JsonField(Generic[Thing]):
    """One field: its key, how it is read from the thing, its type, and what it means.

    ``left_out``: the key is not there at all where there is no value.
    """

    key: str
    of: Callable[[Thing], Any]
    what: What
    says: str
    left_out: bool = False

    def within(self, part: Callable[[Whole], Thing]) -> JsonField[Whole]:
        """The same field of something larger that holds the thing."""
        return JsonField(self.key, lambda whole: self.of(part(whole)), self.what, self.says, self.left_out)

    def read_as(self, of: Callable[[Whole], Any], what: What | None = None, left_out: bool = True) -> JsonField[Whole]:
        """The same field of something that stands for the thing, such as what a case expects of it."""
        return JsonField(self.key, of, what or self.what, self.says, left_out)


@dataclass(frozen=True, slots=True)
class FieldTable(Generic[Thing]):
    """The fields of one thing, in the order in which they are written; ``name`` is that of its definition in a schema."""

    name: str
    says: str
    fields: tuple[JsonField[Thing], ...]
    _always: tuple[tuple[str, Callable[[Thing], Any]], ...] = field(init=False, repr=False, compare=False)
    _left_out: tuple[tuple[str, Callable[[Thing], Any]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, left_out in (("_always", False), ("_left_out", True)):
            read = tuple((one.key, _read_plainly(one)) for one in self.fields if one.left_out is left_out)
            object.__setattr__(self, name, read)

    def __getitem__(self, key: str) -> JsonField[Thing]:
        """The field of a key. Raises ``KeyError`` where there is none."""
        return {one.key: one for one in self.fields}[key]

    def as_dict(self, thing: Thing) -> dict[str, Any]:
        """The thing as JSON holds it; numbers are int or Decimal."""
        plain = {key: of(thing) for key, of in self._always}
        if self._left_out:
            present = {key: value for key, of in self._left_out if (value := of(thing)) is not None}
            if present:
                plain |= present
                return {one.key: plain[one.key] for one in self.fields if one.key in plain}
        return plain

    def within(self, part: Callable[[Whole], Thing]) -> tuple[JsonField[Whole], ...]:
        """The fields as those of something larger that holds the thing."""
        return tuple(one.within(part) for one in self.fields)

    def only(self, *keys: str) -> FieldTable[Thing]:
        """The table with some of its fields alone, in the table's order."""
        return replace(self, fields=tuple(one for one in self.fields if one.key in keys))


def _read_plainly(one: JsonField[Any]) -> Callable[[Any], Any]:
    of, made = one.of, plainly(OrNone(one.what) if one.left_out else one.what)
    if made is None:
        return of
    as_json = made
    return lambda thing: as_json(of(thing))


def plainly(what: What) -> Callable[[Any], Any] | None:
    """How a value of a type becomes what JSON holds; None where it is that already."""
    match what:
        case OrNone(inner) | ListOf(inner) if (each := plainly(inner)) is not None:
            if isinstance(what, OrNone):
                return lambda value: None if value is None else each(value)
            return lambda values: [each(value) for value in values]
        case ListOf():
            return list
        case BlockOf(table):
            return table.as_dict
        case Plain.ANSWERS:
            return answers_plainly
        case _:
            return None


def answers_plainly(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as JSON holds them: the names of an any-of question as a list."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in answers.items()}
