"""Consultations made up from a pathway, weighted towards its bounds: the same seed always gives the same people."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from pharmacyfirst.content.whole_dose_tables import people_told_apart
from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import BORN, Answer, Question

# Beside a bound: people write weights and temperatures to one decimal.
NEAR = Decimal("0.1")


def answers_worth_trying(pathway: Pathway, also: Sequence[Condition] = ()) -> dict[str, tuple[Any, ...]]:
    """For each fact the values that its sentences, and those given also, can tell apart: every answer, each bound and its neighbours."""
    sentences = (*pathway.sentences(), *also)
    return {name: tuple(_worth_trying(fact, sentences)) for name, fact in pathway.questions.items() if name != BORN}


def _worth_trying(fact: Question, sentences: Sequence[Condition]) -> Sequence[Any]:
    values = people_told_apart(fact, sentences)
    if fact.answer is not Answer.NUMBER:
        return values
    near = {bound + step for bound in values for step in (-NEAR, NEAR)}
    return sorted({*values, *(one for one in near if (fact.low or 0) <= one <= (fact.high or one))})


def generate(pathway: Pathway, people: Sequence[Mapping[str, Any]], seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Made-up consultations: people given (for instance those of the cases), some of whose answers are changed or taken away.

    One in eight knows nothing but a few answers, so that every mixture of known and unknown comes up.
    """
    chance, answers = Random(seed), answers_worth_trying(pathway)
    names = sorted(answers)
    for _ in range(count):
        facts = {} if chance.random() < 1 / 8 else dict(chance.choice(people))
        for name in chance.sample(names, chance.randint(0, min(len(names), 9))):
            facts[name] = chance.choice(answers[name])
        for name in chance.sample(sorted(facts), min(len(facts), chance.choice((0, 0, 1, 2, len(facts) // 4)))):
            del facts[name]
        if BORN in facts and "age_years" in facts:
            del facts[BORN]
        yield facts
