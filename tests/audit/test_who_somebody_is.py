"""Whom a consultation is of is read from no key of JSON, as from no column, and kept of no cell: NHS numbers in row and pharmacy."""

import json

import polars as pl
import pytest
from click.testing import CliRunner
from consultations import library, rows, table
from written import FORMATS, as_json_lines

from pharmacyfirst.audit import from_json_lines
from pharmacyfirst.audit.nhs_numbers import holds_nhs_number
from pharmacyfirst.audit.reading import source_of
from pharmacyfirst.audit.run import Run, digest_of_file, key_of_run
from pharmacyfirst.cli.main import main

ONE = ("shingles",)
SPACED, NUMBER = "999 000 0018", "9990000018"  # of the range that is given to nobody


def audit(*arguments):
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


def with_keys(path, at_the_top=(), among_facts=()):
    """The lines of a file with more keys in each."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        held = json.loads(line)
        held |= dict(at_the_top)
        held["facts"] |= dict(among_facts)
        lines.append(json.dumps(held))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_key_of_json_that_tells_who_somebody_is_is_not_read_and_said(tmp_path):
    made = rows(4, conditions=ONE)
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    with_keys(path, {"patient_name": "Featherstonehaugh"}, {"nhs_number": SPACED})
    ran = audit(path, "--out", tmp_path / "out", "--all-numbers")
    assert ran.exit_code == 0, ran.output
    assert f"{len(made)} rows: {len(made)} judged, 0 set aside" in ran.output
    for about in ("a name", "an NHS number"):
        assert f"Note: A key of its lines looks like {about}: it was not read." in ran.output
    assert "Featherstonehaugh" not in ran.output
    for written in (tmp_path / "out").iterdir():
        assert b"Featherstonehaugh" not in written.read_bytes()


def test_it_is_said_too_where_a_run_goes_on_after_the_lines_were_read(tmp_path, monkeypatch):
    monkeypatch.setattr(from_json_lines, "LINES", 2)
    path = with_keys(as_json_lines(rows(2, conditions=ONE), table(), tmp_path / "rows.jsonl"), {"dob": "1950-01-01"})

    def run():
        source = source_of(path, table())
        return Run(source, library(), table(), tmp_path / "out", key_of_run(source, library(), digest_of_file(path)))

    first = run().go(lambda at: None).remarks
    assert first == run().go(lambda at: None).remarks != ()


def test_a_row_set_aside_for_a_name_that_no_column_has_says_which(tmp_path):
    path = with_keys(
        as_json_lines(rows(2, conditions=ONE), table(), tmp_path / "rows.jsonl"), among_facts={"fevre": True}
    )
    assert audit(path, "--out", tmp_path / "out").exit_code == 1
    aside = pl.read_parquet(tmp_path / "out" / "set-aside.parquet")
    assert {*aside.select("code", "column").iter_rows()} == {("unknown_fact", "fevre")}


def test_a_key_that_may_be_somebody_is_not_named(tmp_path):
    path = with_keys(
        as_json_lines(rows(2, conditions=ONE), table(), tmp_path / "rows.jsonl"),
        among_facts={SPACED: True, "Jo Doe": 1},
    )
    assert audit(path, "--out", tmp_path / "out").exit_code == 1
    assert {*pl.read_parquet(tmp_path / "out" / "set-aside.parquet")["column"]} == {None}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(("column", "holds"), [("row", SPACED), ("row", f"case {NUMBER}"), ("pharmacy", NUMBER)])
def test_a_row_with_an_nhs_number_is_set_aside_and_the_number_kept_nowhere(column, holds, ending, tmp_path):
    made = rows(3, conditions=ONE)
    made[1][0][column] = holds
    path = FORMATS[ending](made, table(), tmp_path / f"rows{ending}")
    ran = audit(path, "--out", tmp_path / "out", "--all-numbers")
    assert ran.exit_code == 1, ran.output
    aside = pl.read_parquet(tmp_path / "out" / "set-aside.parquet")
    assert aside.select("line", "code", "column").rows() == [(2, "nhs_number", column)]
    assert aside["row"].to_list() == [None if column == "row" else made[1][0]["row"]]
    assert "is an NHS number: give a number of your own" in ran.output
    for written in (tmp_path / "out").iterdir():
        held = (
            str(pl.read_parquet(written).rows())
            if written.suffix == ".parquet"
            else written.read_text(encoding="utf-8")
        )
        assert SPACED not in held + ran.output
        assert NUMBER not in held + ran.output


def test_a_row_set_aside_for_something_else_does_not_repeat_it_either(tmp_path):
    made = rows(2, conditions=ONE)
    made[0][0]["row"] = NUMBER
    made[0][1]["immunosuppression"] = "perhaps"
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    assert audit(path, "--out", tmp_path / "out").exit_code == 1
    aside = pl.read_parquet(tmp_path / "out" / "set-aside.parquet")
    assert aside["row"].to_list() == [None]


@pytest.mark.parametrize(
    ("text", "one"),
    [
        (NUMBER, True), (SPACED, True), ("999-000-0018", True), (f"NHS{NUMBER}x", True), ("9990000019", False),
        (f"1{NUMBER}", False), (f"{NUMBER}1", False), (f"a1b{NUMBER}f", False), ("2026-11-21", False), ("r7", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_taken_for_an_nhs_number(text, one):
    assert holds_nhs_number(text) is one


def stopped(*_, **__):
    """Ctrl-C while a lump is judged."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("out", "says"), [(["--out", "out"], "the same command goes on where it was"), ([], "Nothing was kept")]
)
def test_a_run_stopped_by_hand_says_what_becomes_of_it(out, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = FORMATS[".parquet"](rows(2, conditions=ONE), table(), tmp_path / "rows.parquet")
    monkeypatch.setattr(Run, "_do", stopped)
    ran = audit(path, *out)
    assert ran.exit_code == 1
    assert says in ran.output
    assert "Aborted" not in ran.output


def test_a_run_stopped_by_hand_closes_what_it_reads(tmp_path, monkeypatch):
    """Else Python closes it at its end, and says so with a traceback."""
    source = source_of(as_json_lines(rows(2, conditions=ONE), table(), tmp_path / "rows.jsonl"), table())
    lumps = source.lumps()
    monkeypatch.setattr(source, "lumps", lambda: lumps)
    monkeypatch.setattr(Run, "_do", stopped)
    with pytest.raises(KeyboardInterrupt):
        Run(source, library(), table(), tmp_path / "out", {}).go(lambda at: None)
    assert lumps.gi_frame is None
