"""The treatment table read function by function: for whomever the generated ``judge`` cannot settle in one line, and for what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pharmacyfirst.fast.run import EXCLUDED, NEED_FACTS, NOT_IN_FORCE, OFFERED, SUPPLY, UNDECIDED, Leaf

if TYPE_CHECKING:
    from pharmacyfirst.fast.run import Answers, Beside, Ended, Found, Generated, Ids


class PGDRead(NamedTuple):
    """A PGD as it was judged: how it stands, and the verdicts on its clauses and on its dose rows, read down to the first met."""

    pgd: str
    stands: int
    clauses: Found = ()
    doses: Found = ()


class RowRead(NamedTuple):
    """A row that may decide: its place, the PGDs it looks at, and the kind of outcome; None while one of them is undecided.

    ``beside`` is what stands beside that kind, where it is the row's own.
    """

    row: int
    pgds: tuple[PGDRead, ...]
    kind: str | None
    beside: Beside = (None, None, None)

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
        end = first.kind, first.beside, first.offers
        alike = all((one.kind, one.beside, one.offers) == end for one in ways)
    return TableRead(rows, tuple(considered.values()), tuple(ways), first.kind if alike else None)


def read_row(module: Generated, at: int, answers: Answers, considered: dict[str, PGDRead]) -> RowRead:
    """What the outcome is if this row decides; each PGD is judged once."""
    row = module.table[at]
    if not row.offers:
        return RowRead(at, (), row.kind, row.beside)
    looked_at: list[PGDRead] = []
    for pgd in row.offers:
        if row.fallback and looked_at and looked_at[0].stands not in (EXCLUDED, UNDECIDED):
            break  # only an exclusion of the first, met or still possible, opens the second
        one = considered.get(pgd)
        if one is None:
            one = considered[pgd] = consider(module, pgd, answers)
        looked_at.append(one)
    stand = [one.stands for one in looked_at]
    if UNDECIDED in stand and not (row.each and OFFERED in stand):
        return RowRead(at, tuple(looked_at), None)
    kind = SUPPLY if OFFERED in stand else row.nothing_left
    return RowRead(at, tuple(looked_at), kind, row.beside if kind == row.kind else (None, None, None))


def consider(module: Generated, pgd: str, answers: Answers) -> PGDRead:
    """In force, every clause known and clear, then the dose."""
    if pgd not in module.in_force:
        return PGDRead(pgd, NOT_IN_FORCE)
    return PGDRead(pgd, *module.pgds[pgd](answers))


def settled(module: Generated, facts: Answers) -> Ended:
    """Where somebody's way ends, as ``judge`` of the module would say it in one go."""
    read = read_table(module, module.answers(facts))
    reached = [row.item for row in module.table[: len(read.rows)]]
    found = list(read.rows)
    for one in read.considered:
        clauses, doses = module.clauses[one.pgd]
        reached += clauses[: len(one.clauses)] + doses[: len(one.doses)]
        found += one.clauses + one.doses
    offers: Ids = ()
    if read.kind == SUPPLY:
        each = [one for one in read.ways[0].pgds if one.stands == OFFERED]
        offers = tuple([(one.pgd, module.clauses[one.pgd][1][len(one.doses) - 1][1]) for one in each])
    kind = NEED_FACTS if read.kind is None else read.kind
    destination = None if read.kind is None else read.ways[0].beside[0]
    leaf = Leaf(module.version, kind, destination, offers, module.stop_ids, (), tuple(reached))
    return leaf, tuple(found)
