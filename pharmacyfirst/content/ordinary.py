"""Ordinary files, each opened once and never waited for."""

import os
import stat
from pathlib import Path


def bytes_of(path: Path, most: int) -> bytes | None:
    """What an ordinary file holds, of one too big ``most`` bytes; None of a pipe, a device, a folder or a link that leads nowhere."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(opened, "rb") as file:
            # Something else may have been put there meanwhile; a pipe opened so is not waited for either.
            return file.read(most) if stat.S_ISREG(os.fstat(opened).st_mode) else None
    except OSError:
        return None
