"""The schema of what comes out nests all the way down: a wrong type is refused wherever it stands."""

import json
import re
from datetime import date

import jsonschema
import pytest
from shipped import cases_of

from pharmacyfirst import assess, load
from pharmacyfirst.contract.answers import REFUSED
from pharmacyfirst.contract.conformance import CASE_FILE, case_file_schema
from pharmacyfirst.contract.table_schema import any_of
from pharmacyfirst.exact import write
from pharmacyfirst.kernel.fields import BlockOf, ListOf, OrNone
from pharmacyfirst.kernel.tables import ASSESSMENT

LIBRARY = load()
ON = date(2026, 11, 21)
OUTPUT = jsonschema.Draft202012Validator(any_of(ASSESSMENT, REFUSED))


def supply():
    (case,) = (case for case in cases_of(LIBRARY, "uncomplicated-uti") if case.id == "uti-001")
    return json.loads(write(assess(LIBRARY.in_force(case.pathway, ON), case.facts, ON).as_dict()))


WRONG = [
    ("pathway", 1),
    ("as_of", "21 November"),
    ("outcome", "supply"),
    ("outcome kind", "supplied"),
    ("outcome destination", 999),
    ("offers", {}),
    ("offers 0", "nitrofurantoin"),
    ("offers 0 dose", 100),
    ("offers 0 dose amount", "100"),
    ("offers 0 dose unit", None),
    ("offers 0 quantity amount", "6"),
    ("offers 0 times_per_day", 2.5),
    ("offers 0 mechanism", "patient group direction"),
    ("offers 0 open_items", [1]),
    ("offers 0 alternatives", [{}]),
    ("offers 0 cautions", [{"id": "C", "says": "x"}]),
    ("decided_by", "UTI-T1"),
    ("missing", [None]),
    ("trace", [[]]),
    ("trace 0 verdict", "unknown"),
    ("trace 0 read", []),
    ("trace 0 read", {"rigors": {}}),
    ("content_digest", "sha256:1"),
    ("draft", "yes"),
]


@pytest.mark.parametrize(("where", "wrong"), WRONG)
def test_a_wrong_type_is_refused_wherever_it_stands(where, wrong):
    result = supply()
    assert OUTPUT.is_valid(result)
    *way, last = [int(part) if part.isdigit() else part for part in where.split()]
    block = result
    for part in way:
        block = block[part]
    assert last in block or isinstance(block, list)

    block[last] = wrong

    assert not OUTPUT.is_valid(result)


def blocks_in(table, way=()):
    """Every block of a table and how to reach one in a result."""
    yield way, table
    for field in table.fields:
        what, steps = field.what, (*way, field.key)
        while isinstance(what, ListOf | OrNone):
            steps, what = (
                (*steps, 0) if isinstance(what, ListOf) else steps,
                what.each if isinstance(what, ListOf) else what.what,
            )
        if isinstance(what, BlockOf):
            yield from blocks_in(what.table, steps)


def test_no_field_of_any_block_that_is_always_there_may_be_missing():
    looked_at = 0
    for way, table in blocks_in(ASSESSMENT):
        for field in table.fields:
            result = block = supply()
            try:
                for part in way:
                    block = block[part]
            except (IndexError, KeyError):  # this person is offered one product, with no caution
                continue
            if not field.left_out:
                del block[field.key]
                assert not OUTPUT.is_valid(result), (way, field.key)
                looked_at += 1

    assert looked_at > 35


def test_more_keys_may_come_out_and_none_may_stand_in_a_case():
    more = supply() | {"a_new_key": 1}
    more["offers"][0]["another"] = 2
    cases = {"pathway": "x", "content_digest": "sha256:" + "0" * 64, "cases": []}
    kit = jsonschema.Draft202012Validator(case_file_schema())

    assert OUTPUT.is_valid(more)
    assert kit.is_valid(cases)
    assert not kit.is_valid(cases | {"a_new_key": 1})


def test_every_field_says_what_it_means():
    for table in (ASSESSMENT, REFUSED, CASE_FILE):
        for _, block in blocks_in(table):
            said = [block.says, *(field.says for field in block.fields)]
            # A sentence; where it lists words of the text, it begins with the first of them.
            assert [one for one in said if not re.fullmatch(r"([A-Z]|[a-z]+: ).*\.", one)] == []
