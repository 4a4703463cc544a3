"""The finished records of a pharmacy's own store as consultations to audit: what was answered and done, and nothing of whom.

Training patients are left out, and so is a record that was corrected: its correction is there. What was recorded is what was done: where no
medicine was handed over although one was offered, the outcome is that of what was done instead.
"""

from collections.abc import Generator, Mapping
from hashlib import sha256
from typing import Any

from pharmacyfirst.audit.from_json_lines import RowsOfObjects
from pharmacyfirst.audit.reading import Lump, ReadRows
from pharmacyfirst.audit.table import AuditTable
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import AGE, BORN, completed_years, read_day
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.supply import Supply, Unpermitted
from pharmacyfirst.store.finding import FINISHED
from pharmacyfirst.store.kept import CONSULTATION
from pharmacyfirst.store.store import Store

RECORDS = 500  # at a time

# How what was done counts, where it is not what the assessment says.
_DONE: Mapping[str, Kind] = {
    "supplied": Kind.SUPPLY,
    "referred": Kind.REFER,
    "advised": Kind.SELF_CARE,
    "declined": Kind.DECLINED,
}


class RecordsOfStore:
    """The finished records of a store, oldest first, as they stand when this is made."""

    def __init__(self, store: Store, table: AuditTable):
        self._store = store
        self._rows = RowsOfObjects(table)
        self._ids = [one.removeprefix(CONSULTATION) for one in store.ledger.marked(f"store: {FINISHED}")]
        self.digest = sha256(f"{store.ledger.length} {store.ledger.head}".encode()).hexdigest()
        self.size = len(self._ids)
        self.remarks: tuple[str, ...] = ()

    def lumps(self) -> Generator[Lump]:
        """``LumpSource.lumps``: of so many records those that are audited."""
        for number, begin in enumerate(range(0, len(self._ids), RECORDS)):
            held = []
            for at, id in enumerate(self._ids[begin : begin + RECORDS], begin + 1):
                now = self._store.drafts.get(id)
                if not now.practice and not now.corrected_by:
                    held.append((at, id))
            yield Lump(number, len(held), begin + 1, held, min(begin + RECORDS, self.size))

    def read(self, lump: Lump) -> ReadRows:
        """``LumpSource.read``."""
        return self._rows.read([(at, consultation_of(self._store.records.record(id))) for at, id in lump.held])


def consultation_of(record: Consultation) -> dict[str, Any]:
    """A record as an object of the table. One with several supplies cannot be one row: it is set aside, for somebody to look at."""
    facts = dict(record.facts)
    born = read_day(facts.pop(BORN, None))
    if born is not None:
        facts[AGE] = completed_years(born, record.on)
    said: dict[str, Any] = {
        "row": record.id,
        "pathway": record.pathway,
        "as_of": record.on.isoformat(),
        "pharmacy": record.pharmacy.ods,
        "facts": facts,
        "recorded_outcome": _outcome(record).key,
        "recorded_version": record.version,
        "recorded_digest": record.content_digest,
    }
    handed: tuple[Supply | Unpermitted, ...] = (*record.supplies, *record.unpermitted)
    if len(handed) > 1:
        said["recorded_pgd"] = [one.pgd for one in handed]  # no text, so that the row is set aside
    for supply in record.supplies:
        said |= {
            "recorded_pgd": said.get("recorded_pgd", supply.pgd),
            "recorded_dose": supply.dose.amount,
            "recorded_dose_unit": supply.dose.unit,
            "recorded_times_a_day": supply.times_per_day,
            "recorded_days": supply.duration_days,
            "recorded_pgd_version": supply.pgd_version,
        }
    for one in handed:
        said |= {
            "recorded_pgd": said.get("recorded_pgd", one.pgd),
            "recorded_quantity": one.quantity.amount,
            "recorded_quantity_unit": one.quantity.unit,
        }
    return said


def _outcome(record: Consultation) -> Kind:
    """What was done, as an outcome: that of the assessment where it was followed."""
    if record.supplies or record.unpermitted:
        return Kind.SUPPLY
    if record.kind is not Kind.SUPPLY and not record.differs:
        return record.kind
    return _DONE.get(record.decision.done, Kind.NEED_FACTS)
