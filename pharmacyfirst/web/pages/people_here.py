"""Who may be at the desk: somebody is added with a PIN of their own, changes it, or is taken off, without a file to edit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.identifiers import PHARMACIST
from pharmacyfirst.record.fields import read_back
from pharmacyfirst.record.people import PractitionerOnRecord
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame, go_on
from pharmacyfirst.web.pages.entrance import OF_A_REFUSAL, begun, wrong_of_person, wrong_pin
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.who import TextShown
from pharmacyfirst.web.people import AtTheDesk, pin_digest, professions
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

ADD, TAKE_OFF, NEW_PIN = "add", "take off", "new pin"


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """What the page shows: the people, the fields of whoever is added, and those of one's own new PIN. No PIN is shown again."""

    people: tuple[ChoiceShown, ...]
    texts: tuple[TextShown, ...]
    professions: tuple[ChoiceShown, ...]
    profession_wrong: str
    pin: TextShown
    changed: tuple[TextShown, ...]
    errors: tuple[Error, ...]


class _NotDone(Exception):
    """What was posted does not do; says what by the field that it is about."""

    def __init__(self, wrong: Mapping[str, str]):
        super().__init__("; ".join(wrong.values()))
        self.wrong = wrong


def at_the_desk(visit: Visit) -> Response:
    """``GET`` and ``POST /at-the-desk``; where people sign in, nobody is let in beside their accounts, and the way there."""
    if visit.desk.people_sign_in:
        return go("/account")
    if visit.method != "POST":
        return _page(visit, {})
    do = visit.posted.one("do")
    try:
        people = {ADD: _added, TAKE_OFF: _taken_off, NEW_PIN: _with_new_pin}.get(do, _nothing)(visit)
        visit.desk.change_people(people)
    except _NotDone as not_done:
        return _page(visit, not_done.wrong)
    except PharmacyFirstError as refused:
        return _page(visit, {"family": str(refused).removesuffix(OF_A_REFUSAL)})
    if do == NEW_PIN:  # every session with the old PIN is over; this browser gets a new one
        mine = next(one for one in people if one.key == visit.at_the_desk.person.key)
        return begun(visit, mine, go("/at-the-desk"), "Your PIN is changed.")
    return go_on(
        visit, "/at-the-desk", "They may be at the desk now." if do == ADD else "They may be at the desk no more."
    )


def _people(visit: Visit) -> tuple[AtTheDesk, ...]:
    assert visit.desk.ours is not None  # nobody is at the desk before the pharmacy is set up
    return visit.desk.ours.people


def _nothing(_: Visit) -> tuple[AtTheDesk, ...]:
    raise _NotDone({"family": "Choose what to do"})


def _added(visit: Visit) -> tuple[AtTheDesk, ...]:
    family, given, gphc, profession, pin = (visit.posted.one(f"n-{name}") for name in _ADDED)
    says = {**dict(_TEXTS), "profession": "Profession"}
    wrong = wrong_of_person(family, given, gphc, profession or PHARMACIST)
    wrong = {
        name: f"{says[name]}: {why if visit.posted.one(f'n-{name}') else 'give it'}" for name, why in wrong.items()
    }
    if not profession:
        wrong["profession"] = "Profession: choose what they are"
        if gphc:
            wrong.pop("gphc", None)  # which number fits is told by the profession
    if any(one.practitioner.gphc_number == gphc for one in _people(visit)):
        wrong["gphc"] = "Somebody of this GPhC number is among the people already"
    if not_a_pin := wrong_pin(pin):
        wrong["pin"] = not_a_pin
    if wrong:
        raise _NotDone(wrong)
    held = {"gphc_number": gphc, "family": family, "given": given.split(), "profession": profession}
    return (*_people(visit), AtTheDesk(read_back(PractitionerOnRecord, held), pin_digest(pin)))


def _taken_off(visit: Visit) -> tuple[AtTheDesk, ...]:
    number = visit.posted.one("who")
    left = tuple(one for one in _people(visit) if one.practitioner.gphc_number != number)
    if len(left) == len(_people(visit)):
        raise _NotDone({"who": "Choose who is taken off"})
    if number == visit.at_the_desk.person.practitioner.gphc_number:
        raise _NotDone({"who": "You are at the desk: somebody else takes you off"})
    return left


def _with_new_pin(visit: Visit) -> tuple[AtTheDesk, ...]:
    me, new = visit.at_the_desk.person, visit.posted.one("n-new")
    assert isinstance(me, AtTheDesk)  # nobody here has an account
    wrong = (
        {}
        if visit.desk.sessions.right(me, visit.posted.one("n-old"))
        else {"old": "This is not your PIN, or wait a minute"}
    )
    if not_a_pin := wrong_pin(new):
        wrong["new"] = not_a_pin
    if wrong:
        raise _NotDone(wrong)
    mine = replace(me, pin=pin_digest(new))
    number = me.practitioner.gphc_number
    return tuple(mine if one.practitioner.gphc_number == number else one for one in _people(visit))


_ADDED = ("family", "given", "gphc", "profession", "pin")
_PINS = (("old", "Your PIN now"), ("new", "Your new PIN, 4 to 12 digits"))
_TEXTS = (("family", "Family name"), ("given", "Given names"), ("gphc", "GPhC number"))


def _page(visit: Visit, wrong: Mapping[str, str]) -> Response:
    posted = visit.posted
    view = PeoplePage(
        tuple(ChoiceShown(one.practitioner.gphc_number, one.name, False) for one in _people(visit)),
        tuple(
            TextShown(f"n-{name}", says, posted.one(f"n-{name}"), wrong.get(name, ""), "pf-third")
            for name, says in _TEXTS
        ),
        professions(posted.one("n-profession")),
        wrong.get("profession", ""),
        TextShown("n-pin", "Their PIN, 4 to 12 digits", "", wrong.get("pin", "")),
        tuple(TextShown(f"n-{name}", says, "", wrong.get(name, "")) for name, says in _PINS),
        tuple(Error(says, f"n-{name}") for name, says in wrong.items()),
    )
    return html(drawn("people-here.html", f=frame(visit, "Who may be at the desk"), v=view), 422 if wrong else 200)
