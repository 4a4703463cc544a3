"""A medicine that may be offered to one person, with what has to be weighed before it is."""

from collections.abc import Mapping
from enum import Enum

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import MET, NOT_KNOWN, Answers
from pharmacyfirst.kernel.dose import Amount, DoseRow, Supplied
from pharmacyfirst.kernel.pgd import PGD, Caution
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.kernel.rule import Rule


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
class Instructed:
    """An instruction that comes with an offer, by its id in the document: how, and why: the answers by which it may apply, none for everybody."""

    id: str
    says: str
    arises: Arises
    why: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A medicine that may be offered, with the dose and quantity worked out for this person from its PGD's table."""

    pgd: PGD
    row: DoseRow
    dose: Amount
    supplied: tuple[Supplied, ...]
    cautions: tuple[Raised, ...]
    open_items: tuple[str, ...]
    instructions: tuple[Instructed, ...] = ()

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
        arises = arising(caution, answers)
        if arises is not None:
            found.append(Raised(caution, arises))
    return tuple(found)


_ARISES = {None: Arises.ALWAYS, MET: Arises.APPLIES, NOT_KNOWN: Arises.ASK}


def arising(rule: Rule, answers: Answers) -> Arises | None:
    """How a rule that comes with an offer arises for somebody; None where it is known not to."""
    return _ARISES.get(rule.sentence.verdict(answers) if rule.sentence is not None else None)


def instructed(pgd: PGD, declared: Mapping[str, Question], answers: Answers) -> tuple[Instructed, ...]:
    """The instructions of a PGD that come with an offer: all but those known not to apply, so that of an unknown fact every one is shown."""
    found = []
    for one in pgd.instructions:
        if (arises := arising(one, answers)) is not None:
            read = one.sentence.facts() if one.sentence is not None else ()
            why = "; ".join(f"{declared[name].in_short}: {declared[name].in_words(answers.get(name))}" for name in read)
            found.append(Instructed(one.id, one.says, arises, why))
    return tuple(found)
