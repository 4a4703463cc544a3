"""What a pathway judges by, as tables: stopping criteria, treatment, payment points, scores and definitions. Each sentence in plain
words first, and as the program reads it under them."""

from collections.abc import Iterator

from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, GatewayPoint, Pathway, Row
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.paper.words import begun
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, ident, line, lines, named
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.questions import in_both
from pharmacyfirst.review.who_goes_where import beside_in_words, offer_in_words, outcomes_of
from pharmacyfirst.review.wording import Wording


class Judging:
    """The tables of what one pathway judges by."""

    def __init__(self, pathway: Pathway, notes: Notes):
        self.pathway, self.notes, self.wording = pathway, notes, Wording(pathway)

    def stopping(self) -> tuple[Table, ...]:
        """The stopping criteria, a table for each heading, with the prompts that stand there."""
        stages = dict.fromkeys(criterion.stage for criterion in self.pathway.stopping)
        columns = Part("Id", "id"), Part("Why", "wide"), Part("Stops when", "judged"), Part("What to do", "short")
        return tuple(
            Table(
                stage[:1].upper() + stage[1:],
                columns,
                tuple(self._criterion(one) for one in self.pathway.stopping if one.stage == stage),
                lines=tuple(prompts(self.pathway, stage, self.notes)),
            )
            for stage in stages
        )

    def _criterion(self, criterion: Criterion) -> TableRow:
        (outcome,) = outcomes_of(criterion)
        contradicts = criterion.id in self.pathway.cannot_be
        says = (
            *lines(
                "Two answers contradict each other; that is shown at the second of them." if contradicts else "", "note"
            ),
            *lines(f"To: {criterion.where_to}." if criterion.where_to else ""),
            *(line(f"{begun(words)}.") for words in beside_in_words(criterion, self.pathway)),
        )
        return TableRow(
            criterion.id,
            named(criterion.id, criterion.backing.open),
            ((*self._because(criterion), *says), self._judged(criterion), (line(in_words(outcome)),)),
            self.notes.remark(criterion.backing.note),
        )

    def _because(self, rule: Judged) -> tuple[Line, ...]:
        return (Line((Part(rule.because),), self.notes.marks(rule.backing.evidence)),)

    def _judged(self, rule: Judged) -> tuple[Line, ...]:
        if rule.sentence is None:
            return (line("everyone else"),)
        return self.sentence(rule.sentence, must=rule.must)

    def sentence(self, sentence: Condition, *, must: bool = False) -> tuple[Line, ...]:
        """A sentence in plain words, and in small as the program reads it: of what must hold both say so."""
        first, *others, exact = in_both(sentence, self.wording)
        if not must:
            return (first, *others, exact)
        return (Line((Part("unless "), *first.parts)), *others, line(f"must: {sentence.in_words()}", "exact"))

    def treatment(self) -> Table:
        """The treatment table, as it is read: from the top, and the first row that is met decides."""
        columns = Part("Id", "id"), Part("Why", "wide"), Part("Who", "answer"), Part("What then", "then")
        rows = tuple(map(self._row, self.pathway.treatment))
        return Table("Read from the top: the first row that is met decides", columns, rows)

    def _row(self, row: Row) -> TableRow:
        return TableRow(
            row.id,
            named(row.id, row.backing.open),
            (self._because(row), self._judged(row), tuple(self._then(row))),
            self.notes.remark(row.backing.note),
        )

    def _then(self, row: Row) -> Iterator[Line]:
        first, *left = outcomes_of(row)
        if row.offers:
            yield line(f"Offer {offer_in_words(self.pathway, row)}", "grade")
            yield line(f"Where nothing can be offered: {in_words(left[0])}. To: {row.where_nothing}.")
        else:
            yield line(in_words(first), "grade")
        there = row.where_to or (self._there(row.kind) if not row.offers else "")
        yield from lines(f"To: {there}." if there else "")
        yield from (line(f"{begun(words)}.") for words in beside_in_words(row, self.pathway))

    def _there(self, kind: Kind) -> str:
        """To whom an outcome sends where the row does not say; empty where it sends nowhere."""
        said = self.pathway.where_to.get(kind)
        return said.says if said is not None else ""

    def gateways(self) -> Table:
        """The points that decide payment alone."""
        columns = Part("Id", "id"), Part("Must be known and clear", "wide"), Part("And holds", "judged")
        rows = tuple(map(self._gateway, self.pathway.gateways))
        return Table("A point is reached where all of this is so", columns, rows)

    def _gateway(self, point: GatewayPoint) -> TableRow:
        open_position = "Where this point stands is not known, so it is never said to be reached; it may have been."
        after = (
            Line((Part(", ".join(point.after)),), self.notes.marks(point.backing.evidence)),
            *lines("" if point.position_known else open_position, "grade"),
        )
        holds = self.sentence(point.sentence) if point.sentence is not None else (line("nothing else is asked"),)
        return TableRow(
            point.id, named(point.id, point.backing.open), (after, holds), self.notes.remark(point.backing.note)
        )


def prompts(pathway: Pathway, place: str, notes: Notes) -> Iterator[Line]:
    """The prompts that are shown at a page, a heading of stopping criteria or an outcome."""
    for one in pathway.prompts:
        if place in one.at:
            yield from statement(one, notes, "Prompt")


def statement(said: Statement, notes: Notes, what: str = "") -> Iterator[Line]:
    """A statement with its id, evidence and open items, and a note under it."""
    kind = (Part(f"{what}: ", "grade"),) if what else ()
    yield Line(
        (*kind, Part(said.says), *(ident(said.id) if said.id else ())),
        notes.marks(said.backing.evidence),
        said.backing.open,
    )
    yield from notes.remark(said.backing.note)
