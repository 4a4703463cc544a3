"""The way through a pathway as drawings: every stopping criterion, treatment row and document by its id, on as many pages as it needs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.paper.drawing import TINT, Drawing, leading, wrapped
from pharmacyfirst.review.who_goes_where import offer_in_words, outcomes_of

WIDTH = 174.0  # of A4 within its margins
TALLEST = 222.0  # and so high that the heading and the words under it stand on the same page
_LEFT, _BOX, _GAP, _RIGHT = 6.0, 104.0, 12.0, 52.0
_PAD, _BETWEEN = 1.3, 1.6


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One row of the flow: what is judged, and what it ends in; without an end it is a heading. ``id`` is that of the rule."""

    id: str
    says: str
    ends: str = ""


def steps_of(pathway: Pathway) -> Iterator[FlowStep]:
    """The rows of the flow in the order in which they are read: stages, criteria, the treatment table, the documents."""
    pages = ", ".join(page.title for page in pathway.pages)
    yield FlowStep("", f"Questions, a page at a time: {pages}" if pages else "Questions, as they matter")
    yield FlowStep("", "Stopping criteria: all are judged, and the most urgent that is met decides")
    stage = ""
    for criterion in pathway.stopping:
        if criterion.stage != stage:
            stage = criterion.stage
            yield FlowStep("", stage[:1].upper() + stage[1:])
        (outcome,) = outcomes_of(criterion)
        yield FlowStep(criterion.id, criterion.because, in_words(outcome))
    yield FlowStep(
        "", "None is met, and all are known: the treatment table, of which the first row that is met decides"
    )
    for row in pathway.treatment:
        first, *left = outcomes_of(row)
        ends = (
            f"offer {offer_in_words(pathway, row)}; where nothing is left: {in_words(left[0])}"
            if row.offers
            else in_words(first)
        )
        yield FlowStep(row.id, row.because, ends)
    if pathway.pgds:
        yield FlowStep(
            "", "The document of the medicine: every inclusion and exclusion known and clear, then its dose table"
        )
    for pgd in pathway.pgds.values():
        yield FlowStep(pgd.id, _of_document(pgd), "may be supplied; where it rules the person out, as the row says")


def _of_document(pgd: PGD) -> str:
    ids = [clause.id for clause in pgd.judged()]
    doses = [row.id for row in pgd.doses]
    return f"{pgd.medicine}: {_many(ids, 'clause')}, {_many(doses, 'dose row')}"


def _many(ids: list[str], what: str) -> str:
    return f"{len(ids)} {what}{'s' if len(ids) != 1 else ''}{f' ({_span(ids)})' if ids else ''}"


def _span(ids: list[str]) -> str:
    return f"{ids[0]} to {ids[-1]}" if len(ids) > 1 else "".join(ids)


@dataclass
class _Page:
    drawing: Drawing
    y: float = 0.0
    first: str = ""
    last: str = ""
    rows: int = field(default=0)


def flow(pathway: Pathway) -> tuple[Drawing, ...]:
    """The drawings, each of which fits a page of A4; each goes on where the one before it ends."""
    steps = tuple(steps_of(pathway))
    pages: list[_Page] = []
    heading = ""
    for at, step in enumerate(steps):
        tall = _height(step)
        # A heading goes with what stands under it.
        needed = tall + (_height(steps[at + 1]) + _BETWEEN if not step.ends and at + 1 < len(steps) else 0)
        if not pages or pages[-1].y + needed > TALLEST:
            pages.append(_Page(Drawing(f"The way through {pathway.id}", "", WIDTH)))
            if step.ends:
                again = FlowStep("", f"{heading} (continued)")
                _draw(pages[-1], again, _height(again))
        page = pages[-1]
        heading = heading if step.ends else step.says
        _draw(page, step, tall)
        if step.id:
            page.first, page.last, page.rows = page.first or step.id, step.id, page.rows + 1
    for number, page in enumerate(pages, 1):
        page.drawing.title += f", part {number} of {len(pages)}" if len(pages) > 1 else ""
        page.drawing.says = f"{page.rows} rows, {page.first} to {page.last}, each with what it ends in; the tables say the same in words."
        page.drawing.height = page.y + 1
    return tuple(page.drawing for page in pages)


def _lines(step: FlowStep) -> tuple[list[str], list[str]]:
    width = _BOX - 2 * _PAD if step.ends else WIDTH - 2 * _PAD
    said = f"{step.id}  {step.says}" if step.id else step.says
    return wrapped(said, width, most=4), wrapped(step.ends, _RIGHT - 2 * _PAD, most=4)


def _height(step: FlowStep) -> float:
    return max(map(len, _lines(step))) * leading() + 2 * _PAD


def _draw(page: _Page, step: FlowStep, tall: float) -> None:
    drawing, top = page.drawing, page.y
    said, ends = _lines(step)
    middle = top + tall / 2
    if not step.ends:
        drawing.box(0, top, WIDTH, tall, fill=TINT, thick=0.4)
        _set(drawing, _PAD, top, said, bold=True)
    else:
        drawing.line(2.5, top - _BETWEEN, 2.5, middle)
        drawing.line(2.5, middle, 2.5, top + tall)
        drawing.arrow(2.5, middle, _LEFT, middle)
        drawing.box(_LEFT, top, _BOX, tall, name=f"flow-{step.id}")
        _set(drawing, _LEFT + _PAD, top, said)
        drawing.arrow(_LEFT + _BOX, middle, _LEFT + _BOX + _GAP, middle)
        drawing.box(_LEFT + _BOX + _GAP, top, _RIGHT, tall, thick=0.5)
        _set(drawing, _LEFT + _BOX + _GAP + _PAD, top, ends, bold=True)
    page.y = top + tall + _BETWEEN


def _set(drawing: Drawing, x: float, top: float, lines: list[str], *, bold: bool = False) -> None:
    for number, words in enumerate(lines, 1):
        drawing.words(x, top + _PAD + number * leading() - 0.8, words, bold=bold)
