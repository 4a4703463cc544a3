"""What a generated module returns, and the way through it that is not generated: standard library alone.

A verdict is True (met), False (not met) or None (not known). A criterion, row or clause goes by its stage and id, as in a trace.
"""

from __future__ import annotations

from math import inf, isfinite, nextafter

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal
    from typing import Any, NamedTuple

    Met = bool | None
    Found = tuple[Met, ...]
    Answers = tuple[Any, ...]
    Ids = tuple[tuple[str, str], ...]
    Note = str | Callable[[Answers, dict[str, None]], None] | None
    Ended = tuple["Leaf", Found]
else:
    from pharmacyfirst.fast.light import NamedTuple

MOST_DIGITS = 15
"""Two decimals of no more digits are never one float, and a float of one of them is written as that one."""
_EXACT = 2**53

SUPPLY, NEED_FACTS = "supply", "need_facts"


class Leaf(NamedTuple):
    """Where somebody's way ended: all that is the same for everybody who ends there.

    ``version`` is that of the pathway; ``kind`` and ``destination`` are the outcome; ``offers`` the PGDs offered, each with its dose row.
    ``reached`` names what ``Verdicts.found`` gives the verdicts of; what ``clear`` names is not met, what ``met`` names is.
    ``stopped``: a stopping criterion is met or not known. ``alike``: everybody who ends here, and is asked the same, has one trace.
    """

    version: str
    kind: str
    destination: str | None = None
    offers: Ids = ()
    clear: Ids = ()
    met: Ids = ()
    reached: Ids = ()
    stopped: bool = False
    alike: bool = False


class Verdicts(NamedTuple):
    """The outcome of one consultation with the verdict of everything reached on the way, as it came out of the generated code.

    The less urgent criteria of somebody who is stopped are not reached; an ``Assessment`` has them too, and the words.
    """

    leaf: Leaf
    found: Found

    def by_item(self) -> dict[tuple[str, str], Met]:
        """Everything that was reached, by stage and id."""
        leaf = self.leaf
        each: dict[tuple[str, str], Met] = dict.fromkeys(leaf.clear, False)
        each.update(dict.fromkeys(leaf.met, True))
        each.update(zip(leaf.reached, self.found, strict=True))
        return each


class TreatmentRow(NamedTuple):
    """A treatment row, as far as it decides: the kind of its outcome, and what it offers."""

    item: tuple[str, str]
    kind: str
    offers: tuple[str, ...]
    fallback: bool
    nothing_left: str

    @property
    def plan(self) -> tuple[object, ...]:
        """What it does, whoever the person is."""
        return self[1:]


class Generated(NamedTuple):
    """A generated module: its functions, and the names and numbers of what they judge, in the order of the file."""

    version: str
    facts: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], Answers | None]
    judge: Callable[[Answers], Ended]
    answers: Callable[[Answers], Answers]
    stops: Callable[[Answers], Found]
    rows: Callable[[Answers], Found]
    beside: Callable[[Answers], Found]
    pgds: Mapping[str, Callable[[Answers], tuple[Found, Found]]]
    cautions: Mapping[str, Callable[[Answers], Found]]
    notes: tuple[tuple[Note, ...], tuple[Note, ...]]
    notes_of: Mapping[str, tuple[Note, ...]]
    urgency: tuple[int, ...]
    stop_ids: Ids
    table: tuple[TreatmentRow, ...]
    in_force: frozenset[str]
    clauses: Mapping[str, tuple[Ids, Ids, tuple[bool, ...]]]


OFFERED, UNDECIDED, EXCLUDED, NOT_IN_FORCE, NO_ROW = range(5)


class PGDRead(NamedTuple):
    """A PGD as it was judged: how it stands, and the verdicts on its clauses and on its dose rows, read down to the first met."""

    pgd: str
    stands: int
    clauses: Found = ()
    doses: Found = ()


class RowRead(NamedTuple):
    """A row that may decide: its place, the PGDs it looks at, and the kind of outcome; None while one of them is undecided."""

    row: int
    pgds: tuple[PGDRead, ...]
    kind: str | None

    @property
    def offers(self) -> tuple[str, ...]:
        """What it offers."""
        return tuple([one.pgd for one in self.pgds if one.stands == OFFERED])


class TableRead(NamedTuple):
    """The treatment table as it was read; ``kind`` is None where it is not decided."""

    rows: Found
    considered: tuple[PGDRead, ...]
    ways: tuple[RowRead, ...]
    kind: str | None


def read_table(module: Generated, answers: Answers) -> TableRead:
    """Rules 3 and 4, as in ``kernel.assess.read_table``: every row that may decide has to come to the same."""
    rows = module.rows(answers)
    considered: dict[str, PGDRead] = {}
    ways = [read_row(module, at, answers, considered) for at, verdict in enumerate(rows) if verdict is not False]
    first = ways[0]
    alike = first.kind is not None
    if alike and len(ways) > 1:
        alike = all((one.kind, one.offers) == (first.kind, first.offers) for one in ways)
    return TableRead(rows, tuple(considered.values()), tuple(ways), first.kind if alike else None)


def read_row(module: Generated, at: int, answers: Answers, considered: dict[str, PGDRead]) -> RowRead:
    """What the outcome is if this row decides; each PGD is judged once."""
    row = module.table[at]
    if not row.offers:
        return RowRead(at, (), row.kind)
    looked_at: list[PGDRead] = []
    for pgd in row.offers:
        if row.fallback and looked_at and looked_at[0].stands not in (EXCLUDED, UNDECIDED):
            break  # only an exclusion of the first, met or still possible, opens the second
        one = considered.get(pgd)
        if one is None:
            one = considered[pgd] = consider(module, pgd, answers)
        looked_at.append(one)
    stand = [one.stands for one in looked_at]
    kind = None if UNDECIDED in stand else SUPPLY if OFFERED in stand else row.nothing_left
    return RowRead(at, tuple(looked_at), kind)


def consider(module: Generated, pgd: str, answers: Answers) -> PGDRead:
    """In force, every clause known and clear, then the dose."""
    if pgd not in module.in_force:
        return PGDRead(pgd, NOT_IN_FORCE)
    clauses, doses = module.pgds[pgd](answers)
    if True in clauses:
        return PGDRead(pgd, EXCLUDED, clauses)
    if None in clauses or None in doses:
        return PGDRead(pgd, UNDECIDED, clauses, doses)
    if doses[-1] is not True:
        return PGDRead(pgd, NO_ROW, clauses, doses)
    has_dose = module.clauses[pgd][2][len(doses) - 1]
    return PGDRead(pgd, OFFERED if has_dose else EXCLUDED, clauses, doses)


def settle(module: Generated, facts: Answers) -> Ended:
    """Where the way through the table cannot be told in one line: the same, function by function."""
    read = read_table(module, module.answers(facts))
    reached = [row.item for row in module.table[: len(read.rows)]]
    found = list(read.rows)
    for one in read.considered:
        clauses, doses, _ = module.clauses[one.pgd]
        reached += clauses[: len(one.clauses)] + doses[: len(one.doses)]
        found += one.clauses + one.doses
    offers: Ids = ()
    if read.kind == SUPPLY:
        each = [one for one in read.ways[0].pgds if one.stands == OFFERED]
        offers = tuple([(one.pgd, module.clauses[one.pgd][1][len(one.doses) - 1][1]) for one in each])
    kind = NEED_FACTS if read.kind is None else read.kind
    leaf = Leaf(module.version, kind, None, offers, module.stop_ids, (), tuple(reached))
    return leaf, tuple(found)


def note(found: Found, notes: tuple[Note, ...], answers: Answers, names: dict[str, None]) -> None:
    """Add the facts that keep these not known, in the order to ask them."""
    for verdict, one in zip(found, notes, strict=False):
        if verdict is None:
            if isinstance(one, str):
                names[one] = None
            elif one is not None:
                one(answers, names)


def number(value: Any, low: float | None, high: float | None) -> float | None:
    """A number within its range as a float that lies to every bound as the number does; None for anything else."""
    if type(value) is float:  # which stands for the decimal that it prints as
        held = value
    elif type(value) is int and -_EXACT < value < _EXACT:
        held = float(value)
    else:
        from decimal import Decimal  # JSON read strictly gives it; whoever gives floats need not pay for it

        if type(value) is not Decimal or not value.is_finite():
            return None
        held = as_float(value)
    if not isfinite(held) or (low is not None and held < low) or (high is not None and held > high):
        return None
    return held


def as_float(value: Decimal) -> float:
    """The float that lies below, at or above each bound of no more than ``MOST_DIGITS`` digits as the decimal does.

    That is the nearest one, unless the nearest is the float of such a bound and the decimal is not the bound: then it is the next float on
    the decimal's own side, which is that of no bound, as the floats of two of them never touch.
    """
    held = float(value)
    if len(str(value)) > MOST_DIGITS and isfinite(held):
        from decimal import Decimal

        bound = Decimal(repr(held))
        if value != bound and len(bound.normalize().as_tuple().digits) <= MOST_DIGITS:
            return nextafter(held, inf if value > bound else -inf)
    return held


def named(value: Any, names: tuple[str, ...]) -> Answers | None:
    """The names of a list, in the order of ours; None where one is none of them."""
    if type(value) is not list and type(value) is not tuple:
        return None
    if not value:
        return ()
    if any(one not in names for one in value):
        return None
    return tuple([name for name in names if name in value])
