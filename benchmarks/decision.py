"""How fast one decision is, beside hand-written Python and other engines given the same rules: ``make bench``.

Times are CPU time of the thread. Every contender must first give the answers that pharmacyfirst gives, on many generated consultations; one difference
ends the run. Then several processes time all contenders in turn, so that each ratio to hand-written Python comes from
one process and one moment. The result is Markdown. ``make bench BENCH_ARGS=--fast`` is a quick look, not to be quoted.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from statistics import median
from time import thread_time
from typing import Any

import hand_written
import peers
import pyperf
import start_up
from answers import POSSIBLE, Answer
from people import MUST_COME_OUT, UNKNOWN_FACTS, People, Person, people_of

import pharmacyfirst
from pharmacyfirst import exact
from pharmacyfirst.fast.assess import assessor_of
from pharmacyfirst.kernel.questions import known_facts

CONDITIONS = tuple(POSSIBLE)
CHECKED = 1000
BLOCK = 0.002  # seconds that one measurement lasts at least

HAND = "hand-written Python"
VERDICTS = "generated: verdicts, from answers that are checked"
# Who is compared with us, and timed, on complete facts.
PEERS: dict[str, Callable[[str], Callable[[Person], Answer]]] = {
    HAND: hand_written.DECIDE.__getitem__,
    "zen-engine, decision table": peers.zen_table,
    "zen-engine, decision table, trace on": peers.zen_traced,
    "zen-engine, one compiled expression": peers.zen_expression,
    "rule-engine, compiled rules": peers.rule_engine_rules,
}


def main() -> None:
    """Check that all agree, time them, print the tables."""
    options = _options()
    if options.worker:
        print(json.dumps(_time_in_turn(options.worker, options.rounds)))
        return
    library = pharmacyfirst.load()
    people = {condition: people_of(library, condition, CHECKED) for condition in CONDITIONS}
    checked = {condition: _check(condition, people[condition]) for condition in CONDITIONS}
    print(_about())
    for condition in CONDITIONS:
        print(_table(condition, people[condition], checked[condition], options.processes, options.rounds), flush=True)
    print(_start_up_table(people[start_up.CONDITION], len(library.conditions), options.repeats))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="a quick look: fewer processes, rounds and repeats")
    parser.add_argument("--worker", choices=CONDITIONS, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.processes, rounds, options.repeats = (2, 10, 3) if options.fast else (8, 60, 15)
    options.rounds = options.rounds or rounds
    return options


# Agreement


def _check(condition: str, people: People) -> str:
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
    if never := [answer for answer in POSSIBLE[condition] if answer not in came_out]:
        _stop(f"{condition}: the consultations never lead to {never}, so that answer was not compared.")
    kinds = _counted(answer.kind for answer in came_out.elements())
    return (
        f"On {came_out.total()} complete consultations all contenders gave the same answers: {kinds}. "
        f"Every dose row came up."
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

    def read(person: Person) -> tuple[Any, ...]:
        return assessor.facts_of(known_facts(pathway.questions, person, on))

    def described(pair: tuple[dict[str, Any], tuple[Any, ...]]) -> Any:
        return assessor.assessment(*pair, on)

    checked = [(known_facts(pathway.questions, person, on), read(person)) for person in everybody]
    as_json = [json.dumps(person).encode() for person in everybody]
    ours: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
        VERDICTS: (module.judge, [read(person) for person in everybody]),
        f"generated: verdicts, {UNKNOWN_FACTS} facts not known": (
            module.judge, [read(person) for person in people.partly_unknown],
        ),
        "generated: verdicts, from a plain dict that is checked": (lambda one: assessor.verdicts(one, on), everybody),
        "generated: verdicts, from JSON bytes that are read strictly": (
            lambda one: assessor.verdicts(exact.read(one), on), as_json,
        ),
        "peer of the last: `json.loads` alone": (json.loads, as_json),
        "generated: the whole assessment": (described, checked),
        "generated: the whole assessment, from a plain dict that is checked": (
            lambda one: assessor.assess(one, on), everybody,
        ),
        "pharmacyfirst, full trace": (assess, everybody),
        "of which: checking the input": (lambda person: known_facts(pathway.questions, person, on), everybody),
        "pharmacyfirst, full trace, built as data": (lambda person: assess(person).as_dict(), everybody),
        f"pharmacyfirst, full trace, {UNKNOWN_FACTS} facts not known": (assess, people.partly_unknown),
    }  # fmt: skip
    theirs: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
        name: (make(condition), everybody) for name, make in PEERS.items()
    }
    return {HAND: theirs.pop(HAND), **ours, **theirs}


def _time_in_turn(condition: str, rounds: int) -> dict[str, list[float]]:
    """The work of one process: seconds for one decision, averaged over the mix, the contenders in turn."""
    contenders = _contenders(condition, people_of(pharmacyfirst.load(), condition))
    timers = {name: partial(_timed, decide, people) for name, (decide, people) in contenders.items()}
    loops = {name: _enough_loops(timer) for name, timer in timers.items()}
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
    loops = 1
    while timer(loops) < BLOCK:
        loops *= 2
    return loops


def _processes(condition: str, processes: int, rounds: int) -> Iterator[dict[str, list[float]]]:
    command = [sys.executable, __file__, "--worker", condition, "--rounds", str(rounds)]
    for _ in range(processes):
        yield json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


# Tables


FORMS = """\
One decision starts from a plain dict of facts and ends with the kind of outcome and, for a supply, medicine, dose and
quantity. pharmacyfirst also checks every answer, takes unknown ones, and keeps the verdict of every criterion reached;
"built as data" adds `as_dict()`. *Generated* is what `pharmacyfirst/fast` makes of the pathway: the *verdicts* are the outcome, the dose row
and the verdict of every criterion reached; the *whole assessment* is equal to the kernel's, field by field. The others are given complete facts, check nothing and have no three-valued logic, so
none of them has a row with facts not known:

* hand-written Python: one function over the dict, which stops at the first thing that decides; no trace.
* zen-engine: compiled once by the static loader; one first-hit decision table, one column of conditions, a row for each
  answer. With the trace on, a row for each criterion: the trace names the row that was hit, not the verdict of the
  others. One compiled expression is its fastest form, without tables and without a trace.
* rule-engine: three expressions compiled once (stopping criteria, score, treatment), untyped, as typed was slower; no
  trace.

Times are medians over all processes and rounds. A ratio is taken within one round of one process; the range is that of
the processes' medians. Trust the ratios, not the microseconds.
"""


def _about() -> str:
    """The machine, the versions, and what each contender is given."""
    here: Mapping[str, Any] = pyperf.Run([1.0]).get_metadata()
    versions = ", ".join(f"{name} {version(name)}" for name in ("pharmacyfirst", "zen-engine", "rule-engine", "pyperf"))
    return (
        f"Measured on {str(here['date'])[:16]}: {here.get('cpu_model_name', 'processor not known')}, "
        f"{here['cpu_count']} cores, {here['platform']}, {here['python_implementation']} {here['python_version']}, "
        f"{versions}.\n\n{FORMS}"
    )


def _table(condition: str, people: People, checked: str, processes: int, rounds: int) -> str:
    """The table of one condition."""
    measured = list(_processes(condition, processes, rounds))
    mix = [people.our_answer(person).kind for person in people.mix.values()]
    partly = [people.our_answer(person).kind for person in people.partly_unknown]
    rows = [
        f"### {condition}",
        "",
        f"{len(people.pathway.questions)} facts, {len(people.pathway.stopping)} stopping criteria. {checked}",
        f"Timed on the average of {len(mix)} people: {_counted(mix)}. "
        f"With {UNKNOWN_FACTS} facts not known: {_counted(partly)}.",
        "",
        "| one decision | microseconds | x hand-written | range |",
        "|---|---:|---:|---:|",
    ]
    rows += [_row(name, measured) for name in measured[0]]
    for peer in ("zen-engine, decision table", "zen-engine, decision table, trace on"):
        times = median(_ratio(peer, measured)) / median(_ratio(VERDICTS, measured))
        rows += ["", f"{peer}: {_short(times)} times what the verdicts take."]
    return "\n".join(rows) + "\n"


def _ratio(name: str, measured: list[dict[str, list[float]]]) -> list[float]:
    """The time of a contender over that of hand-written Python, in each round of each process."""
    return [a / b for one in measured for a, b in zip(one[name], one[HAND], strict=True)]


def _row(name: str, measured: list[dict[str, list[float]]]) -> str:
    microseconds = median(value for one in measured for value in one[name]) * 1e6
    ratios = [[a / b for a, b in zip(one[name], one[HAND], strict=True)] for one in measured]
    each = [median(one) for one in ratios]
    x = median(value for one in ratios for value in one)
    return f"| {name} | {microseconds:.2f} | {_short(x)} | {_short(min(each))} to {_short(max(each))} |"


def _start_up_table(people: People, conditions: int, repeats: int) -> str:
    costs, import_time, loading = start_up.measure(next(iter(people.mix.values())), people.on, repeats)
    bare = costs[start_up.BARE]
    pydantic = costs[start_up.PYDANTIC].cpu - bare.cpu
    rows = [
        "### starting",
        "",
        f"Whole processes; pharmacyfirst has {conditions} conditions, and is there as a wheel installs it. The ratio is that of CPU time above bare. "
        f"`python -X importtime` gives {import_time:.1f} ms for `import pharmacyfirst`.",
        "",
        "| process | milliseconds | of CPU | above bare | x import pydantic | MB | MB above bare |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, cost in costs.items():
        above = cost.cpu - bare.cpu
        memory = [f"{cost.megabytes:.1f}", f"{cost.megabytes - bare.megabytes:.1f}"] if cost.megabytes else ["", ""]
        figures = [f"{cost.milliseconds:.0f}", f"{cost.cpu:.0f}", f"{above:.1f}", f"{above / pydantic:.2f}"]
        rows.append(f"| {' | '.join([name, *figures, *memory])} |")
    rows += ["", "| loading, in a process that has done so once | milliseconds of CPU |", "|---|---:|"]
    rows += [f"| {name} | {took:.1f} |" for name, took in loading.items()]
    return "\n".join(rows)


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 20 else f"{number:.1f}" if number >= 2 else f"{number:.2f}"


if __name__ == "__main__":
    main()
