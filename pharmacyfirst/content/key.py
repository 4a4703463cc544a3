"""The key of a folder of content: SHA-256 over the name and the bytes of everything that the loader would read, and over our own version.

What was made of content is used again for this key alone. Standard library alone, and little of it: every start works out the key.
"""

import os
from collections.abc import Iterator
from itertools import islice

from pharmacyfirst import __version__

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from hashlib import sha256
else:
    # The same digests as those of hashlib, which brings OpenSSL along: that takes longer to start than this takes, and 4 MB.
    try:
        from _sha2 import sha256
    except ImportError:  # before Python 3.12
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256

FORMAT = 1
MOST_ENTRIES = 500  # files and folders: more is more than anybody reviews
MOST_BYTES = 1_000_000  # of a file
MOST_BYTES_IN_ALL = 20_000_000
PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
# Their bytes are no part of a library.
_NOT_LOADED = ("cases.yaml", "invariants.yaml", "hazards.yaml")


class FolderSeen:
    """A folder of content as it was looked at once: its ``key``, None where it has none, and the bytes of the files that went into it.

    Who reads the content takes them from here, so that what is kept for a key is made of the very bytes that the key is of, whatever is done to
    the folder meanwhile.
    """

    __slots__ = ("_files", "_missed", "key")

    def __init__(self, root: str | os.PathLike[str]):
        self._files: dict[str, bytes] = {}
        self._missed = False
        self.key = key_of(root, held=self._files)

    def taken(self, name: str) -> bytes | None:
        """The bytes of a file by its name below the folder, once; None where it was not there, or could not be read."""
        raw = self._files.pop(name, None)
        self._missed = self._missed or raw is None
        return raw

    @property
    def was_all(self) -> bool:
        """Whether every file that was looked at has been taken, and nothing else was asked for."""
        return not self._missed and not self._files


def key_of(
    root: str | os.PathLike[str], version: str | None = None, held: dict[str, bytes] | None = None
) -> str | None:
    """The key of the content under a folder; None where it cannot be told, or is more than any content of ours.

    ``version`` stands in place of our own. The bytes of each file are put into ``held``, by its name below the folder.
    """
    said = sha256(f"{FORMAT} {version or version_of_ours()}\n".encode())
    whole = 0
    try:
        entries = [*islice(_inside(os.fspath(root), ""), MOST_ENTRIES + 1)]
        if len(entries) > MOST_ENTRIES:
            return None
        for name, path, is_folder in entries:
            loaded = name.endswith(".yaml") and os.path.basename(name) not in _NOT_LOADED and not is_folder
            raw = _bytes(path) if loaded else b""
            whole += len(raw)
            if held is not None and loaded:
                held[name] = raw
            if len(raw) > MOST_BYTES or whole > MOST_BYTES_IN_ALL:
                return None
            said.update(
                f"{name}\0{sha256(raw).hexdigest() if loaded else is_folder}\n".encode("utf-8", "surrogateescape")
            )
    except OSError:
        return None
    return said.hexdigest()


def _inside(folder: str, under: str) -> Iterator[tuple[str, str, bool]]:
    with os.scandir(folder) as entries:
        each = sorted(entries, key=lambda one: one.name)
    for entry in each:
        is_folder = entry.is_dir()
        yield f"{under}{entry.name}", entry.path, is_folder
        if is_folder:
            yield from _inside(entry.path, f"{under}{entry.name}/")


def _bytes(path: str) -> bytes:
    if not os.path.isfile(path):  # a pipe would be waited for
        raise OSError("no plain file")
    with open(path, "rb") as file:
        return file.read(MOST_BYTES + 1)


def version_of_ours() -> str:
    """Our version; in a checkout, where the code changes and the number does not, with the digest of the code that content goes through."""
    if not os.path.isfile(os.path.join(os.path.dirname(PACKAGE), "pyproject.toml")):
        return __version__
    said = sha256()
    for room in ("kernel", "content", "fast"):
        for name in sorted(os.listdir(os.path.join(PACKAGE, room))):
            if name.endswith(".py"):
                said.update(sha256(_bytes(os.path.join(PACKAGE, room, name))).digest())
    return f"{__version__} {said.hexdigest()}"
