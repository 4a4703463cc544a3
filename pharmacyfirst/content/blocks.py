"""The headings of a clause, each read as what it must be: words, names, a number with its unit, dates, evidence."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pharmacyfirst.content.amounts import parse_period
from pharmacyfirst.content.sentence_forms import NAME
from pharmacyfirst.content.sentences import nearest, suggest
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.content.spellings import ID, STATEMENT
from pharmacyfirst.content.text import Block, List, Mistakes, Node, Place, Text
from pharmacyfirst.kernel.evidence import Backing, Evidence, Grade, Statement
from pharmacyfirst.kernel.identifiers import WrongIdentifier, snomed_code
from pharmacyfirst.kernel.pgd import Period

HARM_LOST = "Were it skipped, what stands under it would never be applied."
HARM_UNSOURCED = "A clinical statement nobody can trace is one nobody can check or withdraw."
HARM_UNIT = "A number without its unit can be taken for another dose."
HARM_MISSING = "What is missing or not understood can neither be judged nor reviewed."
HARM_NAME = "One file taken for another would be applied to the wrong people."

_ID = re.compile(ID)
_GRADES = {grade.word: grade for grade in Grade}

Read = TypeVar("Read")


@dataclass
class Tags:
    """The names one file may refer to: its sources and open items; ``used`` gathers those it does.

    ``shared`` are the tags of ``pathways/shared/sources.yaml``, which every file may cite beside its own.
    """

    sources: Collection[str] = ()
    open_items: Iterable[str] = ()
    used: set[str] = field(default_factory=set)
    whole: bool = True  # False where they could not be read: that is noted, and none of them is called missing
    shared: Collection[str] = ()


class Headings:
    """The headings of a block, each read as what it must be; what does not fit is noted and reading goes on.

    Which headings there may be is not looked at: a ``Form`` does that. This is for a block that a form has read, or will read.
    """

    def __init__(self, block: Block, tags: Tags, mistakes: Mistakes):
        self.block, self.tags, self.mistakes = block, tags, mistakes

    def __contains__(self, heading: str) -> bool:
        return heading in self.block.items

    def node(self, heading: str) -> Node | None:
        """What stands under a heading."""
        return self.block.items.get(heading)

    def refuse(self, heading: str, what: str, fix: str, harm: str) -> None:
        """Note a mistake at what stands under a heading."""
        node = self.node(heading)
        self.mistakes.add(node.place if node else self.block.place, what, fix, harm)

    def text(self, heading: str, otherwise: str = "") -> str:
        """Words; ``otherwise`` where the heading is missing."""
        node = self.node(heading)
        if node is None:
            return otherwise
        if not isinstance(node, Text) or not node.words:
            self.refuse(
                heading,
                f'words belong under "{heading}"',
                "Write them on the line, or after >- on lines of their own.",
                HARM_MISSING,
            )
            return otherwise
        return " ".join(node.words.split())

    def names(self, heading: str) -> tuple[Text, ...]:
        """Names with commas, or a list of them, each with its place."""
        node = self.node(heading)
        if node is None:
            return ()
        texts = [node] if isinstance(node, Text) else node.items if isinstance(node, List) else []
        named = tuple(name for text in texts if isinstance(text, Text) for name in split(text))
        if not named or len(texts) != sum(isinstance(text, Text) for text in texts):
            self.refuse(
                heading,
                f'names belong under "{heading}"',
                "Write them with commas, or as a list with dashes.",
                HARM_MISSING,
            )
        return named

    def parsed(
        self, heading: str, read: Callable[[str], Read | None], wanted: str, harm: str = HARM_MISSING
    ) -> Read | None:
        """What ``read`` makes of the words; None, with the mistake noted, where it makes nothing of them."""
        words = self.text(heading)
        if not words:
            return None
        value = read(words)
        if value is None:
            self.refuse(heading, f'"{words}" does not fit "{heading}"', f"Write {wanted}.", harm)
        return value

    def yes(self, heading: str) -> bool:
        """Whether the heading says yes."""
        return self.parsed(heading, {"yes": True, "no": False}.get, "yes or no") or False

    def evidence(self, heading: str = "evidence") -> tuple[Evidence, ...]:
        """The lines of evidence, every tag declared."""
        node = self.node(heading)
        if node is None:
            return ()
        lines = node.items if isinstance(node, List) else [node]
        return tuple(line for line in map(self._evidence_line, lines) if line is not None)

    def _evidence_line(self, node: Node) -> Evidence | None:
        words = " ".join(node.words.split()) if isinstance(node, Text) else ""
        if not words:
            self.mistakes.add(
                node.place, "no evidence stands here", "Write the grade, then the tags of its sources.", HARM_UNSOURCED
            )
            return None
        start, _, about = words.partition(", ")
        grade_word, *tags = start.split() or [""]
        unknown = [tag for tag in tags if tag not in self.tags.sources and tag not in self.tags.shared]
        known = (*self.tags.sources, *self.tags.shared) if unknown else ()
        self.tags.used.update(tags, (nearest(tag, known) for tag in unknown))
        grade = _GRADES.get(grade_word)
        if grade is None:
            fix = suggest(grade_word, _GRADES, f"Begin with one of {', '.join(_GRADES)}, then the tags of its sources.")
            self.mistakes.add(node.place, f'"{grade_word}" is not a grade', fix, HARM_UNSOURCED)
            return None
        for tag in unknown:
            if self.tags.whole:
                fix = suggest(tag, known, "Explain the tag under sources; what is not a tag goes after a comma.")
                self.mistakes.add(node.place, f'"{tag}" is not a source of this file', fix, HARM_UNSOURCED)
        if grade <= Grade.SINGLE and not tags:
            self.mistakes.add(
                node.place,
                f'"{grade_word}" without a source',
                "Name the sources, or grade it inferred or unknown.",
                HARM_UNSOURCED,
            )
        return Evidence(grade, tuple(tags), about.strip())

    def open_items(self, heading: str = "open") -> tuple[str, ...]:
        """The open items named, every one explained."""
        found = []
        for name in self.names(heading):
            self.tags.used.update((name.words, nearest(name.words, self.tags.open_items)))
            found.append(name.words)
            if name.words not in self.tags.open_items and self.tags.whole:
                fix = suggest(name.words, self.tags.open_items, "Explain it under open items.")
                self.mistakes.add(
                    name.place,
                    f'"{name.words}" is not an open item of this condition',
                    fix,
                    "What is not known must be seen, and cleared by somebody.",
                )
        return tuple(found)

    def backing(self) -> Backing:
        """What stands behind the block: its evidence, open items and note, whichever of them it has."""
        return Backing(self.evidence(), self.open_items(), self.text("note"))

    def statements(self, heading: str) -> tuple[Statement, ...]:
        """One statement, or a list of them, under a heading of prose."""
        return tuple(
            statement(form, professions=tuple(name.words for name in form.names("professions")))
            for form in self.statement_forms(heading, STATEMENT)
        )

    def statement_forms(self, heading: str, shape: Shape) -> Iterator["Form"]:
        """The same, each read by a shape of statements."""
        node = self.node(heading)
        for one in node.items if isinstance(node, List) else [node] if node is not None else []:
            if isinstance(one, Block):
                yield Form(one, shape, self.tags, self.mistakes)
            else:
                self.mistakes.add(
                    one.place,
                    f'a statement belongs under "{heading}"',
                    f"Write {' and '.join(f'{one}:' for one in shape.required)}, or a list of such blocks.",
                    HARM_UNSOURCED,
                )

    def period(self, heading: str = "in force") -> Period | None:
        """Days, both in, on the line of the heading or in the block under it."""
        node = self.node(heading)
        days = Headings(node, self.tags, self.mistakes) if isinstance(node, Block) else self
        return days.parsed(
            "days" if isinstance(node, Block) else heading,
            parse_period,
            '"2025-10-01 to 2027-01-30" or "from 2025-10-01"',
            "A document used outside its dates is no legal ground for a supply.",
        )


class Form(Headings):
    """A block read by its shape: what is missing or unknown is noted, and reading goes on."""

    def __init__(self, block: Block, shape: Shape, tags: Tags, mistakes: Mistakes):
        super().__init__(block, tags, mistakes)
        self.shape, self.what = shape, shape.name
        allowed, what = tuple(shape.headings), shape.name
        self.misspelt: set[str] = set()  # headings that stand there under another spelling, which is noted by itself
        for heading, key in block.keys.items():
            if heading not in allowed:
                fix = suggest(heading, allowed, f"{article(what).capitalize()} {what} has: {', '.join(allowed)}.")
                self.misspelt.update(filter(None, [nearest(heading, allowed)]))
                mistakes.add(key.place, f'"{heading}" is not a heading of {article(what)} {what}', fix, HARM_LOST)
        for heading in shape.required:
            if heading not in block.items and heading not in self.misspelt:
                mistakes.add(
                    block.place,
                    f'this {what} has no "{heading}"',
                    f'Write "{heading}:" and what belongs there.',
                    HARM_MISSING,
                )

    def blocks(self, heading: str, skip: Iterable[str] = ()) -> list[tuple[Text, Block]]:
        """The blocks with names of their own under a heading, each with its name."""
        node = self.node(heading)
        return [] if node is None else named_blocks(node, self.shape.headings[heading].called, self.mistakes, skip)

    def forms(self, heading: str) -> Iterator[tuple[Text, "Form"]]:
        """The same, each read by the shape that the table gives it."""
        (shape,) = self.shape.headings[heading].shapes
        for name, block in self.blocks(heading):
            yield name, Form(block, shape, self.tags, self.mistakes)

    def form_under(self, heading: str) -> "Form | None":
        """The one block under a heading, read by the shape that the table gives it; None where none stands there."""
        node = self.node(heading)
        if node is None:
            return None
        (shape,) = self.shape.headings[heading].shapes
        if isinstance(node, Block):
            return Form(node, shape, self.tags, self.mistakes)
        self.refuse(
            heading,
            f'a block belongs under "{heading}"',
            f"Write {', '.join(f'{one}:' for one in shape.required)} under it.",
            HARM_MISSING,
        )
        return None


def statement(
    form: Form,
    *,
    professions: tuple[str, ...] = (),
    audience: tuple[str, ...] = (),
    forms: tuple[str, ...] = (),
) -> Statement:
    """The statement of a block that says something, with what stands behind it; what is unknown needs an open item."""
    backing = form.backing()
    if any(line.grade is Grade.UNKNOWN for line in backing.evidence) and not backing.open:
        form.refuse(
            "evidence",
            "what is unknown has no open item",
            "Write open: and the item that says what has to be found out.",
            "What is not known must be seen, and cleared by somebody.",
        )
    return Statement(form.text("says"), backing, audience=audience, professions=professions, forms=forms)


def article(what: str) -> str:
    """``a`` or ``an``."""
    return "an" if what[0] in "aeiou" else "a"


def names_under(form: Headings, heading: str) -> tuple[str, ...]:
    """The names of the blocks under a heading, whether or not what stands under them can be read."""
    node = form.node(heading)
    return tuple(node.items) if isinstance(node, Block) else ()


def named_blocks(node: Node, what: str, mistakes: Mistakes, skip: Iterable[str] = ()) -> list[tuple[Text, Block]]:
    """The blocks of a block, each with its name; anything else is a mistake."""
    if not isinstance(node, Block):
        mistakes.add(
            node.place,
            f"{article(what)} {what} has a name and a block of headings",
            "Write the name and a colon, and its headings under it.",
            HARM_LOST,
        )
        return []
    found = []
    for name, inner in node.items.items():
        if name in skip:
            continue
        if isinstance(inner, Block):
            found.append((node.keys[name], inner))
        else:
            mistakes.add(
                inner.place,
                f'"{name}" has no headings under it',
                f"{article(what).capitalize()} {what} has a name and a block of headings.",
                HARM_LOST,
            )
    return found


def split(text: Text) -> Iterable[Text]:
    """The names between commas, each with its place."""
    offset = 0
    for part in text.words.split(","):
        if name := part.strip():
            yield Text(name, text.at(offset + len(part) - len(part.lstrip())), text.plain)
        offset += len(part) + 1


def identified(name: Text, mistakes: Mistakes, taken: dict[str, Place]) -> str:
    """An id as clinical.md writes them; used once in the whole set."""
    if not _ID.fullmatch(name.words):
        mistakes.add(
            name.place,
            f'"{name.words}" is not an id',
            "Write capitals, a hyphen, letters and a number, for instance UTI-R1 or UTI-NIT-X5.",
            "Ids stand in every record; one that can be misread names the wrong reason.",
        )
    if name.words in taken:
        mistakes.add(
            name.place,
            f'the id "{name.words}" is already used on line {taken[name.words].line} of {taken[name.words].file}',
            "Give this one an id of its own.",
            "An id that means two things names the wrong reason in every record.",
        )
    taken.setdefault(name.words, name.place)
    return name.words


def plain_name(name: Text, mistakes: Mistakes) -> str:
    """A name as questions, definitions and answers have them."""
    if not re.fullmatch(NAME, name.words):
        mistakes.add(
            name.place,
            f'"{name.words}" is not a name',
            "Write small letters, digits and underscores.",
            "A name with other signs cannot stand in a sentence.",
        )
    return name.words


def code(text: Text, mistakes: Mistakes) -> str:
    """A SNOMED CT or dm+d code whose check digit is right."""
    try:
        return snomed_code(text.words)
    except WrongIdentifier as wrong:
        harm = "A code with a wrong digit names another product or nothing, in every record it is copied to."
        mistakes.add(text.place, str(wrong), "Copy the code again from its source.", harm)
        return text.words
