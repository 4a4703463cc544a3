"""Runs the large numbers by hand, once an issue: `make thorough`, or `make thorough PART=mutants`.

A part goes through its pieces in order. What is done is kept in .cache/thorough/, so a run that was stopped goes on where it
stood when the same command is given again; other numbers, another seed or changed files begin anew. When a part is through, its
row in docs/figures.md is written: property, test, figure, seed and day.

A new part is a module here that ends in PART = Part(...), and its entry in PARTS below. Nothing else names the parts.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
if str(TESTS) not in sys.path:  # pytest puts it there by itself
    sys.path.insert(0, str(TESTS))

from thorough import (  # noqa: E402
    agreement,
    altered,
    api,
    audit_killed,
    browser,
    code_mutants,
    engines,
    equivalents,
    garbled,
    generated,
    letters,
    load,
    mutants,
    planted,
    postgres,
    safety,
    sending,
    store,
)

PARTS = {
    part.name: part
    for part in (
        safety.PART,
        mutants.PART,
        equivalents.PART,
        code_mutants.PART,
        agreement.PART,
        generated.PART,
        engines.PART,
        garbled.PART,
        altered.PART,
        api.PART,
        letters.PART,
        load.PART,
        sending.PART,
        store.PART,
        postgres.PART,
        browser.PART,
        planted.PART,
        audit_killed.PART,
    )
}
STATE = ROOT / ".cache" / "thorough"
FIGURES = ROOT / "docs" / "figures.md"
SEED = 20261121
MINUTES = 60
STOPPED = 3  # exit status of a run that came to its bound; 1 is a property that does not hold


def fingerprint():
    """A digest of all that a result depends on, so that no figure is put together from two states of the project."""
    files = [
        path
        for folder in ("pharmacyfirst", "pathways", "pgd_templates", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".yaml", ".json", ".html", ".css", ".js"}
    ]
    said = hashlib.sha256()
    for path in sorted(files):
        said.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return said.hexdigest()


def done_before(file, run):
    """What an earlier run of the same size, seed and files got through."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return held["done"] if held["run"] == run else {}


def go_through(part, size, seed, until, state=STATE, say=print):
    """All pieces of a part; the counts of all together, or None when the time was up before the last."""
    state.mkdir(parents=True, exist_ok=True)
    file = state / f"{part.name}.json"
    run = {"size": size, "seed": seed, "files": fingerprint()}
    done = done_before(file, run)
    pieces = list(part.pieces(size, seed))
    for name, judge in pieces:
        if name in done:
            continue
        if time.monotonic() >= until:
            say(f"{part.name}: {len(done)} of {len(pieces)} done; the same command goes on")
            return None
        done[name] = judge()  # raises where the property does not hold
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps({"run": run, "done": done}), encoding="utf-8")
        beside.replace(file)
        say(f"{part.name}: {name}: {in_words(done[name])}")
    return sum(map(Counter, (done[name] for name, _ in pieces)), Counter())


def in_words(counts):
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def written(page, part, figure, seed, day):
    """The page of figures with the row of a part put in place of its old one, or added at the end."""
    row = f"| {part.name} | {part.property} | [{part.test}](../{part.test}) | {figure} | {seed} | {day} |"
    lines = page.rstrip("\n").split("\n")
    old = [at for at, line in enumerate(lines) if line.startswith(f"| {part.name} |")]
    if old:
        lines[old[0]] = row
    else:
        lines.append(row)
    return "\n".join(lines) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="make thorough", description=__doc__.split("\n")[0])
    parser.add_argument("part", nargs="?", choices=PARTS, help="one part; all of them without it")
    parser.add_argument("--size", type=int, help="how many, instead of the part's own number (see the parts)")
    parser.add_argument("--seed", type=int, default=SEED, help="where chance begins (%(default)s)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="no piece begins after them (%(default)s)")
    parser.epilog = " ".join(f"{part.name}: {part.property} ({part.size:,} {part.counts})." for part in PARTS.values())
    chosen = parser.parse_args(arguments)
    until = time.monotonic() + 60 * chosen.minutes
    for part in [PARTS[chosen.part]] if chosen.part else PARTS.values():
        try:
            counts = go_through(part, chosen.size or part.size, chosen.seed, until)
        except AssertionError as fails:
            print(f"{part.name}: {part.property}: this does not hold.\n{fails}", file=sys.stderr)
            return 1
        if counts is None:
            return STOPPED
        FIGURES.write_text(
            written(FIGURES.read_text(encoding="utf-8"), part, in_words(counts), chosen.seed, date.today().isoformat()),
            encoding="utf-8",
        )
        (STATE / f"{part.name}.json").unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
