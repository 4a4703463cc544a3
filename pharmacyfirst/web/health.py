"""Whether the form lives and is ready, for whoever watches the machine: no sign-in, and no word about why not, which stands in the log."""

from collections.abc import Iterable, Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.log import warn
from pharmacyfirst.web.desk import Desk

ROOM = "web"
NOT_READABLE = "A file that the form stands on cannot be read."


async def health(request: Request) -> Response:
    """``GET /health``: the process answers, and nothing more."""
    return JSONResponse({"alive": True})


async def ready(request: Request) -> Response:
    """``GET /ready``: content, adoption and store can be read; 503 where not, and the log has each reason."""
    return readiness([request.app.state.desk])


def readiness(desks: Iterable[Desk]) -> Response:
    """Whether every one of these desks is ready; each is looked at."""
    are_ready = all([_is_ready(desk) for desk in desks])
    return JSONResponse({"ready": are_ready}, 200 if are_ready else 503)


def _is_ready(desk: Desk) -> bool:
    if desk.ours is None:
        warn(ROOM, "The pharmacy is not set up yet.")
    return look(desk) and desk.ours is not None


def look(desk: Desk) -> bool:
    """Look at all that the form stands on, and write down what is wrong; whether nothing is. The content is read, where it was not yet."""
    found = [*trouble(desk)]
    for says in found:
        warn(ROOM, says)
    return not found


def trouble(desk: Desk) -> Iterator[str]:
    """What cannot be read or used now, in words that name nobody; nothing where the form is ready."""
    try:
        yield from filter(None, [desk.in_force.trouble if desk.ours is not None else ""])
        yield from desk.store.trouble()
    except (PharmacyFirstError, OSError) as error:
        yield str(error) if isinstance(error, PharmacyFirstError) else NOT_READABLE
