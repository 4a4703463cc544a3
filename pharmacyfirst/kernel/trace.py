"""What an assessment leaves behind: every finding as it was judged, the offers, and what decided.

The trace is recorded while deciding and never rebuilt from the outcome, so that the reasons shown are those that decided.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import Count, Verdict, within
from pharmacyfirst.kernel.evidence import OpenItem, Statement
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway, Row
from pharmacyfirst.kernel.questions import asked
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.tables import ASSESSMENT
from pharmacyfirst.kernel.told import Reason, Said, reasons, to_say, where_to

# Whom advice can be for, besides outcome kinds, ids and PGDs. ``everyone`` is whoever has an outcome that is no emergency.
EVERYONE = "everyone"
NOTHING_LEFT = "nothing left"
TODAY = "need facts today"
NOT_TODAY = "need facts not today"
AUDIENCES = (EVERYONE, NOTHING_LEFT, TODAY, NOT_TODAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInForce(Judged):
    """Stands in the trace for a document that does not exist on the day, or whose dose table has no row for the person."""

    def in_words(self) -> str:
        """Why nothing is offered under it."""
        return self.because


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer to one consultation: outcome, what decided it, what may be offered, what can still change it.

    ``missing`` are the facts that can still change the outcome, in the order to ask them. ``known`` are the facts as they were
    read, the age in place of the date of birth. ``if_not_answered`` stands beside need_facts: REFER_URGENT or REFER. ``gateways`` are the
    payment points reached, ``gateways_not_known`` those that may have been; they decide nothing, nor does ``diagnosis_established``,
    by which a record may say that the person has the condition.
    """

    pathway: Pathway
    on: date
    known: Mapping[str, Any]
    outcome: Outcome
    decided_by: tuple[str, ...]
    offers: tuple[Offer, ...]
    missing: tuple[str, ...]
    if_not_answered: Kind | None
    gateways: tuple[str, ...]
    gateways_not_known: tuple[str, ...]
    findings: tuple[Finding[Judged], ...]
    diagnosis_established: bool = False

    def read(self, finding: Finding[Judged]) -> dict[str, Any]:
        """The facts that a finding read, with None for those not known; ``finding.not_asked`` tells which of these nobody asked."""
        return {fact: self.known.get(fact) for fact in finding.item.reads}

    @property
    def deciding(self) -> tuple[Finding[Judged], ...]:
        """The findings that decided, in file order."""
        decided = self.decided_by
        return tuple([f for f in self.findings if f.item.id in decided and f.verdict is not Verdict.NOT_MET])

    @property
    def advice(self) -> tuple[str, ...]:
        """What to tell the patient, the most cautious first."""
        return tuple(one.says for one in self._said(self.pathway.advice))

    @property
    def safety_netting(self) -> tuple[str, ...]:
        """When to come back or seek help, the most cautious first."""
        return tuple(one.says for one in self._said(self.pathway.safety_netting))

    @property
    def to_say(self) -> tuple[Said, ...]:
        """All that is said to the patient, in order: when to get help, about each medicine offered, and advice."""
        return tuple(to_say(self._said(self.pathway.safety_netting), self.offers, self._said(self.pathway.advice)))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, in words: each finding that decided, in file order."""
        return tuple(reasons(self.pathway, self.outcome, self.deciding, self.known))

    @property
    def where_to(self) -> str:
        """To whom the person goes, and by when; empty where nobody is sent anywhere."""
        return where_to(self.pathway, self.outcome, self.if_not_answered, self.reasons)

    @property
    def open_items(self) -> tuple[OpenItem, ...]:
        """What is not known about what decided and about what may be offered, each once."""
        named = [id for finding in self.deciding for id in finding.item.backing.open]
        named += [id for offer in self.offers for id in offer.open_items]
        items = self.pathway.open_items
        return tuple(items[id] for id in dict.fromkeys(named) if id in items)

    @property
    def for_the_record(self) -> tuple[str, ...]:
        """The items of a score that was read and are not known: they change the outcome no more, and the record wants them all the same."""
        scores = {named.name for named in self.pathway.named if named.points}
        answers = self.answers
        found = dict.fromkeys(
            fact
            for finding in self.findings
            if finding.item.sentence is not None
            for one in within(finding.item.sentence)
            if isinstance(one, Count) and one.name in scores
            for fact in one.facts()
        )
        return tuple(fact for fact in found if answers.get(fact) is None and fact not in self.missing)

    @property
    def nothing_left(self) -> bool:
        """Whether a treatment row decided that a medicine is right, and every PGD it offers rules the person out."""
        kind = self.outcome.kind
        return kind is not Kind.SUPPLY and any(isinstance(f.item, Row) and f.item.offers for f in self.deciding)

    @property
    def audience(self) -> frozenset[str]:
        """The words by which advice is for this person, of those that ``for:`` may name."""
        kind = self.outcome.kind
        found = {kind.word, *self.decided_by, *(offer.pgd.id for offer in self.offers)}
        if kind is Kind.NEED_FACTS:
            found.add(TODAY if self.if_not_answered is Kind.REFER_URGENT else NOT_TODAY)
        elif kind is not Kind.EMERGENCY:  # what is for everyone would delay somebody who has to go now
            found.add(EVERYONE)
        if self.nothing_left:
            found.add(NOTHING_LEFT)
        return frozenset(found)

    @property
    def answers(self) -> Mapping[str, Any]:
        """What the person was judged by: what is known, and ``NOT_ASKED`` for what nobody asks them (rule 7)."""
        return asked(self.pathway.gated, self.known)

    @property
    def duties(self) -> tuple[Statement, ...]:
        """What has to be done and noted, whatever the outcome: all but what is known not to be for this person."""
        return self._said(self.pathway.duties, (Verdict.MET, Verdict.NOT_KNOWN))

    def _said(
        self, statements: tuple[Statement, ...], where: tuple[Verdict, ...] = (Verdict.MET,)
    ) -> tuple[Statement, ...]:
        audience, answers = self.audience, self.answers
        theirs = [one for one in statements if not audience.isdisjoint(one.audience)]
        return tuple(one for one in theirs if one.sentence is None or one.sentence.verdict(answers) in where)

    def as_dict(self) -> dict[str, Any]:
        """The assessment in the JSON contract of clinical/README.md; numbers are int or Decimal, dates are text."""
        return ASSESSMENT.as_dict(self)
