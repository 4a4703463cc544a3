"""What a table comes to, as it may be shown: small counts held back, in words, as data, and drawn. Terminal, JSON and page show the same numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pharmacyfirst.affected.count import Affected
from pharmacyfirst.audit.small_counts import SMALL, Sum, left_out
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.paper.drawing import INK, TINT, Drawing
from pharmacyfirst.proof.changes_in_words import ending_as_dict, transition_in_words
from pharmacyfirst.proof.classes import Transition

ROUNDED = 10
"""To so many the numbers of outcomes are rounded: exact, before and now would tell small counts apart again."""
NOT_BESIDE = (
    "Do not publish this beside an audit of the same table: what one page holds back could be worked out by the other."
)
NOW_HELD_BACK = "how many come out how now is held back, as a way is: beside an audit it would tell how many take it"
_ALL = -1  # the key of the sum, beside the places of what it is of
_BAR = 30
_WIDTH, _LEFT, _LINE = 174.0, 78.0, 6.0


@dataclass(frozen=True, slots=True)
class AffectedShown:
    """What may be shown of one condition. A count that is held back is None; ``ways`` are those that most change by, first.

    Where a way is held back so is every proved way that nobody takes, or held back would mean at least one; and so are the outcomes now,
    the third of each of ``outcomes``: an audit of the table tells the exact numbers before, and a change of one could be worked out.
    """

    condition: str
    rows: int | None
    aside: int | None
    changed: int | None
    ways: tuple[tuple[Transition, int | None], ...]
    outcomes: tuple[tuple[Kind, int, int | None], ...]
    not_beside: ClassVar[str] = NOT_BESIDE

    @property
    def now_held_back(self) -> bool:
        """Whether the outcomes by the new version are held back."""
        return any(now is None for _, _, now in self.outcomes)

    def in_words(self) -> Iterator[str]:
        """Lines for the terminal."""
        yield from self.sentences()
        most = max((count or 0 for _, count in self.ways), default=0)
        for (_, count), (words, many) in zip(self.ways, self.each_way(), strict=True):
            bar = "#" * max(1, round(_BAR * count / most)) if count else ""
            yield f"  {many:>14}  {words}  {bar}".rstrip()
        if self.ways:
            yield f"  Outcomes, to the nearest {ROUNDED}{f' ({NOW_HELD_BACK})' if self.now_held_back else ''}:"
            yield from (f"    {kind.word:<22} {before:>10,} -> {_count(now)}" for kind, before, now in self.outcomes)
            yield f"  {NOT_BESIDE}"

    def sentences(self) -> Iterator[str]:
        """What it comes to, in a sentence or two."""
        yield f"On the table: of {_count(self.rows)} consultations judged by both versions, {self.changes_in_words()}."
        if self.aside != 0:
            yield f"{_count(self.aside)} more could not be judged: an answer fits neither version."

    def each_way(self) -> Iterator[tuple[str, str]]:
        """Each way of changing with how many, in words."""
        yield from ((transition_in_words(way), _count(count)) for way, count in self.ways)

    def changes_in_words(self) -> str:
        """How many come out differently, with their share."""
        if self.changed is None or not self.rows:
            return f"{_count(self.changed)} come out differently"
        share = f" ({100 * self.changed / self.rows:.1f} %)" if self.changed else ""
        return f"{_count(self.changed)}{share} come{'s' if self.changed == 1 else ''} out differently"

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON holds it; null is a count that is held back."""
        return {
            "rows": self.rows,
            "set_aside": self.aside,
            "changed": self.changed,
            "ways": [
                {"before": ending_as_dict(way.before), "after": ending_as_dict(way.after), "count": count}
                for way, count in self.ways
            ],
            "outcomes": [{"kind": kind.key, "before": before, "now": now} for kind, before, now in self.outcomes],
            "outcomes_rounded_to": ROUNDED,
            "held_back_below": SMALL,
        }

    def drawing(self) -> Drawing:
        """A bar for each way of changing, then each outcome before (pale) and now (dark)."""
        listed = "; ".join(f"{transition_in_words(way)}: {_count(count)}" for way, count in self.ways)
        outcomes = [one for one in self.outcomes if one[1] or one[2]] if self.ways else []
        darker = "" if self.now_held_back else ": before pale, now dark"
        height = _LINE * (len(self.ways) + 1.4 * len(outcomes) + 2) + 4
        drawing = Drawing(f"Of {_count(self.rows)} consultations, {self.changes_in_words()}", listed, _WIDTH, height)
        top = 2.0
        most = max((count or 0 for _, count in self.ways), default=0) or 1
        for way, count in self.ways:
            _bar(drawing, top, transition_in_words(way), (count or 0) / most, _count(count), INK)
            top += _LINE
        if outcomes:
            drawing.words(
                0,
                top + 6,
                f"Outcomes{' before' if self.now_held_back else ''}, to the nearest {ROUNDED}{darker}",
                size=2.6,
                bold=True,
            )
            top += _LINE + 3
            most = max(max(before, now or 0) for _, before, now in outcomes) or 1
            for kind, before, now in outcomes:
                _bar(drawing, top, kind.word, before / most, f"{before:,}", TINT, 3.0)
                if now is not None:
                    _bar(drawing, top + 3.4, "", now / most, f"{now:,}", INK, 3.0)
                top += 1.4 * _LINE
        return drawing


def _bar(drawing: Drawing, top: float, words: str, share: float, count: str, fill: str, thick: float = 4.2) -> None:
    width = (_WIDTH - _LEFT - 26) * share
    if words:
        drawing.words(_LEFT - 2, top + thick * 0.8, _short(words), size=2.3, at="end")
    drawing.box(_LEFT, top, width, thick, fill=fill, thick=0.15)
    drawing.words(_LEFT + width + 1.2, top + thick * 0.8, count, size=2.3)


def _short(words: str) -> str:
    return words if len(words) <= 62 else f"{words[:60]} …"


def shown(affected: Affected) -> AffectedShown:
    """What may be shown of what was counted."""
    changed, ways = _ways(affected.ways)
    some_away = any(count is None for _, count in ways)
    outcomes = tuple(
        (kind, _rounded(affected.before, kind), None if some_away else _rounded(affected.now, kind)) for kind in Kind
    )
    return AffectedShown(
        affected.condition, few_held_back(affected.rows), few_held_back(affected.aside), changed, ways, outcomes
    )


def _ways(ways: Mapping[Transition, int]) -> tuple[int | None, tuple[tuple[Transition, int | None], ...]]:
    """How many change in all, and by each way; those held back by their words, as another order would say which has more."""
    taken = [(way, count) for way, count in ways.items() if count]
    changed, counts = held_back([count for _, count in taken])
    told = [(way, count) for (way, _), count in zip(taken, counts, strict=True)]
    if None in counts:
        told += [(way, None) for way, count in ways.items() if not count]
    return changed, tuple(sorted(told, key=lambda one: (-(one[1] or 0), transition_in_words(one[0]))))


def held_back(counts: Sequence[int]) -> tuple[int | None, list[int | None]]:
    """The sum of counts, and they, without what could be somebody or could be worked out: the rule of the audit (``small_counts``)."""
    numbers = {_ALL: sum(counts), **dict(enumerate(counts))}
    away = left_out(numbers, [Sum(_ALL, tuple(range(len(counts))))])
    all_, *each = [None if key in away else number for key, number in numbers.items()]
    return all_, each


def few_held_back(count: int) -> int | None:
    """A count that is part of no sum; None where it is small."""
    return None if 0 < count < SMALL else count


def _rounded(counts: Mapping[Kind, int], kind: Kind) -> int:
    return (counts.get(kind, 0) + ROUNDED // 2) // ROUNDED * ROUNDED


def _count(count: int | None) -> str:
    return "held back" if count is None else f"{count:,}"
