"""What criteria, treatment rows, clauses, dose rows, cautions, gateway points, scores and definitions have in common."""

from dataclasses import dataclass

from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A sentence with an id and what stands behind it. ``stage`` is the heading it stands under.

    Without a sentence it holds for everybody.
    """

    id: str
    stage: str
    sentence: Condition | None = None
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Rule):
    """A rule that is judged and can decide an outcome, with the reason it then gives.

    ``must``: it is met when its sentence is *not*, as inclusions are written. ``where_to`` says where somebody is sent.
    """

    because: str = ""
    where_to: str = ""
    must: bool = False

    @property
    def reason(self) -> str:
        """Why it decides, in words for the pharmacist."""
        return self.because

    def in_words(self) -> str:
        """What is judged, as the trace shows it."""
        if self.sentence is None:
            return "everyone else"
        return f"must: {self.sentence.in_words()}" if self.must else self.sentence.in_words()
