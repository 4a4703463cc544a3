"""Whom a question is not asked: a gate judged for many people at once, on codes of answers. The kernel judges each answer of a sentence once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pharmacyfirst.kernel.conditions import MET, NOT_ASKED, NOT_MET, Above, Condition, Count, Defined, Verdict

Values = Mapping[str, Sequence[Any]]
Bytes = Mapping[str, bytes]
_NOT_ASKED_CODE = 1


def not_asked(gate: Condition, columns: Bytes, values: Values) -> bytes:
    """For each person 1 where the gate is known not to hold, else 0."""
    return _judged(gate, columns, values)[1]


def _judged(condition: Condition, columns: Bytes, values: Values) -> tuple[bytes, bytes]:
    """For each person whether it is met, and whether it is not met: 1 or 0; neither where it is not known."""
    match condition:
        case Defined(_, body, wanted):
            met, fails = _judged(body, columns, values)
            return (met, fails) if wanted else (fails, met)
        case Count(items, low, high):
            each = [_judged(one, columns, values) for one in items]
            fewest = _added([met for met, _ in each])
            failing = _added([fails for _, fails in each])
            size = len(items)
            pairs = list(zip(fewest, failing, strict=True))
            return (
                bytes([low <= few and size - fail <= high for few, fail in pairs]),
                bytes([size - fail < low or few > high for few, fail in pairs]),
            )
        case Above():
            return _of_two(condition, columns, values)
        case _:
            return _of_one(condition, columns, values)


def _added(columns: Iterable[bytes]) -> bytes:
    """Columns of small numbers added up, person by person."""
    return bytes(map(sum, zip(*columns, strict=True)))


def _of_one(condition: Condition, columns: Bytes, values: Values) -> tuple[bytes, bytes]:
    (name,) = condition.facts()
    said = [condition.verdict({name: _answer(code, value)}) for code, value in enumerate(values[name])]
    return columns[name].translate(_where(said, MET)), columns[name].translate(_where(said, NOT_MET))


def _where(said: Sequence[Verdict], wanted: Verdict) -> bytes:
    return bytes([one is wanted for one in said]).ljust(256, b"\0")


def _of_two(condition: Above, columns: Bytes, values: Values) -> tuple[bytes, bytes]:
    one, other = condition.facts()
    said = {
        (code, beside): condition.verdict({one: _answer(code, value), other: _answer(beside, another)})
        for code, value in enumerate(values[one])
        for beside, another in enumerate(values[other])
    }
    each = [said[pair] for pair in zip(columns[one], columns[other], strict=True)]
    return bytes([verdict is MET for verdict in each]), bytes([verdict is NOT_MET for verdict in each])


def _answer(code: int, value: Any) -> Any:
    return NOT_ASKED if code == _NOT_ASKED_CODE else value
