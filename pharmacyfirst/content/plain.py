"""A library as plain data and back: a list of entries, each a text, a number, null, or what is made of entries before it.

What can be made is a closed table of classes of ours; nothing that is read can name another. The same thing is written once, so what is
made again shares what it shared, and each text is there once.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from pharmacyfirst.content.written import SharedMedicine, Written
from pharmacyfirst.kernel import conditions, dose, evidence, pathway, pgd, questions, service
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind

RECORDS: tuple[type, ...] = (
    conditions.OneOf, conditions.Limits, conditions.Within, conditions.Above, conditions.Includes, conditions.Count, conditions.Defined,
    dose.Amount, dose.Rounding, dose.Dose, dose.Strength, dose.Product, dose.Pack, dose.DoseRow,
    evidence.Evidence, evidence.Backing, evidence.Statement, evidence.OpenItem, evidence.Source,
    questions.Bar, questions.Action, questions.Origin, questions.Choice, questions.Moment, questions.Question,
    pgd.Period, pgd.SourceDocument, pgd.Edition, pgd.Withdrawal, pgd.Clause, pgd.Caution, pgd.Instruction, pgd.BarDifference, pgd.PGD,
    pathway.AllowedChannel, pathway.Named, pathway.Criterion, pathway.Row, pathway.GatewayPoint, pathway.Page, pathway.Diagnosis,
    pathway.ConditionCode, pathway.Conflict, pathway.SharedList, pathway.Pathway,
    service.DatedCode, service.Service, Written, SharedMedicine,
)  # fmt: skip
MEMBERS: tuple[type[Enum], ...] = (Kind, evidence.Grade, questions.Answer, pgd.Mechanism)

Entries = list[Any]


def _record(cls: type) -> Callable[..., Any]:
    names = _names(cls)
    if not any(one.kw_only for one in fields(cls)):
        return cls
    return lambda *values: cls(**dict(zip(names, values, strict=True)))


def _names(cls: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cls) if one.init)


def _tuple(*items: Any) -> tuple[Any, ...]:
    return items


def _frozen(*items: Any) -> Frozen[Any, Any]:
    return Frozen(dict(zip(items[::2], items[1::2], strict=True)))


# In this order an entry's first number names them.
_MAKERS: tuple[Callable[..., Any], ...] = (
    _tuple, _frozen, Decimal, date.fromisoformat,
    *(lambda name, members=one: members[name] for one in MEMBERS),
    *map(_record, RECORDS),
)  # fmt: skip
_TUPLE, _FROZEN, _DECIMAL, _DATE = range(4)
_AT = {cls: at for at, cls in enumerate((*MEMBERS, *RECORDS), start=4)}


def written(things: Iterable[Any]) -> str:
    """The entries of these things as JSON text; the last entry is the tuple of them. Raises ``TypeError`` for what is not of the table."""
    return json.dumps(_Writing().all_of(things), separators=(",", ":"))


class _Writing:
    def __init__(self) -> None:
        self.entries: Entries = []
        self._places: dict[Any, int] = {}
        self._seen: dict[int, tuple[Any, int]] = {}  # holds each thing, so that its id stays its own

    def all_of(self, things: Iterable[Any]) -> Entries:
        self.entries.append([_TUPLE, *map(self._place, things)])
        return self.entries

    def _place(self, thing: Any) -> int:
        seen = self._seen.get(id(thing))
        if seen is None:
            seen = self._seen[id(thing)] = (thing, self._add(self._entry(thing)))
        return seen[1]

    def _add(self, entry: Any) -> int:
        same = tuple(entry) if type(entry) is list else (type(entry), entry)  # True is not 1
        if same not in self._places:
            self._places[same] = len(self.entries)
            self.entries.append(entry)
        return self._places[same]

    def _entry(self, thing: Any) -> Any:
        kind = type(thing)
        if thing is None or kind in (str, int, bool):
            return thing
        if kind is tuple:
            return [_TUPLE, *map(self._place, thing)]
        if kind is Frozen:
            return [_FROZEN, *(self._place(one) for item in thing.items() for one in item)]
        if kind is Decimal:
            return [_DECIMAL, self._place(str(thing))]
        if kind is date:
            return [_DATE, self._place(thing.isoformat())]
        if kind in MEMBERS:
            return [_AT[kind], self._place(thing.name)]
        if kind not in _AT:
            raise TypeError(f"{kind.__name__} has no place in plain data")
        return [_AT[kind], *(self._place(getattr(thing, name)) for name in _names(kind))]


def made(text: str | bytes) -> tuple[Any, ...]:
    """The things that were written. Raises ``ValueError``, ``TypeError``, ``KeyError`` or ``IndexError`` for what nobody of ours wrote."""
    done: list[Any] = []
    add, at = done.append, done.__getitem__
    for entry in json.loads(text):
        if type(entry) is list:
            add(_MAKERS[entry[0]](*map(at, entry[1:])))
        else:
            add(entry)
    last = done[-1]
    if type(last) is not tuple:
        raise ValueError("the last entry is no tuple")
    return last
