"""The YAML reader: its events, and what it found wrong in words for whoever wrote the file, as its own are for programmers."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

# The C reader is ten times faster; the other is there where it was not built. Both give the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def events_of(words: str) -> Iterator[yaml.Event]:
    """The events of a file, as ``yaml.parse`` gives them, in one call for each. Raises ``yaml.YAMLError``."""
    loader = _LOADER(words)
    try:
        yield from iter(loader.get_event, None)
    finally:
        loader.dispose()


class NotYaml(NamedTuple):
    """What is wrong with a line and how to mend it; ``mark`` is where, None where the reader does not say."""

    what: str
    fix: str
    mark: Any


_QUOTES = 'Put all the words after the heading in quotes: "...".'
_LINE_UP = (
    "Line it up with the headings that it stands beside: two blanks for each level, as the files that load have it."
)

_NO_COLON = (
    "could not find expected ':'",
    "this line has no colon with a blank after it",
    "Write a heading, a colon, a blank, and what stands under it; words that go on over several lines stand after >-, further in.",
)

# What the reader says, as it begins; what we say; how to mend it. The first that fits is taken.
_SAID = (
    ("found character '\\t'", "a tab stands where blanks belong", "Indent with blanks, two for each level."),
    ("found character", "words cannot begin with this letter", _QUOTES),
    ("expected alphabetic or numeric character", "words cannot begin with * or &", _QUOTES),
    ("expected a comment or a line break", "after > or | nothing stands on the same line", "Write the words on the lines below, further in; or put them in quotes on this line."),
    ("found unexpected end of stream", "the quote that opens here is never closed", "Close it, or put the words in the other kind of quotes."),
    ("found unknown escape", "a backslash in double quotes does not stand for itself", "Put the words in single quotes."),
    _NO_COLON,
    ("sequence entries are not allowed", "a dash cannot stand here", "Put the dash on a line of its own under the heading, further in."),
    ("expected <block end>, but found '<scalar>'", "words go on after the quotes", _QUOTES),
    ("expected <block end>", "this line does not line up with those above it", _LINE_UP),
)  # fmt: skip
_ANOTHER_COLON = re.compile(r"^\s*(-\s+)?[^\s:#][^:#]*:\s+\S.*:(\s|$)")
_HEADING = re.compile(r":(\s|$)")
_DASH_ALONE = re.compile(r"\s*-\S")


class _At(NamedTuple):
    line: int
    column: int


def in_our_words(refused: yaml.YAMLError, lines: list[str]) -> NotYaml:
    """What is wrong, where the file's lines are at hand; nothing of them is repeated."""
    problem = getattr(refused, "problem", None) or ""
    marks = [getattr(refused, "problem_mark", None), getattr(refused, "context_mark", None)]
    if problem.startswith(("found unexpected end of stream", _NO_COLON[0])):
        marks.reverse()  # what is never closed, or has no colon, is seen where it begins
    mark = next(filter(None, marks), None)
    if mark is not None and problem.startswith("mapping values are not allowed"):
        return _colon(mark, lines)
    for begins, what, fix in _SAID:
        if problem.startswith(begins):
            return NotYaml(what, fix, mark)
    return NotYaml(
        "this line is not the YAML we use", f"Look for a quote, a colon inside words, or an indent. {_QUOTES}", mark
    )


def _colon(mark: Any, lines: list[str]) -> NotYaml:
    """A colon where no heading may stand: it is the second of its line, or what went before is not as it should be."""
    if _ANOTHER_COLON.match(lines[mark.line] if mark.line < len(lines) else ""):
        return NotYaml("a second colon stands on this line, so that its words are read as a heading", _QUOTES, mark)
    before = [
        at for at in range(min(mark.line, len(lines))) if lines[at].strip() and not lines[at].lstrip().startswith("#")
    ]
    above = lines[before[-1]] if before else ""
    at = _At(before[-1], len(above) - len(above.lstrip())) if before else mark
    if _DASH_ALONE.match(above):
        return NotYaml("this dash has no blank after it", "Write a dash, a blank, and what stands there.", at)
    if before and not _HEADING.search(above):
        return NotYaml(*_NO_COLON[1:], at)
    return NotYaml("this line is further in than the line above it lets it be", _LINE_UP, mark)
