"""The outcome page: what to do, to whom and by when, why, what to say, what was done; and the end of every consultation without a supply."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.explain import said_together
from pharmacyfirst.kernel.outcome import EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.questions import LIFE_THREATENING, Answer
from pharmacyfirst.kernel.told import SAFETY_NETTING, in_words
from pharmacyfirst.paper.words import begun, day, listed
from pharmacyfirst.record.decision import Decision
from pharmacyfirst.record.fields import read_back
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.store import ConsultationSoFar, ConsultationState, StoreRefused
from pharmacyfirst.web.correcting import AS_BEFORE
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.did import ELSE, ELSE_DONE, ENDED_EARLY, OPTIONS, read_did, read_duties, usual_place
from pharmacyfirst.web.finishing import Done, finish, pregnancy_asked
from pharmacyfirst.web.frame import drawn, frame, go_on, page_path, path_of
from pharmacyfirst.web.opened import about, given_back, opened
from pharmacyfirst.web.pages.beside import THREAT
from pharmacyfirst.web.pages.correct import CorrectingShown, as_before, correcting_shown
from pharmacyfirst.web.pages.duties import DutyShown, duties_shown, may_be_provided
from pharmacyfirst.web.pages.missing import missing_of, to_fill_in
from pharmacyfirst.web.pages.offers import OfferShown, offer_shown
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import recorded
from pharmacyfirst.web.panel import TONES
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown, answer_in_words, called


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """Why it came out so, with its id, and to whom it sends the patient."""

    id: str
    says: str
    where_to: str


@dataclass(frozen=True, slots=True)
class SaidShown:
    """What to say to the patient under one heading."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer that the outcome is based on, and the page where it is changed."""

    says: str
    answer: str
    path: str


@dataclass(frozen=True, slots=True)
class FindingShown:
    """A criterion as it was judged."""

    id: str
    stage: str
    says: str
    verdict: str
    decided: bool


@dataclass(frozen=True, slots=True)
class DidShown:
    """What is asked of what was done."""

    title: str
    options: tuple[ChoiceShown, ...]
    others: tuple[ChoiceShown, ...]
    place: str
    onward: bool
    no_supply: tuple[ChoiceShown, ...]
    because: str
    accepted: str
    at: str
    otc: str
    notes: str
    told: tuple[ChoiceShown, ...]
    pregnancy: str
    pregnancy_wanted: bool
    finish: str
    late: bool
    late_because: str
    more_open: bool


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """What the outcome page shows. ``tone`` is how urgent it looks, beside the words.

    ``on_paper`` says of which paper form it is entered; ``reach`` that somebody who was seen then may still be in danger; ``handed_over`` are
    the medicines of which the paper may say that they were handed over otherwise than is offered.
    """

    title: str
    tone: str
    path: str
    held: ConsultationSoFar
    where_to: tuple[str, ...]
    reasons: tuple[ReasonShown, ...]
    prompts: tuple[str, ...]
    asks_threat: bool
    threat: str
    not_known: tuple[AnswerShown, ...]
    open: tuple[AnswerShown, ...]
    offers: tuple[OfferShown, ...]
    say: tuple[SaidShown, ...]
    based_on: tuple[AnswerShown, ...]
    answered_no: tuple[AnswerShown, ...]
    findings: tuple[FindingShown, ...]
    did: DidShown
    duties: tuple[DutyShown, ...]
    permit: tuple[str, ...]
    errors: tuple[Error, ...]
    missing: tuple[Error, ...]
    more_urgent: tuple[AnswerShown, ...]
    details_follow: bool
    correcting: CorrectingShown | None
    on_paper: str
    reach: bool
    handed_over: tuple[AnswerShown, ...]


def outcome(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/outcome``."""
    here = opened(visit)
    if isinstance(here, Response):
        return here
    return _post(visit, here) if visit.method == "POST" else show(visit, here)


def show(visit: Visit, here: Talk, errors: tuple[Error, ...] = (), status: int = 200) -> Response:
    """The page."""
    conversation, assessment = here.conversation, here.conversation.assessment
    kind = assessment.outcome.kind
    undecided = not conversation.decided and bool(conversation.open)
    title = "Not decided yet" if undecided else in_words(assessment.outcome)
    view = OutcomePage(
        title=title,
        tone=TONES.get(kind, "grey"),
        path=path_of(here, "outcome"),
        held=here.held,
        where_to=tuple(dict.fromkeys(one for one in (assessment.where_to,) if one)),
        reasons=tuple(ReasonShown(one.id, one.says, one.where_to) for one in assessment.reasons),
        prompts=tuple(one.says for one in here.pathway.prompts if kind.word in one.at),
        asks_threat=_asks_threat(here),
        threat=path_of(here, "threat"),
        not_known=tuple(_answers(here, conversation.in_the_way)) if not undecided else (),
        open=tuple(_answers(here, conversation.open))
        if not conversation.decided or kind in (Kind.SUPPLY, Kind.SELF_CARE)
        else (),
        offers=tuple(offer_shown(here, one) for one in assessment.offers),
        say=tuple(_say(here)) if not undecided else (),
        based_on=tuple(one for one in _given(here) if one.answer not in ("No", "None")),
        answered_no=tuple(one for one in _given(here) if one.answer in ("No", "None")),
        findings=tuple(_findings(here)),
        did=did_shown(visit, here),
        duties=duties_shown(visit, here),
        permit=tuple(may_be_provided(visit, here)),
        errors=errors,
        missing=missing_of(here),
        more_urgent=tuple(_more_urgent(here)),
        details_follow=here.held.state is ConsultationState.DETAILS_FOLLOW and conversation.emergency,
        correcting=correcting_shown(visit, here),
        on_paper=here.paper.in_words() if here.paper is not None else "",
        reach=here.paper is not None and kind <= Kind.REFER_URGENT,
        handed_over=tuple(_handed_over(here)),
    )
    return html(drawn("outcome.html", f=frame(visit, title, here, view.path), v=view), status)


def _asks_threat(here: Talk) -> bool:
    """Whether it is asked if life is threatened: of whom goes to A&E, and again where everything has to be looked through once more."""
    if LIFE_THREATENING not in here.pathway.questions:
        return False
    to_hospital = here.conversation.assessment.outcome.destination == EMERGENCY_DEPARTMENT
    return (to_hospital and LIFE_THREATENING not in here.held.answers) or THREAT in here.held.look_through


def _handed_over(here: Talk) -> Iterator[AnswerShown]:
    """Every medicine of the pathway: what was handed over on paper happened, whatever is offered now."""
    for pgd in here.pathway.pgds.values() if here.paper is not None else ():
        yield AnswerShown(begun(pgd.title), "", path_of(here, f"handed-over/{pgd.id}"))


def _more_urgent(here: Talk) -> Iterator[AnswerShown]:
    """The questions of which an answer could still make it more urgent than it is."""
    conversation = here.conversation
    if conversation.decided and not conversation.emergency:
        yield from _answers(here, tuple(name for name in conversation.could_be_more_urgent if name != LIFE_THREATENING))


def _answers(here: Talk, names: tuple[str, ...]) -> Iterator[AnswerShown]:
    questions = here.pathway.questions
    for name in names:
        yield AnswerShown(called(questions[name]), "", f"{page_path(here, here.conversation.page_of(name))}#row-{name}")


def _given(here: Talk) -> Iterator[AnswerShown]:
    conversation, since = here.conversation, here.since
    for page in conversation.pages:
        for name in page.facts:
            if name in conversation.given:
                question = here.pathway.questions[name]
                answer = conversation.given[name]
                words = answer_in_words(question, answer, since.get(name, "")) if answer is not None else "Not known"
                if question.answer is Answer.DATE and answer is not None:
                    words = day(date.fromisoformat(str(answer)))
                yield AnswerShown(called(question), words, f"{page_path(here, conversation.page_of(name))}#row-{name}")


def _say(here: Talk) -> Iterator[SaidShown]:
    for heading, lines in said_together(here.conversation.assessment):
        yield SaidShown("When to get help" if heading == SAFETY_NETTING else begun(heading), lines)


def _findings(here: Talk) -> Iterator[FindingShown]:
    assessment = here.conversation.assessment
    for one in assessment.findings:
        yield FindingShown(one.id, one.item.stage, one.item.in_words(), one.verdict.value, one in assessment.deciding)


_TOLD = (("o-told-netting", "Said when to get help"), ("o-told-leaflet", "Gave it in writing"))


def did_shown(visit: Visit, here: Talk) -> DidShown:
    """What is asked of what was done, as it was posted where it was."""
    assessment, posted = here.conversation.assessment, visit.posted
    kind = assessment.outcome.kind
    options = OPTIONS[kind]
    chosen = posted.one("o-did")
    shown = [ChoiceShown(one.key, one.says, one.key == chosen, str(at)) for at, one in enumerate(options, 1)]
    shown.append(ChoiceShown(ELSE, "Something else", chosen == ELSE, str(len(options) + 1)))
    reasons = coded_lists()["no supply"].items.items() if kind is Kind.SUPPLY else ()
    return DidShown(
        title=_asked_of_it(here, kind),
        options=tuple(shown),
        others=tuple(ChoiceShown(value, says, posted.one("o-else") == value) for value, says in ELSE_DONE),
        place=posted.one("o-to") or (usual_place(assessment) if any(one.done == "referred" for one in options) else ""),
        onward=any(one.done == "referred" for one in options),
        no_supply=tuple(
            ChoiceShown(value, f"{says[:1].upper()}{says[1:]}", posted.one("o-no-supply") == value)
            for value, says in reasons
        ),
        because=posted.one("o-because"),
        accepted=posted.one("o-accepted"),
        at=posted.one("o-at"),
        otc=posted.one("o-otc"),
        notes=posted.one("o-notes"),
        told=tuple(ChoiceShown(name, says, posted.ticked(name)) for name, says in _TOLD),
        pregnancy=pregnancy_asked(here),
        pregnancy_wanted=posted.ticked("o-pregnancy"),
        finish=_finish(here, kind),
        late=here.on != here.now.date(),
        late_because=posted.one("o-late"),
        more_open=kind is Kind.SUPPLY
        or chosen in (ELSE, ENDED_EARLY)
        or any(posted.one(name) for name in ("o-because", "o-otc", "o-notes")),
    )


def _finish(here: Talk, kind: Kind) -> str:
    """What the last button does."""
    what = "Finish the correction" if here.held.correcting is not None else "Finish"
    return f"{what} without a supply" if kind is Kind.SUPPLY else what


def _asked_of_it(here: Talk, kind: Kind) -> str:
    if here.paper is not None:
        return "What was done, as the paper says?"
    return "Do not supply" if kind is Kind.SUPPLY else "What did you do?"


def _post(visit: Visit, here: Talk) -> Response:
    assessment = here.conversation.assessment
    if here.held.state is ConsultationState.DETAILS_FOLLOW and not visit.posted.one("o-did") and here.held.emergency:
        return _finished(visit, here, read_back(Decision, dict(here.held.emergency)["decision"]))
    if here.held.correcting is not None and visit.posted.one("o-did") == AS_BEFORE:
        try:
            return _ended(visit, here, as_before(visit, here))
        except PharmacyFirstError as refused:
            return _refused(visit, here, refused)
    if not here.conversation.decided and here.conversation.open and here.paper is None:
        return show(visit, here, (Error("Not everything was asked: answer what is open, or end here", "open"),), 422)
    try:
        told = {"yes": True, "no": False}.get(here.who.get("share"))
        did = read_did(visit.posted, assessment, here.now, here.paper is not None, told)
    except PharmacyFirstError as refused:
        return show(visit, here, (Error(str(refused), "did"),), 422)
    if did.decision is None:
        return show(visit, here, tuple(Error(says, name) for name, says in did.wrong.items()), 422)
    return _finished(visit, here, did.decision)


def _finished(visit: Visit, here: Talk, decision: Decision) -> Response:
    revision, mark = given_back(visit)
    here = _as_shown(here, revision, mark)
    if missing := missing_of(here):
        if not here.conversation.emergency or here.held.state is ConsultationState.DETAILS_FOLLOW:
            return show(visit, here, to_fill_in(here), 422)
        done = {"decision": decision.model_dump(mode="json", exclude_none=True)}
        try:
            visit.desk.store.drafts.details_follow(here.held.id, visit.actor, revision, mark, done)
        except PharmacyFirstError as refused:
            return about(visit, refused)
        return go_on(
            visit,
            "/",
            f"{KEPT}: {listed(one.says for one in missing)}. It stays on the work list until they are there.",
        )
    posted = visit.posted
    try:
        duties = read_duties(posted, here.conversation.assessment)
    except PharmacyFirstError as refused:
        return show(visit, here, (Error(str(refused), "duties"),), 422)
    late, pregnancy = posted.one("o-late"), posted.ticked("o-pregnancy")
    return _ended(visit, here, Done(decision, late=late, pregnancy=pregnancy, duties=duties))


def _ended(visit: Visit, here: Talk, done: Done) -> Response:
    """The record, made and stored; else the page with what stands in the way."""
    try:
        finish(visit, _as_shown(here, *given_back(visit)), done)
    except PharmacyFirstError as refused:
        return _refused(visit, here, refused)
    return recorded(visit, here)


KEPT = "What was done in the emergency is kept. Of the patient there is still missing"


def _as_shown(here: Talk, revision: int, mark: str) -> Talk:
    """The consultation with the revision and the patient that the page was shown with, so that the store compares those."""
    return replace(here, held=replace(here.held, revision=revision, patient_mark=mark))


def _refused(visit: Visit, here: Talk, refused: PharmacyFirstError) -> Response:
    if isinstance(refused, StoreRefused):
        return about(visit, refused)
    return show(visit, here, (Error(str(refused), "did"),), 422)
