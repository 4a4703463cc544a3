"""The pieces a document is laid out from. They hold words; the templates set them, and decide nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from pharmacyfirst.paper.drawing import Drawing

FEW = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """A superscript that leads to the note of its number; its words are the grades of the evidence and that number."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """Words in one style of the style sheet; ``to`` is the id on the page that they lead to."""

    words: str
    style: str = "words"
    to: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words with its evidence and open items; ``under`` is true of one that goes on from the line above it."""

    parts: tuple[Part, ...]
    marks: tuple[Mark, ...] = ()
    open: tuple[str, ...] = ()
    under: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: what it is about, then a cell for each further column; ``remarks`` go under it, as wide as the table.

    ``anchor`` is the id that links lead to.
    """

    anchor: str
    head: tuple[Line, ...]
    cells: tuple[tuple[Line, ...], ...]
    remarks: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``columns`` are titles with the style that sets their width, ``style`` is that of the whole.

    ``lines`` stand above its rows, as wide as the table.
    """

    caption: str
    columns: tuple[Part, ...]
    rows: tuple[TableRow, ...]
    style: str = "open-spaced"
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A box of an overview: what happens there, and where somebody can go from it, each as what and whereto."""

    title: str
    lines: tuple[Line, ...]
    turns: tuple[tuple[Line, Line], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with the words under it; a table says the same."""

    drawing: Drawing
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it. ``number`` is that of a particular in brackets, or empty.

    ``style`` keeps on one page what is only a few lines. ``steps`` are the boxes of an overview, in their order; ``pictures`` stand before the tables.
    """

    anchor: str
    number: str
    title: str
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    steps: tuple[Step, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def style(self) -> str:
        """Few lines are kept together on a page; tables and boxes may run on."""
        return "long" if self.tables or self.steps or self.pictures or len(self.lines) > FEW else "whole"


def line(words: str, style: str = "words") -> Line:
    """A line in one style."""
    return Line((Part(words, style),))


def link(name: str) -> Part:
    """An id, small, that leads to the row of that id."""
    return Part(name, "ident", name)


def ident(name: str) -> tuple[Part, ...]:
    """A name of the program's, small, after the words that it stands for; the line may end before it."""
    return Part(" "), Part(name, "ident")


def linked(names: Iterable[str], before: str = "") -> tuple[Part, ...]:
    """Ids that lead to their rows, with commas between them; ``before`` stands before each id in what it leads to."""
    found: list[Part] = []
    for name in names:
        found += [*([Part(", ")] if found else []), Part(name, "ident", f"{before}{name}")]
    return tuple(found)


def row_of(words: Iterable[str], style: str = "together") -> tuple[Part, ...]:
    """Words with commas between them, none of which is torn apart at the end of a line."""
    *before, last = words
    return (*(part for word in before for part in (Part(f"{word},", style), Part(" "))), Part(last, style))


def named(name: str, open: tuple[str, ...]) -> tuple[Line, ...]:
    """What a row is called, and under it the open items it names."""
    return (line(name, "code"), *((Line((), open=open),) if open else ()))


def lines(words: str, style: str = "words") -> tuple[Line, ...]:
    """One line, or none where there are no words."""
    return (line(words, style),) if words else ()
