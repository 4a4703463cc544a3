"""The hazard log: what it must hold, that what its controls stand on is there, and its mistakes with their places."""

import ast
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from by_shape import tree_of

from pharmacyfirst import load
from pharmacyfirst.content.files import HAZARDS, INVARIANTS
from pharmacyfirst.content.filled_in import plain
from pharmacyfirst.content.hazards import hazards_of, ruled
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.schema import hazards_schema
from pharmacyfirst.content.shapes_of_hazards import LIKELIHOODS, SEVERITIES
from pharmacyfirst.content.text import ContentRefused

ROOT = Path(__file__).resolve().parents[2]
GOOD = ROOT / "tests" / "bad" / "good"
LIBRARY = load()
LOG = hazards_of(LIBRARY)
# As NHS England prints it for UK Core; the least likely row first, the least severe column first.
MATRIX = ((1, 1, 2, 2, 3), (1, 2, 2, 3, 4), (2, 2, 3, 3, 4), (2, 3, 3, 4, 5), (3, 4, 4, 5, 5))


@cache
def made_up():
    return load(GOOD)


def read(words, folder):
    """The log of the made-up set with other words in its file."""
    shutil.copy(GOOD / INVARIANTS, folder)
    (folder / HAZARDS).write_text(words, encoding="utf-8")
    return hazards_of(replace(made_up(), root=folder))


def test_the_class_of_a_risk_is_that_of_the_published_matrix_and_no_product():
    for likelihood, classes in zip(LIKELIHOODS, MATRIX, strict=True):
        assert tuple(LOG.classes[likelihood, severity] for severity in SEVERITIES) == classes
    assert all(
        one.initial.risk_class == LOG.classes[one.initial.likelihood, one.initial.severity] for one in LOG.hazards
    )


def test_nothing_of_a_hazard_is_blank():
    assert len(LOG.hazards) >= 18 + 3
    for one in LOG.hazards:
        said = one.as_dict()
        blank = [key for key in said if not said[key] and key not in ("rules", "pgds", "note")]
        assert not blank, f"{one.id}: {blank}"
        assert all(said["controls"].values()), one.id
        assert one.backing.evidence, one.id


def test_what_remains_is_acceptable_or_says_why_it_is_left_and_no_rating_claims_to_be_signed():
    assert all(one.residual.risk_class <= 3 for one in LOG.hazards)
    assert all(one.because for one in LOG.hazards)
    assert {one.status for one in LOG.hazards} <= {"open", "controlled", "transferred"}
    assert "no clinical safety officer has signed" in LOG.status


@cache
def collected_in(file):
    """The names of the tests that stand at the margin of a file, as pytest collects them."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def not_there(log):
    """Each control of test whose test, and each of design whose file or rule, is not there."""
    rules = {id_ for pathway in LIBRARY.newest_all() for _, _, id_ in ruled(pathway)}
    rules |= {one.id for one in invariants_of(LIBRARY).invariants}
    for hazard in log.hazards:
        for name in (name for control in hazard.tests for name in control.at):
            file, _, test = name.partition("::")
            if not (ROOT / file).is_file() or test not in collected_in(file):
                yield hazard.id, name
        for name in (name for control in hazard.design for name in control.at):
            if name not in rules and not (ROOT / name).is_file():
                yield hazard.id, name


def test_every_control_stands_on_a_test_a_file_or_a_rule_that_is_there():
    assert [*not_there(LOG)] == []


def test_a_control_whose_test_or_file_is_gone_is_found():
    first = LOG.hazards[0]
    gone = replace(first.tests[0], at=("tests/safety/test_rules.py::test_that_nobody_wrote",))
    moved = replace(first.design[0], at=("pharmacyfirst/kernel/moved.py",))
    planted = replace(LOG, hazards=(replace(first, tests=(gone,), design=(moved,)),))

    assert [*not_there(planted)] == [(first.id, gone.at[0]), (first.id, moved.at[0])]


@pytest.mark.parametrize("condition", LIBRARY.conditions)
def test_every_rule_of_a_pathway_is_one_that_some_hazard_is_about(condition):
    pathway = LIBRARY.newest(condition)
    assert [id_ for id_, hazards in LOG.by_rule(pathway).items() if not hazards] == []


def test_a_hazard_that_names_a_medicine_is_about_no_other():
    pathway = made_up().newest("hiccups")
    log = hazards_of(made_up())
    first = replace(log.hazards[0], rules=("dose rows",))

    touched = first.touched(pathway)

    assert touched
    assert {*touched} == {row.id for row in pathway.pgds["placebo-syrup"].doses}
    assert first.touched(made_up().newest("yawning")) == ()


def test_without_a_file_there_is_no_log(tmp_path):
    shutil.copytree(GOOD, tmp_path / "good")
    (tmp_path / "good" / HAZARDS).unlink()
    assert hazards_of(load(tmp_path / "good")) is None


def test_the_file_stands_under_no_digest_of_a_pathway(tmp_path):
    root = Path(shutil.copytree(GOOD, tmp_path / "good"))
    (root / HAZARDS).unlink()
    digests = [[one.newest(each).content_digest for each in one.conditions] for one in (made_up(), load(root))]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("words", "instead", "line", "what"),
    [
        ("initial: Major, Medium", "initial: 12", "initial: 12", '"12" does not fit "initial"'),
        ("residual: Major, Very Low", "residual: Major, High", "residual: Major, High", "of a higher class than the first"),
        ("    Catastrophic: 3\n", "    Catastrophic: 5\n", "risk matrix:", "Low, Catastrophic has a lower class than Very Low, Catastrophic"),
        ("    Minor: 3\n", "    Minor: 6\n", "    Minor: 6", '"6" does not fit "Minor"'),
        ("    harm: Choking.\n", "", "  HAZ-H1:", 'this hazard has no "harm"'),
        ("    harm: Choking.\n", "    harm:\n", "    harm:", 'words belong under "harm"'),
        ("at: INV-N1,", "at: INV-N9,", "INV-N9", '"INV-N9" is neither a file nor a rule'),
        ("::test_good_set_loads_and_its_cases_agree", "", "tests/content/test_bad_files.py", "is no test"),
        ("conditions: hiccups", "conditions: hickups", "hickups", '"hickups" is no condition'),
        ("rules: emergency, HIC-R1", "rules: emergencies", "emergencies", '"emergencies" is no rule of these conditions'),
        ("pgds: placebo-syrup", "pgds: syrup", "pgds: syrup", '"syrup" is no PGD of these conditions'),
        ("status: controlled", "status: accepted", "status: accepted", '"accepted" does not fit "status"'),
        ("evidence: inferred H1", "evidence: inferred H2", "inferred H2", '"H2" is not a source of this file'),
        ("  HAZ-H2:", "  HAZ-H1:", "  HAZ-H1:", "stands here a second time"),
        ("    causes:\n      - nobody asked", "    causes:\n      -", "    causes:", 'words belong under "causes"'),
        ("training: listen", "trainning: listen", "trainning", '"trainning" is not a heading of a hazard'),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_at_its_place_with_how_to_mend_it(words, instead, line, what, tmp_path):
    text = (GOOD / HAZARDS).read_text(encoding="utf-8")
    assert words in text
    with pytest.raises(ContentRefused) as refused:
        read(text.replace(words, instead, 1), tmp_path)
    (mistake,) = [one for one in refused.value.mistakes if what in one.what]
    assert mistake.place.file == f"pathways/{HAZARDS}"
    assert line in mistake.place.text
    assert mistake.fix.endswith((".", "?"))
    assert mistake.harm.endswith(".")


def test_a_risk_that_is_not_acceptable_leaves_its_hazard_open(tmp_path):
    text = (GOOD / HAZARDS).read_text(encoding="utf-8").replace("initial: Major, Medium", "initial: Major, Very High")
    text = text.replace("residual: Major, Very Low", "residual: Major, High")
    with pytest.raises(
        ContentRefused, match="a residual risk of class 4 is not acceptable, and the hazard is not open"
    ):
        read(text, tmp_path)
    (first, _) = read(text.replace("status: controlled", "status: open"), tmp_path).hazards
    assert first.residual.in_words() == "Major, High: class 4"


def test_all_mistakes_are_told_at_once(tmp_path):
    text = (GOOD / HAZARDS).read_text(encoding="utf-8")
    for words in ("harm: Choking.", "training: listen", "owner: the manufacturer"):
        text = text.replace(words, words.partition(":")[0] + ":")
    with pytest.raises(ContentRefused) as refused:
        read(text, tmp_path)
    assert len(refused.value.mistakes) == 4


def test_the_schema_of_the_log_takes_it_and_refuses_what_is_wrong_in_it():
    whole = jsonschema.Draft202012Validator(hazards_schema())
    for path in (LIBRARY.root / HAZARDS, GOOD / HAZARDS):
        assert whole.is_valid(plain(tree_of(path)))
    wrong = plain(tree_of(GOOD / HAZARDS))
    wrong["hazards"]["HAZ-H1"]["initial"] = "12"
    assert not whole.is_valid(wrong)
