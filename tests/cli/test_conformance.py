"""The conformance kit: cases as JSON that another engine can run, and the report of what it answers differently."""

import json
import sys

import jsonschema
import pytest
import the_program
from shipped import cases_of

from pharmacyfirst import load
from pharmacyfirst.content.expectations import EXPECTED, differences
from pharmacyfirst.contract.conformance import export

CONDITION = "uncomplicated-uti"
CASES = cases_of(load(), CONDITION)
OURSELVES = f"{sys.executable} -m pharmacyfirst assess --jsonl -"


def run(*arguments):
    return the_program.run("cases", *arguments)


def engine(tmp_path, body):
    """A program that answers each line of its standard input with what ``body`` prints."""
    program = tmp_path / "engine.py"
    program.write_text(f"import json, sys\nlines = sys.stdin.read().splitlines()\n{body}\n", encoding="utf-8")
    return f"{sys.executable} {program}"


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases") / "kit"
    assert run("--export", folder).exit_code == 0
    return folder


@pytest.mark.large
def test_the_export_holds_every_case_and_fits_its_schema(kit):
    schema = json.loads((kit / "cases.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    fits = jsonschema.Draft202012Validator(schema)
    for condition in load().conditions:
        body = json.loads((kit / f"{condition}.json").read_text(encoding="utf-8"))
        fits.validate(body)
        assert [case["id"] for case in body["cases"]] == [case.id for case in cases_of(load(), condition)]
        assert body["content_digest"] == load().newest(condition).content_digest


def test_the_same_content_gives_the_same_bytes(kit, tmp_path):
    again = export(load(), tmp_path)

    assert [path.read_bytes() for path in again] == [(kit / path.name).read_bytes() for path in again]
    assert len(again) == len(list(kit.iterdir()))


def test_our_own_engine_agrees_with_our_own_cases():
    result = run(CONDITION, "--against", OURSELVES)

    assert result.exit_code == 0, result.output
    assert result.output.endswith(f"{len(CASES)} of {len(CASES)} cases agree\n")


def test_an_engine_that_lets_everybody_through_is_told_case_by_case(tmp_path):
    always = 'for _ in lines: print(json.dumps({"outcome": {"kind": "supply", "destination": None}, "offers": [], "decided_by": [], "missing": []}))'

    result = run(CONDITION, "--against", engine(tmp_path, always))

    assert result.exit_code == 1
    assert "uti-026: Sepsis suspected: expected emergency, came out as supply" in result.output
    assert "offers nothing, not nitrofurantoin" in result.output


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("print('{}')", "1 answers to"),
        ("raise SystemExit(1)", "0 answers to"),
        ("for _ in lines: print('no')", "the answer is not JSON"),
        ("for _ in lines: print('[]')", "not a JSON object"),
        ('for _ in lines: print(\'{"error": {"code": "not_json"}}\')', "refused: not_json"),
    ],
)
def test_an_engine_that_does_not_speak_the_contract_is_told_so(tmp_path, body, says):
    result = run(CONDITION, "--against", engine(tmp_path, body))

    assert result.exit_code != 0
    assert says in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quantity": {"amount": 14, "unit": "capsule"}}, "quantity"),
        ({"dose": {"amount": 50, "unit": "mg"}}, "dose"),
        ({"times_per_day": 4}, "times_per_day is 4, not 2"),
        ({"duration_days": True}, "duration_days"),
    ],
)
def test_a_different_dose_is_a_difference(change, says):
    case = next(case for case in CASES if case.id == "uti-001")
    wanted = EXPECTED.as_dict(case.expected)
    right = {"outcome": {"kind": "supply"}, "decided_by": ["UTI-T1"], "offers": wanted["offers"]}

    assert list(differences(wanted, right)) == []
    wrong = {**right, "offers": [{**wanted["offers"][0], **change}]}
    assert says in "; ".join(differences(wanted, wrong))


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ({"gateways": []}, "gateways are UTI-G1, not nothing"),
        ({"gateways_not_known": ["UTI-G1", "UTI-G2"]}, "gateways_not_known are UTI-G2, not UTI-G1, UTI-G2"),
        ({"if_not_answered": "refer"}, "if not answered it is refer urgent, not refer"),
        ({"tells": ["paracetamol"]}, "does not tell 'paracetamol'"),
        ({"tells_not": ["DRINK"]}, "tells 'DRINK'"),
        ({"missing_includes": ["diabetes"]}, "does not ask for diabetes"),
        ({"missing_excludes": ["rigors"]}, "asks for rigors, which can change nothing"),
    ],
)
def test_what_stands_beside_an_outcome_is_compared_too(expected, says):
    right = {
        "kind": "need_facts",
        "gateways": ["UTI-G1"],
        "gateways_not_known": ["UTI-G2"],
        "if_not_answered": "refer_urgent",
        "tells": ["drink"],
        "tells_not": ["paracetamol"],
    }
    answer = {name: right[name] for name in ("gateways", "gateways_not_known", "if_not_answered")}
    answer |= {
        "outcome": {"kind": "need_facts"},
        "missing": ["rigors"],
        "advice": ["Drink enough."],
        "safety_netting": [],
    }

    assert list(differences(right, answer)) == []
    assert list(differences(right | expected, answer)) == [says]


def test_the_kit_holds_each_thing_that_a_case_can_expect(kit):
    """Of every key there is a case in the kit, so that another engine is asked for it."""
    asked_for = set()
    for path in kit.iterdir():
        if path.name != "cases.schema.json":
            asked_for |= {
                key for case in json.loads(path.read_text(encoding="utf-8"))["cases"] for key in case["expect"]
            }

    assert asked_for == {field.key for field in EXPECTED.fields}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("", "There is no command to run"),
        (" ", "There is no command to run"),
        ("'unfinished", "There is no command to run"),
        ("no-such-program-anywhere", "could not be started: No such file or directory"),
    ],
)
def test_what_is_no_command_is_refused_in_words(command, says):
    result = run(CONDITION, "--against", command)
    assert result.exit_code == 2
    assert says in result.output
