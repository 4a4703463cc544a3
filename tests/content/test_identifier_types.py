"""The pattern of an identifier in the schemas takes just what its reader takes, but for the check digits, which no pattern knows."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pharmacyfirst.content.identifier_types import NHSNumber, PharmacyODS, PracticeODS, SnomedCode

WITH_A_CHECK_DIGIT = (NHSNumber, SnomedCode)
TEXTS = st.one_of(
    st.text(alphabet="FfYy09 \t\nß-é", max_size=12),
    st.from_regex(r"\s?[Ff][A-Za-z0-9]{4}\s?", fullmatch=True),
    st.from_regex(r"[0-9]{3} ?[0-9]{3} ?[0-9]{4}", fullmatch=True),
)


@pytest.mark.parametrize("kind", [NHSNumber, PharmacyODS, PracticeODS, SnomedCode])
@given(text=TEXTS)
@example(text="yes ")
@example(text="fw844")
@example(text="Fmaß")
@example(text="943 476 5919")
def test_what_is_read_fits_the_pattern_and_what_fits_is_read(kind, text):
    reader = TypeAdapter(kind)
    fits = re.search(reader.json_schema()["pattern"], text) is not None
    stored, why = None, ""
    try:
        stored = reader.validate_python(text)
    except ValidationError as refused:
        why = str(refused)
    if stored is not None:
        assert fits
        assert re.search(reader.json_schema()["pattern"], stored)
    else:
        assert not fits or (kind in WITH_A_CHECK_DIGIT and "check digit" in why)
