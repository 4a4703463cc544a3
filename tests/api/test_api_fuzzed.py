"""Whatever is sent to a call, it answers or refuses: no server error, no word in the log, and nothing but a problem where it refuses.

Schemathesis makes the requests from the description, good ones and spoiled ones. Every age of every condition, and every answer and the bounds
of every question, are gone through one by one: the server says what the package says. `make thorough PART=api` does it with large numbers.
"""

import json
import os
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import profiles  # noqa: F401  (how many examples are tried)
import pytest
import schemathesis
from calling import DAY, MAILBOX, a_key, adopted, calling, input_object
from hypothesis import HealthCheck, Phase, given, settings
from lines_written import lines_written
from schemathesis.generation import GenerationMode
from shares import of_each
from shipped import cases_of
from sound_records import library
from thorough.api import modes_of

from pharmacyfirst.api.app import CALLS
from pharmacyfirst.contract.answers import answer_line
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import write
from pharmacyfirst.log import Lines

MANY = os.environ.get("PHARMACYFIRST_EXAMPLES")  # set by `make thorough`
COUNTED = os.environ.get("PHARMACYFIRST_COUNTED")  # likewise: a file to which a run adds how many requests it made
FEW = {"next_question", "conditions", "deal_with", "messages", "ready"}
MADE = [call for call in CALLS if MANY or call.name in FEW]
ON = date.fromisoformat(DAY)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server with everything: a store, a key for all, an adoption, a mailbox; and its log."""
    folder, made = tmp_path_factory.mktemp("fuzzed"), []
    data = folder / "data"
    more = {"adoption": adopted(folder), "mailbox": MAILBOX, "rate": 1e9, "burst": 1e9}
    with lines_written(Lines.ERRORS) as lines, calling(data, a_key(data), **more) as caller:
        caller.client.event_hooks["request"].append(made.append)
        yield caller, lines
    if COUNTED:
        with open(COUNTED, "a", encoding="ascii") as file:
            file.write(f"{len(made)}\n")


@pytest.fixture(scope="module")
def operations(served):
    caller, _ = served
    schema = schemathesis.openapi.from_dict(caller.get("/openapi.json").json())
    found = {}
    for one in schema.get_all_operations():
        operation = one.ok()
        found[operation.method.upper(), operation.path] = operation
    return found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("call", MADE, ids=lambda call: f"{call.method} {call.path}")
def test_a_call_answers_or_refuses(served, operations, call, mode):
    caller, lines = served
    operation = operations[call.method, call.path]
    if mode is GenerationMode.NEGATIVE and modes_of(call) == ["positive"]:
        return  # there is nothing to spoil

    @settings(
        max_examples=int(MANY or 3),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
        derandomize=not MANY,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case):
        asked = case.as_transport_kwargs(base_url="http://localhost:8090")
        headers = {name: _bytes(value) for name, value in {**(asked.get("headers") or {}), **caller.headers()}.items()}
        reply = caller.client.request(
            asked["method"],
            asked["url"],
            headers=headers,
            params=asked.get("params"),
            json=asked.get("json"),
            content=_bytes(asked.get("data")),
        )
        assert reply.status_code < 500 or reply.status_code == 501, reply.text
        if reply.status_code >= 400:
            assert reply.headers["content-type"] == "application/problem+json"
            assert json.loads(reply.content)["code"]

    answers()
    assert lines() == []


def _bytes(body):
    return body if body is None or isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


@cache
def baseline(condition):
    """The first case of a condition that is supplied, or measured next, as a server is sent it: everything known."""
    found = [case for case in cases_of(library(), condition) if case.expected.kind.key in ("supply", "measure_next")]
    return {name: [*one] if isinstance(one, tuple) else one for name, one in found[0].facts.items()}


def ages(condition):
    """Everybody from a newborn to somebody of 120, on their birthday where the day of birth is asked."""
    if "date_of_birth" in library().in_force(condition, ON).questions:
        yield from ({"date_of_birth": date(ON.year - years, ON.month, ON.day).isoformat()} for years in range(121))
    else:
        yield from ({"age_years": years} for years in range(121))


def answers_and_bounds(condition):
    """Every answer that is one of a few; at, beside and past each bound of each number; every whole number; the days around each birthday."""
    for question in library().in_force(condition, ON).questions.values():
        for choice in (None, True, False, *(one.name for one in question.choices)):
            yield {question.name: choice}
            yield {question.name: [choice]}
        for bound in (question.low, question.high):
            if bound is not None:
                yield from (
                    {question.name: bound + step} for step in (Decimal(-1), Decimal("-0.1"), 0, Decimal("0.1"), 1)
                )
        if question.answer.value == "whole number" and question.low is not None and question.high is not None:
            yield from ({question.name: number} for number in range(int(question.low), int(question.high) + 1))
    for changes in ages(condition):
        if "date_of_birth" in changes:
            born = date.fromisoformat(changes["date_of_birth"])
            yield from ({"date_of_birth": (born + timedelta(days=days)).isoformat()} for days in (-1, 1))


@pytest.mark.parametrize("condition", of_each(library().conditions))
def test_every_age_answer_and_bound_comes_out_as_the_package_says(served, condition):
    caller, lines = served
    count = 0
    for changes in (*ages(condition), *(answers_and_bounds(condition) if MANY else ())):
        facts = {**baseline(condition), **changes}
        if "date_of_birth" in changes:
            facts.pop("age_years", None)
        line = write(input_object(facts, condition)).encode()
        reply = caller.post("/v1/assessments", line)
        try:
            wanted, status = f"{answer_line(library(), line)}\n", 200
        except Refused as refused:
            wanted, status = refused.fact, 422
        assert reply.status_code == status, changes
        assert (reply.text if status == 200 else reply.json()["fact"]) == wanted, changes
        count += 1
    assert count >= 121
    assert lines() == []
