"""A page of questions: shown as the conversation stands, saved whole when it is posted, judged live while it is answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from starlette.responses import JSONResponse, Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.contract.conversation import Conversation, converse
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.kernel.pathway import Page
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING, Answer, Question
from pharmacyfirst.store import HANDED_OVER, TYPED, ConsultationSoFar, ConsultationState, StoreRefused, TypedPage
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk, Visit, facts_of_who, talk, who_of
from pharmacyfirst.web.elsewhere import EarlierHere, elsewhere
from pharmacyfirst.web.frame import drawn, frame, joined_page, page_path, path_of
from pharmacyfirst.web.odd import STANDS, OddAnswers, odd_answers
from pharmacyfirst.web.opened import about, given_back, opened
from pharmacyfirst.web.pages.noticed import (
    NOT_JUDGED,
    agrees_to_the_news_alone,
    came_too_late,
    consent_of_two_kinds,
    contradicted,
    is_right,
    red_flags_not_known,
)
from pharmacyfirst.web.pages.who import WhoShown, who_shown
from pharmacyfirst.web.panel import panel, stop_of
from pharmacyfirst.web.patient import Who, lacking, place_of, read_who
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.readings import READINGS, readings_as_typed, readings_kept
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import Answers, Filled, RowShown, called, read_answers, row
from pharmacyfirst.web.suggested import AskedRow, Given, beside_rows, minded, reason_of, with_suggestions
from pharmacyfirst.web.times import times_that_matter


@dataclass(frozen=True, slots=True)
class Error:
    """Something that is blank or does not fit, and where: the id of what stands on the page, or the path of another with such an id."""

    says: str
    target: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """What a page of questions shows. ``blank`` names the questions that were said to be blank on a paper form: posted again they stay so."""

    title: str
    path: str
    live: str
    keep: str
    paste: str
    end: str
    threat: str
    on: str
    held: ConsultationSoFar
    rows: tuple[AskedRow, ...]
    prompts: tuple[str, ...]
    mind: tuple[str, ...] = field(repr=False)
    earlier: tuple[EarlierHere, ...] = field(repr=False)
    errors: tuple[Error, ...] = ()
    stop: str = ""
    note: str = ""
    who: WhoShown | None = None
    blank: str = ""


@dataclass(frozen=True, slots=True)
class OnPage:
    """Which page it is: its name in the store, its number in the conversation (None: it has no questions), its path."""

    name: str
    number: int | None
    path: str
    page: Page


def asked(here: Talk, number: int | None) -> OnPage:
    """A page of the conversation; None is the patient's page, with the questions that stand together with it."""
    conversation = here.conversation
    if number is not None:
        page = conversation.pages[number]
        return OnPage(page.title, number, path_of(here, f"page/{number}"), page)
    joined = joined_page(conversation)
    page = conversation.pages[joined] if joined is not None else Page("Patient", ())
    return OnPage(PATIENT_PAGE, joined, path_of(here, PATIENT_PAGE), page)


def questions_of(here: Talk, on: OnPage) -> list[Question]:
    """The questions of a page that stand as rows: all but the age, which the date of birth gives, and the threat, which is a button."""
    return [here.pathway.questions[name] for name in on.page.facts if name not in (AGE, BORN, LIFE_THREATENING)]


def page_of(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/page/NUMBER`` and ``/c/ID/patient``."""
    here = opened(visit)
    if isinstance(here, Response):
        return here
    number = page_number(visit, here)
    if number == joined_page(here.conversation) and number is not None:
        return go(path_of(here, PATIENT_PAGE))
    on = asked(here, number)
    if visit.method == "POST":
        return _post(visit, here, on)
    typed = here.held.typed.get(on.name)
    return _typed_before(visit, here, on, typed) if typed is not None else _show(visit, here, on)


def _typed_before(visit: Visit, here: Talk, on: OnPage, typed: TypedPage) -> Response:
    """A page with what was typed on it before and not continued, because a browser crashed or another page was opened."""
    visit = replace(visit, posted=Posted(typed.form))
    who = read_who(visit.posted, here.on, here.who) if on.name == PATIENT_PAGE else None
    answers = _given(visit, here, on).answers
    here = _would_stand(visit, here, on, answers) or here  # a red flag among it is said at once
    note = f"What was typed here by {in_england(typed.at):%H:%M} was not continued. Look at it: it counts once you continue"
    return _show(visit, here, on, answers, note=note, who=who)


def page_number(visit: Visit, here: Talk) -> int | None:
    """The number in the path, of a page that there is; None where it has none."""
    words = visit.names.get("number", "")
    return (
        min(int(words), len(here.conversation.pages) - 1)
        if words.isascii() and words.isdecimal() and len(words) < 4
        else None
    )


# Shown


def _show(
    visit: Visit, here: Talk, on: OnPage, answers: Answers | None = None, errors: tuple[Error, ...] = (), note: str = "", who: Who | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    wrong = answers.wrong if answers is not None else {}
    typed, since = (answers.values, answers.since) if answers is not None else ({}, {})
    filled = Filled(
        {**here.held.answers, **typed},
        {**here.since, **since},
        wrong,
        visit.posted if answers is not None else None,
        visit.posted.one(READINGS) or readings_as_typed(here.held),
    )
    rows = tuple(beside_rows(visit, here, _rows(visit, here, on, filled), answers))
    view = QuestionPage(
        title="Patient" if on.name == PATIENT_PAGE else on.page.title,
        path=on.path,
        live=path_of(here, f"live/{PATIENT_PAGE if on.name == PATIENT_PAGE else on.number}"),
        keep=path_of(here, f"keep/{PATIENT_PAGE if on.name == PATIENT_PAGE else on.number}"),
        paste=path_of(here, "paste"),
        end=path_of(here, "end"),
        threat=path_of(here, "threat") if LIFE_THREATENING in here.pathway.questions else "",
        on=PATIENT_PAGE if on.name == PATIENT_PAGE else str(on.number),
        held=here.held,
        rows=rows,
        prompts=tuple(_prompts(here, on)),
        mind=minded(visit, here, on.name, on.page.facts),
        earlier=elsewhere(visit, here).earlier,
        errors=errors,
        stop=stop_of(here),
        note=note or here.held.because,
        who=who_shown(who or here.who, here) if on.name == PATIENT_PAGE else None,
        blank=" ".join(here.conversation.open_on(on.page)) if errors and here.paper is not None else "",
    )
    return html(drawn("question-page.html", f=frame(visit, view.title, here, on.path), v=view, p=panel(here)), status)


def _rows(visit: Visit, here: Talk, on: OnPage, filled: Filled) -> Iterator[RowShown]:
    put = {one.question.name: one for one in here.conversation.put(on.page)}
    waiting = _waiting(here, on)
    first = _considered(here.conversation)
    timed = times_that_matter(here.conversation, filled.since, here.on, here.now)
    for question in questions_of(here, on):
        name = question.name
        yield row(
            put[name], here.pathway, filled, here.now.date(), waits=name in waiting, first=first, now=here.paper is None, time=name in timed
        )  # fmt: skip


def _considered(conversation: Conversation) -> tuple[str, ...]:
    names = conversation.checked
    return tuple(pgd.id for pgd in conversation.pathway.pgds.values() if pgd.medicine in names)


def _waiting(here: Talk, on: OnPage) -> frozenset[str]:
    """The questions after which another set may be shown, found by judging the page with each value of each; typed ones are taken to be."""
    shown = _shown(here.conversation, on.page)
    found = set()
    for question in questions_of(here, on):
        values = _values(question)
        if not values or any(
            _shown(_with(here, question.name, value), on.page) - {question.name} != shown - {question.name}
            for value in values
        ):
            found.add(question.name)
    return frozenset(found)


def _values(question: Question) -> list[Any]:
    if question.answer is Answer.YES_NO:
        return [True, False, None]
    return [*question.choice_names(), None] if question.answer is Answer.ONE_OF else []


def _with(here: Talk, name: str, value: Any) -> Conversation:
    return converse(here.pathway, {**here.conversation.given, name: value}, here.on)


def _shown(conversation: Conversation, page: Page) -> set[str]:
    return {one.question.name for one in conversation.put(page) if one.shown}


def _prompts(here: Talk, on: OnPage) -> Iterator[str]:
    """What the content wants said on this page: by its title, or by a heading of the criteria whose questions stand on it."""
    stages = {one.stage for one in here.pathway.stopping if not set(one.reads).isdisjoint(on.page.facts)}
    for prompt in here.pathway.prompts:
        if on.page.title in prompt.at or not stages.isdisjoint(prompt.at):
            yield prompt.says


# Posted


def _post(visit: Visit, here: Talk, on: OnPage) -> Response:
    who = read_who(visit.posted, here.on, here.who) if on.name == PATIENT_PAGE else None
    given = _given(visit, here, on)
    answers = given.answers
    news_alone = agrees_to_the_news_alone(here)
    before, not_known = {one.id for one in here.conversation.contradictions}, here.conversation.in_the_way
    values = dict(answers.values)
    if who is not None and "born" not in who.wrong:
        values |= facts_of_who(who, here.pathway, here.on)
    if not (who is not None and "born" in who.wrong) and _would_stand(visit, here, on, answers) is None:
        return _show(visit, here, on, answers, (Error(*NOT_JUDGED[who is not None]),), who=who, status=422)
    odd = odd_answers(visit, here, on.page, values)
    saved = _saved(visit, here, on, given, who, odd)
    if isinstance(saved, Response):
        return saved
    emptied, here = saved
    on = asked(here, None if on.name == PATIENT_PAGE else on.number)
    left = visit.posted.one("blank").split() if here.paper is not None else []
    errors = (*_errors(here, on, answers, who, left), *_unexplained(here, given))
    if visit.posted.one("go") and not answers.wrong and not (who is not None and who.wrong):
        return go(
            path_of(here, "outcome")
        )  # the page is saved, so what was just answered is in the outcome; blanks stay open
    details_left = who is not None and here.held.state is ConsultationState.DETAILS_FOLLOW
    if errors and (details_left or not here.conversation.emergency):
        return _show(visit, here, on, answers, errors, "; ".join(is_right(odd)), who, 422)
    said = contradicted(here, on.page, before), emptied, red_flags_not_known(here, on.page, not_known)
    agreed = [*consent_of_two_kinds(here, news_alone)]
    note = "; ".join(chain(agreed, is_right(odd), *said))
    if note and (agreed or not here.conversation.emergency):
        return _show(visit, here, on, note=note)
    return go(page_path(here, _next(here, on)))


def _given(visit: Visit, here: Talk, on: OnPage) -> Given:
    questions = questions_of(here, on)
    return with_suggestions(visit, here, questions, read_answers(questions, visit.posted, here.now))


def _next(here: Talk, on: OnPage) -> int | None:
    """The page to go on to.

    In a correction one that is still to be looked through, which may be about an emergency too. What is blank on a paper form stays blank, so
    of one the pages before are not gone back to.
    """
    number = on.number if on.number is not None else -1
    left = [at for at, page in enumerate(here.conversation.pages) if page.title in here.held.look_through]
    if here.held.corrects and left:
        return next((one for one in left if one > number), left[0])
    after = here.conversation.page_after(number)
    return None if here.paper is not None and after is not None and after <= number else after


def _saved(
    visit: Visit, here: Talk, on: OnPage, given: Given, who: Who | None, odd: OddAnswers
) -> tuple[list[str], Talk] | Response:
    """The page on disk, with what it empties elsewhere; and the consultation as it then stands."""
    drafts = visit.desk.store.drafts
    revision, mark = given_back(visit)
    held = here.held
    values, origins = dict(given.answers.values), dict(given.origins)
    try:
        if who is not None:
            if who.as_patient() != dict(held.patient) or not held.patient_mark:
                held = drafts.who(held.id, visit.actor, revision, mark, who.as_patient())
                revision, mark = held.revision, held.patient_mark
            born = facts_of_who(who, here.pathway, here.on) if "born" not in who.wrong else {}
            values |= born
            origins |= dict.fromkeys(born, HANDED_OVER if who.born_as_brought else TYPED)
        fields = {**given.fields, **readings_kept(questions_of(here, on), visit.posted)}
        fields |= {STANDS: [*odd.confirmed]} if odd.confirmed else {}
        held = drafts.post(held.id, visit.actor, revision, mark, on.name, values, origins, fields)
    except StoreRefused as refused:
        return about(visit, refused, [*came_too_late(visit, refused, here, given.answers.values)])
    except (
        PharmacyFirstError
    ) as refused:  # the disk is full, or gone: what was typed stays on the page, to be sent again
        return _show(visit, here, on, given.answers, (Error(f"Not saved: {refused}", "continue"),), who=who, status=503)
    try:
        after = talk(visit.desk, held, visit.now)
    except Refused as refused:
        return about(visit, refused)
    return emptied_elsewhere(visit, after)


def emptied_elsewhere(visit: Visit, here: Talk) -> tuple[list[str], Talk]:
    """Take away the answers to what is asked no more: a change upstream empties what hung on it. Says which."""
    gone = here.conversation.emptied()
    if not gone:
        return [], here
    held = here.held
    for name, page in held.pages.items():
        kept = {fact: value for fact, value in page.answers.items() if fact not in gone}
        if len(kept) != len(page.answers):
            fields, origins = _without(page.fields, gone), {fact: page.origins[fact] for fact in kept}
            held = visit.desk.store.drafts.post(
                held.id, visit.actor, held.revision, held.patient_mark, name, kept, origins, fields
            )
    questions = here.pathway.questions
    says = [f"Emptied, because it is no longer asked: {', '.join(called(questions[name]) for name in gone)}"]
    return says, talk(visit.desk, held, visit.now)


def _without(fields: Mapping[str, Any], gone: tuple[str, ...]) -> dict[str, Any]:
    """What is kept beside a page without what was about these answers."""
    by_answer = {part: held for part, held in fields.items() if part != STANDS}
    parts = {
        part: {name: one for name, one in dict(held).items() if name not in gone} for part, held in by_answer.items()
    }
    return {part: held for part, held in {**fields, **parts}.items() if held}


def _unexplained(here: Talk, given: Given) -> Iterator[Error]:
    for name in given.unexplained:
        words = called(here.pathway.questions[name])
        yield Error(
            f"{words}: the answer contradicts what was found elsewhere. Say why, or answer again", reason_of(name)
        )


def _errors(here: Talk, on: OnPage, answers: Answers, who: Who | None, left: list[str]) -> Iterator[Error]:
    """What does not fit or is blank; ``left`` are questions that are blank on a paper form, and may stay so."""
    if who is not None:
        found = lacking(who, here.on)
        yield from (Error(says, place_of(name)) for name, says in found.items())
    open_ = here.conversation.open_on(on.page)
    for question in questions_of(here, on):
        if question.name in answers.wrong:
            yield Error(answers.wrong[question.name], f"row-{question.name}")
        elif question.name in open_ and question.name not in left:
            yield Error(called(question), f"row-{question.name}")


# Live


def _would_stand(visit: Visit, here: Talk, on: OnPage, answers: Answers) -> Talk | None:
    """The consultation as it would stand with what is on the page; None where that cannot be judged. Nothing is stored."""
    mine = {question.name for question in questions_of(here, on)}
    given = {name: value for name, value in here.conversation.given.items() if name not in mine} | dict(answers.values)
    if on.name == PATIENT_PAGE:
        given = {name: value for name, value in given.items() if name not in (AGE, BORN)}
        given |= facts_of_who(read_who(visit.posted, here.on, here.who), here.pathway, here.on)
    try:
        who = replace(who_of(here.held), service=here.pathway.service)
        return replace(here, who=who, conversation=converse(here.pathway, given, here.on))
    except Refused:
        return None


def live(visit: Visit) -> Response:
    """``POST /c/ID/live/PAGE``: how things would stand with what is on the page; nothing is stored."""
    here = opened(visit)
    if isinstance(here, Response):
        return JSONResponse({"again": True}, status_code=409)
    on = asked(here, page_number(visit, here))
    answers = read_answers(questions_of(here, on), visit.posted, here.now)
    now = _would_stand(visit, here, on, answers)
    if now is None:
        return JSONResponse({"again": False}, status_code=422)
    conversation = now.conversation
    put = conversation.put(on.page)
    return JSONResponse(
        {
            "panel": drawn("panel.html", p=panel(now)),
            "times": sorted(times_that_matter(conversation, answers.since, here.on, here.now)),
            "shown": [one.question.name for one in put if one.shown],
            "stop": stop_of(now),
            "score": "; ".join(one.in_words() for one in conversation.scores),
        }
    )
