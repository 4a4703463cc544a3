"""How what stands under a heading is spelt: ids, days, amounts, lines of evidence, sentences; and the blocks that every kind of file has."""

from dataclasses import replace

from pharmacyfirst.content.sentence_forms import FORMS, NUMBER
from pharmacyfirst.content.shape import (
    SENTENCE,
    Shape,
    Under,
    line_or_block,
    line_or_list,
    matching,
    named,
    one_word_of,
)
from pharmacyfirst.kernel.evidence import Grade

ID = r"[A-Z]{2,4}(?:-[A-Z]{2,4})?-?[A-Z]{1,3}[0-9]+[a-z]?|[A-Z]{1,3}[0-9]+"
VERSION = r"[0-9]{4}\.[0-9]+"
DIGEST = "sha256:[0-9a-f]{64}"
TIMES = "([0-9]{1,2})(?: to ([0-9]{1,2}))?"
DAYS = "[0-9]{1,3}"
NO_DOSE = "none"
QUANTITY_WORDS = ("worked out", "not stated")
LESS = ", less with a reason"
WITHIN = "([1-9][0-9]{0,2}) (day|week)s?"

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
AMOUNT_OF = rf"{NUMBER} [A-Za-z%][A-Za-z0-9%/. ]*"
_TAGS = r"(?:\s+[^\s,]+)"
_SOURCED = "|".join(grade.word for grade in Grade if grade <= Grade.SINGLE)
_BARE = "|".join(grade.word for grade in Grade if grade > Grade.SINGLE)
_LINE = rf"(?:(?:{_SOURCED}){_TAGS}+|(?:{_BARE}){_TAGS}*)(?:,\s[\s\S]*)?"


WORDS = Under("words", {"type": "string", "pattern": r"\S"})
NAMES = Under(
    "names with commas, or a list of them",
    {
        "anyOf": [
            {"type": "string", "pattern": r"[^,\s]"},
            {"type": "array", "items": {"type": "string"}, "contains": {"pattern": r"[^,\s]"}},
        ]
    },
)
YES_NO = one_word_of("yes", "no")
DAY = matching(_DAY, "a day, `2026-11-21`")
PERIOD = matching(f"from {_DAY}|{_DAY} to {_DAY}", "`2025-10-01 to 2027-01-30`, or `from 2025-10-01`")
EVIDENCE = line_or_list(_LINE, "a line of evidence, or a list of them")
SENTENCES = replace(line_or_list(FORMS, "a sentence, or a list of them"), how=SENTENCE)
AMOUNT = matching(AMOUNT_OF, "a number with its unit, `6 capsule`")
QUANTITY = matching(
    rf"{AMOUNT_OF}|at most {AMOUNT_OF}|{NUMBER} to {AMOUNT_OF}(?:{LESS})?|{'|'.join(QUANTITY_WORDS)}",
    "a number with its unit, `at most 3 packs`, `6 to 12 months`, `worked out` or `not stated`",
)
TIME_LIMIT = matching(WITHIN, "`7 days` or `3 weeks`")
COUNT = matching(DAYS, "a whole number")
SOME_DAYS = matching(f"(?!0+$){DAYS}", "a whole number of days")
HOW_OFTEN = matching(TIMES, "a whole number, or `2 to 3`")
ANSWERS = Under(
    "questions, each with its answer",
    {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    },
)

REMARKS = {"open": NAMES, "note": WORDS}
WHEN = {"when": SENTENCES, "any of": SENTENCES}
ONE_SENTENCE = tuple(WHEN)

STATEMENT = Shape("statement", {"says": WORDS, "evidence": EVIDENCE}, {**REMARKS, "professions": NAMES})
SOURCE = Shape("source", {"says": WORDS}, {"date": WORDS, "note": WORDS})
SOURCE_DOCUMENT = Shape(
    "source document", {"title": WORDS, "reference": WORDS, "edition": WORDS, "evidence": EVIDENCE}, REMARKS
)
EDITION = {"title": WORDS, "version": matching(VERSION, "year and number, `2026.1`"), "status": WORDS}
SOURCES = named(SOURCE)
IN_FORCE = line_or_block(PERIOD, Shape("period", {"days": PERIOD, "evidence": EVIDENCE}, REMARKS))
