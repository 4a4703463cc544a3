"""A patient who was handed over is opened: once, by the pharmacist at the desk, who then has the consultation."""

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.handover.link import LinkRefused
from pharmacyfirst.web.arrived import begin_from, keep_handover
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.replies import go

LINK = "link"


def open_link(visit: Visit) -> Response:
    """Open what the posted link leads to, keep it, and begin the consultation, or ask about which condition it is."""
    gphc_number = visit.at_the_desk.person.practitioner.gphc_number
    try:
        opened = visit.desk.links.open(visit.posted.one(LINK), gphc_number, visit.now)
    except LinkRefused as refused:
        return said(visit, "Nothing was opened", str(refused), status=410)
    handover = opened.of(gphc_number)
    try:
        came = keep_handover(visit, opened.as_it_came(gphc_number), handover.patient)
    except PharmacyFirstError as refused:
        return said(visit, "The patient has to be handed over again", str(refused), status=503)
    if handover.pathway is not None and _in_force(visit, handover.pathway):
        return begin_from(visit, came, handover.pathway)
    return go(f"/in/{came.id}")


def _in_force(visit: Visit, condition: str) -> bool:
    """Whether the condition can be chosen today; else somebody looks at the patient, and chooses."""
    try:
        return visit.desk.library.in_force(condition, visit.today) is not None
    except Refused:
        return False
