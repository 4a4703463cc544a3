"""One round of the sender in a process of its own, which kills itself (SIGKILL) before its nth step.

A step is everything that changes something outside memory, or tells of it: each question to MESH, before it is put and after its answer,
and each BEGIN, INSERT and COMMIT in the database.

    python killed_round.py OUTBOX SETTINGS TIME N

Where it is not killed, it prints how many steps there were.
"""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.sending.mesh import Mailbox, MeshSettings
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.rounds import send_round
from pharmacyfirst.sending.standing import Waits

steps = 0


def step(statement="MESH"):
    global steps
    if statement.split()[0] not in ("MESH", "BEGIN", "INSERT", "COMMIT"):
        return
    steps += 1
    if steps == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)


class SteppedMailbox(Mailbox):
    """A mailbox that counts a step before and after each call."""

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name not in ("handshake", "send", "find", "status", "waiting", "read", "acknowledge"):
            return found

        def stepped(*given):
            step()
            answer = found(*given)
            step()
            return answer

        return stepped


def main():
    outbox_file, settings, at = sys.argv[1:4]
    ledger = open_ledger(Path(outbox_file))
    outbox = Outbox(ledger)
    ledger._database.connection.set_trace_callback(step)
    with SteppedMailbox(MeshSettings(**json.loads(settings))) as mailbox:
        done = send_round(outbox, mailbox, lambda: datetime.fromisoformat(at), Waits())
    if done.trouble:
        sys.exit(done.trouble)
    print(steps)


main()
