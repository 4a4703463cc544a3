"""The shapes of cases, and of the list of published digests."""

from pharmacyfirst.content.sentence_forms import NUMBER
from pharmacyfirst.content.shape import Shape, Under, block_of, list_of, matching, named, one_word_of
from pharmacyfirst.content.spellings import AMOUNT, ANSWERS, COUNT, DAY, DIGEST, NAMES, TIME_LIMIT, VERSION, WORDS
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.tables import IF_NOT_ANSWERED

LINES = Under(
    "words, or a list of them",
    {"anyOf": [WORDS.schema, {"type": "array", "minItems": 1, "items": WORDS.schema}]},
)
VERSION_OF = f"[a-z-]+/[a-z-]+ {VERSION}"
CASE_GRADES = ("firm", "provisional", "inferred")

OFFER_EXPECTED = Shape(
    "offer",
    {"pgd": WORDS},
    {
        "dose": AMOUNT, "first day": matching(NUMBER, "a number"), "times a day": COUNT, "days": COUNT, "quantity": AMOUNT,
        "quantity at least": AMOUNT, "instructions": NAMES,
    },
)  # fmt: skip
EXPECTATION = Shape(
    "expectation",
    {"outcome": one_word_of(*(kind.word for kind in Kind))},
    {
        "destination": matching(
            f"{EMERGENCY_999}|{EMERGENCY_DEPARTMENT}|[a-z0-9-]+",
            f"`{EMERGENCY_999}`, `{EMERGENCY_DEPARTMENT}` or the name of a pathway",
        ),
        "within": TIME_LIMIT,
        "next": WORDS,
        "duties": NAMES,
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
WITHDRAWAL = Shape(
    "withdrawn version",
    {"digest": matching(DIGEST, "`sha256:` with 64 letters and digits"), "day": DAY, "because": WORDS},
)
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
        ),
        "withdrawn": named(WITHDRAWAL, names=VERSION_OF),
    },
)
