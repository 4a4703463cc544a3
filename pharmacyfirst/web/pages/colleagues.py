"""The accounts, for the administrator: who there is, adding somebody, roles, a new password, and letting somebody in no more."""

from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.paper.words import day
from pharmacyfirst.people import Colleague, NewColleague, PeopleRefused, Role
from pharmacyfirst.people.accounts import Told
from pharmacyfirst.store import Actor
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.account import NOBODY
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.who import TextShown
from pharmacyfirst.web.people import SignedIn
from pharmacyfirst.web.replies import html
from pharmacyfirst.web.rows import ChoiceShown
from pharmacyfirst.web.who_may import may

_MOST_TOLD = 200
_FIELDS = (
    ("word", "The word to sign in with", "Small letters, digits, dots and dashes"),
    ("family", "Family name", ""),
    ("given", "Given names", ""),
    ("gphc", "GPhC number", "For a pharmacist or technician"),
)
# By what a refusal says, the field beside which it stands.
_PLACES = (("word", "word"), ("GPhC", "gphc"), ("name", "family"), ("role", "roles"), ("register", "roles"))


@dataclass(frozen=True, slots=True)
class ColleagueShown:
    """Somebody in the list."""

    name: str
    path: str
    signs_in_as: str
    roles: str
    gphc_number: str
    state: str


@dataclass(frozen=True, slots=True)
class ToldShown:
    """Something that was done to an account."""

    when: str
    says: str


@dataclass(frozen=True, slots=True)
class ColleaguesPage:
    """What the page of all shows. ``changes``: whoever looks may change something."""

    people: tuple[ColleagueShown, ...]
    texts: tuple[TextShown, ...]
    roles: tuple[ChoiceShown, ...]
    told: tuple[ToldShown, ...]
    changes: bool
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class ColleaguePage:
    """What the page of one shows. ``password`` is the one-time password that was just made, to be told to them, and never shown again."""

    one: ColleagueShown
    active: bool
    has_factor: bool
    password: str
    gphc: TextShown
    roles: tuple[ChoiceShown, ...]
    told: tuple[ToldShown, ...]
    changes: bool
    errors: tuple[Error, ...]


def colleagues(visit: Visit) -> Response:
    """``GET`` and ``POST /people``: everybody, and one more."""
    person = visit.at_the_desk.person
    if not isinstance(person, SignedIn):
        return said(visit, "No accounts", NOBODY, status=404)
    if visit.method != "POST":
        return _all(visit, person)
    try:
        one, password = _added(visit, person.actor)
        visit.at_the_desk.done = "Added."
        return _one(visit, person, one, password)
    except PeopleRefused as refused:
        return _all(visit, person, str(refused))


def _added(visit: Visit, actor: Actor) -> tuple[Colleague, str]:
    posted, people = visit.posted, visit.desk.people
    who = NewColleague(
        posted.one("word"), posted.one("family"), tuple(posted.one("given").split()), _chosen(visit), posted.one("gphc")
    )
    one = people.add(who, by=actor.name)
    password = people.one_time_password(one.id, by=actor.name)
    return people.get(one.id), password


def one_colleague(visit: Visit) -> Response:
    """``GET`` and ``POST /people/ID``: one account."""
    person, people = visit.at_the_desk.person, visit.desk.people
    if not isinstance(person, SignedIn):
        return said(visit, "No accounts", NOBODY, status=404)
    try:
        one = people.get(visit.names["id"])
    except PeopleRefused as refused:
        return said(visit, "There is no such account", str(refused), status=404)
    if visit.method != "POST":
        return _one(visit, person, one)
    try:
        password, done = _do(visit, one, person.actor.name)
    except PeopleRefused as refused:
        return _one(visit, person, one, wrong=str(refused))
    visit.at_the_desk.done = done
    return _one(visit, person, people.get(one.id), password)


def _do(visit: Visit, one: Colleague, by: str) -> tuple[str, str]:
    """Do what a button says; the one-time password where one was made, and what was done."""
    people = visit.desk.people
    match visit.posted.one("do"):
        case "roles":
            people.set_roles(one.id, _chosen(visit), visit.posted.one("gphc"), by=by)
            return "", "The roles are set. They sign in again."
        case "password":
            return people.one_time_password(one.id, by=by), "There is a new password."
        case "no factor":
            people.take_second_factor_away(one.id, by=by)
            return "", "The second factor is taken away. They sign in again, and set another one up."
        case "disable":
            people.disable(one.id, by=by)
            return "", "Disabled. What they were in the middle of has ended."
        case "enable":
            people.enable(one.id, by=by)
            return "", "Enabled."
        case _:
            raise PeopleRefused("This page has no such button.")


def _chosen(visit: Visit) -> frozenset[Role]:
    return frozenset(role for role in Role if role.value in visit.posted.all("roles"))


def _all(visit: Visit, person: SignedIn, wrong: str = "") -> Response:
    posted, place = visit.posted, _place(wrong)
    view = ColleaguesPage(
        people=tuple(map(_shown, visit.desk.people.all())),
        texts=tuple(
            TextShown(name, says, posted.one(name), wrong if wrong and place == name else "", "", hint)
            for name, says, hint in _FIELDS
        ),
        roles=tuple(ChoiceShown(role.value, f"{role.value}: {role.may}", role in _chosen(visit)) for role in Role),
        told=_told(visit.desk.people.history()),
        changes=may("/people", "POST", person.roles),
        errors=(Error(wrong, place),) if wrong else (),
    )
    return html(drawn("colleagues.html", f=frame(visit, "People"), v=view), 422 if wrong else 200)


def _one(visit: Visit, person: SignedIn, one: Colleague, password: str = "", wrong: str = "") -> Response:
    place = _place(wrong)
    view = ColleaguePage(
        one=_shown(one),
        active=one.active,
        has_factor=bool(one.seed),
        password=password,
        gphc=TextShown("gphc", "GPhC number", one.gphc_number, wrong if place == "gphc" else "", ""),
        roles=tuple(ChoiceShown(role.value, role.value, role in one.roles) for role in Role),
        told=_told(visit.desk.people.history(one.id)),
        changes=may("/people/{id}", "POST", person.roles),
        errors=(Error(wrong, place),) if wrong else (),
    )
    return html(drawn("colleague.html", f=frame(visit, one.name), v=view), 422 if wrong else 200)


def _place(wrong: str) -> str:
    return next((field for word, field in _PLACES if word in wrong), "roles")


def _shown(one: Colleague) -> ColleagueShown:
    state = "disabled" if not one.active else "one-time password" if one.one_time else "active"
    if one.active and not (one.password or one.subject):
        state = "cannot sign in yet"
    factor = ", second factor" if one.seed else ""
    roles = ", ".join(role.value for role in Role if role in one.roles)
    return ColleagueShown(one.name, f"/people/{one.id}", one.signs_in_as, roles, one.gphc_number, f"{state}{factor}")


def _told(told: tuple[Told, ...]) -> tuple[ToldShown, ...]:
    return tuple(_told_shown(one) for one in told[:_MOST_TOLD])


def _told_shown(one: Told) -> ToldShown:
    at = in_england(one.at)
    by = f", by {one.by}" if one.by else ""
    return ToldShown(
        f"{day(at.date())} {at:%H:%M}", f"{one.of}: {one.deed.value}{f' ({one.more})' if one.more else ''}{by}"
    )
