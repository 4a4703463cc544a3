"""Digests: SHA-256 over one way of writing things, so that the same answers, words or person give the same on every machine."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.errors import Refused, taking

_DIGEST = re.compile("sha256:[0-9a-f]{64}")


@taking(facts=Mapping)
def digest_of_facts(facts: Mapping[str, Any]) -> str:
    """SHA-256 over facts that ``assess`` accepts: one digest for one set of answers, however they are written.

    Names and the answers of an any-of question in alphabetical order; 38, 38.0 and Decimal("38.00") are one number; a day is its text. A
    fact that is not known (None) is something else than one that nobody gave. Raises ``Refused`` (``wrong_value``) for other types.
    """
    return digest_of({name: _canonical(value) for name, value in facts.items()})


def digest_of(value: Any) -> str:
    """SHA-256 over JSON of a value as ``exact.write`` gives it, the keys of its outermost block in alphabetical order."""
    ordered = {key: value[key] for key in sorted(value)} if isinstance(value, dict) else value
    return f"sha256:{sha256(exact.write(ordered).encode()).hexdigest()}"


def is_digest(words: str) -> bool:
    """Whether a text is a digest, and so no name of anybody."""
    return _DIGEST.fullmatch(words) is not None


def _canonical(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int() | float() | Decimal():
            number = Decimal(str(value))
            return number.copy_abs() if number.is_zero() else number
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset() if all(isinstance(one, str) for one in value):
            return sorted({*value})
        case _:
            raise Refused("wrong_value", "facts: an answer is of a type that none has.")
