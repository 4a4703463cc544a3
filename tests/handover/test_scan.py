"""The code on a pack is split where it is sure, and where it is not the field is left to be typed."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pharmacyfirst.handover.scan import BETWEEN, PackCode, ScanRefused, split_scan

ON = date(2026, 11, 21)
GTIN = "05012345678900"
FIELDS = {"01": GTIN, "17": "281130", "10": "AB-7/x", "21": "0000099"}


@pytest.mark.parametrize("before", ["", "]d2", "]C1", "]d2\x1d", "\x1d"])
@pytest.mark.parametrize("between", ["\x1d", "{GS}", "^]", "\u241d"])
@pytest.mark.parametrize("order", [("01", "17", "10", "21"), ("01", "21", "17", "10"), ("10", "01", "21", "17")])
def test_the_fields_of_a_pack_in_any_order_and_as_any_scanner_marks_them(before, between, order):
    text = before + "".join(name + FIELDS[name] + (between if name in ("10", "21") else "") for name in order)
    assert split_scan(text, ON) == PackCode(GTIN, "2028-11-30", "AB-7/x", "0000099")


def test_the_fields_as_they_are_printed_in_brackets():
    text = "".join(f"({name}){value}" for name, value in FIELDS.items())
    assert split_scan(text, ON) == PackCode(GTIN, "2028-11-30", "AB-7/x", "0000099")


@pytest.mark.parametrize(
    ("expiry", "written", "last"),
    [
        ("281100", "2028-11", date(2028, 11, 30)),
        ("280200", "2028-02", date(2028, 2, 29)),
        ("281130", "2028-11-30", date(2028, 11, 30)),
        ("761231", "2076-12-31", date(2076, 12, 31)),
        ("771231", "1977-12-31", date(1977, 12, 31)),
    ],
)
def test_an_expiry_without_a_day_is_the_end_of_its_month_and_the_century_is_the_nearer(expiry, written, last):
    scanned = split_scan(f"01{GTIN}17{expiry}", ON)
    assert (scanned.expiry, scanned.last_day) == (written, last)


def test_a_batch_is_sure_where_nothing_can_stand_behind_it_and_otherwise_not_taken():
    assert split_scan(f"01{GTIN}1728113010ABC9", ON).batch == "ABC9"
    assert (
        split_scan(f"01{GTIN}1728113010AB11C17", ON).batch == "AB11C17"
    )  # neither 11 nor 17 has its six digits behind it
    assert split_scan(f"01{GTIN}1728113010AB11260101", ON).batch is None
    unsure = split_scan(f"01{GTIN}1728113010ABC21XYZ", ON)  # batch ABC21XYZ, or batch ABC and serial number XYZ
    assert (unsure.batch, unsure.serial, unsure.expiry) == (None, None, "2028-11-30")
    assert "where this one ends is not sure" in unsure.doubts[0]
    assert split_scan(f"01{GTIN}17281130{BETWEEN}10ABC21XYZ", ON).batch == "ABC21XYZ"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no code of a pack"),
        ("5012345678900x", "not known"),
        (f"01{GTIN[:-1]}1", "check digit"),
        (f"01{GTIN}17281331", "no day that there is"),
        (f"01{GTIN}17280230", "no day that there is"),
        (f"01{GTIN}172811", "too short"),
        (f"01{GTIN}17281130{BETWEEN}10", "too short"),
        (f"01{GTIN}{BETWEEN}10{'A' * 21}", "too long"),
        (f"01{GTIN}{BETWEEN}10A\N{SNOWMAN}", "holds what it may not"),
        (f"01{GTIN}{BETWEEN}10A{BETWEEN}10B", "twice"),
        (f"01{GTIN}99X", "not known"),
        ("(01", "brackets"),
        (f"(01){GTIN}(8200)http", "not known"),
        ("1" * 201, "longer than any"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_refused_and_not_repeated(text, says):
    with pytest.raises(ScanRefused) as refused:
        split_scan(text, ON)
    assert says in str(refused.value)
    assert GTIN not in str(refused.value)


PLAIN = st.text(st.sampled_from("ABCXYZabc0123456789-/."), min_size=1, max_size=20)


def with_check_digit(digits):
    weighted = sum(int(one) * (3 if place % 2 == 0 else 1) for place, one in enumerate(digits))
    return f"{digits}{-weighted % 10}"


@given(
    st.text("0123456789", min_size=13, max_size=13),
    PLAIN,
    PLAIN,
    st.dates(date(2026, 1, 1), date(2060, 1, 1)),
    st.booleans(),
)
def test_whatever_a_pack_says_comes_back_as_it_was(digits, batch, serial, expiry, day_given):
    gtin = with_check_digit(digits)
    day = f"{expiry:%y%m%d}" if day_given else f"{expiry:%y%m}00"
    scanned = split_scan(f"]d201{gtin}17{day}10{batch}{BETWEEN}21{serial}", ON)
    assert (scanned.gtin, scanned.batch, scanned.serial, scanned.doubts) == (gtin, batch, serial, ())
    assert scanned.expiry == expiry.isoformat()[: 10 if day_given else 7]
    end = expiry if day_given else (expiry.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert scanned.last_day == end


@given(PLAIN, PLAIN)
def test_without_marks_between_no_batch_is_ever_taken_with_its_serial_number_in_it(batch, serial):
    assume(len(serial) <= 20)
    try:
        scanned = split_scan(f"01{GTIN}1728113010{batch}21{serial}", ON)
    except ScanRefused:
        return
    assert scanned.batch is None


@given(st.text(max_size=60) | st.text("()0117210\x1dAB", max_size=60))
def test_whatever_is_scanned_is_split_or_refused_and_never_repeated(text):
    try:
        scanned = split_scan(text, ON)
    except ScanRefused:
        return
    assert scanned.gtin is None or len(scanned.gtin) == 14
    assert scanned.batch is None or (
        scanned.batch in text and scanned.batch not in repr(scanned).replace(str(scanned.gtin), "")
    )
