"""The answers of a GP system to an update record: ITK3 acknowledgements (event ITK008M), read strictly.

A positive code counts only where everything beside it is positive too; a negative one counts whatever stands beside it.
No message of this module repeats what an acknowledgement holds, save its code.
"""

import re
from dataclasses import dataclass
from enum import Enum

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.xml_in import Element, XMLRefused, read_xml

RESPONSE_EVENT = "ITK008M"
RESPONSE_CODES = "https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"
UNREADABLE_HEADER = "UNREADABLE-IN-ORIGINAL-MESSAGE"
_FHIR = {"f": "http://hl7.org/fhir"}
_SENDER_REFERENCE = "f:extension[@url='SenderReference']/f:valueString/@value"


class Unreadable(PharmacyFirstError, ValueError):
    """This is no acknowledgement, or no message, that can be relied on; the words say why, and repeat nothing of it."""


class Says(Enum):
    """What a response code comes to for the sender."""

    PROCESSED = "technically accepted"
    KNOWN = "the patient is known at the practice"
    NOT_KNOWN = "the patient is not at this practice"
    NOT_PROCESSED = "technically refused"
    DUPLICATE = "an earlier copy had arrived"
    CANNOT_REPLACE = "the replacement cannot be processed"
    UNHEARD_OF = "a code without a meaning here"


@dataclass(frozen=True, slots=True)
class ResponseCode:
    """A code of ITK-ResponseCodes-1: what it says, and what the sender does then."""

    code: str
    says: Says
    meaning: str
    then: str

    @property
    def positive(self) -> bool:
        """Whether it is good news."""
        return self.says in (Says.PROCESSED, Says.KNOWN)


_OUR_DEFECT = "A defect of the sending system: tell its supplier; send a corrected message under new ids, or the PDF."
_ADDRESSING = "Tell the supplier; the addressing has to be mended. Until then send the PDF."
_RETRACE = "Trace the patient on PDS again: a new message if the practice changed, otherwise another route."
_TELL_SUPPLIER = "Tell the supplier."
PDF_NOW = "Send the consultation to the practice as a PDF by NHSmail now, and record that."

_REFUSALS = {
    "20001": ("patient not recognised", _ADDRESSING),
    "20002": ("organisation not recognised", _ADDRESSING),
    "20003": ("sender not recognised", _ADDRESSING),
    "20004": ("attachment type not allowed", _TELL_SUPPLIER),
    "20005": ("attachment type not allowed", _TELL_SUPPLIER),
    "20006": ("message header failed validation", _OUR_DEFECT),
    "20009": ("message content failed validation: all of it was refused", _OUR_DEFECT),
    "20010": ("the practice has it switched off, or its system cannot do it", PDF_NOW),
    "20011": ("recipient not recognised", _ADDRESSING),
    "20012": ("sender not allowed", _TELL_SUPPLIER),
    "20015": ("too large", "Make the message smaller, under new ids, or send the PDF."),
}

_CODES = {
    one.code: one
    for one in (
        ResponseCode("20013", Says.PROCESSED, "received and processed", "Nothing: the practice's answer is awaited."),
        ResponseCode("30001", Says.KNOWN, "patient known at the practice", "Nothing."),
        ResponseCode(
            "30004",
            Says.KNOWN,
            "patient known at the practice, recently died",
            "Nothing to send. The pharmacist should know.",
        ),
        ResponseCode("30002", Says.NOT_KNOWN, "patient not known at this practice", _RETRACE),
        ResponseCode("30003", Says.NOT_KNOWN, "patient no longer at this practice", _RETRACE),
        ResponseCode("20007", Says.DUPLICATE, "duplicate message", "Nothing: the first copy counts."),
        ResponseCode("20008", Says.DUPLICATE, "duplicate document", "Nothing: the first copy counts."),
        ResponseCode(
            "20014",
            Says.CANNOT_REPLACE,
            "replacement cannot be processed",
            "Treat the message and the one it replaces as void, and contact the practice.",
        ),
        *(
            ResponseCode(str(code), Says.NOT_PROCESSED, "header field or format wrong, or unreadable", _OUR_DEFECT)
            for code in range(10001, 10011)
        ),
        *(ResponseCode(code, Says.NOT_PROCESSED, *words) for code, words in _REFUSALS.items()),
    )
}


def response_code(code: str) -> ResponseCode:
    """What a code means. One that is not in the list is never good news: a person looks at it."""
    known = _CODES.get(code)
    return known or ResponseCode(
        code, Says.UNHEARD_OF, "a code that this version does not know", "Ask the practice whether it has the record."
    )


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One acknowledgement: which message it answers, by the id of that message's header, and its one code.

    ``answers`` is empty where the receiver could not read our id; then only ``sender_reference`` can tell.
    """

    answers: str
    code: ResponseCode
    sender_reference: str


def read_acknowledgement(raw: bytes) -> Acknowledgement:
    """The acknowledgement in these bytes. Raises ``Unreadable``; entities, doctypes and networks are never followed."""
    bundle = read_bundle(raw)
    header = _only(bundle, "f:entry/f:resource/f:MessageHeader", "it has not one message header")
    if value_at(header, "f:event/f:code") != RESPONSE_EVENT:
        raise Unreadable("its event is not that of an acknowledgement")
    response = _only(header, "f:response", "its header has no response")
    code = _code(_outcome(bundle, response))
    if code.positive and not _all_is_well(bundle, response):
        raise Unreadable(f"its code {code.code} is positive and what stands beside it is not")
    answers = plain_id(value_at(response, "f:identifier"))
    return Acknowledgement(
        answers="" if answers == UNREADABLE_HEADER.lower() else answers,
        code=code,
        sender_reference=str(header.xpath(f"string(f:extension/{_SENDER_REFERENCE})", namespaces=_FHIR)).strip(),
    )


def read_bundle(raw: bytes) -> Element:
    """The root of a FHIR Bundle. Raises ``Unreadable``."""
    try:
        root = read_xml(raw)
    except XMLRefused as why:
        raise Unreadable(str(why)) from None
    if root.tag != "{http://hl7.org/fhir}Bundle":
        raise Unreadable("it is not a FHIR Bundle")
    return root


def _only(node: Element, path: str, otherwise: str) -> Element:
    found = node.xpath(path, namespaces=_FHIR)
    if len(found) != 1:
        raise Unreadable(otherwise)
    return found[0]


def value_at(node: Element, path: str) -> str:
    """The value of the first element at this path (FHIR elements have the prefix ``f``), or nothing."""
    return str(node.xpath(f"string({path}/@value)", namespaces=_FHIR)).strip()


def plain_id(text: str) -> str:
    """An id as we write ours: lower case, without the urn."""
    return text.strip().lower().removeprefix("urn:uuid:")


def _outcome(bundle: Element, response: Element) -> Element:
    """The OperationOutcome that the response points at."""
    wanted = plain_id(value_at(response, "f:details/f:reference"))
    for entry in bundle.xpath("f:entry[f:resource/f:OperationOutcome]", namespaces=_FHIR):
        names = (value_at(entry, "f:fullUrl"), value_at(entry, "f:resource/f:OperationOutcome/f:id"))
        if wanted and wanted in map(plain_id, names):
            return entry.xpath("f:resource/f:OperationOutcome", namespaces=_FHIR)[0]
    raise Unreadable("its response points at no outcome")


def _code(outcome: Element) -> ResponseCode:
    coding = _only(outcome, "f:issue/f:details/f:coding", "it has not exactly one response code")
    code = value_at(coding, "f:code")
    if value_at(coding, "f:system") != RESPONSE_CODES or not re.fullmatch("[0-9]{5}", code):
        raise Unreadable("its response code is not one of ITK-ResponseCodes-1")
    return response_code(code)


def _all_is_well(bundle: Element, response: Element) -> bool:
    outcome = _outcome(bundle, response)
    return value_at(response, "f:code") == "ok" and value_at(outcome, "f:issue/f:severity") == "information"
