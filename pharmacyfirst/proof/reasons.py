"""What decided and what is missing, as formulas: for each criterion, row and clause, and for each question, when it is named."""

from collections import defaultdict
from collections.abc import Iterable

from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.outcome import STOPPING_KINDS, Kind
from pharmacyfirst.proof.encoding import Encoding, Judgement, Looked
from pharmacyfirst.proof.solver import TRUE, Formula, both, either, no

Whens = dict[str, list[Formula]]


def decided_by(encoding: Encoding) -> dict[str, Formula]:
    """For each id that can decide: it is among those that decided. The order is not said."""
    found: Whens = defaultdict(list)
    for criterion, judged in encoding.stops:
        found[criterion.id].append(both((encoding.kinds[criterion.kind], judged.met)))
    for (row, _), turn in zip(encoding.rows, encoding.turns, strict=True):
        decides = both((encoding.by_table, turn))
        found[row.id].append(decides)
        for pgd, when in encoding.looks_at(row).items():
            for id_, barred in _barred_by(encoding.looked[pgd]).items():
                found[id_].append(both((decides, when, barred)))
    return {id_: either(whens) for id_, whens in found.items()}


def _barred_by(looked: Looked) -> dict[str, Formula]:
    found = {clause.id: judged.met for clause, judged in looked.clauses}
    found.update((row.id, when) for row, when in looked.by_row if row.dose is None)
    found[looked.pgd.id] = looked.nothing
    return found


def missing(encoding: Encoding) -> dict[str, Formula]:
    """For each question: it can still change the outcome, and is among those to ask. The order is not said."""
    found: Whens = defaultdict(list)
    unknown = _Unknown(encoding)
    met = TRUE
    for kind in STOPPING_KINDS:
        stopped = both((met, encoding.stop(kind)))
        if kind is Kind.EMERGENCY:
            stopped = both((stopped, no(encoding.dial_999)))
        met = both((met, no(encoding.stop(kind))))
        urgency = 2 * kind
        for criterion, judged in encoding.stops:
            if criterion.urgency < urgency:
                unknown.adds(found, stopped, criterion.sentence, judged)
    for criterion, judged in encoding.stops:
        unknown.adds(found, met, criterion.sentence, judged)
    _of_table(encoding, met, unknown, found)
    return {name: either(whens) for name, whens in found.items()}


def _of_table(encoding: Encoding, when: Formula, unknown: "_Unknown", found: Whens) -> None:
    rows, turns = [row for row, _ in encoding.rows], encoding.turns
    plans = [(row.outcome(row.kind), row.offers, row.fallback, row.each, row.nothing_left) for row in rows]
    told_apart = either(both((turns[i], turns[j])) for i in range(len(rows)) for j in range(i) if plans[i] != plans[j])
    reached = both((when, no(encoding.table_decides), told_apart))
    for row, judged in encoding.rows:
        if row.sentence is not None:
            unknown.adds(found, reached, row.sentence, judged)
        reached = both((reached, no(judged.met)))
    looked_at: Whens = defaultdict(list)
    for row, turn in zip(rows, turns, strict=True):
        for pgd, looks in encoding.looks_at(row).items():
            looked_at[pgd].append(both((turn, looks)))
    for pgd, looking in looked_at.items():
        looked = encoding.looked[pgd]
        reached = both((when, either(looking), looked.undecided))
        for clause, judged in looked.clauses:
            if clause.sentence is not None:
                unknown.adds(found, reached, clause.sentence, judged)
        for dose, judged in looked.doses:
            if dose.sentence is not None:
                unknown.adds(found, reached, dose.sentence, judged)
            reached = both((reached, no(judged.met)))


class _Unknown:
    """The questions that keep a finding not known; before one that is not asked of everybody, those that say whether to ask."""

    def __init__(self, encoding: Encoding):
        self.encoding = encoding
        self.gates = {q.name: q.asked_when for q in encoding.pathway.questions.values()}
        self.kept: dict[int, tuple[Condition, dict[str, Formula]]] = {}

    def adds(self, found: Whens, reached: Formula, sentence: Condition, judged: Judgement) -> None:
        here = both((reached, judged.not_known))
        for name, when in self._of(sentence).items():
            found[name].append(both((here, when)))

    def _of(self, sentence: Condition) -> dict[str, Formula]:
        kept = self.kept.get(id(sentence))
        if kept is None:
            kept = self.kept[id(sentence)] = (sentence, dict(self._with_gates(sentence)))
        return kept[1]

    def _with_gates(self, sentence: Condition) -> Iterable[tuple[str, Formula]]:
        own = self.encoding.sentences.unknown(sentence)
        found: Whens = defaultdict(list)
        for name, when in own.items():
            found[name].append(when)
            gate = self.gates[name]
            if gate is not None:
                for other, unsaid in self.encoding.sentences.unknown(gate).items():
                    found[other].append(both((when, unsaid)))
        return ((name, either(whens)) for name, whens in found.items())
