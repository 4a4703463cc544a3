"""What rules each medicine out, in short, with the answers that do; each PGD's own document has it in full."""

from collections.abc import Iterable, Iterator

from pharmacyfirst.kernel.evidence import Backing
from pharmacyfirst.kernel.pathway import Pathway, SharedList
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.questions import Choice, Origin, Question
from pharmacyfirst.paper.words import listed
from pharmacyfirst.review.identity import kind_in_short
from pharmacyfirst.review.judged import Judging
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, ident, line, lines, named, row_of
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.questions import earlier


class Barring:
    """The tables of what rules out each medicine of a pathway."""

    def __init__(self, pathway: Pathway, notes: Notes):
        self.pathway, self.notes, self.judging = pathway, notes, Judging(pathway, notes)

    def tables(self) -> Iterator[Table]:
        """What rules out every medicine, then each by itself, then the answers that rule one out or call for something."""
        every: dict[str, list[tuple[str, Clause]]] = {}
        for pgd in self.pathway.pgds.values():
            for clause in pgd.every_medicine:
                every.setdefault(clause.id, []).append((pgd.medicine, clause))
        if every:
            columns = Part("Id", "id"), Part("Ruled out by", "wide"), Part("When", "judged")
            yield Table("Every medicine", columns, tuple(map(self._clause, every.values())))
        for pgd in self.pathway.pgds.values():
            yield self._in_short(pgd)
        for question in self.pathway.questions.values():
            does = tuple(one for one in question.choices if one.bars or one.action)
            if does:
                yield self._answers(question, does)

    def _clause(self, of_each: list[tuple[str, Clause]]) -> TableRow:
        """A clause of the pathway's own file, in full. Where it reads otherwise for each medicine, each reading names its medicines."""
        clause = of_each[0][1]
        alike: dict[tuple[Line, ...], list[str]] = {}
        for medicine, one in of_each:
            alike.setdefault(tuple(self._when(one)), []).append(medicine)
        when: list[Line] = []
        for reading, medicines in alike.items():
            whose = (line(f"{listed(medicines)}:", "grade"),) if len(alike) > 1 else ()
            when.extend((*whose, *reading))
        says = Line((Part(clause.says),), self.notes.marks(clause.backing.evidence))
        remarks = (*lines(clause.because), *self.notes.remark(clause.backing.note))
        return TableRow(clause.id, named(clause.id, clause.backing.open), ((says, *remarks), tuple(when)))

    def _when(self, clause: Clause) -> Iterator[Line]:
        if clause.sentence is not None:
            yield from self.judging.sentence(clause.sentence, must=clause.must)
        else:
            yield self._judged_elsewhere(clause)

    def _judged_elsewhere(self, clause: Clause) -> Line:
        """By what a clause without a sentence is judged: criteria that stop before it, or clauses beside it."""
        stops = {criterion.id for criterion in self.pathway.stopping}
        before = [name for name in clause.covered_by if name in stops]
        beside = [name for name in clause.covered_by if name not in stops]
        said = (Part("stopped before: ", "note"), *row_of(before, "note together")) if before else ()
        then = Part("; judged by " if before else "judged by ", "note")
        return Line((*said, *((then, *row_of(beside, "note together")) if beside else ())))

    def _in_short(self, pgd: PGD) -> Table:
        """The inclusions and exclusions of one document by what they say, and how they are judged."""
        clauses = (*pgd.inclusion, *pgd.exclusions)
        columns = Part("Id", "id"), Part("Kind", "tag"), Part("Says", "wide"), Part("When", "judged")
        caption = f"{pgd.medicine[:1].upper()}{pgd.medicine[1:]} ({kind_in_short(pgd)}, {pgd.id}.html)"
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
            yield self._judged_elsewhere(clause)
        else:
            yield from map(line, self.judging.wording.lines(clause.sentence))

    def _answers(self, question: Question, does: tuple[Choice, ...]) -> Table:
        """What each answer of a question rules out or calls for, those of a group together."""
        groups = dict.fromkeys(choice.group for choice in does)
        rows = tuple(self._answer(question, one) for group in groups for one in does if one.group == group)
        columns = Part("Answer", "name"), Part("Rules out", "wide"), Part("Calls for", "wide")
        shared = dict.fromkeys(origin.shared for choice in does for origin in choice.origins if origin.shared)
        above = tuple(
            Line((Part(f"From the shared list “{self.pathway.lists[name].title}”", "note"), *ident(name)))
            for name in shared
        )
        return Table(f"“{question.ask}” What its answers do", columns, rows, "close", above)

    def _answer(self, question: Question, choice: Choice) -> TableRow:
        whole = tuple(
            mark
            for origin in choice.origins
            for mark in self.notes.marks(origin.backing.evidence, self._list(origin.shared))
        )
        head = (
            Line((Part(choice.says or choice.name), *ident(f"({choice.name})")), whole, choice.backing.open),
            *lines(f"group: {choice.group}" if choice.group else "", "note"),
            *self.notes.remark(choice.backing.note),
            *earlier("the answer", choice.was),
        )
        bars = self._together(
            (bar.pgd, bar.because, bar.backing, origin) for origin in choice.origins for bar in origin.bars
        )
        calls = self._together(
            (one.pgd, one.says, one.backing, origin) for origin in choice.origins for one in origin.actions
        )
        whole_action = lines(choice.action if not any(origin.actions for origin in choice.origins) else "")
        nothing = (line("nothing", "note"),)
        does = tuple(bars) or nothing, (*calls, *whole_action) or nothing
        return TableRow(f"does-{question.name}-{choice.name}", head, does)

    def _together(self, said: Iterable[tuple[str, str, Backing, Origin]]) -> Iterator[Line]:
        """What an answer does with each medicine, those together of which the same is said on the same evidence."""
        found: dict[tuple[str, Backing, Origin], list[str]] = {}
        for pgd, why, backing, origin in said:
            found.setdefault((why, backing, origin), []).append(self.judging.wording.medicine(pgd))
        for (why, backing, origin), medicines in found.items():
            words = ", ".join(dict.fromkeys(medicines)) + (f": {why}" if why else "")
            own = (
                backing.evidence if backing != origin.backing else ()
            )  # what stands behind all of it stands at the answer
            yield Line((Part(words),), self.notes.marks(own, self._list(origin.shared)))

    def _list(self, shared: str) -> SharedList | None:
        return self.pathway.lists.get(shared)
