"""Our mailbox at MESH: what can be asked of it, and what came of it.

Errors of this module never repeat what MESH or a message said: it could tell who the patient is.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import ip_address
from types import ModuleType, TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.sending.incoming import Received, too_large, unpacked
from pharmacyfirst.sending.outgoing import Outgoing
from pharmacyfirst.xml_in import MOST_BYTES

WORKFLOW = "GPCONNECT_UPDATE_RECORD"
ACKNOWLEDGEMENTS = "GPCONNECT_UPDATE_RECORD_ACK"
LIVE_HOSTS = ("mesh-sync.spineservices.nhs.uk", "mesh-sync.national.ncrs.nhs.uk")


_ABOUT_US = (401, 403, 407, 429)  # what MESH answers because of who asks, and how often: not because of this message


class MeshUnreachable(PharmacyFirstError):
    """MESH could not be reached or would not let us in: nothing was sent or collected. Says nothing but why."""


class NotSent(PharmacyFirstError):
    """The message certainly did not reach MESH; it can be sent later."""


class RefusedByMesh(PharmacyFirstError):
    """MESH refused this message; ``code`` is its reason."""

    def __init__(self, code: str):
        super().__init__(f"MESH refused the message ({code or 'no code'})")
        self.code = code


class NotKnown(PharmacyFirstError):
    """Whether the message reached MESH cannot be told from what happened. MESH has to be asked later."""


class NotTaken(PharmacyFirstError):
    """This one thing could not be taken from the mailbox; perhaps others can.

    ``gone``: it is there no more, as another sender has it. ``line``: the line broke, so that the next one may fare no better.
    """

    def __init__(self, says: str, gone: bool = False, line: bool = False):
        super().__init__(says)
        self.says, self.gone, self.line = says, gone, line

    # Exceptions are copied and pickled by calling the class with ``args``, which is the words alone.
    def __reduce__(self) -> "tuple[type[NotTaken], tuple[str, bool, bool]]":
        return type(self), (self.says, self.gone, self.line)


class MeshTrace(Enum):
    """What MESH holds of a message that it was asked for by local id."""

    THERE = "there"
    SEVERAL = "several"
    NOT_THERE = "not there"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class FoundAtMesh:
    """The answer to a question by local id, with the MESH id where there is exactly one."""

    trace: MeshTrace
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


class Mailbox:
    """Our mailbox at MESH."""

    def __init__(self, settings: MeshSettings):
        """Connects to nothing yet. Raises ``ValueError`` where the address is neither encrypted nor this machine's own.

        ``OSError`` is about the certificate, its key or the authority. Without mesh-client it is ``ExtraMissing``, and
        ``MeshUnreachable`` where that cannot be loaded.
        """
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
        self._client._session.max_redirects = 0  # a message goes where the settings say, and nowhere else

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._client.close()

    def handshake(self) -> None:
        """Say that this mailbox is in use, which MESH wants to hear every 24 hours. Raises ``MeshUnreachable``."""
        _ask(self._client.handshake)

    def send(self, message: Outgoing) -> str:
        """Post a message once; its MESH id. Raises ``NotSent``, ``RefusedByMesh`` or ``NotKnown``."""
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
        if answer.status_code in _ABOUT_US:
            raise NotSent(f"MESH answered {answer.status_code}")
        raise RefusedByMesh(_error_code(told) or str(answer.status_code))

    def find(self, message: Outgoing) -> FoundAtMesh:
        """Ask MESH for a message by its local id: the only question where no MESH id was received.

        The client has no call for it. What is found is only ours where it bears our file name. Raises ``NotKnown`` where MESH does not say,
        and ``MeshUnreachable`` where it would not let us in.
        """
        url = f"{self._client.mailbox_url}/outbox/tracking/{quote(message.local_id, safe='')}"
        try:
            answer = self._client._session.get(url, timeout=self._client._timeout)
        except _faults() as fault:
            raise NotKnown(f"{_kind(fault)} when it was asked for this") from None
        if answer.status_code in _ABOUT_US:
            raise MeshUnreachable(f"MESH answered {answer.status_code}")
        if answer.status_code == 404:
            return FoundAtMesh(MeshTrace.NOT_THERE)
        if answer.status_code > 404:
            raise NotKnown(f"MESH answered {answer.status_code} when it was asked for this")
        ours_alone = message.bundle_id in message.local_id
        if answer.status_code == 300:
            return FoundAtMesh(MeshTrace.SEVERAL if ours_alone else MeshTrace.NOT_KNOWN)
        told = _json(answer)
        mesh_id = str(told.get("messageId") or told.get("message_id") or "")
        name = told.get("fileName") or told.get("filename")
        if answer.status_code != 200 or not mesh_id:
            return FoundAtMesh(MeshTrace.NOT_KNOWN)
        if name != message.file_name if name else not ours_alone:
            return FoundAtMesh(MeshTrace.NOT_KNOWN)  # another message that bears the same local id
        return FoundAtMesh(MeshTrace.THERE, mesh_id)

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
        return tuple(dict.fromkeys(one for one in ids if isinstance(one, str)))

    def read(self, mesh_id: str) -> Received:
        """Something that waits for us; it stays there until ``acknowledge``. Raises ``MeshUnreachable`` and ``NotTaken``.

        No more of it is read than is kept. The client unpacks without a bound, and drops what it cannot unpack: so its bytes are read here.
        """
        url = f"{self._client.mailbox_url}/inbox/{quote(mesh_id, safe='')}"

        try:
            with closing(self._client._session.get(url, stream=True, timeout=self._client._timeout)) as answer:
                status, headers = answer.status_code, answer.headers
                wire = answer.raw.read(MOST_BYTES + 1, decode_content=False)
        except _faults() as fault:
            raise NotTaken(f"{_kind(fault)} when it was asked for this", line=True) from None
        if status in _ABOUT_US:
            raise MeshUnreachable(f"MESH answered {status}")
        if status not in (200, 206):  # 206: the first of several parts
            raise NotTaken(f"MESH answered {status} when it was asked for this", gone=status in (404, 410))
        return _received(mesh_id, headers, wire)

    def acknowledge(self, mesh_id: str) -> None:
        """Tell MESH that we have it, so that it need not keep it. Raises ``MeshUnreachable``."""
        url = f"{self._client.mailbox_url}/inbox/{quote(mesh_id, safe='')}/status/acknowledged"
        # The client raises where it is there no more: another sender was quicker, which is as good.
        answer = _ask(lambda: self._client._session.put(url, timeout=self._client._timeout))
        if answer.status_code >= 400 and answer.status_code not in (404, 410):
            raise MeshUnreachable(f"MESH answered {answer.status_code}")


def _received(mesh_id: str, headers: Mapping[str, str], wire: bytes) -> Received:
    """What came over the line, unpacked where it was packed. What comes in several parts has parts of many MB."""
    own = {
        name.lower().removeprefix("mex-"): value for name, value in headers.items() if name.lower().startswith("mex-")
    }
    received = Received(mesh_id, own, wire)
    parts = own.get("chunk-range", "1:1").rpartition(":")[2]
    if len(wire) > MOST_BYTES or not (parts.isascii() and parts.isdecimal() and int(parts[:4]) <= 1):
        return too_large(received)
    if headers.get("Content-Encoding", "").lower() == "gzip":
        raw, fault = unpacked(wire)
        return replace(received, raw=raw, fault=fault)
    return received


def _mesh_client() -> ModuleType:
    try:
        import mesh_client
    except ImportError:
        raise ExtraMissing("record", "MESH") from None
    except (
        OSError
    ) as fault:  # said here: whoever opens a mailbox takes an OSError for a certificate that cannot be read
        raise MeshUnreachable(
            f"The package mesh-client is installed and cannot be loaded: {fault.strerror or type(fault).__name__}."
            " Nothing was sent. Install it again."
        ) from None
    return mesh_client


def _faults() -> tuple[type[Exception], ...]:
    """What can go wrong between here and MESH. urllib3's own errors come through mesh-client for the first POST."""
    import requests
    import urllib3

    return (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


def _ask(question: Callable[[], Any]) -> Any:
    """Put a question to MESH that changes nothing when it is put twice. Raises ``MeshUnreachable``, without MESH's words."""
    try:
        return question()
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
