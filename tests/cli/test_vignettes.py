"""The public vignettes, through the program and the checker that vendors use."""

import subprocess
import sys
from pathlib import Path

import pytest

from pharmacyfirst.content.library import SHARED, pathways_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "condition", sorted(one.name for one in pathways_folder().iterdir() if one.is_dir() and one.name != SHARED)
)
def test_every_public_vignette_agrees(shared, condition):
    program = f"'{sys.executable}' -m pharmacyfirst assess --jsonl -"
    check = [sys.executable, shared / "clinical" / "check.py", program]

    ran = subprocess.run(
        [*check, shared / "clinical" / condition / "vignettes.yaml"], capture_output=True, text=True, cwd=ROOT
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
