"""Somebody's own account: what they are and may, their password, their second factor and their PIN."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from pharmacyfirst.people import Colleague, NotSignedIn, PeopleRefused, Role
from pharmacyfirst.people.second_factor import address_of, in_fours, new_seed
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.entrance import begun
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.people import SignedIn
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.who_may import may

NOBODY = "Nobody has an account here, so there is nobody to look after. The first one is added in the terminal: pharmacyfirst people add."
OWED = {
    "password": "Choose a password of your own: the one that you were given is good for one day.",
    "factor": "Set up a second factor: this form is reached from other machines, and a password alone can be guessed or read over a shoulder.",
    "pin": "Choose a PIN: it shows the patient again after quiet minutes.",
}


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A role, and what whoever has it may do."""

    says: str
    may: str


@dataclass(frozen=True, slots=True)
class SeedShown:
    """The seed of a second factor that is being set up: to type, and as a square of dots for a camera."""

    in_fours: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What the page shows. ``owed`` is what has to be chosen before anything else."""

    name: str
    signs_in_as: str
    roles: tuple[RoleShown, ...]
    owed: tuple[str, ...]
    has_password: bool
    has_factor: bool
    has_pin: bool
    seed: SeedShown | None
    finds: bool
    people: bool
    works: bool
    bench: bool
    errors: tuple[Error, ...]


def account(visit: Visit) -> Response:
    """``GET`` and ``POST /account``."""
    person = visit.at_the_desk.person
    if not isinstance(person, SignedIn):
        return said(visit, "No accounts", NOBODY, status=404)
    if visit.method != "POST":
        return shown(visit, person)
    try:
        done = _DO[visit.posted.one("do")](visit, person.colleague)
    except KeyError:
        return said(visit, "Nothing was changed", "This page has no such button.", status=422)
    except (PeopleRefused, NotSignedIn) as refused:
        return shown(visit, person, errors=(Error(str(refused), visit.posted.one("do")),))
    now = visit.desk.people.get(person.colleague.id)
    if now.stamp == person.colleague.stamp:
        visit.at_the_desk.person, visit.at_the_desk.done = replace(person, colleague=now), done
        return shown(visit, replace(person, colleague=now))
    # What proves them has changed: every session of theirs is over, and this browser gets a new one.
    return begun(visit, replace(person, colleague=now), go("/account"), done)


def shown(visit: Visit, person: SignedIn, errors: tuple[Error, ...] = ()) -> Response:
    """The page."""
    one, roles = person.colleague, person.roles
    view = AccountPage(
        name=one.name,
        signs_in_as=one.signs_in_as,
        roles=tuple(RoleShown(role.value, role.may) for role in Role if role in roles),
        owed=tuple(OWED[name] for name in visit.desk.owes(person)),
        has_password=bool(one.password),
        has_factor=bool(one.seed),
        has_pin=bool(one.pin),
        seed=_seed_shown(visit.at_the_desk.seed, one.signs_in_as),
        finds=may("/find", "POST", roles) and not may("/", "GET", roles),
        people=may("/people", "GET", roles),
        works=may("/", "GET", roles),
        bench=may("/bench", "GET", roles),
        errors=errors,
    )
    return html(drawn("account.html", f=frame(visit, "Your account"), v=view), 422 if errors else 200)


def _password(visit: Visit, one: Colleague) -> str:
    _prove(visit, one, whole=True)
    chosen = visit.posted.whole("new")
    if chosen != visit.posted.whole("again"):
        raise PeopleRefused("Password: the two are not the same.")
    visit.desk.people.choose_password(one.id, chosen, by=one.name)
    return "Your password is changed."


def _seed(visit: Visit, one: Colleague) -> str:
    _prove(visit, one, whole=True)
    visit.at_the_desk.seed = new_seed()
    return ""


def _factor(visit: Visit, one: Colleague) -> str:
    seed = visit.at_the_desk.seed
    if not seed:
        raise PeopleRefused("Code: begin again with *Set it up*.")
    visit.desk.people.set_up_second_factor(one.id, seed, visit.posted.one("code"), by=one.name)
    return "Your second factor is set up."


def _pin(visit: Visit, one: Colleague) -> str:
    _prove(visit, one)
    visit.desk.people.choose_pin(one.id, visit.posted.one("pin"), by=one.name)
    return "Your PIN is set."


def _prove(visit: Visit, one: Colleague, whole: bool = False) -> None:
    """Whoever finds a browser open changes nothing: the password again, and where a provider keeps that, the PIN that there is.

    ``whole``: the code of the second factor as well. Raises ``NotSignedIn``.
    """
    if one.password:
        visit.desk.signing_in.prove(one, visit.posted.whole("password"), visit.posted.one("code") if whole else None)
    elif one.pin and not visit.desk.sessions.right(visit.at_the_desk.person, visit.posted.one("password")):
        raise NotSignedIn("This is not your PIN, or there were too many wrong ones: wait a minute.")


_DO = {"password": _password, "seed": _seed, "factor": _factor, "pin": _pin}


def _seed_shown(seed: str, signs_in_as: str) -> SeedShown | None:
    if not seed:
        return None
    try:
        import segno
    except ImportError:  # the seed can be typed
        return SeedShown(in_fours(seed), 0, "")
    dots = tuple(segno.make(address_of(seed, signs_in_as), micro=False).matrix_iter(border=4))
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(dots) for x, dark in enumerate(row) if dark)
    return SeedShown(in_fours(seed), len(dots), path)
