"""Whether a dose table is whole: exactly one row takes everybody whom the document lets in; and which values of a fact tell people apart."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import groupby, pairwise, product
from math import prod
from typing import Any

from pharmacyfirst.content.pgds import ReadPGD
from pharmacyfirst.content.text import Mistakes
from pharmacyfirst.kernel.conditions import MET, NOT_MET, Condition, Within, within
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.kernel.pathway import Criterion
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.questions import Answer, Question

MOST_PEOPLE = 200_000


def dose_table_is_whole(
    read: ReadPGD, facts: Mapping[str, Question], stops: Mapping[str, Criterion | Clause], mistakes: Mistakes
) -> None:
    """Nobody whom the inclusion lets in and no exclusion keeps out falls between two dose rows, or under two."""
    people = _people_of(read.pgd, facts, stops)
    if prod(map(len, people.values())) > MOST_PEOPLE:
        mistakes.add(
            read.block.keys["doses"].place,
            "the dose table tells too many people apart to be checked",
            "Name fewer facts in the dose rows.",
            "A gap in it would not be found.",
        )
        return
    left_out: list[dict[str, Any]] = []
    first_under: dict[tuple[str, ...], dict[str, Any]] = {}
    for ids, person in _faults(read.pgd, stops, people):
        if ids:
            first_under.setdefault(ids, person)
        else:
            left_out.append(person)
    for ids, person in [((), first) for first in _first_of_each_gap(left_out, people)] + [*first_under.items()]:
        place = read.places[ids[-1]] if ids else read.block.keys["doses"].place
        what = f"two dose rows, {' and '.join(ids)}, take" if ids else "no dose row takes"
        mistakes.add(
            place,
            f"{what} a person with {_described(person)}",
            "Mend the bounds, or write a row with dose: none and why.",
            "Somebody would get no dose, or one of two.",
        )


def _first_of_each_gap(left_out: Iterable[dict[str, Any]], people: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Of the people in no row the first of each gap: one gap are those who lead to each other, a step of one number or another answer at a time."""
    places = {name: {value: at for at, value in enumerate(values)} for name, values in people.items()}
    waiting = {tuple([places[name][value] for name, value in person.items()]): person for person in left_out}
    for first in [*waiting]:
        if first not in waiting:
            continue
        yield waiting[first]
        beside = [first]
        while beside:
            at = beside.pop()
            if waiting.pop(at, None) is not None:
                beside += [near for near in _one_step_from(at, people) if near in waiting]


def _one_step_from(at: tuple[int, ...], people: Mapping[str, list[Any]]) -> Iterator[tuple[int, ...]]:
    for axis, values in enumerate(people.values()):
        in_order = isinstance(values[0], int | Decimal) and not isinstance(values[0], bool)
        others = (at[axis] - 1, at[axis] + 1) if in_order else range(len(values))
        yield from ((*at[:axis], other, *at[axis + 1 :]) for other in others)


def dose_faults(
    pgd: PGD, facts: Mapping[str, Question], stops: Mapping[str, Criterion | Clause]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """People whom not exactly one dose row takes, each with the ids of the rows that do.

    Tried on every person the table can tell apart: each bound of each number that the table or a clause names, the values around
    it, and every answer of every choice. Clauses that need other facts to be met keep nobody out here. ``stops`` are the criteria
    and clauses that ``covered by`` may name.
    """
    return _faults(pgd, stops, _people_of(pgd, facts, stops))


def _faults(
    pgd: PGD, stops: Mapping[str, Criterion | Clause], people: Mapping[str, list[Any]]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    names = tuple(people)
    out = [_OfFew(partial(keeps_out, item), item.sentence, names) for item in _keeping_out(pgd, stops)]
    if any(keeps.says_always() for keeps in out):
        return
    out = [keeps for keeps in out if keeps.reads_any]
    table = [(row.id, _OfFew(partial(_takes, row), row.sentence, names)) for row in pgd.doses]
    for answers in product(*people.values()):
        person = dict(zip(names, answers, strict=True))
        if any(keeps.says(answers, person) for keeps in out):
            continue
        rows = tuple([id for id, takes in table if takes.says(answers, person)])
        if len(rows) != 1:
            yield rows, person


class _OfFew:
    """Something that is asked of thousands of people and reads few of their facts: worked out once for each way these can be."""

    def __init__(self, of: Callable[[Mapping[str, Any]], bool], sentence: Condition | None, names: tuple[str, ...]):
        self._of = of
        self._read = [(name, at) for at, name in enumerate(names) if sentence is not None and name in sentence.facts()]
        self._said: dict[tuple[Any, ...], bool] = {}
        self.reads_any = bool(self._read)

    def says_always(self) -> bool:
        """Of everybody, as it reads nothing of them."""
        return not self.reads_any and self._of({})

    def says(self, answers: tuple[Any, ...], person: Mapping[str, Any]) -> bool:
        """Of the person with these answers, in the order of the names, and by name."""
        if len(self._read) == len(answers):  # it reads all of them: nobody is met twice
            return self._of(person)
        few = tuple([answers[at] for _, at in self._read])
        said = self._said.get(few)
        if said is None:
            said = self._said[few] = self._of({name: answers[at] for name, at in self._read})
        return said


def _takes(row: DoseRow, person: Mapping[str, Any]) -> bool:
    return row.sentence is None or row.sentence.verdict(person) is MET


def _keeping_out(pgd: PGD, stops: Mapping[str, Criterion | Clause]) -> list[Criterion | Clause]:
    covered = [stops[id] for clause in (*pgd.inclusion, *pgd.exclusions) for id in clause.covered_by if id in stops]
    return [item for item in (*pgd.judged(), *covered) if item.sentence is not None]


def _people_of(
    pgd: PGD, facts: Mapping[str, Question], stops: Mapping[str, Criterion | Clause]
) -> dict[str, list[Any]]:
    """The facts that the dose rows read, each with its values worth trying."""
    conditions = [one.sentence for one in (*pgd.doses, *_keeping_out(pgd, stops)) if one.sentence is not None]
    names = dict.fromkeys(name for row in pgd.doses if row.sentence for name in row.sentence.facts())
    return {name: _by_these(name, people_told_apart(facts[name], conditions), conditions) for name in names}


def _by_these(name: str, values: list[Any], conditions: Iterable[Condition]) -> list[Any]:
    """Of numbers beside each other that no sentence tells apart the first alone; two bounds and what lies between often are such."""
    if not isinstance(values[0], int | Decimal) or isinstance(values[0], bool):
        return values
    read_it = [one for each in conditions for one in within(each) if not one.inner() and name in one.facts()]
    if any(len(one.facts()) > 1 for one in read_it):  # told apart by another number
        return values
    alike = groupby(values, lambda value: [one.verdict({name: value}) for one in read_it])
    return [next(some) for _, some in alike]


def keeps_out(item: Criterion | Clause, person: Mapping[str, Any]) -> bool:
    """Whether a clause is met on these facts alone."""
    assert item.sentence is not None
    return item.sentence.verdict(person) is (NOT_MET if item.must else MET)


def people_told_apart(fact: Question, conditions: Iterable[Condition]) -> list[Any]:
    """One value of a fact for every way these sentences can tell people apart by it."""
    match fact.answer:
        case Answer.YES_NO:
            return [True, False]
        case Answer.ONE_OF:
            return list(fact.choice_names())
        case Answer.ANY_OF:
            return [(), *((name,) for name in fact.choice_names())]
        case _:
            bounds = {fact.low or Decimal(0), fact.high or Decimal(0)}
            for condition in conditions:
                bounds.update(bounds_of(condition, fact.name))
            if fact.answer is Answer.WHOLE_NUMBER:
                near = {int(bound) + step for bound in bounds for step in (-1, 0, 1)}
                return sorted(n for n in near if (fact.low or 0) <= n <= (fact.high or 0))
            ordered = sorted(bounds)
            return sorted({*ordered, *((a + b) / 2 for a, b in pairwise(ordered))})


def bounds_of(condition: Condition, name: str) -> Iterator[Decimal]:
    """The bounds that a sentence sets on a number."""
    for one in within(condition):
        if isinstance(one, Within) and one.fact == name:
            yield from (bound for bound in (one.limits.low, one.limits.high) if bound is not None)


def _described(person: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value_in_words(value)}" for name, value in person.items()) or "any answers"
