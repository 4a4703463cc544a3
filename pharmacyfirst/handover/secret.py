"""The secret that a pharmacy system shows when it hands a patient over: made at every start, in a file that its owner alone can read."""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pharmacyfirst.errors import PharmacyFirstError

# What browsers send of themselves and programs do not. A page in a browser must never hand over a patient: its author might be anybody.
_OF_A_BROWSER = frozenset({"cookie", "origin", "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user"})  # fmt: skip
_WITHHELD = stat.S_IRWXG | stat.S_IRWXO


class SecretUnusable(PharmacyFirstError):
    """The file of the secret cannot be made or read, or others could read it. The words are about the file, and do not name it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What has to be shown. Its words stand in the file alone; here is their digest."""

    _digest: bytes = field(repr=False)

    def is_shown(self, given: str) -> bool:
        """Whether this is it; every answer takes the same time."""
        return hmac.compare_digest(self._digest, _digest_of(given))


def make_secret(path: Path) -> Secret:
    """A new secret in a file of mode 600; the one before it, if there was one, opens nothing any more. Raises ``SecretUnusable``.

    It is written beside the file first and then put in its place, so that nobody reads half of one, or one through a link of somebody else's.
    """
    words = secrets.token_urlsafe(32)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        written = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.fchmod(written, 0o600)  # whatever the mask of this process is
            os.write(written, f"{words}\n".encode())
            os.fsync(written)
        finally:
            os.close(written)
        os.replace(beside, path)
        return Secret(_digest_of(words))
    except OSError as error:
        beside.unlink(missing_ok=True)
        why = error.strerror
    raise SecretUnusable(f"The file of the secret cannot be written: {why}. Nobody can hand over a patient.")


def read_secret(path: Path) -> str:
    """The words of the secret, for whoever hands over on this machine. Raises ``SecretUnusable``, also where others could read the file."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            held = os.fstat(opened)
            words = os.read(opened, 200).decode("ascii", "replace").strip()
        finally:
            os.close(opened)
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    else:
        if stat.S_ISREG(held.st_mode) and not held.st_mode & _WITHHELD:
            return words
        why = "could be read by others, or is no file: start the program again, which makes a new one"
    raise SecretUnusable(f"The file of the secret {why}. Nothing was handed over.")


def sent_by_a_browser(headers: Iterable[str]) -> bool:
    """Whether a request with headers of these names comes from a browser, which may not hand over a patient."""
    return not _OF_A_BROWSER.isdisjoint(name.lower() for name in headers)


def _digest_of(words: str) -> bytes:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()
