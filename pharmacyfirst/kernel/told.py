"""What an outcome says to people: in words, why, where to, and what to say to the patient, in order.

Made from the findings that decided and from the content's own words, so that page, letter, message and JSON say one thing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import NOT_KNOWN, Includes, within
from pharmacyfirst.kernel.evidence import PATIENT, Statement
from pharmacyfirst.kernel.offer import Arises, Offer
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway, Row
from pharmacyfirst.kernel.pgd import Clause
from pharmacyfirst.kernel.rule import Finding, Judged

_IN_WORDS = {
    Kind.EMERGENCY: "Send to A&E now",
    Kind.REFER_URGENT: "Refer the same day",
    Kind.NOT_ELIGIBLE: "Not eligible for this service",
    Kind.REFER: "Refer",
    Kind.ALTERNATIVE_DIAGNOSIS: "Another cause is more likely",
    Kind.DECLINED: "Declined",
    Kind.MEASURE_NEXT: "Measure again, as the next pathway says",
    Kind.SELF_CARE: "Self-care, no medicine under a PGD",
    Kind.SUPPLY: "May be supplied",
    Kind.NEED_FACTS: "Not decided: refer unless you can find out",
}

# Of what a PGD says to the patient, in the order in which it is said.
SAID_OF_A_MEDICINE = ("counselling", "warnings", "adverse effects", "storage", "follow-up")


def in_words(outcome: Outcome) -> str:
    """What to do, in a line: the first thing a pharmacist sees. It permits nothing."""
    words = "Dial 999 now" if outcome.destination == EMERGENCY_999 else _IN_WORDS[outcome.kind]
    return f"{words}, {within_in_words(outcome.within_days)}" if outcome.within_days else words


def within_in_words(days: int) -> str:
    """A time in whole weeks where it is two or more of them, else in days: ``within 3 weeks``."""
    number, unit = (days // 7, "week") if days % 7 == 0 and days > 7 else (days, "day")
    return f"within {number} {unit}{'s' if number > 1 else ''}"


EITHER_WAY = "one of the ways it could turn out, all of which come to the same"


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the things that decided: its id, why in words, and to whom the person goes; empty where it says nothing of that."""

    id: str
    says: str
    where_to: str = ""


def reasons(
    pathway: Pathway, outcome: Outcome, deciding: Iterable[Finding[Judged]], known: Mapping[str, Any]
) -> Iterator[Reason]:
    """Why the outcome is what it is: each finding that decided, in the words of the content.

    Where a row is not known its own words, and those of the rows below it, would tell as an answer what nobody asked.
    """
    by_kind = pathway.where_to.get(outcome.kind)
    else_to = by_kind.says if by_kind is not None else ""
    open_ = False
    for finding in deciding:
        item = finding.item
        open_ = open_ or finding.verdict is NOT_KNOWN
        if item.pgd:
            yield Reason(finding.id, ruled_out(pathway, item, known))
        elif isinstance(item, Row):
            left = item.where_nothing if outcome.kind is not Kind.SUPPLY else ""
            yield Reason(finding.id, EITHER_WAY if open_ else item.reason, left or item.where_to or else_to)
        else:
            yield Reason(finding.id, item.reason, item.where_to or else_to)


def _begun(words: str) -> str:
    """Words at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def ruled_out(pathway: Pathway, item: Judged, known: Mapping[str, Any]) -> str:
    """That a medicine is ruled out, and by what: the answer itself where the clause looks for one of a list."""
    medicine = pathway.pgds[item.pgd].medicine
    if not isinstance(item, Clause):
        return f"{_begun(medicine)} is ruled out: {item.reason}"
    barring = [
        choice.says or choice.name
        for one in (within(item.sentence) if item.sentence is not None else ())
        if isinstance(one, Includes) and one.barred
        for choice in pathway.questions[one.fact].choices
        if choice.name in one.values and choice.name in (known.get(one.fact) or ())
    ]
    return f"{_begun(medicine)} is ruled out: {', '.join(barring) or item.says}"


def where_to(pathway: Pathway, outcome: Outcome, if_not_answered: Kind | None, why: Iterable[Reason]) -> str:
    """To whom the person goes, and by when: what decided says, else what the pathway says of such an outcome; empty for nobody."""
    if outcome.kind is Kind.NEED_FACTS:
        said = pathway.where_to.get(if_not_answered) if if_not_answered is not None else None
        return said.says if said is not None else ""
    return next((one.where_to for one in why if one.where_to), "")


SAFETY_NETTING, OF_THE_MEDICINE, ADVICE = PARTS = ("safety-netting", "about the medicine", "advice")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to say to the patient: under which of ``PARTS``, and the words.

    ``source`` is the id of the statement, or the document and the heading it stands under; ``pgd`` and ``forms`` say of which
    medicine it is, and with which forms of product alone it is said; empty for all.
    """

    part: str
    says: str
    source: str
    pgd: str = ""
    forms: tuple[str, ...] = ()


def to_say(safety_netting: Iterable[Statement], offers: Iterable[Offer], advice: Iterable[Statement]) -> Iterator[Said]:
    """What to say to the patient, in this order: when to get help, about each medicine offered, and advice."""
    yield from (Said(SAFETY_NETTING, one.says, one.id) for one in safety_netting)
    for offer in offers:
        yield from _of_the_medicine(offer)
    yield from (Said(ADVICE, one.says, one.id) for one in advice)


def _of_the_medicine(offer: Offer) -> Iterator[Said]:
    forms = offer.forms
    for heading in SAID_OF_A_MEDICINE:
        for one in offer.pgd.particulars.get(heading, ()):
            if PATIENT in one.audience and not (one.forms and forms.isdisjoint(one.forms)):
                yield Said(OF_THE_MEDICINE, one.says, f"{offer.pgd.id}: {heading}", offer.pgd.id, one.forms)
    for told in offer.instructions:
        if told.arises is not Arises.ASK:  # what may apply is for the professional, who asks
            yield Said(OF_THE_MEDICINE, told.says, told.id, offer.pgd.id)
    for raised in offer.cautions:
        caution = raised.caution
        if PATIENT in caution.audience and raised.arises is not Arises.ASK:  # what was not asked is not yet for them
            words = f"{_begun(caution.says)}: {caution.action}"
            yield Said(OF_THE_MEDICINE, words, caution.id, offer.pgd.id, caution.forms)
