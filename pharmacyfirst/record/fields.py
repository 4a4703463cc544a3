"""What records are made of: the base of all that stands in one, and the kinds of single fields, each read strictly.

A day, a moment, a number and words each come as JSON holds them or as Python does, and are then one type. Neither ``repr`` nor any error
shows what a record holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.content.identifier_types import SnomedCode
from pharmacyfirst.errors import PharmacyFirstError, Refused, as_sentence, shown
from pharmacyfirst.exact import MOST_DIGITS
from pharmacyfirst.kernel.dose import counted
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.questions import read_day

PREGNANCY = "pregnancy"  # the question; its answer reaches the GP as a code only where the pharmacist confirms it

CONSENT = "consent_given"  # the question; who agrees is asked in every consultation


NOTHING = "Nothing was recorded."


class RecordRefused(PharmacyFirstError, ValueError):
    """A record that cannot be read or made; the message says where and why, and never what the record holds."""


# Single fields


def _day(value: Any) -> Any:
    return read_day(value) or value if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value) if "T" in value else value
    except ValueError:
        return value


def _aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("a time says how far it is from UTC, for instance 2026-11-21T10:30:00+00:00")
    try:
        return in_england(value)
    except Refused as refused:
        raise ValueError(str(refused)) from None


def _number(value: Any) -> Any:
    # A float is read as the decimal it prints as, as the kernel reads facts; a whole number of any length becomes a decimal without being printed.
    return Decimal(str(value) if type(value) is float else value) if type(value) in (int, float) else value


def _channel(value: Any) -> Channel:
    if isinstance(value, Channel):
        return value
    for one in Channel:
        if one.value == value:
            return one
    raise ValueError(f"choose one of: {', '.join(one.value for one in Channel)}")


# What neither XML nor a label can hold; a line break is let through.
_NO_TEXT = re.compile(r"[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# Marks that no eye sees and that turn round, join or hide what stands beside them; two of them join letters of real scripts.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def _plain_breaks(value: Any) -> Any:
    """A line break as every system but one writes it."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _readable(text: str) -> str:
    if _NO_TEXT.search(text) or _UNSEEN.search(text):
        raise ValueError("this holds a character that cannot be written in a message")
    if not text.strip():
        raise ValueError("this is blank; leave it out where there is nothing to say")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("this is one line; a line break would set part of it somewhere else")
    return text.strip()


EXPIRY = r"^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?$"
UUID_IN_SMALL = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

Words = Annotated[str, BeforeValidator(_plain_breaks), Field(min_length=1, max_length=4000), AfterValidator(_readable)]
Line = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_readable), AfterValidator(_one_line)]
Day = Annotated[date, BeforeValidator(_day), PlainSerializer(date.isoformat)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(datetime.isoformat),
    Field(description="a time with its distance from UTC"),
]
Number = Annotated[
    Decimal, BeforeValidator(_number), Field(allow_inf_nan=False, max_digits=20), WithJsonSchema({"type": "number"})
]
Id = Annotated[str, Field(pattern=UUID_IN_SMALL)]
ByChannel = Annotated[Channel, BeforeValidator(_channel), PlainSerializer(lambda channel: channel.value)]


def frozen_json(value: Any) -> Any:
    """A value as JSON holds it, that nobody can change afterwards: objects are frozen mappings, lists are tuples."""
    held = as_json_holds(value)
    return _frozen(held)


def _frozen(held: Any) -> Any:
    if isinstance(held, dict):
        return Frozen({key: _frozen(inner) for key, inner in held.items()})
    return tuple(_frozen(inner) for inner in held) if isinstance(held, list) else held


def _object(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise ValueError("this is a JSON object")
    return frozen_json(value)


JsonObject = Annotated[Any, AfterValidator(_object), WithJsonSchema({"type": "object"})]


def as_json_holds(value: Any) -> Any:
    """A value of any shape as JSON holds it: dates as text, tuples and sets as lists, floats as the decimals they print as.

    Raises ``ValueError`` for a number that is not finite, or larger or smaller than any that is asked for.
    """
    if value is None or type(value) in (bool, str, int):  # as most are
        return value
    if isinstance(value, Mapping):
        return {str(key): as_json_holds(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json_holds(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(as_json_holds(inner) for inner in value)
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS):
        raise ValueError("a number is larger or smaller than any that is asked for")
    return value.isoformat() if isinstance(value, date) else value


# The base


def _tuple(value: Any) -> Any:
    """JSON has lists only."""
    return tuple(value) if isinstance(value, list) else value


class Recorded(BaseModel):
    """Base of everything on record: strict, closed, unchangeable, and silent about what it holds."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=False
    )

    def __init__(self, /, **given: Any) -> None:
        """Raises ``RecordRefused`` with the first field that is wrong and why."""
        try:
            self.__pydantic_validator__.validate_python(given, self_instance=self)
            return
        except ValidationError as error:
            refusal = _refusal(error)
        raise refusal  # out here: raised above it would carry pydantic's error, which holds the input

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # pydantic's mark: what stands within another is made without it

    @model_validator(mode="before")
    @classmethod
    def _lists_as_tuples(cls, given: Any) -> Any:
        return {name: _tuple(value) for name, value in given.items()} if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _times_with_an_offset(self) -> Self:
        for name, moment in [(name, value) for name, value in vars(self).items() if isinstance(value, datetime)]:
            object.__setattr__(self, name, _aware(moment))
        return self

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Nothing: a log, a traceback or a failing test must not show a patient."""
        return iter(())


READ_BACK = object()  # in the validation context only while a record that was written is read back

Made = TypeVar("Made", bound=Recorded)


def read_back(kind: type[Made], held: Any) -> Made:
    """One thing on record from fields that were written before. Raises ``RecordRefused``."""
    try:
        return kind.model_validate(held, context=READ_BACK)
    except ValidationError as error:
        refusal = _refusal(error)
    raise refusal  # as in Recorded


# What pydantic says in the words of Python, as a pharmacist or whoever writes JSON would say it; by the type of its error.
_WHAT_FITS: Mapping[str, str] = MappingProxyType(
    {
        "model_type": "give a JSON object with its fields",
        "tuple_type": "give a list, or leave it out",
        "string_type": "give words, in quotes",
        "string_too_short": "this is empty; leave it out where there is nothing to say",
        "too_short": "this is empty; leave it out where there is nothing to say",
        "string_too_long": "this is longer than any such words are: shorten it",
        "too_long": "this is longer than any such words are: shorten it",
        "bool_type": "give true or false",
        "int_type": "give a whole number",
        "is_instance_of": "give a number",
        "decimal_type": "give a number",
        "decimal_max_digits": "give a number of at most 20 digits",
        "date_type": "give a day, for instance 2026-11-21",
        "datetime_type": "give a time with its distance from UTC, for instance 2026-11-21T10:30:00+00:00",
        "invalid_key": "the name of a field is words",
        "string_unicode": "this holds a character that cannot be written in a message",
    }
)


_OF_A_PATTERN: Mapping[str, str] = MappingProxyType(
    {
        UUID_IN_SMALL: "give a UUID in small letters, such as 5b0c5f2e-2f0e-5f0a-9d53-5a3c1c1a9f10",
        EXPIRY: "give the month or the day on the pack, such as 2027-10 or 2027-10-31",
    }
)


def _says(one: Any) -> str:
    """What is wrong with a field, in our words where there are some for it."""
    said = str(one["msg"])
    of_pattern = next((words for pattern, words in _OF_A_PATTERN.items() if said.endswith(f"'{pattern}'")), None)
    plain = said.removeprefix("Value error, ").removesuffix(
        f" {NOTHING}"
    )  # of one thing within another it was said before
    return of_pattern or _WHAT_FITS.get(one["type"]) or plain.rstrip(".")


def wrong_fields(kind: type[Recorded], held: Any) -> dict[str, str]:
    """Every field of one thing on record that does not fit, with why; nothing where all fit. What is wrong with several together is under ``""``."""
    try:
        kind.model_validate(held, context=READ_BACK)
    except ValidationError as error:
        each = error.errors(include_url=False, include_input=False, include_context=False)
        return {str(one["loc"][0]) if one["loc"] else "": _says(one) for one in each}
    return {}


def _refusal(error: ValidationError) -> RecordRefused:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ", ".join(_places_of(first["loc"], named=first["type"] == "extra_forbidden"))
    says = _says(first)
    return RecordRefused(f"{where}: {as_sentence(says)} {NOTHING}" if where else f"{as_sentence(says)} {NOTHING}")


def _places_of(steps: Iterable[int | str], named: bool) -> Iterator[str]:
    """The way to a field. What is neither a number nor a name of ours is a type of Python's, unless somebody ``named`` a field so."""
    ours = _names()
    for step in steps:
        if isinstance(step, int):
            yield str(step)
        elif step in ours or named:
            yield shown(step, ours)


def _names() -> frozenset[str]:
    """The names that records are made of, which alone a message may repeat."""
    return frozenset(name for part in _all_of(Recorded) for name in part.model_fields)


def _all_of(kind: type[Recorded]) -> Iterator[type[Recorded]]:
    for part in kind.__subclasses__():
        yield part
        yield from _all_of(part)


# What is coded or measured


class Coded(Recorded):
    """A SNOMED CT or dm+d code with the words it stands for."""

    code: SnomedCode
    display: Words


class Quantity(Recorded):
    """How much, with its unit."""

    amount: Number
    unit: Words

    def in_words(self) -> str:
        """For instance ``6 capsules`` or ``100 mL``."""
        return counted(self.amount, self.unit)
