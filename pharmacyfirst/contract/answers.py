"""One input object in, one assessment or one error out. Nothing is coerced; an error always says that nothing was assessed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from pharmacyfirst import exact
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.text import text_of
from pharmacyfirst.errors import Refused
from pharmacyfirst.fast.assess import assess
from pharmacyfirst.kernel.fields import TEXT, BlockOf, FieldTable, JsonField, OneWord, OrNone
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.kernel.trace import Assessment


class InputObject(NamedTuple):
    """The input: which pathway, on which day, and what is known. The facts are checked by the pathway they are for."""

    pathway: str
    as_of: date
    facts: Mapping[str, Any]


CODES = ("not_json", "missing_key", "unknown_pathway", "not_in_force", "unknown_fact", "wrong_value", "facts_disagree")

_KEYS = frozenset(InputObject._fields)
_BLOCK = (dict, Mapping)  # what JSON gives is found at once, and Mapping is slow
_WHOLE = "An input is one object with pathway, as_of and facts."


def read_input(given: Any, as_of: date | None = None) -> InputObject:
    """The input object checked: its three keys and no other; ``as_of`` fills in where it has no date. Raises ``Refused``."""
    if not isinstance(given, _BLOCK):
        raise Refused("not_json", "An input is one JSON object with pathway, as_of and facts.")
    keys = given.keys()
    if not keys >= _KEYS:  # said first, as a wrong value may be what is left of it
        for key in InputObject._fields:
            if key not in given and (key != "as_of" or as_of is None):
                raise Refused("missing_key", f"{key} is missing. {_WHOLE}")
    pathway, facts, day = given["pathway"], given["facts"], _day(given.get("as_of", as_of))
    if not isinstance(pathway, str):
        raise Refused("wrong_value", "pathway: give the id of a pathway as text.")
    if day is None:
        raise Refused("wrong_value", "as_of: give the day of the consultation as YYYY-MM-DD.")
    if not isinstance(facts, _BLOCK):
        raise Refused("wrong_value", "facts: give an object of fact names and values.")
    if not keys <= _KEYS:
        what = "There is a key beside pathway, as_of and facts. What is known of the person goes under facts."
        raise Refused("unknown_fact", what)
    return InputObject(pathway, day, facts)


def _day(value: Any) -> date | None:
    """JSON has no dates: they come as YYYY-MM-DD and in no other shape."""
    if isinstance(value, str):
        return read_day(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def answer(library: Library, given: Any, as_of: date | None = None) -> Assessment:
    """Assess one input object; ``as_of`` fills in where it has no date. Raises ``Refused``.

    After the first few of a pathway what is generated from it decides, which gives what the kernel gives (``fast``).
    """
    pathway, day, facts = read_input(given, as_of)
    return assess(library.in_force(pathway, day), facts, day)


def answer_line(library: Library, line: bytes | str, as_of: date | None = None) -> str:
    """The assessment of one line of JSON, as JSON text in one line, without its end. Raises ``Refused``.

    The text is that of ``exact.write`` of the assessment's ``as_dict``, and much faster made.
    """
    return text_of(answer(library, exact.read(line), as_of))


ERROR: FieldTable[Refused] = FieldTable(
    "Error",
    "Why nothing was assessed; the message says so too.",
    (
        JsonField("code", lambda refused: refused.code, OneWord(CODES), "Which of the ways to be wrong it is."),
        JsonField(
            "fact", lambda refused: refused.fact, OrNone(TEXT), "The question it is about, where it is about one."
        ),
        JsonField("message", str, TEXT, "What is wrong and what to do, in words that repeat nothing of the person."),
    ),
)

REFUSED: FieldTable[Refused] = FieldTable(
    "Refused",
    "What stands in place of an assessment.",
    (JsonField("error", lambda refused: refused, BlockOf(ERROR), "Why nothing was assessed."),),
)


def error_object(refused: Refused) -> dict[str, Any]:
    """What stands in place of an assessment that was refused."""
    return REFUSED.as_dict(refused)
