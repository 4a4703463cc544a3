"""An audit that is killed goes on where it was, and comes to the same; one of another file, or of parts that power took, does not believe them."""

import os
from pathlib import Path

import polars as pl
import pytest
from consultations import first_supply, library, row_of, rows, table
from written import as_json_lines, as_parquet

from pharmacyfirst.audit import from_json_lines, judging
from pharmacyfirst.audit.judging import EnginesDisagree
from pharmacyfirst.audit.reading import source_of
from pharmacyfirst.audit.run import RowsLost, Run, digest_of_file, key_of_run

LINES = 10
MANY = 50


@pytest.fixture
def small_lumps(monkeypatch):
    monkeypatch.setattr(from_json_lines, "LINES", LINES)


@pytest.fixture(scope="module")
def made():
    """Rows of a condition; some are altered."""
    held = rows(7, conditions=("shingles",))
    for at, (_, _, said) in enumerate(held):
        if at % 5 == 0:
            said["recorded_version"] = "2020.1"
    assert len(held) == 14
    return held


def run_of(path, out):
    source = source_of(path, table())
    return Run(source, library(), table(), out, key_of_run(source, library(), digest_of_file(path)))


def files(out):
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


class Killed(Exception):
    """What a kill is here: nothing more is written."""


@pytest.mark.usefixtures("small_lumps")
def test_a_run_that_is_stopped_at_any_write_goes_on_and_comes_to_the_same(made, tmp_path, monkeypatch):
    """Before every file in turn is put in its place, whole or half written. `make thorough PART=audit-killed` kills the command itself, at any moment."""
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    undisturbed = run_of(path, tmp_path / "undisturbed").go(lambda at: None)
    right, replace, left = files(tmp_path / "undisturbed"), os.replace, 0

    def replaced(beside, place):
        nonlocal left
        left -= 1
        if left < 0:
            if stop % 2:
                Path(beside).write_bytes(Path(beside).read_bytes()[:50])
            raise Killed
        replace(beside, place)

    for stop in range(MANY):
        out, left = tmp_path / f"stopped {stop}", stop
        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", replaced)
            try:
                run_of(path, out).go(lambda at: None)
            except Killed:
                assert not (out / "set-aside.parquet").exists()  # which is the last
            else:
                break
        run = run_of(path, out)
        again = run.go(lambda at: None)
        assert again.counts.equals(undisturbed.counts)
        assert (again.judged, again.aside) == (undisturbed.judged, undisturbed.aside) == (len(made), 0)
        assert {name: held for name, held in files(out).items() if not name.endswith(".new")} == right
        run.tidy()
        assert not (out / "parts").exists()
    lumps = -(-len(made) // LINES)
    assert (
        stop == 3 * lumps + 3
    )  # each lump writes three files; what they are of comes first, and what is made of them last


@pytest.mark.usefixtures("small_lumps")
def test_what_was_done_is_not_done_again(made, tmp_path):
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    run_of(path, tmp_path / "out").go(lambda at: None)
    run = run_of(path, tmp_path / "out")
    run.judging = None  # judges no lump
    assert run.go(lambda at: None).judged == len(made)


@pytest.mark.usefixtures("small_lumps")
def test_parts_of_another_file_are_never_taken(made, tmp_path):
    first = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    run_of(first, tmp_path / "out").go(lambda at: None)
    second = as_json_lines(made[:11], table(), tmp_path / "rows.jsonl")
    audited = run_of(second, tmp_path / "out").go(lambda at: None)
    assert (audited.judged, audited.aside) == (11, 0)
    assert len([*(tmp_path / "out" / "parts").glob("counts-*.parquet")]) == 2


@pytest.mark.usefixtures("small_lumps")
def test_a_part_that_is_cut_off_is_made_again(made, tmp_path):
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    run_of(path, tmp_path / "out").go(lambda at: None)
    right = files(tmp_path / "out")
    part = tmp_path / "out" / "parts" / "counts-000001.parquet"
    part.write_bytes(part.read_bytes()[:100])
    run_of(path, tmp_path / "out").go(lambda at: None)
    assert files(tmp_path / "out") == right


def test_a_parquet_file_is_cut_into_lumps_whatever_its_row_groups_are(made, tmp_path, monkeypatch):
    from pharmacyfirst.audit import from_parquet

    monkeypatch.setattr(from_parquet, "ROWS", 10)
    found = []
    for size in (4, 1000):
        path = as_parquet(made, table(), tmp_path / f"rows{size}.parquet", row_group_size=size)
        lumps = [*source_of(path, table()).lumps()]
        assert len(lumps) > 1
        assert sum(one.rows for one in lumps) == len(made)
        run_of(path, tmp_path / str(size)).go(lambda at: None)
        found.append(pl.read_parquet(tmp_path / str(size) / "findings.parquet"))
    assert found[0].equals(found[1])
    assert found[0].height


def test_where_columns_and_kernel_differ_nothing_is_reported(made, tmp_path, monkeypatch):
    """A plan that mistakes every self-care for a referral."""
    right = judging.judged

    def wrong(frame, plan):
        verdicts = right(frame, plan)
        return verdicts.with_columns(pl.lit("self_care").alias("outcome"))

    monkeypatch.setattr(judging, "judged", wrong)
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    with pytest.raises(EnginesDisagree, match="nothing is reported"):
        run_of(path, tmp_path / "out").go(lambda at: None)
    assert not (tmp_path / "out" / "findings.parquet").exists()


def test_one_in_so_many_of_those_that_agree_is_judged_again(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "CHECKED_AGAIN", 2)
    facts, _ = first_supply("shingles")
    path = as_json_lines([row_of(at, "shingles", facts) for at in range(6)], table(), tmp_path / "rows.jsonl")
    audited = run_of(path, tmp_path / "out").go(lambda at: None)
    again = audited.counts.filter(pl.col("of") == "again")["rows"].sum()
    assert again == 3


def test_a_row_that_is_lost_on_the_way_is_noticed(made, tmp_path, monkeypatch):
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    run = run_of(path, tmp_path / "out")
    read = run.source.read
    monkeypatch.setattr(run.source, "read", lambda lump: lose(read(lump)))
    with pytest.raises(RowsLost):
        run.go(lambda at: None)


def lose(read):
    return type(read)(read.frame.head(-1), read.aside)
