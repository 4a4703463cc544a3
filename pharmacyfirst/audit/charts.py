"""Charts as SVG that stands in a page and is as wide as the page is: lengths across are shares of the width, letters keep their size.

Each says its values in words beside its marks, is told apart by shape and not by colour alone, and has a title that is read out in its place.
Nothing is fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil, sqrt

from markupsafe import Markup

LEFT, RIGHT = 1.0, 96.0  # of the width, where a scale begins and ends
_ROW = 46  # a row with its words over it
_MARK = 12
_PLOT = 300  # the height of a plot
_BESIDE = 12.0  # of the width, for the words beside it
_STEPS = 48  # of a curve
_LABELS = 4  # so many have room under a plot on a telephone


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar: its words, how long it is, and its number in words. ``hatched`` is one whose number is not shown."""

    label: str
    value: float
    told: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two shares side by side: of what was recorded, and of what the pathway says; None is one that is not shown."""

    label: str
    recorded: float | None
    says: float | None
    told: str


@dataclass(frozen=True, slots=True)
class PharmacyPoint:
    """One pharmacy among others: how many consultations, and the share of them with a finding."""

    name: str
    many: int
    share: float


def bars(title: str, each: Sequence[ChartBar]) -> Markup:
    """A bar for each, one under the other, the words over it and its number at the end of the line."""
    most = max((one.value for one in each), default=0) or 1
    parts = []
    for at, one in enumerate(each):
        y = at * _ROW
        width = (RIGHT + 4 - LEFT) * one.value / most
        parts.append(_text(LEFT, y + 15, one.label))
        parts.append(_text(100, y + 15, one.told, "number", "end"))
        parts.append(f'<rect class="track" x="{_(LEFT)}%" y="{y + 22}" width="{_(100 - LEFT)}%" height="{_MARK}"/>')
        if one.hatched:
            parts.append(f'<line class="hatched" x1="{_(LEFT)}%" y1="{y + 28}" x2="100%" y2="{y + 28}"/>')
        else:
            parts.append(
                f'<rect class="bar" x="{_(LEFT)}%" y="{y + 22}" width="{_(max(width, 0.4))}%" height="{_MARK}"/>'
            )
    return _svg(title, len(each) * _ROW, parts)


def pairs(title: str, each: Sequence[Pair]) -> Markup:
    """Two marks on a line for each: a full one for what was recorded, a ring for what the pathway says, and the way between them."""
    most = max((share for one in each for share in (one.recorded, one.says) if share is not None), default=0) or 1
    top = _rounded_up(most)
    height = len(each) * _ROW
    parts = [_across(tick, top, height, f"{100 * tick:g} %") for tick in _ticks(top)]
    for at, one in enumerate(each):
        y = at * _ROW + 30
        parts.append(_text(LEFT, y - 14, one.label))
        parts.append(_text(100, y - 14, one.told, "number", "end"))
        parts.append(f'<line class="base" x1="{_(LEFT)}%" y1="{y}" x2="{_(RIGHT)}%" y2="{y}"/>')
        if one.recorded is not None and one.says is not None:
            x1, x2 = sorted((_at(one.recorded, top), _at(one.says, top)))
            parts.append(f'<line class="between" x1="{_(x1)}%" y1="{y}" x2="{_(x2)}%" y2="{y}"/>')
        if one.says is not None:
            parts.append(f'<circle class="ring" cx="{_(_at(one.says, top))}%" cy="{y}" r="7"/>')
        if one.recorded is not None:
            parts.append(f'<circle class="dot" cx="{_(_at(one.recorded, top))}%" cy="{y}" r="4.5"/>')
    return _svg(title, height + 26, parts)


def months(title: str, names: Sequence[str], shares: Sequence[float | None]) -> Markup:
    """A share for each month, as a line with a dot and its number; a month that is not shown breaks the line."""
    top = _rounded_up(max((share for share in shares if share is not None), default=0) or 0.01)
    parts = [_up(tick, top, f"{100 * tick:g} %") for tick in _ticks(top)]
    step = (RIGHT - 2 - _BESIDE) / max(1, len(names) - 1)
    xs = [_BESIDE + step * at for at in range(len(names))] if len(names) > 1 else [50.0]
    every = ceil(len(names) / _LABELS)
    for at, share in enumerate(shares):
        before = shares[at - 1] if at else None
        if share is not None and before is not None:
            line = (xs[at - 1], _y(before, top), xs[at], _y(share, top))
            parts.append('<line class="trend" x1="{}%" y1="{}" x2="{}%" y2="{}"/>'.format(*map(_, line)))
    for at, (name, share) in enumerate(zip(names, shares, strict=True)):
        if share is not None:
            parts.append(
                f'<circle class="dot" cx="{_(xs[at])}%" cy="{_(_y(share, top))}" r="4"><title>{escape(name)}: {100 * share:.1f} %</title></circle>'
            )
        if at % every == 0:
            parts.append(_text(xs[at], _PLOT + 20, name, "axis", "middle"))
    return _svg(title, _PLOT + 30, parts)


def limits(share: float, many: float, width: float) -> tuple[float, float]:
    """Between what shares chance alone would leave a place of so many consultations: so many standard errors each way (binomial)."""
    error = width * sqrt(share * (1 - share) / many)
    return max(0.0, share - error), min(1.0, share + error)


WIDE, NARROW = 3.09, 1.96  # 99.8 and 95 of a hundred places lie between these limits by chance alone


def funnel(title: str, places: Sequence[PharmacyPoint], share: float) -> Markup:
    """Each place by how many consultations it had and the share with a finding, between the limits of chance round the share of all."""
    largest = max(one.many for one in places)
    top = _rounded_up(min(1.0, max(max(one.share for one in places), share * 2, 0.01) * 1.05))
    right = RIGHT - 1
    parts = [_up(tick, top, f"{100 * tick:g} %") for tick in _ticks(top)]
    for width, kind in ((WIDE, "wide"), (NARROW, "narrow")):
        for side in (0, 1):
            curve = []
            for at in range(_STEPS + 1):
                many = largest * (0.01 + 0.99 * (at / _STEPS) ** 2)
                curve.append((_BESIDE + (right - _BESIDE) * many / largest, min(limits(share, many, width)[side], top)))
            for (x1, s1), (x2, s2) in pairwise(curve):
                if s1 == s2 == top:
                    continue
                line = (x1, _y(s1, top), x2, _y(s2, top))
                parts.append('<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>'.format(kind, *map(_, line)))
    y = _y(share, top)
    parts.append(f'<line class="mean" x1="{_(_BESIDE)}%" y1="{_(y)}" x2="{_(right)}%" y2="{_(y)}"/>')
    for one in places:
        out = one.share > limits(share, one.many, WIDE)[1]
        x, y = _BESIDE + (right - _BESIDE) * one.many / largest, _y(min(one.share, top), top)
        says = f"{escape(one.name)}: {100 * one.share:.1f} % of {one.many:,}"
        mark = (
            f'<rect class="out" x="{_(x)}%" y="{_(y - 5)}" width="10" height="10" transform="translate(-5 0)">'
            if out
            else f'<circle class="place" cx="{_(x)}%" cy="{_(y)}" r="3">'
        )
        parts.append(f"{mark}<title>{says}</title></{'rect' if out else 'circle'}>")
    step = max(1, round(_rounded_up(largest / 4000) * 1000))
    for many in range(step, largest + 1, step):
        parts.append(_text(_BESIDE + (right - _BESIDE) * many / largest, _PLOT + 20, f"{many:,}", "axis", "middle"))
    return _svg(title, _PLOT + 30, parts)


def _svg(title: str, height: float, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="chart" width="100%" height="{_(height)}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, words: str, kind: str = "label", at: str = "start") -> str:
    anchor = f' text-anchor="{at}"' if at != "start" else ""
    return f'<text class="{kind}" x="{_(x)}%" y="{_(y)}"{anchor}>{escape(words)}</text>'


def _at(share: float, top: float) -> float:
    return LEFT + 1 + (RIGHT - LEFT - 1) * share / top


def _y(share: float, top: float) -> float:
    return 18 + (_PLOT - 18) * (1 - share / top)


def _across(tick: float, top: float, height: float, words: str) -> str:
    x = _at(tick, top)
    end = "end" if tick == top else "middle" if tick else "start"
    return f'<line class="grid" x1="{_(x)}%" y1="22" x2="{_(x)}%" y2="{_(height)}"/>' + _text(
        x, height + 18, words, "axis", end
    )


def _up(tick: float, top: float, words: str) -> str:
    y = _y(tick, top)
    return f'<line class="grid" x1="0" y1="{_(y)}" x2="100%" y2="{_(y)}"/>' + _text(0, y - 4, words, "axis")


def _rounded_up(share: float) -> float:
    """The next of 1, 2, 4, 5 or 10 times a power of ten."""
    step = 0.001
    while True:
        for factor in (1, 2, 4, 5):
            if share <= step * factor:
                return round(step * factor, 6)
        step *= 10


def _ticks(top: float) -> list[float]:
    parts = 5 if f"{top:.0e}".startswith("5") else 4
    return [round(top * at / parts, 6) for at in range(parts + 1)]


def _(number: float) -> str:
    """A length without noughts that say nothing, the same on every machine."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
