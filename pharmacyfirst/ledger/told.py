"""What the ledger raises, and the database's own errors in our words."""

import sqlite3

from pharmacyfirst.errors import PharmacyFirstError


class LedgerUnusable(PharmacyFirstError):
    """The ledger cannot be opened, read or written; a change under way was undone. The words are about the file."""


class NotKnownWhetherSaved(LedgerUnusable):
    """The connection was lost while something was being saved, and nobody can be asked whether it was: look before doing it again."""


class LedgerDamaged(PharmacyFirstError):
    """Something in the ledger is not what was written; says which event. Do not rely on it: put a copy back, and find out why."""


class NoOffset(PharmacyFirstError, ValueError):
    """A time does not say how far it is from UTC; nothing was written."""


class InOurWords:
    """What the database cannot do, said as ours."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: object) -> None:
        if isinstance(error, sqlite3.Error | OSError):
            told = LedgerUnusable(f"The ledger cannot be used: {getattr(error, 'strerror', None) or error}.")
            try:
                raise told from None
            finally:
                told.__context__ = None  # the error holds the path, and a path may be a patient's name
