"""Sentences in the words of docs/writing-a-pathway.md, read into conditions. No free expressions, no code."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.sentence_forms import (
    ABOVE,
    BARS_THIS,
    BOUND,
    COUNT,
    HARM_NEVER_MET,
    HARM_NO_LIMIT,
    HARM_UNREAD,
    INCLUDES,
    INCLUDES_THIS,
    IS,
    Wrong,
    led_to,
    limits_on,
    named_in,
    read_limits,
)
from pharmacyfirst.content.text import MOST_LEVELS, Block, List, Mistakes, Node, Place, Text
from pharmacyfirst.kernel.conditions import (
    Above,
    Condition,
    Count,
    Defined,
    Includes,
    OneOf,
    Within,
    all_of,
    any_of,
)
from pharmacyfirst.kernel.questions import Answer, Question

_MOST_LETTERS_COMPARED = 200  # comparing takes the longer the more there are


class _Unread(Exception):
    """A sentence speaks of something that is declared and could not be read: that is noted where it stands, not again here."""


@dataclass
class Vocabulary:
    """What sentences of one file may speak of: questions, scores, definitions, and in a PGD the medicine itself.

    ``used`` gathers the names that some sentence used. Scores and definitions are read when they are first needed, so that they
    may stand in any order; ``reading`` holds those being read, to find a definition that leads back to itself.
    ``declared`` holds every name that the file declares, whether or not it could be read; None where even that is not known.
    ``unread`` are shared definitions that cannot be read here, which is noted.
    ``exclusions`` are the clauses under ``exclusions:`` of each PGD of the folder, by its id, for ``fluticasone is excluded``;
    ``documents_read`` gathers those that were asked so.
    ``passed_over`` gathers where a sentence was left out because something that it speaks of is wrong, which is noted there.
    """

    questions: Mapping[str, Question]
    mistakes: Mistakes
    points: dict[str, List] = field(default_factory=dict)
    bodies: dict[str, Block] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    medicine: str = ""
    declared: Collection[str] | None = ()
    exclusions: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    documents_read: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    passed_over: list[Place] = field(default_factory=list)
    _conditions: dict[str, Condition | None] = field(default_factory=dict)
    _reading: list[str] = field(default_factory=list)
    _levels: dict[str, int] = field(default_factory=dict)

    def for_medicine(self, pgd: str) -> "Vocabulary":
        """The same words, with ``this medicine`` standing for a PGD."""
        return replace(self, medicine=pgd)

    def lacks(self, block: Block, also: Collection[str] = ()) -> list[str]:
        """What the sentences of a block speak of and this file does not declare; nothing where that is not known."""
        if self.declared is None:
            return []
        known = {*self.declared, *self.questions, *self.points, *self.bodies, *self.unread, *also}
        return [name for name in named_in(block) if name not in known]

    def named(self, name: str, offset: int = 0) -> Condition | None:
        """The body of a score or definition; None, with the mistake noted, where it cannot be read."""
        if name in self._reading:
            ring = " -> ".join([*self._reading[self._reading.index(name) :], name])
            what = f"the definition leads back to itself: {ring}"
            raise Wrong(offset, what, "Say one of them without the other.", HARM_NEVER_MET)
        if name not in self._conditions:
            self._not_too_deep(len(self._reading), offset)
            self._reading.append(name)
            self._levels[name] = 1
            if name in self.points:
                items = [self.sentence(item) for item in self.points[name].items]
                known = tuple(item for item in items if item is not None)
                self._conditions[name] = Count(known, 0, len(known), name) if len(known) == len(items) else None
            else:
                self._conditions[name] = self.condition(self.bodies[name])
            self._reading.pop()
        if self._reading and self._conditions[name] is not None:
            self._not_too_deep(self._levels[name], offset)
            self._levels[self._reading[-1]] = max(self._levels[self._reading[-1]], self._levels[name] + 1)
        return self._conditions[name]

    def _not_too_deep(self, levels: int, offset: int) -> None:
        if levels >= MOST_LEVELS:
            what = f"more than {MOST_LEVELS} definitions one inside the other"
            raise Wrong(offset, what, "Say it with fewer of them.", "What is nested deeper cannot be read aloud.")

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
        except Wrong as wrong:
            self.mistakes.add(node.at(wrong.offset), wrong.what, wrong.fix, wrong.harm)
        except _Unread:
            self.passed_over.append(node.place)
        return None

    def _read(self, words: str) -> Condition | None:
        if match := COUNT.fullmatch(words):
            return self._count(match)
        if match := BARS_THIS.fullmatch(words):
            return self._bars(match)
        if match := INCLUDES_THIS.fullmatch(words):
            fact = self._any_of_question(match)
            return Includes(fact.name, (self._value(fact, self._this_medicine(match), match.start(1)),))
        if match := INCLUDES.fullmatch(words):
            fact = self._any_of_question(match)
            return Includes(fact.name, self._values(fact, match.group(2), match.start(2)))
        if match := IS.fullmatch(words):
            return self._is(match)
        raise Wrong(
            0,
            "this is not a sentence of ours",
            'Write, for instance, "rigors is yes", "age_years is 16 to 64", "at least 2 of a, b, c"; the forms are in docs/writing-a-pathway.md.',
        )

    def _is(self, match: re.Match[str]) -> Condition | None:
        name, rest, offset = match.group(1), match.group(2), match.start(2)
        if rest in ("excluded", "not excluded") and name not in self.questions:
            return Defined(name, self._excluded(name, match.start(1)), rest == "excluded", "excluded")
        self._one_meaning(name)
        if name in self.bodies:
            if rest not in ("met", "not met"):
                raise Wrong(offset, f'"{name}" is a definition', f'Write "{name} is met" or "{name} is not met".')
            self.used.add(name)
            body = self.named(name)
            return Defined(name, body, rest == "met") if body is not None else None
        if name in self.points:
            self.used.add(name)
            score = self.named(name)
            return self._score(score, rest, offset) if isinstance(score, Count) else None
        return self._about(self._fact(name, match.start(1)), rest, offset)

    def _excluded(self, pgd: str, offset: int) -> Condition:
        """That an exclusion of a PGD's own file is met. What is wrong in that file is noted where it is read itself."""
        if pgd not in self.exclusions:
            fix = suggest(pgd, self.exclusions, "Name a PGD of this folder.")
            raise Wrong(offset, f'"{pgd}" is no PGD of this folder', fix, HARM_NEVER_MET)
        if not self.exclusions[pgd] and self.declared is not None:
            what = f'no exclusion of "{pgd}" is judged'
            raise Wrong(offset, what, "Take the sentence out, or write the exclusion.", HARM_NEVER_MET)
        # Looked for at once: read aside, a ring would be noted nowhere, and what speaks of it would be left out.
        if {pgd, *led_to(pgd, self._bodies)} & {self.medicine, *self._reading}:
            what = f"whether {pgd} is excluded leads back to itself"
            raise Wrong(offset, what, "Say one of them without the other.", HARM_NEVER_MET)
        self.documents_read.add(pgd)
        # What is first met here is read again where it stands, and its mistakes are noted there.
        ring = f"{pgd} is excluded"
        levels = {**self._levels, ring: 1}
        aside = replace(self, medicine=pgd, mistakes=Mistakes(), _conditions={**self._conditions}, _levels=levels)
        aside.passed_over = []
        self._reading.append(ring)
        read = [aside.condition(clause) for clause in self.exclusions[pgd]]
        self._reading.pop()
        if self._reading:
            self._levels[self._reading[-1]] = max(self._levels[self._reading[-1]], levels[ring] + 1)
        met = tuple(one for one in read if one is not None)
        if not met or len(aside.mistakes):
            raise _Unread
        return any_of(met)

    def _bodies(self, name: str) -> Iterable[Block | List]:
        """What is said under a name: by the exclusions of a PGD, a definition, a score."""
        named = (*self.exclusions.get(name, ()), self.bodies.get(name), self.points.get(name))
        return [one for one in named if one is not None and name not in self.questions]

    def _about(self, fact: Question, rest: str, offset: int) -> Condition:
        match fact.answer:
            case Answer.YES_NO:
                if rest not in ("yes", "no"):
                    raise Wrong(
                        offset,
                        f'"{fact.name}" is answered yes or no',
                        f'Write "{fact.name} is yes" or "{fact.name} is no".',
                    )
                return OneOf(fact.name, (rest == "yes",))
            case Answer.ONE_OF:
                return OneOf(fact.name, self._values(fact, rest, offset))
            case Answer.WHOLE_NUMBER | Answer.NUMBER:
                match = ABOVE.fullmatch(rest)
                if match and not BOUND.fullmatch(rest):
                    return self._above(fact, self._fact(match.group(1), offset + match.start(1)), offset)
                return Within(fact.name, limits_on(fact, rest, offset))
            case Answer.ANY_OF:
                raise Wrong(offset, f'"{fact.name}" may have several answers', f'Write "{fact.name} includes ...".')
            case _:
                raise Wrong(offset, f'"{fact.name}" is a date', "Write about age_years, which is worked out from it.")

    def _above(self, fact: Question, other: Question, offset: int) -> Above:
        whole = fact.answer is other.answer is Answer.WHOLE_NUMBER
        if fact == other or not whole or fact.unit != other.unit:
            what = f'"{fact.name}" and "{other.name}" are not two whole numbers of one unit'
            raise Wrong(offset, what, "Compare two counts of the same thing, or write a limit.")
        return Above(fact.name, other.name)

    def _score(self, score: Count, rest: str, offset: int) -> Count:
        most = len(score.items)
        limits = read_limits(rest, offset, score.name)
        if any(limit is not None and limit != limit.to_integral_value() for limit in (limits.low, limits.high)):
            raise Wrong(offset, f'"{score.name}" is a whole number', "Write the limit as a whole number.")
        low = 0 if limits.low is None else int(limits.low) + limits.above
        high = most if limits.high is None else int(limits.high) - limits.to_below
        if low < 0 or low > high or high > most or (low, high) == (0, most):
            raise Wrong(
                offset,
                f'"{score.name}" goes from 0 to {most}',
                "Write a limit inside it, that can be reached and missed.",
                HARM_NO_LIMIT,
            )
        return Count(score.items, low, high, score.name)

    def _count(self, match: re.Match[str]) -> Count:
        word, bound, number, names = match.groups()
        offset, items = match.start(4), []
        for name in names.split(", "):
            if name in names[: offset - match.start(4)].split(", "):
                raise Wrong(offset, f'"{name}" stands here a second time', "Keep one of the two.")
            items.append(self._item(name, offset))
            offset += len(name) + len(", ")
        size, n = len(items), int(number or 0)
        low, high = {
            "any": (1, size), "all": (size, size), "none": (0, 0),
            "at least": (n, size), "at most": (0, n), "fewer than": (0, n - 1),
        }[word or bound]  # fmt: skip
        if low > size or high < 0 or (low == 0 and high >= size):
            raise Wrong(
                match.start(),
                f"this holds for {'nobody' if low > size or high < 0 else 'everybody'}: it counts {size}",
                "Write a number that can be reached, and missed.",
                HARM_NO_LIMIT,
            )
        return Count(tuple(items), low, high)

    def _one_meaning(self, name: str) -> None:
        if sum(name in named for named in (self.questions, self.points, self.bodies)) > 1:
            raise _Unread

    def _item(self, name: str, offset: int) -> Condition:
        self._one_meaning(name)
        if name in self.bodies:
            self.used.add(name)
            body = self.named(name, offset)
            if body is None:
                raise _Unread
            return Defined(name, body)
        fact = self._fact(name, offset)
        if fact.answer is not Answer.YES_NO:
            raise Wrong(
                offset,
                f'"{name}" is not answered yes or no',
                "Give the sentence about it a name under definitions, and count that.",
            )
        return OneOf(name, (True,))

    def _bars(self, match: re.Match[str]) -> Includes:
        fact, pgd = self._any_of_question(match), self._this_medicine(match)
        for other in match.group(2).split(" or ") if match.group(2) else ():
            if other not in self.exclusions or other == pgd:
                fix = "Name another PGD of this folder, where no other sentence stands beside this one."
                raise Wrong(match.start(2), f'"{other}" cannot be excepted here', fix, HARM_NEVER_MET)
        barring = tuple(value.name for value in fact.choices if any(bar.pgd == pgd for bar in value.bars))
        if not barring:
            raise Wrong(
                0,
                f'no answer of "{fact.name}" bars {name_shown(pgd)}',
                f"Write bars: {name_shown(pgd)} beside the answers that do, or take the sentence out.",
                HARM_NEVER_MET,
            )
        return Includes(fact.name, barring, pgd)

    def _this_medicine(self, match: re.Match[str]) -> str:
        if not self.medicine:
            offset = match.string.index("this medicine")
            raise Wrong(
                offset, '"this medicine" has no meaning outside a PGD', 'Name the answers: "... includes a or b".'
            )
        return self.medicine

    def _any_of_question(self, match: re.Match[str]) -> Question:
        fact = self._fact(match.group(1), match.start(1))
        if fact.answer is not Answer.ANY_OF:
            raise Wrong(match.start(1), f'"{fact.name}" has one answer, not several', f'Write "{fact.name} is ...".')
        return fact

    def _fact(self, name: str, offset: int) -> Question:
        self._one_meaning(name)
        if name in self.points:
            raise Wrong(
                offset,
                f'"{name}" is a score',
                f'Write "{name} is at least 2", under definitions if it is to be counted.',
            )
        if name in self.bodies:
            raise Wrong(offset, f'"{name}" is a definition', f'Write "{name} is met" or "{name} is not met".')
        if name not in self.questions:
            if self.declared is None or name in self.declared or name in self.unread:
                raise _Unread
            known = [*self.declared, *self.questions, *self.points, *self.bodies]
            self.used.add(nearest(name, known))
            raise Wrong(
                offset,
                f'"{name}" is not a question in this file',
                suggest(name, known, "Declare it under questions."),
                HARM_NEVER_MET,
            )
        self.used.add(name)
        return self.questions[name]

    def _values(self, fact: Question, words: str, offset: int) -> tuple[str, ...]:
        values = []
        for word in words.split(" or "):
            values.append(self._value(fact, word, offset))
            offset += len(word) + len(" or ")
        return tuple(values)

    def _value(self, fact: Question, word: str, offset: int) -> str:
        if word not in fact.choice_names():
            raise Wrong(
                offset,
                f'"{word}" is not an answer to "{fact.name}"',
                suggest(word, fact.choice_names(), f"It takes {', '.join(fact.choice_names())}."),
                HARM_NEVER_MET,
            )
        return word


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like this one; nothing where none is."""
    known = list(known)
    if word in known or len(word) > _MOST_LETTERS_COMPARED:
        return word if word in known else ""
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.65)), "")


def suggest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The nearest known word as a question, or other advice where none is near."""
    near = nearest(word, known)
    return f'Did you mean "{near}"?' if near else otherwise
