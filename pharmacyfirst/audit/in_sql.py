"""The words of a plan as the text of a query: DuckDB runs it, and Apache Spark runs the same text with backticks for quotes.

No ``CASE`` is given a condition that can be null, and no number is a decimal of the query's own: bounds are written as doubles, so that
every engine compares what the kernel compares.
"""

import re
from collections.abc import Iterable, Mapping

from pharmacyfirst.audit.sentences import NoPlan
from pharmacyfirst.audit.stages import spoken
from pharmacyfirst.audit.words import HARDLY, Term
from pharmacyfirst.kernel.conditions import Limits

# What needs no escape in either engine; Spark takes a backslash for one.
_PLAIN = re.compile(r"[\w .,:/()+%–-]+")


class QueryText:
    """Every word as text (``words.Backend``); ``quote`` stands around the name of a column."""

    def __init__(self, quote: str = '"'):
        self.quote = quote

    def fact(self, name: str) -> str:
        """A column."""
        return f"{self.quote}{_plain(name)}{self.quote}"

    def truth(self, value: bool | None) -> str:
        """True, false or null."""
        return {True: "TRUE", False: "FALSE", None: "CAST(NULL AS BOOLEAN)"}[value]

    def number(self, value: int | None) -> str:
        """A small whole number."""
        return f"CAST({'NULL' if value is None else int(value)} AS SMALLINT)"

    def every(self, *each: str) -> str:
        """Kleene's and."""
        return f"({' AND '.join(each)})"

    def some(self, *each: str) -> str:
        """Kleene's or."""
        return f"({' OR '.join(each)})"

    def opposite(self, one: str) -> str:
        """Kleene's not."""
        return f"(NOT {one})"

    def known(self, one: str) -> str:
        """Not null."""
        return f"({one} IS NOT NULL)"

    def first_known(self, *each: str) -> str:
        """The first that is not null."""
        return f"COALESCE({', '.join(each)})"

    def is_one_of(self, one: str, values: tuple[str, ...]) -> str:
        """One of these words."""
        return f"({one} IN ({', '.join(map(_text, values))}))"

    def includes(self, fact: str, values: tuple[str, ...]) -> str:
        """One of these values."""
        return self.some(*(f"array_contains({self.fact(fact)}, {_text(value)})" for value in values))

    def within(self, one: str, limits: Limits) -> str:
        """Inside the limits."""
        tests = []
        if limits.low is not None:
            tests.append(f"{one} {'>' if limits.above else '>='} {_double(float(limits.low))}")
        if limits.high is not None:
            tests.append(f"{one} {'<' if limits.to_below else '<='} {_double(float(limits.high))}")
        return f"({' AND '.join(tests)})"

    def above(self, one: str, other: str) -> str:
        """The first is the larger."""
        return f"({one} > {other})"

    def total(self, *each: str) -> str:
        """How many hold."""
        return f"({' + '.join(f'CAST({truth} AS INT)' for truth in each)})"

    def at_least(self, one: str, number: int) -> str:
        """No less."""
        return f"({one} >= {int(number)})"

    def at_most(self, one: str, number: int) -> str:
        """No more."""
        return f"({one} <= {int(number)})"

    def is_number(self, one: str, number: int) -> str:
        """The same number."""
        return f"({one} = {int(number)})"

    def differs(self, one: str, other: str) -> str:
        """Not the same number."""
        return f"({one} <> {other})"

    def ladder(self, *each: str) -> str:
        """The number of the first truth that holds."""
        rungs = " ".join(f"WHEN {truth} THEN {number}" for truth, number in zip(each[:-1:2], each[1::2], strict=True))
        return f"CASE {rungs} ELSE {each[-1]} END"

    def word_of(self, one: str, words: Mapping[int, str]) -> str:
        """The word of a number."""
        return self._standing_for(one, {number: _text(word) for number, word in words.items()}) or "NULLIF('', '')"

    def number_of(self, one: str, numbers: Mapping[int, int]) -> str:
        """The number of a number."""
        found = self._standing_for(one, {at: str(int(number)) for at, number in numbers.items()}) or "NULL"
        return f"CAST({found} AS BIGINT)"

    @staticmethod
    def _standing_for(one: str, each: Mapping[int, str]) -> str:
        whens = " ".join(f"WHEN {number} THEN {said}" for number, said in each.items())
        return f"CASE {one} {whens} ELSE NULL END" if each else ""

    def thousandths(self, one: str) -> str:
        """As whole thousandths."""
        whole = f"ROUND({one} * 1000e0)"
        return f"CASE WHEN ABS({one} * 1000e0 - {whole}) < {HARDLY!r} THEN CAST({whole} AS BIGINT) ELSE NULL END"

    def times(self, one: str, number: int) -> str:
        """So many times."""
        return f"({one} * {int(number)})"

    def rounded(self, one: str, step: int, add: int) -> str:
        """Down to a multiple, with this added."""
        more = f"({one} + {int(add)})"
        return f"({more} - {more} % {int(step)})"


def query(
    source: str,
    stages: Iterable[Mapping[str, Term]],
    wanted: Mapping[str, Term],
    names: Mapping[Term, str],
    keep: Iterable[str] = (),
    quote: str = '"',
) -> str:
    """The query that gives the columns wanted beside those kept, from a table or view of that name whose sets stand as lists."""
    text = QueryText(quote)
    steps = [f"s0 AS (SELECT * FROM {source})"]
    for at, stage in enumerate(stages, 1):
        made = [f"{spoken(term, names, text)} AS {text.fact(name)}" for name, term in stage.items()]
        steps.append(f"s{at} AS (SELECT {', '.join(['*', *made])} FROM s{at - 1})")
    said = [text.fact(name) for name in keep]
    for name, term in wanted.items():
        one = text.fact(names[term]) if term in names else spoken(term, names, text)
        said.append(f"{one} AS {text.fact(name)}")
    return "WITH " + ",\n".join(steps) + f"\nSELECT {', '.join(said)} FROM s{len(steps) - 1}"


def _plain(words: str) -> str:
    if not _PLAIN.fullmatch(words):
        raise NoPlan(f"{words!a} cannot be written into a query as it is.")
    return words


def _text(words: str) -> str:
    return f"'{_plain(words)}'"


def _double(number: float) -> str:
    """A double in both engines: one without an exponent would be a decimal."""
    return f"{number!r}e0" if "e" not in repr(number) else repr(number)
