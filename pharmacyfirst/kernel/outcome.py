"""The ten ways a consultation can come out, most urgent first (clinical/README.md, "Outcome kinds"; ``measure_next``: SERVICES.md, L4)."""

from enum import IntEnum

from pharmacyfirst.classes import dataclass

EMERGENCY_999 = "999"
EMERGENCY_DEPARTMENT = "emergency_department"


class Kind(IntEnum):
    """The closed set of outcome kinds; a smaller number is more urgent."""

    EMERGENCY = 1
    REFER_URGENT = 2
    NOT_ELIGIBLE = 3
    REFER = 4
    ALTERNATIVE_DIAGNOSIS = 5
    DECLINED = 6
    MEASURE_NEXT = 7
    SELF_CARE = 8
    SUPPLY = 9
    NEED_FACTS = 10

    @property
    def key(self) -> str:
        """The kind in the JSON contract, for instance ``refer_urgent``."""
        return self.name.lower()

    @property
    def word(self) -> str:
        """The kind as content and pages spell it, for instance ``refer urgent`` or ``self-care``."""
        return "self-care" if self is Kind.SELF_CARE else self.key.replace("_", " ")


KIND_OF_WORD = {kind.word: kind for kind in Kind}

STOPPING_KINDS = tuple(kind for kind in Kind if kind <= Kind.DECLINED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the consultation comes out.

    ``destination`` is ``999`` or ``emergency_department`` for an emergency, the id of a pathway where that is measured by next, else None.
    ``within_days`` is the time by which somebody has to be seen, ``next`` the id of what may follow in the same visit.
    """

    kind: Kind
    destination: str | None = None
    within_days: int | None = None
    next: str | None = None
