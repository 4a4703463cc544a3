"""No small number is shown, and somebody who knows every sum still cannot work one out: a solver tries."""

import pytest
import z3
from audit.worked_out import certain
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.audit.small_counts import SMALL, Sum, left_out


def worked_out(numbers, sums, hidden):
    """The numbers left out of which the sums, and what is shown, leave one possibility. Any of them may be nought."""
    cells = {key: z3.Int(str(key)) for key in numbers}
    solver = z3.Solver()
    solver.add(*(cell >= 0 for cell in cells.values()))
    solver.add(*(cells[key] == number for key, number in numbers.items() if key not in hidden))
    solver.add(*(cells[one.total] == z3.Sum([cells[key] for key in one.parts]) for one in sums))
    return certain(solver, cells, numbers, hidden)


def table(cells):
    """A table with the sums of its rows and columns."""
    rows, columns = len(cells), len(cells[0])
    numbers = {f"{r}/{c}": cells[r][c] for r in range(rows) for c in range(columns)}
    sums = []
    for r in range(rows):
        numbers[f"{r}/all"] = sum(cells[r])
        sums.append(Sum(f"{r}/all", tuple(f"{r}/{c}" for c in range(columns))))
    for c in range(columns):
        numbers[f"all/{c}"] = sum(row[c] for row in cells)
        sums.append(Sum(f"all/{c}", tuple(f"{r}/{c}" for r in range(rows))))
    numbers["all"] = sum(map(sum, cells))
    sums.append(Sum("all", tuple(f"{r}/all" for r in range(rows))))
    sums.append(Sum("all", tuple(f"all/{c}" for c in range(columns))))
    return numbers, sums


counts = st.one_of(st.integers(0, 7), st.integers(0, 400))
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=4)
)


@given(tables)
def test_nobody_can_work_out_what_is_left_out(cells):
    numbers, sums = table(cells)
    hidden = left_out(numbers, sums)
    assert {key for key, number in numbers.items() if 0 < number < SMALL} <= hidden
    for one in sums:
        noughts = {key for key in one.parts if not numbers[key]}
        assert not noughts or hidden & noughts or not hidden & {*one.parts}
    assert worked_out(numbers, sums, hidden) == []


def test_the_next_smallest_goes_with_the_only_small_one():
    numbers = {"a": 3, "b": 40, "c": 17, "all": 60}
    assert left_out(numbers, [Sum("all", ("a", "b", "c"))]) == {"a", "c"}


@pytest.mark.parametrize("ones", [2, 4, 5, 9])
def test_ones_are_not_told_by_how_many_they_are(ones):
    """Five numbers that are not nought and add up to five are five ones."""
    numbers = dict.fromkeys(range(ones), 1) | {"c": 30, "d": 50, "all": 80 + ones}
    assert left_out(numbers, [Sum("all", (*range(ones), "c", "d"))]) == {*range(ones), "c"}


def test_where_no_other_is_left_the_sum_goes():
    assert left_out({"a": 2, "b": 0, "all": 2}, [Sum("all", ("a", "b"))]) == {"a", "b", "all"}


def test_a_number_that_two_sums_give_away_together_is_not_left_alone():
    """Each sum alone has two numbers left out; together they would leave one solution."""
    numbers = {"a": 2, "b": 3, "ab": 5, "c": 90, "d": 80, "all": 175}
    sums = [Sum("ab", ("a", "b")), Sum("all", ("a", "b", "c", "d"))]
    assert worked_out(numbers, sums, left_out(numbers, sums)) == []


def test_a_nought_is_left_out_beside_a_small_number_and_else_shown():
    """Else whoever sees a number left out knows that it is none."""
    numbers = {"a": 3, "b": 0, "c": 0, "d": 8, "all": 11, "e": 0, "f": 9, "others": 9}
    assert left_out(numbers, [Sum("all", ("a", "b", "c", "d")), Sum("others", ("e", "f"))]) == {"a", "b", "d"}


def test_what_is_large_is_all_shown():
    numbers, sums = table([[50, 60], [70, 0]])
    assert left_out(numbers, sums) == frozenset()
