"""Suggested answers: what a GP record or a referral says that bears on a question, with where it stands and from when.

A suggestion is no answer. Nothing here puts one among the facts; ``confirm`` makes an answered fact of it, once the pharmacist has asked.
What is not found is not known: no suggestion says "no", "not pregnant" or "none of these".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError, Refused, must_be, taking
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import BORN, Question

INTERACTING = "interacting_medicines"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a source says that bears on a question. ``date`` is the source's own and None where it gives none; ``why`` quotes it.

    For a question with several answers ``value`` holds the one that the source speaks of, and says nothing of the others.
    """

    fact: str
    value: Any = field(repr=False)
    source: str
    date: date | None
    why: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnsweredFact:
    """A fact that the pharmacist has answered, and the suggestion that it came from."""

    fact: str
    value: Any = field(repr=False)
    suggestion: Suggestion
    by: str
    at: datetime


class NotConfirmed(PharmacyFirstError, ValueError):
    """A suggestion that cannot become an answer as it was confirmed; nothing was answered."""


@taking(suggestion=Suggestion, by=str, at=datetime, answer=Iterable | None)
def confirm(suggestion: Suggestion, by: str, at: datetime, answer: Iterable[str] | None = None) -> AnsweredFact:
    """The answered fact, once the pharmacist ``by`` has asked and found the suggestion true.

    Where the question takes several answers ``answer`` is the whole of it, as the pharmacist found it: one medicine in a record is no
    word on the others. Raises ``NotConfirmed``.
    """
    if not by.strip() or at.utcoffset() is None:
        raise NotConfirmed(f"{suggestion.fact}: say who confirms it, and when, with an offset. Nothing was answered.")
    if not isinstance(suggestion.value, tuple):
        if answer is not None:
            raise NotConfirmed(f"{suggestion.fact}: it takes one answer. Confirm it, or answer the question yourself.")
        return AnsweredFact(suggestion.fact, suggestion.value, suggestion, by.strip(), at)
    if answer is None:
        raise NotConfirmed(
            f"{suggestion.fact}: give the whole answer. The record names one; ask about the others. Nothing was answered."
        )
    whole = tuple(answer)
    for one in whole:
        must_be(str, answer=one)
    if not set(suggestion.value) <= set(whole):
        raise NotConfirmed(
            f"{suggestion.fact}: the answer leaves out what is suggested. Answer the question yourself. Nothing was answered."
        )
    return AnsweredFact(suggestion.fact, whole, suggestion, by.strip(), at)


def facts_from(answered: Iterable[AnsweredFact]) -> dict[str, Any]:
    """The facts of a consultation that were confirmed. Raises ``Refused`` (``facts_disagree``) where two do not agree."""
    facts: dict[str, Any] = {}
    for one in answered:
        if one.fact in facts and facts[one.fact] != one.value:
            raise Refused("facts_disagree", f"{one.fact} was confirmed twice, and not alike. Ask once more.", one.fact)
        facts[one.fact] = one.value
    return facts


def for_pathway(suggestions: Iterable[Suggestion], pathway: Pathway) -> tuple[Suggestion, ...]:
    """Those that bear on a question of this pathway. What only the clinician can answer is never suggested."""
    return tuple(one for one in suggestions if _fits(one, pathway.questions.get(one.fact)))


def _fits(suggestion: Suggestion, question: Question | None) -> bool:
    if question is None or question.judgement or suggestion.value is False or suggestion.value == ():
        return False
    try:
        question.read(suggestion.value)
    except Refused:  # an answer that this pathway does not list
        return False
    return True


def of_birth(born: date, source: str, on: date) -> Suggestion | None:
    """The date of birth as a suggestion; None for one that is still to come."""
    return Suggestion(BORN, born, source, None, "the date of birth in the source") if born <= on else None
