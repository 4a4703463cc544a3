"""Columns in stages: what several terms are made of is worked out once, in a column of its own, before them.

A stage reads the columns of those before it, so it is one ``SELECT`` of a query, or one round of expressions over a frame.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pharmacyfirst.audit.words import Backend, E, Term

Stage = dict[str, Term]
CHEAP = {"fact", "truth", "number"}  # to read it costs no more than to keep it


def staged(wanted: Iterable[Term]) -> tuple[list[Stage], dict[Term, str]]:
    """The stages before these are worked out, in order, and by what name each column that a stage makes is read."""
    uses = Counter[Term]()
    order: list[Term] = []  # whatever a term is made of stands before it

    def visit(term: Term) -> None:
        uses[term] += 1
        if uses[term] == 1:
            for one in term.inner:
                visit(one)
            order.append(term)

    for term in wanted:
        visit(term)
    kept = {term: f"_{at}" for at, term in enumerate(order) if uses[term] > 1 and term.word not in CHEAP}
    depth: dict[Term, int] = {}
    for term in order:  # after how many stages it can be worked out
        depth[term] = max((depth[one] + (one in kept) for one in term.inner), default=0)
    stages: list[Stage] = [{} for _ in range(max((depth[term] + 1 for term in kept), default=0))]
    for term, name in kept.items():
        stages[depth[term]][name] = term
    return stages, kept


def spoken(term: Term, names: Mapping[Term, str], backend: Backend[E]) -> E:
    """A term in the words of a backend; ``names`` are the columns that are there by then."""

    def say(one: Term) -> E:
        return backend.fact(names[one]) if one in names else spoken(one, names, backend)

    word: Any = getattr(backend, term.word)
    said: E = word(*(say(one) for one in term.inner), *term.told)
    return said
