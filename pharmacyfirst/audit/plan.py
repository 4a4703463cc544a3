"""One pathway as a plan over columns: every consultation of a table is judged at once, by the rules that the kernel judges one by.

A plan is made from the loaded pathway, for the days on which the same documents are in force. It says for each row of the table the verdict
of every criterion, row, clause and dose row, the outcome, and what may be offered in what dose; ``words`` is what it is made of. It gives
what ``assess`` gives: tests compare them row by row on every engine.

    plan = plan_of(library.in_force("uncomplicated-uti", day), day)
    judged(frame, plan)                     # Polars, in memory
    plan.query("consultations")             # the text of a query, for DuckDB
    plan.query("consultations", quote="`")  # and for Apache Spark
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pharmacyfirst.audit.doses import Amounts
from pharmacyfirst.audit.in_sql import query
from pharmacyfirst.audit.outcome import AMBULANCE, DEPARTMENT, NEXT_PATHWAY, ComesOut, came_of, verdicts_of
from pharmacyfirst.audit.sentences import SentenceTerms, value_column
from pharmacyfirst.audit.stages import Stage, staged
from pharmacyfirst.audit.words import Sayings, Term
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD, Period
from pharmacyfirst.kernel.questions import Answer, Question, refuse_no_day
from pharmacyfirst.kernel.rule import Judged

if TYPE_CHECKING:
    import polars

OFFER_COLUMNS = ("", "_dose_row", "_amount", "_times_a_day", "_days", "_quantity", "_quantity_least")
"""What follows ``offer_1`` in the names of the columns of an offer."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A fact that a plan reads. ``holds`` is the type of its answers; of a set ``values`` are those that are looked for.

    Yes or no is a boolean; a whole number an integer; a number a 64-bit float (``fast.run.as_float`` of its decimal); a choice one of the words of ``question.choices``. A set is a list of words, or one boolean column for each value, named
    ``<fact>__<value>`` (``value_columns``): with a list both are there. Null is not known; an empty list, or false in all its columns, is a
    set known to be empty. The age is asked in years: the day of birth is no column.
    """

    name: str
    question: Question
    values: tuple[str, ...] = ()

    @property
    def holds(self) -> Answer:
        """The type of its answers."""
        return self.question.answer

    @property
    def value_columns(self) -> dict[str, str]:
        """Of a set, the columns of the values that are looked for, by value."""
        return {value: value_column(self.name, value) for value in self.values}


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Plan:
    """What is worked out of a table for one pathway, on the days of ``period``.

    ``columns`` are the facts it reads, by name. ``verdicts`` names a boolean column for each criterion and treatment row (its id), clause
    and dose row (``<pgd>/<id>``), with what it is the verdict of: true is met, false not met, null not known, reached or not. ``outcome`` are the
    columns beside them: ``outcome`` (a key of ``Kind``), ``destination``, ``decided_by`` (the first id of what decided), then for each offer in
    turn ``offer_1`` (the id of the PGD, null for none) and ``offer_1_dose_row``, ``_amount``, ``_times_a_day``, ``_days`` (null where the document
    does not say), ``_quantity`` of the dose row's first product and ``_quantity_least``, the least of it that is allowed; amounts and quantities in millionths (``doses.from_parts``), null where the document does not say, or where one by
    weight is not worked out, as the weight is no whole number of grams. ``dose_rows`` are the rows themselves, with every product. The rest
    is what it is worked out by: the terms ``wanted`` by column, of sets what is ``included`` in them, and the ``stages`` (``stages.staged``).
    """

    pathway: Pathway
    period: Period
    columns: Mapping[str, FactColumn]
    verdicts: Mapping[str, Judged]
    outcome: tuple[str, ...]
    dose_rows: Mapping[tuple[str, str], tuple[PGD, DoseRow]]
    wanted: Mapping[str, Term]
    included: tuple[tuple[str, tuple[str, ...]], ...]
    stages: tuple[Stage, ...]
    names: Mapping[Term, str]

    def query(self, source: str, keep: Iterable[str] = (), quote: str = '"') -> str:
        """The text of a query over a table or view of facts, sets as lists: the columns kept, then every column of the plan.

        ``quote`` is what the engine puts around names: DuckDB ``"``, Spark a backtick. Nothing of the text depends on anything else.
        """
        return query(source, self.stages, self.wanted, self.names, keep, quote)


def plan_of(pathway: Pathway, on: date) -> Plan:
    """The plan of a pathway for a day and those around it with the same documents in force.

    Raises ``Refused`` (``not_in_force``) where the pathway is not, and ``sentences.NoPlan`` for what no table can be judged by.
    """
    refuse_no_day(on)
    if on not in pathway.edition.in_force:
        period = pathway.edition.in_force.in_words()
        raise Refused("not_in_force", f"{pathway.id} {pathway.edition.version} is in force {period}, not on {on}.")
    in_force = frozenset(name for name, pgd in pathway.pgds.items() if on in pgd.edition.in_force)
    say = Sayings()
    sentences = SentenceTerms(pathway, say)
    found = verdicts_of(pathway, sentences)
    came = came_of(pathway, found, in_force, say)
    verdicts: dict[str, tuple[Judged, Term]] = {one.id: (one, said) for one, said in (*found.stops, *found.rows)}
    for name in pathway.pgds:
        verdicts |= {f"{name}/{one.id}": (one, said) for one, said in (*found.clauses[name], *found.doses[name])}
    beside = dict(_beside(came, Amounts(came.dose_rows, sentences, say), say))
    wanted = {name: said for name, (_, said) in verdicts.items()} | beside
    stages, names = staged(wanted.values())
    return Plan(
        pathway=pathway,
        period=_around(pathway, on),
        columns=_columns(pathway, sentences),
        verdicts={name: one for name, (one, _) in verdicts.items()},
        outcome=tuple(beside),
        dose_rows={(pgd.id, row.id): (pgd, row) for pgd, row in came.dose_rows.values()},
        wanted=wanted,
        included=tuple(sentences.included),
        stages=tuple(stages),
        names=names,
    )


def judged(frame: polars.DataFrame, plan: Plan) -> polars.DataFrame:
    """Every row of a frame of facts judged by a plan: its verdicts and its outcome, in the order of the rows, and no other column.

    A fact that the plan reads and the frame has no column for is known of nobody. Raises ``WrongKind`` for a column whose type does not fit, or
    where an answer is none of its question, as it would be taken for a no: ``in_polars_read.misfits`` says which rows to set aside first.
    """
    from pharmacyfirst.audit.in_polars import judge  # who has no Polars can still write queries

    return judge(frame, plan)


def _beside(came: ComesOut, amounts: Amounts, say: Sayings) -> Iterator[tuple[str, Term]]:
    yield "outcome", say.word_of(came.kind, {kind.value: kind.key for kind in Kind})
    places = {AMBULANCE: EMERGENCY_999, DEPARTMENT: EMERGENCY_DEPARTMENT}
    places |= dict(enumerate(came.leads_to, NEXT_PATHWAY))
    yield "destination", say.word_of(came.destination, places)
    yield "decided_by", say.word_of(came.decided_by, {at: one.id for at, one in came.deciders.items()})
    rows = came.dose_rows.items()
    for at, offer in enumerate(came.offers, 1):
        said = (
            say.word_of(offer, {number: pgd.id for number, (pgd, _) in rows}),
            say.word_of(offer, {number: row.id for number, (_, row) in rows}),
            amounts.amount(offer),
            say.number_of(offer, {number: row.times_a_day for number, (_, row) in rows}),
            say.number_of(offer, {number: row.days for number, (_, row) in rows if row.days}),
            amounts.quantity(offer),
            amounts.least(offer),
        )
        yield from ((f"offer_{at}{name}", term) for name, term in zip(OFFER_COLUMNS, said, strict=True))


def _columns(pathway: Pathway, sentences: SentenceTerms) -> dict[str, FactColumn]:
    values: dict[str, dict[str, None]] = {}
    for fact, some in sentences.included:
        values.setdefault(fact, {}).update(dict.fromkeys(some))
    return {
        name: FactColumn(name, question, tuple(values.get(name, ())))
        for name, question in pathway.questions.items()
        if name in sentences.read or name in values
    }


def _around(pathway: Pathway, on: date) -> Period:
    """The longest run of days around this one on which the pathway is in force, and of its PGDs the same."""
    periods = [pathway.edition.in_force, *(pgd.edition.in_force for pgd in pathway.pgds.values())]
    # On each of these another document comes into force, or has gone out of it.
    changes = {one.first for one in periods}
    changes |= {one.last + timedelta(days=1) for one in periods if one.last is not None and one.last < date.max}
    later = [day for day in changes if day > on]
    return Period(max(day for day in changes if day <= on), min(later) - timedelta(days=1) if later else None)
