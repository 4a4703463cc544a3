"""The identifiers of ``kernel.identifiers`` as types for pydantic models at the edges."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pharmacyfirst.kernel import identifiers


def _practice(text: str) -> str:
    code, _ = identifiers.practice_ods(text)  # an unusual form is a warning, which whoever shows the record gives
    return code


NHSNumber = Annotated[
    str,
    AfterValidator(identifiers.nhs_number),
    Field(
        description="NHS number: ten digits, the last a modulus 11 check digit",
        json_schema_extra={"pattern": "^[0-9]{10}$"},
    ),
]
PharmacyODS = Annotated[
    str,
    AfterValidator(identifiers.pharmacy_ods),
    Field(description="ODS code of the pharmacy", json_schema_extra={"pattern": "^F[A-Z0-9]{4}$"}),
]
PracticeODS = Annotated[
    str,
    AfterValidator(_practice),
    Field(description="ODS code of the GP practice", json_schema_extra={"pattern": "^[A-Z0-9]{3,10}$"}),
]
SnomedCode = Annotated[
    str,
    AfterValidator(identifiers.snomed_code),
    Field(
        description="SNOMED CT or dm+d id with a Verhoeff check digit",
        json_schema_extra={"pattern": "^[1-9][0-9]{5,17}$"},
    ),
]
Postcode = Annotated[
    str, AfterValidator(identifiers.postcode), Field(description="UK postcode, or an NHS pseudo-postcode")
]
