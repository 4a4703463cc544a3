"""Sentences about a person, as small frozen objects that can be judged, listed and put into words.

Six kinds carry everything: *is one of*, *is within limits*, *is above another*, *includes*, *a count is within limits*,
*a definition is met*.
``any``, ``all``, ``none``, ``at least 2`` and a named score are one kind, the count, with different limits.

Verdicts follow Kleene's strong logic of three values, with one addition: a fact that is not asked of this person
(rule 7 of clinical/README.md) stands among the answers as ``NOT_ASKED``, and a sentence about it is not met.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

from pharmacyfirst.classes import dataclass


class Verdict(Enum):
    """What is known of a sentence: it holds, it does not, or an answer is missing. A missing answer is never a no."""

    MET = "met"
    NOT_MET = "not met"
    NOT_KNOWN = "not known"

    __hash__ = object.__hash__  # there is one of each, and looking it up should not run Python code

    def flipped(self) -> "Verdict":
        """Met for not met and the other way round; not known stays not known."""
        return _FLIPPED[self]


MET, NOT_MET, NOT_KNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_KNOWN
_FLIPPED = {MET: NOT_MET, NOT_MET: MET, NOT_KNOWN: NOT_KNOWN}


class Unasked(Enum):
    """The one value of an answer that nobody asks this person for."""

    NOT_ASKED = "not asked"


NOT_ASKED = Unasked.NOT_ASKED

Answers = Mapping[str, Any]


class Condition(Protocol):
    """What every sentence can do."""

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the sentence on what is known of one person."""

    def facts(self) -> tuple[str, ...]:
        """The facts it reads, in reading order, each once."""

    def unknown(self, answers: Answers) -> tuple[str, ...]:
        """While it is not known: the facts that keep it so, in reading order. Otherwise nothing."""

    def in_words(self) -> str:
        """The sentence as content spells it."""

    def inner(self) -> "tuple[Condition, ...]":
        """The sentences it is made of: the items of a count, the body of a definition; of the others none."""


# Each kind judges in one call, as judging is most of what is done: a value that is None is not known, and NOT_ASKED is not met.
@dataclass(frozen=True, slots=True)
class _AboutOneFact:
    fact: str

    def facts(self) -> tuple[str, ...]:
        return (self.fact,)

    def unknown(self, answers: Answers) -> tuple[str, ...]:
        return (self.fact,) if answers.get(self.fact) is None else ()

    def inner(self) -> tuple[Condition, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class OneOf(_AboutOneFact):
    """``rigors is yes``, ``pregnancy is pregnant or possible``: the answer is one of these."""

    values: tuple[bool | str, ...]

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the sentence on what is known."""
        value = answers.get(self.fact)
        if value is None:
            return NOT_KNOWN
        return MET if value in self.values else NOT_MET  # NOT_ASKED is among no values

    def in_words(self) -> str:
        """The sentence as content spells it."""
        return f"{self.fact} is {' or '.join(_value_in_words(value) for value in self.values)}"


@dataclass(frozen=True, slots=True)
class Limits:
    """A range with one or both ends; ``to_below`` leaves the upper end out, ``above`` the lower."""

    low: Decimal | None = None
    high: Decimal | None = None
    above: bool = False
    to_below: bool = False

    def hold(self, value: Any) -> bool:
        """Whether the number lies inside."""
        if self.low is not None and (value < self.low or (self.above and value == self.low)):
            return False
        return self.high is None or value < self.high or (value == self.high and not self.to_below)

    def in_words(self) -> str:
        """The range as content spells it, for instance ``at least 37.9`` or ``8 to below 12``."""
        if self.low is None:
            return f"{'below' if self.to_below else 'at most'} {self.high}"
        if self.high is None:
            return f"{'above' if self.above else 'at least'} {self.low}"
        if self.low == self.high:
            return f"{self.low}"
        return f"{self.low} to {'below ' if self.to_below else ''}{self.high}"


@dataclass(frozen=True, slots=True)
class Within(_AboutOneFact):
    """``temperature_c is at least 37.9``, ``weight_kg is 8 to below 12``: the number lies inside the limits."""

    limits: Limits

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the sentence on what is known."""
        value = answers.get(self.fact)
        if value is None:
            return NOT_KNOWN
        return MET if value is not NOT_ASKED and self.limits.hold(value) else NOT_MET

    def in_words(self) -> str:
        """The sentence as content spells it."""
        return f"{self.fact} is {self.limits.in_words()}"


@dataclass(frozen=True, slots=True)
class Above:
    """``episodes_6_months is above episodes_12_months``: of two whole numbers the first is the larger; not known while either is not."""

    fact: str
    other: str

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the sentence on what is known."""
        numbers: tuple[Any, Any] = answers.get(self.fact), answers.get(self.other)
        if NOT_ASKED in numbers:
            return NOT_MET
        if None in numbers:
            return NOT_KNOWN
        return MET if numbers[0] > numbers[1] else NOT_MET

    def facts(self) -> tuple[str, ...]:
        """The two numbers."""
        return (self.fact, self.other)

    def unknown(self, answers: Answers) -> tuple[str, ...]:
        """While it is not known: those of the two that are not."""
        if self.verdict(answers) is not NOT_KNOWN:
            return ()
        return tuple(fact for fact in self.facts() if answers.get(fact) is None)

    def inner(self) -> tuple[Condition, ...]:
        """It is made of no other sentences."""
        return ()

    def in_words(self) -> str:
        """The sentence as content spells it."""
        return f"{self.fact} is above {self.other}"


@dataclass(frozen=True, slots=True)
class Includes(_AboutOneFact):
    """``interacting_medicines includes probenecid``: the set holds at least one of these. An empty set is known.

    ``barred`` names the PGD where the sentence was ``interacting_medicines bars this medicine``.
    """

    values: tuple[str, ...]
    barred: str = ""

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the sentence on what is known."""
        value = answers.get(self.fact)
        if value is None:
            return NOT_KNOWN
        if not value or value is NOT_ASKED:  # most people take nothing that is asked about
            return NOT_MET
        return MET if any(one in value for one in self.values) else NOT_MET

    def in_words(self) -> str:
        """The sentence as content spells it."""
        return f"{self.fact} bars {self.barred}" if self.barred else f"{self.fact} includes {' or '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Count:
    """The number of items that are met lies from ``low`` to ``high``, both in; a named score is a count with a name.

    With unknown items the number is a range; the count is known as soon as every number in that range agrees.
    """

    items: tuple[Condition, ...]
    low: int
    high: int
    name: str = ""
    # What it reads is asked for at every judging, so it is gathered once.
    _facts: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        read = dict.fromkeys(fact for item in self.items for fact in item.facts())
        object.__setattr__(self, "_facts", tuple(read))

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the count on what is known."""
        fewest, most = 0, len(self.items)  # so far, and if all that follow are met
        low, high, limited = self.low, self.high, self.high < most
        for item in self.items:
            verdict = item.verdict(answers)
            if verdict is MET:
                fewest += 1
                if fewest >= low and not limited:
                    return MET
                if fewest > high:
                    return NOT_MET
            elif verdict is NOT_MET:
                most -= 1
                if most < low:
                    return NOT_MET
        if low <= fewest and most <= high:
            return MET
        return NOT_MET if most < low or fewest > high or low > high else NOT_KNOWN

    def reach(self, answers: Answers) -> tuple[int, int]:
        """The fewest and the most items that can turn out to be met."""
        fewest = most = 0
        for item in self.items:
            verdict = item.verdict(answers)
            if verdict is not NOT_MET:
                most += 1
                if verdict is MET:
                    fewest += 1
        return fewest, most

    def facts(self) -> tuple[str, ...]:
        """The facts its items read, each once."""
        return self._facts

    def unknown(self, answers: Answers) -> tuple[str, ...]:
        """The facts of the unknown items, while the count itself is not known."""
        if self.verdict(answers) is not NOT_KNOWN:
            return ()
        return tuple([name for item in self.items for name in item.unknown(answers)])

    def inner(self) -> tuple[Condition, ...]:
        """What is counted."""
        return self.items

    def in_words(self) -> str:
        """The count as content spells it; a list of whole sentences is joined with *and* or *or*."""
        if self.name:
            return f"{self.name} is {_limits_of_count(self)}"
        names = [_bare_name(item) for item in self.items]
        if all(names):
            return f"{_counted(self)} of {', '.join(names)}"
        joined = {len(self.items): " and ", 1: " or "}.get(self.low) if self.high == len(self.items) else None
        sentences = [item.in_words() for item in self.items]
        return joined.join(sentences) if joined else f"{_counted(self)} of: {'; '.join(sentences)}"


@dataclass(frozen=True, slots=True)
class Defined:
    """``infection_likely is met``, ``treatment_criterion is not met``: what the file names under ``definitions``.

    ``word`` is ``excluded`` where the name is that of a PGD and the body its exclusions: ``fluticasone is excluded``.
    """

    name: str
    body: Condition
    wanted: bool = True
    word: str = "met"

    def verdict(self, answers: Answers) -> Verdict:
        """Judge the definition on what is known."""
        verdict = self.body.verdict(answers)
        return verdict if self.wanted else verdict.flipped()

    def facts(self) -> tuple[str, ...]:
        """The facts the definition reads."""
        return self.body.facts()

    def unknown(self, answers: Answers) -> tuple[str, ...]:
        """The facts that keep the definition not known."""
        return self.body.unknown(answers)

    def inner(self) -> tuple[Condition, ...]:
        """What the name stands for."""
        return (self.body,)

    def in_words(self) -> str:
        """The sentence as content spells it."""
        return f"{self.name} is {self.word if self.wanted else f'not {self.word}'}"


def all_of(items: tuple[Condition, ...]) -> Condition:
    """A list under ``when``: every sentence has to hold. A list of one is that sentence."""
    return items[0] if len(items) == 1 else Count(items, len(items), len(items))


def any_of(items: tuple[Condition, ...]) -> Condition:
    """A list under ``any of``: one sentence is enough. A list of one is that sentence."""
    return items[0] if len(items) == 1 else Count(items, 1, len(items))


def still_unknown(condition: Condition, answers: Answers) -> Sequence[str]:
    """``condition.unknown(answers)`` of a sentence that was judged not known, which then need not be judged once more."""
    while isinstance(condition, Defined):
        condition = condition.body
    if isinstance(condition, Count):
        return [name for item in condition.items for name in item.unknown(answers)]
    return condition.unknown(answers)


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The sentences that all have to hold: the items of an *all* list, or the sentence itself."""
    whole_list = isinstance(condition, Count) and condition.low == len(condition.items) and not condition.name
    return condition.items if whole_list and isinstance(condition, Count) else (condition,)


def within(condition: Condition) -> Iterator[Condition]:
    """A sentence and every sentence inside it, outermost first."""
    yield condition
    for one in condition.inner():
        yield from within(one)


def flipping(condition: Condition, upside_down: bool = False) -> Iterator[str]:
    """The facts read where a *not met* of theirs can make the whole *met*: under ``is not met`` or an upper limit of a count.

    A fact that is not asked of everybody must not stand there: not being asked would then switch something on.
    """
    if isinstance(condition, Defined):
        yield from flipping(condition.body, upside_down if condition.wanted else not upside_down)
    elif isinstance(condition, Count):
        limited = condition.high < len(condition.items)
        for item in condition.items:
            if limited:
                yield from item.facts()
            else:
                yield from flipping(item, upside_down)
    elif upside_down:
        yield from condition.facts()


def _value_in_words(value: bool | str) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _bare_name(item: Condition) -> str:
    if isinstance(item, OneOf) and item.values == (True,):
        return item.fact
    return item.name if isinstance(item, Defined) and item.wanted and item.word == "met" else ""


def _counted(count: Count) -> str:
    size = len(count.items)
    if count.high < size:
        return "none" if count.high == 0 else f"at most {count.high}"
    return {1: "any", size: "all"}.get(count.low, f"at least {count.low}")


def _limits_of_count(count: Count) -> str:
    return Limits(Decimal(count.low), Decimal(count.high)).in_words()
