"""Every kind of block that content files hold, as data: its headings, which of them it needs, and what stands under each.

The loader reads by this table, and ``docs/schema/content.schema.json`` and the table in docs/writing-a-pathway.md are made from it. ``every_shape`` gathers
them all. Here are pathways and shared files, and the names of all the others, which stand in modules of their own.
"""

from collections.abc import Mapping
from dataclasses import replace

from pharmacyfirst.authority.permit import DISTANCE_SELLING, REMOTE_ONLY, Channel
from pharmacyfirst.content.sentence_forms import NAME
from pharmacyfirst.content.shape import (
    Shape,
    Under,
    any_of_shapes,
    at_most,
    block_of,
    list_of,
    matching,
    named,
    one_word_of,
)
from pharmacyfirst.content.shapes_of_definitions import DEFINITIONS
from pharmacyfirst.content.shapes_of_pgds import (
    STATEMENTS,
    clause,
    taken,
)
from pharmacyfirst.content.shapes_of_questions import (
    QUESTION_OF_ALL,
    QUESTIONS,
    SAME_DAY,
    VALUES,
)
from pharmacyfirst.content.spellings import (
    EDITION,
    EVIDENCE,
    ID,
    IN_FORCE,
    NAMES,
    ONE_SENTENCE,
    REMARKS,
    SENTENCES,
    SOURCE_DOCUMENT,
    SOURCES,
    TIME_LIMIT,
    WHEN,
    WORDS,
)
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import STOPPING_KINDS, Kind

EACH_OF = r"offer each of ([a-z-]+(?:, [a-z-]+)+)"
OFFER = r"offer ([a-z-]+)(?: and ([a-z-]+)|, or ([a-z-]+) where that is excluded)?"
ALWAYS_999 = "emergency, always 999"
NOT_KNOWN = "not known"
CHANNELS = (*(channel.value for channel in Channel), DISTANCE_SELLING)
CODE_USES = (
    "condition", "complication", "related condition", "exclusion", "finding", "history", "observation", "pregnancy", "referral",
    "service", "medicine form", "never supplied", "reading only",
)  # fmt: skip
HAS_IT = CODE_USES[0]
"""The use of the code by which a record says that somebody has the condition."""
MOST_TITLE = 40
MOST_A_PAGE = 12
SENT_ELSEWHERE = tuple(kind for kind in Kind if kind not in (Kind.EMERGENCY, Kind.SUPPLY, Kind.NEED_FACTS))
"""The kinds of outcome that may say where somebody goes; an emergency has destinations of its own."""
MUST_SAY_WHERE = (Kind.REFER_URGENT, Kind.REFER)
ALLOWED = ("yes", "no", NOT_KNOWN, REMOTE_ONLY)
RESULTS_WITHOUT_OFFER = ("self-care", "refer", "refer urgent", "measure next")

A_PATHWAY = matching("[a-z0-9-]+", "the name of a pathway")
OPEN_ITEM = Shape("open item", {"says": WORDS, "until then": WORDS}, {"note": WORDS, "evidence": EVIDENCE})
CONFLICT = Shape("conflict", {"says": WORDS, "shipped": WORDS}, {"note": WORDS, "evidence": EVIDENCE, "open": NAMES})
CHANNEL = Shape("channel", {"allowed": one_word_of(*ALLOWED), "evidence": EVIDENCE}, REMARKS)
CODE = Shape("code", {"says": WORDS, "use": one_word_of(*CODE_USES), "evidence": EVIDENCE}, REMARKS)
WHERE_TO = Shape("destination", {"says": WORDS, "evidence": EVIDENCE}, REMARKS)

SCORE = Shape(
    "score",
    {
        "title": WORDS,
        "points": Under("a list of sentences", {"type": "array", "minItems": 1, "items": SENTENCES.schema["anyOf"][0]}),
        "evidence": EVIDENCE,
    },
    REMARKS,
)
_STOPS = one_word_of(*(kind.word for kind in STOPPING_KINDS), ALWAYS_999)
STOPPING_CRITERION = Shape(
    "stopping criterion",
    {"because": WORDS, "evidence": EVIDENCE},
    {**WHEN, "must": SENTENCES, "then": _STOPS, "where to": WORDS, "within": TIME_LIMIT, "next": A_PATHWAY, **REMARKS},
    one_of=(*ONE_SENTENCE, "must"),
)
STOPPING_HEADING = Shape("heading of stopping criteria", optional={"then": _STOPS})
TREATMENT_ROW = Shape(
    "treatment row",
    {
        "because": WORDS,
        "then": matching(
            rf"{'|'.join(RESULTS_WITHOUT_OFFER)}|{OFFER}|{EACH_OF}",
            "`self-care`, `refer`, `refer urgent`, `measure next`, `offer A`, `offer A and B`, `offer A, or B where that is excluded` or `offer each of A, B`",
        ),
        "evidence": EVIDENCE,
    },
    {
        **WHEN,
        "where to": WORDS,
        "where nothing can be offered": WORDS,
        "when nothing is left": one_word_of(SAME_DAY),
        "leads to": A_PATHWAY,
        "within": TIME_LIMIT,
        "next": A_PATHWAY,
        **REMARKS,
    },
    most_one=ONE_SENTENCE,
)
GATEWAY_POINT = Shape(
    "gateway point",
    {"after": NAMES, "evidence": EVIDENCE},
    {"position": one_word_of(NOT_KNOWN), **WHEN, **REMARKS},
    most_one=ONE_SENTENCE,
)


def _said(heading: str, required: Mapping[str, Under] = Frozen(), optional: Mapping[str, Under] = Frozen()) -> Under:
    shape = Shape(
        f"clause of {heading}",
        {**required, "says": WORDS, "evidence": EVIDENCE},
        {**optional, **REMARKS},
        most_one=tuple(heading for heading in ONE_SENTENCE if heading in optional),
    )
    return named(shape, names=ID)


DIAGNOSIS = Shape(
    "diagnosis",
    {"clear": NAMES, "otherwise": WORDS, "evidence": EVIDENCE},
    {**WHEN, **REMARKS},
    most_one=ONE_SENTENCE,
)
_WHERE_TO = named(WHERE_TO, names=[kind.word for kind in SENT_ELSEWHERE])
_WHERE_TO = replace(_WHERE_TO, schema={**_WHERE_TO.schema, "required": [kind.word for kind in MUST_SAY_WHERE]})
_PAGES = Under(
    "titles of pages, each with the questions that stand there",
    {"type": "object", "minProperties": 1, "additionalProperties": NAMES.schema},
)


OF_EVERY_MEDICINE = clause("every medicine", WHEN)
TAKEN_OF_EVERY_MEDICINE = taken("every medicine")

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
DUTIES = "duties"
PATHWAY_FILE = Shape(
    "pathway file",
    {
        "pathway": WORDS, **EDITION, "title for patients": at_most(MOST_TITLE), "in force": IN_FORCE, "where to": _WHERE_TO,
        "source documents": list_of(SOURCE_DOCUMENT), "stopping criteria": _STOPPING,
        "treatment": named(TREATMENT_ROW, names=ID),
        "questions": QUESTIONS, "pages": _PAGES, "sources": SOURCES,
    },
    {
        "channels": named(CHANNEL, names=list(CHANNELS)), "scores": named(SCORE, names=NAME),
        "definitions": DEFINITIONS, "every medicine": named(OF_EVERY_MEDICINE, TAKEN_OF_EVERY_MEDICINE, called="exclusion", names=ID),
        "gateway points": named(GATEWAY_POINT, names=ID), **{heading: _said(heading, {"for": NAMES}, WHEN) for heading in ADVICE},
        "diagnosis established when": block_of(DIAGNOSIS), "duties": _said("duties", {"who": WORDS, "for": NAMES}, WHEN),
        "leaflets": _said("leaflets"), "records": _said("records", optional={"for": NAMES}), "prompts": _said("prompts", {"at": NAMES}),
        "cannot be": NAMES, "codes": named(CODE, names="[0-9]+"),
        "open items": named(OPEN_ITEM), "conflicts": named(CONFLICT),
    },
)  # fmt: skip

PARTS = ("items", "non_severe", "none", "examples")  # of a readable shared list
SHARED_QUESTIONS = Shape("file of shared questions", {"questions": named(QUESTION_OF_ALL, names=NAME)})
SHARED_ANSWERS = Shape(
    "shared file",
    {"values": WORDS, "title": WORDS, "values list": VALUES},
    {"sources": SOURCES},
    key="shared file of answers",
)
SHARED_LIST = Shape(
    "shared file",
    {"list": WORDS, "title": WORDS, PARTS[0]: STATEMENTS},
    {**dict.fromkeys(PARTS[1:], STATEMENTS), "sources": SOURCES},
    key="shared file of a list",
)
