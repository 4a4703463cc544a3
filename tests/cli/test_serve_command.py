"""``pharmacyfirst serve``: what is refused in words before anything is served, and that it answers where it says."""

import socket
import subprocess
import sys
import time
import urllib.request

import the_program


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


def test_it_answers_at_the_address_that_it_prints(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pharmacyfirst", "serve", "--data", str(tmp_path / "data"), "--port", str(port)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert f"http://127.0.0.1:{port}" in program.stdout.readline()
        for _ in range(100):
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode()
                break
            except OSError:
                time.sleep(0.1)
        assert "Set up the pharmacy" in page
    finally:
        program.terminate()
        program.wait(timeout=20)
