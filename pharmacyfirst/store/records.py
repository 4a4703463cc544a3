"""Finished records, and what happens to them afterwards: read, printed, told on paper, claimed, held; never changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import must_be
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.judged import read_record
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.sending.on_paper import OnPaper
from pharmacyfirst.store import finding
from pharmacyfirst.store.deeds import Actor, Deed, StoreEvent, StoreRefused
from pharmacyfirst.store.kept import CONSULTATION, STORE, Kept, NotThere, is_id
from pharmacyfirst.store.so_far import ClaimStep, ConsultationSoFar, ConsultationState

READS = f"{STORE}searches"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a consultation is looked for by; all that is given has to fit. Names fit by how they begin, without accents and capitals."""

    name: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    nhs_number: str = field(default="", repr=False)
    product: str = ""
    batch: str = ""

    def by(self) -> list[str]:
        """By which kinds of things, without what they are."""
        return [name for name in ("name", "born", "nhs_number", "product", "batch") if getattr(self, name)]


class Records:
    """The finished records. ``Store.records`` is the one to use."""

    def __init__(self, kept: Kept):
        self._kept = kept

    def read(self, id: str, actor: Actor, what: str = "record") -> ConsultationSoFar:
        """Show a consultation to somebody, which is put down with who and when. ``what`` is ``record``, ``draft``, ``evidence``, ..."""
        must_be(str, what=what)
        with self._kept.together():
            now = self._kept.consultation(id)
            self._kept.write(CONSULTATION + id, Deed.READ, actor, {"what": what})
            return now

    def record(self, id: str, library: Library | None = None) -> Consultation:
        """The record as it was stored, judged again where ``library`` has its content. Raises ``NotThere``, ``RecordRefused``.

        Whoever shows it to a person calls ``read`` first.
        """
        return read_record(self.written(id), library)

    def written(self, id: str) -> str:
        """The JSON of a record, byte for byte as it was stored. Raises ``NotThere``; ``StoreRefused`` where it is not finished.

        Raises ``LedgerDamaged`` where it, or anything else of the consultation, is not what was written.
        """
        for event in reversed(self.history(id)):
            if event.deed is Deed.FINISHED:
                return event.attached.decode()
        raise StoreRefused("This consultation is not finished, so there is no record of it yet.")

    def history(self, id: str) -> tuple[StoreEvent, ...]:
        """All that was done to a consultation, reads and prints too. Raises ``NotThere``, ``LedgerDamaged``."""
        events = self._kept.as_written(CONSULTATION + id) if is_id(id) else ()
        if not events:
            raise NotThere("The store has no consultation of this id.")
        return events

    def printed(self, id: str, actor: Actor, what: str) -> None:
        """Put down that something was printed or copied: ``label``, ``leaflet``, ``letter``, ``page``, ``text``, ..."""
        must_be(str, what=what)
        self._known(id, actor, Deed.PRINTED, {"what": what})

    def told_on_paper(self, id: str, actor: Actor, sent: OnPaper) -> None:
        """Put down that the letter or the PDF went to the practice; its notice is due no more. Raises ``NoticeRefused``."""
        must_be(OnPaper, sent=sent)
        told = {name: value for name, value in sent.as_dict().items() if name != "mailbox"}
        with self._kept.together():
            now = self._finished(id)
            bundle_id = str(now.summary.get("bundle_id", ""))
            if self._kept.outbox.notices.knows(id):
                self._kept.outbox.notices.sent(id, sent, self._kept.now())
            elif bundle_id:
                self._kept.outbox.fallback_sent(bundle_id, self._kept.now(), sent)
            else:
                raise StoreRefused("No message and no notice of this record was put down. Nothing was changed.")
            self._kept.write(CONSULTATION + id, Deed.TOLD_ON_PAPER, actor, told)

    def claimed(self, id: str, actor: Actor, key: str, state: str, reference: str = "") -> ConsultationSoFar:
        """Put down what became of the claim: ``state`` is a choice of the coded list *claim*.

        ``key`` is the caller's own for this step: the same key with the same state and reference changes nothing, so that whatever failed
        on the way can be done again; with others it is refused. A claim that may not be made is refused.
        """
        must_be(str, key=key, state=state, reference=reference)
        if not key or state not in coded_lists()["claim"].items:
            raise StoreRefused(f"A claim step has a key and a state: {', '.join(coded_lists()['claim'].items)}.")
        with self._kept.together():
            now = self._finished(id)
            for one in self._kept.found(finding.CLAIM_KEY, key):
                step = next((step for step in self._kept.consultation(one).claims if step.key == key), None)
                if one != id or not _same(step, state, reference):
                    raise StoreRefused("This key was used before, for another step. Nothing was put down.")
                return now
            if not now.claim_wanted:
                raise StoreRefused("This consultation may not be claimed. Nothing was put down.")
            told = {"key": key, "state": state, "reference": reference}
            self._kept.write(CONSULTATION + id, Deed.CLAIMED, actor, told)
            return self._kept.mark(id)

    def incident(self, id: str, actor: Actor, what: str, lfpse: str = "") -> ConsultationSoFar:
        """Mark a record: something went wrong. ``what`` may name people and is shown to nobody but with ``read``; ``lfpse`` is a reference."""
        must_be(str, what=what, lfpse=lfpse)
        if not what.strip():
            raise StoreRefused("Say what went wrong. Nothing was changed.")
        return self._known(id, actor, Deed.INCIDENT, {"lfpse": lfpse}, {"what": what})

    def looked_at(self, id: str, actor: Actor, what: str, lfpse: str = "") -> ConsultationSoFar:
        """Somebody looked at the incidents of a record, and they are on no list any more. ``what`` says what came of it, as for ``incident``."""
        must_be(str, what=what, lfpse=lfpse)
        if not what.strip():
            raise StoreRefused("Say what was found and done. Nothing was changed.")
        return self._known(id, actor, Deed.LOOKED_AT, {"lfpse": lfpse}, {"what": what})

    def answered_for(self, id: str, actor: Actor, because: str) -> ConsultationSoFar:
        """Somebody who answers for it (the superintendent) looked at what was done otherwise than the assessment says; it waits no more.

        ``because`` is what they found and did; it may name people and is shown to nobody but with ``read``.
        """
        must_be(str, because=because)
        if not because.strip():
            raise StoreRefused("Say what was found and done about it. Nothing was changed.")
        return self._known(id, actor, Deed.ANSWERED_FOR, {}, {"because": because})

    def note(self, id: str, actor: Actor, words: str) -> None:
        """A restricted note, about safeguarding for instance: in no message, letter, claim, search or table, and in the evidence alone."""
        must_be(str, words=words)
        self._known(id, actor, Deed.NOTED, {}, {"words": words})

    def hold(self, id: str, actor: Actor, because: str, until: date | None = None) -> ConsultationSoFar:
        """A legal hold: the record is kept whatever its age. ``because`` names no patient."""
        must_be(str, because=because)
        told = {"because": because} | ({"until": until.isoformat()} if until is not None else {})
        return self._known(id, actor, Deed.HELD, told)

    def end_hold(self, id: str, actor: Actor, because: str) -> ConsultationSoFar:
        """The legal hold is over. ``because`` names no patient."""
        must_be(str, because=because)
        return self._known(id, actor, Deed.HOLD_ENDED, {"because": because})

    def find(self, sought: Sought, actor: Actor, most: int | None = None) -> tuple[ConsultationSoFar, ...]:
        """The consultations that fit, newest first: all of them, because a recall needs all, or the ``most`` newest.

        Who searched by what kinds of things, and how many were found, is put down.
        """
        must_be(Sought, sought=sought)
        sets = [*self._sets(sought)]
        if not sets:
            raise StoreRefused("Say what to look for: a name, birth date, NHS number, product or batch.")
        ids = set.intersection(*sets)
        with self._kept.together():
            self._kept.write(READS, Deed.SEARCHED, actor, {"by": sought.by(), "found": len(ids)})
        return self._kept.consultations(
            [one for one in reversed(self._kept.found(finding.CHANGED)) if one in ids][:most]
        )

    def _sets(self, sought: Sought) -> Iterable[set[str]]:
        for word in finding.folded(sought.name):
            yield set(self._kept.found(finding.NAME, beginning=word))
        if sought.born is not None:
            yield set(self._kept.found(finding.BORN, sought.born.isoformat()))
        if sought.nhs_number:
            yield set(self._kept.found(finding.NUMBER, finding.digits(sought.nhs_number)))
        for word in finding.folded(sought.product):
            yield set(self._kept.found(finding.PRODUCT, beginning=word))
        if sought.batch:
            yield set(self._kept.found(finding.BATCH, "".join(finding.folded(sought.batch))))

    def same_patient(self, id: str) -> tuple[str, ...]:
        """The ids of all consultations of the patient of this one: the same NHS number, or names and birth date, oldest first."""
        read = sorted(self._kept.consultations(self._of_patient(id)), key=lambda one: (one.begun_at, one.id))
        return tuple(one.id for one in read)

    def earlier(self, id: str) -> tuple[str, ...]:
        """The ids of the finished records of the patient of this one, newest first, without this one itself. None of them is read."""
        found = self._of_patient(id) - {id}
        return tuple(one for one in reversed(self._kept.found(finding.FINISHED)) if one in found) if found else ()

    def _of_patient(self, id: str) -> set[str]:
        patient = self._kept.consultation(id).patient
        names = [word for name in _names(patient) for word in finding.folded(name)]
        born, number = str(patient.get("birth_date") or ""), finding.digits(str(patient.get("nhs_number") or ""))
        found = {id}
        if number:
            found |= set(self._kept.found(finding.NUMBER, number))
        if names and born:
            found |= set.intersection(
                set(self._kept.found(finding.BORN, born)), *(set(self._kept.found(finding.NAME, one)) for one in names)
            )
        return found

    def claims_due(self, until: date | None = None, most: int | None = None) -> tuple[ConsultationSoFar, ...]:
        """The records to claim, those first whose day comes first; with ``until`` those whose day is no later."""
        ids = self._kept.found(finding.CLAIM, until=until.isoformat() if until else None)
        return self._kept.consultations(ids[:most])

    def claims_by_day(self) -> dict[str, int]:
        """How many records are to be claimed by each day (YYYY-MM-DD)."""
        return self._kept.ledger.counted(finding.OURS + finding.CLAIM)

    def incidents(self, most: int | None = None) -> tuple[ConsultationSoFar, ...]:
        """The records with incidents that nobody has looked at yet, newest first."""
        return self._kept.consultations([*reversed(self._kept.found(finding.INCIDENT))][:most])

    def differing(self, most: int | None = None) -> tuple[ConsultationSoFar, ...]:
        """The records entered late that say that something else was done than the assessment, or without a permit, and that nobody looked at.

        Oldest first.
        """
        return self._kept.consultations(self._kept.found(finding.DIFFERS)[:most])

    def duties_open(self, most: int | None = None) -> tuple[ConsultationSoFar, ...]:
        """The records that were finished with a duty that nobody answered, as an emergency waits for none: oldest first.

        A correction answers them.
        """
        return self._kept.consultations(self._kept.found(finding.DUTY)[:most])

    def at_that_time(
        self, gphc_number: str, began: datetime, ended: datetime, practice: bool = False
    ) -> tuple[ConsultationSoFar, ...]:
        """The finished records of consultations that this practitioner held between two moments, or in part between them; newest first."""
        found: list[ConsultationSoFar] = []
        for id in reversed(self._kept.found(finding.FINISHED)):
            for one in self._kept.consultations([id]):
                if one.finished_at is not None and one.finished_at < began:
                    return tuple(
                        found
                    )  # a record is finished after its consultation, so none before this one is of that time
                mine = one.summary.get("practitioner") == gphc_number and one.practice is practice
                if mine and not one.corrected_by:
                    record = read_record(self.written(one.id))
                    if record.started_at <= ended and (record.ended_at or record.started_at) >= began:
                        found.append(one)
        return tuple(found)

    def old(self) -> tuple[ConsultationSoFar, ...]:
        """The records past the age of the setting ``keep_years`` that no hold keeps. They are listed, and never deleted."""
        years = self._kept.settings.keep_years
        if years is None:
            return ()
        today = in_england(self._kept.now()).date()
        day = date(today.year - years, today.month, min(today.day, 28))
        ids = self._kept.found(finding.FINISHED, until=datetime(day.year, day.month, day.day).isoformat())
        return tuple(one for one in self._kept.consultations(ids) if not one.held)

    def finished(self, most: int = 50) -> tuple[ConsultationSoFar, ...]:
        """The newest records, newest first."""
        return self._kept.consultations(reversed(self._kept.found(finding.FINISHED)[-most:]))

    def _known(
        self, id: str, actor: Actor, deed: Deed, told: dict[str, Any], held: dict[str, Any] | None = None
    ) -> ConsultationSoFar:
        with self._kept.together():
            self._finished(id)
            self._kept.write(CONSULTATION + id, deed, actor, told, held or b"")
            return self._kept.mark(id)

    def _finished(self, id: str) -> ConsultationSoFar:
        now = self._kept.consultation(id)
        if now.state is not ConsultationState.FINISHED:
            raise StoreRefused(
                "This consultation is not finished, so there is no record of it yet. Nothing was changed."
            )
        return now


def _same(step: ClaimStep | None, state: str, reference: str) -> bool:
    return step is not None and (step.state, step.reference) == (state, reference)


def _names(patient: Any) -> list[str]:
    given = patient.get("given") or ()
    return [str(patient.get("family") or ""), *((given,) if isinstance(given, str) else map(str, given))]
