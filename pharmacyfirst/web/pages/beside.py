"""What is done with a page of questions besides continuing it: the button for a threat to life, and keeping what was typed so far."""

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.questions import LIFE_THREATENING
from pharmacyfirst.store import HANDED_OVER, TYPED, ConsultationSoFar
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk, Visit, facts_of_who
from pharmacyfirst.web.frame import path_of
from pharmacyfirst.web.opened import about, given_back, opened
from pharmacyfirst.web.pages.questions import asked, page_number, questions_of
from pharmacyfirst.web.replies import go
from pharmacyfirst.web.rows import read_answers
from pharmacyfirst.web.suggested import with_suggestions

THREAT = "threat to life"
NOT_KEPT = ("token", "revision", "mark", "on", "blank")


def keep(visit: Visit) -> Response:
    """``POST /c/ID/keep/PAGE``: a page as it stands in the browser, kept in case that crashes. It answers nothing until it is continued."""
    here = opened(visit)
    if isinstance(here, Response):
        return JSONResponse({"again": True}, status_code=409)
    on = asked(here, page_number(visit, here))
    form = {name: values for name, values in visit.posted.fields.items() if name not in NOT_KEPT}
    try:
        held = visit.desk.store.drafts.keep_typed(here.held.id, visit.actor, *given_back(visit), on.name, form)
    except PharmacyFirstError:  # something newer was saved, the disk is full, ...: Continue says it in words
        return JSONResponse({"again": True}, status_code=409)
    return JSONResponse({"says": f"Saved {in_england(held.typed[on.name].at):%H:%M}"})


def threat(visit: Visit) -> Response:
    """``POST /c/ID/threat``: an immediate threat to life, from any page; what else stood on that page is saved with it."""
    here = opened(visit)
    if isinstance(here, Response):
        return here
    revision, mark = given_back(visit)
    try:
        if LIFE_THREATENING in here.pathway.questions:
            yes = visit.posted.one("threat") == "yes"
            held = _beside(visit, here, revision, mark)
            visit.desk.store.drafts.post(
                held.id, visit.actor, held.revision, held.patient_mark, THREAT, {LIFE_THREATENING: yes}
            )
    except PharmacyFirstError as refused:
        return about(visit, refused)
    return go(path_of(here, "outcome"))


def _beside(visit: Visit, here: Talk, revision: int, mark: str) -> ConsultationSoFar:
    """Save what stood on the page whose button it was, as far as it fits. The outcome page has no questions."""
    number = visit.posted.one("on")
    if not number:
        return _same(here.held, revision, mark)
    on = asked(here, int(number) if number.isdecimal() and int(number) < len(here.conversation.pages) else None)
    answers = read_answers(questions_of(here, on), visit.posted, here.now)
    given = with_suggestions(visit, here, questions_of(here, on), answers)
    kept, origins = dict(given.answers.values), dict(given.origins)
    if on.name == PATIENT_PAGE:
        born = facts_of_who(here.who, here.pathway, here.on)
        kept |= born
        origins |= dict.fromkeys(born, HANDED_OVER if here.who.born_as_brought else TYPED)
    return visit.desk.store.drafts.post(here.held.id, visit.actor, revision, mark, on.name, kept, origins, given.fields)


def _same(held: ConsultationSoFar, revision: int, mark: str) -> ConsultationSoFar:
    return replace(
        held, revision=revision, patient_mark=mark
    )  # so that the store compares what the page was shown with
