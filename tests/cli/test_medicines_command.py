"""``pharmacyfirst medicines``: every bar of every medicine beside the conditions that offer it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main

GOOD = str(Path(__file__).resolve().parents[1] / "bad" / "good")


def medicines(*words):
    return CliRunner().invoke(main, ["medicines", *words])


def test_each_bar_stands_beside_each_condition_with_its_clause_and_grades():
    result = medicines("placebo-spray", "--pathways", GOOD)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (
        result.stdout
        == """\
placebo-spray: offered in snoring
  awake: wide awake
    snoring  SNO-SPR-X1 single
  flames: a flame in the room
    snoring  SNO-SPR-X2 primary
  other: anything else that rules it out
    snoring  SNO-ALL-X1 inferred
  small: too small, or too young
    snoring  SNO-SPR-X3 corroborated
  hat: wears a hat in bed
    snoring  SNO-SPR-X4 single, SNO-F2 stops first
  pets: a cat in the bed
    snoring  differs inferred, no animal is let in where this one is used
  of its own in snoring: SNO-SPR-X5
  answers that rule it out: candle (corroborated)
  answers that call for something: book (single)
"""
    )


def test_a_medicine_without_a_file_says_so():
    assert "every clause is its own" in medicines("placebo-syrup", "--pathways", GOOD).stdout


def test_json_holds_the_same_one_medicine_a_line():
    lines = medicines("--json", "--pathways", GOOD).stdout.splitlines()
    tables = {table["medicine"]: table for table in map(json.loads, lines)}
    hat = next(row for row in tables["placebo-spray"]["bars"] if row["bar"] == "hat")

    assert [*tables] == ["placebo-lozenge", "placebo-spray", "placebo-syrup"]
    assert hat["conditions"] == [
        {
            "condition": "snoring", "how": "covered", "clause": "SNO-SPR-X4", "covered_by": ["SNO-F2"], "because": None, "grade": "single",
            "evidence": ["single ALL-2"], "open": [],
        }
    ]  # fmt: skip
    assert [
        (one["answer"], one["bars"], one["what"], one["grade"]) for one in tables["placebo-spray"]["interactions"]
    ] == [
        ("candle", True, "it burns", "corroborated"),
        ("book", False, "keep it dry", "single"),
    ]


def test_a_difference_is_said_in_words_and_as_data():
    result = medicines("clarithromycin")
    assert "acute-sinusitis        differs" in result.stdout
    table = json.loads(medicines("clarithromycin", "--json").stdout)
    kidney = next(row for row in table["bars"] if row["bar"] == "kidney")
    how = {one["condition"]: one["how"] for one in kidney["conditions"]}
    assert how == {
        "acute-otitis-media": "differs", "acute-sinusitis": "judged", "acute-sore-throat": "judged", "impetigo": "judged",
        "infected-insect-bites": "judged",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clarithromicin", 'There is no such medicine. Did you mean "clarithromycin"?'),
        ("Zebedee", "There is no such medicine. There are: aciclovir, amoxicillin,"),
    ],
)
def test_a_name_that_is_none_is_refused_and_not_repeated(name, said):
    result = medicines(name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert name not in result.stderr
