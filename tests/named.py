"""Tests and files that a page or a table names as what shows something: whether they are there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PLACES = ("tests/", "docs/", "pharmacyfirst/", "pathways/", "examples/", ".ci/")
_FILES = {path.name for path in ROOT.iterdir() if path.is_file()}


def looks_like_one(words):
    """Whether words name a test or a file of the checkout."""
    return words.startswith(_PLACES) or words in _FILES


def missing(named):
    """Why what is named is not there: nothing where it is. A test is named as pytest does, without the brackets of its parameters."""
    file, _, inside = named.partition("::")
    path = ROOT / file
    if not path.exists():
        return f"{named}: there is no such file"
    if inside and inside not in tests_in(path):
        return f"{named}: there is no such test in the file"
    return ""


@cache
def tests_in(path):
    """The tests of a file, those of a class with its name before them."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return {one for one in found if one.rpartition("::")[2].startswith("test_")}


def named_in(text):
    """What stands between backticks and names a test or a file."""
    return [words for words in re.findall(r"`([^`\n]+)`", text) if looks_like_one(words)]
