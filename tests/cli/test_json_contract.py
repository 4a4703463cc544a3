"""The JSON of clinical/README.md: its keys, their types, and numbers as the decimals they are."""

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from pharmacyfirst.exact import read, write

ROOT = Path(__file__).resolve().parents[2]
ON = "2026-11-21"
UTI = "uncomplicated-uti"
KINDS = {
    "emergency",
    "refer_urgent",
    "not_eligible",
    "refer",
    "alternative_diagnosis",
    "declined",
    "self_care",
    "supply",
    "need_facts",
}

# What the contract names. More keys may be added; these stay.
ASSESSMENT = {
    "pathway": str,
    "version": str,
    "as_of": str,
    "outcome": dict,
    "offers": list,
    "decided_by": list,
    "missing": list,
    "gateways": list,
    "advice": list,
    "safety_netting": list,
    "trace": list,
    "content_digest": str,
}
OFFER = {
    "pgd": str,
    "medicine": str,
    "form": str,
    "strength": str,
    "route": str,
    "dose": dict,
    "times_per_day": int,
    "duration_days": int,
    "quantity": dict,
    "mechanism": str,
    "open_items": list,
}
FOUND = {"id": str, "stage": str, "verdict": str, "read": dict}


def has_shape(shape, value):
    return {key: type(value.get(key)) for key in shape} == shape


@pytest.fixture
def assessed(run, facts_file):
    def assessed(condition, facts):
        ran = run("assess", condition, facts_file(facts), "--as-of", ON, "--json")
        assert ran.exit_code == 0
        return json.loads(ran.stdout)

    return assessed


@pytest.fixture
def supply(assessed, healthy):
    return assessed(UTI, healthy)


def test_an_assessment_has_the_keys_of_the_contract(supply):
    assert has_shape(ASSESSMENT, supply)
    assert supply["pathway"] == UTI
    assert supply["as_of"] == ON
    assert supply["outcome"] == {"kind": "supply", "destination": None}
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", supply["content_digest"])
    for key in ("decided_by", "missing", "gateways", "advice", "safety_netting"):
        assert all(isinstance(one, str) for one in supply[key])


def test_an_offer_has_the_keys_of_the_contract(supply):
    (offer,) = supply["offers"]

    assert has_shape(OFFER, offer)
    assert offer["pgd"] == "nitrofurantoin"
    assert offer["form"] == "modified-release capsule"
    assert offer["strength"] == "100 mg"
    assert offer["dose"] == {"amount": 100, "unit": "mg"}
    assert (offer["times_per_day"], offer["duration_days"]) == (2, 3)
    assert offer["quantity"] == {"amount": 6, "unit": "capsule"}
    assert offer["mechanism"] == "pgd"


def test_the_trace_has_one_entry_for_each_criterion_in_file_order(supply):
    assert all(has_shape(FOUND, one) for one in supply["trace"])
    assert {one["verdict"] for one in supply["trace"]} <= {"met", "not met", "not known"}
    ids = [one["id"] for one in supply["trace"]]
    assert len(ids) == len(set(ids))
    assert ids.index("UTI-R1") < ids.index("UTI-E1") < ids.index("UTI-T1")
    assert next(one for one in supply["trace"] if one["id"] == "UTI-R1")["read"] == {"rigors": False}


def test_what_is_not_known_reads_null_and_is_missing(assessed):
    answer = assessed(UTI, {"age_years": 31})

    assert has_shape(ASSESSMENT, answer)
    assert answer["outcome"] == {"kind": "need_facts", "destination": None}
    assert (answer["offers"], answer["decided_by"]) == ([], [])
    assert "rigors" in answer["missing"]
    assert answer["missing"][0] == "sepsis_suspected"
    assert next(one for one in answer["trace"] if one["id"] == "UTI-R1")["read"] == {"rigors": None}


@pytest.mark.parametrize(
    ("life_threatening", "destination"),
    [(True, "999"), (False, "emergency_department"), (None, "emergency_department")],
)
def test_an_emergency_has_its_destination(assessed, life_threatening, destination):
    answer = assessed(UTI, {"sepsis_suspected": True, "life_threatening": life_threatening})

    assert answer["outcome"] == {"kind": "emergency", "destination": destination}


def test_the_kinds_are_a_closed_set():
    from pharmacyfirst import Kind

    assert {kind.key for kind in Kind} == KINDS


def test_the_date_of_birth_is_read_as_an_age_and_not_written(run, facts_file, healthy):
    del healthy["age_years"]
    ran = run("assess", UTI, facts_file(healthy | {"date_of_birth": "1995-11-22"}), "--as-of", ON, "--json")

    assert next(one for one in json.loads(ran.stdout)["trace"] if one["id"] == "UTI-E2")["read"] == {"age_years": 30}
    assert "1995" not in ran.output


@pytest.mark.parametrize("words", ["36.8", "7.10", "37.9", "0.1", "100", "-3", "36.800000000000004", "1e1", "2.50E+1"])
def test_numbers_are_the_decimals_they_are(words):
    number = read(words.encode())

    assert number == Decimal(words)
    assert type(number) is (int if words.removeprefix("-").isdigit() else Decimal)
    assert Decimal(write(number)) == Decimal(words)
    assert "e" not in write(number).lower()


def test_a_temperature_comes_back_as_it_was_given(run, facts_file, healthy):
    # The binary fraction nearest to 37.9 is below it; read as that, this red flag would be missed.
    text = json.dumps(healthy).replace('"temperature_c": 36.8', '"temperature_c": 37.90')
    ran = run("assess", UTI, facts_file(text), "--as-of", ON, "--json")

    assert '"read": {"temperature_c": 37.9}' in ran.stdout
    assert json.loads(ran.stdout)["decided_by"] == ["UTI-R2"]


@pytest.fixture
def hiccups(run, facts_file, tmp_path):
    """The made-up condition that uses all that the language has, with 7.5 mg for each kg, unrounded, from 7 kg."""
    copied = shutil.copytree(ROOT / "tests" / "bad" / "good", tmp_path / "pathways")
    path = copied / "hiccups" / "placebo-syrup.yaml"
    text = path.read_text()
    for before, after in (
        ("dose: 0.5 mg for each kg\n    rounding: to the nearest 2.5 mg", "dose: 7.5 mg for each kg"),
        ("weight_kg is 10 to below 20", "weight_kg is 7 to below 20"),
        ("weight_kg is below 10", "weight_kg is below 7"),
    ):
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)

    def hiccups(**answers):
        baseline = yaml.load((copied / "hiccups" / "cases.yaml").read_text(), Loader=yaml.BaseLoader)["baseline"]
        words = baseline | {"age_years": "8"} | answers
        facts = facts_file("".join(f"{name}: {answer}\n" for name, answer in words.items()), "facts.yaml")
        ran = run("assess", "hiccups", facts, "--as-of", "2026-06-01", "--json", "--pathways", copied)
        assert ran.exit_code == 0, ran.stderr
        return ran.stdout, json.loads(ran.stdout, parse_float=Decimal)["offers"][0]

    return hiccups


def test_a_dose_by_weight_is_exact(hiccups):
    text, offer = hiccups(weight_kg="7.1")

    assert '"dose": {"amount": 53.25, "unit": "mg"}' in text
    assert offer["quantity"] == {"amount": Decimal("532.5"), "unit": "mL"}
    assert offer["bottles"] == 6
    assert '"weight_kg": 7.1}' in text


def test_an_offer_may_hold_a_first_day_a_range_and_other_products(hiccups):
    _, offer = hiccups(age_years=30, weight_kg="70.5")

    assert offer["dose"] == {"amount": 10, "unit": "mg", "first_day_amount": 20}
    assert (offer["times_per_day"], offer["times_per_day_max"]) == (2, 3)
    assert [other["form"] for other in offer["alternatives"]] == ["drops"]


@pytest.mark.parametrize("value", [{"a": [1, {"b": []}], "c": 'µ – "\\\n', "d": None, "e": True}, [], {}, "x", [[[]]]])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_is_written_so_that_any_reader_reads_it(value, indent):
    assert json.loads(write(value, indent)) == value
    assert write(value, indent) == write(value, indent)
