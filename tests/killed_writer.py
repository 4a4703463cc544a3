"""A finished consultation and its queued message, written in one transaction by a process that kills itself before its nth step.

A step is each statement that begins, writes or ends something. Where it is not killed, it prints how many steps there were.

    python killed_writer.py LEDGER N
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from pharmacyfirst.ledger import open_ledger

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
steps = 0


def step(statement):
    global steps
    if statement.split()[0] not in ("BEGIN", "SAVEPOINT", "INSERT", "COMMIT"):
        return
    steps += 1
    if steps == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)


def main():
    ledger = open_ledger(Path(sys.argv[1]))
    ledger._database.set_trace_callback(step)
    with ledger.transaction():
        ledger.append("consultation/1", "finished", "{}", NOON)
        ledger.append("outbox/message/1", "queued", "{}", NOON)
        ledger.mark("outbox/message/1", {("to send", "1")})
    print(steps)


main()
