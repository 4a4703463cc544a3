"""What rules each medicine out, in short, with the answers that do; each PGD's own document has it in full."""

from collections.abc import Iterable, Iterator

from pharmacyfirst.kernel.evidence import Evidence
from pharmacyfirst.kernel.pathway import Pathway, SharedList
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.questions import Choice, Question
from pharmacyfirst.review.judged import Judging
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, line, lines, named
from pharmacyfirst.review.notes import Notes, remark


class Barring:
    """The tables of what rules out each medicine of a pathway."""

    def __init__(self, pathway: Pathway, notes: Notes):
        self.pathway, self.notes, self.judging = pathway, notes, Judging(pathway, notes)

    def tables(self) -> Iterator[Table]:
        """What rules out every medicine, then each by itself, then the answers that rule one out or call for something."""
        every = {clause.id: clause for pgd in self.pathway.pgds.values() for clause in pgd.every_medicine}
        if every:
            yield self._clauses("Every medicine", every.values())
        for pgd in self.pathway.pgds.values():
            yield self._in_short(pgd)
        for question in self.pathway.questions.values():
            rows = tuple(self._answer(question, one) for one in question.choices if one.bars or one.action)
            if rows:
                columns = Part("Answer", "name"), Part("Rules out", "wide"), Part("Calls for", "wide")
                yield Table(f"“{question.ask}” What its answers do", columns, rows, "close")

    def _clauses(self, caption: str, clauses: Iterable[Clause]) -> Table:
        """Clauses that stand in the pathway's own file, in full."""
        columns = Part("Id", "id"), Part("Ruled out by", "wide"), Part("When", "judged")
        return Table(caption, columns, tuple(map(self._clause, clauses)))

    def _clause(self, clause: Clause) -> TableRow:
        says = Line((Part(clause.says),), self.notes.marks(clause.backing.evidence))
        remarks = (*lines(clause.because), *lines(remark(clause.backing.note), "note"))
        return TableRow(clause.id, named(clause.id, clause.backing.open), ((says, *remarks), tuple(self._when(clause))))

    def _when(self, clause: Clause) -> Iterator[Line]:
        if clause.sentence is not None:
            yield from self.judging.sentence(clause.sentence, must=clause.must)
        else:
            yield line(f"stopped before: {', '.join(clause.covered_by)}", "note")

    def _in_short(self, pgd: PGD) -> Table:
        """The inclusions and exclusions of one document by what they say, and how they are judged."""
        clauses = (*pgd.inclusion, *pgd.exclusions)
        columns = Part("Id", "id"), Part("Kind", "tag"), Part("Says", "wide"), Part("When", "judged")
        caption = f"{pgd.medicine[:1].upper()}{pgd.medicine[1:]} (document {pgd.id}.html, {pgd.mechanism.value})"
        rows = tuple(
            TableRow(
                f"short-{one.id}",
                (line(one.id, "code"),),
                (
                    (line("needs" if one in pgd.inclusion else "bars"),),
                    (line(one.says),),
                    tuple(self._in_short_when(one)),
                ),
            )
            for one in clauses
        )
        return Table(caption, columns, rows, "close")

    def _in_short_when(self, clause: Clause) -> Iterator[Line]:
        """In plain words alone: the exact spelling stands in the document of the medicine."""
        if clause.sentence is None:
            yield line(f"stopped before: {', '.join(clause.covered_by)}", "note")
        else:
            yield from map(line, self.judging.wording.lines(clause.sentence))

    def _answer(self, question: Question, choice: Choice) -> TableRow:
        says = (
            line(choice.says or choice.name),
            line(choice.name, "ident"),
            *lines(remark(choice.backing.note), "note"),
        )
        open_items = (Line((), open=choice.backing.open),) if choice.backing.open else ()
        return TableRow(
            f"does-{question.name}-{choice.name}",
            (*says, *open_items),
            (tuple(self._bars(choice)) or (line("nothing", "note"),), tuple(self._actions(choice))),
        )

    def _bars(self, choice: Choice) -> Iterator[Line]:
        """The medicines that an answer rules out, together where the same evidence stands behind them."""
        found: dict[tuple[tuple[Evidence, ...], str], list[str]] = {}
        for origin in choice.origins:
            for bar in origin.bars:
                found.setdefault((bar.backing.evidence, origin.shared), []).append(self._medicine(bar.pgd))
        for (evidence, shared), medicines in found.items():
            yield Line((Part(", ".join(dict.fromkeys(medicines))),), self.notes.marks(evidence, self._list(shared)))

    def _actions(self, choice: Choice) -> Iterator[Line]:
        if choice.action:
            evidence = tuple(line for origin in choice.origins for line in origin.backing.evidence)
            yield Line((Part(choice.action),), self.notes.marks(evidence) if not choice.bars else ())

    def _medicine(self, pgd: str) -> str:
        return self.pathway.pgds[pgd].medicine if pgd in self.pathway.pgds else pgd

    def _list(self, shared: str) -> SharedList | None:
        return self.pathway.lists.get(shared)
