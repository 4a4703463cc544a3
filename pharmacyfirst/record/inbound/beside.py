"""Suggestions beside their questions: those of every source together, as a page shows them.

Each says what it suggests, where it is from, from when, and in what words. None is an answer until somebody confirms it
(``suggestions.confirm``). Sources that disagree are shown to disagree, and none of them wins; an answer against one needs a reason
(``against.put_on_record``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer, Question
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.inbound.against import contradicted
from pharmacyfirst.record.inbound.earlier import Denied
from pharmacyfirst.record.inbound.suggestions import AnsweredFact, Suggestion, for_pathway


@dataclass(frozen=True, slots=True)
class Beside:
    """One suggestion beside its question.

    ``says`` is what it suggests in the question's own words; ``from_when`` its date in words, or that there is none. ``confirmed``: somebody
    asked, and found it true. ``against``: the answer that now stands contradicts it, and nobody confirmed it.
    """

    suggestion: Suggestion = field(repr=False)
    says: str = field(repr=False)
    from_when: str
    confirmed: bool
    against: bool


@dataclass(frozen=True, slots=True)
class QuestionSuggested:
    """A question with all that is suggested for it, the newest first; what bears no date last.

    ``disagree`` says in words where the sources do not agree, or an earlier answer here was no; nothing is decided by it.
    """

    fact: str
    called: str
    suggested: tuple[Beside, ...]
    disagree: tuple[str, ...] = field(repr=False)

    @property
    def needs_reason(self) -> bool:
        """Whether the answer that now stands contradicts a suggestion, so that it needs a reason."""
        return any(one.against for one in self.suggested)

    @property
    def open(self) -> bool:
        """Whether something is suggested that nobody has confirmed or answered against."""
        return any(not one.confirmed and not one.against for one in self.suggested)


def suggested_for(
    pathway: Pathway,
    suggestions: Iterable[Suggestion],
    *,
    denied: Iterable[Denied] = (),
    facts: Mapping[str, Any] | None = None,
    confirmed: Iterable[AnsweredFact] = (),
) -> tuple[QuestionSuggested, ...]:
    """The suggestions of every source beside the questions of a pathway, in the order of its pages; a question without any is left out.

    ``suggestions`` are those of the GP record, the Summary Care Record, the referral, the handover (``handover.handed.bearing_of``) and of
    earlier records (``earlier.read_earlier``), whose ``denied`` stand beside them. ``facts`` are the answers so far, of which none is
    changed, and ``confirmed`` those that came from a suggestion. What two sources say alike stands there twice: each has its own date.
    """
    held = tuple(dict.fromkeys(_hashable(one) for one in for_pathway(suggestions, pathway)))
    taken = tuple(confirmed)
    agreed = {(one.fact, one.suggestion.source, one.suggestion.why) for one in taken}
    against = {_key(one) for one in contradicted(held, facts or {}, taken)}
    denials = tuple(dict.fromkeys(denied))
    found = []
    for question in _in_order(pathway):
        of_it = sorted((one for one in held if one.fact == question.name), key=_newest_first)
        if of_it:
            beside = tuple(
                Beside(one, question.in_words(question.read(one.value)), _from_when(one.date), _key(one) in agreed, _key(one) in against)
                for one in of_it
            )  # fmt: skip
            found.append(
                QuestionSuggested(
                    question.name, question.called or question.ask, beside, tuple(_disagree(question, beside, denials))
                )
            )
    return tuple(found)


def _in_order(pathway: Pathway) -> Iterator[Question]:
    """The questions as the pages ask them; those on no page last."""
    placed = dict.fromkeys(name for page in pathway.pages for name in page.facts)
    yield from (pathway.questions[name] for name in {**placed, **dict.fromkeys(pathway.questions)})


def _hashable(one: Suggestion) -> Suggestion:
    """The suggestion with its list as a tuple, so that the same one twice is known as one."""
    if isinstance(one.value, list | set | frozenset):
        return Suggestion(one.fact, tuple(sorted(one.value)), one.source, one.date, one.why)
    return one


def _key(one: Suggestion) -> tuple[str, str, str]:
    return one.fact, one.source, one.why


def _newest_first(one: Suggestion) -> tuple[bool, int, str, str]:
    return one.date is None, -(one.date or date.min).toordinal(), one.source, one.why


def _from_when(on: date | None) -> str:
    return day(on) if on is not None else "no date is given"


def _disagree(question: Question, beside: tuple[Beside, ...], denied: tuple[Denied, ...]) -> Iterator[str]:
    """Where two sources say two things of a question that takes one answer, and where it was answered with no before."""
    values = {one.suggestion.value for one in beside}
    if question.answer is not Answer.ANY_OF and len(values) > 1:
        each = "; ".join(f"{one.says} ({one.suggestion.source}, {one.from_when})" for one in beside)
        yield f"The sources do not agree: {each}. Ask."
    for one in denied:
        if one.fact == question.name:
            yield f"It was answered with no on {day(one.date)} ({one.source}). Ask what is so."
