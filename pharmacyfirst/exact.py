"""JSON in and out, once for the whole package: decimals stay the decimals they are, and the same value always gives the same text.

A float on the way would turn 37.9 into the binary fraction nearest to it, which is less, and a fever would be missed.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError, Refused

MOST_BYTES = 1_000_000
MOST_DIGITS = 40
MOST_DEPTH = 600
SHORT = 10_000  # characters: an input is shorter, a record is longer

Add = Callable[[str], None]


# Reading


def read(words: bytes | str, most_bytes: int = MOST_BYTES) -> Any:
    """JSON as it is written: dict, list, str, bool, None, int, and Decimal for a number with a point or an exponent.

    Raises ``Refused`` (``not_json``) for what is no JSON, is longer than ``most_bytes``, is nested deeper than ``MOST_DEPTH``, has a
    key twice in one object, or holds NaN. A number of more than ``MOST_DIGITS`` digits reads as infinity, which fits no question. The
    message repeats nothing that could tell who the person is.
    """
    if not isinstance(words, (str, bytes)):
        raise Refused("not_json", "The input has to be JSON, as text or as bytes.")
    try:
        return _read(words, most_bytes)
    except _Said as said:
        why = str(said)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        why = f"The input cannot be read as JSON; the first mistake is at {where}."
    except UnicodeDecodeError:
        why = "The input is not UTF-8 text."
    except RecursionError:
        why = _TOO_DEEP
    raise Refused("not_json", why)  # out here: raised above it would carry what was caught, and with it the whole input


class _Said(ValueError):
    """A reason of our own, which repeats nothing of the input that could tell who the person is."""


_TOO_DEEP = "The input is nested too deeply."


def _read(words: bytes | str, most_bytes: int) -> Any:
    size = len(words) if isinstance(words, bytes) else len(words.encode("utf-8", "surrogatepass"))
    if size > most_bytes:
        raise _Said(f"The input holds more than {most_bytes // 1_000_000} MB, which no consultation does.")
    if not words or words.isspace():
        raise _Said("The input is empty. Where nothing is known of the person, the facts are {}.")
    text = (words.decode() if isinstance(words, bytes) else words).removeprefix("\ufeff")  # "utf-8-sig" is slower
    value = _quickly(text) if len(text) <= SHORT else None
    if value is None:
        value = _DECODER.decode(text)
    # Length and brackets come first, as nearly every input is shorter, or has fewer of them, than one that deep.
    if len(text) > 2 * MOST_DEPTH and text.count("[") + text.count("{") > MOST_DEPTH and _too_deep(value):
        raise _Said(_TOO_DEEP)
    return value


def _quickly(text: str) -> dict[str, Any] | None:
    """An object of two levels, as an input is, without a list of the pairs of each; None where it has to be read with one.

    Each key has one colon of its own. Where there are no more colons than keys that were kept, no key stands twice.
    """
    try:
        value = _QUICK.decode(text)
    except (ValueError, RecursionError):
        return None  # what is wrong with it is said by whoever reads it in full
    if type(value) is not dict:
        return None
    keys = len(value) + sum([len(one) for one in value.values() if type(one) is dict])
    return value if text.count(":") == keys else None


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _whole_number(words: str) -> int | Decimal:
    return int(words) if len(words) <= MOST_DIGITS else _number(words)


def _number(words: str) -> Decimal:
    """The number as it is written; of a size that no answer has, infinity, so that the question refuses it by its name."""
    try:
        number = Decimal(words)
    except InvalidOperation:  # an exponent that a decimal cannot hold
        return Decimal("Infinity")
    few = len(words) <= MOST_DIGITS or (len(words) <= _LONGEST and _digits(number) <= MOST_DIGITS)
    return number if few and abs(number.adjusted()) <= MOST_DIGITS else Decimal("Infinity")


# What was read is written without an exponent, and has to be read again: 1e-40 has 42 characters then.
_LONGEST = 2 * MOST_DIGITS + len("-0.")


def _digits(number: Decimal) -> int:
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def _not_a_number(_: str) -> None:
    raise _Said("NaN and Infinity are not JSON.")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise _Said("A key stands twice in one object, so it is not known which value is meant.")
    return keys


_READ_BY: dict[str, Any] = {"parse_float": _number, "parse_int": _whole_number, "parse_constant": _not_a_number}
_QUICK = json.JSONDecoder(**_READ_BY)
_DECODER = json.JSONDecoder(**_READ_BY, object_pairs_hook=_each_key_once)


# Writing


class CannotBeWritten(PharmacyFirstError, TypeError):
    """A value that JSON has no words for: a mistake of whoever made it, not of the input. The message names its type alone."""


quoted: Callable[[str], str] = encode_basestring
"""A text in quotes, as JSON holds it; half a surrogate pair is left as it is."""


def write(value: Any, indent: int | None = None, *, item_a_line: bool = False) -> str:
    """JSON text of dict, list, tuple, str, bool, None, int, float and Decimal; decimals without an exponent or trailing noughts.

    With ``indent``, a block or list that holds others is broken into lines, each that many blanks further in; with ``item_a_line`` every
    one that is not empty. The text can always be written as UTF-8: half a surrogate pair stays the escape it came as.
    Raises ``CannotBeWritten`` for any other type, and for NaN and infinity.
    """
    written = _SCALARS.get(type(value))
    if written is not None:
        return _encodable(written(value))
    parts: list[str] = []
    if indent is None:
        _add(value, parts.append)
    else:
        _add_lines(value, parts.append, " " * indent, "\n", item_a_line)
    return _encodable("".join(parts))


def _encodable(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()  # only within quotes can such a character stand


def plain(number: Decimal) -> str:
    """A decimal as JSON holds it and people write it: no exponent, no trailing noughts. Raises ``CannotBeWritten``."""
    if not number.is_finite():
        raise CannotBeWritten("A number that is not finite has no place in JSON.")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _float(number: float) -> str:
    if not isfinite(number):
        raise CannotBeWritten("A number that is not finite has no place in JSON.")
    return float.__repr__(number)


_SCALARS: dict[type, Callable[[Any], str]] = {
    str: quoted,
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    type(None): lambda _: "null",
    Decimal: plain,
    float: _float,
}


def scalar(value: Any) -> str | None:
    """The text of a value that holds no others; None for a block or a list. Raises ``CannotBeWritten``."""
    written = _SCALARS.get(type(value))
    if written is not None:
        return written(value)
    if isinstance(value, Mapping | list | tuple):
        return None
    for kind, written in _SCALARS.items():
        if isinstance(value, kind):
            return written(value)
    raise CannotBeWritten(f"JSON has no words for a value of the type {type(value).__name__}.")


def _key(name: Any) -> str:
    return quoted(name if type(name) is str else str(name)) + ": "


def _add(value: Any, add: Add) -> None:
    """The parts of a text in one line."""
    text = scalar(value)
    if text is not None:
        add(text)
        return
    is_block = isinstance(value, Mapping)
    before = ""
    add("{" if is_block else "[")
    for item in value.items() if is_block else value:
        name, one = item if is_block else ("", item)
        head = before + _key(name) if is_block else before
        written = _SCALARS.get(type(one))
        if written is not None:
            add(head + written(one))
        else:
            add(head)
            _add(one, add)
        before = ", "
    add("}" if is_block else "]")


def _add_lines(value: Any, add: Add, indent: str, line: str, item_a_line: bool) -> None:
    """The parts of a text in lines; ``line`` is a line break and the blanks of the block that the value stands in."""
    is_block = isinstance(value, Mapping)
    items = value.values() if is_block else value if isinstance(value, list | tuple) else ()
    if not items or not (item_a_line or any(isinstance(one, Mapping | list | tuple) and one for one in items)):
        _add(value, add)
        return
    inner = line + indent
    names = [_key(name) for name in value] if is_block else [""] * len(items)
    before = "{" if is_block else "["
    for name, one in zip(names, items, strict=True):
        add(before + inner + name)
        _add_lines(one, add, indent, inner, item_a_line)
        before = ","
    add(line + ("}" if is_block else "]"))
