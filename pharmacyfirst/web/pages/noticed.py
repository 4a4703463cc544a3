"""What is said once about a page that was posted: odd answers, answers that contradict each other, red flags that are not known."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pharmacyfirst.contract.conversation import converse
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Page
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.paper.words import begun
from pharmacyfirst.record.fields import CONSENT
from pharmacyfirst.store import Outdated
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.odd import OddAnswers
from pharmacyfirst.web.rows import answer_in_words, called

# That nobody could be judged by what was posted, by whether it is the patient page, and at which field that is said. It is not saved, because no page
# could be opened over it any more.
NOT_JUDGED = {
    True: ("Date of birth: nobody can be judged at the age that it gives. Look at the year", "row-born"),
    False: ("Not saved: nobody can be judged by these answers together. Look at each again", "continue"),
}


def is_right(odd: OddAnswers) -> Iterator[str]:
    """Answers that are believable and odd."""
    for says in odd.ask:
        yield f"Is this right? {begun(says)}. Change the answer, or continue to leave it so"


def contradicted(here: Talk, page: Page, before: Collection[str]) -> Iterator[str]:
    """Answers that contradict each other, said at the second of them: given again they stand. ``before`` are those that did so already."""
    for one in here.conversation.contradictions:
        if one.id not in before and not set(one.reads).isdisjoint(page.facts):
            yield f"{begun(one.because)} ({one.id}). Change an answer, or continue to leave it so"


def agrees_to_the_news_alone(here: Talk) -> bool:
    """Whether the patient agrees to nothing here and the practice is told all the same: one of the two may be a slip, and both go on record."""
    return here.held.answers.get(CONSENT) is False and here.who.get("share") == "yes"


def consent_of_two_kinds(here: Talk, before: bool) -> Iterator[str]:
    """That these two do not seem to fit, said when it becomes so, also in an emergency; ``before``: it was so already, and stands."""
    if agrees_to_the_news_alone(here) and not before:
        yield (
            "Consent is No, and the GP practice is told: Yes. The record may say both only where the patient agreed to that apart: "
            "change an answer, or continue to leave it so"
        )


def red_flags_not_known(here: Talk, page: Page, before: Collection[str]) -> Iterator[str]:
    """That red flags of this page are not known, said when they become so; ``before`` are the questions that were in the way already."""
    urgent = {name for one in here.pathway.stopping if one.kind <= Kind.REFER_URGENT for name in one.reads}
    found = [name for name in here.conversation.in_the_way if name in urgent and name in page.facts]
    if set(found) - set(before):
        are = "1 red flag is" if len(found) == 1 else f"{len(found)} red flags are"
        yield f"{are} not known. Nothing can be supplied while that is so. Find it out, refer today (End here), or continue"


def came_too_late(visit: Visit, refused: Exception, here: Talk, answers: Mapping[str, Any]) -> Iterator[str]:
    """What was answered on a page that is not saved, as another was newer, beside what stands now; an emergency among it is said first.

    Of a page about another patient nothing is shown.
    """
    if not isinstance(refused, Outdated) or visit.posted.one("mark") != refused.newer.patient_mark:
        return
    newer = refused.newer
    otherwise = {name: value for name, value in answers.items() if value != newer.answers.get(name)}
    with suppress(Refused):
        stands, would_be = (
            converse(here.pathway, one, here.on) for one in (newer.answers, {**newer.answers, **otherwise})
        )
        if would_be.emergency and not stands.emergency:
            yield "With what you answered here this is an emergency, and it is not saved: act on it, and answer it again now."
    for name, value in otherwise.items():
        question = here.pathway.questions[name]
        now = f"{_answer(question, newer.answers[name])} stands" if name in newer.answers else "nothing is answered"
        yield f"{called(question)}: you answered {_answer(question, value)}, and {now} now."


def _answer(question: Question, value: Any) -> str:
    return answer_in_words(question, value, "") if value is not None else "Not known"
