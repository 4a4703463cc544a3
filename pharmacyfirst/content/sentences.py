"""Sentences in the words of docs/writing-a-pathway.md, read into conditions. No free expressions, no code."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from pharmacyfirst.content.yaml_text import Block, List, Mistakes, Node, Text
from pharmacyfirst.kernel.conditions import Condition, Count, Defined, Includes, Limits, OneOf, Within, all_of, any_of
from pharmacyfirst.kernel.facts import Answer, Fact

NAME = r"[a-z0-9][a-z0-9_-]*"
NUMBER = r"-?\d+(?:\.\d+)?"

HARM_NEVER_MET = "A criterion that waits for an answer nobody gives can never protect anyone."
HARM_UNREAD = "A sentence read wrongly would stop the wrong people, or let them through."

_COUNT = re.compile(rf"(?:(any|none|all)|(at least|at most|fewer than) (\d+)) of ({NAME}(?:, {NAME})*)")
_IS = re.compile(rf"({NAME}) is (.+)")
_INCLUDES = re.compile(rf"({NAME}) includes ({NAME}(?: or {NAME})*)")
_INCLUDES_THIS = re.compile(rf"({NAME}) includes this medicine")
_BARS_THIS = re.compile(rf"({NAME}) bars this medicine")
_BOUND = re.compile(rf"(?:(at least|at most|above|below) )?({NUMBER})")
_RANGE = re.compile(rf"({NUMBER}) to (below )?({NUMBER})")


class _Wrong(Exception):
    """A sentence that cannot be read: where in it, what, and how to mend it."""

    def __init__(self, offset: int, what: str, fix: str, harm: str = HARM_UNREAD):
        self.offset, self.what, self.fix, self.harm = offset, what, fix, harm


@dataclass
class Vocabulary:
    """What sentences of one file may speak of: questions, scores, definitions, and in a PGD the medicine itself.

    ``used`` gathers the names that some sentence used. Scores and definitions are read when they are first needed, so that they
    may stand in any order; ``reading`` holds those being read, to find a definition that leads back to itself.
    """

    facts: Mapping[str, Fact]
    mistakes: Mistakes
    points: dict[str, List] = field(default_factory=dict)
    bodies: dict[str, Block] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    medicine: str = ""
    _conditions: dict[str, Condition | None] = field(default_factory=dict)
    _reading: list[str] = field(default_factory=list)

    def for_medicine(self, pgd: str) -> "Vocabulary":
        """The same words, with ``this medicine`` standing for a PGD."""
        return Vocabulary(
            self.facts, self.mistakes, self.points, self.bodies, self.used, pgd, self._conditions, self._reading
        )

    def named(self, name: str) -> Condition | None:
        """The body of a score or definition; None, with the mistake noted, where it cannot be read."""
        if name in self._reading:
            ring = " -> ".join([*self._reading[self._reading.index(name) :], name])
            raise _Wrong(0, f"the definition leads back to itself: {ring}", "Say one of them without the other.")
        if name not in self._conditions:
            self._reading.append(name)
            if name in self.points:
                items = [self.sentence(item) for item in self.points[name].items]
                known = tuple(item for item in items if item is not None)
                self._conditions[name] = Count(known, 0, len(known), name) if len(known) == len(items) else None
            else:
                self._conditions[name] = self.condition(self.bodies[name])
            self._reading.pop()
        return self._conditions[name]

    def condition(self, block: Block, headings: tuple[str, ...] = ("when", "any of")) -> Condition | None:
        """The sentence or sentences of a clause, under whichever of the headings stands there."""
        given = [heading for heading in headings if heading in block.items]
        if len(given) > 1:
            self.mistakes.add(
                block.keys[given[1]].place,
                f'"{given[0]}" and "{given[1]}" stand in one clause',
                "Keep one; give the other part a name under definitions.",
                HARM_UNREAD,
            )
            return None
        return self.sentences(block.items[given[0]], any_of if given[0] == "any of" else all_of) if given else None

    def sentences(self, node: Node, joined: Callable[[tuple[Condition, ...]], Condition]) -> Condition | None:
        """A sentence, or a list of them."""
        if isinstance(node, Text):
            return self.sentence(node)
        if isinstance(node, Block) or not node.items:
            self.mistakes.add(
                node.place, "a sentence belongs here", "Write one sentence, or a list with dashes.", HARM_UNREAD
            )
            return None
        read = [self.sentence(item) for item in node.items]
        known = tuple(one for one in read if one is not None)
        return joined(known) if len(known) == len(read) else None

    def sentence(self, node: Node) -> Condition | None:
        """One sentence; None, with the mistake noted, where it cannot be read."""
        if not isinstance(node, Text):
            self.mistakes.add(
                node.place,
                "a list stands inside a list",
                "Give the inner part a name under definitions, and use the name here.",
                "An and inside an or is read aloud in two ways.",
            )
            return None
        try:
            return self._read(node.words)
        except _Wrong as wrong:
            self.mistakes.add(node.at(wrong.offset), wrong.what, wrong.fix, wrong.harm)
            return None

    def _read(self, words: str) -> Condition | None:
        if match := _COUNT.fullmatch(words):
            return self._count(match)
        if match := _BARS_THIS.fullmatch(words):
            return self._bars(match)
        if match := _INCLUDES_THIS.fullmatch(words):
            fact = self._any_of_question(match)
            return Includes(fact.name, (self._value(fact, self._this_medicine(), match.start(1)),))
        if match := _INCLUDES.fullmatch(words):
            fact = self._any_of_question(match)
            return Includes(fact.name, self._values(fact, match.group(2), match.start(2)))
        if match := _IS.fullmatch(words):
            return self._is(match)
        raise _Wrong(
            0,
            "this is not a sentence of ours",
            'Write, for instance, "rigors is yes", "age_years is 16 to 64", "at least 2 of a, b, c"; the forms are in docs/writing-a-pathway.md.',
        )

    def _is(self, match: re.Match[str]) -> Condition | None:
        name, rest, offset = match.group(1), match.group(2), match.start(2)
        if name in self.bodies:
            if rest not in ("met", "not met"):
                raise _Wrong(offset, f'"{name}" is a definition', f'Write "{name} is met" or "{name} is not met".')
            self.used.add(name)
            body = self.named(name)
            return Defined(name, body, rest == "met") if body is not None else None
        if name in self.points:
            self.used.add(name)
            score = self.named(name)
            return self._score(score, rest, offset) if isinstance(score, Count) else None
        return self._about(self._fact(name, match.start(1)), rest, offset)

    def _about(self, fact: Fact, rest: str, offset: int) -> Condition:
        match fact.answer:
            case Answer.YES_NO:
                if rest not in ("yes", "no"):
                    raise _Wrong(
                        offset,
                        f'"{fact.name}" is answered yes or no',
                        f'Write "{fact.name} is yes" or "{fact.name} is no".',
                    )
                return OneOf(fact.name, (rest == "yes",))
            case Answer.ONE_OF:
                return OneOf(fact.name, self._values(fact, rest, offset))
            case Answer.WHOLE_NUMBER | Answer.NUMBER:
                return Within(fact.name, self._limits(rest, offset, fact))
            case Answer.ANY_OF:
                raise _Wrong(offset, f'"{fact.name}" may have several answers', f'Write "{fact.name} includes ...".')
            case _:
                raise _Wrong(offset, f'"{fact.name}" is a date', "Write about age_years, which is worked out from it.")

    def _limits(self, rest: str, offset: int, fact: Fact) -> Limits:
        limits = _read_limits(rest, offset, fact.name)
        for number in (limits.low, limits.high):
            if number is None:
                continue
            if fact.answer is Answer.WHOLE_NUMBER and number != number.to_integral_value():
                raise _Wrong(offset, f'"{fact.name}" is a whole number', "Write the limit as a whole number.")
            if (fact.low is not None and number < fact.low) or (fact.high is not None and number > fact.high):
                raise _Wrong(
                    offset,
                    f'{number} lies outside the range of "{fact.name}"',
                    f"It is asked as {fact.what_fits()}.",
                    "A limit nobody can reach never stops anyone, or stops everybody.",
                )
        return limits

    def _score(self, score: Count, rest: str, offset: int) -> Count:
        most = len(score.items)
        limits = _read_limits(rest, offset, score.name)
        low = 0 if limits.low is None else int(limits.low) + limits.above
        high = most if limits.high is None else int(limits.high) - limits.to_below
        if low > most or high < 0 or high > most:
            raise _Wrong(
                offset,
                f'"{score.name}" goes from 0 to {most}',
                "Write a limit inside it.",
                "A limit nobody can reach never stops anyone.",
            )
        return Count(score.items, low, high, score.name)

    def _count(self, match: re.Match[str]) -> Count:
        word, bound, number, names = match.groups()
        offset, items = match.start(4), []
        for name in names.split(", "):
            items.append(self._item(name, offset))
            offset += len(name) + len(", ")
        size, n = len(items), int(number or 0)
        low, high = {
            "any": (1, size), "all": (size, size), "none": (0, 0),
            "at least": (n, size), "at most": (0, n), "fewer than": (0, n - 1),
        }[word or bound]  # fmt: skip
        if low > size or high < 0 or (low, high) == (0, size) or high > size:
            raise _Wrong(
                match.start(),
                f"this holds for everybody or for nobody: it counts {size}",
                "Write a number that can be reached, and missed.",
            )
        return Count(tuple(items), low, high)

    def _item(self, name: str, offset: int) -> Condition:
        if name in self.bodies:
            self.used.add(name)
            body = self.named(name)
            if body is None:
                raise _Wrong(offset, f'"{name}" cannot be read', "Mend the definition.")
            return Defined(name, body)
        fact = self._fact(name, offset)
        if fact.answer is not Answer.YES_NO:
            raise _Wrong(
                offset,
                f'"{name}" is not answered yes or no',
                "Give the sentence about it a name under definitions, and count that.",
            )
        return OneOf(name, (True,))

    def _bars(self, match: re.Match[str]) -> Includes:
        fact, pgd = self._any_of_question(match), self._this_medicine()
        barring = tuple(value.name for value in fact.values if any(bar.pgd == pgd for bar in value.bars))
        if not barring:
            raise _Wrong(
                0,
                f'no answer of "{fact.name}" bars {pgd}',
                f"Write bars: {pgd} beside the answers that do, or take the sentence out.",
                HARM_NEVER_MET,
            )
        return Includes(fact.name, barring)

    def _this_medicine(self) -> str:
        if not self.medicine:
            raise _Wrong(0, '"this medicine" has no meaning outside a PGD', "Name the answers.")
        return self.medicine

    def _any_of_question(self, match: re.Match[str]) -> Fact:
        fact = self._fact(match.group(1), match.start(1))
        if fact.answer is not Answer.ANY_OF:
            raise _Wrong(match.start(1), f'"{fact.name}" has one answer, not several', f'Write "{fact.name} is ...".')
        return fact

    def _fact(self, name: str, offset: int) -> Fact:
        if name not in self.facts:
            raise _Wrong(
                offset,
                f'"{name}" is not a question in this file',
                suggest(name, [*self.facts, *self.points, *self.bodies], "Declare it under questions."),
                HARM_NEVER_MET,
            )
        self.used.add(name)
        return self.facts[name]

    def _values(self, fact: Fact, words: str, offset: int) -> tuple[str, ...]:
        values = []
        for word in words.split(" or "):
            values.append(self._value(fact, word, offset))
            offset += len(word) + len(" or ")
        return tuple(values)

    def _value(self, fact: Fact, word: str, offset: int) -> str:
        if word not in fact.value_names():
            raise _Wrong(
                offset,
                f'"{word}" is not an answer to "{fact.name}"',
                suggest(word, fact.value_names(), f"It takes {', '.join(fact.value_names())}."),
                HARM_NEVER_MET,
            )
        return word


def _read_limits(rest: str, offset: int, name: str) -> Limits:
    if match := _BOUND.fullmatch(rest):
        bound, number = match.group(1), Decimal(match.group(2))
        match bound:
            case "at least":
                return Limits(low=number)
            case "above":
                return Limits(low=number, above=True)
            case "at most":
                return Limits(high=number)
            case "below":
                return Limits(high=number, to_below=True)
            case _:
                return Limits(number, number)
    if match := _RANGE.fullmatch(rest):
        low, high, to_below = Decimal(match.group(1)), Decimal(match.group(3)), bool(match.group(2))
        if low >= high:
            raise _Wrong(
                offset,
                f"{rest} holds for nobody",
                "Write the smaller number first.",
                "A limit nobody can reach never stops anyone.",
            )
        return Limits(low, high, to_below=to_below)
    raise _Wrong(
        offset,
        f'"{name}" is a number',
        f'Write "{name} is at least 3", "at most", "above", "below", "3 to 5" or "3 to below 5".',
    )


def suggest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The nearest known word as a question, or other advice where none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f'Did you mean "{near[0]}"?' if near else otherwise
