"""What content 2026.1 says in prose alone, read into fields of the model: the one place where meaning is read out of words.

Content 2026.2 says each of these in a heading of its own, and this module goes.
"""

from collections.abc import Iterable

from pharmacyfirst.kernel.evidence import OpenItem
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.kernel.questions import Answer

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The words that stand at the end of a fact's name for its unit: temperature_c, egfr_ml_min.
_UNIT_WORDS = {"c", "kg", "ml", "min", "days", "hours", "years"}


def doubts_of_the_last_day(period: Period, items: Iterable[OpenItem]) -> tuple[str, ...]:
    """The open items that speak of the last day: it was found somewhere, and not in the document itself."""
    if period.last is None:
        return ()
    day = f"{period.last.day} {_MONTHS[period.last.month - 1]} {period.last.year}"
    return tuple(item.id for item in items if day in f"{item.says} {item.until_then}")


def says_who_has_it(use: str) -> bool:
    """Whether a code is the one by which a record says that somebody has the condition."""
    return use == "condition"


def called(name: str, answer: Answer) -> str:
    """A fact's name as words, without the unit at its end, which stands with the answer; yes or no has no unit."""
    words = name.split("_")
    if answer is Answer.YES_NO:
        return " ".join(words)
    while len(words) > 1 and words[-1] in _UNIT_WORDS:
        words.pop()
    return " ".join(words)
