"""The patient page: who the patient is, how they came, what they agreed to, as it is typed; and the parts of a record made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.contract.typed_answers import day_of
from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number
from pharmacyfirst.kernel.questions import completed_years
from pharmacyfirst.kernel.service import Service
from pharmacyfirst.record.fields import RecordRefused, read_back
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.people import (
    CONSENTS_FROM,
    Consent,
    Patient,
    RecordViewed,
    Referral,
)
from pharmacyfirst.web.posted import Posted

# NHS number status 02: present, and not traced (interop.md 1.6): all that somebody who types one can know.
NOT_TRACED = "02"
NONE_READ = "none"

TEXTS = (
    "family", "given", "nhs_number", "address", "postcode", "no_address", "practice_ods", "practice_name", "no_practice", "telephone",
    "requirements", "consenter", "complaint", "not_viewed", "measured_by",
)  # fmt: skip
CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "gender": (("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known")),
    "source": (("self-referred", "Walked in"), ("GP practice", "GP practice"), ("NHS 111", "NHS 111"), ("urgent care", "Urgent care"), ("other", "Other")),
    "channel": tuple((one.value, one.value.capitalize()) for one in Channel),
    "share": (("yes", "Yes"), ("no", "No"), ("?", "Not asked")),
    "look": (("yes", "Yes"), ("no", "No"), ("?", "Not asked")),
    "by": (("patient", "The patient"), ("parent or guardian", "A parent or guardian"), ("other", "Somebody else")),
}  # fmt: skip
ASKS = {
    "gender": "Sex on the NHS record",
    "source": "How did the patient come?",
    "channel": "How is the consultation held?",
    "share": "Agrees that the GP practice is told?",
    "look": "Agrees that the care record is looked at?",
    "by": "Who agrees to all this?",
    "viewed": "Which record did you read?",
    "app": "Agrees that it is seen in the NHS App?",
}
# What a field is called where it is missing.
CALLED = {
    "family": "Family name", "born": "Date of birth", "nhs_number": "NHS number", "address": "Address", "practice_ods": "GP practice", "gender": "Sex",
    "source": "How they came", "channel": "How it is held", "share": "Whether the practice may be told", "app": "Whether it may be seen in the NHS App", "look": "Whether the record may be looked at",
    "by": "Who agrees", "viewed": "Which record was read", "not_viewed": "Why no record was read", "consenter": "Who agrees for the patient",
}  # fmt: skip
NEEDED = ("gender", "source", "channel", "share", "app", "look", "by")
IN_APP = "app"  # the third consent, of a service that names it


def choices_of(service: Service | None) -> dict[str, tuple[tuple[str, str], ...]]:
    """The questions of the page with their answers: a service may have further ways in, and a third consent."""
    found = dict(CHOICES)
    ways, words, usual = (
        service.ways_in if service is not None else (),
        coded_lists()["way in"].items,
        CHOICES["source"],
    )
    more = [one.id for one in ways if one.id in words and one.id not in dict(usual)]
    found["source"] = (*usual[:-1], *((name, words[name][:1].upper() + words[name][1:]) for name in more), usual[-1])
    if service is not None and any(one.id == IN_APP for one in service.consents):
        found[IN_APP] = CHOICES["share"]
    return found


@dataclass(frozen=True, slots=True)
class Who:
    """The patient page as it was typed, by field; what does not fit stands in ``wrong`` by field. ``repr`` shows nothing of it.

    ``service`` is the one that the consultation belongs to. ``brought`` is whom another system or an earlier record named, as JSON holds a patient: what the page has no field for comes from
    there, and it tells what was changed since.
    """

    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    practice: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)
    brought: Mapping[str, Any] = field(default_factory=dict, repr=False)
    service: Service | None = None

    def get(self, name: str) -> str:
        """What was typed or chosen in a field; nothing where it is blank."""
        return self.typed.get(name, "")

    @property
    def born(self) -> date | None:
        """The date of birth, once it is one."""
        words = "/".join(self.get(part) for part in ("born_day", "born_month", "born_year"))
        return day_of(words)

    @property
    def name(self) -> str:
        """The name in the order it is spoken; nothing where none is known yet."""
        return f"{self.get('given')} {self.get('family')}".strip()

    def age_on(self, day: date) -> int | None:
        """Completed years on a day, once the date of birth is known."""
        return completed_years(self.born, day) if self.born is not None and self.born <= day else None

    def as_patient(self) -> dict[str, Any]:
        """What the store finds the patient by, with the page as it was typed."""
        found: dict[str, Any] = {"typed": {name: value for name, value in self.typed.items() if value}}
        if self.get("family"):
            found["family"] = self.get("family")
        if self.get("given"):
            found["given"] = self.get("given").split()
        if self.born is not None:
            found["birth_date"] = self.born.isoformat()
        if self.get("nhs_number") and "nhs_number" not in self.wrong:
            found["nhs_number"] = "".join(self.get("nhs_number").split())
        return found | ({"brought": dict(self.brought)} if self.brought else {})

    @property
    def born_as_brought(self) -> bool:
        """Whether the date of birth is the one that came from elsewhere."""
        return self.born is not None and self.born.isoformat() == self.brought.get("birth_date")

    @property
    def trace(self) -> Mapping[str, Any] | None:
        """The trace that came with the NHS number; None once anything was changed of the person who was traced."""
        here, brought = self.as_patient(), self.brought
        names = ("family", "birth_date", "nhs_number")
        same = all(here.get(name) == brought.get(name) for name in names) and here.get("given", []) == [
            *brought.get("given", ())
        ]
        return brought.get("trace") if same else None


def viewed_choices() -> tuple[tuple[str, str], ...]:
    """The records that may have been read, and none."""
    words = coded_lists()["record viewed"].items
    shown = [(name, f"{says[:1].upper()}{says[1:]}".removeprefix("The ")) for name, says in words.items()]
    return (*((name, f"{says[:1].upper()}{says[1:]}") for name, says in shown), (NONE_READ, "None"))


def read_who(posted: Posted, today: date, before: Who) -> Who:
    """The patient page as it was posted, with what does not fit. ``before`` is how it stood."""
    names = (
        *TEXTS,
        *CHOICES,
        IN_APP,
        "contact",
        "viewed",
        "born_day",
        "born_month",
        "born_year",
        "relationship",
        "competence",
    )
    typed = {name: posted.one(f"p-{name}") for name in names}
    typed["told"] = "yes" if posted.ticked("p-told") else ""
    who = replace(before, typed=typed, wrong={})
    return replace(who, wrong=dict(_wrong(who, today)))


def _wrong(who: Who, today: date) -> Iterator[tuple[str, str]]:
    born = [who.get(part) for part in ("born_day", "born_month", "born_year")]
    if any(born) and (who.born is None or who.born > today):
        yield "born", "Date of birth: give day, month and year, not in the future"
    if number := who.get("nhs_number"):
        try:
            nhs_number("".join(number.split()))
        except WrongIdentifier:
            yield "nhs_number", "NHS number: ten digits, and one of them is wrong; leave it blank where there is none"
    for name, choices in (*choices_of(who.service).items(), ("viewed", viewed_choices())):
        if who.get(name) and who.get(name) not in {value for value, _ in choices}:
            yield name, f"{ASKS[name]} Choose one of the answers"


def lacking(who: Who, today: date) -> dict[str, str]:
    """What a record needs of this page and is blank, or does not fit, by field."""
    found = dict(who.wrong)
    if not who.get("family"):
        found["family"] = "Family name: give it"
    if who.born is None:
        found.setdefault("born", "Date of birth: give day, month and year")
    if not who.get("address") and not who.get("no_address"):
        found["address"] = "Address: give the first line, or say why there is none"
    if not who.get("practice_ods") and not who.get("no_practice"):
        found["practice_ods"] = "GP practice: give its ODS code, or say why there is none"
    asked = choices_of(who.service)
    for name in NEEDED:
        if name in asked and not who.get(name):
            found.setdefault(name, f"{ASKS[name]} Choose one of the answers")
    if not who.get("viewed"):
        found.setdefault("viewed", f"{ASKS['viewed']} Choose one of the answers")
    if who.get("look") == "no" and who.get("viewed") not in ("", NONE_READ):
        found["viewed"] = f"{ASKS['viewed']} None may be read: the patient does not agree to it"
    if who.get("viewed") == NONE_READ and not who.get("not_viewed"):
        found["not_viewed"] = "No record was read: say why"
    if not found:
        try:
            patient_of(who)
            age = who.age_on(today)
            wrong = next(consent_of(who, True).disagreements(age if age is not None else 0), None)
            if wrong:
                found["by"] = wrong.partition(": ")[2].capitalize()
        except RecordRefused as refused:
            found.update(_refused(str(refused)))
    return found


def called(name: str) -> str:
    """What a field of the page is called in a few words."""
    return CALLED.get(name, name.replace("_", " ").capitalize())


def place_of(name: str) -> str:
    """Where on the page a field stands."""
    return f"row-{name}" if name == "born" or name in ASKS else f"p-{name}"


_PLACES = {
    "postcode": "postcode",
    "gp_practice": "practice_ods",
    "nhs_number": "nhs_number",
    "family": "family",
    "person": "consenter",
    "consent": "consenter",
}


def _refused(says: str) -> dict[str, str]:
    """What the record says of a field, beside the field of the page that it comes from."""
    where = next((place for part, place in _PLACES.items() if part in says.partition(":")[0]), "family")
    return {where: says.removesuffix(" Nothing was recorded.")}


def patient_of(who: Who) -> Patient:
    """The patient of the record. Raises ``RecordRefused``."""
    number = "".join(who.get("nhs_number").split())
    ods = who.get("practice_ods").upper()
    held: dict[str, Any] = {
        "family": who.get("family"),
        "given": who.get("given").split(),
        "birth_date": who.born,
        "gender": who.get("gender"),
        "nhs_number": number,
        "trace": (who.trace or {"status": NOT_TRACED}) if number else None,
        "title": who.brought.get("title"),
        "address": [one.strip() for one in who.get("address").split(",") if one.strip()],
        "postcode": who.get("postcode").upper(),
        "no_address_because": "" if who.get("address") else who.get("no_address"),
        "telephone": who.get("telephone"),
        "gp_practice": {"ods": ods} | _named(who.get("practice_name")) if ods else None,
        "no_practice_because": "" if ods else who.get("no_practice"),
        "requirements": [who.get("requirements")] if who.get("requirements") else [],
        "may_contact_by": [who.get("contact")] if who.get("contact") else None,
        "sensitivity": who.brought.get("sensitivity"),
        "practice_patient": who.practice,
    }
    return read_back(Patient, {name: value for name, value in held.items() if value not in (None, "")})


def _named(name: str) -> dict[str, str]:
    return {"name": name} if name else {}


_YES_NO: Mapping[str, bool | None] = {"yes": True, "no": False}


def consent_of(who: Who, to_treat: bool | None) -> Consent:
    """What was agreed to. Raises ``RecordRefused``."""
    by = who.get("by") or "patient"
    relationship = who.get("relationship") or ("parent" if by == "parent or guardian" else "other")
    person = {"relationship": relationship} | _named(who.get("consenter")) if by != "patient" else None
    competence = who.get("competence") or ("parental responsibility" if by == "parent or guardian" else None)
    held: dict[str, Any] = {
        "to_treat": to_treat,
        "to_share": _YES_NO.get(who.get("share")),
        "to_view_record": _YES_NO.get(who.get("look")),
        "to_show_in_app": _YES_NO.get(who.get(IN_APP)),
        "by": by,
        "person": person,
        "competence": competence,
        "told_about_sharing": True if who.get("told") else None,
    }
    return read_back(Consent, held)


def referral_of(who: Who) -> Referral:
    """How the patient came. Raises ``RecordRefused``."""
    return read_back(Referral, {"source": who.get("source") or "self-referred"})


def viewed_of(who: Who, at: datetime | None) -> tuple[tuple[RecordViewed, ...], str | None]:
    """Which record was read, and when where that is known, or why none was."""
    viewed = who.get("viewed")
    if viewed and viewed != NONE_READ:
        return (RecordViewed(source=viewed, at=at),), None
    return (), who.get("not_viewed") or None


def age_words(who: Who, today: date) -> str:
    """The age in words for the patient bar; the months are not worked out."""
    age = who.age_on(today)
    return "" if age is None else f"{age} year{'s' if age != 1 else ''}"


def is_child(who: Who, today: date) -> bool:
    """Whether the patient is under the age from which people consent for themselves; False where the age is not known."""
    age = who.age_on(today)
    return age is not None and age < CONSENTS_FROM
