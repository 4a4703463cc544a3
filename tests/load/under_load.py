"""The form as a process of its own under pharmacists at once, killed and started again; and whether what it acknowledged is there afterwards."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent / "web"))
sys.path.append(str(HERE))

from pharmacists import FIRST_GPHC  # noqa: E402
from visiting import PIN  # noqa: E402

from pharmacyfirst.api.keys import API, Keys, Scope  # noqa: E402
from pharmacyfirst.record.examples import PHARMACY, PRACTITIONER  # noqa: E402
from pharmacyfirst.store import ConsultationState, open_store  # noqa: E402
from pharmacyfirst.store.deeds import Deed  # noqa: E402
from pharmacyfirst.web.people import AtTheDesk, pin_digest  # noqa: E402
from pharmacyfirst.web.pharmacy import OurPharmacy, write_pharmacy  # noqa: E402

# A line of a page that was saved, or of a call that wrote.
WRITES = re.compile(r'"POST", "path": "/(c/{id}/page/{number}|v1/consultations)", "status": (303|201)')
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


class Served:
    """A server in a process of its own, which can be killed and started again on the same port and folder."""

    def __init__(self, command, folder, health="/health"):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address, self._health = f"http://127.0.0.1:{self.port}", health
        self._command = [sys.executable, "-m", "pharmacyfirst", *command, "--port", str(self.port), "--log", "requests"]
        self.log = folder / "lines.jsonl"
        self.start()

    def start(self):
        self._lines_before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as lines:
            self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=lines, env=ENVIRONMENT)
        until = time.monotonic() + 120
        while True:
            try:
                with urlopen(self.address + self._health, timeout=5):
                    return
            except OSError:
                assert time.monotonic() < until, "it does not answer"
                assert self.process.poll() is None, self.log.read_text()[-2000:]
                time.sleep(0.05)

    def wait(self, seconds, least):
        """So long, and until it has saved so much since it was started: a slow machine takes longer."""
        time.sleep(seconds)
        until = time.monotonic() + 600
        while len(WRITES.findall(self.log.read_text()[self._lines_before :])) < least:
            assert time.monotonic() < until, "hardly anything was saved"
            time.sleep(0.1)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=60)

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=60)

    def memory(self):
        """How many MB of memory the process had at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024


@contextmanager
def form(folder, many):
    """The form of a pharmacy with so many pharmacists."""
    data = folder / "data"
    data.mkdir(parents=True)
    pin = pin_digest(PIN)
    people = tuple(
        AtTheDesk(PRACTITIONER.model_copy(update={"gphc_number": str(FIRST_GPHC + number)}), pin)
        for number in range(many)
    )
    write_pharmacy(data / "pharmacy.json", OurPharmacy(PHARMACY, people=people))
    served = Served(["serve", "--data", str(data)], folder)
    try:
        yield served
    finally:
        served.end()


@dataclass
class Load:
    """What came of it: what the clients told, how often the server was killed, the most memory that it had, what is not there."""

    told: dict
    kills: int = 0
    memory: int = 0
    missing: list = field(default_factory=list)

    def within(self, what, part):
        """The milliseconds within which this part of all requests of a kind was answered."""
        times = sorted(self.told[what])
        return times[min(len(times) - 1, int(len(times) * part))] if times else 0.0


def load(folder, many, seconds, thinking, seed, kills=0):
    """So many pharmacists for so long; the form killed so often at moments of chance."""
    with form(folder, many) as served:
        found = _while_they_work(
            served,
            ["pharmacists.py", served.address, many, thinking, seed],
            seconds,
            seed,
            kills,
            least=max(1, many // 2),
        )
    found.missing = [*missing(folder / "data", found.told)]
    return found


def load_of_api(folder, many, seconds, seed, kills=0):
    """So many systems for so long, each finishing one consultation after the other; the API killed so often at moments of chance."""
    data = folder / "data"
    with open_store(data, _now) as store:
        keys = Keys(store.ledger, store.ledger.reserve(API), time.monotonic)
        key, _ = keys.make("Our PMR", (Scope.RECORDS,), 1, "A. Pharmacist", _now())
    served = Served(["serve-api", "--data", str(data), "--rate", "100000"], folder)
    try:
        found = _while_they_work(served, ["systems.py", served.address, many, key], seconds, seed, kills, least=many)
    finally:
        served.end()
    found.missing = [*not_once(data, found.told)]
    return found


def _while_they_work(served, command, seconds, seed, kills, least):
    """What came of it while a program of this folder called the server, which was killed so often, each time after it had saved so much."""
    chance, memory = random.Random(f"kills {seed}"), 0
    clients = subprocess.Popen(
        [sys.executable, HERE / command[0], *map(str, command[1:])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert clients.stdout.readline() == "everybody is there\n"
    for _ in range(kills):
        served.wait(chance.uniform(0.5, 1.5) * seconds / (kills + 1), least)
        memory = max(memory, served.memory())
        served.kill()
        served.start()
    served.wait(seconds / (kills + 1), least)
    told = json.loads(clients.communicate(timeout=300)[0])  # which ends their standard input
    return Load(told, kills, max(memory, served.memory()))


def not_once(data, told):
    """What was acknowledged by the API and is not finished in the store, and what is there and nobody was told of."""
    with open_store(data, _now) as store:
        store.verify()
        there = {one.id for one in store.records.finished(most=1_000_000)}
    answered = set(told["ids"].values())
    yield from (f"the record {one}" for one in answered - there)
    yield from (f"{one} was never answered, or is there twice" for one in there - answered)


def _now():
    return datetime.now(UTC)


def missing(data, told):
    """What was acknowledged and is not in the store, by ids and names alone."""
    posted = {}
    with open_store(data, _now) as store:
        store.verify()
        for id, said in told["pages"]:
            if id not in posted:
                posted[id] = [one.held["answers"] for one in store.records.history(id) if one.deed is Deed.POSTED]
            if said and not any(_holds(answers, said) for answers in posted[id]):
                yield f"a page of {id}: {', '.join(said)}"
        for id in told["consultations"]:
            if store.drafts.get(id).state not in (ConsultationState.FINISHED, ConsultationState.DETAILS_FOLLOW):
                yield f"the end of {id}"


def _holds(answers, said):
    """Whether a page that was saved has what was acknowledged; what is not asked of this person is not kept."""
    both = answers.keys() & said.keys()
    return bool(both) and all(answers[name] == said[name] for name in both)
