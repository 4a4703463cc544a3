"""The assessment in words, for a reader: what to do, why, what may be offered, what to ask, and every finding as it was judged."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.dose import Supplied, counted, plain
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.questions import LIFE_THREATENING
from pharmacyfirst.kernel.rule import Finding
from pharmacyfirst.kernel.tables import EVALUATION_ONLY
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.kernel.trace import Assessment


def explain(assessment: Assessment) -> str:
    """The assessment for a reader: what to do, why, what may be offered, what to ask, and every finding as it was judged.

    Raises ``Refused`` (``wrong_value``) for anything but an assessment.
    """
    if not isinstance(assessment, Assessment):
        raise Refused("wrong_value", "assessment: give what assess() returned.")
    return "\n".join(_explanation(assessment)) + "\n"


def _explanation(assessment: Assessment) -> Iterator[str]:
    pathway, edition = assessment.pathway, assessment.pathway.edition
    yield pathway.title
    yield f"{pathway.id} {edition.version}{', draft' if pathway.draft else ''}: {edition.status}"
    yield f"assessed for {assessment.on}; pathway in force {edition.in_force.in_words()}"
    yield ""
    yield in_words(assessment.outcome).upper()
    yield from (f"  {line}" for line in beside_outcome(assessment))
    yield from _reasons(assessment)
    for number, offer in enumerate(assessment.offers):
        yield ""
        if number:
            yield "or"
        yield from offer_lines(offer, assessment)
    yield from _asked_next(assessment)
    yield from _said(assessment)
    if assessment.duties:
        yield ""
        yield "To be done and noted, whatever the outcome:"
        yield from (f"  - {one.says} [{one.id}, {one.who}]" for one in assessment.duties)
    yield ""
    yield "Every criterion as it was judged:"
    yield from _findings(assessment)
    if assessment.gateways:
        yield ""
        yield f"Gateway points reached (payment only): {', '.join(assessment.gateways)}"
    if assessment.gateways_not_known:
        yield f"Gateway points not known (payment only): {', '.join(assessment.gateways_not_known)}"
    yield ""
    yield f"content {pathway.content_digest}"


def beside_outcome(assessment: Assessment) -> Iterator[str]:
    """What has to stand beside the outcome, wherever that is shown: a line each."""
    if assessment.outcome.kind is Kind.SUPPLY:
        yield EVALUATION_ONLY
    if assessment.outcome.kind is Kind.NEED_FACTS and assessment.where_to:
        yield f"If it cannot be found out: {assessment.where_to}"
    if assessment.outcome.next:
        yield f"Next in this visit: {assessment.outcome.next}"
    if assessment.outcome.kind is Kind.MEASURE_NEXT:
        yield f"Measured by: {assessment.outcome.destination}"
    if assessment.outcome.destination == EMERGENCY_DEPARTMENT and LIFE_THREATENING not in assessment.known:
        yield "If there is an immediate threat to life, dial 999."  # an emergency waits for no question about it


def _reasons(assessment: Assessment) -> Iterator[str]:
    for reason in assessment.reasons:
        yield f"  {reason.id}: {reason.says}"
        if reason.where_to:
            yield f"    where to: {reason.where_to}"


def offer_lines(offer: Offer, assessment: Assessment) -> Iterator[str]:
    """An offer in lines: the medicine and its document, then dose, products, cautions and open items, set in by two blanks."""
    row, pgd = offer.row, offer.pgd
    first, *others = offer.supplied
    yield f"{pgd.medicine} under {pgd.mechanism.value} {pgd.id} {pgd.edition.version}, in force {pgd.edition.in_force.in_words()}"
    first_day = row.dose.first_day if row.dose else None
    on_day_one = f" ({counted(first_day, offer.dose.unit)} on the first day)" if first_day is not None else ""
    often = f"{row.times_a_day} to {row.times_a_day_most}" if row.times_a_day_most else str(row.times_a_day)
    for_days = f", for {row.days} days" if row.days else ""
    yield f"  {offer.dose.in_words()}{on_day_one}, {often} times a day{for_days}, {pgd.route}   [{row.id}]"
    yield f"  {_supplied_in_words(first)}"
    yield from (f"  or {_supplied_in_words(other)}" for other in others)
    yield from (
        f"  caution {one.caution.id} ({one.arises.value}): {one.caution.says}: {one.caution.action}"
        for one in offer.cautions
    )
    yield from (
        f"  instruction {one.id} ({one.arises.value}): {one.says}{f' [{one.why}]' if one.why else ''}"
        for one in offer.instructions
    )
    for item in offer.open_items:
        yield f"  open item {item}: {assessment.pathway.open_items[item].says}"


def _supplied_in_words(supplied: Supplied) -> str:
    stated = supplied.pack or supplied.quantity
    amount = stated.in_words() if stated else "quantity not stated"
    bottles = f" ({supplied.bottles} bottle{'s' if supplied.bottles > 1 else ''})" if supplied.bottles else ""
    return f"{amount}{bottles} of {supplied.product.name}"


def _asked_next(assessment: Assessment) -> Iterator[str]:
    if assessment.missing:
        yield ""
        yield {Kind.NEED_FACTS: "Ask next:", Kind.SUPPLY: "Could still add an offer:"}.get(
            assessment.outcome.kind, "Could still make it more urgent:"
        )
        yield from (f"  - {name}: {assessment.pathway.questions[name].ask}" for name in assessment.missing)


def _said(assessment: Assessment) -> Iterator[str]:
    for heading, lines in said_together(assessment):
        yield ""
        yield f"Say to the patient, {heading}:"
        yield from (f"  - {says}" for says in lines)


def said_together(assessment: Assessment) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What to say to the patient, under its headings; of each medicine under its own name, so that none is taken as another is."""
    about = {offer.pgd.id: f"about {offer.pgd.medicine}" for offer in assessment.offers}
    for heading, said in groupby(assessment.to_say, lambda one: about.get(one.pgd) or one.part):
        yield heading, tuple(dict.fromkeys(one.says for one in said))


def _findings(assessment: Assessment) -> Iterator[str]:
    stage = ""
    for finding in assessment.findings:
        if finding.item.stage != stage:
            stage = finding.item.stage
            yield f"  {stage}"
        mark = "  <- decided" if finding in assessment.deciding else ""
        yield f"    {finding.id:<14} {finding.verdict.value:<10} {finding.item.in_words()}{mark}"
        if read := assessment.read(finding):
            yield f"    {'':<25} {'; '.join(f'{fact} {_answered(fact, value, finding)}' for fact, value in read.items())}"


def _answered(fact: str, value: Any, finding: Finding[Any]) -> str:
    return "not asked" if fact in finding.not_asked else value_in_words(value)


def value_in_words(value: Any) -> str:
    """The value of a fact as people write it: yes, none, 12.5, not known."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return plain(value) if isinstance(value, Decimal) else str(value)
