"""The key of a folder of content: SHA-256 over the name and the bytes of everything that the loader would read, and over our own version.

What was made of content is used again for this key alone. Standard library alone, and little of it: every start works out the key.
"""

import os
from collections.abc import Iterator

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
MOST_ENTRIES = 1000
PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
# Their bytes are no part of a library.
_NOT_LOADED = ("cases.yaml", "invariants.yaml")


def key_of(root: str | os.PathLike[str], version: str | None = None) -> str | None:
    """The key of the content under a folder; None where it cannot be told, or is more than any content of ours.

    ``version`` stands in place of our own.
    """
    said = sha256(f"{FORMAT} {version or version_of_ours()}\n".encode())
    try:
        for count, (name, path, is_folder) in enumerate(_inside(os.fspath(root), "")):
            loaded = name.endswith(".yaml") and os.path.basename(name) not in _NOT_LOADED and not is_folder
            said.update(f"{name}\0{_digest(path) if loaded else is_folder}\n".encode("utf-8", "surrogateescape"))
            if count > MOST_ENTRIES:
                return None
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


def _digest(path: str) -> str:
    if not os.path.isfile(path):  # a pipe would be waited for
        raise OSError("no plain file")
    with open(path, "rb") as file:
        return sha256(file.read()).hexdigest()


def version_of_ours() -> str:
    """Our version; in a checkout, where the code changes and the number does not, with the digest of the code that content goes through."""
    if not os.path.isfile(os.path.join(os.path.dirname(PACKAGE), "pyproject.toml")):
        return __version__
    said = sha256()
    for room in ("kernel", "content", "fast"):
        for name in sorted(os.listdir(os.path.join(PACKAGE, room))):
            if name.endswith(".py"):
                said.update(_digest(os.path.join(PACKAGE, room, name)).encode())
    return f"{__version__} {said.hexdigest()}"
