"""One person as two versions of a pathway see them: an answer is carried over from one to the other, by its name or by ``was``.

A question that only one version asks is free in the other. An answer that only one version takes counts as not known in the other, and
is listed; of answers that may stand together the rest is carried over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pharmacyfirst.kernel.questions import BORN, Answer, Question
from pharmacyfirst.proof.anybody import Anybody, Unsettled, free
from pharmacyfirst.proof.solver import (
    Formula,
    Number,
    at_least,
    at_most,
    at_or_below,
    both,
    either,
    equal,
    exact,
    floor,
    no,
    rational,
    truth,
    whole_number,
)

BEFORE = " (before)"

_NUMBERS = (Answer.WHOLE_NUMBER, Answer.NUMBER)
_CHOSEN = (Answer.YES_NO, Answer.ONE_OF)
_YES_NO: dict[str, str | bool] = {"yes": True, "no": False}

Pair = tuple[str | None, str | None]
"""An answer of the old question and the one it is carried over to; None where the other question takes no such answer."""


def counterparts(old: Mapping[str, Question], new: Mapping[str, Question]) -> dict[str, str]:
    """For each question of the new version that the old one asks too, whatever it called it: the old name."""
    found: dict[str, str] = {}
    for name, question in new.items():
        before = next((one for one in question.was if one in old), name if name in old else None)
        before = before or next((one for one, asked in old.items() if name in asked.was), None)
        if before is not None and before not in found.values():
            found[name] = before
    return found


def pairs(old: Question, new: Question) -> tuple[Pair, ...]:
    """How the answers of a question are carried over: each that may be given in the old and in the new version, with None where it may not."""
    before, now = _names(old), _names(new)
    were_old = {one.name: one.was for one in old.choices}
    were_new = {one.name: one.was for one in new.choices}
    found: list[Pair] = []
    for name in now:
        said = [one for one in were_new.get(name, ()) if one in before]
        found += [(one, name) for one in said or [one for one in before if one == name]]
    found += [
        (one, name) for one in before for name in now if name in were_old.get(one, ()) and (one, name) not in found
    ]
    found += [(one, None) for one in before if one not in {pair[0] for pair in found}]
    return (*found, *((None, name) for name in now if name not in {pair[1] for pair in found}))


def _names(question: Question) -> tuple[str, ...]:
    return tuple(_YES_NO) if question.answer is Answer.YES_NO else question.choice_names()


@dataclass(frozen=True, slots=True)
class NotCarriedOver:
    """A question or some answers of it that one version has and the other has not. ``only_old``: the old version has it.

    ``left_out``: answers may stand together, so that the others are carried over.
    """

    question: str
    only_old: bool
    what: str
    left_out: bool = False

    def in_words(self) -> str:
        """What is not carried over, and what that means."""
        here, there = ("before", "now") if self.only_old else ("now", "before")
        instead = "it is left out, and the rest counts" if self.left_out else "it counts as not known"
        return f"{self.question}: {self.what} only {here}; {there} {instead}"


class SamePerson:
    """A person of whom nothing is said, as the old and as the new version see them.

    ``everything`` has each answer once: under the new name, and under the old one with ``BEFORE`` where the new answer does not tell it.
    ``fits`` is what is true of everybody; ``renamed`` gives the old name of each question asked in both; ``not_carried`` is for the reader.
    """

    def __init__(self, old: Mapping[str, Question], new: Mapping[str, Question]):
        self.renamed = {name: before for name, before in counterparts(old, new).items() if name != BORN}
        self.not_carried: list[NotCarriedOver] = []
        self._said: list[Formula] = []
        olds: dict[str, Unsettled] = {}
        news: dict[str, Unsettled] = {}
        everything: dict[str, Unsettled] = {}
        for name, question in new.items():
            if name == BORN:
                continue
            before = self.renamed.get(name)
            kept = self._carried(old[before], question) if before is not None else None
            if kept is None:
                news[name] = self._own(question, name)
                self.renamed.pop(name, None)
            else:
                assert before is not None
                olds[before], news[name] = kept
            everything[name] = news[name]
            if before is not None and before in olds and not self._told(before, olds, news[name]):
                everything[name + BEFORE] = replace(olds[before], question=replace(old[before], name=name + BEFORE))
        for name, question in old.items():
            if name in olds or name == BORN:
                continue
            shown = name + BEFORE if name in everything else name
            olds[name] = self._own(question, shown)
            everything[shown] = replace(olds[name], question=replace(question, name=shown))
        self.old, self.new = Anybody.of({name: olds[name] for name in old if name != BORN}), Anybody.of(news)
        self.everything = Anybody.of(everything)
        self.only_old = tuple(one for one in self.old.unsettled if one not in self.renamed.values())
        self.only_new = tuple(one for one in news if one not in self.renamed)
        self.fits = both(self._said)

    def shown_as(self, before: str) -> str:
        """Under which name of ``everything`` an old question's answer stands."""
        now = next((name for name, old in self.renamed.items() if old == before), before)
        return now + BEFORE if now + BEFORE in self.everything.unsettled else now

    def _own(self, question: Question, name: str) -> Unsettled:
        one = Unsettled(question, truth(f"{name} known"), *free(question, name))
        self._said.append(one.fits())
        return one

    def _told(self, before: str, olds: Mapping[str, Unsettled], now: Unsettled) -> bool:
        """Whether the new answer tells the old one."""
        then = olds[before]
        if then.number is not None or then.question.answer is Answer.DATE:
            return then.known is now.known
        told = [pair[1] for pair in pairs(then.question, now.question)]
        return None not in told and len(told) == len(set(told))

    def _carried(self, old: Question, new: Question) -> tuple[Unsettled, Unsettled] | None:
        """The answer to one question as both see it; None where they are two questions with one name."""
        if old.answer in _NUMBERS and new.answer in _NUMBERS and old.unit == new.unit:
            return self._number(old, new)
        alike = old.answer is new.answer
        if (alike and old.answer is Answer.ANY_OF) or (old.answer in _CHOSEN and new.answer in _CHOSEN):
            return self._choice(old, new)
        if alike and old.answer is Answer.DATE:
            one = self._own(new, new.name)
            return replace(one, question=old), one
        self.not_carried += [NotCarriedOver(one.name, one is old, _how_answered(one)) for one in (old, new)]
        return None

    def _number(self, old: Question, new: Question) -> tuple[Unsettled, Unsettled]:
        known, name = truth(f"{new.name} known"), new.name
        if (old.answer, old.low, old.high) == (new.answer, new.low, new.high):
            one = Unsettled(new, known, *free(new, name))
            self._said.append(one.fits())
            return replace(one, question=old), one
        whole = Answer.NUMBER not in (old.answer, new.answer)
        number = whole_number(name) if whole else rational(name)
        low, high = (_widest(min, old.low, new.low), _widest(max, old.high, new.high))
        self._said += _within(number, low, high)
        found = []
        for question, other in ((old, new), (new, old)):
            own, fits = number, [*_within(number, question.low, question.high)]
            if question.answer is Answer.WHOLE_NUMBER and not whole:
                own, below = floor(number, f"{name}, whole")
                self._said.append(below)
                fits.append(equal(own, number))
            found.append(Unsettled(question, both((known, *fits)), own, {}))
            if wider := _wider(question, other):
                self.not_carried.append(NotCarriedOver(question.name, question is old, wider))
        return found[0], found[1]

    def _choice(self, old: Question, new: Question) -> tuple[Unsettled, Unsettled]:
        known, ways = truth(f"{new.name} known"), pairs(old, new)
        if all(before == now for before, now in ways) and old.answer is new.answer:
            one = Unsettled(new, known, *free(new, new.name))
            self._said.append(one.fits())
            return replace(one, question=old), one
        taken = {way: truth(f"{new.name} {way[0]} as {way[1]}") for way in ways}
        if new.answer is not Answer.ANY_OF:
            self._said += [at_least(1, list(taken.values())), at_most(1, list(taken.values()))]
        found = []
        for question, at in ((old, 0), (new, 1)):
            own = {name: either(one for way, one in taken.items() if way[at] == name) for name in _names(question)}
            elsewhere = [one for way, one in taken.items() if way[at] is None]
            here = known if new.answer is Answer.ANY_OF else both((known, no(either(elsewhere))))
            choices: dict[str | bool, Formula] = dict(own.items())
            if question.answer is Answer.YES_NO:
                choices = {True: own["yes"]}
            found.append(Unsettled(question, here, None, choices))
            if lost := [str(way[at]) for way in ways if way[1 - at] is None]:
                what, sets = f"{', '.join(lost)} can be answered", new.answer is Answer.ANY_OF
                self.not_carried.append(NotCarriedOver(question.name, question is old, what, sets))
        return found[0], found[1]


def _how_answered(question: Question) -> str:
    return f"{question.answer.value}{f' in {question.unit}' if question.unit else ''} can be answered"


def _within(number: Number, low: Decimal | None, high: Decimal | None) -> list[Formula]:
    bounds = [at_or_below(exact(low), number)] if low is not None else []
    return bounds + ([at_or_below(number, exact(high))] if high is not None else [])


def _widest(choose: Any, one: Decimal | None, other: Decimal | None) -> Decimal | None:
    found: Decimal | None = None if one is None or other is None else choose(one, other)
    return found


def _wider(question: Question, other: Question) -> str:
    """What a number may be in one version alone, in words; nothing where the other version takes all of it."""
    if question.answer is Answer.NUMBER and other.answer is Answer.WHOLE_NUMBER:
        return "a number that is not whole can be answered"
    parts = []
    if question.low is not None and other.low is not None and question.low < other.low:
        parts.append(f"{question.low} to below {other.low}")
    if question.high is not None and other.high is not None and question.high > other.high:
        parts.append(f"above {other.high} to {question.high}")
    return f"{' or '.join(parts)} {question.unit} can be answered" if parts else ""


def carried_answer(old: Question, new: Question, answer: Any) -> Any:
    """What somebody who gave this answer to the old question would give to the new one; None where there is no telling."""
    if old.answer in _NUMBERS:
        return int(answer) if new.answer is Answer.WHOLE_NUMBER and answer == int(answer) else Decimal(answer)
    if old.answer is Answer.DATE:
        return answer
    spoken = {True: "yes", False: "no"}
    given = answer if isinstance(answer, tuple) else (spoken.get(answer, answer),)
    ways = [(before, now) for before, now in pairs(old, new) if before in given and now is not None]
    first: Sequence[str] = list(dict(reversed(ways)).values())
    if new.answer is Answer.ANY_OF:
        return tuple(name for name in new.choice_names() if name in first)
    value = next(iter(first), None)
    return _YES_NO.get(value) if new.answer is Answer.YES_NO and value is not None else value
