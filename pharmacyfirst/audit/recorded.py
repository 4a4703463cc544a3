"""What was recorded of one consultation, as a row of the table says it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pharmacyfirst.audit.table import RECORDED, WHAT_WAS_RECORDED
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.outcome import Kind


class WhatWasRecorded(NamedTuple):
    """The columns that begin with ``recorded_``; None is what nobody recorded."""

    outcome: str | None = None
    pgd: str | None = None
    dose: Decimal | None = None
    dose_unit: str | None = None
    times_a_day: int | None = None
    days: int | None = None
    quantity: Decimal | None = None
    quantity_unit: str | None = None
    version: str | None = None
    pgd_version: str | None = None
    digest: str | None = None

    @property
    def kind(self) -> Kind | None:
        """The outcome as a kind; None where none was recorded."""
        return None if self.outcome is None else Kind[self.outcome.upper()]

    @property
    def supply(self) -> Mapping[str, Any]:
        """What was recorded of a supply alone, by the names of the columns without ``recorded_``."""
        return {name: value for name, value in self._asdict().items() if name not in _OF_ANY}

    @property
    def supplied(self) -> bool:
        """Whether a medicine was supplied: the outcome says so, or nothing was recorded but the supply."""
        return self.kind is Kind.SUPPLY or (
            self.outcome is None and any(one is not None for one in self.supply.values())
        )


_OF_ANY = ("outcome", "version", "digest")


def recorded_of(row: Mapping[str, Any]) -> WhatWasRecorded:
    """What a row says was recorded; a float is read as the decimal that it prints as."""
    held: dict[str, Any] = {}
    for column in WHAT_WAS_RECORDED:
        value = row.get(column.name)
        held[column.name.removeprefix(RECORDED)] = Decimal(repr(value)) if isinstance(value, float) else value
    return WhatWasRecorded(**held)


def amount_in_words(amount: Decimal | None, unit: str | None) -> str:
    """A number with its unit, for instance ``500 mg``; what nobody recorded is a question mark."""
    return f"{'?' if amount is None else plain(amount)} {unit or '?'}"
