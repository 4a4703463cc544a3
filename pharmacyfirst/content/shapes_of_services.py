"""The shapes of a service: what it is called and coded, who provides it, what makes a consultation claimable, and what stands behind each."""

from pharmacyfirst.content.sentence_forms import NAME
from pharmacyfirst.content.shape import Shape, at_most, matching, named
from pharmacyfirst.content.shapes import MOST_TITLE, OPEN_ITEM
from pharmacyfirst.content.shapes_of_pgds import STATEMENTS, USERS
from pharmacyfirst.content.spellings import EVIDENCE, NAMES, PERIOD, REMARKS, SOURCES, WORDS
from pharmacyfirst.kernel.service import EVERY_CONSULTATION, GATEWAY_POINTS

CLAIMABLE = rf"({GATEWAY_POINTS}|{EVERY_CONSULTATION})|answered ({NAME}(?: or {NAME})*)"
CODE_OF_A_SERVICE = Shape("code of a service", {"says": WORDS, "days": PERIOD, "evidence": EVIDENCE}, REMARKS)
PART_OF_A_SERVICE = Shape("part of a service", {"says": WORDS, "evidence": EVIDENCE}, REMARKS)
SERVICE_FILE = Shape(
    "service file",
    {
        "service": WORDS, "title": WORDS, "title for patients": at_most(MOST_TITLE), "pathways": NAMES, "provided by": USERS,
        "claimable": matching(CLAIMABLE, f"`{GATEWAY_POINTS}`, `{EVERY_CONSULTATION}` or `answered systolic_mmhg`"),
    },
    {
        "prescription charge": matching("none", "`none`"), "code": named(CODE_OF_A_SERVICE, names="[0-9]+"), "claim": STATEMENTS, "ways in": named(PART_OF_A_SERVICE),
        "consents": named(PART_OF_A_SERVICE), "open items": named(OPEN_ITEM), "sources": SOURCES, "note": WORDS,
    },
)  # fmt: skip
