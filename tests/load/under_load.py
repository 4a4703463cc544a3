"""The form as a process of its own under pharmacists at once, killed and started again; and whether what it acknowledged is there afterwards."""

import json
import os
import random
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

from pharmacyfirst.record.examples import PHARMACY, PRACTITIONER  # noqa: E402
from pharmacyfirst.store import ConsultationState, open_store  # noqa: E402
from pharmacyfirst.store.deeds import Deed  # noqa: E402
from pharmacyfirst.web.people import AtTheDesk, pin_digest  # noqa: E402
from pharmacyfirst.web.pharmacy import OurPharmacy, write_pharmacy  # noqa: E402

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
    chance = random.Random(f"kills {seed}")
    with form(folder, many) as served:
        command = [sys.executable, HERE / "pharmacists.py", served.address, *map(str, (many, thinking, seed))]
        clients = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        assert clients.stdout.readline() == "everybody is there\n"
        memory = 0
        for _ in range(kills):
            time.sleep(chance.uniform(0.5, 1.5) * seconds / (kills + 1))
            memory = max(memory, served.memory())
            served.kill()
            served.start()
        time.sleep(seconds / (kills + 1))
        told = json.loads(clients.communicate(timeout=300)[0])  # which ends their standard input
        memory = max(memory, served.memory())
    return Load(told, kills, memory, [*missing(folder / "data", told)])


def missing(data, told):
    """What was acknowledged and is not in the store, by ids and names alone."""
    posted = {}
    with open_store(data, lambda: datetime.now(UTC)) as store:
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
