"""Each planted mistake is caught, by the property or the invariant that stands for it, with a patient who is judged by assess."""

import pytest
from proof.planted import PLANTED
from proof.proving import LIBRARY, ON, failures, proof_of, shipped


@pytest.mark.parametrize("planted", PLANTED, ids=[one.name for one in PLANTED])
def test_a_planted_mistake_is_caught_with_a_patient(planted):
    pathway = LIBRARY.in_force(planted.condition, ON)
    before, after = shipped(planted.condition), proof_of(planted.plant(pathway))

    patients = []
    for name in planted.caught_by:
        assert not failures(before, name), f"{name} does not hold of the pathway as it ships"
        caught = failures(after, name)
        assert caught, f"{name} does not catch it"
        patients += [patient for failure in caught for patient in failure.patients]
    assert patients


def test_eighteen_kinds_of_mistakes_are_planted():
    assert len({planted.name.partition(",")[0] for planted in PLANTED}) == 18


def words_of_failures(planted):
    pathway = LIBRARY.in_force(planted.condition, ON)
    return failures(proof_of(planted.plant(pathway)), planted.caught_by[0])


def test_the_patient_shown_is_the_nearest_and_says_what_comes_out():
    lost = next(one for one in PLANTED if one.name == "lost exclusion")
    ((patient,),) = (failure.patients for failure in words_of_failures(lost))

    assert patient.in_words() == "breastfeeding yes -> supply: nitrofurantoin 100 mg [UTI-NIT-D1] (decided by UTI-T1)"
    assert patient.plausible


def test_a_pathway_without_a_row_for_somebody_says_so():
    gap = next(one for one in PLANTED if one.name == "branch gap")
    first, *_ = words_of_failures(gap)

    assert first.what == "the treatment table has no row for this person"
    assert first.patients[0].outcome() == "no outcome at all: the treatment table has no row for this person"
