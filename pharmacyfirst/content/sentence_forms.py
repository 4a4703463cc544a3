"""What every sentence of content looks like, before anybody asks what its names stand for."""

import re

from pharmacyfirst.content.text import Block, List, Text

NAME = r"[a-z0-9][a-z0-9_-]*"
NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"  # short enough for every sum to be exact


COUNT = re.compile(rf"(?:(any|none|all)|(at least|at most|fewer than) ([0-9]{{1,9}})) of ({NAME}(?:, {NAME})*)")
IS = re.compile(rf"({NAME}) is (.+)")
INCLUDES = re.compile(rf"({NAME}) includes ({NAME}(?: or {NAME})*)")
INCLUDES_THIS = re.compile(rf"({NAME}) includes this medicine")
BARS_THIS = re.compile(rf"({NAME}) bars this medicine")
ABOVE = re.compile(rf"above ({NAME})")
BOUND = re.compile(rf"(?:(at least|at most|above|below) )?({NUMBER})")
RANGE = re.compile(rf"({NUMBER}) to (below )?({NUMBER})")
FORMS = "|".join(form.pattern for form in (COUNT, BARS_THIS, INCLUDES_THIS, INCLUDES, IS))


def named_in(block: Block) -> tuple[str, ...]:
    """The questions, scores and definitions that the sentences of a block speak of, as far as their form tells."""
    nodes = [block.items[heading] for heading in ("when", "any of", "must") if heading in block.items]
    texts = [one for node in nodes for one in (node.items if isinstance(node, List) else [node])]
    return tuple(dict.fromkeys(name for one in texts if isinstance(one, Text) for name in _names_in(one.words)))


def _names_in(words: str) -> list[str]:
    if match := COUNT.fullmatch(words):
        return match.group(4).split(", ")
    for form in (BARS_THIS, INCLUDES_THIS, INCLUDES, IS):
        if match := form.fullmatch(words):
            other = ABOVE.fullmatch(match.group(2)) if form is IS else None
            return [match.group(1), *([other.group(1)] if other and not BOUND.fullmatch(match.group(2)) else [])]
    return []
