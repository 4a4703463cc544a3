"""Check digits, and the reasons for refusing; no message repeats what was typed."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst import load
from pharmacyfirst.kernel.identifiers import (
    WrongIdentifier,
    gphc_number,
    nhs_number,
    pharmacy_ods,
    postcode,
    practice_ods,
    snomed_code,
    verhoeff,
)


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "9000000009", "9990000018"])
def test_an_nhs_number_is_ten_digits_with_a_check_digit(text):
    assert nhs_number(text) == "".join(text.split())


@pytest.mark.parametrize("text", ["4857773456", "943476591", "94347659190", "943476591O", "", "9434765918"])
def test_a_wrong_nhs_number_is_refused_and_not_repeated(text):
    with pytest.raises(WrongIdentifier) as wrong:
        nhs_number(text)
    assert not text or text not in str(wrong.value)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_at_most_one_check_digit_makes_an_nhs_number(nine):
    def accepted(number):
        try:
            return nhs_number(number) == number
        except WrongIdentifier:
            return False

    fitting = [digit for digit in "0123456789" if accepted(nine + digit)]
    weighted = sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    assert len(fitting) == (0 if weighted == 1 else 1)


def test_pharmacy_codes():
    assert pharmacy_ods(" fw844 ") == "FW844"
    for text in ("W844", "FW84", "FW8444", "J83001", ""):
        with pytest.raises(WrongIdentifier):
            pharmacy_ods(text)


def test_an_unusual_practice_code_is_a_warning_and_no_refusal():
    assert practice_ods("j83001") == ("J83001", "")
    code, warning = practice_ods("Y0ABC")
    assert code == "Y0ABC"
    assert "check it" in warning
    with pytest.raises(WrongIdentifier):
        practice_ods("J83-001")


@pytest.mark.parametrize(
    ("text", "profession", "why"),
    [
        ("5012345", "pharmacist", "begins with 2"),
        ("2012345", "pharmacy technician", "begins with 5"),
        ("1012345", "pharmacist", "premises"),
        ("201234", "pharmacist", "seven digits"),
        ("2012345", "nurse", "profession"),
    ],
)
def test_a_gphc_number_belongs_to_its_register(text, profession, why):
    with pytest.raises(WrongIdentifier, match=why) as wrong:
        gphc_number(text, profession)
    assert text not in str(wrong.value)


def test_right_gphc_numbers():
    assert gphc_number("2012 345", "pharmacist") == "2012345"
    assert gphc_number("5012345", "pharmacy technician") == "5012345"


@pytest.mark.parametrize("code", ["39108511000001108", "1090711000000102", "77386006", "60001007"])
def test_codes_whose_check_digit_is_right(code):
    assert snomed_code(code) == code


@pytest.mark.parametrize(
    "code", ["3231511000001101", "3231611000001102", "323924009", "329606002", "1091811000000100", "12345", "077386006"]
)
def test_codes_that_the_sources_give_wrongly_are_refused(code):
    with pytest.raises(WrongIdentifier):
        snomed_code(code)


@given(st.from_regex(r"[1-9][0-9]{6,16}", fullmatch=True), st.data())
def test_every_single_mistyped_digit_and_every_swap_of_neighbours_is_found(digits, data):
    right = next(digits + last for last in "0123456789" if verhoeff(digits + last) == 0)
    at = data.draw(st.integers(0, len(right) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != right[at]]))
    assert verhoeff(right[:at] + other + right[at + 1 :]) != 0
    if at and right[at] != right[at - 1]:
        assert verhoeff(right[: at - 1] + right[at] + right[at - 1] + right[at + 1 :]) != 0


@pytest.mark.parametrize(
    ("text", "stored"), [("m1 1aa", "M1 1AA"), ("CR26XH", "CR2 6XH"), ("dn55 1pt", "DN55 1PT"), ("W1A 0AX", "W1A 0AX"), ("EC1A 1BB", "EC1A 1BB"), ("zz99 3vz", "ZZ99 3VZ"), ("GIR 0AA", "GIR 0AA")]
)  # fmt: skip
def test_postcodes(text, stored):
    assert postcode(text) == stored


@pytest.mark.parametrize("text", ["REA DME", "M1", "", "12345", "Q1 1AA"])
def test_what_is_no_postcode(text):
    with pytest.raises(WrongIdentifier):
        postcode(text)


def test_every_code_of_the_content_passes():
    for pathway in load().newest_all():
        for code in (
            *(c.code for c in pathway.codes),
            *(c for p in pathway.pgds.values() for product in p.products for c in product.codes),
        ):
            assert snomed_code(code) == code


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (nhs_number, "123", "an NHS number has ten digits"),
        (nhs_number, "9000000000", "the check digit of the NHS number is wrong; a digit was mistyped"),
        (pharmacy_ods, "W844", "the ODS code of a pharmacy is F and four letters or digits, for instance FW844"),
        (practice_ods, "J83-001", "an ODS code has letters and digits only, three to ten of them"),
        (snomed_code, "123", "a SNOMED CT or dm+d code has 6 to 18 digits and does not begin with 0"),
        (snomed_code, "77386007", "the check digit of the SNOMED CT or dm+d code is wrong; a digit was mistyped"),
        (postcode, "M1", "a postcode has the form M1 1AA, CR2 6XH or DN55 1PT"),
        (partial(gphc_number, profession="pharmacist"), "1", "a GPhC number has seven digits"),
        (partial(gphc_number, profession="pharmacist"), "1012345", "a GPhC number that begins with 1 is that of premises, not of a person"),
        (partial(gphc_number, profession="pharmacist"), "5012345", "the GPhC number of a pharmacist begins with 2"),
        (partial(gphc_number, profession="nurse"), "2012345", "the profession is one of pharmacist, pharmacy technician"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_whole(read, text, says):
    with pytest.raises(WrongIdentifier) as wrong:
        read(text)
    assert str(wrong.value) == says
