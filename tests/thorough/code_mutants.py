"""Part `code-mutants`: small mistakes in the code of what decides, one at a time, and how many of them some test notices.

mutmut makes the mistakes (an operator, a constant, an argument, a condition turned round); seed and size choose some of each module.
Each is put into a copy of the checkout and the room's own tests are run there until one fails, those that are slower only where none did.
One that no test notices is left: listed in LISTED with the reason why it changes nothing, or written to LEFT, to be looked at.
"""

import difflib
import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from random import Random

from thorough.part import ROOT, Part

COPY = ROOT / ".cache" / "thorough" / "code"
LEFT = ROOT / ".cache" / "thorough" / "code-mutants-left.diff"
SHARED = ROOT.parent / "shared"
LISTED = Path(__file__).with_name("code_mutants_left.txt")
MADE = {"site", "dist", "packs", "pages"}  # by commands, beside what they are made of
MOST_SECONDS = 600  # of one run of tests; one that takes longer hangs, which is noticed too
CASES = ["tests/cli/test_check_and_cases.py"]
# What is mutated, and the tests that are run one after the other until one notices.
ROOMS = {
    "kernel": (sorted((ROOT / "pharmacyfirst" / "kernel").glob("*.py")), (["tests/kernel"], ["tests/contract", "tests/safety"], CASES)),
    "contract": (sorted((ROOT / "pharmacyfirst" / "contract").glob("*.py")), (["tests/contract"], ["tests/cli/test_json_contract.py", "tests/docs/test_schemas.py", *CASES], ["tests/api/test_api_calls.py", "tests/docs/test_docs.py"])),
    "record": (
        [ROOT / "pharmacyfirst" / "record" / "judged.py", ROOT / "pharmacyfirst" / "record" / "make.py"],
        (["tests/record/test_altered.py", "tests/record/test_consultation.py"], ["tests/record"]),
    ),
}  # fmt: skip


def changed(path, size, seed):
    """So many of the mistakes that can be made in a module, by chance: its text with each of them."""
    from mutmut.mutation.file_mutation import create_mutations  # of the dev group; nothing else of the tests needs it

    module, mutations, *_ = create_mutations(path.name, path.read_text(encoding="utf-8"))
    for one in Random(f"{seed} {path.name}").sample(mutations, min(size, len(mutations))):
        yield module.deep_replace(one.original_node, one.mutated_node).code


@cache
def copy():
    """A copy of the checkout, made once a run, in which the mistakes are made."""
    shutil.rmtree(COPY, ignore_errors=True)
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(ROOT, COPY, ignore=lambda at, names: hidden(at, names) | (MADE if Path(at) == ROOT else set()))
    beside = COPY.parent / SHARED.name  # some tests read what lies beside the checkout
    if SHARED.exists() and not beside.exists():
        beside.symlink_to(SHARED)
    return COPY


def notices(tests):
    """Whether one of some tests fails in the copy, or never ends."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--no-cov",
        "-p",
        "no:cacheprovider",
        "-m",
        "not system and not large",
        *tests,
    ]
    # Without compiled files: one of the same size in the same second would be taken for the module before it.
    env = os.environ | {"PYTHONPATH": str(copy()), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(command, cwd=copy(), env=env, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    # From 2 to 4 a module, or the tests' own beginnings, cannot be imported any more; else there was no test, or somebody ended it.
    assert ran.returncode in range(5), (ran.stdout + ran.stderr)[-2000:]
    return ran.returncode != 0


@cache
def hold(tests):
    """Raises AssertionError where tests fail in the copy as it is: then they would notice anything."""
    assert not notices(tests), f"without any mistake these tests fail in {COPY.relative_to(ROOT)}: {' '.join(tests)}"


def difference(path, text):
    """What a mistake changes, in lines."""
    name = path.relative_to(ROOT).as_posix()
    lines = path.read_text(encoding="utf-8").splitlines(), text.splitlines()
    return "\n".join(difflib.unified_diff(*lines, name, name, lineterm="", n=1))


def name_of(said):
    """By what a mistake is listed."""
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def listed():
    """The mistakes listed as changing nothing: each line a name and its reason."""
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def judge(path, size, seed, stages):
    """Some mistakes of a module, each in its place in the copy, one after the other."""
    inside = copy() / path.relative_to(ROOT)
    for tests in stages:
        hold(tuple(tests))
    counts = {"mistakes": 0, "noticed": 0, "listed as changing nothing": 0, "left to look at": 0}
    try:
        for text in changed(path, size, seed):
            counts["mistakes"] += 1
            inside.write_text(text, encoding="utf-8")
            said = difference(path, text)
            if any(notices(tests) for tests in stages):
                counts["noticed"] += 1
            elif name_of(said) in listed():
                counts["listed as changing nothing"] += 1
            else:
                counts["left to look at"] += 1
                with LEFT.open("a", encoding="utf-8") as file:
                    file.write(f"# {name_of(said)}\n{said}\n\n")
    finally:
        shutil.copy(path, inside)
    return counts


def pieces(size, seed):
    for room, (paths, stages) in ROOMS.items():
        for path in paths:
            yield f"{room} {path.stem}", partial(judge, path, size, seed, stages)


PART = Part(
    name="code-mutants",
    property="a small mistake in the code of what decides is noticed by a test",
    test="tests/thorough/test_code_mutants.py",
    size=10,
    counts="mistakes at most of each module of the kernel, the contract and what judges a record again",
    pieces=pieces,
)
