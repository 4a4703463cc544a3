"""`pharmacyfirst render`, as the whole program runs it."""

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main


def test_the_command_writes_them_and_says_so(tmp_path):
    result = CliRunner().invoke(main, ["render", "shingles", "--to", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.rglob("*.html")} == {
        "aciclovir.html", "aciclovir-authorisation.html", "valaciclovir.html", "valaciclovir-authorisation.html", "open-items.html", "pathway.html",
        "pharmacy-first.html",
    }  # fmt: skip
    assert "wrote shingles/aciclovir.html\n" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shingels"], "shingles"),
        (["shingles", "acyclovir"], "aciclovir"),
        (["shingles", "aciclovir", "--as-of", "2027-01-31"], "2027-01-30"),
        (["--as-of", "soon"], "YYYY-MM-DD"),
    ],
)
def test_bad_input_gets_a_message(tmp_path, arguments, says):
    result = CliRunner().invoke(main, ["render", *arguments, "--to", str(tmp_path)])

    assert result.exit_code == 2
    assert says in result.output
    assert not list(tmp_path.rglob("*.html"))
