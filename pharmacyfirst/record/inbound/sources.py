"""What comes in: referrals (BaRS, FHIR R4), the GP record (GP Connect Access Record: Structured, STU3), the Summary Care Record (FHIR R4).

Official examples are not valid FHIR, so the reader is tolerant: it takes what it can read, and says what it skipped. It makes suggestions
(``record.inbound.suggestions``) and answers nothing. A referral that is no live one is refused with the reason. No error, and no ``repr``, shows
who the patient is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from pharmacyfirst.kernel.identifiers import nhs_number
from pharmacyfirst.record.inbound.bundle import (
    Bundle,
    InboundRefused,
    Resource,
    Skipped,
    as_day,
    everything,
    first,
    moment_of,
    read_bundle,
    shown_id,
    texts,
    tidy,
    words_of,
)
from pharmacyfirst.record.inbound.entries import Entries
from pharmacyfirst.record.inbound.person import PersonSeen, name_of, ods_of, official
from pharmacyfirst.record.inbound.suggestions import AllergySeen, MedicineSeen, Seen, Suggestion, of_birth, suggested
from pharmacyfirst.record.people import Referral

GP_RECORD = "GP record (GP Connect Access Record: Structured)"
SUMMARY_CARE_RECORD = "Summary Care Record"
OTHER_RECORD = "record (FHIR)"
REFERRAL = "referral (BaRS)"
GP_SUMMARY = "196981000000101"

# Use cases of BaRS Application 5 (interop.md 5.1). Only one is live; two were withdrawn on 26 March 2026.
USE_CASES = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
LIVE_USE_CASE = "a5t1"
WITHDRAWN = {
    "a5t2": "Primary Care to Pharmacy Contraception, withdrawn on 26 March 2026",
    "a5t3": "Primary Care to Pharmacy Blood Pressure Check, withdrawn on 26 March 2026",
    "referraltopharmacy": "the general referral to a pharmacy, which is deprecated",
}


@dataclass(frozen=True, slots=True)
class GPRecordRead:
    """What was read from a GP record. ``seen`` is shown whole, in the record's order; ``warnings`` say where it is not complete.

    No suggestion, and nothing seen, is an answer: what is not here is not known.
    """

    source: str
    patient: PersonSeen
    suggestions: tuple[Suggestion, ...]
    seen: tuple[Seen, ...]
    warnings: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class ReferralRead:
    """A live referral from general practice. ``story`` and ``presenting`` are the referrer's words, to stand beside the questions.

    ``id`` is that of the message, ``request`` of the referral (what a later message changes or revokes), ``journey`` of the episode.
    """

    id: str
    request: str
    journey: str | None
    version: str | None
    update: bool
    authored_on: datetime | date | None
    contact_from: datetime | date | None
    contact_until: datetime | date | None
    organisation: str | None
    organisation_ods: str | None
    referrer: str | None
    patient: PersonSeen
    presenting: tuple[str, ...] = field(repr=False)
    story: tuple[str, ...] = field(repr=False)
    task: str | None = field(repr=False)
    suggestions: tuple[Suggestion, ...]
    seen: tuple[Seen, ...]
    warnings: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    def on_record(self) -> Referral:
        """How the patient came, as the record of the consultation keeps it."""
        return Referral(
            source="GP practice",
            organisation=self.organisation,
            ods=self.organisation_ods,
            reference=self.request or None,
            on=as_day(self.authored_on) if self.authored_on else None,
        )


def read_referral(raw: bytes, on: date) -> ReferralRead:
    """A BaRS referral from general practice to a pharmacy, as XML or JSON. Raises ``InboundRefused``."""
    bundle = read_bundle(raw, "not_a_referral")
    header = next(bundle.of_type("MessageHeader"), None)
    event = next(texts(header.body, "eventCoding", "code"), "none") if header else "none"
    if header is None or event != "servicerequest-request":
        raise InboundRefused(
            "not_a_referral",
            f"This is no message that asks for a service: its event is {shown_id(event)}, not servicerequest-request.",
        )
    request = _follow(bundle, header, "focus")
    if request is None or request.type != "ServiceRequest":
        raise InboundRefused("not_a_referral", "This message does not lead to a ServiceRequest.")
    update = "update" in texts(header.body, "reason", "coding", "code")
    _refuse_what_is_not_live(bundle, request)
    patient = _follow(bundle, request, "subject")
    if patient is None or patient.type != "Patient":
        raise InboundRefused("no_patient", "The referral does not lead to its patient.", request.name)
    return _referral(bundle, header, request, Entries(bundle, patient), update, on)


def _follow(bundle: Bundle, place: Resource, part: str) -> Resource | None:
    return next(_follow_all(bundle, place, part), None)


def _follow_all(bundle: Bundle, place: Resource, part: str) -> Iterator[Resource]:
    found = (bundle.resolve(reference, place) for reference in texts(place.body, part, "reference"))
    return (one for one in found if one is not None)


def _refuse_what_is_not_live(bundle: Bundle, request: Resource) -> None:
    status = next(texts(request.body, "status"), "none")
    if status == "revoked":
        raise InboundRefused("revoked", "The referrer has cancelled this referral: close it.", request.name)
    cases = [
        code.lower()
        for one in everything(request.body, "category", "coding")
        if next(texts(one, "system"), "") == USE_CASES
        for code in texts(one, "code")
    ]
    for case in cases:
        if case in WITHDRAWN:
            why = f"The use case {case} is not in use any more ({WITHDRAWN[case]}): tell the referrer."
            raise InboundRefused("withdrawn_use_case", why, request.name)
    if cases != [LIVE_USE_CASE]:
        named = ", ".join(shown_id(case) for case in cases) or "not given"
        why = (
            f"The referral's use case is {named}; a pharmacy takes {LIVE_USE_CASE}, Primary Care to Community Pharmacy."
        )
        raise InboundRefused("other_use_case", why, request.name)
    if status != "active":
        raise InboundRefused(
            "not_active", f"The referral is not active; its status is {shown_id(status)}.", request.name
        )
    if _follow(bundle, request, "performer") is None:
        raise InboundRefused("no_performer", "The referral does not say which pharmacy is to receive it.", request.name)


def _referral(
    bundle: Bundle, header: Resource, request: Resource, entries: Entries, update: bool, on: date
) -> ReferralRead:
    seen = tuple(entries.seen())
    sender, requester = _follow(bundle, header, "sender"), _follow(bundle, request, "requester")
    until = moment_of(next(texts(request.body, "occurrencePeriod", "end"), ""))
    story = tuple(_story(bundle, request))
    if not story:
        entries.skip(request.entry, "no clinical story was found: its care plan is missing or empty")
    if until is not None and as_day(until) < on:
        entries.warnings.append(f"The time for the patient to make contact ended on {as_day(until)}.")
    if update:
        entries.warnings.append("This message changes an earlier one, and replaces it whole.")
    name = official(everything(requester.body, "name")) if requester is not None else None
    task = next((text for one in bundle.of_type("Task") for text in texts(one.body, "description")), None)
    return ReferralRead(
        id=bundle.id or header.name,
        request=request.name,
        journey=_journey(bundle, request),
        version=next(texts(bundle.body, "meta", "versionId"), None),
        update=update,
        authored_on=moment_of(next(texts(request.body, "authoredOn"), "")),
        contact_from=moment_of(next(texts(request.body, "occurrencePeriod", "start"), "")),
        contact_until=until,
        organisation=name_of(sender),
        organisation_ods=ods_of(sender),
        referrer=" ".join((*texts(name, "prefix"), *texts(name, "given"), *texts(name, "family"))) or None,
        patient=entries.person,
        presenting=tuple(w for one in bundle.of_type("Condition") if (w := words_of(first(one.body, "code"))[0])),
        story=story,
        task=tidy(task) if task else None,
        suggestions=_suggestions(entries.person, seen, REFERRAL, on),
        seen=seen,
        warnings=tuple(dict.fromkeys(entries.warnings)),
        skipped=tuple(entries.skipped),
    )


def _story(bundle: Bundle, request: Resource) -> Iterator[str]:
    """The referrer's own words. They stand beside the questions; nothing is taken out of them."""
    for plan in _follow_all(bundle, request, "basedOn"):
        yield from (tidy(text) for text in texts(plan.body, "activity", "outcomeCodeableConcept", "text"))
        yield from (tidy(text) for text in texts(plan.body, "description"))


def _journey(bundle: Bundle, request: Resource) -> str | None:
    encounter = _follow(bundle, request, "encounter")
    reference = next(texts(encounter.body, "episodeOfCare", "reference"), "") if encounter else ""
    return reference.rpartition("/")[2].removeprefix("urn:uuid:") or None


def read_gp_record(raw: bytes, on: date, number: str | None = None) -> GPRecordRead:
    """A structured GP record or a Summary Care Record, as JSON or XML. Raises ``InboundRefused``.

    ``number`` is the NHS number of the patient who is there: a record of somebody else is refused.
    """
    bundle = read_bundle(raw, "not_a_record")
    if next(bundle.of_type("MessageHeader"), None) is not None:
        raise InboundRefused("not_a_record", "This is a message, not a record.")
    patients = list(bundle.of_type("Patient"))
    if len(patients) != 1:
        many = "more than one patient" if patients else "no patient"
        raise InboundRefused("no_patient", f"The record holds {many}, so it is not known whose it is.")
    entries = Entries(bundle, patients[0])
    if number is not None and entries.person.nhs_number != nhs_number(number):
        raise InboundRefused("other_patient", "The record's NHS number is not that of the patient who is there.")
    source = _source(bundle)
    seen = (*entries.seen(), *entries.narrative())
    warnings = dict.fromkeys((*entries.warnings, *_not_complete(bundle), *_silent(seen)))
    suggestions = _suggestions(entries.person, seen, source, on)
    return GPRecordRead(source, entries.person, suggestions, seen, tuple(warnings), tuple(entries.skipped))


def _suggestions(person: PersonSeen, seen: tuple[Seen, ...], source: str, on: date) -> tuple[Suggestion, ...]:
    born = of_birth(person.birth_date, source, on) if person.birth_date else None
    return (*((born,) if born else ()), *suggested(seen, source, on))


def _source(bundle: Bundle) -> str:
    if any("GPConnect-StructuredRecord-Bundle" in text for text in texts(bundle.body, "meta", "profile")):
        return GP_RECORD
    kinds = {code for one in bundle.of_type("Composition") for code in texts(one.body, "type", "coding", "code")}
    return SUMMARY_CARE_RECORD if GP_SUMMARY in kinds else OTHER_RECORD


def _not_complete(bundle: Bundle) -> Iterator[str]:
    """What the record says about being incomplete: empty lists, warnings of GP Connect, questions it did not understand."""
    for one in bundle.of_type("List"):
        title = next(texts(one.body, "title"), "A list")
        for reason in everything(one.body, "emptyReason"):
            yield f"{title}: empty ({words_of(reason)[0] or 'no reason is given'}). That is no answer: ask."
        for extension in everything(one.body, "extension"):
            if "WarningCode" in next(texts(extension, "url"), ""):
                code = words_of(first(extension, "valueCodeableConcept"))[0] or next(texts(extension, "valueCode"), "")
                yield f"{title}: the record is not complete ({code or 'a warning without a code'})."
    for one in bundle.of_type("OperationOutcome"):
        for issue in everything(one.body, "issue"):
            says = words_of(first(issue, "details"))[0] or next(texts(issue, "code"), "a warning")
            yield f"The GP system says: {says}."


def _silent(seen: tuple[Seen, ...]) -> Iterator[str]:
    for kind, what in ((AllergySeen, "allergy"), (MedicineSeen, "medicine")):
        if not any(isinstance(one, kind) for one in seen):
            yield f"No {what} was found in this source. That is no answer: ask."
