"""The shapes of questions and their answers: a condition's own, and those that several conditions share."""

from pharmacyfirst.content.sentences import NAME, NUMBER
from pharmacyfirst.content.shape import Shape, Under, any_of_shapes, matching, named
from pharmacyfirst.content.spellings import EVIDENCE, NAMES, REMARKS, SENTENCES, WORDS, YES_NO

_ANSWER = rf"(?:whole number|number) from {NUMBER} to {NUMBER} .+|(?:one of|any of)(?: .+)?|yes or no|date"

ANSWER = Shape(
    "answer",
    optional={"says": WORDS, "bars": NAMES, "action": WORDS, "evidence": EVIDENCE, "was": NAMES, **REMARKS},
    with_evidence=("bars", "action"),
)
_HOW_ANSWERED = matching(
    _ANSWER,
    "`yes or no`, `date`, `number from 30.0 to 45.0 degrees Celsius`, `whole number from ...`, `one of a, b` or `any of a, b`",
)
VALUES = named(ANSWER, names=NAME)
QUESTION = Shape(
    "question",
    {"ask": WORDS, "answer": _HOW_ANSWERED},
    {"values": VALUES, "values from": NAMES, "judgement": YES_NO, "asked when": SENTENCES, "explained by": WORDS, "was": NAMES, "note": WORDS},
)  # fmt: skip
SHARED_QUESTION = Shape(
    "shared question",
    {"shared": Under("`yes`", {"const": "yes"})},
    {
        "note": WORDS, "values": VALUES, "values from": NAMES, "explained by": WORDS, "asked when": SENTENCES,
        "answer": _HOW_ANSWERED, "was": NAMES,
    },
)  # fmt: skip
QUESTION_OF_ALL = Shape(
    "question",
    {"ask": WORDS, "answer": _HOW_ANSWERED},
    {"judgement": YES_NO, "asked when": SENTENCES, "was": NAMES, "note": WORDS},
    key="question in the shared file",
)
QUESTIONS = Under(
    "names, each with `shared` or a block: question, shared question",
    {
        "type": "object",
        "propertyNames": {"pattern": f"^(?:{NAME})$"},
        "additionalProperties": {"anyOf": [{"const": "shared"}, *any_of_shapes(QUESTION, SHARED_QUESTION)["anyOf"]]},
    },
    (QUESTION, SHARED_QUESTION),
    "named",
    "question",
)
