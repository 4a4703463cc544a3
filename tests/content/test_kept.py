"""Content is kept as plain data for the next start: what is kept is what was read, and anything wrong with it is not used."""

import gc
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace

import pytest

from pharmacyfirst import assess
from pharmacyfirst.content import building, kept, key, plain
from pharmacyfirst.content.library import load, load_one, parts_of, pathways_folder, read
from pharmacyfirst.content.text import ContentRefused

ON = date(2026, 11, 21)
GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of this test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(kept.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def mine(tmp_path):
    """A copy of a small set of content that holds every heading there is."""
    return Path(shutil.copytree(GOOD, tmp_path / "mine"))


@pytest.fixture
def read_again(monkeypatch):
    """How often the files were read."""
    read, times = building.read_all, []
    monkeypatch.setattr(building, "read_all", lambda root, looked: times.append(root) or read(root, looked))
    return times


def the_file(cache):
    (path,) = cache.glob("*.content")
    return path


@pytest.mark.parametrize("root", [GOOD, pathways_folder()], ids=["every heading", "shipped"])
def test_what_is_kept_is_what_was_read(root, cache, read_again):
    first, again = load(root), load(root)
    assert len(read_again) == 1
    assert again == first
    assert again is not first
    assert hash(again) == hash(first)
    for one, other in zip(first.newest_all(), again.newest_all(), strict=True):
        assert (one.gated, [*one.backed()], [*one.pgds]) == (other.gated, [*other.backed()], [*other.pgds])
        assert [*one.questions] == [*other.questions]
        assert assess(one, {}, ON) == assess(other, {}, ON)


def test_a_single_one_is_that_of_the_whole(cache, read_again):
    whole = load(GOOD)
    one = load_one(GOOD, "hiccups")
    assert len(read_again) == 1
    assert one.conditions == ("hiccups",)
    assert one.stretches["hiccups"] == whole.stretches["hiccups"]
    assert load_one(GOOD, "no-such-condition") == whole


def test_what_is_kept_is_data_alone(cache):
    load(GOOD)
    head, *parts = the_file(cache).read_bytes().split(b"\n")[1:]
    assert json.loads(head)["parts"].keys() == {*load(GOOD).conditions, kept.REST}
    assert not any(word in part for part in parts for word in (b"__", b"pharmacyfirst.", b"import "))


CHANGES = {
    "a byte of a pathway": lambda root: edited(root / "hiccups" / "pathway.yaml", "# a remark\n"),
    "a byte of a shared list": lambda root: edited(root / "shared" / "sources.yaml", "# a remark\n"),
    "another file that nothing reads": lambda root: (root / "shared" / "more.yaml").write_text("x"),
    "a folder": lambda root: (root / "odd folder").mkdir(),
    "a file gone": lambda root: (root / "shared" / "definitions.yaml").unlink(),
    "the published list": lambda root: edited(root / "published.yaml", "# a remark\n"),
}


def edited(path, more):
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


def test_any_change_is_another_key_and_the_cases_are_none(mine):
    keys = {key.key_of(mine)}
    edited(mine / "hiccups" / "cases.yaml", "# a remark\n")
    assert {key.key_of(mine)} == keys
    for change in CHANGES.values():
        change(mine)
        keys.add(key.key_of(mine))
    assert len(keys) == 1 + len(CHANGES)


def test_the_digest_is_blake2b():
    assert key.digest_of(b"content") == blake2b(b"content", digest_size=32).hexdigest()


def test_a_file_that_grows_while_it_is_read_has_no_key(mine, monkeypatch):
    sizes = os.fstat

    def smaller(handle):
        there = sizes(handle)
        return SimpleNamespace(st_size=there.st_size - 1, st_mode=there.st_mode)

    assert key.key_of(mine) is not None
    monkeypatch.setattr(key.os, "fstat", smaller)
    assert key.key_of(mine) is None


def test_another_version_of_ours_is_another_key(mine, monkeypatch):
    before = key.key_of(mine)
    monkeypatch.setattr(key, "version_of_ours", lambda: "9.9.9")
    assert key.key_of(mine) != before


def test_content_that_is_refused_is_not_kept_and_refused_again(cache, mine):
    edited(mine / "hiccups" / "pathway.yaml", "\nno heading of ours: x\n")
    for _ in range(2):
        with pytest.raises(ContentRefused, match="no heading of ours"):
            load(mine)
    assert not cache.exists()


def resealed(raw, change):
    """A file of ours in which somebody changed a part, with all its digests made right."""
    _, head, body = raw.split(b"\n", 2)
    said = json.loads(head)
    parts = {name: body[first : first + size] for name, (first, size, _) in said["parts"].items()}
    return change(said["key"], parts)


def written_anew(named, parts):
    body, places = b"", {}
    for name, part in parts.items():
        places[name] = (len(body), len(part), blake2b(part, digest_size=32).hexdigest())
        body += part
    head = json.dumps({"key": named, "parts": places}).encode()
    return b"\n".join([blake2b(head, digest_size=32).hexdigest().encode(), head, body])


WRONG = {
    "nothing": lambda raw: b"",
    "half": lambda raw: raw[: len(raw) // 2],
    "the last byte missing": lambda raw: raw[:-1],
    "a byte more": lambda raw: raw + b" ",
    "one letter changed": lambda raw: raw.replace(b"hiccups", b"hiccupz", 1),
    "a word changed in a part": lambda raw: raw[:-200] + raw[-200:].replace(b"1", b"2"),
    "no JSON": lambda raw: b"\n".join([blake2b(b"{", digest_size=32).hexdigest().encode(), b"{", b""]),
    "of another key": lambda raw: resealed(raw, lambda named, parts: written_anew("0" * 64, parts)),
    "a class that is none of ours": lambda raw: resealed(
        raw, lambda named, parts: written_anew(named, dict.fromkeys(parts, b'["os",[9999,0]]'))
    ),
    "what is not there yet": lambda raw: resealed(
        raw, lambda named, parts: written_anew(named, dict.fromkeys(parts, b"[[0,5]]"))
    ),
    "no list": lambda raw: resealed(raw, lambda named, parts: written_anew(named, dict.fromkeys(parts, b"7"))),
    "the wrong number of parts": lambda raw: resealed(
        raw, lambda named, parts: written_anew(named, dict.fromkeys(parts, b'["x",[0,0]]'))
    ),
    "a list of lists": lambda raw: resealed(
        raw, lambda named, parts: written_anew(named, dict.fromkeys(parts, b"[" * 5000 + b"]" * 5000))
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_what_is_kept_is_read_and_kept_again(wrong, cache, read_again):
    first = load(GOOD)
    sound = the_file(cache).read_bytes()
    the_file(cache).write_bytes(WRONG[wrong](sound))
    assert load(GOOD) == first
    assert len(read_again) == 2
    assert the_file(cache).read_bytes() == sound


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here that a program can see")
def test_what_somebody_else_may_have_written_is_not_used(cache, read_again, monkeypatch):
    load(GOOD)
    the_file(cache).chmod(0o622)
    load(GOOD)
    assert len(read_again) == 2
    uid = os.getuid()
    monkeypatch.setattr(kept.os, "getuid", lambda: uid + 1)
    load(GOOD)
    assert len(read_again) == 3


@pytest.mark.parametrize(
    "folder", ["", "/proc/nowhere", __file__], ids=["none named", "that cannot be made", "that is a file"]
)
def test_without_a_folder_that_can_be_written_it_loads_all_the_same(folder, monkeypatch, read_again):
    monkeypatch.setenv(kept.FOLDER_VARIABLE, folder)
    assert load(GOOD) == load(GOOD)
    assert len(read_again) == 2


def test_content_beside_a_folder_of_somebody_is_not_taken_for_ours(cache, mine, read_again):
    load(GOOD)
    shutil.copy(the_file(cache), mine.parent / kept.SHIPPED)
    the_file(cache).unlink()
    load(mine)
    assert len(read_again) == 2


def test_only_the_newest_are_kept_and_what_was_cut_off_goes(cache, monkeypatch):
    cache.mkdir()
    for at in range(kept.MOST_KEPT + 3):
        old = cache / f"{at}.content"
        old.write_text("x")
        os.utime(old, (at, at))
    half = cache / ".half.new"
    half.write_text("x")
    os.utime(half, (1, 1))
    load(GOOD)
    names = {one.name for one in cache.iterdir()}
    assert len(names) == kept.MOST_KEPT
    assert not names & {"0.content", "1.content", ".half.new"}


def test_many_that_start_at_once_keep_one_that_is_whole(cache):
    with ThreadPoolExecutor(4) as pool:
        each = list(pool.map(lambda _: load(GOOD), range(4)))
    assert all(one == each[0] for one in each)
    assert kept.kept(GOOD, key.key_of(GOOD)) is not None
    assert [*cache.glob(".*")] == []


def meanwhile(monkeypatch, done):
    """What is done to the folder after it was looked at, and before it is read."""
    read = building.read_all

    def changed(root, looked):
        monkeypatch.undo()
        done()
        return read(root, looked)

    monkeypatch.setattr(building, "read_all", changed)


def test_what_is_kept_is_made_of_the_bytes_that_its_key_is_of(cache, mine, monkeypatch, read_again):
    """Another text while it is read, the first one back afterwards: neither what is loaded nor what is kept has a word of it."""
    pathway = mine / "hiccups" / "pathway.yaml"
    first = pathway.read_bytes()
    as_it_is = parts_of(read(mine))
    with monkeypatch.context() as patch:
        meanwhile(patch, lambda: edited(pathway, "title: Another\n"))
        assert parts_of(load(mine)) == as_it_is
    pathway.write_bytes(first)
    read_again.clear()
    assert parts_of(load(mine)) == as_it_is
    assert read_again == []


@pytest.mark.parametrize(
    "done",
    [lambda mine: (mine / "hiccups" / "another.yaml").write_text("pgd: another\n"), lambda mine: shutil.rmtree(mine / "snoring")],
    ids=["a file more", "a folder less"],
)  # fmt: skip
def test_content_whose_files_came_or_went_while_it_was_read_is_not_kept(cache, mine, monkeypatch, done):
    with monkeypatch.context() as patch:
        meanwhile(patch, lambda: done(mine))
        with suppress(ContentRefused):
            load(mine)
    assert not cache.exists()


def test_a_folder_of_more_than_any_content_has_no_key(tmp_path, monkeypatch):
    monkeypatch.setattr(key, "MOST_ENTRIES", 3)
    for at in range(6):
        (tmp_path / f"{at}.yaml").write_text("x")
    assert key.key_of(tmp_path) is None
    assert key.key_of(tmp_path / "nowhere") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes to be named here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pathway.yaml")
    assert key.key_of(tmp_path) is None


def test_a_start_on_kept_content_reads_no_yaml_and_needs_no_pydantic(cache):
    load(pathways_folder())
    program = (
        "import sys, pharmacyfirst, datetime; library = pharmacyfirst.load();"
        "pharmacyfirst.assess(library.in_force('shingles', datetime.date(2026, 11, 21)), {}, datetime.date(2026, 11, 21));"
        "print(sorted({'pydantic', 'yaml', 'jinja2'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


def test_only_what_has_a_place_in_the_table_is_written():
    with pytest.raises(TypeError, match="has no place"):
        plain.written([Path("x")])
    assert plain.made(plain.written([True, 1, "1", None, date(2026, 1, 1), (1, True)])) == (
        True,
        1,
        "1",
        None,
        date(2026, 1, 1),
        (1, True),
    )
    assert [type(one) for one in plain.made(plain.written([True, 1]))] == [bool, int]


def test_the_garbage_collector_is_as_it_was_afterwards(mine):
    for looks in (True, False):
        (gc.enable if looks else gc.disable)()
        try:
            load(mine)
            with pytest.raises(ContentRefused):
                read(mine / "hiccups")
            assert gc.isenabled() is looks
        finally:
            gc.enable()
