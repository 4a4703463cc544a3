"""Pharmacists at once, as a program of its own: each holds one consultation after the other over HTTP, and remembers what was acknowledged.

    python pharmacists.py ADDRESS MANY THINKING SEED

They work until standard input ends. ``THINKING`` are the seconds that a page is looked at, on average. The form may be killed and started again meanwhile: whoever got no answer
asks again, signs in again where the session is gone, and goes on. What is printed at the end is one JSON object: milliseconds of pages shown
and saved, every page that was acknowledged with what stood on it, every consultation that was, how often there was no answer, what was wrong.
"""

import asyncio
import json
import random
import re
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx2

sys.path += [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "web")]
from visiting import AGREES, PIN, SAME_ORIGIN, Page

FIRST_GPHC = 2_100_000
MOST_PAGES = 30
BEGINNING = 5  # times as long as a page is looked at: patients come one by one, and not all as the doors open
CONDITIONS = ("uncomplicated-uti", "acute-sore-throat", "shingles", "acute-sinusitis")
ROW = re.compile(r'name="(q-[a-z_0-9]+(?:-nk|-day)?)" value="\?"')
HIDDEN = re.compile(r'name="(token|revision|mark)" value="([^"]*)"')


over = threading.Event()  # nobody begins anything any more


class Again(Exception):
    """There was no answer, or the session is gone: the page is opened again."""


class Pharmacist:
    """One of them. ``told`` is what all of them write down."""

    def __init__(self, address, number, thinking, seed, told):
        self.client = httpx2.AsyncClient(base_url=address, headers=SAME_ORIGIN, timeout=60)
        self.gphc, self.thinking, self.told = str(FIRST_GPHC + number), thinking, told
        self.chance = random.Random(f"{seed}/{number}")
        self.words, self.lost_an_answer = "", False

    async def think(self):
        await asyncio.sleep(self.chance.uniform(0.5, 1.5) * self.thinking)

    async def ask(self, what, method, path, fields=()):
        """One request, timed under a name. Raises ``Again`` where there was no answer, or somebody has to sign in again."""
        begun = time.perf_counter()
        try:
            reply = await self.client.request(method, path, content=urlencode(fields) if method == "POST" else None)
        except httpx2.TransportError:
            self.told["unanswered"] += 1
            self.lost_an_answer = True
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
            raise Again from None
        if reply.status_code == 303 and reply.headers["location"] == "/who" and what != "sign in":
            await self.sign_in()
            raise Again
        self.told[what].append(round((time.perf_counter() - begun) * 1000, 2))
        self.words = reply.text
        if reply.status_code == 409 and self.lost_an_answer:  # the page whose answer was lost had been saved
            self.lost_an_answer = False
            raise Again
        if reply.status_code not in (200, 303):
            self.told["wrong"].append(f"{reply.status_code} to {method} {re.sub('[0-9a-f-]{36}', 'ID', path)}")
            raise Again
        return reply

    async def sign_in(self):
        self.client.cookies.clear()
        reply = await self.ask("sign in", "POST", "/who", [("gphc", self.gphc), ("pin", PIN)])
        if reply.status_code != 303:
            self.told["wrong"].append("not let in")

    async def work(self):
        """Consultations until the time is up."""
        await asyncio.sleep(self.chance.random() * BEGINNING * self.thinking)
        while not over.is_set():
            try:
                await self.consultation()
            except Again:
                continue
        await self.client.aclose()

    async def consultation(self):
        await self.ask("start", "GET", "/")
        begin = [
            ("token", dict(HIDDEN.findall(self.words))["token"]),
            ("condition", self.chance.choice(CONDITIONS)),
            ("practice", "1"),
        ]
        reply = await self.ask("begin", "POST", "/begin", begin)
        here = "/".join(reply.headers["location"].split("/")[:3])
        path = f"{here}/patient"
        for _ in range(MOST_PAGES):
            path = await self.page(here, path)
            if over.is_set() or path.endswith("/outcome"):
                break
        if not over.is_set():
            await self.ending(here)

    async def page(self, here, path):
        """A page shown, looked at, answered and continued, as often as it takes; the path of the next."""
        while not over.is_set():
            try:
                if (await self.ask("shown", "GET", path)).status_code == 303:
                    return f"{here}/outcome"
                await self.think()
                answers = self.answered()
                reply = await self.ask("saved", "POST", path, [*self.beside(path), *answers.items()])
                self.lost_an_answer = False
            except Again:
                continue
            said = {
                name.removeprefix("q-"): {"?": None, "no": False}[value]
                for name, value in answers.items()
                if name.count("-") == 1
            }
            self.told["pages"].append([here.rpartition("/")[2], said])
            return reply.headers["location"] if reply.status_code == 303 else path  # saved, with a remark to look at
        return f"{here}/outcome"

    def beside(self, path):
        """What a page gives back beside its answers: of the patient's page, who it is and what they agree to."""
        if not path.endswith("/patient"):
            return HIDDEN.findall(self.words)
        held = Page(self.words).forms[path] | {name: [value] for name, value in AGREES.items()}
        return [(name, one) for name, all_ in held.items() for one in all_ if not name.startswith("q-")]

    def answered(self):
        """Every question not known, or no where it may be."""
        may_be_no = {*re.findall(r'name="(q-[a-z_0-9]+)" value="no"', self.words)}
        return {
            name: "no" if name in may_be_no and self.chance.random() < 0.5 else "?" for name in ROW.findall(self.words)
        }

    async def ending(self, here):
        """An immediate threat to life, called for, and put down: the end that needs nothing else."""
        await self.ask("shown", "GET", f"{here}/page/1")
        await self.ask("saved", "POST", f"{here}/threat", [*HIDDEN.findall(self.words), ("threat", "yes")])
        await self.ask("shown", "GET", f"{here}/outcome")
        fields = Page(self.words).forms.get(f"{here}/outcome", {}) | {"o-did": ["called"]}
        reply = await self.ask(
            "finished", "POST", f"{here}/outcome", [(name, one) for name, all_ in fields.items() for one in all_]
        )
        if reply.status_code == 303:
            self.told["consultations"].append(here.rpartition("/")[2])


async def all_of_them(address, many, thinking, seed):
    told = {
        what: []
        for what in ("sign in", "start", "begin", "shown", "saved", "finished", "pages", "consultations", "wrong")
    }
    told["unanswered"] = 0
    everybody = [Pharmacist(address, number, thinking, seed, told) for number in range(many)]
    for one in everybody:  # signing in costs what it is meant to cost, so they come one after the other as in a morning
        await one.sign_in()
    told["sign in"].clear()
    print("everybody is there", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    await asyncio.gather(*(one.work() for one in everybody))
    return told


if __name__ == "__main__":
    address, many, thinking, seed = sys.argv[1:]
    print(json.dumps(asyncio.run(all_of_them(address, int(many), float(thinking), seed))))
