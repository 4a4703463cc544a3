"""Identifiers and their check digits (service.md, section 8). A wrong one is refused with the reason, and never repeated.

Each function takes text, allows the blanks people write, and returns the identifier as it is stored, or raises ``WrongIdentifier``.
"""

import re

from pharmacyfirst.errors import PharmacyFirstError

PHARMACIST = "pharmacist"
TECHNICIAN = "pharmacy technician"

# Seven digits; the first tells the register. Premises numbers (1) are easily taken for a person's.
_GPHC_FIRST_DIGIT = {PHARMACIST: "2", TECHNICIAN: "5"}

_POSTCODE = re.compile(
    r"(GIR 0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW]) [0-9][ABD-HJLNP-UW-Z]{2})"
)

# The dihedral group D5 and its permutations, as Verhoeff published them in 1969.
_TIMES = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PLACES = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


class WrongIdentifier(PharmacyFirstError, ValueError):
    """Text that is not the identifier it should be; the message says why, and does not repeat it."""


def nhs_number(text: str) -> str:
    """Ten digits, the last a check digit by modulus 11. A remainder that would need the digit 10 is no NHS number at all."""
    digits = "".join(text.split())
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise WrongIdentifier("an NHS number has ten digits")
    check = (11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11) % 11
    if check != int(digits[9]):  # a check of 10 equals no digit, so it is refused here too
        raise WrongIdentifier("the check digit of the NHS number is wrong; a digit was mistyped")
    return digits


def pharmacy_ods(text: str) -> str:
    """The ODS code of a pharmacy: F and four letters or digits. The form alone does not prove that it is a pharmacy."""
    code = text.strip().upper()
    if not re.fullmatch(r"F[A-Z0-9]{4}", code):
        raise WrongIdentifier("the ODS code of a pharmacy is F and four letters or digits, for instance FW844")
    return code


def practice_ods(text: str) -> tuple[str, str]:
    """The ODS code of a GP practice, with a warning where it is not of the usual form, a letter and five digits.

    Newer codes have other forms, so an unusual one is let through; one that is no ODS code at all is refused.
    """
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{3,10}", code):
        raise WrongIdentifier("an ODS code has letters and digits only, three to ten of them")
    usual = re.fullmatch(r"[A-Z][0-9]{5}", code)
    return code, "" if usual else "this is not the usual form of a practice code, a letter and five digits: check it"


def gphc_number(text: str, profession: str) -> str:
    """A GPhC registration number: seven digits, of which the first tells pharmacists (2) from pharmacy technicians (5)."""
    digits = "".join(text.split())
    if profession not in _GPHC_FIRST_DIGIT:
        raise WrongIdentifier(f"the profession is one of {', '.join(_GPHC_FIRST_DIGIT)}")
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise WrongIdentifier("a GPhC number has seven digits")
    if digits[0] == "1":
        raise WrongIdentifier("a GPhC number that begins with 1 is that of premises, not of a person")
    if digits[0] != _GPHC_FIRST_DIGIT[profession]:
        raise WrongIdentifier(f"the GPhC number of a {profession} begins with {_GPHC_FIRST_DIGIT[profession]}")
    return digits


def snomed_code(text: str) -> str:
    """A SNOMED CT or dm+d id: 6 to 18 digits, not beginning with 0, the last a Verhoeff check digit."""
    code = text.strip()
    if not re.fullmatch(r"[1-9][0-9]{5,17}", code):
        raise WrongIdentifier("a SNOMED CT or dm+d code has 6 to 18 digits and does not begin with 0")
    if verhoeff(code) != 0:
        raise WrongIdentifier("the check digit of the SNOMED CT or dm+d code is wrong; a digit was mistyped")
    return code


def verhoeff(digits: str) -> int:
    """0 where the last digit is the right check digit of the others. It proves no concept, only that nothing was mistyped."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_TIMES[check][int(_PLACES[place % 8][int(digit)])])
    return check


def postcode(text: str) -> str:
    """A UK postcode, or one of the NHS's own for no fixed abode and the like (ZZ99 and three more)."""
    squeezed = "".join(text.upper().split())
    code = f"{squeezed[:-3]} {squeezed[-3:]}"
    if not (_POSTCODE.fullmatch(code) or re.fullmatch(r"ZZ99 [0-9][A-Z]{2}", code)):
        raise WrongIdentifier("a postcode has the form M1 1AA, CR2 6XH or DN55 1PT")
    return code
