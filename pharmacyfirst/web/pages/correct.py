"""Correcting a finished record: a new consultation begun from it, and what the outcome page says of what was done then."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message_words import moment
from pharmacyfirst.record.papers.parts import quantity_of
from pharmacyfirst.store import ConsultationSoFar
from pharmacyfirst.web.correcting import corrected_by, decision_before, handed_over
from pharmacyfirst.web.desk import PATIENT_PAGE, Talk, Visit
from pharmacyfirst.web.finishing import Done, NotFinished, pregnancy_asked
from pharmacyfirst.web.frame import drawn, page_path, path_of
from pharmacyfirst.web.handed import charged, charges
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.beside import THREAT
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.saved import record_frame, record_here
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown


@dataclass(frozen=True, slots=True)
class CorrectPage:
    """What the page shows on which a correction is begun."""

    path: str
    back: str
    because: str
    errors: tuple[Error, ...]


def correct(visit: Visit) -> Response:
    """``GET`` and ``POST /r/ID/correct``: why the record is corrected; then a consultation begun from its patient and answers."""
    here = record_here(visit, "record, to correct it")
    if isinstance(here, Response):
        return here
    record, because = here.record, visit.posted.one("r-because")
    id, errors = record.id, tuple[Error, ...]()
    if visit.method == "POST" and because:
        try:
            pathway = visit.desk.library.in_force(record.pathway, record.on)
            held = visit.desk.store.drafts.correct(id, pathway, visit.actor, record, because, apart=(THREAT,))
            return go(f"/c/{held.id}/{PATIENT_PAGE}")
        except PharmacyFirstError as refused:
            return said(visit, "It cannot be corrected", str(refused))
    if visit.method == "POST":
        errors = (Error("Say why it is corrected", "r-because"),)
    view = CorrectPage(f"/r/{id}/correct", f"/r/{id}", because, errors)
    return html(
        drawn("correct.html", f=record_frame(visit, "Correct this record", record), v=view), 422 if errors else 200
    )


@dataclass(frozen=True, slots=True)
class PageToLook:
    """A page that is still to be looked through."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class CorrectingShown:
    """What the outcome page of a correction says: what is corrected and why, which pages are left, and what was done then.

    ``incident`` asks whether it is an incident, once it was found that there was no permit for what was handed over.
    """

    held: ConsultationSoFar
    path: str
    old: str
    says: str
    because: str
    left: tuple[PageToLook, ...]
    before: str
    pregnancy: str
    pregnancy_kept: bool
    reason: str
    incident: bool
    threat: str
    charges: tuple[ChoiceShown, ...]


def correcting_shown(visit: Visit, here: Talk) -> CorrectingShown | None:
    """What the outcome page of a correction says; None where nothing is corrected."""
    correcting = here.held.correcting
    if correcting is None:
        return None
    old = corrected_by(visit, here)
    return CorrectingShown(
        held=here.held,
        path=path_of(here, "outcome"),
        old=f"/r/{old.id}",
        says=f"You correct the record of {moment(old.started_at)}, held by {old.practitioner.name}",
        because=correcting.because,
        left=tuple(_left(here)),
        before=done_before(old),
        pregnancy=pregnancy_asked(here),
        pregnancy_kept=old.pregnancy_confirmed is not None,
        reason=visit.posted.one("b-because"),
        incident=bool(old.supplies) and visit.method == "POST",
        threat=path_of(here, "threat") if THREAT in here.held.pages else "",
        charges=tuple(_charges(visit, here, old)),
    )


def _charges(visit: Visit, here: Talk, old: Consultation) -> Iterator[ChoiceShown]:
    """What may be said of the charge, where what is on record of it is not for somebody of the age that the patient has now."""
    fitting = charges(here)
    if old.charge is not None and old.charge.exemption not in {code for code, _ in fitting}:
        for code, says in fitting:
            yield ChoiceShown(code, says, visit.posted.one("b-charge") == code)


def _left(here: Talk) -> list[PageToLook]:
    titles = {page.title: number for number, page in enumerate(here.conversation.pages)}
    return [
        PageToLook("Patient", path_of(here, PATIENT_PAGE))
        if name == PATIENT_PAGE
        else PageToLook(name, page_path(here, titles.get(name, 0)))
        for name in here.held.look_through
    ]


def done_before(old: Consultation) -> str:
    """What was done, as the record has it, in a few words."""
    handed = [f"{one.amp.display}, {quantity_of(one)}" for one in old.supplies]
    handed += [f"{one.amp.display}, {one.quantity.in_words()}, without a permit" for one in old.unpermitted]
    onward = [f"to {one.to}" for one in old.decision.onward]
    more = "; ".join((*handed, *onward))
    return f"{old.decision.done}{f': {more}' if more else ''}"


OTHER_CHARGE = "The prescription charge that is on record is not for somebody of the patient's age: say whether it was paid, or why not, and finish again."


def as_before(visit: Visit, here: Talk) -> Done:
    """What was done then, to be recorded once more beside the corrected answers. Raises ``RecordRefused``; ``NotFinished`` where the
    charge has to be said anew.
    """
    old, posted = corrected_by(visit, here), visit.posted
    handed, charge = handed_over(old), old.charge
    if fitting := {one.value for one in _charges(visit, here, old)}:
        if posted.one("b-charge") not in fitting:
            raise NotFinished(OTHER_CHARGE)
        charge = charged(posted.one("b-charge"), None)
    return Done(
        decision_before(old, here.conversation.assessment, posted.one("b-because")),
        tuple(one.handed() for one in handed),
        charge,
        pregnancy=posted.ticked("o-pregnancy"),
        incident=posted.ticked("b-incident"),
    )
