"""Sentences in plain words: each question by what it is called, each answer by its words, each number with its unit.

The exact spelling, which decides, stands beside them wherever they are shown.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined, Includes, Limits, OneOf, Within, parts
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Question

# A name of the program's in prose: no word that people write has an underscore.
_NAME = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


class Wording:
    """The words of one pathway, in which its sentences and those of its PGDs are said."""

    def __init__(self, pathway: Pathway):
        self._questions, self._pgds = pathway.questions, pathway.pgds
        self._named = {one.name: one for one in pathway.named}
        self._said = _said_once(self._names())

    def in_prose(self, words: str) -> str:
        """Words written for reviewers, in which each name of a question, an answer or a definition is put into its own words.

        What means two things in one pathway, or nothing in it, stays as it is spelled.
        """
        return _NAME.sub(lambda name: self._said.get(name[0], name[0]), words)

    def _names(self) -> Iterator[tuple[str, str]]:
        for question in self._questions.values():
            yield question.name, self.called(question.name)
            yield from ((choice.name, choice.says) for choice in question.choices)
        yield from ((named.name, named.says) for named in self._named.values())

    def lines(self, sentence: Condition) -> tuple[str, ...]:
        """A sentence; a list of sentences one to a line, the second and later ones with *and* or *or* before them."""
        joined = _joined(sentence)
        if not isinstance(sentence, Count) or not joined:
            return (self.words(sentence),)
        first, *others = (self._inside(item, joined) for item in sentence.items)
        return (first, *(f"{joined} {other}" for other in others))

    def words(self, sentence: Condition) -> str:
        """A sentence on one line."""
        match sentence:
            case OneOf(fact, values):
                said = " or ".join(self._answer(fact, value) for value in values)
                return f"{self.called(fact)}: {said}"
            case Within(fact, limits):
                return f"{self.called(fact)}: {self._limits(fact, limits)}"
            case Above(fact, other):
                return f"{self.called(fact)}: more than the answer to “{self.called(other)}”"
            case Includes(fact, barred=barred) if barred:
                return f"{self.called(fact)}: one that rules out {self.medicine(barred)}"
            case Includes(fact, values):
                return f"{self.called(fact)}: {' or '.join(self._choice(fact, value) for value in values)}"
            case Count():
                return self._count(sentence)
            case Defined():
                return self._defined(sentence)
        return sentence.in_words()

    def signs(self, sentence: Condition) -> str:
        """The signs that a sentence asks for, in a few words; nothing where it counts, names a definition, leaves a choice or wants a *no*."""
        found = tuple(map(self._sign, parts(sentence)))
        return " and ".join(found) if all(found) else ""

    def _sign(self, item: Condition) -> str:
        match item:
            case OneOf(fact, (True,)):
                return self.called(fact)
            case OneOf(fact, (str(answer),)):
                return f"{self.called(fact)} ({self._choice(fact, answer)})"
            case Within(fact, limits):
                return f"{self.called(fact)} ({self._limits(fact, limits)})"
        return ""

    def called(self, fact: str) -> str:
        """A question in a few words."""
        return self._questions[fact].in_short

    def medicine(self, pgd: str) -> str:
        """The medicine of a PGD."""
        return self._pgds[pgd].medicine if pgd in self._pgds else pgd

    def _answer(self, fact: str, value: bool | str) -> str:
        return self._choice(fact, value) if isinstance(value, str) else self._questions[fact].in_words(value)

    def _choice(self, fact: str, name: str) -> str:
        return f"“{self._questions[fact].in_words(name)}”"

    def _limits(self, fact: str, limits: Limits) -> str:
        """The limits with the unit once, at the end."""
        question: Question = self._questions[fact]
        last = limits.high if limits.high is not None else limits.low
        unit = question.counted(last if last is not None else 0).partition(" ")[2]
        return f"{limits_in_words(limits)} {unit}".strip()

    def _count(self, count: Count) -> str:
        if count.name:
            how_many = Limits(
                Decimal(count.low) if count.low else None,
                Decimal(count.high) if count.high < len(count.items) else None,
            )
            says = self._named[count.name].says if count.name in self._named else count.name
            return f"{says}: {limits_in_words(how_many)} of {len(count.items)}"
        if joined := _joined(count):
            return f" {joined} ".join(self._inside(item, joined) for item in count.items)
        return f"{_how_many(count)} of these: {'; '.join(self._item(item) for item in count.items)}"

    def _inside(self, item: Condition, joined: str) -> str:
        """A sentence of a list; one that is a list of the other kind itself stands in brackets."""
        words = self.words(item)
        other = _joined(item)
        return f"({words})" if other and other != joined else words

    def _item(self, item: Condition) -> str:
        """What is counted: a question that has to be answered with yes by its name alone."""
        return self.called(item.fact) if isinstance(item, OneOf) and item.values == (True,) else self.words(item)

    def _defined(self, sentence: Defined) -> str:
        if sentence.word == "excluded":
            return f"{self.medicine(sentence.name)} is {'' if sentence.wanted else 'not '}excluded"
        named = self._named.get(sentence.name)
        means = f"“{named.says}”" if named is not None and named.says else self._in_brackets(sentence.body)
        return means if sentence.wanted else f"not so: {means}"

    def _in_brackets(self, sentence: Condition) -> str:
        words = self.words(sentence)
        return f"({words})" if _joined(sentence) else words


def _said_once(names: Iterator[tuple[str, str]]) -> dict[str, str]:
    """The words of each name, in quotation marks, where it has words and the same ones everywhere."""
    found: dict[str, set[str]] = {}
    for name, words in names:
        found.setdefault(name, set()).add(words)
    return {name: f"“{words.pop()}”" for name, words in found.items() if len(words) == 1 and "" not in words}


def limits_in_words(limits: Limits) -> str:
    """The limits without the noughts that say nothing: ``30``, not ``30.0``."""
    low, high = (plain(end) if end is not None else "" for end in (limits.low, limits.high))
    if not low:
        return f"{'below' if limits.to_below else 'at most'} {high}"
    if not high:
        return f"{'above' if limits.above else 'at least'} {low}"
    if low == high:
        return low
    return f"{low} to {'below ' if limits.to_below else ''}{high}"


def _joined(sentence: Condition) -> str:
    """How the sentences of a list are joined: *and*, *or*; nothing where it is no such list, or one of names that are counted."""
    if not isinstance(sentence, Count) or sentence.name or sentence.high < len(sentence.items):
        return ""
    if parts(sentence) != (sentence,):
        return "and"
    return "or" if sentence.low == 1 else ""


def _how_many(count: Count) -> str:
    if count.high < len(count.items):
        return "none" if count.high == 0 else f"at most {count.high}"
    return f"at least {count.low}"
