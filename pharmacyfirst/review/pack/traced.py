"""Traceability, both ways: a source, the rule that cites it, the questions that the rule reads, the cases in which it comes to something, the
hazards it is about; and back. A link that is missing is an orphan, or says why none can be there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pharmacyfirst.content.cases import Case
from pharmacyfirst.content.hazards import Hazard, HazardLog, ruled
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import MET
from pharmacyfirst.kernel.evidence import Evidence
from pharmacyfirst.kernel.pathway import GatewayPoint, Pathway
from pharmacyfirst.kernel.pgd import Caution, Clause
from pharmacyfirst.kernel.questions import BORN
from pharmacyfirst.kernel.rule import Rule
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.review.hazards import controlling_rules

SOURCES, QUESTIONS, CASES, HAZARDS = LINKS = ("sources", "questions", "cases", "hazards")
FOR_EVERYBODY = "it holds for everybody, so it reads no question"
PLACE_NOT_KNOWN = "where this point stands is not known, so it is never said to be reached"
NOT_RAISED = (
    "no case raises it: a caution changes no outcome, and is compared with the formulas on made-up consultations alone"
)
AGE_OF_IT = "the age is worked out from it"
JUDGED_BEFORE = "judged before, by {}"
OF_THE_WHOLE = "it is about the pathway as a whole; its controls are tests and files"


@dataclass(frozen=True, slots=True)
class TracedRule:
    """One rule with all that it leads to. ``met`` are the cases in which it is met, raised, reached or given, ``decides`` those it decides.

    ``reasons`` says of a link that leads nowhere why it does not, by the name of the link.
    """

    id: str
    kind: str
    documents: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    questions: tuple[str, ...]
    met: tuple[str, ...]
    decides: tuple[str, ...]
    hazards: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """The tags of the sources that its evidence names, each once."""
        return tuple(dict.fromkeys(tag for line in self.evidence for tag in line.sources))

    @property
    def orphaned(self) -> tuple[str, ...]:
        """The links that lead nowhere and do not say why."""
        leads = {SOURCES: self.evidence, QUESTIONS: self.questions, CASES: self.met, HAZARDS: self.hazards}
        return tuple(link for link in LINKS if not leads[link] and not self.reasons.get(link))

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON holds it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "documents": list(self.documents),
            "evidence": [one.in_words() for one in self.evidence],
            "sources": list(self.sources),
            "questions": list(self.questions),
            "cases_met": list(self.met),
            "cases_decided": list(self.decides),
            "hazards": list(self.hazards),
            "reasons": dict(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Backward:
    """What leads to one source, question, case or hazard; ``reason`` says why nothing does, where nothing has to."""

    sort: str
    id: str
    says: str
    rules: tuple[str, ...]
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The link as JSON holds it."""
        return {"id": self.id, "says": self.says, "rules": list(self.rules), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Traceability:
    """Every rule of a pathway with what it leads to, and what leads to every source, question, case and hazard."""

    rules: tuple[TracedRule, ...]
    backward: tuple[Backward, ...]

    def back(self, sort: str) -> tuple[Backward, ...]:
        """What leads to the things of one sort."""
        return tuple(one for one in self.backward if one.sort == sort)

    @property
    def orphans(self) -> tuple[str, ...]:
        """Everything that leads nowhere, or that nothing leads to, without a reason; each in words."""
        forward = (f"{rule.id} has no {link}" for rule in self.rules for link in rule.orphaned)
        back = (
            f"nothing leads to {one.id} of the {one.sort}" for one in self.backward if not one.rules and not one.reason
        )
        return (*forward, *back)

    def as_dict(self) -> dict[str, Any]:
        """Both ways as JSON holds them."""
        back = {sort: [one.as_dict() for one in self.back(sort)] for sort in LINKS}
        return {"orphans": list(self.orphans), "rules": [one.as_dict() for one in self.rules], "back": back}


def traced(
    pathway: Pathway, cases: Iterable[Case], log: HazardLog | None, never_alone: Mapping[str, str] | None = None
) -> Traceability:
    """Trace a pathway with its cases and the hazard log; ``never_alone`` is why a rule never decides by itself, as the invariants list it."""
    return _Tracing(pathway, tuple(cases), log, never_alone or {}).all()


class _Tracing:
    def __init__(
        self, pathway: Pathway, cases: tuple[Case, ...], log: HazardLog | None, never_alone: Mapping[str, str]
    ):
        self.pathway, self.cases, self.log, self.never_alone = pathway, cases, log, never_alone
        self.by_id: dict[str, Rule] = {rule.id: rule for rule in pathway.rules()}
        self.kinds: dict[str, str] = {}
        self.documents: dict[str, dict[str, None]] = {}
        for kind, pgd, id_ in ruled(pathway):
            self.kinds.setdefault(id_, kind)
            self.documents.setdefault(id_, {})[pgd or "pathway"] = None
        self.met: dict[str, list[str]] = {id_: [] for id_ in self.kinds}
        self.decided: dict[str, list[str]] = {id_: [] for id_ in self.kinds}
        self.deciding: dict[str, tuple[str, ...]] = {}
        for case in self.cases:
            self._note(case, assess(pathway, case.facts, case.as_of))

    def _note(self, case: Case, assessment: Assessment) -> None:
        found = dict.fromkeys(finding.id for finding in assessment.findings if finding.verdict is MET)
        found |= dict.fromkeys(assessment.gateways)
        for offer in assessment.offers:
            found |= dict.fromkeys((offer.row.id, *(raised.caution.id for raised in offer.cautions)))
        for id_ in found:
            if id_ in self.met:
                self.met[id_].append(case.id)
        self.deciding[case.id] = assessment.decided_by
        for id_ in assessment.decided_by:
            if id_ in self.decided:
                self.decided[id_].append(case.id)

    def all(self) -> Traceability:
        hazards = self.log.by_rule(self.pathway) if self.log is not None else {}
        rules = tuple(self._rule(id_, hazards.get(id_, ())) for id_ in self.kinds)
        return Traceability(rules, tuple(self._backward(rules)))

    def _rule(self, id_: str, hazards: tuple[str, ...]) -> TracedRule:
        rule = self.by_id[id_]
        questions = rule.sentence.facts() if rule.sentence is not None else ()
        return TracedRule(
            id_,
            self.kinds[id_],
            tuple(self.documents[id_]),
            rule.backing.evidence,
            questions,
            tuple(self.met[id_]),
            tuple(self.decided[id_]),
            hazards,
            dict(self._reasons(rule)),
        )

    def _reasons(self, rule: Rule) -> Iterator[tuple[str, str]]:
        """Why a link of a rule may lead nowhere."""
        if rule.sentence is None:
            covered = rule.covered_by if isinstance(rule, Clause) else ()
            said = JUDGED_BEFORE.format(", ".join(covered)) if covered else FOR_EVERYBODY
            yield QUESTIONS, said
            if covered:
                yield CASES, said
        if isinstance(rule, GatewayPoint) and not rule.position_known:
            yield CASES, PLACE_NOT_KNOWN
        if isinstance(rule, Caution) and not self.met[rule.id]:
            yield CASES, NOT_RAISED
        if rule.id in self.never_alone:
            yield CASES, self.never_alone[rule.id]
        if self.log is None:
            yield HAZARDS, "no hazard log stands beside the conditions"

    def _backward(self, rules: tuple[TracedRule, ...]) -> Iterator[Backward]:
        yield from self._sources(rules)
        read = _turned((question, rule.id) for rule in rules for question in rule.questions)
        gates = _turned(
            (name, other.name)
            for other in self.pathway.questions.values()
            if other.asked_when
            for name in other.asked_when.facts()
        )
        for question in self.pathway.questions.values():
            asked = (
                f"only a question is asked by it: {', '.join(gates[question.name])}" if question.name in gates else ""
            )
            leading = read.get(question.name, ())
            yield Backward(
                QUESTIONS,
                question.name,
                question.in_short,
                leading,
                "" if leading else asked or self._read_otherwise(question.name),
            )
        for case in self.cases:
            decided = tuple(id_ for id_ in self.deciding[case.id] if id_ in self.kinds)
            missing = "" if decided else "an answer is missing, and that is what it is about"
            yield Backward(CASES, case.id, case.says, decided, missing)
        touched = _turned((hazard, rule.id) for rule in rules for hazard in rule.hazards)
        for hazard in self.log.of(self.pathway) if self.log is not None else ():
            reason = "" if hazard.rules else self._of_no_rule(hazard)
            yield Backward(HAZARDS, hazard.id, hazard.title, touched.get(hazard.id, ()), reason)

    def _of_no_rule(self, hazard: Hazard) -> str:
        """Why a hazard that names no rule leads to none; where rules of this pathway control it, which."""
        if hazard.everywhere:
            return "it is the program's own, whatever the content says; its controls are tests and files"
        controlling = ", ".join(one for one in controlling_rules(hazard) if one in self.kinds)
        return f"no rule is named; it is controlled by {controlling}" if controlling else OF_THE_WHOLE

    def _sources(self, rules: tuple[TracedRule, ...]) -> Iterator[Backward]:
        cited = _turned((tag, rule.id) for rule in rules for tag in rule.sources)
        elsewhere = _turned(
            (tag, one.place) for one in self.pathway.backed() for line in one.backing.evidence for tag in line.sources
        )
        for tag, source in self.pathway.sources.items():
            places = elsewhere.get(tag, ())
            more = (
                f"cited where nothing is judged: {', '.join(places[:3])}{' and more' if len(places) > 3 else ''}"
                if places
                else ""
            )
            leading = cited.get(tag, ())
            yield Backward(SOURCES, tag, source.says, leading, "" if leading else more or self._in_prose(tag))

    def _in_prose(self, tag: str) -> str:
        prose = (words for item in self.pathway.open_items.values() for words in (item.says, item.until_then))
        conflicts = (words for one in self.pathway.conflicts for words in (one.says, one.shipped))
        return "named in an open item or a conflict" if any(tag in words for words in (*prose, *conflicts)) else ""

    def _read_otherwise(self, name: str) -> str:
        """Where a question is read that no rule reads; empty where nothing reads it."""
        if name == BORN:
            return AGE_OF_IT
        if any(name in one.sentence.facts() for one in self.pathway.named if one.sentence is not None):
            return "read by a score or a definition"
        diagnosis = self.pathway.diagnosis
        if diagnosis is not None and diagnosis.sentence is not None and name in diagnosis.sentence.facts():
            return "read by the diagnosis alone"
        return "read by what is said to the patient" if self._said_by(name) else ""

    def _said_by(self, name: str) -> bool:
        said = (*self.pathway.advice, *self.pathway.safety_netting)
        return any(one.sentence is not None and name in one.sentence.facts() for one in said)


def _turned(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Each second thing under its first, each once, in order."""
    found: dict[str, dict[str, None]] = {}
    for first, second in pairs:
        found.setdefault(first, {})[second] = None
    return {first: tuple(seconds) for first, seconds in found.items()}
