"""Faults planted in made-up records: each is one by construction, from what the pathway says, and no expression of the audit is asked.

Of a consultation that was recorded as the engine says, something recorded is changed, or an answer is. Why that is a fault stands with each
way to change it. Where a way does not fit (no other dose, for instance) the next is taken.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from pharmacyfirst.fast.run import Leaf
from pharmacyfirst.kernel.assess import consider
from pharmacyfirst.kernel.conditions import Condition, OneOf
from pharmacyfirst.kernel.dose import WEIGHT
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, Row
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import LIFE_THREATENING
from pharmacyfirst.population.answers import NOT_KNOWN
from pharmacyfirst.population.chance import PARTS, Chance, Wheel
from pharmacyfirst.population.recorded import NEED_FACTS, SUPPLY, Batch, Following, OnRecord

EARLIER = "2020.1"
"""A version that nobody ever published."""
NO_DOCUMENT = "no-such-medicine"
"""The id of no PGD."""
ANOTHER_DIGEST = f"sha256:{'0' * 64}"
_URGENT = (Kind.EMERGENCY.key, Kind.REFER_URGENT.key)
_STOPPED = (Kind.NOT_ELIGIBLE.key, Kind.REFER.key, Kind.ALTERNATIVE_DIAGNOSIS.key, Kind.DECLINED.key)


class Planted(NamedTuple):
    """One fault: in which row, which finding it is, and what was changed from what to what."""

    row: str
    finding: str
    changed: str
    was: str
    now: str


Change = tuple[str, str, str, str]  # the finding, what was changed, from what, to what
Way = Callable[[Batch, int, int], Change | None]


class Planter:
    """Plants faults in batches of one pathway."""

    def __init__(self, following: Following, share: Decimal):
        self.following, self.of = following, following.of
        self._wheel = Wheel([PARTS - (parts := round(share * PARTS)), parts])
        pathway = self.of.pathway
        read_by_gates = {fact for one in pathway.gated if one.asked_when is not None for fact in one.asked_when.facts()}
        gated = {one.name for one in pathway.gated}
        alone = [(one, sentence) for one in pathway.stopping if (sentence := _of_one_yes(one)) is not None]
        free = [(one, sentence.fact) for one, sentence in alone if sentence.fact not in gated | read_by_gates]
        self._emergencies = [fact for one, fact in free if one.kind is Kind.EMERGENCY]
        read = Counter(fact for one in pathway.stopping if one.sentence is not None for fact in one.sentence.facts())
        self._stops = [fact for one, fact in free if one.kind.key in _STOPPED and read[fact] == 1]
        self._needed = [fact for _, fact in free if fact != LIFE_THREATENING]
        self._pgds = list(pathway.pgds.values())
        self._rows = {row.id: row for row in pathway.treatment}

    def plant(self, batch: Batch, chance: Chance) -> Iterator[Planted]:
        """Plants faults in a share of the consultations, whose rows have their ids, and tells of each."""
        struck = [at for at, hit in enumerate(self._wheel.drawn(chance, "a fault", len(batch))) if hit]
        for at, number in zip(struck, chance.numbers("which fault", len(struck)), strict=True):
            ways = self.ways(batch.ends[at])
            for turn in range(len(ways)):
                change = ways[(number + turn) % len(ways)](batch, at, number)
                if change is not None:
                    yield Planted(batch.rows[at], *change)
                    break

    def ways(self, leaf: Leaf) -> Sequence[Way]:
        """The ways to plant a fault in the record of somebody whose way ends so."""
        if leaf.kind == SUPPLY:
            return (
                self.a_red_flag_was_answered, self.a_stop_was_answered, self.an_answer_is_gone, self.another_medicine, self.no_medicine_of_ours,
                self.another_dose, self.another_number_of_times, self.other_days, self.another_quantity, self.an_earlier_version,
                self.an_earlier_document, self.another_digest, self.nothing_was_supplied, self.no_dose_recorded,
            )  # fmt: skip
        always = (self.nothing_recorded, self.a_dose_beside)
        if leaf.kind in _URGENT:
            return (self.supplied_all_the_same, self.self_care_all_the_same, *always)
        if leaf.kind == NEED_FACTS:
            return (self.supplied_unasked, self.nothing_recorded)
        if leaf.stopped:
            return (self.supplied_though_stopped, self.another_outcome, *always)
        return (self.supplied_beyond_the_table, self.another_outcome, *always)

    # An answer is changed, what was recorded stays

    def a_red_flag_was_answered(self, batch: Batch, at: int, number: int) -> Change | None:
        """One yes is an emergency by itself, whatever else is so: the criterion reads this answer alone."""
        return self._answered(batch, at, number, self._emergencies, "red_flag_passed_over")

    def a_stop_was_answered(self, batch: Batch, at: int, number: int) -> Change | None:
        """Of somebody whom nothing stopped one answer now does: the criterion reads it alone, no other criterion and no gate reads it."""
        return self._answered(batch, at, number, self._stops, "supplied_though_excluded")

    def _answered(self, batch: Batch, at: int, number: int, facts: Sequence[str], finding: str) -> Change | None:
        if not facts:
            return None
        fact = facts[number % len(facts)]
        sentence = next(
            one for one in map(_of_one_yes, self.of.pathway.stopping) if one is not None and one.fact == fact
        )
        was = batch.answer(fact, at)
        now = next(value for value in sentence.values)
        batch.changed(fact, at, self.of.code(fact, now))
        return finding, fact, _said(was), _said(now)

    def an_answer_is_gone(self, batch: Batch, at: int, number: int) -> Change | None:
        """A stopping criterion reads this answer alone, so without it the criterion is not known, and nothing may be decided."""
        if not self._needed:
            return None
        fact = self._needed[number % len(self._needed)]
        was = batch.answer(fact, at)
        batch.changed(fact, at, NOT_KNOWN)
        return "facts_missing", fact, _said(was), "not known"

    # What was recorded of a supply is changed

    def another_medicine(self, batch: Batch, at: int, number: int) -> Change | None:
        """A medicine of the pathway that is not among those offered; where an exclusion of it holds for this person, that is the finding."""
        offered = {pgd for pgd, _ in batch.ends[at].offers}
        others = [pgd for pgd in self._pgds if pgd.id not in offered]
        if not others:
            return None
        pgd = others[number % len(others)]
        excluded = consider(pgd, self.following.person(batch, at)).by_exclusion
        was, now = batch.recorded[at], self._supply(pgd)
        batch.recorded[at] = now
        return (
            "supplied_though_excluded" if excluded else "wrong_medicine",
            "recorded_pgd",
            _said(was.pgd),
            _said(now.pgd),
        )

    def no_medicine_of_ours(self, batch: Batch, at: int, number: int) -> Change | None:
        """A document that no pathway has."""
        return self._on_record(batch, at, "wrong_medicine", "pgd", NO_DOCUMENT)

    def another_dose(self, batch: Batch, at: int, number: int) -> Change | None:
        """The amount of another row of the dose table; where there is one row, twice the amount."""
        was = batch.recorded[at]
        assert was.dose is not None
        pgd = self.of.pathway.pgds[was.pgd or ""]
        rows = [row.dose.each for row in pgd.doses if row.dose is not None and not row.dose.for_each_kg]
        others = sorted({float(each.amount) for each in rows if each.unit == was.dose_unit} - {was.dose})
        now = others[number % len(others)] if others else 2 * was.dose
        return self._on_record(batch, at, "wrong_dose", "dose", now)

    def another_number_of_times(self, batch: Batch, at: int, number: int) -> Change | None:
        """More often than any row of the document says."""
        pgd = self.of.pathway.pgds[batch.recorded[at].pgd or ""]
        most = max(row.times_a_day_most or row.times_a_day for row in pgd.doses)
        return self._on_record(batch, at, "wrong_times_a_day", "times_a_day", most + 1 + number % 2)

    def other_days(self, batch: Batch, at: int, number: int) -> Change | None:
        """Longer than any row of the document says; where it says for how long."""
        if batch.recorded[at].days is None:
            return None
        most = max(row.days for row in self.of.pathway.pgds[batch.recorded[at].pgd or ""].doses)
        return self._on_record(batch, at, "wrong_days", "days", most + 1 + number % 7)

    def another_quantity(self, batch: Batch, at: int, number: int) -> Change | None:
        """More than any product of the dose row comes to, or the most of a range; where the document says how much."""
        was = batch.recorded[at]
        pgd, row = dict(batch.ends[at].offers).get(was.pgd or ""), None
        row = next((one for one in self.of.pathway.pgds[was.pgd or ""].doses if one.id == pgd), None)
        if (
            was.quantity is None
            or row is None
            or any(pack.quantity is None and not pack.worked_out for pack in row.packs)
        ):
            return None
        weight = batch.answer(WEIGHT, at) if WEIGHT in batch.columns else None
        weighed = {WEIGHT: None if weight is None else Decimal(str(weight))}
        most = max(float(one.quantity.amount) for one in row.supplied(weighed) if one.quantity is not None)
        return self._on_record(batch, at, "wrong_quantity", "quantity", most + 1 + number % 20)

    def an_earlier_version(self, batch: Batch, at: int, number: int) -> Change | None:
        """A version of the pathway that was never in force."""
        return self._on_record(batch, at, "document_out_of_date", "version", EARLIER)

    def an_earlier_document(self, batch: Batch, at: int, number: int) -> Change | None:
        """A version of the PGD that was never in force."""
        return self._on_record(batch, at, "document_out_of_date", "pgd_version", EARLIER)

    def another_digest(self, batch: Batch, at: int, number: int) -> Change | None:
        """A digest of no content there ever was."""
        return self._on_record(batch, at, "document_out_of_date", "digest", ANOTHER_DIGEST)

    def nothing_was_supplied(self, batch: Batch, at: int, number: int) -> Change | None:
        """Self-care, though a medicine is offered."""
        return self._instead(batch, at, "offered_not_supplied", self.following.written(Kind.SELF_CARE.key))

    def no_dose_recorded(self, batch: Batch, at: int, number: int) -> Change | None:
        """A supply of which nobody says how much is taken."""
        return self._on_record(batch, at, "not_recorded", "dose", None)

    # The outcome that was recorded is another

    def supplied_all_the_same(self, batch: Batch, at: int, number: int) -> Change | None:
        """A supply to somebody whom a stopping criterion sends to hospital, or to be seen the same day."""
        if not batch.ends[at].stopped:
            return self.supplied_beyond_the_table(batch, at, number)
        return self._supplied(batch, at, number, "red_flag_passed_over")

    def self_care_all_the_same(self, batch: Batch, at: int, number: int) -> Change | None:
        """Self-care for somebody who goes to hospital, or is seen the same day."""
        return self._instead(batch, at, "red_flag_passed_over", self.following.written(Kind.SELF_CARE.key))

    def supplied_though_stopped(self, batch: Batch, at: int, number: int) -> Change | None:
        """A supply to somebody whom a stopping criterion turns away."""
        return self._supplied(batch, at, number, "supplied_though_excluded")

    def supplied_beyond_the_table(self, batch: Batch, at: int, number: int) -> Change | None:
        """A supply to somebody whom the row that decides offers nothing: it names no document, or each that it names is in force and excluded."""
        row, in_force = self._row(batch.ends[at]), self.following.assessor.module.in_force
        if row is None or not in_force.issuperset(row.offers):
            return None
        if row.offers:
            return self._supplied(batch, at, number, "supplied_though_excluded")
        urgent = batch.ends[at].kind in _URGENT
        return self._supplied(batch, at, number, "red_flag_passed_over" if urgent else "supplied_though_not_indicated")

    def supplied_unasked(self, batch: Batch, at: int, number: int) -> Change | None:
        """A supply to somebody of whom it is not known whether it may be."""
        return self._supplied(batch, at, number, "facts_missing")

    def another_outcome(self, batch: Batch, at: int, number: int) -> Change | None:
        """Another outcome that is no supply, and no more urgent than the pathway's."""
        others = [kind for kind in (*_STOPPED, Kind.SELF_CARE.key) if kind != batch.ends[at].kind]
        return self._instead(batch, at, "other_outcome", self.following.written(others[number % len(others)]))

    def nothing_recorded(self, batch: Batch, at: int, number: int) -> Change | None:
        """Nobody says how the consultation came out."""
        return self._instead(batch, at, "not_recorded", self.following.written(None))

    def a_dose_beside(self, batch: Batch, at: int, number: int) -> Change | None:
        """A dose, and an outcome that is no supply."""
        return self._on_record(batch, at, "contradicts_itself", "dose", 100.0)

    # How it is written down

    def _on_record(self, batch: Batch, at: int, finding: str, name: str, now: object) -> Change:
        was = batch.recorded[at]
        batch.recorded[at] = was._replace(**{name: now})  # type: ignore[arg-type]
        return finding, f"recorded_{name}", _said(getattr(was, name)), _said(now)

    def _instead(self, batch: Batch, at: int, finding: str, now: OnRecord) -> Change:
        was, batch.recorded[at] = batch.recorded[at], now
        return finding, "recorded_outcome", _said(was.outcome), _said(now.outcome)

    def _supplied(self, batch: Batch, at: int, number: int, finding: str) -> Change | None:
        return self._instead(batch, at, finding, self._supply(self._pgds[number % len(self._pgds)]))

    def _supply(self, pgd: PGD) -> OnRecord:
        """A supply under a document by the first row of its dose table whose amount does not go by weight."""
        row = next(one for one in pgd.doses if one.dose is not None and not one.dose.for_each_kg)
        return self.following.supplied(pgd, row, None)

    def _row(self, leaf: Leaf) -> Row | None:
        """The row that decided, where the end names it."""
        return self._rows.get(leaf.met[0][1]) if leaf.met else None


def _of_one_yes(criterion: Criterion) -> OneOf | None:
    """The sentence of a criterion that reads one answer and nothing else."""
    sentence: Condition | None = criterion.sentence
    return sentence if isinstance(sentence, OneOf) and not criterion.must else None


def _said(value: object) -> str:
    """A value as the file of planted faults has it."""
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return str(value)
