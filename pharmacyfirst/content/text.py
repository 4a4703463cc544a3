"""YAML read as text with places: no scalar is ever typed by YAML, and what could mislead a reviewer is refused.

YAML's own ideas about ``no``, ``12:30``, ``016``, duplicate keys, aliases and tags never apply. Every mistake has four parts: where,
what, how to mend it, what harm it prevents.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pharmacyfirst.content.key import MOST_BYTES
from pharmacyfirst.content.ordinary import bytes_of
from pharmacyfirst.content.recognised import is_content
from pharmacyfirst.content.unseen import UNSEEN, what_is_unseen
from pharmacyfirst.content.yaml_in import events_of, in_our_words
from pharmacyfirst.errors import PharmacyFirstError

MOST_LEVELS = 20
MOST_SHOWN = 200  # mistakes in a message
MOST_FOUND = 2000  # mistakes after which nothing more is read
_MOST_LETTERS = 1000  # of what a mistake says, and of the line it shows


class Place(NamedTuple):
    """A place in a file; line and column count from 1. ``text`` is the line as it stands there, None where it may not be quoted."""

    file: str
    line: int = 0
    column: int = 0
    text: str | None = ""

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
        where = f"{self.place.file}:{self.place.line}:{self.place.column}"
        if self.place.text is None:
            return f"{where}: {self.what}\n  {self.fix}\n  {self.harm}"
        shown, margin, column = self.place.text.rstrip(), f"{self.place.line:>5} | ", self.place.column
        if len(shown) > _MOST_LETTERS:  # what stands there is seen, and not the whole of a line without an end
            cut = max(0, column - _MOST_LETTERS // 2)
            shown, column = shown[cut : cut + _MOST_LETTERS], column - cut
        pointer = " " * (len(margin) + column - 1) + "^"
        return f"{where}: {self.what}\n{margin}{shown}\n{pointer}\n  {self.fix}\n  {self.harm}"


class Mistakes:
    """Every mistake of a set of files, gathered so that all are reported at once."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, place: Place, what: str, fix: str, harm: str) -> None:
        """Note a mistake and go on. Raises ``ContentRefused`` where there are more than anybody would mend one by one."""
        self.found.append(Mistake(place, _cut(what), _cut(fix), harm))
        if len(self.found) >= MOST_FOUND:
            raise ContentRefused(self)

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Mistake]:
        seen = {str(mistake): mistake for mistake in self.found}  # a shared file read twice is reported once
        return iter(sorted(seen.values(), key=lambda m: (m.place.file, m.place.line, m.place.column)))


class ContentRefused(PharmacyFirstError):
    """The content does not load; ``mistakes`` says why, all of it."""

    def __init__(self, mistakes: Iterable[Mistake]):
        self.mistakes = list(mistakes)
        shown, count = self.mistakes[:MOST_SHOWN], len(self.mistakes)
        more = f"\n\nand {count - len(shown)} more" if count > len(shown) else ""
        super().__init__(
            "\n\n".join(map(str, shown)) + more + f"\n\n{count} mistake{'s' if count > 1 else ''}: nothing was loaded."
        )

    def __reduce__(self) -> tuple[type["ContentRefused"], tuple[list[Mistake]]]:
        return type(self), (self.mistakes,)


def _cut(words: str) -> str:
    return words if len(words) <= _MOST_LETTERS else f"{words[:_MOST_LETTERS]}..."


class Text(NamedTuple):
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

_HARM_ELSEWHERE = "A reviewer must see what a clause says where it stands."


class Quote(Enum):
    """Which files a message may quote. Where a file is given that belongs elsewhere, it may be a patient's record."""

    ALL = "a file that ships with the package"
    CONTENT = "a file of a content folder, where its headings are those of our files; else it is refused"
    NOTHING = "a file that somebody names, for instance an adoption"


def read_file(path: Path, shown: str, mistakes: Mistakes, quote: Quote = Quote.CONTENT) -> Block | None:
    """Read one file as text with places; None, with the mistakes noted, where it cannot be read. ``shown`` names it in messages.

    ``quote`` says whether messages may repeat what stands in the file.
    """
    raw = read_once(path, shown, mistakes)
    return None if raw is None else read_bytes(raw, shown, mistakes, quote)


def read_once(path: Path, shown: str, mistakes: Mistakes) -> bytes | None:
    """The bytes of a file, opened once; None, with the mistake noted, where it is no ordinary file."""
    raw = bytes_of(path, MOST_BYTES + 1)
    if raw is None:
        what, fix = "this cannot be opened as a file", "Put a file there that may be read."
        mistakes.add(Place(shown), what, fix, _HARM_UNREAD)
    return raw


def read_bytes(raw: bytes, shown: str, mistakes: Mistakes, quote: Quote = Quote.CONTENT) -> Block | None:
    """The same for bytes that were read already."""
    if len(raw) > MOST_BYTES:
        mistakes.add(
            Place(shown),
            f"the file holds more than {MOST_BYTES // 1_000_000} MB",
            "Split or shorten it.",
            "A file too big to review is a file nobody has read.",
        )
        return None
    ours = is_content(raw.decode("utf-8-sig", "replace"))
    may_quote = quote is Quote.ALL or (quote is Quote.CONTENT and ours)
    try:
        words = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong_at = error.start
    else:
        wrong_at = -1
    if wrong_at >= 0:  # out here, as in exact.read: a refusal does not carry what was read
        before = len(raw[:wrong_at].decode("utf-8"))
        place = _place_of(shown, raw.decode("utf-8", "replace"), before, may_quote)
        mistakes.add(place, "this letter is not UTF-8 text", "Save the file as UTF-8.", _HARM_UNREAD)
        return None
    if hidden := UNSEEN.search(words):
        place = _place_of(shown, words, hidden.start(), may_quote)
        mistakes.add(place, *what_is_unseen(hidden[0]), _HARM_UNREAD)
        return None
    if directive := re.search("^%", words, re.MULTILINE):
        place = _place_of(shown, words, directive.start(), may_quote)
        mistakes.add(place, "a line of ours does not begin with %", "Take the line out.", _HARM_UNREAD)
        return None
    tree = _Tree(shown, words, mistakes, may_quote)
    try:
        top = tree.grow(events_of(words))
    except _Stop:
        return None
    except yaml.YAMLError as error:
        tree.not_yaml(words, error)
        return None
    if tree.spoilt:
        return None
    if isinstance(top, Block) and (ours or quote is not Quote.CONTENT):
        return top
    mistakes.add(
        top.place if may_quote else Place(shown, top.place.line, top.place.column, None),
        "a file of ours begins with a heading and a colon",
        "Begin with the headings that the documentation lists.",
        _HARM_UNREAD,
    )
    return None


def _place_of(shown: str, words: str, at: int, quote: bool) -> Place:
    """The place of one letter of a file, in lines as an editor counts them."""
    before = re.split("\r\n|\r|\n", words[:at])
    lines = re.split("\r\n|\r|\n", words)
    text = UNSEEN.sub("\ufffd", lines[len(before) - 1]) if quote else None
    return Place(shown, len(before), len(before[-1]) + 1, text)


class _Stop(Exception):
    """Reading further would only add noise."""


_made = tuple.__new__


class _Tree:
    """Builds nodes from YAML events, refusing what a reviewer could not read aloud."""

    def __init__(self, shown: str, words: str, mistakes: Mistakes, quote: bool):
        self.shown, self.lines, self.mistakes, self.quote = shown, words.splitlines(), mistakes, quote
        self.open: list[Block | List] = []
        self.waiting: list[Text | None] = []  # for each open block, the heading that waits for its value
        self.top: Node | None = None
        self.spoilt = False  # a stand-in was put where something cannot be read: the rest would only add noise

    def place(self, mark: Any) -> Place:
        line = mark.line
        return Place(self.shown, line + 1, mark.column + 1, self.line(line) if self.quote else None)

    def line(self, at: int) -> str:
        return self.lines[at] if at < len(self.lines) else ""

    def quoted(self, words: str, otherwise: str) -> str:
        """Words of the file where it may be quoted; otherwise ours."""
        return words if self.quote else otherwise

    def refuse(self, event: yaml.Event, what: str, fix: str, harm: str = _HARM_UNREAD) -> None:
        self.mistakes.add(self.place(event.start_mark), what, fix, harm)

    def grow(self, events: Iterator[yaml.Event]) -> Node:
        documents = 0
        for event in events:
            if type(event) is yaml.ScalarEvent:  # as most are
                self.put(self.text(event))
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(
                        event, "a second document begins here", "Keep one document in a file; take the --- out."
                    )
                    raise _Stop
            elif isinstance(event, yaml.AliasEvent):
                self.refuse(
                    event,
                    f"{self.quoted(f'*{event.anchor}', 'an alias')} points at another place",
                    "Write it out, or keep it in pathways/shared/ and name it.",
                    _HARM_ELSEWHERE,
                )
                self.spoilt = True
                self.put(Text("", self.place(event.start_mark)))
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                if event.anchor or event.tag:
                    self.not_plain(event)
                self.begin(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.open.pop()
                self.waiting.pop()
        if self.top is None or (isinstance(self.top, Text) and not self.top.words):
            self.mistakes.add(
                Place(self.shown),
                "the file is empty",
                "Write the headings that the documentation lists.",
                "An empty file protects nobody.",
            )
            raise _Stop
        return self.top

    def text(self, event: yaml.ScalarEvent) -> Text:
        mark: Any = event.start_mark
        style, words = event.style, event.value.strip()
        if event.anchor or event.tag:
            self.not_plain(event)
        # What is written as it is was looked through with the whole file; between quotes a letter may be written by its number.
        if style == '"' and (hidden := UNSEEN.search(event.value)):
            self.refuse(event, *what_is_unseen(hidden[0]))
        at = mark.line
        line = self.lines[at] if at < len(self.lines) else ""
        # Thirty thousand of each are made: by the tuple's own way, half as long as by their class's.
        place = _made(Place, (self.shown, at + 1, mark.column + 1, line if self.quote else None))
        return _made(Text, (words, place, not style and words in line))

    def not_plain(self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if event.anchor:
            self.refuse(
                event,
                f"{self.quoted(f'&{event.anchor}', 'this')} is an anchor",
                "Take it out; what several files share stands in pathways/shared/.",
                _HARM_ELSEWHERE,
            )
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.refuse(event, f"{self.quoted(tag, 'this')} is a tag", "Take it out: every value is text.")

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
        if self.waiting and self.waiting[-1] is not None:
            place = self.waiting[-1].place  # what is missing in a block is best shown at its heading
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
            name = self.quoted(f'"{heading.words}"', "a heading")
            self.mistakes.add(
                heading.place,
                f"{name} stands here a second time, first on line {first}",
                "Keep one of the two.",
                "Whichever was dropped in silence would never be applied.",
            )
            return
        parent.items[heading.words] = node
        parent.keys[heading.words] = heading

    def not_yaml(self, words: str, refused: yaml.YAMLError) -> None:
        try:
            # Once more with the Python reader, whose messages and places are the same on every machine.
            for _ in yaml.parse(words, Loader=yaml.SafeLoader):
                pass
        except yaml.YAMLError as error:
            refused = error
        found = in_our_words(refused, self.lines)
        place = self.place(found.mark) if found.mark else Place(self.shown)
        self.mistakes.add(place, found.what, found.fix, _HARM_UNREAD)
