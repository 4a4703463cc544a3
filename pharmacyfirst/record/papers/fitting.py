"""What fits on a label of 70 x 35 mm, measured by laying it out with the letters it is printed with, and never guessed.

Nothing is set smaller than 7 points and nothing is cut. What does not fit on one label goes on a second for the same container; name and
directions are always on the first, in the largest letters that leave them whole.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pharmacyfirst.record.papers.parts import NoPaper

SMALLEST = 7.0
SIZES = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, SMALLEST)
"""Points of name and directions, the largest first; everything else is of the smallest."""

MOST_LABELS = 9
TOO_LONG = (
    "The name and the directions, or another line of the label, do not fit on a label of 70 x 35 mm at 7 points, and nothing may be cut. "
    "Print it on larger labels by hand, from the text that `record label` prints."
)


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line of a label: its parts, each with the name of the coded fact that it carries or nothing, set one after the other.

    ``style`` says how it is set: ``name`` and ``directions`` large, ``product`` bold, ``small``.
    """

    parts: tuple[tuple[str, str], ...]
    style: str = "small"


def line(says: str, style: str = "small", fact: str = "") -> LabelLine:
    """A line of one part."""
    return LabelLine(((says, fact),), style)


@dataclass(frozen=True, slots=True)
class PrintedLabel:
    """One label as it is stuck on: its lines in order, the points of its name and directions, and which of how many it is."""

    lines: tuple[LabelLine, ...]
    points: float
    number: int = 1
    of: int = 1
    container: str = ""

    @property
    def place(self) -> str:
        """Which label of which container it is, for instance ``bottle 1 of 2, label 1 of 2``; empty where there is but one."""
        which = f"label {self.number} of {self.of}" if self.of > 1 else ""
        return ", ".join(part for part in (self.container, which) if part)


Fits = Callable[[PrintedLabel], bool]


def on_labels(
    first: Sequence[LabelLine], legal: Sequence[LabelLine], advice: Sequence[LabelLine], again: Sequence[LabelLine], container: str, fits: Fits
) -> tuple[PrintedLabel, ...]:  # fmt: skip
    """The lines of one container on as few labels as hold them.

    ``first`` has to stand on the first label, and so does ``legal`` where there is room; ``advice`` follows. ``again`` heads every further
    label, so that each says whose and which medicine it is. Raises ``NoPaper`` where a line fits on no label.
    """
    whole = _largest(PrintedLabel((*first, *advice, *legal), SMALLEST, container=container), fits)
    if whole is not None:
        return (whole,)
    for opening, left in (((*first, *legal), advice), (tuple(first), (*advice, *legal))):
        opened = _largest(PrintedLabel(opening, SMALLEST, 1, MOST_LABELS, container), fits)
        if opened is not None:
            labels = tuple(_filled(opened, left, tuple(again), fits))
            return tuple(replace(label, of=len(labels)) for label in labels)
    raise NoPaper(TOO_LONG)


def _largest(label: PrintedLabel, fits: Fits) -> PrintedLabel | None:
    """The label with name and directions as large as it holds them; None where it does not at the smallest."""
    if not fits(label):
        return None
    return next((larger for points in SIZES if fits(larger := replace(label, points=points))), label)


def _filled(
    label: PrintedLabel, rest: Sequence[LabelLine], again: tuple[LabelLine, ...], fits: Fits
) -> Iterator[PrintedLabel]:
    """The first label with as many of the other lines as it takes, then further ones with what is left."""
    for one in rest:
        longer = replace(label, lines=(*label.lines, one))
        if fits(longer):
            label = longer
            continue
        yield label
        label = PrintedLabel((*again, one), SMALLEST, label.number + 1, MOST_LABELS, label.container)
        if label.number > MOST_LABELS or not fits(label):
            raise NoPaper(TOO_LONG)
    yield label
