"""Anchors: how many events there were and what the last one's digest was, kept outside the ledger.

The chain of digests finds whatever was edited inside it. Somebody who cuts off its end, or puts an older copy or another store in its place,
leaves a chain that fits: only what was written elsewhere tells. Each line of the file is one anchor. Keep a copy on another machine, or on paper.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pharmacyfirst.ledger import Ledger, LedgerDamaged
from pharmacyfirst.store.deeds import StoreRefused

_LINE = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64}) (\S{1,40})")
_LONGEST = 200  # bytes of a line


@dataclass(frozen=True, slots=True)
class Anchor:
    """How many events there were, the digest of the last, and the time (UTC) when that was so."""

    length: int
    head: str
    at: str

    def __str__(self) -> str:
        return f"{self.length} {self.head} {self.at}"


def read_anchor(line: str) -> Anchor:
    """An anchor as it was printed. Raises ``StoreRefused``."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise StoreRefused("An anchor is a number, 64 letters and digits, and a time: copy the whole line.")
    return Anchor(int(found[1]), found[2], found[3])


def anchor_of(ledger: Ledger, at: str) -> Anchor:
    """The anchor of a ledger as it stands."""
    length = ledger.length
    return Anchor(length, ledger.digest_at(length), at)


def add_anchor(path: Path, anchor: Anchor) -> None:
    """Write an anchor at the end of a file, on disk when this returns. A line that a power cut left unfinished is taken away first."""
    made = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    try:
        size = os.fstat(made).st_size
        tail = os.pread(made, _LONGEST, max(0, size - _LONGEST))
        os.ftruncate(made, size - (len(tail) - (tail.rfind(b"\n") + 1)))
        os.write(made, f"{anchor}\n".encode())
        os.fsync(made)
    finally:
        os.close(made)


def anchors_in(path: Path, newest: bool = False) -> tuple[Anchor, ...]:
    """The anchors of a file, or the ``newest`` alone; none where there is no file. Raises ``LedgerDamaged``.

    A last line that a power cut left unfinished is passed over.
    """
    if not path.exists():
        return ()
    with path.open("rb") as file:
        if newest:
            file.seek(max(0, path.stat().st_size - 2 * _LONGEST))
        lines = file.read().decode("utf-8", "replace").split("\n")[:-1]
    try:
        return tuple(map(read_anchor, lines[-1:] if newest else lines))
    except StoreRefused:
        raise LedgerDamaged("The file of anchors is not what was written. Compare with a copy of it.") from None


def must_hold(ledger: Ledger, anchor: Anchor) -> None:
    """Raises ``LedgerDamaged`` where the ledger is not the one that the anchor was taken of, or lacks its end."""
    if not anchor.length:
        return
    if ledger.length < anchor.length:
        gone = f"the events after event {ledger.length} are gone"
        raise LedgerDamaged(
            f"There were {anchor.length} events at {anchor.at}, and {gone}: an end was cut off, or this is an older copy."
        )
    if ledger.digest_at(anchor.length) != anchor.head:
        raise LedgerDamaged(
            f"Event {anchor.length} is not the one that was there at {anchor.at}: this is another store, or it was written anew."
        )
