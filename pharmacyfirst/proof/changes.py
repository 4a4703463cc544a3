"""Who is treated differently by two versions of a pathway: each class of them with one nearest patient, and that there is nobody else."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pharmacyfirst.content.made_up import answers_worth_trying
from pharmacyfirst.kernel.conditions import Condition, Verdict
from pharmacyfirst.kernel.questions import BORN, asked
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.proof.carried import BEFORE, NotCarriedOver, SamePerson, carried_answer
from pharmacyfirst.proof.classes import (
    Fact,
    Told,
    Topic,
    Transition,
    ending,
    everybody_like,
    facts_told,
    sentence_topic,
    together,
    told_of,
    topics_of,
)
from pharmacyfirst.proof.counterexample import Nearest, in_place, judged_again
from pharmacyfirst.proof.differences import OtherReason, other_reasons, outcome_differs, surely_another_amount
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.rewritten import Rewritten, rewritten
from pharmacyfirst.proof.solver import FALSE, TRUE, Formula, Found, Solver, both, either, no
from pharmacyfirst.proof.versions import Version


@dataclass(frozen=True, slots=True)
class Shown:
    """The patient shown of a class: the answers that differ from the usual patient's, and both assessments."""

    changes: Mapping[str, Any]
    before: Assessment
    after: Assessment
    plausible: bool


@dataclass(frozen=True, slots=True)
class ChangedClass:
    """People who change in one way. ``facts`` are true of all of them; ``whole``: and everybody of whom they are true changes so.

    ``complete``: some of them have every answer given.
    """

    transition: Transition
    facts: tuple[Fact, ...]
    further: tuple[Fact, ...]
    whole: bool
    complete: bool
    patient: Shown


@dataclass(frozen=True, slots=True)
class ChangedReason:
    """People whose outcome is the same, and of whom one version names a reason or a question that the other does not."""

    reason: OtherReason
    patient: Shown


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that changes from one version of a condition to another; that nothing else does is proved.

    ``everybody`` is what is true of all who change with every answer given, ``unfinished`` of those who change only while answers are
    missing. ``reasons`` is None where they were not looked at.
    """

    old: Version
    new: Version
    rewritten: tuple[Rewritten, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    not_carried: tuple[NotCarriedOver, ...]
    classes: tuple[ChangedClass, ...]
    everybody: tuple[Fact, ...]
    unfinished: tuple[Fact, ...]
    reasons: tuple[ChangedReason, ...] | None
    seconds: float


def changes(old: Version, new: Version, reasons: bool = False) -> Changes:
    """Compare two versions of a pathway for everybody, whatever is known of them; with ``reasons`` what decided and is asked, too."""
    start = time.perf_counter()
    return _Comparing(old, new).all(reasons, start)


class _Comparing:
    def __init__(self, old: Version, new: Version):
        self.versions = (old, new)
        self.same = SamePerson(old.pathway.questions, new.pathway.questions)
        self.old = Encoding(old.pathway, self.same.old, old.on)
        self.new = Encoding(new.pathway, self.same.new, new.on)
        self.encodings = (self.old, self.new)
        self.solver = Solver([self.same.fits])
        self.rewritten = tuple(rewritten(old.pathway, new.pathway, self.same.renamed))

    def all(self, reasons: bool, start: float) -> Changes:
        found = sorted(self._classes(), key=lambda one: one[0].order())
        complete = self._needed(together(told for one, told in found if one.complete))
        unfinished = self._needed(together(told for one, told in found if not one.complete))
        classes = [self._described(one, told, complete if one.complete else unfinished) for one, told in found]
        old, new = self.versions
        return Changes(
            old, new, self.rewritten, self.same.only_old, self.same.only_new, tuple(self.same.not_carried), tuple(classes),
            tuple(facts_told(self.topics, complete)), tuple(facts_told(self.topics, unfinished)),
            tuple(self._reasons()) if reasons else None, time.perf_counter() - start,
        )  # fmt: skip

    @cached_property
    def changed(self) -> Formula:
        return outcome_differs(self.old, self.new)

    @cached_property
    def complete(self) -> Formula:
        """Every answer is given that either version asks for, and none that neither does."""
        return both((self.old.complete, self.new.complete, *self._in_place()))

    def _in_place(self) -> Iterator[Formula]:
        """A question that one version asks of fewer people may be answered of all whom the other asks."""
        old, new, renamed = self.old, self.new, self.same.renamed
        for name, shut in new.gate_closed.items():
            before = renamed.get(name)
            there = TRUE if before is None else old.gate_closed.get(before, FALSE)
            yield no(both((new.person.known(name), shut, there)))
        for before in old.gate_closed.keys() - renamed.values():
            yield no(both((old.person.known(before), old.gate_closed[before])))

    def _classes(self) -> Iterator[tuple["_Found", Told]]:
        """Each way to change with what is true of its people; those with every answer given first."""
        if self.solver.find(self.changed) is None:
            return
        with self.solver.for_now([self.changed]):
            for complete in (True, False):
                also = (self.complete,) if complete else ()
                while (found := self.solver.find(*also)) is not None:
                    transition = Transition.of(ending(self.old, found), ending(self.new, found))
                    people = transition.formula(self.old, self.new)
                    with self.solver.for_now([people]):
                        told = told_of(self.solver, self.topics)
                        patient = self._patient(*also, shown=self._really(transition))
                    yield _Found(transition, people, complete, patient), told
                    self.solver.say([no(people)])

    def _described(self, one: "_Found", told: Told, everybody: Told) -> ChangedClass:
        like = everybody_like(self.topics, told)
        whole = self.solver.find(like, no(one.people)) is None
        needed = self._needed(told)
        facts = tuple(facts_told(self.topics, needed))
        further = tuple(facts_told(self.topics, needed, everybody))
        return ChangedClass(one.transition, facts, further, whole, one.complete, one.patient)

    def _needed(self, told: Told) -> Told:
        """What is told without the sentences that follow from the answers told."""
        answers = {at: seen for at, seen in told.items() if not self.topics[at].of_sentence}
        like = everybody_like(self.topics, answers)
        follow = {
            at
            for at, seen in told.items()
            if at not in answers and self.solver.find(like, no(everybody_like(self.topics, {at: seen}))) is None
        }
        return {at: seen for at, seen in told.items() if at not in follow}

    def _reasons(self) -> Iterator[ChangedReason]:
        found = [one for one in other_reasons(self.old, self.new, self.same.renamed)]
        with self.solver.for_now([no(self.changed)]):
            while self.solver.find(either(one.formula for one in found)) is not None:
                one = found.pop(0)
                if self.solver.find(one.formula) is not None:
                    yield ChangedReason(one, self._patient(one.formula))

    # --- the patient shown

    @cached_property
    def nearest(self) -> Nearest:
        old, new = self.versions
        shown_as = self.same.shown_as
        unsettled = self.same.everything.unsettled
        values: dict[str, tuple[Any, ...]] = {}
        for name, worth in answers_worth_trying(old.pathway).items():
            if (shown := shown_as(name)) in unsettled and _same_answers(
                unsettled[shown].question, old.pathway.questions[name]
            ):
                values[shown] = worth
        for name, worth in answers_worth_trying(new.pathway).items():
            earlier = values.get(name, ()) if unsettled[name].number is not None else ()
            values[name] = tuple(dict.fromkeys((*worth, *earlier)))
        plausible = both(
            no(both(encoding.alone.judged(one).met for one in people))
            for version, encoding in zip(self.versions, self.encodings, strict=True)
            for people in version.implausible
        )
        return Nearest(self.same.everything, self.baseline, plausible, values, self.solver)

    @cached_property
    def baseline(self) -> dict[str, Any]:
        """The usual patient of both versions, under the names of ``everything``."""
        old, new = self.versions
        before = in_place(old.pathway, old.baseline)
        found = {self.same.shown_as(name): value for name, value in before.items() if name != BORN}
        asked_old, asked_new = old.pathway.questions, new.pathway.questions
        for name, was in self.same.renamed.items():
            value = carried_answer(asked_old[was], asked_new[name], before[was]) if was in before else None
            found.pop(name, None)
            if value is not None:
                found[name] = value
        now = in_place(new.pathway, new.baseline)
        return found | {name: value for name, value in now.items() if name != BORN}

    def _patient(self, *formulas: Formula, shown: Formula | None = None) -> Shown:
        """The nearest person for whom these hold, and of whom ``shown`` is true if it is of anybody."""
        found = self.nearest.somebody(*formulas, *(() if shown is None else (shown,)))
        if found is None:
            found = self.nearest.somebody(*formulas)
        assert found is not None  # the solver has found somebody before
        return self._judged(found)

    def _judged(self, found: Found) -> Shown:
        before, after = (judged_again(one, found, {}).assessment for one in self.encodings)
        if before is None or after is None:
            raise AssertionError("what the loader lets pass has a row for everybody")
        everything, usual = self.same.everything, self.nearest.baseline
        facts = everything.facts(found)
        differ = {name: facts.get(name) for name in everything.unsettled if facts.get(name) != usual.get(name)}
        return Shown(differ, before, after, found.holds(self.nearest.plausible))

    def _really(self, transition: Transition) -> Formula | None:
        """That the doses differ in fact, where they go by weight."""
        pairs = zip(transition.before.offers, transition.after.offers, strict=False)
        courses = [(one, other) for (_, one), (_, other) in pairs if one is not None and other is not None]
        if not any(dose is not None and dose.for_each_kg for pair in courses for dose in (pair[0].dose, pair[1].dose)):
            return None
        person = self.same.new
        return either(surely_another_amount(one.dose, other.dose, person) for one, other in courses)

    # --- what can be told of people

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        return (*self._answers(), *self._sentences())

    def _answers(self) -> Iterator[Topic]:
        old, new = (version.pathway.sentences() for version in self.versions)
        for name, one in self.same.everything.unsettled.items():
            names = {name.removesuffix(BEFORE), name, self.same.renamed.get(name, name)}
            yield from topics_of(one, self.nearest.baseline.get(name), (*old, *new), names)

    def _sentences(self) -> Iterator[Topic]:
        """The sentences of rules that only one version has, where they read more than one answer."""
        for one in self.rewritten:
            for sentence, encoding, version in zip((one.old, one.new), self.encodings, self.versions, strict=True):
                if sentence is not None and len(sentence.facts()) > 1:
                    usual = _verdict(sentence, version)
                    yield sentence_topic(sentence.in_words(), one.id, encoding.sentences.judged(sentence), usual)


@dataclass(frozen=True, slots=True)
class _Found:
    transition: Transition
    people: Formula
    complete: bool
    patient: Shown

    def order(self) -> tuple[Any, ...]:
        """People with every answer given first; then as urgent as they were, and the least urgent now first."""
        before, after = self.transition.before, self.transition.after
        ends = [(end.outcome.destination or "", repr(end.offers)) for end in (before, after)]
        return not self.complete, before.outcome.kind, -after.outcome.kind, ends


def _verdict(sentence: Condition, version: Version) -> Verdict:
    return sentence.verdict(asked(version.pathway.gated, in_place(version.pathway, version.baseline)))


def _same_answers(one: Any, other: Any) -> bool:
    return one.answer is other.answer and set(one.choice_names()) >= set(other.choice_names())


def conditions_of_both(old: Mapping[str, Version], new: Mapping[str, Version]) -> Sequence[str]:
    """The conditions that both sides have, in alphabetical order."""
    return sorted(set(old) & set(new))
