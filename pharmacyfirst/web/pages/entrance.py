"""Before any patient is shown: setting the pharmacy up, signing in or who is at the desk, and the PIN again after quiet minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.people import NotSignedIn
from pharmacyfirst.record.examples import PHARMACY, PRACTITIONER
from pharmacyfirst.record.people import Pharmacy, PractitionerOnRecord
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.who import TextShown
from pharmacyfirst.web.people import AtTheDesk, SignedIn, SomebodyHere, pin_digest
from pharmacyfirst.web.pharmacy import OurPharmacy
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown

_FIELDS = (
    ("name", "Name of the pharmacy", "pf-third"), ("ods", "ODS code", "pf-third"), ("telephone", "Telephone", "pf-third"),
    ("address", "Address, with commas between lines", "pf-third"), ("postcode", "Postcode", "pf-third"),
    ("mailbox", "MESH mailbox", "pf-third"), ("adoption", "File of the adoption record", "pf-wide"),
    ("family", "Your family name", "pf-third"), ("given", "Your given names", "pf-third"), ("gphc", "Your GPhC number", "pf-third"),
)  # fmt: skip
_OF_A_PERSON = ("family", "given", "gphc")
_HINTS = {
    "adoption": "Leave it blank to evaluate: then nothing can be supplied to a real patient",
    "mailbox": "Leave it blank where there is none: letters are printed",
}
# By what a refusal says, the field beside which it stands.
_PLACES = (
    ("PIN", "pin"),
    ("GPhC", "gphc"),
    ("ods", "ods"),
    ("postcode", "postcode"),
    ("adoption", "adoption"),
    ("family", "family"),
)


@dataclass(frozen=True, slots=True)
class SettingUpPage:
    """What the first page shows. ``pin`` is asked where nobody has an account."""

    texts: tuple[TextShown, ...]
    pin: TextShown | None
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """Who is at the desk, with their PIN. ``hidden``: somebody was, and the patient is hidden until the PIN is given again."""

    people: tuple[ChoiceShown, ...]
    hidden: bool
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page shows on which people sign in. ``provider`` is what people call it, where there is one."""

    signs_in_as: str
    provider: str
    errors: tuple[Error, ...]


def example_fields() -> dict[str, str]:
    """The practice pharmacy, to try the form with."""
    return {
        "name": PHARMACY.name, "ods": PHARMACY.ods, "telephone": PHARMACY.telephone or "", "address": ", ".join(PHARMACY.address),
        "postcode": PHARMACY.postcode or "", "family": PRACTITIONER.family, "given": " ".join(PRACTITIONER.given),
        "gphc": PRACTITIONER.gphc_number,
    }  # fmt: skip


def setting_up(visit: Visit) -> Response:
    """``GET`` and ``POST /setting-up``, while there is no pharmacy."""
    if visit.desk.ours is not None:
        return go("/")
    if visit.method != "POST":
        return _set_up_page(visit, example_fields(), {})
    typed = {name: visit.posted.one(f"u-{name}") for name, _, _ in _FIELDS}
    wrong: dict[str, str] = {}
    try:
        visit.desk.set_up(_ours(typed, _person(visit, typed)))
    except PharmacyFirstError as refused:
        says = str(refused)
        wrong["pin" if says.startswith("PIN") else "name"] = says.removesuffix(
            " Nothing was assessed: this is no all-clear."
        )
        return _set_up_page(visit, typed, wrong)
    return go("/" if visit.desk.people_sign_in else "/who")


def _person(visit: Visit, typed: Mapping[str, str]) -> tuple[AtTheDesk, ...]:
    """Who is at the desk; where people sign in nobody is named in the pharmacy's file."""
    if visit.desk.people_sign_in:
        return ()
    practitioner = PractitionerOnRecord(
        gphc_number=typed["gphc"], family=typed["family"], given=tuple(typed["given"].split())
    )
    return (AtTheDesk(practitioner, pin_digest(visit.posted.one("u-pin"))),)


def _ours(typed: Mapping[str, str], people: tuple[AtTheDesk, ...]) -> OurPharmacy:
    adoption = Path(typed["adoption"]).expanduser().absolute() if typed["adoption"] else None
    if adoption is not None:
        read_adoption(adoption)
    pharmacy = Pharmacy(
        ods=typed["ods"].upper(),
        name=typed["name"],
        address=tuple(one.strip() for one in typed["address"].split(",") if one.strip()),
        postcode=typed["postcode"].upper() or None,
        telephone=typed["telephone"] or None,
    )
    return OurPharmacy(pharmacy, typed["mailbox"], adoption, people)


def _set_up_page(visit: Visit, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
    signing_in = visit.desk.people_sign_in
    pin = TextShown("u-pin", "A PIN of your own, 4 to 12 digits", "", wrong.get("pin", ""), "pf-third")
    view = SettingUpPage(
        tuple(
            TextShown(f"u-{name}", says, typed.get(name, ""), wrong.get(name, ""), size, _HINTS.get(name, ""))
            for name, says, size in _FIELDS
            if not (signing_in and name in _OF_A_PERSON)
        ),
        None if signing_in else pin,
        tuple(Error(says, f"u-{name}") for name, says in wrong.items()),
    )
    return html(drawn("setting-up.html", f=frame(visit, "Set up the pharmacy"), v=view), 422 if wrong else 200)


def who_is_here(visit: Visit) -> Response:
    """``GET`` and ``POST /who``: who is at the desk, with their PIN; where people have accounts, they sign in."""
    if visit.desk.people_sign_in:
        return sign_in(visit)
    ours, sessions = visit.desk.ours, visit.desk.sessions
    if ours is None:
        return go("/setting-up")
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        person = ours.person(visit.posted.one("gphc"))
        if person is not None and sessions.right(person, visit.posted.one("pin")):
            return begun(visit, person, go("/"))
        waits = person is not None and sessions.waits(person)
        errors = (Error("Too many wrong PINs: wait a minute" if waits else "This is not the PIN", "pin"),)
    return desk_page(visit, errors=errors)


def sign_in(visit: Visit) -> Response:
    """Word, password and code: all are looked at together, so that none of them alone tells whether it was right."""
    posted = visit.posted
    errors: tuple[Error, ...] = ()
    if visit.method == "POST":
        try:
            one = visit.desk.signing_in.sign_in(posted.one("word"), posted.whole("password"), posted.one("code"))
            return begun(visit, SignedIn(one), go("/"))
        except NotSignedIn as refused:
            errors = (Error(str(refused), "word"),)
    provider = visit.desk.provider
    view = SignInPage(posted.one("word"), provider.settings.called if provider is not None else "", errors)
    return html(drawn("sign-in.html", f=frame(visit, "Sign in"), v=view), 422 if errors else 200)


def begun(visit: Visit, person: SomebodyHere, reply: Response) -> Response:
    """The reply with a new session for somebody; the one that this browser had ends."""
    place = visit.desk.place
    key = visit.desk.sessions.begin(person, before=visit.session_key)
    reply.set_cookie(place.cookie, key, httponly=True, samesite="strict", path="/", secure=place.secure)
    return reply


def desk_page(visit: Visit, hidden: bool = False, errors: tuple[Error, ...] = ()) -> Response:
    """The page that asks for the PIN; it shows nobody."""
    ours = visit.desk.ours
    people = ours.people if ours is not None and not hidden else ()
    only = len(people) == 1
    shown = tuple(ChoiceShown(one.practitioner.gphc_number, one.name, only) for one in people)
    view = DeskPage(shown, hidden, errors)
    return html(drawn("desk.html", f=frame(visit, "Who is at the desk?"), v=view), 422 if errors else 200)


def hide(visit: Visit) -> Response:
    """``GET /hide``: the patient is hidden now."""
    visit.at_the_desk.hidden = True
    return desk_page(visit, hidden=True)


def show_again(visit: Visit) -> Response:
    """``POST /show``: the PIN again. What was posted meanwhile was held, and is done now."""
    session = visit.at_the_desk
    if not visit.desk.sessions.right(session.person, visit.posted.one("pin")):
        waits = visit.desk.sessions.waits(session.person)
        if waits and isinstance(session.person, SignedIn):  # a PIN is short: whoever does not know it signs in again
            visit.desk.sessions.end(visit.session_key)
            return go("/who")
        return desk_page(
            visit,
            hidden=True,
            errors=(Error("Too many wrong PINs: wait a minute" if waits else "This is not the PIN", "pin"),),
        )
    visit.desk.sessions.show_again(session)
    return go(visit.posted.one("then") if visit.posted.one("then").startswith(("/c/", "/r/")) else "/")
