"""The questions of a pathway as data, for whoever builds a form of their own: pages, order, words, what fits, and what an answer rules out.

What is given back is what ``assess`` takes. ``missing`` of an assessment says which of these can still change the outcome; asked in the
order of the pages they make a consultation (docs/questions.md).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pharmacyfirst.errors import must_be
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.fields import (
    NUMBER,
    TEXT,
    YES_NO,
    BlockOf,
    FieldTable,
    JsonField,
    ListOf,
    OneWord,
    OrNone,
    Plain,
)
from pharmacyfirst.kernel.pathway import Page, Pathway
from pharmacyfirst.kernel.questions import Answer, Choice, Moment, Question
from pharmacyfirst.kernel.tables import IF_NOT_ANSWERED

LONGEST, SHORTEST = "as long as possible", "as short as possible"

CHOICE: FieldTable[Choice] = FieldTable(
    "Choice",
    "One of the answers to choose from.",
    (
        JsonField("name", lambda one: one.name, TEXT, "The answer as it is given back."),
        JsonField("says", lambda one: one.says, TEXT, "Its words on a page."),
        JsonField(
            "group",
            lambda one: one.group or None,
            OrNone(TEXT),
            "The group it is listed under; null for none.",
        ),
        JsonField("bars", lambda one: [bar.pgd for bar in one.bars], ListOf(TEXT), "The documents that it rules out."),
    ),
)

MOMENT: FieldTable[Moment] = FieldTable(
    "Moment",
    "From when until when hours are counted.",
    (
        JsonField("since", lambda one: one.since, TEXT, "What they are counted from."),
        JsonField("until", lambda one: one.until, TEXT, "What they are counted to."),
        JsonField(
            "day_only",
            lambda one: LONGEST if one.as_long_as_possible else SHORTEST,
            OneWord((LONGEST, SHORTEST)),
            "How to count where only the day is known: from its first moment, or from its last.",
        ),
    ),
)

QUESTION: FieldTable[Question] = FieldTable(
    "Question",
    "One question, and what fits.",
    (
        JsonField("name", lambda one: one.name, TEXT, "The name of the fact, under which the answer is given back."),
        JsonField("called", lambda one: one.called, TEXT, "What it is called in a few words."),
        JsonField("ask", lambda one: one.ask, TEXT, "The question."),
        JsonField("help", lambda one: one.help or None, OrNone(TEXT), "What the pharmacist may want to know; null for nothing."),
        JsonField(
            "answer", lambda one: one.answer.value, OneWord(tuple(answer.value for answer in Answer)), "The type of the answer."
        ),
        JsonField("lowest", lambda one: one.low, OrNone(NUMBER), "The smallest number that fits."),
        JsonField("highest", lambda one: one.high, OrNone(NUMBER), "The largest number that fits."),
        JsonField("unit", lambda one: one.unit or None, OrNone(TEXT), "What stands after the number."),
        JsonField("singular", lambda one: one.singular or one.unit or None, OrNone(TEXT), "What stands after the number 1."),
        JsonField("choices", lambda one: one.choices, ListOf(BlockOf(CHOICE)), "The answers to choose from."),
        JsonField("judgement", lambda one: one.judgement, YES_NO, "Whether only the clinician can answer; never filled in beforehand."),
        JsonField(
            "asked_when",
            lambda one: one.asked_when.in_words() if one.asked_when is not None else None,
            OrNone(TEXT),
            "Of whom it is asked, as the content says it; null for everybody.",
        ),
        JsonField(
            "asked_when_reads",
            lambda one: one.asked_when.facts() if one.asked_when is not None else (),
            ListOf(TEXT),
            "The questions that say whether it is asked; they stand before it.",
        ),
        JsonField(
            "if_not_answered",
            lambda one: one.if_not_answered and one.if_not_answered.key,
            OrNone(OneWord(tuple(kind.key for kind in IF_NOT_ANSWERED))),
            "How to refer where it cannot be answered, if the question says so itself; else the assessment does.",
        ),
        JsonField("hours_since", lambda one: one.moment, OrNone(BlockOf(MOMENT)), "From when hours are counted; null for no hours."),
        JsonField("explained_by", lambda one: one.explained_by or None, OrNone(TEXT), "The shared list that explains it; null for none."),
    ),
)  # fmt: skip

PROMPT: FieldTable[Statement] = FieldTable(
    "Prompt",
    "Something to show the pharmacist.",
    (
        JsonField("id", lambda one: one.id, TEXT, "Its id."),
        JsonField("says", lambda one: one.says, TEXT, "The words."),
        JsonField(
            "at", lambda one: one.at, ListOf(TEXT), "Where: titles of pages, headings of criteria, kinds of outcome."
        ),
    ),
)


class OfCriterion(NamedTuple):
    """Two answers that contradict each other: the criterion that says so."""

    id: str
    says: str
    questions: tuple[str, ...]


CONTRADICTION: FieldTable[OfCriterion] = FieldTable(
    "Contradiction",
    "Answers that cannot both be true. Show it at the second of them; it stops, and is not refused.",
    (
        JsonField("id", lambda one: one.id, TEXT, "The id of the criterion."),
        JsonField("says", lambda one: one.says, TEXT, "What is wrong, in words."),
        JsonField("questions", lambda one: one.questions, ListOf(TEXT), "The questions whose answers it compares."),
    ),
)

PAGE: FieldTable[Page] = FieldTable(
    "Page",
    "One page of the conversation.",
    (
        JsonField("title", lambda one: one.title, TEXT, "Its title."),
        JsonField("questions", lambda one: one.facts, ListOf(TEXT), "The questions on it, in the order to ask them."),
    ),
)

QUESTIONS: FieldTable[Pathway] = FieldTable(
    "Questions",
    "The questions of a pathway: what a form needs. It decides nothing.",
    (
        JsonField("pathway", lambda one: one.id, TEXT, "The id of the pathway."),
        JsonField("version", lambda one: one.edition.version, TEXT, "Its version."),
        JsonField("title", lambda one: one.title, TEXT, "Its title."),
        JsonField("title_for_patients", lambda one: one.title_for_patients, TEXT, "What a patient calls it."),
        JsonField("pages", lambda one: one.pages, ListOf(BlockOf(PAGE)), "The pages, in order; every question stands on one."),
        JsonField("questions", lambda one: list(one.questions.values()), ListOf(BlockOf(QUESTION)), "The questions."),
        JsonField("contradictions", lambda one: _contradictions(one), ListOf(BlockOf(CONTRADICTION)), "Answers that cannot both be true."),
        JsonField("prompts", lambda one: one.prompts, ListOf(BlockOf(PROMPT)), "What to show the pharmacist, and where."),
        JsonField("content_digest", lambda one: one.content_digest, Plain.DIGEST, "The digest of the pathway file and its documents."),
    ),
)  # fmt: skip


def _contradictions(pathway: Pathway) -> Iterable[OfCriterion]:
    criteria = {criterion.id: criterion for criterion in pathway.stopping}
    return [OfCriterion(id, criteria[id].because, criteria[id].reads) for id in pathway.cannot_be]


def questions(pathway: Pathway) -> dict[str, Any]:
    """The questions of a pathway as JSON holds them (docs/schema/questions.schema.json); numbers are int or Decimal.

    Raises ``WrongKind`` for anything but a pathway.
    """
    must_be(Pathway, pathway=pathway)
    return QUESTIONS.as_dict(pathway)
