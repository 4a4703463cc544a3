"""What holds of the form at a desk with a PIN holds where people sign in: a few of its own tests, at the desk of somebody who has signed in.

All of them: ``make test-signed-in``.
"""

import pytest
import test_corrections
import test_every_outcome
import test_from_paper
import test_real_patients
import test_what_is_said
from test_every_outcome import CASES
from test_real_patients import adopted
from visiting import at_the_desk, open_form

SOME = [*{param.values[0].expected.kind: param for param in CASES}.values()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory, clock):
    folder = tmp_path_factory.mktemp("form")
    more = {"u-adoption": str(adopted(folder)), "u-mailbox": "X26OT000"}
    with open_form(folder / "data", clock, signed_in=True) as client:
        yield at_the_desk(client, **more), folder / "data"


@pytest.fixture
def visitor(desk):
    return desk[0]


@pytest.mark.parametrize("case", SOME)
def test_every_kind_of_outcome_ends_in_a_record(desk, case):
    test_every_outcome.test_a_consultation_ends_in_a_record_of_what_the_case_expects(desk, case)


test_a_supply = test_real_patients.test_a_supply_has_its_permit_and_the_practice_is_to_be_told
test_a_correction = test_corrections.test_a_record_is_corrected_from_its_page_and_each_names_the_other
test_an_emergency = test_what_is_said.test_an_emergency_without_details_says_which_and_leads_to_each


def test_a_consultation_on_paper(desk):
    visitor, folder = desk
    test_from_paper.test_a_supply_on_paper_is_permitted_as_of_its_hand_over_and_keeps_the_papers_times(
        (visitor, folder.parent)
    )
