"""The identifiers of ``kernel.identifiers`` as types for pydantic models at the edges."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pharmacyfirst.kernel import identifiers

# The patterns take what the readers take, which is more than what is stored: blanks that people write, and small letters.


def _plain_letters(text: str) -> str:
    """A letter that turns into others in capitals (ß) is none of a code."""
    if any(one.isalpha() and not one.isascii() for one in text):
        raise ValueError("an ODS code has letters from A to Z and digits alone")
    return text


def _practice(text: str) -> str:
    code, _ = identifiers.practice_ods(text)  # an unusual form is a warning, which whoever shows the record gives
    return code


NHSNumber = Annotated[
    str,
    AfterValidator(identifiers.nhs_number),
    Field(
        description="NHS number: ten digits, the last a modulus 11 check digit",
        json_schema_extra={"pattern": r"^\s*([0-9]\s*){10}$"},
    ),
]
PharmacyODS = Annotated[
    str,
    AfterValidator(_plain_letters),
    AfterValidator(identifiers.pharmacy_ods),
    Field(
        description="ODS code of the pharmacy; it is stored in capitals",
        json_schema_extra={"pattern": r"^\s*[Ff][A-Za-z0-9]{4}\s*$"},
    ),
]
PracticeODS = Annotated[
    str,
    AfterValidator(_plain_letters),
    AfterValidator(_practice),
    Field(
        description="ODS code of the GP practice; it is stored in capitals",
        json_schema_extra={"pattern": r"^\s*[A-Za-z0-9]{3,10}\s*$"},
    ),
]
SnomedCode = Annotated[
    str,
    AfterValidator(identifiers.snomed_code),
    Field(
        description="SNOMED CT or dm+d id with a Verhoeff check digit",
        json_schema_extra={"pattern": r"^\s*[1-9][0-9]{5,17}\s*$"},
    ),
]
Postcode = Annotated[
    str, AfterValidator(identifiers.postcode), Field(description="UK postcode, or an NHS pseudo-postcode")
]
