"""Consultations of every condition as rows of the table, each recorded as the kernel says: what an audit finds nothing in."""

from datetime import date
from functools import cache

from shipped import cases_of

from pharmacyfirst.audit.table import table_of
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.content.made_up import generate
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import BORN, completed_years

DAY = date(2026, 11, 21)


@cache
def library():
    return shipped_library()


@cache
def table():
    return table_of(library())


def recorded(assessment):
    """What a record says that does as the assessment says; of several offers the first, in its first product."""
    pathway = assessment.pathway
    said = {
        "recorded_outcome": assessment.outcome.kind.key,
        "recorded_version": pathway.edition.version,
        "recorded_digest": pathway.content_digest,
    }
    if assessment.outcome.kind is Kind.SUPPLY:
        said |= of_offer(assessment.offers[0])
    return said


def of_offer(offer, product=0):
    quantity = offer.supplied[product].quantity
    return {
        "recorded_pgd": offer.pgd.id,
        "recorded_dose": offer.dose.amount,
        "recorded_dose_unit": offer.dose.unit,
        "recorded_times_a_day": offer.row.times_a_day,
        "recorded_days": offer.row.days or None,
        "recorded_quantity": quantity.amount,
        "recorded_quantity_unit": quantity.unit,
        "recorded_pgd_version": offer.pgd.edition.version,
    }


def facts_of(facts, on):
    """The facts with the age in place of the day of birth."""
    facts = {name: value for name, value in facts.items() if value is not None}
    born = facts.pop(BORN, None)
    if born is not None:
        born = born if isinstance(born, date) else date.fromisoformat(born)
        facts["age_years"] = completed_years(born, on)
    return facts


def row_of(number, condition, facts, on=DAY):
    pathway = library().in_force(condition, on)
    facts = facts_of(facts, on)
    head = {"row": f"r{number}", "pathway": condition, "as_of": on, "pharmacy": f"FA{number % 7:03}"}
    return head, facts, recorded(assess(pathway, facts, on))


def rows(of_each=40, seed=14, on=DAY, conditions=None):
    """Rows of every condition, or of these: people of the cases, and others made of them with answers changed or taken away."""
    made = []
    for condition in conditions or library().conditions:
        pathway = library().in_force(condition, on)
        people = [facts_of(case.facts, case.as_of) for case in cases_of(library(), condition)]
        # The first of the cases are red flags, so they are taken from all over.
        chosen = [*people[:: max(1, len(people) // of_each)], *generate(pathway, people, seed, of_each)]
        for facts in chosen[: 2 * of_each]:
            made.append(row_of(len(made) + 1, condition, facts, on))
    return made


def supplies(condition):
    """People of the cases of a condition to whom something is offered, with their assessments."""
    for case in cases_of(library(), condition):
        facts = facts_of(case.facts, case.as_of)
        found = assess(library().in_force(condition, DAY), facts, DAY)
        if found.outcome.kind is Kind.SUPPLY:
            yield facts, found


@cache
def first_supply(condition):
    """The first of them."""
    return next(supplies(condition))
