"""What a running process goes by now: the content and the adoption as they stand on disk, read again as soon as a file changes.

A suspension or a withdrawal is a change of a file. Ask ``now`` before each permit, and within every minute besides: it compares name, size,
time and number of every file, and once a minute their bytes too, because a time can be put back. What cannot be read permits nothing.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pharmacyfirst.authority.adoption import Adoption
from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.content.library import Library, load
from pharmacyfirst.errors import PharmacyFirstError

TRUST_FOR = 55.0  # seconds for which a file that looks the same is taken to hold the same

FileStamp = tuple[str, int, int, int]
_NO_CONTENT = "The content cannot be read any more. Mend it (pharmacyfirst check): nothing may be supplied until then."
_NO_ADOPTION = "The adoption record cannot be read. Mend it (pharmacyfirst adopt): nothing may be supplied until then."


@dataclass(frozen=True, slots=True)
class InForceNow:
    """The content and the adoption that hold now. ``trouble`` says why nothing may be permitted by them; empty where nothing is wrong.

    Where the content cannot be read any more, ``library`` is the last that could, to end what is under way; ``adoption`` is None then.
    """

    library: Library
    adoption: Adoption | None
    trouble: str = ""


class Watch:
    """Watches a folder of content and an adoption file. Raises ``ContentRefused`` where the content cannot be read at first.

    ``ticks`` gives seconds that only go forward; a clock that people set would not do.
    """

    def __init__(self, content: Path, adoption: Path | None = None, ticks: Callable[[], float] = monotonic):
        self._content, self._adoption, self._ticks = content, adoption, ticks
        # As they are before anything is read: what changes meanwhile is read again at the next call.
        self._looks, self._bytes, self._compared_at = self._stamps(), self._digest(), ticks()
        self._library = load(content)
        self._now = self._with_adoption()

    def now(self) -> InForceNow:
        """What holds now. A change on disk is seen by the next call, or, where nothing but bytes changed, within a minute."""
        looks, at = self._stamps(), self._ticks()
        if looks != self._looks or at - self._compared_at >= TRUST_FOR:
            held = self._digest()
            if held != self._bytes:
                self._now = self._read_again()
            # Both as they were before it was read: what changes meanwhile is read again at the next call.
            self._looks, self._bytes, self._compared_at = looks, held, at
        return self._now

    def _read_again(self) -> InForceNow:
        try:
            self._library = load(self._content)
        except (PharmacyFirstError, OSError):
            return InForceNow(self._library, None, _NO_CONTENT)
        return self._with_adoption()

    def _with_adoption(self) -> InForceNow:
        try:
            return InForceNow(self._library, read_adoption(self._adoption) if self._adoption is not None else None)
        except (PharmacyFirstError, OSError):
            return InForceNow(self._library, None, _NO_ADOPTION)

    def _files(self) -> list[str]:
        content = sorted(_yaml_in(str(self._content)))
        return [*content, *([str(self._adoption)] if self._adoption is not None else [])]

    def _stamps(self) -> list[FileStamp]:
        """Name, size, time and number of every file."""
        return [_stamp(one) for one in self._files()]

    def _digest(self) -> str:
        """The bytes of every file, under its name."""
        return _digest_of(part for one in self._files() for part in (one.encode(), _bytes(one)))


def _yaml_in(folder: str) -> Iterator[str]:
    """The YAML files of a folder and of those in it: asked several times for each page, so without an object for every path."""
    try:
        with os.scandir(folder) as found:
            entries = [*found]
    except OSError:
        return
    for one in entries:
        if one.is_dir(follow_symlinks=False):
            yield from _yaml_in(one.path)
        elif one.name.endswith(".yaml"):
            yield one.path


def _digest_of(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _stamp(path: str) -> FileStamp:
    try:
        found = os.stat(path)
    except OSError:
        return (path, -1, -1, -1)
    return (path, found.st_size, found.st_mtime_ns, found.st_ino)


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b"cannot be read"
