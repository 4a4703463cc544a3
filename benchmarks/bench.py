"""Every benchmark in one run, beside peers, written into docs/benchmarks.md with its plots: ``make bench``.

Each part is a process of its own: decision, text, batch, start, record, web, proof. ``--fast`` is a quick look, printed and never written;
``--only PART`` runs one part (and is never written either).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count, getloadavg
from pathlib import Path

import charts
from goals import Figure, table

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: make bench -->\n", "<!-- end of figures -->"
# A part, and the file whose `part(fast)` gives its figures and its text.
PARTS = {
    "decision": "decision",
    "text": "jsonl",
    "batch": "batch",
    "start": "start_up",
    "record": "record",
    "web": "pages",
    "proof": "proofs",
}
VERSIONS = (
    "pharmacyfirst",
    "zen-engine",
    "rule-engine",
    "msgspec",
    "pydantic",
    "fhir.resources",
    "polars",
    "duckdb",
    "z3-solver",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="a quick look, not to be quoted; writes nothing")
    parser.add_argument("--only", choices=PARTS, help="one part; writes nothing")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        part: Callable[[bool], tuple[list[Figure], str]] = import_module(PARTS[options.only]).part
        figures, text = part(options.fast)
        options.into.write_text(json.dumps([[one._asdict() for one in figures], text]))
        return
    names = [options.only] if options.only else list(PARTS)
    writes = not options.fast and not options.only
    found = [measured(name, options.fast, writes) for name in names]
    words = report([one for figures, _ in found for one in figures], [text for _, text in found])
    print(words)
    if writes:
        write(PAGE, words)
    if failed := [name for name, (_, text) in zip(names, found, strict=True) if not text]:
        raise SystemExit(f"These parts failed, and what they measure is missing: {', '.join(failed)}.")


def measured(name: str, fast: bool, writes: bool) -> tuple[list[Figure], str]:
    """The figures and the text of a part, by a process of its own; no text where it failed. Its plots are kept where it ``writes``."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "found.json"
        command = [sys.executable, __file__, "--only", name, "--into", str(into), *(["--fast"] if fast else [])]
        plots = {} if writes else {charts.FOLDER_VARIABLE: folder}
        if subprocess.run(command, env=os.environ | plots).returncode:
            return [], ""
        figures, text = json.loads(into.read_text())
    return [Figure(one["goal"], tuple(one["values"]), one["spread"]) for one in figures], text


def report(figures: list[Figure], texts: list[str]) -> str:
    """All of it as Markdown."""
    return "\n".join([about(), table(figures), *texts])


def about() -> str:
    """The day, the machine, how busy it was, and what was compared."""
    load = ", ".join(f"{one:.1f}" for one in getloadavg())
    return (
        f"Measured on {date.today():%-d %B %Y}: {processor()}, {cpu_count()} cores, load at the end {load} (over 1, 5 and 15 minutes), {platform.platform()}, "
        f"{platform.python_implementation()} {platform.python_version()}; {', '.join(filter(None, map(installed, VERSIONS)))}.\n"
    )


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "processor not known"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor not known"
    )


def installed(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def write(page: Path, words: str) -> None:
    """Put what was measured between its two comments."""
    before, begun, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    if not begun or END not in rest:
        raise SystemExit(f"{page} has no place for the figures: the two comments are missing.")
    page.write_text(f"{before}{BEGIN}\n{words}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
