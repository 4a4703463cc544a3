"""What an assessment leaves behind: every finding as it was judged, the offers, and what decided.

The trace is recorded while deciding and never rebuilt from the outcome, so that the reasons shown are those that decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.dose import Amount, DoseRow, Supplied
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.fields import ASSESSMENT
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD, Caution
from pharmacyfirst.kernel.rule import Finding, Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInForce(Judged):
    """Stands in the trace for a document that does not exist on the day, or whose dose table has no row for the person."""

    def in_words(self) -> str:
        """Why nothing is offered under it."""
        return self.because


@dataclass(frozen=True, slots=True)
class Offer:
    """A medicine that may be offered, with the dose and quantity worked out for this person from its PGD's table."""

    pgd: PGD
    row: DoseRow
    dose: Amount
    supplied: tuple[Supplied, ...]
    cautions: tuple[Caution, ...]
    open_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer to one consultation: outcome, what decided it, what may be offered, what can still change it.

    ``missing`` are the facts that can still change the outcome, in the order to ask them. ``known`` are the facts as they were
    read, the age in place of the date of birth. ``gateways`` are payment points and decide nothing.
    """

    pathway: Pathway
    on: date
    known: Mapping[str, Any]
    outcome: Outcome
    decided_by: tuple[str, ...]
    offers: tuple[Offer, ...]
    missing: tuple[str, ...]
    gateways: tuple[str, ...]
    findings: tuple[Finding[Judged], ...]

    def read(self, finding: Finding[Judged]) -> dict[str, Any]:
        """The facts that a finding read, with None for those not known; ``finding.not_asked`` tells which of these nobody asked."""
        return {fact: self.known.get(fact) for fact in finding.item.reads}

    @property
    def deciding(self) -> tuple[Finding[Judged], ...]:
        """The findings that decided, in file order."""
        return tuple(f for f in self.findings if f.id in self.decided_by and f.verdict is not Verdict.NOT_MET)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to tell the patient, the most cautious first."""
        return self._said(self.pathway.advice)

    @property
    def safety_netting(self) -> tuple[str, ...]:
        """When to come back or seek help, the most cautious first."""
        return self._said(self.pathway.safety_netting)

    def _said(self, statements: tuple[Statement, ...]) -> tuple[str, ...]:
        if self.outcome.kind is Kind.NEED_FACTS:
            return ()  # the consultation is not over
        offered = (offer.pgd.id for offer in self.offers)
        addressed = {"everyone", self.outcome.kind.word, *self.decided_by, *offered}
        return tuple(statement.says for statement in statements if addressed.intersection(statement.audience))

    def as_dict(self) -> dict[str, Any]:
        """The assessment in the JSON contract of clinical/README.md; numbers are int or Decimal, dates are text."""
        return ASSESSMENT.as_dict(self)
