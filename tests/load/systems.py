"""Systems at once that call the API, as a program of its own: each finishes one consultation after the other, under an Idempotency-Key each.

    python systems.py ADDRESS MANY KEY

They work until standard input ends. Whoever got no answer, because the server was killed, calls again with the same Idempotency-Key until it has
one; every third call is made twice. What is printed at the end is one JSON object: the milliseconds of each call, the id that was answered for
each Idempotency-Key, how often there was no answer, what was wrong.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import httpx2

ROOT = Path(__file__).resolve().parents[2]
AS_IF = "2026-11-21T10:42:00+00:00"
over = threading.Event()  # nobody begins anything any more


def account():
    """The account of the example, of a consultation of its own; its permit was named to the other."""
    held = json.loads((ROOT / "examples" / "account-uti.json").read_text(encoding="utf-8"))
    held.pop("id")
    for one in held["supplies"]:
        one.pop("permit", None)
    return json.dumps(held)


async def works(client, told):
    turn = 0
    while not over.is_set():
        once, turn = str(uuid4()), turn + 1
        for _ in range(1 + (turn % 3 == 0)):
            await call(client, once, told)


async def call(client, once, told):
    """One consultation, called for until it is answered; the same one where it was called for before."""
    while True:
        begun = time.perf_counter()
        try:
            reply = await client.post(
                "/v1/consultations", params={"at": AS_IF}, content=account(), headers={"idempotency-key": once}
            )
        except httpx2.TransportError:
            told["unanswered"] += 1
            await asyncio.sleep(0.2)
            continue
        told["calls"].append(round((time.perf_counter() - begun) * 1000, 2))
        if reply.status_code != 201:
            told["wrong"].append(f"{reply.status_code} {reply.json().get('code')}")
        elif told["ids"].setdefault(once, reply.json()["id"]) != reply.json()["id"]:
            told["wrong"].append("another consultation under the same Idempotency-Key")
        return


async def all_of_them(address, many, key):
    told = {"calls": [], "ids": {}, "unanswered": 0, "wrong": []}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    clients = [httpx2.AsyncClient(base_url=address, headers=headers, timeout=60) for _ in range(many)]
    print("everybody is there", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    await asyncio.gather(*(works(one, told) for one in clients))
    return told


if __name__ == "__main__":
    print(json.dumps(asyncio.run(all_of_them(sys.argv[1], int(sys.argv[2]), sys.argv[3]))))
