"""``POST /handover``: the pharmacy's own system hands a patient over, and is given a link that opens once.

It answers programs of this machine that show the secret of this start, and no browser. Everything it says is JSON, and names no patient.
"""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pharmacyfirst.handover.handed import MOST_BYTES, Handover, HandoverRefused, read_handover
from pharmacyfirst.handover.link import LIVES, LinkRefused
from pharmacyfirst.handover.secret import sent_by_a_browser
from pharmacyfirst.web.desk import Desk
from pharmacyfirst.web.posted import NotAForm, TooSlow, bounded

OPENS_AT = "/handed-over"
NOTHING = "Nothing was handed over."


async def hand_over(request: Request) -> Response:
    """Read a handover, and answer with the link that opens it: 201. The link's own part stands behind ``#``, which no browser sends on.

    401 where the secret is not shown, 403 for a browser or another machine's name, 409 before the pharmacy is set up, 413 for too much, 408 for too slow,
    422 with the field that does not fit, 429 where too many wait, 503 where the secret could not be made.
    """
    desk: Desk = request.app.state.desk
    here = desk.place.came_from_here(request.client.host if request.client is not None else "")
    if not here or sent_by_a_browser(request.headers.keys()):
        return _refused(403, "Only the pharmacy's own system on this machine may hand a patient over, and no browser.")
    if desk.secret is None:
        return _refused(
            503, "The secret could not be made when the form was started. See what it said then, and start it again."
        )
    if not desk.secret.is_shown(bearer(request)):
        return _refused(
            401, "Show the secret of this start: Authorization: Bearer, and what is in the file of the data folder."
        )
    try:
        raw = await bounded(request.stream(), request.headers, MOST_BYTES)
    except TooSlow as slow:
        return _refused(slow.status, "The handover did not come in time.")
    except NotAForm as refused:
        return _refused(refused.status, f"A handover has at most {MOST_BYTES // 1024} kB.")
    way = f"/at/{desk.site}{OPENS_AT}" if desk.site else OPENS_AT
    return _taken(desk, raw, f"{desk.place.scheme}://{request.headers['host']}{way}")


def not_here(says: str) -> Response:
    """What a program is told that asked another name than this form's, or came round the proxy."""
    return _refused(403, says)


def bearer(request: Request) -> str:
    """What a program shows as its secret."""
    scheme, _, words = request.headers.get("authorization", "").partition(" ")
    return words.strip() if scheme.lower() == "bearer" else ""


def _taken(desk: Desk, raw: bytes, opens_at: str) -> Response:
    now = desk.now()
    if desk.ours is None:
        return _refused(409, "The pharmacy is not set up yet: open the form in a browser first.")
    try:
        handover = read_handover(raw, now)
        wrong = next(_wrong(desk, handover), "")
        if wrong:
            return _refused(422, wrong)
        link = desk.links.give(handover, now, raw)
    except HandoverRefused as refused:
        return _answer(422, {"error": str(refused)})
    except LinkRefused as refused:
        return _refused(429, str(refused))
    return _answer(201, {"link": f"{opens_at}#{link}", "opens_before": (now + LIVES).isoformat()})


def _wrong(desk: Desk, handover: Handover) -> Iterator[str]:
    """What of a handover does not fit this pharmacy."""
    asked_by, ours = handover.asked_by, desk.ours
    assert ours is not None
    if asked_by.pharmacy != ours.pharmacy.ods:
        yield "asked_by, pharmacy: this form stands in another pharmacy."
    if asked_by.for_practitioner not in (None, *(one.gphc_number for one in desk.practitioners)):
        yield "asked_by, for_practitioner: nobody of this GPhC number is at this desk, so nobody could open it."
    if handover.pathway is not None and handover.pathway not in desk.library.conditions:
        yield "pathway: there is no such pathway. Leave it out, and it is chosen in the form."


def _refused(status: int, says: str) -> Response:
    return _answer(status, {"error": f"{says} {NOTHING}"})


def _answer(status: int, says: dict[str, str]) -> Response:
    return JSONResponse(says, status, {"www-authenticate": "Bearer"} if status == 401 else None)
