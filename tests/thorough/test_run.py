"""The runner of the large numbers, with small ones: every part runs, stops at its bound, goes on, and writes its figure."""

import json
import time
from collections import Counter

import pytest
from shares import every_nth
from thorough import run
from thorough.part import Part


def part_of(pieces, **more):
    given = {"name": "made-up", "property": "it holds", "test": "tests/x.py", "size": 3, "counts": "pieces"} | more
    return Part(pieces=pieces, **given)


def go_through(part, folder, size=3, seed=1, minutes=1):
    return run.go_through(part, size, seed, time.monotonic() + 60 * minutes, folder, say=lambda words: None)


@pytest.fixture
def counted():
    """A part of three pieces that notes which of them are judged, and fails at one if told to."""
    judged, fails = [], []

    def judge(name):
        assert name not in fails, f"{name} does not hold"
        judged.append(name)
        return {"pieces": 1}

    def pieces(size, seed):
        for name in ("one", "two", "three")[:size]:
            yield name, lambda name=name: judge(name)

    return part_of(pieces), judged, fails


def test_a_run_that_was_stopped_goes_on_where_it_stood(counted, tmp_path):
    part, judged, fails = counted
    fails.append("two")
    with pytest.raises(AssertionError, match="two does not hold"):
        go_through(part, tmp_path)
    fails.clear()

    assert go_through(part, tmp_path) == Counter(pieces=3)
    assert judged == ["one", "two", "three"]


def test_other_numbers_another_seed_or_other_files_begin_anew(counted, tmp_path, monkeypatch):
    part, judged, _ = counted
    go_through(part, tmp_path)
    go_through(part, tmp_path, size=2)
    go_through(part, tmp_path, size=2, seed=2)
    monkeypatch.setattr(run, "fingerprint", lambda: "other files")
    go_through(part, tmp_path, size=2, seed=2)

    assert judged == ["one", "two", "three"] + 3 * ["one", "two"]


def test_no_piece_begins_after_its_bound(counted, tmp_path):
    part, judged, _ = counted
    assert go_through(part, tmp_path, minutes=0) is None
    assert judged == []


def test_the_row_of_a_part_is_put_in_place_of_its_old_one():
    page = "# Figures\n\n| part |\n|---|\n"
    one = part_of(None)
    once = run.written(page, one, "12,000 things", 1, "2026-11-28")
    twice = run.written(once, part_of(None, name="other"), "3 things", 1, "2026-11-28")

    again = run.written(twice, one, "13,000 things", 2, "2026-11-29")

    assert once == page + "| made-up | it holds | [tests/x.py](../tests/x.py) | 12,000 things | 1 | 2026-11-28 |\n"
    assert again.splitlines()[-2:] == [
        "| made-up | it holds | [tests/x.py](../tests/x.py) | 13,000 things | 2 | 2026-11-29 |",
        "| other | it holds | [tests/x.py](../tests/x.py) | 3 things | 1 | 2026-11-28 |",
    ]


@pytest.mark.parametrize("name", every_nth(["mutants", "safety", "garbled", "sending"], 3))
def test_each_part_runs_with_few(name, tmp_path):
    part = run.PARTS[name]
    (first, judge), *_ = part.pieces(2, 1)

    counts = judge()

    assert first
    assert sum(counts.values()) >= 2
    assert json.loads(json.dumps(counts)) == counts


def test_every_part_names_a_test_that_there_is():
    for name, part in run.PARTS.items():
        assert (run.ROOT / part.test).is_file(), name
        assert part.name == name


def test_help_tells_the_parts_and_their_numbers(capsys):
    with pytest.raises(SystemExit) as left:
        run.main(["--help"])
    assert left.value.code == 0
    told = " ".join(capsys.readouterr().out.split()).replace("- ", "-")  # a line may end after a hyphen
    assert all(f"{part.name}: {part.property}" in told for part in run.PARTS.values())
