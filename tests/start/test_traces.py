"""The same people get the same traces whatever the order of hashing; .ci/start compares them between the Pythons there are."""

import os
import subprocess
import sys
from pathlib import Path

from start.traces import digest

PROGRAM = Path(__file__).with_name("traces.py")


def test_traces_do_not_hang_on_the_order_of_hashing():
    said = {
        subprocess.run(
            [sys.executable, PROGRAM, "20"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert said == {digest(20)}
    assert digest(20) != digest(21)
