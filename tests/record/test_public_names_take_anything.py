"""Whatever is given to a public name of the rooms of records and of the legal gate: what was asked for, or an error of ours, never one of Python's."""

import inspect
from datetime import UTC, datetime
from functools import cache
from types import NoneType

import pytest
from sound_records import account_for, case_of, library

from pharmacyfirst import Kind, PharmacyFirstError, exact, record
from pharmacyfirst.authority import adoption as adoptions
from pharmacyfirst.authority import bench, clauses, digests, renewal
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.content.adoption import read_adoption, write_adoption
from pharmacyfirst.errors import WrongKind, must_be, taking
from pharmacyfirst.record import examples, judged
from pharmacyfirst.record.inbound.suggestions import Suggestion
from pharmacyfirst.record.message.envelope import envelope_of, why_no_message
from pharmacyfirst.record.message.for_people import for_people
from pharmacyfirst.record.message.update_record import update_record
from pharmacyfirst.record.papers import claim, label, leaflet, letter, one_page

CASE = case_of("uncomplicated-uti", Kind.SUPPLY)
ANYTHING = (None, {}, "", 5, -1, 1.5, True, [], b"", object(), datetime(2026, 11, 21, tzinfo=UTC))
FUNCTIONS = {name: one for name in record.__all__ if not inspect.isclass(one := getattr(record, name))}
CLASSES = {
    name: one for name in record.__all__ if inspect.isclass(one := getattr(record, name)) and name != "RecordRefused"
}
OTHERS = {
    one.__name__: one
    for one in (
        judged.judge, letter.letter_text, letter.letter_html, label.label_text, leaflet.leaflet_text, one_page.one_page_html,
        claim.claim_of, claim.claim_csv, claim.claim_json, for_people, why_no_message, read_adoption, write_adoption, exact.read,
        authorise, in_england, adoptions.documents_of, adoptions.documents_to_adopt, clauses.clauses_of, clauses.digest_of_item,
        renewal.renewal, renewal.joined, bench.sheets_of, bench.carried_over, digests.digest_of_facts,
    )
}  # fmt: skip


@cache
def sound():
    """What fits, by the name of an argument; of a name that stands for two things (``record``), by both."""
    pathway = library().in_force(CASE.pathway, CASE.as_of)
    account = account_for(CASE)
    made = examples.example_of(library(), CASE).record
    envelope = envelope_of(made, "X26OT000", made.started_at)
    adopted = examples.example_adoption(pathway)
    return {
        "account": account, "library": library(), "recorded_at": account.ended_at, "adoption": adopted, "record": made,
        "envelope": envelope, "message": update_record(made, envelope), "xml": update_record(made, envelope), "mailbox": "X26OT000",
        "at": made.started_at, "version": 1, "first_id": made.id, "raw": b"{}", "on": made.on, "by": "A. Pharmacist",
        "suggestion": Suggestion("pregnancy", "pregnant", "a record", None, "it says so"), "words": record.write_record(made),
        "pathway": pathway, "records": [made], "facts": dict(made.facts), "gphc_number": "2012345", "channel": Channel.IN_PERSON,
        "moment": made.started_at, "item": next(iter(pathway.open_items.values())), "old": adopted, "new": adopted,
        "pathways": [pathway], "bench": bench.Bench(pathway), "only": (),
    }  # fmt: skip


def wrong_with(function, **given):
    """The error of Python's own that comes out; nothing where it is one of ours, or none."""
    try:
        made = function(**given)
        list(made) if inspect.isgenerator(made) else None
    except PharmacyFirstError:
        return None
    except Exception as error:
        return error
    return None


def arguments(function, folder):
    held = sound() | {"path": folder / "adoption.yaml", "to": folder / "new.yaml"}
    takes = inspect.signature(function).parameters.values()
    return [one.name for one in takes], {one.name: held[one.name] for one in takes if one.default is one.empty}


@pytest.mark.parametrize("name", [*FUNCTIONS, *OTHERS])
def test_anything_in_place_of_an_argument_is_taken_or_refused_as_an_error_of_ours(name, tmp_path):
    function = FUNCTIONS.get(name) or OTHERS[name]
    names, fits = arguments(function, tmp_path)
    found = [
        (argument, given, error)
        for argument in names
        if argument != "most_bytes"  # a bound that a program sets, and nothing that comes in
        for given in ANYTHING
        if (error := wrong_with(function, **fits | {argument: given}))
    ]

    assert found == []


@pytest.mark.parametrize("name", CLASSES)
def test_anything_in_place_of_a_field_is_taken_or_refused_as_an_error_of_ours(name):
    made = CLASSES[name]
    found = [
        (field, given, error)
        for field in made.model_fields
        for given in ANYTHING
        if (error := wrong_with(made, **{field: given}))
    ]

    assert found == []


@pytest.mark.parametrize("name", [*FUNCTIONS])
def test_a_missing_argument_is_the_one_error_of_pythons_that_comes_out(name):
    """And what is given in its place, by position, is looked at all the same."""
    function = FUNCTIONS[name]
    with pytest.raises(TypeError, match=r"missing|unexpected"):
        function()
    with pytest.raises((PharmacyFirstError, TypeError)) as refused:
        function(None)
    assert isinstance(refused.value, PharmacyFirstError) or "missing" in str(refused.value)


def test_the_end_of_a_consultation_that_nobody_noted_is_no_time_of_a_message():
    made = sound()["record"]
    with pytest.raises(WrongKind, match=r"^at has to be datetime, not NoneType\. Nothing was done\.$"):
        record.envelope_of(made, "X26OT000", at=None)
    with pytest.raises(WrongKind, match=r"^version has to be int, not str\."):
        record.envelope_of(made, "X26OT000", made.started_at, version="1")


def test_what_is_taken_is_named_with_every_kind_that_fits():
    @taking(day=int | NoneType)
    def told(day, other=None):
        return day, other

    assert told(5, other="x") == (5, "x")
    assert told(day=None) == (None, None)
    with pytest.raises(WrongKind, match=r"^day has to be int or None, not str\. Nothing was done\.$"):
        told("5")
    with pytest.raises(WrongKind, match="day has to be int or None, not dict"):
        told(day={})


def test_yes_is_no_number():
    with pytest.raises(WrongKind, match="version has to be int, not bool"):
        must_be(int, version=True)


@pytest.mark.parametrize("given", [{}, None, 5, [], object()])
def test_what_is_no_text_is_no_json(given):
    with pytest.raises(PharmacyFirstError, match="has to be JSON, as text or as bytes"):
        exact.read(given)
    with pytest.raises(record.RecordRefused, match="has to be JSON"):
        record.read_account(given)
