"""What else stands in a pathway's file: duties of the record, the diagnosis, channels, codes, conflicts, leaflets and source documents."""

from collections.abc import Iterator

from pharmacyfirst.kernel.evidence import Backing
from pharmacyfirst.kernel.outcome import KIND_OF_WORD
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.words import day
from pharmacyfirst.review.judged import Judging
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, line, named
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.said import every


class Besides:
    """The remaining tables of one pathway."""

    def __init__(self, pathway: Pathway, notes: Notes):
        self.pathway, self.notes, self.judging = pathway, notes, Judging(pathway, notes)

    def records(self) -> Table:
        """The duties of the record: for every consultation, or for some."""
        columns = Part("Id", "id"), Part("To be recorded", "wide"), Part("Of which consultations", "named")
        rows = (
            TableRow(
                one.id,
                named(one.id, one.backing.open),
                (
                    (
                        Line((Part(one.says),), self.notes.marks(one.backing.evidence)),
                        *self.notes.remark(one.backing.note),
                    ),
                    tuple(map(line, self._which(one.audience))) or (line("every one"),),
                ),
            )
            for one in self.pathway.records
        )
        return Table("The checklist of the record", columns, tuple(rows))

    def duties(self) -> Table:
        """What has to be done and noted whatever the outcome, and by whom."""
        columns = (
            Part("Id", "id"),
            Part("To be done and noted", "wide"),
            Part("By whom", "named"),
            Part("When", "judged"),
        )
        rows = (
            TableRow(
                one.id,
                named(one.id, one.backing.open),
                (
                    (
                        Line((Part(one.says),), self.notes.marks(one.backing.evidence)),
                        *self.notes.remark(one.backing.note),
                    ),
                    (line(one.who),),
                    (
                        *map(line, self._which(one.audience)),
                        *(self.judging.sentence(one.sentence) if one.sentence is not None else ()),
                    ),
                ),
            )
            for one in self.pathway.duties
        )
        return Table("They stop nothing; the record is not closed while one is open", columns, tuple(rows))

    def _which(self, audience: tuple[str, ...]) -> Iterator[str]:
        for name in audience:
            if name in KIND_OF_WORD:
                yield every(KIND_OF_WORD[name])
            else:
                yield f"where {self.pathway.pgds[name].medicine} may be supplied" if name in self.pathway.pgds else name

    def diagnosis(self) -> tuple[Line, ...]:
        """When a record may say that somebody has the condition, and what it says where it may not."""
        diagnosis = self.pathway.diagnosis
        if diagnosis is None:
            return (line("The file does not say."),)
        clear = Line(
            (Part(f"Known and clear: {', '.join(diagnosis.clear)}."),),
            self.notes.marks(diagnosis.backing.evidence),
            diagnosis.backing.open,
        )
        holds = self.judging.sentence(diagnosis.sentence) if diagnosis.sentence is not None else ()
        return (
            clear,
            *((line("And it holds:"), *holds) if holds else ()),
            line(f"Otherwise the record says: presented with {diagnosis.otherwise}."),
            *self.notes.remark(diagnosis.backing.note),
        )

    def channels(self) -> Table:
        """How the consultation may be held."""
        rows = (
            self._row(f"channel-{'-'.join(one.name.split())}", (line(one.name),), one.allowed, one.backing)
            for one in self.pathway.channels
        )
        return Table(
            "How the consultation may be held", (Part("Channel", "name"), Part("Allowed", "wide")), tuple(rows), "close"
        )

    def codes(self) -> Table:
        """The SNOMED CT codes, with what each is for."""
        columns = Part("Code", "codes"), Part("Says", "wide"), Part("For", "dated")
        rows = (
            TableRow(
                f"code-{one.code}",
                named(one.code, one.backing.open),
                (
                    (
                        Line((Part(one.says),), self.notes.marks(one.backing.evidence)),
                        *self.notes.remark(one.backing.note),
                    ),
                    (line(one.use),),
                ),
            )
            for one in self.pathway.codes
        )
        return Table("SNOMED CT codes", columns, tuple(rows), "close")

    def conflicts(self) -> Table:
        """Where sources disagree, and what is followed."""
        columns = Part("Id", "tag"), Part("The sources disagree", "wide"), Part("Followed here", "wide")
        rows = (
            TableRow(
                f"conflict-{one.id}",
                named(one.id, one.backing.open),
                (
                    (
                        Line(self.notes.prose(one.says).parts, self.notes.marks(one.backing.evidence)),
                        *self.notes.remark(one.backing.note),
                    ),
                    (self.notes.prose(one.shipped),),
                ),
            )
            for one in self.pathway.conflicts
        )
        return Table("Conflicts between sources", columns, tuple(rows))

    def withdrawn(self) -> Table:
        """The versions that were published and taken back: nothing may be supplied under them."""
        columns = Part("Version", "name"), Part("Why", "wide")
        rows = (
            TableRow(
                f"withdrawn-{one.document}-{one.version}",
                (line(f"{one.document} {one.version}"),),
                ((line(f"taken back on {day(one.day)}: {one.because}"), line(one.digest, "code digest")),),
            )
            for one in self.pathway.withdrawn
        )
        return Table("Nothing may be supplied under these", columns, tuple(rows), "close")

    def source_documents(self) -> Table:
        """The national documents the file was transcribed from."""
        columns = Part("Document", "name"), Part("Reference and edition", "wide")
        rows = (
            self._row(f"document-{number}", (line(one.title),), f"{one.reference}, {one.edition}", one.backing)
            for number, one in enumerate(self.pathway.source_documents, 1)
        )
        return Table("Transcribed from", columns, tuple(rows), "close")

    def _row(self, anchor: str, head: tuple[Line, ...], says: str, backing: Backing) -> TableRow:
        cell = (
            Line((Part(says),), self.notes.marks(backing.evidence), backing.open),
            *self.notes.remark(backing.note),
        )
        return TableRow(anchor, head, (cell,))
