"""The nine ways a consultation can come out, most urgent first (clinical/README.md, "Outcome kinds")."""

from dataclasses import dataclass
from enum import IntEnum

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
    SELF_CARE = 7
    SUPPLY = 8
    NEED_FACTS = 9

    @property
    def key(self) -> str:
        """The kind in the JSON contract, for instance ``refer_urgent``."""
        return self.name.lower()

    @property
    def word(self) -> str:
        """The kind as content and pages spell it, for instance ``refer urgent`` or ``self-care``."""
        return "self-care" if self is Kind.SELF_CARE else self.key.replace("_", " ")


KIND_OF_WORD = {kind.word: kind for kind in Kind}

STOPPING_KINDS = tuple(kind for kind in Kind if kind < Kind.SELF_CARE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the consultation comes out; ``destination`` is ``999`` or ``emergency_department`` for an emergency, else None."""

    kind: Kind
    destination: str | None = None
