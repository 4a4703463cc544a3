"""The start page names every extra, so that whoever needs one finds how to install it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_start_page_names_every_extra():
    extras = {*tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]}
    listed = re.search(r"\(the extras are (.*?):", (ROOT / "docs/index.md").read_text(encoding="utf-8"), re.S)
    assert {*re.findall(r"`([a-z]+)`", listed[1])} == extras


def test_the_readme_says_how_to_install_what_an_audit_needs():
    """`audit` and `changes --on` answer with a missing extra otherwise, to whoever came by the README alone."""
    assert 'python -m pip install ".[audit,proof]"' in (ROOT / "README.md").read_text(encoding="utf-8")
