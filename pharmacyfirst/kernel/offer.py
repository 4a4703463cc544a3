"""A medicine that may be offered to one person, with what has to be weighed before it is."""

from dataclasses import dataclass
from enum import Enum

from pharmacyfirst.kernel.conditions import MET, NOT_MET, Answers
from pharmacyfirst.kernel.dose import Amount, DoseRow, Supplied
from pharmacyfirst.kernel.pgd import PGD, Caution


class Arises(Enum):
    """How a caution comes with an offer: for everybody, for this person, or not ruled out, so that somebody has to ask."""

    ALWAYS = "always"
    APPLIES = "applies"
    ASK = "ask"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Raised:
    """A caution that comes with an offer, and how."""

    caution: Caution
    arises: Arises


@dataclass(frozen=True, slots=True)
class Offer:
    """A medicine that may be offered, with the dose and quantity worked out for this person from its PGD's table."""

    pgd: PGD
    row: DoseRow
    dose: Amount
    supplied: tuple[Supplied, ...]
    cautions: tuple[Raised, ...]
    open_items: tuple[str, ...]

    @property
    def forms(self) -> frozenset[str]:
        """The forms of all products that may be supplied by it."""
        return frozenset(one.product.form for one in self.supplied)


def raised(pgd: PGD, forms: frozenset[str], answers: Answers) -> tuple[Raised, ...]:
    """The cautions of a PGD that come with an offer in one of these forms: all but those known not to arise for the person."""
    found = []
    for caution in pgd.cautions:
        if caution.forms and forms.isdisjoint(caution.forms):
            continue
        verdict = caution.sentence.verdict(answers) if caution.sentence is not None else None
        if verdict is not NOT_MET:
            arises = Arises.ALWAYS if verdict is None else Arises.APPLIES if verdict is MET else Arises.ASK
            found.append(Raised(caution, arises))
    return tuple(found)
