"""The other side, for the tests: messages to send, and a GP system that collects them and answers."""

import uuid
from datetime import UTC, datetime

from sandbox_mesh import PASSWORD, SHARED_KEY

from pharmacyfirst.sending.incoming import Received
from pharmacyfirst.sending.outgoing import Outgoing, _checked

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PRACTICE_PATIENT = "9990000018"

POSITIVE = {"20013", "30001", "30004"}


def named(seed, what):
    """The same id for the same words, so that a failing test can be run again as it was."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.org/{seed}/{what}"))


def a_message(seed="one", recipient=None, replaces="", local_id=None, practice_patient=True):
    """A message as far as the outbox looks into one; whether it is a good one is for the rules layer."""
    ids = {what: named(seed, what) for what in ("bundle", "header", "document")}
    reference = f"urn:uuid:{named(seed, 'reference')}"
    xml = (
        f'<Bundle xmlns="http://hl7.org/fhir"><id value="{ids["bundle"]}"/><type value="message"/>'
        f'<entry><resource><MessageHeader><id value="{ids["header"]}"/></MessageHeader></resource></entry>'
        f'<entry><resource><Bundle><id value="{ids["document"]}"/></Bundle></resource></entry></Bundle>'
    ).encode()
    return Outgoing(
        bundle_id=ids["bundle"],
        header_id=ids["header"],
        document_id=ids["document"],
        local_id=local_id or f"FZZ99-{ids['bundle']}",
        recipient=recipient or f"GPPROVIDER_{PRACTICE_PATIENT}_19900101_TESTPATIENT",
        subject="Practice pharmacy - Pharmacy First for Test TESTPATIENT",
        xml=xml,
        practice_patient=practice_patient,
        sender_reference=reference,
        replaces=replaces,
    )


def prepared(message):
    """As if it had passed the message rules: what the outbox does with a message is no matter of what is in it."""
    return _checked(message)


def put(outbox, message, at=NOON):
    """Into the queue."""
    outbox.put(prepared(message), at)
    return message.bundle_id


def an_acknowledgement(header_id, code, reference="None", response=None, severity=None, event="ITK008M"):
    """What a GP system answers."""
    response = response or ("ok" if code in POSITIVE else "fatal-error")
    severity = severity or ("information" if code in POSITIVE else "fatal")
    outcome = uuid.uuid4()
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Bundle xmlns="http://hl7.org/fhir"><id value="{uuid.uuid4()}"/><type value="message"/>
<entry><fullUrl value="urn:uuid:{uuid.uuid4()}"/><resource><MessageHeader>
<extension url="https://fhir.nhs.uk/STU3/StructureDefinition/Extension-ITK-MessageHandling-2">
<extension url="SenderReference"><valueString value="{reference}"/></extension></extension>
<event><system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-MessageEvent-2"/><code value="{event}"/></event>
<timestamp value="2026-11-20T12:05:00Z"/><source><endpoint value="PRACTICE"/></source>
<response><identifier value="{header_id}"/><code value="{response}"/><details><reference value="urn:uuid:{outcome}"/></details>
</response></MessageHeader></resource></entry>
<entry><fullUrl value="urn:uuid:{outcome}"/><resource><OperationOutcome><issue><severity value="{severity}"/>
<code value="processing"/><details><coding><system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"/>
<code value="{code}"/></coding></details></issue></OperationOutcome></resource></entry></Bundle>""".encode()


def came_in(raw, mesh_id=None, **headers):
    """Something in our mailbox, as MESH hands it over."""
    known = {"messagetype": "DATA", "workflowid": "GPCONNECT_UPDATE_RECORD_ACK"} | headers
    return Received(mesh_id or uuid.uuid4().hex.upper(), known, raw)


def a_report(linked="", code="14", mesh_id=None, **headers):
    """MESH's own word that something was not delivered."""
    return came_in(b"", mesh_id, messagetype="REPORT", linkedmsgid=linked, statuscode=code, **headers)


class PracticeSystem:
    """Collects what was sent to one address at MESH, and answers it. It tells copies by their ids, as ITK3 wants."""

    def __init__(self, sandbox, address, answer_to):
        from mesh_client import MeshClient

        self.client = MeshClient(
            sandbox.url, address.upper(), PASSWORD, shared_key=SHARED_KEY.encode(), max_retries=0, timeout=10
        )
        self.answer_to = answer_to
        self.copies = []

    def collect(self):
        """Everything that waits: the header id and the bytes of each."""
        new = []
        for mesh_id in self.client.list_messages(workflow_filter="GPCONNECT_UPDATE_RECORD"):
            with self.client.retrieve_message(mesh_id) as message:
                raw = message.read()
            header_id = raw.split(b'<MessageHeader><id value="')[1].split(b'"')[0].decode()
            new.append((header_id, raw))
        self.copies += new
        return new

    def answer(self, header_id, *codes):
        for code in codes:
            self.client.send_message(
                self.answer_to,
                an_acknowledgement(header_id, code),
                workflow_id="GPCONNECT_UPDATE_RECORD_ACK",
                content_type="application/xml",
            )

    def close(self):
        self.client.close()
