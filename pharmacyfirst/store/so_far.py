"""A consultation as it stands: its events, folded in order. Pure: the same events give the same consultation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Any

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.store.deeds import Actor, Deed, StoreEvent, as_written


class ConsultationState(Enum):
    """Where a consultation stands. Open ones, and those whose details follow, take pages."""

    OPEN = "open"
    DETAILS_FOLLOW = "details to follow"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    FINISHED = "finished"


CLAIMED = ("submitted", "amended", "accepted")  # somebody has the claim, so a correction has to reach them
UNDER_WAY = (ConsultationState.OPEN, ConsultationState.DETAILS_FOLLOW)


@dataclass(frozen=True, slots=True)
class PostedPage:
    """A page as it was last posted: its answers, where each came from, what else stood on it, by whom and when.

    ``answers`` are facts (an answer that is not known is None); ``origins`` says of each whether it was ``typed``, a ``confirmed
    suggestion`` or ``handed over``; ``fields`` is whatever else the form keeps of the page. None of it is shown by ``repr``.
    """

    name: str
    actor: Actor
    at: datetime
    answers: Mapping[str, Any] = field(repr=False)
    origins: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Correcting:
    """Of a correction: when the consultation that it corrects began and ended, and why it is corrected, which may be about the patient."""

    started_at: datetime
    ended_at: datetime
    because: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypedPage:
    """A page as it stood in a browser and was not continued: every field with all its values, and when. It answers nothing."""

    at: datetime
    form: Mapping[str, tuple[str, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """Something that became of the claim: the state (a choice of the coded list *claim*), by whom and when."""

    key: str
    state: str
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationSoFar:
    """One consultation, under way or finished. ``id`` is also that of the record that it becomes.

    ``revision`` counts what changed it; ``patient_mark`` says which patient it is about without saying who (it is the digest of an event).
    A form puts both into every page, and gives them back with it. ``owner`` goes on with it, ``owners`` are all who had it.
    ``typed`` are pages that stood in a browser and were not continued: they answer nothing until they are posted.
    ``look_through`` are the pages that have to be looked at and posted again before it can be finished, ``because`` says why.
    ``visit`` is the id of the consultation that its visit began with, ``continues`` that of an earlier visit it goes on from; empty where there is
    none. ``correcting`` is there where it was begun from a finished record. ``paper`` is the id of the paper form that it is entered from, empty
    where it is none. ``summary`` is what a finished record comes to, without identity; ``incidents_open`` are those that nobody has looked
    at (what was handed over without a permit is one), ``answered_for`` whether somebody answered for what was done otherwise than the
    assessment says.
    """

    id: str
    state: ConsultationState
    condition: str
    version: str
    content_digest: str
    documents: tuple[str, ...]
    practice: bool
    as_of: str
    corrects: str
    begun_at: datetime
    changed_at: datetime
    owner: Actor
    owners: tuple[Actor, ...]
    revision: int = 1
    patient_mark: str = ""
    patient: Mapping[str, Any] = field(default=Frozen(), repr=False)
    pages: Mapping[str, PostedPage] = field(default=Frozen(), repr=False)
    typed: Mapping[str, TypedPage] = field(default=Frozen(), repr=False)
    look_through: tuple[str, ...] = ()
    because: str = ""
    emergency: Mapping[str, Any] = field(default=Frozen(), repr=False)
    summary: Mapping[str, Any] = Frozen()
    finished_at: datetime | None = None
    correcting: Correcting | None = None
    corrected_by: str = ""
    claims: tuple[ClaimStep, ...] = ()
    incidents: int = 0
    incidents_open: int = 0
    held: bool = False
    paper: str = ""
    visit: str = ""
    continues: str = ""
    answered_for: bool = False

    @property
    def answers(self) -> dict[str, Any]:
        """Every answer, in the order of the pages; one that was posted later takes the place of an earlier one."""
        return {name: value for page in self.pages.values() for name, value in page.answers.items()}

    @property
    def origins(self) -> dict[str, str]:
        """Where each answer came from."""
        return {name: value for page in self.pages.values() for name, value in page.origins.items()}

    @property
    def fields(self) -> dict[str, Any]:
        """What else stands on the pages, by page."""
        return {name: dict(page.fields) for name, page in self.pages.items() if page.fields}

    @property
    def under_way(self) -> bool:
        """Whether it takes pages."""
        return self.state in UNDER_WAY

    @property
    def differs_late(self) -> bool:
        """Whether it was entered late, what was done is not what the assessment says or was not permitted, and nobody has looked at it yet."""
        otherwise = bool(self.summary.get("differs") or self.summary.get("unpermitted"))
        return bool(self.summary.get("late")) and otherwise and not (self.answered_for or self.corrected_by)

    @property
    def duties_open(self) -> bool:
        """Whether it was finished with a duty that nobody has answered, and no correction has taken its place."""
        return bool(self.summary.get("duties_open")) and not self.corrected_by

    @property
    def claim_state(self) -> str:
        """Where its claim stands: a choice of the coded list *claim*, or nothing."""
        return self.claims[-1].state if self.claims else ""

    @property
    def claim_due(self) -> str:
        """By which day something is to be done about its claim (YYYY-MM-DD); nothing where it was claimed, may not be, or is training.

        A claim that was refused is due again; so is one of a record that this one corrects, to be amended or taken back.
        """
        open_ = self.claim_state in ("", "draft", "refused") and not self.corrected_by
        return str(self.summary.get("claim_by", "")) if open_ and self.claim_wanted else ""

    @property
    def claim_wanted(self) -> bool:
        """Whether its claim may be made, or one of the record that it corrects was."""
        return self.summary.get("claimable") in ("yes", "check") or bool(self.summary.get("claimed_before"))

    @property
    def claim_taken(self) -> str:
        """The state of the claim that somebody has of it, or of the record that it corrects; nothing where nobody has one."""
        if self.claim_state in ("", "draft"):
            return str(self.summary.get("claimed_before", ""))
        return self.claim_state if self.claim_state in CLAIMED else ""

    def expires_at(self, closes: time, drafts_last: timedelta) -> datetime | None:
        """When it expires, counted from closing time on the day of its last change; None where it never does."""
        if self.state is not ConsultationState.OPEN:
            return None
        changed = in_england(self.changed_at)
        closing = in_england(datetime.combine(changed.date(), closes))
        return max(closing, changed) + drafts_last


def so_far(id: str, events: Iterable[StoreEvent], now: ConsultationSoFar | None = None) -> ConsultationSoFar | None:
    """The consultation that these events come to, after ``now`` where that is given; None where there are none. Raises ``LedgerDamaged``."""
    for event in events:
        with as_written(event.number):
            now = after(id, now, event)
    return now


def after(id: str, now: ConsultationSoFar | None, event: StoreEvent) -> ConsultationSoFar:
    """The consultation after one more event. Raises ``KeyError`` or ``TypeError`` for events that nobody of ours wrote."""
    if now is None:
        return _begun(id, event)
    if event.deed in _CHANGES:
        now = replace(now, revision=now.revision + 1, changed_at=event.at)
        return _CHANGES[event.deed](now, event)
    return _KNOWN[event.deed](now, event) if event.deed in _KNOWN else now


def _begun(id: str, event: StoreEvent) -> ConsultationSoFar:
    told = event.told
    if event.deed is not Deed.BEGUN:
        raise KeyError(Deed.BEGUN)
    return ConsultationSoFar(
        id=id,
        state=ConsultationState.OPEN,
        condition=told["condition"],
        version=told["version"],
        content_digest=told["content_digest"],
        documents=tuple(told["documents"]),
        practice=told["practice"],
        as_of=told.get("as_of", ""),
        corrects=told.get("corrects", ""),
        paper=told.get("paper", ""),
        visit=told.get("visit", ""),
        continues=told.get("continues", ""),
        begun_at=event.at,
        changed_at=event.at,
        owner=event.actor,
        owners=(event.actor,),
    )


def _who(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    return replace(now, patient=Frozen(event.held), patient_mark=event.digest)


def _posted(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    name, held = event.told["page"], event.held
    parts = (Frozen(held[part]) for part in ("answers", "origins", "fields"))
    page = PostedPage(name, event.actor, event.at, *parts)
    open_ = tuple(one for one in now.look_through if one != name)
    pages = {one: posted for one, posted in now.pages.items() if one != name} | {name: page}
    typed = {one: kept for one, kept in now.typed.items() if one != name}
    return replace(
        now, pages=Frozen(pages), typed=Frozen(typed), look_through=open_, because=now.because if open_ else ""
    )


def _typed(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    form = {str(name): tuple(map(str, values)) for name, values in event.held["form"].items()}
    return replace(now, typed=Frozen({**now.typed, event.told["page"]: TypedPage(event.at, Frozen(form))}))


def _begun_from(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    told, held = event.told, event.held
    pages = {
        name: PostedPage(
            name, event.actor, event.at, *(Frozen(page[part]) for part in ("answers", "origins", "fields"))
        )
        for name, page in held["pages"].items()
    }
    began, ended = datetime.fromisoformat(told["started_at"]), datetime.fromisoformat(told["ended_at"])
    return replace(
        now,
        patient=Frozen(held["patient"]),
        patient_mark=event.digest,
        pages=Frozen(pages),
        look_through=tuple(told["look_through"]),
        because="It corrects a finished record: look through every page.",
        correcting=Correcting(began, ended, str(held["because"])),
    )


def _taken_over(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    owners = now.owners if any(one.is_(event.actor) for one in now.owners) else (*now.owners, event.actor)
    now = replace(now, owner=event.actor, owners=owners)
    if now.state is not ConsultationState.EXPIRED:
        return now
    again = "It had expired, so answers may have changed since."
    return replace(now, state=ConsultationState.OPEN, look_through=tuple(now.pages), because=again)


def _content_changed(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    told = event.told
    return replace(
        now,
        version=told["version"],
        content_digest=told["content_digest"],
        documents=tuple(told["documents"]),
        look_through=tuple(now.pages),
        because=told["because"],
    )


def _details_follow(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    return replace(now, state=ConsultationState.DETAILS_FOLLOW, emergency=Frozen(event.held))


def _finished(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    summary = Frozen(event.told)
    # Handed over without a permit: an incident by itself. To a training patient nothing was handed over, so nobody has to look at it.
    open_ = 1 if summary.get("unpermitted") and not now.practice else 0
    return replace(now, state=ConsultationState.FINISHED, summary=summary, finished_at=event.at, incidents_open=open_)


def _claimed(now: ConsultationSoFar, event: StoreEvent) -> ConsultationSoFar:
    told = event.told
    step = ClaimStep(told["key"], told["state"], told["reference"], event.at)
    return replace(now, claims=(*now.claims, step))


_Folds = Mapping[Deed, Callable[[ConsultationSoFar, StoreEvent], ConsultationSoFar]]

_CHANGES: _Folds = {
    Deed.BEGUN_FROM: _begun_from,
    Deed.WHO: _who,
    Deed.POSTED: _posted,
    Deed.TAKEN_OVER: _taken_over,
    Deed.CONTENT_CHANGED: _content_changed,
    Deed.DETAILS_FOLLOW: _details_follow,
    Deed.EXPIRED: lambda now, _: replace(now, state=ConsultationState.EXPIRED),
    Deed.ABANDONED: lambda now, _: replace(now, state=ConsultationState.ABANDONED),
    Deed.FINISHED: _finished,
}
CHANGING = frozenset(_CHANGES)  # the deeds that a revision counts
_KNOWN: _Folds = {
    Deed.TYPED: _typed,
    Deed.CORRECTED: lambda now, event: replace(now, corrected_by=event.told["by"]),
    Deed.CLAIMED: _claimed,
    Deed.INCIDENT: lambda now, _: replace(
        now, incidents=now.incidents + 1, incidents_open=now.incidents_open + (not now.practice)
    ),
    Deed.LOOKED_AT: lambda now, _: replace(now, incidents_open=0),
    Deed.HELD: lambda now, _: replace(now, held=True),
    Deed.HOLD_ENDED: lambda now, _: replace(now, held=False),
    Deed.ANSWERED_FOR: lambda now, _: replace(now, answered_for=True),
}
