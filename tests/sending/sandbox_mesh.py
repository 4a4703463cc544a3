"""A real MESH server for the tests: NHS England's mesh-sandbox, in an environment of its own, on loopback.

It pins an older fastapi than ours, so it cannot live in the development environment.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from system_parts import uses

from pharmacyfirst.sending.mesh import MeshSettings

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("mesh-sandbox.lock")
SHARED_KEY = "TestKey"
PASSWORD = "password"  # what the sandbox gives every mailbox that it finds as a folder
# What pip prints when it cannot reach an index, as against a lock file that is wrong.
NO_PYPI = ("Failed to establish a new connection", "Temporary failure in name resolution", "timed out", "ProxyError")


def python_for_it():
    """mesh-sandbox wants Python 3.11 to 3.13; ours may be newer."""
    if (3, 11) <= sys.version_info < (3, 14):
        return sys.executable
    for name in ("python3.13", "python3.12", "python3.11"):
        if found := shutil.which(name):
            return found
    pytest.skip("mesh-sandbox needs Python 3.11 to 3.13, and none is on the path")


def environment():
    """The environment with mesh-sandbox in it, made from the lock file where it is not there yet."""
    uses("mesh-sandbox")
    python = python_for_it()
    version = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout
    name = hashlib.sha256(LOCK.read_bytes() + version.encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"mesh-sandbox-{name}"
    folder.parent.mkdir(exist_ok=True)
    with (ROOT / ".cache" / "mesh-sandbox.making").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)  # two test runs beside each other make it once
        if not (folder / ".ready").exists():
            make(python, folder)
    return folder / "bin" / "python"


def make(python, folder):
    shutil.rmtree(folder, ignore_errors=True)
    # Our own pip puts it there, and compiles nothing, as most of it is never imported: half the time of a whole environment.
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python"]
    run = subprocess.run(
        [*pip, "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes", "-r", LOCK],
        capture_output=True,
        text=True,
        env={"PIP_CACHE_DIR": str(ROOT / ".cache" / "pip"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | os.environ,
    )
    if run.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        if any(words in run.stdout + run.stderr for words in NO_PYPI):
            pytest.skip("PyPI cannot be reached, and mesh-sandbox is not installed in .cache yet")
        raise AssertionError(f"mesh-sandbox could not be installed:\n{run.stderr[-2000:]}")
    subprocess.run([*pip, "check", "--quiet"], check=True)
    (folder / ".ready").touch()  # last: one left half made is made again


class Sandbox:
    """A running mesh-sandbox."""

    def __init__(self, url, process):
        self.url = url
        self.process = process

    def settings(self, mailbox, url=None, timeout=10.0):
        return MeshSettings(url or self.url, mailbox, PASSWORD, SHARED_KEY, timeout=timeout)


@contextmanager
def running(folder, mailboxes):
    """A sandbox with these mailboxes, stopped by its process id at the end. Its folder keeps what was sent."""
    for mailbox in mailboxes:
        (folder / "mailboxes" / mailbox / "in").mkdir(parents=True)
    python = environment()
    for _ in range(3):  # the port is free when we ask, and may be taken when it is wanted
        port = free_port()
        with (folder / "sandbox.log").open("ab") as log:
            process = subprocess.Popen(
                [python, "-m", "uvicorn", "mesh_sandbox.api:app", "--host", "127.0.0.1", "--port", str(port)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    "PATH": os.defpath,
                    "AUTH_MODE": "full",
                    "STORE_MODE": "file",
                    "MAILBOXES_DATA_DIR": str(folder / "mailboxes"),
                    "SHARED_KEY": SHARED_KEY,
                },
            )
        try:
            if answers(f"http://127.0.0.1:{port}/health", process):
                yield Sandbox(f"http://127.0.0.1:{port}", process)
                return
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise AssertionError((folder / "sandbox.log").read_text()[-2000:])


def free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(url, process):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with direct.open(url, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False
