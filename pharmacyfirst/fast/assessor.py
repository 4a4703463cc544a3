"""An ``Assessment`` of what a generated module says of one person: equal to that of the kernel, several times as fast.

What decides is the generated module. What is made of it here is the kernel's own: findings and offers are its objects, and input that is
refused is refused by its ``known_facts``. What several people share is made once and remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pharmacyfirst import exact
from pharmacyfirst.errors import Refused
from pharmacyfirst.fast import run
from pharmacyfirst.fast.ends import Ends, remember
from pharmacyfirst.fast.json_in import reader_of
from pharmacyfirst.kernel.assess import once
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.offer import Arises, Instructed, Offer, Raised, instructed
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import Answer, asked, known_facts
from pharmacyfirst.kernel.trace import Assessment

if TYPE_CHECKING:
    from pharmacyfirst.fast.ends import End
    from pharmacyfirst.fast.json_in import JSONReader, Read
    from pharmacyfirst.fast.run import Answers as Told
    from pharmacyfirst.fast.run import Found, Generated


class Assessor:
    """Assessments by one pathway, on days on which the same of its PGDs are in force, and what they all share."""

    def __init__(self, pathway: Pathway, module: Generated, json_reader: JSONReader = reader_of):
        self.pathway, self.module, self._json_reader = pathway, module, json_reader
        self._places = {name: at for at, name in enumerate(module.facts)}
        self._gated = [(one.name, self._places[one.name]) for one in pathway.gated]
        questions = [(name, at, pathway.questions[name]) for name, at in self._places.items()]
        self._numbers = [one for one in questions if one[2].answer is Answer.NUMBER]
        self._lists = [(name, at) for name, at, question in questions if question.answer is Answer.ANY_OF]
        self._points = [
            (point.id, _which(pathway, point.comes_after), point.position_known) for point in pathway.gateways
        ]
        diagnosis = pathway.diagnosis
        self._diagnosis = (
            _which(pathway, lambda one: one.stage in diagnosis.clear or one.id in diagnosis.clear)
            if diagnosis
            else None
        )
        self._open_answers = {
            question.name: open_
            for question in pathway.questions.values()
            if (open_ := {one.name: one.backing.open for one in question.choices if one.backing.open})
        }
        self._ends = Ends(pathway, module)
        self._read_json: Read | None = None
        self._offers: dict[tuple[Any, ...], Offer] = {}

    def assess(self, facts: Mapping[str, Any], on: date) -> Assessment:
        """One person, checked and judged. Raises ``Refused``."""
        known, read = self._read(facts, on)
        return self.assessment(known, read, on)

    def verdicts(self, facts: Mapping[str, Any], on: date) -> run.Verdicts:
        """One person, checked and judged as far as it takes to decide; no words, and nothing of what decides nothing. Raises ``Refused``."""
        read = self.module.read(facts) if type(facts) is dict else None
        return run.Verdicts(*self.module.judge(self._read(facts, on)[1] if read is None else read))

    def verdicts_of_json(self, words: bytes, on: date) -> run.Verdicts:
        """What ``verdicts`` gives of the facts in a JSON object, read as strictly as ``exact.read`` does. Raises ``Refused``."""
        if self._read_json is None:
            self._read_json = self._json_reader(self.module, self.pathway.questions)
        read = self._read_json(words)
        if read is None:
            facts = exact.read(words)
            if not isinstance(facts, dict):
                raise Refused("not_json", "The facts are no JSON object.")
            return self.verdicts(facts, on)
        return tuple.__new__(run.Verdicts, self.module.judge(read))  # its own way to be made takes longer than deciding

    def _read(self, facts: Mapping[str, Any], on: date) -> tuple[dict[str, Any], Told]:
        """What is known, by name in the order given, and in the order of the module. Raises ``Refused``."""
        read = self.module.read(facts) if type(facts) is dict else None
        if read is None:
            known = known_facts(self.pathway.questions, facts, on)
            return known, self.facts_of(known)
        known = dict(facts)
        if None in known.values():
            known = {name: value for name, value in known.items() if value is not None}
        for name, at in self._lists:
            if name in known:
                known[name] = read[at]
        for name, _, question in self._numbers:
            value = known.get(name)
            if value is not None and (type(value) is not Decimal or not value):  # any other fits, and is held as it is
                known[name] = question.read(value)
        return known, read

    def facts_of(self, known: Mapping[str, Any]) -> Told:
        """The answers of somebody who was checked, in the order of the module, as it judges by them."""
        facts: list[Any] = list(map(known.get, self.module.facts))
        for _, at, _ in self._numbers:
            if facts[at] is not None:
                facts[at] = run.as_float(facts[at])
        return tuple(facts)

    def assessment(self, known: dict[str, Any], facts: Told, on: date) -> Assessment:
        """One person whose answers are checked: ``facts`` are those of ``known`` (``facts_of``)."""
        module, ends = self.module, self._ends
        answers = module.answers(facts)
        unasked: tuple[str, ...] = ()
        if answers is not facts:
            unasked = tuple([name for name, at in self._gated if facts[at] is None and answers[at] is not None])
        leaf, found = module.judge(facts)
        end = ends.of(leaf, found, answers, unasked, known, on)
        missing = ends.missing(end, answers)
        said = module.beside(answers)
        beside = end.beside.get(said) or self._beside(end, said)
        return Assessment(
            self.pathway,
            on,
            Frozen(known),
            end.outcome,
            end.decided_by,
            tuple([self._offer(pgd, row, answers, known, end.open_items) for pgd, row in end.offers]),
            missing,
            ends.if_not_answered(end, missing),
            beside[0],
            beside[1],
            end.findings,
            beside[2],
        )

    # What decides nothing

    def _beside(self, end: End, said: Found) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Rule 5: the payment points reached, and those that may have been; and whether the diagnosis is established."""
        reached: list[str] = []
        not_known: list[str] = []
        for (id, after, position_known), verdict in zip(self._points, said, strict=False):
            if verdict is False or not after.isdisjoint(end.met):
                continue
            certain = verdict is True and position_known and after.isdisjoint(end.open)
            (reached if certain else not_known).append(id)
        clear = self._diagnosis
        established = (
            clear is not None and said[-1] is True and clear.isdisjoint(end.met) and clear.isdisjoint(end.open)
        )
        end.beside[said] = tuple(reached), tuple(not_known), established
        return end.beside[said]

    # What may be offered

    def _offer(
        self, pgd: PGD, row: DoseRow, answers: Told, known: Mapping[str, Any], open_items: tuple[str, ...]
    ) -> Offer:  # fmt: skip
        cautions = self.module.cautions[pgd.id](answers)
        open_answers = self._open(known)
        told: tuple[Instructed, ...] = ()
        if pgd.instructions:
            told = instructed(pgd, self.pathway.questions, asked(self.pathway.gated, known))
        dose = row.dose
        if dose is None or dose.for_each_kg:  # each weight has its own
            return self._made(pgd, row, cautions, known, open_items, open_answers, told)
        key = (pgd.id, row.id, cautions, open_items, open_answers, told)
        kept = self._offers.get(key)
        return kept or remember(
            self._offers, key, self._made(pgd, row, cautions, known, open_items, open_answers, told)
        )

    def _made(
        self, pgd: PGD, row: DoseRow, cautions: Found, known: Mapping[str, Any], open_items: tuple[str, ...],
        open_answers: tuple[str, ...], told: tuple[Instructed, ...],
    ) -> Offer:  # fmt: skip
        if row.dose is None:
            raise AssertionError(f"{row.id} offers nothing")
        weighed = {WEIGHT: known.get(WEIGHT)}
        supplied = row.supplied(weighed)
        forms = frozenset([one.product.form for one in supplied])
        raised = []
        for caution, verdict in zip(pgd.cautions, cautions, strict=True):
            if verdict is not False and not (caution.forms and forms.isdisjoint(caution.forms)):
                applies = Arises.ALWAYS if caution.sentence is None else Arises.APPLIES
                raised.append(Raised(caution, Arises.ASK if verdict is None else applies))
        items = once([*open_items, *pgd.backing.open, *row.backing.open, *open_answers])
        return Offer(pgd, row, row.dose.for_person(weighed), supplied, tuple(raised), items, told)

    def _open(self, known: Mapping[str, Any]) -> tuple[str, ...]:
        """The open items of the answers given, in the order in which they were given."""
        named = [name for name in self._open_answers if name in known]
        if len(named) > 1:
            named = [name for name in known if name in named]
        items: list[str] = []
        for name in named:
            given = known[name] if isinstance(known[name], tuple) else (known[name],)
            items += [item for choice, open_ in self._open_answers[name].items() if choice in given for item in open_]
        return tuple(items)


def _which(pathway: Pathway, comes_after: Any) -> frozenset[int]:
    return frozenset(at for at, one in enumerate(pathway.stopping) if comes_after(one))
