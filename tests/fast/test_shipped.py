"""What is made when a wheel is built is used where the content is that of the wheel, byte for byte, and nowhere else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.fast.wheel import make

ROOT = Path(__file__).resolve().parents[2]
STARTED = ROOT / "tests" / "start" / "in_a_wheel.py"
CONDITIONS = len([*pathways_folder().glob("*/pathway.yaml")])


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as a wheel installs it."""
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(
        ROOT / "pharmacyfirst", site / "pharmacyfirst", ignore=shutil.ignore_patterns("__pycache__", "web", "record")
    )
    shutil.copytree(pathways_folder(), site / "pharmacyfirst" / "shipped" / "pathways")
    make(pathways_folder(), site / "pharmacyfirst" / "shipped")
    return site


def started(site):
    ran = subprocess.run(
        [sys.executable, STARTED],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=site,
        env=os.environ | {"PYTHONPATH": str(site)},
    )
    return json.loads(ran.stdout)


def test_a_wheel_answers_from_its_modules_and_loads_its_content_without_reading_yaml(installed):
    assert started(installed) == {"used": True, "agree": True, "imported": [], "read": [], "conditions": CONDITIONS}


@pytest.mark.parametrize("what", ["pathways/published.yaml", "generated/__init__.py", "kept-content"])
def test_where_a_byte_is_another_it_is_not_used_and_answers_all_the_same(installed, what, tmp_path):
    site = Path(shutil.copytree(installed, tmp_path / "site"))
    path = site / "pharmacyfirst" / "shipped" / what
    if what.startswith("generated"):
        path.write_text(path.read_text(encoding="utf-8").replace("KEY = '", "KEY = '0"), encoding="utf-8")
    else:
        path.write_bytes(path.read_bytes() + b"# a remark\n")
    found = started(site)
    assert (found["agree"], found["conditions"]) == (True, CONDITIONS)
    assert found["used"] is (what == "kept-content")
    assert found["read"] == ([] if what.startswith("generated") else ["yaml"])


def test_a_published_pathway_that_was_changed_is_refused_and_not_answered_from_its_module(installed, tmp_path):
    site = Path(shutil.copytree(installed, tmp_path / "site"))
    path = site / "pharmacyfirst" / "shipped" / "pathways" / "uncomplicated-uti" / "pathway.yaml"
    path.write_bytes(path.read_bytes().replace(b"37.9", b"39.9"))
    ran = subprocess.run(
        [sys.executable, STARTED], capture_output=True, text=True, cwd=site, env=os.environ | {"PYTHONPATH": str(site)}
    )
    assert ran.returncode == 1
    assert "has changed since it was published" in ran.stderr


def test_a_checkout_has_no_such_modules_and_answers_all_the_same():
    ran = subprocess.run(
        [sys.executable, STARTED],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    found = json.loads(ran.stdout)
    assert (found["used"], found["agree"]) == (False, True)
