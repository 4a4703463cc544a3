"""The forms that a sentence can have, before anybody asks what its names stand for; and limits on a number."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from pharmacyfirst.content.text import Block, List, Text
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.conditions import Limits
from pharmacyfirst.kernel.questions import Answer, Question

NAME = r"[a-z0-9][a-z0-9_-]*"
NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"  # short enough for every sum to be exact

HARM_NEVER_MET = "A criterion that waits for an answer nobody gives can never protect anyone."
HARM_NO_LIMIT = "A limit nobody can reach never stops anyone, and one that everybody reaches stops everybody."
HARM_UNREAD = "A sentence read wrongly would stop the wrong people, or let them through."

COUNT = re.compile(rf"(?:(any|none|all)|(at least|at most|fewer than) ([0-9]{{1,9}})) of ({NAME}(?:, {NAME})*)")
IS = re.compile(rf"({NAME}) is (.+)")
INCLUDES = re.compile(rf"({NAME}) includes ({NAME}(?: or {NAME})*)")
INCLUDES_THIS = re.compile(rf"({NAME}) includes this medicine")
BARS_THIS = re.compile(rf"({NAME}) bars this medicine(?:,? except ({NAME}(?: or {NAME})*))?")
ABOVE = re.compile(rf"above ({NAME})")
BOUND = re.compile(rf"(?:(at least|at most|above|below) )?({NUMBER})")
RANGE = re.compile(rf"({NUMBER}) to (below )?({NUMBER})")
# What every sentence looks like, before anybody asks what its names stand for.
FORMS = "|".join(form.pattern for form in (COUNT, BARS_THIS, INCLUDES_THIS, INCLUDES, IS))


class Wrong(PharmacyFirstError):
    """A sentence that cannot be read: where in it, what, and how to mend it. The loader notes it among the mistakes of ``ContentRefused``."""

    def __init__(self, offset: int, what: str, fix: str, harm: str = HARM_UNREAD):
        self.offset, self.what, self.fix, self.harm = offset, what, fix, harm


def named_in(block: Block | List) -> tuple[str, ...]:
    """The questions, scores, definitions and PGDs that the sentences of a block or list speak of, as far as their form tells."""
    headings = ("when", "any of", "must")
    nodes = [block.items[one] for one in headings if one in block.items] if isinstance(block, Block) else [block]
    texts = [one for node in nodes for one in (node.items if isinstance(node, List) else [node])]
    return tuple(dict.fromkeys(name for one in texts if isinstance(one, Text) for name in _names_in(one.words)))


def led_to(name: str, bodies: Callable[[str], Iterable[Block | List]]) -> set[str]:
    """The names that a name leads to, however far: those its ``bodies`` speak of, and what they lead to in turn."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = {one for body in bodies(waiting.pop()) for one in named_in(body)} - found
        found |= new
        waiting += new
    return found


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


def limits_on(question: Question, rest: str, offset: int) -> Limits:
    """The limits on the answers of a question; raises ``Wrong`` where they are none, or nobody could reach them."""
    limits = read_limits(rest, offset, question.name)
    asked = f"It is asked as {question.what_fits()}."
    for number in (limits.low, limits.high):
        if number is None:
            continue
        if question.answer is Answer.WHOLE_NUMBER and number != number.to_integral_value():
            raise Wrong(offset, f'"{question.name}" is a whole number', "Write the limit as a whole number.")
        if (question.low is not None and number < question.low) or (
            question.high is not None and number > question.high
        ):
            raise Wrong(offset, f'{number} lies outside the range of "{question.name}"', asked, HARM_NO_LIMIT)
    if (limits.above and limits.low == question.high) or (limits.to_below and limits.high == question.low):
        raise Wrong(offset, f'no answer to "{question.name}" is {rest}', asked, HARM_NO_LIMIT)
    return limits
