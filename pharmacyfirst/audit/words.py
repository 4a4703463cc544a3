"""The words of a plan: what is said of a table, column by column, and nothing of how it is worked out.

A plan is made of terms; a term is one of these words with what it is said of. A backend is a class that has every word as a method
(``Backend``): Polars expressions, or the text of a query. A truth is true, false or null, and null is *not known*; and, or, not follow
Kleene. What chooses by a truth (``ladder``) asks whether it is known to hold; what counts (``total``) is given truths that ``met`` has made
known. So null is a no nowhere but where that is what was asked.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from pharmacyfirst.kernel.conditions import Limits

E = TypeVar("E")

HARDLY = 1e-09
"""A float times a thousand that lies no further from a whole number is that number: its own error is smaller by far."""


class Term:
    """One word with the terms and the constants it is said of. Two that say the same, made by one ``Sayings``, are one object."""

    __slots__ = ("inner", "told", "word")

    def __init__(self, word: str, inner: "tuple[Term, ...]", told: tuple[Any, ...]):
        self.word, self.inner, self.told = word, inner, told


class Backend(Protocol[E]):
    """What says a plan in another language; ``E`` is what that language is made of. Each word is a method."""

    def fact(self, name: str) -> E:
        """A column of the table of facts."""

    def truth(self, value: bool | None) -> E:
        """True, false or, as null, not known."""

    def number(self, value: int | None) -> E:
        """A small whole number; null is none."""

    def every(self, *each: E) -> E:
        """All of these truths hold."""

    def some(self, *each: E) -> E:
        """One of these truths holds."""

    def opposite(self, one: E) -> E:
        """The truth does not hold; what is not known stays so."""

    def known(self, one: E) -> E:
        """It is not null."""

    def first_known(self, *each: E) -> E:
        """The first of these that is not null."""

    def is_one_of(self, one: E, values: tuple[str, ...]) -> E:
        """The word is one of these."""

    def includes(self, fact: str, values: tuple[str, ...]) -> E:
        """The set that is this fact holds one of these values."""

    def within(self, one: E, limits: Limits) -> E:
        """The number lies inside the limits, of which there is one at least."""

    def above(self, one: E, other: E) -> E:
        """Of two numbers the first is the larger."""

    def total(self, *each: E) -> E:
        """How many of these truths, all of them known, hold."""

    def at_least(self, one: E, number: int) -> E:
        """The whole number is no less than this."""

    def at_most(self, one: E, number: int) -> E:
        """The whole number is no more than this."""

    def is_number(self, one: E, number: int) -> E:
        """The whole number is this."""

    def differs(self, one: E, other: E) -> E:
        """Two whole numbers are not the same."""

    def ladder(self, *each: E) -> E:
        """Truth, number, truth, number, ..., number: that of the first truth known to hold, else the last. Null is passed by, as if it did not."""

    def word_of(self, one: E, words: Mapping[int, str]) -> E:
        """The word that stands for a whole number; null where none does."""

    def number_of(self, one: E, numbers: Mapping[int, int]) -> E:
        """The number, perhaps a large one, that stands for a whole number; null where none does."""

    def thousandths(self, one: E) -> E:
        """A number as a whole number of thousandths, kg as g; null where it is none."""

    def times(self, one: E, number: int) -> E:
        """So many times a whole number."""

    def rounded(self, one: E, step: int, add: int) -> E:
        """A whole number with this added, down to a multiple of the step."""


class Sayings:
    """Makes the terms of one plan, each once, and leaves out what constants settle."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Term] = {}
        self.true, self.false = self._say("truth", (), True), self._say("truth", (), False)
        self.not_known = self._say("truth", (), None)

    def _say(self, word: str, inner: Iterable[Term], *told: Any) -> Term:
        within = tuple(inner)
        # By identity, as they are made once: True and 1 are equal, and no one thing.
        key = (word, *map(id, within), *((type(one), one) for one in told))
        if key not in self._made:
            self._made[key] = Term(word, within, told)
        return self._made[key]

    def fact(self, name: str) -> Term:
        """A column of the table of facts."""
        return self._say("fact", (), name)

    def number(self, value: int | None) -> Term:
        """A small whole number; None is none."""
        return self._say("number", (), value)

    def every(self, each: Iterable[Term]) -> Term:
        """All of these hold."""
        return self._joined("every", each, self.true, self.false)

    def some(self, each: Iterable[Term]) -> Term:
        """One of these holds."""
        return self._joined("some", each, self.false, self.true)

    def _joined(self, word: str, each: Iterable[Term], idle: Term, deciding: Term) -> Term:
        left = [one for one in dict.fromkeys(each) if one is not idle]
        if deciding in left:
            return deciding
        return left[0] if len(left) == 1 else self._say(word, left) if left else idle

    def opposite(self, one: Term) -> Term:
        """It does not hold."""
        if one.word == "opposite":
            return one.inner[0]
        if one in (self.true, self.false):
            return self.false if one is self.true else self.true
        return self._say("opposite", (one,))

    def known(self, one: Term) -> Term:
        """Whether it is known."""
        return self.true if one in (self.true, self.false) else self._say("known", (one,))

    def first_known(self, each: Iterable[Term]) -> Term:
        """The first of these that is known."""
        left: list[Term] = []
        for one in each:
            if one is self.not_known:
                continue
            left.append(one)
            if one in (self.true, self.false):
                break
        return left[0] if len(left) == 1 else self._say("first_known", left) if left else self.not_known

    def met(self, one: Term) -> Term:
        """Whether it is known to hold: never null."""
        return self.first_known((one, self.false))

    def is_one_of(self, one: Term, values: tuple[str, ...]) -> Term:
        """The word is one of these."""
        return self._say("is_one_of", (one,), values)

    def includes(self, fact: str, values: tuple[str, ...]) -> Term:
        """The set holds one of these values."""
        return self._say("includes", (), fact, values)

    def within(self, one: Term, limits: Limits) -> Term:
        """The number lies inside these limits."""
        return self._say("within", (one,), limits)

    def above(self, one: Term, other: Term) -> Term:
        """Of two numbers the first is the larger."""
        return self._say("above", (one, other))

    def counted(self, items: list[Term], low: int, high: int) -> Term:
        """So many of these hold, from ``low`` to ``high``, both in; not known while it can still turn out either way."""
        fewest = self._say("total", (self.met(one) for one in items))
        most = self._say("total", (self.first_known((one, self.true)) for one in items))
        sure = self.every((self._say("at_least", (fewest,), low), self._say("at_most", (most,), high)))
        can_be = self.every((self._say("at_least", (most,), low), self._say("at_most", (fewest,), high)))
        return self.some((sure, self.every((can_be, self.not_known))))

    def is_number(self, one: Term, number: int) -> Term:
        """The whole number is this."""
        return self._say("is_number", (one,), number)

    def at_least(self, one: Term, number: int) -> Term:
        """The whole number is no less than this."""
        return self._say("at_least", (one,), number)

    def differs(self, one: Term, other: Term) -> Term:
        """Two whole numbers are not the same; null where one of them is."""
        return self._say("differs", (one, other))

    def ladder(self, rungs: Iterable[tuple[Term, Term]], otherwise: Term) -> Term:
        """The number beside the first truth that is known to hold: to say so with ``met`` too would only cost."""
        each: list[Term] = []
        for truth, number in rungs:
            if truth.word == "first_known" and truth.inner[1:] == (self.false,):
                truth = truth.inner[0]
            if truth is self.true:
                otherwise = number
                break
            if truth is not self.false:
                each += (truth, number)
        return self._say("ladder", (*each, otherwise)) if each else otherwise

    def word_of(self, one: Term, words: Mapping[int, str]) -> Term:
        """The word that stands for a whole number."""
        return self._say("word_of", (one,), NumberTable(words))

    def number_of(self, one: Term, numbers: Mapping[int, int]) -> Term:
        """The number that stands for a whole number."""
        return self._say("number_of", (one,), NumberTable(numbers))

    def thousandths(self, one: Term) -> Term:
        """A number as a whole number of thousandths."""
        return self._say("thousandths", (one,))

    def times(self, one: Term, number: int) -> Term:
        """So many times a whole number."""
        return self._say("times", (one,), number)

    def rounded(self, one: Term, step: int, add: int) -> Term:
        """A whole number with this added, down to a multiple of the step."""
        return self._say("rounded", (one,), step, add)


class NumberTable(dict[int, Any]):
    """What stands for each of some whole numbers; it can be looked for among others."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))
