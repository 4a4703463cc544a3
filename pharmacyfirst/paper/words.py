"""Small things put into plain words, the same on every page."""

from collections.abc import Iterable
from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(on: date) -> str:
    """A date as people in England write it, whatever the machine is set to: ``1 October 2025``."""
    return f"{on.day} {month(on)}"


def month(on: date) -> str:
    """The month of a day: ``October 2025``."""
    return f"{_MONTHS[on.month - 1]} {on.year}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words in a row: ``a``, ``a and b``, ``a, b and c``."""
    *before, end = words
    return f"{', '.join(before)} {last} {end}" if before else end


def begun(words: str) -> str:
    """Words at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def sentence(words: str) -> str:
    """Words as a sentence of their own: a capital first, a full stop last; what ends in another mark keeps it."""
    return begun(words) + ("" if words.endswith((".", "?", "!", ":")) else ".")
