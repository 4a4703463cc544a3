"""What is generated from a pathway gives what the kernel gives: on thousands of people, unknown answers, expired PGDs, damaged input."""

from collections import Counter
from random import Random

import pytest
from fast.agreeing import EXPIRED, LIBRARY, ON, damaged, difference, people

from pharmacyfirst import Kind, assess
from pharmacyfirst.contract.text import text_of
from pharmacyfirst.fast.assess import assessor_of

SEED = 20261129


@pytest.fixture(params=LIBRARY.conditions)
def pathway(request):
    return LIBRARY.in_force(request.param, ON)


def test_every_field_of_an_assessment_and_every_verdict_agree(pathway):
    assessor, came_out = assessor_of(pathway, ON), Counter()
    for at, facts in enumerate(people(pathway.id, 3000, SEED)):
        assert not (what := difference(pathway, assessor, facts, ON)), (what, facts)
        if at % 30 == 0:
            theirs = assessor.assess(facts, ON)
            came_out[theirs.outcome.kind] += 1
            assert text_of(theirs) == text_of(assess(pathway, facts, ON))
    assert came_out[Kind.SUPPLY if pathway.pgds else Kind.MEASURE_NEXT] > 3
    assert came_out[Kind.NEED_FACTS] > 10


def test_where_no_pgd_is_in_force_the_trace_says_so_alike_on_each_day(pathway):
    assessor = assessor_of(pathway, EXPIRED)
    for day in (EXPIRED, EXPIRED.replace(day=16)):
        for facts in people(pathway.id, 100, SEED):
            facts.pop("date_of_birth", None)  # which would make some of them too old
            assert not (what := difference(pathway, assessor, facts, day)), (what, facts)
            if not any(
                day in pgd.edition.in_force for pgd in pathway.pgds.values()
            ):  # those of contraception last longer
                assert assessor.assess(facts, day).outcome.kind is not Kind.SUPPLY


def test_damaged_input_is_refused_or_read_alike(pathway):
    assessor, chance = assessor_of(pathway, ON), Random(SEED)
    refused = 0
    for facts in people(pathway.id, 300, SEED + 1):
        given = damaged(pathway, facts, chance)
        before = dict(given)
        assert not (what := difference(pathway, assessor, given, ON)), (what, given)
        assert dict(given) == before or any(value != value for value in before.values())
        refused += not isinstance(assessor.module.read(dict(given)), tuple)
    assert 50 < refused < 300
