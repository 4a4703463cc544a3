"""How long a page of the form takes on the server, with consultations in the store, and what it weighs: python benchmarks/web.py [--stored N]

Over HTTP on loopback, one request at a time, by a practice patient of the first condition; times are of the whole answer. The goals are those of
docs/form.md.
"""

import argparse
import gzip
import http.client
import re
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.record import Account, make_record
from pharmacyfirst.record.examples import account_of
from pharmacyfirst.store import Actor, open_store
from pharmacyfirst.web.serve import application

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
PIN = "2468"
WHO = Actor("Robin Sample", "pharmacist", "2999999")
GOAL_MS, GOAL_PAGE_KB, GOAL_ALL_KB = 60, 8, 60


def fill(folder, number):
    """A store with so many finished consultations of practice patients."""
    library = load()
    accounts = [account_of(library, next(iter(cases_of(library, condition)))) for condition in library.conditions]
    with open_store(folder, lambda: NOW) as store:
        for at in range(number):
            account = accounts[at % len(accounts)]
            id = str(uuid4())
            supplies = tuple(one.model_copy(update={"permit": None}) for one in account.supplies)
            held = {name: getattr(account, name) for name in Account.model_fields} | {"id": id, "supplies": supplies}
            record = make_record(Account(**held), library, recorded_at=NOW)
            pathway = library.in_force(account.pathway, account.on)
            drafts = store.drafts
            now = drafts.begin(pathway, WHO, practice=True, id=id, as_of=account.on)
            now = drafts.who(
                now.id, WHO, now.revision, now.patient_mark, account.patient.model_dump(mode="json", exclude_none=True)
            )
            now = drafts.post(now.id, WHO, now.revision, now.patient_mark, "All", dict(account.facts))
            drafts.finish(now.id, WHO, now.revision, record)


class Desk:
    """Somebody at the desk, over one connection."""

    def __init__(self, port):
        self.port, self.connection, self.cookie = port, http.client.HTTPConnection("127.0.0.1", port), ""
        self.times, self.sizes, self.path, self.words = defaultdict(list), {}, "", ""

    def ask(self, name, method, path, fields=()):
        body = urlencode(fields) if method == "POST" else None
        headers = {
            "cookie": self.cookie,
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
        }
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        words = reply.read()
        self.times[name].append((time.perf_counter() - begun) * 1000)
        if cookie := reply.getheader("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        if reply.status == 303:
            return self.ask(f"{name} (next)", "GET", reply.getheader("location"))
        self.path, self.words = path, words.decode()
        self.sizes[name] = len(gzip.compress(words))
        return self.words

    def hidden(self):
        """The fields that every form gives back."""
        return [
            (name, re.search(f'name="{name}" value="([^"]*)"', self.words)[1]) for name in ("token", "revision", "mark")
        ]

    def consultation(self):
        """A practice patient through every page, with every question not known, to the outcome."""
        token = re.search('name="token" value="([^"]*)"', self.ask("start", "GET", "/"))[1]
        self.ask("begin", "POST", "/begin", [("token", token), ("condition", CONDITION), ("practice", "1")])
        here = "/".join(self.path.split("/")[:3])
        for number in range(1, PAGES):
            self.ask("page of questions", "GET", f"{here}/page/{number}")
            rows = re.findall(r'name="(q-[a-z_0-9]+(?:-nk|-day)?)" value="\?"', self.words)
            fields = [*self.hidden(), *((name, "?") for name in dict.fromkeys(rows))]
            self.ask("live", "POST", f"{here}/live/{number}", fields)
            self.ask("page posted", "POST", f"{here}/page/{number}", fields)
        self.ask("outcome", "GET", f"{here}/outcome")


def report(desk, stored):
    print(f"{stored} consultations in the store, {len(desk.times['outcome'])} gone through\n")
    print(f"| page | median ms | p95 ms (at most {GOAL_MS}) | kB gzip (at most {GOAL_PAGE_KB}) |\n|---|---:|---:|---:|")
    for name, times in desk.times.items():
        times.sort()
        size = f"{desk.sizes[name] / 1000:.1f}" if name in desk.sizes else ""
        print(f"| {name} | {times[len(times) // 2]:.1f} | {times[int(len(times) * 0.95)]:.1f} | {size} |")
    static = Path(application.__code__.co_filename).parent / "static"
    whole = sum(len(gzip.compress((static / name).read_bytes())) for name in ("nhsuk.css", "form.css", "form.js"))
    print(f"\nSent once: {whole / 1000:.1f} kB gzip (at most {GOAL_ALL_KB})")


def main():
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--stored", type=int, default=1000)
    asked.add_argument("--times", type=int, default=20)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), options.stored)
        app = application(Path(folder), clock=lambda: NOW, log=print)
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        desk = Desk(server.servers[0].sockets[0].getsockname()[1])
        setup = {
            "name": "Practice Pharmacy",
            "ods": "FZZ99",
            "family": "Sample",
            "given": "Robin",
            "gphc": "2999999",
            "pin": PIN,
        }
        desk.ask("set up", "POST", "/setting-up", [(f"u-{name}", value) for name, value in setup.items()])
        desk.ask("PIN", "POST", "/who", [("gphc", "2999999"), ("pin", PIN)])
        desk.times.clear()
        for _ in range(options.times):
            desk.consultation()
        server.should_exit = True
        thread.join()
        report(desk, options.stored)


LIBRARY = load()
CONDITION = LIBRARY.conditions[0]
PAGES = len(LIBRARY.newest(CONDITION).pages)

if __name__ == "__main__":
    main()
