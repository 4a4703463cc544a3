"""The goals of speed that were set before anything was built, each with its figure of one run, and why where it is missed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class SetGoal(NamedTuple):
    """What was asked for: at most ``limit``, or with ``least`` at least; in ``unit``."""

    what: str
    limit: float
    unit: str
    least: bool = False
    why: str = ""


GOALS: dict[str, SetGoal] = {
    "P1": SetGoal("complete facts: outcome, dose, verdict of every criterion reached", 1.5, "x hand-written"),
    "P2": SetGoal("the same with facts not known", 2.0, "x hand-written"),
    "P3": SetGoal("the whole explanation, all its objects", 12, "x hand-written"),
    "P4": SetGoal("from JSON bytes, read strictly, decided with verdicts; with msgspec", 8, "x hand-written",
                  why="msgspec alone takes more than half of it; the rest is the check of what it gave, the verdicts, and the count of colons that a key given twice cannot hide from"),
    "P4, no msgspec": SetGoal("the same with the standard library alone", 18, "x hand-written", why="`json.loads` by itself takes two thirds of it"),
    "P5, table": SetGoal("zen-engine, decision table, beside the verdicts", 20, "x ours", True,
                         why="the verdicts take the time of a function written by hand, and zen takes less of it the more people an early row of its table stops"),
    "P5, trace": SetGoal("zen-engine with its trace, beside the verdicts", 30, "x ours", True),
    "P5b": SetGoal("`assess --jsonl`, the whole trace in the text", 15_000, "lines/s a core", True,
                   why="half of a line is its text, a third judging it, a seventh `json.loads`; the trial that set the goal met the same 1,400 consultations again and again"),
    "P7, Polars": SetGoal("audit in Polars, columns in memory", 300, "M rows x verdicts/s a core", True),
    "P7, DuckDB": SetGoal("audit in DuckDB", 50, "M rows x verdicts/s a core", True),
    "P7, Parquet": SetGoal("from Parquet to findings, beside that rate", 15, "%", True),
    "P8, decide": SetGoal("start and decide, all seven conditions, without the kernel", 0.4, "x import pydantic"),
    "P8, assess": SetGoal("`pharmacyfirst assess`", 2.0, "x import pydantic", why="click, the kernel's classes and the explanation are most of it"),
    "P8, help": SetGoal("`pharmacyfirst --help`", 1.5, "x import pydantic"),
    "P9, decide": SetGoal("first outcomes of all seven, above `import json`", 5, "ms", why="a third is the modules, a quarter the key: each file that ships is opened and read once, and the seven have grown by two thirds since the goal was set"),
    "P9, load": SetGoal("all seven from what is kept", 45, "ms", why="milliseconds of another machine: see *Starting* for how fast this one is beside it"),
    "P9, one": SetGoal("one condition from what is kept", 4, "ms", why="the key by which it is kept is worked out of every file that ships first, and that is a third of it"),
    "P9, YAML": SetGoal("all seven from YAML, every check", 220, "ms",
                        why="the seven have grown by two thirds since the goal was set. A third of it is reading with the place of every word, a tenth whether dose tables leave nobody out"),
    "P10, all": SetGoal("memory above bare, all seven, by the kernel", 12, "MB", why="it is the content itself, which has grown by two thirds since the goal was set"),
    "P10, decide": SetGoal("memory above bare, all seven, generated modules", 4, "MB"),
    "P11, one": SetGoal("all proofs of the pathway that takes longest", 10, "s"),
    "P11, all": SetGoal("those of all seven", 75, "s"),
    "P13, write": SetGoal("a GP message built and written", 1, "ms"),
    "P13, check": SetGoal("a GP message checked", 10, "ms"),
    "P13, page": SetGoal("server time of a page, 95 of 100, 10,000 consultations stored", 60, "ms"),
}  # fmt: skip


class Figure(NamedTuple):
    """A figure of this run; of several (one a condition) the worst decides. ``spread`` says how far rounds or processes differed."""

    goal: str
    values: tuple[float, ...]
    spread: str = ""

    @property
    def worst(self) -> float:
        return min(self.values) if GOALS[self.goal].least else max(self.values)

    @property
    def met(self) -> bool:
        goal = GOALS[self.goal]
        return self.worst >= goal.limit if goal.least else self.worst <= goal.limit

    @property
    def off(self) -> float:
        """By how much it is missed, of the goal."""
        goal = GOALS[self.goal]
        return (goal.limit / self.worst if goal.least else self.worst / goal.limit) - 1


def short(number: float) -> str:
    """A figure as people read it."""
    return f"{number:,.0f}" if number >= 20 else f"{number:.1f}" if number >= 2 else f"{number:.2f}"


def table(figures: Iterable[Figure]) -> str:
    """Goal, figure, met or missed, as Markdown; and a line that counts them."""
    found = {one.goal: one for one in figures}
    rows = ["| | goal | at most or at least | figure | range | |", "|---|---|---:|---:|---|---|"]
    missed = []
    for name, goal in GOALS.items():
        bound = f"{'≥' if goal.least else '≤'} {goal.limit:,g} {goal.unit}"
        one = found.get(name)
        if one is None:
            rows.append(f"| {name} | {goal.what} | {bound} | not measured in this run | | |")
            continue
        if not one.met:
            missed.append(one)
        says = "met" if one.met else f"**missed** by {one.off:.0%}{f': {goal.why}' if goal.why else ''}"
        rows.append(
            f"| {name} | {goal.what} | {bound} | {' / '.join(map(short, one.values))} | {one.spread} | {says} |"
        )
    counted = f"{len(found) - len(missed)} of {len(found)} met."
    far = [one.goal for one in missed if one.off > 0.25]
    if missed:
        counted += (
            f" Missed: {', '.join(one.goal for one in missed)}; by more than a quarter: {', '.join(far) or 'none'}."
        )
    return "\n".join([*rows, "", counted, ""])


Part = Callable[[bool], tuple[list[Figure], str]]
"""One part of the run: whether to look quickly, in; its figures and its tables in Markdown, out."""
