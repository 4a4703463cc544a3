"""What was typed on pages and not continued: it answers nothing, and nothing is finished over it that it would make more urgent."""

from collections.abc import Iterator

from pharmacyfirst.contract.conversation import Conversation, converse
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING, Question
from pharmacyfirst.paper.words import begun, listed
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk
from pharmacyfirst.web.frame import joined_page
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.rows import read_answers


def in_the_way_of(here: Talk, supplied: bool) -> str:
    """Why a consultation is not finished over what was typed and not continued; nothing where it may be."""
    if not here.held.typed:
        return ""
    would, stands = _with_typed(here), here.conversation
    more_urgent = would is not None and would.assessment.outcome.kind < stands.assessment.outcome.kind
    if not supplied and not (more_urgent and would is not None and would.assessment.outcome.kind <= Kind.REFER_URGENT):
        return ""
    pages = listed(begun(name) for name in here.held.typed)
    return f"Something was typed and not continued: {pages}. Open it and continue first: it may change the outcome."


def _with_typed(here: Talk) -> Conversation | None:
    """The conversation as it would stand with all of it; None where that cannot be judged."""
    given = dict(here.conversation.given)
    for name, typed in here.held.typed.items():
        given |= read_answers(_questions_on(here, name), Posted(typed.form), here.now).values
    try:
        return converse(here.pathway, given, here.on)
    except Refused:
        return None


def _questions_on(here: Talk, name: str) -> Iterator[Question]:
    joined = joined_page(here.conversation)
    for number, page in enumerate(here.conversation.pages):
        if page.title == name or (name == PATIENT_PAGE and number == joined):
            yield from (here.pathway.questions[one] for one in page.facts if one not in (AGE, BORN, LIFE_THREATENING))
