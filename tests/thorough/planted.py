"""Part `audit-planted`: of ten million made-up consultations in one table the audit finds every planted fault and nothing else, in at most 4 GiB.

The table is written, audited by the program as somebody would call it, and the findings are compared with the list of what was planted. Audit and table lie in
``.cache/thorough/planted``, so that a run that was stopped goes on: the audit lump by lump, the table from its beginning.
"""

import os
import shutil
import subprocess
import sys
from functools import partial

from thorough.part import ROOT, Part

FOLDER = ROOT / ".cache" / "thorough" / "planted"
MOST_MEMORY = 4 << 20  # KiB, as the system counts it
FAULTS = "0.02"


def run(*command):
    """Runs a command of the program to its end, and gives its highest resident memory in KiB. Raises AssertionError with what it said."""
    said = FOLDER / "said.txt"
    with said.open("wb") as file:
        program = [sys.executable, "-m", "pharmacyfirst", *map(str, command)]
        started = subprocess.Popen(
            program, stdout=file, stderr=file, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode == 0, said.read_text(encoding="utf-8", errors="replace")[-2000:]
    return used.ru_maxrss


def make(size, seed):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    memory = run("synth", "--rows", size, "--seed", seed, "--faults", FAULTS, "--out", FOLDER / "people.parquet")
    assert memory <= MOST_MEMORY, f"{memory} KiB to make them up"
    return {"consultations made up": size}


def audit(size, seed):
    memory = run("audit", FOLDER / "people.parquet", "--out", FOLDER / "audit")
    assert memory <= MOST_MEMORY, f"{memory} KiB to audit them"
    return {"consultations audited": size, "MiB of memory at most": memory >> 10}


def compare(size, seed):
    """Row by row and kind by kind, in one pass over both: a fault that is not found and a finding that is none are told by their rows."""
    import polars as pl

    planted = pl.scan_csv(FOLDER / "people.parquet.planted.csv").select("row", "finding")
    found = pl.scan_parquet(FOLDER / "audit" / "findings.parquet").select("row", "finding")
    missed = planted.join(found, on=["row", "finding"], how="anti").collect()
    besides = found.join(planted, on=["row", "finding"], how="anti").collect()
    assert not missed.height, f"{missed.height} planted faults were not found: {missed.head(5).rows()}"
    assert not besides.height, f"{besides.height} findings are none of those planted: {besides.head(5).rows()}"
    count = planted.select(pl.len()).collect().item()
    aside = pl.scan_parquet(FOLDER / "audit" / "set-aside.parquet").select(pl.len()).collect().item()
    assert aside == 0, f"{aside} rows were set aside"
    shutil.rmtree(FOLDER)
    return {"planted faults, each found and nothing else": count}


def pieces(size, seed):
    yield "made up", partial(make, size, seed)
    yield "audited", partial(audit, size, seed)
    yield "compared", partial(compare, size, seed)


PART = Part(
    name="audit-planted",
    property="an audit of one large table of made-up people finds every planted fault and nothing else, in at most 4 GiB",
    test="tests/population/test_audit_of_made_up.py",
    size=10_000_000,
    counts="consultations",
    pieces=pieces,
)
