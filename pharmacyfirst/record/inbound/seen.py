"""What was seen in a source, before it is known whether it bears on anything: allergies, medicines, findings, flags, consents."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from pharmacyfirst.record.inbound.days import Span


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry of a source: its words and codes, when it was recorded, and what the source says of it. Shown whether or not it suggests anything.

    ``when`` is a whole day; where the source gives a month or a year alone it is None, and ``part`` the days that may be meant.
    ``doubt`` says why it is not taken as it stands (refuted, entered by mistake, another person's); then it suggests nothing.
    """

    words: str = field(repr=False)
    entry: str
    when: date | None = None
    codes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=(), repr=False)
    doubt: str = ""
    part: Span | None = None
    kind: ClassVar[str] = "entry"
    called: ClassVar[str] = "the record says"

    @property
    def first_day(self) -> date | None:
        """The first day that it may be of."""
        return self.when or (self.part.first if self.part else None)

    @property
    def last_day(self) -> date | None:
        """The last day that it may be of."""
        return self.when or (self.part.last if self.part else None)

    @property
    def dated(self) -> str:
        """The day, or the month or year as the source writes it; nothing where it gives none."""
        return str(self.when) if self.when else self.part.words if self.part else ""


@dataclass(frozen=True, slots=True)
class AllergySeen(Seen):
    """An allergy or other reaction, wherever it stands; ``severe`` where the entry itself says so.

    ``texts`` are all texts of the entry that may name what the reaction was to: its words, its notes, the substances of its reactions.
    """

    kind: ClassVar[str] = "allergy"
    called: ClassVar[str] = "the record lists an allergy or reaction"
    severe: bool = False
    texts: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MedicineSeen(Seen):
    """A medicine; ``current`` where it stands on the current list. ``when`` is that of the last issue, as far as it is given."""

    kind: ClassVar[str] = "medicine"
    called: ClassVar[str] = "the record lists a medicine"
    current: bool = False


@dataclass(frozen=True, slots=True)
class FindingSeen(Seen):
    """A coded problem or observation; ``plain`` where it is a code alone, neither resolved nor with a value that may turn it over."""

    kind: ClassVar[str] = "finding"
    plain: bool = True


@dataclass(frozen=True, slots=True)
class FlagSeen(Seen):
    """A flag: something that whoever opens the record is to know first.

    ``requirement``: it is an individual requirement or reasonable adjustment, category RA of BaRS (standards.md 2.3).
    """

    kind: ClassVar[str] = "flag"
    called: ClassVar[str] = "a flag says"
    requirement: bool = False


@dataclass(frozen=True, slots=True)
class ConsentSeen(Seen):
    """What a source says of the patient's consent; ``given`` only where it is active and nothing in it denies."""

    kind: ClassVar[str] = "consent"
    called: ClassVar[str] = "consent"
    given: bool = False
