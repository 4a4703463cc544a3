"""What people type as an answer: ``y``, ``36.8C``, ``3/4/1995``, ``unknown``, the number of a choice, when a rash began.

Only what can be read in one way is taken, and whatever is read in another spelling than it was typed is read back.
"""

import re
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from pharmacyfirst.content.cases import how_written, read_answer
from pharmacyfirst.content.text import Place, Text
from pharmacyfirst.contract.hours import hours
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import Answer, Moment, Question, read_day

NOT_KNOWN = ("", "not known", "unknown", "don't know", "dont know", "do not know", "dk", "nk", "u")
_SHORT = {"y": "yes", "n": "no"}
# A comma before three digits is refused: it may part thousands (1,000) as well as decimals.
_NUMBER = re.compile(r"(-?[0-9]{1,9}(?:\.[0-9]{1,9}|,[0-9]{1,2})?)\s*([a-zµ°/0-9.²]*)")
_DAY = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
_TENTH, _WHOLE = Decimal("0.1"), Decimal(1)
_MOMENT = re.compile(r"(\S+)\s+(?:at\s+)?([0-9]{1,2})[:.]([0-9]{2})")


class Typed(NamedTuple):
    """An answer as it was read; ``read_back`` says how, where it was typed in another way. A value of None is not known."""

    value: Any
    read_back: str = ""


def read_typed(question: Question, words: str, now: datetime) -> Typed | None:
    """The answer that somebody typed, in small letters and without blanks around it; None where it does not fit."""
    if words in NOT_KNOWN:
        return Typed(None)
    match question.answer:
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            return _number(question, words) or (
                _since(question.moment, question, words, now) if question.moment else None
            )
        case Answer.ONE_OF | Answer.ANY_OF:
            return _chosen(question, words)
        case Answer.DATE:
            day = day_of(words)
            return None if day is None else _read(question, day.isoformat(), words)
        case _:
            return _read(question, _SHORT.get(words, words), words)


def day_of(words: str) -> date | None:
    """A day as people write it, the day before the month: 3/4/1995, 03.04.1995, or 1995-04-03; None for no day."""
    match = _DAY.fullmatch(words)
    if match is None:
        return read_day(words)
    day, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def in_words(day: date) -> str:
    """A day for reading back, its month in letters so that it cannot be taken for the day."""
    return f"{day.day} {day:%B %Y}"


def _read(question: Question, words: str, typed: str) -> Typed | None:
    value = read_answer(question, Text(words, Place("")))
    if value is None:
        return None
    if isinstance(value, date):
        return Typed(value, in_words(value))
    return Typed(value, "" if words == typed or typed in _SHORT else question.in_words(value))


def _number(question: Question, words: str) -> Typed | None:
    match = _NUMBER.fullmatch(words)
    if match is None or not _is_unit(question, match.group(2).strip("°.")):
        return None
    return _read(question, match.group(1).replace(",", "."), words)


def _is_unit(question: Question, typed: str) -> bool:
    """Whether what stands after a number is its own unit, or the beginning of it: never another, such as F or stone."""
    units = (question.unit.lower(), question.singular.lower())
    return not typed or any(one.startswith(typed) for unit in units for one in (unit, *unit.split()))


def _chosen(question: Question, words: str) -> Typed | None:
    if question.answer is Answer.ANY_OF and words in ("none", "none of these", "0", "no", "n"):
        return Typed((), "none of these")
    parts = [part.strip() for part in words.split(",")] if question.answer is Answer.ANY_OF else [words]
    names = [_choice(question, part) for part in parts]
    if None in names:
        return None
    chosen = {choice.name: choice.says for choice in question.choices if choice.name in names}
    typed = _read(question, ", ".join(chosen), words)
    return typed and Typed(typed.value, "; ".join(chosen.values()))


def _choice(question: Question, words: str) -> str | None:
    """The name of a choice by its number, its name or its words; None where it is none, or could be two."""
    names = question.choice_names()
    if words.isdecimal():
        return names[int(words) - 1] if 0 < int(words) <= len(names) else None
    exact = [one.name for one in question.choices if words in (one.name, one.name.replace("_", " "), one.says.lower())]
    begun = [one.name for one in question.choices if one.says.lower().startswith(words) or one.name.startswith(words)]
    found = exact or begun
    return found[0] if len(found) == 1 else None


def _since(moment: Moment, question: Question, words: str, now: datetime) -> Typed | None:
    """Hours counted from the day, or the day and time, that was typed."""
    match = _MOMENT.fullmatch(words)
    day = day_of(match.group(1) if match else words)
    if day is None:
        return None
    try:
        since = datetime.combine(day, time(int(match.group(2)), int(match.group(3)))) if match else day
    except ValueError:  # 25:00
        return None
    value = hours_since(question, since, now)
    when = f"{in_words(day)} at {match.group(2)}:{match.group(3)}" if match else f"{in_words(day)}, at no known time"
    return None if value is None else Typed(value, f"{when}: {question.in_words(value)}")


def hours_since(question: Question, since: datetime | date, now: datetime) -> int | Decimal | None:
    """The answer to a question for hours that a moment, or a day alone, comes to now; None where it does not fit, or is still to come.

    Whole, or in tenths, as the question wants them. They are rounded the way in which a day alone is counted, so that 72 hours and two
    minutes are never 72 where a limit ends there. ``since`` and ``now`` are both with a time zone or both without.
    """
    moment = question.moment
    if moment is None:
        return None
    try:
        passed = hours(since, now, as_long_as_possible=moment.as_long_as_possible)
    except Refused:
        return None
    rounding = ROUND_CEILING if moment.as_long_as_possible else ROUND_FLOOR
    step = _TENTH if question.answer is Answer.NUMBER else _WHOLE
    value = read_answer(question, Text(f"{passed.quantize(step, rounding):f}", Place("")))
    return value if isinstance(value, int | Decimal) else None


def fits(question: Question) -> str:
    """What fits, in words for whoever types."""
    if question.answer is Answer.ONE_OF:
        return f"its number, 1 to {len(question.choices)}, or its words"
    if question.answer is Answer.ANY_OF:
        return f"none, or their numbers, 1 to {len(question.choices)}, with commas"
    if question.answer is Answer.DATE:
        return "a day, for instance 3/4/1995, not in the future"
    said = how_written(question)
    if question.moment is not None:
        said += ", or the day, or the day and time, since when: 20/11/2026 14:30"
    return said
