"""The published schemas fit what really goes in and comes out, and refuse what the engine refuses."""

import json
from datetime import date

import jsonschema
import pytest
from shares import of_each
from shipped import cases_of

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.contract.answers import error_object
from pharmacyfirst.contract.conformance import INPUT
from pharmacyfirst.contract.schemas import schemas
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import write

LIBRARY = load()
SCHEMAS = schemas(LIBRARY)


def plain(value):
    """As another program sees it: through JSON text."""
    return json.loads(write(value))


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_every_case_goes_in_and_every_way_of_deciding_comes_out_as_the_schemas_say(condition):
    goes_in = jsonschema.Draft202012Validator(SCHEMAS[f"input-{condition}.schema.json"])
    comes_out = jsonschema.Draft202012Validator(SCHEMAS["output.schema.json"])
    ways = {}
    for case in cases_of(LIBRARY, condition):
        goes_in.validate(plain(INPUT.as_dict(case)))
        found = assess(LIBRARY.in_force(condition, case.as_of), case.facts, case.as_of)
        ways[found.outcome, found.decided_by, bool(found.missing), tuple(o.row.id for o in found.offers)] = found
    most = Kind.SUPPLY if LIBRARY.newest(condition).pgds else Kind.MEASURE_NEXT
    assert {found.outcome.kind for found in ways.values()} >= {Kind.EMERGENCY, most, Kind.NEED_FACTS}
    for found in ways.values():
        comes_out.validate(plain(found.as_dict()))
    comes_out.validate(plain(error_object(Refused("wrong_value", "no", "rigors"))))


@pytest.mark.parametrize(
    "wrong",
    [{"rigors": "yes"}, {"rigors": 1}, {"age_years": "31"}, {"age_years": 121}, {"pregnancy": "no"}, {"interacting_medicines": "probenecid"}, {"rigours": True}],
)  # fmt: skip
def test_what_the_engine_refuses_the_schema_refuses(wrong):
    whole = {"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": wrong}

    assert not jsonschema.Draft202012Validator(SCHEMAS["input-uncomplicated-uti.schema.json"]).is_valid(whole)
    with pytest.raises(Refused):
        assess(LIBRARY.in_force("uncomplicated-uti", date(2026, 11, 21)), wrong, date(2026, 11, 21))


def test_the_content_schema_names_the_headings_the_loader_takes():
    blocks = SCHEMAS["content.schema.json"]["$defs"]

    assert "stopping criteria" in blocks["pathway file"]["required"]
    assert "inclusion" in blocks["PGD file"]["required"]
    assert set(blocks["stopping criterion"]["required"]) == {"because", "evidence"}
    assert "baseline" in blocks["file of cases"]["required"]
