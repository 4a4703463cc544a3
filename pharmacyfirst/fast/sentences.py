"""A sentence as Python: what it says of one person, in the locals of a function.

An answer stands in a local (``f12``): None is not known, ``()`` is not asked. The verdict on a sentence is True, False or None, and is
never read the other way round by ``not``: what is known to hold, what is known to fail and what is open are three expressions of their own.
Nothing of the content becomes a name: words come in as literals, numbers and sets from a pool.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

from pharmacyfirst.fast.run import MOST_DIGITS
from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined, Includes, Limits, OneOf, Within
from pharmacyfirst.kernel.questions import BORN, Answer, Question

FEW = 10  # so many answers are picked one by one; more are unpacked at once, which is faster


class Three(NamedTuple):
    """What is said of one sentence: expressions that are true where it holds, fails, is open; and its verdict."""

    holds: str
    fails: str
    open: str
    verdict: str

    def flipped(self) -> "Three":
        """What is said of the opposite."""
        verdict = self.fails if self.open == "False" else f"(None if {self.open} else {self.fails})"
        return Three(self.fails, self.holds, self.open, verdict)

    @property
    def unclear(self) -> str:
        """Whether it holds or is open; of a local in one look."""
        if self.fails == f"{self.holds} is False":
            return f"{self.holds} is not False"
        return either([self.open, self.holds])


ALWAYS = Three("True", "False", "False", "True")
NEVER = ALWAYS.flipped()


class Words:
    """How the answers and constants of one pathway are spelt; ``pool`` are the lines that make the constants."""

    def __init__(self, questions: Mapping[str, Question], gated: frozenset[str]):
        self.questions = questions
        self.facts = tuple(name for name in questions if name != BORN)
        self.gated = gated
        self.pool: dict[str, str] = {}
        self._at = {name: at for at, name in enumerate(self.facts)}

    def at(self, fact: str) -> int | None:
        """The place of an answer; None for what nobody can know."""
        return self._at.get(fact)

    def constant(self, words: str) -> str:
        """The name of a constant that these words make."""
        return self.pool.setdefault(words, f"K{len(self.pool)}")

    def number(self, fact: str, bound: Decimal) -> str:
        """A bound as it is compared with the answers to a question: whole numbers with a whole number, others as floats (``run.as_float``).

        Raises ``TypeError`` for one of more digits than a float tells apart.
        """
        if self.questions[fact].answer is Answer.WHOLE_NUMBER and bound == bound.to_integral_value():
            return str(int(bound))
        if len(bound.normalize().as_tuple().digits) > MOST_DIGITS or Decimal(repr(float(bound))) != bound:
            raise TypeError(f"no float is {bound}")
        return repr(float(bound))


class Function:
    """One function as it is written: its lines, the locals that hold a verdict by then, and what cannot be true any more."""

    def __init__(self, words: Words, head: str, answers: str):
        self.words = words
        self._head, self._answers = head, answers
        self._lines: list[str] = []
        self._deep = 1
        self._used: set[int] = set()
        self._kept: dict[object, str] = {}
        self._false: set[str] = {"False"}
        self._names = 0

    def add(self, line: str) -> None:
        """A line, as deep as the block stands."""
        self._lines.append(f"{'    ' * self._deep}{line}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """The lines under ``if ...:``. What gets a name in there has none outside."""
        self.add(head)
        kept, false, self._deep = dict(self._kept), set(self._false), self._deep + 1
        yield
        self._kept, self._false, self._deep = kept, false, self._deep - 1

    @contextmanager
    def leaving(self, expressions: Iterable[str]) -> Iterator[bool]:
        """The lines for whoever any of these is true of, which return: from here on none of them is. False where there is nobody."""
        with self._leaving(expressions, expressions) as some:
            yield some

    @contextmanager
    def clearing(self, each: Iterable[Three]) -> Iterator[bool]:
        """The lines for whoever not all of these are known and clear for, which return: from here on all of them are."""
        false = [expression for one in each for expression in (one.holds, one.open)]
        with self._leaving([one.unclear for one in each], false) as some:
            yield some

    @contextmanager
    def _leaving(self, any_of: Iterable[str], false: Iterable[str]) -> Iterator[bool]:
        each = [one for one in any_of if one not in self._false]
        if each:
            with self.block(f"if {either(each)}:"):
                yield True
        else:
            yield False
        self._false.update(false)

    def lines(self) -> list[str]:
        """All of it."""
        return [f"def {self._head}:", *(f"    {line}" for line in self._unpacked()), *self._lines]

    def _unpacked(self) -> Iterator[str]:
        if len(self._used) > FEW:
            yield f"{', '.join(f'f{at}' for at in range(len(self.words.facts)))}, = {self._answers}"
        else:
            yield from (f"f{at} = {self._answers}[{at}]" for at in sorted(self._used))

    def answer(self, fact: str) -> str:
        """The local of an answer."""
        at = self.words.at(fact)
        if at is None:
            return "None"
        self._used.add(at)
        return f"f{at}"

    def three(self, sentence: Condition | None, must: bool = False) -> Three:
        """What is said of a sentence, or with ``must`` of its opposite; a count in it gets a local first."""
        match sentence:
            case None:
                said = ALWAYS
            case OneOf(fact, values):
                said = self._one_of(fact, values)
            case Within(fact, limits):
                said = self._tested(fact, self._within(fact, limits))
            case Includes(fact, values):
                said = self._tested(fact, self._includes(fact, values))
            case Above(fact, other):
                said = self._local(sentence, self._above(fact, other))
            case Defined(_, body, wanted):
                said = self.three(body, not wanted)
            case Count(items, low, high):
                said = self._count(items, low, high)
            case _:
                raise TypeError(f"no spelling for a sentence of the kind {type(sentence).__name__}")
        if said.holds in self._false and said.open in self._false:
            said = NEVER
        return said.flipped() if must else said

    def _local(self, key: object, verdict: str, *, known: bool = False) -> Three:
        """A local that holds this from here on; the one there is already, where there is one."""
        if key not in self._kept:
            self._names += 1
            name = self._kept[key] = f"v{self._names}"
            self.add(f"{name} = {verdict}")
            if known:
                self._false.add(f"{name} is None")
        return self._of_local(self._kept[key])

    def _of_local(self, name: str) -> Three:
        open_ = f"{name} is None"
        if open_ in self._false:
            return Three(name, f"(not {name})", "False", name)
        return Three(name, f"{name} is False", open_, name)

    def _one_of(self, fact: str, values: tuple[bool | str, ...]) -> Three:
        answer = self.answer(fact)
        if values == (True,) and fact not in self.words.gated:
            return self._of_local(answer)  # the answer is the verdict
        words = [literal(one) for one in values]
        if len(words) != 1:
            word, same, other = tuple_of(words), "in", "not in"
        elif isinstance(values[0], bool):
            word, same, other = words[0], "is", "is not"
        else:
            word, same, other = words[0], "==", "!="
        holds = f"{answer} {same} {word}"  # nothing that is not known or not asked is so
        return self._answered(answer, holds, holds, f"{answer} {other} {word}")

    def _tested(self, fact: str, test: str) -> Three:
        """A test that only an answer can be put to."""
        answer = self.answer(fact)
        if fact in self.words.gated:
            test = f"{answer} != () and {test}"
        return self._answered(answer, f"({answer} is not None and {test})", f"({test})", f"not ({test})")

    def _answered(self, answer: str, guarded: str, holds: str, fails: str) -> Three:
        open_ = f"{answer} is None"
        if open_ in self._false:
            return Three(holds, f"({fails})", "False", f"({holds})")  # of comparisons in a row Python makes one
        return Three(guarded, f"({answer} is not None and {fails})", open_, f"(None if {open_} else {holds})")

    def _within(self, fact: str, limits: Limits) -> str:
        low, high = (None if one is None else self.words.number(fact, one) for one in (limits.low, limits.high))
        if low == high and low is not None and not limits.above and not limits.to_below:
            return f"{self.answer(fact)} == {low}"
        below = f"{low} {'<' if limits.above else '<='} " if low is not None else ""
        above = f" {'<' if limits.to_below else '<='} {high}" if high is not None else ""
        return f"{below}{self.answer(fact)}{above}" if below or above else "True"

    def _includes(self, fact: str, values: tuple[str, ...]) -> str:
        answer = self.answer(fact)
        if len(values) == 1:
            return f"{literal(values[0])} in {answer}"
        name = self.words.constant(f"frozenset({tuple_of(map(literal, sorted(set(values))))})")
        return f"{answer} != () and not {name}.isdisjoint({answer})"

    def _above(self, fact: str, other: str) -> str:
        one, two = self.answer(fact), self.answer(other)
        unasked = [f"{self.answer(name)} == ()" for name in (fact, other) if name in self.words.gated]
        asked = f"False if {' or '.join(unasked)} else " if unasked else ""
        return f"{asked}None if {one} is None or {two} is None else {one} > {two}"

    def _count(self, items: tuple[Condition, ...], low: int, high: int) -> Three:
        """*Any*, *all* and *none* stop at the first item that decides; any other count is counted."""
        each, size = [self.three(item) for item in items], len(items)
        key, open_ = (items, low, high), either(one.open for one in each)
        if low <= 0 and high >= size:
            return ALWAYS
        if low > min(high, size):
            return NEVER
        if low == 1 and high >= size:
            return self._unless(key, True, either(one.holds for one in each), open_)
        if low == size and all(one.open == "False" for one in each[:-1]):
            return self._in_a_row(each)
        if low == size:
            return self._unless(key, False, either(one.fails for one in each), open_)
        if low <= 0 and high == 0:
            return self._unless(key, False, either(one.holds for one in each), open_)
        sure = [one for one in each if one != NEVER]
        met = self._local(("met", items), _how_many(one.holds for one in sure)).verdict
        if open_ == "False":
            return self._local(key, f"{low} <= {met} <= {high}", known=True)
        most = self._local(("most", items), f"{met} + {_how_many(one.open for one in each)}").verdict
        return self._local(
            key, f"True if {low} <= {met} and {most} <= {high} else False if {most} < {low} or {met} > {high} else None"
        )

    @staticmethod
    def _in_a_row(each: list[Three]) -> Three:
        """*All* of these, of which the last alone can be open: one expression, as what comes later need seldom be looked at."""
        *known, last = each
        holds, fails = [one.holds for one in known], either(one.fails for one in known)
        open_ = _all_of([*holds, last.open])
        verdict = last.verdict if fails == "False" else f"(False if {fails} else {last.verdict})"
        return Three(_all_of([*holds, last.holds]), f"({either([fails, last.fails])})", open_, verdict)

    def _unless(self, key: object, verdict: bool, decides: str, open_: str) -> Three:
        """The verdict of a count where any of its items decides it, the opposite where none does."""
        if decides == "True" or decides == open_ == "False":
            return ALWAYS if verdict is (decides == "True") else NEVER
        if open_ == "False":
            return self._local(key, decides if verdict else f"not ({decides})", known=True)
        return self._local(key, f"{verdict} if {decides} else None if {open_} else {not verdict}")


def literal(word: bool | str) -> str:
    """A word of the content as Python writes it. Raises ``TypeError`` for what is none, which could write itself as anything."""
    if type(word) is not str and type(word) is not bool:
        raise TypeError(f"no spelling for an answer of the type {type(word).__name__}")
    return repr(word)


def either(expressions: Iterable[str]) -> str:
    """Any of these; nothing that is always false, and each once."""
    each = [one for one in dict.fromkeys(expressions) if one != "False"]
    return "True" if "True" in each else " or ".join(each) or "False"


def _all_of(expressions: Iterable[str]) -> str:
    """All of these; nothing that is always true."""
    each = [one for one in expressions if one != "True"]
    return "False" if "False" in each else f"({' and '.join(each)})" if each else "True"


def _how_many(expressions: Iterable[str]) -> str:
    """How many of these are true."""
    return " + ".join(f"(1 if {one} else 0)" for one in expressions if one != "False") or "0"


def tuple_of(expressions: Iterable[str]) -> str:
    """A tuple of these."""
    each = list(expressions)
    return f"({', '.join(each)}{',' if len(each) == 1 else ''})"
