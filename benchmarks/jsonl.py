"""What one line of ``assess --jsonl`` costs, step by step and as the whole program, beside ``json.dumps`` of the same data.

``python benchmarks/jsonl.py [--fast] [--before CHECKOUT]`` prints Markdown. Steps take turns in one process, in blocks of a few lines, by
the CPU time of the thread; the figure is the 10th percentile, as a busy machine only ever adds. The program is timed as a whole process:
the CPU time of its first lines less that of one, as each text has to be made once, and that of the lines which come after, beside those of
another checkout where one is named. Two kinds of lines are timed: consultations with the shares of real ones (``population``), which the
goal is held against, and the hardest there are: any answer or none to any question, no two alike. Every text is compared with that of its
data before anything is timed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean
from time import thread_time
from typing import Any

from goals import Figure
from start_up import SEVEN

import pharmacyfirst
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.made_up import generate
from pharmacyfirst.contract.answers import answer, answer_line, read_input
from pharmacyfirst.contract.text import text_of
from pharmacyfirst.exact import read, write
from pharmacyfirst.fast.assess import WORTH_IT, assess
from pharmacyfirst.kernel.assess import assess as by_the_kernel
from pharmacyfirst.population.consultations import MadeUp, shipped_population

HERE = Path(__file__).resolve().parents[1]
SEED = 20261128
BLOCK = 20  # lines
# Of those with real shares it takes so many until the rarest condition has been met with often enough for code to be generated from it.
FIRST, AFTER = 24_000, 24_000
FIRST_OF_ANY, AFTER_OF_ANY = 6_000, 12_000
REAL, ANY = "the shares of real consultations", "any answer or none, no two alike"


def main() -> None:
    """Compare, time in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="a quick look, not to be quoted")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", help="another checkout, to be timed beside this one")
    options = parser.parse_args()
    print(part(options.fast, options.before)[1])


def part(fast: bool, before: Path | None = None) -> tuple[list[Figure], str]:
    """Compare, then time in turn; figures and tables."""
    library = pharmacyfirst.load()
    each = 60 if fast else (FIRST_OF_ANY + AFTER_OF_ANY) // len(SEVEN) + 1
    lines = list(lines_of(library, each))
    real = list(real_lines(library, 800 if fast else FIRST + AFTER))
    some = lines[:2_100]
    compare(library, [*some, *real[:2_100]])
    rows = [
        "### One line of `assess --jsonl`",
        "",
        f"Made-up consultations of {len(SEVEN)} conditions. The steps are timed on {ANY}; each line is met with once before. Every text is first compared with that of its data.",
        "",
        "| step | microseconds a line |",
        "|---|---:|",
    ]
    rows += [
        f"| {name} | {spent * 1e6:.1f} |" for name, spent in timed(steps(library, some), 2 if fast else 15).items()
    ]
    rows += ["", "| program | lines | microseconds a line | lines a second |", "|---|---|---:|---:|"]
    checkouts = {"this checkout": HERE} | ({"before": before.resolve()} if before else {})
    took: list[float] = []
    for kind, each_line, first, after in ((REAL, real, FIRST, AFTER), (ANY, lines, FIRST_OF_ANY, AFTER_OF_ANY)):
        first, after = (400, 400) if fast else (first, after)
        for name, spent in programs(checkouts, each_line, 1 if fast else 7, first, after).items():
            took.append(spent[1])
            for which, one in zip((f"the first {first:,}", f"the {after:,} after them"), spent, strict=True):
                rows.append(f"| assess --jsonl, {name} | {kind}: {which} | {one * 1e6:.1f} | {1 / one:,.0f} |")
    return [Figure("P5b", (1 / took[0],), f"{1 / took[-1]:,.0f} of {ANY}")], "\n".join(rows) + "\n"


def real_lines(library: Any, count: int) -> Iterator[bytes]:
    """Input objects as JSON, of made-up people with the shares of real ones, as they come one after the other."""
    made = MadeUp(library, shipped_population(), count, SEED, only=SEVEN)
    lines = []
    for block in made.every_block():
        for batch in block.batches:
            condition = batch.of.pathway.id
            lines += [line_of(condition, day, batch.facts(at)) for at, day in enumerate(batch.days)]
    Random(SEED).shuffle(lines)
    yield from lines


def line_of(condition: str, on: date, facts: dict[str, Any]) -> bytes:
    """An input object as one line of JSON."""
    plain = {name: str(value) if hasattr(value, "isoformat") else value for name, value in facts.items()}
    return write({"pathway": condition, "as_of": on.isoformat(), "facts": plain}).encode()


def lines_of(library: Any, each: int) -> Iterator[bytes]:
    """Input objects as JSON, of made-up people of every condition, in no order."""
    lines = []
    for condition in SEVEN:
        cases = cases_of(library, condition)
        on = cases[0].as_of
        people = [dict(case.facts) for case in cases]
        made = generate(library.in_force(condition, on), people, SEED, each)
        lines += [line_of(condition, on, facts) for facts in made]
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


def programs(
    checkouts: dict[str, Path], lines: list[bytes], rounds: int, first_lines: int, after: int
) -> dict[str, tuple[float, float]]:
    """Seconds of CPU for one line of the program of each checkout, in turn: of the first lines without what starting costs, and of the rest."""
    many = (lines * ((first_lines + after) // len(lines) + 1))[: first_lines + after]
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for count in (1, first_lines, first_lines + after):
            files.append(Path(folder) / f"{count}.jsonl")
            files[-1].write_bytes(b"\n".join(many[:count]) + b"\n")
        for _ in range(rounds):
            for name, checkout in checkouts.items():
                start, first, all_of_them = (cpu_of(checkout, file) for file in files)
                spent[name].append(((first - start) / first_lines, (all_of_them - first) / after))
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
