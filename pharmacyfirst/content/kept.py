"""Content that was read and checked once, kept as plain data, so that the next start need not read it again.

What is kept goes by the ``key`` of the content. It lies
beside the content in a wheel, or in the user's own cache folder. It is data alone (``plain``): nothing that is kept is ever run. What is
half written, altered, somebody else's or of another key is not used, and is written again.
"""

import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pharmacyfirst.content import plain
from pharmacyfirst.content.key import PACKAGE, digest_of

FOLDER_VARIABLE = "PHARMACYFIRST_CACHE"
"""Where it is kept, in place of the user's cache folder; empty: nowhere."""

SHIPPED = "kept-content"  # beside the content of a wheel
REST = ""  # the part that belongs to no condition
MOST_BYTES = 50_000_000
MOST_KEPT = 8
AN_HOUR = 3600
Parts = Mapping[str, tuple[Any, ...]]


def cache_folder() -> Path | None:
    """The user's own folder for what can be made again; None where there is none."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    usual = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    try:
        above = Path(usual) if usual and Path(usual).is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # nobody's home
        return None
    return above / "pharmacyfirst"


def kept(root: Path, key: str, only: str | None = None) -> Parts | None:
    """The parts that are kept for a key, or the one of a condition where there is one; None where there is nothing that can be used."""
    for path, ours in _places(root, key):
        parts = _read(path, key, only, ours)
        if parts is not None:
            return parts
    return None


def _places(root: Path, key: str) -> Iterator[tuple[Path, bool]]:
    """Where it may lie, and whether it has to be this user's own there: what a wheel brought is whoever installed it."""
    if root == Path(PACKAGE, "shipped", "pathways"):
        yield root.parent / SHIPPED, False
    folder = cache_folder()
    if folder is not None:
        yield folder / f"{key}.content", True


def _read(path: Path, key: str, only: str | None, ours: bool) -> Parts | None:
    try:
        with open(path, "rb") as file:
            held = os.fstat(file.fileno())
            if not stat.S_ISREG(held.st_mode) or held.st_size > MOST_BYTES or (ours and not _is_ours(held)):
                return None
            return _parts(file.read(), key, only)
    except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError, AttributeError):
        return None  # whatever is wrong with it, it is made again


def _is_ours(held: os.stat_result) -> bool:
    """Whether a file is this user's, and nobody else may write it."""
    if not hasattr(os, "getuid"):
        return True  # Windows keeps others out of a user's own folder
    return held.st_uid == os.getuid() and not held.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _parts(raw: bytes, key: str, only: str | None) -> Parts | None:
    said_at = raw.index(b"\n") + 1
    body_at = raw.index(b"\n", said_at) + 1
    said = raw[said_at : body_at - 1]
    if digest_of(said).encode() != raw[: said_at - 1]:
        return None
    head = json.loads(said)
    if head["key"] != key or len(raw) - body_at != sum(size for _, size, _ in head["parts"].values()):
        return None
    found = {}
    for name, (first, size, part_digest) in head["parts"].items():
        if only is not None and name != only:
            continue
        part = raw[body_at + first : body_at + first + size]
        if digest_of(part) != part_digest:
            return None
        found[name] = plain.made(part)
    return found


def keep(key: str, parts: Parts, path: Path | None = None) -> bool:
    """Keep parts for a key, in the user's cache folder or as ``path``; False where that cannot be done, which changes nothing else."""
    folder = cache_folder()
    if path is None and folder is None:
        return False
    import tempfile  # it takes long to start, and most starts keep nothing

    target = path or Path(folder or "") / f"{key}.content"
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".new")
        try:
            with open(handle, "wb") as file:
                file.write(_written(key, parts))
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise
        if path is None:
            _few(target.parent)
    except (OSError, TypeError):
        return False
    return True


def _written(key: str, parts: Parts) -> bytes:
    body, places = b"", {}
    for name, things in parts.items():
        part = plain.written(things).encode()
        places[name] = (len(body), len(part), digest_of(part))
        body += part
    head = json.dumps({"key": key, "parts": places}).encode()
    return b"\n".join([digest_of(head).encode(), head, body])


def _few(folder: Path) -> None:
    """The newest of what is kept; older content, and what a start that was cut off left, goes."""
    each = sorted(folder.glob("*.content"), key=lambda one: one.stat().st_mtime, reverse=True)
    cut_off = [one for one in folder.glob(".*.new") if one.stat().st_mtime < time.time() - AN_HOUR]
    for path in (*each[MOST_KEPT:], *cut_off):
        path.unlink(missing_ok=True)
