"""The store of one pharmacy: one ledger of a folder, for its owner alone, with the consultations, their records and the outbox in it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import PharmacyFirstError, Refused, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerUnusable
from pharmacyfirst.ledger.file import private_folder
from pharmacyfirst.ledger.places import place_in
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.fields import RecordRefused
from pharmacyfirst.record.judged import judge, read_record
from pharmacyfirst.record.make import is_judged
from pharmacyfirst.sending.for_person import ForPerson
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Waits
from pharmacyfirst.store.anchors import Anchor, anchors_in, must_hold
from pharmacyfirst.store.benches import Benches
from pharmacyfirst.store.came_in import CameIn, Inbound, OnPaperForm, PaperForms
from pharmacyfirst.store.deeds import PROGRAM, Actor, Deed, StoreRefused, read_event
from pharmacyfirst.store.drafts import Drafts
from pharmacyfirst.store.kept import CONSULTATION, STORE, Clock, Kept, StoreSettings
from pharmacyfirst.store.records import Records
from pharmacyfirst.store.so_far import ConsultationSoFar

NAME, ANCHORS = "store", "anchors.txt"
FILE = f"{NAME}.sqlite"
MOST_LISTED = 50
FORMAT = 1  # of the events; 0 is a file in which nobody but the outbox wrote
_FORMAT = f"{STORE}format"
_PEOPLE = f"{STORE}people"
GONE = (
    "The anchors say that there was a store here, and its {called} is gone. Put a copy back (pharmacyfirst store restore), or, to begin anew, "
    "move the file of anchors to another folder. Nothing was made."
)


@dataclass(frozen=True, slots=True)
class WorkList:
    """What there is to do, on one page. ``people`` are messages not confirmed and notices due, as ``sending`` says; urgent ones first.

    ``claims`` and ``incidents`` are the first ``MOST_LISTED``; ``claims_by_day`` counts all claims by their days. ``trouble`` are things about the store itself, in words: the clock, the anchors.
    ``differing`` are records entered late of which somebody has to answer for what was done; ``duties`` those that an emergency left with a
    duty that nobody has answered.
    """

    at: datetime
    people: tuple[ForPerson, ...]
    emergencies: tuple[ConsultationSoFar, ...]
    drafts: tuple[ConsultationSoFar, ...]
    paper: tuple[OnPaperForm, ...]
    referrals: tuple[CameIn, ...]
    claims: tuple[ConsultationSoFar, ...]
    incidents: tuple[ConsultationSoFar, ...]
    claims_by_day: Mapping[str, int]
    trouble: tuple[str, ...] = ()
    differing: tuple[ConsultationSoFar, ...] = ()
    duties: tuple[ConsultationSoFar, ...] = ()

    @property
    def before_closing(self) -> bool:
        """Whether anything has to be done before the pharmacy closes."""
        return bool(self.people or self.emergencies or self.duties or self.drafts or self.trouble)


@dataclass(frozen=True, slots=True)
class Verified:
    """What ``Store.verify`` went through: the anchor of now, the consultations and records read, anchors compared, and marks that were mended.

    ``judged`` are the records that the program made once more from their own accounts and found the same, ``differing`` the ids of those that it
    did not: another version of the program may word something otherwise, and ``pharmacyfirst record judge`` says what differs.
    """

    anchor: Anchor
    consultations: int
    records: int
    judged: int
    differing: tuple[str, ...]
    anchors: int
    mended: int


class Store:
    """An open store. ``open_store`` makes one. It is used by the thread that opened it; several processes may have it open.

    ``drafts`` are consultations under way, ``records`` those that are finished, ``inbound`` what came in, ``paper`` what was held on
    paper, ``outbox`` the messages and notices to practices, ``benches`` the documents that are compared with the signed ones.
    """

    def __init__(self, folder: Path, ledger: Ledger, clock: Clock, settings: StoreSettings):
        self.folder = folder
        self._kept = Kept(ledger, clock, settings, settings.anchors or folder / ANCHORS)
        self.drafts = Drafts(self._kept)
        self.records = Records(self._kept)
        self.inbound = Inbound(self._kept)
        self.paper = PaperForms(self._kept)
        self.benches = Benches(self._kept)

    @property
    def outbox(self) -> Outbox:
        """The outbox in the same ledger."""
        return self._kept.outbox

    @property
    def ledger(self) -> Ledger:
        """The ledger itself, to be read."""
        return self._kept.ledger

    @property
    def settings(self) -> StoreSettings:
        """What the pharmacy chose."""
        return self._kept.settings

    def now(self) -> datetime:
        """The server's time, in UTC."""
        return self._kept.now()

    @property
    def people_sign_in(self) -> bool:
        """Whether somebody had an account here once. Then nobody comes in without signing in, also where the file of the accounts is gone."""
        return bool(self._kept.events(_PEOPLE, attached=False))

    def let_people_sign_in(self, actor: Actor) -> None:
        """From now on people sign in; there is no way back."""
        if not self.people_sign_in:
            self._kept.write(_PEOPLE, Deed.PEOPLE_SIGN_IN, actor)

    @property
    def unread(self) -> int:
        """How many things could not be read, and were left out, since the last work list: ``verify`` says more."""
        return len(self._kept.unread)

    def close(self) -> None:
        """Write an anchor, and close the ledger."""
        with suppress(PharmacyFirstError, OSError):
            self.anchor()
        self._kept.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def work_list(self, waits: Waits | None = None) -> WorkList:
        """What there is to do now. Drafts whose time is up are put down as expired; where nothing can be written, they are shown as they are."""
        self._kept.unread.clear()
        with suppress(LedgerUnusable, LedgerDamaged):
            self.drafts.expire()
        at = self.now()
        work = WorkList(
            at=at,
            people=self.outbox.for_person(at, waits or Waits()),
            emergencies=self.drafts.emergencies(),
            drafts=self.drafts.under_way(),
            paper=self.paper.waiting(),
            referrals=self.inbound.waiting(),
            claims=self.records.claims_due(most=MOST_LISTED),
            claims_by_day=self.records.claims_by_day(),
            incidents=self.records.incidents(MOST_LISTED),
            differing=self.records.differing(MOST_LISTED),
            duties=self.records.duties_open(MOST_LISTED),
        )
        return replace(work, trouble=tuple(self.trouble()))

    def trouble(self) -> Iterator[str]:
        """What is wrong with the store itself, in words: the clock, the anchors, what cannot be read; nothing where all is well."""
        if self._kept.clock_went_back():
            yield "The clock of this machine has gone back since something was last saved: set it right, or times on record are wrong."
        try:
            for anchor in anchors_in(self.anchors, newest=True):
                must_hold(self.ledger, anchor)
        except LedgerDamaged as damaged:
            yield str(damaged)
        except OSError:
            yield "The file of anchors cannot be read."
        if self.unread:
            yield f"{self.unread} things in the store cannot be read, and are in no list: pharmacyfirst store verify says more."

    @property
    def anchors(self) -> Path:
        """The file of anchors."""
        return self._kept.anchors

    def anchor(self) -> Anchor:
        """How many events there are and the digest of the last, written to the file of anchors where that has it not yet."""
        return self._kept.anchor()

    def verify(self, anchor: Anchor | None = None, library: Library | None = None) -> Verified:
        """Go through all of it: the file, the chain of digests, the anchors (and one that was kept elsewhere), every consultation and record.

        With ``library`` each record whose content it has is judged again. Marks that are not what the events say are mended. Raises ``LedgerDamaged`` with what is wrong.
        """
        self.ledger.sound()
        self.ledger.verify()
        known = anchors_in(self.anchors)
        for one in (*known, *([anchor] if anchor is not None else [])):
            must_hold(self.ledger, one)
        ids = [one.removeprefix(CONSULTATION) for one in self.ledger.streams(CONSULTATION)]
        records, judged, differing = 0, 0, []
        for id in ids:
            if (record := self._written(id)) is not None:  # one at a time: ten thousand would not fit beside each other
                holds = library is None or _holds(record, library)
                records, judged = records + 1, judged + is_judged(record)
                differing += [] if holds else [id]
        return Verified(self.anchor(), len(ids), records, judged, tuple(differing), len(known), self.mend())

    def _written(self, id: str) -> Consultation | None:
        """The record of a consultation, as it was written; None where it has none yet. Raises ``LedgerDamaged``."""
        now = self._kept.consultation(id)
        if now.finished_at is None:
            return None
        with suppress(RecordRefused, UnicodeDecodeError):
            record = read_record(self.records.written(id))
            if record.id == id and record.seal == now.summary["seal"]:
                return record
        raise LedgerDamaged("A record in the store is not what was written. Put a copy back, and find out why.")

    def mend(self) -> int:
        """Make by what everything is found again from the events alone; how many were wrong."""
        mended = self.outbox.verify() + self.inbound.verify() + self.paper.verify()
        before = set(self.ledger.marks())
        for stream in self.ledger.streams(CONSULTATION):
            self._kept.mark(stream.removeprefix(CONSULTATION))
        return mended + len(before ^ set(self.ledger.marks()))


def _holds(record: Consultation, library: Library) -> bool:
    """Whether a record is what its own account comes to, or nobody can tell because its content is not at hand."""
    try:
        judge(record, library)
        return True
    except (RecordRefused, Refused):
        return False


def open_store(folder: Path, clock: Clock, settings: StoreSettings | None = None) -> Store:
    """The store in a folder, made where it is missing and closed to everybody but its owner.

    ``clock`` gives the server's time with its distance from UTC; nothing else asks for the time. A store of an older format is brought to
    this one, after a copy was made beside it. Raises ``LedgerUnusable`` where the folder cannot be used, ``StoreRefused`` for a store that a
    newer program wrote, and where the anchors say that there was one: an empty one in its place would hide that it is gone.
    """
    must_be(Path, folder=folder)
    chosen = settings or StoreSettings()
    private_folder(folder)
    place = place_in(folder, NAME)
    if not place.exists() and anchors_in(chosen.anchors or folder / ANCHORS):
        raise StoreRefused(GONE.format(called=place.called))
    ledger = place.open()
    try:
        store = Store(folder, ledger, clock, chosen)
        _upgrade(store)
        return store
    except BaseException:
        ledger.close()
        raise


def store_is_in(folder: Path) -> bool:
    """Whether a folder has a store, in a file or in PostgreSQL. Raises ``LedgerUnusable`` where that cannot be found out."""
    return place_in(folder, NAME).exists()


def format_of(ledger: Ledger) -> int:
    """The format of the events: 0 where the store never wrote there."""
    events = ledger.events(_FORMAT)
    return int(read_event(events[-1]).told["format"]) if events else 0


def _upgrade(store: Store) -> None:
    """Bring a store to this format: a copy first, then the marks as this version makes them, then the event that says so."""
    found = format_of(store.ledger)
    if found > FORMAT:
        raise StoreRefused(
            "A newer version of the program wrote this store. Use that version: this one could misread it."
        )
    if found == FORMAT:
        return
    if store.ledger.length:
        beside = store.folder / f"{FILE}.before-format-{FORMAT}"
        if not beside.exists():  # else it was begun before, and the copy is whole: it is made under another name first
            half = beside.with_suffix(f".{os.getpid()}")
            half.unlink(missing_ok=True)
            store.ledger.copy_to(half)
            os.replace(half, beside)
    with store._kept.together():
        if format_of(store.ledger) < FORMAT:
            store.mend()
            store._kept.write(_FORMAT, Deed.FORMAT, PROGRAM, {"format": FORMAT})
