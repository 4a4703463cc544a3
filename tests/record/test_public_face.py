"""The public names of ``pharmacyfirst.record``: each is found, none is loaded before it is asked for, all refusals have one base."""

import ast
import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from pharmacyfirst import record
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.record.codes import NoServiceCode
from pharmacyfirst.record.inbound.bundle import InboundRefused
from pharmacyfirst.record.inbound.suggestions import NotConfirmed
from pharmacyfirst.record.message.envelope import NoMessage, WhyNoMessage, WrongEnvelope
from pharmacyfirst.record.message.rules import NotAMessage
from pharmacyfirst.record.papers.parts import NoPaper

WHY = WhyNoMessage("no_practice", "No message: the patient has no GP practice.")


def test_every_public_name_is_found_and_documented():
    assert 15 <= len(record.__all__) <= 25
    for name in record.__all__:
        assert getattr(record, name).__doc__, name
    assert set(record.__all__) <= set(dir(record))
    with pytest.raises(AttributeError, match="has no attribute 'exact_json'"):
        record.exact_json  # noqa: B018


def test_what_a_type_checker_reads_is_what_is_found_at_run_time():
    tree = ast.parse(Path(record.__file__).read_text(encoding="utf-8"))
    typed = {
        one.name: node.module.removeprefix("pharmacyfirst.record.")
        for block in ast.walk(tree)
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    assert typed == record._HOME_OF
    assert set(typed) == set(record.__all__)


def test_a_record_loads_neither_xml_nor_another_wing():
    """In a fresh interpreter, because here everything is loaded."""
    asks = "import sys; from pharmacyfirst.record import Consultation, make_record, read_record; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout.split()
    assert "pharmacyfirst.record.consultation" in loaded
    wings = ("pharmacyfirst.record.message.", "pharmacyfirst.record.papers", "pharmacyfirst.record.inbound", "lxml")
    assert [name for name in loaded if name.startswith((*wings, "jinja2", "click", "sqlite3"))] == []


@pytest.mark.parametrize(
    "error",
    [
        record.RecordRefused("x"),
        NoMessage(WHY),
        WrongEnvelope("x"),
        NotAMessage("x"),
        ExtraMissing("record", "x"),
        NoPaper("x"),
        NoServiceCode("x"),
        NotConfirmed("x"),
        InboundRefused("revoked", "The referrer has cancelled it.", "abc"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_refusal_has_the_one_base_and_survives_a_copy(error):
    assert isinstance(error, PharmacyFirstError)
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
