"""*End here*, from every page: why the consultation ends before it is finished, and what is recorded of it."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.record.decision import Decision, Onward
from pharmacyfirst.record.decision import Done as WasDone
from pharmacyfirst.store import ConsultationSoFar, StoreRefused
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.did import ENDED, NOBODY_CAME, urgency_of, usual_place
from pharmacyfirst.web.finishing import Done, finish
from pharmacyfirst.web.frame import drawn, frame, go_on, path_of
from pharmacyfirst.web.opened import about, given_back, not_judged, opened
from pharmacyfirst.web.pages.missing import missing_of, to_fill_in
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import recorded
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown

MISTAKE, REFERRED = "mistake", "referred"


@dataclass(frozen=True, slots=True)
class EndPage:
    """What the page shows. ``missing`` is what a record would lack of the patient."""

    path: str
    back: str
    held: ConsultationSoFar
    reasons: tuple[ChoiceShown, ...]
    because: str
    missing: tuple[Error, ...]
    where_to: str
    errors: tuple[Error, ...]


def _ways(here: Talk) -> tuple[tuple[str, str], ...]:
    """Why it may end. That nobody came is for where nothing was asked: what was answered is somebody's answers."""
    asked = here.held.answers.keys() - {AGE, BORN}
    return ENDED if asked else (*ENDED[:-1], *NOBODY_CAME, ENDED[-1])


def _done(reason: str) -> WasDone:
    nobody = next((done for done, _ in NOBODY_CAME if done == reason), None)
    return nobody or ("referred" if reason == REFERRED else "ended early")


def end(visit: Visit) -> Response:
    """``GET`` and ``POST /c/ID/end``."""
    here = opened(visit)
    if isinstance(here, Response):
        held = not_judged(visit)
        return here if held is None else _without_judging(visit, held)
    posted, ways = visit.posted, _ways(here)
    reason, because = posted.one("e-reason"), posted.one("e-because")
    errors: list[Error] = []
    if visit.method == "POST":
        words = dict(ways).get(reason)
        if words is None:
            errors.append(Error("Say why it ends here", "e-reason"))
        elif reason == "other" and not because:
            errors.append(Error("Write the reason", "e-because"))
        elif reason != MISTAKE and missing_of(here):
            errors.extend(to_fill_in(here))
        else:
            revision, mark = given_back(visit)
            here = replace(here, held=replace(here.held, revision=revision, patient_mark=mark))
            try:
                if reason == MISTAKE:
                    visit.desk.store.drafts.abandon(here.held.id, visit.actor, revision, words)
                    return go_on(
                        visit, "/", "Ended as a mistake: there is no record of it, and what was answered is kept."
                    )
                assessment = here.conversation.assessment
                onward = (
                    Onward(
                        to=usual_place(assessment),
                        urgency=urgency_of(assessment),
                        how="told to go",
                        at=here.now if here.paper is None else None,
                    ),
                )
                decision = Decision(
                    done=_done(reason),
                    because=because or words,
                    onward=onward if reason == REFERRED else (),
                )
                finish(visit, here, Done(decision, late=because))
                return recorded(visit, here)
            except StoreRefused as refused:
                return about(visit, refused)
            except PharmacyFirstError as refused:
                errors.append(Error(str(refused), "e-reason"))
    view = EndPage(
        path=path_of(here, "end"),
        back=path_of(here, "outcome"),
        held=here.held,
        reasons=tuple(ChoiceShown(value, says, value == reason, str(at)) for at, (value, says) in enumerate(ways, 1)),
        because=because,
        missing=missing_of(here),
        where_to=here.conversation.assessment.where_to,
        errors=tuple(errors),
    )
    return html(drawn("end.html", f=frame(visit, "End here", here, ""), v=view), 422 if errors else 200)


NOT_JUDGED = "What stands in this draft cannot be judged, so there can be no record of it. What was answered is kept, with why it was ended."


def _without_judging(visit: Visit, held: ConsultationSoFar) -> Response:
    """The end of a draft that no page opens any more: there is nothing to record but why."""
    because, errors = visit.posted.one("e-because"), tuple[Error, ...]()
    if visit.method == "POST" and because:
        try:
            visit.desk.store.drafts.abandon(held.id, visit.actor, given_back(visit)[0], because)
            return go_on(visit, "/", "Ended, with the reason: there is no record of it, and what was answered is kept.")
        except PharmacyFirstError as refused:
            return about(visit, refused)
    if visit.method == "POST":
        errors = (Error("Write the reason", "e-because"),)
    path = f"/c/{held.id}/end"
    view = EndPage(path, "/", held, (), because, (), NOT_JUDGED, errors)
    return html(drawn("end.html", f=frame(visit, "End here"), v=view), 422 if errors else 200)
