"""*Is this right?* Answers that are believable and odd, asked about once, at the page where they are given; that they were confirmed is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst.content.invariants import Implausible
from pharmacyfirst.contract.conversation import Conversation, converse
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Page
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.web.desk import Talk, Visit

STANDS = "stands"  # the field of a page that names what was asked about and stands


@dataclass(frozen=True, slots=True)
class OddAnswers:
    """What is odd about a page as it was posted: in words where it has to be asked about, and by name where it was, and stands."""

    ask: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()


def odd_answers(visit: Visit, here: Talk, page: Page, posted: Mapping[str, Any]) -> OddAnswers:
    """What is odd about the answers of a page. What was odd before in just the same way was asked about then."""
    mine = {name for name in here.conversation.given if name in page.facts}
    given = {name: value for name, value in here.conversation.given.items() if name not in mine} | dict(posted)
    try:
        after = _odd_on(visit, here, page, converse(here.pathway, given, here.on))
    except Refused:
        return OddAnswers()
    before = _odd_on(visit, here, page, here.conversation)
    return OddAnswers(
        tuple(one.says for name, (one, answers) in after.items() if before.get(name) != (one, answers)),
        tuple(name for name, odd in after.items() if before.get(name) == odd),
    )


def _odd_on(
    visit: Visit, here: Talk, page: Page, conversation: Conversation
) -> dict[str, tuple[Implausible, tuple[Any, ...]]]:
    """What is odd and has to do with a page, by name, with the answers that make it so."""
    answers = conversation.assessment.answers
    names = {*page.facts, *((AGE,) if BORN in page.facts else ())}
    return {
        one.id: (one, tuple(answers.get(name) for name in sorted(one.reads)))
        for one in visit.desk.odd(here.pathway)
        if not one.reads.isdisjoint(names) and one.met(answers)
    }
