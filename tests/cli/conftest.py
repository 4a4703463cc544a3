import json
import subprocess
from contextlib import suppress

import pytest
import the_program


@pytest.fixture(autouse=True)
def every_command_ends(nothing_serves_for_ever):
    """A test that gives any command odd words must come to an end."""


@pytest.fixture
def run():
    return the_program.run


@pytest.fixture
def program():
    return the_program.program


@pytest.fixture
def hold():
    return the_program.hold


@pytest.fixture
def asked():
    return the_program.asked


@pytest.fixture
def results():
    return the_program.results


@pytest.fixture
def started():
    """A program left running, to talk to; ended after the test."""
    running = []

    def started(*args, **more):
        more = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": the_program.ENVIRONMENT,
        } | more
        running.append(subprocess.Popen([*the_program.PROGRAM, *map(str, args)], **more))
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
    return json.loads((the_program.EXAMPLES / "uti-supply.json").read_text())


@pytest.fixture
def facts_file(tmp_path):
    """Writes a facts file: text or bytes as they are, anything else as JSON."""

    def facts_file(content, name="facts.json"):
        path = tmp_path / name
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return facts_file
