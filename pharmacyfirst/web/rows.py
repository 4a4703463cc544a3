"""A question as a row of a page, and the answer that a browser posts for it. Nothing is coerced; what was left blank is no answer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from pharmacyfirst.contract.conversation import Put, Stands
from pharmacyfirst.contract.typed_answers import day_of, fits, hours_since, in_words, read_typed
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer, Choice, Question
from pharmacyfirst.record.pressure import sitting_pressure
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.readings import work_out

NOT_KNOWN, NONE, EARLIER = "?", "-", "earlier"
DAYS_SHOWN = 8
TODAY, THAT_DAY = {0: "Today", 1: "Yesterday"}, {0: "That day", 1: "The day before"}
LONGEST_IN_A_ROW = 34  # letters of all choices together that stand beside a question; what is longer goes under it
SHORT_LIST = 8  # answers of a list, or of the first of its parts, that are found by looking
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered on a page: ``values`` by fact (None: not known), ``since`` the moments behind hours, ``wrong`` what does not fit.

    A question that was left blank stands in none of them.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    since: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrong: Mapping[str, str] = field(default_factory=dict)


def field_of(name: str) -> str:
    """The name of the field of a question."""
    return f"q-{name}"


def read_answers(questions: Iterable[Question], posted: Posted, now: datetime) -> Answers:
    """The answers of a page as they were posted. ``now`` is England's clock."""
    values: dict[str, Any] = {}
    since: dict[str, str] = {}
    wrong: dict[str, str] = {}
    questions = list(questions)
    for question in questions:
        name = question.name
        try:
            if question.moment is not None:
                read = _since(question, posted, now)
                if read is not None:
                    values[name], since[name] = read
                    if not since[name]:
                        del since[name]
            else:
                read_one = _READ.get(question.answer, _typed)(question, posted)
                if read_one is not _BLANK:
                    values[name] = read_one
        except _Wrong as error:
            wrong[name] = f"{called(question)}: {error}"
    work_out(questions, posted, values, wrong)
    return Answers(values, since, wrong)


class _Wrong(Exception):
    """An answer that does not fit; says what does, and not what was given."""


_BLANK = object()


def called(question: Question) -> str:
    """What a question is called in a few words."""
    return question.called or question.ask


def _chosen(question: Question, posted: Posted) -> Any:
    given = posted.one(field_of(question.name))
    if not given:
        return _BLANK
    if given == NOT_KNOWN:
        return None
    if question.answer is Answer.YES_NO:
        if given in ("yes", "no"):
            return given == "yes"
    elif given in question.choice_names():
        return given
    raise _Wrong("choose one of the answers")


def _any_of(question: Question, posted: Posted) -> Any:
    given = posted.all(field_of(question.name))
    if not given:
        return _BLANK
    chosen = [one for one in given if one not in (NONE, NOT_KNOWN)]
    if any(one not in question.choice_names() for one in chosen):
        raise _Wrong("choose from the list")
    if len({NONE, NOT_KNOWN} & {*given}) + bool(chosen) > 1:
        raise _Wrong("choose what applies, or None of these, or Not known, and only one of the three")
    if NOT_KNOWN in given:
        return None
    return tuple(name for name in question.choice_names() if name in chosen)


def _typed(question: Question, posted: Posted) -> Any:
    name = field_of(question.name)
    given, not_known = posted.one(name), posted.ticked(f"{name}-nk")
    if not given:
        return None if not_known else _BLANK
    if not_known:
        raise _Wrong("give it, or tick Not known, not both")
    read = read_typed(question, given.lower(), datetime.min)
    if read is None or read.value is None:
        raise _Wrong(f"give {fits(question)}")
    return read.value.isoformat() if isinstance(read.value, date) else read.value


_READ = {Answer.YES_NO: _chosen, Answer.ONE_OF: _chosen, Answer.ANY_OF: _any_of}


def _since(question: Question, posted: Posted, now: datetime) -> tuple[Any, str] | None:
    """The hours, and the moment as it is kept; None where nothing was answered."""
    name = field_of(question.name)
    chosen, on, at = posted.one(f"{name}-day"), posted.one(f"{name}-on"), posted.one(f"{name}-time")
    if chosen == NOT_KNOWN:
        return None, ""
    if not chosen and not on:
        return None
    day = day_of(on) if on and chosen in ("", EARLIER) else day_of(chosen)
    if day is None:
        raise _Wrong("choose a day, or write the day as day/month/year")
    kept = f"{day.isoformat()}T{_clock(at)}" if at else day.isoformat()
    value = hours_of(question, kept, now)
    if value is None:
        raise _Wrong("give a day and time that is not still to come, and not too long ago")
    return value, kept


def _clock(words: str) -> str:
    match = _TIME.fullmatch(words)
    if match is None:
        raise _Wrong("write the time as hours and minutes, for instance 14:30")
    return f"{int(match.group(1)):02}:{match.group(2)}"


def hours_of(question: Question, kept: str, now: datetime) -> Any:
    """The hours from a moment as it is kept (``2026-11-26`` or ``2026-11-26T14:30``) until now; None where they do not fit."""
    day, _, clock = kept.partition("T")
    wall = now.replace(tzinfo=None)
    since = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock)) if clock else date.fromisoformat(day)
    return hours_since(question, since, wall)


# What a template shows


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """One answer to choose: what is posted, its words, whether it is chosen, and the keys that choose it (``1``, or ``1 N``)."""

    value: str
    says: str
    chosen: bool
    key: str = ""

    @property
    def number(self) -> str:
        """Its number, which stands beside it: a letter is the first of its words."""
        return self.key[:1] if self.key[:1].isdecimal() else ""


def stacked(choices: Iterable[ChoiceShown]) -> bool:
    """Whether answers stand under their question, because they do not fit beside it with the numbers of those that have one."""
    return sum(len(one.says) + (5 if one.number else 0) for one in choices) > LONGEST_IN_A_ROW


@dataclass(frozen=True, slots=True)
class ChoicesShown:
    """Answers under one heading of a list."""

    title: str
    choices: tuple[ChoiceShown, ...]


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row of a page: the question, what fits it, and how it was answered. ``kind`` says which part of the template draws it.

    ``no_longer`` marks what changes the outcome no more, ``waits`` what may change which questions are shown. ``readings``: those taken may be
    typed here, of which this figure is worked out; None: of any other question.
    """

    name: str
    kind: str
    ask: str
    called: str
    help: str
    judgement: bool
    shown: bool
    no_longer: bool
    waits: bool
    wrong: str
    unit: str
    typed: str
    not_known: bool
    stacked: bool
    choices: tuple[ChoiceShown, ...]
    groups: tuple[ChoicesShown, ...]
    clock: str
    time: bool
    readings: str | None
    explained: "Explained | None"

    @property
    def field(self) -> str:
        """The name of its field."""
        return field_of(self.name)

    @property
    def finds(self) -> bool:
        """Whether it is a list so long that it has a box to find something in it."""
        return bool(self.groups) and len(self.groups[0].choices) > SHORT_LIST


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """A heading of a shared list, with its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A shared list that explains a question, one click away."""

    title: str
    parts: tuple[ExplainedPart, ...]


_KINDS = {Answer.YES_NO: "choice", Answer.ONE_OF: "choice", Answer.ANY_OF: "list"}


@dataclass(frozen=True, slots=True)
class Filled:
    """What a row is filled with: the answers known, and what was just typed where that did not fit."""

    answers: Mapping[str, Any] = field(repr=False)
    since: Mapping[str, str] = field(repr=False)
    wrong: Mapping[str, str] = field(default_factory=dict)
    posted: Posted | None = field(default=None, repr=False)
    readings: str = field(default="", repr=False)


def row(
    put: Put,
    pathway: Pathway,
    filled: Filled,
    today: date,
    *,
    waits: bool = True,
    first: Iterable[str] = (),
    now: bool = True,
    time: bool = True,
) -> RowShown:
    """A question as it stands, ready to be drawn. ``first`` are the PGDs being checked, whose answers are listed first.

    ``today`` is the day of the consultation; ``now``: it is this day, and not that of a paper form;
    ``time``: the time of the day matters too, where a moment is asked for.
    """
    question = put.question
    name, answer = question.name, filled.answers.get(question.name)
    not_known = name in filled.answers and answer is None
    choices = _choices(question, filled.answers)
    kind = "since" if question.moment is not None else _KINDS.get(question.answer, "typed")
    typed, clock = _as_typed(question, filled), ""
    if kind == "since":
        choices, typed, clock = _days(filled.since.get(name, ""), not_known, today, TODAY if now else THAT_DAY)
    return RowShown(
        name=name, kind=kind, ask=question.ask, called=called(question), help=question.help, judgement=question.judgement,
        shown=put.shown, no_longer=put.stands is Stands.NO_LONGER, waits=waits, wrong=filled.wrong.get(name, ""),
        unit=question.unit, typed=typed, not_known=not_known,
        stacked=stacked(choices) or any(len(one.says) > 20 for one in choices),
        choices=choices, groups=_groups(question, answer, pathway, tuple(first)), clock=clock, time=time,
        readings=filled.readings if question in sitting_pressure(pathway.questions.values())[:1] else None, explained=_explained(question, pathway),
    )  # fmt: skip


def _choices(question: Question, answers: Mapping[str, Any]) -> tuple[ChoiceShown, ...]:
    name = question.name
    given = answers.get(name)
    not_known = ChoiceShown(NOT_KNOWN, "Not known", name in answers and given is None, "U")
    if question.answer is Answer.YES_NO:
        return ChoiceShown("yes", "Yes", given is True, "Y"), ChoiceShown("no", "No", given is False, "N"), not_known
    if question.answer is Answer.ONE_OF:
        each = enumerate(question.choices, 1)
        shown = [ChoiceShown(one.name, says(one), given == one.name, _keys(says(one), at)) for at, one in each]
        return (*shown, not_known)
    if question.answer is Answer.ANY_OF:
        none = isinstance(given, tuple | list) and not given  # what was saved comes back as a list
        return ChoiceShown(NONE, "None of these", none, "N"), not_known
    return ()


def _keys(words: str, at: int) -> str:
    """The keys of one answer of several: its place, and N where it is the No among them."""
    return f"{at if at < 10 else ''}{' N' if words in ('No', 'None') else ''}".strip()


def says(choice: Choice) -> str:
    """The words of a choice, as they begin a line."""
    words = choice.says or choice.name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _groups(question: Question, given: Any, pathway: Pathway, first: tuple[str, ...]) -> tuple[ChoicesShown, ...]:
    """The answers of a list: those that matter with what is being checked first, then the others; all are shown, so None means all."""
    if question.answer is not Answer.ANY_OF:
        return ()
    chosen = given or ()
    matters = [one for one in question.choices if any(bar.pgd in first for bar in one.bars) or one.name in first]
    others = [one for one in question.choices if one not in matters]
    names = ", ".join(dict.fromkeys(pathway.pgds[pgd].medicine for pgd in first if pgd in pathway.pgds))
    parts = (
        ((f"Matter with {names}", matters), ("The others", others)) if matters and others else (("", question.choices),)
    )
    return tuple(
        ChoicesShown(title, tuple(ChoiceShown(one.name, says(one), one.name in chosen) for one in each))
        for title, each in parts
    )


def _as_typed(question: Question, filled: Filled) -> str:
    if filled.posted is not None and question.name in filled.wrong:
        return filled.posted.one(field_of(question.name))
    answer = filled.answers.get(question.name)
    if answer is None or question.answer not in (Answer.NUMBER, Answer.WHOLE_NUMBER, Answer.DATE):
        return ""
    if question.answer is Answer.DATE:
        day = date.fromisoformat(str(answer))
        return f"{day.day}/{day.month}/{day.year}"
    return plain(answer) if not isinstance(answer, int) else str(answer)


def _days(
    kept: str, not_known: bool, today: date, called: Mapping[int, str]
) -> tuple[tuple[ChoiceShown, ...], str, str]:
    """The last days to choose from, the earlier day as it was written, and the time."""
    day, _, clock = kept.partition("T")
    recent = [today - timedelta(days=back) for back in range(DAYS_SHOWN)]
    shown = [
        ChoiceShown(one.isoformat(), _day_in_short(one, today, called), one.isoformat() == day, str(at))
        for at, one in enumerate(recent, 1)
    ]
    earlier = bool(day) and day not in {one.isoformat() for one in recent}
    shown += [
        ChoiceShown(EARLIER, "Earlier", earlier, str(DAYS_SHOWN + 1)),
        ChoiceShown(NOT_KNOWN, "Not known", not_known, "U"),
    ]
    written = date.fromisoformat(day) if earlier else None
    return tuple(shown), f"{written.day}/{written.month}/{written.year}" if written else "", clock


def _day_in_short(day: date, today: date, called: Mapping[int, str]) -> str:
    back = (today - day).days
    return called.get(back, f"{day:%a} {day.day} {day:%b}")


def _explained(question: Question, pathway: Pathway) -> Explained | None:
    shared = pathway.lists.get(question.explained_by) if question.explained_by else None
    if shared is None:
        return None
    parts = [ExplainedPart(title, tuple(one.says for one in lines)) for title, lines in shared.parts.items()]
    return Explained(shared.title, tuple(parts))


def answer_in_words(question: Question, answer: Any, since: str) -> str:
    """An answer as the outcome page shows it; of hours the day, and the time where one was given."""
    if question.moment is not None and since:
        day, _, clock = since.partition("T")
        return f"since {in_words(date.fromisoformat(day))}{f' at {clock}' if clock else ''}"
    held = tuple(answer) if isinstance(answer, list) else answer
    words = question.in_words(held)
    return words[:1].upper() + words[1:]
