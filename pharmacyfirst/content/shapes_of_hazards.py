"""The shapes of ``pathways/hazards.yaml``: its headings, the words of the two scales, and how a control names what stands behind it.

The words are those of DCB0129: five severities, five likelihoods, and a table in which the class of a risk is looked up.
"""

from pharmacyfirst.content.shape import Shape, block_of, line_or_list, list_of, matching, named, one_word_of
from pharmacyfirst.content.spellings import EVIDENCE, ID, NAMES, SOURCES, VERSION, WORDS
from pharmacyfirst.kernel.outcome import STOPPING_KINDS

SEVERITIES = ("Minor", "Significant", "Considerable", "Major", "Catastrophic")
"""The severities of DCB0129, the least first."""
LIKELIHOODS = ("Very Low", "Low", "Medium", "High", "Very High")
"""The likelihoods of DCB0129, the least first."""
CLASSES = (1, 2, 3, 4, 5)
"""The classes of risk, the most acceptable first."""
STATES = ("open", "controlled", "transferred")
"""How a hazard stands until a clinical safety officer has signed: nobody here accepts or closes one."""

INCLUSIONS, DOSE_ROWS, CAUTIONS, TREATMENT, GATEWAYS = (
    "inclusions and exclusions", "dose rows", "cautions", "treatment rows", "gateway points",
)  # fmt: skip
STOPPING_WORDS = tuple(kind.word for kind in STOPPING_KINDS)
KINDS_OF_RULES = (*STOPPING_WORDS, TREATMENT, INCLUSIONS, DOSE_ROWS, CAUTIONS, GATEWAYS)
"""The kinds of rules that a hazard may be about: a stopping criterion by the outcome it ends in, and what stands after those."""

RATING = rf"({'|'.join(SEVERITIES)}), ({'|'.join(reversed(LIKELIHOODS))})"
TEST = r"tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+"
FILE = r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+"

_LINES = line_or_list(r"[\s\S]*\S[\s\S]*", "words, or a list of them")
_RATING = matching(RATING, "severity and likelihood, `Major, Low`")
_CLASS = one_word_of(*map(str, CLASSES))
DESIGN_CONTROL = Shape("design control", {"says": WORDS, "at": NAMES})
TEST_CONTROL = Shape("test control", {"says": WORDS, "at": NAMES})
MATRIX_ROW = Shape("row of the risk matrix", dict.fromkeys(SEVERITIES, _CLASS))
MATRIX = Shape("risk matrix", {likelihood: block_of(MATRIX_ROW) for likelihood in reversed(LIKELIHOODS)})
HAZARD = Shape(
    "hazard",
    {
        "title": WORDS, "hazard": WORDS, "causes": _LINES, "effect": WORDS, "harm": WORDS, "conditions": NAMES,
        "existing controls": _LINES, "initial": _RATING, "design": list_of(DESIGN_CONTROL), "test": list_of(TEST_CONTROL),
        "training": _LINES, "business process": _LINES, "residual": _RATING, "because": WORDS, "owner": WORDS,
        "status": one_word_of(*STATES), "evidence": EVIDENCE,
    },
    {"rules": NAMES, "pgds": NAMES, "note": WORDS},
)  # fmt: skip
FILE_OF_HAZARDS = Shape(
    "hazard log",
    {
        "hazard log": WORDS,
        "version": matching(VERSION, "`2026.1`"),
        "status": WORDS,
        "sources": SOURCES,
        "severities": block_of(Shape("scale of severity", dict.fromkeys(SEVERITIES, WORDS))),
        "likelihoods": block_of(Shape("scale of likelihood", dict.fromkeys(LIKELIHOODS, WORDS))),
        "risk matrix": block_of(MATRIX),
        "risk classes": block_of(Shape("classes of risk", {str(one): WORDS for one in CLASSES})),
        "hazards": named(HAZARD, names=ID),
    },
)
