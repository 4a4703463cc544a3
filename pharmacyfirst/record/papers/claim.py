"""The claim: what NHSBSA would be told of a consultation, as far as the data set is known (service.md 6.1).

The standard for claiming clinical pathways was not found. The fields are those of a third party's client, which has no branch for pathways,
and of what NHSBSA is known to hold. So each field says how sure it is, and one that is not known is left open and never guessed: the
row is a checklist for whoever enters the claim, and sends nothing.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pharmacyfirst import exact
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.service import EVERY_CONSULTATION, GATEWAY_POINTS, Service
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.decision import NOBODY_CAME, is_charged
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.make import NOT_JUDGED, is_judged
from pharmacyfirst.record.message_words import PRACTICE, moment, sent_to
from pharmacyfirst.record.papers.parts import address_of
from pharmacyfirst.record.supply import Supply

SEEN = "as a third party's client has it, not verified"
HELD = "held by NHSBSA for each claim"
OURS = "ours, to check the claim by"
UNKNOWN = "NOT KNOWN"

# The codes of the third party's client. Its own words for a video are those for any consultation at a distance.
METHODS = {Channel.IN_PERSON: "FTF", Channel.TELEPHONE: "TELEPHONE", Channel.VIDEO: "TELEMEDICINE"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a claim: its value, empty where there is none to give, and how sure the field is.

    ``open`` says what is not known about it; then ``value`` is what we can say in words, and no code of theirs.
    """

    name: str
    value: str
    known: str
    open: str = ""


YES, CHECK, NO, NEVER = "yes", "check", "no", "never"


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim of one consultation. ``why_not`` says why it is no plain yes.

    ``claimable`` is yes where a gateway point was passed, which is what is paid for; check where none was, and it is not known of one;
    no where none was; and never for a training patient, or where a medicine was supplied without a permit.
    """

    fields: tuple[Field, ...]
    claimable: str
    why_not: str = ""


@taking(record=Consultation)
def claim_of(record: Consultation) -> Claim:
    """The claim row of a consultation."""
    fields = tuple(_fields(record))
    if why := why_never(record):
        return Claim(fields, NEVER, why)
    if not is_judged(record):
        return Claim(fields, CHECK, NOT_JUDGED)
    service = codes.service_named(record.service)
    if service is not None and service.claimable != GATEWAY_POINTS:
        return Claim(fields, *_by_the_service(record, service))
    if record.assessment["gateways"]:
        return Claim(fields, YES)
    if open_ := record.assessment.get("gateways_not_known"):
        why = f"No gateway point is known to be passed; not known: {', '.join(open_)}. Read the pathway's open items before you decide."
        return Claim(fields, CHECK, why)
    return Claim(fields, NO, "No gateway point was passed, which is what is paid for.")


def _by_the_service(record: Consultation, service: Service) -> tuple[str, str]:
    """Whether a consultation is claimed where the service pays for each, or for each in which something was found out; with why not."""
    terms = " ".join(one.says for one in service.claim)
    if record.decision.done in NOBODY_CAME:
        return NO, "Nobody came or could be reached."
    if service.claimable != EVERY_CONSULTATION and not any(
        record.facts.get(one) is not None for one in service.answered
    ):
        return NO, f"Nothing was found out of what is paid for. {terms}"
    if record.kind is Kind.NOT_ELIGIBLE or (record.in_words.nothing_to_supply and record.permit is None):
        why = (
            "The patient was not eligible"
            if record.kind is Kind.NOT_ELIGIBLE
            else "No permit for the service is on record"
        )
        return CHECK, f"{why}: read what the service pays for before you decide. {terms}"
    return YES, ""


def why_never(record: Consultation) -> str:
    """Why a consultation is never claimed, whatever point was passed; empty where nothing stands against it."""
    if record.practice:
        not_judged = "" if is_judged(record) else f" {NOT_JUDGED}"
        return f"{PRACTICE}: never claim it.{not_judged}"
    if record.unpermitted or any(supply.permit is None for supply in record.supplies):
        return "A medicine was handed over without a permit: it is an incident, and never claimed."
    return ""


def gateway_points(record: Consultation) -> str:
    """The payment points passed, and those of which it is not known; "none passed" only where neither is."""
    passed = ", ".join(record.assessment["gateways"])
    not_known = ", ".join(record.assessment.get("gateways_not_known", ()))
    parts = (f"passed: {passed}" if passed else "", f"not known: {not_known}" if not_known else "")
    return "; ".join(part for part in parts if part) or "none passed"


def _fields(record: Consultation) -> Iterator[Field]:
    yield Field("client reference", record.id, SEEN)
    yield Field("IT system id (PLATFORM_DEPOSIT_ID)", "", "sister service, mandatory", "given by NHSBSA to each system")
    yield Field(
        "claim type", record.pathway, SEEN, "its code for a clinical pathway was not found; this is our pathway id"
    )
    if (service := codes.service_named(record.service)) and service.claimable != GATEWAY_POINTS:
        yield Field("service", service.title, OURS)
    yield from _patient(record)
    yield Field("pharmacy ODS", record.pharmacy.ods, SEEN)
    yield Field("professional id (GPhC)", record.practitioner.gphc_number, SEEN)
    yield Field("claim month", f"{record.on:%Y-%m}", HELD)
    yield Field("assessment date", record.on.isoformat(), SEEN)
    yield Field("consultation method", METHODS[record.channel], SEEN)
    yield Field(
        "consultation outcome", record.decision.done, SEEN, "their list of codes was not seen; these are our words"
    )
    yield Field("outcome of the pathway", record.kind.word, OURS)
    points = gateway_points(record)
    yield Field("gateway points", points, OURS, "whether they are sent, and how, is not known")
    yield from _gateway_moment(record)
    yield from _referral(record)
    yield from _onward(record)
    for number, supply in enumerate(record.supplies, 1):
        yield from _drug(supply, "" if len(record.supplies) == 1 else f" {number}")
    if not record.supplies:
        yield Field("drug", "", HELD, "none was supplied; NHSBSA counts such consultations")
    yield from _charge(record)
    yield Field("pathway version", record.version, OURS)
    yield Field("content digest", record.content_digest, OURS)
    first, last = claim_dates(record.on)
    yield Field("claim by", first.isoformat(), OURS)
    yield Field("last day to claim", last.isoformat(), OURS)


def _gateway_moment(record: Consultation) -> Iterator[Field]:
    """When each point was passed; of those without a moment on record between which it was, and none is made up."""
    known = {passed.id: passed.at for passed in record.gateways_passed}
    ended = moment(record.ended_at) if record.ended_at else "an end that is not on record"
    within = f"between {moment(record.started_at)} and {ended}"
    points = record.assessment["gateways"]
    if points:
        told = "; ".join(f"{one} {moment(known[one]) if one in known else within}" for one in points)
        not_known = "" if known.keys() >= set(points) else "the moment itself is not on record"
        yield Field("gateway moment", told, OURS, not_known)


def _patient(record: Consultation) -> Iterator[Field]:
    patient = record.patient
    yield Field("NHS number", patient.nhs_number or "", SEEN)
    yield Field("patient name", patient.name, SEEN)
    yield Field("date of birth", patient.birth_date.isoformat(), SEEN)
    yield Field("sex", patient.gender, SEEN)
    address = address_of(patient)
    yield Field("address", ", ".join(address), SEEN, "" if patient.address_may_be_shown else "restricted: never given")
    shown = patient.gp_practice if patient.address_may_be_shown else None
    yield Field("GP practice ODS", shown.ods if shown else "", HELD)


def _referral(record: Consultation) -> Iterator[Field]:
    referral = record.referral
    yield Field("referral reference", referral.reference or "", SEEN)
    yield Field("referrer ODS", referral.ods or "", SEEN)
    yield Field("referrer organisation type", referral.source, SEEN, "their list was not seen; these are our words")


def _onward(record: Consultation) -> Iterator[Field]:
    if record.decision.done != "referred":
        return
    reasons = "; ".join(reason.says for reason in record.in_words.reasons)
    yield Field("onward referral to", "; ".join(sent_to(record)), SEEN, "their list was not seen")
    yield Field("onward referral reason", record.decision.because or reasons, SEEN)
    yield Field("onward referral date", record.on.isoformat(), SEEN)


def _charge(record: Consultation) -> Iterator[Field]:
    charge = record.charge
    if not is_charged(codes.service_named(record.service)):
        yield Field("prescription charge exemption", "", SEEN, "the service is free to the patient")
        return
    if charge is None:
        yield Field("prescription charge exemption", "", SEEN, "not on record: 0001 to 0015, an open list")
        return
    yield Field("prescription charge exemption", charge.exemption, SEEN)
    yield Field("prescription charge in words", coded_lists()["exemption"].in_words(charge.exemption), OURS)
    seen = {True: "yes", False: "no", None: ""}[charge.evidence_seen]
    yield Field("evidence of exemption seen", seen, OURS, "" if seen else "not on record")
    yield Field("prescription charges taken", str(charge.taken), OURS)


def _drug(supply: Supply, number: str) -> Iterator[Field]:
    unit = codes.unit_code(supply.quantity.unit, supply.amp.display)
    yield Field(f"drug{number} dm+d code", supply.amp.code, SEEN)
    yield Field(f"drug{number} name", supply.amp.display, HELD)
    yield Field(f"drug{number} quantity", plain(supply.quantity.amount), HELD)
    yield Field(f"drug{number} unit", unit.display, SEEN)
    yield Field(f"drug{number} supply date", supply.handed_over_at.date().isoformat(), SEEN)
    permit = supply.permit.at.isoformat() if supply.permit else ""
    yield Field(f"drug{number} permit given at", permit, OURS, "" if permit else "supplied without a permit")
    yield Field(f"drug{number} supply type", supply.mechanism, SEEN, "their list was not seen; this is our word")


def claim_dates(on: date) -> tuple[date, date]:
    """By when a consultation of this day is claimed, and the last day on which it still can be (service.md 3.6)."""
    next_month = (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    month_after = (next_month + timedelta(days=32)).replace(day=1)
    return next_month.replace(day=5), month_after - timedelta(days=1)


@taking(records=Sequence)
def claim_json(records: Sequence[Consultation]) -> str:
    """Claims as JSON: each field with its value, how sure it is, and what is not known about it."""
    held = []
    for claim in map(claim_of, records):
        fields = {
            one.name: {"value": one.value or None, "known": one.known} | ({"not_known": one.open} if one.open else {})
            for one in claim.fields
        }
        held.append({"claimable": claim.claimable, "why_not": claim.why_not or None, "fields": fields})
    return exact.write(held, 2, item_a_line=True) + "\n"


@taking(records=Sequence)
def claim_csv(records: Sequence[Consultation]) -> str:
    """Claims as CSV, one a row; a value that is not in their codes, or that is not known, says so beside itself."""
    claims = [claim_of(record) for record in records]
    names = list(dict.fromkeys(one.name for claim in claims for one in claim.fields))
    held = io.StringIO()
    table = csv.writer(held, lineterminator="\n")
    table.writerow(["claimable", "why not", *names])
    for claim in claims:
        cells = {one.name: _cell(one) for one in claim.fields}
        table.writerow([claim.claimable, claim.why_not, *(cells.get(name, "") for name in names)])
    return held.getvalue()


def _cell(field: Field) -> str:
    """A cell that no spreadsheet takes for a formula."""
    value = f"{field.value} [{UNKNOWN}: {field.open}]".strip() if field.open else field.value
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
