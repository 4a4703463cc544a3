"""Who may be at the desk: somebody is added with a PIN of their own, changes it, or is taken off, without a file to edit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record.fields import read_back
from pharmacyfirst.record.people import PractitionerOnRecord
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.pages.entrance import OF_A_REFUSAL
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.who import TextShown
from pharmacyfirst.web.people import AtTheDesk, pin_digest
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

ADD, TAKE_OFF, NEW_PIN = "add", "take off", "new pin"


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """What the page shows: the people, and the fields of whoever is added."""

    people: tuple[ChoiceShown, ...]
    texts: tuple[TextShown, ...]
    technician: bool
    errors: tuple[Error, ...]


class _NotDone(Exception):
    """Something that was posted does not do; says what, and beside which field."""

    def __init__(self, target: str, says: str):
        super().__init__(says)
        self.target = target


def at_the_desk(visit: Visit) -> Response:
    """``GET`` and ``POST /at-the-desk``; where people sign in, nobody is let in beside their accounts, and the way there."""
    if visit.desk.people_sign_in:
        return go("/account")
    if visit.method != "POST":
        return _page(visit, {}, ())
    do = visit.posted.one("do")
    try:
        people = {ADD: _added, TAKE_OFF: _taken_off, NEW_PIN: _with_new_pin}.get(do, _nothing)(visit)
        visit.desk.change_people(people)
    except _NotDone as wrong:
        return _page(visit, visit.posted.fields, (Error(str(wrong), wrong.target),))
    except PharmacyFirstError as refused:
        says = str(refused).removesuffix(OF_A_REFUSAL)
        return _page(visit, visit.posted.fields, (Error(says, "n-new" if do == NEW_PIN else "n-gphc"),))
    return go("/who" if do == NEW_PIN else "/at-the-desk")


def _people(visit: Visit) -> tuple[AtTheDesk, ...]:
    assert visit.desk.ours is not None  # nobody is at the desk before the pharmacy is set up
    return visit.desk.ours.people


def _nothing(_: Visit) -> tuple[AtTheDesk, ...]:
    raise _NotDone("n-family", "Choose what to do")


def _added(visit: Visit) -> tuple[AtTheDesk, ...]:
    """Raises ``RecordRefused`` or ``Refused`` for what does not fit."""
    posted = visit.posted
    practitioner = read_back(
        PractitionerOnRecord,
        {
            "gphc_number": posted.one("n-gphc"),
            "family": posted.one("n-family"),
            "given": posted.one("n-given").split(),
            "profession": posted.one("n-profession") or "pharmacist",
        },
    )
    if any(one.practitioner.gphc_number == practitioner.gphc_number for one in _people(visit)):
        raise _NotDone("n-gphc", "Somebody of this GPhC number is among the people already")
    return (*_people(visit), AtTheDesk(practitioner, pin_digest(posted.one("n-pin"))))


def _taken_off(visit: Visit) -> tuple[AtTheDesk, ...]:
    number = visit.posted.one("who")
    left = tuple(one for one in _people(visit) if one.practitioner.gphc_number != number)
    if len(left) == len(_people(visit)):
        raise _NotDone("n-who", "Choose who is taken off")
    if number == visit.at_the_desk.person.practitioner.gphc_number:
        raise _NotDone("n-who", "You are at the desk: somebody else takes you off")
    return left


def _with_new_pin(visit: Visit) -> tuple[AtTheDesk, ...]:
    me = visit.at_the_desk.person
    assert isinstance(me, AtTheDesk)  # nobody here has an account
    if not visit.desk.sessions.right(me, visit.posted.one("n-old")):
        raise _NotDone("n-old", "This is not your PIN, or wait a minute")
    mine = replace(me, pin=pin_digest(visit.posted.one("n-new")))
    number = me.practitioner.gphc_number
    return tuple(mine if one.practitioner.gphc_number == number else one for one in _people(visit))


_TEXTS = (("family", "Family name"), ("given", "Given names"), ("gphc", "GPhC number"))


def _page(visit: Visit, typed: Mapping[str, tuple[str, ...]], errors: tuple[Error, ...]) -> Response:
    def of(name: str) -> str:
        return (typed.get(f"n-{name}") or ("",))[-1]

    view = PeoplePage(
        tuple(ChoiceShown(one.practitioner.gphc_number, one.name, False) for one in _people(visit)),
        tuple(TextShown(f"n-{name}", says, of(name), "", "pf-third") for name, says in _TEXTS),
        of("profession") == "pharmacy technician",
        errors,
    )
    return html(drawn("people-here.html", f=frame(visit, "Who may be at the desk"), v=view), 422 if errors else 200)
