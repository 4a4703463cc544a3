"""The shapes of questions and their answers: a condition's own, and those that several conditions share."""

from pharmacyfirst.content.sentence_forms import NAME, NUMBER
from pharmacyfirst.content.shape import Shape, Under, any_of_shapes, at_most, block_of, matching, named, one_word_of
from pharmacyfirst.content.spellings import EVIDENCE, NAMES, REMARKS, SENTENCES, WORDS, YES_NO

MOST_CALLED = 40
MOST_HELP = 160
SAME_DAY = "refer urgent"
DAY_ONLY = {"as long as possible": True, "as short as possible": False}

_ANSWER = rf"(?:whole number|number) from {NUMBER} to {NUMBER} .+|(?:one of|any of)(?: .+)?|yes or no|date"

ANSWER = Shape(
    "answer",
    optional={
        "says": WORDS,
        "group": WORDS,
        "bars": NAMES,
        "action": WORDS,
        "evidence": EVIDENCE,
        "was": NAMES,
        **REMARKS,
    },
    with_evidence=("bars", "action"),
)
ANSWER_BAR = Shape("bar of an answer", {"because": WORDS, "evidence": EVIDENCE}, REMARKS)
ANSWER_CAUTION = Shape("caution of an answer", {"action": WORDS, "evidence": EVIDENCE}, REMARKS)
ANSWER_BY_PGD = Shape(
    "answer",
    {"says": WORDS},
    {"group": WORDS, "bars": named(ANSWER_BAR), "cautions": named(ANSWER_CAUTION), "was": NAMES, **REMARKS},
    key="answer that says of each PGD what it does",
)
_HOW_ANSWERED = matching(
    _ANSWER,
    "`yes or no`, `date`, `number from 30.0 to 45.0 degrees Celsius`, `whole number from ...`, `one of a, b` or `any of a, b`",
)
VALUES = named(ANSWER, ANSWER_BY_PGD, names=NAME)
MOMENT = Shape(
    "moment that hours are counted from",
    {"since": WORDS, "until": WORDS, "day only": one_word_of(*DAY_ONLY), "evidence": EVIDENCE},
    REMARKS,
)
_ASKED = {"called": at_most(MOST_CALLED), "ask": WORDS, "answer": _HOW_ANSWERED}
_IF_NOT_ANSWERED = {"where it cannot be answered": one_word_of(SAME_DAY)}
_MORE = {
    "help": at_most(MOST_HELP),
    "singular": WORDS,
    "asked when": SENTENCES,
    "observation": WORDS,
    "was": NAMES,
    "note": WORDS,
}
_OF_A_CONDITION = {
    "values": VALUES, "values from": NAMES, "explained by": WORDS, "hours since a moment": block_of(MOMENT), "asked after": NAMES, **_IF_NOT_ANSWERED,
}  # fmt: skip
QUESTION = Shape("question", _ASKED, {"judgement": YES_NO, **_MORE, **_OF_A_CONDITION})
SHARED_QUESTION = Shape(
    "shared question",
    {"shared": Under("`yes`", {"const": "yes"})},
    {"answer": _HOW_ANSWERED, **_MORE, **_OF_A_CONDITION},
)
ANSWER_OF_ALL = Shape("answer", {"says": WORDS}, {"was": NAMES, "note": WORDS}, key="answer of a shared question")
QUESTION_OF_ALL = Shape(
    "question",
    _ASKED,
    {"judgement": YES_NO, **_MORE, "values": named(ANSWER_OF_ALL, names=NAME), **_IF_NOT_ANSWERED},
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
