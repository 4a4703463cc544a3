"""What was measured, each kind as data: its unit and the bounds outside which a figure was mistyped."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.record.fields import Moment, Number, Recorded

BLOOD_PRESSURE = "blood pressure"
SITTING = "sitting"
# No code says it: the guide's one for an ambulatory average is of day and night together, so it is told in words (docs/records.md).
DAYTIME_AVERAGE = "ambulatory daytime average"

Arm = Literal["left", "right"]
Posture = Literal["sitting", "standing", "lying"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and highest figure that a living person can have, with the unit it is counted in."""

    lowest: Decimal
    highest: Decimal
    unit: str

    def __contains__(self, figure: Decimal) -> bool:
        return self.lowest <= figure <= self.highest

    def in_words(self) -> str:
        """For instance ``30 to 45 degrees Celsius``."""
        return f"{plain(self.lowest)} to {plain(self.highest)} {self.unit}"


def _bounds(lowest: str, highest: str, unit: str) -> Bounds:
    return Bounds(Decimal(lowest), Decimal(highest), unit)


# Wide on purpose, and inferred: they catch 370 for 37.0 and pounds for grams, and judge nobody. Temperature is bounded as the
# pathways' own question is. A further kind is a line here, with its code in ``codes.MEASUREMENTS``.
KINDS: Frozen[str, Bounds] = Frozen(
    {
        "temperature": _bounds("30", "45", "degrees Celsius"),
        "heart rate": _bounds("20", "300", "beats a minute"),
        "height": _bounds("20", "260", "cm"),
        "weight": _bounds("0.3", "500", "kg"),
        "body mass index": _bounds("5", "120", "kg/m2"),
        BLOOD_PRESSURE: _bounds("20", "350", "mmHg"),
    }
)


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"choose one of: {', '.join(KINDS)}")
    return name


Measurement = Annotated[str, AfterValidator(_kind), Field(json_schema_extra={"enum": list(KINDS)})]


class Observation(Recorded):
    """A measurement that a GP record takes as a number; everything else found goes into words. A kind may stand several times.

    Temperature in degrees Celsius, heart rate in beats a minute, height in cm, weight in kg, blood pressure in mmHg. ``at`` is when it
    was taken; without it, in the consultation. ``arm``: on which a blood pressure was taken, where that is known.
    """

    kind: Measurement
    value: Number | None = None
    systolic: Number | None = None
    diastolic: Number | None = None
    setting: Literal["not said", "sitting", "standing", "lying", "self-measured", "ambulatory daytime average"] = (
        "not said"
    )
    arm: Arm | None = None
    self_reported: bool = False
    at: Moment | None = None

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        pair = self.systolic is not None and self.diastolic is not None
        none = self.systolic is None and self.diastolic is None
        if not (self.value is None and pair if self.kind == BLOOD_PRESSURE else self.value is not None and none):
            raise ValueError("blood pressure has systolic and diastolic, everything else one value")
        if self.arm is not None and self.kind != BLOOD_PRESSURE:
            raise ValueError("arm says where a blood pressure was taken, and stands nowhere else")
        bounds = KINDS[self.kind]
        if any(figure is not None and figure not in bounds for figure in (self.value, self.systolic, self.diastolic)):
            raise ValueError(f"a {self.kind} is {bounds.in_words()}: was it mistyped?")
        if self.systolic is not None and self.diastolic is not None and self.systolic <= self.diastolic:
            raise ValueError("the systolic pressure is above the diastolic one")
        return self


class PressureReading(Recorded):
    """One reading of a blood pressure as the monitor showed it, in mmHg: on which arm, how the patient sat, and when.

    ``counted`` is false where the reading stands for nothing, because the patient talked or the cuff slipped: it stays on record.
    """

    systolic: Number
    diastolic: Number
    arm: Arm | None = None
    posture: Posture = "sitting"
    at: Moment | None = None
    counted: bool = True

    @model_validator(mode="after")
    def _may_be(self) -> Self:
        Observation(
            kind=BLOOD_PRESSURE, systolic=self.systolic, diastolic=self.diastolic
        )  # within bounds, and in order
        return self

    def in_words(self) -> str:
        """For instance ``164/92, sitting, right arm, 10:05``."""
        parts = (
            f"{plain(self.systolic)}/{plain(self.diastolic)}",
            self.posture,
            f"{self.arm} arm" if self.arm else "",
            f"{self.at:%H:%M}" if self.at else "",
            "" if self.counted else "not counted",
        )
        return ", ".join(part for part in parts if part)
