"""The whole store as JSON lines, and back: every event with its digest, so that what was imported is what was exported, to the last byte.

The first line says what the file is, then comes an event a line, then a mark a line, and the last line says how many events there were and what
the digest of the last was. Attachments stand in base64. A file tells who the patients are: keep it as the store is kept.
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pharmacyfirst import exact
from pharmacyfirst.errors import Refused
from pharmacyfirst.ledger import Ledger, LedgerEvent, as_text, open_ledger
from pharmacyfirst.ledger.file import take_away
from pharmacyfirst.ledger.places import place_in
from pharmacyfirst.store.deeds import MOST_BYTES, StoreRefused
from pharmacyfirst.store.kept import Clock
from pharmacyfirst.store.store import FILE, NAME, open_store

WHAT, FORMAT = "the store of pharmacyfirst", 1
_WRONG = "is not what export wrote. Nothing was imported: export again, or take another copy."


class ImportRefused(StoreRefused):
    """The file is no export, or not all of one; says which line. Nothing was imported."""


def export_lines(ledger: Ledger) -> Iterator[str]:
    """All that is committed, a line at a time, each with its line break."""
    yield _line({"what": WHAT, "format": FORMAT})
    length, head = 0, ""
    for event in ledger.walk():
        length, head = event.position, event.digest
        yield _line({"event": _plain(event)})
    for mark in ledger.marks():
        yield _line({"mark": [*mark]})
    yield _line({"end": {"length": length, "head": head}})


def _plain(event: LedgerEvent) -> dict[str, Any]:
    told = {name: getattr(event, name) for name in ("position", "stream", "number", "kind", "body", "digest")}
    return told | {"at": as_text(event.at), "attached": b64encode(event.attached).decode()}


def _line(held: dict[str, Any]) -> str:
    return json.dumps(held, ensure_ascii=False, sort_keys=True) + "\n"


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, none of them longer than any that export writes: what is longer comes in parts, and is refused."""
    yield from iter(lambda: file.readline(MOST_BYTES), b"")


def import_store(lines: Iterable[bytes], folder: Path, clock: Clock) -> int:
    """Make a store of what was exported, in a folder that has none yet; how many events it has.

    Every digest is worked out again and has to be the one of the file. It is made beside and gets its name when all of it is on disk.
    Raises ``ImportRefused``.
    """
    place = place_in(folder, NAME)
    if place.exists():
        raise StoreRefused(
            "There is a store in this folder. Name another folder: nothing is ever imported over a store."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / f"{FILE}.importing"
    take_away(beside)
    try:
        with closing(open_ledger(beside)) as ledger:
            length = _read(lines, ledger)
        place.put(beside)
    finally:
        take_away(beside)
    with open_store(folder, clock) as store:
        store.verify()
    return length


def _read(lines: Iterable[bytes], ledger: Ledger) -> int:
    marks: dict[str, set[tuple[str, str]]] = {}
    ended = False
    with ledger.transaction():
        for number, line in enumerate(lines, 1):
            held = _object(line, number)
            if ended or (number == 1) != ("what" in held):
                raise ImportRefused(f"Line {number} {_WRONG}")
            if number == 1:
                _must_be_ours(held)
            elif "event" in held:
                _append(ledger, held["event"], number)
            elif "mark" in held:
                name, value, stream = _texts(held["mark"], number)
                marks.setdefault(stream, set()).add((name, value))
            else:
                ended = held.get("end") == {"length": ledger.length, "head": ledger.head}
                if not ended:
                    raise ImportRefused(f"Line {number} {_WRONG}")
        if not ended:
            raise ImportRefused("The file has no last line: not all of it is there. Nothing was imported.")
        for stream, found in marks.items():
            ledger.mark(stream, found)
    return ledger.length


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        held = exact.read(line, MOST_BYTES)
    except Refused:
        held = None
    if not isinstance(held, dict) or len(held) != (2 if number == 1 else 1):
        raise ImportRefused(f"Line {number} {_WRONG}")
    return held


def _must_be_ours(held: dict[str, Any]) -> None:
    if held.get("what") != WHAT:
        raise ImportRefused(f"Line 1 {_WRONG}")
    if held.get("format") != FORMAT:
        raise ImportRefused("Another version of the program wrote this file: import it with that version.")


def _append(ledger: Ledger, held: Any, number: int) -> None:
    try:
        attached, at = b64decode(held["attached"], validate=True), datetime.fromisoformat(held["at"])
        made = ledger.append(held["stream"], held["kind"], held["body"], at, attached)
        same = _plain(made) == held
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
        same = False
    if not same:
        raise ImportRefused(f"Line {number}: the event {_WRONG}")


def _texts(held: Any, number: int) -> tuple[str, str, str]:
    if isinstance(held, list) and len(held) == 3 and all(isinstance(one, str) for one in held):
        return (held[0], held[1], held[2])
    raise ImportRefused(f"Line {number} {_WRONG}")
