"""``serve-api``, ``api-key`` and ``cases --against URL``, as programs that talk to each other."""

import re

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main


def run(*arguments, **environment):
    return CliRunner(env=environment).invoke(main, [*map(str, arguments)])


def test_our_cases_agree_over_http_with_a_key(served, tmp_path):
    data = tmp_path / "data"
    made = run("api-key", "make", "--data", data, "--holder", "Our PMR", "--scope", "assess", "--by", "A. Pharmacist")
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    assert re.fullmatch(r"pfk_[0-9a-f]{12}_\S{43}", key)
    address = served("--data", data, "--rate", 100_000)
    agreed = run("cases", "impetigo", "--against", address, PHARMACYFIRST_API_KEY=key)
    assert agreed.exit_code == 0, agreed.output
    assert agreed.output.endswith("cases agree\n")
    without = run("cases", "impetigo", "--against", address)
    assert without.exit_code == 1
    assert "refused: no_key" in without.output
    listed = run("api-key", "list", "--data", data).output
    assert "Our PMR: assess; until" in listed
    assert key[len("pfk_012345678901_") :] not in listed
    assert "revoked" in run("api-key", "revoke", key[4:16], "--data", data, "--by", "A. Pharmacist").output


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://", "https://:9", "http://somebody:secret@127.0.0.1:9"]
)
def test_a_server_that_is_not_there_is_said_without_its_address(address):
    said = run("cases", "impetigo", "--against", address)
    assert said.exit_code == 2
    assert "secret" not in said.output
    assert "127.0.0.1" not in said.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "API keys"),
        (["--host", "0.0.0.0", "--data", "DATA"], "TLS"),
        (["--adoption", "WRONG"], "Nothing was started"),
    ],
)
def test_what_is_not_safe_is_not_started(tmp_path, arguments, says):
    wrong = tmp_path / "adoption.yaml"
    wrong.write_text("nonsense: [", encoding="utf-8")
    given = [{"DATA": tmp_path / "data", "WRONG": wrong}.get(one, one) for one in arguments]
    said = run("serve-api", *given)
    assert said.exit_code != 0
    assert says in said.output


def test_a_key_that_cannot_be_made_is_refused_in_words(tmp_path):
    said = run("api-key", "make", "--data", tmp_path / "data", "--holder", " ", "--scope", "assess", "--by", "x")
    assert said.exit_code == 2
    assert "name whose key it is" in said.output
    assert "no store" in run("api-key", "list", "--data", tmp_path / "none").output
    assert (
        run("api-key", "make", "--data", tmp_path / "data", "--holder", "x", "--scope", "all", "--by", "x").exit_code
        == 2
    )
    assert (
        "no key of this id" in run("api-key", "revoke", "000000000000", "--data", tmp_path / "data", "--by", "x").output
    )
