"""The folder that an audit writes into: of one run at a time, and of one input unless whoever runs it says to replace what is there."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pharmacyfirst.audit.run import begun_of
from pharmacyfirst.errors import PharmacyFirstError

REPORT, NUMBERS = "report.html", "numbers.json"
WRITTEN = ("findings.parquet", "set-aside.parquet", "pharmacy-months.parquet", REPORT, NUMBERS)
"""What an audit leaves there."""
OF = "of"
"""The key of ``numbers.json`` that says what it was made of."""


class NotIntoThisFolder(PharmacyFirstError):
    """Nothing is audited into a folder that holds results of another input, or that another run uses now."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other run writes into the folder meanwhile. Raises ``NotIntoThisFolder`` where one does."""
    if sys.platform == "win32":  # no such lock there
        yield
        return
    import fcntl

    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotIntoThisFolder(_USED) from None
        yield
    finally:
        os.close(held)


def made_of(key: Mapping[str, str], everything: bool) -> dict[str, str]:
    """What the results of a run are of: by the digests of its source and of the content, and which numbers they show."""
    return {"digest": key["digest"], "content": key["content"], "numbers": "all" if everything else "large"}


def refuse_others(folder: Path, made: Mapping[str, str]) -> None:
    """Raises ``NotIntoThisFolder`` where the folder holds what another input, or nobody knows what, left there."""
    there = [name for name in WRITTEN if (folder / name).exists()]
    if not there:
        return
    begun = begun_of(folder)  # a run that was stopped while it put its results down goes on
    if all(begun.get(name) == made[name] for name in ("digest", "content")):
        return
    try:
        of = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))[OF]
    except (OSError, ValueError, KeyError, TypeError):
        of = None
    if of != made:
        raise NotIntoThisFolder(_OTHERS)


_USED = "Another run audits into the folder of --out now. Wait for it, or name another folder. Nothing was audited."
_OTHERS = (
    "The folder of --out holds results of another file, other content or other options, or files of somebody else. Name another folder, or "
    "give --replace to write over them. Nothing was audited."
)
