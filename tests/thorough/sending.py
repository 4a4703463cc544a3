"""Part `sending`: the outbox under any weather, as in tests/sending/test_weather.py, for so many steps that rare weather comes together too."""

from functools import partial

from thorough.part import Part
from weather.must import Broken
from weather.world import run

AT_ONCE = 100_000


def some(steps, seed):
    try:
        counted = run(seed, steps)
    except Broken as found:
        raise AssertionError(str(found)) from None
    return {what: counted[what] for what in FIGURES if what in counted}


FIGURES = (
    "steps", "rounds", "kills", "turns of another sender", "jumps of the clock", "messages", "copies that MESH took", "answers kept",
    "poison", "damaged messages",
)  # fmt: skip


def pieces(size, seed):
    for number, start in enumerate(range(0, size, AT_ONCE)):
        steps = min(AT_ONCE, size - start)
        yield f"steps {start + 1} to {start + steps}", partial(some, steps, f"{seed}/{number}")


PART = Part(
    name="sending",
    property="no message is lost, none is sent twice without a trace, and whatever waits too long is shown, in any weather",
    test="tests/sending/test_weather.py",
    size=10_000_000,
    counts="steps",
    pieces=pieces,
)
