"""The command line in this process (`run`), and as the program that a vendor starts (`program`)."""

import json
import os
import re
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


PROMPT = re.compile(r"^  (\w+) \([^\n]*\): ", re.MULTILINE)


def asked(said):
    """The questions that were put in a consultation in the terminal, by name, in order."""
    return PROMPT.findall(said)


def hold(condition, answer, *options, on=ON):
    """A consultation held as a person does, who reads a question before answering it: all that was said, and the exit status.

    ``answer`` gets the name of a question and gives back what is typed, or None for the end of the answers.
    """
    command = [*PROGRAM, "consult", condition, "--as-of", str(on), *map(str, options)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        said = b""
        while chunk := os.read(process.stdout.fileno(), 65536):
            said += chunk
            last = said.rpartition(b"\n")[2].decode(errors="replace")
            if name := PROMPT.fullmatch(last):
                typed = answer(name[1])
                if typed is None:
                    process.stdin.close()
                else:
                    process.stdin.write(f"{typed}\n".encode())
                    process.stdin.flush()
    return said.decode(), process.returncode


def commands(group=main, path=()):
    """Every command and group of the program, with the words that lead to it; one added later is among them."""
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            yield from commands(group.get_command(context, name), (*path, name))
