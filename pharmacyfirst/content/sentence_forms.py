"""The forms that a sentence can have, before anybody asks what its names stand for; and limits on a number."""

import re
from decimal import Decimal

from pharmacyfirst.content.text import Block, List, Text
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.conditions import Limits

NAME = r"[a-z0-9][a-z0-9_-]*"
NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"  # short enough for every sum to be exact

HARM_NEVER_MET = "A criterion that waits for an answer nobody gives can never protect anyone."
HARM_NO_LIMIT = "A limit nobody can reach never stops anyone, and one that everybody reaches stops everybody."
HARM_UNREAD = "A sentence read wrongly would stop the wrong people, or let them through."

COUNT = re.compile(rf"(?:(any|none|all)|(at least|at most|fewer than) ([0-9]{{1,9}})) of ({NAME}(?:, {NAME})*)")
IS = re.compile(rf"({NAME}) is (.+)")
INCLUDES = re.compile(rf"({NAME}) includes ({NAME}(?: or {NAME})*)")
INCLUDES_THIS = re.compile(rf"({NAME}) includes this medicine")
BARS_THIS = re.compile(rf"({NAME}) bars this medicine")
ABOVE = re.compile(rf"above ({NAME})")
BOUND = re.compile(rf"(?:(at least|at most|above|below) )?({NUMBER})")
RANGE = re.compile(rf"({NUMBER}) to (below )?({NUMBER})")
# What every sentence looks like, before anybody asks what its names stand for.
FORMS = "|".join(form.pattern for form in (COUNT, BARS_THIS, INCLUDES_THIS, INCLUDES, IS))


class Wrong(PharmacyFirstError):
    """A sentence that cannot be read: where in it, what, and how to mend it. The loader notes it among the mistakes of ``ContentRefused``."""

    def __init__(self, offset: int, what: str, fix: str, harm: str = HARM_UNREAD):
        self.offset, self.what, self.fix, self.harm = offset, what, fix, harm


def named_in(block: Block) -> tuple[str, ...]:
    """The questions, scores and definitions that the sentences of a block speak of, as far as their form tells."""
    nodes = [block.items[heading] for heading in ("when", "any of", "must") if heading in block.items]
    texts = [one for node in nodes for one in (node.items if isinstance(node, List) else [node])]
    return tuple(dict.fromkeys(name for one in texts if isinstance(one, Text) for name in _names_in(one.words)))


def _names_in(words: str) -> list[str]:
    if match := COUNT.fullmatch(words):
        return match.group(4).split(", ")
    for form in (BARS_THIS, INCLUDES_THIS, INCLUDES, IS):
        if match := form.fullmatch(words):
            other = ABOVE.fullmatch(match.group(2)) if form is IS else None
            return [match.group(1), *([other.group(1)] if other and not BOUND.fullmatch(match.group(2)) else [])]
    return []


def limits_in_words(words: str) -> Limits | None:
    """``at least 3``, ``below 12``, ``3 to 5``... as limits; None where it is none of them."""
    try:
        return read_limits(words, 0, words)
    except Wrong:
        return None


def read_limits(rest: str, offset: int, name: str) -> Limits:
    """The limits on a number of that name; raises ``Wrong`` where they are none."""
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
