"""What is there already stays: results of another input, somebody's own file, and the folder of a run that goes on."""

import json
import sys

import pytest
from click.testing import CliRunner
from consultations import rows, table
from written import as_csv, as_json_lines

from pharmacyfirst.audit import results_folder
from pharmacyfirst.audit.run import Run
from pharmacyfirst.cli.main import main
from pharmacyfirst.population.files import planted_beside

ONE = ("shingles",)
SYNTH = ("synth", "--rows", 5, "--condition", "shingles", "--out")


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    made = rows(6, conditions=ONE)
    return as_csv(made, table(), folder / "one.csv"), as_json_lines(made[1:], table(), folder / "other.jsonl")


def test_results_of_another_input_are_not_replaced_unless_told_so(tables, tmp_path):
    one, other = tables
    assert run("audit", one, "--out", tmp_path).exit_code == 0
    first = files(tmp_path)
    for more in ([other], [one, "--all-numbers"]):
        refused = run("audit", *more, "--out", tmp_path)
        assert refused.exit_code == 2
        assert "give --replace" in refused.output
        assert files(tmp_path) == first
    assert run("audit", one, "--out", tmp_path).exit_code == 0  # the same again
    assert files(tmp_path) == first
    assert run("audit", other, "--out", tmp_path, "--replace").exit_code == 0
    assert files(tmp_path) != first


@pytest.mark.parametrize("name", ["report.html", "numbers.json", "findings.parquet"])
def test_a_file_of_somebody_else_is_not_replaced(name, tables, tmp_path):
    (tmp_path / name).write_text('{"mine": []}', encoding="utf-8")
    refused = run("audit", tables[0], "--out", tmp_path)
    assert refused.exit_code == 2
    assert "files of somebody else" in refused.output
    assert files(tmp_path) == {name: b'{"mine": []}'}


def test_a_run_that_was_stopped_while_it_wrote_its_results_goes_on(tables, tmp_path, monkeypatch):
    def stopped(run_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Run, "tidy", stopped)
        assert run("audit", tables[0], "--out", tmp_path).exit_code == 1
    (tmp_path / "numbers.json").unlink()
    assert run("audit", tables[0], "--out", tmp_path).exit_code == 0
    assert json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))["of"]["numbers"] == "large"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such lock")
def test_two_runs_at_once_into_one_folder_are_refused(tables, tmp_path):
    with results_folder.alone_in(tmp_path):
        refused = run("audit", tables[0], "--out", tmp_path)
    assert refused.exit_code == 2
    assert "Another run audits into the folder of --out now." in refused.output
    assert run("audit", tables[0], "--out", tmp_path).exit_code == 0


@pytest.mark.parametrize("name", ["mine.csv", "mine.csv.planted.csv"])
def test_synth_writes_over_nobodys_file_unless_told_so(name, tmp_path):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    refused = run(*SYNTH, tmp_path / "mine.csv")
    assert refused.exit_code == 2
    assert "is there already and may be somebody's work" in refused.output
    assert files(tmp_path) == {name: b"mine"}
    assert run(*SYNTH, tmp_path / "mine.csv", "--replace").exit_code == 0
    assert (tmp_path / name).read_text(encoding="utf-8") != "mine"


def test_each_table_has_a_list_of_faults_of_its_own(tmp_path):
    assert len({planted_beside(tmp_path / f"people.{kind}") for kind in ("parquet", "csv", "jsonl")}) == 3
