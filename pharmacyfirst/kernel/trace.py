"""What an assessment leaves behind: every finding as it was judged, the offers, and the reasons that decided.

The trace is recorded while deciding and never rebuilt from the outcome, so that the reasons shown are those that decided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pharmacyfirst.kernel.conditions import NOT_ASKED, Verdict
from pharmacyfirst.kernel.dose import Amount, DoseRow, Supplied, plain
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.facts import LIFE_THREATENING, asked
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.pathway import Criterion, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD, Caution, Clause

EVALUATION_ONLY = "evaluation only: not authorised for supply"


@dataclass(frozen=True, slots=True)
class NotInForce:
    """Stands in the trace for a document that does not exist on the day, or whose dose table has no row for the person."""

    id: str
    stage: str
    because: str
    condition: None = None
    must: bool = False


Judged = Criterion | Row | Clause | DoseRow | NotInForce
Item = TypeVar("Item", bound=Judged, covariant=True)


@dataclass(frozen=True, slots=True)
class Finding(Generic[Item]):
    """One criterion, row or clause as it was judged on one person's answers."""

    item: Item
    verdict: Verdict
    known: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id of what was judged."""
        return self.item.id

    @property
    def read(self) -> dict[str, Any]:
        """The facts it read, with None for those not known."""
        condition = self.item.condition
        return {fact: self.known.get(fact) for fact in condition.facts()} if condition is not None else {}


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
        return {
            "pathway": self.pathway.id,
            "version": self.pathway.edition.version,
            "as_of": self.on.isoformat(),
            "outcome": {"kind": self.outcome.kind.key, "destination": self.outcome.destination},
            "offers": [_offer(offer) for offer in self.offers],
            "decided_by": list(self.decided_by),
            "missing": list(self.missing),
            "gateways": list(self.gateways),
            "advice": list(self.advice),
            "safety_netting": list(self.safety_netting),
            "trace": [
                {"id": f.id, "stage": f.item.stage, "verdict": f.verdict.value, "read": _listed(f.read)}
                for f in self.findings
            ],
            "content_digest": self.pathway.content_digest,
            "draft": self.pathway.draft,
            "authority": EVALUATION_ONLY,
        }


def _listed(read: Mapping[str, Any]) -> dict[str, Any]:
    return {fact: list(value) if isinstance(value, tuple) else value for fact, value in read.items()}


def _offer(offer: Offer) -> dict[str, Any]:
    row, pgd = offer.row, offer.pgd
    first, *others = offer.supplied
    dose: dict[str, Any] = _amount(offer.dose)
    if row.dose is not None and row.dose.first_day is not None:
        dose["first_day_amount"] = row.dose.first_day
    shown = {
        "pgd": pgd.id,
        "medicine": pgd.medicine,
        **_supplied(first),
        "route": pgd.route,
        "dose": dose,
        "times_per_day": row.times_a_day,
        "duration_days": row.days,
        "mechanism": pgd.mechanism.key,
        "open_items": list(offer.open_items),
        "pgd_version": pgd.edition.version,
        "dose_row": row.id,
        "alternatives": [_supplied(other) for other in others],
        "cautions": [{"id": c.id, "says": c.says, "action": c.action} for c in offer.cautions],
    }
    if row.times_a_day_most is not None:
        shown["times_per_day_max"] = row.times_a_day_most
    return shown


def _supplied(supplied: Supplied) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "product": supplied.product.name,
        "form": supplied.product.form,
        "strength": supplied.product.strength.words,
        "quantity": _amount(supplied.quantity) if supplied.quantity else None,
    }
    if supplied.bottles is not None:
        shown["bottles"] = supplied.bottles
    return shown


def _amount(amount: Amount) -> dict[str, Any]:
    return {"amount": amount.amount, "unit": amount.unit}


_HEADLINES = {
    Kind.REFER_URGENT: "REFER THE SAME DAY",
    Kind.NOT_ELIGIBLE: "NOT ELIGIBLE for this pathway",
    Kind.REFER: "REFER",
    Kind.ALTERNATIVE_DIAGNOSIS: "ANOTHER CAUSE IS MORE LIKELY: manage as found",
    Kind.DECLINED: "DECLINED",
    Kind.SELF_CARE: "SELF-CARE",
    Kind.SUPPLY: f"MAY BE OFFERED ({EVALUATION_ONLY})",
    Kind.NEED_FACTS: "NOT DECIDED YET: answers are missing",
}


def headline(outcome: Outcome) -> str:
    """The outcome in a line, as the first thing a pharmacist sees."""
    if outcome.kind is Kind.EMERGENCY:
        return "EMERGENCY: dial 999 now" if outcome.destination == EMERGENCY_999 else "EMERGENCY: A&E now"
    return _HEADLINES[outcome.kind]


def explain(assessment: Assessment) -> str:
    """The assessment for a reader: what to do, why, what may be offered, what to ask, and every finding as it was judged."""
    return "\n".join(_explanation(assessment)) + "\n"


def _explanation(assessment: Assessment) -> Iterator[str]:
    pathway = assessment.pathway
    edition = pathway.edition
    yield pathway.title
    yield f"{pathway.id} {edition.version}{', draft' if pathway.draft else ''}: {edition.status}"
    yield f"assessed for {assessment.on}; pathway in force {edition.in_force.in_words()}"
    yield ""
    yield headline(assessment.outcome)
    if assessment.outcome.destination == EMERGENCY_DEPARTMENT and LIFE_THREATENING not in assessment.known:
        yield "  If there is an immediate threat to life, dial 999."  # an emergency waits for no question about it
    yield from _reasons(assessment)
    for offer in assessment.offers:
        yield ""
        yield from _offer_in_words(offer, assessment)
    yield from _asked_next(assessment)
    for title, lines in (("Tell the patient", assessment.advice), ("Safety-netting", assessment.safety_netting)):
        if lines:
            yield ""
            yield f"{title}:"
            yield from (f"  - {line}" for line in lines)
    yield ""
    yield "Every criterion as it was judged:"
    yield from _findings(assessment)
    if assessment.gateways:
        yield ""
        yield f"Gateway points reached (payment only): {', '.join(assessment.gateways)}"
    yield ""
    yield f"content {pathway.content_digest}"


def _reasons(assessment: Assessment) -> Iterator[str]:
    for finding in assessment.deciding:
        item = finding.item
        why = item.because or getattr(item, "says", "")
        either_way = " (not known, and it would come to the same)" if finding.verdict is Verdict.NOT_KNOWN else ""
        yield f"  {finding.id}{either_way}: {why}"
        if where := getattr(item, "where_to", ""):
            yield f"    where to: {where}"


def _offer_in_words(offer: Offer, assessment: Assessment) -> Iterator[str]:
    row, pgd = offer.row, offer.pgd
    first, *others = offer.supplied
    yield f"{pgd.medicine} under {pgd.mechanism.value} {pgd.id} {pgd.edition.version}, in force {pgd.edition.in_force.in_words()}"
    first_day = row.dose.first_day if row.dose else None
    on_day_one = f" ({plain(first_day)} {offer.dose.unit} on the first day)" if first_day is not None else ""
    often = f"{row.times_a_day} to {row.times_a_day_most}" if row.times_a_day_most else str(row.times_a_day)
    yield f"  {offer.dose.in_words()}{on_day_one}, {often} times a day, for {row.days} days, {pgd.route}   [{row.id}]"
    yield f"  {_supplied_in_words(first)}"
    yield from (f"  or {_supplied_in_words(other)}" for other in others)
    yield from (f"  caution {c.id}: {c.says}: {c.action}" for c in offer.cautions)
    for item in offer.open_items:
        yield f"  open item {item}: {assessment.pathway.open_items[item].says}"


def _supplied_in_words(supplied: Supplied) -> str:
    amount = supplied.quantity.in_words() if supplied.quantity else "quantity not stated"
    bottles = f" ({supplied.bottles} bottle{'s' if supplied.bottles > 1 else ''})" if supplied.bottles else ""
    return f"{amount}{bottles} of {supplied.product.name}"


def _asked_next(assessment: Assessment) -> Iterator[str]:
    if assessment.missing:
        more_urgent = assessment.outcome.kind is not Kind.NEED_FACTS
        yield ""
        yield "Could still make it more urgent:" if more_urgent else "Ask next:"
        yield from (f"  - {name}: {assessment.pathway.facts[name].ask}" for name in assessment.missing)


def _findings(assessment: Assessment) -> Iterator[str]:
    stage, answers = "", asked(assessment.pathway.facts.values(), assessment.known)
    for finding in assessment.findings:
        if finding.item.stage != stage:
            stage = finding.item.stage
            yield f"  {stage}"
        mark = "  <- decided" if finding in assessment.deciding else ""
        yield f"    {finding.id:<14} {finding.verdict.value:<10} {_sentence(finding.item)}{mark}"
        if finding.read:
            yield f"    {'':<25} {'; '.join(f'{fact} {value_in_words(answers.get(fact))}' for fact in finding.read)}"


def _sentence(item: Judged) -> str:
    if isinstance(item, NotInForce):
        return item.because
    if item.condition is None:
        return "everyone else"
    return f"must: {item.condition.in_words()}" if item.must else item.condition.in_words()


def value_in_words(value: Any) -> str:
    """The value of a fact as people write it: yes, none, 12.5, not known, not asked."""
    if value is None or value is NOT_ASKED:
        return "not known" if value is None else "not asked"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return plain(value) if isinstance(value, Decimal) else str(value)
