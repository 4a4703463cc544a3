"""What a part of `make thorough` is, and the pieces of one whose properties are tests already."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Piece = tuple[str, Callable[[], dict[str, int]]]


@dataclass(frozen=True)
class Part:
    """``pieces(size, seed)`` gives name and check of each piece; a check returns what it counted, or raises AssertionError.

    ``test`` is where the same property is tested with few; ``size`` is the large number, of ``counts``.
    """

    name: str
    property: str
    test: str
    size: int
    counts: str
    pieces: Callable[[int, int], Iterator[Piece]]


def tests_passed(tests, only, examples, seed):
    """Runs tests of the suite with so many examples each, and returns how many passed. Raises AssertionError with what failed."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-cov", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
    ran = subprocess.run(
        [*command, *tests, "-k", only],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PHARMACYFIRST_EXAMPLES": str(examples), "PHARMACYFIRST_NO_SKIPS": "1"},
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    return int(re.search(r"^(\d+) passed", ran.stdout, re.MULTILINE)[1])


def in_turn(condition, chosen, at_once, judge):
    """The pieces of a part that judges some mutants of a condition: so many at once, named by their places."""
    for start in range(0, len(chosen), at_once):
        some = chosen[start : start + at_once]
        yield f"{condition} {start + 1} to {start + len(some)}", partial(judge, condition, some)
