"""``pharmacyfirst serve``: what is refused in words before anything is served, and that it answers where it says."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import the_program

from pharmacyfirst.record.examples import PHARMACY, PRACTITIONER
from pharmacyfirst.web.people import AtTheDesk, pin_digest
from pharmacyfirst.web.pharmacy import OurPharmacy, write_pharmacy

ROOT = Path(__file__).resolve().parents[2]


def refused(*arguments):
    result = the_program.run("serve", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.output


def test_another_address_than_this_machines_own_is_refused(tmp_path):
    assert "on this machine alone" in refused("--data", tmp_path, "--host", "0.0.0.0")


def test_a_pharmacys_file_that_does_not_fit_is_said_before_it_starts(tmp_path):
    file = tmp_path / "pharmacy.json"
    file.write_text('{"people": []}')
    assert "lacks a part" in refused("--data", tmp_path, "--pharmacy", file)


def test_a_store_that_cannot_be_used_is_said_before_it_starts(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "store.sqlite").write_text("this is no store")
    assert "Nothing was started" in refused("--data", tmp_path / "data")


@contextmanager
def served(folder):
    """The program itself, serving on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pharmacyfirst", "serve", "--data", str(folder), "--port", str(port)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert f"http://127.0.0.1:{port}" in program.stdout.readline()
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.wait(timeout=20)


def page(address):
    with urllib.request.urlopen(address, timeout=20) as reply:
        return reply.read().decode()


def test_it_answers_at_the_address_that_it_prints(tmp_path):
    with served(tmp_path / "data") as address:
        assert "Set up the pharmacy" in page(address)


def test_a_patient_is_handed_over_by_the_line_in_the_documentation(tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("needs curl, which the line in docs/form.md calls")
    documented = re.search(r"```sh\n(sed .*?)```", (ROOT / "docs" / "form.md").read_text(encoding="utf-8"), re.DOTALL)[
        1
    ]
    data = tmp_path / "data"
    data.mkdir()
    here = AtTheDesk(PRACTITIONER, pin_digest("2468"))
    write_pharmacy(data / "pharmacy.json", OurPharmacy(PHARMACY, people=(here,)))
    with served(data) as address:
        line = documented.replace("pharmacyfirst-data", str(data)).replace("http://127.0.0.1:8080", address)
        ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=ROOT, timeout=60)
        said = json.loads(ran.stdout)
        assert {*said} == {"link", "opens_before"}, said
        assert said["link"].startswith(f"{address}/handed-over#")
        assert "Patient handed over" in page(said["link"])
