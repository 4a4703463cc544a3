"""Of everything that an audit prints and writes to be given on no number from 1 to 4 follows: over many made-up audits, a solver tries."""

import re
from datetime import date

import pytest
import z3
from audit.worked_out import certain
from consultations import library
from made_up_audits import audited, by_chance

from pharmacyfirst.audit.in_words import in_words
from pharmacyfirst.audit.numbers import MEASURES, as_json, numbers_of
from pharmacyfirst.audit.pharmacy_months import pharmacy_months
from pharmacyfirst.audit.report import HowMade, report
from pharmacyfirst.audit.small_counts import SMALL

MANY = 30
# What is of no consultation: an axis, a share, and the words of the page that hold a number of their own.
NO_COUNTS = (
    r"<style>.*?</style>",
    r"The content it was judged by.*?</table>",
    r'<text class="axis".*?</text>',
    r"\d+ of \d+ pharmacies",
    r"Above the outer line: \d+",
    r"below 5|95 of a hundred|998 of a thousand|of a hundred|1 to 4",
    r"[\d.]+ %",
)
INTEGER = re.compile(r"(?<![\w.,/-])\d{1,3}(?:,\d{3})*(?![\w.]|-\d)")


def integers(text):
    """Every whole number of a text or page that stands for consultations."""
    for no_count in NO_COUNTS:
        text = re.sub(no_count, " ", text, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", text)
    return {int(one.replace(",", "")) for one in INTEGER.findall(text)}


def told(made):
    """What is printed and written of an audit: the numbers, and every whole number by where it stands."""
    numbers = numbers_of(made)
    page = report(numbers, library(), HowMade("made-up", "0", everything=False))
    by_month = pharmacy_months(made, numbers)
    written = as_json(numbers)
    return numbers, by_month, {
        "terminal": integers("\n".join(in_words(numbers))),
        "page": integers(page),
        "numbers": {number for number in (written["rows"], *written["numbers"].values()) if number is not None},
        "months": {*by_month["rows"].drop_nulls(), *by_month["found"].drop_nulls()},
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(MANY))
def test_every_number_printed_or_written_is_one_that_may_be_shown(seed):
    numbers, _, places = told(by_chance(seed))
    shown = {number for key, number in numbers.counted.items() if key not in numbers.hidden}
    assert not shown & {*range(1, SMALL)}
    for place in ("terminal", "page", "numbers"):
        assert places[place] <= shown | {0}, place
    assert not places["months"] & {*range(SMALL)}


@pytest.mark.parametrize("seed", range(MANY))
def test_no_small_number_follows_from_sums_shown_less_others_shown(seed):
    made = by_chance(seed)
    numbers, by_month, _ = told(made)
    cells = {key: z3.Int(" / ".join(key)) for key in numbers.counted if key[0] != "rest of"}
    solver = z3.Solver()
    solver.add(*(cell >= 0 for cell in cells.values()))
    solver.add(
        *(cells[key] == number for key, number in numbers.counted.items() if key in cells and key not in numbers.hidden)
    )
    solver.add(*what_adds_up(cells, by_month, numbers))
    small = {key: number for key, number in numbers.counted.items() if key in cells and 0 < number < SMALL}
    assert certain(solver, cells, small, small) == []


def what_adds_up(cells, by_month, numbers):
    """What anybody knows of the numbers, written down anew: which of them add up to which, and which are part of which."""
    yield cells["rows read",] == cells["rows",] + cells["aside",]
    yield cells["again",] <= cells["rows",] - cells["found",]
    yield cells["aside",] == z3.Sum([cells[key] for key in cells if key[0] == "aside" and len(key) == 2])
    for what in MEASURES:
        for by in ("condition", "month", "pharmacy"):
            parts = [cell for key, cell in cells.items() if key[:2] == (what, by)]
            if parts:
                yield cells[what,] == z3.Sum(parts)
    for key, cell in cells.items():
        if key[0] in MEASURES[1:]:
            yield cell <= cells["rows", *key[1:]]
        if key[0] in ("says", "recorded"):
            at = 1 if key[0] == "says" else 2
            yield cell == z3.Sum([cells[one] for one in cells if one[0] == "both" and one[at] == key[1]])
        if key[0] == "finding" and len(key) == 2:
            yield cell <= cells["found",]
            for by in ("condition", "month"):
                yield cell == z3.Sum([cells[one] for one in cells if one[:3] == (*key, by)])
    yield cells["found",] <= z3.Sum([cells[key] for key in cells if key[0] == "finding" and len(key) == 2])
    yield cells["rows",] == z3.Sum([cell for key, cell in cells.items() if key[0] == "says"])
    for what, at in (("rows", 2), ("found", 3)):
        many = {row[:2]: z3.Int(f"{what} at {row[:2]}") for row in by_month.iter_rows()}
        yield from (cell >= 0 for cell in many.values())
        yield from (many[row[:2]] == row[at] for row in by_month.iter_rows() if row[at] is not None)
        for place, by in ((0, "pharmacy"), (1, "month")):
            for name in numbers.names[by]:
                yield cells[what, by, name] == z3.Sum([cell for key, cell in many.items() if key[place] == name])


ROW = ("shingles", date(2026, 11, 5), "A", "self_care", "self_care")


@pytest.mark.parametrize(
    ("judged", "aside", "first"),
    [
        (1, 9, "not shown rows: not shown judged, 9 set aside"),
        (2, 0, "not shown rows: not shown judged, not shown set aside"),
        (1500, 3, "not shown rows: 1,500 judged, not shown set aside"),
        (1500, 9, "1,509 rows: 1,500 judged, 9 set aside"),
        (1500, 0, "1,500 rows: 1,500 judged, 0 set aside"),
    ],
)
def test_rows_read_are_a_sum_like_any_other(judged, aside, first):
    """Else a single row judged is all the rows less those set aside."""
    numbers = numbers_of(audited([(*ROW, False)] * judged, aside=["wrong_value"] * aside))
    assert next(in_words(numbers)) == first
    assert as_json(numbers)["rows"] == (None if first.startswith("not") else judged + aside)


def test_rows_judged_a_second_time_are_left_out_where_they_are_few():
    numbers = numbers_of(audited([(*ROW, False)] * 900, again=2))
    assert any(line.endswith("and the same: not shown.") for line in in_words(numbers))
    assert "again" not in as_json(numbers)["numbers"]
