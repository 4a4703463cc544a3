"""The questions, scores and definitions behind a document's sentences, so that a reviewer can read them without another file."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pharmacyfirst.kernel.conditions import Condition, Count, Defined
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.pathway import Named, Pathway, SharedList
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import Answer, Choice, Question
from pharmacyfirst.review.layout import Line, Mark, Part, Table, TableRow, line, lines
from pharmacyfirst.review.notes import Notes

# The headings of a readable shared list, with what a thing under each counts as.
COUNTS_AS = {"items": "severe", "non_severe": "not severe", "none": "none", "examples": "(example)"}


def conditions_of(pgd: PGD, pathway: Pathway) -> tuple[Condition, ...]:
    """The sentences of a document, and those with which the pathway stops whom its covered clauses name."""
    clauses = (*pgd.inclusion, *pgd.exclusions, *pgd.every_medicine)
    covering = {one for clause in clauses for one in clause.covered_by}
    stops = tuple(criterion for criterion in pathway.stopping if criterion.id in covering)
    own = (*clauses, *pgd.cautions, *pgd.doses, *stops)
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
    rows = tuple(_named_row(one, notes) for one in pathway.named if one.name in used)
    columns = Part("Name", "name"), Part("What it means"), Part("Sentence", "wide")
    return (Table("Scores and definitions", columns, rows),) if rows else ()


def _named_row(named: Named, notes: Notes) -> TableRow:
    what = "a score, one point for each of" if named.points else "a definition"
    means = Line((Part(named.says or what),), notes.marks(named.backing.evidence), named.backing.open)
    return TableRow(
        named.id or f"name-{named.name}",
        (line(named.name, "code"), *lines(named.id, "code"), *((line(what, "note"),) if named.says else ())),
        (
            (means, *lines(remark(named.backing.note), "note")),
            tuple(line(words, "code") for words in _sentences(named)),
        ),
    )


def _sentences(named: Named) -> tuple[str, ...]:
    """The points of a score one by one; a definition as one sentence."""
    condition = named.sentence
    if named.points and isinstance(condition, Count):
        return tuple(item.in_words() for item in condition.items)
    return (condition.in_words(),)


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


def questions_table(facts: Iterable[Question], lists: Mapping[str, SharedList], notes: Notes) -> Table:
    """The questions in words."""
    columns = Part("Name", "name"), Part("Question", "wide"), Part("Answer", "answer")
    return Table("Questions", columns, tuple(_question_row(fact, lists, notes) for fact in facts))


def _question_row(fact: Question, lists: Mapping[str, SharedList], notes: Notes) -> TableRow:
    remarks = (
        "Only the clinician can answer it." if fact.judgement else "",
        f"Asked when {fact.asked_when.in_words()}." if fact.asked_when else "",
        f"The list “{lists[fact.explained_by].title}” stands below." if fact.explained_by else "",
        remark(fact.backing.note),
    )
    asked = (line(fact.ask), *(line(words, "note") for words in remarks if words))
    return TableRow(f"question-{fact.name}", (line(fact.name, "code"),), (asked, _answers(fact, lists, notes)))


def _answers(fact: Question, lists: Mapping[str, SharedList], notes: Notes) -> tuple[Line, ...]:
    match fact.answer:
        case Answer.YES_NO | Answer.DATE:
            return (line("yes or no" if fact.answer is Answer.YES_NO else "a date"),)
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            return (line(f"a {fact.answer.value} from {_limit(fact.low)} to {_limit(fact.high)} ({fact.unit})"),)
    each = (one for value in fact.choices for one in _answer(fact, value, lists, notes))
    return (line(f"{fact.answer.value}:"), *each)


def _answer(fact: Question, value: Choice, lists: Mapping[str, SharedList], notes: Notes) -> Iterator[Line]:
    """One answer. What it bars or calls for stands under the exclusions, with its evidence, so here its name is enough."""
    says = (Part(f": {value.says}"),) if value.says not in ("", value.name) else ()
    if value.bars or value.action:
        yield Line((Part(value.name, "code"), *says))
    else:
        yield Line((Part(value.name, "code"), *says), marks_of(fact, value, lists, notes), value.backing.open)
        yield from lines(remark(value.backing.note), "note")


def marks_of(fact: Question, value: Choice, lists: Mapping[str, SharedList], notes: Notes) -> tuple[Mark, ...]:
    """The evidence of an answer, that of shared lists and that of the condition apart."""
    return tuple(
        mark for origin in value.origins for mark in notes.marks(origin.backing.evidence, lists.get(origin.shared))
    )


def _limit(number: Decimal | None) -> str:
    return plain(number) if number is not None else "any"


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
                    *lines(remark(one.backing.note), "note"),
                ),
            ),
        )
        for heading, number, one in said
    )
    return Table(shared.title, (Part("Counts as", "short"), Part("What it says", "wide")), rows, "close")


def remark(note: str) -> str:
    """A note for the reviewer, named as one."""
    return f"Note: {note}" if note else ""
