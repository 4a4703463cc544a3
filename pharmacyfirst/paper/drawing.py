"""Drawings as SVG that stands in a page: lines, boxes, arrows and words, with a title and a description for whoever does not see them.

Lengths are millimetres of paper. Nothing is fetched, no letters are brought along, and it reads in black and white.
"""

import textwrap
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

LETTERS = "Liberation Sans, Arial, DejaVu Sans, sans-serif"
SIZE = 2.7  # of letters: 7.7 points on paper
# The width of a letter, of its height: a little more than a text of English comes to, so that no line runs out of its box.
_OF_A_LETTER = 0.51
_LEADING = 1.3
INK, QUIET, RULE, TINT = "#1b1f23", "#4a5157", "#8b949b", "#f1f4f6"


@dataclass
class Drawing:
    """One drawing of a width and a height; ``title`` and ``says`` are read out in its place."""

    title: str
    says: str
    width: float
    height: float = 0
    _parts: list[str] = field(default_factory=list)

    def words(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SIZE,
        bold: bool = False,
        at: str = "start",
        quiet: bool = False,
    ) -> None:
        """A line of words that stand on the line ``y``; ``at`` is ``start``, ``middle`` or ``end``."""
        weight = ' font-weight="bold"' if bold else ""
        anchor = f' text-anchor="{at}"' if at != "start" else ""
        self._parts.append(
            f'<text x="{_(x)}" y="{_(y)}" font-size="{_(size)}" fill="{QUIET if quiet else INK}"{weight}{anchor}>{escape(words)}</text>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "#ffffff",
        thick: float = 0.25,
        name: str = "",
    ) -> None:
        """A box; ``name`` is its id on the page."""
        id_ = f' id="{escape(name)}"' if name else ""
        self._parts.append(
            f'<rect{id_} x="{_(x)}" y="{_(y)}" width="{_(width)}" height="{_(height)}" fill="{fill}" stroke="{INK}" stroke-width="{_(thick)}"/>'
        )

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        thick: float = 0.25,
        colour: str = INK,
        dashed: bool = False,
    ) -> None:
        """A line, whole or dashed."""
        dashes = ' stroke-dasharray="1 1"' if dashed else ""
        self._parts.append(
            f'<line x1="{_(x1)}" y1="{_(y1)}" x2="{_(x2)}" y2="{_(y2)}" stroke="{colour}" stroke-width="{_(thick)}"{dashes}/>'
        )

    def arrow(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A line with a head at its second end; it goes right or down."""
        self.line(x1, y1, x2, y2)
        back, out = 1.6, 0.8
        head = (
            ((x2, y2), (x2 - back, y2 - out), (x2 - back, y2 + out))
            if x2 > x1
            else ((x2, y2), (x2 - out, y2 - back), (x2 + out, y2 - back))
        )
        self._parts.append(f'<polygon points="{" ".join(f"{_(x)},{_(y)}" for x, y in head)}" fill="{INK}"/>')

    def dot(self, x: float, y: float, *, hollow: bool = False) -> None:
        """A dot, or a ring: the end of a stretch that is in, or out."""
        self._parts.append(
            f'<circle cx="{_(x)}" cy="{_(y)}" r="0.8" fill="{"#ffffff" if hollow else INK}" stroke="{INK}" stroke-width="0.25"/>'
        )

    def svg(self) -> Markup:
        """The drawing as it stands in a page."""
        head = (
            f'<svg viewBox="0 0 {_(self.width)} {_(self.height)}" width="{_(self.width)}mm" height="{_(self.height)}mm" '
            f'role="img" aria-label="{escape(self.title)}" font-family="{LETTERS}">'
        )
        return Markup(
            f"{head}<title>{escape(self.title)}. {escape(self.says)}</title><desc>{escape(self.says)}</desc>{''.join(self._parts)}</svg>"
        )


def wrapped(words: str, width: float, *, size: float = SIZE, most: int = 0) -> list[str]:
    """Words in lines that fit a width; of more than ``most`` lines the last ends in an ellipsis."""
    letters = max(8, int(width / (size * _OF_A_LETTER)))
    return textwrap.wrap(words, letters, max_lines=most or None, placeholder=" …", break_long_words=True) or [""]


def leading(size: float = SIZE) -> float:
    """From one line of words to the next."""
    return size * _LEADING


def _(number: float) -> str:
    """A length without noughts that say nothing, the same on every machine."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
