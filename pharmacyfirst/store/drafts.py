"""Consultations under way: begun, answered page by page, taken over, and ended. What is acknowledged is on disk.

Every page that a form posts carries the revision of the draft and the mark of its patient, as they were when the page was shown. An older
one, or one about another patient, is refused with what is newer beside it: two tabs, or two people, never write over each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import uuid4

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import must_be
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.ledger import LedgerDamaged
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.sending.outgoing import Prepared
from pharmacyfirst.store.came_in import PaperForms
from pharmacyfirst.store.content_now import content_now, content_of, why_look_again
from pharmacyfirst.store.deeds import PROGRAM, Actor, Deed, StoreEvent, StoreRefused, attachment_of
from pharmacyfirst.store.finding import DRAFT, EMERGENCY
from pharmacyfirst.store.finishing import finish
from pharmacyfirst.store.kept import CONSULTATION, Kept, is_id
from pharmacyfirst.store.so_far import CHANGING, UNDER_WAY, ConsultationSoFar, ConsultationState

TYPED, CONFIRMED, HANDED_OVER = "typed", "confirmed suggestion", "handed over"
ORIGINS = (TYPED, CONFIRMED, HANDED_OVER)


class Outdated(StoreRefused):
    """The page was shown before something else was saved, or about another patient, so nothing of it was saved.

    ``newer`` is the consultation as it stands; ``since`` is what was done since the page was shown, to be shown beside it.
    """

    def __init__(self, says: str, newer: ConsultationSoFar, since: tuple[StoreEvent, ...] = ()):
        super().__init__(says)
        self.newer, self.since = newer, since


class NotYours(StoreRefused):
    """The draft is somebody else's: take it over first. ``owner`` is who has it."""

    def __init__(self, owner: Actor):
        super().__init__("This consultation is another person's. Take it over first, and both names are kept.")
        self.owner = owner


class NotUnderWay(StoreRefused):
    """The consultation takes no pages: it is finished, abandoned or expired. ``now`` is how it stands."""

    def __init__(self, now: ConsultationSoFar):
        then = (
            "Take it over to go on with it." if now.state is ConsultationState.EXPIRED else "Correct it by a new one."
        )
        super().__init__(f"This consultation is {now.state.value}, so nothing was saved. {then}")
        self.now = now


class Drafts:
    """The consultations that are under way. ``Store.drafts`` is the one to use."""

    def __init__(self, kept: Kept):
        self._kept = kept

    def begin(
        self,
        pathway: Pathway,
        actor: Actor,
        *,
        practice: bool,
        id: str = "",
        as_of: date | None = None,
        corrects: str = "",
        paper: str = "",
        visit: str = "",
        continues: str = "",
    ) -> ConsultationSoFar:
        """Begin a consultation with the pathway as it stands; its id is made here unless one is given (a UUID in small letters).

        ``as_of`` is the day it is judged by, for what is entered from paper and for training. ``corrects`` names the record that this
        one will take the place of, ``paper`` the paper form that waits for it: of this condition and day, and real or training as this is.
        ``visit`` and ``continues`` name the consultation that began the same visit, and the one of an earlier visit that this goes on from.
        A training consultation stays one for ever.
        """
        must_be(Pathway, pathway=pathway)
        must_be(bool, practice=practice)
        id = id or str(uuid4())
        if not is_id(id):
            raise StoreRefused("The id of a consultation is a UUID in small letters. Nothing was begun.")
        on = as_of or in_england(self._kept.now()).date()
        told = {"condition": pathway.id, "practice": practice, **content_of(pathway, on).as_dict()}
        told |= {"as_of": as_of.isoformat()} if as_of is not None else {}
        told |= {"corrects": corrects} if corrects else {}
        told |= {name: one for name, one in (("paper", paper), ("visit", visit), ("continues", continues)) if one}
        with self._kept.together():
            if self._kept.ledger.events(CONSULTATION + id, attached=False):
                raise StoreRefused("A consultation of this id was begun before. Nothing was begun.")
            if paper:
                self._must_wait(paper, (pathway.id, on, practice))
            self._kept.write(CONSULTATION + id, Deed.BEGUN, actor, told)
            return self._kept.mark(id)

    def correct(
        self, id: str, pathway: Pathway, actor: Actor, record: Consultation, because: str, apart: Iterable[str] = ()
    ) -> ConsultationSoFar:
        """Begin the consultation whose record will take the place of a finished one: the same patient, answers and day.

        ``id`` and ``record`` are of the finished one, ``because`` says why it is corrected and stands on the new record; ``pathway`` is the
        content that it was decided by. Every page has to be looked through and posted again, but for those ``apart``, which no form shows
        as a page. Raises ``StoreRefused`` where it is not finished, was corrected before or is being corrected, or its content is another.
        """
        must_be(Consultation, record=record)
        must_be(str, because=because)
        if not because.strip():
            raise StoreRefused("Say why the record is corrected. Nothing was begun.")
        with self._kept.together():
            old = self._kept.consultation(id)
            self._may_be_corrected(old, pathway)
            now = self.begin(pathway, actor, practice=old.practice, as_of=record.on, corrects=id)
            told = {
                "record": id,
                "started_at": record.started_at.isoformat(),
                "ended_at": (record.ended_at or record.started_at).isoformat(),
                "look_through": [name for name in old.pages if name not in {*apart}],
            }
            pages = {
                name: {"answers": dict(one.answers), "origins": dict(one.origins), "fields": dict(one.fields)}
                for name, one in old.pages.items()
            }
            held = {"because": because, "patient": dict(old.patient), "pages": pages}
            self._kept.write(CONSULTATION + now.id, Deed.BEGUN_FROM, actor, told, held)
            return self._kept.mark(now.id)

    def _may_be_corrected(self, old: ConsultationSoFar, pathway: Pathway) -> None:
        if old.state is not ConsultationState.FINISHED:
            raise StoreRefused("Only a finished record is corrected. Nothing was begun.")
        if old.corrected_by:
            raise StoreRefused("This record was corrected before: correct the newer one. Nothing was begun.")
        if old.content_digest != pathway.content_digest:
            raise StoreRefused(
                "The content that decided this record is not at hand, so nobody could tell what the right answers come to. Put that version of "
                "the content back, and correct the record then. Nothing was begun."
            )
        if other := next((one for one in self.under_way() if one.corrects == old.id), None):
            raise StoreRefused(
                f"{other.owner.name} is correcting this record: it is among the drafts. Nothing was begun."
            )

    def _must_wait(self, paper: str, wanted: tuple[str, date, bool]) -> None:
        """Raises ``NotThere``, or ``StoreRefused`` where the paper form was entered, or is of another condition or day."""
        form = PaperForms(self._kept).get(paper)
        if form.entered_as:
            raise StoreRefused("This paper form was entered before, or is not to be entered. Nothing was begun.")
        if (form.condition, form.on, form.practice) != wanted:
            raise StoreRefused("This paper form is of another condition, day or kind of patient. Nothing was begun.")

    def get(self, id: str) -> ConsultationSoFar:
        """A consultation as it stands, whatever its state. Raises ``NotThere``. Looking at somebody's is put down by ``Records.read``."""
        return self._kept.consultation(id)

    def who(self, id: str, actor: Actor, revision: int, mark: str, patient: Mapping[str, Any]) -> ConsultationSoFar:
        """Say who the patient is, as far as that is known: fields of ``record.Patient`` as JSON holds them, and others of the form.

        From then on every page has to carry the new ``patient_mark``. Raises as ``post``.
        """
        return self._change(id, actor, revision, mark, Deed.WHO, {}, dict(patient))

    def post(
        self,
        id: str,
        actor: Actor,
        revision: int,
        mark: str,
        page: str,
        answers: Mapping[str, Any],
        origins: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> ConsultationSoFar:
        """Save one page whole, in place of what it held before; on disk when this returns. The same page sent twice is saved once.

        ``revision`` and ``mark`` (``patient_mark``) are those that the page was shown with. ``answers`` are facts by name, None for what
        was asked and is not known; each was ``typed`` unless ``origins`` says otherwise. ``fields`` is what else stands on the page.
        Raises ``Outdated``, ``NotYours`` and ``NotUnderWay``; nothing was saved then.
        """
        must_be(str, page=page)
        given = {name: TYPED for name in answers} | dict(origins or {})
        if given.keys() != answers.keys() or not set(given.values()) <= set(ORIGINS):
            raise StoreRefused(
                f"Each answer, and nothing else, has an origin: {', '.join(ORIGINS)}. Nothing was saved."
            )
        held = {"answers": dict(answers), "origins": given, "fields": dict(fields or {})}
        return self._change(id, actor, revision, mark, Deed.POSTED, {"page": page}, held)

    def keep_typed(
        self, id: str, actor: Actor, revision: int, mark: str, page: str, form: Mapping[str, Sequence[str]]
    ) -> ConsultationSoFar:
        """Keep a page as it stands in a browser before it is continued, so that a crash loses little of it. It answers nothing.

        It counts as no change: the page itself is posted with the revision that it was shown with. What is kept already is not kept twice.
        Raises as ``post``: of a page that is older than what was saved nothing is kept.
        """
        must_be(str, page=page)
        fields = {name: [*values] for name, values in form.items()}
        with self._kept.together():
            now = self._expired_or(id)
            self._must_go_on(now, actor, revision, mark)
            before = now.typed.get(page)
            if before is None or {name: [*values] for name, values in before.form.items()} != fields:
                self._kept.write(CONSULTATION + id, Deed.TYPED, actor, {"page": page}, {"form": fields})
            return self.get(id)

    def take_over(self, id: str, actor: Actor) -> ConsultationSoFar:
        """Go on with somebody else's consultation, or with one that expired: both names are kept, and nobody else may go on with it."""
        with self._kept.together():
            now = self._expired_or(id)
            if now.state not in (*UNDER_WAY, ConsultationState.EXPIRED):
                raise NotUnderWay(now)
            if now.owner.is_(actor) and now.under_way:
                return now
            self._kept.write(CONSULTATION + id, Deed.TAKEN_OVER, actor, {"from": now.owner.as_dict()})
            return self._kept.mark(id)

    def details_follow(
        self, id: str, actor: Actor, revision: int, mark: str, done: Mapping[str, Any]
    ) -> ConsultationSoFar:
        """End an emergency before the patient's details are known: ``done`` says what was done, told to whom and when.

        It stays among the emergencies until it is finished, never expires, and takes pages as before. Raises as ``post``.
        """
        return self._change(id, actor, revision, mark, Deed.DETAILS_FOLLOW, {}, dict(done))

    def abandon(self, id: str, actor: Actor, revision: int, because: str) -> ConsultationSoFar:
        """End a consultation of which nothing is to be recorded; ``because`` names no patient. What was answered is kept. Raises as ``post``."""
        must_be(str, because=because)
        if not because.strip():
            raise StoreRefused("Say why nothing is to be recorded. Nothing was changed.")
        now = self.get(id)
        return self._change(id, actor, revision, now.patient_mark, Deed.ABANDONED, {"because": because}, {})

    def look_again(self, id: str, actor: Actor, library: Library) -> ConsultationSoFar:
        """Compare the draft with the content of its day, as it stands now; call it before a draft is shown.

        Where that is another than it was begun with, or no version is in force any more, every page has to be looked through and posted
        again: ``look_through`` and ``because`` say so. Answers are kept and nothing is assumed.
        """
        with self._kept.together():
            now = self._expired_or(id)
            if not now.under_way:
                return now
            content = content_now(now.condition, library, self.day_of(now))
            if not (because := why_look_again(now, content)):
                return now
            self._kept.write(CONSULTATION + id, Deed.CONTENT_CHANGED, actor, content.as_dict() | {"because": because})
            return self._kept.mark(id)

    def day_of(self, now: ConsultationSoFar) -> date:
        """The day that a consultation is judged by: the one it was begun for, else today on England's clock."""
        return date.fromisoformat(now.as_of) if now.as_of else in_england(self._kept.now()).date()

    def finish(
        self,
        id: str,
        actor: Actor,
        revision: int,
        record: Consultation,
        *,
        message: Prepared | None = None,
        notice: NoticeKind | None = None,
        not_told_because: str = "",
    ) -> ConsultationSoFar:
        """Store the record that ``make_record`` made, and queue the GP message or put down the notice: one commit.

        Of ``message`` (from ``sending.prepare``), ``notice`` and ``not_told_because`` (naming no patient) one is given, for a training patient
        none; beside a notice ``not_told_because`` says why there is no message. The record has to be of this consultation: its id, condition,
        content, patient, and just the answers that were posted. The same record again changes nothing. Raises as ``post``, ``StoreRefused``
        with what differs (names alone), and what the outbox raises.
        """
        with self._kept.together():
            now = self._kept.consultation(id)
            if now.state is ConsultationState.FINISHED and now.summary.get("seal") == record.seal:
                return now
            self._must_go_on(self._expired_or(id), actor, revision, now.patient_mark)
            finish(self._kept, now, actor, record, message, notice, not_told_because)
            done = self._kept.mark(id)
        if not self._kept.ledger.in_transaction:
            with suppress(
                OSError, LedgerDamaged
            ):  # the record is on disk; the work list tells of anchors that cannot be written
                self._kept.anchor()
        return done

    def expire(self) -> tuple[str, ...]:
        """Put down which drafts have expired, and name them. Their answers are kept; somebody takes them over and ends them."""
        open_ = [one for one in self.under_way() if self._time_is_up(one)]
        looked_at = self._kept.all_of((one.id for one in open_), self._expired_or)
        return tuple(one.id for one in looked_at if one.state is ConsultationState.EXPIRED)

    def under_way(self) -> tuple[ConsultationSoFar, ...]:
        """All drafts, expired ones too, those first that have waited longest."""
        return self._kept.consultations(self._kept.found(DRAFT))

    def emergencies(self) -> tuple[ConsultationSoFar, ...]:
        """The emergencies whose details are still to follow, oldest first."""
        return self._kept.consultations(self._kept.found(EMERGENCY))

    def _change(
        self, id: str, actor: Actor, revision: int, mark: str, deed: Deed, told: dict[str, Any], held: dict[str, Any]
    ) -> ConsultationSoFar:
        must_be(int, revision=revision)
        must_be(str, mark=mark)
        now = self._expired_or(id)  # on disk by itself, although what was posted is refused then
        with self._kept.together():
            now = self._kept.consultation(id)
            if revision == now.revision - 1 and self._was_just_done(id, actor, deed, told, held):
                return now
            self._must_go_on(now, actor, revision, mark)
            self._kept.write(CONSULTATION + id, deed, actor, told, held)
            return self._kept.mark(id)

    def _must_go_on(self, now: ConsultationSoFar, actor: Actor, revision: int, mark: str) -> None:
        """Raises ``NotUnderWay``, ``NotYours`` or ``Outdated``."""
        must_be(Actor, actor=actor)
        if not now.under_way:
            raise NotUnderWay(now)
        if not now.owner.is_(actor):
            raise NotYours(now.owner)
        if mark != now.patient_mark:
            raise Outdated(
                "This page was shown about another patient. Nothing of it was saved: look at who it is.", now
            )
        if revision != now.revision:
            says = "Something else was saved after this page was shown. Nothing of it was saved: see what is newer."
            changing = [one for one in self._kept.events(CONSULTATION + now.id) if one.deed in CHANGING]
            raise Outdated(says, now, tuple(changing[max(revision - 1, 0) :]))

    def _was_just_done(
        self, id: str, actor: Actor, deed: Deed, told: Mapping[str, Any], held: Mapping[str, Any]
    ) -> bool:
        """Whether the last change is this very one: a button that was pressed twice."""
        last = [one for one in self._kept.events(CONSULTATION + id) if one.deed in CHANGING][-1:]
        again = StoreEvent(deed, self._kept.now(), actor, 0, "", told, attachment_of(held))
        return any(
            one.deed is deed
            and one.actor.is_(actor)
            and {**one.told, **told} == dict(one.told)
            and one.held == again.held
            for one in last
        )

    def _expired_or(self, id: str) -> ConsultationSoFar:
        """The consultation, put down as expired where its time is up."""
        with self._kept.together():
            now = self._kept.consultation(id)
            if not self._time_is_up(now):
                return now
            self._kept.write(CONSULTATION + id, Deed.EXPIRED, PROGRAM)
            return self._kept.mark(id)

    def _time_is_up(self, now: ConsultationSoFar) -> bool:
        until = now.expires_at(self._kept.settings.closes, self._kept.settings.drafts_last)
        return until is not None and self._kept.now() >= until
