"""Whether somebody who knows every sum can work out a number that was left out: a solver tries."""

import z3


def certain(solver, cells, numbers, hidden):
    """Of the numbers left out, nought apart, those of which the solver leaves one possibility; ``cells`` are their variables."""
    found = []
    for key in sorted(key for key in hidden if numbers[key]):
        solver.push()
        solver.add(cells[key] != numbers[key])
        if solver.check() != z3.sat:
            found.append(key)
        solver.pop()
    return found
