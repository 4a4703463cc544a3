"""Some hundred alterations of sound records: each is refused, or changes nothing but the field that was altered. The large number is thorough's."""

import pytest
from thorough.altered import alter, records

EACH = 300 // len(records()) + 1


@pytest.mark.parametrize("record", range(len(records())))
def test_a_record_altered_in_any_field_is_refused_or_says_no_more_than_that_field(record):
    counted = alter(record, start=37 * record, times=EACH, seed=20261121)

    assert counted["altered"] == EACH
    assert counted["refused"] > EACH / 2
