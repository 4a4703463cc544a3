"""``population.yaml``: who comes to Pharmacy First, as far as it is known, and what is assumed of the rest.

It is read for made-up consultations and for nothing else; no pathway depends on it. Each block says where its shares come from, or that they are assumed.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from pharmacyfirst.content.filled_in import FilledIn, Words, read_filled_in

FILE = "population.yaml"
HARM = "A population other than it was meant to be gives figures of nobody."
MEND = "Mend it as docs/synth.md shows."


def _whole(words: object) -> object:
    return int(words) if isinstance(words, str) and words.isascii() and words.isdigit() else words


Parts = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=100_000_000)]
InTenThousand = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=10_000)]
ByWords = dict[Words, Parts]
FromTo = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9])?( to [0-9]{1,3}(\.[0-9])?)?$")]


class Known(FilledIn):
    """What stands behind a block: ``evidence``, graded and with its sources, or what is ``assumed``; one of the two."""

    evidence: Words | None = None
    assumed: Words | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.evidence is None) == (self.assumed is None):
            raise ValueError("say evidence, or what is assumed, and not both")
        return self


class Shares(Known):
    """How a whole is shared out: parts of no fixed sum, by what they are parts of."""

    shares: ByWords = Field(min_length=1)

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if not any(self.shares.values()):
            raise ValueError("give at least one share that is not nought")
        return self


class Unusual(Known):
    """Of a question that nothing is said of: how many in 10,000 give another answer than the usual patient of the cases."""

    in_ten_thousand: InTenThousand = Field(alias="in 10,000")


class Unanswered(Known):
    """How many consultations in 10,000 lack answers, and how many answers in 10,000 each of these lacks."""

    consultations: InTenThousand = Field(alias="consultations in 10,000")
    answers: InTenThousand = Field(alias="of their answers in 10,000")


class PharmaciesByHabit(Known):
    """How many pharmacies there are. Of these the first sees most: the share of each is one by its place and ``beside`` added."""

    count: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=40_000)]
    beside: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=1_000)]


class Weights(Known):
    """From which weight to which, in kg, people of an age are made; ages as ``1`` or ``12 to 120``."""

    ages: dict[FromTo, FromTo] = Field(min_length=1)


MONTHS = tuple(f"{month:02}" for month in range(1, 13))


class MadeUpPeople(FilledIn):
    """The whole file. ``answers`` has, for ``every condition`` and for each by its id, questions or several joined by ``and``."""

    sources: dict[Words, Words]
    conditions: Shares
    months: Shares
    pharmacies: PharmaciesByHabit
    unusual: Unusual
    unanswered: Unanswered
    weights: Weights
    answers: dict[Words, dict[Words, Shares]]

    @model_validator(mode="after")
    def _every_month(self) -> Self:
        if tuple(sorted(self.months.shares)) != MONTHS:
            raise ValueError("under months give a share for each from 01 to 12, in two digits")
        return self

    def lacking(self, consultations: int) -> Self:
        """The same people, of whom so many consultations in 10,000 lack answers."""
        unanswered = self.unanswered.model_copy(update={"consultations": consultations})
        return self.model_copy(update={"unanswered": unanswered})


_ENTRIES = (MadeUpPeople, Shares, PharmaciesByHabit, Unusual, Unanswered, Weights)


def read_population(path: Path) -> MadeUpPeople:
    """The people that a file describes. Raises ``ContentRefused`` with every mistake."""
    return read_filled_in(path, FILE, MadeUpPeople, _ENTRIES, MEND, HARM)
