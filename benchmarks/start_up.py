"""What starting costs: the wall time of whole processes, and the memory they hold."""

import json
import os
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

HERE = Path(__file__).resolve().parent
CONDITION = "uncomplicated-uti"
MEMORY_REPEATS = 3

BARE = "a bare interpreter"
PYDANTIC = "import pydantic"
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
    "pharmacyfirst: load all content, first decision": LOAD_AND_DECIDE,
    "zen-engine: both conditions, first decision": PEER.format(peer="zen_table"),
    "rule-engine: both conditions, first decision": PEER.format(peer="rule_engine_rules"),
}
COMMAND_LINE = "`pharmacyfirst assess`, the command line"


@dataclass(frozen=True)
class Cost:
    """Medians: milliseconds from start to end, and megabytes held once the work is done (None for the command line)."""

    milliseconds: float
    megabytes: float | None


def measure(person: Person, on: date, repeats: int) -> tuple[dict[str, Cost], float]:
    """The cost of every program, and what ``python -X importtime`` gives for ``import pharmacyfirst``."""
    with tempfile.TemporaryDirectory() as folder:
        starter = Starter(Path(folder), person, on)
        times = _in_turn((*PROGRAMS, COMMAND_LINE), starter.milliseconds, repeats)
        memory = _in_turn(PROGRAMS, starter.megabytes, MEMORY_REPEATS)
        import_time = median(starter.import_time("pharmacyfirst") for _ in range(repeats))
    return {name: Cost(times[name], memory.get(name)) for name in times}, import_time


def _in_turn(names: Iterable[str], one: Callable[[str], float], repeats: int) -> dict[str, float]:
    """Medians. One after the other and round again, so that all share a slow moment; the first round fills caches."""
    _, *rounds = [{name: one(name) for name in names} for _ in range(repeats + 1)]
    return {name: median(each[name] for each in rounds) for name in rounds[0]}


class Starter:
    """Starts programs for one person. Compiled modules are kept in the folder, whatever the environment says."""

    def __init__(self, folder: Path, person: Person, on: date):
        facts = folder / "facts.json"
        facts.write_text(json.dumps(person))
        self.arguments = [CONDITION, on.isoformat(), json.dumps(person)]
        tool = Path(sys.executable).parent / "pharmacyfirst"
        self.command_line = [str(tool), "assess", CONDITION, str(facts), "--as-of", on.isoformat()]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = {**kept, "PYTHONPATH": str(HERE), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}

    def milliseconds(self, name: str) -> float:
        """Wall time of one process from start to end."""
        program = self.command_line if name == COMMAND_LINE else self._python(PROGRAMS[name])
        start = pyperf.perf_counter()
        self._run(program)
        return (pyperf.perf_counter() - start) * 1000

    def megabytes(self, name: str) -> float:
        """Resident memory of a process that has done its work and now waits."""
        waiting = f"{PROGRAMS[name]}\nprint('done', flush=True)\ninput()"
        with subprocess.Popen(
            self._python(waiting), env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
        return subprocess.run(program, env=self.environment, capture_output=True, text=True, check=True)
