"""pharmacyfirst changes: in words, as JSON, as a fragment for pages, and what it says where it cannot."""

import json
import re
import shutil

import pytest
from proof.edited import UTI, edited, uti_without_diabetes
from the_program import program, run

from pharmacyfirst.content.library import pathways_folder

OLD = f"{UTI}@2026.2"


@pytest.fixture(scope="module")
def without_diabetes(tmp_path_factory):
    return uti_without_diabetes(tmp_path_factory.mktemp("content"))


def test_who_changes_is_said_in_words_and_that_nobody_else_does(without_diabetes):
    ran = run("changes", OLD, without_diabetes)

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "all of them: diabetes is yes (Does the patient have diabetes of any type?)" in ran.stdout
    assert re.fullmatch(r"Nobody else changes \(proved in \d+\.\d s\)\. .*--reasons.*", ran.stdout.splitlines()[-1])


def test_the_same_as_json(without_diabetes):
    ran = run("changes", OLD, without_diabetes, "--json")

    (found,) = json.loads(ran.stdout)["changes"]
    assert found["everybody"]["facts"] == [
        {"says": "diabetes is yes", "asks": "Does the patient have diabetes of any type?"}
    ]
    supply = next(
        one for one in found["classes"] if one["after"]["kind"] == "supply" and one["with_every_answer_given"]
    )
    assert supply["before"] == {"kind": "not_eligible", "destination": None, "offers": []}
    assert supply["patient"]["changes"] == {"diabetes": True}
    assert supply["patient"]["before"]["decided_by"] == ["UTI-E3"]
    assert supply["patient"]["after"]["offers"][0]["dose"] == {"amount": 100, "unit": "mg"}
    assert (found["proved_equal"], found["reasons"]) == (False, None)


def test_the_same_for_a_page_with_everything_escaped(tmp_path):
    because = (
        "because: pain or tenderness in the back, under the ribs, suggests that the infection has reached the kidneys\n"
    )
    bold = "because: pain <b>or</b> tenderness in the back\n      then: refer\n"
    new = edited(tmp_path, UTI, ("pathway.yaml", because, bold))
    ran = run("changes", OLD, new, "--html")

    assert ran.exit_code == 0
    assert ran.stdout.lstrip().startswith('<section class="changes">')
    assert "pain &lt;b&gt;or&lt;/b&gt; tenderness in the back" in ran.stdout
    assert "<b>" not in ran.stdout
    assert "<html" not in ran.stdout
    assert "kidney_<wbr />pain_<wbr />or_<wbr />tenderness is yes" in ran.stdout


@pytest.mark.large
def test_reasons_and_questions_are_shown_where_wanted(without_diabetes):
    ran = run("changes", OLD, without_diabetes, "--reasons")

    assert "The same outcome for another reason, or with other questions" in ran.stdout
    assert "  UTI-E3 no longer decides" in ran.stdout
    assert "  no longer asked for: diabetes" in ran.stdout


def test_whole_folders_are_compared_condition_by_condition(tmp_path):
    new = edited(tmp_path, UTI).parent
    ran = run("changes", pathways_folder(), new)

    assert ran.exit_code == 0
    assert ran.stdout.count("Proved equal in ") == 1
    assert ran.stdout.splitlines()[-1].startswith("Only OLD has, so not compared: acute-otitis-media, ")


def test_two_ids_of_a_folder_of_pathways(tmp_path):
    root = edited(tmp_path, UTI).parent
    ran = run("changes", OLD, UTI, "--pathways", root)

    assert "Proved equal" in ran.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (OLD, f"{UTI}@2031.1", "NEW: uncomplicated-uti has no such version. There are: 2026.2"),
        ("Mrs Jones", OLD, "OLD: no such pathway. There are: acute-otitis-media"),
        (OLD, "shingles", "OLD and NEW have no condition in common."),
    ],
)
def test_what_is_not_there_is_refused_and_not_repeated(old, new, said):
    ran = run("changes", old, new)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "Jones" not in ran.stderr
    assert "2031" not in ran.stderr


def test_json_and_html_are_not_both_given():
    ran = run("changes", OLD, OLD, "--json", "--html")

    assert ran.exit_code == 2
    assert "Give --json or --html, not both." in ran.stderr


def test_mistakes_of_the_content_are_shown(tmp_path):
    new = edited(tmp_path, UTI, ("pathway.yaml", "when: rigors is yes", "when: rigours is yes"))
    ran = run("changes", OLD, new)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert 'Did you mean "rigors"?' in ran.stderr


def test_without_z3_it_says_what_to_install(tmp_path):
    (tmp_path / "z3.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    ran = program("changes", OLD, OLD, PYTHONPATH=str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"A proof needs packages that are not installed. Install them: " in ran.stderr


def test_a_folder_without_what_it_shares_is_refused(tmp_path):
    new = edited(tmp_path, UTI)
    shutil.rmtree(new.parent / "shared")
    ran = run("changes", OLD, new)

    assert ran.exit_code == 1
    assert "is not a shared question" in ran.stderr
