"""What comes in from elsewhere, byte for byte, and consultations that were held on paper: both wait until somebody deals with them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from pharmacyfirst.errors import must_be
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.ledger import as_text
from pharmacyfirst.store.deeds import MOST_BYTES, Actor, Deed, StoreEvent, StoreRefused
from pharmacyfirst.store.finding import BECAME, JOURNEY, OURS, REQUEST, WAITING
from pharmacyfirst.store.kept import STORE, Kept, NotThere, is_id

INBOUND, ON_PAPER = f"{STORE}inbound/", f"{STORE}paper/"


@dataclass(frozen=True, slots=True)
class CameIn:
    """Something that came in: its id (made here), what it is, when, the digest of its bytes, and what it belongs to.

    ``request`` and ``journey`` are the sender's ids: versions of one referral share the first, all about one patient's way the second.
    ``summary`` is what the reader made of it; it tells who the patient is. ``dealt_with`` is the consultation that came of it, or why
    none did; empty while it waits. ``newer`` is the id of a later version of the same request.
    """

    id: str
    kind: str
    at: datetime
    digest: str
    request: str
    journey: str
    summary: Mapping[str, Any] = field(repr=False)
    dealt_with: str = ""
    newer: str = ""


class Inbound:
    """What came in. ``Store.inbound`` is the one to use."""

    def __init__(self, kept: Kept):
        self._kept = kept

    def keep(
        self,
        raw: bytes,
        kind: str,
        actor: Actor,
        *,
        request: str = "",
        journey: str = "",
        summary: Mapping[str, Any] | None = None,
        waits: bool = True,
    ) -> CameIn:
        """Keep something as it came, with what was read of it (``ReferralRead.kept()`` for a referral). The same bytes again change nothing.

        ``kind`` is ``referral``, ``GP record``, ``handover``, ...; what ``waits`` is on the work list until it was dealt with.
        """
        must_be(bytes, raw=raw)
        must_be(str, kind=kind, request=request, journey=journey)
        if len(raw) > MOST_BYTES // 2:
            raise StoreRefused("What came in is larger than anything that is sent to a pharmacy. It was not kept.")
        digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        id = digest.removeprefix("sha256:")
        with self._kept.together():
            if not self._kept.ledger.events(INBOUND + id, attached=False):
                told = {"kind": kind, "digest": digest, "request": request, "journey": journey, "waits": waits}
                self._kept.write(INBOUND + id, Deed.CAME_IN, actor, told, raw)
                self._kept.write(INBOUND + id, Deed.UNDERSTOOD, actor, {}, dict(summary or {}))
                self._mark(id)
        return self.get(id)

    def get(self, id: str) -> CameIn:
        """Something that came in. Raises ``NotThere``, and ``LedgerDamaged`` where anything of it is not what was written."""
        return self._read(id, self._kept.as_written)

    def _listed(self, id: str) -> CameIn:
        return self._read(id, self._kept.events)

    def _read(self, id: str, of: Callable[[str], tuple[StoreEvent, ...]]) -> CameIn:
        events = of(INBOUND + id) if isinstance(id, str) and id.isalnum() else ()
        if not events:
            raise NotThere("Nothing of this id came in.")
        told = events[0].told
        held = next((one.held for one in events if one.deed is Deed.UNDERSTOOD), {})
        done = next((str(one.told["as"]) for one in reversed(events) if one.deed is Deed.DEALT_WITH), "")
        versions = self._versions(told["request"])
        newer = versions[-1] if id in versions and versions[-1] != id else ""
        parts = (told["kind"], events[0].at, told["digest"], told["request"], told["journey"])
        return CameIn(id, *parts, Frozen(held), done, newer)

    def raw(self, id: str, actor: Actor) -> bytes:
        """The bytes as they came; that somebody looked at them is put down. Raises ``NotThere``."""
        self.get(id)
        with self._kept.together():
            raw = self._kept.events(INBOUND + id)[0].attached
            self._kept.write(INBOUND + id, Deed.READ, actor, {"what": "bytes"})
        return raw

    def bytes_of(self, id: str) -> bytes:
        """The bytes as they came, for who puts the reading down elsewhere. Raises ``NotThere``."""
        self.get(id)
        return self._kept.events(INBOUND + id)[0].attached

    def of(self, consultation: str) -> tuple[CameIn, ...]:
        """All that came in and became this consultation, with every version and all about the same journey, oldest first."""
        found = {one.id: one for id in self._found(BECAME, consultation) for one in self._related(self.get(id))}
        return tuple(sorted(found.values(), key=lambda one: (one.at, one.id)))

    def _related(self, one: CameIn) -> tuple[CameIn, ...]:
        return (one, *self.versions(one.request), *(self.journey(one.journey) if one.journey else ()))

    def versions(self, request: str) -> tuple[CameIn, ...]:
        """All versions of one request, oldest first."""
        return tuple(map(self.get, self._versions(request)))

    def journey(self, journey: str) -> tuple[CameIn, ...]:
        """All that came in about one journey, oldest first."""
        return tuple(sorted(map(self.get, self._found(JOURNEY, journey)), key=lambda one: (one.at, one.id)))

    def dealt_with(self, id: str, actor: Actor, consultation: str = "", because: str = "") -> CameIn:
        """Somebody dealt with it: by a consultation, or ``because`` of something else (naming no patient). It waits no more."""
        must_be(str, consultation=consultation, because=because)
        if bool(consultation) == bool(because.strip()):
            raise StoreRefused(
                "Say which consultation came of it, or why none did; one of the two. Nothing was changed."
            )
        self.get(id)
        with self._kept.together():
            self._kept.write(INBOUND + id, Deed.DEALT_WITH, actor, {"as": consultation or because})
            self._mark(id)
        return self.get(id)

    def waiting(self) -> tuple[CameIn, ...]:
        """What waits for somebody, oldest first; of several versions of one request the newest alone."""
        return tuple(one for one in self._kept.all_of(self._found(WAITING), self._listed) if not one.newer)

    def _versions(self, request: str) -> tuple[str, ...]:
        if not request:
            return ()
        first = {
            id: self._kept.ledger.events(INBOUND + id, attached=False)[0].position
            for id in self._found(REQUEST, request)
        }
        return tuple(sorted(first, key=lambda id: first[id]))

    def _found(self, name: str, value: str | None = None) -> list[str]:
        streams = self._kept.ledger.marked(OURS + name, value)
        return [one.removeprefix(INBOUND) for one in streams if one.startswith(INBOUND)]

    def _mark(self, id: str) -> bool:
        events = self._kept.events(INBOUND + id, attached=False)
        told = events[0].told
        marks = {(OURS + name, told[part]) for name, part in ((REQUEST, "request"), (JOURNEY, "journey")) if told[part]}
        done = [str(one.told["as"]) for one in events if one.deed is Deed.DEALT_WITH]
        marks |= {(OURS + BECAME, one) for one in done if is_id(one)}
        if told["waits"] and not done:
            marks.add((OURS + WAITING, as_text(events[0].at)))
        return self._kept.ledger.mark(INBOUND + id, marks)

    def verify(self) -> int:
        """Make the marks again from the events; how many were wrong."""
        return sum(self._mark(one.removeprefix(INBOUND)) for one in self._kept.ledger.streams(INBOUND))


@dataclass(frozen=True, slots=True)
class OnPaperForm:
    """A consultation that was held on paper: its id (made here), condition and day, and the record it was entered as; empty while it waits.

    ``entered_as`` says why it was not entered, where it was not. ``practice``: the patient is invented.
    """

    id: str
    condition: str
    on: date
    at: datetime
    entered_as: str = ""
    practice: bool = False


class PaperForms:
    """Consultations that were held on paper and are to be entered. ``Store.paper`` is the one to use."""

    def __init__(self, kept: Kept):
        self._kept = kept

    def held(self, condition: str, on: date, actor: Actor, id: str = "", *, practice: bool = False) -> OnPaperForm:
        """Put down that a consultation was held on paper, so that it is not forgotten: it waits until it is entered."""
        must_be(str, condition=condition)
        must_be(date, on=on)
        must_be(bool, practice=practice)
        id = id or str(uuid4())
        if not is_id(id) or self._kept.ledger.events(ON_PAPER + id, attached=False):
            raise StoreRefused("The id of a paper form is a UUID in small letters that was not used before.")
        with self._kept.together():
            told = {"condition": condition, "on": on.isoformat()} | ({"practice": True} if practice else {})
            self._kept.write(ON_PAPER + id, Deed.ON_PAPER, actor, told)
            self._mark(id)
        return self.get(id)

    def entered(self, id: str, actor: Actor, consultation: str = "", because: str = "") -> OnPaperForm:
        """It was entered as this consultation, or is not to be entered ``because`` (naming no patient)."""
        must_be(str, consultation=consultation, because=because)
        self.get(id)
        if bool(consultation) == bool(because.strip()):
            raise StoreRefused("Say as which consultation it was entered, or why it is not; one of the two.")
        with self._kept.together():
            if consultation:
                self._kept.consultation(consultation)
            self._kept.write(ON_PAPER + id, Deed.ENTERED, actor, {"as": consultation or because})
            self._mark(id)
        return self.get(id)

    def get(self, id: str) -> OnPaperForm:
        """One paper form. Raises ``NotThere``, ``LedgerDamaged``."""
        return self._read(id, self._kept.as_written)

    def _listed(self, id: str) -> OnPaperForm:
        return self._read(id, self._kept.events)

    def _read(self, id: str, of: Callable[[str], tuple[StoreEvent, ...]]) -> OnPaperForm:
        events = of(ON_PAPER + id) if is_id(id) else ()
        if not events:
            raise NotThere("No paper form of this id was put down.")
        told = events[0].told
        done = next((str(one.told["as"]) for one in reversed(events) if one.deed is Deed.ENTERED), "")
        on, practice = date.fromisoformat(told["on"]), bool(told.get("practice", False))
        return OnPaperForm(id, told["condition"], on, events[0].at, done, practice)

    def waiting(self) -> tuple[OnPaperForm, ...]:
        """Those that are to be entered, oldest first."""
        streams = self._kept.ledger.marked(OURS + WAITING)
        ids = [one.removeprefix(ON_PAPER) for one in streams if one.startswith(ON_PAPER)]
        return self._kept.all_of(ids, self._listed)

    def _mark(self, id: str) -> bool:
        events = self._kept.events(ON_PAPER + id)
        open_ = not any(one.deed is Deed.ENTERED for one in events)
        return self._kept.ledger.mark(ON_PAPER + id, {(OURS + WAITING, as_text(events[0].at))} if open_ else ())

    def verify(self) -> int:
        """Make the marks again from the events; how many were wrong."""
        return sum(self._mark(one.removeprefix(ON_PAPER)) for one in self._kept.ledger.streams(ON_PAPER))
