"""The API as its tests call it: the whole application, with clocks that are set by hand, and a store in a folder of the test."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sound_records import library
from starlette.testclient import TestClient

from pharmacyfirst.api.keys import API, Keys, Scope
from pharmacyfirst.api.serve import ApiSettings, application
from pharmacyfirst.content.adoption_written import written
from pharmacyfirst.record.examples import example_adoption
from pharmacyfirst.store import open_store

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DAY = "2026-11-21"
CONDITION = "uncomplicated-uti"
MAILBOX = "X26ABC1"
HERE = "http://localhost:8090"
ACCOUNT = (EXAMPLES / "account-uti.json").read_bytes()
AS_IF = "2026-11-21T10:42:00+00:00"
LINES = (EXAMPLES / "consultations.jsonl").read_bytes().splitlines()


class Clock:
    """England's time as the test sets it."""

    def __init__(self, at=datetime(2026, 11, 21, 14, 21, tzinfo=UTC)):
        self.at = at

    def __call__(self):
        return self.at


class Ticks:
    """Seconds that go by as the test says."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


class Caller:
    """Somebody who calls, with a key or without one."""

    def __init__(self, client, key=""):
        self.client, self.key = client, key

    def get(self, path, **query):
        return self.client.get(
            path, params=query or None, headers=self.headers()
        )  # {} would take the path's own query away

    def post(self, path, body, once="", kind="application/json", **query):
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        more = {"content-type": kind} | ({"idempotency-key": once} if once else {})
        return self.client.post(path, content=content, params=query or None, headers=self.headers() | more)

    def headers(self):
        return {"authorization": f"Bearer {self.key}"} if self.key else {}


@contextmanager
def calling(data=None, key="", clock=None, ticks=None, base=HERE, **settings):
    """The API as it runs; without ``data`` it keeps nothing and needs no key."""
    app = application(
        ApiSettings(data=data, **settings),
        clock=clock or Clock(),
        ticks=ticks or Ticks(),
    )
    with TestClient(app, base_url=base, raise_server_exceptions=False) as client:
        yield Caller(client, key)


def a_key(data, *scopes, clock=None, days=90, holder="Our PMR"):
    """A key for the store in a folder, made as the command makes it: its text."""
    clock = clock or Clock()
    with open_store(data, clock) as store:
        keys = Keys(store.ledger, store.ledger.reserve(API), Ticks())
        return keys.make(holder, scopes or tuple(Scope), days, "A. Pharmacist", clock())[0]


def revoked(data, key):
    with open_store(data, Clock()) as store:
        return Keys(store.ledger, store.ledger.reserve(API), Ticks()).revoke(key[4:16], "A. Pharmacist", Clock()())


def adopted(folder, condition=CONDITION):
    """The example's adoption of a condition, in a file."""
    path = folder / "adoption.yaml"
    pathway = library().in_force(condition, datetime.fromisoformat(DAY).date())
    path.write_text(written(example_adoption(pathway)), encoding="utf-8")
    return path


def input_object(facts, condition=CONDITION, as_of=DAY):
    return {"pathway": condition, "as_of": as_of, "facts": facts}


def refused(reply, code, status):
    """The problem of a reply that is refused; it has none of the keys of an assessment."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{code}"
    assert not problem.keys() & {"outcome", "offers", "pgd"}
    return problem
