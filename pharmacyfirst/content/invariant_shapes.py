"""The shapes of ``pathways/invariants.yaml``: its headings, and the words for what comes out of a consultation."""

import re

from pharmacyfirst.content.sentence_forms import FORMS, NAME, NUMBER
from pharmacyfirst.content.shape import Shape, Under, line_or_list, matching, named, one_word_of
from pharmacyfirst.content.spellings import ANSWERS, EVIDENCE, ID, NAMES, SENTENCES, SOURCES, VERSION, WORDS
from pharmacyfirst.kernel.outcome import Kind

KNOWN = "it is known that "
_LIMITS = rf"(?:(?:at least|at most|above|below) )?{NUMBER}(?: to (?:below )?{NUMBER})?"
_ONE_OR_MORE = rf"{NAME}(?: or {NAME})*"
COMES = "|".join(
    (
        "(?P<supply>supply)",
        rf"offer of (?P<pgds>{_ONE_OR_MORE})",
        "outcome is (?P<kinds>.+)",
        "destination is (?P<destination>.+)",
        rf"(?P<measure>dose|daily dose|dose for each kg|course(?!.* after)) of (?P<pgd>{NAME})(?P<later> after the first day)? is (?P<limits>{_LIMITS}) (?P<unit>[A-Za-z][A-Za-z ]*)",
        rf"(?P<asked>{NAME}) is asked for",
        r"within is (?P<within>[1-9][0-9]{0,2}) days?",
        r"next is (?P<next>[a-z][a-z0-9-]*)",
        "if not answered is (?P<unanswered>refer urgent|refer)",
    )
)
_COMES_UNNAMED = re.sub(r"\(\?P<[a-z]+>", "(?:", COMES)  # JSON Schema knows no named groups
_SAID = line_or_list(f"{_COMES_UNNAMED}|(?:{KNOWN})?(?:{FORMS})", "sentences and what comes out, or a list of them")
FAILURE = Shape("patient", {"version": matching(VERSION, "`2026.1`"), "outcome": one_word_of(*(kind.word for kind in Kind))},
    {"set": ANSWERS, "unset": NAMES, "note": WORDS})  # fmt: skip
INVARIANT = Shape(
    "invariant",
    {"says": WORDS, "evidence": EVIDENCE},
    {
        "for": NAMES, "when": _SAID, "never": _SAID, "always": _SAID, "possible": _SAID, "cannot be said for": NAMES,
        "fails for": named(FAILURE), "note": WORDS,
    },
    one_of=("never", "always", "possible"),
)  # fmt: skip
IMPLAUSIBLE = Shape("implausible person", {"says": WORDS, "never": SENTENCES, "evidence": EVIDENCE}, {"note": WORDS})
FILE_OF_INVARIANTS = Shape(
    "file of invariants",
    {"sources": SOURCES, "invariants": named(INVARIANT, names=ID)},
    {
        "implausible": named(IMPLAUSIBLE),
        "never decides alone": Under(
            "conditions, each with ids and the reason of each",
            {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "propertyNames": {"pattern": f"^(?:{ID})$"},
                    "additionalProperties": WORDS.schema,
                },
            },
        ),
    },
)
