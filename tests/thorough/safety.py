"""Part `safety`: the properties of tests/safety, each with many made-up consultations for each condition."""

from functools import partial

from thorough.part import Part, tests_passed

from pharmacyfirst import load

TESTS = "tests/safety/test_rules.py"


def judge(condition, size, seed):
    properties = tests_passed([TESTS], f"{condition} and not {ONCE}", size, seed)
    return {"conditions": 1, "consultations": properties * size}


# Those that take no examples, or the same ones every time.
ONCE = "(nothing_known or day_before or day_after or reach_every_verdict or rule_8)"


def pieces(size, seed):
    for condition in load().conditions:
        yield condition, partial(judge, condition, size, seed)


PART = Part(
    name="safety",
    property="the rules of every pathway hold for made-up consultations",
    test=TESTS,
    size=6_000,
    counts="consultations for each property and condition",
    pieces=pieces,
)
