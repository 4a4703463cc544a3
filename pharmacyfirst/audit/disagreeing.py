"""Where one record and the pathway disagree: what was recorded, beside the assessment of the same facts on the same day.

This is what a finding means, said once, for one consultation. Whole tables are looked through faster (``agreeing``), and every row that does
not plainly agree is judged here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from pharmacyfirst.audit.doses import least_allowed
from pharmacyfirst.audit.recorded import WhatWasRecorded, amount_in_words
from pharmacyfirst.audit.table import RECORDED
from pharmacyfirst.kernel.assess import Person, consider
from pharmacyfirst.kernel.dose import Amount, Pack
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.trace import Assessment


class FindingKind(Enum):
    """The ways in which a record and the pathway can disagree. ``value`` is the word in the findings, ``says`` what it means."""

    RED_FLAG = "red_flag_passed_over"
    EXCLUDED = "supplied_though_excluded"
    NOT_INDICATED = "supplied_though_not_indicated"
    FACTS_MISSING = "facts_missing"
    MEDICINE = "wrong_medicine"
    DOSE = "wrong_dose"
    TIMES = "wrong_times_a_day"
    DAYS = "wrong_days"
    QUANTITY = "wrong_quantity"
    OUT_OF_DATE = "document_out_of_date"
    NOT_SUPPLIED = "offered_not_supplied"
    OUTCOME = "other_outcome"
    NOT_RECORDED = "not_recorded"
    CONTRADICTS = "contradicts_itself"

    __hash__ = object.__hash__

    @property
    def words(self) -> str:
        """As people read it, for instance ``red flag passed over``."""
        return self.value.replace("_", " ")

    @property
    def says(self) -> str:
        """What it means."""
        return _MEANS[self]


_MEANS = {
    FindingKind.RED_FLAG: "The pathway says emergency or same day; the record says something less urgent, or a supply.",
    FindingKind.EXCLUDED: "A medicine was supplied; a stopping criterion, or an exclusion of the PGD, rules it out.",
    FindingKind.NOT_INDICATED: "A medicine was supplied; the treatment table offers none to such a person.",
    FindingKind.FACTS_MISSING: "It was decided though facts were not known that can change the outcome. To refer somebody of whom it cannot be found out, as the pathway says, is no finding.",
    FindingKind.MEDICINE: "Another medicine was supplied than any that is offered.",
    FindingKind.DOSE: "Another amount, or another unit, each time than the dose row of this person has.",
    FindingKind.TIMES: "Another number of times a day.",
    FindingKind.DAYS: "Another number of days; where the document says none, any is right.",
    FindingKind.QUANTITY: "Another quantity than any product of the dose row may have: of a range, more than the most, or less than the least where the document allows no less.",
    FindingKind.OUT_OF_DATE: "Another version of a document was used than the one in force on the day, or a PGD on a day when it was not in force.",
    FindingKind.NOT_SUPPLIED: "A medicine could have been supplied, and was not. There are good reasons for that.",
    FindingKind.OUTCOME: "The record says another outcome, in any other way.",
    FindingKind.NOT_RECORDED: "The outcome, or something about a supply, is not recorded.",
    FindingKind.CONTRADICTS: "The record says something of a supply, and an outcome that is none.",
}


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One way in which the record of a consultation and the pathway disagree.

    ``recorded`` and ``says`` are what the record and the pathway say, in short. ``criteria`` are the ids of what decided, or bars the
    medicine; ``facts`` those that were not known, or of ``not_recorded`` the columns that hold nothing.
    """

    kind: FindingKind
    recorded: str
    says: str
    criteria: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


ALIKE = Decimal("0.000001")  # numbers that differ by less are the same: a file may hold 12.600000000000001
_REFERRED = (Kind.EMERGENCY, Kind.REFER_URGENT, Kind.REFER)
_OF_A_SUPPLY = ("pgd", "dose", "dose_unit", "times_a_day", "days", "quantity", "quantity_unit")


def findings_of(found: Assessment, recorded: WhatWasRecorded) -> tuple[AuditFinding, ...]:
    """Every way in which a record disagrees with the assessment of its facts; none where both say the same."""
    return (*_of_consultation(found, recorded), *_of_documents(found, recorded))


def _of_consultation(found: Assessment, recorded: WhatWasRecorded) -> Iterator[AuditFinding]:
    supply = {RECORDED + name: one for name, one in recorded.supply.items()}
    if recorded.outcome is not None and not recorded.supplied and any(one is not None for one in supply.values()):
        said = tuple(name for name, one in supply.items() if one is not None)
        yield AuditFinding(FindingKind.CONTRADICTS, recorded.outcome, found.outcome.kind.key, facts=said)
        return  # what happened is not known, so nothing else is said of it
    lacking = [RECORDED + "outcome"] if recorded.outcome is None else []
    if recorded.supplied:
        lacking += [RECORDED + name for name in _to_be_recorded(found, recorded) if getattr(recorded, name) is None]
    if lacking:
        yield AuditFinding(FindingKind.NOT_RECORDED, "", found.outcome.kind.key, facts=tuple(lacking))
    if recorded.supplied:
        yield from _of_supply(found, recorded)
    elif recorded.kind is not None and recorded.kind is not found.outcome.kind:
        yield from _of_outcome(found, recorded.kind)


def _of_outcome(found: Assessment, kind: Kind) -> Iterator[AuditFinding]:
    """Nothing was supplied, and the pathway says something else."""
    says = found.outcome.kind
    if says is Kind.NEED_FACTS:
        may = found.if_not_answered
        if kind not in _REFERRED or may is None or kind > may:
            yield AuditFinding(FindingKind.FACTS_MISSING, kind.key, says.key, facts=found.missing)
    elif says <= Kind.REFER_URGENT and kind > says:
        yield AuditFinding(FindingKind.RED_FLAG, kind.key, says.key, found.decided_by)
    elif says is Kind.SUPPLY:
        yield AuditFinding(FindingKind.NOT_SUPPLIED, kind.key, _offered(found))
    else:
        yield AuditFinding(FindingKind.OUTCOME, kind.key, says.key, found.decided_by)


def _of_supply(found: Assessment, recorded: WhatWasRecorded) -> Iterator[AuditFinding]:
    """A medicine was supplied: whether any could have been, then whether this one, then how much of it."""
    kind, gave = found.outcome.kind, recorded.pgd or "supply"
    if kind is Kind.SUPPLY:
        offer = next((one for one in found.offers if one.pgd.id == recorded.pgd), None)
        if offer is not None:
            yield from _of_dose(offer, recorded)
        elif recorded.pgd is not None and not _not_in_force(found, recorded):
            barred = _barred(found, recorded.pgd)
            yield AuditFinding(FindingKind.EXCLUDED if barred else FindingKind.MEDICINE, gave, _offered(found), barred)
    elif kind is Kind.NEED_FACTS:
        yield AuditFinding(FindingKind.FACTS_MISSING, gave, kind.key, facts=found.missing)
    elif found.nothing_left:
        if not _not_in_force(found, recorded):
            rows = {row.id for row in found.pathway.treatment}
            yield AuditFinding(
                FindingKind.EXCLUDED, gave, kind.key, tuple(one for one in found.decided_by if one not in rows)
            )
    elif kind <= Kind.REFER_URGENT:
        yield AuditFinding(FindingKind.RED_FLAG, gave, kind.key, found.decided_by)
    else:
        stopped = {one.id for one in found.pathway.stopping}.intersection(found.decided_by)
        yield AuditFinding(
            FindingKind.EXCLUDED if stopped else FindingKind.NOT_INDICATED, gave, kind.key, found.decided_by
        )


def _of_dose(offer: Offer, recorded: WhatWasRecorded) -> Iterator[AuditFinding]:
    """The right document: the dose and the quantity, as far as they were recorded, beside those offered."""
    row = offer.row
    if recorded.dose is not None and not _same(offer.dose, recorded.dose, recorded.dose_unit):
        gave = amount_in_words(recorded.dose, recorded.dose_unit)
        yield AuditFinding(FindingKind.DOSE, gave, offer.dose.as_written(), (row.id,))
    most = row.times_a_day_most or row.times_a_day
    if recorded.times_a_day is not None and not row.times_a_day <= recorded.times_a_day <= most:
        often = str(row.times_a_day) if most == row.times_a_day else f"{row.times_a_day} to {most}"
        yield AuditFinding(FindingKind.TIMES, str(recorded.times_a_day), often, (row.id,))
    if row.days and recorded.days is not None and recorded.days != row.days:
        yield AuditFinding(FindingKind.DAYS, str(recorded.days), str(row.days), (row.id,))
    known = [(one.quantity, one.pack) for one in offer.supplied if one.quantity is not None]
    if recorded.quantity is None or len(known) < len(
        offer.supplied
    ):  # where the document does not say how much, any is right
        return
    if not any(_allowed(most, pack, recorded.quantity, recorded.quantity_unit) for most, pack in known):
        gave = amount_in_words(recorded.quantity, recorded.quantity_unit)
        says = " or ".join(dict.fromkeys(pack.in_words() if pack else most.as_written() for most, pack in known))
        yield AuditFinding(FindingKind.QUANTITY, gave, says, (row.id,))


def _to_be_recorded(found: Assessment, recorded: WhatWasRecorded) -> Iterator[str]:
    """What a record of a supply has to say: for how many days only where the document does; of no document of ours, where any does."""
    pgds = found.pathway.pgds
    offered = [one.row for one in found.offers if one.pgd.id == recorded.pgd]
    pgd = pgds.get(recorded.pgd or "")
    some = pgds.values() if pgd is None else [pgd]
    days = any(row.days for row in offered or (row for one in some for row in one.doses))
    return (name for name in _OF_A_SUPPLY if days or name != "days")


def _allowed(most: Amount, pack: Pack | None, recorded: Decimal, unit: str | None) -> bool:
    """Whether so much of a product may be supplied: what its document says, or where it gives a range (``pack``), what lies in it."""
    least = None if pack is None else least_allowed(pack)
    if least is None or recorded <= 0 or recorded > most.amount:
        return _same(most, recorded, unit)
    return recorded > least - ALIKE and unit in (None, most.unit)


def _same(offered: Amount, recorded: Decimal, unit: str | None) -> bool:
    """Without a unit the number alone is compared: that the unit was not recorded is a finding of its own."""
    return abs(offered.amount - recorded) < ALIKE and unit in (None, offered.unit)


def _of_documents(found: Assessment, recorded: WhatWasRecorded) -> Iterator[AuditFinding]:
    """The version in force on the day has to be the one that was used, and the PGD in force."""
    pathway = found.pathway
    pgd = pathway.pgds.get(recorded.pgd or "")
    pairs = [(recorded.version, pathway.edition.version), (recorded.digest, pathway.content_digest)]
    if pgd is not None:
        pairs.append((recorded.pgd_version, pgd.edition.version))
    differing = [(used, ours) for used, ours in pairs if used is not None and used != ours]
    if recorded.supplied and pgd is not None and found.on not in pgd.edition.in_force:
        differing.append((f"{pgd.id} on {found.on}", f"in force {pgd.edition.in_force.in_words()}"))
    if differing:
        used, ours = ("; ".join(each) for each in zip(*differing, strict=True))
        yield AuditFinding(FindingKind.OUT_OF_DATE, used, ours, (pgd.id,) if pgd is not None else ())


def _not_in_force(found: Assessment, recorded: WhatWasRecorded) -> bool:
    """Whether it was supplied under a document of ours that did not exist on the day: then that is the finding."""
    pgd = found.pathway.pgds.get(recorded.pgd or "")
    return pgd is not None and found.on not in pgd.edition.in_force


def _offered(found: Assessment) -> str:
    return " or ".join(one.pgd.id for one in found.offers)


def _barred(found: Assessment, named: str) -> tuple[str, ...]:
    """The exclusions of a PGD that is not offered, of those that are met."""
    pgd = found.pathway.pgds.get(named)
    if pgd is None:
        return ()
    person = Person(found.pathway.questions, found.known, found.answers, frozenset(), found.on)
    judged = consider(pgd, person)
    return judged.barred_by if judged.by_exclusion else ()
