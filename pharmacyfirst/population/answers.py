"""The answers of made-up people, question by question, as codes: what may be answered, how often, and what nobody asks this person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pharmacyfirst.content.population import MadeUpPeople, Shares
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.dose import WEIGHT
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, Answer, Question
from pharmacyfirst.population.asked import not_asked
from pharmacyfirst.population.chance import MOST_CODES, Chance, Wheel, evenly

EVERY_CONDITION = "every condition"
JOINED = " and "
NOT_KNOWN, NOT_ASKED, FIRST = 0, 1, 2
"""Codes: the answer is not known, the question is not asked, the first answer."""
_WEIGHTS_OF_AN_AGE = 16
_TEN_THOUSAND = 10_000

Columns = dict[str, bytes]
"""For each question one code a person."""


@dataclass(frozen=True, slots=True)
class _Together:
    """Questions answered at one draw; ``codes`` holds for each the code of its answer, by what was drawn."""

    names: tuple[str, ...]
    wheel: Wheel
    codes: tuple[bytes, ...]

    def drawn(self, chance: Chance, count: int) -> Iterator[tuple[str, bytes]]:
        at = self.wheel.drawn(chance, self.names[0], count)
        yield from (
            (name, at.translate(codes.ljust(256, b"\0"))) for name, codes in zip(self.names, self.codes, strict=True)
        )


class AnswersOf:
    """The answers of people of one pathway. ``values`` has for each question what a code means; None for an answer there is not."""

    def __init__(self, pathway: Pathway, usual: Mapping[str, Any], people: MadeUpPeople):
        self.pathway = pathway
        self.questions = {name: one for name, one in pathway.questions.items() if name != BORN}
        self._unanswered = people.unanswered
        self._values: dict[str, list[Any]] = {name: [None, None] for name in self.questions}
        self._weights = _weights(people) if WEIGHT in self.questions and AGE in self.questions else {}
        self._draws = tuple(self._all_draws(usual, people))
        self._weight_codes = self._codes_of_weights()
        self.values = {name: tuple(values) for name, values in self._values.items()}

    def drawn(self, chance: Chance, count: int) -> Columns:
        """So many people: their answers, some of them not known, and none where the question is not asked of them."""
        columns = {name: codes for one in self._draws for name, codes in one.drawn(chance, count)}
        if self._weights:
            columns[WEIGHT] = self._weights_drawn(chance, columns[AGE])
        columns = {name: columns[name] for name in self.questions}
        self._leave_out(chance, columns, count)
        for question in self.pathway.gated:
            if question.asked_when is not None and question.name in columns:
                shut = not_asked(question.asked_when, columns, self.values)
                columns[question.name] = bytes(
                    [NOT_ASKED if one else code for code, one in zip(columns[question.name], shut, strict=True)]
                )
        return columns

    def code(self, name: str, value: Any) -> int:
        """The code of an answer. Raises ``ValueError`` for one that nobody of these people gives."""
        return self.values[name].index(value, FIRST)

    # What is drawn

    def _all_draws(self, usual: Mapping[str, Any], people: MadeUpPeople) -> Iterator[_Together]:
        said = people.answers.get(EVERY_CONDITION, {}) | people.answers.get(self.pathway.id, {})
        left = dict.fromkeys(self.questions)
        if self._weights:
            del left[WEIGHT]
        for key, shares in reversed(said.items()):  # what is said of the condition goes before what is said of all
            names = tuple(key.split(JOINED))
            if all(name in left for name in names):
                for name in names:
                    del left[name]
                yield self._together(names, shares)
        for name in left:
            yield self._mostly_usual(self.questions[name], usual.get(name), people.unusual.in_ten_thousand)

    def _together(self, names: tuple[str, ...], shares: Shares) -> _Together:
        rows: list[tuple[tuple[Any, ...], Fraction]] = []
        for words, parts in shares.shares.items():
            each = words.split(JOINED) if len(names) > 1 else [words]
            if len(each) != len(names):
                raise Refused(
                    "wrong_value", f"{JOINED.join(names)}: give each share as many answers as there are questions."
                )
            meant = [_meant(self.questions[name], one) for name, one in zip(names, each, strict=True)]
            ways = [(value,) for value in meant[0]] if len(names) == 1 else [tuple(one[0] for one in meant)]
            rows += zip(ways, evenly(parts, len(ways)), strict=False)
        return self._drawing(names, rows)

    def _mostly_usual(self, question: Question, usual: Any, unusual: int) -> _Together:
        answers = tuple(_every_answer(question))
        first = usual if usual is not None else answers[0]
        others = [one for one in answers if one != first]
        rows = [((_held(question, first),), Fraction(_TEN_THOUSAND - unusual))]
        rows += zip([(_held(question, one),) for one in others], evenly(unusual, len(others) or 1), strict=False)
        return self._drawing((question.name,), rows)

    def _drawing(self, names: tuple[str, ...], rows: Sequence[tuple[tuple[Any, ...], Fraction]]) -> _Together:
        codes = tuple(bytes([self._coded(name, row[at]) for row, _ in rows]) for at, name in enumerate(names))
        return _Together(names, Wheel([share for _, share in rows]), codes)

    def _coded(self, name: str, value: Any) -> int:
        values = self._values[name]
        for at in range(FIRST, len(values)):
            if values[at] == value and type(values[at]) is type(value):
                return at
        if len(values) == MOST_CODES:
            raise Refused(
                "wrong_value", f"{name}: the population draws it from more than {MOST_CODES - FIRST} answers."
            )
        values.append(value)
        return len(values) - 1

    # Weights, which go by age

    def _codes_of_weights(self) -> tuple[tuple[int, ...], ...]:
        if not self._weights:
            return ()
        ages = self._values[AGE]
        if not set(ages) - {None} <= set(self._weights):
            raise Refused("wrong_value", "The population gives no weight for some of its ages.")
        return tuple(tuple(self._coded(WEIGHT, kg) for kg in self._weights.get(age, ())) for age in ages)

    def _weights_drawn(self, chance: Chance, ages: bytes) -> bytes:
        spread = Wheel([1] * _WEIGHTS_OF_AN_AGE).drawn(chance, WEIGHT, len(ages))
        codes = self._weight_codes
        return bytes([codes[age][at] for age, at in zip(ages, spread, strict=True)])

    # What is not known

    def _leave_out(self, chance: Chance, columns: Columns, count: int) -> None:
        """Takes answers away: from few people, and from each of these a few."""
        share, answers = self._unanswered.consultations, self._unanswered.answers
        lacking = Wheel([_TEN_THOUSAND - share, share]).drawn(chance, "lacks answers", count)
        people = [at for at, lacks in enumerate(lacking) if lacks]
        wheel = Wheel([_TEN_THOUSAND - answers, answers])
        for name, codes in columns.items():
            taken = wheel.drawn(chance, f"{name} is not known", len(people))
            if any(taken):
                left = bytearray(codes)
                for at, gone in zip(people, taken, strict=True):
                    if gone:
                        left[at] = NOT_KNOWN
                columns[name] = bytes(left)


def _meant(question: Question, words: str) -> list[Any]:
    """The answers that the words of a share stand for: one; of ``5 to 11`` each; of sets ``one`` each answer alone, ``two`` neighbours.

    Raises ``Refused`` for words that stand for none.
    """
    try:
        found = _answers_meant(question, words)
    except (KeyError, ValueError):
        found = []
    if not found:
        raise question.does_not_fit()
    for one in found:
        question.read(one)
    return found


def _answers_meant(question: Question, words: str) -> list[Any]:
    names = question.choice_names()
    match question.answer:
        case Answer.YES_NO:
            return [{"yes": True, "no": False}[words]]
        case Answer.WHOLE_NUMBER:
            low, _, high = words.partition(" to ")
            return list(range(int(low), int(high or low) + 1)[: MOST_CODES + 1])
        case Answer.NUMBER:
            return [float(words)]
        case Answer.ANY_OF:
            alone: list[Any] = [(one,) for one in names]
            return {"none": [()], "one": alone, "two": list(pairwise(names)) or alone}[words]
        case _:
            return [names[names.index(words)]]


def _every_answer(question: Question) -> Iterable[Any]:
    match question.answer:
        case Answer.YES_NO:
            return (False, True)
        case Answer.ONE_OF:
            return question.choice_names()
        case Answer.ANY_OF:
            return ((), *((name,) for name in question.choice_names()))
        case _:
            return (question.low or Decimal(0),)


def _held(question: Question, value: Any) -> Any:
    """A value as it is judged and written down."""
    match question.answer:
        case Answer.NUMBER:
            return float(value)
        case Answer.WHOLE_NUMBER:
            return int(value)
        case _:
            return value


def _weights(people: MadeUpPeople) -> dict[int, tuple[float, ...]]:
    """For each age the weights from which one is drawn, to a tenth of a kg."""
    found: dict[int, tuple[float, ...]] = {}
    for words, kg in people.weights.ages.items():
        low, high = (Decimal(one) for one in kg.split(" to "))
        step = (high - low) / (_WEIGHTS_OF_AN_AGE - 1)
        spread = tuple(float(round(low + step * at, 1)) for at in range(_WEIGHTS_OF_AN_AGE))
        first, _, last = words.partition(" to ")
        found |= dict.fromkeys(range(int(first), int(last or first) + 1), spread)
    return found
