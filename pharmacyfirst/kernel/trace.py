"""What an assessment leaves behind: every finding as it was judged, the offers, and what decided.

The trace is recorded while deciding and never rebuilt from the outcome, so that the reasons shown are those that decided. As JSON these things have one table of fields each: ``as_dict``, the text of ``assess --jsonl``, the schema of what comes
out and the cases of the conformance kit take their keys, their order and their types from there. A new field is one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.dose import Amount, DoseRow, Supplied
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.fields import (
    NUMBER,
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    BlockOf,
    FieldTable,
    JsonField,
    ListOf,
    OneWord,
    OrNone,
    Plain,
)
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway, Row
from pharmacyfirst.kernel.pgd import PGD, Caution, Mechanism
from pharmacyfirst.kernel.questions import asked
from pharmacyfirst.kernel.rule import Finding, Judged

# Whom advice can be for, besides outcome kinds, ids and PGDs. ``everyone`` is whoever has an outcome that is no emergency.
EVERYONE = "everyone"
NOTHING_LEFT = "nothing left"
TODAY = "need facts today"
NOT_TODAY = "need facts not today"
AUDIENCES = (EVERYONE, NOTHING_LEFT, TODAY, NOT_TODAY)

IF_NOT_ANSWERED = (Kind.REFER_URGENT, Kind.REFER)

EVALUATION_ONLY = "evaluation only: not authorised for supply"


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
        return tuple(f for f in self.findings if f.id in self.decided_by and f.verdict is not Verdict.NOT_MET)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to tell the patient, the most cautious first."""
        return self._said(self.pathway.advice)

    @property
    def safety_netting(self) -> tuple[str, ...]:
        """When to come back or seek help, the most cautious first."""
        return self._said(self.pathway.safety_netting)

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

    def _said(self, statements: tuple[Statement, ...]) -> tuple[str, ...]:
        audience, answers = self.audience, self.answers
        return tuple(
            one.says
            for one in statements
            if not audience.isdisjoint(one.audience)
            and (one.sentence is None or one.sentence.verdict(answers) is Verdict.MET)
        )

    def as_dict(self) -> dict[str, Any]:
        """The assessment in the JSON contract of clinical/README.md; numbers are int or Decimal, dates are text."""
        return ASSESSMENT.as_dict(self)


AMOUNT: FieldTable[Amount] = FieldTable(
    "Amount",
    "A number with its unit.",
    (
        JsonField("amount", lambda amount: amount.amount, NUMBER, "How much, exactly."),
        JsonField("unit", lambda amount: amount.unit, TEXT, "Of what, for instance mg or capsule."),
    ),
)

DOSE: FieldTable[Offer] = FieldTable(
    "Dose",
    "What is taken each time; on the first day perhaps another amount.",
    (
        *AMOUNT.within(lambda offer: offer.dose),
        JsonField(
            "first_day_amount",
            lambda offer: offer.row.dose.first_day if offer.row.dose is not None else None,
            NUMBER,
            "What is taken each time on the first day, in the same unit.",
            left_out=True,
        ),
    ),
)

SUPPLIED: FieldTable[Supplied] = FieldTable(
    "Supplied",
    "A product and how much of it.",
    (
        JsonField("product", lambda one: one.product.name, TEXT, "The product by name."),
        JsonField("form", lambda one: one.product.form, TEXT, "The form, for instance modified-release capsule."),
        JsonField("strength", lambda one: one.product.strength.words, TEXT, "The strength as printed."),
        JsonField(
            "quantity",
            lambda one: one.quantity,
            OrNone(BlockOf(AMOUNT)),
            "How much is supplied; null where the document does not say.",
        ),
        JsonField("bottles", lambda one: one.bottles, WHOLE_NUMBER, "How many whole bottles that is.", left_out=True),
    ),
)

CAUTION: FieldTable[Caution] = FieldTable(
    "Caution",
    "Something to weigh or to tell the patient.",
    (
        JsonField("id", lambda caution: caution.id, TEXT, "The id of the caution in its document."),
        JsonField("says", lambda caution: caution.says, TEXT, "What there is to be careful about."),
        JsonField("action", lambda caution: caution.action, TEXT, "What to do about it."),
    ),
)

OFFER: FieldTable[Offer] = FieldTable(
    "Offer",
    "A medicine that may be offered, with the dose and quantity for this person.",
    (
        JsonField("pgd", lambda offer: offer.pgd.id, TEXT, "The id of the document it may be supplied under."),
        JsonField("medicine", lambda offer: offer.pgd.medicine, TEXT, "The medicine."),
        *SUPPLIED.within(lambda offer: offer.supplied[0]),
        JsonField("route", lambda offer: offer.pgd.route, TEXT, "How it is given, for instance oral."),
        JsonField("dose", lambda offer: offer, BlockOf(DOSE), "What is taken each time."),
        JsonField("times_per_day", lambda offer: offer.row.times_a_day, WHOLE_NUMBER, "How often a day, at least."),
        JsonField("duration_days", lambda offer: offer.row.days, WHOLE_NUMBER, "For how many days."),
        JsonField(
            "mechanism",
            lambda offer: offer.pgd.mechanism.key,
            OneWord(tuple(mechanism.key for mechanism in Mechanism)),
            "The legal ground of a supply.",
        ),
        JsonField(
            "open_items", lambda offer: offer.open_items, ListOf(TEXT), "The ids of what is open about what led to it."
        ),
        JsonField("pgd_version", lambda offer: offer.pgd.edition.version, TEXT, "The version of the document."),
        JsonField("dose_row", lambda offer: offer.row.id, TEXT, "The id of the row of its dose table."),
        JsonField(
            "alternatives",
            lambda offer: offer.supplied[1:],
            ListOf(BlockOf(SUPPLIED)),
            "Other products of the same dose row.",
        ),
        JsonField("cautions", lambda offer: offer.cautions, ListOf(BlockOf(CAUTION)), "What arises for this person."),
        JsonField(
            "times_per_day_max",
            lambda offer: offer.row.times_a_day_most,
            WHOLE_NUMBER,
            "How often a day, at most, where the document gives a range.",
            left_out=True,
        ),
    ),
)

OUTCOME: FieldTable[Outcome] = FieldTable(
    "Outcome",
    "How the consultation comes out.",
    (
        JsonField(
            "kind", lambda outcome: outcome.kind.key, OneWord(tuple(kind.key for kind in Kind)), "The kind of outcome."
        ),
        JsonField(
            "destination",
            lambda outcome: outcome.destination,
            OrNone(OneWord((EMERGENCY_999, EMERGENCY_DEPARTMENT))),
            "Where an emergency goes; null for every other kind.",
        ),
    ),
)


class TraceLine(NamedTuple):
    """A finding with the assessment that it belongs to, whose answers it read."""

    finding: Finding[Judged]
    assessment: Assessment


LINE: FieldTable[TraceLine] = FieldTable(
    "TraceLine",
    "One criterion as it was judged.",
    (
        JsonField("id", lambda line: line.finding.item.id, TEXT, "The id of the criterion, row or clause."),
        JsonField("stage", lambda line: line.finding.item.stage, TEXT, "The heading it stands under."),
        JsonField(
            "verdict",
            lambda line: line.finding.verdict.value,
            OneWord(tuple(verdict.value for verdict in Verdict)),
            "What is known of it.",
        ),
        JsonField(
            "read",
            lambda line: line.assessment.read(line.finding),
            Plain.ANSWERS,
            "The answers it read; null is one that there is not, because it is not known or not asked.",
        ),
        JsonField(
            "not_asked",
            lambda line: line.finding.not_asked,
            ListOf(TEXT),
            "Of the questions it reads, those that nobody asks this person.",
        ),
    ),
)

ASSESSMENT: FieldTable[Assessment] = FieldTable(
    "Assessment",
    "The answer to one consultation.",
    (
        JsonField("pathway", lambda found: found.pathway.id, TEXT, "The id of the pathway."),
        JsonField("version", lambda found: found.pathway.edition.version, TEXT, "The version of the pathway."),
        JsonField("as_of", lambda found: found.on.isoformat(), Plain.DAY, "The day of the consultation."),
        JsonField("outcome", lambda found: found.outcome, BlockOf(OUTCOME), "How the consultation comes out."),
        JsonField(
            "offers", lambda found: found.offers, ListOf(BlockOf(OFFER)), "What may be offered, in order of preference."
        ),
        JsonField("decided_by", lambda found: found.decided_by, ListOf(TEXT), "The ids of what decided."),
        JsonField(
            "missing",
            lambda found: found.missing,
            ListOf(TEXT),
            "The questions whose answers can still change the outcome, in the order to ask them.",
        ),
        JsonField(
            "if_not_answered",
            lambda found: found.if_not_answered and found.if_not_answered.key,
            OrNone(OneWord(tuple(kind.key for kind in IF_NOT_ANSWERED))),
            "Beside need_facts: how to refer somebody of whom it cannot be found out; else null.",
        ),
        JsonField(
            "gateways", lambda found: found.gateways, ListOf(TEXT), "The payment points reached; they decide nothing."
        ),
        JsonField(
            "gateways_not_known",
            lambda found: found.gateways_not_known,
            ListOf(TEXT),
            "The payment points that may have been reached: something they read is not known, or where they stand.",
        ),
        JsonField(
            "advice", lambda found: found.advice, ListOf(TEXT), "What to tell the patient, the most cautious first."
        ),
        JsonField(
            "safety_netting",
            lambda found: found.safety_netting,
            ListOf(TEXT),
            "When to come back or seek help, the most cautious first.",
        ),
        JsonField(
            "trace",
            lambda found: [TraceLine(finding, found) for finding in found.findings],
            ListOf(BlockOf(LINE)),
            "Every criterion as it was judged, in file order.",
        ),
        JsonField(
            "content_digest",
            lambda found: found.pathway.content_digest,
            Plain.DIGEST,
            "The digest of the pathway file and its documents.",
        ),
        JsonField(
            "draft", lambda found: found.pathway.draft, YES_NO, "Whether the pathway or a document is not published."
        ),
        JsonField("authority", lambda _: EVALUATION_ONLY, TEXT, "What this assessment allows by itself: nothing."),
    ),
)
