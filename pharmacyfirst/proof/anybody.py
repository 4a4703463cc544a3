"""Somebody of whom nothing is said yet: for every question a flag that says whether the answer is known, and the answer.

A second person may share the answers of a first and know fewer of them, or share all answers but a few.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pharmacyfirst.kernel.conditions import Above, Includes, OneOf, Within
from pharmacyfirst.kernel.questions import BORN, Answer, Question
from pharmacyfirst.proof.solver import (
    FALSE,
    Formula,
    Found,
    Number,
    at_least,
    at_most,
    at_or_below,
    below,
    both,
    either,
    equal,
    exact,
    no,
    rational,
    truth,
    whole_number,
)

AboutOneQuestion = OneOf | Within | Includes
AboutAnswers = AboutOneQuestion | Above


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The answer to one question before anything is said of it: a number, or a truth for each choice (yes alone for yes or no)."""

    question: Question
    known: Formula
    number: Number | None
    choices: Mapping[str | bool, Formula]

    def fits(self) -> Formula:
        """The answer is one that the question takes."""
        question = self.question
        if self.number is not None:
            low = () if question.low is None else (at_or_below(exact(question.low), self.number),)
            high = () if question.high is None else (at_or_below(self.number, exact(question.high)),)
            return both((*low, *high))
        if question.answer is Answer.ONE_OF:
            answers = list(self.choices.values())
            return both((at_least(1, answers), at_most(1, answers)))
        return both(())

    def is_one_of(self, values: Iterable[str | bool]) -> Formula:
        """The answer is, or includes, one of these."""
        return either(self._choice(value) for value in values)

    def _choice(self, value: str | bool) -> Formula:
        return no(self.choices[True]) if value is False else self.choices.get(value, FALSE)

    def is_answered(self, value: Any) -> Formula:
        """The answer, known or not, is this value as the kernel holds it."""
        if self.number is not None:
            return equal(self.number, exact(value))
        given = value if isinstance(value, tuple) else (value,)
        if self.question.answer is Answer.ANY_OF:
            return both(one if name in given else no(one) for name, one in self.choices.items())
        return self.is_one_of(given)

    def answer(self, found: Found) -> Any:
        """The answer of somebody found, as the kernel holds it."""
        question = self.question
        if self.number is not None:
            number = found.number(self.number)
            return int(number) if question.answer is Answer.WHOLE_NUMBER else decimal_of(number)
        if question.answer is Answer.YES_NO:
            return found.holds(self.choices[True])
        given = tuple(str(name) for name, one in self.choices.items() if found.holds(one))
        return given if question.answer is Answer.ANY_OF else given[0]


def decimal_of(number: Fraction) -> Decimal:
    """The number as people write it; one that has no end in decimals is given to nine places."""
    return Decimal(number.numerator) / number.denominator if number.denominator == 1 else (
        (Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal("1e-9")).normalize()
    )  # fmt: skip


class Anybody:
    """One person as the solver sees them, by the questions of a pathway.

    ``like`` shares the answers of another person, save those to the questions ``but``; ``name`` keeps the flags of several apart.
    """

    def __init__(
        self, questions: Iterable[Question], name: str = "", like: "Anybody | None" = None, but: Collection[str] = ()
    ):
        self.name = name
        self.unsettled: dict[str, Unsettled] = {}
        for question in questions:
            if question.name == BORN:
                continue  # it gives the age, and nothing else reads it
            other = like.unsettled.get(question.name) if like is not None and question.name not in but else None
            number, choices = (other.number, other.choices) if other else free(question, f"{name}{question.name}")
            self.unsettled[question.name] = Unsettled(question, truth(f"{name}{question.name} known"), number, choices)

    @classmethod
    def of(cls, unsettled: Mapping[str, Unsettled]) -> "Anybody":
        """Somebody whose answers are made elsewhere."""
        person = cls(())
        person.unsettled = dict(unsettled)
        return person

    def fits(self) -> Formula:
        """Every answer is one that its question takes."""
        return both(one.fits() for one in self.unsettled.values())

    def known(self, question: str) -> Formula:
        """The answer to the question is known."""
        return self.unsettled[question].known

    def number(self, question: str) -> Number:
        """The answer to a question that a number answers."""
        number = self.unsettled[question].number
        if number is None:
            raise ValueError(f"{question} is not answered with a number")
        return number

    def holds(self, sentence: AboutAnswers) -> Formula:
        """Whether the answer, or the two, known or not, are among those that the sentence looks for."""
        if isinstance(sentence, Above):
            return below(self.number(sentence.other), self.number(sentence.fact))
        one = self.unsettled[sentence.fact]
        if isinstance(sentence, Within):
            number, limits = self.number(sentence.fact), sentence.limits
            inside = []
            if limits.low is not None:
                inside.append((below if limits.above else at_or_below)(exact(limits.low), number))
            if limits.high is not None:
                inside.append((below if limits.to_below else at_or_below)(number, exact(limits.high)))
            return both(inside)
        return one.is_one_of(sentence.values)

    def is_exactly(self, facts: Mapping[str, Any]) -> Formula:
        """What is known of the person is this and nothing else."""
        return both(
            both((one.known, one.is_answered(facts[name]))) if name in facts else no(one.known)
            for name, one in self.unsettled.items()
        )

    def facts(self, found: Found) -> dict[str, Any]:
        """What is known of somebody found, as ``assess`` takes it."""
        return {name: one.answer(found) for name, one in self.unsettled.items() if found.holds(one.known)}


def free(question: Question, name: str) -> tuple[Number | None, dict[str | bool, Formula]]:
    """An answer to a question of which nothing is said: a number, or a truth for each choice, under a name of its own."""
    match question.answer:
        case Answer.WHOLE_NUMBER:
            return whole_number(name), {}
        case Answer.NUMBER:
            return rational(name), {}
        case Answer.YES_NO:
            return None, {True: truth(name)}
        case _:
            return None, {choice: truth(f"{name} {choice}") for choice in question.choice_names()}
