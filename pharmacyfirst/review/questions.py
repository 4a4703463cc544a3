"""The questions, scores and definitions behind a document's sentences, so that a reviewer can read them without another file."""

from collections.abc import Iterable, Iterator, Mapping

from pharmacyfirst.kernel.conditions import Condition, Count, Defined
from pharmacyfirst.kernel.pathway import Named, Pathway, SharedList
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import Choice, Question
from pharmacyfirst.review.layout import Line, Mark, Part, Table, TableRow, line, lines
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.wording import Wording

# The headings of a readable shared list, with what a thing under each counts as.
COUNTS_AS = {"items": "severe", "non_severe": "not severe", "none": "none", "examples": "(example)"}


def conditions_of(pgd: PGD, pathway: Pathway) -> tuple[Condition, ...]:
    """The sentences of a document, and those with which the pathway stops whom its covered clauses name."""
    clauses = (*pgd.inclusion, *pgd.exclusions, *pgd.every_medicine)
    covering = {one for clause in clauses for one in clause.covered_by}
    stops = tuple(criterion for criterion in pathway.stopping if criterion.id in covering)
    own = (*clauses, *pgd.cautions, *pgd.doses, *pgd.instructions, *stops)
    return tuple(one.sentence for one in own if one.sentence is not None)


def names_in(condition: Condition) -> Iterator[str]:
    """The scores and definitions that a sentence names, and those that these name."""
    if isinstance(condition, Defined):
        yield condition.name
        yield from names_in(condition.body)
    elif isinstance(condition, Count):
        yield from (condition.name,) if condition.name else ()
        for item in condition.items:
            yield from names_in(item)


def named_table(conditions: Iterable[Condition], pathway: Pathway, notes: Notes) -> tuple[Table, ...]:
    """What the scores and definitions of these sentences mean."""
    used = {name for condition in conditions for name in names_in(condition)}
    return table_of_named((one for one in pathway.named if one.name in used), pathway, notes)


def table_of_named(named: Iterable[Named], pathway: Pathway, notes: Notes) -> tuple[Table, ...]:
    """What these scores and definitions mean, as a table; none where there are none."""
    wording, named = Wording(pathway), tuple(named)
    meant = tuple(_named_row(one, wording, notes) for one in named if one.says or one.points)
    bare = tuple(_bare_row(one, wording, notes) for one in named if not (one.says or one.points))
    columns = Part("Name", "name"), Part("What it means"), Part("Sentence", "wide")
    of_bare = Part("Name", "name"), Part("Sentence", "wide")
    tables = (
        Table("Scores and definitions", columns, meant),
        Table("Parts of those above, without words of their own", of_bare, bare, "close"),
    )
    return tuple(one for one in tables if one.rows)


def _named_row(named: Named, wording: Wording, notes: Notes) -> TableRow:
    what = "a score, one point for each of" if named.points else "a definition"
    means = Line((Part(named.says or what),), notes.marks(named.backing.evidence), named.backing.open)
    return TableRow(
        named.id or f"name-{named.name}",
        (line(named.name, "code"), *lines(named.id, "code"), *((line(what, "note"),) if named.says else ())),
        (
            (means, *notes.remark(named.backing.note)),
            tuple(_meaning(named, wording)),
        ),
    )


def _bare_row(named: Named, wording: Wording, notes: Notes) -> TableRow:
    """A definition that only joins sentences: it is read where another one uses it, so a line or two are enough."""
    plainly, exact = " ".join(wording.lines(named.sentence)), named.sentence.in_words()
    says = Line((Part(plainly),), notes.marks(named.backing.evidence), named.backing.open)
    return TableRow(
        named.id or f"name-{named.name}",
        (line(named.name, "code"), *lines(named.id, "code")),
        ((says, line(exact, "exact"), *notes.remark(named.backing.note)),),
    )


def _meaning(named: Named, wording: Wording) -> Iterator[Line]:
    """The points of a score one by one; a definition as one sentence; each in plain words and as the program reads it."""
    condition = named.sentence
    each = condition.items if named.points and isinstance(condition, Count) else (condition,)
    for one in each:
        yield from in_both(one, wording)


def in_both(sentence: Condition, wording: Wording) -> tuple[Line, ...]:
    """A sentence in plain words, and in small as the program reads it."""
    return (*map(line, wording.lines(sentence)), line(sentence.in_words(), "exact"))


def questions_read(conditions: Iterable[Condition], pathway: Pathway) -> tuple[Question, ...]:
    """The questions that these sentences read, in the order in which the pathway asks them; and what decides whether to ask."""
    read = {fact for condition in conditions for fact in condition.facts()}
    gates = {
        name
        for fact in pathway.questions.values()
        if fact.name in read and fact.asked_when is not None
        for name in fact.asked_when.facts()
    }
    return tuple(fact for fact in pathway.questions.values() if fact.name in read | gates)


def marks_of(value: Choice, lists: Mapping[str, SharedList], notes: Notes) -> tuple[Mark, ...]:
    """The evidence of an answer, that of shared lists and that of the condition apart."""
    return tuple(
        mark for origin in value.origins for mark in notes.marks(origin.backing.evidence, lists.get(origin.shared))
    )


def explaining_tables(facts: Iterable[Question], lists: Mapping[str, SharedList], notes: Notes) -> tuple[Table, ...]:
    """The readable lists that explain these questions."""
    names = dict.fromkeys(fact.explained_by for fact in facts if fact.explained_by)
    return tuple(_explaining(lists[name], notes) for name in names)


def _explaining(shared: SharedList, notes: Notes) -> Table:
    said = (
        (heading, number, one) for heading in COUNTS_AS for number, one in enumerate(shared.parts.get(heading, ()), 1)
    )
    rows = tuple(
        TableRow(
            f"{shared.name}-{heading}-{number}",
            (line(COUNTS_AS[heading]),),
            (
                (
                    Line((Part(one.says),), notes.marks(one.backing.evidence, shared), one.backing.open),
                    *notes.remark(one.backing.note),
                ),
            ),
        )
        for heading, number, one in said
    )
    return Table(shared.title, (Part("Counts as", "short"), Part("What it says", "wide")), rows, "close")


def earlier(what: str, was: tuple[str, ...]) -> tuple[Line, ...]:
    """The names of a question or an answer in earlier versions, for whoever compares records; a line where there are any."""
    said = Part(f"In an earlier version {what} was ", "note"), Part(", ".join(was), "ident"), Part(".", "note")
    return (Line(said),) if was else ()
