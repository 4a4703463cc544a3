"""Sending the outbox through MESH, and collecting what comes back.

One round does all there is to do and can be killed anywhere: collect and store what the mailbox holds, and only then tell MESH so; ask
MESH what became of POSTs whose end is not on record; post what is queued; mark what is overdue. Errors of this module never repeat what
MESH or a message said: it could tell who the patient is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from ipaddress import ip_address
from types import ModuleType, TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

from pharmacyfirst.sending.acknowledgement import plain_id, read_xml, value_at
from pharmacyfirst.sending.outbox import (
    Event,
    Happened,
    Message,
    Outbox,
    OutOfOrder,
    Reading,
    Received,
    Waits,
)

EXTRA = 'pip install "pharmacyfirst[record]"'
WORKFLOW = "GPCONNECT_UPDATE_RECORD"
ACKNOWLEDGEMENTS = "GPCONNECT_UPDATE_RECORD_ACK"
LIVE_HOSTS = ("mesh-sync.spineservices.nhs.uk", "mesh-sync.national.ncrs.nhs.uk")

# MESH's own routing guidance writes the date of birth one way, examples of the GP Connect guide the other: not settled.
YEAR_FIRST = "%Y%m%d"
DAY_FIRST = "%d%m%Y"

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
     "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "’": "'", "‘": "'", "–": "-"}
)  # fmt: skip


class CannotRoute(ValueError):
    """MESH could not find the practice from these details; the consultation has to go another way. Names no patient."""


class MeshUnreachable(Exception):
    """MESH could not be reached or would not let us in: nothing was sent or collected. Says nothing but why."""


class NotSent(Exception):
    """The message certainly did not reach MESH; it can be sent later."""


class NotTaken(Exception):
    """MESH refused this message; ``code`` is its reason."""

    def __init__(self, code: str):
        super().__init__(f"MESH refused the message ({code or 'no code'})")
        self.code = code


class NotKnown(Exception):
    """Whether the message reached MESH cannot be told from what happened. MESH has to be asked later."""


class Trace(Enum):
    """What MESH holds of a message that it was asked for by local id."""

    THERE = "there"
    SEVERAL = "several"
    NOT_THERE = "not there"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a question by local id, with the MESH id where there is exactly one."""

    trace: Trace
    mesh_id: str = ""


@dataclass(frozen=True, slots=True)
class MeshSettings:
    """How to reach MESH, as NHS England gives it out. Live use needs mutual TLS: ``certificate`` and its ``key`` are files."""

    url: str
    mailbox: str
    password: str = field(repr=False)
    shared_key: str = field(repr=False)
    certificate: str = ""
    key: str = ""
    authority: str = ""
    timeout: float = 30.0


def routing_address(nhs_number: str, born: date, surname: str, born_as: str = YEAR_FIRST) -> str:
    """The recipient from which MESH finds the practice where the patient is registered. Raises ``CannotRoute``.

    The three must be those of the message's Patient. A MESH header is ASCII, so accents are left off the surname.
    """
    plain = in_ascii(surname).strip()
    if not plain or "?" in plain or "_" in plain:
        raise CannotRoute("The surname cannot be written in a MESH address. Send the consultation as a PDF.")
    return f"GPPROVIDER_{nhs_number}_{born.strftime(born_as)}_{plain}"


def in_ascii(text: str) -> str:
    """The text without accents, on one line; what has no plain letter becomes a question mark."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(letters.encode("ascii", "replace").decode("ascii").split())


def local_id(ods_code: str, bundle_id: str) -> str:
    """What MESH keeps beside the message for us: it contains the ODS code, as the guide asks, and belongs to this message alone.

    So a message can be asked for after a crash. The ODS code by itself would be that of every message.
    """
    return f"{ods_code}-{bundle_id}"


_HEADER = "f:entry/f:resource/f:MessageHeader"
_DOCUMENT = "f:entry/f:resource/f:Bundle"
_REFERENCE = "/f:extension/f:extension[@url='SenderReference']/f:valueString"
_NHS_NUMBER = "f:identifier[f:system/@value='https://fhir.nhs.uk/Id/nhs-number']/f:value"
_NAME = "f:name[f:use/@value='official']"
_ODS_CODE = "f:identifier[f:system/@value='https://fhir.nhs.uk/Id/ods-organization-code']/f:value"


def message_of(xml: bytes, practice_patient: bool | None = None, born_as: str = YEAR_FIRST) -> Message:
    """An update record with the ids, the recipient and the subject that are its own, so that none can differ from it.

    ``practice_patient`` None tells them by the NHS number: those beginning 999 belong to nobody.
    Raises ``Unreadable``, or ``CannotRoute`` where it does not say who the patient is.
    """
    bundle = read_xml(xml)
    document, patient = f"{_DOCUMENT}/", f"{_DOCUMENT}/f:entry/f:resource/f:Patient/"
    number = value_at(bundle, patient + _NHS_NUMBER)
    try:
        born = date.fromisoformat(value_at(bundle, patient + "f:birthDate"))
    except ValueError:
        raise CannotRoute("The message does not hold the patient's date of birth.") from None
    if not re.fullmatch("[0-9]{10}", number):
        raise CannotRoute("The message does not hold the patient's NHS number.")
    bundle_id = plain_id(value_at(bundle, "f:id"))
    ods_code = value_at(bundle, f"f:entry/f:resource/f:Organization/{_ODS_CODE}")
    replaced = document + "f:entry/f:resource/f:Composition/f:relatesTo[f:code/@value='replaces']"
    return Message(
        bundle_id=bundle_id,
        header_id=plain_id(value_at(bundle, _HEADER + "/f:id")),
        document_id=plain_id(value_at(bundle, document + "f:identifier/f:value")),
        local_id=local_id(ods_code, bundle_id),
        recipient=routing_address(number, born, value_at(bundle, f"{patient}{_NAME}/f:family"), born_as),
        subject=_subject(bundle, number),
        xml=xml,
        practice_patient=number.startswith("999") if practice_patient is None else practice_patient,
        sender_reference=value_at(bundle, _HEADER + _REFERENCE),
        replaces=plain_id(value_at(bundle, replaced + "/f:targetIdentifier/f:value")),
    )


def _subject(bundle: Any, number: str) -> str:
    """As the guide words it. It says who the patient is: never logged."""

    def inside(path: str) -> str:
        return value_at(bundle, f"{_DOCUMENT}/f:entry/f:resource/{path}")

    name = f"{inside(f'f:Patient/{_NAME}/f:given')} {inside(f'f:Patient/{_NAME}/f:family')}".strip()
    words = (
        f"{inside('f:Composition/f:title')} for {name}, NHS Number: {number}, seen at {inside('f:Organization/f:name')}, "
        f"ODS code: {inside(f'f:Organization/{_ODS_CODE}')}, version {inside('f:Composition/f:meta/f:versionId') or 1}"
    )
    return in_ascii(words)[:500]


class Mailbox:
    """Our mailbox at MESH."""

    def __init__(self, settings: MeshSettings):
        """Connects to nothing yet. Raises ``ValueError`` where the address is neither encrypted nor this machine's own."""
        address = urlsplit(settings.url)
        if address.scheme != "https" and not (address.scheme == "http" and _this_machine(address.hostname or "")):
            raise ValueError("MESH is reached by https; http is for a MESH on this machine.")
        for needed in filter(None, (settings.certificate, settings.key, settings.authority)):
            with open(needed, "rb"):  # an unreadable one is said here, before anything is half open
                pass
        self.live = (address.hostname or "").lower() in LIVE_HOSTS
        self._client = _mesh_client().MeshClient(
            settings.url,
            settings.mailbox,
            settings.password,
            shared_key=settings.shared_key.encode(),
            cert=(settings.certificate, settings.key) if settings.certificate else None,
            verify=settings.authority or None,
            timeout=settings.timeout,
            max_retries=1,
            application_name="pharmacyfirst",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._client.close()

    def handshake(self) -> None:
        """Say that this mailbox is in use, which MESH wants to hear every 24 hours. Raises ``MeshUnreachable``."""
        _ask(self._client.handshake)

    def send(self, message: Message) -> str:
        """Post a message once; its MESH id. Raises ``NotSent``, ``NotTaken`` or ``NotKnown``."""
        try:
            answer = self._client.send_chunk(
                message.recipient,
                message.xml,
                chunk_num=1,
                total_chunks=1,
                workflow_id=WORKFLOW,
                local_id=message.local_id,
                subject=message.subject,
                filename=message.file_name,
                content_type="application/xml",
            )
        except _faults() as fault:
            raise (NotSent if _never_left(fault) else NotKnown)(_kind(fault)) from None
        told = _json(answer)
        if answer.status_code in (200, 202):
            mesh_id = str(told.get("message_id") or told.get("messageID") or "")
            if not mesh_id:
                raise NotKnown("MESH took something and gave no id")
            return mesh_id
        if answer.status_code in (401, 403, 407, 429):  # about us, not about this message
            raise NotSent(f"MESH answered {answer.status_code}")
        raise NotTaken(_error_code(told) or str(answer.status_code))

    def find(self, message: Message) -> Found:
        """Ask MESH for a message by its local id: the only question where no MESH id was received. Raises ``MeshUnreachable``.

        The client has no call for it. What is found is only ours where it bears our file name.
        """
        url = f"{self._client.mailbox_url}/outbox/tracking/{quote(message.local_id, safe='')}"
        answer = _ask(lambda: self._client._session.get(url, timeout=self._client._timeout), raises=False)
        if answer.status_code == 404:
            return Found(Trace.NOT_THERE)
        ours_alone = message.bundle_id in message.local_id
        if answer.status_code == 300:
            return Found(Trace.SEVERAL if ours_alone else Trace.NOT_KNOWN)
        told = _json(answer)
        mesh_id = str(told.get("messageId") or told.get("message_id") or "")
        name = told.get("fileName") or told.get("filename")
        if answer.status_code != 200 or not mesh_id:
            return Found(Trace.NOT_KNOWN)
        if name != message.file_name if name else not ours_alone:
            return Found(Trace.NOT_KNOWN)  # another message that bears the same local id
        return Found(Trace.THERE, mesh_id)

    def status(self, mesh_id: str) -> str:
        """MESH's word for where a message is: accepted (not collected), acknowledged (collected), undeliverable, error ..."""
        told = _ask(lambda: self._client.track_message(mesh_id))
        return str(told.get("status") or "").lower()

    def waiting(self) -> tuple[str, ...]:
        """The MESH ids of what waits for us: acknowledgements, and reports about what we sent. Other workflows are left alone."""
        ids = _ask(
            lambda: [
                mesh_id
                for workflow in (ACKNOWLEDGEMENTS, WORKFLOW)
                for mesh_id in self._client.iterate_message_ids(workflow_filter=workflow)
            ]
        )
        return tuple(dict.fromkeys(ids))

    def read(self, mesh_id: str) -> Received:
        """Something that waits for us; it stays there until ``acknowledge``. Raises ``MeshUnreachable``."""

        def fetch() -> Received:
            message = self._client.retrieve_message(mesh_id)
            try:
                return Received(mesh_id, dict(message.mex_headers()), message.read())
            finally:
                message.close()

        return _ask(fetch)  # type: ignore[no-any-return]

    def acknowledge(self, mesh_id: str) -> None:
        """Tell MESH that we have it, so that it need not keep it. Raises ``MeshUnreachable``."""
        _ask(lambda: self._client.acknowledge_message(mesh_id))


@dataclass(slots=True)
class Round:
    """What one round did, counted. ``trouble`` is empty, or says why the round was not completed."""

    received: list[Reading] = field(default_factory=list)
    left_alone: int = 0
    found: int = 0
    undecided: int = 0
    sent: int = 0
    not_taken: int = 0
    held_back: int = 0
    overdue: int = 0
    trouble: str = ""


def send_round(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits) -> Round:
    """All there is to do now, once. It may be killed at any point and run again; two may run beside each other."""
    done = Round()
    try:
        mailbox.handshake()
        _collect(outbox, mailbox, clock, done)
        _settle(outbox, mailbox, clock, waits, done)
        _send(outbox, mailbox, clock, done)
    except MeshUnreachable as why:
        done.trouble = str(why)
    late = outbox.overdue(clock(), waits)
    done.overdue = len(late)
    if not done.trouble:
        _ask_after(outbox, mailbox, clock, late)
    return done


def _collect(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], done: Round) -> None:
    """Store each thing that waits, and what it changes, in one commit; then acknowledge it. Killed in between, it comes again."""
    for mesh_id in mailbox.waiting():
        received = mailbox.read(mesh_id)
        if not received.is_report and received.headers.get("workflowid") != ACKNOWLEDGEMENTS:
            done.left_alone += 1  # a message to us, not an answer: whoever collects those has to have it
            continue
        reading = outbox.receive(received, clock())
        if reading.new:
            done.received.append(reading)
        mailbox.acknowledge(mesh_id)


def _settle(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits, done: Round) -> None:
    """Find out what became of POSTs that were begun and not recorded: the sender was killed, or the line broke.

    That MESH does not hold a message counts only after a while: the POST may be still under way.
    """
    for bundle_id in outbox.unsettled():
        began = outbox.standing(bundle_id).posting_since
        found = mailbox.find(outbox.message(bundle_id))
        if found.trace is Trace.THERE and outbox.knows_mesh_id(found.mesh_id) in ("", bundle_id):
            _record(outbox, bundle_id, Event(Happened.POSTED, clock(), mesh_id=found.mesh_id, says="found by local id"))
            done.found += 1
        elif found.trace is Trace.SEVERAL:
            _record(outbox, bundle_id, Event(Happened.POSTED, clock(), says="several copies found by local id"))
            done.found += 1
        elif began is None or clock() - began < waits.settle:
            done.undecided += 1
        elif found.trace is Trace.NOT_THERE:
            _record(outbox, bundle_id, Event(Happened.NOT_ARRIVED, clock()))
        else:
            # Nobody can tell. It is followed as if sent, so that it is answered, or overdue and shown to a person.
            _record(outbox, bundle_id, Event(Happened.POSTED, clock(), says="not known whether it arrived"))
            done.undecided += 1


def _send(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], done: Round) -> None:
    for bundle_id in outbox.to_send():
        if outbox.message(bundle_id).practice_patient == mailbox.live:
            done.held_back += 1  # practice patients to the live service, or patients to any other: never
            continue
        try:
            message = outbox.begin_post(bundle_id, clock())
        except OutOfOrder:
            continue  # another sender was quicker
        try:
            mesh_id = mailbox.send(message)
        except NotSent as why:
            _record(outbox, bundle_id, Event(Happened.NOT_POSTED, clock(), says=str(why)))
            raise MeshUnreachable(str(why)) from None
        except NotTaken as why:
            _record(outbox, bundle_id, Event(Happened.REFUSED, clock(), code=why.code))
            done.not_taken += 1
        except NotKnown as why:
            # The intent stays open: the next round asks MESH.
            _record(outbox, bundle_id, Event(Happened.NOTED, clock(), says=str(why)))
            done.undecided += 1
        else:
            _record(outbox, bundle_id, Event(Happened.POSTED, clock(), mesh_id=mesh_id))
            done.sent += 1


def _ask_after(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], late: tuple[str, ...]) -> None:
    """What MESH says of a message that is overdue helps the person who has to find out."""
    for bundle_id in late:
        for mesh_id in outbox.standing(bundle_id).mesh_ids:
            try:
                status = mailbox.status(mesh_id)
            except MeshUnreachable:
                return
            if status in ("undeliverable", "error"):
                _record(outbox, bundle_id, Event(Happened.REPORTED, clock(), mesh_id=mesh_id, says=f"MESH: {status}"))
            else:
                says = {"accepted": "not collected yet", "acknowledged": "collected"}.get(status, "no word")
                _record(outbox, bundle_id, Event(Happened.NOTED, clock(), mesh_id=mesh_id, says=f"MESH: {says}"))


def _record(outbox: Outbox, bundle_id: str, event: Event) -> None:
    """What another sender has settled in the meantime is settled."""
    try:
        outbox.record(bundle_id, event)
    except OutOfOrder:
        return


def _mesh_client() -> ModuleType:
    try:
        import mesh_client
    except ImportError:
        raise ImportError(f"MESH is reached with mesh-client, which is not installed: {EXTRA}") from None
    return mesh_client  # type: ignore[no-any-return]


def _faults() -> tuple[type[Exception], ...]:
    """What can go wrong between here and MESH. urllib3's own errors come through mesh-client for the first POST."""
    import requests
    import urllib3

    return (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


def _ask(question: Callable[[], Any], raises: bool = True) -> Any:
    """Put a question to MESH that changes nothing when it is put twice. Raises ``MeshUnreachable``, without MESH's words."""
    try:
        answer = question()
        if not raises and answer.status_code >= 400 and answer.status_code != 404:
            raise MeshUnreachable(f"MESH answered {answer.status_code}")
        return answer
    except _faults() as fault:
        answered = getattr(getattr(fault, "response", None), "status_code", None)
        raise MeshUnreachable(f"MESH answered {answered}" if answered else _kind(fault)) from None


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """An error and all that it was made from."""
    waiting, seen = [fault], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        for inner in (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args):
            if isinstance(inner, BaseException):
                waiting.append(inner)


def _never_left(fault: BaseException) -> bool:
    """Whether no connection was made, so that nothing of the message can have reached MESH."""
    import urllib3

    no_connection = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return any(isinstance(one, no_connection) for one in _causes(fault))


def _kind(fault: BaseException) -> str:
    return "MESH could not be reached" if _never_left(fault) else f"the line to MESH broke ({type(fault).__name__})"


def _json(answer: Any) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _error_code(told: dict[str, Any]) -> str:
    """MESH's code for a refusal, in either of its two forms. Its words may repeat the recipient, so they are left."""
    detail = told.get("detail")
    first = detail[0] if isinstance(detail, list) and detail and isinstance(detail[0], dict) else told
    code = str(first.get("code") or first.get("errorCode") or "")
    return code if len(code) <= 20 and code.replace("-", "").isalnum() else ""


def _this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
