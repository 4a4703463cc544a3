"""Who takes part in a consultation: the patient, the practice, the pharmacy, the practitioner; how the patient came, and agreed to what."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self
from unicodedata import normalize

from pydantic import model_validator

from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.identifier_types import NHSNumber, PharmacyODS, Postcode, PracticeODS
from pharmacyfirst.kernel.identifiers import gphc_number
from pharmacyfirst.kernel.questions import completed_years
from pharmacyfirst.record.fields import Day, Line, Moment, Number, Recorded, Words
from pharmacyfirst.record.lists import listed

PRACTICE_NHS_NUMBER = "999"


class GPPractice(Recorded):
    """The practice that the patient is registered with. MESH finds it by itself; the code is for letter and claim."""

    ods: PracticeODS
    name: Line | None = None


NumberStatus = Literal["01", "02", "03", "04", "05", "06", "07", "08"]
VERIFIED: NumberStatus = "01"
Sex = Literal["female", "male", "other", "unknown"]
CONSENTS_FROM = 16  # from this age a patient consents for themselves (Family Law Reform Act 1969, section 8)
ADULT = 18  # to this age somebody with parental responsibility may still consent


class Trace(Recorded):
    """How well the NHS number is known: its status (interop.md 1.6), when it was traced with PDS, and by which system.

    Status 01, verified, is what a system found and never what somebody typed: it says when and by what.
    """

    status: NumberStatus
    at: Moment | None = None
    by: Line | None = None

    @model_validator(mode="after")
    def _was_found(self) -> Self:
        if self.status == VERIFIED and (self.at is None or self.by is None):
            raise ValueError("a verified NHS number was traced: say at what time and by which system")
        return self


class Patient(Recorded):
    """Who the consultation is with. ``practice_patient``: somebody invented, to learn and test with, which is never undone.

    Somebody with one name has no ``given``. In a record an address and a GP practice stand here, or why not (the record standard has both
    as mandatory). ``requirements`` are what the patient needs of a service, for instance an interpreter. ``sensitivity``: the address of
    somebody whose record is restricted is neither sent nor printed.
    """

    family: Line
    given: tuple[Line, ...] = ()
    birth_date: Day
    gender: Sex
    nhs_number: NHSNumber | None = None
    trace: Trace | None = None
    title: Line | None = None
    address: tuple[Line, ...] = ()
    postcode: Postcode | None = None
    no_address_because: Words | None = None
    telephone: Line | None = None
    gp_practice: GPPractice | None = None
    no_practice_because: Words | None = None
    requirements: tuple[Words, ...] = ()
    may_contact_by: tuple[listed("contact"), ...] | None = None  # type: ignore[valid-type]
    sensitivity: Literal["unrestricted", "restricted", "very restricted"] = "unrestricted"
    practice_patient: bool = False

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @property
    def nhs_number_status(self) -> str | None:
        """The status of the NHS number, 01 where it was traced and verified; None where there is no number."""
        return self.trace.status if self.trace is not None else None

    @property
    def address_may_be_shown(self) -> bool:
        """False where the record is restricted: then nothing says where the patient lives."""
        return self.sensitivity == "unrestricted"

    @property
    def shown_telephone(self) -> str | None:
        """The telephone number, where the patient agreed to be reached by it or nobody asked: no message names another to the practice."""
        ways = self.may_contact_by
        return self.telephone if ways is None or {"telephone", "text message"} & set(ways) else None

    @property
    def shown_address(self) -> tuple[str, ...]:
        """The lines of the address without the postcode; none where the record is restricted."""
        return self.address if self.address_may_be_shown else ()

    @property
    def digest(self) -> str:
        """Which person this is, as a permit says it: SHA-256 over family name, given names, birth date and NHS number.

        The same for names in other letters (capitals, one or two characters for an accented one) or with other blanks. It is no disguise:
        whoever knows the names can work it out, so it goes where the record goes.
        """
        number = {"nhs_number": self.nhs_number} if self.nhs_number is not None else {}
        given = [_as_compared(name) for name in self.given]
        return digest_of(
            {"family": _as_compared(self.family), "given": given, "birth_date": self.birth_date.isoformat(), **number}
        )

    def age_on(self, day: date) -> int:
        """Completed years on a day."""
        return completed_years(self.birth_date, day)

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        number = self.nhs_number
        if (number is None) != (self.trace is None):
            raise ValueError("nhs_number and trace are given together or not at all")
        if number is not None and len(set(number)) == 1:
            raise ValueError("an NHS number of one digit ten times is a filler: leave it out where there is none")
        invented = number is not None and number.startswith(PRACTICE_NHS_NUMBER)
        if invented and not self.practice_patient:
            raise ValueError("an NHS number that begins with 999 is nobody's: mark the patient as a training patient")
        if self.practice_patient and number is not None and not invented:
            raise ValueError("a training patient's NHS number begins with 999, so that it is nobody's")
        return self

    def gaps(self) -> Iterator[str]:
        """What a record lacks of the patient: an address or why there is none, a GP practice or why there is none."""
        if bool(self.address) == (self.no_address_because is not None):
            yield "patient: give the address, or no_address_because: GP and claim find the patient by it"
        if (self.gp_practice is None) == (self.no_practice_because is None):
            yield "patient: give gp_practice, or no_practice_because: the practice has to be told"


def _as_compared(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())


class Pharmacy(Recorded):
    """Where the consultation was held, or from where."""

    ods: PharmacyODS
    name: Line
    address: tuple[Line, ...] = ()
    postcode: Postcode | None = None
    telephone: Line | None = None


class PractitionerOnRecord(Recorded):
    """Who held the consultation, by GPhC number."""

    gphc_number: Line
    family: Line
    given: tuple[Line, ...] = ()
    profession: Literal["pharmacist", "pharmacy technician"] = "pharmacist"
    sds_user_id: Line | None = None

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @model_validator(mode="after")
    def _number_fits_the_profession(self) -> Self:
        object.__setattr__(self, "gphc_number", gphc_number(self.gphc_number, self.profession))
        return self


# Always offered; a service names what else there is.
USUAL_WAYS_IN = ("self-referred", "GP practice", "NHS 111", "urgent care", "other")


class Referral(Recorded):
    """How the patient came. ``reference`` is the referrer's own, which no GP message may carry; ``patient_reference`` was given to the patient.

    ``reason`` are the referrer's words, kept apart from what the patient says. ``digest`` is that of the message that was read.
    """

    source: listed("way in")  # type: ignore[valid-type]
    organisation: Line | None = None
    ods: PracticeODS | None = None
    reference: Line | None = None
    on: Day | None = None
    referrer: Line | None = None
    role: Line | None = None
    reason: Words | None = None
    urgency: Line | None = None
    contact_by: Moment | None = None
    journey: Line | None = None
    patient_reference: Line | None = None
    version: Line | None = None
    digest: Line | None = None


class Somebody(Recorded):
    """Somebody beside the patient: what they are to the patient, and their name where it was given."""

    relationship: listed("relationship")  # type: ignore[valid-type]
    name: Line | None = None


class Consent(Recorded):
    """What was agreed to, and by whom. None means that nobody asked, which is not a yes.

    ``by`` the patient, or somebody for them, whom ``person`` then names with what they are to the patient. ``competence`` is the ground on
    which whoever consented could do so. ``told_about_sharing``: the patient was told what goes to NHS England and NHSBSA.
    ``to_show_in_app``: that the entry is seen in the NHS App, where a service asks for it apart.
    """

    to_treat: bool | None = None
    to_share: bool | None = None
    to_view_record: bool | None = None
    to_show_in_app: bool | None = None
    by: Literal["patient", "parent or guardian", "other"] = "patient"
    how: Literal["verbal", "written"] = "verbal"
    person: Somebody | None = None
    competence: listed("competence") | None = None  # type: ignore[valid-type]
    share_refused_because: Words | None = None
    told_about_sharing: bool | None = None

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if (self.by == "patient") != (self.person is None):
            raise ValueError("consent by somebody else names that person, and what they are to the patient")
        if self.share_refused_because is not None and self.to_share is not False:
            raise ValueError("share_refused_because is for where to_share is no")
        return self

    def disagreements(self, age: int) -> Iterator[str]:
        """What does not fit a patient of this age: who may consent for whom is law (standards.md 4, item 9)."""
        if not self.to_treat:
            return
        if self.by == "parent or guardian" and age >= ADULT:
            yield f"consent: nobody consents as a parent for somebody of {ADULT} or over"
        if self.by == "other" and age >= CONSENTS_FROM and self.competence != "lacks capacity":
            yield "consent: another person decides only where the patient lacks capacity: competence has to say so"
        if self.by == "patient" and age < CONSENTS_FROM and self.competence != "competent under 16":
            yield f"consent: a patient under {CONSENTS_FROM} consents where judged competent: competence has to say so"


class RecordViewed(Recorded):
    """Which record of the patient was read, and when."""

    source: listed("record viewed")  # type: ignore[valid-type]
    at: Moment | None = None


class Typist(Recorded):
    """Who entered the record, which need not be who held the consultation."""

    name: Line
    role: Line
    gphc_number: Line | None = None


class AnsweredAgainstOnRecord(Recorded):
    """An answer that contradicts what another record suggested: both, where that was found, and why the answer stands.

    As ``record.inbound.against`` gives it.
    """

    fact: Line
    suggested: str | bool | Number | tuple[str, ...]
    source: Words
    found: Words
    dated: Day | None = None
    answer: str | bool | Number | tuple[str, ...]
    reason: Words


class Reaction(Recorded):
    """An adverse reaction found in the consultation and not on the records read. It stays in the pharmacy's own record."""

    agent: Line
    reaction: Words | None = None
    on: Day | None = None
