"""What proving takes, as a part of ``make bench``: every proof of each pathway, by CPU time, one after the other in one process."""

from time import process_time

from goals import Figure
from start_up import SEVEN

from pharmacyfirst import load
from pharmacyfirst.proof.prove import prove


def part(fast: bool) -> tuple[list[Figure], str]:
    """Seconds for each condition."""
    library = load()
    taken = {}
    for condition in (SEVEN[-1],) if fast else library.conditions:
        start = process_time()
        prove(library, condition)
        taken[condition] = process_time() - start
    rows = ["### Proofs", "", "| all proofs of | seconds of CPU |", "|---|---:|"]
    rows += [f"| {name} | {seconds:.1f} |" for name, seconds in taken.items()]
    figures = [Figure("P11, one", (max(taken[name] for name in SEVEN if name in taken),))]
    if not fast:
        figures.append(Figure("P11, all", (sum(taken[name] for name in SEVEN),)))
    return figures, "\n".join(rows) + "\n"
