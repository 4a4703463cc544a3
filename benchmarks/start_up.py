"""What starting costs: the wall and CPU time of whole processes, the memory they hold, and what loading takes in one.

pharmacyfirst starts as it does where a wheel is installed: its content kept as plain data, with the modules generated from it.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import charts
import psutil
from goals import Figure
from people import Person, people_of

from pharmacyfirst import load
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.fast.wheel import make

HERE = Path(__file__).resolve().parent
CONDITION = "uncomplicated-uti"
MEMORY_REPEATS = 3
SEVEN = (
    "acute-otitis-media", "acute-sinusitis", "acute-sore-throat", "impetigo", "infected-insect-bites", "shingles", "uncomplicated-uti",
)  # fmt: skip

PYDANTIC_THERE = 52  # milliseconds of CPU above bare, in the trial that set the goals

BARE = "a bare interpreter"
PYDANTIC = "import pydantic"
JSON = "import json, sys, datetime"
GENERATED = """
import json, sys
from datetime import date
from pharmacyfirst.fast.shipped import module_for, verdicts
condition, on, person = sys.argv[1], date.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])
assert module_for(condition, on) is not None, "there is no module for this content"
verdicts(condition, person, on)
"""
ALL_GENERATED = f"""{GENERATED}
for each in {SEVEN}:
    verdicts(each, {{}}, on)
"""
LOAD_ONE_AND_DECIDE = """
import json, sys
from datetime import date
import pharmacyfirst
from pharmacyfirst.content.library import load_one, pathways_folder
condition, on, person = sys.argv[1], date.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])
library = load_one(pathways_folder(), condition)
assert library.conditions == (condition,), "the content is not kept"
pharmacyfirst.assess(library.in_force(condition, on), person, on)
"""
READ_AND_DECIDE = """
import json, sys
from datetime import date
import pharmacyfirst
from pharmacyfirst.content.library import pathways_folder, read
condition, on, person = sys.argv[1], date.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])
pharmacyfirst.assess(read(pathways_folder()).in_force(condition, on), person, on)
"""
LOADING = """
import json, sys
from time import thread_time
from pharmacyfirst.content.library import load, load_one, pathways_folder, read
def took(how):
    start = thread_time()
    how()
    return (thread_time() - start) * 1000
root, condition, times = pathways_folder(), sys.argv[1], int(sys.argv[4])
ways = {
    "all": lambda: load(root),
    "one": lambda: load_one(root, condition),
    "yaml": lambda: read(root),
}
first = {name: took(how) for name, how in ways.items()}  # which imports what it needs
print(json.dumps({name: sorted(took(how) for _ in range(times))[times // 2] for name, how in ways.items()}))
"""
LOAD_AND_DECIDE = """
import json, sys
from datetime import date
import pharmacyfirst
condition, on, person = sys.argv[1], date.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])
library = pharmacyfirst.load()
pharmacyfirst.assess(library.in_force(condition, on), person, on)
"""
PEER = """
import json, sys
import peers
contenders = {{condition: peers.{peer}(condition) for condition in peers.LADDERS}}
contenders[sys.argv[1]](json.loads(sys.argv[3]))
"""
ALL_SEVEN = "pharmacyfirst: those of all seven, first outcomes"
ALL_KEPT = "pharmacyfirst: all seven from what is kept, first assessment"
PROGRAMS = {
    BARE: "pass",
    "import pharmacyfirst": "import pharmacyfirst",
    PYDANTIC: "import pydantic",
    JSON: "import json, sys\nfrom datetime import date",
    "pharmacyfirst: the module generated from one condition, first outcome": GENERATED,
    ALL_SEVEN: ALL_GENERATED,
    "pharmacyfirst: one condition from kept content, first assessment": LOAD_ONE_AND_DECIDE,
    ALL_KEPT: LOAD_AND_DECIDE,
    "pharmacyfirst: all seven from YAML, first assessment": READ_AND_DECIDE,
    "zen-engine: both conditions, first decision": PEER.format(peer="zen_table"),
    "rule-engine: both conditions, first decision": PEER.format(peer="rule_engine_rules"),
}
COMMAND_LINE = "`pharmacyfirst assess`, the command line"
HELP = "`pharmacyfirst --help`"


WAYS_TO_LOAD = {
    "all": "all seven, from what is kept",
    "one": "one of them",
    "yaml": "all seven, from YAML, with every check",
}


def part(fast: bool) -> tuple[list[Figure], str]:
    """Time the starts; figures and tables."""
    library = load()
    people = people_of(library, CONDITION)
    costs, import_time, loading = measure(next(iter(people.mix.values())), people.on, 1 if fast else 15)
    bare, pydantic = costs[BARE], costs[PYDANTIC].cpu - costs[BARE].cpu
    held = {name: cost.megabytes - (bare.megabytes or 0) for name, cost in costs.items() if cost.megabytes}
    figures = [
        Figure("P8, decide", ((costs[ALL_SEVEN].cpu - bare.cpu) / pydantic,)),
        Figure("P8, assess", ((costs[COMMAND_LINE].cpu - bare.cpu) / pydantic,)),
        Figure("P8, help", ((costs[HELP].cpu - bare.cpu) / pydantic,)),
        Figure("P9, decide", (max(costs[ALL_SEVEN].cpu - costs[JSON].cpu, 0.01),)),
        Figure("P9, load", (loading["all"],)),
        Figure("P9, one", (loading["one"],)),
        Figure("P9, YAML", (loading["yaml"],)),
        Figure("P10, all", (held[ALL_KEPT],)),
        Figure("P10, decide", (held[ALL_SEVEN],)),
    ]
    rows = [
        "### Starting",
        "",
        f"Whole processes; pharmacyfirst is there as a wheel installs it. It holds the seven conditions that the goals were set for, of the {len(library.conditions)} there are now. The ratio is that of CPU time above bare. `python -X importtime` gives {import_time:.1f} ms for `import pharmacyfirst`.",
        "",
        f"`import pydantic` takes {pydantic:.0f} ms of CPU here. It took {PYDANTIC_THERE} on the machine on which the goals were set, so that this one takes {pydantic / PYDANTIC_THERE:.1f} times as long over everything; goals in milliseconds and in lines a second (P5b, P9, P13) do not allow for it.",
        "",
        "| process | milliseconds | of CPU | above bare | x import pydantic | MB | MB above bare |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, cost in costs.items():
        above = cost.cpu - bare.cpu
        memory = [f"{cost.megabytes:.1f}", f"{held[name]:.1f}"] if cost.megabytes else ["", ""]
        times = [f"{cost.milliseconds:.0f}", f"{cost.cpu:.0f}", f"{above:.1f}", f"{above / pydantic:.2f}"]
        rows.append(f"| {' | '.join([name, *times, *memory])} |")
    rows += ["", "| loading, in a process that has done so once | milliseconds of CPU |", "|---|---:|"]
    rows += [f"| {WAYS_TO_LOAD[name]} | {took:.1f} |" for name, took in loading.items()]
    if not fast:
        bars = [
            (name.removeprefix("pharmacyfirst: "), cost.cpu - bare.cpu, "pharmacyfirst" in name)
            for name, cost in costs.items()
            if cost.cpu - bare.cpu > 1
        ]
        rows[2:2] = [
            charts.bars(
                "start",
                "Starting",
                sorted(bars, key=lambda row: row[1]),
                "milliseconds of CPU above a bare interpreter",
            ),
            "",
        ]
    return figures, "\n".join(rows) + "\n"


@dataclass(frozen=True)
class Cost:
    """Medians: milliseconds from start to end, those of them on a processor, and megabytes held at the end (None for the command line)."""

    milliseconds: float
    cpu: float
    megabytes: float | None


def measure(person: Person, on: date, repeats: int) -> tuple[dict[str, Cost], float, dict[str, float]]:
    """The cost of every program, what ``python -X importtime`` gives for ``import pharmacyfirst``, and CPU milliseconds of loading."""
    with tempfile.TemporaryDirectory() as folder:
        starter = Starter(Path(folder), person, on)
        times = _in_turn((*PROGRAMS, COMMAND_LINE, HELP), starter.milliseconds, repeats)
        memory = _in_turn(PROGRAMS, lambda name: (starter.megabytes(name),), MEMORY_REPEATS)
        import_time = median(starter.import_time("pharmacyfirst") for _ in range(repeats))
        loading = starter.loading(1 if repeats == 1 else 7)
    costs = {name: Cost(*times[name], memory[name][0] if name in memory else None) for name in times}
    return costs, import_time, loading


def _in_turn(
    names: Iterable[str], one: Callable[[str], tuple[float, ...]], repeats: int
) -> dict[str, tuple[float, ...]]:
    """Medians. One after the other and round again, so that all share a slow moment; the first round fills caches."""
    _, *rounds = [{name: one(name) for name in names} for _ in range(repeats + 1)]
    return {
        name: tuple(median(figures) for figures in zip(*(each[name] for each in rounds), strict=True))
        for name in rounds[0]
    }


def seven(folder: Path) -> None:
    """The content of the seven conditions that the goals were set for; what other services have is left out."""
    root = pathways_folder()
    others = {one.parent.name for one in root.glob("*/pathway.yaml")} - set(SEVEN)
    shutil.copytree(root, folder, ignore=lambda at, _: others if Path(at) == root else set())
    for service in (folder / "services").glob("*.yaml"):
        if any(name in service.read_text(encoding="utf-8") for name in others):
            service.unlink()


class Starter:
    """Starts programs for one person. Compiled modules are kept in the folder, whatever the environment says."""

    def __init__(self, folder: Path, person: Person, on: date):
        facts = folder / "facts.json"
        facts.write_text(json.dumps(person))
        self.site = site = folder / "site"  # and the folder to start in, or the checkout would be found first
        package = site / "pharmacyfirst"
        shutil.copytree(HERE.parent / "pharmacyfirst", package, ignore=shutil.ignore_patterns("__pycache__"))
        seven(package / "shipped" / "pathways")
        make(package / "shipped" / "pathways", package / "shipped")
        self.arguments = [CONDITION, on.isoformat(), json.dumps(person)]
        self.help = [sys.executable, "-m", "pharmacyfirst", "--help"]
        self.command_line = [
            sys.executable,
            "-m",
            "pharmacyfirst",
            "assess",
            CONDITION,
            str(facts),
            "--as-of",
            on.isoformat(),
        ]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = {
            **kept,
            "PYTHONPATH": f"{site}{os.pathsep}{HERE}",
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        }

    def milliseconds(self, name: str) -> tuple[float, float]:
        """Wall and CPU time of one process from start to end."""
        program = {COMMAND_LINE: self.command_line, HELP: self.help}.get(name) or self._python(PROGRAMS[name])
        start, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self._run(program)
        wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall * 1000, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000

    def loading(self, times: int) -> dict[str, float]:
        """CPU milliseconds of each way to load content, in a process that has done so once; the middle of so many times."""
        found: dict[str, float] = json.loads(self._run([*self._python(LOADING), str(times)]).stdout)
        return found

    def megabytes(self, name: str) -> float:
        """Resident memory of a process that has done its work and now waits."""
        waiting = f"{PROGRAMS[name]}\nprint('done', flush=True)\ninput()"
        with subprocess.Popen(
            self._python(waiting),
            env=self.environment,
            cwd=self.site,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            if child.stdout is None or child.stdout.readline() != "done\n":
                raise SystemExit(f"This program failed:\n{PROGRAMS[name]}")
            held = psutil.Process(child.pid).memory_info().rss
            child.communicate("\n")
        return held / 1e6

    def import_time(self, module: str) -> float:
        """Milliseconds that ``python -X importtime`` gives for a module with all that it imports."""
        report = self._run([sys.executable, "-X", "importtime", "-c", f"import {module}"]).stderr
        # import time: self [us] | cumulative | imported package
        lines = (line.split("|") for line in report.splitlines() if line.startswith("import time:"))
        return next(float(total) / 1000 for _, total, name in lines if name.strip() == module)

    def _python(self, code: str) -> list[str]:
        return [sys.executable, "-c", code, *self.arguments]

    def _run(self, program: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(program, env=self.environment, cwd=self.site, capture_output=True, text=True, check=True)
