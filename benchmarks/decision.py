"""How fast one decision is, beside hand-written Python and other engines given the same rules: ``make bench``.

Times are CPU time of the thread, in short blocks, the contenders in turn: of one process the 10th percentile, of the processes the mean: a
function written by hand comes in two speeds, by the order of hashing, and a median leaps from one to the other. A ratio is taken within one process; the range is that
of the processes. Trust the ratios, not the microseconds.
"""

import argparse
import gc
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from statistics import mean
from time import thread_time
from typing import Any

import charts
import hand_written
import peers
from answers import POSSIBLE, Answer
from goals import Figure
from people import MUST_COME_OUT, UNKNOWN_FACTS, People, Person, people_of

import pharmacyfirst
from pharmacyfirst.fast.assess import assessor_of
from pharmacyfirst.fast.assessor import Assessor
from pharmacyfirst.fast.json_in import reader_without_msgspec
from pharmacyfirst.kernel.questions import known_facts

CONDITIONS = tuple(POSSIBLE)
CHECKED, FEW = 1000, 60
BLOCK = 0.0006  # seconds that one measurement lasts at least: shorter than a turn on a busy machine

HAND = "hand-written Python"
VERDICTS = "verdicts, from answers that are checked"
PARTLY = f"verdicts, {UNKNOWN_FACTS} facts not known"
FROM_DICT = "verdicts, from a plain dict that is checked"
FROM_JSON = "verdicts, from JSON bytes, with msgspec"
FROM_JSON_ALONE = "verdicts, from JSON bytes, standard library"
JSON_LOADS = "peer of the last: `json.loads` alone"
WHOLE = "whole assessment, from answers that are checked"
WHOLE_FROM_DICT = "whole assessment, from a plain dict"
KERNEL = "kernel, full trace"
TABLE, TRACED = "zen-engine, decision table", "zen-engine, decision table, trace on"
# Who is compared with us, and timed, on complete facts.
PEERS: dict[str, Callable[[str], Callable[[Person], Answer]]] = {
    HAND: hand_written.DECIDE.__getitem__,
    TABLE: peers.zen_table,
    TRACED: peers.zen_traced,
    "zen-engine, one compiled expression": peers.zen_expression,
    "rule-engine, compiled rules": peers.rule_engine_rules,
}


def main() -> None:
    """One process of the timing: what its contenders took, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worker", choices=CONDITIONS)
    parser.add_argument("rounds", type=int)
    options = parser.parse_args()
    print(json.dumps(_time_in_turn(options.worker, options.rounds)))


def part(fast: bool) -> tuple[list[Figure], str]:
    """Check that all agree, time them; figures and tables."""
    processes, rounds = (1, 10) if fast else (8, 200)
    library = pharmacyfirst.load()
    people = {condition: people_of(library, condition, FEW if fast else CHECKED) for condition in CONDITIONS}
    checked = {condition: _check(condition, people[condition], all_of_them=not fast) for condition in CONDITIONS}
    measured = {condition: list(_processes(condition, processes, rounds)) for condition in CONDITIONS}
    texts = [_table(condition, people[condition], checked[condition], measured[condition]) for condition in CONDITIONS]
    plots = [] if fast else [_plot(condition, measured[condition]) for condition in CONDITIONS]
    return _figures(list(measured.values())), "\n".join(["### One decision\n", FORMS, *plots, "", *texts])


def _figures(measured: list[list[dict[str, list[float]]]]) -> list[Figure]:
    """Of each condition the mean of its processes; the range is that of all of them."""

    def of(goal: str, name: str, against: str = HAND) -> Figure:
        each = [_ratios(name, one, against) for one in measured]
        ends = [ratio for one in each for ratio in one]
        return Figure(goal, tuple(map(mean, each)), f"{_short(min(ends))} to {_short(max(ends))}")

    return [
        of("P1", VERDICTS), of("P2", PARTLY), of("P3", WHOLE), of("P4", FROM_JSON), of("P4, no msgspec", FROM_JSON_ALONE),
        of("P5, table", TABLE, VERDICTS), of("P5, trace", TRACED, VERDICTS),
    ]  # fmt: skip


def _plot(condition: str, measured: list[dict[str, list[float]]]) -> str:
    names = [VERDICTS, FROM_JSON, WHOLE, KERNEL, *PEERS]
    rows = [(name, _middle(name, measured), name not in PEERS) for name in names]
    rows.sort(key=lambda row: row[1])
    return charts.bars(
        f"decision-{condition}", f"One decision, {condition}", rows, "times what hand-written Python takes"
    )


# Agreement


def _check(condition: str, people: People, all_of_them: bool) -> str:
    """Compare every contender on every consultation and say what came out; the first difference ends the run."""
    if lacking := MUST_COME_OUT - {people.our_answer(person).kind for person in people.mix.values()}:
        _stop(f"{condition}: nobody in the mix comes out as {', '.join(sorted(lacking))}.")
    contenders = {name: make(condition) for name, make in PEERS.items()}
    came_out: Counter[Answer] = Counter()
    for person in (*people.mix.values(), *people.generated):
        ours = people.our_answer(person)
        came_out[ours] += 1
        for name, decide in contenders.items():
            if (theirs := decide(person)) != ours:
                _stop(f"{condition}: {name} answers {theirs}\nand pharmacyfirst {ours}\nfor {_unusual(person, people)}")
    _generated_agrees(condition, people)
    never = [answer for answer in POSSIBLE[condition] if answer not in came_out]
    if never and all_of_them:
        _stop(f"{condition}: the consultations never lead to {never}, so that answer was not compared.")
    kinds = _counted(answer.kind for answer in came_out.elements())
    return (
        f"On {came_out.total()} complete consultations all contenders gave the same answers: {kinds}. "
        f"{'' if never else 'Every dose row came up.'}"
    )


def _generated_agrees(condition: str, people: People) -> None:
    """What is generated gives the same assessments, and its verdicts alone the same outcomes and dose rows."""
    assessor, on = assessor_of(people.pathway, people.on), people.on
    assert assessor is not None, f"{condition} cannot be generated"
    for person in (*people.mix.values(), *people.generated, *people.partly_unknown):
        ours, verdicts = pharmacyfirst.assess(people.pathway, person, on), assessor.verdicts(person, on)
        said = verdicts.leaf.kind, verdicts.leaf.destination, verdicts.leaf.offers
        offers = tuple((offer.pgd.id, offer.row.id) for offer in ours.offers)
        if assessor.assess(person, on) != ours or said != (ours.outcome.kind.key, ours.outcome.destination, offers):
            _stop(f"{condition}: what is generated answers otherwise for {_unusual(person, people)}")


def _counted(kinds: Iterable[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(kinds).most_common())


def _unusual(person: Person, people: People) -> Person:
    usual = next(iter(people.mix.values()))
    return {name: value for name, value in person.items() if value != usual[name]}


def _stop(why: str) -> None:
    print(why, file=sys.stderr)
    raise SystemExit(1)


# Timing


def _contenders(condition: str, people: People) -> dict[str, tuple[Callable[[Any], Any], list[Any]]]:
    """What is timed, and on whom."""
    everybody, pathway, on = list(people.mix.values()), people.pathway, people.on

    def assess(person: Person) -> Any:
        return pharmacyfirst.assess(pathway, person, on)

    assessor = assessor_of(pathway, on)
    assert assessor is not None
    module = assessor.module
    alone = Assessor(pathway, module, reader_without_msgspec)

    def read(person: Person) -> tuple[Any, ...]:
        return assessor.facts_of(known_facts(pathway.questions, person, on))

    checked = [(known_facts(pathway.questions, person, on), read(person)) for person in everybody]
    as_json = [json.dumps(person).encode() for person in everybody]
    partly = [read(person) for person in people.partly_unknown]
    ours: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
        VERDICTS: (module.judge, [facts for _, facts in checked]),
        PARTLY: (module.judge, partly),
        FROM_DICT: (lambda one: assessor.verdicts(one, on), everybody),
        FROM_JSON: (lambda one: assessor.verdicts_of_json(one, on), as_json),
        FROM_JSON_ALONE: (lambda one: alone.verdicts_of_json(one, on), as_json),
        JSON_LOADS: (json.loads, as_json),
        WHOLE: (lambda pair: assessor.assessment(*pair, on), checked),
        WHOLE_FROM_DICT: (lambda one: assessor.assess(one, on), everybody),
        KERNEL: (assess, everybody),
        "of which: checking the input": (lambda person: known_facts(pathway.questions, person, on), everybody),
        "kernel, full trace, as data": (lambda person: assess(person).as_dict(), everybody),
        f"kernel, full trace, {UNKNOWN_FACTS} facts not known": (assess, people.partly_unknown),
    }
    theirs: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
        name: (make(condition), everybody) for name, make in PEERS.items()
    }
    return {HAND: theirs.pop(HAND), **ours, **theirs}


def _time_in_turn(condition: str, rounds: int) -> dict[str, list[float]]:
    """The work of one process: seconds for one decision, averaged over the mix, the contenders in turn."""
    contenders = _contenders(condition, people_of(pharmacyfirst.load(), condition))
    timers = {name: partial(_timed, decide, people) for name, (decide, people) in contenders.items()}
    loops = {name: _enough_loops(timer) for name, timer in timers.items()}
    gc.freeze()  # what is there already is not looked through again while somebody is timed
    times: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds):
        for name, timer in timers.items():
            times[name].append(timer(loops[name]) / (loops[name] * len(contenders[name][1])))
    return times


def _timed(decide: Callable[[Person], Any], people: list[Person], loops: int) -> float:
    start = thread_time()
    for _ in range(loops):
        for person in people:
            decide(person)
    return thread_time() - start


def _enough_loops(timer: Callable[[int], float]) -> int:
    timer(1)  # whoever makes something when first asked is timed without it
    loops = 1
    while timer(loops) < BLOCK:
        loops *= 2
    return loops


def _processes(condition: str, processes: int, rounds: int) -> Iterator[dict[str, list[float]]]:
    command = [sys.executable, __file__, condition, str(rounds)]
    for _ in range(processes):
        yield json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


# Tables


FORMS = """\
One decision ends with the kind of outcome and, for a supply, medicine, dose and quantity. *Verdicts* are what `pharmacyfirst/fast` generates of the pathway: the outcome, the dose row and the
verdict of every criterion reached; the *whole assessment* is equal to the kernel's, field by field. What starts from a dict or from JSON checks every answer. The others are given complete
facts in a dict, check nothing and have no three-valued logic, so none of them has a row with facts not known:

* hand-written Python: one function over the dict, which stops at the first thing that decides; no trace.
* zen-engine: compiled once by the static loader; one first-hit decision table, one column of conditions, a row for each
  answer. With the trace on, a row for each criterion: the trace names the row that was hit, not the verdict of the
  others. One compiled expression is its fastest form, without tables and without a trace.
* rule-engine: three expressions compiled once (stopping criteria, score, treatment), untyped, as typed was slower; no
  trace.

Times are CPU time of the thread: of one process the 10th percentile of many short blocks, of the processes the mean, because a function written by hand
comes in two speeds, by the order of hashing. A ratio is taken within one process; the range is that of the processes. Trust the ratios, not the microseconds.
"""


def _table(condition: str, people: People, checked: str, measured: list[dict[str, list[float]]]) -> str:
    """The table of one condition."""
    mix = [people.our_answer(person).kind for person in people.mix.values()]
    partly = [people.our_answer(person).kind for person in people.partly_unknown]
    rows = [
        f"#### {condition}",
        "",
        f"{len(people.pathway.questions)} facts, {len(people.pathway.stopping)} stopping criteria. {checked}",
        f"Timed on the average of {len(mix)} people: {_counted(mix)}. "
        f"With {UNKNOWN_FACTS} facts not known: {_counted(partly)}.",
        "",
        "| one decision | microseconds | x hand-written | range |",
        "|---|---:|---:|---:|",
    ]
    rows += [_row(name, measured) for name in measured[0]]
    return "\n".join(rows) + "\n"


def _low(times: list[float]) -> float:
    """The 10th percentile of one process, as a busy machine only ever adds."""
    return sorted(times)[len(times) // 10]


def _ratios(name: str, measured: list[dict[str, list[float]]], against: str = HAND) -> list[float]:
    """The time of a contender over that of another, in each process."""
    return [_low(one[name]) / _low(one[against]) for one in measured]


def _middle(name: str, measured: list[dict[str, list[float]]]) -> float:
    return mean(_ratios(name, measured))


def _row(name: str, measured: list[dict[str, list[float]]]) -> str:
    microseconds = mean(_low(one[name]) for one in measured) * 1e6
    each = _ratios(name, measured)
    return f"| {name} | {microseconds:.2f} | {_short(mean(each))} | {_short(min(each))} to {_short(max(each))} |"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 20 else f"{number:.1f}" if number >= 2 else f"{number:.2f}"


if __name__ == "__main__":
    main()
