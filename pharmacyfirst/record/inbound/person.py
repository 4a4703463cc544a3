"""Who a source is about: the patient as it has them, whom to call, the organisations it names, and what people and organisations go by."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number, postcode, practice_ods
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.record.inbound.asking import everything, first, parts_of, text_of, texts
from pharmacyfirst.record.inbound.bundle import Bundle, Resource, Skipped
from pharmacyfirst.record.inbound.days import day_of

NHS_NUMBER = "/id/nhs-number"
ODS_CODE = "/id/ods-organization-code"
CONTACT_RANK = "ContactRank"
ONESELF = "ONESELF"
VERIFIED = frozenset({"01", "number-present-and-verified"})
RESTRICTED = frozenset({"R", "V", "REDACTED"})


@dataclass(frozen=True, slots=True)
class ContactSeen:
    """Somebody to call about the patient, or the patient. ``rank`` 1 is who is to be called back (standards.md 2.3); None where none is given."""

    rank: int | None
    name: str | None = field(repr=False)
    relationship: str
    telephones: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """The patient as the source has them, to be compared with the one who is there. What could not be read is None.

    ``earlier_numbers`` are NHS numbers that the source gives as old or ended. ``replaced``: the source says that this record was merged
    into another, or is no longer in use.
    """

    family: str | None = field(default=None, repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    nhs_number: str | None = field(default=None, repr=False)
    number_verified: bool = False
    earlier_numbers: tuple[str, ...] = field(default=(), repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    postcode: str | None = field(default=None, repr=False)
    telephones: tuple[str, ...] = field(default=(), repr=False)
    contacts: tuple[ContactSeen, ...] = field(default=(), repr=False)
    practice_ods: str | None = field(default=None, repr=False)
    practice_name: str | None = field(default=None, repr=False)
    restricted: bool = False
    deceased: bool = False
    replaced: bool = False

    @property
    def numbers(self) -> frozenset[str]:
        """Every NHS number that the source gives for this patient, the earlier ones too."""
        return frozenset((*self.earlier_numbers, *((self.nhs_number,) if self.nhs_number else ())))


class PatientReader:
    """Reads the patient of a bundle. ``skipped`` and ``mind`` hold what could not be read, and what a person has to know of it first."""

    def __init__(self, bundle: Bundle, patient: Resource):
        self.skipped: list[Skipped] = []
        self.mind: list[str] = []
        self._bundle = bundle
        self._patient = patient
        self._body = patient.body
        bundle.read.add(patient)
        self.person = self._person()

    def _skip(self, why: str) -> None:
        self.skipped.append(Skipped(self._patient.entry, why))

    def _person(self) -> PersonSeen:
        body = self._body
        number, verified, earlier = self._numbers()
        name = official(everything(body, "name"))
        restricted = bool(RESTRICTED.intersection(texts(body, "meta", "security", "code")))
        dead = (text_of(body, "deceasedDateTime") or text_of(body, "deceasedBoolean")) not in ("", "false")
        replaced = text_of(body, "active") == "false" or "replaced-by" in texts(body, "link", "type")
        if restricted:
            self.mind.append("This patient's record is restricted: address and practice were left out. Print neither.")
        if dead:
            self.mind.append("The record says that this patient has died. Check whose record it is.")
        if replaced:
            self.mind.append(
                "This patient's record was merged into another, or is out of use: it may be another person's or lack what is newer. "
                "Trace the patient again."
            )
        # A restricted record says nothing of where the person lives or is registered (service.md, section 8).
        address = None if restricted else first(body, "address")
        practice = None if restricted else self._practice()
        gender = text_of(body, "gender")
        return PersonSeen(
            family=next(texts(name, "family"), None),
            given=tuple(texts(name, "given")),
            birth_date=self._born(),
            gender=gender if gender in ("female", "male", "other", "unknown") else None,
            nhs_number=number,
            number_verified=verified,
            earlier_numbers=earlier,
            address=tuple(text for part in ("line", "city", "district") for text in texts(address, part)),
            postcode=self._checked("postcode", next(texts(address, "postalCode"), None), postcode),
            telephones=() if restricted else tuple(telephones_of(body)),
            contacts=() if restricted else tuple(self._contacts()),
            practice_ods=ods_of(practice),
            practice_name=name_of(practice),
            restricted=restricted,
            deceased=dead,
            replaced=replaced,
        )

    def _numbers(self) -> tuple[str | None, bool, tuple[str, ...]]:
        """The NHS number in use, whether it was verified, and the earlier ones. Several in use are none."""
        in_use: dict[str, bool] = {}
        earlier: dict[str, None] = {}
        found = False
        for one in everything(self._body, "identifier"):
            if not text_of(one, "system").lower().endswith(NHS_NUMBER):
                continue
            found = True
            number = self._checked("NHS number", next(texts(one, "value"), None), nhs_number)
            if number is None:
                continue
            if text_of(one, "use") == "old" or text_of(one, "period", "end"):
                earlier[number] = None
            else:
                codes = set(texts(one, "extension", "valueCodeableConcept", "coding", "code"))
                in_use[number] = in_use.get(number, False) or bool(codes & VERIFIED)
        if not found:
            self._skip("no NHS number was found")
        if len(in_use) > 1:
            self.mind.append(
                "The record gives this patient several NHS numbers: it is not known which is theirs. Trace the patient."
            )
            return None, False, tuple(dict.fromkeys((*in_use, *earlier)))
        if earlier:
            self.mind.append(
                "The record gives this patient an earlier NHS number too: check that both are this patient's."
            )
        if not in_use and earlier:
            return None, False, tuple(earlier)
        number = next(iter(in_use), None)
        return number, bool(number and in_use[number]), tuple(one for one in earlier if one != number)

    def _checked(self, what: str, text: str | None, check: Callable[[str], str]) -> str | None:
        try:
            return check(text) if text is not None else None
        except WrongIdentifier as wrong:
            self._skip(f"{what}: {wrong}")
            return None

    def _born(self) -> date | None:
        born = read_day(next(texts(self._body, "birthDate"), None))
        if born is None:
            self._skip("no whole date of birth was found")
        return born

    def _practice(self) -> Resource | None:
        for part in ("managingOrganization", "generalPractitioner"):
            for found in self._bundle.follow(self._patient, part):
                if found.type == "Organization":
                    return found
        return None

    def _contacts(self) -> Iterator[ContactSeen]:
        """Whom to call, by rank: the contacts of the patient, then the people related to them."""
        related = [one for one in self._bundle.of_type("RelatedPerson") if self._is_theirs(one)]
        self._bundle.read.update(related)
        yield from sorted(
            (_contact(one) for one in (*everything(self._body, "contact"), *(one.body for one in related))),
            key=lambda one: one.rank if one.rank is not None else 99,
        )

    def _is_theirs(self, one: Resource) -> bool:
        references = [*texts(one.body, "patient", "reference")]
        return any(self._bundle.resolve(reference, one) is self._patient for reference in references)


def _contact(body: Any) -> ContactSeen:
    name = official(everything(body, "name"))
    relationships = [text for one in everything(body, "relationship") for text in parts_of(one)[0]]
    ended = text_of(body, "period", "end")
    if ended:
        relationships.append(f"ended {day_of(ended) or 'on a day that cannot be read'}")
    return ContactSeen(
        rank=_rank_of(body),
        name=full_name(name),
        relationship=", ".join(relationships) or "relationship not said",
        telephones=tuple(dict.fromkeys(_telephones(everything(body, "telecom")))),
    )


def _rank_of(body: Any) -> int | None:
    for extension in everything(body, "extension"):
        if CONTACT_RANK in text_of(extension, "url"):
            rank = text_of(extension, "valuePositiveInt")
            return int(rank) if re.fullmatch("[0-9]{1,3}", rank) else None
    return None


def full_name(name: Any) -> str | None:
    """A name in the order it is spoken; the text of one that is not taken apart; None where there is none."""
    parts = (*texts(name, "prefix"), *texts(name, "given"), *texts(name, "family"))
    return " ".join(parts) or next(texts(name, "text"), None)


def official(names: Iterable[Any]) -> Any:
    """The official name of several, or the usual one, or the first that is not old."""
    found = list(names)
    for use in ("official", "usual"):
        for one in found:
            if text_of(one, "use") == use:
                return one
    return next((one for one in found if text_of(one, "use") not in ("old", "maiden")), found[0] if found else None)


def telephones_of(body: Mapping[str, Any]) -> Iterator[str]:
    """The patient's own telephones by their rank; BaRS puts them under a contact that is the patient."""
    own = [one for one in everything(body, "contact") if ONESELF in texts(one, "relationship", "coding", "code")]
    yield from dict.fromkeys(_telephones(line for place in (body, *own) for line in everything(place, "telecom")))


def _telephones(lines: Iterable[Any]) -> Iterator[str]:
    for one in sorted(lines, key=lambda line: text_of(line, "rank").rjust(3, "0") if text_of(line, "rank") else "999"):
        if "phone" in texts(one, "system"):
            yield from texts(one, "value")


def name_of(one: Resource | None) -> str | None:
    """The name of an organisation."""
    return next(texts(one.body, "name"), None) if one is not None and one.type == "Organization" else None


def ods_of(one: Resource | None) -> str | None:
    """The ODS code of an organisation; None where it has none that can be one."""
    for identifier in everything(one.body, "identifier") if one is not None else ():
        if text_of(identifier, "system").lower().endswith(ODS_CODE):
            try:
                return practice_ods(text_of(identifier, "value"))[0]
            except WrongIdentifier:
                return None
    return None
