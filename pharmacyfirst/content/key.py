"""The key of a folder of content: a digest over the name and the bytes of everything that the loader would read, and over our own version.

What was made of content is used again for this key alone. Standard library alone, and little of it: every start works out the key.
"""

import os
from itertools import islice
from stat import S_ISREG

from pharmacyfirst import __version__

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from collections.abc import Iterator
    from hashlib import blake2b as blake2b
else:
    # That of hashlib, which brings OpenSSL along: to start it takes longer than all of this, and 4 MB.
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b

FORMAT = 2
MOST_ENTRIES = 500  # files and folders: more is more than anybody reviews
MOST_BYTES = 1_000_000  # of a file
MOST_BYTES_IN_ALL = 20_000_000
PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_TO_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe is not waited for
# Their bytes are no part of a library.
_NOT_LOADED = ("cases.yaml", "invariants.yaml", "hazards.yaml")


def digest_of(raw: bytes) -> str:
    """The digest that keys and seals what is kept: BLAKE2b (RFC 7693) of 256 bits in hexadecimal.

    It is as strong as SHA-256 and takes a quarter of the time; what people sign and compare stays SHA-256.
    """
    return blake2b(raw, digest_size=32).hexdigest()


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
    whole = 0
    try:
        said = [f"{FORMAT} {version or version_of_ours()}"]
        entries = [*islice(_inside(os.fspath(root), ""), MOST_ENTRIES + 1)]
        if len(entries) > MOST_ENTRIES:
            return None
        for name, path, is_folder in entries:
            loaded = name.endswith(".yaml") and os.path.basename(name) not in _NOT_LOADED and not is_folder
            raw = _bytes(path) if loaded else b""
            whole += len(raw)
            if held is not None and loaded:
                held[name] = raw
            if whole > MOST_BYTES_IN_ALL:
                return None
            said.append(f"{name}\0{digest_of(raw) if loaded else is_folder}")
    except OSError:
        return None
    return digest_of("\n".join(said).encode("utf-8", "surrogateescape"))


def _inside(folder: str, under: str) -> "Iterator[tuple[str, str, bool]]":
    with os.scandir(folder) as entries:
        each = sorted(entries, key=lambda one: one.name)
    for entry in each:
        is_folder = entry.is_dir()
        yield f"{under}{entry.name}", entry.path, is_folder
        if is_folder:
            yield from _inside(entry.path, f"{under}{entry.name}/")


def _bytes(path: str) -> bytes:
    handle = os.open(path, _TO_READ)
    try:
        held = os.fstat(handle)
        if not S_ISREG(held.st_mode):
            raise OSError("no plain file")
        if held.st_size > MOST_BYTES:
            raise OSError("larger than any content of ours")
        # Room for one byte more than there should be: asking for as much as is allowed takes longer than the reading.
        raw = os.read(handle, held.st_size + 1)
    finally:
        os.close(handle)
    if len(raw) != held.st_size:
        raise OSError("it changed while it was read")
    return raw


def version_of_ours() -> str:
    """Our version; in a checkout, where the code changes and the number does not, with the digest of the code that content goes through."""
    if not os.path.isfile(os.path.join(os.path.dirname(PACKAGE), "pyproject.toml")):
        return __version__
    said = []
    for room in ("kernel", "content", "fast"):
        for name in sorted(os.listdir(os.path.join(PACKAGE, room))):
            if name.endswith(".py"):
                said.append(digest_of(_bytes(os.path.join(PACKAGE, room, name))))
    return f"{__version__} {digest_of(''.join(said).encode())}"
