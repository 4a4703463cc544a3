"""A finished consultation and its queued message, written in one transaction by a process that kills itself before its nth step.

A step is each statement that begins, writes or ends something. Where it is not killed, it prints how many steps there were.

    python killed_writer.py FOLDER N
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from pharmacyfirst.ledger.places import place_in

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
steps = 0


def main():
    ledger = place_in(Path(sys.argv[1]), "ledger").open()
    rows = ledger._database.rows

    def step(statement, *given):
        global steps
        if statement.split()[0] in ("BEGIN", "SAVEPOINT", "INSERT", "COMMIT"):
            steps += 1
            if steps == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
        return rows(statement, *given)

    ledger._database.rows = step
    with ledger.transaction():
        ledger.append("consultation/1", "finished", "{}", NOON)
        ledger.append("outbox/message/1", "queued", "{}", NOON)
        ledger.mark("outbox/message/1", {("to send", "1")})
    print(steps)


main()
