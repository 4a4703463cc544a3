"""What is looked at rather than read: doses over age and weight, versions over time, what stops whom. The table beside says the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.conditions import Limits, Within, parts
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow, plain
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import PGD, Period
from pharmacyfirst.kernel.questions import AGE
from pharmacyfirst.paper.drawing import INK, RULE, TINT, Drawing
from pharmacyfirst.paper.words import day
from pharmacyfirst.population.outcomes import OutcomesMadeUp
from pharmacyfirst.review.doses import dose_in_words, how_often
from pharmacyfirst.review.pack.traced import Traceability

WIDTH = 174.0
_LEFT, _TOP, _HEIGHT, _BOTTOM = 20.0, 6.0, 42.0, 10.0
_MOST = {AGE: Decimal(20), WEIGHT: Decimal(45)}  # where an axis ends, unless a limit lies further on
_AXES = {AGE: "age in years", WEIGHT: "weight in kg"}
ROWS_A_PAGE = 46


@dataclass(frozen=True, slots=True)
class Stretched:
    """The dose of a day over one stretch of an axis; ``low`` and ``high`` are None where the row has no such limit.

    ``low_out`` and ``high_out``: whoever is exactly there is not of the stretch.
    """

    row: DoseRow
    low: Decimal | None
    high: Decimal | None
    low_out: bool = False
    high_out: bool = False

    def amount(self, at: Decimal) -> Decimal:
        """What is taken on a day by somebody of this weight, or whatever the weight; nothing in a gap."""
        if self.row.dose is None:
            return Decimal(0)
        return self.row.dose.for_person({WEIGHT: at}).amount * (self.row.times_a_day_most or self.row.times_a_day)


def doses_over(pgd: PGD) -> Iterator[Drawing]:
    """The dose of a day over age, and over weight where a row goes by it; none where the dose is one for everybody."""
    for axis in (AGE, WEIGHT):
        stretches = tuple(_stretches(pgd, axis))
        if stretches:
            yield _dose_plot(pgd, axis, stretches)


def _stretches(pgd: PGD, axis: str) -> Iterator[Stretched]:
    for row in pgd.doses:
        limits = _limits_of(row)
        if axis in limits and (axis == WEIGHT or WEIGHT not in limits):
            found = limits[axis]
            turned = (
                axis == AGE and found.high is not None and not found.to_below
            )  # an age of 11 is whoever has not turned 12
            high = found.high + 1 if turned and found.high is not None else found.high
            yield Stretched(row, found.low, high, found.above, turned or found.to_below)


def _limits_of(row: DoseRow) -> dict[str, Limits]:
    said = parts(row.sentence) if row.sentence is not None else ()
    return {one.fact: one.limits for one in said if isinstance(one, Within)}


def _dose_plot(pgd: PGD, axis: str, stretches: Sequence[Stretched]) -> Drawing:
    ends = [end for one in stretches for end in (one.low, one.high) if end is not None]
    most = max(_MOST[axis], *ends) + (2 if axis == AGE else 5)
    unit = next((one.row.dose.each.unit for one in stretches if one.row.dose is not None), "")
    tallest = max(one.amount(one.high if one.high is not None else most) for one in stretches) or Decimal(1)
    listed = "; ".join(f"{one.row.id}, {one.row.who}: {_per_day(one.row)}" for one in stretches)
    drawing = Drawing(
        f"{pgd.medicine}: what is taken on a day, by {_AXES[axis]}", listed, WIDTH, _TOP + _HEIGHT + _BOTTOM
    )
    width = WIDTH - _LEFT - 4

    def x(at: Decimal) -> float:
        return _LEFT + width * float(at / most)

    def y(amount: Decimal) -> float:
        return _TOP + _HEIGHT * (1 - float(amount / tallest) * 0.86)

    _axes(
        drawing,
        x,
        axis,
        most,
        {plain(one.amount(one.low or Decimal(0))): y(one.amount(one.low or Decimal(0))) for one in stretches},
        unit,
    )
    for number, one in enumerate(stretches):
        low, high = one.low or Decimal(0), one.high if one.high is not None else most
        start, end = (x(low), y(one.amount(low))), (x(high), y(one.amount(high)))
        drawing.line(*start, *end, thick=0.9)
        drawing.dot(*start, hollow=one.low_out)
        if one.high is not None:
            drawing.dot(*end, hollow=one.high_out)
        else:
            drawing.arrow(end[0] - 3, end[1], end[0] + 2, end[1])
        below = 3.6 if number % 2 and one.row.dose is not None else -1.8
        drawing.words((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + below, one.row.id, size=2.3, at="middle")
    return drawing


def _axes(
    drawing: Drawing, x: Callable[[Decimal], float], axis: str, most: Decimal, amounts: dict[str, float], unit: str
) -> None:
    floor = _TOP + _HEIGHT
    drawing.line(_LEFT, floor, WIDTH - 2, floor)
    drawing.line(_LEFT, _TOP - 3, _LEFT, floor)
    step = 2 if axis == AGE else 5
    for at in range(0, int(most) + 1, step):
        across = x(Decimal(at))
        drawing.line(across, floor, across, floor + 1)
        drawing.words(across, floor + 3.8, str(at), size=2.3, at="middle", quiet=True)
    drawing.words(WIDTH - 2, floor + 7.6, _AXES[axis], size=2.4, at="end")
    taken: list[float] = []
    for words, height in sorted(amounts.items(), key=lambda one: one[1]):
        drawing.line(_LEFT, height, WIDTH - 2, height, thick=0.1, colour=RULE, dashed=True)
        if all(abs(height - other) > 2.6 for other in taken):
            drawing.words(_LEFT - 1.2, height + 0.8, words, size=2.3, at="end", quiet=True)
            taken.append(height)
    drawing.words(0, _TOP - 2.2, f"{unit} a day", size=2.4)


def _per_day(row: DoseRow) -> str:
    return f"{dose_in_words(row.dose)}, {how_often(row)}" if row.dose is not None else "no dose, nothing is offered"


@dataclass(frozen=True, slots=True)
class InForce:
    """One version of one document, and the days on which it may be used."""

    document: str
    version: str
    period: Period
    digest: str


def versions_in_force(library: Library, condition: str) -> tuple[InForce, ...]:
    """Every version of every document of a condition that the library holds, by document and first day."""
    found: dict[tuple[str, str], InForce] = {}
    for stretch in library.stretches[condition]:
        pathway = stretch.pathway
        for name, edition in ((PATHWAY, pathway.edition), *((pgd.id, pgd.edition) for pgd in pathway.pgds.values())):
            found[name, edition.version] = InForce(name, edition.version, edition.in_force, edition.digest)
    return tuple(sorted(found.values(), key=lambda one: (one.document != PATHWAY, one.document, one.period.first)))


def over_time(condition: str, versions: Sequence[InForce]) -> Drawing:
    """Versions as bars over the days on which they are in force; one without a last day has no end."""
    days = [one for each in versions for one in (each.period.first, each.period.last) if one is not None]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 1, 12, 31)
    listed = "; ".join(f"{one.document} {one.version} {_days(one.period)}" for one in versions)
    drawing = Drawing(f"Versions of {condition} in force over time", listed, WIDTH, 8 + 6.4 * len(versions) + 8)
    left, span = 46.0, (last - first).days

    def x(on: date) -> float:
        return left + (WIDTH - left - 3) * (on - first).days / span

    for year in range(first.year, last.year + 1):
        across = x(date(year, 1, 1))
        drawing.line(across, 6, across, drawing.height - 6, thick=0.1, colour=RULE)
        drawing.words(across, 4.4, str(year), size=2.4, at="middle", quiet=True)
    for number, one in enumerate(versions):
        top = 8 + 6.4 * number
        start, end = x(one.period.first), x(one.period.last) if one.period.last is not None else WIDTH - 5
        drawing.words(0, top + 3.4, f"{one.document} {one.version}", size=2.4)
        drawing.box(start, top, end - start, 4.4, fill=TINT)
        if one.period.last is None:
            drawing.arrow(end, top + 2.2, WIDTH, top + 2.2)
        elif end + 20 < WIDTH:
            drawing.words(end + 1, top + 3.2, day(one.period.last), size=2.2, quiet=True)
        drawing.words(start + 1, top + 3.2, day(one.period.first), size=2.2)
    return drawing


def _days(period: Period) -> str:
    return f"from {day(period.first)} to {day(period.last)}" if period.last is not None else f"from {day(period.first)}"


@dataclass(frozen=True, slots=True)
class StoppedCases:
    """One stopping criterion: how many of the cases meet it, and how many it decides."""

    id: str
    met: int
    decides: int


def stops_of(pathway: Pathway, found: Traceability) -> tuple[StoppedCases, ...]:
    """Every stopping criterion with its numbers of cases, in the order of the file."""
    by_id = {rule.id: rule for rule in found.rules}
    return tuple(StoppedCases(one.id, len(by_id[one.id].met), len(by_id[one.id].decides)) for one in pathway.stopping)


def what_stops_whom(condition: str, stops: Sequence[StoppedCases], cases: int) -> Iterator[Drawing]:
    """Bars for each criterion: the cases that meet it, and of these, dark, those it decides; on as many pages as it needs."""
    most = max((one.met for one in stops), default=1) or 1
    for begin in range(0, len(stops), ROWS_A_PAGE):
        shown = stops[begin : begin + ROWS_A_PAGE]
        listed = "; ".join(f"{one.id} {one.met} met, {one.decides} decided" for one in shown)
        drawing = Drawing(f"What stops whom: of {cases} cases of {condition}", listed, WIDTH, 4.6 * len(shown) + 8)
        for number, one in enumerate(shown):
            top = 1 + 4.6 * number
            drawing.words(0, top + 2.8, one.id, size=2.4)
            for count, fill in ((one.met, TINT), (one.decides, INK)):
                drawing.box(24, top, (WIDTH - 24 - 24) * count / most, 3.4, fill=fill, thick=0.15)
            drawing.words(26 + (WIDTH - 48) * one.met / most, top + 2.8, f"{one.met} / {one.decides}", size=2.3)
        drawing.words(24, drawing.height - 2, "pale: meets it; dark: and it decides", size=2.3)
        yield drawing


def how_made_up_people_come_out(made_up: OutcomesMadeUp) -> Drawing:
    """A bar for each outcome, the most urgent first, and under a supply one, dark, for each medicine offered."""
    bars = []
    for kind, count in made_up.kinds.items():
        if count:
            bars.append((kind.word, count, TINT))
        if kind is Kind.SUPPLY:
            bars += [(f"offered: {pgd}", number, INK) for pgd, number in made_up.offered.items() if number]
    listed = "; ".join(f"{words} {in_hundred(count, made_up.people)}" for words, count, _ in bars)
    drawing = Drawing(f"How {made_up.people:,} made-up people come out", listed, WIDTH, 5.4 * len(bars) + 3)
    left, most = 52.0, max(count for _, count, _ in bars)
    for number, (words, count, fill) in enumerate(bars):
        top, width = 1 + 5.4 * number, (WIDTH - left - 16) * count / most
        drawing.words(left - 2, top + 3, words, size=2.4, at="end", quiet=fill == INK)
        drawing.box(left, top, width, 4, fill=fill, thick=0.15)
        drawing.words(left + width + 1.2, top + 3, in_hundred(count, made_up.people), size=2.3)
    return drawing


def in_hundred(count: int, whole: int) -> str:
    """A share in per cent, to a tenth."""
    return f"{100 * count / whole:.1f} %"
