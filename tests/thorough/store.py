"""Part `store`: the morning of tests/store/power.py, killed before a statement and cut off by a power cut, as often each as the size says."""

import random
import sys
from functools import partial
from pathlib import Path

from thorough.part import Part

AT_ONCE = 50


def _power():
    """The tests' own module, with what it stands on; imported late, because no other part needs a store."""
    folder = str(Path(__file__).resolve().parents[1] / "store")
    if folder not in sys.path:
        sys.path.append(folder)
    import power

    return power


def kills(start, many, seed):
    """Every statement in turn, in an order of its own each time round."""
    power = _power()
    statements = power.steps_to_kill()
    for number in range(start, start + many):
        turn = random.Random(f"{seed} {number // statements}").sample(range(1, statements + 1), statements)
        power.killed(turn[number % statements])
    return {"kills": many}


def cuts(many, seed):
    return {"power cuts": len(_power().cuts(many, seed))}


def pieces(size, seed):
    for start in range(0, size, AT_ONCE):
        many = min(AT_ONCE, size - start)
        yield f"kills {start + 1} to {start + many}", partial(kills, start, many, seed)
        yield f"power cuts {start + 1} to {start + many}", partial(cuts, many, f"{seed}/{start}")


PART = Part(
    name="store",
    property="nothing that the store acknowledged is lost, and of what was under way all or nothing is there, killed or cut off anywhere",
    test="tests/store/test_power.py",
    size=1_000,
    counts="kills, and as many power cuts",
    pieces=pieces,
)
