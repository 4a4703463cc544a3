"""Before any patient is shown: setting the pharmacy up, signing in or who is at the desk, and the PIN again after quiet minutes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.responses import Response

from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.people import NotSignedIn
from pharmacyfirst.record.examples import PHARMACY, PRACTITIONER
from pharmacyfirst.record.fields import read_back, wrong_fields
from pharmacyfirst.record.people import Pharmacy, PractitionerOnRecord
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.handing import OPENS_AT
from pharmacyfirst.web.opened import not_for_their_role
from pharmacyfirst.web.pages.handed import LINK, open_link
from pharmacyfirst.web.pages.questions import Error
from pharmacyfirst.web.pages.who import TextShown
from pharmacyfirst.web.people import AtTheDesk, SignedIn, SomebodyHere, pin_digest
from pharmacyfirst.web.pharmacy import OurPharmacy
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.rows import ChoiceShown
from pharmacyfirst.web.sessions import Held
from pharmacyfirst.web.who_may import may

OF_A_REFUSAL = " Nothing was assessed: this is no all-clear."  # which says nothing where nobody is assessed

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


@dataclass(frozen=True, slots=True)
class SettingUpPage:
    """What the first page shows. ``pin`` is asked where nobody has an account."""

    texts: tuple[TextShown, ...]
    pin: TextShown | None
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """Who is at the desk, with their PIN. ``hidden``: somebody was, and the patient is hidden until the PIN is given again.

    ``link`` opens a patient who was handed over, once the PIN was given.
    """

    people: tuple[ChoiceShown, ...]
    hidden: bool
    errors: tuple[Error, ...]
    link: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page shows on which people sign in. ``provider`` is what people call it, where there is one; ``link`` opens a patient who was
    handed over, once somebody has signed in.
    """

    signs_in_as: str
    provider: str
    errors: tuple[Error, ...]
    link: str = field(default="", repr=False)


def example_fields() -> dict[str, str]:
    """The training pharmacy, to try the form with."""
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
        return _set_up_page(visit, example_fields() | ({"ods": visit.desk.site} if visit.desk.site else {}), {})
    typed = {name: visit.posted.one(f"u-{name}") for name, _, _ in _FIELDS}
    if found := dict(_wrong(visit, typed)):
        in_order = (*(name for name, _, _ in _FIELDS), "pin")
        return _set_up_page(visit, typed, {name: found[name] for name in in_order if name in found})
    try:
        visit.desk.set_up(_ours(typed, _person(visit, typed)))
    except PharmacyFirstError as refused:
        place = "ods" if str(refused).startswith("ODS") else "name"
        return _set_up_page(visit, typed, {place: str(refused).removesuffix(OF_A_REFUSAL)})
    return go("/" if visit.desk.people_sign_in else "/who")


def _wrong(visit: Visit, typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """All that does not fit, each beside its field."""
    says = {name: words for name, words, _ in _FIELDS}
    wrong = wrong_fields(Pharmacy, _pharmacy(typed))
    if not visit.desk.people_sign_in:
        wrong |= wrong_of_person(typed["family"], typed["given"], typed["gphc"], "pharmacist")
        if not_a_pin := wrong_pin(visit.posted.one("u-pin")):
            yield "pin", not_a_pin
    for name, why in wrong.items():
        yield name, f"{says[name]}: {why if typed[name] else 'give it'}"
    try:
        _adoption(typed)
    except PharmacyFirstError as refused:
        yield "adoption", str(refused)


def wrong_of_person(family: str, given: str, gphc: str, profession: str) -> dict[str, str]:
    """What does not fit of a registered professional, by ``family``, ``given`` and ``gphc``."""
    held = {"family": family, "given": given.split(), "gphc_number": gphc, "profession": profession}
    named = wrong_fields(PractitionerOnRecord, held)
    # The number is compared with the profession, once both are there; it is looked at also where a name is wrong.
    number = wrong_fields(PractitionerOnRecord, held | {"family": "Somebody", "given": []})
    found = {name: why for name, why in named.items() if name in ("family", "given")}
    return found | ({"gphc": next(iter(number.values()))} if number else {})


def wrong_pin(pin: str) -> str:
    """Why this is no PIN; nothing where it is one."""
    try:
        pin_digest(pin)
    except PharmacyFirstError as refused:
        return str(refused).removesuffix(OF_A_REFUSAL)
    return ""


def _person(visit: Visit, typed: Mapping[str, str]) -> tuple[AtTheDesk, ...]:
    """Who is at the desk; where people sign in nobody is named in the pharmacy's file."""
    if visit.desk.people_sign_in:
        return ()
    practitioner = PractitionerOnRecord(
        gphc_number=typed["gphc"], family=typed["family"], given=tuple(typed["given"].split())
    )
    return (AtTheDesk(practitioner, pin_digest(visit.posted.one("u-pin"))),)


def _adoption(typed: Mapping[str, str]) -> Path | None:
    """The file of the adoption, which can be read; None where none is named. Raises ``ContentRefused``."""
    if not typed["adoption"]:
        return None
    path = Path(typed["adoption"]).expanduser().absolute()
    read_adoption(path)
    return path


def _pharmacy(typed: Mapping[str, str]) -> dict[str, Any]:
    """The pharmacy as a record holds it."""
    return {
        "ods": typed["ods"].upper(),
        "name": typed["name"],
        "address": [one.strip() for one in typed["address"].split(",") if one.strip()],
        "postcode": typed["postcode"].upper() or None,
        "telephone": typed["telephone"] or None,
    }


def _ours(typed: Mapping[str, str], people: tuple[AtTheDesk, ...]) -> OurPharmacy:
    return OurPharmacy(read_back(Pharmacy, _pharmacy(typed)), typed["mailbox"], _adoption(typed), people)


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
            return _begun(visit, person)
        waits = person is not None and sessions.waits(person)
        errors = (Error("Too many wrong PINs: wait a minute" if waits else "This is not the PIN", "pin"),)
    return desk_page(visit, errors=errors, link=visit.posted.one(LINK))


def _begun(visit: Visit, person: SomebodyHere) -> Response:
    """Whoever has shown that it is they is at the desk: the start page, or the patient who was handed over and waits for them."""
    sessions = visit.desk.sessions
    key = sessions.begin(person, before=visit.session_key)
    waits = bool(visit.posted.one(LINK))
    reply = open_link(replace(visit, session=sessions.of(key), session_key=key)) if waits else go("/")
    return _with_key(visit, reply, key)


def begun(visit: Visit, person: SomebodyHere, reply: Response, done: str = "") -> Response:
    """The reply with a new session for somebody; the one that this browser had ends. ``done`` is said on the next page."""
    key = visit.desk.sessions.begin(person, before=visit.session_key)
    if (session := visit.desk.sessions.of(key)) is not None:
        session.done = done
    return _with_key(visit, reply, key)


def _with_key(visit: Visit, reply: Response, key: str) -> Response:
    place = visit.desk.place
    reply.set_cookie(place.cookie, key, httponly=True, samesite="strict", path="/", secure=place.secure)
    return reply


def handed_over(visit: Visit) -> Response:
    """``GET`` and ``POST /handed-over``: whom the pharmacy's system handed over.

    The link's own part stands behind ``#``, so that it is in no request's path; the page's script posts it, or somebody types it. It is the
    token of that post: a browser that came from elsewhere has not shown its session yet. Nobody sees anything without a PIN or signing in.
    """
    session = visit.session
    if session is not None and not may(OPENS_AT, visit.method, session.person.roles):
        return not_for_their_role(visit)
    if visit.method != "POST":
        return html(drawn("patient-handed-over.html", f=frame(visit, "Patient handed over")))
    if session is None:
        return _sign_in_page(visit) if visit.desk.people_sign_in else desk_page(visit, link=visit.posted.one(LINK))
    if session.hidden:
        session.held = Held(visit.path, open_link, visit.names, visit.posted, visit.method)
        return desk_page(visit, hidden=True)
    return open_link(visit)


def sign_in(visit: Visit) -> Response:
    """Word, password and code: all are looked at together, so that none of them alone tells whether it was right."""
    posted = visit.posted
    if visit.method == "POST":
        try:
            given = posted.one("word"), posted.whole("password"), posted.one("code")
            one = visit.desk.signing_in.sign_in(*given, visit.desk.site)
            return _begun(visit, SignedIn(one, site=visit.desk.site))
        except NotSignedIn as refused:
            return _sign_in_page(visit, (Error(str(refused), "word"),))
    return _sign_in_page(visit)


def _sign_in_page(visit: Visit, errors: tuple[Error, ...] = ()) -> Response:
    posted, provider = visit.posted, visit.desk.provider
    called = provider.settings.called if provider is not None else ""
    view = SignInPage(posted.one("word"), called, errors, posted.one(LINK))
    return html(drawn("sign-in.html", f=frame(visit, "Sign in"), v=view), 422 if errors else 200)


def desk_page(visit: Visit, hidden: bool = False, errors: tuple[Error, ...] = (), link: str = "") -> Response:
    """The page that asks for the PIN; it shows nobody."""
    ours = visit.desk.ours
    people = ours.people if ours is not None and not hidden else ()
    only = len(people) == 1
    shown = tuple(ChoiceShown(one.practitioner.gphc_number, one.name, only) for one in people)
    view = DeskPage(shown, hidden, errors, link)
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
