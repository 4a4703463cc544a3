"""What a generated module returns, and what it calls: standard library alone, and little of it, as every first outcome imports it.

A verdict is True (met), False (not met) or None (not known). A criterion, row or clause goes by its stage and id, as in a trace.
"""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal
    from typing import Any, NamedTuple

    Met = bool | None
    Found = tuple[Met, ...]
    Answers = tuple[Any, ...]
    Ids = tuple[tuple[str, str], ...]
    Note = Callable[[Answers, dict[str, None]], None]
    Ended = tuple["Leaf", Found]
    Beside = tuple[str | None, int | None, str | None]
else:
    from pharmacyfirst.fast.light import NamedTuple

MOST_DIGITS = 15
"""Two decimals of no more digits are never one float, and a float of one of them is written as that one."""
_EXACT = 2**53
_ENDLESS = float("inf")

SUPPLY, NEED_FACTS = "supply", "need_facts"


class Leaf(NamedTuple):
    """Where somebody's way ended: all that is the same for everybody who ends there.

    ``version`` is that of the pathway; ``kind`` and ``destination`` are the outcome; ``offers`` the PGDs offered, each with its dose row.
    ``reached`` names what ``Verdicts.found`` gives the verdicts of; what ``clear`` names is not met, what ``met`` names is.
    ``stopped``: a stopping criterion is met or not known. ``alike``: everybody who ends here with the same ``found``, and is asked the same,
    has one trace.
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
    """A treatment row, as far as it decides: the kind of its outcome, what it offers, and what stands beside that kind.

    ``beside`` is the destination, the days within which, and the pathway that may follow; ``each``: an offer that is not decided holds up no other.
    """

    item: tuple[str, str]
    kind: str
    offers: tuple[str, ...]
    fallback: bool
    nothing_left: str
    each: bool = False
    beside: Beside = (None, None, None)

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
    pgds: Mapping[str, Callable[[Answers], tuple[int, Found, Found]]]
    cautions: Mapping[str, Callable[[Answers], Found]]
    note_stops: Callable[[Answers, dict[str, None], int], None]
    note_rows: Note
    note_pgds: Mapping[str, Note]
    urgency: tuple[int, ...]
    stop_ids: Ids
    table: tuple[TreatmentRow, ...]
    in_force: frozenset[str]
    clauses: Mapping[str, tuple[Ids, Ids]]


OFFERED, UNDECIDED, EXCLUDED, NOT_IN_FORCE, NO_ROW = range(5)


def settle(module: Generated, facts: Answers) -> Ended:
    """Where the way through the table cannot be told in one line: function by function (``table.settled``), for the few who need it."""
    from pharmacyfirst.fast.table import settled

    return settled(module, facts)


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
    if not abs(held) < _ENDLESS or (low is not None and held < low) or (high is not None and held > high):
        return None
    return held


def as_float(value: Decimal) -> float:
    """The float that lies below, at or above each bound of no more than ``MOST_DIGITS`` digits as the decimal does.

    That is the nearest one, unless the nearest is the float of such a bound and the decimal is not the bound: then it is the next float on
    the decimal's own side, which is that of no bound, as the floats of two of them never touch.
    """
    held = float(value)
    if len(str(value)) > MOST_DIGITS and abs(held) < _ENDLESS:
        from decimal import Decimal
        from math import nextafter

        bound = Decimal(repr(held))
        if value != bound and len(bound.normalize().as_tuple().digits) <= MOST_DIGITS:
            return nextafter(held, _ENDLESS if value > bound else -_ENDLESS)
    return held


def picked(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Answers]:
    """What picks the answers of these names out of a mapping that has them all, and raises ``KeyError`` for any other."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple([given[name] for name in names])


def named(value: Any, names: tuple[str, ...]) -> Answers | None:
    """The names of a list, in the order of ours; None where one is none of them."""
    if type(value) is not list and type(value) is not tuple:
        return None
    if not value:
        return ()
    if any(one not in names for one in value):
        return None
    return tuple([name for name in names if name in value])
