"""How the cases of a pathway cover its rules: which are decided both ways, and by which answer alone a rule turns.

It is the coverage that is asked of safety-related software (each condition both ways, each shown to matter by itself, MC/DC), of content in
place of code: shown by chosen people, where the proofs look at everybody.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pharmacyfirst.kernel.conditions import MET, NOT_KNOWN, NOT_MET, Verdict
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.kernel.trace import Assessment

SAYS = (
    "A rule is decided both ways where it was judged met in one case and not met in another. An answer turns a rule by itself where two cases "
    "agree in all else that the rule reads, and it is met in one and not met in the other. What no case shows may be something that cannot be; the proofs look at everybody."
)


@dataclass(frozen=True, slots=True)
class RuleInCases:
    """One rule that reads an answer, as it is judged for the pathway or for one PGD (``document``).

    In how many cases it was judged met, not met and not known; ``turned_by`` are the answers that turn it by themselves.
    """

    id: str
    document: str
    met: int
    not_met: int
    not_known: int
    reads: tuple[str, ...]
    turned_by: tuple[str, ...]

    @property
    def both_ways(self) -> bool:
        """Whether one case meets it and another does not."""
        return bool(self.met and self.not_met)

    @property
    def not_shown(self) -> tuple[str, ...]:
        """The answers it reads of which no two cases show that they matter by themselves."""
        return tuple(name for name in self.reads if name not in self.turned_by)

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON holds it."""
        counts = {"met": self.met, "not_met": self.not_met, "not_known": self.not_known}
        return {"id": self.id, "document": self.document, **counts, "not_shown_to_turn_it": list(self.not_shown)}


@dataclass(frozen=True, slots=True)
class RulesInCases:
    """Every rule of a pathway that reads an answer, as its cases decide it."""

    rules: tuple[RuleInCases, ...]

    @property
    def left(self) -> tuple[RuleInCases, ...]:
        """The rules of which an answer is not shown to matter by itself; those that are not decided both ways are among them."""
        return tuple(one for one in self.rules if one.not_shown)

    def in_words(self) -> str:
        """Both counts in a line."""
        both = sum(one.both_ways for one in self.rules)
        answers, turn = (
            sum(map(len, each)) for each in ([one.reads for one in self.rules], [one.turned_by for one in self.rules])
        )
        return f"{both} of {len(self.rules)} rules are decided both ways; {turn} of {answers} answers that they read turn the rule by themselves"

    def as_dict(self) -> dict[str, Any]:
        """The counts, and the rules that are left, as JSON holds them."""
        return {"says": self.in_words(), "how": SAYS, "left": [one.as_dict() for one in self.left]}


def rules_in_cases(pathway: Pathway, assessments: Iterable[Assessment]) -> RulesInCases:
    """How the assessments of cases decide each rule of their pathway."""
    seen: dict[tuple[str, str], list[tuple[Mapping[str, Any], Verdict]]] = {}
    for assessment in assessments:
        answers = assessment.answers
        for finding in assessment.findings:
            seen.setdefault((finding.item.pgd, finding.id), []).append((answers, finding.verdict))
    judged = (one for one in pathway.rules() if isinstance(one, Judged) and one.reads)
    return RulesInCases(tuple(_rule(one, seen.get((one.pgd, one.id), ())) for one in judged))


def _rule(rule: Judged, seen: Sequence[tuple[Mapping[str, Any], Verdict]]) -> RuleInCases:
    counts = Counter(verdict for _, verdict in seen)
    decided = {
        (tuple(answers.get(name) for name in rule.reads), verdict)
        for answers, verdict in seen
        if verdict in (MET, NOT_MET)
    }
    turned_by = tuple(name for at, name in enumerate(rule.reads) if _turns(at, decided))
    return RuleInCases(
        rule.id, rule.pgd or PATHWAY, counts[MET], counts[NOT_MET], counts[NOT_KNOWN], rule.reads, turned_by
    )


def _turns(at: int, decided: Iterable[tuple[tuple[Any, ...], Verdict]]) -> bool:
    """Whether two people who differ in this answer alone are decided otherwise."""
    ways: dict[tuple[Any, ...], Verdict] = {}
    return any(ways.setdefault((*of[:at], *of[at + 1 :]), verdict) is not verdict for of, verdict in decided)
