"""A referral from general practice (BaRS, FHIR R4), where it is a live one; refused with the reason where it is not.

Nothing is taken out of the referrer's words: they stand beside the questions. No error, and no ``repr``, shows who the patient is.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pharmacyfirst.errors import taking
from pharmacyfirst.record.inbound.asking import everything, first, known_code, text_of, texts, tidy, words_of
from pharmacyfirst.record.inbound.bundle import Bundle, InboundRefused, Resource, Skipped, read_bundle
from pharmacyfirst.record.inbound.days import as_day, moment_of
from pharmacyfirst.record.inbound.person import PersonSeen, full_name, name_of, ods_of, official, telephones_of
from pharmacyfirst.record.inbound.reading import BundleRead, read_entries
from pharmacyfirst.record.inbound.same_person import PersonHere, refuse_another_person
from pharmacyfirst.record.inbound.seen import ConsentSeen, Seen
from pharmacyfirst.record.inbound.suggestions import Suggestion
from pharmacyfirst.record.people import Referral

REFERRAL = "referral (BaRS)"
# Use cases of BaRS Application 5 (interop.md 5.1). Only one is live; two were withdrawn on 26 March 2026.
USE_CASES = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
LIVE_USE_CASE = "a5t1"
WITHDRAWN = {
    "a5t2": "Primary Care to Pharmacy Contraception, withdrawn on 26 March 2026",
    "a5t3": "Primary Care to Pharmacy Blood Pressure Check, withdrawn on 26 March 2026",
    "referraltopharmacy": "the general referral to a pharmacy, which is deprecated",
}
_USE_CASE = re.compile(r"a[0-9]{1,2}t[0-9]{1,2}")
# What may be repeated of a message that is refused: the codes of FHIR R4 and BaRS, never a text of the sender.
EVENTS = frozenset({"none", "servicerequest-response", "booking-request", "booking-response"})
STATUSES = frozenset({"none", "draft", "on-hold", "completed", "entered-in-error", "unknown"})
# Letters and digits that nobody takes for one another when they are read out.
_SPOKEN = "23456789ACDEFHJKMNPQRTVWXY"


@dataclass(frozen=True, slots=True)
class ReferralRead:
    """A live referral from general practice. ``story``, ``presenting`` and ``tasks`` are the referrer's words, to stand beside the questions.

    ``id`` is that of the message, ``request`` of the referral (what a later message changes or revokes), ``journey`` of the episode,
    ``case`` the sender's own case number. ``version`` is that of the BaRS application, ``sent_at`` when this version of the referral was
    made, ``digest`` that of the bytes: every version has to be kept, and these tell them apart. ``contact_until`` is when the patient is to
    have made contact, by London's clock; it is guidance (standards.md 2.3). ``urgency`` and ``reason`` as the sender gives them.
    """

    id: str
    request: str
    journey: str | None
    case: str | None
    version: str | None
    sent_at: datetime | date | None
    digest: str
    update: bool
    authored_on: datetime | date | None
    contact_from: datetime | date | None
    contact_until: datetime | date | None
    urgency: str | None
    reason: tuple[str, ...] = field(repr=False)
    organisation: str | None
    organisation_ods: str | None
    referrer: str | None
    referrer_role: str | None
    referrer_telephones: tuple[str, ...]
    patient: PersonSeen
    requirements: tuple[str, ...] = field(repr=False)
    consents: tuple[ConsentSeen, ...]
    presenting: tuple[str, ...] = field(repr=False)
    story: tuple[str, ...] = field(repr=False)
    tasks: tuple[str, ...] = field(repr=False)
    suggestions: tuple[Suggestion, ...]
    seen: tuple[Seen, ...]
    warnings: tuple[str, ...] = field(repr=False)
    skipped: tuple[Skipped, ...]

    @property
    def patient_reference(self) -> str:
        """The reference that the pharmacy gives back to the patient, made from the referral's id: always the same, and nobody's identity."""
        return reference_for_patient(self.request or self.id or self.digest)

    def kept(self) -> dict[str, Any]:
        """All that is to be kept of the referral itself (standards.md 4, items 7 and 14), as JSON holds it; what was not given is None.

        ``reference`` is the referrer's own, ``patient_reference`` the one that the patient is given. Times are London's with their distance
        from UTC. The referrer's words are the referrer's: whoever records the presenting complaint writes their own beside them.
        """
        return {
            "organisation": self.organisation,
            "ods": self.organisation_ods,
            "referrer": self.referrer,
            "role": self.referrer_role,
            "telephones": [*self.referrer_telephones],
            "reason": [*self.reason],
            "presenting": [*self.presenting],
            "story": [*self.story],
            "asks": [*self.tasks],
            "urgency": self.urgency,
            "on": _iso(self.authored_on),
            "contact_from": _iso(self.contact_from),
            "contact_by": _iso(self.contact_until),
            "reference": self.request or None,
            "message": self.id or None,
            "journey": self.journey,
            "case": self.case,
            "patient_reference": self.patient_reference,
            "version": self.version,
            "sent_at": _iso(self.sent_at),
            "replaces_an_earlier_one": self.update,
            "digest": self.digest,
            "individual_requirements": [*self.requirements],
        }

    def on_record(self) -> Referral:
        """How the patient came, as the record of the consultation keeps it; ``kept`` gives more."""
        by = self.contact_until
        return Referral(
            source="GP practice",
            organisation=self.organisation,
            ods=self.organisation_ods,
            reference=self.request or None,
            on=as_day(self.authored_on) if self.authored_on else None,
            referrer=self.referrer,
            role=self.referrer_role,
            reason="\n".join((*self.reason, *self.presenting, *self.tasks)) or None,
            urgency=self.urgency,
            contact_by=by if isinstance(by, datetime) else None,
            journey=self.journey,
            patient_reference=self.patient_reference,
            version=self.version,
            digest=self.digest,
        )


def _iso(when: datetime | date | None) -> str | None:
    return when.isoformat() if when is not None else None


def reference_for_patient(request: str) -> str:
    """A short reference for people, ten characters in two groups, that is the same for every version of one referral.

    BaRS asks the receiver to make one (standards.md 2.3). It is made from the id of the referral alone and leads back to it only here.
    """
    number = int.from_bytes(hashlib.sha256(request.encode("utf-8", "replace")).digest()[:8])
    letters = []
    for _ in range(10):
        number, letter = divmod(number, len(_SPOKEN))
        letters.append(_SPOKEN[letter])
    return f"{''.join(letters[:5])}-{''.join(letters[5:])}"


@taking(raw=bytes, on=date, patient=PersonHere | None)
def read_referral(raw: bytes, on: date, patient: PersonHere | None = None) -> ReferralRead:
    """A BaRS referral from general practice to a pharmacy, as XML or JSON. Raises ``InboundRefused``.

    ``patient`` is the patient of the consultation, where one is under way: a referral of somebody else is refused.
    """
    bundle = read_bundle(raw, "not_a_referral")
    header = next(bundle.of_type("MessageHeader"), None)
    event = (text_of(header.body, "eventCoding", "code") if header else "") or "none"
    if header is None or event != "servicerequest-request":
        raise InboundRefused(
            "not_a_referral",
            f"This is no message that asks for a service: its event is {known_code(event, EVENTS)}, not servicerequest-request.",
        )
    request = next(bundle.follow(header, "focus"), None)
    if request is None or request.type != "ServiceRequest":
        raise InboundRefused("not_a_referral", "This message does not lead to a ServiceRequest.")
    _refuse_what_is_not_live(bundle, request)
    subject = next(bundle.follow(request, "subject"), None)
    if subject is None or subject.type != "Patient":
        raise InboundRefused("no_patient", "The referral does not lead to its patient.", request.name)
    bundle.read.add(header)
    read = _referral(bundle, header, request, subject, on)
    if patient is not None:
        refuse_another_person(read.patient, patient, request.name)
    return read


def _refuse_what_is_not_live(bundle: Bundle, request: Resource) -> None:
    status = text_of(request.body, "status") or "none"
    if status == "revoked":
        raise InboundRefused("revoked", "The referrer has cancelled this referral: close it.", request.name)
    cases = dict.fromkeys(
        code.lower()
        for one in everything(request.body, "category", "coding")
        if text_of(one, "system") == USE_CASES
        for code in texts(one, "code")
    )
    for case in cases:
        if case in WITHDRAWN:
            why = f"The use case {case} is not in use any more ({WITHDRAWN[case]}): tell the referrer."
            raise InboundRefused("withdrawn_use_case", why, request.name)
    if [*cases] != [LIVE_USE_CASE]:
        named = ", ".join(case if _USE_CASE.fullmatch(case) else "one that is none" for case in cases) or "not given"
        why = (
            f"The referral's use case is {named}; a pharmacy takes {LIVE_USE_CASE}, Primary Care to Community Pharmacy."
        )
        raise InboundRefused("other_use_case", why, request.name)
    if status != "active":
        raise InboundRefused(
            "not_active", f"The referral is not active; its status is {known_code(status, STATUSES)}.", request.name
        )
    if next(bundle.follow(request, "performer"), None) is None:
        raise InboundRefused("no_performer", "The referral does not say which pharmacy is to receive it.", request.name)


def _referral(bundle: Bundle, header: Resource, request: Resource, subject: Resource, on: date) -> ReferralRead:
    sender, requester = next(bundle.follow(header, "sender"), None), next(bundle.follow(request, "requester"), None)
    story = tuple(_story(bundle, request))
    tasks = tuple(_tasks(bundle))
    reason = tuple(_reason(bundle, request))
    encounter = next(bundle.follow(request, "encounter"), None)
    who, role = _referrer(bundle, requester)
    until = moment_of(text_of(request.body, "occurrencePeriod", "end"))
    update = "update" in texts(header.body, "reason", "coding", "code")
    _follow_who_and_where(bundle, header, request)
    read = read_entries(bundle, subject, REFERRAL, on, *_about_the_referral(until, update, on))
    return ReferralRead(
        id=bundle.id or header.name,
        request=request.name,
        journey=_journey(encounter),
        case=next(texts(encounter.body, "identifier", "value"), None) if encounter else None,
        version=next(texts(bundle.body, "meta", "versionId"), None),
        sent_at=moment_of(text_of(bundle.body, "meta", "lastUpdated") or text_of(bundle.body, "timestamp")),
        digest=bundle.digest,
        update=update,
        authored_on=moment_of(text_of(request.body, "authoredOn")),
        contact_from=moment_of(text_of(request.body, "occurrencePeriod", "start")),
        contact_until=until,
        urgency=next(texts(request.body, "priority"), None),
        reason=reason,
        organisation=name_of(sender),
        organisation_ods=ods_of(sender),
        referrer=full_name(official(everything(who.body, "name"))) if who is not None else None,
        referrer_role=role,
        referrer_telephones=tuple(telephones_of(who.body)) if who is not None else (),
        patient=read.person,
        requirements=read.requirements,
        consents=read.consents,
        presenting=tuple(w for one in bundle.of_type("Condition") if (w := words_of(first(one.body, "code"))[0])),
        story=story,
        tasks=tasks,
        suggestions=read.suggestions,
        seen=read.seen,
        warnings=_without_consent(read),
        skipped=(*read.skipped, *_without_story(request, story)),
    )


def _about_the_referral(until: datetime | date | None, update: bool, on: date) -> Iterator[str]:
    if until is not None and as_day(until) < on:
        yield f"The time for the patient to make contact ended on {as_day(until)}."
    if update:
        yield "This message changes an earlier one, and replaces it whole. Keep both."


def _without_consent(read: BundleRead) -> tuple[str, ...]:
    """The warnings, begun with one where the sender owes a consent for direct care and sent none (standards.md 2.3)."""
    if read.consents:
        return read.warnings
    return ("The referral says nothing of the patient's consent to being referred. Ask the patient.", *read.warnings)


def _without_story(request: Resource, story: tuple[str, ...]) -> Iterator[Skipped]:
    if not story:
        yield Skipped(request.entry, "no clinical story was found: its care plan is missing or empty")


def _story(bundle: Bundle, request: Resource) -> Iterator[str]:
    """The referrer's own words. They stand beside the questions; nothing is taken out of them."""
    for plan in bundle.follow(request, "basedOn"):
        yield from map(tidy, texts(plan.body, "activity", "outcomeCodeableConcept", "text"))
        yield from map(tidy, texts(plan.body, "description"))
        yield from map(tidy, texts(plan.body, "note", "text"))
    yield from map(tidy, texts(request.body, "note", "text"))
    yield from map(tidy, texts(request.body, "patientInstruction"))


def _tasks(bundle: Bundle) -> Iterator[str]:
    """Everything that the referrer asks for, each task in its own words."""
    for one in bundle.of_type("Task"):
        bundle.read.add(one)
        words = [*map(tidy, texts(one.body, "description")), *map(tidy, texts(one.body, "note", "text"))]
        code = words_of(first(one.body, "code"))[0]
        yield "\n".join(words) or code or "a task without words"


def _reason(bundle: Bundle, request: Resource) -> Iterator[str]:
    """Why the patient was referred, where the sender codes it; the presenting complaint stands for itself."""
    yield from filter(None, (words_of(one)[0] for one in everything(request.body, "reasonCode")))
    for one in bundle.follow(request, "reasonReference"):
        yield from filter(None, (words_of(first(one.body, "code"))[0],))


def _referrer(bundle: Bundle, requester: Resource | None) -> tuple[Resource | None, str | None]:
    """Who referred, and in what role: the role that leads to them, or the one that the referral leads to."""
    roles = [requester] if requester is not None and requester.type == "PractitionerRole" else []
    if requester is not None and not roles:
        roles = [one for one in bundle.of_type("PractitionerRole") if _leads_to(bundle, one, requester)]
    for one in roles:
        bundle.read.add(one)
        who = next(bundle.follow(one, "practitioner"), None)
        _ = [*bundle.follow(one, "organization")]
        words = "; ".join(filter(None, (words_of(code)[0] for code in everything(one.body, "code"))))
        return who or requester, words or None
    return requester, None


def _leads_to(bundle: Bundle, role: Resource, who: Resource) -> bool:
    return any(bundle.resolve(text, role) is who for text in texts(role.body, "practitioner", "reference"))


def _follow_who_and_where(bundle: Bundle, header: Resource, request: Resource) -> None:
    """The receiver and the service that the referral names: nothing is taken from them, and they are no entries that were passed over."""
    for path in (("destination", "receiver"), ("responsible",), ("author",)):
        _ = [*bundle.follow(header, *path)]
    for performer in [*bundle.follow(request, "performer")]:
        _ = [*bundle.follow(performer, "providedBy")]


def _journey(encounter: Resource | None) -> str | None:
    reference = text_of(encounter.body, "episodeOfCare", "reference") if encounter else ""
    return reference.rpartition("/")[2].removeprefix("urn:uuid:") or None
