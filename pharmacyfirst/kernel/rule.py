"""What criteria, treatment rows, clauses, dose rows, cautions, gateway points, scores and definitions have in common."""

from dataclasses import field
from typing import Any, Generic, TypeVar

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import MET, NOT_KNOWN, NOT_MET, Condition, Verdict
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

    ``must``: it is met when its sentence is *not*, as inclusions are written. ``where_to`` says where somebody is sent. ``pgd`` is the id
    of the document it is judged for; empty for what stands in the pathway.
    ``reads`` are the facts of its sentence; ``met``, ``not_met`` and ``not_known`` are what can be found of it where none of these goes
    unasked.
    """

    because: str = ""
    where_to: str = ""
    must: bool = False
    pgd: str = ""
    # Asked for at every judging, so gathered once.
    reads: tuple[str, ...] = field(init=False, repr=False, compare=False)
    # The findings of everybody who is asked all that the sentence reads are made once, and shared.
    met: "Finding[Any]" = field(init=False, repr=False, compare=False)
    not_met: "Finding[Any]" = field(init=False, repr=False, compare=False)
    not_known: "Finding[Any]" = field(init=False, repr=False, compare=False)
    # Those of its sentence: that it holds, or fails.
    holding: "Finding[Any]" = field(init=False, repr=False, compare=False)
    failing: "Finding[Any]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", self.sentence.facts() if self.sentence is not None else ())
        for name, verdict in (("met", MET), ("not_met", NOT_MET), ("not_known", NOT_KNOWN)):
            object.__setattr__(self, name, Finding(self, verdict))
        object.__setattr__(self, "holding", self.not_met if self.must else self.met)
        object.__setattr__(self, "failing", self.met if self.must else self.not_met)

    @property
    def reason(self) -> str:
        """Why it decides, in words for the pharmacist."""
        return self.because

    def in_words(self) -> str:
        """What is judged, as the trace shows it."""
        if self.sentence is None:
            return "everyone else"
        return f"must: {self.sentence.in_words()}" if self.must else self.sentence.in_words()


Item = TypeVar("Item", bound=Judged, covariant=True)


@dataclass(frozen=True, slots=True)
class Finding(Generic[Item]):
    """One criterion, row or clause as it was judged on one person's answers.

    ``not_asked`` are the facts it reads that nobody asks this person for (rule 7 of clinical/README.md): they are neither known nor unknown.
    """

    item: Item
    verdict: Verdict
    not_asked: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of what was judged."""
        return self.item.id
