"""The same rules in two other engines, each in the fastest form found for it.

zen-engine: compiled once by its static loader (a decision made with ``create_decision`` or ``get_decision`` is compiled
again at every call and takes five to seven times as long); one first-hit decision table whose single column holds whole
conditions. That is faster than a column for each fact, than a table for each step, and than a node for the score.

rule-engine: one expression for the stopping criteria, one for a score, one for the treatment, compiled once. That is
faster than its own Chain of rules; ``operator.getitem`` is faster than its resolvers, and declared types slow it down.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from answers import NAMED, Answer, name_of
from rules import LADDERS, Ladder, Row

Decide = Callable[[Mapping[str, Any]], Answer]


def _zen_includes(fact: str, values: frozenset[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in sorted(values))
    return f"some({fact}, # in [{listed}])" if len(values) > 1 else f"{listed} in {fact}"


def _zen_rows(condition: str) -> tuple[Row, ...]:
    """All rows; a score is written out where it is used."""
    ladder = LADDERS[condition](_zen_includes)
    if ladder.score is None:
        return (*ladder.stops, *ladder.treatment)
    name, stands_for = ladder.score
    written_out = (
        Row(row.answer, tuple(one.replace(name, f"({stands_for})") for one in row.any_of), row.only_if)
        for row in ladder.treatment
    )
    return (*ladder.stops, *written_out)


def _zen_graph(rows: Iterable[tuple[str, Answer]]) -> dict[str, Any]:
    """A graph of one decision table, in zen's JSON decision model."""
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "then", "name": "then", "field": "then"}],
        "rules": [
            {"_id": f"row {number}", "when": when, "then": f"'{name_of(answer)}'"}
            for number, (when, answer) in enumerate(rows)
        ],
    }
    return {
        "nodes": [
            {"id": "person", "type": "inputNode", "name": "person"},
            {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
            {"id": "answer", "type": "outputNode", "name": "answer"},
        ],
        "edges": [
            {"id": "in", "type": "edge", "sourceId": "person", "targetId": "table"},
            {"id": "out", "type": "edge", "sourceId": "table", "targetId": "answer"},
        ],
    }


def _zen_engine(condition: str, rows: Iterable[tuple[str, Answer]]) -> Callable[..., dict[str, Any]]:
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {condition: _zen_graph(rows)}}})
    return engine.evaluate


def zen_table(condition: str) -> Decide:
    """zen-engine, a decision table, its fastest form: conditions of one answer joined in one row."""
    evaluate = _zen_engine(condition, (row.joined() for row in _zen_rows(condition)))
    return lambda person: NAMED[evaluate(condition, person)["result"]["then"]]


def zen_traced(condition: str) -> Decide:
    """zen-engine with its trace on: one row for each criterion, so that the trace names the criterion."""
    evaluate = _zen_engine(condition, (one for row in _zen_rows(condition) for one in row.one_each()))
    options = {"trace": True}
    return lambda person: NAMED[evaluate(condition, person, options)["result"]["then"]]


def zen_expression(condition: str) -> Decide:
    """zen-engine without tables: all rows as one compiled expression, which can have no trace."""
    import zen

    evaluate = zen.compile_expression(_one_expression(_zen_rows(condition))).evaluate
    return lambda person: NAMED[evaluate(person)]


def _one_expression(rows: Iterable[Row]) -> str:
    """Rows as one nested choice, which both engines spell alike; an empty text where no row is met."""
    return "".join(f"({when}) ? '{name_of(answer)}' : " for when, answer in (row.joined() for row in rows)) + "''"


def _rule_engine_includes(fact: str, values: frozenset[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in sorted(values))
    some = f"$any([one in [{listed}] for one in {fact}])" if len(values) > 1 else f"{listed} in {fact}"
    return f"({fact} != [] and {some})"


def rule_engine_rules(condition: str) -> Decide:
    """rule-engine: compiled rules for the stopping criteria, the score and the treatment."""
    import rule_engine

    context = rule_engine.Context(resolver=operator.getitem)
    ladder: Ladder = LADDERS[condition](_rule_engine_includes)
    stops = rule_engine.Rule(_one_expression(ladder.stops), context).evaluate
    treatment = rule_engine.Rule(_one_expression(ladder.treatment), context).evaluate
    if ladder.score is None:
        return lambda person: NAMED[stops(person) or treatment(person)]
    name, stands_for = ladder.score
    score = rule_engine.Rule(stands_for, context).evaluate
    return lambda person: NAMED[stops(person) or treatment({**person, name: score(person)})]
