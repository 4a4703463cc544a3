"""What is generated as text: only our own names stand in it, it is the same every time, and what cannot be spelt is left to the kernel."""

import ast
import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

import pytest
from fast.agreeing import LIBRARY, ON
from fast.made_up import MadeUp
from kernel import made_up_pathway
from shares import of_each

from pharmacyfirst import Kind, assess
from pharmacyfirst.fast import assess as fast
from pharmacyfirst.fast.make import module_of
from pharmacyfirst.fast.run import MOST_DIGITS, as_float
from pharmacyfirst.kernel.conditions import Defined, Limits, OneOf, Within

OURS = re.compile(
    r"[fvKL][0-9]+|pgd_[0-9]+|cautions_[0-9]+|note_stops|note_rows|note_pgds|note_pgd_[0-9]+|below|EXCLUDED|NO_ROW|OFFERED|UNDECIDED|FACTS|len|KeyError|picked|MODULE|Decimal|Leaf|Generated|TreatmentRow|named|number|settle|frozenset"
    r"|read|judge|answers|stops|rows|beside|clauses|facts|given|names|map|type|int|str|get|issuperset|isdisjoint"
    r"|version|kind|destination|offers|clear|met|reached|stopped|alike|pgds|cautions|urgency|stop_ids|table|in_force|item|fallback|nothing_left|each"
)


def names_in(text):
    for node in ast.walk(ast.parse(text)):
        match node:
            case (
                ast.Name(id=name)
                | ast.Attribute(attr=name)
                | ast.keyword(arg=name)
                | ast.arg(arg=name)
                | ast.FunctionDef(name=name)
            ):
                yield name


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_no_word_of_the_content_becomes_a_name_and_it_is_the_same_every_time(condition):
    pathway = LIBRARY.in_force(condition, ON)
    text = module_of(pathway, frozenset(pathway.pgds))
    assert not [name for name in names_in(text) if not OURS.fullmatch(name)]
    assert text == module_of(pathway, frozenset(reversed([*pathway.pgds])))


def test_words_that_look_like_code_stay_words():
    hostile = "\"\"\"\nimport os; os.abort()\n'''"
    questions = {hostile: replace(made_up_pathway.fact("collapse"), name=hostile)}
    stop = made_up_pathway.criterion(hostile, Kind.EMERGENCY, OneOf(hostile, (True,)), hostile)
    pathway = made_up_pathway.pathway(
        id=hostile, questions=questions, stopping=(stop,), treatment=made_up_pathway.pathway().treatment[1:]
    )
    assessor = fast.generated(pathway, frozenset())
    for facts in ({}, {hostile: True}, {hostile: False}):
        assert assessor.assess(facts, ON) == assess(pathway, facts, ON)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A sentence of a vendor's own kind."""

    fact: str

    def verdict(self, answers):
        return OneOf(self.fact, (True,)).verdict(answers)

    def facts(self):
        return (self.fact,)

    def unknown(self, answers):
        return ()

    def inner(self):
        return ()


class Hostile(str):
    """An answer that writes itself as code."""

    __slots__ = ()

    def __repr__(self):
        return "__import__('os').abort()"


@pytest.mark.parametrize(
    "sentence",
    [Otherwise("collapse"), Defined("named", Otherwise("collapse")), OneOf("skin", (Hostile("dry"),))],
    ids=["own kind", "inside", "own words"],
)
def test_a_pathway_that_cannot_be_spelt_is_judged_by_the_kernel(sentence, monkeypatch):
    monkeypatch.setattr(fast, "WORTH_IT", 0)
    pathway = made_up_pathway.pathway(stopping=(made_up_pathway.criterion("X-R1", Kind.EMERGENCY, sentence),))
    assert fast.assessor_of(pathway, ON) is None
    assert fast.assess(pathway, {"collapse": True, "skin": "dry"}, ON).outcome.kind is Kind.EMERGENCY


def test_what_no_loader_lets_pass_is_left_to_the_kernel(monkeypatch):
    monkeypatch.setattr(fast, "WORTH_IT", 0)
    yes = made_up_pathway.yes("collapse")
    no_emergency = made_up_pathway.criterion("X-V1", Kind.REFER, yes, always_999=True)
    in_a_ring = {**made_up_pathway.FACTS, "bad": made_up_pathway.fact("bad", asked_when=made_up_pathway.yes("bad"))}
    stop = made_up_pathway.criterion("X-R1", Kind.EMERGENCY, made_up_pathway.yes("bad"))
    for changed in ({"stopping": (no_emergency,)}, {"questions": in_a_ring, "stopping": (stop,)}):
        pathway = made_up_pathway.pathway(**changed)
        assert fast.assess(pathway, {"collapse": True, "bad": True}, ON) == assess(
            pathway, {"collapse": True, "bad": True}, ON
        )
        assert fast.assessor_of(pathway, ON) is None


def test_a_float_lies_to_every_bound_as_the_decimal_does_that_it_stands_for():
    chance = Random(37)
    for _ in range(4000):
        digits, places = chance.randint(1, MOST_DIGITS), chance.randint(0, 12)
        bound = Decimal(chance.randint(1, 10**digits - 1)).scaleb(-places)
        near = Decimal(math.nextafter(float(bound), chance.choice((-math.inf, math.inf))))
        between = bound + (near - bound) * Decimal(chance.randint(0, 40)) / 20  # up to twice as far as the next float
        for number in (bound, between, between + Decimal("1e-25"), near):
            held = as_float(number)
            assert (held < float(bound), held > float(bound)) == (number < bound, number > bound), (number, bound)


def test_a_bound_that_no_float_tells_apart_is_left_to_the_kernel():
    for bound in ("37.9000000000000001", "123456789.12345678"):
        within = Within("weight_kg", Limits(Decimal(bound)))
        pathway = made_up_pathway.pathway(stopping=(made_up_pathway.criterion("X-R1", Kind.EMERGENCY, within),))
        assert fast.assessor_of(pathway, ON) is None


def test_the_kernel_answers_until_generating_is_worth_it(monkeypatch):
    made = []
    monkeypatch.setattr(fast, "generated", lambda *given: made.append(given) or None)
    pathway = MadeUp(1).pathway()
    for _ in range(fast.WORTH_IT):
        fast.assess(pathway, {}, ON)
    assert made == []
    fast.assess(pathway, {}, ON)
    assert len(made) == 1
