"""The pages that draw the house stay true: each step of the way calls the next, every error is explained, every reader finds a page."""

import ast
import inspect
import re
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest
from test_docs import regenerate

from pharmacyfirst import PharmacyFirstError

ROOT = Path(__file__).resolve().parents[2]


def source_of(name):
    module, _, within = name.partition(":")
    found = import_module(f"pharmacyfirst.{module}")
    for part in within.split("."):
        found = getattr(found, part)
    return inspect.getsource(found)


def called_in(source):
    """The names that are called in some source, methods by their last name."""
    for node in ast.walk(ast.parse(dedent(source))):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("way", ["judging", "deciding"])
def test_each_step_of_the_way_calls_the_next(way):
    steps = list(regenerate.WAYS[way])
    for step, after in pairwise(steps):
        assert after.rpartition(":")[2].rpartition(".")[2] in set(called_in(source_of(step))), f"{step} to {after}"


def test_judging_is_at_most_four_hops_from_the_input():
    assert len(regenerate.JUDGING) - 1 <= 4
    assert list(regenerate.JUDGING)[-2] == "kernel.assess:Person.judge"


def test_every_place_on_the_way_is_a_line_of_a_file_that_holds_it():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    places = re.findall(r"\[`(pharmacyfirst/[\w/]+\.py):(\d+)`\]\([^)]*\) `([\w.]+)`", page)
    assert len(places) == sum(len(way) for way in regenerate.WAYS.values())
    for path, line, name in places:
        there = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert re.search(rf"(def|class) {name.rpartition('.')[2]}\b", there), f"{path}:{line} is not {name}"


def test_every_error_is_explained_and_has_the_one_base():
    page = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    for error in regenerate.every_error():
        assert issubclass(error, PharmacyFirstError)
        assert error.__doc__, error
        assert len(error.__doc__) > 30, error
        assert f"| `{error.__name__}` | `{error.__module__}` |" in page


def test_whatever_is_raised_by_name_is_ours_or_pythons_own_for_a_fault():
    """Exceptions defined in the package all have the one base; private ones that only steer reading stay inside their module."""
    apart = []
    for path in sorted((ROOT / "pharmacyfirst").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bases = {one.id for one in node.bases if isinstance(one, ast.Name)}
                if bases & {
                    "Exception",
                    "ValueError",
                    "ImportError",
                    "OSError",
                    "TypeError",
                    "LookupError",
                    "RuntimeError",
                } and ("PharmacyFirstError" not in bases and node.name != "PharmacyFirstError"):
                    apart.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert apart == []


def test_every_page_of_the_documentation_can_be_reached_from_the_index():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docs/index.md" in readme
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert page.name == "index.md" or f"({page.name}" in index, f"docs/index.md does not lead to {page.name}"
