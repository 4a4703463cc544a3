"""The one reader of XML: what it takes, what it refuses and why, and that nothing outside the bytes is ever read."""

import copy
import pickle
import socket
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.xml_in import MOST_ATTRIBUTES, MOST_BYTES, MOST_LEVELS, XMLRefused, read_xml


def refusal(raw, **given):
    with pytest.raises(XMLRefused) as refused:
        read_xml(raw, **given)
    return refused.value


def nested(levels):
    return b"<a>" * levels + b"</a>" * levels


def with_attributes(many):
    return b"<a " + b" ".join(b'x%d=""' % number for number in range(many)) + b"/>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_utf_8_is_read_and_what_the_declaration_names_instead(encoding):
    name = encoding.removesuffix("-sig")
    raw = f'<?xml version="1.0" encoding="{name}"?><a b="Siân">é</a>'.encode(encoding)

    root = read_xml(raw)

    assert (root.get("b"), root.text) == ("Siân", "é")


def test_comments_and_processing_instructions_are_left_out():
    root = read_xml(b"<a><!-- not for machines --><?target words?><b/></a>")

    assert [one.tag for one in root] == ["b"]


@pytest.mark.parametrize(
    ("raw", "code", "says"),
    [
        (b"", "not_well_formed", "it is not well-formed XML (line 1, column 1)"),
        (b"\x00\xff", "not_well_formed", "it is not well-formed XML (line 1, column 1)"),
        (b"<a>\n<TESTPATIENT></a>", "not_well_formed", "it is not well-formed XML (line 2, column 18)"),
        (b"<a>&TESTPATIENT;</a>", "not_well_formed", "it is not well-formed XML (line 1, column 17)"),
        (b"<!DOCTYPE TESTPATIENT><TESTPATIENT/>", "document_type", "it brings a document type of its own"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document_type", "it brings a document type of its own"),
        (nested(MOST_LEVELS + 1), "too_deep", "its elements stand more than 100 deep in each other"),
        (nested(100_000), "not_well_formed", "it is not well-formed XML (line 1, column 771)"),
        (
            with_attributes(MOST_ATTRIBUTES + 1),
            "too_many_attributes",
            "one of its elements has more than 64 attributes",
        ),
        (b" " * (MOST_BYTES + 1), "too_large", "it is larger than 5 MB"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_refused_is_refused_with_its_reason_and_nothing_is_repeated(raw, code, says):
    refused = refusal(raw)

    assert (refused.code, str(refused)) == (code, says)
    assert "TESTPATIENT" not in str(refused)
    assert isinstance(refused, PharmacyFirstError)


def test_what_lies_on_a_bound_is_read():
    assert read_xml(nested(MOST_LEVELS)).tag == "a"
    assert len(read_xml(with_attributes(MOST_ATTRIBUTES)).attrib) == MOST_ATTRIBUTES
    assert read_xml(b"<a/>" + b" " * (MOST_BYTES - 4)).tag == "a"


def test_who_reads_may_allow_fewer_bytes_or_more():
    assert str(refusal(b"<a/>" + b" " * 2_000_000, most_bytes=2_000_000)) == "it is larger than 2 MB"
    assert read_xml(b"<a/>" + b" " * MOST_BYTES, most_bytes=MOST_BYTES + 4).tag == "a"


def test_80_000_attributes_are_refused_at_once():
    """lxml walks over them in the square of their number: half a minute."""
    began = time.monotonic()

    assert refusal(with_attributes(80_000)).code == "too_many_attributes"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY b SYSTEM "{file}">', '<!ENTITY % b SYSTEM "{file}"> %b;', '<!ENTITY b SYSTEM "{address}">'],
    ids=["a file", "a parameter entity", "an address"],
)
def test_nothing_outside_is_read(declared, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("<!ENTITY c 'not for you'>")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        declared = declared.format(file=secret.as_uri(), address=address)
        refused = refusal(f"<!DOCTYPE a [{declared}]><a>&b;</a>".encode())
        with pytest.raises(TimeoutError):
            listening.accept()

    assert refused.code in ("document_type", "not_well_formed")


def test_entities_that_grow_are_refused_before_they_have_grown():
    entities = "".join(f'<!ENTITY e{one} "{f"&e{one - 1};" * 10}">' for one in range(1, 12))
    raw = f'<!DOCTYPE a [<!ENTITY e0 "0123456789">{entities}]><a b="&e11;">&e11;</a>'.encode()

    assert refusal(raw).code in ("document_type", "not_well_formed")


def test_a_refusal_is_copied_and_pickled_whole():
    refused = refusal(b"<a>")
    for again in (copy.copy(refused), pickle.loads(pickle.dumps(refused))):
        assert (again.code, again.place, str(again)) == (refused.code, refused.place, str(refused))


def test_without_lxml_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(ImportError, match=r"not installed\. Install them: "):
        read_xml(b"<a/>")


GOOD = b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"><id value="secret-value"/></Bundle>'


@given(st.binary(max_size=200), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_any_bytes_are_read_or_refused_and_never_anything_else(put_in, where, left_out):
    said = ""
    try:
        read_xml(GOOD[:where] + put_in + GOOD[where + left_out :])
    except XMLRefused as why:
        said = str(why)
    assert "secret-value" not in said
