"""What a bundle or a Summary Care Record says of one patient: who they are, and their allergies, medicines and findings as they stand."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number, postcode
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.record.inbound.bundle import (
    XHTML,
    Bundle,
    InboundRefused,
    Resource,
    Skipped,
    codes_of,
    day_of,
    everything,
    first,
    read_xml,
    shown_id,
    texts,
    words_of,
)
from pharmacyfirst.record.inbound.person import PersonSeen, name_of, ods_of, official, telephones_of
from pharmacyfirst.record.inbound.suggestions import AllergySeen, FindingSeen, MedicineSeen, Seen

NHS_NUMBER = "/id/nhs-number"
ODS_CODE = "/id/ods-organization-code"


class Entries:
    """Reads one patient's entries of a bundle, and keeps what was skipped and what has to be said about the source."""

    def __init__(self, bundle: Bundle, patient: Resource):
        self.skipped: list[Skipped] = list(bundle.skipped)
        self.warnings: list[str] = []
        self._bundle = bundle
        self._patient = patient
        self._orders = _orders(bundle)
        self.person = self._person()

    def skip(self, entry: str, why: str) -> None:
        """Note something that was not read."""
        self.skipped.append(Skipped(entry, why))

    # The person

    def _person(self) -> PersonSeen:
        body = self._patient.body
        number, verified = self._number(body)
        name = official(everything(body, "name"))
        restricted = bool({"R", "V", "REDACTED"}.intersection(texts(body, "meta", "security", "code")))
        dead = next(texts(body, "deceasedDateTime"), "") or next(texts(body, "deceasedBoolean"), "")
        if restricted:
            self.warnings.append(
                "This patient's record is restricted: address and practice were left out. Print neither."
            )
        if dead not in ("", "false"):
            self.warnings.append("The record says that this patient has died. Check whose record it is.")
        # A restricted record says nothing of where the person lives or is registered (service.md, section 8).
        address = None if restricted else first(body, "address")
        practice = None if restricted else self._practice(body)
        gender = next(texts(body, "gender"), "")
        return PersonSeen(
            family=next(texts(name, "family"), None),
            given=tuple(texts(name, "given")),
            birth_date=self._born(body),
            gender=gender if gender in ("female", "male", "other", "unknown") else None,
            nhs_number=number,
            number_verified=verified,
            address=tuple(text for part in ("line", "city", "district") for text in texts(address, part)),
            postcode=self._checked("postcode", next(texts(address, "postalCode"), None), postcode),
            telephones=() if restricted else tuple(telephones_of(body)),
            practice_ods=ods_of(practice),
            practice_name=name_of(practice),
            restricted=restricted,
            deceased=dead not in ("", "false"),
        )

    def _number(self, body: Mapping[str, Any]) -> tuple[str | None, bool]:
        for one in everything(body, "identifier"):
            if next(texts(one, "system"), "").lower().endswith(NHS_NUMBER):
                number = self._checked("NHS number", next(texts(one, "value"), None), nhs_number)
                codes = set(texts(one, "extension", "valueCodeableConcept", "coding", "code"))
                return number, number is not None and bool(codes & {"01", "number-present-and-verified"})
        self.skip(self._patient.entry, "no NHS number was found")
        return None, False

    def _checked(self, what: str, text: str | None, check: Callable[[str], str]) -> str | None:
        try:
            return check(text) if text is not None else None
        except WrongIdentifier as wrong:
            self.skip(self._patient.entry, f"{what}: {wrong}")
            return None

    def _born(self, body: Mapping[str, Any]) -> date | None:
        born = read_day(next(texts(body, "birthDate"), None))
        if born is None:
            self.skip(self._patient.entry, "no whole date of birth was found")
        return born

    def _practice(self, body: Mapping[str, Any]) -> Resource | None:
        for part in ("managingOrganization", "generalPractitioner"):
            for reference in texts(body, part, "reference"):
                found = self._bundle.resolve(reference, self._patient)
                if found is not None and found.type == "Organization":
                    return found
        return None

    # The entries

    def seen(self) -> Iterator[Seen]:
        """Every allergy, medicine, problem and observation of the bundle, in its order."""
        readers: dict[str, Callable[[Resource], Seen | None]] = {
            "AllergyIntolerance": self._allergy,
            "MedicationStatement": self._statement,
            "MedicationRequest": self._request,
            "Observation": self._finding,
            "Condition": self._finding,
        }
        for one in self._bundle.resources:
            found = readers[one.type](one) if one.type in readers else None
            if found is not None:
                yield found
        self._listed_but_absent()

    def _doubt(self, one: Resource) -> str:
        """Why an entry is not taken as it stands; nothing where it is."""
        statuses = {*codes_of(one.body, "status"), *codes_of(one.body, "verificationStatus")}
        why = next((why for word, why in _DOUBTS.items() if word in statuses), "")
        if not why and not self._is_of_the_patient(one):
            why = "it does not lead to this patient"
            self.warnings.append(
                "Some entries do not lead to this patient; they suggest nothing. Look in the record itself."
            )
        if why:
            self.skip(one.entry, why)
        return why

    def _is_of_the_patient(self, one: Resource) -> bool:
        for whose in (*everything(one.body, "patient"), *everything(one.body, "subject")):
            if any(self._bundle.resolve(text, one) is not self._patient for text in texts(whose, "reference")):
                return False
            system = next(texts(whose, "identifier", "system"), "").lower()
            number = next(texts(whose, "identifier", "value"), None)
            if system.endswith(NHS_NUMBER) and number != self.person.nhs_number:
                return False
        return True

    def _allergy(self, one: Resource) -> AllergySeen:
        body = one.body
        words, codes = words_of(first(body, "code"))
        if not words and not codes:
            self.skip(one.entry, "an allergy without words or code: find out what it is")
        reactions = list(everything(body, "reaction"))
        manifest = [words_of(m)[0] for r in reactions for m in everything(r, "manifestation")]
        manifest += [text for r in reactions for text in texts(r, "description")]
        severity = [text.lower() for r in reactions for text in texts(r, "severity")]
        remarks = [
            *codes_of(body, "clinicalStatus"),
            *codes_of(body, "verificationStatus"),
            *("recorded as an intolerance" for kind in codes_of(body, "type") if kind == "intolerance"),
            *(f"reaction: {text}" for text in manifest if text),
            *(f"severity: {text}" for text in severity),
            *_ended(one),
        ]
        severe = "severe" in severity or "high" in codes_of(body, "criticality") or says_severe(" ".join(manifest))
        when = self._date(one, "assertedDate", "recordedDate", "onsetDateTime", "lastOccurrence")
        return AllergySeen(words, one.entry, when, codes, tuple(dict.fromkeys(remarks)), self._doubt(one), severe)

    def _statement(self, one: Resource) -> MedicineSeen:
        words, codes = self._medicine(one)
        status = next(codes_of(one.body, "status"), "")
        issued = [
            day_of(text)
            for extension in everything(one.body, "extension")
            if "LastIssueDate" in next(texts(extension, "url"), "")
            for text in texts(extension, "valueDateTime")
        ]
        issued += [day_of(text) for order in self._orders.get(one, ()) for text in texts(order.body, "authoredOn")]
        last = max((day for day in issued if day is not None), default=None)
        when = last or self._date(
            one, "effectivePeriod.end", "effectivePeriod.start", "effectiveDateTime", "dateAsserted"
        )
        remarks = [status or "without a status"]
        if next(texts(one.body, "taken"), "") == "n":
            remarks.append("recorded as not taken")
        if last is not None:
            remarks.append(f"last issued {last}")
        return MedicineSeen(words, one.entry, when, codes, tuple(remarks), self._doubt(one), status not in _OVER)

    def _request(self, one: Resource) -> MedicineSeen | None:
        """A prescription that no statement speaks of; the others are read with their statement."""
        if any(one is order for orders in self._orders.values() for order in orders):
            return None
        words, codes = self._medicine(one)
        status = next(codes_of(one.body, "status"), "")
        when = self._date(one, "authoredOn")
        remarks = (f"prescription {status or 'without a status'}",)
        return MedicineSeen(words, one.entry, when, codes, remarks, self._doubt(one), status not in _OVER)

    def _medicine(self, one: Resource) -> tuple[str, tuple[str, ...]]:
        words, codes = words_of(first(one.body, "medicationCodeableConcept"))
        references = (*texts(one.body, "medicationReference", "reference"), *texts(one.body, "medication", "reference"))
        for reference in references:
            medication = self._bundle.resolve(reference, one)
            if medication is not None and not words and not codes:
                words, codes = words_of(first(medication.body, "code"))
        if not words and not codes:
            self.skip(one.entry, "a medicine without a name: find out what it is")
        return words, codes

    def _finding(self, one: Resource) -> FindingSeen | None:
        words, codes = words_of(first(one.body, "code"))
        if not words and not codes:
            return None
        # A value, an end or a status beside the code may turn its meaning over: "pregnant: no".
        beside = any(name.startswith(_BESIDE) for name in one.body)
        over = sorted(_NOT_NOW & {*codes_of(one.body, "clinicalStatus"), *codes_of(one.body, "status")})
        when = self._date(
            one, "effectiveDateTime", "effectivePeriod.start", "issued", "onsetDateTime", "assertedDate", "recordedDate"
        )
        plain = not beside and not over
        return FindingSeen(words + _value(one.body), one.entry, when, codes, tuple(over), self._doubt(one), plain)

    def _date(self, one: Resource, *paths: str) -> date | None:
        for path in paths:
            for text in texts(one.body, *path.split(".")):
                if (day := day_of(text)) is not None:
                    return day
                self.skip(one.entry, f"{path}: not a whole date")
        return None

    def _listed_but_absent(self) -> None:
        """An entry that a list names and the bundle does not hold: nobody knows what it says."""
        for one in self._bundle.of_type("List"):
            title = next(texts(one.body, "title"), "A list")
            for reference in texts(one.body, "entry", "item", "reference"):
                if self._bundle.resolve(reference, one) is None:
                    self.skip(shown_id(reference) or one.entry, f"{title} names it, and the record does not hold it")
                    self.warnings.append(
                        f"{title}: the record does not hold all that it lists. Look in the record itself."
                    )

    # The tables of a Summary Care Record, which carries allergies and medicines as text

    def narrative(self) -> Iterator[Seen]:
        """The rows of the tables on allergies and medicines."""
        for one in self._bundle.of_type("Composition"):
            written = day_of(next(texts(one.body, "date"), ""))
            for number, section in enumerate(everything(one.body, "section"), 1):
                kind = _section(next(texts(section, "title"), ""))
                for div in everything(section, "text", "div") if kind else ():
                    yield from self._rows(div, kind, f"{one.entry}, section {number}", written)

    def _rows(self, div: Any, kind: str | None, entry: str, written: date | None) -> Iterator[Seen]:
        try:
            rows = list(_table_rows(div))
        except InboundRefused:
            self.skip(entry, "its text cannot be read")
            self.warnings.append("A part of the record's text cannot be read. Look in the record itself.")
            return
        for number, cells in enumerate(rows, 1):
            place = f"{entry}, row {number}"
            words = cells[1] if len(cells) > 1 else ""
            if not words:
                self.skip(place, "a row without words")
                continue
            when = _written_day(cells[0], written)
            if cells[0] and when is None:
                self.skip(place, "its date cannot be read")
            remarks = tuple(cell for cell in cells[2:] if cell)
            if kind == ALLERGIES:
                yield AllergySeen(words, place, when, (), remarks, severe=says_severe(" ".join(cells[1:])))
            else:
                yield MedicineSeen(words, place, when, (), remarks, current=kind == REPEATS)


_DOUBTS = {
    "entered-in-error": "the record says that it was entered in error",
    "refuted": "the record says that it was refuted",
}
_OVER = ("completed", "stopped", "cancelled", "ended")
_NOT_NOW = {"resolved", "inactive", "remission", "cancelled", "preliminary", "unknown"}
_BESIDE = ("value", "dataAbsentReason", "interpretation", "component", "abatement")

ALLERGIES, REPEATS, EARLIER = "allergies", "repeats", "earlier"


def _section(title: str) -> str | None:
    words = title.lower()
    if "allerg" in words or "adverse reaction" in words:
        return ALLERGIES
    if "medication" not in words:
        return None
    return REPEATS if "repeat" in words and "discontinued" not in words else EARLIER


def _orders(bundle: Bundle) -> dict[Resource, list[Resource]]:
    """The prescriptions behind each statement: the plan it is based on, and every order based on that plan."""
    requests = list(bundle.of_type("MedicationRequest"))
    based_on = {
        one: [bundle.resolve(text, one) for text in texts(one.body, "basedOn", "reference")]
        for one in (*requests, *bundle.of_type("MedicationStatement"))
    }
    orders = {}
    for statement in bundle.of_type("MedicationStatement"):
        plans = [plan for plan in based_on[statement] if plan is not None]
        orders[statement] = [one for one in requests if one in plans or any(p in plans for p in based_on[one])]
    return orders


def says_severe(words: str) -> bool:
    """Whether words about a reaction say that it was severe."""
    found = re.search(
        r"anaphyla|angio-?o?edema|stevens|epidermal necrolysis|\bsevere\b",
        words.lower().replace("angiooedema", "angioedema"),
    )
    return found is not None


def _ended(one: Resource) -> Iterator[str]:
    for extension in everything(one.body, "extension"):
        if "AllergyIntoleranceEnd" in next(texts(extension, "url"), ""):
            yield from (f"ended {day_of(text)}" for text in texts(extension, "extension", "valueDateTime"))


def _value(body: Mapping[str, Any]) -> str:
    quantity = first(body, "valueQuantity")
    words = (
        next(texts(body, "valueString"), "")
        or " ".join((*texts(quantity, "value"), *texts(quantity, "unit")))
        or words_of(first(body, "valueCodeableConcept"))[0]
    )
    return f": {words}" if words else ""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN_DAY = re.compile(r"\b([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*[- ]([0-9]{4}|[0-9]{2})\b")


def _written_day(text: str, written: date | None) -> date | None:
    """The last day in a cell such as ``Start 03-Jan-92 End 02-Feb-06``; two figures of a year are not after the summary's own."""
    found = _WRITTEN_DAY.findall(text)
    if not found:
        return None
    day, month, year = found[-1]
    number = int(year)
    if len(year) == 2:
        number += 2000 if written is not None and 2000 + number <= written.year else 1900
    try:
        return date(number, _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        return None


def _table_rows(div: Any) -> Iterator[list[str]]:
    """The cells of each row of a table, which is text in JSON and read already in XML. Raises ``InboundRefused`` where it cannot be read."""
    tree = read_xml(div.encode()) if isinstance(div, str) else div
    for row in tree.iter(f"{{{XHTML}}}tr"):
        cells = [" ".join("".join(cell.itertext()).split()) for cell in row.iter(f"{{{XHTML}}}td")]
        if cells:
            yield cells
