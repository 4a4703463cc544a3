"""Every rule of a pathway with its sentence, its sources and its cases, and every case, as what the templates of the site print."""

from collections.abc import Iterator
from dataclasses import dataclass

from pharmacyfirst.content.cases import Case, cases_of
from pharmacyfirst.content.hazards import hazards_of
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.evidence import OpenItem, Source
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import Caution, Clause
from pharmacyfirst.kernel.rule import Judged, Rule
from pharmacyfirst.review.doses import days_in_words, dose_in_words, how_often
from pharmacyfirst.review.pack.traced import TracedRule, traced
from pharmacyfirst.review.wording import Wording


@dataclass(frozen=True)
class ShownRule:
    """One rule: what it says, its sentence in plain words and as the program reads it, what stands behind it, and where it came to something."""

    id: str
    kind: str
    documents: tuple[str, ...]
    stage: str
    says: str
    plain: tuple[str, ...]
    exact: str
    evidence: tuple[str, ...]
    sources: tuple[tuple[str, Source], ...]
    open: tuple[OpenItem, ...]
    decides: tuple[str, ...]
    met: tuple[str, ...]
    hazards: tuple[str, ...]
    reasons: dict[str, str]


@dataclass(frozen=True)
class ShownPathway:
    """A pathway with its rules and cases, as the site shows them."""

    pathway: Pathway
    rules: tuple[ShownRule, ...]
    cases: tuple[Case, ...]

    @property
    def by_id(self) -> set[str]:
        """The ids of its rules, each of which is an anchor."""
        return {rule.id for rule in self.rules}


def shown(library: Library, condition: str) -> ShownPathway:
    """All of a condition's newest pathway that the site shows of rules and cases."""
    pathway, cases = library.newest(condition), cases_of(library, condition)
    found = traced(pathway, cases, hazards_of(library), invariants_of(library).never_alone.get(condition))
    rules = {rule.id: rule for rule in pathway.rules()}
    wording = Wording(pathway)
    return ShownPathway(pathway, tuple(_rule(one, rules[one.id], pathway, wording) for one in found.rules), cases)


def _rule(link: TracedRule, rule: Rule, pathway: Pathway, wording: Wording) -> ShownRule:
    return ShownRule(
        link.id,
        link.kind,
        link.documents,
        rule.stage,
        _says(rule),
        tuple(_plain(rule, wording)),
        rule.sentence.in_words() if rule.sentence is not None else "",
        tuple(one.in_words() for one in link.evidence),
        tuple((tag, pathway.sources[tag]) for tag in link.sources),
        tuple(pathway.open_items[name] for name in rule.backing.open),
        link.decides,
        tuple(one for one in link.met if one not in link.decides),
        link.hazards,
        dict(link.reasons),
    )


def _plain(rule: Rule, wording: Wording) -> Iterator[str]:
    if rule.sentence is None:
        return
    lines = wording.lines(rule.sentence)
    must = isinstance(rule, Judged) and rule.must
    yield from (f"must hold: {line}" if must else line for line in lines)


def _says(rule: Rule) -> str:
    """What a rule says of itself: its clause, its caution, a dose row's people and dose, or why it decides."""
    match rule:
        case Clause() | Caution():
            return rule.says
        case DoseRow(dose=None):
            return f"{rule.who}: no dose: {rule.because}"
        case DoseRow():
            return f"{rule.who}: {dose_in_words(rule.dose)}, {how_often(rule)}, {days_in_words(rule)}"
        case Judged():
            return rule.reason
        case _:
            return ""
