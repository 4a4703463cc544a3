"""What the last page of a consultation says of the service: what has to be done whatever the outcome, and whether it may be provided here."""

from collections.abc import Iterator
from dataclasses import dataclass

from pharmacyfirst.authority.permit import Permit
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.finishing import answer_of


@dataclass(frozen=True, slots=True)
class DutyShown:
    """A duty with the fields that answer it."""

    field: str
    says: str
    done: bool
    why: str


def duties_shown(visit: Visit, here: Talk) -> tuple[DutyShown, ...]:
    """The duties of a consultation, as they were posted where they were."""
    posted = visit.posted
    return tuple(
        DutyShown(
            f"d-{one.id}",
            f"{one.says} ({one.who})" if one.who else one.says,
            posted.ticked(f"d-{one.id}"),
            posted.one(f"d-{one.id}-why"),
        )
        for one in here.conversation.assessment.duties
    )


def may_be_provided(visit: Visit, here: Talk) -> Iterator[str]:
    """Whether a service that supplies nothing may be provided by whoever is at the desk; of one with medicines each is asked for apart."""
    if here.pathway.pgds or here.held.practice:
        return
    answer = answer_of(visit, here)
    if answer is None:
        yield visit.desk.banner() or "The patient's details are missing"
    elif isinstance(answer, Permit):
        yield from ("Adopted here, and you are authorised for it", *answer.warnings)
    else:
        yield from (f"None: {one.says}" for one in answer.reasons)
