"""Whether the time of a day matters to a question about hours: it is asked only where not every time of that day is judged alike."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pharmacyfirst.contract.conversation import Conversation
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.web.rows import hours_of


def times_that_matter(conversation: Conversation, since: Mapping[str, str], on: date, now: datetime) -> frozenset[str]:
    """The questions, of those with a moment as it is kept, of which the time matters too. A time that was given stays to be seen."""
    questions = conversation.pathway.questions
    return frozenset(
        name
        for name, kept in since.items()
        if "T" in kept or (name in questions and _matters(conversation, questions[name], kept, on, now))
    )


def _matters(conversation: Conversation, question: Question, day: str, on: date, now: datetime) -> bool:
    """Whether two times of a day are judged differently: its ends, and some between, as limits may begin and end within one day."""
    times = ["00:00", "08:00", "16:00", "23:59"]
    if day == now.date().isoformat():
        times = [*(one for one in times if one < f"{now:%H:%M}"), f"{now:%H:%M}"]
    each = {hours_of(question, f"{day}T{time}", now) for time in times}
    return len({tuple(_judged(conversation, question, hours, on)) for hours in each}) > 1


def _judged(conversation: Conversation, question: Question, hours: Any, on: date) -> Iterator[tuple[str, str]]:
    """All that is judged with so many hours: what is met, what comes out, by which dose."""
    try:
        found = assess(conversation.pathway, {**conversation.given, question.name: hours}, on)
    except Refused:
        return
    yield found.outcome.kind.word, found.outcome.destination or ""
    yield from ((one.id, one.verdict.value) for one in found.findings)
    yield from ((one.pgd.id, one.row.id) for one in found.offers)
