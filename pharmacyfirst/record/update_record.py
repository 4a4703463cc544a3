"""The message to the GP practice: GP Connect Update Record, FHIR STU3 in one ITK3 bundle, written from a record.

``update_record`` writes the bytes, or raises ``NoMessage`` with the reason why there may be none. Nothing here reads a clock or makes an id:
both come in the ``Envelope``, so the same record and envelope give the same bytes. ``headings`` are the words of the message; whoever
writes another paper about the consultation takes them from there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.record import codes
from pharmacyfirst.record.codes import Code
from pharmacyfirst.record.consultation import (
    BLOOD_PRESSURE,
    PREGNANCY,
    AnswerOnRecord,
    Consultation,
    Observation,
    Patient,
    RedFlag,
    Supply,
)

FHIR = "http://hl7.org/fhir"
NEEDS_EXTRA = 'GP messages need lxml: pip install "pharmacyfirst[record]"'


class NoExtra(ImportError):
    """What writes or reads messages is not installed; the message names the extra."""


def xml_library() -> Any:
    """lxml's etree, or ``NoExtra`` with what to install."""
    try:
        from lxml import etree
    except ImportError:
        raise NoExtra(NEEDS_EXTRA) from None
    return etree


@dataclass(frozen=True, slots=True)
class WhyNoMessage:
    """Why a consultation is not sent: a code that stays, and words for the pharmacist."""

    code: str
    says: str


class NoMessage(ValueError):
    """There is no message for this consultation, and why. It is kept in the pharmacy's own record."""

    def __init__(self, why: WhyNoMessage):
        super().__init__(why.says)
        self.why = why


def why_no_message(record: Consultation) -> WhyNoMessage | None:
    """Why no message may or can be sent about this consultation; None where one can."""
    patient = record.patient
    if record.consent.to_share is False:
        return WhyNoMessage("sharing_refused", "No message: the patient did not agree that the GP practice is told.")
    if record.consent.to_share is None:
        return WhyNoMessage("sharing_not_asked", "No message: nobody asked whether the GP practice may be told.")
    if patient.nhs_number is None:
        return WhyNoMessage("no_nhs_number", "No message: without an NHS number it cannot find the practice.")
    if patient.gp_practice is None:
        return WhyNoMessage("no_practice", "No message: the patient has no GP practice. Give the patient a copy.")
    if patient.nhs_number_status != codes.VERIFIED and not (_shown_address(patient) and patient.postcode):
        return WhyNoMessage(
            "not_traced", "No message: an NHS number that is not verified needs the address and the postcode beside it."
        )
    return None


@dataclass(frozen=True, slots=True)
class Envelope:
    """The ids, the time and the mailbox of one message; all ids are lower-case UUIDs and none is ever used twice.

    ``header_id`` comes back in acknowledgements. ``composition_id`` stays the same through all corrections, ``version`` goes up by one
    with each, and ``replaces`` is the ``document_id`` of the message that this one replaces.
    """

    message_id: str
    header_id: str
    document_id: str
    composition_id: str
    sender_reference: str
    mailbox: str
    at: datetime
    version: int = 1
    replaces: str | None = None

    def __post_init__(self) -> None:
        own = (self.message_id, self.header_id, self.document_id, self.composition_id)
        if any(str(UUID(one)) != one for one in (*own, *filter(None, [self.replaces]))):
            raise ValueError("the ids of a message are UUIDs in small letters")
        if len(set(own)) != len(own) or self.replaces in own:
            raise ValueError("each id of a message is its own, and none is that of the message it replaces")
        if (self.replaces is None) != (self.version == 1):
            raise ValueError("the first version replaces nothing, and every later one something")
        if self.at.utcoffset() is None or self.version < 1 or not 0 < len(self.sender_reference) <= 255:
            raise ValueError("the time has an offset, the version is at least 1, the reference has 1 to 255 characters")


def envelope_of(record: Consultation, mailbox: str, at: datetime, version: int = 1) -> Envelope:
    """An envelope whose ids all come from the record's own: the same record and version, the same ids.

    A later version of the same record replaces the one before, for instance after a refusal for a defect of ours. A correction is a record
    of its own and needs the ids of the chain it stands in: use ``correcting``.
    """
    if record.corrects is not None:
        raise ValueError("this record corrects another: its message needs the id of the record that opened the chain")
    return _numbered(UUID(record.id), record.id, mailbox, at, version)


def correcting(record: Consultation, first_id: str, mailbox: str, at: datetime, version: int) -> Envelope:
    """The envelope of a correction. ``first_id`` is the id of the record whose message opened the chain; ``version`` counts along it."""
    if record.corrects is None or version < 2:
        raise ValueError("a correction corrects a record, and its message is version 2 or later")
    return _numbered(UUID(first_id), record.id, mailbox, at, version)


def _numbered(chain: UUID, record_id: str, mailbox: str, at: datetime, version: int) -> Envelope:
    def named(what: str, number: int = version) -> str:
        return str(uuid5(chain, f"{what} {number}"))

    return Envelope(
        message_id=named("message"),
        header_id=named("header"),
        document_id=named("document"),
        composition_id=str(uuid5(chain, "composition")),
        sender_reference=f"urn:uuid:{record_id}",
        mailbox=mailbox,
        at=at,
        version=version,
        replaces=named("document", version - 1) if version > 1 else None,
    )


def title_of(record: Consultation) -> str:
    """The title of the document: the pharmacy and the service."""
    return f"{record.pharmacy.name} - {codes.service_code(record.on).display}"


# The words


def headings(record: Consultation) -> dict[str, str]:
    """The text under each heading, in the order of the message; a heading with nothing to say is left out."""
    text = {
        codes.CLINICAL_SUMMARY: _sentences(_summary(record)),
        "history": _history(record),
        "examination-findings": _sentences(_examination(record)),
        "red-flags": _sentences(_red_flags(record.in_words.red_flags)),
        "plan-and-requested-actions": _sentences([record.decision.plan]),
        "information-and-advice-given": _sentences(_advice(record)),
        "signpost-details": _sentences(_signposts(record)),
    }
    return {heading: words for heading, words in text.items() if words}


def outcome_sentence(record: Consultation) -> str:
    """What was done, in one sentence: the first of every message, letter and record."""
    says = _OUTCOMES[record.decision.done](record)
    return f"PRACTICE PATIENT, NOT A REAL PERSON: {says}" if record.practice else says


def _supplied(record: Consultation) -> str:
    what = " and ".join(supply_in_words(supply) for supply in record.supplies)
    return f"{what} for {_condition(record)}"


def _advised(record: Consultation) -> str:
    if record.kind is Kind.SUPPLY and record.decision.out_of_stock:
        return f"Advice given for {_condition(record)}; the medicine offered was out of stock and nothing was supplied"
    if record.kind is Kind.ALTERNATIVE_DIAGNOSIS:
        return f"Another cause than {_condition(record)} is more likely; advice given, no medicine supplied"
    return f"Self-care advice given for {_condition(record)}; no medicine supplied"


def _referred(record: Consultation) -> str:
    match record.kind:
        case Kind.EMERGENCY if record.outcome.destination == EMERGENCY_999:
            how = "Emergency, 999"
        case Kind.EMERGENCY:
            how = "Emergency, sent to the emergency department"
        case Kind.REFER_URGENT:
            how = "Referred the same day"
        case Kind.NOT_ELIGIBLE:
            how = "Not eligible for this pathway and referred"
        case Kind.ALTERNATIVE_DIAGNOSIS:
            return f"Referred because another cause than {_condition(record)} is more likely; no medicine supplied"
        case _:
            how = "Referred"
    stock = "; the medicine offered was out of stock" if record.decision.out_of_stock else ""
    return f"{how} ({_condition(record)} pathway){stock}; no medicine supplied"


def _declined(record: Consultation) -> str:
    if record.kind is Kind.SUPPLY:
        offered = record.assessment["offers"][0]["medicine"]
        return f"Treatment offered ({offered}) and declined for {_condition(record)}; no medicine supplied"
    return f"Consultation or treatment declined ({_condition(record)} pathway); no medicine supplied"


def _ended_early(record: Consultation) -> str:
    return f"Consultation ended early ({_condition(record)} pathway): nothing was decided and no medicine supplied"


_OUTCOMES = {
    "supplied": _supplied,
    "advised": _advised,
    "referred": _referred,
    "declined": _declined,
    "ended early": _ended_early,
}


def _condition(record: Consultation) -> str:
    display = record.in_words.condition.display
    return display[0].lower() + display[1:]


def supply_in_words(supply: Supply) -> str:
    """A supply in half a sentence: the product handed over, how much, and by what authority."""
    under = "PGD" if supply.mechanism == "pgd" else "clinical protocol"
    return (
        f"{supply.amp.display}, {supply.quantity.in_words()}, supplied under {under} {supply.pgd} {supply.pgd_version}"
    )


def _summary(record: Consultation) -> Iterator[str | None]:
    decision = record.decision
    yield outcome_sentence(record)
    for supply in record.supplies:
        yield f"Directions: {supply.directions}"
        yield f"Document: {supply.pgd_title}, version {supply.pgd_version}"
        yield _batch(supply)
    if record.differs:
        yield f"The pathway's outcome was: {_kind_in_words(record)}"
    yield f"Reason: {decision.because}" if decision.because else None
    for reason in record.in_words.reasons:
        yield f"{'Pathway' if record.differs else 'Because'}: {reason.says}"
    yield _sold(record)
    yield decision.notes
    yield f"{record.in_words.title}, pathway version {record.version}, consultation {record.channel.value}"
    if record.corrects_because:
        yield f"This corrects an earlier message: {record.corrects_because}"


def _kind_in_words(record: Consultation) -> str:
    if record.kind is Kind.SUPPLY:
        medicines = dict.fromkeys(offer["medicine"] for offer in record.assessment["offers"])
        return f"may be offered {' or '.join(medicines)}"
    return record.kind.word


def _batch(supply: Supply) -> str | None:
    known = [f"batch {supply.batch}" if supply.batch else "", f"expiry {supply.expiry}" if supply.expiry else ""]
    words = ", ".join(filter(None, known))
    return words[:1].upper() + words[1:] or None


def _sold(record: Consultation) -> str | None:
    return f"Sold or advised without a prescription: {'; '.join(record.decision.otc)}" if record.decision.otc else None


# Said elsewhere in the message, or no matter of the patient's history.
_NOT_HISTORY = {"consent_given", "date_of_birth", "age_years", "other_exclusion_for"}
_UNIT_WORDS = {"c", "kg", "ml", "min", "days", "hours", "years"}


def _history(record: Consultation) -> str:
    left_out = {*_NOT_HISTORY, PREGNANCY} if record.patient.gender == "male" else _NOT_HISTORY
    return _answers(one for one in record.in_words.answers if not one.judgement and one.fact not in left_out)


def _answers(answers: Iterable[AnswerOnRecord]) -> str:
    """Answers in as few words as a busy reader can take: what is, what else was said, what is not. What nobody asked is in none of them."""
    kept = list(answers)
    yes = [one.fact.replace("_", " ") for one in kept if one.answer == "yes"]
    no = [one.fact.replace("_", " ") for one in kept if one.answer == "no"]
    other = [f"{_named(one.fact)}: {one.answer}" for one in kept if one.answer not in ("yes", "no")]
    groups = (("Yes", yes), ("Also", other), ("No", no))
    return " ".join(f"{name}: {_ended('; '.join(some))}" for name, some in groups if some)


def _named(fact: str) -> str:
    """The name of a fact as words; the unit at its end stands with the answer."""
    words = fact.split("_")
    while len(words) > 1 and words[-1] in _UNIT_WORDS:
        words.pop()
    return " ".join(words)


def _examination(record: Consultation) -> Iterator[str]:
    for score in record.in_words.scores:
        items = "; ".join(f"{_item(one.asks)}: {one.answer}" for one in score.items)
        yield f"{score.in_words()} ({items})"
    judged = _answers(one for one in record.in_words.answers if one.judgement and one.fact not in _NOT_HISTORY)
    if judged:
        yield f"Pharmacist's judgement. {judged}"


def _item(words: str) -> str:
    return words.removesuffix(" is yes").replace("_", " ")


def _red_flags(flags: Sequence[RedFlag]) -> Iterator[str]:
    found = [flag.says for flag in flags if flag.verdict == "met"]
    unknown = [flag.says for flag in flags if flag.verdict == "not known"]
    if found:
        yield f"Found: {'; '.join(found)}"
    elif flags and not unknown:
        yield f"None of the {len(flags)} red flags of the pathway was found"
    if unknown:
        yield f"Not known, which is not a no ({len(unknown)} of {len(flags)}): {'; '.join(unknown)}"


def _advice(record: Consultation) -> Iterator[str | None]:
    assessment = record.assessment
    if not record.differs:  # advice that goes with a treatment that was not given was not given either
        yield from assessment["advice"]
    for words in assessment["safety_netting"]:
        yield f"Safety-netting: {words}"
    if record.decision.leaflets:
        yield f"Leaflets given: {'; '.join(record.decision.leaflets)}"


def _signposts(record: Consultation) -> Iterator[str | None]:
    decision = record.decision
    if decision.referred_to:
        yield f"Sent to: {decision.referred_to}"
    elif decision.done == "referred":
        yield from (f"Sent to: {reason.where_to}" for reason in record.in_words.reasons if reason.where_to)
    if decision.contacted:
        at = f" at {decision.contacted_at:%H:%M on %d %B %Y}" if decision.contacted_at else ""
        yield f"Spoken to: {decision.contacted}{at}"


def _sentences(parts: Any) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _ended(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


# The message

Node = tuple[str, Any]


def update_record(record: Consultation, envelope: Envelope, pretty: bool = True) -> bytes:
    """The message as bytes of XML, in UTF-8. Raises ``NoMessage`` where there may be none, and ``NoExtra`` without lxml."""
    why = why_no_message(record)
    if why is not None:
        raise NoMessage(why)
    etree = xml_library()
    parts = [f'<Bundle xmlns="{FHIR}">']
    _write(_Writer(record, envelope).message(), parts)
    parts.append("</Bundle>")
    # lxml reads what was written before it leaves: text that is not XML stops here. To build the tree element by element takes four times as long.
    root = etree.fromstring("".join(parts))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=pretty))


def _write(nodes: Iterable[Node | None], parts: list[str]) -> None:
    """Write nodes as XML: text becomes a value, a list becomes children, and None is left out."""
    for node in nodes:
        if node is None:
            continue
        name, held = node
        if held.__class__ is str:
            parts.append(f'<{name} value="{_escaped(held)}"/>')
            continue
        if name == "extension":
            url, held = held
            parts.append(f'<extension url="{url}">')
        else:
            parts.append(f"<{name}>")
        _write(held, parts)
        parts.append(f"</{name}>")


_NEEDS_CARE = re.compile(r'[&<>"\n\t\r]')
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}


def _escaped(text: str) -> str:
    return _NEEDS_CARE.sub(lambda found: _ESCAPED[found[0]], text)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the resources of one message; their order and that of their elements is FHIR's."""

    record: Consultation
    envelope: Envelope
    ids: dict[str, str] = field(default_factory=dict)

    # Ids

    def _id(self, what: str) -> str:
        """The id of a resource in this document: from the document's own, so that none is ever used in another."""
        if what not in self.ids:
            self.ids[what] = str(uuid5(UUID(self.envelope.document_id), what))
        return self.ids[what]

    def _reference(self, name: str, what: str) -> Node:
        return name, [("reference", f"urn:uuid:{self._id(what)}")]

    def _own_identifier(self, what: str) -> Node:
        """An id that stays the same through corrections, so that a receiver can tell what is the same thing."""
        own = str(uuid5(UUID(self.envelope.composition_id), what))
        return _identifier(f"{self._own_system}/item", own)

    @property
    def _own_system(self) -> str:
        """A namespace of the pharmacy's own, by its ODS code."""
        return f"https://pharmacyfirst.example/{self.record.pharmacy.ods}"

    # The message around it

    def message(self) -> list[Node]:
        """The message bundle: header, sender, document."""
        at = _instant(self.envelope.at)
        return [
            ("id", self.envelope.message_id),
            _meta("ITK-Message-Bundle-1", at=at),
            _identifier(f"{self._own_system}/bundle", self.envelope.message_id),
            ("type", "message"),
            _entry(self.envelope.header_id, "MessageHeader", self._header(at)),
            _entry(self._id("sender"), "Organization", self._sender()),
            _entry(self.envelope.document_id, "Bundle", self._document(at)),
        ]

    def _header(self, at: str) -> list[Node]:
        event, display = codes.EVENT
        parts = [
            ("BusAckRequested", ("valueBoolean", "true")),
            ("InfAckRequested", ("valueBoolean", "true")),
            ("RecipientType", ("valueCoding", _coding(codes.FOR_INFORMATION))),
            ("MessageDefinition", ("valueReference", [("reference", codes.MESSAGE_DEFINITION)])),
            ("SenderReference", ("valueString", self.envelope.sender_reference)),
            ("LocalExtension", ("valueString", "None")),
        ]
        return [
            ("id", self.envelope.header_id),
            _meta("ITK-MessageHeader-2"),
            ("extension", (codes.MESSAGE_HANDLING, [("extension", (name, [value])) for name, value in parts])),
            ("event", _coding(Code(codes.MESSAGE_EVENTS, event, display))),
            self._reference("sender", "sender"),
            ("timestamp", at),
            ("source", [("endpoint", self.envelope.mailbox)]),
            ("focus", [("reference", f"urn:uuid:{self.envelope.document_id}")]),
        ]

    def _sender(self) -> list[Node]:
        return [
            ("id", self._id("sender")),
            _meta("CareConnect-ITK-Header-Organization-1"),
            _identifier(codes.ODS, self.record.pharmacy.ods),
        ]

    # The document

    def _document(self, at: str) -> list[Node]:
        held = list(self._resources())
        return [
            ("id", self.envelope.document_id),
            _meta("ITK-Document-Bundle-1", at=at),
            _identifier(f"{self._own_system}/bundle", self.envelope.document_id),
            ("type", "document"),
            _entry(self._id("composition"), "Composition", self._composition([what for what, _, _ in held])),
            *(_entry(self._id(what), resource, nodes) for what, resource, nodes in held),
        ]

    def _composition(self, entries: Sequence[str]) -> list[Node | None]:
        envelope = self.envelope
        replaced = None
        if envelope.replaces:
            target = ("targetIdentifier", [("system", f"{self._own_system}/bundle"), ("value", envelope.replaces)])
            replaced = ("relatesTo", [("code", "replaces"), target])
        return [
            ("id", self._id("composition")),
            _meta(codes.COMPOSITION_PROFILE, version=str(envelope.version)),
            _identifier(f"{self._own_system}/composition", envelope.composition_id),
            ("status", "final"),
            _concept("type", codes.service_code(self.record.on)),
            self._reference("subject", "patient"),
            self._reference("encounter", "encounter"),
            ("date", _instant(envelope.at)),
            self._reference("author", "practitioner"),
            ("title", title_of(self.record)),
            replaced,
            ("section", [self._reference("entry", what) for what in entries]),
        ]

    def _resources(self) -> Iterator[tuple[str, str, list[Node | None]]]:
        """Everything the composition names: what it is to us, its FHIR type, its elements."""
        record = self.record
        yield "encounter", "Encounter", self._encounter()
        yield "organization", "Organization", self._organization()
        yield "practitioner", "Practitioner", self._practitioner()
        yield "role", "PractitionerRole", self._role()
        yield "patient", "Patient", self._patient()
        for heading, words in headings(record).items():
            yield heading, "ClinicalImpression", self._impression(heading, words)
        if states_condition(record):
            yield "condition", "Condition", self._stated_condition()
        for number, observation in enumerate(record.observations):
            what = f"observation {number}"
            yield what, "Observation", self._observation(what, observation)
        if record.pregnancy_confirmed:
            yield "pregnancy", "Observation", self._pregnancy()
        for number, supply in enumerate(record.supplies):
            if supply.mechanism == "pgd":
                yield f"supply {number}", "MedicationDispense", self._dispense(f"supply {number}", supply)

    def _encounter(self) -> list[Node | None]:
        record = self.record
        ended = ("end", _instant(record.ended_at)) if record.ended_at else None
        return [
            ("id", self._id("encounter")),
            _meta("CareConnect-GPC-Encounter-1"),
            self._own_identifier("encounter"),
            ("status", "finished"),
            _concept("type", codes.ENCOUNTER_TYPES[record.channel]),
            self._reference("subject", "patient"),
            (
                "participant",
                [_concept("type", codes.RECORDER), self._reference("individual", "practitioner")],
            ),
            ("period", [("start", _instant(record.started_at)), ended]),
            _concept("reason", codes.service_code(record.on)),
            self._reference("serviceProvider", "organization"),
        ]

    def _organization(self) -> list[Node | None]:
        pharmacy = self.record.pharmacy
        return [
            ("id", self._id("organization")),
            _meta("CareConnect-GPC-Organization-1"),
            _identifier(codes.ODS, pharmacy.ods),
            ("name", pharmacy.name),
            _telephone(pharmacy.telephone),
            _address(pharmacy.address, pharmacy.postcode),
        ]

    def _practitioner(self) -> list[Node | None]:
        who = self.record.practitioner
        given: list[Node] = [("given", one) for one in who.given]
        return [
            ("id", self._id("practitioner")),
            _meta("CareConnect-GPC-Practitioner-1"),
            _identifier(codes.SDS_USER, who.sds_user_id) if who.sds_user_id else None,
            _identifier(codes.GPHC, who.gphc_number),
            ("name", [("family", who.family), *given]),
        ]

    def _role(self) -> list[Node | None]:
        return [
            ("id", self._id("role")),
            _meta("CareConnect-GPC-PractitionerRole-1"),
            self._reference("practitioner", "practitioner"),
            self._reference("organization", "organization"),
            _concept("code", codes.JOB_ROLE[self.record.practitioner.profession]),
        ]

    def _patient(self) -> list[Node | None]:
        patient = self.record.patient
        status = patient.nhs_number_status or ""
        verified = _concept(
            "valueCodeableConcept", Code(codes.NUMBER_STATUSES, status, codes.NUMBER_STATUS.get(status, ""))
        )
        number: list[Node] = [
            ("extension", (codes.NUMBER_VERIFICATION, [verified])),
            ("system", codes.NHS_NUMBER),
            ("value", patient.nhs_number),
        ]
        names: list[Node | None] = [
            ("use", "official"),
            ("family", patient.family),
            *(("given", one) for one in patient.given),
            ("prefix", patient.title) if patient.title else None,
        ]
        postcode = patient.postcode if patient.address_may_be_shown else None
        return [
            ("id", self._id("patient")),
            _meta("CareConnect-GPC-Patient-1"),
            ("identifier", number),
            ("name", names),
            _telephone(patient.telephone),
            ("gender", patient.gender),
            ("birthDate", patient.birth_date.isoformat()),
            _address(_shown_address(patient), postcode),
        ]

    # What was found and done

    def _impression(self, heading: str, words: str) -> list[Node | None]:
        return [
            ("id", self._id(heading)),
            _meta("CareConnect-GPC-ClinicalImpression-1", heading=heading),
            self._own_identifier(heading),
            ("status", "completed"),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("date", _instant(self.record.ended_at or self.record.started_at)),
            self._reference("assessor", "practitioner"),
            ("summary", words),
        ]

    def _stated_condition(self) -> list[Node | None]:
        condition = self.record.in_words.condition
        return [
            ("id", self._id("condition")),
            _meta("CareConnect-GPC-Condition-1", heading=codes.PRESENTING),
            self._own_identifier("condition"),
            ("clinicalStatus", "active"),
            _concept("code", Code(codes.SNOMED, condition.code, condition.display)),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("assertedDate", self.record.on.isoformat()),
            self._reference("asserter", "practitioner"),
        ]

    def _observation(self, what: str, observation: Observation) -> list[Node | None]:
        if observation.kind == BLOOD_PRESSURE:
            pressure = codes.BLOOD_PRESSURES[observation.setting]
            code = pressure.header
            values: list[Node | None] = [
                ("component", [_concept("code", pressure.systolic), _mercury(observation.systolic)]),
                ("component", [_concept("code", pressure.diastolic), _mercury(observation.diastolic)]),
            ]
        else:
            measured = codes.MEASUREMENTS[observation.kind]
            code = measured.reported if observation.self_reported and measured.reported else measured.code
            assert observation.value is not None  # the model sees to it
            values = [_measured(plain(observation.value), Code(codes.UCUM, measured.ucum, measured.unit))]
        return self._finding(what, codes.VITAL_SIGNS, code, observation.at or self.record.started_at, values)

    def _pregnancy(self) -> list[Node | None]:
        confirmed = self.record.pregnancy_confirmed
        assert confirmed is not None  # it is written only where the pharmacist confirmed it
        code, at = codes.PREGNANCY[confirmed], self.record.started_at
        return self._finding("pregnancy", codes.SOCIAL_HISTORY, code, at, [], heading=codes.PREGNANCY_STATUS)

    def _finding(
        self, what: str, category: Code, code: Code, at: datetime, values: list[Node | None], heading: str = ""
    ) -> list[Node | None]:
        value = [node for node in values if node is not None]
        return [
            ("id", self._id(what)),
            _meta("CareConnect-GPC-Observation-1", heading=heading),
            self._own_identifier(what),
            ("status", "final"),
            _concept("category", category),
            _concept("code", code),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("effectiveDateTime", _instant(at)),
            ("issued", _instant(at)),
            self._reference("performer", "practitioner"),
            *value,
        ]

    def _dispense(self, what: str, supply: Supply) -> list[Node | None]:
        unit = codes.unit_code(supply.quantity.unit, supply.amp.display)
        batch = _batch(supply)
        directions: list[Node] = [("text", supply.directions), ("patientInstruction", supply.directions)]
        return [
            ("id", self._id(what)),
            _meta("CareConnect-GPC-MedicationDispense-1"),
            self._own_identifier(what),
            ("status", "completed"),
            _concept("category", codes.COMMUNITY),
            _concept("medicationCodeableConcept", Code(codes.DMD, supply.amp.code, supply.amp.display)),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("performer", [self._reference("actor", "practitioner")]),
            _concept("type", codes.SUPPLIED_UNDER_PGD),
            ("quantity", _quantity(plain(supply.quantity.amount), unit)),
            ("daysSupply", _quantity(str(supply.duration_days), Code(codes.UCUM, "d", "day"))),
            ("whenHandedOver", _instant(supply.handed_over_at)),
            ("note", [("text", batch)]) if batch else None,
            ("dosageInstruction", directions),
        ]


# A code for the condition says to every later reader that the patient has it. Where something else is more likely, where the patient
# agreed to nothing, or where the consultation ended before anything was decided, it would not be true.
_UNSTATED = {Kind.ALTERNATIVE_DIAGNOSIS, Kind.DECLINED, Kind.NEED_FACTS}


def states_condition(record: Consultation) -> bool:
    """Whether the message carries the condition as a code."""
    return record.kind not in _UNSTATED


# Pieces


def _meta(profile: str, at: str | None = None, version: str | None = None, heading: str = "") -> Node:
    url = profile if "/" in profile else codes.NHS_PROFILE + profile
    tag = Code(codes.HEADINGS, heading, codes.HEADING[heading]) if heading else None
    parts: list[Node | None] = [
        ("versionId", version) if version else None,
        ("lastUpdated", at) if at else None,
        ("profile", url),
        ("tag", _coding(tag)) if tag else None,
    ]
    return "meta", parts


def _entry(id: str, resource: str, nodes: Sequence[Node | None]) -> Node:
    return "entry", [("fullUrl", f"urn:uuid:{id}"), ("resource", [(resource, nodes)])]


def _identifier(system: str, value: str) -> Node:
    return "identifier", [("system", system), ("value", value)]


def _coding(code: Code) -> list[Node]:
    return [("system", code.system), ("code", code.code), ("display", code.display)]


def _concept(name: str, code: Code) -> Node:
    return name, [("coding", _coding(code)), ("text", code.display)]


def _quantity(value: str, unit: Code) -> list[Node]:
    return [("value", value), ("unit", unit.display), ("system", unit.system), ("code", unit.code)]


def _measured(value: str, unit: Code) -> Node:
    return "valueQuantity", _quantity(value, unit)


def _mercury(value: Any) -> Node:
    return _measured(plain(value), Code(codes.UCUM, "mm[Hg]", "mmHg"))


def _telephone(number: str | None) -> Node | None:
    return ("telecom", [("system", "phone"), ("value", number)]) if number else None


def _shown_address(patient: Patient) -> tuple[str, ...]:
    return patient.address if patient.address_may_be_shown else ()


def _address(lines: Sequence[str], postcode: str | None) -> Node | None:
    parts: list[Node] = [("line", line) for line in lines]
    if postcode:
        parts.append(("postalCode", postcode))
    return ("address", parts) if parts else None


def _instant(at: datetime | date) -> str:
    return at.isoformat()
