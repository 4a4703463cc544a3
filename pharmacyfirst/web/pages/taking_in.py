"""Taking in the file of a referral or a GP record that another system received."""

from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.store.take_in import take_in
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame, go_on
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.replies import html


@dataclass(frozen=True, slots=True)
class TakingInPage:
    """What the page shows."""

    errors: tuple[Error, ...]


def take_in_file(visit: Visit) -> Response:
    """``GET`` and ``POST /take-in``. It is kept as it came; then it is shown, and answers nothing."""
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        if not visit.posted.file:
            errors = (Error("Choose the file that the other system has", "file"),)
        else:
            try:
                came = take_in(visit.desk.store, visit.posted.file, visit.today, visit.actor)
                return go_on(visit, f"/in/{came.id}", "Kept as it came.")
            except PharmacyFirstError as refused:
                errors = (Error(str(refused), "file"),)
    view = TakingInPage(errors)
    return html(drawn("taking-in.html", f=frame(visit, "Take in"), v=view), 422 if errors else 200)
