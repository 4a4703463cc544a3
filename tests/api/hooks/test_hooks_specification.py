"""CDS Hooks 2.0 rule by rule: ``specification.tsv`` says of each that touches a service whether it is met, by which test, or why not.

Sections are counted in the source of version 2.0.1 (HL7/cds-hooks, ``input/pagecontent/index.md``), *Overview* being 1; their names are the
specification's. Its examples are data of its own: requests, feedback, and a signed token with its key.
"""

import ast
import csv
import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from calling import CONDITION, ROOT, Clock, a_key, calling
from hooking import FEEDBACK, SERVICE, answered, card_of_call, opened, patient
from joserfc.jwk import KeySet
from jsonschema import Draft202012Validator
from shipped import cases_of
from sound_records import library

from pharmacyfirst.api.hooks import clients as the_clients
from pharmacyfirst.api.hooks import messages
from pharmacyfirst.api.hooks.asked import ANSWERED, HOOKS, OPENED
from pharmacyfirst.api.hooks.clients import CDSClient, CDSClients

HERE = Path(__file__).parent
RULES = list(csv.DictReader((HERE / "specification.tsv").open(encoding="utf-8"), delimiter="\t"))
PAGE = (ROOT / "docs" / "cds-hooks.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def call():
    with calling() as caller:
        yield caller


@cache
def names_of_tests():
    """The names of all tests of the API."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in HERE.parent.rglob("test_*.py")]
    return {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_rule_is_met_by_a_test_or_says_why_not(rule):
    assert rule["standing"] in ("met", "not met", "not ours")
    if rule["standing"] == "met" and not rule["by"].startswith("benchmarks:"):
        assert rule["by"] in names_of_tests()
    else:
        assert len(rule["by"].split()) > 3


def test_what_is_not_met_is_told_on_the_page():
    not_met = [rule for rule in RULES if rule["standing"] == "not met"]
    assert len(not_met) == 2
    for rule in not_met:
        assert rule["rule"] in PAGE


# Discovery


def fits(schema, value):
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def test_what_is_discovered_is_what_the_specification_asks_for(call):
    reply = call.get("/cds-services")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    fits(messages.CDS_SERVICES, reply.json())
    for one in reply.json()["services"]:
        assert {"hook", "title", "description", "id"} <= one.keys()
        for template in one["prefetch"].values():
            assert re.fullmatch(r"[A-Z][A-Za-z]+/\{\{context\.patientId\}\}", template)


def test_a_server_without_services_lists_none():
    with calling(clock=Clock(datetime(2020, 1, 1, 12, tzinfo=UTC))) as caller:  # no pathway was in force then
        reply = caller.get("/cds-services")
    assert (reply.status_code, reply.json()) == (200, {"services": []})


# Requests and cards


def test_the_request_of_the_specification_is_answered(call):
    """That of "Calling a CDS Service", with the prefetch key that this service asks for."""
    given = {
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "http://hooks.smarthealthit.org:9080",
        "hook": "patient-view",
        "fhirAuthorization": {
            "access_token": "some-opaque-fhir-access-token", "token_type": "Bearer", "expires_in": 300,
            "scope": "user/Patient.read user/Observation.read", "subject": "cds-service4",
        },
        "context": {"userId": "Practitioner/example", "patientId": "1288992", "encounterId": "89284"},
        "prefetch": {"patient": {"resourceType": "Patient", "gender": "male", "birthDate": "1925-12-23", "id": "1288992", "active": True}},
    }  # fmt: skip
    fits(messages.CDS_REQUEST, given)
    reply = call.post(SERVICE, given)
    assert reply.status_code == 200
    assert reply.json().keys() == {"cards"}
    fits(messages.CDS_CARDS, reply.json())


def test_every_card_fits_its_schema(call):
    for condition in library().conditions:
        for case in cases_of(library(), condition)[::40]:
            given = json.loads(
                json.dumps(
                    {name: [*one] if isinstance(one, tuple) else one for name, one in case.facts.items()}, default=str
                )
            )
            numbers = library().in_force(condition, case.as_of).questions
            facts = {name: float(one) if numbers[name].answer.value == "number" else one for name, one in given.items()}
            card = card_of_call(call, answered(facts, as_of=str(case.as_of)), condition)
            fits(messages.CDS_CARDS, {"cards": [card]})
            assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)+", name) for name in card["extension"])


def test_a_spoiled_card_fits_no_schema(call):
    card = card_of_call(call, answered({"kidney_pain_or_tenderness": True}))
    schema = Draft202012Validator(messages.CDS_CARDS)
    for spoiled in (
        card | {"summary": "x" * 140}, card | {"indicator": "hard-stop"}, card | {"more": 1}, card | {"suggestions": []},
        {key: value for key, value in card.items() if key != "selectionBehavior"}, {key: value for key, value in card.items() if key != "source"},
        card | {"links": [card["links"][0] | {"appContext": "x"}]}, card | {"overrideReasons": [{"code": "x", "system": "urn:x"}]},
    ):  # fmt: skip
        assert [*schema.iter_errors({"cards": [spoiled]})], spoiled


def test_nothing_is_done_without_being_chosen(call):
    for given in (
        opened(patient()),
        answered({"kidney_pain_or_tenderness": True}),
        answered({"sepsis_suspected": True}),
    ):
        reply = call.post(SERVICE, given).json()
        assert "systemActions" not in reply
        assert all("autolaunchable" not in link for card in reply["cards"] for link in card["links"])


def test_our_own_hook_is_named_by_a_domain_that_nobody_else_can_have():
    assert HOOKS == (OPENED, ANSWERED)
    assert "." not in OPENED
    assert re.fullmatch(r"example\.[a-z]+\.[a-z]+-[a-z]+", ANSWERED)


def test_the_page_has_the_table_of_our_own_hook():
    assert ANSWERED in PAGE
    for name in ("hookVersion", "hookMaturity", "specificationVersion"):
        assert name in PAGE
    rows = {row.split("|")[1].strip(" `"): row for row in PAGE.splitlines() if row.startswith("| `")}
    for name, needed, token in (
        ("userId", "REQUIRED", "Yes"),
        ("patientId", "REQUIRED", "Yes"),
        ("as_of", "REQUIRED", "Yes"),
        ("facts", "REQUIRED", "No"),
    ):
        assert needed in rows[name]
        assert f"| {token} |" in rows[name]


# Feedback


def test_the_feedback_of_the_specification_is_kept(tmp_path):
    """Its three examples, of cards that were given here: accepted, overridden, and overridden for a reason."""
    with calling(tmp_path / "data", a_key(tmp_path / "data")) as caller:
        card = card_of_call(caller, answered({"kidney_pain_or_tenderness": True}))
        for given in (
            {"feedback": [{"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}], "outcomeTimestamp": "2021-12-11T10:05:31Z"}]},
            {"feedback": [{"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2020-12-11T00:00:00Z"}]},
            {"feedback": [{"card": card["uuid"], "outcome": "overridden", "overrideReason": {"reason": {"code": "d7ecf885", "system": "https://example.com/cds-hooks/override-reason-system"}, "userComment": "A comment entered by the clinician."}, "outcomeTimestamp": "2020-12-11T00:00:00Z"}]},
        ):  # fmt: skip
            fits(messages.CDS_FEEDBACK, given)
            assert caller.post(FEEDBACK, given).status_code == 200
        (one,) = caller.get("/v1/card-feedback").json()["cards"]
        assert [made["outcome"] for made in one["feedback"]] == ["accepted", "overridden", "overridden"]
        assert one["service"] == CONDITION


# Its token

TOKEN = (
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImV4YW1wbGUta2lkIiwiamt1IjoiaHR0cHM6Ly9maGlyLWVoci5leGFtcGxlLmNvbS9qd2tfdXJpIn0.eyJpc3MiOiJodHRwczovL2Zo"
    "aXItZWhyLmV4YW1wbGUuY29tLyIsImF1ZCI6Imh0dHBzOi8vY2RzLmV4YW1wbGUub3JnL2Nkcy1zZXJ2aWNlcy9zb21lLXNlcnZpY2UiLCJleHAiOjE0MjI1Njg4NjAsImlhdCI6MTMxMTI4MDk3"
    "MCwianRpIjoiZWUyMmIwMjEtZTFiNy00NjExLWJhNWItOGVlYzZhMzNhYzFlIiwidGVuYW50IjoiMmRkZDZjM2EtOGU5YS00NGM2LWEzMDUtNTIxMTFhZDMwMmEyIn0.d1WfLjGRKlcWB94l9do4"
    "cM8REXeYJLL6SGUBO8VHZhfM8mwKYP70EMxJ67War4TQblEpaQrp11wx5p7oPFm2ETYgCicS84vXWEIYTdjooZdooCSDf2L8-i4awdoUwiEb"
)
ITS_KEY = {
    "kty": "EC", "use": "sig", "crv": "P-384", "kid": "example-kid", "alg": "ES384",
    "x": "46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk",
    "y": "XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI",
}  # fmt: skip


def test_the_token_of_the_specification_is_believed_but_for_its_3_years(monkeypatch):
    keys = KeySet.import_key_set({"keys": [ITS_KEY]})
    client = CDSClient("Example EHR", "https://fhir-ehr.example.com/", keys, "https://fhir-ehr.example.com/jwk_uri")
    known = CDSClients([client], "https://cds.example.org")
    then = datetime.fromtimestamp(1311280970, UTC)
    assert known.of(TOKEN, "/cds-services/some-service", then) is None
    monkeypatch.setattr(the_clients, "MOST_SECONDS", 200_000_000)
    assert known.of(TOKEN, "/cds-services/another", then) is None
    assert known.of(TOKEN, "/cds-services/some-service", then) is client
