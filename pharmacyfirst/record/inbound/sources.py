"""What comes in: referrals (BaRS, FHIR R4), the GP record (GP Connect Access Record: Structured, STU3), the Summary Care Record (FHIR R4).

Official examples are not valid FHIR, so the reader is tolerant: it takes what it can read, and names all that it did not. It makes suggestions
(``record.inbound.suggestions``) and answers nothing. A referral that is no live one, and whatever is about another person than the one who is
there, is refused with the reason. No error, and no ``repr``, shows who the patient is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.identifiers import nhs_number
from pharmacyfirst.record.inbound.asking import everything, first, quoted, text_of, texts, words_of
from pharmacyfirst.record.inbound.bundle import Bundle, InboundRefused, Skipped, read_bundle
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.reading import read_entries
from pharmacyfirst.record.inbound.referral import ReferralRead, read_referral
from pharmacyfirst.record.inbound.same_person import PersonHere, refuse_another_person
from pharmacyfirst.record.inbound.seen import AllergySeen, ConsentSeen, FlagSeen, MedicineSeen, Seen
from pharmacyfirst.record.inbound.suggestions import Suggestion
from pharmacyfirst.record.inbound.wording import folded, speaks_of_allergy

__all__ = ["GPRecordRead", "ReferralRead", "read_gp_record", "read_referral"]

GP_RECORD = "GP record (GP Connect Access Record: Structured)"
SUMMARY_CARE_RECORD = "Summary Care Record"
OTHER_RECORD = "record (FHIR)"
GP_SUMMARY = "196981000000101"


@dataclass(frozen=True, slots=True)
class GPRecordRead:
    """What was read from a GP record. ``seen`` is shown whole, flags and consents first; ``warnings`` say what a person has to know first.

    ``statements`` is what a summary says of itself. ``digest`` is that of the bytes, so that what was viewed can be told later. No
    suggestion, and nothing seen, is an answer: what is not here is not known.
    """

    source: str
    digest: str
    patient: PersonSeen
    requirements: tuple[str, ...] = field(repr=False)
    consents: tuple[ConsentSeen, ...]
    suggestions: tuple[Suggestion, ...]
    seen: tuple[Seen, ...]
    statements: tuple[str, ...] = field(repr=False)
    warnings: tuple[str, ...] = field(repr=False)
    skipped: tuple[Skipped, ...]


@taking(raw=bytes, on=date, number=str | None, patient=PersonHere | None)
def read_gp_record(raw: bytes, on: date, number: str | None = None, patient: PersonHere | None = None) -> GPRecordRead:
    """A structured GP record or a Summary Care Record, as JSON or XML. Raises ``InboundRefused``.

    ``number`` is the NHS number of the patient who is there, ``patient`` the patient of the consultation: a record of somebody else is
    refused.
    """
    bundle = read_bundle(raw, "not_a_record")
    if next(bundle.of_type("MessageHeader"), None) is not None:
        raise InboundRefused("not_a_record", "This is a message, not a record.")
    patients = list(bundle.of_type("Patient"))
    if len(patients) != 1:
        many = "more than one patient" if patients else "no patient"
        raise InboundRefused("no_patient", f"The record holds {many}, so it is not known whose it is.")
    source = _source(bundle)
    read = read_entries(bundle, patients[0], source, on, *_not_complete(bundle))
    if number is not None and read.person.nhs_number != nhs_number(number):
        raise InboundRefused("other_patient", "The record's NHS number is not that of the patient who is there.")
    if patient is not None:
        refuse_another_person(read.person, patient)
    return GPRecordRead(
        source=source,
        digest=bundle.digest,
        patient=read.person,
        requirements=read.requirements,
        consents=read.consents,
        suggestions=read.suggestions,
        seen=read.seen,
        statements=read.statements,
        warnings=(*read.warnings, *_silent(read.seen)),
        skipped=read.skipped,
    )


def _source(bundle: Bundle) -> str:
    if any("GPConnect-StructuredRecord-Bundle" in text for text in texts(bundle.body, "meta", "profile")):
        return GP_RECORD
    kinds = {code for one in bundle.of_type("Composition") for code in texts(one.body, "type", "coding", "code")}
    return SUMMARY_CARE_RECORD if GP_SUMMARY in kinds else OTHER_RECORD


def _not_complete(bundle: Bundle) -> Iterator[str]:
    """What the record says about being incomplete: empty lists, warnings of GP Connect, questions it did not understand."""
    for one in bundle.of_type("List"):
        title = text_of(one.body, "title") or "A list"
        for reason in everything(one.body, "emptyReason"):
            yield f"{title}: empty ({words_of(reason)[0] or 'no reason is given'}). That is no answer: ask."
        for note in texts(one.body, "note", "text"):
            yield f"{title}: {quoted(note)}."
        for extension in everything(one.body, "extension"):
            if "WarningCode" in text_of(extension, "url"):
                code = words_of(first(extension, "valueCodeableConcept"))[0] or text_of(extension, "valueCode")
                yield f"{title}: the record is not complete ({code or 'a warning without a code'})."
    for one in bundle.of_type("OperationOutcome"):
        bundle.read.add(one)
        for issue in everything(one.body, "issue"):
            says = words_of(first(issue, "details"))[0] or text_of(issue, "code") or "a warning"
            yield f"The GP system says: {says}."


def _silent(seen: tuple[Seen, ...]) -> Iterator[str]:
    flagged = any(isinstance(one, FlagSeen) and speaks_of_allergy(folded(one.words)) for one in seen)
    for kind, what in ((AllergySeen, "allergy"), (MedicineSeen, "medicine")):
        if not any(isinstance(one, kind) for one in seen) and not (flagged and kind is AllergySeen):
            yield f"No {what} was found in this source. That is no answer: ask."
