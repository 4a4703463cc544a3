"""What docs/api.md shows is what the server answers, and the description is made of what answers."""

import json
import re

import pytest
from calling import DAY, LINES, ROOT, calling, input_object
from jsonschema import Draft202012Validator
from sound_records import library

from pharmacyfirst.api.app import CALLS
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.cli.api_key import SCOPES

PAGE = "\n".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("api.md", "cds-hooks.md"))
EXAMPLES = re.findall(r"```http\n(\w+) (\S+)\n(.*?)\n```\n\n```json\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def call():
    with calling() as caller:
        yield caller


@pytest.fixture(scope="module")
def described(call):
    return call.get("/openapi.json").json()


def test_every_example_is_found():
    assert len(EXAMPLES) == PAGE.count("```http") > 4


def holds(answered, shown):
    """What is shown of an answer, which leaves out what it does not speak of."""
    if isinstance(shown, dict):
        return {key: holds(answered[key], value) for key, value in shown.items()}
    if isinstance(shown, list) and isinstance(answered, list) and len(shown) == len(answered):
        return [holds(one, value) for one, value in zip(answered, shown, strict=True)]
    return answered


@pytest.mark.parametrize(("method", "path", "body", "shown"), EXAMPLES)
def test_an_example_is_what_the_server_answers(call, method, path, body, shown):
    assert method == "POST"
    answered = call.post(path, body).json()
    wanted = json.loads(shown)
    assert holds(answered, wanted) == wanted


def test_every_call_is_described_and_no_other(described):
    assert described["openapi"].startswith("3.1")
    found = {(method.upper(), path) for path, of in described["paths"].items() for method in of}
    assert found == {(call.method, call.path) for call in CALLS}
    for call in CALLS:
        operation = described["paths"][call.path][call.method.lower()]
        assert operation["operationId"] == call.name
        assert operation.get("x-scope") == (call.scope and call.scope.value)
        ways = {way for one in operation.get("security", ()) for way in one}
        assert ways == ({"key", *(["token"] if call.for_cds_clients else [])} if call.scope else set())
        assert ("requestBody" in operation) == call.has_body
        assert any(one["name"] == "Idempotency-Key" for one in operation["parameters"]) == call.writes
        assert {one["name"] for one in operation["parameters"] if one["in"] == "path"} == {
            *re.findall(r"{(\w+)}", call.path)
        }


def test_no_two_calls_share_a_name_and_whatever_writes_is_posted():
    assert len({call.name for call in CALLS}) == len(CALLS)
    assert all(call.method == "POST" for call in CALLS if call.writes)
    assert all(call.answer.__doc__ for call in CALLS)


def refs(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def test_every_reference_leads_somewhere(described):
    there = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert {*refs(described)} <= there


@pytest.fixture(scope="module")
def validator(described):
    """Judges by the schema of this name; all of them stand in one, which is checked once."""
    whole = {"$defs": described["components"]["schemas"]}
    whole = json.loads(json.dumps(whole).replace("#/components/schemas/", "#/$defs/"))
    Draft202012Validator.check_schema(whole)
    return lambda name: Draft202012Validator(whole | {"$ref": f"#/$defs/{name}"})


def test_what_is_given_and_taken_fits_its_schema(validator, call):
    given = json.loads(LINES[0])
    validator("Input").validate(given)
    assert [*validator("Input").iter_errors(given | {"facts": {"rigors": "perhaps"}})]
    validator("Assessment").validate(call.post("/v1/assessments", given).json())
    validator("Next").validate(call.post("/v1/next-questions", given).json())
    validator("Next").validate(call.post("/v1/next-questions", input_object({})).json())
    validator("Conditions").validate(call.get("/v1/conditions", as_of=DAY).json())
    validator("Content").validate(call.get("/v1/content").json())
    validator("Problem").validate(call.post("/v1/assessments", {}).json())
    validator("Ready").validate(call.get("/ready").json())
    for condition in library().conditions:
        validator("Questions").validate(call.get(f"/v1/conditions/{condition}/questions", as_of=DAY).json())


def test_the_scopes_of_the_command_are_those_that_there_are():
    assert tuple(one.value for one in Scope) == SCOPES
