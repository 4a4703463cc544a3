"""Plots of the benchmarks as SVG files that are read on a light and on a dark page: bars, and lines over powers of ten."""

import os
from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from textwrap import wrap

FOLDER_VARIABLE = "PHARMACYFIRST_PLOTS"  # of a look that writes nothing
FOLDER = Path(os.environ.get(FOLDER_VARIABLE) or Path(__file__).resolve().parents[1] / "docs" / "benchmarks")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1f23 } .quiet { fill: #57606a } .rule { stroke: #d0d7de } .goal { stroke: #9a3412; stroke-dasharray: 5 4 }
.ours { fill: #0b5cad } .theirs { fill: #8b949e } .line { fill: none; stroke-width: 2.5 } .a { stroke: #0b5cad } .b { stroke: #9a3412 } .c { stroke: #1a7f37 } .d { stroke: #6f42c1 }
.page { fill: #ffffff } .title { font-weight: 600 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .quiet { fill: #9da7b1 } .rule { stroke: #3d444d } .goal { stroke: #f0883e } .ours { fill: #58a6ff } .theirs { fill: #6e7681 }
.a { stroke: #58a6ff } .b { stroke: #f0883e } .c { stroke: #56d364 } .d { stroke: #bc8cff } .page { fill: #0d1117 } }
"""
WIDTH, LEFT, BAR = 900, 420, 26
LEGEND = 42  # letters to a line of it
DASHES = ("", "8 4", "2 3", "10 3 2 3")  # so that lines are told apart without their colours


def bars(name: str, title: str, rows: Sequence[tuple[str, float, bool]], unit: str) -> str:
    """One bar a row on a scale of powers of ten: its words, how long it is, and whether it is ours. Gives the file's name."""
    low = floor(log10(min(value for _, value, _ in rows)) - 0.01)
    high = ceil(log10(max(value for _, value, _ in rows)))

    def at(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 90) * (log10(value) - low) / (high - low)

    bottom = 46 + BAR * len(rows)
    parts = [
        f'<line class="rule" x1="{at(10.0**e):.1f}" x2="{at(10.0**e):.1f}" y1="40" y2="{bottom}"/>'
        f'<text class="quiet" x="{at(10.0**e):.1f}" y="{bottom + 18}" text-anchor="middle">{10.0**e:g}</text>'
        for e in range(low, high + 1)
    ]
    for number, (words, value, ours) in enumerate(rows):
        y = 46 + BAR * number
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(words)}</text>'
            f'<rect class="{"ours" if ours else "theirs"}" x="{LEFT}" y="{y + 3}" width="{max(at(value) - LEFT, 2):.1f}" height="{BAR - 8}"/>'
            f'<text x="{at(value) + 6:.1f}" y="{y + 15}">{value:,.3g}</text>'
        )
    parts.append(
        f'<text class="quiet" x="{WIDTH - 12}" y="{bottom + 38}" text-anchor="end">{escape(unit)}, on a scale of powers of ten</text>'
    )
    says = "; ".join(f"{words} {value:,.3g}" for words, value, _ in rows)
    return _written(name, title, says, bottom + 50, parts)


def lines(name: str, title: str, series: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str) -> str:
    """Lines over powers of ten both ways. Gives the file's name."""
    points = [point for some in series.values() for point in some]
    left, right = (log10(pick(x for x, _ in points)) for pick in (min, max))
    low, high = floor(log10(min(y for _, y in points))), ceil(log10(max(y for _, y in points)))
    height, bottom = 300, 340

    def place(x: float, y: float) -> tuple[float, float]:
        return 80 + 420 * (log10(x) - left) / (right - left or 1), bottom - height * (log10(y) - low) / (
            high - low or 1
        )

    parts, y = [], 60
    for e in range(low, high + 1):
        rule = place(10**left, 10.0**e)[1]
        parts.append(
            f'<line class="rule" x1="80" x2="500" y1="{rule:.1f}" y2="{rule:.1f}"/><text class="quiet" x="72" y="{rule + 4:.1f}" text-anchor="end">{10.0**e:g}</text>'
        )
    for x in sorted({x for x, _ in points}):
        parts.append(
            f'<text class="quiet" x="{place(x, 10.0**low)[0]:.1f}" y="{bottom + 18}" text-anchor="middle">{_count(x)}</text>'
        )
    for number, (words, some) in enumerate(series.items()):
        each = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in some))
        dash = f' stroke-dasharray="{DASHES[number % 4]}"' if number % 4 else ""
        parts.append(
            f'<polyline class="line {"abcd"[number % 4]}"{dash} points="{each}"/><polyline class="line {"abcd"[number % 4]}"{dash} points="520,{y} 550,{y}"/>'
        )
        for line in wrap(words, LEGEND):
            parts.append(f'<text x="556" y="{y + 4}">{escape(line)}</text>')
            y += 17
        y += 8
    parts.append(
        f'<text class="quiet" x="80" y="{bottom + 38}">{escape(across)}, and {escape(up)} upwards; both in powers of ten</text>'
    )
    says = "; ".join(
        f"{words}: " + ", ".join(f"{_count(x)} {y:,.3g}" for x, y in some) for words, some in series.items()
    )
    return _written(name, title, says, bottom + 50, parts)


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _written(name: str, title: str, says: str, height: float, parts: Sequence[str]) -> str:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(says)}</desc><style>{STYLE}</style>"
        f'<rect class="page" width="{WIDTH}" height="{height}"/><text class="title" x="12" y="24">{escape(title)}</text>{"".join(parts)}</svg>\n',
        encoding="utf-8",
    )
    return f"![{title}](benchmarks/{name}.svg)"
