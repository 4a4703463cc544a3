"""YAML read as text with places: no scalar is ever typed by YAML, and what could mislead a reviewer is refused.

YAML's own ideas about ``no``, ``12:30``, ``016``, duplicate keys, aliases and tags never apply. Every mistake has four parts: where,
what, how to mend it, what harm it prevents.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1_000_000
MOST_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; line and column count from 1. ``text`` is the line as it stands there."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""

    def moved(self, by: int) -> "Place":
        """The place some columns further on."""
        return Place(self.file, self.line, self.column + by, self.text)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with the content."""

    place: Place
    what: str
    fix: str
    harm: str

    def __str__(self) -> str:
        if not self.place.line:
            return f"{self.place.file}: {self.what}\n  {self.fix}\n  {self.harm}"
        shown, margin = self.place.text.rstrip(), f"{self.place.line:>5} | "
        pointer = " " * (len(margin) + self.place.column - 1) + "^"
        where = f"{self.place.file}:{self.place.line}:{self.place.column}"
        return f"{where}: {self.what}\n{margin}{shown}\n{pointer}\n  {self.fix}\n  {self.harm}"


class Mistakes:
    """Every mistake of a set of files, gathered so that all are reported at once."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, place: Place, what: str, fix: str, harm: str) -> None:
        """Note a mistake and go on."""
        self.found.append(Mistake(place, what, fix, harm))

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Mistake]:
        seen = {str(mistake): mistake for mistake in self.found}  # a shared file read twice is reported once
        return iter(sorted(seen.values(), key=lambda m: (m.place.file, m.place.line, m.place.column)))


class ContentRefused(Exception):
    """The content does not load; ``mistakes`` says why, all of it."""

    def __init__(self, mistakes: Mistakes):
        self.mistakes = list(mistakes)
        count = len(self.mistakes)
        super().__init__(
            "\n\n".join(map(str, self.mistakes)) + f"\n\n{count} mistake{'s' if count > 1 else ''}: nothing was loaded."
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar: its words, where they stand, and whether they stand on that one line as written."""

    words: str
    place: Place
    plain: bool = True

    def at(self, offset: int) -> Place:
        """The place of a letter inside the words."""
        return self.place.moved(offset) if self.plain else self.place


@dataclass(slots=True)
class Block:
    """A mapping: headings in the file's order, each with its own place."""

    place: Place
    items: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Text] = field(default_factory=dict)


@dataclass(slots=True)
class List:
    """A list with dashes."""

    place: Place
    items: list["Node"] = field(default_factory=list)


Node = Text | Block | List

_HARM_UNREAD = "What cannot be read for certain could be read wrongly, and a criterion would be lost without a sign."


def read_file(path: Path, shown: str, mistakes: Mistakes) -> Block | None:
    """Read one file as text with places; None, with the mistakes noted, where it cannot be read. ``shown`` names it in messages."""
    whole = Place(shown)
    raw = path.read_bytes()
    if len(raw) > MOST_BYTES:
        mistakes.add(
            whole,
            f"the file holds more than {MOST_BYTES // 1_000_000} MB",
            "Split or shorten it.",
            "A file too big to review is a file nobody has read.",
        )
        return None
    try:
        words = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        mistakes.add(whole, f"byte {error.start + 1} is not UTF-8 text", "Save the file as UTF-8.", _HARM_UNREAD)
        return None
    tree = _Tree(shown, words, mistakes)
    try:
        top = tree.grow(yaml.parse(words, Loader=_LOADER))
    except _Stop:
        return None
    except yaml.YAMLError:
        tree.not_yaml(words)
        return None
    if top is None or isinstance(top, Block):
        return top
    mistakes.add(
        top.place,
        "a file of ours begins with a heading and a colon",
        "Begin with the headings that the documentation lists.",
        _HARM_UNREAD,
    )
    return None


# The C reader is ten times faster; the other is there where it was not built. Both give the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Stop(Exception):
    """Reading further would only add noise."""


class _Tree:
    """Builds nodes from YAML events, refusing what a reviewer could not read aloud."""

    def __init__(self, shown: str, words: str, mistakes: Mistakes):
        self.shown, self.lines, self.mistakes = shown, words.splitlines(), mistakes
        self.open: list[Block | List] = []
        self.waiting: list[Text | None] = []  # for each open block, the heading that waits for its value
        self.top: Node | None = None

    def place(self, mark: Any) -> Place:
        text = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Place(self.shown, mark.line + 1, mark.column + 1, text)

    def refuse(self, event: yaml.Event, what: str, fix: str, harm: str = _HARM_UNREAD) -> None:
        self.mistakes.add(self.place(event.start_mark), what, fix, harm)

    def grow(self, events: Iterator[yaml.Event]) -> Node | None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(
                        event, "a second document begins here", "Keep one document in a file; take the --- out."
                    )
                    raise _Stop
            elif isinstance(event, yaml.AliasEvent):
                self.refuse(
                    event,
                    f"*{event.anchor} points at another place",
                    "Write it out, or keep it in pathways/shared/ and name it.",
                    "A reviewer must see what a clause says where it stands.",
                )
                self.put(Text("", self.place(event.start_mark)))
            elif isinstance(event, yaml.ScalarEvent):
                self.plain_node(event)
                place = self.place(event.start_mark)
                one_line = not event.style and event.value.strip() in place.text
                self.put(Text(event.value.strip(), place, one_line))
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self.plain_node(event)
                self.begin(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.open.pop()
                self.waiting.pop()
        if self.top is None:
            self.mistakes.add(
                Place(self.shown),
                "the file is empty",
                "Write the headings that the documentation lists.",
                "An empty file protects nobody.",
            )
        return self.top

    def plain_node(self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if event.anchor:
            self.refuse(
                event,
                f"&{event.anchor} is an anchor",
                "Take it out; what several files share stands in pathways/shared/.",
            )
        if event.tag:
            self.refuse(event, f"{event.tag} is a tag", "Take it out: every value is text.")

    def begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        place = self.place(event.start_mark)
        if event.flow_style:
            self.refuse(
                event,
                "brackets are not used",
                "Write a list with dashes, or a block with one heading a line.",
                "Brackets hide a missing comma; a dash a line shows what is there.",
            )
            raise _Stop
        node: Block | List = Block(place) if isinstance(event, yaml.MappingStartEvent) else List(place)
        self.put(node)
        self.open.append(node)
        self.waiting.append(None)
        if len(self.open) > MOST_LEVELS:
            self.refuse(
                event,
                f"more than {MOST_LEVELS} levels",
                "Name the inner part and use the name.",
                "What is nested deeper cannot be read aloud.",
            )
            raise _Stop

    def put(self, node: Node) -> None:
        if not self.open:
            self.top = node
            return
        parent = self.open[-1]
        if isinstance(parent, List):
            parent.items.append(node)
            return
        heading = self.waiting[-1]
        if heading is None:
            self.waiting[-1] = self.heading(node)
        else:
            self.waiting[-1] = None
            self.under(parent, heading, node)

    def heading(self, node: Node) -> Text:
        if isinstance(node, Text):
            return node
        self.mistakes.add(
            node.place, "a heading is one line of words", "Write the heading as words and a colon.", _HARM_UNREAD
        )
        raise _Stop

    def under(self, parent: Block, heading: Text, node: Node) -> None:
        if heading.words in parent.items:
            first = parent.keys[heading.words].place.line
            self.mistakes.add(
                heading.place,
                f'"{heading.words}" stands here a second time, first on line {first}',
                "Keep one of the two.",
                "Whichever was dropped in silence would never be applied.",
            )
            return
        parent.items[heading.words] = node
        parent.keys[heading.words] = heading

    def not_yaml(self, words: str) -> None:
        try:
            # Once more with the Python reader, whose messages and places are the same on every machine.
            for _ in yaml.parse(words, Loader=yaml.SafeLoader):
                pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = self.place(mark) if mark else Place(self.shown)
            self.mistakes.add(
                place,
                f"this cannot be read: {error.problem}",
                "Look for a colon inside words (put the words in quotes), or an indent that does not line up.",
                _HARM_UNREAD,
            )
        except yaml.YAMLError:
            self.mistakes.add(
                Place(self.shown),
                "the file holds a character that no text has",
                "Take the control character out.",
                _HARM_UNREAD,
            )
