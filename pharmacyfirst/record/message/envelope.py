"""What is around a message: whether there may be one, its ids and version, and the address and subject that it goes by.

Nothing here reads a clock or makes an id by chance: the same record, version and time give the same envelope.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from pharmacyfirst.errors import PharmacyFirstError, taking
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.fields import UUID_IN_SMALL
from pharmacyfirst.record.make import NOT_JUDGED, is_judged


@dataclass(frozen=True, slots=True)
class WhyNoMessage:
    """Why a consultation is not sent: a code that stays, and words for the pharmacist."""

    code: str
    says: str


class NoMessage(PharmacyFirstError, ValueError):
    """There is no message for this consultation, and why. It is kept in the pharmacy's own record."""

    def __init__(self, why: WhyNoMessage):
        super().__init__(why.says)
        self.why = why

    # Exceptions are copied and pickled by calling the class with ``args``, which is the words alone.
    def __reduce__(self) -> "tuple[type[NoMessage], tuple[WhyNoMessage]]":
        return type(self), (self.why,)


@taking(record=Consultation)
def why_no_message(record: Consultation) -> WhyNoMessage | None:
    """Why no message may or can be sent about this consultation; None where one can."""
    patient = record.patient
    if not is_judged(record):
        return WhyNoMessage("not_judged", f"No message. {NOT_JUDGED}")
    if record.consent.to_share is False:
        return WhyNoMessage("sharing_refused", "No message: the patient did not agree that the GP practice is told.")
    if record.consent.to_share is None:
        return WhyNoMessage("sharing_not_asked", "No message: nobody asked whether the GP practice may be told.")
    if (
        record.consent.to_show_in_app is False
    ):  # no field of the message keeps it from there (clinical/services, open items)
        return WhyNoMessage(
            "not_in_app", "No message: the patient does not want it seen in the NHS App, where a message may appear."
        )
    if patient.nhs_number is None:
        return WhyNoMessage("no_nhs_number", "No message: without an NHS number it cannot find the practice.")
    if patient.gp_practice is None:
        return WhyNoMessage("no_practice", "No message: the patient has no GP practice. Give the patient a copy.")
    if patient.nhs_number_status != codes.VERIFIED and not (patient.shown_address and patient.postcode):
        return WhyNoMessage(
            "not_traced", "No message: an NHS number that is not verified needs the address and the postcode beside it."
        )
    return None


class WrongEnvelope(PharmacyFirstError, ValueError):
    """Ids, version and time that do not fit each other, or the record; the message says which, and nothing of the patient."""


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
        if not all(re.fullmatch(UUID_IN_SMALL, one) for one in (*own, *filter(None, [self.replaces]))):
            raise WrongEnvelope("the ids of a message are UUIDs in small letters")
        if len(set(own)) != len(own) or self.replaces in own:
            raise WrongEnvelope("each id of a message is its own, and none is that of the message it replaces")
        if (self.replaces is None) != (self.version == 1):
            raise WrongEnvelope("the first version replaces nothing, and every later one something")
        if self.at.utcoffset() is None or self.version < 1 or not 0 < len(self.sender_reference) <= 255:
            raise WrongEnvelope(
                "the time has an offset, the version is at least 1, the reference has 1 to 255 characters"
            )


@taking(record=Consultation, mailbox=str, at=datetime, version=int)
def envelope_of(record: Consultation, mailbox: str, at: datetime, version: int = 1) -> Envelope:
    """An envelope whose ids all come from the record's own: the same record and version, the same ids.

    A later version of the same record replaces the one before, for instance after a refusal for a defect of ours. A correction is a record
    of its own and needs the ids of the chain it stands in: use ``correcting``.
    """
    if record.corrects is not None:
        raise WrongEnvelope(
            "this record corrects another: its message needs the id of the record that opened the chain"
        )
    return _numbered(UUID(record.id), record.id, mailbox, at, version)


@taking(record=Consultation, first_id=str, mailbox=str, at=datetime, version=int)
def correcting(record: Consultation, first_id: str, mailbox: str, at: datetime, version: int) -> Envelope:
    """The envelope of a correction. ``first_id`` is the id of the record whose message opened the chain; ``version`` counts along it.

    Where the practice has no message of what is corrected, there is nothing to replace: the correction opens a chain by its own id, as
    version 1.
    """
    if record.corrects is None or (version == 1) != (first_id == record.id):
        raise WrongEnvelope(
            "a correction corrects a record, and its message is version 2 or later, or version 1 of a chain of its own"
        )
    if not re.fullmatch(UUID_IN_SMALL, first_id):
        raise WrongEnvelope("a chain of messages is opened by a record, whose id is a UUID in small letters")
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


# Where it goes: the MESH address and subject, made here and nowhere else. Both say who the patient is: never log them.

# MESH's own routing guidance writes the date of birth one way, examples of the GP Connect guide the other: not settled.
YEAR_FIRST = "%Y%m%d"
DAY_FIRST = "%d%m%Y"

LONGEST_SUBJECT = 500

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
     "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "’": "'", "‘": "'", "–": "-"}
)  # fmt: skip


class CannotRoute(PharmacyFirstError, ValueError):
    """MESH could not find the practice from these details; the consultation has to go another way. Names no patient."""


def mesh_address(nhs_number: str, born: date, surname: str, born_as: str = YEAR_FIRST) -> str:
    """The recipient from which MESH finds the practice where the patient is registered. Raises ``CannotRoute``.

    The three must be those of the message's Patient; ``born_as`` is ``YEAR_FIRST`` or ``DAY_FIRST``.
    """
    plain = in_ascii(surname)
    if not plain or "?" in plain or "_" in plain:
        raise CannotRoute("The surname cannot be written in a MESH address. Send the consultation as a PDF.")
    return f"GPPROVIDER_{nhs_number}_{born.strftime(born_as)}_{plain}"


def mesh_subject(title: str, name: str, nhs_number: str, place: str, ods_code: str, version: str = "1") -> str:
    """The subject line, as the guide words it: the document's title, the patient, and the pharmacy where they were seen."""
    words = f"{title} for {name}, NHS Number: {nhs_number}, seen at {place}, ODS code: {ods_code}, version {version}"
    return in_ascii(words)[:LONGEST_SUBJECT]


def in_ascii(text: str) -> str:
    """The text without accents, on one line; what has no plain letter becomes a question mark."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(letters.encode("ascii", "replace").decode("ascii").split())
