"""What one line of ``assess --jsonl`` costs, step by step and as the whole program, beside ``json.dumps`` of the same data.

``python benchmarks/jsonl.py [--fast] [--before CHECKOUT]`` prints Markdown. Steps take turns in one process, in blocks of a few lines, by
the CPU time of the thread; the figure is the 10th percentile, as a busy machine only ever adds. The program is timed as a whole process:
the CPU time of its first lines less that of one, as each text has to be made once, and that of the lines which come after, beside those of
another checkout where one is named. All lines are those of made-up
consultations of every condition, complete and with unknown answers; every text is compared with that of its data before anything is timed.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from time import thread_time
from typing import Any

import pharmacyfirst
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.made_up import generate
from pharmacyfirst.contract.answers import answer, answer_line, read_input
from pharmacyfirst.contract.text import text_of
from pharmacyfirst.exact import read, write
from pharmacyfirst.fast.assess import WORTH_IT, assess
from pharmacyfirst.kernel.assess import assess as by_the_kernel

HERE = Path(__file__).resolve().parents[1]
SEED = 20261128
BLOCK = 20  # lines
FIRST, AFTER = 6_000, 12_000


def main() -> None:
    """Compare, time in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="a quick look, not to be quoted")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", help="another checkout, to be timed beside this one")
    options = parser.parse_args()
    library = pharmacyfirst.load()
    lines = list(lines_of(library, 60 if options.fast else 300))
    compare(library, lines)
    print(f"CPython {platform.python_version()}, {len(lines)} consultations of {len(library.conditions)} conditions.\n")
    print("| step | microseconds a line |\n|---|---:|")
    for name, spent in timed(steps(library, lines), 3 if options.fast else 15).items():
        print(f"| {name} | {spent * 1e6:.1f} |")
    print("\n| program | microseconds a line | lines a second |\n|---|---:|---:|")
    checkouts = {"this checkout": HERE} | ({"before": options.before.resolve()} if options.before else {})
    for name, spent in programs(checkouts, lines, 2 if options.fast else 7).items():
        for which, each in zip((f"the first {FIRST:,} lines", f"the {AFTER:,} after them"), spent, strict=True):
            print(f"| assess --jsonl, {name}, {which} | {each * 1e6:.1f} | {1 / each:,.0f} |")


def lines_of(library: Any, each: int) -> Iterator[bytes]:
    """Input objects as JSON, of made-up people of every condition, in no order."""
    lines = []
    for condition in library.conditions:
        cases = cases_of(library, condition)
        on = cases[0].as_of
        people = [dict(case.facts) for case in cases]
        for facts in generate(library.in_force(condition, on), people, SEED, each):
            plain = {name: value if not hasattr(value, "isoformat") else str(value) for name, value in facts.items()}
            lines.append(write({"pathway": condition, "as_of": on.isoformat(), "facts": plain}).encode())
    Random(SEED).shuffle(lines)
    yield from lines


def compare(library: Any, lines: list[bytes]) -> None:
    """Every text is that of its data, or nothing is timed."""
    for line in lines:
        if answer_line(library, line) != write(answer(library, read(line)).as_dict()):
            raise SystemExit(f"The text of this line is not that of its data: {line.decode()}")


def steps(library: Any, lines: list[bytes]) -> dict[str, tuple[Callable[[Any], Any], list[Any]]]:
    """What is timed, by name, with what it is given for each line."""
    given = [read(line) for line in lines]
    inputs = [read_input(one) for one in given]
    for one in {one.pathway: one for one in inputs}.values():  # until what is generated answers
        for _ in range(WORTH_IT + 1):
            assess(library.in_force(one.pathway, one.as_of), one.facts, one.as_of)
    assessments = [answer(library, one) for one in given]
    data = [one.as_dict() for one in assessments]
    return {
        "read": (read, lines),
        "check": (read_input, given),
        "assess": (lambda one: assess(library.in_force(one.pathway, one.as_of), one.facts, one.as_of), inputs),
        "the same by the kernel": (
            lambda one: by_the_kernel(library.in_force(one.pathway, one.as_of), one.facts, one.as_of),
            inputs,
        ),
        "text": (text_of, assessments),
        "all of it": (lambda line: answer_line(library, line).encode(), lines),
        "as data (`as_dict`)": (lambda one: one.as_dict(), assessments),
        "peer: `json.dumps` of that data": (lambda one: json.dumps(one, default=float, ensure_ascii=False), data),
        "`exact.write` of that data": (write, data),
    }


def timed(contenders: dict[str, tuple[Callable[[Any], Any], list[Any]]], rounds: int) -> dict[str, float]:
    """Seconds of CPU for one line of each contender, in turn. Blocks are of other people each, so each has its own percentile."""
    times: dict[str, list[list[float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, (run, given) in contenders.items():
            times[name].append([block(run, given[at : at + BLOCK]) for at in range(0, len(given) - BLOCK + 1, BLOCK)])
    return {name: mean(low(turns) for turns in zip(*rounds, strict=True)) for name, rounds in times.items()}


def block(run: Callable[[Any], Any], given: list[Any]) -> float:
    """Seconds of CPU for one of these."""
    start = thread_time()
    for one in given:
        run(one)
    return (thread_time() - start) / len(given)


def low(times: Sequence[float]) -> float:
    """The 10th percentile."""
    return sorted(times)[len(times) // 10]


def programs(checkouts: dict[str, Path], lines: list[bytes], rounds: int) -> dict[str, tuple[float, float]]:
    """Seconds of CPU for one line of the program of each checkout, in turn: of the first lines without what starting costs, and of the rest."""
    many = (lines * ((FIRST + AFTER) // len(lines) + 1))[: FIRST + AFTER]
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for count in (1, FIRST, FIRST + AFTER):
            files.append(Path(folder) / f"{count}.jsonl")
            files[-1].write_bytes(b"\n".join(many[:count]) + b"\n")
        for _ in range(rounds):
            for name, checkout in checkouts.items():
                start, first, all_of_them = (cpu_of(checkout, file) for file in files)
                spent[name].append(((first - start) / FIRST, (all_of_them - first) / AFTER))
    return {name: (low([one for one, _ in times]), low([one for _, one in times])) for name, times in spent.items()}


def cpu_of(checkout: Path, lines: Path) -> float:
    """The CPU seconds of one run of a checkout's program over a file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pharmacyfirst", "assess", "--jsonl", str(lines)],
        stdout=subprocess.DEVNULL,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
