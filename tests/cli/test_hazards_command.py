"""``pharmacyfirst hazards``: the hazard log as lines, as JSON and as a page, all of it or that of a condition."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pharmacyfirst import load
from pharmacyfirst.cli.main import main
from pharmacyfirst.content.hazards import hazards_of

GOOD = str(Path(__file__).resolve().parents[1] / "bad" / "good")
LOG = hazards_of(load())


def hazards(*words):
    return CliRunner().invoke(main, ["hazards", *words])


def test_each_hazard_is_told_with_its_controls_and_what_remains():
    result = hazards("--pathways", GOOD)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "made up: hazard log 2020.1, 2 hazards\n  proposed: no clinical safety officer has signed\n" in result.stdout
    assert (
        """
HAZ-H1 Syrup for somebody who has stopped breathing
  Syrup is offered where breath has stopped. Choking.
  at first Major, Medium: class 3 (undesirable)
  design: breath is asked about first (INV-N1, tests/bad/good/hiccups/pathway.yaml)
  test: the set loads (tests/content/test_bad_files.py::test_good_set_loads_and_its_cases_agree)
  training: look first
  business process: have somebody there
  remains Major, Very Low: class 2 (acceptable where more costs too much): breath is seen
  controlled; the manufacturer
"""
        in result.stdout
    )


def test_of_a_condition_those_that_can_arise_there():
    said = hazards("yawning", "--pathways", GOOD).stdout
    assert "HAZ-H2" in said
    assert "HAZ-H1" not in said


def test_as_json_it_is_all_that_the_file_says():
    said = json.loads(hazards("--json").stdout)
    assert said["digest"] == LOG.digest
    assert said["matrix"]["Low"] == {"Minor": 1, "Significant": 2, "Considerable": 2, "Major": 3, "Catastrophic": 4}
    assert [one["id"] for one in said["hazards"]] == [one.id for one in LOG.hazards]
    assert said["hazards"][0]["residual"] == {"severity": "Major", "likelihood": "Very Low", "class": 2}


def test_as_a_page_it_has_every_word_says_that_it_is_proposed_and_is_the_same_each_time():
    page = hazards("--html").stdout
    text = " ".join(re.sub(r"<wbr />|<[^>]*>", lambda tag: "" if "wbr" in tag[0] else " ", page).split())
    for one in LOG.hazards:
        for words in (one.title, one.effect, one.initial.in_words(), one.residual.in_words(), *one.tests[0].at):
            assert words.replace("'", "&#39;").replace('"', "&#34;") in text, words
    assert "PROPOSED" in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len({*ids})
    assert {*re.findall(r'href="#([^"]+)"', page)} <= {*ids}
    assert page == hazards("--html").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--json", "--html"], "Give --json or --html, not both."),
        (["shingels"], 'Did you mean "shingles"?'),
    ],
)
def test_what_makes_no_sense_is_refused(words, says):
    result = hazards(*words)
    assert result.exit_code == 2
    assert says in result.stderr


def test_mistakes_of_the_log_are_told_at_their_place(tmp_path):
    root = Path(shutil.copytree(GOOD, tmp_path / "pathways"))
    log = root / "hazards.yaml"
    log.write_text(log.read_text(encoding="utf-8").replace("    harm: Choking.\n", ""), encoding="utf-8")
    result = hazards("--pathways", str(root))
    assert result.exit_code == 1
    assert 'this hazard has no "harm"' in result.stderr
    assert "pathways/hazards.yaml:" in result.stderr
