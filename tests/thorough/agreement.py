"""Part `agreement`: kernel and formulas come out alike on made-up consultations, unknowns included."""

from functools import partial

from proof.proving import LIBRARY, ON
from thorough.part import Part

from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.proof.agreement import agreement

AT_ONCE = 5_000


def judge(condition, size, seed):
    """So many consultations of a condition, both ways: outcome, destination, offers, decided_by, missing and every verdict."""
    people = [case.facts for case in cases_of(LIBRARY, condition)]
    found = agreement(LIBRARY.in_force(condition, ON), people, ON, size, seed)
    assert not found.differences, f"{condition}: {found.differences[0]}"
    return {"consultations": found.compared}


def pieces(size, seed):
    for condition in LIBRARY.conditions:
        for start in range(0, size, AT_ONCE):
            yield f"{condition} {start + 1}", partial(judge, condition, min(AT_ONCE, size - start), seed + start)


PART = Part(
    name="agreement",
    property="kernel and formulas agree on outcome, offers, every verdict, and all that stands beside the outcome",
    test="tests/proof/test_agreement.py",
    size=100_000,
    counts="consultations of each condition",
    pieces=pieces,
)
