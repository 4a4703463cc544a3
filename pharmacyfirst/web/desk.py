"""What the running form stands on: content, store, clock, the pharmacy it is in, and who is at the desk."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pharmacyfirst.authority.adoption import Adoption
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.content.adoption import write_adoption
from pharmacyfirst.content.invariants import Implausible, odd_in
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.conversation import Conversation, converse
from pharmacyfirst.errors import Refused
from pharmacyfirst.handover.link import Links
from pharmacyfirst.handover.secret import Secret
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.people import REGISTERED, People, SigningIn
from pharmacyfirst.people.provider import Provider
from pharmacyfirst.record.people import PractitionerOnRecord
from pharmacyfirst.store import Actor, ConsultationSoFar, InForceNow, Store, Watch
from pharmacyfirst.web.on_paper import PaperSaid, paper_in
from pharmacyfirst.web.patient import Who
from pharmacyfirst.web.people import AtTheDesk, SignedIn, SomebodyHere
from pharmacyfirst.web.pharmacy import OurPharmacy, PharmacyRefused, read_pharmacy, write_pharmacy
from pharmacyfirst.web.place import HERE, WhereServed
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.rows import hours_of
from pharmacyfirst.web.sessions import Session, Sessions

PATIENT_PAGE = "patient"
SINCE = "since"
EVALUATION = (
    "Evaluation only: no adoption is in use, so nothing here permits a supply to anybody but a training patient."
)


@dataclass(slots=True)
class Desk:
    """The form of one pharmacy. ``clock`` says what time it is, with its distance from UTC; nothing else here reads a clock.

    ``content`` is the folder of the pathways. ``secret`` is what the pharmacy's system shows to hand a patient over (None: nobody can),
    ``links`` are the patients who wait to be opened, ``read_before`` what was read of a patient elsewhere, so that it is not read for each
    page. ``site`` is the ODS code of the pharmacy where the organisation has several sites: each has a desk, and no desk knows
    another, but the codes of all ``sites``, for whoever gives roles there.
    Raises ``PharmacyRefused`` where the pharmacy's file cannot be read, or is another site's.
    """

    content: Path
    store: Store
    clock: Callable[[], datetime]
    pharmacy_file: Path
    sessions: Sessions
    people: People
    signing_in: SigningIn
    place: WhereServed = HERE
    provider: Provider | None = None
    ours: OurPharmacy | None = None
    secret: Secret | None = None
    site: str = ""
    sites: tuple[str, ...] = ()
    links: Links = field(default_factory=Links)
    read_before: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _watch: Watch | None = field(init=False, repr=False, default=None)
    _odd: dict[str, tuple[Implausible, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.ours is None and self.pharmacy_file.exists():
            self.ours = self._of_this_site(read_pharmacy(self.pharmacy_file))

    def _of_this_site(self, ours: OurPharmacy) -> OurPharmacy:
        if self.site and ours.pharmacy.ods != self.site:
            raise PharmacyRefused(
                f"ODS code: this is the site {self.site}, and what is set up here is this pharmacy's."
            )
        return ours

    @property
    def called(self) -> str:
        """What the site is called, to tell it from the others: its name and code; empty where there are no others."""
        return f"{self.ours.pharmacy.name}, {self.site}" if self.site and self.ours is not None else self.site

    def now(self) -> datetime:
        """This moment, by England's clock."""
        return in_england(self.clock())

    def set_up(self, ours: OurPharmacy) -> None:
        """Keep what was set up. Raises ``PharmacyRefused``."""
        ours = self._of_this_site(ours)
        write_pharmacy(self.pharmacy_file, ours)
        self.ours, self._watch = ours, None

    def keep_adoption(self, adoption: Adoption) -> tuple[Path, bytes]:
        """Keep an adoption record beside the store; its file and what stands in it. Raises ``PharmacyRefused``, ``AdoptionNotWritten``.

        The record of before stays where it is: a signed record is never written over.
        """
        folder = self.store.folder / "adoptions"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            path = folder / f"adoption-{self.now():%Y-%m-%d-%H%M%S-%f}.yaml"
            write_adoption(adoption, path)
            return path.absolute(), path.read_bytes()
        except OSError as error:
            raise PharmacyRefused(f"The record cannot be written: {error.strerror}. Nothing was adopted.") from None

    def go_by(self, record: Path) -> None:
        """Go by an adoption record from now on. Raises ``PharmacyRefused``."""
        assert self.ours is not None  # nobody adopts before the pharmacy is set up
        self.set_up(replace(self.ours, adoption=record))

    def change_people(self, people: tuple[AtTheDesk, ...]) -> None:
        """Keep who may be at the desk from now on; whoever is there and no more among them has left. Raises ``PharmacyRefused``."""
        assert self.ours is not None  # nobody is at the desk before the pharmacy is set up
        ours = replace(self.ours, people=people)
        write_pharmacy(self.pharmacy_file, ours)
        self.ours = ours
        self.sessions.keep_only(people)

    @property
    def practitioners(self) -> tuple[PractitionerOnRecord, ...]:
        """Who may hold consultations here: whom the pharmacy's file names, or, where people sign in, the registered who have an account."""
        if not self.people_sign_in:
            return tuple(one.practitioner for one in self.ours.people) if self.ours is not None else ()
        registered = (
            one for one in self.people.all() if one.active and not one.roles_at(self.site).isdisjoint(REGISTERED)
        )
        return tuple(SignedIn(one, site=self.site).practitioner for one in registered)

    @property
    def people_sign_in(self) -> bool:
        """Whether nobody comes in without signing in: from the first account on, also where the file of the accounts is gone."""
        return self.people.are_there or self.store.people_sign_in

    def session(self, key: str) -> Session | None:
        """The session of a browser, with whoever it is of as they are now; None where it has ended, or they may come in no more."""
        session = self.sessions.of(key)
        if session is None:
            return None
        person = session.person
        if isinstance(person, SignedIn) and self.people.stands(person.colleague.id, person.colleague.stamp):
            session.person = replace(person, colleague=self.people.get(person.colleague.id))
        elif isinstance(person, SignedIn) or self.people_sign_in:
            self.sessions.end(key)
            return None
        return session

    def owes(self, person: SomebodyHere) -> tuple[str, ...]:
        """What somebody has to choose before anything else: a password of their own, a second factor where others reach the form, a PIN."""
        if not isinstance(person, SignedIn):
            return ()
        one = person.colleague
        factor = self.place.elsewhere and not person.by_provider and not one.seed
        owed = {"password": one.one_time and not person.by_provider, "factor": factor, "pin": not one.pin}
        return tuple(name for name, due in owed.items() if due)

    @property
    def in_force(self) -> InForceNow:
        """The content and the adoption as they stand on disk at this moment, so that a suspension holds at once.

        Raises ``ContentRefused`` where the content cannot be read when it is first asked for.
        """
        if (
            self._watch is None
        ):  # reading the content takes a while, and nothing asks for it before the pharmacy is set up
            self._watch = Watch(self.content, self.ours.adoption if self.ours is not None else None)
        return self._watch.now()

    @property
    def library(self) -> Library:
        """The content."""
        return self.in_force.library

    def odd(self, pathway: Pathway) -> tuple[Implausible, ...]:
        """Whom the content holds for hardly ever met, so that it is asked whether an answer is right; read once for each content."""
        if pathway.content_digest not in self._odd:
            self._odd[pathway.content_digest] = odd_in(self.library, pathway)
        return self._odd[pathway.content_digest]

    def banner(self) -> str:
        """What is said on every page while nothing may be supplied; nothing where an adoption is in use."""
        if self.ours is None or self.ours.adoption is None:
            return EVALUATION
        return self.in_force.trouble


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the desk, the names in the path, what was posted, and who is at the desk in that browser, by the key it has."""

    desk: Desk
    names: Mapping[str, str]
    posted: Posted = field(repr=False)
    now: datetime
    method: str = "GET"
    path: str = "/"
    session: Session | None = None
    session_key: str = field(default="", repr=False)
    _seen: list[Library] = field(default_factory=list, repr=False, compare=False)

    @property
    def library(self) -> Library:
        """The content as it stood when this was first asked for, for what a page only shows: its files are looked at once, not for each line of a list."""
        if not self._seen:
            self._seen.append(self.desk.library)
        return self._seen[0]

    @property
    def at_the_desk(self) -> Session:
        """The session; there is one on every page but those that begin one."""
        assert self.session is not None
        return self.session

    @property
    def actor(self) -> Actor:
        """Who does what is done."""
        return self.at_the_desk.person.actor

    @property
    def today(self) -> date:
        """The day on England's clock."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Talk:
    """A consultation under way, as a page shows it: how the store has it, the pathway of its day, the patient page, the conversation.

    ``now`` is this moment; with a training patient seen as of another day, the same time of that day; in a correction, when what it
    corrects ended; of what is entered from ``paper``, when that ended.
    """

    held: ConsultationSoFar
    pathway: Pathway
    who: Who
    conversation: Conversation
    on: date
    now: datetime
    paper: PaperSaid | None = None

    def at(self, moment: datetime) -> datetime:
        """A moment of the consultation, on its own day where it is seen as of another."""
        return _as_of(self.held, moment)

    @property
    def since(self) -> dict[str, str]:
        """The moments behind answers that are hours, by fact."""
        return since_of(self.held)


def since_of(held: ConsultationSoFar) -> dict[str, str]:
    """The moments that were kept with the pages, by fact."""
    found: dict[str, str] = {}
    for fields in held.fields.values():
        found |= {str(name): str(moment) for name, moment in dict(fields.get(SINCE) or {}).items()}
    return found


def who_of(held: ConsultationSoFar) -> Who:
    """The patient page as it was typed."""
    typed = held.patient.get("typed") or {}
    brought = dict(held.patient.get("brought") or {})
    return Who({str(name): str(value) for name, value in dict(typed).items()}, held.practice, brought=brought)


def talk(desk: Desk, held: ConsultationSoFar, now: datetime) -> Talk:
    """A consultation as it stands at this moment: hours are counted until now. Raises ``Refused`` where no version is in force on its day.

    Its day is the one on which it was begun, also where it is ended on another.
    """
    on, paper = date.fromisoformat(held.as_of) if held.as_of else in_england(held.begun_at).date(), paper_in(held)
    now = paper.ended if paper is not None else _as_of(held, now)
    pathway = desk.library.in_force(held.condition, on)
    who = replace(who_of(held), service=pathway.service)
    return Talk(held, pathway, who, converse(pathway, facts_now(held, pathway, now), on), on, now, paper)


def _as_of(held: ConsultationSoFar, moment: datetime) -> datetime:
    """A moment by England's clock; of a training consultation as of another day, the same time of that day; of a correction, the end of then."""
    if held.correcting is not None:
        return in_england(held.correcting.ended_at)
    here = in_england(moment)
    if not held.as_of:
        return here
    on = date.fromisoformat(held.as_of)
    try:
        return in_england(datetime.combine(on, here.time()))
    except Refused:  # the clocks change in that hour of that day
        return in_england(datetime.combine(on, time(12)))


def facts_now(held: ConsultationSoFar, pathway: Pathway, now: datetime) -> dict[str, object]:
    """The answers, hours counted until now. A question that this version does not ask any more is left out, as is what no longer fits it."""
    since = since_of(held)
    facts = {name: value for name, value in held.answers.items() if name in pathway.questions}
    for name, moment in since.items():
        if facts.get(name) is not None:
            facts[name] = hours_of(pathway.questions[name], moment, now)
    return facts


def facts_of_who(who: Who, pathway: Pathway, on: date) -> dict[str, object]:
    """What the patient page says that the pathway asks: the date of birth, or the age."""
    if who.born is None:
        return {}
    if BORN in pathway.questions:
        return {BORN: who.born.isoformat()}
    return {AGE: who.age_on(on)} if AGE in pathway.questions else {}
