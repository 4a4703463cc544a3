"""Where an update record goes: the MESH address and subject, made here and nowhere else.

Both say who the patient is: never log them. A MESH header is ASCII, so accents are left off.
"""

import unicodedata
from datetime import date

from pharmacyfirst.errors import PharmacyFirstError

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
