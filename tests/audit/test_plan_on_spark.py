"""Apache Spark runs the text that DuckDB runs, and gives what the kernel gives."""

import pytest
from audit.a_spark import on_spark
from audit.planned import assessed, differences
from fast.agreeing import LIBRARY, ON, people
from fast.made_up import corners

from pharmacyfirst.audit.plan import plan_of
from pharmacyfirst.population.consultations import shipped_population

SEED = 20261130
FEW = 40
BY_CHANCE = 2
SERVICES = ("blood-pressure-check", "oral-contraception-continue")  # one without documents, one with a range


@pytest.mark.system
def test_every_verdict_outcome_and_dose_on_spark_is_that_of_the_kernel(tmp_path):
    conditions = [*shipped_population().conditions.shares, *SERVICES]
    each = [(LIBRARY.in_force(condition, ON), ON, people(condition, FEW, SEED)) for condition in conditions]
    each += corners(range(BY_CHANCE))
    plans = [plan_of(pathway, day) for pathway, day, _ in each]
    found = [assessed(pathway, some, day) for pathway, day, some in each]
    judged = on_spark(tmp_path, [(plan, frame) for plan, (_, frame) in zip(plans, found, strict=True)])
    assert len(judged) == 9 + BY_CHANCE
    for plan, (assessments, _), rows in zip(plans, found, judged, strict=True):
        assert [*differences(plan, assessments, rows)] == []
