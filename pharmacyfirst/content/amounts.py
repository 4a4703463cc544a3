"""Periods, amounts, doses, roundings and strengths, each as it is written on one line."""

import re
from decimal import Decimal

from pharmacyfirst.content.sentence_forms import NUMBER
from pharmacyfirst.content.spellings import LESS, WITHIN
from pharmacyfirst.kernel.dose import Amount, Dose, Rounding, Strength
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.kernel.questions import read_day

_AMOUNT = re.compile(rf"({NUMBER}) ([A-Za-z%][A-Za-z0-9%/. ]*)")
_RANGE = re.compile(rf"(?:at most|({NUMBER}) to) ({NUMBER} [A-Za-z%][A-Za-z0-9%/. ]*)({LESS})?")
_WITHIN = re.compile(WITHIN)
_LONGEST_SIGN = 2  # mg and mL have no plural
_NO_UNIT = re.compile(r"/|kg|kilo|\b(?:each|every|per day|days?|daily|times?|once|twice)\b", re.IGNORECASE)
_EACH_KG = re.compile(r"(.+) for each kg")
_FIRST_DAY = re.compile(rf"(.+), ({NUMBER}) ([A-Za-z]+) on the first day")
_STRENGTH = re.compile(rf"({NUMBER}) ([A-Za-z]+)(?:/(?:({NUMBER}) )?([A-Za-z]+))?")
_ROUNDING = re.compile(rf"(to the nearest|down to) ({NUMBER}) ([A-Za-z]+)")


def parse_period(words: str) -> Period | None:
    """``2025-10-01 to 2027-01-30`` or ``from 2025-10-01``; None where it is neither."""
    if words.startswith("from "):
        first = read_day(words.removeprefix("from "))
        return Period(first) if first else None
    first, last = map(read_day, words.split(" to ", 1)) if " to " in words else (None, None)
    return Period(first, last) if first and last and first <= last else None


def amount(words: str) -> Amount | None:
    """``6 capsule``, ``2 spray per nostril``: a number above nought with its unit."""
    match = _AMOUNT.fullmatch(words)
    return Amount(Decimal(match.group(1)), match.group(2)) if match and Decimal(match.group(1)) > 0 else None


def quantity_range(words: str) -> tuple[Amount, Amount | None, bool] | None:
    """``at most 3 packs``, ``6 to 12 months, less with a reason``: the most, the least, and whether less may be with a reason; None for neither."""
    match = _RANGE.fullmatch(words)
    most = amount(match.group(2)) if match else None
    if match is None or most is None:
        return None
    unit = most.unit.removesuffix("s") if len(most.unit) > _LONGEST_SIGN else most.unit
    least = Amount(Decimal(match.group(1)), unit) if match.group(1) else None
    if (least and not 0 < least.amount < most.amount) or (match.group(3) and not least):
        return None
    return Amount(most.amount, unit), least, bool(match.group(3))


def days_within(words: str) -> int | None:
    """``7 days`` or ``3 weeks`` in days; None for neither."""
    match = _WITHIN.fullmatch(words)
    return int(match.group(1)) * (7 if match.group(2) == "week" else 1) if match else None


def dose(words: str) -> Dose | None:
    """``500 mg``, ``7.5 mg for each kg``, ``100 mg, 200 mg on the first day``."""
    if match := _FIRST_DAY.fullmatch(words):
        each, first_day = _one_dose(match.group(1)), Decimal(match.group(2))
        return Dose(each, first_day=first_day) if each and match.group(3) == each.unit and first_day > 0 else None
    if match := _EACH_KG.fullmatch(words):
        each = _one_dose(match.group(1))
        return Dose(each, for_each_kg=True) if each else None
    each = _one_dose(words)
    return Dose(each) if each else None


def _one_dose(words: str) -> Amount | None:
    each = amount(words)
    # "7.5 mg per kg" is no amount of something called "mg per kg", and "500 mg twice" none of "mg twice".
    return each if each and not _NO_UNIT.search(each.unit) else None


def rounding(words: str, unit: str) -> Rounding | None:
    """``to the nearest 2.5 mg`` or ``down to 2.5 mg``, in the unit of the dose."""
    match = _ROUNDING.fullmatch(words)
    if match is None or match.group(3) != unit or Decimal(match.group(2)) <= 0:
        return None
    return Rounding(Decimal(match.group(2)), match.group(1) == "down to")


def strength(words: str) -> Strength | None:
    """``100 mg`` (in one tablet, capsule...), ``125 mg/5 mL``, ``27.5 micrograms/spray``; other words are kept as they are."""
    match = _STRENGTH.fullmatch(words)
    if not match:
        return Strength(words)
    content = Amount(Decimal(match.group(1)), match.group(2))
    per = Amount(Decimal(match.group(3) or 1), match.group(4) or "")
    return Strength(words, content, per) if content.amount > 0 and per.amount > 0 else None
