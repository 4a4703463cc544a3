"""A table of consultations as one of two versions of a pathway sees it: an answer is carried over as the changes report carries it.

A question keeps its answers where it has another name in one of the versions (``was``). An answer that only one version takes, or that could be
one of several in the other, is not known there.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import BORN, Answer, Question
from pharmacyfirst.proof.carried import carried_answer, counterparts, pairs

_NUMBERS = (Answer.WHOLE_NUMBER, Answer.NUMBER)
_SPOKEN = {True: "yes", False: "no"}
_MEANT = {"yes": True, "no": False}


class SeenBy:
    """The columns that one version, ``this``, reads of a table whose answers may be those of either."""

    def __init__(self, this: Pathway, other: Pathway):
        found = counterparts(other.questions, this.questions)
        self._carried = [
            _Carried(question, other.questions[found[name]])
            for name, question in this.questions.items()
            if name != BORN and name in found and _differ(question, other.questions[found[name]])
        ]

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The same rows with the columns of this version."""
        return frame.with_columns([one for carried in self._carried for one in carried.column(frame)])


class _Carried:
    """One question of this version, and what the other version asks in its place."""

    def __init__(self, this: Question, other: Question):
        self.this, self.other = this, other
        self._seen: dict[Any, Any] = {}

    def column(self, frame: pl.DataFrame) -> Iterator[pl.Series]:
        """The column of this question, where there is anything to carry over."""
        own, theirs = self.this.name, self.other.name
        held = frame[own].to_list() if own in frame.columns else [None] * frame.height
        if theirs != own and theirs in frame.columns:
            beside = frame[theirs].to_list()
            held = [one if one is not None else self._carry(other) for one, other in zip(held, beside, strict=True)]
        elif theirs == own:
            held = [self._as_seen(one) for one in held]
        yield pl.Series(own, held, dtype=_type_of(self.this))

    def _as_seen(self, value: Any) -> Any:
        """An answer that stands under the name that both versions have: this version's own, or the other's carried over."""
        return value if value is None or _fits(self.this, value) else self._carry(value)

    def _carry(self, value: Any) -> Any:
        """An answer to the other version's question. One that does not fit it either stays as it is, so that its row is set aside."""
        key = tuple(value) if isinstance(value, list) else value
        if key not in self._seen:
            self._seen[key] = self._carried(value)
        return self._seen[key]

    def _carried(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            held = self.other.read(value)
        except Refused:
            return value
        carried = carried_answer(self.other, self.this, held) if self.this.answer in _NUMBERS else self._choice(held)
        if carried is None or not _fits(self.this, carried):
            return None
        if self.this.answer is Answer.NUMBER:
            return float(carried)
        return list(carried) if isinstance(carried, tuple) else carried

    def _choice(self, held: Any) -> Any:
        """The answer of this version that stands for one of the other; None where none does, or it could be one of several."""
        ways = pairs(self.other, self.this)
        given = held if isinstance(held, tuple) else (_SPOKEN.get(held, held),)
        each = [[now for before, now in ways if before == one] for one in given]
        if any(len(one) > 1 for one in each):
            return None  # which of them nobody knows
        found = [now for one in each for now in one if now is not None]
        if self.this.answer is Answer.ANY_OF:
            return tuple(found)  # one that is not carried over is left out, and the rest counts
        if not found:
            return None
        return _MEANT[found[0]] if self.this.answer is Answer.YES_NO else found[0]


def _fits(question: Question, value: Any) -> bool:
    try:
        question.read(value)
    except Refused:
        return False
    return True


def _differ(one: Question, other: Question) -> bool:
    """Whether the same answer to both need not be the same answer."""
    ways = [(each.name, each.answer, each.low, each.high, each.choice_names()) for each in (one, other)]
    return ways[0] != ways[1]


def _type_of(question: Question) -> pl.DataType:
    match question.answer:
        case Answer.YES_NO:
            return pl.Boolean()
        case Answer.WHOLE_NUMBER:
            return pl.Int64()
        case Answer.NUMBER:
            return pl.Float64()
        case Answer.ANY_OF:
            return pl.List(pl.String)
        case _:
            return pl.String()
