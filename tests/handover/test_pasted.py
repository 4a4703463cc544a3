"""Pasted details: taken where label or form leave no doubt, never somebody else's, and all that was left is given back."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.handover.pasted import LONGEST, Pasted, read_pasted

ON = date(2026, 11, 21)
BORN = date(1980, 2, 1)
NUMBER = "9990000018"
BANNER = "SMITH, John (Mr)   Born 01-Feb-1980 (46y)   Gender Male   NHS No. 999 000 0018"
WHOLE = Pasted(
    family="SMITH", given=("John",), title="Mr", birth_date=BORN, gender="male", nhs_number=NUMBER,
)  # fmt: skip


def taken(text):
    held = read_pasted(text, ON)
    return {
        name: value
        for name in Pasted.__slots__
        if (value := getattr(held, name)) not in (None, ()) and name != "doubts"
    }


@pytest.mark.parametrize("between", ["   ", " ", "\t", " | ", "\n"])
def test_a_banner_is_read_however_it_was_copied(between):
    assert read_pasted(re.sub(r"(?<=\)) {3}|(?<=Male) {3}", between, BANNER), ON) == WHOLE


def test_labelled_lines_are_read_with_the_address_over_several_lines():
    text = (
        "Surname:\tSmith\nForename(s):\tJohn Andrew\nDate of Birth\t1 February 1980\nNHS No\t999-000-0018\n"
        "Address: Flat 2\n1 High Street\nLeeds LS1 6AE\nMobile: 07700 900123\nGender: Male"
    )
    assert read_pasted(text, ON) == Pasted(
        family="Smith", given=("John", "Andrew"), birth_date=BORN, gender="male", nhs_number=NUMBER,
        address=("Flat 2", "1 High Street", "Leeds"), postcode="LS1 6AE", telephone="07700 900123",
    )  # fmt: skip


def test_a_label_on_a_line_of_its_own_has_the_next_line_as_its_value():
    assert taken("Date of birth\n01/02/1980\nNHS number\n999 000 0018") == {"birth_date": BORN, "nhs_number": NUMBER}


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("01/02/1980", BORN), ("1.2.1980", BORN), ("01-02-1980", BORN), ("1980-02-01", BORN), ("01-Feb-1980 (46y)", BORN),
        ("1st February 1980", BORN), ("1 Sept 1980", date(1980, 9, 1)), ("01/02/1980 (46 y)", BORN), ("01/02/1980, aged 46", BORN),
        ("01/02/80", None), ("30/02/1980", None), ("02/13/1980", None), ("22/11/2026", None), ("01/02/1880", None), ("01/02-1980", None),
        ("1980", None), ("February 1980", None), ("01/02/1980 or so", None),
    ],
)  # fmt: skip
def test_a_date_of_birth_is_day_first_whole_and_past(written, born):
    assert read_pasted(f"DOB: {written}", ON).birth_date == born


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("01/02/1980", "a date without a label may be any day's"),
        ("Smith, John", "which is the family name is a guess"),
        ("Name: John Smith", "which is the family name is a guess"),
        ("LS1 6AE", "a postcode without a label may be the practice's"),
        ("0113 496 0000", "a telephone without a label may be anybody's"),
        ("Mother's DOB: 01/02/1950", "somebody else's"),
        ("NHS number of mother: 999 000 0018", "somebody else's"),
        ("GP Tel: 0113 496 0000", "somebody else's"),
        ("Next of kin: SMITH, Jane 07700 900123", "somebody else's"),
        ("Previous surname: Jones", "an earlier one"),
        ("NHS No: 999 000 0019", "its check digit is wrong"),
        ("1139600004", "ten digits with a wrong check digit"),
        ("Sex: see notes", "no sex that a record has"),
        ("Name of the drug: Simvastatin", "no name of a person"),
    ],
)
def test_what_is_not_sure_is_left_and_shown(text, left):
    assert taken(text) == {"left": (text,)}, left


def test_after_a_heading_about_somebody_else_nothing_more_is_taken():
    text = "Name: SMITH, John\nGP Practice: Any Surgery\nAddress: 2 Surgery Lane, Leeds LS1 6AE\nTel: 0113 496 0000\nDOB: 01/02/1980"
    assert taken(text) == {"family": "SMITH", "given": ("John",), "left": tuple(text.split("\n")[1:])}
    assert taken("Next of kin\nName: SMITH, Jane\nDOB: 01/02/1950") == {
        "left": ("Next of kin", "Name: SMITH, Jane", "DOB: 01/02/1950")
    }


def test_two_that_agree_are_one_and_two_that_do_not_may_be_two_people():
    assert read_pasted("DOB: 01/02/1980\nBorn 1 Feb 1980", ON).birth_date == BORN
    text = "Name: SMITH, John\nNHS No: 999 000 0018\nTel: 0113 496 0000\nNHS No: 999 000 0026"
    held = read_pasted(text, ON)
    assert held == Pasted(left=tuple(text.split("\n")), doubts=held.doubts)
    assert held.doubts == (
        "NHS number: it is there more than once, and not alike", "nothing was taken: these may be the details of two people",
    )  # fmt: skip


def test_two_telephones_are_left_and_the_rest_is_taken():
    text = "Name: SMITH, John\nTel: 0113 496 0000\nMobile: 07700 900123"
    assert taken(text) == {
        "family": "SMITH",
        "given": ("John",),
        "left": ("Tel: 0113 496 0000", "Mobile: 07700 900123"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Appointment\tName\tDOB\n21/11/2026\tSMITH, John\t01/02/1980",
        "Appointment\tDOB\n21/11/2026\t01/02/1980",
        "Appointment\nDOB\n21/11/2026\n01/02/1980",
        "DOB\tSeen\n01/02/1980\t21/11/2026",
    ],
)
def test_what_stands_under_the_heads_of_a_table_is_taken_by_no_place(text):
    assert read_pasted(text, ON).birth_date is None


def test_an_address_goes_on_to_its_postcode_and_without_one_not_at_all():
    whole = "Address: 1 High Street\nLeeds\nLS1 6AE\nSimvastatin 20mg"
    assert taken(whole) == {"address": ("1 High Street", "Leeds"), "postcode": "LS1 6AE", "left": ("Simvastatin 20mg",)}
    assert taken("Address\nFlat 2\n1 High Street\nLeeds LS1 6AE") == {
        "address": ("Flat 2", "1 High Street", "Leeds"), "postcode": "LS1 6AE",
    }  # fmt: skip
    assert set(taken("Address\nSimvastatin 20mg\nAspirin")) == {"left"}
    assert taken("Address: 1 High Street\nSimvastatin 20mg\nAspirin") == {
        "address": ("1 High Street",), "left": ("Simvastatin 20mg", "Aspirin"),
    }  # fmt: skip


def test_somebody_may_be_called_practice():
    assert taken("Name: PRACTICE, Charlie\nDOB: 01/02/1980") == {
        "family": "PRACTICE", "given": ("Charlie",), "birth_date": BORN
    }  # fmt: skip


def test_a_name_with_its_title_is_a_persons_and_one_without_may_be_a_heading():
    assert taken("PRACTICE, Charlie (Miss)   Born 01-Feb-1980")["birth_date"] == BORN
    assert taken("PRACTICE, Any\nDOB: 01/02/1980") == {"left": ("PRACTICE, Any", "DOB: 01/02/1980")}
    assert taken("SMITH, Jane (mother)\nDOB: 01/02/1980") == {"left": ("SMITH, Jane (mother)", "DOB: 01/02/1980")}


def test_neither_repr_nor_doubts_show_who_it_is():
    held = read_pasted(f"{BANNER}\nNHS No: 999 000 0026\nDOB: 31/02/1980 Featherstonehaugh", ON)
    shown = repr(held)
    assert not [one for one in ("SMITH", "John", "1980", "0018", "0026", "Featherstonehaugh", "999") if one in shown]
    assert held.doubts


def words(text):
    return sorted(re.findall(r"[^\s|;:,.=()-]+", text))


LINES = st.sampled_from(
    [
        BANNER, "Name: SMITH, John", "DOB: 01/02/1980", "Born 31/12/1979", "NHS No: 999 000 0018", "999 000 0026", "Tel: 0113 496 0000",
        "Address: 1 High Street", "Leeds LS1 6AE", "Next of kin", "GP: Dr Jones", "Mother: SMITH, Jane", "Surname", "Smith", "", "Allergies: none",
    ]
)  # fmt: skip


@given(st.lists(LINES | st.text(max_size=30), max_size=12), st.sampled_from(["\n", "\t", "   ", "|"]))
def test_whatever_is_pasted_nothing_of_it_is_lost_and_nothing_is_raised(lines, between):
    text = between.join(lines)
    held = read_pasted(text, ON)
    kept = {*words(" ".join(held.left))}
    for line in held.left:
        assert {*words(line)} <= {*words(text)}
    details = [held.family, *held.given, held.title, held.postcode, *held.address]
    for detail in filter(None, details):
        assert {*words(detail.lower().replace(" ", ""))} <= {
            "",
            *words(text.lower()),
            *words(re.sub(r"\s", "", text.lower())),
        } or all(one in text.lower() for one in words(detail.lower()))
    if not [one for one in (*details, held.birth_date, held.nhs_number, held.telephone, held.gender) if one]:
        assert {*words(text)} <= kept


@given(st.lists(LINES, max_size=8))
def test_no_detail_stands_after_a_heading_about_somebody_else(lines):
    before = read_pasted("\n".join(lines), ON)
    after = read_pasted(
        "\n".join([*lines, "Next of kin:", "NHS No: 999 000 0026", "Name: OTHER, Jane", "DOB: 03/03/1933"]), ON
    )
    for name in ("family", "given", "birth_date", "nhs_number", "telephone"):
        assert getattr(before, name) == getattr(after, name)


def test_more_than_a_patients_details_are_given_back_unread():
    text = f"{BANNER}\n" * 60
    held = read_pasted(text, ON)
    assert "".join(held.left) == text
    assert held.nhs_number is None
    assert len(text) > LONGEST
