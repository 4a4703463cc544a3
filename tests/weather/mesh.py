"""MESH and the practices behind it, in memory: what they hold, and a line to them that fails in every way that a line can."""

import gzip
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from pharmacyfirst.sending.mesh import (
    ACKNOWLEDGEMENTS,
    WORKFLOW,
    FoundAtMesh,
    MeshTrace,
    MeshUnreachable,
    NotKnown,
    NotSent,
    NotTaken,
    RefusedByMesh,
    _received,
)
from pharmacyfirst.sending.outgoing import Outgoing
from pharmacyfirst.xml_in import MOST_BYTES

# Stands for whoever the patient is, wherever they are named: nothing that is said may hold it.
CANARY = "CANARY"
NOBODY = "9990000018"

GOOD = ("20013", "30001")
BAD = ("20009", "20010", "30002", "20007", "10009", "20014", "99999")


def named(*what):
    """The same id for the same words, so that a run can be repeated."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, what))))


def a_message(*seed, replaces=""):
    """A message as far as the outbox looks into one."""
    ids = {what: named(*seed, what) for what in ("bundle", "header", "document")}
    xml = f'<Bundle><id value="{ids["bundle"]}"/>{ids["header"]} {ids["document"]} {CANARY}</Bundle>'.encode()
    return Outgoing(
        bundle_id=ids["bundle"],
        header_id=ids["header"],
        document_id=ids["document"],
        local_id=f"FZZ99-{ids['bundle']}",
        recipient=f"GPPROVIDER_{NOBODY}_19900101_{CANARY}",
        subject=f"For {CANARY}",
        xml=xml,
        practice_patient=True,
        sender_reference=named(*seed, "reference"),
        replaces=replaces,
        ended_at="",
    )


@cache
def an_answer(header_id, code):
    """What the system of a practice answers."""
    good = code in (*GOOD, "30004")
    outcome = named(header_id, code)
    return f"""<Bundle xmlns="http://hl7.org/fhir"><type value="message"/><entry><resource><MessageHeader>
<event><code value="ITK008M"/></event><response><identifier value="{header_id}"/><code value="{"ok" if good else "fatal-error"}"/>
<details><reference value="urn:uuid:{outcome}"/></details></response></MessageHeader></resource></entry>
<entry><fullUrl value="urn:uuid:{outcome}"/><resource><OperationOutcome><issue><severity value="{"information" if good else "fatal"}"/>
<details><coding><system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"/><code value="{code}"/></coding></details>
</issue></OperationOutcome></resource></entry></Bundle>""".encode()


BOMB = gzip.compress(b" " * (MOST_BYTES + 1))
HUGE = b" " * (MOST_BYTES + 1)
# What nobody can make anything of: bytes on the line, and the headers beside them.
POISON = {
    "no XML": (f"<Bundle {CANARY}".encode(), {}),
    "nothing": (b"", {}),
    "a gzip that is not one": (f"{CANARY} is not packed".encode(), {"Content-Encoding": "gzip"}),
    "half a gzip": (gzip.compress(CANARY.encode() * 99)[:40], {"Content-Encoding": "gzip"}),
    "a bomb": (BOMB, {"Content-Encoding": "gzip"}),
    "too large": (HUGE, {}),
    "several parts": (b"<Bundle/>", {"Mex-Chunk-Range": "1:3"}),
    "about nobody": (an_answer(named("nobody"), "20013"), {}),
    "an answer that contradicts itself": (an_answer(named("nobody"), "20013").replace(b'"ok"', b'"fatal-error"'), {}),
    "long headers": (b"<x/>", {f"Mex-{CANARY}-{number}": CANARY * 999 for number in range(99)}),
}
LEFT = ("too large", "several parts", "MESH cannot give it")


@dataclass(slots=True)
class Waiting:
    """Something in our mailbox."""

    wire: bytes
    headers: dict
    from_when: timedelta
    poison: str = ""


class Mesh:
    """What MESH holds, and what the practices do with it."""

    def __init__(self, world):
        self.world, self.chance = world, world.chance
        self.inbox, self.taken, self.under_way, self.number = {}, [], [], 0

    def take(self, message):
        """MESH takes a copy of a message; the practice will answer it, or not."""
        self.number += 1
        mesh_id = f"OUT{self.number}"
        copies = sum(bundle_id == message.bundle_id for _, bundle_id in self.taken)
        self.taken.append((mesh_id, message.bundle_id))
        self.world.must.taken(message)
        self.answer(message, mesh_id, first=not copies)
        return mesh_id

    def answer(self, message, mesh_id, first):
        dice = self.chance.random() if not self.world.calm else 0
        if not first:
            self.deliver(an_answer(message.header_id, "20007"))
        elif dice < 0.7:
            for code in GOOD:
                self.deliver(an_answer(message.header_id, code))
                if not self.world.calm and self.chance.random() < 0.1:
                    self.deliver(an_answer(message.header_id, code))
        elif dice < 0.8:
            self.deliver(an_answer(message.header_id, self.chance.choice((*BAD, *GOOD))))
        elif dice < 0.85:
            self.deliver(
                b"", {"Mex-MessageType": "REPORT", "Mex-LinkedMsgID": mesh_id, "Mex-StatusCode": "14"}, WORKFLOW
            )

    def deliver(self, wire, more=None, workflow=ACKNOWLEDGEMENTS, poison=""):
        """Put something into our mailbox: at once, or later, so that one comes before another that was sent before it."""
        self.number += 1
        headers = {"Mex-WorkflowID": workflow, "Mex-MessageType": "DATA", **(more or {})}
        if not poison and self.chance.random() < 0.5:
            wire, headers = gzip.compress(wire, 1), headers | {"Content-Encoding": "gzip"}
        later = 0 if self.chance.random() < 0.5 else self.chance.choice((1, 10, 600, 20_000))
        self.inbox[f"IN{self.number}"] = Waiting(wire, headers, self.world.true + timedelta(minutes=later / 10), poison)

    def poison(self):
        name = self.chance.choice((*POISON, "MESH cannot give it"))
        wire, headers = POISON.get(name, (b"", {}))
        self.deliver(wire, headers, poison=name)

    def there(self):
        """What can be collected now."""
        return [one for one, held in self.inbox.items() if held.from_when <= self.world.true]

    def arrive(self):
        """What was on a slow line arrives."""
        for at, message in self.under_way[:]:
            if at <= self.world.true:
                self.under_way.remove((at, message))
                self.take(message)


class Line:
    """A sender's line to MESH: the face of ``Mailbox``. Each question is a step before it is put, and one after it is answered."""

    live = False

    def __init__(self, world, sender):
        self.world, self.mesh, self.sender = world, world.mesh, sender

    def _step(self):
        self.world.step(self.sender)
        if not self.world.calm and (self.world.mesh_down or self.world.chance.random() < 0.01):
            self.world.faults += 1
            raise MeshUnreachable("the line broke")

    def handshake(self):
        self.world.must.looked()
        self._step()

    def waiting(self):
        self._step()
        ids = self.mesh.there()
        self.world.chance.shuffle(ids)
        return tuple(ids)

    def read(self, mesh_id):
        try:
            self._step()
        except MeshUnreachable:
            raise NotTaken("the line broke when it was asked for this", line=True) from None
        held = self.mesh.inbox.get(mesh_id)
        if held is None:
            raise NotTaken("MESH answered 410 when it was asked for this", gone=True)
        if held.poison == "MESH cannot give it":
            raise NotTaken("MESH answered 500 when it was asked for this")
        received = _received(mesh_id, held.headers, held.wire)
        self.world.step(self.sender)
        return received

    def acknowledge(self, mesh_id):
        self._step()
        held = self.mesh.inbox.pop(mesh_id, None)
        if held is not None:
            self.world.must.acknowledged(mesh_id, held)
        self._step()

    def send(self, message):
        self.world.must.post_begins(self.sender, message)
        try:
            return self._send(message)
        finally:
            self.world.must.post_ends(self.sender)

    def _send(self, message):
        chance = self.world.chance
        self.world.step(self.sender)
        dice = 1.0 if self.world.calm else chance.random()
        if dice < 0.05 or (self.world.mesh_down and not self.world.calm):
            self.world.faults += 1
            raise NotSent("MESH could not be reached")
        if dice < 0.08:
            raise RefusedByMesh("12")
        if dice < 0.12:
            raise NotKnown("the line broke, and it had not arrived")
        if dice < 0.2:  # slow: it arrives after we have given up
            self.mesh.under_way.append((self.world.true + timedelta(seconds=chance.randrange(1, 90)), message))
            raise NotKnown("the line hangs")
        mesh_id = self.mesh.take(message)
        self.world.step(self.sender)
        if dice < 0.26:
            raise NotKnown("the answer was lost")
        return mesh_id

    def find(self, message):
        try:
            self._step()
        except MeshUnreachable:
            raise NotKnown("the line broke when it was asked for this") from None
        copies = [one for one, bundle_id in self.mesh.taken if bundle_id == message.bundle_id]
        self.world.step(self.sender)
        if not copies:
            return FoundAtMesh(MeshTrace.NOT_THERE)
        return FoundAtMesh(MeshTrace.SEVERAL) if len(copies) > 1 else FoundAtMesh(MeshTrace.THERE, copies[0])

    def status(self, mesh_id):
        self._step()
        return self.world.chance.choice(("accepted", "acknowledged", "", "undeliverable"))
