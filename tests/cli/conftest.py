"""The command line in this process (`run`) and as the program a vendor starts (`program`)."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli import main

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "pharmacyfirst"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
ON = "2026-11-21"


@pytest.fixture
def run():
    def run(*args, input=None):
        result = CliRunner().invoke(main, [str(arg) for arg in args], input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def program():
    def program(*args, input=b"", **environment):
        command = [*PROGRAM, *map(str, args)]
        return subprocess.run(command, input=input, capture_output=True, env=ENVIRONMENT | environment, timeout=60)

    return program


@pytest.fixture
def started():
    """A program left running, to talk to; ended after the test."""
    running = []

    def started(*args, **more):
        more = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": ENVIRONMENT,
        } | more
        running.append(subprocess.Popen([*PROGRAM, *map(str, args)], **more))
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.wait()
        for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
            with suppress(BrokenPipeError):
                stream.close()


@pytest.fixture
def healthy():
    """Every fact of somebody who may be offered nitrofurantoin."""
    return json.loads((ROOT / "examples" / "uti-supply.json").read_text())


@pytest.fixture
def facts_file(tmp_path):
    """Writes a facts file: text or bytes as they are, anything else as JSON."""

    def facts_file(content, name="facts.json"):
        path = tmp_path / name
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return facts_file


@pytest.fixture
def results():
    """The results of a run with --jsonl: one JSON value a line."""

    def results(ran):
        return [json.loads(line) for line in ran.stdout.splitlines()]

    return results
