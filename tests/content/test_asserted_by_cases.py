"""Each time limit, next pathway, duty, instruction and quantity that may be less stands in a case that expects it.

A case that is decided by a row and does not look at what stands beside it would not notice another day, another pathway or none.
"""

import pytest
from shipped import cases_of

from pharmacyfirst import assess
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.kernel.pathway import Criterion, Row

LIBRARY = shipped_library()
BESIDE = {"within": "within_days", "next": "next", "leads to": "leads_to"}


def said(pathway):
    """Everything of the kind that a pathway says, each as the id of its row and what of it a case has to look at."""
    for row in (*pathway.stopping, *pathway.treatment):
        yield from ((row.id, what) for what, name in BESIDE.items() if getattr(row, name, None))
    yield from ((one.id, "duty") for one in pathway.duties)
    for pgd in pathway.pgds.values():
        yield from ((one.id, "instruction") for one in pgd.instructions)
        for row in pgd.doses:
            yield from ((row.id, "at most") for pack in row.packs[:1] if pack.up_to)
            yield from ((row.id, "at least") for pack in row.packs[:1] if pack.least)


def expected(case, pathway):
    """What a case looks at, in the same words. Where two that decided say the same beside the outcome, it would notice neither gone."""
    wanted = case.expected
    looked = {"within": wanted.within_days, "next": wanted.next, "leads to": wanted.destination}
    offers = wanted.offers or ()
    if not any((*looked.values(), wanted.duties, *((o.quantity, o.quantity_at_least, o.instructions) for o in offers))):
        return
    assessment = assess(pathway, case.facts, case.as_of)
    deciding = [one.item for one in assessment.deciding if isinstance(one.item, Criterion | Row)]
    for what, name in BESIDE.items():
        saying = [one.id for one in deciding if looked[what] and getattr(one, name, None) == looked[what]]
        yield from ((id_, what) for id_ in saying if len(saying) == 1)
    yield from ((id_, "duty") for id_ in wanted.duties or ())
    for one, offer in zip(offers, assessment.offers, strict=True):
        yield from ((id_, "instruction") for id_ in one.instructions or ())
        yield from ((offer.row.id, "at most") for _ in [one.quantity] if one.quantity)
        yield from ((offer.row.id, "at least") for _ in [one.quantity_at_least] if one.quantity_at_least)


SAYING = [name for name in LIBRARY.conditions if any(said(LIBRARY.newest(name)))]


@pytest.mark.parametrize("condition", SAYING)
def test_what_stands_beside_an_outcome_or_an_offer_stands_in_a_case(condition):
    pathway = LIBRARY.newest(condition)
    looked_at = {one for case in cases_of(LIBRARY, condition) for one in expected(case, pathway)}

    assert sorted(set(said(pathway)) - looked_at) == []


def test_both_services_say_such_things_and_the_seven_say_none():
    services = [service for service in LIBRARY.services.values() if service.id != "pharmacy-first"]

    assert sorted(SAYING) == sorted(name for service in services for name in service.pathways)


def test_a_case_that_does_not_look_is_not_counted():
    condition = "emergency-contraception"
    pathway = LIBRARY.newest(condition)
    without = [case for case in cases_of(LIBRARY, condition) if case.expected.duties is None]

    lacking = set(said(pathway)) - {one for case in without for one in expected(case, pathway)}

    assert {id_ for id_, what in lacking if what == "duty"} == {one.id for one in pathway.duties}
