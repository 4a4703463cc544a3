"""A new consultation for somebody who was here before: the details are taken over, and nothing that was answered or agreed to then.

Where the earlier one led to it, it is one more of the same visit, or goes on from that visit.
"""

from dataclasses import replace

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.store import ConsultationSoFar, ConsultationState
from pharmacyfirst.web.brought import begin_with, who_again, who_named
from pharmacyfirst.web.desk import Visit, who_of
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.arrived import ArrivedPage, about_whom, page_about
from pharmacyfirst.web.pages.start import conditions_shown
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.replies import go


def again(visit: Visit) -> Response:
    """``GET`` and ``POST /again/ID``: whom that consultation was with, and which condition it is about now."""
    store = visit.desk.store
    try:
        held = store.records.read(visit.names["id"], visit.actor, "patient, for a new consultation")
        who = _who(visit, held)
        if visit.method == "POST":
            condition = visit.posted.one("condition")
            return go(begin_with(visit, who, condition, *_goes_on(visit, held, condition)))
    except PharmacyFirstError as refused:
        return said(visit, "It cannot be begun", str(refused))
    view = ArrivedPage("Here before", f"/again/{held.id}", about_whom(who), (), conditions_shown(visit))
    return page_about(visit, who, view)


def _goes_on(visit: Visit, held: ConsultationSoFar, condition: str) -> tuple[str, str]:
    """The visit that a new consultation is one more of, and the earlier one that it goes on from: where that led to this pathway."""
    if held.state is not ConsultationState.FINISHED:
        return "", ""
    record = visit.desk.store.records.record(held.id, visit.desk.library)
    if condition not in leads_to(record):
        return "", ""
    return (held.visit or held.id, "") if record.on == visit.today else ("", held.id)


def leads_to(record: Consultation) -> tuple[str, ...]:
    """The pathways that may follow a consultation: what is measured next, and what may be begun in the same visit."""
    outcome = record.assessment["outcome"]
    measured = outcome["destination"] if record.kind is Kind.MEASURE_NEXT else None
    return tuple(one for one in (measured, outcome.get("next")) if one)


def _who(visit: Visit, held: ConsultationSoFar) -> Who:
    """As the record names them; of one that has no record yet, as the page was typed."""
    if held.state is not ConsultationState.FINISHED:
        return who_again(who_of(held))
    patient = visit.desk.store.records.record(held.id, visit.desk.library).patient
    return who_again(replace(who_named(patient), practice=held.practice))
