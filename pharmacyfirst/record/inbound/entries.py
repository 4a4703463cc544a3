"""What a bundle says of one patient: their allergies, medicines, findings, flags and consents as they stand, each with its place and day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number
from pharmacyfirst.record.inbound.asking import (
    codes_of,
    everything,
    first,
    parts_of,
    quoted,
    shown_id,
    text_of,
    texts,
    tidy,
    words_of,
)
from pharmacyfirst.record.inbound.bundle import Bundle, Resource, Skipped
from pharmacyfirst.record.inbound.days import Span, span_of
from pharmacyfirst.record.inbound.person import NHS_NUMBER, PatientReader
from pharmacyfirst.record.inbound.seen import AllergySeen, ConsentSeen, FindingSeen, FlagSeen, MedicineSeen, Seen
from pharmacyfirst.record.inbound.wording import folded, says_severe, speaks_of_allergy

# Categories of flags in BaRS (standards.md 2.3): individual requirements are shown on every page, whatever else is known.
REQUIREMENT = "ra"
_DOUBTS = {
    "entered-in-error": "the record says that it was entered in error",
    "refuted": "the record says that it was refuted",
}
_OVER = ("completed", "stopped", "cancelled", "ended")
_NOT_NOW = {"resolved", "inactive", "remission", "cancelled", "preliminary", "unknown"}
_BESIDE = ("value", "dataAbsentReason", "interpretation", "component", "abatement")
# Codes of HL7's v3-ActCode that say no, and the type of a provision that does.
_DENIES = frozenset({"nopp", "noconsent", "optout", "optoute", "deny"})


class Entries:
    """Reads one patient's entries of a bundle, and keeps what was skipped and what has to be said about the source.

    ``first`` is what a person has to read before anything else (flags, consent, whose record it is); ``warnings`` what comes after it.
    ``texts`` are, by entry, the texts that it was read for: what else it holds was not read.
    """

    def __init__(self, bundle: Bundle, patient: Resource):
        self.skipped: list[Skipped] = list(bundle.skipped)
        self.first: list[str] = []
        self.warnings: list[str] = []
        self.texts: dict[Resource, frozenset[str]] = {}
        self._bundle = bundle
        self._patient = patient
        reader = PatientReader(bundle, patient)
        self.person = reader.person
        self.about_person = reader.mind
        self.skipped += reader.skipped
        self._plans = _plans(bundle)
        self._orders = _orders(bundle)
        self._issued: dict[Resource, Span | None] = {}
        self._ordered = {
            o for plan in dict.fromkeys(p for ps in self._plans.values() for p in ps) for o in self._orders[plan]
        }

    def skip(self, entry: str, why: str) -> None:
        """Note something that was not read."""
        self.skipped.append(Skipped(entry, why))

    def seen(self) -> tuple[Seen, ...]:
        """Every flag, consent, allergy, medicine, problem and observation of the bundle: flags and consents first, then in its order."""
        readers: dict[str, Callable[[Resource], Seen | None]] = {
            "Flag": self._flag,
            "Consent": self._consent,
            "AllergyIntolerance": self._allergy,
            "MedicationStatement": self._statement,
            "MedicationRequest": self._request,
            "MedicationDispense": self._given,
            "MedicationAdministration": self._given,
            "Observation": self._finding,
            "Condition": self._finding,
        }
        found: list[Seen] = []
        for one in self._bundle.resources:
            reader = readers.get(one.type)
            if reader is not None:
                self._bundle.read.add(one)
                entry = reader(one)
                found += (entry,) if entry is not None else ()
        self._listed_but_absent()
        return tuple(
            sorted(found, key=lambda one: 0 if isinstance(one, FlagSeen) else 1 if isinstance(one, ConsentSeen) else 2)
        )

    # Whose, and whether it stands

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
            number = text_of(whose, "identifier", "value")
            if text_of(whose, "identifier", "system").lower().endswith(NHS_NUMBER) and not self._is_theirs(number):
                return False
        return True

    def _is_theirs(self, number: str) -> bool:
        try:
            return nhs_number(number) in self.person.numbers
        except WrongIdentifier:
            return False

    # Flags and consents

    def _flag(self, one: Resource) -> FlagSeen:
        parts, codes = parts_of(first(one.body, "code"))
        kinds = [words_of(category) for category in everything(one.body, "category")]
        status = text_of(one.body, "status") or "without a status"
        notes = self._notes(one)
        self._read_for(
            one, (*parts, *notes, *(text for kind in everything(one.body, "category") for text in parts_of(kind)[0]))
        )
        requirement = any(REQUIREMENT in (code.lower() for code in codes) for _, codes in kinds)
        category = ", ".join(words or "/".join(codes) for words, codes in kinds)
        doubt = self._doubt(one)
        words = "; ".join((*parts, *notes))
        said = f"{quoted(words or ('code ' + ', '.join(codes) if codes else 'without words'))} ({', '.join(filter(None, (category, status, doubt)))})"
        title = "Individual requirement of the patient" if requirement else "Flag"
        self.first.append(f"{title}: {said}.")
        day = self._span(one, "period.start")
        return FlagSeen(
            words, one.entry, _day(day), codes, tuple(filter(None, (category, status))), doubt, _part(day), requirement
        )

    def _consent(self, one: Resource) -> ConsentSeen:
        body = one.body
        category = "; ".join(words_of(part)[0] for part in everything(body, "category"))
        status = text_of(body, "status") or "without a status"
        rules = [*codes_of(body, "policyRule"), *(code.lower() for code in texts(body, "provision", "type"))]
        rules += [code.lower() for code in texts(body, "except", "type")]
        denies = sorted(_DENIES.intersection(rules))
        remarks = (status, *dict.fromkeys(rules))
        given = status == "active" and not denies
        day = self._span(one, "dateTime")
        if not given:
            self.first.append(
                f"CONSENT IS NOT GIVEN: the patient's consent ({category or 'not said for what'}) stands as {', '.join(remarks)}. "
                "Ask the patient before you use anything of this, and say what was shared."
            )
        return ConsentSeen(category, one.entry, _day(day), (), remarks, self._doubt(one), _part(day), given)

    # Allergies

    def _allergy(self, one: Resource) -> AllergySeen:
        body = one.body
        parts, codes = parts_of(first(body, "code") or first(body, "substance"))
        reactions = list(everything(body, "reaction"))
        substances = [text for r in reactions for s in everything(r, "substance") for text in parts_of(s)[0]]
        codes += tuple(code for r in reactions for s in everything(r, "substance") for code in parts_of(s)[1])
        if not parts and not substances and not codes:
            self.skip(one.entry, "an allergy without words or code: find out what it is")
        manifest = [text for r in reactions for m in everything(r, "manifestation") for text in parts_of(m)[0]]
        manifest += [tidy(text) for r in reactions for text in texts(r, "description")]
        notes = [*self._notes(one), *(tidy(text) for r in reactions for text in texts(r, "note", "text"))]
        severity = [text.lower() for r in reactions for text in texts(r, "severity")]
        remarks = [
            *codes_of(body, "clinicalStatus"),
            *codes_of(body, "verificationStatus"),
            *("recorded as an intolerance" for kind in codes_of(body, "type") if kind == "intolerance"),
            *(f"to: {text}" for text in substances),
            *(f"reaction: {text}" for text in manifest),
            *(f"severity: {text}" for text in severity),
            *(f"note: {text}" for text in notes),
            *_ended(one),
        ]
        told = (*parts, *substances, *notes, *manifest)
        self._read_for(one, told)
        severe = (
            "severe" in severity or "high" in codes_of(body, "criticality") or any(says_severe(folded(t)) for t in told)
        )
        day = self._span(one, "assertedDate", "recordedDate", "onsetDateTime", "lastOccurrence")
        words = "; ".join(parts) or "; ".join(substances)
        texts_ = (*parts, *substances, *notes, *manifest)
        return AllergySeen(
            words, one.entry, _day(day), codes, _once(remarks), self._doubt(one), _part(day), severe, texts_
        )

    # Medicines

    def _statement(self, one: Resource) -> MedicineSeen:
        words, codes, doubt = self._medicine(one)
        status = next(codes_of(one.body, "status"), "")
        last = self._latest(one, self._last_issues(one), *map(self._last_of_plan, self._plans[one]))
        day = last or self._span(
            one, "effectivePeriod.end", "effectivePeriod.start", "effectiveDateTime", "dateAsserted"
        )
        remarks = [status or "without a status"]
        if text_of(one.body, "taken") == "n":
            remarks.append("recorded as not taken")
        if last is not None:
            remarks.append(f"last issued {last.day or last.words}")
        return self._as_medicine(one, words, codes, remarks, doubt, day, status not in _OVER)

    def _request(self, one: Resource) -> MedicineSeen | None:
        """A prescription that no statement speaks of; the others are read with their statement."""
        if one in self._ordered:
            return None
        words, codes, doubt = self._medicine(one)
        status = next(codes_of(one.body, "status"), "")
        last = self._latest(one, self._last_issues(one))
        day = last or self._span(one, "authoredOn")
        remarks = [f"prescription {status or 'without a status'}"]
        if last is not None:
            remarks.append(f"last issued {last.day or last.words}")
        return self._as_medicine(one, words, codes, remarks, doubt, day, status not in _OVER)

    def _given(self, one: Resource) -> MedicineSeen:
        """A medicine that was dispensed or given: it was issued then, and stands on no current list."""
        words, codes, doubt = self._medicine(one)
        status = next(codes_of(one.body, "status"), "")
        how = "dispensed" if one.type == "MedicationDispense" else "given"
        day = self._span(one, "whenHandedOver", "whenPrepared", "effectiveDateTime", "effectivePeriod.start")
        return self._as_medicine(one, words, codes, [f"{how}, {status or 'without a status'}"], doubt, day, False)

    def _as_medicine(
        self,
        one: Resource,
        words: str,
        codes: tuple[str, ...],
        remarks: list[str],
        doubt: str,
        day: Span | None,
        current: bool,
    ) -> MedicineSeen:
        notes = self._notes(one)
        remarks += [f"note: {text}" for text in notes]
        return MedicineSeen(words, one.entry, _day(day), codes, tuple(remarks), doubt, _part(day), current)

    def _last_issues(self, one: Resource) -> Iterator[str]:
        for extension in everything(one.body, "extension"):
            if "LastIssueDate" in text_of(extension, "url"):
                yield from texts(extension, "valueDateTime")

    def _last_of_plan(self, plan: Resource) -> Span | None:
        """When something was last issued by a plan, worked out once for all statements that lead to it."""
        if plan not in self._issued:
            issues = (text for order in self._orders[plan] for text in texts(order.body, "authoredOn"))
            self._issued[plan] = self._latest(plan, issues)
        return self._issued[plan]

    def _latest(self, one: Resource, issues: Iterable[str], *known: Span | None) -> Span | None:
        """The last of several days of issue; of a month alone its last day counts."""
        spans = [span for span in known if span is not None]
        for text in issues:
            span = span_of(text)
            if span is None:
                self.skip(one.entry, "a day of issue cannot be read")
            else:
                spans.append(span)
        return max(spans, key=lambda span: span.last, default=None)

    def _medicine(self, one: Resource) -> tuple[str, tuple[str, ...], str]:
        """A medicine's words and codes, from wherever it is named; and why it is in doubt."""
        parts, codes = parts_of(first(one.body, "medicationCodeableConcept"))
        for part in ("medicationReference", "medication"):
            parts += tuple(text for text in map(tidy, texts(one.body, part, "display")))
            for medication in self._bundle.follow(one, part):
                more, more_codes = parts_of(first(medication.body, "code"))
                parts, codes = (*more, *parts), (*codes, *more_codes)
        parts = tuple(dict.fromkeys(parts))
        if not parts and not codes:
            self.skip(one.entry, "a medicine without a name: find out what it is")
            self.warnings.append(f"{one.entry}: a medicine without a name. Find out what it is.")
        return "; ".join(parts), codes, self._doubt(one)

    # Problems and observations

    def _finding(self, one: Resource) -> Seen | None:
        parts, codes = parts_of(first(one.body, "code"))
        notes = self._notes(one)
        value = _value(one.body)
        if not parts and not codes and not value and not notes:
            self.skip(one.entry, "a problem or observation without words or code")
            return None
        # A value, an end or a status beside the code may turn its meaning over: "pregnant: no".
        beside = any(name.startswith(_BESIDE) for name in one.body)
        over = sorted(_NOT_NOW & {*codes_of(one.body, "clinicalStatus"), *codes_of(one.body, "status")})
        day = self._span(
            one, "effectiveDateTime", "effectivePeriod.start", "issued", "onsetDateTime", "assertedDate", "recordedDate"
        )
        words = "; ".join(parts) + (f": {value}" if value else "")
        remarks = (*over, *(f"note: {text}" for text in notes))
        doubt = self._doubt(one)
        told = (words, *notes)
        if any(speaks_of_allergy(folded(text)) for text in told):
            self._read_for(one, (*parts, value, *notes))
            how = "recorded as a problem" if one.type == "Condition" else "recorded as an observation"
            severe = any(says_severe(folded(text)) for text in told)
            return AllergySeen(
                words, one.entry, _day(day), codes, (how, *remarks), doubt, _part(day), severe, (words, *notes)
            )
        return FindingSeen(words, one.entry, _day(day), codes, remarks, doubt, _part(day), not beside and not over)

    # What several of them share

    def _notes(self, one: Resource) -> list[str]:
        """The notes of an entry: an annotation in FHIR, text alone with some senders."""
        found = (*texts(one.body, "note", "text"), *texts(one.body, "note"), *texts(one.body, "comment"))
        return list(dict.fromkeys(map(tidy, found)))

    def _read_for(self, one: Resource, told: Iterable[str]) -> None:
        self.texts[one] = frozenset(told)

    def _span(self, one: Resource, *paths: str) -> Span | None:
        """The first of several days that can be read; a month or a year alone is the days that it may have been."""
        for path in paths:
            for text in texts(one.body, *path.split(".")):
                if (span := span_of(text)) is None:
                    self.skip(one.entry, f"{path}: not a date that can be read")
                    continue
                if span.day is None:
                    self.skip(one.entry, f"{path}: not a whole date")
                return span
        return None

    def _listed_but_absent(self) -> None:
        """An entry that a list names and the bundle does not hold: nobody knows what it says."""
        for one in self._bundle.of_type("List"):
            self._bundle.read.add(one)
            title = text_of(one.body, "title") or "A list"
            for reference in texts(one.body, "entry", "item", "reference"):
                if self._bundle.resolve(reference, one) is None:
                    self.skip(shown_id(reference) or one.entry, "a list names it, and the record does not hold it")
                    self.warnings.append(
                        f"{title}: the record does not hold all that it lists. Look in the record itself."
                    )


def _day(span: Span | None) -> date | None:
    return span.day if span is not None else None


def _part(span: Span | None) -> Span | None:
    return span if span is not None and span.day is None else None


def _once(remarks: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(remarks))


def _plans(bundle: Bundle) -> dict[Resource, tuple[Resource, ...]]:
    """The plans, or single prescriptions, that each statement is based on."""
    statements = bundle.of_type("MedicationStatement")
    return {one: tuple(dict.fromkeys(bundle.follow(one, "basedOn"))) for one in statements}


def _orders(bundle: Bundle) -> dict[Resource, list[Resource]]:
    """The prescriptions of each plan: itself, and every order that is based on it."""
    orders: dict[Resource, list[Resource]] = defaultdict(list)
    for request in bundle.of_type("MedicationRequest"):
        orders[request].append(request)
        for plan in dict.fromkeys(bundle.follow(request, "basedOn")):
            orders[plan].append(request)
    return orders


def _ended(one: Resource) -> Iterator[str]:
    for extension in everything(one.body, "extension"):
        if "AllergyIntoleranceEnd" in text_of(extension, "url"):
            for text in texts(extension, "extension", "valueDateTime"):
                span = span_of(text)
                yield f"ended {span.day or span.words}" if span is not None else "ended on a day that cannot be read"


def _value(body: Mapping[str, Any]) -> str:
    quantity = first(body, "valueQuantity")
    return (
        text_of(body, "valueString")
        or " ".join((*texts(quantity, "value"), *texts(quantity, "unit")))
        or words_of(first(body, "valueCodeableConcept"))[0]
        or {"true": "yes", "false": "no"}.get(text_of(body, "valueBoolean"), "")
    )
