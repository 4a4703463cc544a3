"""Apache Spark in an environment of its own (`.venv-spark`, from requirements-spark.lock), started for some queries and ended."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from system_parts import uses

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples" / "judge_on_spark.py"
MINUTES = 30
OF = "of_plan"
SETTINGS = (
    "spark.ui.enabled=false",
    "spark.driver.host=127.0.0.1",
    "spark.sql.shuffle.partitions=2",
    # To compile so long a text takes longer than so few rows, and to look for what follows from it longer still.
    "spark.sql.codegen.wholeStage=false",
    "spark.sql.codegen.factoryMode=NO_CODEGEN",
    "spark.sql.adaptive.enabled=false",
    "spark.sql.constraintPropagation.enabled=false",
)
# Java makes what runs often faster, which pays after minutes.
FOR_A_SHORT_RUN = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# What pip prints when it cannot reach an index, as against a lock file that is wrong.
NO_PYPI = ("Failed to establish a new connection", "Temporary failure in name resolution", "timed out", "ProxyError")


def environment():
    """The Python with Spark in it, made where it is not there yet."""
    uses("spark")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java: make system installs it")
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "spark.making").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)  # two test runs beside each other make it once
        made = subprocess.run(
            ["make", "--no-print-directory", ".venv-spark/.ready"], cwd=ROOT, capture_output=True, text=True
        )
    if made.returncode and any(words in made.stdout + made.stderr for words in NO_PYPI):
        pytest.skip("PyPI cannot be reached, and Spark is not installed in .venv-spark yet")
    assert made.returncode == 0, made.stderr[-2000:]
    return ROOT / ".venv-spark" / "bin" / "python"


def on_spark(folder, asked):
    """What Spark makes of plans, each with its frame of facts: the rows of each, in their order, by the columns of its plan.

    All of them are one query, as a job for each takes longer than its rows; each reads a file of its own, as one table would be told apart for each.
    """
    query, out = folder / "judge.sql", folder / "judged"
    tables = [folder / f"{at}.parquet" for at in range(len(asked))]
    for table, (_, frame) in zip(tables, asked, strict=True):
        frame.write_parquet(table)
    each = (text_of(at, plan, table) for at, ((plan, _), table) in enumerate(zip(asked, tables, strict=True)))
    query.write_text("\nUNION ALL\n".join(each), encoding="utf-8")
    # As spark-submit would be told.
    told = f"--master local[2] --driver-memory 3g {' '.join(f'--conf {one}' for one in SETTINGS)} pyspark-shell"
    ran = subprocess.run(
        [environment(), PROGRAM, tables[0], query, out],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60 * MINUTES,
        env=os.environ
        | {
            "SPARK_LOCAL_DIRS": str(folder),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_SUBMIT_ARGS": told,
            "JAVA_TOOL_OPTIONS": FOR_A_SHORT_RUN,
        },
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = [[] for _ in asked]
    for at, judged in pl.read_parquet(out / "*.parquet").sort(OF, "row").select(OF, "judged").iter_rows():
        plan, _ = asked[at]
        found[at].append(dict.fromkeys(plan.wanted) | json.loads(judged))
    return found


def text_of(at, plan, table):
    """The query of one plan over its file, with what it makes of each row in one column: JSON leaves out what is null."""
    judged = plan.query(f"parquet.`{table}`", keep=["row"], quote="`")
    return f"SELECT {at} AS {OF}, row, to_json(struct(*)) AS judged FROM ({judged})"
