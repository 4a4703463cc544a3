"""A consultation under way: nothing is written over, by two tabs or by two people, and what was answered is kept whatever becomes of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from a_store import ROBIN, SAM, SECRET, Clock, an_account, begun, finished, made, opened
from sound_records import library

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.ledger.places import place_in
from pharmacyfirst.store import (
    Actor,
    ConsultationState,
    Deed,
    NotThere,
    NotUnderWay,
    NotYours,
    Outdated,
    StoreRefused,
    kept,
)

NEW = Frozen({"family": "Practice", "birth_date": "1990-01-02"})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(data, clock):
    with opened(data, clock) as one:
        yield one


@pytest.fixture
def draft(store):
    return begun(store, an_account())


def post(store, now, page="First", actor=ROBIN, answers=None, **given):
    answers = {"rigors": True} if answers is None else answers
    return store.drafts.post(
        now.id, actor, given.pop("revision", now.revision), now.patient_mark, page, answers, **given
    )


# Begun and answered


def test_a_consultation_is_what_was_posted(store, draft):
    account = an_account()
    assert {name: _listed(value) for name, value in draft.answers.items()} == {
        name: _listed(value) for name, value in account.facts.items()
    }
    assert set(draft.origins.values()) == {"typed"}
    assert (draft.state, draft.revision, draft.owner) == (ConsultationState.OPEN, 4, ROBIN)
    assert draft.patient["family"] == SECRET
    assert store.drafts.get(draft.id) == draft


def _listed(value):
    return [*value] if isinstance(value, tuple) else value


def test_it_is_begun_with_the_content_of_its_day(store, draft):
    pathway = library().newest("uncomplicated-uti")
    assert (draft.version, draft.content_digest) == (pathway.edition.version, pathway.content_digest)
    assert draft.documents == ("nitrofurantoin 2026.2", "pathway 2026.2")


def test_a_page_takes_the_place_of_what_it_held_and_of_nothing_else(store, draft):
    now = post(store, draft, "First", answers={"rigors": None})
    second = {name for name in draft.pages["Second"].answers}
    assert set(now.answers) == {"rigors"} | second
    assert now.answers["rigors"] is None


def test_what_is_typed_is_kept_beside_the_answers_until_its_page_is_posted(store, draft):
    def keep(now, form, actor=ROBIN, **given):
        given = {"revision": now.revision, "mark": now.patient_mark} | given
        return store.drafts.keep_typed(now.id, actor, page="First", form=form, **given)

    now = keep(draft, {"q-rigors": ["yes"], "note": [SECRET]})
    assert (now.revision, now.answers, now.changed_at) == (draft.revision, draft.answers, draft.changed_at)
    assert {name: tuple(values) for name, values in now.typed["First"].form.items()} == {
        "q-rigors": ("yes",),
        "note": (SECRET,),
    }
    assert SECRET not in repr(now.typed)
    keep(draft, {"q-rigors": ["yes"], "note": [SECRET]})
    assert [one.deed for one in store.records.history(draft.id)].count(Deed.TYPED) == 1
    for wrong in ({"actor": SAM}, {"revision": draft.revision - 1}, {"mark": "another"}):
        with pytest.raises(StoreRefused):
            keep(draft, {}, **wrong)
    assert post(store, draft, "Second").typed.keys() == {"First"}
    posted = post(store, store.drafts.get(draft.id), "First")
    assert posted.typed == {}
    assert store.mend() == 0


def test_each_answer_keeps_where_it_came_from(store, draft):
    now = post(
        store, draft, "A", answers={"rigors": True, "diabetes": False}, origins={"diabetes": "confirmed suggestion"}
    )
    assert (now.origins["rigors"], now.origins["diabetes"]) == ("typed", "confirmed suggestion")


@pytest.mark.parametrize("origins", [{"diabetes": "typed"}, {"rigors": "guessed"}])
def test_an_origin_of_no_answer_or_of_no_kind_is_refused(store, draft, origins):
    with pytest.raises(StoreRefused, match="has an origin"):
        post(store, draft, answers={"rigors": True}, origins=origins)
    assert store.drafts.get(draft.id) == draft


def test_the_same_id_is_begun_once(store, draft):
    with pytest.raises(StoreRefused, match="begun before"):
        store.drafts.begin(library().newest("shingles"), ROBIN, practice=False, id=draft.id)


def test_an_id_is_a_uuid_so_that_no_name_becomes_one(store):
    with pytest.raises(StoreRefused, match="UUID") as refused:
        store.drafts.begin(library().newest("shingles"), ROBIN, practice=False, id=SECRET)
    assert SECRET not in str(refused.value)
    with pytest.raises(NotThere):
        store.drafts.get(SECRET)


def test_nobody_is_no_actor():
    with pytest.raises(StoreRefused, match="Say who"):
        Actor(" ")


def test_every_event_has_its_actor_and_the_time_of_the_server(store, clock):
    before = clock.at
    now = begun(store, an_account())
    history = store.records.history(now.id)
    assert [one.deed for one in history] == [Deed.BEGUN, Deed.WHO, Deed.POSTED, Deed.POSTED]
    assert all(one.actor == ROBIN and before < one.at <= clock.at for one in history)


# Two tabs, two people


def test_an_older_page_is_refused_and_what_is_newer_stands_beside_it(store, draft):
    newer = post(store, draft, answers={"rigors": True})
    with pytest.raises(Outdated, match="after this page was shown") as refused:
        post(store, draft, answers={"rigors": False})
    assert refused.value.newer == newer
    assert [one.told["page"] for one in refused.value.since] == ["First"]
    assert store.drafts.get(draft.id).answers["rigors"] is True


def test_a_page_about_another_patient_is_refused(store, draft):
    store.drafts.who(draft.id, ROBIN, draft.revision, draft.patient_mark, NEW)
    now = store.drafts.get(draft.id)
    with pytest.raises(Outdated, match="another patient"):
        store.drafts.post(draft.id, ROBIN, now.revision, draft.patient_mark, "First", {"rigors": False})


def test_the_mark_of_a_patient_says_nothing_of_who_it_is(store):
    """The same patient in two consultations has two marks, so that neither is the name in disguise."""
    one, other = begun(store, an_account(practice=True)), begun(store, an_account(practice=True, number=1))
    assert one.patient == other.patient
    assert one.patient_mark != other.patient_mark


def test_a_button_pressed_twice_saves_once(store, draft):
    first = post(store, draft)
    assert post(store, draft) == first
    assert len(store.records.history(draft.id)) == 5


def test_a_draft_is_its_owners(store, draft):
    with pytest.raises(NotYours, match="Take it over") as refused:
        post(store, draft, actor=SAM)
    assert refused.value.owner == ROBIN


def test_taken_over_both_names_are_kept_and_the_first_owner_is_shut_out(store, draft):
    now = store.drafts.take_over(draft.id, SAM)
    assert (now.owner, now.owners) == (SAM, (ROBIN, SAM))
    assert post(store, now, actor=SAM).answers["rigors"] is True
    with pytest.raises(NotYours):
        post(store, now)
    assert store.drafts.take_over(draft.id, SAM).owner == SAM
    assert [one.deed for one in store.records.history(draft.id)].count(Deed.TAKEN_OVER) == 1


def test_a_person_is_one_by_the_gphc_number(store, draft):
    assert post(store, draft, actor=replace(ROBIN, name="Sample, Robin")).revision == draft.revision + 1
    assert not Actor("Robin Sample").is_(ROBIN)


def test_two_stores_on_one_file_see_each_other(store, draft, clock):
    with opened(store.folder, clock) as other:
        post(other, draft)
    with pytest.raises(Outdated):
        post(store, draft, answers={})


def test_a_list_that_was_looked_at_before_shows_what_another_store_wrote_since(store, draft, clock):
    assert [one.revision for one in store.drafts.under_way()] == [draft.revision]
    with opened(store.folder, clock) as other:
        post(other, draft, answers={"rigors": False})
    (listed,) = store.drafts.under_way()
    assert listed == store.drafts.get(draft.id)
    assert listed.pages["First"].answers == {"rigors": False}


def test_a_list_remembers_nothing_that_was_undone(store, draft):
    before = store.drafts.under_way()
    with suppress(ZeroDivisionError), store.ledger.transaction():
        post(store, draft)
        assert [one.revision for one in store.drafts.under_way()] == [draft.revision + 1]
        raise ZeroDivisionError
    assert store.drafts.under_way() == before == (store.drafts.get(draft.id),)


def test_a_list_tells_of_what_was_changed_by_hand_since_it_was_looked_at(kept_in, store, draft):
    assert len(store.drafts.under_way()) == 1
    kept_in.by_hand(
        place_in(store.folder, "store"), f"UPDATE ledger_event SET body = '{{}}' WHERE stream LIKE '%{draft.id}'"
    )
    assert store.drafts.under_way() == ()
    assert list(store.trouble())[-1].startswith("1 things in the store cannot be read")


def test_what_lists_remember_is_bounded(store, monkeypatch):
    monkeypatch.setattr(kept, "MOST_LISTED_KEPT", 2)
    ids = [begun(store, an_account(practice=True, number=number)).id for number in range(1, 5)]
    for _ in range(2):
        assert [one.id for one in store.drafts.under_way()] == ids
    assert len(store._kept._listed) == 2


# Its time


def test_a_draft_expires_a_day_after_closing_and_its_answers_are_kept(store, draft, clock):
    until = draft.expires_at(store.settings.closes, store.settings.drafts_last)
    assert until == in_england(draft.changed_at).replace(hour=18, minute=30, second=0) + timedelta(hours=24)
    clock.at = until - timedelta(minutes=1)
    assert store.drafts.expire() == ()
    clock.at = until
    assert store.drafts.expire() == (draft.id,)
    assert store.drafts.expire() == ()
    now = store.drafts.get(draft.id)
    assert (now.state, now.answers) == (ConsultationState.EXPIRED, draft.answers)


def test_an_expired_draft_takes_no_page_until_somebody_takes_it_over_and_looks_through_it(store, draft, clock):
    clock.at += timedelta(days=3)
    with pytest.raises(NotUnderWay, match="expired") as refused:
        post(store, draft)
    assert refused.value.now.state is ConsultationState.EXPIRED
    now = store.drafts.take_over(draft.id, ROBIN)
    assert (now.state, now.look_through) == (ConsultationState.OPEN, ("First", "Second"))
    now = post(store, now)
    assert now.look_through == ("Second",)
    assert post(store, now, "Second").because == ""


def test_an_abandoned_draft_says_why_and_takes_no_page(store, draft):
    with pytest.raises(StoreRefused, match="Say why"):
        store.drafts.abandon(draft.id, ROBIN, draft.revision, " ")
    now = store.drafts.abandon(draft.id, ROBIN, draft.revision, "begun by mistake")
    assert now.state is ConsultationState.ABANDONED
    assert store.drafts.under_way() == ()
    with pytest.raises(NotUnderWay, match="abandoned"):
        post(store, now)
    with pytest.raises(NotUnderWay):
        store.drafts.take_over(now.id, SAM)


def test_an_emergency_ends_before_anybody_has_a_name_and_its_details_follow(store, clock):
    now = store.drafts.begin(library().newest("acute-sore-throat"), ROBIN, practice=False)
    now = post(store, now, "Red flags", answers={"stridor": True})
    now = store.drafts.details_follow(now.id, ROBIN, now.revision, "", {"done": "called 999", "told": "control room"})
    clock.at += timedelta(days=9)
    work = store.work_list()
    assert [one.id for one in work.emergencies] == [now.id]
    assert (work.drafts, work.before_closing) == ((), True)
    assert post(store, now, "Who").state is ConsultationState.DETAILS_FOLLOW


# The content under it


def another_library(**edition):
    """The library with another edition of the urinary pathway."""
    (first, *rest) = library().stretches["uncomplicated-uti"]
    pathway = replace(first.pathway, **edition)
    stretches = dict(library().stretches) | {"uncomplicated-uti": (replace(first, pathway=pathway), *rest)}
    return replace(library(), stretches=Frozen(stretches))


def test_a_draft_under_the_same_content_is_left_as_it_is(store, draft):
    assert store.drafts.look_again(draft.id, SAM, library()) == draft


def test_a_draft_begun_under_other_content_is_looked_through_again(store, draft):
    content = another_library(content_digest="sha256:" + "0" * 64)
    now = store.drafts.look_again(draft.id, ROBIN, content)
    assert now.look_through == ("First", "Second")
    assert "not what it was begun under" in now.because
    assert (now.answers, now.content_digest) == (draft.answers, "sha256:" + "0" * 64)
    assert store.drafts.look_again(draft.id, ROBIN, content) == now


def test_a_draft_past_the_last_day_of_a_document_is_looked_through_again(store, clock):
    clock.at = in_england(clock.at).replace(year=2027, month=1, day=30, hour=23, minute=50)
    now = store.drafts.begin(library().newest("uncomplicated-uti"), ROBIN, practice=False)
    now = post(store, now)
    clock.at += timedelta(minutes=20)
    now = store.drafts.look_again(now.id, ROBIN, library())
    assert now.documents == ("pathway 2026.2",)
    assert "last day" in now.because
    assert now.look_through == ("First",)


def test_a_draft_of_a_pathway_that_is_there_no_more_says_that_nothing_may_be_supplied(store, draft):
    gone = replace(library(), stretches=Frozen({}))
    now = store.drafts.look_again(draft.id, ROBIN, gone)
    assert "nothing may be supplied" in now.because
    assert now.content_digest == ""


def test_a_draft_that_has_to_be_looked_through_cannot_be_finished(store, draft):
    store.drafts.look_again(draft.id, ROBIN, another_library(content_digest="sha256:" + "0" * 64))
    now = store.drafts.look_again(draft.id, ROBIN, library())
    with pytest.raises(StoreRefused, match="2 pages have still to be looked through"):
        store.drafts.finish(now.id, ROBIN, now.revision, made(store, an_account()), not_told_because="a test")


# The clock and the file


def test_a_clock_that_went_back_is_told_and_written_down(store, draft, clock):
    clock.at -= timedelta(hours=5)
    assert "gone back" in store.work_list().trouble[0]
    post(store, draft)
    told = store.records.history(draft.id)[-1].told
    assert told["clock_was_at"] > clock.at.isoformat()
    assert store.work_list().trouble == ()


def test_a_clock_that_jumps_ahead_loses_nothing(store, draft, clock):
    clock.at += timedelta(days=4000)
    assert store.work_list().drafts[0].state is ConsultationState.EXPIRED
    clock.at -= timedelta(days=4000)
    assert store.drafts.take_over(draft.id, ROBIN).answers == draft.answers


def test_a_folder_that_cannot_be_written_is_said_and_names_no_path(tmp_path, monkeypatch):
    from pharmacyfirst.ledger import LedgerUnusable

    (tmp_path / SECRET).write_text("a file")
    with pytest.raises(LedgerUnusable, match="cannot be used") as refused:
        opened(tmp_path / SECRET / "data")
    assert SECRET not in str(refused.value)
    assert refused.value.__context__ is None


def test_the_folder_and_all_in_it_are_their_owners_alone(store, draft):
    store.anchor()
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in store.folder.iterdir())


def test_a_disk_that_is_full_says_so_and_what_was_saved_is_there(tmp_path, clock):
    from pharmacyfirst.ledger import LedgerUnusable

    store = opened(tmp_path / "data", clock)
    draft = store.drafts.begin(library().in_force("uncomplicated-uti", clock().date()), ROBIN, practice=False)
    pages = store.ledger._database.connection.execute("PRAGMA page_count").fetchone()[0]
    store.ledger._database.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerUnusable, match="full") as refused:
        post(store, draft, answers={"rigors": True}, fields={"note": SECRET * 20_000})
    assert SECRET not in str(refused.value)
    assert store.drafts.get(draft.id) == draft
    store.ledger._database.connection.execute("PRAGMA max_page_count = 1000000")
    assert post(store, draft, answers={"rigors": True}).answers["rigors"] is True
    store.close()


def test_nothing_shows_who_the_patient_is(store, draft):
    account = an_account()
    finished(store, an_account(practice=True))
    shown = [repr(draft), repr(store.records.history(draft.id)), repr(store.work_list()), repr(draft.pages)]
    assert all(SECRET not in one and account.patient.postcode not in one for one in shown)


def test_a_file_that_only_the_outbox_used_is_brought_to_this_format_after_a_copy(data, clock):
    ledger = place_in(data, "store").open()
    ledger.append("another/stream", "kind", "{}", clock())
    ledger.close()
    with opened(data, clock) as one:
        assert [event.stream for event in one.ledger.walk()] == ["another/stream", "store/format"]
    copy = open_ledger(data / "store.sqlite.before-format-1")
    assert copy.length == 1
    copy.close()


def test_a_store_that_a_newer_program_wrote_is_left_alone(data, clock):
    with opened(data, clock) as one:
        one._kept.write("store/format", Deed.FORMAT, ROBIN, {"format": 2})
        length = one.ledger.length
    with pytest.raises(StoreRefused, match="newer version"):
        opened(data, clock)
    ledger = place_in(data, "store").open()
    assert ledger.length == length
    ledger.close()
