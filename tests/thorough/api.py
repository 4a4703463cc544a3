"""Part `api`: whatever is sent to a call of the JSON API, it answers or refuses, without a server error; every age, answer and bound comes out as the package says.

Schemathesis makes the requests from the description: so many to each call, of good ones and of spoiled ones. What is counted is what was sent.
"""

import os
import tempfile
from functools import partial
from pathlib import Path

from thorough.part import Part, tests_passed

from pharmacyfirst import load
from pharmacyfirst.api.app import CALLS

TEST = "tests/api/test_api_fuzzed.py"
EVERY_AGE = "test_every_age_answer_and_bound_comes_out_as_the_package_says"


def modes_of(call):
    """Good requests, and spoiled ones where there is something to spoil."""
    return ["positive", "negative"] if call.has_body or call.query or "{" in call.path else ["positive"]


def sent(tests, many, seed):
    """Runs these tests, and returns how many requests they made."""
    with tempfile.TemporaryDirectory() as folder:
        counted = os.environ["PHARMACYFIRST_COUNTED"] = str(Path(folder, "counted"))
        assert tests_passed([f"{TEST}::{one}" for one in tests], "", many, seed) == len(tests)
        return sum(map(int, Path(counted).read_text(encoding="ascii").split()))


def judge(call, many, seed):
    tests = [f"test_a_call_answers_or_refuses[{call.method} {call.path}-{mode}]" for mode in modes_of(call)]
    return {"requests": sent(tests, many, seed)}


def judge_ages(condition, seed):
    return {"requests": sent([f"{EVERY_AGE}[{condition}]"], 1, seed), "conditions at every age, answer and bound": 1}


def pieces(size, seed):
    conditions = load().conditions
    for condition in conditions:
        yield f"every age, answer and bound of {condition}", partial(judge_ages, condition, seed)
    many = max(1, size // sum(len(modes_of(call)) for call in CALLS))
    for call in CALLS:
        yield f"{call.method} {call.path}", partial(judge, call, many, seed)


PART = Part(
    name="api",
    property="whatever is sent to a call of the JSON API, it answers or refuses with a problem: no server error; every age, answer and bound comes out as the package says",
    test=TEST,
    size=100_000,
    counts="requests",
    pieces=pieces,
)
