"""``pharmacyfirst review``: a pack is written, readers are compared, a sign-off is checked; nothing that was filled in is written over."""

import io
import json
import re
import sys
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main
from pharmacyfirst.paper.pdf import pdf
from pharmacyfirst.population.outcomes import NOT_MADE_UP

GOOD = str(Path(__file__).resolve().parents[1] / "bad" / "good")
FILES = {"review-pack.html", "review-pack.json", "sign-off.yaml", "reading.yaml"}


def review(*words):
    return CliRunner().invoke(main, ["review", *map(str, words)])


def made_up(into, *words):
    result = review("yawning", "--pathways", GOOD, "--out", into, *words)
    assert result.exit_code == 0, result.output
    return into / "yawning"


def test_the_files_of_a_pack_are_written_and_named_with_the_digest_that_is_signed(tmp_path):
    result = review("yawning", "--pathways", GOOD, "--out", tmp_path)
    written = {path.name for path in (tmp_path / "yawning").iterdir()}
    assert (result.exit_code, written) == (0, FILES)
    *wrote, digest = result.stdout.splitlines()
    assert wrote == [f"wrote yawning/{name}" for name in sorted(FILES)]
    assert digest == json.loads((tmp_path / "yawning" / "review-pack.json").read_text(encoding="utf-8"))["digest"]
    assert "orphan: YAW-" in result.stderr


def test_the_same_content_gives_the_same_files(tmp_path):
    first, second = made_up(tmp_path / "1"), made_up(tmp_path / "2")
    for name in FILES:
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_on_paper_it_is_tagged_every_drawing_is_read_out_and_the_bytes_are_the_same(tmp_path):
    from pypdf import PdfReader

    result = review("yawning", "--pathways", GOOD, "--out", tmp_path, "--pdf")
    assert "wrote yawning/review-pack.pdf\n" in result.stdout
    raw = (tmp_path / "yawning" / "review-pack.pdf").read_bytes()
    html = (tmp_path / "yawning" / "review-pack.html").read_text(encoding="utf-8")
    read = PdfReader(io.BytesIO(raw))
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    elements = list(structure(read.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    drawn = [str(one["/Alt"]) for one in elements if one["/S"] == "/Figure" and "/Alt" in one]
    assert drawn == [unescape(title) for title in re.findall(r"<svg[^>]*><title>(.*?)</title>", html)]
    assert len(drawn) >= 3
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= {one["/S"] for one in elements}
    assert pdf(html, read.metadata.creation_date.date()) == raw


def structure(element):
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from structure(one)
    elif isinstance(element, dict) and "/S" in element:
        yield element
        yield from structure(element["/K"]) if "/K" in element else ()


def test_without_weasyprint_nothing_is_written_and_it_says_how_to_do_without(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    result = review("yawning", "--pathways", GOOD, "--out", tmp_path / "new", "--pdf")
    assert result.exit_code == 2
    assert "without --pdf the rest is" in result.stderr
    assert not (tmp_path / "new").exists()


def test_what_was_filled_in_is_never_written_over(tmp_path):
    folder = made_up(tmp_path)
    for name in ("sign-off.yaml", "reading.yaml"):
        (folder / name).write_text((folder / name).read_text(encoding="utf-8") + "# filled in\n", encoding="utf-8")
    result = review("yawning", "--pathways", GOOD, "--out", tmp_path)
    for name in ("sign-off.yaml", "reading.yaml"):
        assert f"left yawning/{name} as it is: it may have been filled in" in result.stdout
        assert (folder / name).read_text(encoding="utf-8").endswith("# filled in\n")


def test_a_sign_off_that_nobody_touched_gives_way_to_that_of_the_new_pack(tmp_path):
    blank = made_up(tmp_path) / "sign-off.yaml"
    before = blank.read_text(encoding="utf-8")

    reading = read_by(tmp_path / "yawning", "refer")
    assert (
        "wrote yawning/sign-off.yaml"
        in review("yawning", "--pathways", GOOD, "--out", tmp_path, "--agreement", reading).stdout
    )
    after = blank.read_text(encoding="utf-8")
    assert after != before
    blank.write_text(after.replace("  - hazards\n", ""), encoding="utf-8")
    assert "left yawning/sign-off.yaml as it is" in review("yawning", "--pathways", GOOD, "--out", tmp_path).stdout


def signed(path):
    text = path.read_text(encoding="utf-8")
    for heading, words in (
        ("says", "agreed"), ("name", "A. Example"), ("role", "reviewer"), ("registration", "none"), ("signed on", "2026-12-01"),
    ):  # fmt: skip
        text = text.replace(f"\n{heading}:\n", f"\n{heading}: {words}\n")
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sign_off_is_checked(tmp_path):
    folder = made_up(tmp_path)
    sign_off, pack = signed(folder / "sign-off.yaml"), folder / "review-pack.json"
    holds = review("--verify", sign_off, pack)
    assert (holds.exit_code, holds.stdout) == (
        0, "The sign-off of yawning 2026.1 (agreed, signed on 2026-12-01) holds of this pack.\n",
    )  # fmt: skip
    pack.write_text(
        re.sub(r'"status": "', '"status": "not ', pack.read_text(encoding="utf-8"), count=1), encoding="utf-8"
    )
    broken = review("--verify", sign_off, pack)
    assert broken.exit_code == 1
    assert "changed since it was signed: summary" in broken.stdout


def test_a_pack_given_as_a_sign_off_is_refused_without_a_word_of_it(tmp_path):
    folder = made_up(tmp_path)
    result = review("--verify", folder / "review-pack.json", folder / "review-pack.json")
    assert result.exit_code == 1
    assert "yawn" not in result.output
    assert review("--verify", signed(folder / "sign-off.yaml"), folder / "reading.yaml").exit_code == 2


def read_by(folder, outcome):
    text = (folder / "reading.yaml").read_text(encoding="utf-8")
    for heading, words in (("reader", "A. Reader"), ("role", "pharmacist"), ("read on", "2026-11-28")):
        text = text.replace(f"\n{heading}:\n", f"\n{heading}: {words}\n")
    path = folder / "read.yaml"
    path.write_text(text.replace("    outcome:", f"    outcome: {outcome}"), encoding="utf-8")
    return path


def test_how_far_readers_agree_is_said_printed_as_json_and_put_in_the_pack(tmp_path):
    folder = made_up(tmp_path)
    reading = read_by(folder, "refer")
    said = review("yawning", "--pathways", GOOD, "--agreement", reading, "--agreement", reading)
    assert said.exit_code == 0, said.output
    first, *_ = said.stdout.splitlines()
    assert re.fullmatch(r"the pathway and reader 1: \d of 3 cases alike \([\d.]+ %\), (Cohen's|no) kappa.*", first)
    assert "reader 1 and reader 2: 3 of 3 cases alike (100.0 %)" in said.stdout
    assert "A. Reader" not in said.stdout
    as_json = json.loads(review("yawning", "--pathways", GOOD, "--agreement", reading, "--json").stdout)
    assert [one["cases"] for one in as_json["agreement"]] == [3]
    made_up(tmp_path / "more", "--agreement", reading)
    pack = json.loads((tmp_path / "more" / "yawning" / "review-pack.json").read_text(encoding="utf-8"))
    assert pack["checks"]["agreement"] == as_json["agreement"]


def test_mutants_are_run_where_that_is_wanted(tmp_path):
    pack = json.loads((made_up(tmp_path, "--mutants") / "review-pack.json").read_text(encoding="utf-8"))
    found = pack["checks"]["mutants"]
    assert found["mutants"] == found["noticed"] + len(found["not_noticed"]) > 0
    assert "Mutants: " in (tmp_path / "yawning" / "review-pack.html").read_text(encoding="utf-8")


def test_proofs_and_changes_stand_in_the_pack_without_their_times(tmp_path):
    pytest.importorskip("z3")
    folder = made_up(tmp_path, "--prove", "--since", "2025.1")
    pack = json.loads((folder / "review-pack.json").read_text(encoding="utf-8"))
    assert pack["checks"]["proofs"]["proved"] > 5
    assert pack["changes"]["old"]["version"] == "2025.1"
    assert "seconds" not in json.dumps(pack)
    html = (folder / "review-pack.html").read_text(encoding="utf-8")
    assert "roved by a solver" in html or "roved equal by a solver" in html
    printed = CliRunner().invoke(main, ["prove", "yawning", "--pathways", GOOD, "--json"])
    (tmp_path / "proofs.json").write_text(printed.stdout, encoding="utf-8")
    again = made_up(tmp_path / "again", "--proofs", tmp_path / "proofs.json", "--since", "yawning@2025.1")
    assert (again / "review-pack.json").read_bytes() == (folder / "review-pack.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ([], 2, "Name a condition"),
        (["yawning", "--pathways", GOOD], 2, "--out DIR"),
        (["yawnig", "--pathways", GOOD, "--out", "x"], 2, 'Did you mean "yawning"?'),
        (["yawning", "--pathways", GOOD, "--out", "x", "--since", "1999.1"], 2, "no such version"),
        (["yawning", "--pathways", GOOD, "--out", "x", "--as-of", "1999-01-01"], 2, "is in force"),
        (["yawning", "--pathways", GOOD, "--out", "x", "--prove", "--proofs", __file__], 2, "not both"),
        (["yawning", "--pathways", GOOD, "--out", "x", "--proofs", __file__], 2, "cannot be read as JSON"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_written(words, status, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = review(*words)
    assert result.exit_code == status, result.output
    assert says in result.stderr
    assert not (tmp_path / "x").exists()


def test_of_a_condition_of_which_nothing_is_known_nobody_is_made_up(tmp_path):
    """An author's own condition: no figures of England stand behind it, and its answers need not be those of the shipped ones."""
    folder = made_up(tmp_path)
    pack = json.loads((folder / "review-pack.json").read_text(encoding="utf-8"))
    assert pack["summary"]["not_in_this_pack"]["outcome_shares"] == NOT_MADE_UP
    assert NOT_MADE_UP[1:] in (folder / "review-pack.html").read_text(encoding="utf-8")
