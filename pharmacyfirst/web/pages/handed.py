"""A patient who was handed over is opened: once, by the registered professional at the desk, who then has the consultation."""

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.handover.link import LinkRefused
from pharmacyfirst.web.arrived import begin_from, keep_handover
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.handing import OPENS_AT
from pharmacyfirst.web.opened import WayOn, not_for_their_role, said
from pharmacyfirst.web.replies import go
from pharmacyfirst.web.who_may import may

LINK = "link"
OWES = "Choose first what your account asks of you, then open the link again. The patient goes on waiting."


def open_link(visit: Visit) -> Response:
    """Open what the posted link leads to, keep it, and begin the consultation, or ask about which condition it is.

    It goes on waiting where patients are not for whoever is at the desk, or where they have still to choose what they sign in with.
    """
    person = visit.at_the_desk.person
    if not may(OPENS_AT, "POST", person.roles):
        return not_for_their_role(visit)
    if visit.desk.owes(person):
        return said(visit, "Nothing was opened", OWES, ways=(WayOn("To your account", "/account"),), status=403)
    gphc_number = person.practitioner.gphc_number
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
