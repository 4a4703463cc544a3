"""What a message advises can be followed: in a checkout by the extra's name, elsewhere by the names of its packages."""

import pickle
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pharmacyfirst import errors
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError, packages_of

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
OWN = sorted(extra for extra in EXTRAS if extra != "all")


def parts(requirement):
    """The name (with its own extras) and the bounds of a requirement, whatever their order."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9._-]+(?:\[[a-z,]+\])?)((?:[<>=!~]=?[0-9.]+,?)+)", requirement).groups()
    return name, frozenset(bounds.split(","))


@pytest.mark.parametrize("extra", OWN)
def test_in_a_checkout_the_command_names_the_extra_the_folder_and_this_python(extra):
    missing = ExtraMissing(extra, "a thing")

    said = re.fullmatch(r"A thing needs packages that are not installed\. Install them: (.*) \(in (.*)\)", str(missing))
    assert shlex.split(said[1]) == [sys.executable, "-m", "pip", "install", "-e", f".[{extra}]"]
    assert Path(said[2]) == ROOT
    assert isinstance(missing, ImportError | PharmacyFirstError)


@pytest.mark.parametrize("extra", OWN)
def test_in_an_installed_wheel_the_command_names_every_package_of_the_extra(extra, tmp_path, monkeypatch):
    monkeypatch.setattr(errors, "__file__", str(tmp_path / "pharmacyfirst" / "errors.py"))

    command = shlex.split(str(ExtraMissing(extra, "a thing")).partition("Install them: ")[2])

    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert {parts(one) for one in command[4:]} == {parts(one) for one in EXTRAS[extra]}


def test_pip_understands_the_packages_named():
    """pip itself reads them; what is installed already fits, so nothing is fetched."""
    named = [package for extra in OWN for package in packages_of(extra)]
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-index", *named],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("Requirement already satisfied") == len(set(map(parts, named)))


def test_an_error_about_an_extra_survives_being_pickled():
    missing = ExtraMissing("record", "a GP message")
    again = pickle.loads(pickle.dumps(missing))
    assert (again.extra, again.needed_for, str(again)) == ("record", "a GP message", str(missing))
    unusable = ExtraMissing("proof", "a proof", unusable=True)
    assert str(pickle.loads(pickle.dumps(unusable))) == str(unusable) != str(ExtraMissing("proof", "a proof"))


def test_all_extras_together_are_those_that_there_are():
    assert EXTRAS["all"] == [f"pharmacyfirst[{','.join(OWN)}]"]


def test_an_extra_that_a_message_names_exists():
    named = set()
    for path in (ROOT / "pharmacyfirst").rglob("*.py"):
        named |= set(re.findall(r"""(?:ExtraMissing|how_to_install)\(\s*["'](\w+)["']""", path.read_text("utf-8")))
    assert {"record", "review"} <= named <= set(OWN)


def test_nothing_advises_the_index_which_has_no_such_package():
    pages = [*(ROOT / "pharmacyfirst").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    wrong = [
        str(path.relative_to(ROOT))
        for path in pages
        if re.search(r"install\s+\S*pharmacyfirst\b", path.read_text("utf-8"))
    ]
    assert wrong == []
