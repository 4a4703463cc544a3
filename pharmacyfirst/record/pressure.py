"""The blood pressure to be recorded, worked out of the readings that were taken (NG136 1.2.1 to 1.2.2; clinical/services, blood-pressure-check 4.2).

Pure: a list of readings in, a pair of figures out. It is never worked out by hand or in content; the readings stay on record beside it.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.record.fields import RecordRefused
from pharmacyfirst.record.measured import BLOOD_PRESSURE, SITTING, Arm, PressureReading

RAISED, VERY_HIGH = (140, 90), (180, 120)  # upper, lower; a figure of either is enough
ARMS_DIFFER, READINGS_DIFFER = 15, 10  # mmHg of the upper figure; more than that has to be measured again


def recorded_pressure(readings: Sequence[PressureReading]) -> tuple[Decimal, Decimal] | None:
    """Upper and lower figure of the sitting pressure to be recorded; None while more has to be measured.

    Where both arms were measured, the readings of the arm with the higher one count; arms more than 15 apart are measured again. From
    140/90 a second reading is taken, and a third where the second is more than 10 away; recorded is the lower of the last two, by the upper
    figure. A very high pressure waits for nothing: what was found so far is recorded, so that nobody is kept from being sent the same day.
    """
    taken = [one for one in readings if one.counted and one.posture == "sitting"]
    found = _of_the_arm(taken)
    if not found:
        return None
    last = min(found[-2:], key=lambda one: (one.systolic, one.diastolic))
    more = (
        _arms_apart(taken)
        or (len(found) == 1 and _from(RAISED, last))
        or (len(found) == 2 and abs(found[0].systolic - found[1].systolic) > READINGS_DIFFER)
    )
    return (last.systolic, last.diastolic) if not more or _from(VERY_HIGH, last) else None


def _from(limits: tuple[int, int], reading: PressureReading) -> bool:
    return reading.systolic >= limits[0] or reading.diastolic >= limits[1]


def _by_arm(taken: Sequence[PressureReading]) -> tuple[list[PressureReading], list[PressureReading]]:
    left, right = ([one for one in taken if one.arm == arm] for arm in ("left", "right"))
    return left, right


def _of_the_arm(taken: Sequence[PressureReading]) -> Sequence[PressureReading]:
    """The readings of the arm with the higher one, where both were measured; all of them where one was, or nobody said which."""
    left, right = _by_arm(taken)
    pairs = [*zip(left, right, strict=False)]
    if not pairs:
        return taken
    first, second = pairs[min(len(pairs), 2) - 1]
    return left if first.systolic > second.systolic else right


def _arms_apart(taken: Sequence[PressureReading]) -> bool:
    """Whether the arms were more than 15 apart, and nobody measured both again."""
    pairs = [*zip(*_by_arm(taken), strict=False)]
    return len(pairs) == 1 and abs(pairs[0][0].systolic - pairs[0][1].systolic) > ARMS_DIFFER


def sitting_pressure(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The questions of upper and lower figure of a sitting pressure, where both are among these; they are worked out of the readings."""
    parts = (f"{BLOOD_PRESSURE}, {SITTING}, {part}" for part in ("systolic", "diastolic"))
    by_part = {one.observation: one for one in questions if one.observation}
    found = tuple(by_part[part] for part in parts if part in by_part)
    return found if len(found) == 2 else ()


_TYPED = re.compile(r"(?:(l|left|r|right)\s+)?(\d{2,3})\s*/\s*(\d{2,3})", re.IGNORECASE)
_ARMS: dict[str, Arm] = {"l": "left", "r": "right"}


def read_readings(words: str) -> tuple[PressureReading, ...]:
    """Sitting readings as they are typed, in the order taken: ``R 164/92, L 158/90, R 160/90``. Raises ``RecordRefused`` for anything else."""
    found = []
    for each in filter(None, (one.strip() for one in re.split(r"[,;\n]", words))):
        match = _TYPED.fullmatch(each)
        if match is None:
            raise RecordRefused(
                "give each reading as arm and figures, with commas between them, for instance R 164/92, L 158/90"
            )
        arm = _ARMS[match.group(1)[0].lower()] if match.group(1) else None
        found.append(PressureReading(systolic=Decimal(match.group(2)), diastolic=Decimal(match.group(3)), arm=arm))
    return tuple(found)
