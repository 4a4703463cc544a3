"""A PGD or clinical protocol as the document that a clinical safety reviewer reads and signs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pharmacyfirst.content.choices import about, actions_of
from pharmacyfirst.content.written import SharedMedicine
from pharmacyfirst.kernel.evidence import Backed, Backing, Grade, Source, Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import PGD, Caution, Clause
from pharmacyfirst.kernel.questions import Choice, Question
from pharmacyfirst.paper.words import day, listed
from pharmacyfirst.review import doses
from pharmacyfirst.review.asked import Asked
from pharmacyfirst.review.headings import headings
from pharmacyfirst.review.identity import Identity, identity_of, whole
from pharmacyfirst.review.layout import Line, Part, Section, Table, TableRow, line, lines, named, row_of
from pharmacyfirst.review.notes import Notes, grades
from pharmacyfirst.review.once import wherever_offered
from pharmacyfirst.review.open_items import owed, places, table_of
from pharmacyfirst.review.questions import (
    conditions_of,
    explaining_tables,
    in_both,
    marks_of,
    named_table,
    names_in,
    questions_read,
)
from pharmacyfirst.review.wording import Wording

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class PGDDocument:
    """The whole document: what it is, its sections, and what stands at the end."""

    identity: Identity
    about: tuple[TableRow, ...]
    sections: tuple[Section, ...]
    open_items: Section
    questions: Section
    elsewhere: Section | None
    evidence: Section


def pgd_document(
    pathway: Pathway, pgd: PGD, medicine: SharedMedicine | None = None, sources: Mapping[str, Source] = Frozen()
) -> PGDDocument:
    """The document of one PGD of a pathway; ``medicine`` is what stands of it once for every condition, on the shared ``sources``."""
    return _PGDWriter(pathway, pgd, medicine, sources).document()


def judged_tables(pathway: Pathway, pgd: PGD, notes: Notes) -> Iterator[Table]:
    """What the document judges by and gives, for a page with notes of its own: clauses, cautions, products and doses."""
    writer = _PGDWriter(pathway, pgd, None, Frozen(), notes)
    yield writer.clauses("Every one of these has to hold", "Has to hold", pgd.inclusion)
    yield from writer.exclusions()
    if pgd.cautions:
        yield writer.cautions()
    if pgd.instructions:
        yield doses.instruction_table(pgd, notes, writer.wording)
    yield doses.product_table(pgd, notes)
    yield doses.dose_table(pgd, notes, writer.wording)


class _PGDWriter:
    """Writes one document from top to bottom, so that its notes are numbered as they are read."""

    def __init__(
        self,
        pathway: Pathway,
        pgd: PGD,
        medicine: SharedMedicine | None,
        sources: Mapping[str, Source],
        notes: Notes | None = None,
    ):
        self.pathway, self.pgd, self.medicine, self.lists = pathway, pgd, medicine, pathway.lists
        self.wording = Wording(pathway)
        self.notes = notes or Notes({**sources, **pathway.sources}, self.wording)
        self.conditions = conditions_of(pgd, pathway)

    def document(self) -> PGDDocument:
        about = tuple(self.about())
        sections = tuple(self.section(*heading) for heading in headings(self.pgd))
        open_items, questions = self.open_items(), self.questions()
        elsewhere = wherever_offered(self.medicine, self.pathway, self.pgd, self.notes) if self.medicine else None
        identity = identity_of(self.pathway, self.pgd)
        return PGDDocument(identity, about, sections, open_items, questions, elsewhere, self.evidence())

    def about(self) -> Iterator[TableRow]:
        """What the document is, before its particulars."""
        source = self.pgd.source_document
        title = Line((Part(source.title),), self.notes.marks(source.backing.evidence), source.backing.open)
        edition = line(f"{source.reference}, {source.edition}")
        yield _about("Transcribed from", title, edition, *self.notes.remark(source.backing.note))
        if self.pgd.document:
            others = [
                one.medicine
                for one in self.pathway.pgds.values()
                if one.document == self.pgd.document and one is not self.pgd
            ]
            too = f"; other medicines have it too ({listed(others)}), and it is read beside each of them"
            yield _about(
                "Signed document",
                line(f"{self.pgd.document}{too if others else ''}. What is adopted is this file, by its own digest."),
            )
        yield _about("Legal class", line(self.pgd.legal_class))
        users = self.statements("who may use it")
        yield _about("Who may use it", line(f"Professions: {listed(self.pgd.professions)}"), *users)
        if self.pgd.backing.open:
            yield _about(
                "Open items",
                Line((Part("of the document as a whole; every offer carries them"),), open=self.pgd.backing.open),
            )
        if self.pgd.backing.note:
            yield _about("Note", line(self.wording.in_prose(self.pgd.backing.note)))
        yield from self.unknown()

    def unknown(self) -> Iterator[TableRow]:
        """The particulars that are not known, so that nobody has to look for them."""
        found: dict[str, list[str]] = {"Not known": [], "Partly not known": []}
        for number, title, heading in headings(self.pgd):
            statements = self.pgd.particulars.get(heading, ())
            if any(map(_has_unknown, statements)) or (heading == "in force" and self.doubts()):
                whole = bool(statements) and all(map(_is_unknown, statements))
                found["Not known" if whole else "Partly not known"].append(f"({number}) {title}" if number else title)
        for what, titles in found.items():
            if titles:
                yield _about(what, line("; ".join(titles)))

    def section(self, number: int, title: str, heading: str) -> Section:
        said, tables = self.under(number, heading)
        anchor = f"particular-{number}" if number else "heading-" + "-".join(heading.split())
        return Section(anchor, f"({number})" if number else "", title, said, tables)

    def under(self, number: int, heading: str) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
        """What stands under a heading: lines, then tables."""
        match number, heading:
            case _, "in force":
                return self.period(), ()
            case _, "medicine":
                return (line(self.pgd.medicine),), ()
            case _, "inclusion":
                return (), (self.clauses("Every one of these has to hold", "Has to hold", self.pgd.inclusion),)
            case _, "exclusions":
                return (), tuple(self.exclusions())
            case _, "cautions":
                return (), (self.cautions(),)
            case _, "instructions":
                return (), (doses.instruction_table(self.pgd, self.notes, self.wording),)
            # One table of products and one of doses; the particulars that share them are said in short.
            case 9, _:
                return doses.strengths(self.pgd), ()
            case _, "products":
                return (), (doses.product_table(self.pgd, self.notes),)
            case _, "route":
                return (line(self.pgd.route),), ()
            case 12, _:
                return doses.by_row(self.pgd, doses.how_often), ()
            case 13, _:
                return doses.by_row(self.pgd, doses.days_in_words), ()
            case _, "doses":
                return (), (doses.dose_table(self.pgd, self.notes, self.wording),)
        return self.statements(heading), ()

    def period(self) -> tuple[Line, ...]:
        period = self.pgd.edition.in_force
        dates = self.pgd.edition.dates
        last = f" to {day(period.last)}, both days in." if period.last else ". No last day is known."
        said = Line((Part(f"From {day(period.first)}{last}"),), self.notes.marks(dates.evidence))
        what = "Last day unverified" if period.last else "Days unverified"
        doubt = (Line((Part(what, "unknown"),), open=self.doubts()),) if self.doubts() else ()
        return (said, *doubt, *self.notes.remark(dates.note))

    def doubts(self) -> tuple[str, ...]:
        """The open items that doubt the days."""
        return self.pgd.edition.dates.open

    def statements(self, heading: str) -> tuple[Line, ...]:
        return tuple(one for said in self.pgd.particulars.get(heading, ()) for one in self.statement(said))

    def statement(self, said: Statement) -> Iterator[Line]:
        """A statement; one that is not known is marked so, whatever else it says."""
        words, rest = (Part(said.says),), said.says
        if _is_unknown(said):
            if rest.lower().startswith(NOT_KNOWN):
                rest = rest[len(NOT_KNOWN) :].lstrip(" .,;:")
            words = (Part("Not known", "unknown"), *((Part(rest),) if rest else ()))
        readers = _said_to(said.audience, said.forms)
        yield Line((*words, *readers), self.notes.marks(said.backing.evidence), said.backing.open)
        yield from self.notes.remark(said.backing.note)

    def clauses(self, caption: str, how: str, clauses: tuple[Clause, ...]) -> Table:
        columns = Part("Id", "id"), Part("In words", "wide"), Part(how, "judged")
        return Table(caption, columns, tuple(map(self.clause, clauses)))

    def clause(self, clause: Clause) -> TableRow:
        words = (
            Line((Part(clause.says),), self.notes.marks(clause.backing.evidence)),
            *lines(f"Why: {clause.because}" if clause.because else "", "note"),
            *lines(f"The bar “{clause.bar}” of the medicine." if clause.bar else "", "note"),
            *self.notes.remark(clause.backing.note),
        )
        return TableRow(clause.id, named(clause.id, clause.backing.open), (words, tuple(self.judged(clause))))

    def judged(self, clause: Clause) -> Iterator[Line]:
        """The sentence of a clause, or the criteria with which the pathway has stopped such a person already."""
        if clause.sentence is not None:
            yield from in_both(clause.sentence, self.wording)
        if clause.covered_by:
            yield line(f"Judged {self.by_whom(clause)} by")
        for name in clause.covered_by:
            yield from self.stopped_by(name)

    def by_whom(self, clause: Clause) -> str:
        stops = {criterion.id for criterion in self.pathway.stopping}
        if stops.issuperset(clause.covered_by):
            return "in the pathway"
        return "in this document" if stops.isdisjoint(clause.covered_by) else "in the pathway and in this document"

    def stopped_by(self, name: str) -> Iterator[Line]:
        """The criterion of that id, with its sentence."""
        for criterion in (*self.pathway.stopping, *self.pgd.judged()):
            if criterion.id == name and criterion.sentence is not None:
                when = " stops unless " if criterion.must else " stops when "
                plainly = " ".join(self.wording.lines(criterion.sentence))
                yield Line((Part(name, "code together"), Part(f"{when}{plainly}")))
                yield line(criterion.in_words(), "exact")

    def exclusions(self) -> Iterator[Table]:
        if self.pgd.exclusions:
            yield self.clauses("Any one of these excludes", "Excluded when", self.pgd.exclusions)
        if self.pgd.every_medicine:
            caption = f"Any one of these excludes, from every medicine of this {whole(self.pathway)}"
            yield self.clauses(caption, "Excluded when", self.pgd.every_medicine)
        yield from self.differences()
        for fact in self.pathway.questions.values():
            yield from self.barring(fact)
            yield from self.calling(fact)

    def differences(self) -> Iterator[Table]:
        """The bars of the medicine that this document asks otherwise, or not at all."""
        rows = tuple(
            TableRow(
                f"differs-{one.name}",
                named(one.name, one.backing.open),
                (
                    (
                        Line((Part(one.because),), self.notes.marks(one.backing.evidence)),
                        *self.notes.remark(one.backing.note),
                    ),
                ),
            )
            for one in self.pgd.differs
        )
        if rows:
            columns = Part("Bar", "name"), Part("Why it is not judged here as it is elsewhere", "wide")
            yield Table("What bars the medicine elsewhere and is asked otherwise here, or not at all", columns, rows)

    def barring(self, fact: Question) -> Iterator[Table]:
        """The answers of a question that rule this medicine out: for medicines that interact above all."""
        rows = tuple(
            self.answer(fact, value, graded) for value in fact.choices if (graded := tuple(self.barred_by(fact, value)))
        )
        if rows:
            columns = Part("Answer", "name"), Part("In words", "wide"), Part("Grade", "grades")
            yield Table(f"“{fact.ask}” These answers rule this medicine out", columns, rows)

    def barred_by(self, fact: Question, value: Choice) -> Iterator[Line]:
        """The grades on which an answer rules this medicine out; nothing where it does not."""
        for origin in value.origins:
            for bar in origin.bars:
                if bar.pgd == self.pgd.id:
                    shared, evidence = self.lists.get(origin.shared), bar.backing.evidence
                    yield Line((Part(grades(evidence)),), self.notes.bare_marks(evidence, shared))

    def answer(self, fact: Question, value: Choice, graded: tuple[Line, ...]) -> TableRow:
        reasons = (bar.because for bar in value.bars if bar.pgd == self.pgd.id and bar.because)
        why = (line(f"Why: {reason}", "note") for reason in reasons)
        # What is called for with another medicine only is said in that one's document.
        action = lines(f"What to do: {value.action}" if value.action and not actions_of(value) else "")
        words = (line(value.says or value.name), *why, *action, *self.notes.remark(self.backing_of(value).note))
        return TableRow(
            f"answer-{fact.name}-{value.name}", named(value.name, self.backing_of(value).open), (words, graded)
        )

    def calling(self, fact: Question) -> Iterator[Table]:
        """The answers that do not rule this medicine out and call for something to be done."""
        rows = tuple(self.action(fact, value) for value in fact.choices if self.calls_for(value))
        if rows:
            columns = Part("Answer", "name"), Part("In words"), Part("What to do")
            yield Table(f"“{fact.ask}” These answers do not rule it out, and call for something", columns, rows)

    def calls_for(self, value: Choice) -> str:
        """What an answer calls for where this medicine is offered."""
        actions = actions_of(value)
        if actions:
            return "; ".join(action.says for action in actions if action.pgd == self.pgd.id)
        return "" if value.bars else value.action

    def action(self, fact: Question, value: Choice) -> TableRow:
        backing = self.backing_of(value)
        words = (line(value.says or value.name), *self.notes.remark(backing.note))
        marks = tuple(
            mark
            for origin in value.origins
            for action in origin.actions
            if action.pgd == self.pgd.id
            for mark in self.notes.marks(action.backing.evidence, self.lists.get(origin.shared))
        )
        said = Line((Part(self.calls_for(value)),), marks or marks_of(value, self.lists, self.notes))
        return TableRow(f"action-{fact.name}-{value.name}", named(value.name, backing.open), (words, (said,)))

    def backing_of(self, value: Choice) -> Backing:
        """What stands behind an answer, as far as it is about this medicine."""
        return about(value, (self.pgd.id,)).backing

    def cautions(self) -> Table:
        columns = Part("Id", "id"), Part("In words", "wide"), Part("What to do"), Part("Comes up when", "dated")
        return Table(
            "To be weighed, or told to the patient; none of them changes the outcome",
            columns,
            tuple(map(self.caution, self.pgd.cautions)),
        )

    def caution(self, caution: Caution) -> TableRow:
        says = Part(caution.says), *_said_to(caution.audience, caution.forms)
        words = (
            Line(says, self.notes.marks(caution.backing.evidence)),
            *self.notes.remark(caution.backing.note),
        )
        when = in_both(caution.sentence, self.wording) if caution.sentence else (line("always"),)
        return TableRow(caution.id, named(caution.id, caution.backing.open), (words, (line(caution.action),), when))

    def open_items(self) -> Section:
        where = places((*self.pgd.backed(), *self.named_besides()))
        others = [item for item in self.pathway.open_items if item not in where]
        rest = (
            (Line((Part(f"The {whole(self.pathway)} has more, which this document does not name: "), *row_of(others))),)
            if others
            else ()
        )
        said = owed(self.pathway, "its open items")
        tables = (table_of(self.pathway, where, self.notes),) if where else ()
        return Section("open-items", "", "Open items", (said, *rest), tables)

    def named_besides(self) -> Iterator[Backed]:
        """What this document shows of the pathway's file: exclusions of every medicine, answers, scores and definitions."""
        yield from (Backed(PATHWAY, one.id, one.backing) for one in self.pgd.every_medicine)
        asked = questions_read(self.conditions, self.pathway)
        for fact in self.pathway.questions.values():
            for value in fact.choices:
                bars_this = any(bar.pgd == self.pgd.id for bar in value.bars)
                if bars_this or self.calls_for(value) or (not value.bars and fact in asked):
                    yield Backed(PATHWAY, fact.with_answer(value.name), self.backing_of(value))
        used = {name for condition in self.conditions for name in names_in(condition)}
        yield from (Backed(PATHWAY, one.place, one.backing) for one in self.pathway.named if one.name in used)

    def questions(self) -> Section:
        facts = questions_read(self.conditions, self.pathway)
        tables = (
            *named_table(self.conditions, self.pathway, self.notes),
            *((Asked(self.pathway, self.notes).table("Questions", facts),) if facts else ()),
            *explaining_tables(facts, self.lists, self.notes),
        )
        said = line("What the sentences above ask, and what the names in them stand for.")
        return Section("questions", "", "Questions behind the sentences", (said,), tables)

    def evidence(self) -> Section:
        said = "Each superscript gives the grades of a clause and the number of its note."
        ids = ", ".join(one.id for one in self.pathway.conflicts)
        where = f"Where sources disagree ({ids}): the document of the pathway, under “Conflicts”."
        return Section("evidence", "", "Evidence", (line(said), *lines(where if ids else "")), self.notes.tables())


def _about(what: str, *said: Line) -> TableRow:
    return TableRow("about-" + "-".join(what.lower().split()), (line(what),), (said,))


def _said_to(readers: tuple[str, ...], forms: tuple[str, ...]) -> tuple[Part, ...]:
    """Whom a statement is for, and the forms of product with which alone it is said, in small after it."""
    with_forms = f", with {listed(forms, 'or')} only" if forms else ""
    return (Part(f" For the {listed(readers, 'and the')}{with_forms}.", "reader"),) if readers else ()


def _is_unknown(said: Statement) -> bool:
    """Whether nothing of a statement is known; what is unknown in part names the part after a comma."""
    return any(one.grade is Grade.UNKNOWN and not one.about for one in said.backing.evidence)


def _has_unknown(said: Statement) -> bool:
    return any(one.grade is Grade.UNKNOWN for one in said.backing.evidence)
