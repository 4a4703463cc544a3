"""The words that a consultation was decided by: its condition, reasons, answers, red flags and scores, as they stood on the day."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pharmacyfirst.kernel.conditions import Count
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, Pathway
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.record.fields import Coded, Recorded, Words


class ReasonOnRecord(Recorded):
    """A criterion or row that decided, in words, and where it sends the patient."""

    id: Words
    stage: Words
    says: Words
    where_to: Words | None = None


class AnswerOnRecord(Recorded):
    """A question and its answer in words; ``judgement`` marks what only the clinician could answer.

    ``called`` is the question in a few words; a record made before there was one goes by the name of the fact.
    """

    fact: Words
    asks: Words
    answer: Words
    judgement: bool = False
    called: Words | None = None

    @property
    def in_short(self) -> str:
        """The question in a few words."""
        return self.called or self.fact.replace("_", " ")


class AnswerNotKnown(Recorded):
    """A question that was asked and to which nobody knew the answer, which is another thing than one that was never asked."""

    fact: Words
    asks: Words
    called: Words | None = None

    @property
    def in_short(self) -> str:
        """The question in a few words."""
        return self.called or self.fact.replace("_", " ")


class RedFlag(Recorded):
    """A criterion that would send the patient to hospital, or somewhere the same day, and how it was judged."""

    id: Words
    says: Words
    verdict: Literal["met", "not met", "not known"]


class Score(Recorded):
    """A score that the pathway counts, with its items as they were judged; ``fewest`` and ``most`` differ where one is not known."""

    name: Words
    fewest: int
    most: int
    out_of: int
    items: tuple[AnswerOnRecord, ...]

    def in_words(self) -> str:
        """For instance ``FeverPAIN 3 of 5``."""
        points = str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"{self.name} {points} of {self.out_of}"


class InWords(Recorded):
    """The words the consultation was decided by, kept because the content they come from will change.

    ``presented_with`` is what the patient came with, where it is not established that they have the condition. ``not_known`` are the
    questions that could still have changed the outcome; ``asked_not_known`` those that were asked, and nobody knew. A service that looks
    for something, or prevents it, has no ``condition``; ``nothing_to_supply``: it has no medicines.
    """

    title: Words
    condition: Coded | None = None
    nothing_to_supply: Literal[True] | None = None
    presented_with: Words | None = None
    reasons: tuple[ReasonOnRecord, ...] = ()
    answers: tuple[AnswerOnRecord, ...] = ()
    not_known: tuple[Words, ...] = ()
    asked_not_known: tuple[AnswerNotKnown, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    scores: tuple[Score, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Where the reasons send the patient, in their order."""
        return tuple(reason.where_to for reason in self.reasons if reason.where_to)


# From the kernel


def words_of(assessment: Assessment, facts: Mapping[str, Any]) -> InWords:
    """The words that the consultation was decided by. ``facts`` are those that were assessed, an answer that is not known as None."""
    pathway = assessment.pathway
    answers = tuple(
        _answer(pathway.questions[name], assessment.known[name])
        for name in pathway.questions
        if name in assessment.known
    )
    return InWords(
        title=pathway.title,
        condition=condition_code(pathway),
        nothing_to_supply=None if pathway.pgds else True,
        presented_with=_presented_with(assessment),
        reasons=_reasons(assessment),
        answers=answers,
        not_known=tuple(pathway.questions[name].ask for name in assessment.missing),
        asked_not_known=tuple(
            AnswerNotKnown(fact=name, asks=question.ask, called=question.called or None)
            for name, question in pathway.questions.items()
            if name in facts and facts[name] is None
        ),
        red_flags=tuple(_red_flags(assessment)),
        scores=tuple(_scores(assessment)),
    )


def _presented_with(assessment: Assessment) -> str | None:
    diagnosis = assessment.pathway.diagnosis
    return diagnosis.otherwise if diagnosis is not None and not assessment.diagnosis_established else None


def condition_code(pathway: Pathway) -> Coded | None:
    """The code of the condition: the first that the pathway says is for that; None where it has none, so that no record says one."""
    for code in pathway.codes:
        if code.of_the_condition:
            return Coded(code=code.code, display=code.says.partition(",")[0])
    return None


def _reasons(assessment: Assessment) -> tuple[ReasonOnRecord, ...]:
    """Why it came out so."""
    return tuple(
        ReasonOnRecord(
            id=reason.id, stage=finding.item.stage, says=reason.says or reason.id, where_to=reason.where_to or None
        )
        for finding, reason in zip(assessment.deciding, assessment.reasons, strict=True)
    )


def _answer(question: Question, value: Any) -> AnswerOnRecord:
    return AnswerOnRecord(
        fact=question.name,
        asks=question.ask,
        answer=question.in_words(value),
        judgement=question.judgement,
        called=question.called or None,
    )


def _red_flags(assessment: Assessment) -> Iterator[RedFlag]:
    for finding in assessment.findings:
        item = finding.item
        if isinstance(item, Criterion) and item.kind in (Kind.EMERGENCY, Kind.REFER_URGENT):
            yield RedFlag(id=item.id, says=item.because or item.sentence.in_words(), verdict=finding.verdict.value)


def _scores(assessment: Assessment) -> Iterator[Score]:
    pathway, known = assessment.pathway, assessment.known
    for named in pathway.named:
        counted = named.sentence
        if not (named.points and isinstance(counted, Count)) or not known.keys() & set(counted.facts()):
            continue
        fewest, most = counted.reach(known)
        items = tuple(
            AnswerOnRecord(fact=item.facts()[0], asks=item.in_words(), answer=item.verdict(known).value)
            for item in counted.items
        )
        yield Score(name=named.says or named.name, fewest=fewest, most=most, out_of=len(items), items=items)
