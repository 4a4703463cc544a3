"""Who takes part in a consultation: the patient, the practice, the pharmacy, the practitioner; how the patient came, and agreed to what."""

from datetime import date
from typing import Literal, Self
from unicodedata import normalize

from pydantic import Field, model_validator

from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.identifier_types import NHSNumber, PharmacyODS, Postcode, PracticeODS
from pharmacyfirst.kernel.identifiers import gphc_number
from pharmacyfirst.kernel.questions import completed_years
from pharmacyfirst.record.fields import Day, Recorded, Words

PRACTICE_NHS_NUMBER = "999"


class GPPractice(Recorded):
    """The practice that the patient is registered with. MESH finds it by itself; the code is for letter and claim."""

    ods: PracticeODS
    name: Words | None = None


NHSNumberStatus = Literal["01", "02", "03", "04", "05", "06", "07", "08"]
Sex = Literal["female", "male", "other", "unknown"]


class Patient(Recorded):
    """Who the consultation is with. ``practice_patient``: somebody invented, to learn and test with, which is never undone.

    ``nhs_number_status`` is 01 where the number was traced and verified (interop.md 1.6). ``sensitivity``: the address of somebody whose
    record is restricted is neither sent nor printed.
    """

    family: Words
    given: tuple[Words, ...] = Field(min_length=1)
    birth_date: Day
    gender: Sex
    nhs_number: NHSNumber | None = None
    nhs_number_status: NHSNumberStatus | None = None
    title: Words | None = None
    address: tuple[Words, ...] = ()
    postcode: Postcode | None = None
    telephone: Words | None = None
    gp_practice: GPPractice | None = None
    sensitivity: Literal["unrestricted", "restricted", "very restricted"] = "unrestricted"
    practice_patient: bool = False

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @property
    def address_may_be_shown(self) -> bool:
        """False where the record is restricted: then nothing says where the patient lives."""
        return self.sensitivity == "unrestricted"

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
        if (self.nhs_number is None) != (self.nhs_number_status is None):
            raise ValueError("nhs_number and nhs_number_status are given together or not at all")
        invented = self.nhs_number is not None and self.nhs_number.startswith(PRACTICE_NHS_NUMBER)
        if invented and not self.practice_patient:
            raise ValueError("an NHS number that begins with 999 is nobody's: mark the patient as a practice patient")
        if self.practice_patient and self.nhs_number is not None and not invented:
            raise ValueError("a practice patient's NHS number begins with 999, so that it is nobody's")
        return self


def _as_compared(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())


class Pharmacy(Recorded):
    """Where the consultation was held, or from where."""

    ods: PharmacyODS
    name: Words
    address: tuple[Words, ...] = ()
    postcode: Postcode | None = None
    telephone: Words | None = None


class PractitionerOnRecord(Recorded):
    """Who held the consultation, by GPhC number."""

    gphc_number: Words
    family: Words
    given: tuple[Words, ...] = ()
    profession: Literal["pharmacist", "pharmacy technician"] = "pharmacist"
    sds_user_id: Words | None = None

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @model_validator(mode="after")
    def _number_fits_the_profession(self) -> Self:
        object.__setattr__(self, "gphc_number", gphc_number(self.gphc_number, self.profession))
        return self


class Referral(Recorded):
    """How the patient came. ``reference`` is the referrer's own, which no GP message may carry."""

    source: Literal["self-referred", "GP practice", "NHS 111", "urgent care", "other"]
    organisation: Words | None = None
    ods: PracticeODS | None = None
    reference: Words | None = None
    on: Day | None = None


class Consent(Recorded):
    """What was agreed to. None means that nobody asked, which is not a yes."""

    to_treat: bool | None = None
    to_share: bool | None = None
    to_view_record: bool | None = None
    by: Literal["patient", "parent or guardian", "other"] = "patient"
    how: Literal["verbal", "written"] = "verbal"
