"""The API as a program of its own, for the tests that call it from other programs."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from calling import ROOT
from lines_written import lines_written


@pytest.fixture(autouse=True)
def nobody_in_the_log():
    """The canary of these tests is in no line that the API writes of its work."""
    with lines_written() as lines:
        yield
    assert "Featherstonehaugh" not in "".join(lines())


@pytest.fixture
def served():
    """Starts the API as a program of its own on a free port, and ends it; its address."""
    running = []

    def served(*arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "pharmacyfirst", "serve-api", "--port", str(port), *map(str, arguments)]
        program = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        running.append(program)
        assert f"http://127.0.0.1:{port}" in program.stdout.readline()
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                return f"http://127.0.0.1:{port}"
            except OSError:
                time.sleep(0.1)
        raise AssertionError("it did not answer")

    yield served
    for program in running:
        program.terminate()
        program.wait(timeout=60)
