"""The check before the outbox: from the bytes of an update record to what may be queued, or the reasons why not.

The only module here that knows what is in a message. It reads ids, address and subject from the message itself, so that none can differ
from its Patient, and has the message rules judge these very bytes together with the address that they are sent to.
"""

import re
from datetime import date, datetime

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record.message import rules
from pharmacyfirst.record.message.envelope import YEAR_FIRST, CannotRoute, mesh_address, mesh_subject
from pharmacyfirst.record.message.opened import Problem
from pharmacyfirst.sending.acknowledgement import Unreadable, plain_id, read_bundle, value_at
from pharmacyfirst.sending.outgoing import Outgoing, Prepared, _checked
from pharmacyfirst.xml_in import Element

_HEADER = "f:entry/f:resource/f:MessageHeader"
_DOCUMENT = "f:entry/f:resource/f:Bundle"
_REFERENCE = "/f:extension/f:extension[@url='SenderReference']/f:valueString"
_NHS_NUMBER = "f:identifier[f:system/@value='https://fhir.nhs.uk/Id/nhs-number']/f:value"
_NAME = "f:name[f:use/@value='official']"
_ODS_CODE = "f:identifier[f:system/@value='https://fhir.nhs.uk/Id/ods-organization-code']/f:value"


class RefusedByRules(PharmacyFirstError, ValueError):
    """The message does not pass the message rules, so it may not be sent; ``problems`` are all of them, without a value."""

    def __init__(self, problems: tuple[Problem, ...]):
        broken = ", ".join(dict.fromkeys(one.rule for one in problems))
        super().__init__(
            f"It does not pass the message rules ({broken}), so it may not be sent: see pharmacyfirst record check."
        )
        self.problems = problems

    # Exceptions are copied and pickled by calling the class with ``args``, which is the finished message alone.
    def __reduce__(self) -> "tuple[type[RefusedByRules], tuple[tuple[Problem, ...]]]":
        return type(self), (self.problems,)


def prepare(xml: bytes, practice_patient: bool | None = None, born_as: str = YEAR_FIRST) -> Prepared:
    """Check an update record, and return what may be put into the outbox.

    ``practice_patient`` None tells training patients by the NHS number: those beginning 999 belong to nobody. ``born_as`` writes the date
    of birth in the address, ``YEAR_FIRST`` or ``DAY_FIRST``. Raises ``Unreadable``, ``RefusedByRules`` with every problem, or
    ``CannotRoute`` where no address can be made of a message that is good otherwise.
    """
    message, why_not = None, None
    xml = _plain(xml)  # once: what is judged, sealed and sent are the same bytes
    try:
        message = message_of(xml, practice_patient, born_as)
    except CannotRoute as no:
        why_not = no
    try:
        problems = rules.check(xml, message.recipient if message else None)
    except rules.NotAMessage as no:
        raise Unreadable(str(no)) from None
    if problems:
        raise RefusedByRules(tuple(problems))
    if message is None:
        raise why_not or CannotRoute("No address can be made of it.")
    return _checked(message)


def message_of(xml: bytes, practice_patient: bool | None = None, born_as: str = YEAR_FIRST) -> Outgoing:
    """An update record with the ids, the address and the subject that are its own. Nothing is checked: it cannot be put.

    Raises ``Unreadable``, or ``CannotRoute`` where it does not say who the patient is.
    """
    xml = _plain(xml)
    bundle = read_bundle(xml)
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
    return Outgoing(
        bundle_id=bundle_id,
        header_id=plain_id(value_at(bundle, _HEADER + "/f:id")),
        document_id=plain_id(value_at(bundle, document + "f:identifier/f:value")),
        local_id=local_id(ods_code, bundle_id),
        recipient=mesh_address(number, born, value_at(bundle, f"{patient}{_NAME}/f:family"), born_as),
        subject=_subject(bundle, number),
        xml=xml,
        practice_patient=number.startswith("999") if practice_patient is None else practice_patient,
        sender_reference=value_at(bundle, _HEADER + _REFERENCE),
        replaces=plain_id(value_at(bundle, replaced + "/f:targetIdentifier/f:value")),
        ended_at=_ended_at(bundle),
    )


def _plain(xml: object) -> bytes:
    """The bytes as no subclass of bytes can change them any more."""
    if not isinstance(xml, bytes):
        raise Unreadable("it is not bytes")
    return xml if type(xml) is bytes else bytes(memoryview(xml))


def _ended_at(bundle: Element) -> str:
    """When the consultation ended, or began where its end is not said; nothing where neither is a time with its offset."""
    period = f"{_DOCUMENT}/f:entry/f:resource/f:Encounter/f:period"
    said = value_at(bundle, f"{period}/f:end") or value_at(bundle, f"{period}/f:start")
    try:
        return said if datetime.fromisoformat(said).utcoffset() is not None else ""
    except ValueError:
        return ""


def _subject(bundle: Element, number: str) -> str:
    def inside(path: str) -> str:
        return value_at(bundle, f"{_DOCUMENT}/f:entry/f:resource/{path}")

    return mesh_subject(
        title=inside("f:Composition/f:title"),
        name=f"{inside(f'f:Patient/{_NAME}/f:given')} {inside(f'f:Patient/{_NAME}/f:family')}".strip(),
        nhs_number=number,
        place=inside("f:Organization/f:name"),
        ods_code=inside(f"f:Organization/{_ODS_CODE}"),
        version=inside("f:Composition/f:meta/f:versionId") or "1",
    )


def local_id(ods_code: str, bundle_id: str) -> str:
    """What MESH keeps beside the message for us: it contains the ODS code, as the guide asks, and belongs to this message alone.

    So a message can be asked for after a crash. The ODS code by itself would be that of every message.
    """
    return f"{ods_code}-{bundle_id}"
