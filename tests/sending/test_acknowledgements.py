"""What a GP system answers, read strictly: bad news always counts, good news only where all of it is good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_system import an_acknowledgement

from pharmacyfirst.sending.acknowledgement import Says, Unreadable, read_acknowledgement, response_code

HEADER = "108805b4-32df-464d-a0a6-11c37afd74f2"

OFFICIAL = {
    "ITK008M_ITK_Response.xml": ("bd253806-64e7-4c90-9adf-4866cd68aa66", "30001", Says.KNOWN),
    "own-inf-positive-20013.xml": (HEADER, "20013", Says.PROCESSED),
    "own-bus-positive-30001.xml": (HEADER, "30001", Says.KNOWN),
    "own-bus-positive-30004-deceased.xml": (HEADER, "30004", Says.KNOWN),
    "own-bus-negative-30002-not-known.xml": (HEADER, "30002", Says.NOT_KNOWN),
    "own-bus-negative-30003-no-longer-here.xml": (HEADER, "30003", Says.NOT_KNOWN),
    "own-inf-negative-10009-unreadable.xml": ("", "10009", Says.NOT_PROCESSED),
    "own-inf-negative-20007-duplicate-message.xml": (HEADER, "20007", Says.DUPLICATE),
    "own-inf-negative-20009-payload-invalid.xml": (HEADER, "20009", Says.NOT_PROCESSED),
    "own-inf-negative-20010-recipient-not-recognised.xml": (HEADER, "20010", Says.NOT_PROCESSED),
    "own-inf-negative-20014-replacement-unprocessable.xml": (HEADER, "20014", Says.CANNOT_REPLACE),
}


def test_every_example_is_read(shared):
    read = {}
    for path in (shared / "fhir" / "examples" / "acks").glob("*.xml"):
        one = read_acknowledgement(path.read_bytes())
        read[path.name] = (one.answers, one.code.code, one.code.says)

    assert read == OFFICIAL


def test_ids_are_read_as_we_write_them():
    for written in (HEADER, HEADER.upper(), f"urn:uuid:{HEADER}", f" {HEADER} "):
        assert read_acknowledgement(an_acknowledgement(written, "20013")).answers == HEADER


def test_the_sender_reference_comes_back():
    assert read_acknowledgement(an_acknowledgement(HEADER, "20013", "urn:uuid:x")).sender_reference == "urn:uuid:x"


@pytest.mark.parametrize("code", ["20013", "30001", "30004"])
@pytest.mark.parametrize("beside", [{"response": "fatal-error"}, {"severity": "fatal"}, {"severity": "warning"}])
def test_good_news_with_bad_news_beside_it_is_not_good_news(code, beside):
    with pytest.raises(Unreadable, match="positive and what stands beside it is not"):
        read_acknowledgement(an_acknowledgement(HEADER, code, **beside))


def test_bad_news_counts_whatever_stands_beside_it():
    raw = an_acknowledgement(HEADER, "20009", response="ok", severity="information")

    assert read_acknowledgement(raw).code.says is Says.NOT_PROCESSED


@pytest.mark.parametrize("code", ["30005", "30016", "20016", "99999", "00000"])
def test_a_code_that_is_not_in_the_list_is_never_good_news(code):
    read = read_acknowledgement(an_acknowledgement(HEADER, code))

    assert read.code.says is Says.UNHEARD_OF
    assert not read.code.positive


def test_every_code_says_what_to_do():
    for code in [*range(10001, 10011), *range(20001, 20016), *range(30001, 30005)]:
        known = response_code(str(code))
        assert known.says is not Says.UNHEARD_OF
        assert known.then
        assert known.positive == (str(code) in ("20013", "30001", "30004"))


GOOD = an_acknowledgement(HEADER, "20013")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not well-formed"),
        (b"hello", "not well-formed"),
        (GOOD[:-20], "not well-formed"),
        (b"<Patient xmlns='http://hl7.org/fhir'/>", "not a FHIR Bundle"),
        (GOOD.replace(b"http://hl7.org/fhir", b"http://example.org"), "not a FHIR Bundle"),
        (b'<!DOCTYPE Bundle [<!ENTITY a "b">]>' + GOOD.split(b"?>")[1], "document type"),
        (an_acknowledgement(HEADER, "20013", event="ITK014M"), "event"),
        (GOOD.replace(b"<response>", b"<focus>").replace(b"</response>", b"</focus>"), "no response"),
        (GOOD.replace(b"<reference value=", b"<display value="), "no outcome"),
        (GOOD.replace(b"ITK-ResponseCodes-1", b"ITK-Other-1"), "not one of"),
        (an_acknowledgement(HEADER, "2001"), "not one of"),
        (an_acknowledgement(HEADER, "٢٠٠١٣"), "not one of"),
        (GOOD.replace(b"</issue>", b"</issue>" + GOOD.split(b"<OperationOutcome>")[1].split(b"</Oper")[0]), "exactly one"),
        (b" " * 5_000_001, "5 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_relied_on_is_refused_with_the_reason(raw, why):
    with pytest.raises(Unreadable, match=why):
        read_acknowledgement(raw)


def test_entities_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("20013")
    raw = an_acknowledgement(HEADER, "20013").replace(
        b'encoding="UTF-8"?>', f'encoding="UTF-8"?><!DOCTYPE Bundle [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
    )
    with pytest.raises(Unreadable):
        read_acknowledgement(raw)


@given(st.binary(max_size=200), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_damaged_bytes_are_read_or_refused_and_never_anything_else(put_in, where, left_out):
    said = ""
    try:
        read_acknowledgement(GOOD[:where] + put_in + GOOD[where + left_out :])
    except Unreadable as why:
        said = str(why)
    assert HEADER not in said
