"""Limits on numbers, read from the words of a sentence; and what a sentence that cannot be read is refused with."""

from decimal import Decimal

from pharmacyfirst.content.sentence_forms import BOUND, RANGE
from pharmacyfirst.kernel.conditions import Limits

HARM_NO_LIMIT = "A limit nobody can reach never stops anyone, and one that everybody reaches stops everybody."
HARM_UNREAD = "A sentence read wrongly would stop the wrong people, or let them through."


class Wrong(Exception):
    """A sentence that cannot be read: where in it, what, and how to mend it."""

    def __init__(self, offset: int, what: str, fix: str, harm: str = HARM_UNREAD):
        self.offset, self.what, self.fix, self.harm = offset, what, fix, harm


def limits_in_words(words: str) -> Limits | None:
    """``at least 3``, ``below 12``, ``3 to 5``... as limits; None where it is none of them."""
    try:
        return limits_of(words, 0, words)
    except Wrong:
        return None


def limits_of(rest: str, offset: int, name: str) -> Limits:
    """The same of the number of that name; ``offset`` is where in the sentence the words begin. Raises ``Wrong``."""
    if match := BOUND.fullmatch(rest):
        bound, number = match.group(1), Decimal(match.group(2))
        match bound:
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
    if match := RANGE.fullmatch(rest):
        low, high, to_below = Decimal(match.group(1)), Decimal(match.group(3)), bool(match.group(2))
        if low >= high:
            raise Wrong(
                offset,
                f'"{rest}" is not a range',
                "Write the smaller number first, or one number alone.",
                HARM_NO_LIMIT,
            )
        return Limits(low, high, to_below=to_below)
    raise Wrong(
        offset,
        f'"{name}" is a number',
        f'Write "{name} is at least 3", "at most", "above", "below", "3 to 5" or "3 to below 5".',
    )
