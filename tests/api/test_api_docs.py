"""What docs/api.md shows is what the server answers, and the description is made of what answers."""

import json
import re

import pytest
from calling import ACCOUNT, AS_IF, CONDITION, DAY, LINES, ROOT, a_key, adopted, calling, input_object, refused
from jsonschema import Draft202012Validator
from sound_records import account_for, case_of, library

from pharmacyfirst import Kind
from pharmacyfirst.api.app import CALLS
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.cli.api_key import SCOPES
from pharmacyfirst.record import write_record

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


def test_every_schema_that_is_published_is_served_and_no_other(call):
    names = sorted(one.name for one in (ROOT / "docs" / "schema").iterdir())
    assert sorted(call.get("/v1/content").json()["schemas"]) == names
    for name in names:
        written = json.loads((ROOT / "docs" / "schema" / name).read_text(encoding="utf-8"))
        assert call.get(f"/v1/schemas/{name}").json() == written, name


def test_an_account_may_come_without_an_id_to_be_kept_and_in_no_other_way(validator, call, tmp_path):
    account = json.loads(ACCOUNT)
    nameless = {name: value for name, value in account.items() if name != "id"}
    for one, fits in ((account, True), (nameless, False)):
        assert validator("Account").is_valid(one) is fits
        assert call.post("/v1/made-records", one, at=AS_IF).is_success is fits
    key = a_key(tmp_path / "data")
    with calling(tmp_path / "data", key) as kept:
        for number, one in enumerate((account, nameless)):
            validator("AccountToKeep").validate(one)
            assert kept.post("/v1/consultations", one, once=f"kept-{number:04}", at=AS_IF).status_code == 201
    assert not validator("AccountToKeep").is_valid({name: value for name, value in nameless.items() if name != "facts"})


def test_a_real_supply_without_the_id_that_its_permit_was_given_for_is_refused_as_the_description_says(
    described, tmp_path
):
    account = json.loads(write_record(account_for(case_of(CONDITION, Kind.SUPPLY))))
    with calling(tmp_path / "data", a_key(tmp_path / "data"), adoption=adopted(tmp_path)) as kept:
        del account["id"]
        refused(kept.post("/v1/consultations", account, once="nameless-1"), "record_refused", 422)
    assert "the one that the permit was given for" in described["components"]["schemas"]["AccountToKeep"]["description"]


def test_where_a_schema_cannot_say_what_is_refused_its_words_do(described, call):
    given = {"pathway": CONDITION, "as_of": DAY, "facts": {}}
    assert call.post("/v1/assessments", json.dumps(given).replace("{}", '{"age_years": 60}')).status_code == 200
    refused(call.post("/v1/assessments", json.dumps(given).replace("{}", '{"age_years": 60.0}')), "wrong_value", 422)
    facts = described["components"]["schemas"][f"Input.{CONDITION}"]["properties"]["facts"]["properties"]
    assert "60.0, which is refused" in facts["age_years"]["anyOf"][0]["description"]


@pytest.mark.parametrize("ods", ["Y99999", "yes ", " y99999", "Y9", "Y-9999", "maße", "Y999999999999", "\ty99999\n"])
def test_a_code_is_taken_where_its_schema_takes_it_and_stored_in_capitals(validator, call, ods):
    account = json.loads(ACCOUNT)
    account["patient"]["gp_practice"]["ods"] = ods
    made = call.post("/v1/made-records", account, at=AS_IF)
    assert validator("Account").is_valid(account) is made.is_success
    if made.is_success:
        assert made.json()["patient"]["gp_practice"]["ods"] == ods.strip().upper()
        validator("Record").validate(made.json())


def test_the_scopes_of_the_command_are_those_that_there_are():
    assert tuple(one.value for one in Scope) == SCOPES
