"""The message to the GP practice: GP Connect Update Record, FHIR STU3 in one ITK3 bundle, written from a record.

``update_record`` writes the bytes, or raises ``NoMessage`` with the reason why there may be none. Nothing here reads a clock or makes an id:
both come in the ``Envelope``, so the same record and envelope give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.record import codes
from pharmacyfirst.record.codes import Code
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.fields import Coded
from pharmacyfirst.record.measured import BLOOD_PRESSURE, Observation
from pharmacyfirst.record.message.envelope import Envelope, NoMessage, why_no_message
from pharmacyfirst.record.message.xml_out import (
    Node,
    address,
    bundle,
    coding,
    concept,
    entry,
    identifier,
    instant,
    measured,
    meta,
    quantity,
    telephone,
)
from pharmacyfirst.record.message_words import batch_in_words, has_code, headings, states_condition, title_of
from pharmacyfirst.record.supply import Supply


@taking(record=Consultation, envelope=Envelope, pretty=bool)
def update_record(record: Consultation, envelope: Envelope, pretty: bool = True) -> bytes:
    """The message as bytes of XML, in UTF-8. Raises ``NoMessage`` where there may be none, and ``ExtraMissing`` without lxml."""
    why = why_no_message(record)
    if why is not None:
        raise NoMessage(why)
    return bundle(_MessageWriter(record, envelope).message(), pretty)


@dataclass(frozen=True, slots=True)
class _MessageWriter:
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
        return identifier(f"{self._own_system}/item", own)

    @property
    def _own_system(self) -> str:
        """A namespace of the pharmacy's own, by its ODS code."""
        return f"https://pharmacyfirst.example/{self.record.pharmacy.ods}"

    # The message around it

    def message(self) -> list[Node]:
        """The message bundle: header, sender, document."""
        at = instant(self.envelope.at)
        return [
            ("id", self.envelope.message_id),
            meta("ITK-Message-Bundle-1", at=at),
            identifier(f"{self._own_system}/bundle", self.envelope.message_id),
            ("type", "message"),
            entry(self.envelope.header_id, "MessageHeader", self._header(at)),
            entry(self._id("sender"), "Organization", self._sender()),
            entry(self.envelope.document_id, "Bundle", self._document(at)),
        ]

    def _header(self, at: str) -> list[Node]:
        event, display = codes.EVENT
        parts = [
            ("BusAckRequested", ("valueBoolean", "true")),
            ("InfAckRequested", ("valueBoolean", "true")),
            ("RecipientType", ("valueCoding", coding(codes.FOR_INFORMATION))),
            ("MessageDefinition", ("valueReference", [("reference", codes.MESSAGE_DEFINITION)])),
            ("SenderReference", ("valueString", self.envelope.sender_reference)),
            ("LocalExtension", ("valueString", "None")),
        ]
        return [
            ("id", self.envelope.header_id),
            meta("ITK-MessageHeader-2"),
            ("extension", (codes.MESSAGE_HANDLING, [("extension", (name, [value])) for name, value in parts])),
            ("event", coding(Code(codes.MESSAGE_EVENTS, event, display))),
            self._reference("sender", "sender"),
            ("timestamp", at),
            ("source", [("endpoint", self.envelope.mailbox)]),
            ("focus", [("reference", f"urn:uuid:{self.envelope.document_id}")]),
        ]

    def _sender(self) -> list[Node]:
        return [
            ("id", self._id("sender")),
            meta("CareConnect-ITK-Header-Organization-1"),
            identifier(codes.ODS, self.record.pharmacy.ods),
        ]

    # The document

    def _document(self, at: str) -> list[Node]:
        held = list(self._resources())
        return [
            ("id", self.envelope.document_id),
            meta("ITK-Document-Bundle-1", at=at),
            identifier(f"{self._own_system}/bundle", self.envelope.document_id),
            ("type", "document"),
            entry(self._id("composition"), "Composition", self._composition([what for what, _, _ in held])),
            *(entry(self._id(what), resource, nodes) for what, resource, nodes in held),
        ]

    def _composition(self, entries: Sequence[str]) -> list[Node | None]:
        envelope = self.envelope
        replaced = None
        if envelope.replaces:
            target = ("targetIdentifier", [("system", f"{self._own_system}/bundle"), ("value", envelope.replaces)])
            replaced = ("relatesTo", [("code", "replaces"), target])
        return [
            ("id", self._id("composition")),
            meta(codes.COMPOSITION_PROFILE, version=str(envelope.version)),
            identifier(f"{self._own_system}/composition", envelope.composition_id),
            ("status", "final"),
            concept("type", codes.service_code(self.record.service, self.record.on)),
            self._reference("subject", "patient"),
            self._reference("encounter", "encounter"),
            ("date", instant(envelope.at)),
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
        if condition := states_condition(record):
            yield "condition", "Condition", self._stated_condition(condition)
        for number, observation in enumerate(record.observations):
            what = f"observation {number}"
            if has_code(observation):  # what has none is told in words, under examination findings
                yield what, "Observation", self._observation(what, observation)
        if record.pregnancy_confirmed:
            yield "pregnancy", "Observation", self._pregnancy()
        for number, supply in enumerate(record.supplies):
            if supply.mechanism == "pgd":
                yield f"supply {number}", "MedicationDispense", self._dispense(f"supply {number}", supply)

    def _encounter(self) -> list[Node | None]:
        record = self.record
        ended = ("end", instant(record.ended_at)) if record.ended_at else None
        return [
            ("id", self._id("encounter")),
            meta("CareConnect-GPC-Encounter-1"),
            self._own_identifier("encounter"),
            ("status", "finished"),
            concept("type", codes.ENCOUNTER_TYPES[record.channel]),
            self._reference("subject", "patient"),
            (
                "participant",
                [concept("type", codes.RECORDER), self._reference("individual", "practitioner")],
            ),
            ("period", [("start", instant(record.started_at)), ended]),
            concept("reason", codes.service_code(record.service, record.on)),
            self._reference("serviceProvider", "organization"),
        ]

    def _organization(self) -> list[Node | None]:
        pharmacy = self.record.pharmacy
        return [
            ("id", self._id("organization")),
            meta("CareConnect-GPC-Organization-1"),
            identifier(codes.ODS, pharmacy.ods),
            ("name", pharmacy.name),
            telephone(pharmacy.telephone),
            address(pharmacy.address, pharmacy.postcode),
        ]

    def _practitioner(self) -> list[Node | None]:
        who = self.record.practitioner
        given: list[Node] = [("given", one) for one in who.given]
        return [
            ("id", self._id("practitioner")),
            meta("CareConnect-GPC-Practitioner-1"),
            identifier(codes.SDS_USER, who.sds_user_id) if who.sds_user_id else None,
            identifier(codes.GPHC, who.gphc_number),
            ("name", [("family", who.family), *given]),
        ]

    def _role(self) -> list[Node | None]:
        return [
            ("id", self._id("role")),
            meta("CareConnect-GPC-PractitionerRole-1"),
            self._reference("practitioner", "practitioner"),
            self._reference("organization", "organization"),
            concept("code", codes.JOB_ROLE[self.record.practitioner.profession]),
        ]

    def _patient(self) -> list[Node | None]:
        patient = self.record.patient
        status = patient.nhs_number_status or ""
        verified = concept(
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
            meta("CareConnect-GPC-Patient-1"),
            ("identifier", number),
            ("name", names),
            telephone(patient.shown_telephone),
            ("gender", patient.gender),
            ("birthDate", patient.birth_date.isoformat()),
            address(patient.shown_address, postcode),
        ]

    # What was found and done

    def _impression(self, heading: str, words: str) -> list[Node | None]:
        return [
            ("id", self._id(heading)),
            meta("CareConnect-GPC-ClinicalImpression-1", heading=heading),
            self._own_identifier(heading),
            ("status", "completed"),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("date", instant(self.record.ended_at or self.record.started_at)),
            self._reference("assessor", "practitioner"),
            ("summary", words),
        ]

    def _stated_condition(self, condition: Coded) -> list[Node | None]:
        return [
            ("id", self._id("condition")),
            meta("CareConnect-GPC-Condition-1", heading=codes.PRESENTING),
            self._own_identifier("condition"),
            ("clinicalStatus", "active"),
            concept("code", Code(codes.SNOMED, condition.code, condition.display)),
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
                concept("bodySite", codes.ARMS[observation.arm]) if observation.arm else None,
                ("component", [concept("code", pressure.systolic), _pressure(observation.systolic)]),
                ("component", [concept("code", pressure.diastolic), _pressure(observation.diastolic)]),
            ]
        else:
            known = codes.MEASUREMENTS[observation.kind]
            code = known.reported if observation.self_reported and known.reported else known.code
            assert observation.value is not None  # the model sees to it
            values = [measured(plain(observation.value), Code(codes.UCUM, known.ucum, known.unit))]
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
            meta("CareConnect-GPC-Observation-1", heading=heading),
            self._own_identifier(what),
            ("status", "final"),
            concept("category", category),
            concept("code", code),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("effectiveDateTime", instant(at)),
            ("issued", instant(at)),
            self._reference("performer", "practitioner"),
            *value,
        ]

    def _dispense(self, what: str, supply: Supply) -> list[Node | None]:
        unit = codes.unit_code(supply.quantity.unit, supply.amp.display)
        batch = batch_in_words(supply)
        directions: list[Node] = [("text", supply.directions), ("patientInstruction", supply.directions)]
        return [
            ("id", self._id(what)),
            meta("CareConnect-GPC-MedicationDispense-1"),
            self._own_identifier(what),
            ("status", "completed"),
            concept("category", codes.COMMUNITY),
            concept("medicationCodeableConcept", Code(codes.DMD, supply.amp.code, supply.amp.display)),
            self._reference("subject", "patient"),
            self._reference("context", "encounter"),
            ("performer", [self._reference("actor", "practitioner")]),
            concept("type", codes.SUPPLIED_UNDER_PGD),
            ("quantity", quantity(plain(supply.quantity.amount), unit)),
            ("daysSupply", quantity(str(supply.duration_days), Code(codes.UCUM, "d", "day")))
            if supply.duration_days
            else None,
            ("whenHandedOver", instant(supply.handed_over_at)),
            ("note", [("text", batch)]) if batch else None,
            ("dosageInstruction", directions),
        ]


def _pressure(value: Decimal | None) -> Node:
    assert value is not None  # the model sees to it
    return measured(plain(value), Code(codes.UCUM, "mm[Hg]", "mmHg"))
