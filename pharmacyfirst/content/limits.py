"""Limits on numbers, read from the words of a sentence."""

from dataclasses import dataclass
from decimal import Decimal

from pharmacyfirst.content.sentence_forms import BOUND, RANGE
from pharmacyfirst.kernel.conditions import Limits

HARM_NO_LIMIT = "A limit nobody can reach never stops anyone, and one that everybody reaches stops everybody."
HARM_UNREAD = "A sentence read wrongly would stop the wrong people, or let them through."


@dataclass(frozen=True, slots=True)
class NoLimits:
    """Words that are no limits: what is wrong, how to mend it, and what harm that prevents."""

    what: str
    fix: str
    harm: str = HARM_UNREAD


def limits_in_words(words: str) -> Limits | None:
    """``at least 3``, ``below 12``, ``3 to 5``... as limits; None where it is none of them."""
    limits = limits_of(words, words)
    return None if isinstance(limits, NoLimits) else limits


def limits_of(words: str, name: str) -> Limits | NoLimits:
    """The same of the number of that name, or why they are none."""
    if match := BOUND.fullmatch(words):
        return _bound(match.group(1), Decimal(match.group(2)))
    if match := RANGE.fullmatch(words):
        low, high, to_below = Decimal(match.group(1)), Decimal(match.group(3)), bool(match.group(2))
        if low >= high:
            fix = "Write the smaller number first, or one number alone."
            return NoLimits(f'"{words}" is not a range', fix, HARM_NO_LIMIT)
        return Limits(low, high, to_below=to_below)
    fix = f'Write "{name} is at least 3", "at most", "above", "below", "3 to 5" or "3 to below 5".'
    return NoLimits(f'"{name}" is a number', fix)


def _bound(word: str | None, number: Decimal) -> Limits:
    match word:
        case "at least":
            return Limits(low=number)
        case "above":
            return Limits(low=number, above=True)
        case "at most":
            return Limits(high=number)
        case "below":
            return Limits(high=number, to_below=True)
        case _:
            return Limits(number, number)
