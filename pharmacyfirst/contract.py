"""The JSON contract of clinical/README.md: one input object in, one assessment or one error out.

Numbers are read and written as the decimals they are; nothing is coerced; an error always says that nothing was assessed.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.kernel.trace import Assessment


class Consultation(BaseModel):
    """The input: which pathway, on which day, and what is known. All three are required, and no other key is taken.

    The facts themselves are checked by the pathway they are for (``kernel.questions``).
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    pathway: str
    as_of: date
    facts: dict[str, Any]

    @field_validator("as_of", mode="before")
    @classmethod
    def _written_as_a_day(cls, value: Any) -> Any:
        """JSON has no dates: they come as YYYY-MM-DD and in no other shape."""
        return read_day(value) if isinstance(value, str) else value


MOST_BYTES = 1_000_000
MOST_DIGITS = 40


def read_json(words: bytes) -> Any:
    """JSON as it is written: decimals exact, no repeated key, no NaN, 1 MB at most. Raises ``Refused`` (``not_json``)."""
    try:
        if len(words) > MOST_BYTES:
            raise _Said(f"The input holds more than {MOST_BYTES // 1_000_000} MB, which no consultation does.")
        if not words.strip():
            raise _Said("The input is empty. Where nothing is known of the person, the facts are {}.")
        return json.loads(
            words.decode("utf-8-sig"),
            parse_float=_number,
            parse_int=_number,
            parse_constant=_not_a_number,
            object_pairs_hook=_each_key_once,
        )
    except _Said as said:
        raise Refused("not_json", str(said)) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused("not_json", f"The input cannot be read as JSON; the first mistake is at {where}.") from None
    except UnicodeDecodeError:
        raise Refused("not_json", "The input is not UTF-8 text.") from None
    except RecursionError:
        raise Refused("not_json", "The input is nested too deeply.") from None


class _Said(ValueError):
    """A reason of our own, which repeats nothing of the input that could tell who the person is."""


def _number(words: str) -> int | Decimal:
    """The number as it is written; of a size that no fact has, infinity, so that the fact refuses it by its name."""
    if len(words) <= MOST_DIGITS and words.removeprefix("-").isdigit():
        return int(words)
    try:
        number = Decimal(words)
    except InvalidOperation:  # an exponent that a decimal cannot hold
        return Decimal("Infinity")
    return number if len(words) <= MOST_DIGITS and abs(number.adjusted()) <= MOST_DIGITS else Decimal("Infinity")


def _not_a_number(_: str) -> None:
    raise _Said("NaN and Infinity are not JSON.")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for key, value in pairs:
        if key in keys:
            raise _Said("A key stands twice in one object, so it is not known which value is meant.")
        keys[key] = value
    return keys


def read_consultation(given: Any, as_of: date | None = None) -> Consultation:
    """The input object checked; ``as_of`` fills in where it has no date. Raises ``Refused``."""
    if not isinstance(given, Mapping):
        raise Refused("not_json", "An input is one JSON object with pathway, as_of and facts.")
    if as_of is not None and "as_of" not in given:
        given = {**given, "as_of": as_of}
    try:
        return Consultation.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from None


_WANTED = {
    "pathway": "pathway: give the id of a pathway as text.",
    "as_of": "as_of: give the day of the consultation as YYYY-MM-DD.",
    "facts": "facts: give an object of fact names and values.",
}


def _refusal(error: ValidationError) -> Refused:
    # What is missing comes first: a wrong value may be what is left of it.
    first = min(error.errors(include_url=False, include_input=False), key=lambda one: one["type"] != "missing")
    key = str(first["loc"][0]) if first["loc"] else ""  # of a key that is no text pydantic names no place
    if first["type"] == "missing":
        return Refused("missing_key", f"{key} is missing. An input is one object with pathway, as_of and facts.")
    if key in _WANTED:
        return Refused("wrong_value", _WANTED[key])
    return Refused(
        "unknown_fact", "There is a key beside pathway, as_of and facts. What is known of the person goes under facts."
    )


def answer(library: Library, given: Any, as_of: date | None = None) -> Assessment:
    """Assess one input object. Raises ``Refused``."""
    consultation = read_consultation(given, as_of)
    pathway = library.in_force(consultation.pathway, consultation.as_of)
    return assess(pathway, consultation.facts, consultation.as_of)


def error_object(refused: Refused) -> dict[str, Any]:
    """What stands in place of an assessment that was refused."""
    return {"error": {"code": refused.code, "fact": refused.fact, "message": str(refused)}}


def write_json(value: Any, indent: int | None = None) -> str:
    """JSON text with decimals written exactly; the same value always gives the same text."""
    return "".join(_written(value, indent, 0))


def _written(value: Any, indent: int | None, level: int) -> Iterator[str]:
    if isinstance(value, Decimal):
        yield plain(value)
    elif isinstance(value, Mapping):
        yield from _container(
            "{}", [(json.dumps(str(key), ensure_ascii=False) + ": ", one) for key, one in value.items()], indent, level
        )
    elif isinstance(value, list | tuple):
        yield from _container("[]", [("", one) for one in value], indent, level)
    else:
        yield json.dumps(value, ensure_ascii=False)


def _container(brackets: str, items: list[tuple[str, Any]], indent: int | None, level: int) -> Iterator[str]:
    if not items:
        yield brackets
        return
    broken = indent is not None and any(isinstance(one, Mapping | list | tuple) and one for _, one in items)
    inner, outer = (
        ("\n" + " " * (indent or 0) * (level + 1), "\n" + " " * (indent or 0) * level) if broken else ("", "")
    )
    yield brackets[0]
    for number, (key, one) in enumerate(items):
        yield f"{',' if number else ''}{inner or (' ' if number else '')}{key}"
        yield from _written(one, indent, level + 1)
    yield outer + brackets[1]
