"""An audit told in the terminal: how many rows, what was found, where; small numbers left out as everywhere."""

from collections.abc import Iterable, Iterator

from pharmacyfirst.audit.disagreeing import FindingKind
from pharmacyfirst.audit.nhs_numbers import NHS_NUMBER
from pharmacyfirst.audit.numbers import (
    AGAIN,
    ASIDE,
    CARE_SAID,
    CARED,
    CONDITION,
    FOUND,
    MISWRITTEN,
    READ,
    ROWS,
    SUPPLIED,
    SUPPLY_SAID,
    AuditNumbers,
    in_percent,
    shown,
    top,
)
from pharmacyfirst.audit.small_counts import SMALL
from pharmacyfirst.audit.table import TableColumn, how_written

NO_PROOF = (
    "A finding is a question to whoever was there, never proof of a mistake; and no finding is no proof of good care."
)
NOT_BESIDE = "Do not publish this beside what changes --on counts of the same table: what one page holds back could be worked out by the other."
LEFT_OUT = f"Numbers below {SMALL}, and those by which one could be worked out, are not shown. {NOT_BESIDE}"
ALL_SHOWN = f"NOT FOR PUBLICATION: numbers below {SMALL} are shown, and can lead to a person."
WHY_ASIDE = {
    "not_json": "it is no JSON, or a key stands twice",
    "missing_key": "row, pathway, as_of or facts is missing",
    "unknown_pathway": "there is no such pathway",
    "not_in_force": "no version of the pathway is in force on its day",
    "unknown_fact": "it holds a name that no column has",
    NHS_NUMBER: "row, pharmacy or another text of it is an NHS number: give a number of your own, and the ODS code",
    "wrong_value": "an answer does not fit its question, or a row has another number of cells than the head",
}
MOST_CRITERIA = 8


def in_words(numbers: AuditNumbers, everything: bool = False, columns: Iterable[TableColumn] = ()) -> Iterator[str]:
    """The lines of the summary. ``columns`` are the table's: of those that hold what does not fit it is said how they are written."""
    yield f"{shown(numbers.of(READ))} rows: {shown(numbers.of(ROWS))} judged, {shown(numbers.of(ASIDE))} set aside"
    for code in numbers.names["aside"]:
        yield f"  {shown(numbers.of('aside', code)):>9}  {WHY_ASIDE.get(code, code)} ({code})"
    for column in columns:
        if column.name in numbers.names[MISWRITTEN]:
            yield f"             {column.name} has to hold {how_written(column)}"
    yield from (f"Note: {remark}" for remark in numbers.remarks)
    if not numbers.judged:
        return
    yield ""
    share = in_percent(numbers.share((FOUND,), (ROWS,)), 2)
    again = f"Of the others judged a second time, by the kernel, and the same: {shown(numbers.of(AGAIN))}."
    yield f"With a finding: {shown(numbers.of(FOUND))} ({share}). {again}"
    for kind in FindingKind:
        if kind.value in numbers.names["finding"]:
            yield f"  {shown(numbers.of('finding', kind.value)):>9}  {kind.words}"
    yield ""
    yield f"{'':26}{'judged':>10}{'found':>10}  {'supplied':>9} {'(pathway':>9}  {'self-care':>9} {'(pathway':>9}"
    yield f"{'':26}{'':>10}{'':>10}  {'':>9} {'says)':>9}  {'':>9} {'says)':>9}"
    for name in (*numbers.names[CONDITION], ""):
        yield _line(numbers, name)
    most = top(numbers, "criteria", MOST_CRITERIA)
    if most:
        yield ""
        yield "Most often, by criterion:"
        yield from (f"  {number:>9,}  {key[3]}: {FindingKind(key[1]).words}, {key[2]}" for key, number in most)
    yield ""
    yield NO_PROOF
    yield ALL_SHOWN if everything else LEFT_OUT


def _line(numbers: AuditNumbers, name: str) -> str:
    of = (CONDITION, name) if name else ()
    cells = [shown(numbers.of(what, *of)) for what in (ROWS, FOUND)]
    pairs = ((SUPPLIED, SUPPLY_SAID), (CARED, CARE_SAID))
    shares = [[in_percent(numbers.share((what, *of), (ROWS, *of))) for what in pair] for pair in pairs]
    return f"{name or 'all':26}{cells[0]:>10}{cells[1]:>10}" + "".join(f"  {one:>9} {two:>9}" for one, two in shares)
