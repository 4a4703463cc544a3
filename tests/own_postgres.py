"""A PostgreSQL of the tests' own: made in a folder under /tmp, run as its own user, reached by a socket, ended with the tests.

Its server keeps to ``fsync``, as one has to that a ledger is kept in. Root may not run one, so it is run as the user that Debian made for it.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest

try:
    import psycopg
except ImportError:
    psycopg = None

NUMBERS = count(1)
MOST_SECONDS = 60
SETTINGS = {
    "listen_addresses": "", "shared_buffers": "16MB", "max_connections": "40", "autovacuum": "off", "max_wal_senders": "2",
    "min_wal_size": "32MB",
}  # fmt: skip


def programs():
    """The folder of the server's programs, the newest; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    return found[-1].parent if found else None


class OwnPostgres:
    """A server that can be started, killed and ended."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="pharmacyfirst-postgres-"))
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(self.folder, "postgres", "postgres")
        words = (
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "-U",
            "pharmacy",
            "-D",
            self.folder / "data",
        )
        subprocess.run([programs() / "initdb", *words], check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as)
        self.start()

    @property
    def url(self):
        return f"postgresql://pharmacy@/postgres?host={self.folder}"

    def name(self):
        """A name that nothing has in this server yet."""
        return f"t{os.getpid()}_{next(NUMBERS)}"

    def start(self):
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [programs() / "postgres", "-D", self.folder / "data", "-k", self.folder, *settings], stdout=log, stderr=log, cwd="/", **self._as
            )  # fmt: skip
        until = time.monotonic() + MOST_SECONDS
        while True:
            try:
                self.connected().close()
                return
            except psycopg.OperationalError:
                assert self._server.poll() is None, (self.folder / "log").read_text()[-2000:]
                assert time.monotonic() < until
                time.sleep(0.05)

    def connected(self):
        """A connection of the server's owner, who may do anything in it."""
        return psycopg.connect(self.url, autocommit=True)

    def kill(self):
        """The server and every process of it gone at once (SIGKILL), as where the machine is."""
        pid = self._server.pid
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        self._server.kill()
        for one in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._server.wait()
        for one in children:
            while alive(one):
                time.sleep(0.005)
        for lock in (self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.*.lock")):
            lock.unlink(missing_ok=True)  # the number in it may be of a process that nobody has taken away yet

    def end(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="session")
def postgres():
    """The server, made when the first test asks for it."""
    if programs() is None or psycopg is None:
        pytest.skip("PostgreSQL is not installed; `make system` installs it")
    server = OwnPostgres()
    yield server
    server.end()
