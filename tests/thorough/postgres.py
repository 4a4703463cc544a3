"""Part `postgres`: the morning of the store kept in PostgreSQL, its program killed and its server killed, as often each as the size says."""

import random
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from thorough.part import Part

AT_ONCE = 25


def _power():
    """The tests' own module, with what it stands on; imported late, because no other part needs a store."""
    folder = str(Path(__file__).resolve().parents[1] / "store")
    if folder not in sys.path:
        sys.path.append(folder)
    import power_in_postgres

    return power_in_postgres


@contextmanager
def _server():
    from own_postgres import OwnPostgres

    server = OwnPostgres()
    try:
        yield server
    finally:
        server.end()


def kills(of, start, many, seed):
    """Every statement in turn, in an order of its own each time round."""
    power = _power()
    killed = {"program": power.program_killed, "server": power.server_killed}[of]
    with _server() as server:
        statements = power.steps_to_kill(server)
        for number in range(start, start + many):
            turn = random.Random(f"{of} {seed} {number // statements}").sample(range(1, statements + 1), statements)
            killed(server, turn[number % statements])
    return {f"kills of the {of}": many}


def pieces(size, seed):
    for start in range(0, size, AT_ONCE):
        many = min(AT_ONCE, size - start)
        for of in ("program", "server"):
            yield f"{of} {start + 1} to {start + many}", partial(kills, of, start, many, seed)


PART = Part(
    name="postgres",
    property="nothing that a store in PostgreSQL acknowledged is lost, and of what was under way all or nothing is there, program or server killed anywhere",
    test="tests/store/test_power_in_postgres.py",
    size=500,
    counts="kills of the program, and as many of the server",
    pieces=pieces,
)
