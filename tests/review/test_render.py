"""``pharmacyfirst render``: what it writes, what it says, and what it refuses."""

import sys

import pytest
from click.testing import CliRunner
from review_pages import ROOTS

from pharmacyfirst.cli.main import main

SYRUP = {"hiccups/placebo-syrup.html", "hiccups/placebo-syrup-authorisation.html"}
LOZENGE = {"hiccups/placebo-lozenge.html", "hiccups/placebo-lozenge-authorisation.html"}
HICCUPS = {"hiccups/pathway.html", "hiccups/open-items.html"}
SNORING = {
    "snoring/pathway.html", "snoring/open-items.html", "snoring/placebo-spray.html", "snoring/placebo-spray-authorisation.html",
}  # fmt: skip
YAWNING = {"yawning/pathway.html", "yawning/open-items.html"}


def render(into, *words, root="made-up"):
    return CliRunner().invoke(main, ["render", *words, "--to", str(into), "--pathways", str(ROOTS[root])])


def written(into):
    return {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), SYRUP | LOZENGE | HICCUPS | SNORING | YAWNING),
        (("hiccups",), SYRUP | LOZENGE | HICCUPS),
        (("hiccups", "placebo-syrup"), SYRUP | {"hiccups/pathway.html"}),
        (("hiccups", "placebo-syrup", "--as-of", "2026-12-31"), SYRUP | {"hiccups/pathway.html"}),
    ],
)
def test_it_writes_what_was_asked_for_and_says_so(words, expected, tmp_path):
    result = render(tmp_path / "new" / "folder", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert written(tmp_path / "new" / "folder") == expected
    assert {line.removeprefix("wrote ") for line in result.stdout.splitlines()} == expected


def test_the_same_content_gives_the_same_files(tmp_path):
    render(tmp_path / "once", "hiccups")
    render(tmp_path / "twice", "hiccups")
    for name in written(tmp_path / "once"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "twice" / name).read_bytes()


def test_the_old_name_writes_the_same_and_says_once_that_it_goes(tmp_path):
    render(tmp_path / "new", "hiccups", "placebo-syrup")
    words = ["pgd", "render", "hiccups", "placebo-syrup", "--to", str(tmp_path / "old")]
    result = CliRunner().invoke(main, [*words, "--pathways", str(ROOTS["made-up"])])
    assert result.exit_code == 0
    assert result.stderr == (
        '"pharmacyfirst pgd render" is now "pharmacyfirst render"; the old name goes with the next version.\n'
    )
    assert written(tmp_path / "old") == written(tmp_path / "new")
    for name in written(tmp_path / "new"):
        assert (tmp_path / "old" / name).read_bytes() == (tmp_path / "new" / name).read_bytes()


def test_what_ships_is_rendered_without_a_folder(tmp_path):
    result = CliRunner().invoke(main, ["render", "uncomplicated-uti", "nitrofurantoin", "--to", str(tmp_path)])
    assert result.exit_code == 0
    assert "uncomplicated-uti/nitrofurantoin.html" in written(tmp_path)


def test_what_is_not_in_force_on_the_day_is_left_out_and_named(tmp_path):
    result = render(tmp_path, "--as-of", "2027-01-01")
    assert result.exit_code == 0
    assert written(tmp_path) == LOZENGE | HICCUPS | SNORING | YAWNING
    assert result.stderr == (
        "left out hiccups placebo-syrup: version 2026.1 is in force 2026-01-01 to 2026-12-31, not on 2027-01-01\n"
    )


def test_a_condition_that_is_not_in_force_on_the_day_is_left_out_and_named(tmp_path):
    result = render(tmp_path, "--as-of", "1999-01-01")
    assert result.exit_code == 0
    assert written(tmp_path) == set()
    assert "left out hiccups: no version is in force on 1999-01-01" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hicups",), 'There is no such condition. Did you mean "hiccups"?'),
        (("plague",), "There is no such condition. There are: hiccups, snoring, yawning."),
        (("hiccups", "placebo-sirup"), 'hiccups has no such PGD. Did you mean "placebo-syrup"?'),
        (("hiccups", "aspirin"), "hiccups has no such PGD. There are: placebo-lozenge, placebo-syrup."),
        (("hiccups", "--as-of", "1999-01-01"), "No version of hiccups is in force on 1999-01-01."),
        (
            ("hiccups", "placebo-syrup", "--as-of", "2027-01-01"),
            "hiccups placebo-syrup: version 2026.1 is in force 2026-01-01 to 2026-12-31, not on 2027-01-01.",
        ),
        (("--as-of", "2026-1-1"), "write the day as YYYY-MM-DD."),
    ],
)
def test_what_makes_no_sense_is_refused_with_status_2_and_nothing_written(words, message, tmp_path):
    result = render(tmp_path, *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert written(tmp_path) == set()


def test_without_weasyprint_pdf_is_refused_with_the_extra_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    result = render(tmp_path, "hiccups", "--pdf")
    assert result.exit_code == 2
    assert "WeasyPrint, which is not installed. Install them: " in result.stderr
    assert "Nothing was written." in result.stderr
    assert written(tmp_path) == set()


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_pdf_stands_beside_html(tmp_path):
    result = render(tmp_path, "yawning", "--pdf")
    assert result.exit_code == 0
    assert written(tmp_path) == YAWNING | {name.replace(".html", ".pdf") for name in YAWNING}
    assert (tmp_path / "yawning/open-items.pdf").read_bytes().startswith(b"%PDF-1.7")
