"""Every kind of block that content files hold, as data: its headings, which of them it needs, and what stands under each.

The loader reads by this table, and ``docs/schema/content.schema.json`` and the table in docs/writing-a-pathway.md are made from it. ``every_shape`` gathers them all.
"""

from collections.abc import Mapping
from dataclasses import replace

from pharmacyfirst.content.sentences import FORMS, NAME, NUMBER
from pharmacyfirst.content.shape import (
    SENTENCE,
    Shape,
    Under,
    any_of_shapes,
    block_of,
    line_or_list,
    list_of,
    matching,
    named,
    one_or_list_of,
    one_word_of,
)
from pharmacyfirst.kernel.authority import DISTANCE_SELLING, REMOTE_ONLY, Channel
from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, STOPPING_KINDS, Kind
from pharmacyfirst.kernel.pgd import Mechanism
from pharmacyfirst.kernel.trace import IF_NOT_ANSWERED

ID = r"[A-Z]{2,4}(?:-[A-Z]{2,4})?-?[A-Z]{1,3}[0-9]+[a-z]?|[A-Z]{1,3}[0-9]+"
VERSION = r"[0-9]{4}\.[0-9]+"
DIGEST = "sha256:[0-9a-f]{64}"
OFFER = r"offer ([a-z-]+)(?: and ([a-z-]+)|, or ([a-z-]+) where that is excluded)?"
TIMES = "([0-9]{1,2})(?: to ([0-9]{1,2}))?"
DAYS = "[0-9]{1,3}"
ALWAYS_999 = "emergency, always 999"
NO_DOSE = "none"
SAME_DAY = "refer urgent"
NOT_KNOWN = "not known"
QUANTITY_WORDS = ("worked out", "not stated")
CHANNELS = (*(channel.value for channel in Channel), DISTANCE_SELLING)
ALLOWED = ("yes", "no", NOT_KNOWN, REMOTE_ONLY)
CASE_GRADES = ("firm", "provisional", "inferred")
RESULTS_WITHOUT_OFFER = ("self-care", "refer", "refer urgent")

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_AMOUNT = rf"{NUMBER} [A-Za-z%][A-Za-z0-9%/. ]*"
_TAGS = r"(?:\s+[^\s,]+)"
_SOURCED = "|".join(grade.word for grade in Grade if grade <= Grade.SINGLE)
_BARE = "|".join(grade.word for grade in Grade if grade > Grade.SINGLE)
_LINE = rf"(?:(?:{_SOURCED}){_TAGS}+|(?:{_BARE}){_TAGS}*)(?:,\s[\s\S]*)?"
_ANSWER = rf"(?:whole number|number) from {NUMBER} to {NUMBER} .+|(?:one of|any of)(?: .+)?|yes or no|date"


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
LINES = Under(
    "words, or a list of them",
    {"anyOf": [WORDS.schema, {"type": "array", "minItems": 1, "items": WORDS.schema}]},
)
YES_NO = one_word_of("yes", "no")
DAY = matching(_DAY, "a day, `2026-11-21`")
PERIOD = matching(f"from {_DAY}|{_DAY} to {_DAY}", "`2025-10-01 to 2027-01-30`, or `from 2025-10-01`")
EVIDENCE = line_or_list(_LINE, "a line of evidence, or a list of them")
SENTENCES = replace(line_or_list(FORMS, "a sentence, or a list of them"), how=SENTENCE)
AMOUNT = matching(_AMOUNT, "a number with its unit, `6 capsule`")
QUANTITY = matching(rf"{_AMOUNT}|{'|'.join(QUANTITY_WORDS)}", "a number with its unit, `worked out` or `not stated`")
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
_WHEN = {"when": SENTENCES, "any of": SENTENCES}
_SENTENCE = tuple(_WHEN)

STATEMENT = Shape("statement", {"says": WORDS, "evidence": EVIDENCE}, {**REMARKS, "professions": NAMES})
SOURCE = Shape("source", {"says": WORDS}, {"date": WORDS, "note": WORDS})
SOURCE_DOCUMENT = Shape(
    "source document", {"title": WORDS, "reference": WORDS, "edition": WORDS, "evidence": EVIDENCE}, REMARKS
)
OPEN_ITEM = Shape("open item", {"says": WORDS, "until then": WORDS}, {"note": WORDS, "evidence": EVIDENCE})
CONFLICT = Shape("conflict", {"says": WORDS, "shipped": WORDS}, {"note": WORDS, "evidence": EVIDENCE, "open": NAMES})
CHANNEL = Shape("channel", {"allowed": one_word_of(*ALLOWED), "evidence": EVIDENCE}, REMARKS)
CODE = Shape("code", {"says": WORDS, "use": WORDS, "evidence": EVIDENCE}, REMARKS)

ANSWER = Shape(
    "answer",
    optional={"says": WORDS, "bars": NAMES, "action": WORDS, "evidence": EVIDENCE, "was": NAMES, **REMARKS},
    with_evidence=("bars", "action"),
)
_HOW_ANSWERED = matching(
    _ANSWER,
    "`yes or no`, `date`, `number from 30.0 to 45.0 degrees Celsius`, `whole number from ...`, `one of a, b` or `any of a, b`",
)
_VALUES = named(ANSWER, names=NAME)
_CLOSING = one_word_of(SAME_DAY)
QUESTION = Shape(
    "question",
    {"ask": WORDS, "answer": _HOW_ANSWERED},
    {"values": _VALUES, "values from": NAMES, "judgement": YES_NO, "asked when": SENTENCES, "explained by": WORDS,
     "where it cannot be answered": _CLOSING, "was": NAMES, "note": WORDS},
)  # fmt: skip
SHARED_QUESTION = Shape(
    "shared question",
    {"shared": Under("`yes`", {"const": "yes"})},
    {
        "note": WORDS, "values": _VALUES, "values from": NAMES, "explained by": WORDS, "asked when": SENTENCES,
        "where it cannot be answered": _CLOSING, "answer": _HOW_ANSWERED, "was": NAMES,
    },
)  # fmt: skip
QUESTION_OF_ALL = Shape(
    "question",
    {"ask": WORDS, "answer": _HOW_ANSWERED},
    {"judgement": YES_NO, "asked when": SENTENCES, "was": NAMES, "note": WORDS},
    key="question in the shared file",
)
_QUESTIONS = Under(
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
    {"means": WORDS, "id": matching(ID, "an id"), **_WHEN, **REMARKS},
    one_of=_SENTENCE,
)
_STOPS = one_word_of(*(kind.word for kind in STOPPING_KINDS), ALWAYS_999)
STOPPING_CRITERION = Shape(
    "stopping criterion",
    {"because": WORDS, "evidence": EVIDENCE},
    {**_WHEN, "must": SENTENCES, "then": _STOPS, "where to": WORDS, **REMARKS},
    one_of=(*_SENTENCE, "must"),
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
    {**_WHEN, "where to": WORDS, "when nothing is left": one_word_of(SAME_DAY), **REMARKS},
    most_one=_SENTENCE,
)
GATEWAY_POINT = Shape(
    "gateway point",
    {"after": NAMES, "evidence": EVIDENCE},
    {"position": one_word_of(NOT_KNOWN), **_WHEN, **REMARKS},
    most_one=_SENTENCE,
)


def _said(heading: str, *, to_somebody: bool = False) -> Under:
    required = {"says": WORDS, "evidence": EVIDENCE}
    name = f"clause of {heading}"
    if to_somebody:
        return named(Shape(name, {"for": NAMES, **required}, {**_WHEN, **REMARKS}, most_one=_SENTENCE), names=ID)
    return named(Shape(name, required, REMARKS), names=ID)


def _clause(heading: str, sentences: Mapping[str, Under]) -> Shape:
    return Shape(
        f"clause of {heading}",
        {"says": WORDS, "evidence": EVIDENCE},
        {**sentences, "covered by": NAMES, "because": WORDS, **REMARKS},
        one_of=(*sentences, "covered by"),
    )


INCLUSION = _clause("inclusion", {"must": SENTENCES})
EXCLUSION = _clause("exclusions", _WHEN)
OF_EVERY_MEDICINE = _clause("every medicine", _WHEN)

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
_EDITION = {"title": WORDS, "version": matching(VERSION, "year and number, `2026.1`"), "status": WORDS}
SOURCES = named(SOURCE)
ADVICE = ("advice", "safety-netting")
PATHWAY_FILE = Shape(
    "pathway file",
    {
        "pathway": WORDS, **_EDITION, "in force": PERIOD, "source documents": list_of(SOURCE_DOCUMENT), "stopping criteria": _STOPPING,
        "treatment": named(TREATMENT_ROW, names=ID), "questions": _QUESTIONS, "sources": SOURCES,
    },
    {
        "channels": named(CHANNEL, names=list(CHANNELS)), "scores": named(SCORE, names=NAME),
        "definitions": named(DEFINITION, names=NAME), "every medicine": named(OF_EVERY_MEDICINE, called="exclusion", names=ID),
        "gateway points": named(GATEWAY_POINT, names=ID), **{heading: _said(heading, to_somebody=True) for heading in ADVICE},
        **{heading: _said(heading) for heading in ("leaflets", "records", "prompts")}, "codes": named(CODE, names="[0-9]+"),
        "open items": named(OPEN_ITEM), "conflicts": named(CONFLICT),
    },
)  # fmt: skip

CAUTION = Shape(
    "caution", {"says": WORDS, "action": WORDS, "evidence": EVIDENCE}, {**_WHEN, **REMARKS}, most_one=_SENTENCE
)
PRODUCT = Shape(
    "product",
    {"form": WORDS, "strength": WORDS, "codes": NAMES, "evidence": EVIDENCE},
    {"bottle": AMOUNT, **REMARKS},
)
FURTHER_PRODUCT = Shape("further product", {"product": WORDS, "quantity": QUANTITY}, REMARKS)
_SHARED_BY_DOSES = {
    "times a day": HOW_OFTEN, "days": SOME_DAYS, "product": WORDS, "quantity": QUANTITY, "evidence": EVIDENCE, "open": NAMES,
}  # fmt: skip
EACH_DOSE = Shape("block of what all doses share", optional=_SHARED_BY_DOSES)
_MORE_OF_A_DOSE = {
    "who": WORDS,
    **_WHEN,
    "or": one_or_list_of(FURTHER_PRODUCT),
    "because": WORDS,
    "rounding": matching(rf"(?:to the nearest|down to) {NUMBER} [A-Za-z]+", "`to the nearest 2.5 mg` or `down to 2.5 mg`"),
    **REMARKS,
}  # fmt: skip
DOSE_ROW = Shape(
    "dose row",
    {
        "dose": matching(
            rf"(?!{NO_DOSE}$){_AMOUNT}(?: for each kg|, {NUMBER} [A-Za-z]+ on the first day)?",
            "`500 mg`, `7.5 mg for each kg` or `100 mg, 200 mg on the first day`",
        ),
        "times a day": HOW_OFTEN, "days": SOME_DAYS, "product": WORDS, "quantity": QUANTITY, "evidence": EVIDENCE,
    },
    _MORE_OF_A_DOSE,
    most_one=_SENTENCE,
)  # fmt: skip
DOSE_GAP = Shape(
    "dose row",
    {"dose": Under("`none`", {"const": NO_DOSE}), "because": WORDS, "evidence": EVIDENCE},
    {**_MORE_OF_A_DOSE, **_SHARED_BY_DOSES},
    most_one=_SENTENCE,
    key="dose row without a dose",
)

PROSE = (
    "clinical situation", "seek advice", "quantity limits", "warnings", "label", "counselling", "adverse effects", "storage",
    "licence", "leaflets", "follow-up", "referral", "records",
)  # fmt: skip
_STATEMENTS = one_or_list_of(STATEMENT)
_WITH_PROFESSIONS = {"type": "object", "required": ["professions"]}
USERS = replace(
    _STATEMENTS,
    words="a block, or a list of them, one with `professions`: statement",
    schema={
        "allOf": [
            _STATEMENTS.schema,
            {"anyOf": [_WITH_PROFESSIONS, {"type": "array", "contains": _WITH_PROFESSIONS}]},
        ]
    },
)
_PARTICULARS = {
    "in force": PERIOD, "medicine": WORDS, "clinical situation": _STATEMENTS, "quantity limits": _STATEMENTS,
    "inclusion": named(INCLUSION, called="inclusion", names=ID), "exclusions": named(EXCLUSION, called="exclusion", names=ID),
    "seek advice": _STATEMENTS, "products": named(PRODUCT), "doses": named(DOSE_ROW, DOSE_GAP, names=ID), "route": WORDS,
    "warnings": _STATEMENTS, "follow-up": _STATEMENTS, "referral": _STATEMENTS, "records": _STATEMENTS,
}  # fmt: skip
_FREE = ("label", "counselling", "adverse effects", "storage", "licence", "leaflets")


def _of_a_pgd(mechanism: Mechanism, *need_not: str) -> Shape:
    identity = {
        "pgd": WORDS, **_EDITION, "mechanism": Under(f"`{mechanism.value}`", {"const": mechanism.value}), "legal class": WORDS,
        "source document": block_of(SOURCE_DOCUMENT), "who may use it": USERS,
    }  # fmt: skip
    optional = {
        "cautions": named(CAUTION, names=ID),
        "each dose": block_of(EACH_DOSE),
        **dict.fromkeys(_FREE, _STATEMENTS),
        **REMARKS,
    }
    shape = Shape(
        "PGD file",
        identity | _PARTICULARS,
        optional,
        key="" if mechanism is Mechanism.PGD else f"{mechanism.value} file",
    )
    return shape.need_not(need_not)


PGD_FILE = _of_a_pgd(Mechanism.PGD)
# Schedule 16 binds PGDs; a clinical protocol need not say when a doctor or dentist is asked.
PROTOCOL_FILE = _of_a_pgd(Mechanism.CLINICAL_PROTOCOL, "seek advice")

PARTS = ("items", "non_severe", "none", "examples")  # of a readable shared list
SHARED_QUESTIONS = Shape("file of shared questions", {"questions": named(QUESTION_OF_ALL, names=NAME)})
SHARED_ANSWERS = Shape(
    "shared file",
    {"values": WORDS, "title": WORDS, "values list": _VALUES, "sources": SOURCES},
    key="shared file of answers",
)
SHARED_LIST = Shape(
    "shared file",
    {"list": WORDS, "title": WORDS, PARTS[0]: _STATEMENTS, "sources": SOURCES},
    dict.fromkeys(PARTS[1:], _STATEMENTS),
    key="shared file of a list",
)

OFFER_EXPECTED = Shape(
    "offer",
    {"pgd": WORDS},
    {
        "dose": AMOUNT, "first day": matching(NUMBER, "a number"), "times a day": COUNT, "days": COUNT, "quantity": AMOUNT,
    },
)  # fmt: skip
EXPECTATION = Shape(
    "expectation",
    {"outcome": one_word_of(*(kind.word for kind in Kind))},
    {
        "destination": one_word_of(EMERGENCY_999, EMERGENCY_DEPARTMENT),
        "decided by": NAMES,
        "offers": list_of(OFFER_EXPECTED),
        "missing": NAMES,
        "not missing": NAMES,
        "gateways": NAMES,
        "gateways not known": NAMES,
        "if not answered": one_word_of(*(kind.word for kind in IF_NOT_ANSWERED)),
        "tells": LINES,
        "tells not": LINES,
    },
)
CASE = Shape(
    "case",
    {"says": WORDS, "expect": block_of(EXPECTATION), "evidence": one_word_of(*CASE_GRADES)},
    {
        "set": ANSWERS,
        "unset": NAMES,
        "only": Under("questions, each with its answer, or `nothing`", {"anyOf": [{"const": "nothing"}, ANSWERS.schema]}),
        "note": WORDS,
    },
    apart=("only", "set", "unset"),
)  # fmt: skip
FILE_OF_CASES = Shape(
    "file of cases", {"pathway": WORDS, "as of": DAY, "baseline": ANSWERS, "cases": named(CASE)}
)  # fmt: skip
PUBLISHED_LIST = Shape(
    "list of published digests",
    optional={
        "published": Under(
            "condition, document and version, each with its digest",
            {
                "anyOf": [
                    {"const": ""},
                    {"type": "object", "additionalProperties": {"type": "string", "pattern": f"^{DIGEST}$"}},
                ]
            },
        )
    },
)
