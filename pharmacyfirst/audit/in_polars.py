"""The words of a plan as Polars expressions, and a plan worked out over a frame: one machine, columns in memory."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, or_
from weakref import WeakKeyDictionary

import polars as pl

from pharmacyfirst.audit.in_polars_read import facts_of, included_column
from pharmacyfirst.audit.plan import Plan
from pharmacyfirst.audit.stages import spoken
from pharmacyfirst.audit.words import HARDLY
from pharmacyfirst.kernel.conditions import Limits


class Expressions:
    """Every word as an expression (``words.Backend``)."""

    def fact(self, name: str) -> pl.Expr:
        """A column."""
        return pl.col(name)

    def truth(self, value: bool | None) -> pl.Expr:
        """True, false or null."""
        return pl.lit(value, dtype=pl.Boolean)

    def number(self, value: int | None) -> pl.Expr:
        """A small whole number."""
        return pl.lit(value, dtype=pl.Int16)

    def every(self, *each: pl.Expr) -> pl.Expr:
        """Kleene's and."""
        return reduce(and_, each)

    def some(self, *each: pl.Expr) -> pl.Expr:
        """Kleene's or."""
        return reduce(or_, each)

    def opposite(self, one: pl.Expr) -> pl.Expr:
        """Kleene's not."""
        return ~one

    def known(self, one: pl.Expr) -> pl.Expr:
        """Not null."""
        return one.is_not_null()

    def first_known(self, *each: pl.Expr) -> pl.Expr:
        """The first that is not null."""
        return pl.coalesce(*each)

    def is_one_of(self, one: pl.Expr, values: tuple[str, ...]) -> pl.Expr:
        """One of these words."""
        return reduce(or_, [one == value for value in values])

    def includes(self, fact: str, values: tuple[str, ...]) -> pl.Expr:
        """One of these values: a column of its own, which ``facts_of`` makes."""
        return pl.col(included_column(fact, values))

    def within(self, one: pl.Expr, limits: Limits) -> pl.Expr:
        """Inside the limits."""
        tests = []
        if limits.low is not None:
            tests.append(one > float(limits.low) if limits.above else one >= float(limits.low))
        if limits.high is not None:
            tests.append(one < float(limits.high) if limits.to_below else one <= float(limits.high))
        return reduce(and_, tests)

    def above(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        """The first is the larger."""
        return one > other

    def total(self, *each: pl.Expr) -> pl.Expr:
        """How many hold."""
        return reduce(lambda one, other: one + other, [truth.cast(pl.Int16) for truth in each])

    def at_least(self, one: pl.Expr, number: int) -> pl.Expr:
        """No less."""
        return one >= pl.lit(number, dtype=pl.Int16)

    def at_most(self, one: pl.Expr, number: int) -> pl.Expr:
        """No more."""
        return one <= pl.lit(number, dtype=pl.Int16)

    def is_number(self, one: pl.Expr, number: int) -> pl.Expr:
        """The same number."""
        return one == pl.lit(number, dtype=pl.Int16)

    def differs(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        """Not the same number."""
        return one != other

    def ladder(self, *each: pl.Expr) -> pl.Expr:
        """The number of the first truth that holds."""
        return reduce(
            lambda otherwise, rung: pl.when(rung[0]).then(rung[1]).otherwise(otherwise),
            reversed([*zip(each[:-1:2], each[1::2], strict=True)]),
            each[-1],
        )

    def word_of(self, one: pl.Expr, words: Mapping[int, str]) -> pl.Expr:
        """The word of a number, as one of all these words."""
        return _standing_for(one, words, pl.Enum([*dict.fromkeys(words.values())]))

    def number_of(self, one: pl.Expr, numbers: Mapping[int, int]) -> pl.Expr:
        """The number of a number."""
        return _standing_for(one, numbers, pl.Int64())

    def thousandths(self, one: pl.Expr) -> pl.Expr:
        """As whole thousandths."""
        whole = (one * 1000.0).round(0)
        return pl.when((one * 1000.0 - whole).abs() < HARDLY).then(whole.cast(pl.Int64)).otherwise(None)

    def times(self, one: pl.Expr, number: int) -> pl.Expr:
        """So many times."""
        return one * pl.lit(number, dtype=pl.Int64)

    def rounded(self, one: pl.Expr, step: int, add: int) -> pl.Expr:
        """Down to a multiple, with this added."""
        more = one + pl.lit(add, dtype=pl.Int64)
        return more - more % pl.lit(step, dtype=pl.Int64)


def _standing_for(one: pl.Expr, each: Mapping[int, object], kind: pl.DataType) -> pl.Expr:
    """Looked up by its place: to replace value by value costs many times as much. Nothing stands for null, or for a number below nought."""
    if one.meta.is_literal():  # the same for every row
        return pl.lit(each.get(pl.select(one).item()), dtype=kind)
    in_place = pl.Series([each.get(number) for number in range(max(each, default=0) + 1)], dtype=kind)
    return pl.lit(in_place).gather(one, null_on_oob=True)


WORDS = Expressions()


def judge(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """``plan.judged``."""
    return worked_out(facts_of(frame, plan), plan, plan.wanted)


def worked_out(facts: pl.DataFrame, plan: Plan, wanted: Iterable[str]) -> pl.DataFrame:
    """Some of the columns of a plan, over a frame of what it reads as ``facts_of`` gives it."""
    stages, columns = _expressions(plan)
    for stage in stages:
        facts = facts.with_columns(stage)
    return facts.select([columns[name] for name in wanted])


_MADE: WeakKeyDictionary[Plan, tuple[list[list[pl.Expr]], dict[str, pl.Expr]]] = WeakKeyDictionary()


def _expressions(plan: Plan) -> tuple[list[list[pl.Expr]], dict[str, pl.Expr]]:
    """What the stages of a plan add, and the columns by name; made once for each plan, as making them takes as long as some thousand rows."""
    if plan not in _MADE:
        names = plan.names
        stages = [[spoken(term, names, WORDS).alias(name) for name, term in stage.items()] for stage in plan.stages]
        columns = {
            name: (pl.col(names[term]) if term in names else spoken(term, names, WORDS)).alias(name)
            for name, term in plan.wanted.items()
        }
        _MADE[plan] = stages, columns
    return _MADE[plan]
