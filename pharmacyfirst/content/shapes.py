"""Every kind of block that content files hold, as data: its headings, which of them it needs, and what stands under each.

The loader reads by this table, and ``docs/schema/content.schema.json`` and the table in docs/writing-a-pathway.md are made from it. ``every_shape`` gathers
them all. Here are pathways and shared files, and the names of all the others, which stand in modules of their own.
"""

from pharmacyfirst.content.sentences import NAME
from pharmacyfirst.content.shape import Shape, Under, any_of_shapes, list_of, matching, named, one_word_of
from pharmacyfirst.content.shapes_of_cases import (
    CASE,
    CASE_GRADES,
    EXPECTATION,
    FILE_OF_CASES,
    OFFER_EXPECTED,
    PUBLISHED_LIST,
)
from pharmacyfirst.content.shapes_of_pgds import (
    CAUTION,
    DOSE_GAP,
    DOSE_ROW,
    EACH_DOSE,
    EXCLUSION,
    FURTHER_PRODUCT,
    INCLUSION,
    PGD_FILE,
    PRODUCT,
    PROSE,
    PROTOCOL_FILE,
    STATEMENTS,
    clause,
)
from pharmacyfirst.content.shapes_of_questions import (
    ANSWER,
    QUESTION,
    QUESTION_OF_ALL,
    QUESTIONS,
    SHARED_QUESTION,
    VALUES,
)
from pharmacyfirst.content.spellings import (
    AMOUNT,
    ANSWERS,
    COUNT,
    DAY,
    DAYS,
    DIGEST,
    EDITION,
    EVIDENCE,
    HOW_OFTEN,
    ID,
    NAMES,
    NO_DOSE,
    ONE_SENTENCE,
    PERIOD,
    QUANTITY,
    QUANTITY_WORDS,
    REMARKS,
    SENTENCES,
    SOME_DAYS,
    SOURCE,
    SOURCE_DOCUMENT,
    SOURCES,
    STATEMENT,
    TIMES,
    VERSION,
    WHEN,
    WORDS,
    YES_NO,
)
from pharmacyfirst.kernel.authority import DISTANCE_SELLING, REMOTE_ONLY, Channel
from pharmacyfirst.kernel.outcome import STOPPING_KINDS

# Whoever reads a shape finds it here, in whichever module it stands.
__all__ = [
    "ADVICE", "ALLOWED", "ALWAYS_999", "AMOUNT", "ANSWER", "ANSWERS", "CASE", "CASE_GRADES", "CAUTION", "CHANNEL", "CHANNELS", "CODE",
    "CONFLICT", "COUNT", "DAY", "DAYS", "DEFINITION", "DIGEST", "DOSE_GAP", "DOSE_ROW", "EACH_DOSE", "EVIDENCE", "EXCLUSION",
    "EXPECTATION", "FILE_OF_CASES", "FURTHER_PRODUCT", "GATEWAY_POINT", "HOW_OFTEN", "ID", "INCLUSION", "NAMES", "NO_DOSE", "OFFER",
    "OFFER_EXPECTED", "OF_EVERY_MEDICINE", "OPEN_ITEM", "PARTS", "PATHWAY_FILE", "PERIOD", "PGD_FILE", "PRODUCT", "PROSE",
    "PROTOCOL_FILE", "PUBLISHED_LIST", "QUANTITY", "QUANTITY_WORDS", "QUESTION", "QUESTION_OF_ALL", "RESULTS_WITHOUT_OFFER", "SCORE",
    "SENTENCES", "SHARED_ANSWERS", "SHARED_LIST", "SHARED_QUESTION", "SHARED_QUESTIONS", "SOME_DAYS", "SOURCE", "SOURCES",
    "SOURCE_DOCUMENT", "STATEMENT", "STOPPING_CRITERION", "STOPPING_HEADING", "TIMES", "TREATMENT_ROW", "VERSION", "WORDS", "YES_NO",
]  # fmt: skip

OFFER = r"offer ([a-z-]+)(?: and ([a-z-]+)|, or ([a-z-]+) where that is excluded)?"
ALWAYS_999 = "emergency, always 999"
CHANNELS = (*(channel.value for channel in Channel), DISTANCE_SELLING)
ALLOWED = ("yes", "no", "not known", REMOTE_ONLY)
RESULTS_WITHOUT_OFFER = ("self-care", "refer", "refer urgent")

OPEN_ITEM = Shape("open item", {"says": WORDS, "until then": WORDS}, {"note": WORDS, "evidence": EVIDENCE})
CONFLICT = Shape("conflict", {"says": WORDS, "shipped": WORDS}, {"note": WORDS, "evidence": EVIDENCE, "open": NAMES})
CHANNEL = Shape("channel", {"allowed": one_word_of(*ALLOWED), "evidence": EVIDENCE}, REMARKS)
CODE = Shape("code", {"says": WORDS, "use": WORDS, "evidence": EVIDENCE}, REMARKS)

SCORE = Shape(
    "score",
    {
        "title": WORDS,
        "points": Under("a list of sentences", {"type": "array", "minItems": 1, "items": SENTENCES.schema["anyOf"][0]}),
        "evidence": EVIDENCE,
    },
    REMARKS,
)
DEFINITION = Shape(
    "definition",
    {"evidence": EVIDENCE},
    {"means": WORDS, "id": matching(ID, "an id"), **WHEN, **REMARKS},
    one_of=ONE_SENTENCE,
)
_STOPS = one_word_of(*(kind.word for kind in STOPPING_KINDS), ALWAYS_999)
STOPPING_CRITERION = Shape(
    "stopping criterion",
    {"because": WORDS, "evidence": EVIDENCE},
    {**WHEN, "must": SENTENCES, "then": _STOPS, "where to": WORDS, **REMARKS},
    one_of=(*ONE_SENTENCE, "must"),
)
STOPPING_HEADING = Shape("heading of stopping criteria", optional={"then": _STOPS})
TREATMENT_ROW = Shape(
    "treatment row",
    {
        "because": WORDS,
        "then": matching(
            rf"{'|'.join(RESULTS_WITHOUT_OFFER)}|{OFFER}",
            "`self-care`, `refer`, `refer urgent`, `offer A`, `offer A and B` or `offer A, or B where that is excluded`",
        ),
        "evidence": EVIDENCE,
    },
    {**WHEN, "where to": WORDS, **REMARKS},
    most_one=ONE_SENTENCE,
)
GATEWAY_POINT = Shape(
    "gateway point",
    {"evidence": EVIDENCE},
    {"after": NAMES, "at": NAMES, **WHEN, **REMARKS},
    most_one=ONE_SENTENCE,
    some_of=("after", "at"),
)


def _said(heading: str, *, to_somebody: bool = False) -> Under:
    required = {"says": WORDS, "evidence": EVIDENCE}
    name = f"clause of {heading}"
    return named(Shape(name, {"for": NAMES, **required} if to_somebody else required, REMARKS), names=ID)


OF_EVERY_MEDICINE = clause("every medicine", WHEN)

_STOPPING = Under(
    "headings of your own choosing, each with `then` for all under it, or not, and ids, each with a block: stopping criterion",
    {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"then": _STOPS.schema},
            "patternProperties": {f"^(?:{ID})$": any_of_shapes(STOPPING_CRITERION)},
            "additionalProperties": False,
            "if": {"not": {"required": ["then"]}},
            "then": {"patternProperties": {f"^(?:{ID})$": {"required": ["then"]}}},
        },
    },
    (STOPPING_HEADING, STOPPING_CRITERION),
    "grouped",
    "heading of stopping criteria",
)
ADVICE = ("advice", "safety-netting")
PATHWAY_FILE = Shape(
    "pathway file",
    {
        "pathway": WORDS, **EDITION, "in force": PERIOD, "source documents": list_of(SOURCE_DOCUMENT), "stopping criteria": _STOPPING,
        "treatment": named(TREATMENT_ROW, names=ID), "questions": QUESTIONS, "sources": SOURCES,
    },
    {
        "channels": named(CHANNEL, names=list(CHANNELS)), "scores": named(SCORE, names=NAME),
        "definitions": named(DEFINITION, names=NAME), "every medicine": named(OF_EVERY_MEDICINE, called="exclusion", names=ID),
        "gateway points": named(GATEWAY_POINT, names=ID), **{heading: _said(heading, to_somebody=True) for heading in ADVICE},
        **{heading: _said(heading) for heading in ("leaflets", "records", "prompts")}, "codes": named(CODE, names="[0-9]+"),
        "open items": named(OPEN_ITEM), "conflicts": named(CONFLICT),
    },
)  # fmt: skip

PARTS = ("items", "non_severe", "none", "examples")  # of a readable shared list
SHARED_QUESTIONS = Shape("file of shared questions", {"questions": named(QUESTION_OF_ALL, names=NAME)})
SHARED_ANSWERS = Shape(
    "shared file",
    {"values": WORDS, "title": WORDS, "values list": VALUES, "sources": SOURCES},
    key="shared file of answers",
)
SHARED_LIST = Shape(
    "shared file",
    {"list": WORDS, "title": WORDS, PARTS[0]: STATEMENTS, "sources": SOURCES},
    dict.fromkeys(PARTS[1:], STATEMENTS),
    key="shared file of a list",
)
