"""The accounts, for the administrator: who there is, adding somebody, roles, a new password, and letting somebody in no more."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.paper.words import day
from pharmacyfirst.people import OF_ALL_SITES, Colleague, NewColleague, PeopleRefused, Role
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
    given, roles, at = tuple(posted.one("given").split()), *_chosen(visit)
    who = NewColleague(posted.one("word"), posted.one("family"), given, roles, posted.one("gphc"), at)
    one = people.add(who, by=actor.name)
    password = people.one_time_password(one.id, by=actor.name)
    return people.get(one.id), password


def one_colleague(visit: Visit) -> Response:
    """``GET`` and ``POST /people/ID``: one account."""
    person, people = visit.at_the_desk.person, visit.desk.people
    if not isinstance(person, SignedIn):
        return said(visit, "No accounts", NOBODY, status=404)
    one = next((one for one in _theirs_to_see(visit, person) if one.id == visit.names["id"]), None)
    if one is None:
        return said(visit, "There is no such account", "Nobody has this account.", status=404)
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
            roles, at = _chosen(visit)
            people.set_roles(one.id, roles, visit.posted.one("gphc"), by, at)
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


def _theirs_to_see(visit: Visit, person: SignedIn) -> tuple[Colleague, ...]:
    """The accounts that somebody may see: all of them, or, of an auditor of one site, those with a role there."""
    site, everybody = visit.desk.site, visit.desk.people.all()
    if not site or person.colleague.roles & OF_ALL_SITES:
        return everybody
    return tuple(one for one in everybody if one.roles_at(site))


def _history(visit: Visit, person: SignedIn) -> tuple[Told, ...]:
    seen, everybody = _theirs_to_see(visit, person), visit.desk.people.all()
    if seen == everybody:
        return visit.desk.people.history()
    found = (told for one in seen for told in visit.desk.people.history(one.id))
    return tuple(sorted(found, key=lambda told: told.at, reverse=True))


def _chosen(visit: Visit) -> tuple[frozenset[Role], dict[str, frozenset[Role]]]:
    """The roles that were ticked: those for all sites, or the one pharmacy, and those at single sites."""
    ticked = visit.posted.all("roles")
    at = {
        site: frozenset(role for role in Role if f"{site}/{role.value}" in ticked) for site in visit.desk.sites
    }  # fmt: skip
    return frozenset(role for role in _for_all(visit) if role.value in ticked), at


def _all(visit: Visit, person: SignedIn, wrong: str = "") -> Response:
    posted, place = visit.posted, _place(wrong)
    view = ColleaguesPage(
        people=tuple(map(_shown, _theirs_to_see(visit, person))),
        texts=tuple(
            TextShown(name, says, posted.one(name), wrong if wrong and place == name else "", "", hint)
            for name, says, hint in _FIELDS
        ),
        roles=_roles(visit, *_chosen(visit)),
        told=_told(_history(visit, person)),
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
        roles=_roles(visit, one.roles, one.at, with_may=False),
        told=_told(visit.desk.people.history(one.id)),
        changes=may("/people/{id}", "POST", person.roles),
        errors=(Error(wrong, place),) if wrong else (),
    )
    return html(drawn("colleague.html", f=frame(visit, one.name), v=view), 422 if wrong else 200)


def _for_all(visit: Visit) -> tuple[Role, ...]:
    """The roles that are given for all that there is: every one, where there are no several sites."""
    return tuple(role for role in Role if role in OF_ALL_SITES) if visit.desk.sites else tuple(Role)


def _roles(
    visit: Visit, roles: AbstractSet[Role], at: Mapping[str, AbstractSet[Role]], with_may: bool = True
) -> tuple[ChoiceShown, ...]:
    everywhere = ", at all sites" if visit.desk.sites else ""
    shown = [
        ChoiceShown(role.value, f"{role.value}{everywhere}{_may(role, with_may)}", role in roles)
        for role in _for_all(visit)
    ]
    for site in visit.desk.sites:
        for role in Role:
            if role is not Role.ADMINISTRATOR:
                held = role in at.get(site, frozenset())
                shown.append(ChoiceShown(f"{site}/{role.value}", f"{role.value} at {site}{_may(role, with_may)}", held))
    return tuple(shown)


def _may(role: Role, shown: bool) -> str:
    return f": {role.may}" if shown else ""


def _place(wrong: str) -> str:
    return next((field for word, field in _PLACES if word in wrong), "roles")


def _shown(one: Colleague) -> ColleagueShown:
    state = "disabled" if not one.active else "one-time password" if one.one_time else "active"
    if one.active and not (one.password or one.subject):
        state = "cannot sign in yet"
    factor = ", second factor" if one.seed else ""
    path = f"/people/{one.id}"
    return ColleagueShown(one.name, path, one.signs_in_as, one.in_words, one.gphc_number, f"{state}{factor}")


def _told(told: tuple[Told, ...]) -> tuple[ToldShown, ...]:
    return tuple(_told_shown(one) for one in told[:_MOST_TOLD])


def _told_shown(one: Told) -> ToldShown:
    at = in_england(one.at)
    by = f", by {one.by}" if one.by else ""
    return ToldShown(
        f"{day(at.date())} {at:%H:%M}", f"{one.of}: {one.deed.value}{f' ({one.more})' if one.more else ''}{by}"
    )
