"""The pressure to be recorded, of the readings that were taken: every rule of NG136 1.2.1 to 1.2.2, and nothing typed."""

from decimal import Decimal

import pytest

from pharmacyfirst.record import RecordRefused
from pharmacyfirst.record.measured import PressureReading
from pharmacyfirst.record.pressure import read_readings, recorded_pressure


@pytest.mark.parametrize(
    ("taken", "recorded"),
    [
        ("", None),
        ("139/89", (139, 89)),  # normal: one is enough
        ("140/80", None),  # from 140 a second is taken
        ("120/90", None),  # from 90, too
        ("150/92, 146/94", (146, 94)),  # the lower of the two, by its upper figure, whole
        ("150/92, 139/80", None),  # more than 10 away: a third
        ("150/92, 140/80", (140, 80)),
        ("150/92, 139/80, 148/90", (139, 80)),  # the lower of the last two
        ("164/92, 152/90, 158/84", (152, 90)),
        ("150/92, 150/88", (150, 88)),
        ("R 138/80, L 132/78", (138, 80)),  # the arm with the higher reading
        ("R 150/90, L 140/86", None),  # the second has to be on that arm
        ("R 150/90, L 140/86, R 148/88", (148, 88)),
        ("R 150/90, L 130/86", None),  # more than 15 apart: both again
        ("R 138/80, L 120/70, R 136/80, L 134/80", (136, 80)),
        ("R 150/90, L 130/86, R 150/88, L 132/84", (150, 88)),
        ("184/96", (184, 96)),  # very high waits for nothing
        ("150/122", (150, 122)),
        ("R 190/90, L 150/90", (190, 90)),
        ("190/96, 170/94", None),  # the lower of the two is not very high, so a third is taken
        ("196/96, 182/94", (182, 94)),
    ],
)
def test_the_pressure_to_be_recorded(taken, recorded):
    found = recorded_pressure(read_readings(taken))
    assert found == (tuple(map(Decimal, recorded)) if recorded else None)


def test_a_reading_that_stands_for_nothing_or_was_not_sitting_is_not_counted():
    lying = PressureReading(systolic=130, diastolic=80, posture="lying")
    slipped = PressureReading(systolic=190, diastolic=80, counted=False)
    assert recorded_pressure((lying, slipped)) is None
    assert recorded_pressure((*read_readings("128/80"), lying, slipped)) == (128, 80)


@pytest.mark.parametrize("words", ["164", "164/92 158/90", "arm 164/92", "164/9", "R164//92", "90/164", "400/90"])
def test_what_is_no_reading_is_refused(words):
    with pytest.raises(RecordRefused):
        read_readings(words)
