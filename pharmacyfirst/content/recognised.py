"""Which files are content of ours, told by their headings before anything else is read: no other file is ever quoted."""

import re

FIRST = frozenset(
    {
        "pathway", "pgd", "questions", "values", "list", "published", "sources", "invariants", "shared medicine", "shared definitions",
        "shared sources", "hazard log", "service",
    }
)  # fmt: skip
"""The heading that each kind of file begins with."""

TOP = FIRST | {
    # any document
    "title", "version", "status", "in force", "open", "note", "advice", "leaflets", "records",
    # a pathway
    "source documents", "stopping criteria", "treatment", "channels", "scores", "definitions", "every medicine",
    "gateway points", "safety-netting", "prompts", "codes", "open items", "conflicts", "title for patients", "where to", "diagnosis established when", "cannot be", "pages",
    # a PGD
    "mechanism", "legal class", "source document", "who may use it", "medicine", "clinical situation", "inclusion",
    "exclusions", "cautions", "seek advice", "products", "route", "each dose", "doses", "quantity limits", "warnings",
    "follow-up", "referral", "label", "counselling", "adverse effects", "storage", "licence",
    # cases, shared lists, invariants
    "as of", "baseline", "cases", "values list", "items", "non_severe", "none", "examples", "implausible",
    "never decides alone", "withdrawn",
    # a medicine, and how a PGD of it differs
    "bars", "differs",
    # a service, and what a pathway and a PGD of one say besides
    "pathways", "code", "provided by", "claimable", "claim", "prescription charge", "ways in", "consents", "duties", "instructions", "document",
    # the hazard log
    "severities", "likelihoods", "risk matrix", "risk classes", "hazards",
}  # fmt: skip
"""Every heading that stands at the margin of a file of ours."""

_ALONE = {
    "questions",
    "published",
    "sources",
    "invariants",
    "shared definitions",
    "shared sources",
}  # what they hold stands in a block below
_NOTHING = re.compile(r"\s*(#.*)?|---\s*|%.*")
_HEADING = re.compile(r"""(["']?)([^\s#"'-][^:"']*?)\1\s*:(?:\s+(.*))?""")
_PUBLISHED = re.compile(r" +[a-z-]+/[a-z-]+ [0-9.]+ *: *sha256:[0-9a-f]*")
_WITHDRAWN = re.compile(r" +[a-z-]+/[a-z-]+ [0-9.]+ *: *")


def is_content(words: str) -> bool:
    """Whether a text begins as one of our files does, and at least half of the headings at its margin are ours.

    One heading alone tells nothing: a note about a patient may have ``treatment:`` too. A list of published digests is known by these,
    whatever its heading.
    """
    every = re.split("\r\n|\r|\n", words)
    lines = (line for line in every if not _NOTHING.fullmatch(line))
    first, second = next(lines, ""), next(lines, "")
    if not _HEADING.fullmatch(first):
        return False
    if second and _PUBLISHED.fullmatch(second) and all(map(_PUBLISHED.fullmatch, lines)):
        return True
    at_the_margin = [line for line in every if line[:1] not in (" ", "") and not _NOTHING.fullmatch(line)]
    tops = [found for line in at_the_margin if (found := _HEADING.fullmatch(line))]
    names, beside = [found[2] for found in tops], re.sub(" *#.*", "", tops[0][3] or "")
    if names[0] == "withdrawn" and _WITHDRAWN.fullmatch(second):
        names[0] = "published"  # a list in which every version was taken back
    if names[0] not in FIRST or (names[0] in _ALONE and beside and not beside.startswith("sha256:")):
        return False
    return 2 * sum(name in TOP for name in names) >= len(names) and (names[0] != "sources" or "invariants" in names)
