"""What is recorded of made-up consultations: what the engine says of each, as somebody would write it down who follows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pharmacyfirst.fast.assess import assessor_of
from pharmacyfirst.fast.run import Leaf
from pharmacyfirst.kernel.assess import Person
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import asked
from pharmacyfirst.population.answers import AnswersOf, Columns
from pharmacyfirst.population.chance import PARTS, Chance

SUPPLY, NEED_FACTS = Kind.SUPPLY.key, Kind.NEED_FACTS.key
_ANOTHER_PRODUCT = PARTS // 10  # of a dose row with several products, one in ten is handed the second


class OnRecord(NamedTuple):
    """What was recorded of one consultation: the columns ``recorded_...`` of a table to audit, in their order. None is not recorded."""

    outcome: str | None
    pgd: str | None = None
    dose: float | None = None
    dose_unit: str | None = None
    times_a_day: int | None = None
    days: int | None = None
    quantity: float | None = None
    quantity_unit: str | None = None
    version: str | None = None
    pgd_version: str | None = None
    digest: str | None = None


@dataclass(slots=True)
class Batch:
    """Consultations of one pathway, one after the other: their answers, days and pharmacies, how each ends, and what was recorded of it."""

    of: AnswersOf
    columns: Columns
    days: Sequence[date]
    pharmacies: Sequence[str]
    ends: list[Leaf]
    recorded: list[OnRecord]
    rows: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.recorded)

    def answer(self, name: str, at: int) -> Any:
        """The answer of one person; None where there is none."""
        return self.of.values[name][self.columns[name][at]]

    def facts(self, at: int) -> dict[str, Any]:
        """The answers that one person gave."""
        return {name: value for name in self.columns if (value := self.answer(name, at)) is not None}

    def changed(self, name: str, at: int, code: int) -> None:
        """Give one person another answer."""
        codes = bytearray(self.columns[name])
        codes[at] = code
        self.columns[name] = bytes(codes)


class Following:
    """A pharmacist who follows the pathway: judges people by what is generated from it, and writes down what comes out."""

    def __init__(self, of: AnswersOf, on: date):
        assessor = assessor_of(of.pathway, on)
        if assessor is None:
            raise ValueError(f"{of.pathway.id} cannot be judged on {on} by what is generated from it")
        self.of, self.assessor = of, assessor
        self._rows = {(pgd.id, row.id): (pgd, row) for pgd in of.pathway.pgds.values() for row in pgd.doses}
        self._written: dict[tuple[Any, ...], OnRecord] = {}

    def batch(self, chance: Chance, days: Sequence[date], pharmacies: Sequence[str]) -> Batch:
        """People with these days and pharmacies, drawn, judged and written down."""
        columns = self.of.drawn(chance, len(days))
        ends = self.judged(columns)
        which = chance.numbers("which product", len(days))
        weights = self._weights(columns, len(days))
        recorded = [self._on_record(*each) for each in zip(ends, which, weights, strict=True)]
        batch = Batch(self.of, columns, days, pharmacies, ends, recorded)
        self._refer_the_unfinished(batch, which)
        return batch

    def judged(self, columns: Columns) -> list[Leaf]:
        """How each person's way ends."""
        module, values = self.assessor.module, self.of.values
        people = zip(*[map(values[name].__getitem__, columns[name]) for name in module.facts], strict=True)
        return [module.judge(facts)[0] for facts in people]

    def _weights(self, columns: Columns, count: int) -> Iterable[float | None]:
        if WEIGHT not in columns:
            return [None] * count
        return map(self.of.values[WEIGHT].__getitem__, columns[WEIGHT])

    def _on_record(self, leaf: Leaf, which: int, weight: float | None) -> OnRecord:
        if leaf.kind != SUPPLY:
            key: tuple[Any, ...] = (leaf.kind,)
            return self._written.get(key) or self._written.setdefault(key, self.written(leaf.kind))
        offered = leaf.offers[which % len(leaf.offers)]
        pgd, row = self._rows[offered]
        second = which < _ANOTHER_PRODUCT and len(row.packs) > 1
        by_weight = row.dose is not None and row.dose.for_each_kg
        key = (offered, second, weight if by_weight else None)
        return self._written.get(key) or self._written.setdefault(key, self.supplied(pgd, row, weight, int(second)))

    def written(self, kind: str | None) -> OnRecord:
        """An outcome without a supply, by the version in force."""
        pathway = self.of.pathway
        return OnRecord(kind, version=pathway.edition.version, digest=pathway.content_digest)

    def supplied(self, pgd: PGD, row: DoseRow, weight: float | None, product: int = 0) -> OnRecord:
        """A supply by a dose row to somebody of this weight, of one of its products."""
        assert row.dose is not None
        answers: Mapping[str, Any] = {WEIGHT: None if weight is None else Decimal(str(weight))}
        dose, handed = row.dose.for_person(answers), row.supplied(answers)[product]
        quantity = handed.quantity
        return self.written(SUPPLY)._replace(
            pgd=pgd.id,
            dose=float(dose.amount),
            dose_unit=dose.unit,
            times_a_day=row.times_a_day,
            days=row.days or None,  # a document may say none
            quantity=None if quantity is None else float(quantity.amount),
            quantity_unit=None if quantity is None else quantity.unit,
            pgd_version=pgd.edition.version,
        )

    def person(self, batch: Batch, at: int) -> Person:
        """One of them as the kernel judges people."""
        questions = self.of.pathway.questions
        facts = {name: questions[name].read(value) for name, value in batch.facts(at).items()}
        answers = asked(self.of.pathway.gated, facts)
        return Person(questions, facts, answers, frozenset(answers) - frozenset(facts), batch.days[at])

    def _refer_the_unfinished(self, batch: Batch, which: Sequence[int]) -> None:
        """Of those of whom it could not be found out, half are referred as the pathway says; the consultations of the others ended early."""
        for at, leaf in enumerate(batch.ends):
            if leaf.kind == NEED_FACTS and which[at] % 2:
                kind = self.assessor.assess(batch.facts(at), batch.days[at]).if_not_answered
                assert kind is not None
                batch.recorded[at] = self.written(kind.key)
