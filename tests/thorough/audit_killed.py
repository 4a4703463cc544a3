"""Part `audit-killed`: the audit command killed at any moment, again and again, and begun again: it comes to what it comes to undisturbed.

The rows are of each format in turn, some of them with a finding and some that cannot be judged; lumps are small, so that many files are written.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random

from audit.consultations import rows, table
from audit.written import FORMATS
from shares import FEW
from thorough.part import ROOT, Part

AT_ONCE = 10
IN_A_ROW = 4  # so often at most one audit is killed before it is left to end
ROWS_A_LUMP = 10
BYTES_A_LUMP = 12_000  # the head has to fit
COMMAND = f"""
from pharmacyfirst.audit import from_csv, from_json_lines, from_parquet
from_json_lines.LINES = from_parquet.ROWS = {ROWS_A_LUMP}
from_csv.BYTES = {BYTES_A_LUMP}
from pharmacyfirst.cli.main import main
main(prog_name="pharmacyfirst")
"""


def started(path, out):
    """The command, as a program of its own."""
    told = os.environ | {"PYTHONPATH": str(ROOT), "PHARMACYFIRST_CACHE": str(path.parent / "content")}
    command = [sys.executable, "-c", COMMAND, "audit", str(path), "--out", str(out), "--all-numbers"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, env=told)


def to_the_end(path, out):
    """Runs the command to its end; what it wrote, by name. Some rows are always set aside, so it ends with 1."""
    running = started(path, out)
    said, _ = running.communicate()
    assert running.returncode == 1, said.decode(errors="replace")[-2000:]
    assert not (out / "parts").exists()
    return {one.name: one.read_bytes() for one in out.iterdir() if not one.name.endswith(".new")}


def consultations(seed):
    """Rows of a few conditions: every fifth says another version, every seventh an age that nobody has."""
    made = rows(15, seed=seed, conditions=FEW)
    for at, (_, facts, said) in enumerate(made):
        if at % 5 == 0:
            said["recorded_version"] = "2020.1"
        if at % 7 == 3:
            facts["age_years"] = 900
    return made


def kills(ending, start, many, seed):
    """So many kills of audits of one table, each audit left to end after a few; what each comes to."""
    chance = Random(f"{seed} {ending} {start}")
    with tempfile.TemporaryDirectory() as name:
        folder, killed, audits = Path(name), 0, 0
        path = FORMATS[ending](consultations(start), table(), folder / f"rows{ending}")
        began = time.monotonic()
        right = to_the_end(path, folder / "undisturbed")
        takes = time.monotonic() - began
        while killed < many:
            out = folder / "killed"
            for _ in range(chance.randint(1, IN_A_ROW)):
                running = started(path, out)
                try:
                    running.communicate(timeout=takes * chance.uniform(0.2, 1))
                except subprocess.TimeoutExpired:
                    running.send_signal(signal.SIGKILL)
                    running.communicate()
                    killed += 1
            found = to_the_end(path, out)
            assert found.keys() == right.keys(), f"{ending}: {sorted(found)}"
            differing = [what for what in right if found[what] != right[what]]
            assert not differing, f"{ending}: after kills, {differing} differ from those of an undisturbed audit"
            shutil.rmtree(out)
            audits += 1
    return {"kills": killed, "audits that went on and came to the same": audits}


def pieces(size, seed):
    for number, start in enumerate(range(0, size, AT_ONCE)):
        ending = [*FORMATS][number % len(FORMATS)]
        yield f"{ending} {start + 1}", partial(kills, ending, start, min(AT_ONCE, size - start), seed)


PART = Part(
    name="audit-killed",
    property="an audit that is killed at any moment, and begun again, comes to what it comes to undisturbed: no row is lost, none counted twice",
    test="tests/audit/test_going_on.py",
    size=300,
    counts="kills at least",
    pieces=pieces,
)
