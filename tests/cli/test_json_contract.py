"""The JSON of clinical/README.md: its keys, their types, and numbers as the decimals they are."""

import itertools
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from pharmacyfirst import load
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.exact import read, write
from pharmacyfirst.kernel.fields import answers_plainly

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
    "measure_next",
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
    "reasons": list,
    "missing": list,
    "gateways": list,
    "gateways_not_known": list,
    "for_the_record": list,
    "diagnosis_established": bool,
    "open_items": list,
    "to_say": list,
    "advice": list,
    "safety_netting": list,
    "trace": list,
    "content_digest": str,
}
# Beside these, text or null: to whom the person goes, and how somebody refers while nothing is decided.
OR_NULL = ("where_to", "if_not_answered")
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
    "cautions": list,
}
FOUND = {"id": str, "stage": str, "verdict": str, "read": dict, "not_asked": list}
CAUTION = {"id": str, "says": str, "action": str, "arises": str, "for": list}
OPEN_ITEM = {"id": str, "says": str, "until_then": str}


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
    assert supply["outcome"] == {"kind": "supply", "destination": None, "says": "May be supplied"}
    assert [supply[key] for key in OR_NULL] == [None, None]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", supply["content_digest"])
    for key in (
        "decided_by",
        "missing",
        "gateways",
        "gateways_not_known",
        "for_the_record",
        "advice",
        "safety_netting",
    ):
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
    assert answer["outcome"] == {
        "kind": "need_facts",
        "destination": None,
        "says": "Not decided: refer unless you can find out",
    }
    assert (answer["offers"], answer["decided_by"], answer["reasons"]) == ([], [], [])
    assert "rigors" in answer["missing"]
    assert answer["missing"][0] == "sepsis_suspected"
    assert answer["if_not_answered"] == "refer_urgent"
    assert answer["where_to"] == "the GP practice the same day, or the out-of-hours service"
    assert next(one for one in answer["trace"] if one["id"] == "UTI-R1")["read"] == {"rigors": None}


@pytest.mark.parametrize(
    ("life_threatening", "destination"),
    [(True, "999"), (False, "emergency_department"), (None, "emergency_department")],
)
def test_an_emergency_has_its_destination(assessed, life_threatening, destination):
    answer = assessed(UTI, {"sepsis_suspected": True, "life_threatening": life_threatening})

    says = {"999": "Dial 999 now", "emergency_department": "Send to A&E now"}[destination]
    assert answer["outcome"] == {"kind": "emergency", "destination": destination, "says": says}
    assert (answer["where_to"], answer["if_not_answered"], answer["to_say"]) == (None, None, [])


def test_a_threat_to_life_is_an_emergency_by_itself_and_is_never_missing(assessed, healthy):
    del healthy["life_threatening"]

    alone = assessed(UTI, {"life_threatening": True})
    without = assessed(UTI, healthy)

    assert (alone["outcome"]["destination"], alone["decided_by"]) == ("999", ["UTI-R9"])
    assert without["outcome"]["kind"] == "supply"
    line = next(one for one in without["trace"] if one["id"] == "UTI-R9")
    assert (line["verdict"], line["read"], line["not_asked"]) == (
        "not met",
        {"life_threatening": None},
        ["life_threatening"],
    )


def test_every_reason_has_its_words_and_where_to(assessed, healthy):
    """A medicine that is ruled out is named with the answer that did it; the row that wanted it says to whom the person goes."""
    answer = assessed(UTI, healthy | {"interacting_medicines": ["probenecid"]})

    assert answer["outcome"] == {"kind": "refer", "destination": None, "says": "Refer"}
    assert [reason["id"] for reason in answer["reasons"]] == answer["decided_by"] == ["UTI-T1", "UTI-NIT-X20"]
    assert answer["reasons"][1]["says"] == "Nitrofurantoin is ruled out: probenecid"
    assert answer["reasons"][0]["where_to"] == answer["where_to"] == "general practice or NHS 111, today"


def test_a_reason_is_that_of_the_criterion_that_decided(assessed, healthy):
    (reason,) = assessed(UTI, healthy | {"rigors": True})["reasons"]

    assert reason == {
        "id": "UTI-R1",
        "says": "shaking chills suggest that the infection has reached the kidneys",
        "where_to": "the GP practice the same day, or the out-of-hours service",
    }


@pytest.mark.parametrize(
    ("unknown", "how"),
    [
        ("rigors", "refer_urgent"),
        ("no_working_spleen", "refer_urgent"),
        ("diabetes", "refer"),
        ("g6pd_deficiency", "refer"),
    ],
)
def test_beside_what_is_not_decided_stands_how_to_refer_if_it_cannot_be_found_out(assessed, healthy, unknown, how):
    answer = assessed(UTI, healthy | {unknown: None})

    assert (answer["outcome"]["kind"], answer["missing"], answer["if_not_answered"]) == ("need_facts", [unknown], how)
    assert answer["where_to"]
    assert answer["advice"]


def test_payment_points_are_reached_or_not_known_or_in_neither_list(assessed, healthy):
    def points(**changes):
        answer = assessed(UTI, healthy | changes)
        return answer["gateways"], answer["gateways_not_known"]

    assert points() == (["UTI-G1"], ["UTI-G2"])
    assert points(rigors=None) == ([], ["UTI-G1", "UTI-G2"])
    assert points(rigors=True) == ([], ["UTI-G2"])
    assert points(age_years=15) == points(consent_given=False) == ([], [])


def test_the_items_of_a_score_stay_askable_once_the_outcome_is_fixed(assessed):
    """Fever, pus, inflamed tonsils within 3 days: four points already, so cough and coryza change nothing and the record wants them."""
    facts = json.loads((ROOT / "examples" / "sore-throat.json").read_text())["facts"]
    answer = assessed("acute-sore-throat", facts | {"cough_present": None, "coryza_present": None})

    assert answer["outcome"]["kind"] == "supply"
    assert answer["missing"] == []
    assert answer["for_the_record"] == ["cough_present", "coryza_present"]
    assert assessed("acute-sore-throat", facts)["for_the_record"] == []


def test_the_record_is_told_whether_the_condition_is_established(assessed, healthy):
    established = [
        assessed(UTI, healthy | changes)["diagnosis_established"]
        for changes in ({}, {"rigors": True}, {"rigors": None}, {"dysuria": False, "new_nocturia": False})
    ]

    assert established == [True, False, False, False]


def test_what_is_not_known_about_the_content_is_said_in_words(supply):
    assert all(has_shape(OPEN_ITEM, one) and all(one.values()) for one in supply["open_items"])
    assert {one["id"] for one in supply["open_items"]} >= set(supply["offers"][0]["open_items"])


def test_a_caution_says_how_it_arises_and_for_whom(assessed, healthy):
    facts = healthy | {"interacting_medicines": ["urinary_alkaliniser"], "age_years": 31}
    (offer,) = assessed(UTI, facts)["offers"]

    assert all(has_shape(CAUTION, one) for one in offer["cautions"])
    assert {one["arises"] for one in offer["cautions"]} == {"always", "applies"}
    assert {reader for one in offer["cautions"] for reader in one["for"]} == {"patient", "professional"}
    assert len(offer["cautions"]) == 1 + len(assessed(UTI, healthy)["offers"][0]["cautions"])


def test_a_caution_that_is_only_not_ruled_out_has_to_be_asked(assessed):
    """Pain that pharmacy pain relief does not control sends to the GP; of whom nobody asked it, it says ask and not applies."""
    _, baseline = baseline_of(load(), "shingles")
    facts = json.loads(write(answers_plainly(baseline)))
    arises = {}
    for answer in (True, False, None):
        (offer, *_) = assessed("shingles", facts | {"pain_uncontrolled_by_otc": answer})["offers"]
        arises[answer] = {one["id"]: one["arises"] for one in offer["cautions"]}

    (asked,) = [id for id, how in arises[None].items() if how == "ask"]
    assert arises[True][asked] == "applies"
    assert asked not in arises[False]


def test_what_is_said_to_the_patient_stands_in_one_order_with_its_source(supply):
    parts = ["safety-netting", "about the medicine", "advice"]

    said = supply["to_say"]
    assert [part for part, _ in itertools.groupby(said, key=lambda one: one["part"])] == parts
    assert [one["says"] for one in said if one["part"] == "safety-netting"] == supply["safety_netting"]
    assert [one["says"] for one in said if one["part"] == "advice"] == supply["advice"]
    of_the_medicine = [one for one in said if one["part"] == "about the medicine"]
    assert {one["pgd"] for one in of_the_medicine} == {"nitrofurantoin"}
    assert all(one["source"] for one in said)


def test_the_schema_of_what_comes_out_has_these_keys_and_no_fewer():
    schema = json.loads((ROOT / "docs" / "schema" / "output.schema.json").read_text())
    (assessment,) = [one for one in schema["anyOf"] if "trace" in one.get("properties", {})]

    assert {*ASSESSMENT, *OR_NULL} <= set(assessment["properties"])
    assert {*ASSESSMENT, *OR_NULL} <= set(assessment["required"])


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
