"""Whether everything in a pathway can decide by itself: a criterion, a row, a clause or a dose row that never does is dead or doubled."""

from collections.abc import Iterator

from pharmacyfirst.proof.encoding import Looked
from pharmacyfirst.proof.proof import Failure, Proof
from pharmacyfirst.proof.solver import Formula, at_most, both, either

DEAD = "nobody plausible ever comes to it"


def everything_decides(proof: Proof) -> Iterator[Failure]:
    """d. Everything that is written decides by itself for some plausible patient, or is listed with the reason why not."""
    listed = proof.invariants.never_alone.get(proof.pathway.id, {})
    found = {id_: (alone, at_all) for id_, alone, at_all in _everything(proof)}
    never: list[str] = []
    with proof.solver.for_now([proof.encoding.complete, proof.encoding.in_place, proof.looking.plausible]):
        for id_, (alone, _) in found.items():
            if any(proof.solver.find(*formulas) is not None for formulas in alone):
                if id_ in listed:
                    yield Failure(f"{id_} is listed as never deciding alone, and it does")
            else:
                never.append(id_)
    yield from (
        Failure(f"{id_} is listed as never deciding alone, and nothing judges it") for id_ in listed if id_ not in found
    )
    for id_ in never:
        if id_ in listed:
            continue
        patient = proof.looking.nearest(proof.encoding.complete, proof.encoding.in_place, either(found[id_][1]))
        if patient is None or not patient.plausible:
            yield Failure(f"{id_} never decides: {DEAD}", (patient,) if patient else ())
        else:
            yield Failure(f"{id_} never decides alone: whoever it takes, something else takes too", (patient,))
    known = sum(1 for id_ in never if id_ in listed)
    if known:
        proof.remark(f"{known} that never decide alone are listed with the reason")


Ways = list[tuple[Formula, ...]]


def _everything(proof: Proof) -> Iterator[tuple[str, Ways, list[Formula]]]:
    """For each id: ways for it to decide alone, of somebody all of whose answers are known; and when it comes to be at all."""
    encoding = proof.encoding
    one_stop = at_most(1, [judged.met for _, judged in encoding.stops])
    for criterion, judged in encoding.stops:
        yield criterion.id, [(judged.met, one_stop)], [judged.met]
    for (row, judged), turn in zip(encoding.rows, encoding.turns, strict=True):
        yield row.id, [(encoding.clear, turn, judged.met)], [judged.met]
    ways: dict[str, tuple[Ways, list[Formula]]] = {}
    for pgd, looked in encoding.looked.items():
        reached = both((encoding.clear, _looked_at(proof, pgd)))
        for id_, alone, at_all in _of_pgd(looked):
            kept = ways.setdefault(id_, ([], []))
            kept[0].append((reached, *alone))
            kept[1].append(both((reached, at_all)))
    yield from ((id_, *kept) for id_, kept in ways.items())


def _looked_at(proof: Proof, pgd: str) -> Formula:
    encoding = proof.encoding
    turns = zip(encoding.rows, encoding.turns, strict=True)
    return either(both((turn, encoding.looks_at(row)[pgd])) for (row, _), turn in turns if pgd in row.offers)


def _of_pgd(looked: Looked) -> Iterator[tuple[str, tuple[Formula, ...], Formula]]:
    one_clause = at_most(1, [judged.met for _, judged in looked.clauses])
    for clause, judged in looked.clauses:
        yield clause.id, (judged.met, one_clause), judged.met
    for row, when in looked.by_row:
        yield row.id, (when,), when
