"""A sentence of the kernel as a term over the columns of the table: true is met, false not met, null not known.

A fact that nobody asks somebody for is null like one that is not known, and what its sentence says is then *not met* (rule 7): wherever the
sentence is null, what is said of the gate decides (``COALESCE(sentence, gate AND NULL)``). Gates are judged in the order of the file, so a
gate takes as unasked only what stands above it.
"""

from collections.abc import Mapping

from pharmacyfirst.audit.words import Sayings, Term
from pharmacyfirst.errors import WrongKind
from pharmacyfirst.kernel.conditions import Above, Condition, Count, Defined, Includes, Limits, OneOf, Within
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import BORN, Answer, Question

MOST_DIGITS = 15
"""A float stands for a decimal of so many digits exactly, and lies to every bound of as many as the decimal does."""

NUMBERS = (Answer.NUMBER, Answer.WHOLE_NUMBER)


class NoPlan(WrongKind):
    """Something in a pathway that a plan has no words for, so no table is judged by it: the kernel alone can."""


def value_column(fact: str, value: str) -> str:
    """The column that says whether a set holds this value."""
    return f"{fact}__{value}"


class SentenceTerms:
    """The terms of the sentences of one pathway. ``read`` are the facts that they read, ``included`` the sets, each with values looked for."""

    def __init__(self, pathway: Pathway, say: Sayings):
        self.pathway, self.say = pathway, say
        self.read: dict[str, None] = {}
        self.included: dict[tuple[str, tuple[str, ...]], None] = {}
        self._gate_at: Mapping[str, int] = {question.name: at for at, question in enumerate(pathway.gated)}
        self._gates: dict[int, Term] = {}
        self._kept: dict[tuple[Condition, int], Term] = {}

    def of(self, sentence: Condition | None, must: bool = False) -> Term:
        """What is known of a sentence, or with ``must`` of its opposite; without one it holds for everybody. Raises ``NoPlan``."""
        said = self.say.true if sentence is None else self._of(sentence, len(self._gate_at))
        return self.say.opposite(said) if must else said

    def fact(self, name: str) -> Term:
        """The column of a fact."""
        self.read[name] = None
        return self.say.fact(name)

    def _of(self, sentence: Condition, asked: int) -> Term:
        """``asked``: of how many gated questions it has been told by then whether this person is asked."""
        key = (sentence, asked)
        if key not in self._kept:
            self._kept[key] = self._said(sentence, asked)
        return self._kept[key]

    def _said(self, sentence: Condition, asked: int) -> Term:
        match sentence:
            case OneOf(fact, values):
                return self._unless_unasked(self._one_of(self._question(fact), values), (fact,), asked)
            case Within(fact, limits):
                return self._unless_unasked(self._within(self._question(fact, *NUMBERS), limits), (fact,), asked)
            case Includes(fact, values):
                return self._unless_unasked(self._includes(self._question(fact, Answer.ANY_OF), values), (fact,), asked)
            case Above(fact, other):
                one, two = (self.fact(self._question(name, Answer.WHOLE_NUMBER).name) for name in (fact, other))
                return self._unless_unasked(self.say.above(one, two), (fact, other), asked)
            case Defined(_, body, wanted):
                said = self._of(body, asked)
                return said if wanted else self.say.opposite(said)
            case Count(items, low, high):
                return self._count([self._of(item, asked) for item in items], low, high)
            case _:
                raise NoPlan(f"No plan has words for a sentence of the kind {type(sentence).__name__}.")

    def _question(self, fact: str, *answers: Answer) -> Question:
        question = self.pathway.questions.get(fact)
        if question is None or fact == BORN or (answers and question.answer not in answers):
            raise NoPlan(f"{fact}: a sentence of {self.pathway.id} reads what is no column of the table.")
        return question

    def _unless_unasked(self, said: Term, facts: tuple[str, ...], asked: int) -> Term:
        """Not met where one of these facts is not asked; it is null there, as every fact is that is not known."""
        gated = [fact for fact in facts if self._gate_at.get(fact, asked) < asked]
        if not gated:
            return said
        say = self.say
        if len(facts) == 1:
            unless = self._gate(gated[0])
        else:  # the other one may be what is not known
            unless = say.every(say.some((say.known(self.fact(fact)), self._gate(fact))) for fact in gated)
        return say.first_known((said, say.every((unless, say.not_known))))

    def _gate(self, fact: str) -> Term:
        """Whether somebody is asked for a fact that is not known."""
        at = self._gate_at[fact]
        if at not in self._gates:
            gate = self.pathway.gated[at].asked_when
            self._gates[at] = self.say.false if gate is None else self._of(gate, at)
        return self._gates[at]

    def _is_known(self, fact: str) -> Term:
        """True where it is known, and null where it is not."""
        return self.say.some((self.say.known(self.fact(fact)), self.say.not_known))

    def _one_of(self, question: Question, values: tuple[bool | str, ...]) -> Term:
        if question.answer is Answer.YES_NO:
            if any(type(value) is not bool for value in values):
                raise NoPlan(f"{question.name}: a word is no answer to yes or no.")
            if {*values} == {True, False}:
                return self._is_known(question.name)
            answer = self.fact(question.name)
            return answer if values[0] else self.say.opposite(answer)
        if question.answer is not Answer.ONE_OF or any(type(value) is not str for value in values):
            raise NoPlan(f"{question.name}: a plan has no words for a choice among answers of this kind.")
        return self.say.is_one_of(self.fact(question.name), tuple(str(value) for value in dict.fromkeys(values)))

    def _within(self, question: Question, limits: Limits) -> Term:
        if limits.low is None and limits.high is None:
            return self._is_known(question.name)
        for bound in (limits.low, limits.high):
            if bound is not None and len(bound.normalize().as_tuple().digits) > MOST_DIGITS:
                raise NoPlan(f"{question.name}: {bound} has more digits than a column tells apart.")
        return self.say.within(self.fact(question.name), limits)

    def _includes(self, question: Question, values: tuple[str, ...]) -> Term:
        if not values:
            return self.say.opposite(self._is_known(question.name))
        each = tuple(sorted(set(values)))
        self.included[question.name, each] = None
        return self.say.includes(question.name, each)

    def _count(self, items: list[Term], low: int, high: int) -> Term:
        say, size = self.say, len(items)
        if low <= 0 and high >= size:
            return say.true
        if low > min(high, size):
            return say.false
        if low == 1 and high >= size:
            return say.some(items)
        if low == size:
            return say.every(items)
        if low <= 0 and high == 0:
            return say.opposite(say.some(items))
        return say.counted(items, low, high)
