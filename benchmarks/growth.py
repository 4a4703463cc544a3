"""How time grows: with the rows of a table, the criteria of a pathway, and what is stored. ``make bench-growth`` writes it into docs/benchmarks.md.

Each figure is CPU time of the process, once for each size (``--fast``: small sizes, printed and not written). The pathway of so many criteria is made up: the stopping criteria
of a real one, over and over, each about a question of its own. A line that goes up by ten for ten times as much is straight.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is imported

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import charts
from bench import PAGE, about

from pharmacyfirst import load
from pharmacyfirst.fast.assess import generated
from pharmacyfirst.fast.make import module_of
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import OneOf
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer

BEGIN, END = "<!-- figures: make bench-growth -->\n", "<!-- end of figures -->"
ON = date(2026, 11, 21)
CONDITION = "uncomplicated-uti"
Series = dict[str, list[tuple[float, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="small sizes; writes nothing")
    fast = parser.parse_args().fast
    words = "\n".join([about(), criteria(fast), rows(fast), stored(fast)])
    print(words)
    if not fast:
        before, begun, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        if not begun or END not in rest:
            raise SystemExit(f"{PAGE} has no place for the figures: the two comments are missing.")
        PAGE.write_text(f"{before}{BEGIN}\n{words}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def spent(work: Callable[[], Any], times: int = 1) -> float:
    """Milliseconds of CPU; of several the median."""
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append((process_time() - start) * 1000)
    return median(taken)


def section(title: str, name: str, series: Series, across: str, up: str, fast: bool) -> str:
    """A table and, unless it is a quick look, a plot."""
    sizes = sorted({size for some in series.values() for size, _ in some})
    lines = [f"#### {title}", "", f"| {across} | {' | '.join(series)} |", f"|---:|{'---:|' * len(series)}"]
    for size in sizes:
        cells = [next((f"{y:,.3g}" for x, y in some if x == size), "") for some in series.values()]
        lines.append(f"| {size:,.0f} | {' | '.join(cells)} |")
    lines += ["", f"In {up}.", ""]
    if not fast:
        lines[2:2] = [charts.lines(name, title, series, across, up), ""]
    return "\n".join(lines)


# Criteria


def wider(pathway: Pathway, criteria: int) -> Pathway:
    """The pathway with so many stopping criteria in all, those that are added each about a yes or no of its own."""
    questions, stopping = dict(pathway.questions), list(pathway.stopping)
    one = next(
        question for question in questions.values() if question.answer is Answer.YES_NO and question.asked_when is None
    )
    for at in range(criteria - len(stopping)):
        like = pathway.stopping[at % len(pathway.stopping)]
        name = f"made_up_{at}"
        questions[name] = replace(one, name=name)
        stopping.append(
            replace(like, id=f"{like.id}-{at}", sentence=OneOf(name, (True,)), must=False, always_999=False)
        )
    return replace(pathway, questions=questions, stopping=tuple(stopping))


def criteria(fast: bool) -> str:
    """One decision, and generating, as a pathway grows."""
    pathway = load().in_force(CONDITION, ON)
    in_force = frozenset(pathway.pgds)
    series: Series = {
        "kernel, one assessment": [],
        "generated, one assessment": [],
        "generated, verdicts": [],
        "generating the module": [],
    }
    for size in (50, 100) if fast else (50, 100, 200, 350, 500):
        some = wider(pathway, size)
        facts = {name: False for name, one in some.questions.items() if one.answer is Answer.YES_NO} | {"age_years": 31}
        assessor = generated(some, in_force)
        assert assessor is not None
        assert assessor.assess(facts, ON) == assess(some, facts, ON)
        read, judge = assessor.module.read(facts), assessor.module.judge
        works: dict[str, tuple[Callable[[], Any], int]] = {
            "kernel, one assessment": (lambda some=some, facts=facts: assess(some, facts, ON), 50),
            "generated, one assessment": (lambda facts=facts, assessor=assessor: assessor.assess(facts, ON), 500),
            "generated, verdicts": (lambda read=read, judge=judge: judge(read), 2000),
        }
        for name, (work, times) in works.items():
            series[name].append((size, spent(lambda work=work, times=times: [work() for _ in range(times)], 3) / times))
        series["generating the module"].append((size, spent(lambda some=some: module_of(some, in_force))))
    return section("Criteria of a pathway", "growth-criteria", series, "stopping criteria", "milliseconds of CPU", fast)


# Rows


def rows(fast: bool) -> str:
    """A table judged as it grows, in columns; and one by one as far as that goes."""
    import polars as pl

    from pharmacyfirst.audit.plan import judged, plan_of
    from pharmacyfirst.audit.table import table_of
    from pharmacyfirst.fast.assess import assessor_of
    from pharmacyfirst.population.consultations import FIRST_MONTH, MadeUp, shipped_population
    from pharmacyfirst.population.files import write_rows

    library = load()
    pathway = library.in_force(CONDITION, FIRST_MONTH)
    plan, assessor = plan_of(pathway, FIRST_MONTH), assessor_of(pathway, FIRST_MONTH)
    assert assessor is not None
    sizes = (1_000, 10_000) if fast else (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
    lump = min(sizes[-1], 1_000_000)
    series: Series = {"Polars, columns, a million rows at a time": [], "generated verdicts, one by one": []}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        made = MadeUp(library, shipped_population(), lump, 1, first=FIRST_MONTH, months=6, only=(CONDITION,))
        with write_rows(file, table_of(library), made.says()) as add:
            for block in made.every_block():
                add(block)
        for size in sizes:
            frame = pl.read_parquet(file, columns=list(plan.columns), n_rows=size)
            series["Polars, columns, a million rows at a time"].append(
                (size, sum(spent(lambda frame=frame: judged(frame, plan)) for _ in range(max(size // lump, 1))) / 1000)
            )
            if size <= 100_000:
                people = [
                    {name: one for name, one in facts.items() if one is not None and name != "date_of_birth"}
                    for facts in frame.to_dicts()
                ]
                series["generated verdicts, one by one"].append(
                    (
                        size,
                        spent(lambda people=people: [assessor.verdicts(facts, FIRST_MONTH) for facts in people]) / 1000,
                    )
                )
    return section("Rows of a table", "growth-rows", series, "rows", "seconds of CPU", fast)


# What is stored


def stored(fast: bool) -> str:
    """A page of the form as the store grows, in milliseconds of wall time on the server."""
    import web

    series: Series = {}
    for size in (10, 50) if fast else (1_000, 10_000, 100_000):
        for name, times in web.on_the_server(size, 2 if fast else 10).items():
            if name in ("start", "page posted", "outcome"):
                series.setdefault(f"page: {name}", []).append((size, median(times)))
    return section(
        "Consultations in a store",
        "growth-stored",
        series,
        "consultations stored",
        "milliseconds, the middle of all",
        fast,
    )


def every_part() -> Iterator[Callable[[bool], str]]:
    """What is measured, for whoever tries each."""
    yield from (criteria, rows, stored)


if __name__ == "__main__":
    main()
