"""What to ask next, as JSON: the conversation as it stands, for a form in another language.

It is the conversation of the terminal and of our own form (``conversation``), and decides nothing.
"""

from typing import Any, NamedTuple

from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.answers import read_input
from pharmacyfirst.contract.conversation import Conversation, Put, ScoreSoFar, StageSoFar, Stands, converse
from pharmacyfirst.kernel.fields import (
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    BlockOf,
    FieldTable,
    JsonField,
    ListOf,
    OneWord,
    OrNone,
    Plain,
)
from pharmacyfirst.kernel.pathway import Criterion, Page
from pharmacyfirst.kernel.tables import OUTCOME

# fmt: off
PUT: FieldTable[Put] = FieldTable(
    "QuestionNow",
    "A question of a page as it stands.",
    (
        JsonField("name", lambda one: one.question.name, TEXT, "The name of the fact."),
        JsonField("stands", lambda one: one.stands.value, OneWord(tuple(one.value for one in Stands)), "Answered, open, of no more weight, or not put to this person."),
        JsonField("in_the_way", lambda one: one.in_the_way, YES_NO, "Whether nobody knows the answer and it can still change the outcome."),
    ),
)

STOPPED: FieldTable[Criterion] = FieldTable(
    "Stopped",
    "A stopping criterion that is met.",
    (
        JsonField("id", lambda one: one.id, TEXT, "Its id."),
        JsonField("says", lambda one: one.because, TEXT, "Why it stops."),
        JsonField("questions", lambda one: one.reads, ListOf(TEXT), "The questions that it reads."),
    ),
)

STAGE: FieldTable[StageSoFar] = FieldTable(
    "StageNow",
    "A heading of stopping criteria: how far it is.",
    (
        JsonField("title", lambda one: one.title, TEXT, "The heading."),
        JsonField("clear", lambda one: one.clear, WHOLE_NUMBER, "How many of its criteria are known and clear."),
        JsonField("of", lambda one: one.of, WHOLE_NUMBER, "How many there are."),
        JsonField("met", lambda one: one.met, YES_NO, "Whether one of them is met."),
    ),
)

SCORE: FieldTable[ScoreSoFar] = FieldTable(
    "ScoreNow",
    "A score that the pathway counts, of which something is known.",
    (
        JsonField("title", lambda one: one.title, TEXT, "Its name."),
        JsonField("fewest", lambda one: one.fewest, WHOLE_NUMBER, "The fewest points it can come to."),
        JsonField("most", lambda one: one.most, WHOLE_NUMBER, "The most points it can come to."),
        JsonField("of", lambda one: one.of, WHOLE_NUMBER, "Of how many."),
    ),
)


class _PageNow(NamedTuple):
    """A page with the conversation that it is a page of."""

    page: Page
    so_far: Conversation


PAGE: FieldTable[_PageNow] = FieldTable(
    "PageNow",
    "A page, with its questions as they stand.",
    (
        JsonField("title", lambda one: one.page.title, TEXT, "Its title."),
        JsonField("questions", lambda one: one.so_far.put(one.page), ListOf(BlockOf(PUT)), "Its questions, in the order to ask them."),
    ),
)

NEXT: FieldTable[Conversation] = FieldTable(
    "Next",
    "What to ask next, and how the conversation stands. It decides nothing: the assessment does.",
    (
        JsonField("pathway", lambda one: one.pathway.id, TEXT, "The id of the pathway."),
        JsonField("version", lambda one: one.pathway.edition.version, TEXT, "Its version."),
        JsonField("as_of", lambda one: one.assessment.on.isoformat(), Plain.DAY, "The day."),
        JsonField("decided", lambda one: one.decided, YES_NO, "Whether there is an outcome."),
        JsonField("outcome", lambda one: one.assessment.outcome, BlockOf(OUTCOME), "The outcome so far."),
        JsonField("emergency", lambda one: one.emergency, YES_NO, "Whether the person has to go at once, so that nothing more is asked."),
        JsonField("ask", lambda one: None if one.emergency else next(iter(one.open), None), OrNone(TEXT), "The question to put now; null where nothing is left to ask."),
        JsonField("open", lambda one: () if one.emergency else one.open, ListOf(TEXT), "All that is to be asked as things stand, in order."),
        JsonField("could_be_more_urgent", lambda one: one.could_be_more_urgent, ListOf(TEXT), "Beside an outcome: what was not answered and could make it more urgent."),
        JsonField("in_the_way", lambda one: one.in_the_way, ListOf(TEXT), "What was asked, is not known, and can still change the outcome."),
        JsonField("no_longer_asked", lambda one: one.emptied(), ListOf(TEXT), "Answers given to questions that this person is not asked any more: take them out."),
        JsonField("stopped", lambda one: one.stopped, ListOf(BlockOf(STOPPED)), "The stopping criteria that are met."),
        JsonField("contradictions", lambda one: one.contradictions, ListOf(BlockOf(STOPPED)), "Those of them that say two answers contradict each other: show it, and ask the second again, once."),
        JsonField("stages", lambda one: one.stages, ListOf(BlockOf(STAGE)), "The headings of the stopping criteria."),
        JsonField("scores", lambda one: one.scores, ListOf(BlockOf(SCORE)), "The scores of which something is known."),
        JsonField("medicines_looked_at", lambda one: one.checked, ListOf(TEXT), "The medicines whose documents are being gone through; none is an offer."),
        JsonField("pages", lambda one: [_PageNow(page, one) for page in one.pages], ListOf(BlockOf(PAGE)), "The pages, with every question as it stands."),
    ),
)
# fmt: on


def what_next(library: Library, given: Any) -> dict[str, Any]:
    """What to ask next of one input object, as JSON holds it. A fact that is null was asked for and nobody knows it. Raises ``Refused``."""
    pathway, day, facts = read_input(given)
    return NEXT.as_dict(converse(library.in_force(pathway, day), dict(facts), day))
