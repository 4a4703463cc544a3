"""A refusal holds nothing of what was refused, whatever reaches through it to what was caught on the way."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest

from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.contract.answers import answer_line
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.exact import read
from pharmacyfirst.ledger import LedgerDamaged, open_ledger
from pharmacyfirst.record.fields import Coded, Quantity
from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral
from pharmacyfirst.record.judged import read_record
from pharmacyfirst.record.measured import Observation
from pharmacyfirst.record.message.rules import check
from pharmacyfirst.sending.stored import as_written
from pharmacyfirst.xml_in import read_xml

MARKER = "Zebedee-9990000018"
DAY = date(2026, 11, 21)
NOT_JSON = [
    f'{{"name": "{MARKER}", }}'.encode(),
    f'{{"name": "{MARKER}"'.encode(),
    f'{{"name": "{MARKER} \xff"}}'.encode("latin-1"),
    f'{{"{MARKER}": 1, "{MARKER}": 2}}'.encode(),
    f'{{"{MARKER}": NaN}}'.encode(),
    f'{{"{MARKER}": '.encode() * 30_000,
    f'{{"id": "{MARKER}", "{MARKER}": "{MARKER}"}}'.encode(),
    f'{{"pathway": "{MARKER}", "as_of": "2026-11-21", "facts": {{"{MARKER}": "{MARKER}"}}}}'.encode(),
    f'{{"pathway": "shingles", "as_of": "{MARKER}", "facts": {{}}}}'.encode(),
    f'{{"pathway": "shingles", "as_of": "2026-11-21", "facts": {{"age": "{MARKER}"}}}}'.encode(),
]
NOT_XML = [
    f"<a><{MARKER}></b>".encode(),
    f"<a>{MARKER}&{MARKER};</a>".encode(),
    f"<a {MARKER}='1' {MARKER}='2'/>".encode(),
    f"<!DOCTYPE a [<!ENTITY z '{MARKER}'>]><a/>".encode(),
    f"<a>{MARKER}\x00</a>".encode(),
]


def chain(error):
    """The error and all that it came of."""
    found, waiting = [], [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__]
    return found


def holds_nothing(act):
    """The refusal of an act, in which nobody finds the marker."""
    with pytest.raises(PharmacyFirstError) as caught:
        act()
    for one in chain(caught.value):
        inside = {name: getattr(one, name, None) for name in ("doc", "object", "filename", "args", "msg", "output")}
        assert MARKER.lower() not in f"{one} {one!r} {vars(one)} {inside}".lower()
        assert not hasattr(one, "errors") or MARKER not in str(one.errors())


@pytest.mark.parametrize("words", NOT_JSON)
@pytest.mark.parametrize(
    "way_in",
    [
        read,
        lambda words: answer_line(shipped_library(), words),
        read_record,
        lambda words: read_referral(words, DAY),
        lambda words: read_gp_record(words, DAY),
    ],
)
def test_json(way_in, words):
    if way_in is read:
        with suppress(PharmacyFirstError):
            read(words)
            return  # it is JSON
    holds_nothing(lambda: way_in(words))


@pytest.mark.parametrize("raw", NOT_XML)
@pytest.mark.parametrize(
    "way_in", [read_xml, check, lambda raw: read_referral(raw, DAY), lambda raw: read_gp_record(raw, DAY)]
)
def test_xml(way_in, raw):
    holds_nothing(lambda: way_in(raw))


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        (Coded, {"code": MARKER, "display": MARKER}),
        (Quantity, {"amount": MARKER, "unit": MARKER}),
        (Observation, {"kind": "temperature", "value": 38, "at": MARKER, MARKER: MARKER}),
    ],
)
def test_record_classes(kind, held):
    holds_nothing(lambda: kind(**held))


def test_a_ledger_that_cannot_be_opened(tmp_path):
    (tmp_path / MARKER).mkdir()
    holds_nothing(lambda: open_ledger(tmp_path / MARKER))
    holds_nothing(lambda: open_ledger(tmp_path / MARKER / "missing" / MARKER))
    (tmp_path / f"{MARKER}.db").write_text(MARKER * 100, encoding="utf-8")
    holds_nothing(lambda: open_ledger(tmp_path / f"{MARKER}.db"))


def test_an_event_that_was_tampered_with(tmp_path):
    event = open_ledger().append("s", "k", f"{{{MARKER}", datetime(2026, 11, 21, tzinfo=UTC))

    def told():
        with as_written((event,)):
            json.loads(event.body)

    holds_nothing(told)
    with pytest.raises(LedgerDamaged):
        told()


def test_an_adoption_record(tmp_path):
    for words in (f"organisation: {MARKER}\n", f"{MARKER}: [\n", f"a: b\n{MARKER}: \xff\n"):
        (tmp_path / "adoption.yaml").write_bytes(words.encode("latin-1"))
        holds_nothing(lambda: read_adoption(tmp_path / "adoption.yaml"))
