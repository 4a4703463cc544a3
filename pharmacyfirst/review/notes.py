"""Evidence as numbered notes: a superscript in the text, and all of it once, at the end."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pharmacyfirst.kernel.evidence import Evidence, Grade, Source
from pharmacyfirst.kernel.pathway import SharedList
from pharmacyfirst.review.layout import Line, Mark, Part, Table, TableRow, line, lines
from pharmacyfirst.review.wording import Wording

_WORD = re.compile(r"[\w-]+")

GRADES = {
    Grade.PRIMARY: "Read in a text of the NHS, of NICE or of the regulator.",
    Grade.CORROBORATED: "Two or more secondary sources agree.",
    Grade.SINGLE: "One secondary source. It may enable a supply only together with an open item.",
    Grade.INFERRED: "A fail-safe default of ours, where the sources are silent. It never enables a supply on its own.",
    Grade.UNKNOWN: "Not found. Nothing is supplied until it is known.",
}


class Notes:
    """The notes of one document, numbered in the order in which the text first needs them, on its ``sources``.

    Tags of a shared list are its own: L1 there and L1 in the condition's file are different sources.
    """

    def __init__(self, sources: Mapping[str, Source], wording: Wording):
        self._sources, self._wording = sources, wording
        self._numbers: dict[tuple[tuple[Evidence, ...], str], int] = {}
        self._lists: dict[str, SharedList] = {}
        self._in_prose: set[str] = set()

    def marks(self, evidence: tuple[Evidence, ...], shared: SharedList | None = None) -> tuple[Mark, ...]:
        """The superscript of one clause; none where there is no evidence."""
        if not evidence:
            return ()
        where = ""
        if shared and not self._are_ours(evidence, shared):
            where = shared.name
            self._lists[where] = shared
        number = self._numbers.setdefault((evidence, where), len(self._numbers) + 1)
        return (Mark(number, f"{grades(evidence)}\N{NO-BREAK SPACE}{number}"),)

    def _are_ours(self, evidence: tuple[Evidence, ...], shared: SharedList) -> bool:
        """Whether every tag of a shared list's evidence stands for the same source here, as those do that stand once for all files."""
        return all(self._sources.get(tag) == shared.sources.get(tag) for one in evidence for tag in one.sources)

    def bare_marks(self, evidence: tuple[Evidence, ...], shared: SharedList | None = None) -> tuple[Mark, ...]:
        """The same without the grades, for where they stand in the text already."""
        return tuple(replace(mark, words=str(mark.number)) for mark in self.marks(evidence, shared))

    def remark(self, note: str) -> tuple[Line, ...]:
        """A note for the reviewer as a line of its own; none where there is no note."""
        return lines(remark(note, self._wording), "note")

    def prose(self, words: str) -> Line:
        """A line of the condition's own file that may name sources by their tags: those stand among the sources, too."""
        self._in_prose.update(_WORD.findall(words))
        return line(words)

    def tables(self) -> tuple[Table, ...]:
        """What the grades mean, the notes, and the sources they name: for the end of the document."""
        yielded = [_grades_explained(), self._notes()]
        for where in ("", *self._lists):
            sources = self._lists[where].sources if where else self._sources
            rows = tuple(self._source(sources[tag], where) for tag in sources if tag in self._tags(where))
            title = f"Sources of the shared list “{self._lists[where].title}”" if where else "Sources"
            if rows:
                yielded.append(
                    Table(title, (Part("Tag", "tag"), Part("Source", "wide"), Part("Date", "dated")), rows, "close")
                )
        return tuple(yielded)

    def _tags(self, where: str) -> set[str]:
        in_prose = set() if where else self._in_prose
        return in_prose | {
            tag for evidence, at in self._numbers if at == where for one in evidence for tag in one.sources
        }

    def _notes(self) -> Table:
        rows = tuple(
            TableRow(f"note-{number}", (line(str(number)),), ((*map(_in_words, evidence), *self._of_list(where)),))
            for (evidence, where), number in self._numbers.items()
        )
        columns = Part("Note", "tag"), Part("Grade, tags of the sources, and what they support", "wide")
        return Table("Notes", columns, rows, "close")

    def _of_list(self, where: str) -> tuple[Line, ...]:
        """By its title, as its sources stand under that."""
        return lines(f"Tags of the shared list “{self._lists[where].title}”." if where else "", "note")

    def _source(self, source: Source, where: str) -> TableRow:
        anchor = f"source-{where}-{source.tag}" if where else f"source-{source.tag}"
        says = (line(source.says), *self.remark(source.note))
        return TableRow(anchor, (line(source.tag),), (says, (line(source.date or "undated"),)))


def grades(evidence: tuple[Evidence, ...]) -> str:
    """The grades of several lines, the best first, each once."""
    return ", ".join(grade.word for grade in sorted({one.grade for one in evidence}))


def _in_words(one: Evidence) -> Line:
    """The line as content spells it, the grade set apart."""
    rest = one.in_words().removeprefix(one.grade.word)
    return Line((Part(one.grade.word, "grade"), *((Part(rest),) if rest else ())))


def _grades_explained() -> Table:
    rows = tuple(
        TableRow(f"grade-{grade.word}", (line(grade.word),), ((line(says),),)) for grade, says in GRADES.items()
    )
    columns = Part("Grade", "short"), Part("What it means", "wide")
    return Table("Grades, the best first", columns, rows, "close whole")


def remark(note: str, wording: Wording) -> str:
    """A note for the reviewer, named as one, in the words of the conversation."""
    return f"Note: {wording.in_prose(note)}" if note else ""
