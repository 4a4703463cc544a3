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

import psutil
import pyperf
from people import Person

from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.fast.wheel import make

HERE = Path(__file__).resolve().parent
CONDITION = "uncomplicated-uti"
MEMORY_REPEATS = 3

BARE = "a bare interpreter"
PYDANTIC = "import pydantic"
GENERATED = """
import json, sys
from datetime import date
from pharmacyfirst.fast.shipped import module_for, verdicts
condition, on, person = sys.argv[1], date.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])
assert module_for(condition, on) is not None, "there is no module for this content"
verdicts(condition, person, on)
"""
ALL_GENERATED = f"""{GENERATED}
from pharmacyfirst.shipped.generated import STRETCHES
for each in STRETCHES:
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
root, condition = pathways_folder(), sys.argv[1]
ways = {
    "all seven conditions from kept content": lambda: load(root),
    "one of them": lambda: load_one(root, condition),
    "all seven from YAML, with every check": lambda: read(root),
}
first = {name: took(how) for name, how in ways.items()}  # which imports what it needs
print(json.dumps({name: sorted(took(how) for _ in range(7))[3] for name, how in ways.items()}))
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
PROGRAMS = {
    BARE: "pass",
    "import pharmacyfirst": "import pharmacyfirst",
    PYDANTIC: "import pydantic",
    "pharmacyfirst: the module generated from one condition, first outcome": GENERATED,
    "pharmacyfirst: those of all seven, first outcomes": ALL_GENERATED,
    "pharmacyfirst: one condition from kept content, first assessment": LOAD_ONE_AND_DECIDE,
    "pharmacyfirst: all seven from kept content, first assessment": LOAD_AND_DECIDE,
    "pharmacyfirst: all seven from YAML, first assessment": READ_AND_DECIDE,
    "zen-engine: both conditions, first decision": PEER.format(peer="zen_table"),
    "rule-engine: both conditions, first decision": PEER.format(peer="rule_engine_rules"),
}
COMMAND_LINE = "`pharmacyfirst assess`, the command line"
HELP = "`pharmacyfirst --help`"


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
        loading = starter.loading()
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


class Starter:
    """Starts programs for one person. Compiled modules are kept in the folder, whatever the environment says."""

    def __init__(self, folder: Path, person: Person, on: date):
        facts = folder / "facts.json"
        facts.write_text(json.dumps(person))
        self.site = site = folder / "site"  # and the folder to start in, or the checkout would be found first
        package = site / "pharmacyfirst"
        shutil.copytree(HERE.parent / "pharmacyfirst", package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(pathways_folder(), package / "shipped" / "pathways")
        make(pathways_folder(), package / "shipped")
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
        start, before = pyperf.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self._run(program)
        wall, after = pyperf.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall * 1000, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000

    def loading(self) -> dict[str, float]:
        """CPU milliseconds of each way to load content, in a process that has done so once."""
        found: dict[str, float] = json.loads(self._run(self._python(LOADING)).stdout)
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
