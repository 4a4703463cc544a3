"""Mutants of what stands beside the outcome: payment points, what is said to the patient, and windows of treatment that close."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import GatewayPoint, Pathway

Variants = Callable[[Condition, Pathway], Iterator[tuple[str, Condition]]]
Changed = Iterator[tuple[str, Pathway]]


def of_gateways(pathway: Pathway, variants: Variants) -> Changed:
    """Mistakes in a payment point: what closes it, whether its position is known, its sentence."""
    points = pathway.gateways
    for at, point in enumerate(points):
        yield f"{point.id} dropped", replace(pathway, gateways=_but(points, at))
        for what, changed in _other_points(point, pathway, variants):
            yield f"{point.id} {what}", replace(pathway, gateways=_but(points, at, changed))


def _other_points(point: GatewayPoint, pathway: Pathway, variants: Variants) -> Iterator[tuple[str, GatewayPoint]]:
    known = "not known" if point.position_known else "known"
    yield f"position {known}", replace(point, position_known=not point.position_known)
    for name in point.after:
        yield f"after without {name}", replace(point, after=tuple(one for one in point.after if one != name))
    for name in dict.fromkeys(criterion.stage for criterion in pathway.stopping):
        if name not in point.after:
            yield f"after with {name}", replace(point, after=(*point.after, name))
    if point.sentence is not None:
        yield "whatever is so", replace(point, sentence=None)
        yield from ((what, replace(point, sentence=other)) for what, other in variants(point.sentence, pathway))


def of_advice(pathway: Pathway, variants: Variants) -> Changed:
    """A line of advice or safety-netting, or a duty, that is lost, or is said to others."""
    for part in ("advice", "safety_netting", "duties"):
        statements: tuple[Statement, ...] = getattr(pathway, part)
        for at, one in enumerate(statements):
            lost: dict[str, Any] = {part: _but(statements, at)}
            yield f"{one.id} dropped", replace(pathway, **lost)
            if one.sentence is None:
                continue
            others = (("whatever is so", None), *variants(one.sentence, pathway))
            for what, sentence in others:
                changed: dict[str, Any] = {part: _but(statements, at, replace(one, sentence=sentence))}
                yield f"{one.id} said when {what}", replace(pathway, **changed)


def of_windows(pathway: Pathway) -> Changed:
    """A question that no longer belongs to a window of treatment that closes (rule 9)."""
    for name, question in pathway.questions.items():
        if question.if_not_answered is not None:
            changed = replace(question, if_not_answered=None)
            what = f"{name} belongs to no closing window"
            yield what, replace(pathway, questions=Frozen({**pathway.questions, name: changed}))


def _but(items: Sequence[Any], at: int, *instead: Any) -> tuple[Any, ...]:
    return (*items[:at], *instead, *items[at + 1 :])
