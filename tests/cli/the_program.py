"""The command line in this process (`run`), and as the program that a vendor starts (`program`)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
from click.testing import CliRunner

from pharmacyfirst.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
GOOD = ROOT / "tests" / "bad" / "good"  # a small content folder of made-up conditions
PROGRAM = [sys.executable, "-m", "pharmacyfirst"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
ON = "2026-11-21"


def run(*args, input=None, **environment):
    result = CliRunner().invoke(main, [str(arg) for arg in args], input=input, env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def program(*args, input=b"", **environment):
    command = [*PROGRAM, *map(str, args)]
    return subprocess.run(command, input=input, capture_output=True, env=ENVIRONMENT | environment, timeout=60)


def results(ran):
    """The results of a run with --jsonl: one JSON value a line."""
    return [json.loads(line) for line in ran.stdout.splitlines()]


def commands(group=main, path=()):
    """Every command and group of the program, with the words that lead to it; one added later is among them."""
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            yield from commands(group.get_command(context, name), (*path, name))
