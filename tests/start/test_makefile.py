"""No start depends on what somebody else releases: lock files are installed as they are, and checked."""

import re
import tomllib
from pathlib import Path

import pharmacyfirst

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
OF_A_LOCK = {"--no-deps", "--require-hashes"}
BUILT_WITH_IT = "--no-build-isolation"  # of a lock with source packages: by what a lock before it installed
# What is installed without a lock file: this package, from the checkout or the wheel it was built into.
OWN = ({"--no-deps", "--no-build-isolation", "--editable"}, {"--no-deps", "--no-index"})


def recipes():
    """The lines of each target and of the environments' recipe, by name."""
    joined = MAKEFILE.replace("\\\n", " ")
    found = {}
    for block in re.finditer(r"^(?:define (\w+)|([\w./%-]+):.*)\n((?:\t.*\n)+)", joined, re.MULTILINE):
        found[block[1] or block[2]] = [line.strip() for line in block[3].splitlines()]
    return found


def test_every_lock_file_is_installed_without_resolution_and_checked_afterwards():
    seen = 0
    for target, lines in recipes().items():
        for at, line in enumerate(lines):
            if "pip install" not in line or target == "lock":
                continue
            options = set(re.findall(r"--[\w-]+", line)) - {"--quiet"}
            if " -r " in line:
                assert options - {BUILT_WITH_IT} == OF_A_LOCK, f"{target}: {line}"
                seen += 1
            else:
                assert options in OWN, f"{target}: {line}"
            assert any("pip check" in later for later in lines[at + 1 :]), f"{target}: nothing is checked after {line}"
    assert seen == 4  # the environments, the wheel's, and Spark's two


def test_nothing_else_installs_with_resolution():
    """Beside the Makefile: .ci/start, which also follows our own advice, and mesh-sandbox, which has a lock file of its own."""
    sources = [*(ROOT / ".ci").iterdir(), *(ROOT / "tests").rglob("*.py"), ROOT / "system.sh"]
    found = [
        (path.name, line)
        for path in sources
        if path != Path(__file__)
        for line in re.findall(r".*(?:-m pip install|\"install\",).*", path.read_text(encoding="utf-8"))
        if not re.search(r"match=|assert ", line)
    ]
    assert {name for name, _ in found} == {"start", "sandbox_mesh.py", "test_advice.py"}
    assert [line for _, line in found if "--no-deps" not in line] == []
    assert all("--require-hashes" in line for name, line in found if name == "sandbox_mesh.py")


def test_every_target_has_its_line_of_help():
    targets = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())
    assert {one[1] for one in re.finditer(r"^([a-z-]+):.* ## .+", MAKEFILE, re.MULTILINE)} == targets


def test_every_pinned_package_has_its_hashes():
    for lock in ROOT.glob("requirements*.lock"):
        pinned = re.split(r"\n(?=[a-z])", lock.read_text(encoding="utf-8").split("\n\n")[0])
        assert all("--hash=sha256:" in one for one in pinned if re.match(r"[a-z]", one)), lock.name


def test_the_version_is_one_number():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert declared == pharmacyfirst.__version__
    assert f"\n## {declared}, " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
