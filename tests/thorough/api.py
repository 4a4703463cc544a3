"""Part `api`: whatever is sent to a call of the JSON API, it answers or refuses, without a server error; all ages and bounds come out as the package says.

Schemathesis makes the requests from the description: so many to each call, of good ones and of spoiled ones.
"""

from functools import partial

from thorough.part import Part, tests_passed

from pharmacyfirst import load
from pharmacyfirst.api.app import CALLS

TEST = "tests/api/test_api_fuzzed.py"
MODES = 2  # good requests and spoiled ones


def judge(call, many, seed):
    """So many requests to one call of each kind."""
    assert tests_passed([TEST], f"answers_or_refuses and {call.method} and {_only(call)}", many, seed) >= MODES
    return {"requests": MODES * many}


def _only(call):
    """The words of a path by which pytest chooses; a call that shares them with another is gone through with it."""
    return " and ".join(word for word in call.path.strip("/").replace("{", "").replace("}", "").split("/"))


def judge_bounds(conditions, seed):
    assert tests_passed([TEST], "all_ages_and_bounds", 1, seed) == conditions
    return {"conditions at every age and bound": conditions}


def pieces(size, seed):
    for call in CALLS:
        yield f"{call.method} {call.path}", partial(judge, call, max(1, size // (MODES * len(CALLS))), seed)
    yield "ages and bounds", partial(judge_bounds, len(load().conditions), seed)


PART = Part(
    name="api",
    property="whatever is sent to a call of the JSON API, it answers or refuses with a problem: no server error; all ages and bounds come out as the package says",
    test=TEST,
    size=100_000,
    counts="requests",
    pieces=pieces,
)
