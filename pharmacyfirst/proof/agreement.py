"""Kernel and formulas on the same consultations: kind, destination, offers, every verdict, and all that stands beside the outcome.

The terms that the solver is given are worked out here by other means, for all consultations at once: the truth of a term is one
whole number with a bit for each consultation.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

from pharmacyfirst.content.made_up import answers_worth_trying, generate
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.offer import Arises
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, Answer
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.kernel.told import OF_THE_MEDICINE
from pharmacyfirst.kernel.trace import Assessment, NotInForce
from pharmacyfirst.proof.anybody import Anybody, Unsettled
from pharmacyfirst.proof.beside import beside, cautions, diagnosis_established, instructed_as
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.solver import AND, COMPARISON, CONSTANT, NOT, NUMERIC, OR, Formula, Terms

AT_ONCE = 1000
DIAGNOSIS = "diagnosis established"

Facts = Mapping[str, Any]


@dataclass(slots=True)
class Agreement:
    """How many consultations were compared, and those that came out differently, each with the claims that differ."""

    compared: int = 0
    differences: list[tuple[Facts, tuple[str, ...]]] = field(default_factory=list)


def agreement(pathway: Pathway, people: Sequence[Facts], on: date, count: int, seed: int = 1) -> Agreement:
    """Compare kernel and formulas on so many made-up consultations of a condition; ``people`` are those of its cases."""
    claims = Claims(Encoding(pathway, Anybody(pathway.questions.values()), on))
    found, waiting = Agreement(), list[Facts]()
    for facts in consultations(pathway, people, seed, count):
        waiting.append(facts)
        if len(waiting) == AT_ONCE:
            compare(claims, waiting, found)
            waiting.clear()
    compare(claims, waiting, found)
    return found


def consultations(pathway: Pathway, people: Sequence[Facts], seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Half of them changed from people given, a quarter these people in turn with one answer changed, a quarter anything at all.

    Some know little, some almost everything; by the people in turn every outcome that they have comes up.
    """
    quarter = count // 4
    yield from generate(pathway, people, seed, count - 2 * quarter)
    chance, answers = Random(seed), answers_worth_trying(pathway)
    for at in range(quarter):
        name = chance.choice(list(answers))
        facts = {**people[at % len(people)], name: chance.choice(answers[name])}
        if name == AGE:
            facts.pop(BORN, None)  # which would give another age, and be refused
        yield facts
    for _ in range(quarter):
        share = chance.choice((0.2, 0.5, 0.8, 0.95, 1.0))
        yield {name: chance.choice(values) for name, values in answers.items() if chance.random() < share}


def compare(claims: "Claims", people: Sequence[Facts], found: Agreement) -> None:
    """Add to what was found how these people come out both ways."""
    pathway, on = claims.encoding.pathway, claims.encoding.on
    assessments = [assess(pathway, facts, on) for facts in people]
    claimed = claims.of([assessment.known for assessment in assessments])
    said, heard = _said(assessments)
    wrong: dict[int, list[str]] = defaultdict(list)
    for name, bits in claimed.items():
        # A finding that the trace does not hold was not judged: then there is nothing to compare with.
        differ = (bits ^ said.get(name, 0)) & heard.get(name, -1 if not name.startswith("verdict") else 0)
        for at in range(len(people)) if differ else ():
            if differ >> at & 1:
                wrong[at].append(name)
    for name in said.keys() - claimed.keys():
        wrong[said[name].bit_length() - 1].append(name)
    found.compared += len(people)
    found.differences += [(people[at], tuple(names)) for at, names in sorted(wrong.items())]


def _said(assessments: Sequence[Assessment]) -> tuple[dict[str, int], dict[str, int]]:
    """What the kernel says, by the names of the claims: a bit for each consultation; and of whom it says a verdict at all."""
    said: dict[str, int] = defaultdict(int)
    heard: dict[str, int] = defaultdict(int)
    for at, assessment in enumerate(assessments):
        bit = 1 << at
        for name in said_of(assessment):
            said[name] |= bit
        for finding in assessment.findings:
            for verdict in (Verdict.MET, Verdict.NOT_MET):
                heard[_verdict(finding.item, verdict)] |= bit
    return said, heard


def said_of(assessment: Assessment) -> set[str]:
    """The names of the claims that are true of an assessment."""
    offers = assessment.offers
    return {
        f"outcome {assessment.outcome.kind.word}",
        *(("999",) if assessment.outcome.destination == EMERGENCY_999 else ()),
        *(f"offer {offer.pgd.id} {offer.row.id}" for offer in offers),
        *(f"offer {a.pgd.id} before {b.pgd.id}" for at, a in enumerate(offers) for b in offers[at + 1 :]),
        *(f"decided by {id_}" for id_ in assessment.decided_by),
        *(f"missing {name}" for name in assessment.missing),
        *((f"if not answered {assessment.if_not_answered.word}",) if assessment.if_not_answered else ()),
        *(f"gateway {point} reached" for point in assessment.gateways),
        *(f"gateway {point} not known" for point in assessment.gateways_not_known),
        *(f"says {said.source}" for said in assessment.to_say if said.part != OF_THE_MEDICINE),
        *(f"says {duty.id}" for duty in assessment.duties),
        *_beside(assessment.outcome),
        *(_caution(offer.pgd.id, one.caution.id, one.arises) for offer in offers for one in offer.cautions),
        *(instructed_as(offer.pgd.id, one.id, one.arises) for offer in offers for one in offer.instructions),
        *((DIAGNOSIS,) if assessment.diagnosis_established else ()),
        *(
            _verdict(f.item, f.verdict)
            for f in assessment.findings
            if f.verdict is not Verdict.NOT_KNOWN and not isinstance(f.item, NotInForce)
        ),
    }


def _beside(outcome: Outcome) -> Iterator[str]:
    """What stands beside the kind of an outcome, by the names of the claims."""
    if outcome.kind is Kind.MEASURE_NEXT:
        yield f"leads to {outcome.destination}"
    if outcome.within_days:
        yield f"within {outcome.within_days}"
    if outcome.next:
        yield f"next {outcome.next}"


def _caution(pgd: str, id_: str, arises: Arises) -> str:
    return f"caution {pgd} {id_} {arises.value}"


def _verdict(item: Judged, verdict: Verdict) -> str:
    # With its heading: an exclusion of every medicine has one id and stands under each.
    return f"verdict {item.stage} {item.id} {verdict.value}"


def claims_of(encoding: Encoding) -> dict[str, Formula]:
    """Everything that the formulas claim of a consultation, by name."""
    pgds = encoding.pathway.pgds
    clauses = [one for looked in encoding.looked.values() for one in (*looked.clauses, *looked.doses)]
    found = {f"outcome {kind.word}": formula for kind, formula in encoding.kinds.items()}
    found["999"] = encoding.dial_999
    found.update({f"offer {pgd} {row}": formula for (pgd, row), formula in encoding.offered_by_row.items()})
    found.update({f"offer {a} before {b}": encoding.offered_before(a, b) for a, b in permutations(pgds, 2)})
    found.update(beside(encoding))
    found.update({_caution(*key): formula for key, formula in cautions(encoding).items()})
    found[DIAGNOSIS] = diagnosis_established(encoding)
    for item, judged in (*encoding.stops, *encoding.rows, *clauses):
        found[_verdict(item, Verdict.MET)] = judged.met
        found[_verdict(item, Verdict.NOT_MET)] = judged.not_met
    return found


class Claims:
    """The claims of an encoding, worked out for people who are known."""

    def __init__(self, encoding: Encoding):
        self.encoding = encoding
        self.formulas = claims_of(encoding)
        self.terms = Terms(self.formulas.values())
        self._chance = Random(1)

    def of(self, people: Sequence[Facts]) -> dict[str, int]:
        """For each claim a whole number with a bit for each person."""
        values = self._answers(people)
        everybody = (1 << len(people)) - 1
        for at, (what, told, inner) in enumerate(self.terms.terms):
            if what == AND:
                bits = everybody
                for one in inner:
                    bits &= values[one]
            elif what == OR:
                bits = 0
                for one in inner:
                    bits |= values[one]
            elif what == NOT:
                bits = everybody ^ values[inner[0]]
            elif what == CONSTANT:
                values[at] = (everybody if told else 0) if isinstance(told, bool) else [told] * len(people)
                continue
            elif what == COMPARISON:
                pairs = zip(values[inner[0]], values[inner[1]], strict=True)
                bits = sum(1 << place for place, (a, b) in enumerate(pairs) if told(a, b))
            elif what == NUMERIC:
                values[at] = [told(*each) for each in zip(*(values[one] for one in inner), strict=True)]
                continue
            else:
                continue  # a variable: what the people answered
            values[at] = bits
        return {name: values[place] for name, f in self.formulas.items() if (place := self.terms.place(f)) is not None}

    def _answers(self, people: Sequence[Facts]) -> dict[int, Any]:
        values: dict[int, Any] = {}
        for name, one in self.encoding.person.unsettled.items():
            given = [facts.get(name) for facts in people]
            self._put(values, one.known, _bits(answer is not None for answer in given))
            # What is not known may be anything: no claim may look at it.
            filled = [self._anything(one) if answer is None else answer for answer in given]
            if one.number is not None:
                self._put(values, one.number, [Fraction(answer) for answer in filled])
            for choice, formula in one.choices.items():
                self._put(values, formula, _bits(_chosen(choice, answer) for answer in filled))
        return values

    def _put(self, values: dict[int, Any], term: Any, value: Any) -> None:
        place = self.terms.place(term)
        if place is not None:
            values[place] = value

    def _anything(self, one: Unsettled) -> Any:
        question = one.question
        if one.number is not None:
            return self._chance.choice((question.low, question.high))
        if question.answer is Answer.ANY_OF:
            return tuple(name for name in question.choice_names() if self._chance.random() < 0.5)
        return self._chance.choice(question.choice_names() or (True, False))


def _chosen(choice: str | bool, answer: Any) -> bool:
    return (
        answer is choice if isinstance(choice, bool) else choice in (answer if isinstance(answer, tuple) else (answer,))
    )


def _bits(truths: Any) -> int:
    return int("".join("1" if one else "0" for one in truths)[::-1] or "0", 2)
