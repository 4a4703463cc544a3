"""What comes after a record: the message as people read it and where it stands, letters that went, incidents, claims, and the page before closing."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from test_real_patients import SECRET, a_record, adopted, recorded
from visiting import AGREES, Clock, a_number, at_the_desk, begun, open_form, there_again

from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Happened, MessageEvent, MessageState
from pharmacyfirst.store import Store, open_store
from pharmacyfirst.store.store import FILE

WORDS = f"{SECRET} was given the wrong strength"


def sender(folder):
    """The outbox as another process has it open: the one that sends."""
    return Outbox(open_ledger(folder / FILE))


def bundle_of(folder, id):
    with open_store(folder, Clock()) as store:
        return store.drafts.get(id).summary["bundle_id"]


def test_the_message_is_shown_as_people_read_it_and_its_state_until_it_is_confirmed(desk, clock):
    visitor, folder = desk
    number = a_number()
    id = a_record(visitor, **{"p-nhs_number": number})
    assert "In the queue, not sent yet" in visitor.page.words
    page = visitor.go(f"/r/{id}/message")
    bundle = bundle_of(folder, id)
    for words in (
        SECRET,
        f"{number[:3]} {number[3:6]} {number[6:]}",
        "Clinical summary",
        "Nitrofurantoin",
        "What the practice reads",
        "pharmacyfirst record send --outbox",
    ):
        assert words in page.words, words
    assert "It has not run yet with this store." in page.words
    xml = visitor.go(f"/r/{id}/message.xml").words
    assert bundle in xml
    outbox = sender(folder)
    assert outbox.to_send() == (bundle,)
    outbox.begin_post(bundle, clock())
    assert "On its way to MESH at this moment" in visitor.go(f"/r/{id}/message").words
    outbox.record(bundle, MessageEvent(Happened.POSTED, clock(), mesh_id="20261121-1"))
    outbox.end_round(clock())
    page = visitor.go(f"/r/{id}/message")
    assert "Sent; the practice&#39;s system has not answered yet" in page.words
    assert "It last came to its end on 21 November 2026, 10:30." in page.words
    outbox.record(bundle, MessageEvent(Happened.ANSWERED, clock(), code="20013"))
    assert "still to come" in visitor.go(f"/r/{id}/message").words
    outbox.record(bundle, MessageEvent(Happened.ANSWERED, clock(), code="30001"))
    page = visitor.go(f"/r/{id}/message")
    assert "Accepted: the practice&#39;s system has answered twice" in page.words
    assert "answered: received and processed (20013)" in page.words
    assert "Say that a letter or PDF went" not in page.words


def test_a_message_that_failed_says_what_to_do_and_is_sent_again_or_voided_by_a_person(desk, clock):
    visitor, folder = desk
    id = a_record(visitor, **{"p-nhs_number": a_number()})
    bundle, outbox = bundle_of(folder, id), sender(folder)
    outbox.begin_post(bundle, clock())
    outbox.record(bundle, MessageEvent(Happened.REFUSED, clock(), code="EPL-153"))
    page = visitor.go(f"/r/{id}/message")
    assert "Not delivered: the NHS number was not found" in page.words
    assert "Check the patient&#39;s details; a new message, or the PDF." in page.words
    assert f'href="/r/{id}/message"' in visitor.go("/").words
    visitor.go(f"/r/{id}/message")
    visitor.send(f"/r/{id}/message", m__do="again")
    assert outbox.standing(bundle).state is MessageState.QUEUED
    assert "to be sent again, by Robin Sample" in visitor.page.words
    visitor.send(f"/r/{id}/message", m__do="void")
    assert "Say why." in visitor.page.words
    visitor.send(f"/r/{id}/message", m__do="void", m__why="the practice was rung, and has it by letter")
    assert outbox.standing(bundle).state is MessageState.VOID


def test_a_message_that_was_not_confirmed_is_told_on_paper(desk, clock):
    visitor, folder = desk
    id = a_record(visitor, **{"p-nhs_number": a_number()})
    bundle, outbox = bundle_of(folder, id), sender(folder)
    visitor.go(f"/r/{id}/told")
    visitor.send(f"/r/{id}/told", t__kind="pdf", t__to="nhsmail", t__mailbox="surgery@example.org")
    assert "Told by letter or PDF in place of the message" in visitor.page.words
    assert outbox.standing(bundle).state is MessageState.FALLBACK_SENT
    assert "pdf sent, nhsmail, by Robin Sample" in visitor.go(f"/r/{id}/message").words


def test_a_practice_patients_message_is_shown_and_never_sent(desk):
    visitor, folder = desk
    begun(visitor, "uncomplicated-uti")
    visitor.answer_page({}, **AGREES)
    visitor.go(f"{visitor.consultation}/page/1")
    visitor.answer_page({"sepsis_suspected": True})
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "sent"})
    page = visitor.go(f"{visitor.path}/message")
    assert "Not sent: this is how the message of this record would read." in page.words
    assert "TRAINING PATIENT, NOT A REAL PERSON" in page.words
    assert sum(sender(folder).counts().values()) == len(sender(folder).to_send()) + counted(folder)
    assert "nothing that happens here is an incident" in visitor.go(visitor.path.replace("message", "incident")).words


def counted(folder):
    return sum(many for state, many in sender(folder).counts().items() if state is not MessageState.QUEUED)


def test_a_letter_that_went_is_put_down_with_how_and_when_and_is_due_no_more(desk):
    visitor, folder = desk
    id = a_record(visitor)
    assert "No message can be sent: the practice has to be told by Mon 23 Nov 2026." in visitor.page.words
    assert f'href="/r/{id}/told"' in visitor.go("/").words
    visitor.go(f"/r/{id}/told")
    visitor.send(f"/r/{id}/told")
    assert "What went? Choose letter or PDF" in visitor.page.words
    visitor.send(f"/r/{id}/told", t__kind="letter", t__to="post", t__on="21/11/2026", t__at="25:00")
    assert "When: give the day" in visitor.page.words
    visitor.send(f"/r/{id}/told", t__kind="pdf", t__to="post", t__on="", t__at="")
    assert "A PDF goes by nhsmail" in visitor.page.words
    visitor.send(f"/r/{id}/told", t__kind="letter", t__to="post", t__on="21/11/2026", t__at="10:00")
    assert "before the consultation ended" in visitor.page.words
    visitor.send(f"/r/{id}/told", t__kind="letter", t__to="by-hand", t__on="", t__at="", t__by="Kim Driver")
    assert visitor.path == f"/r/{id}"
    assert "A letter went to the practice (by-hand) on 21 November 2026, 10:30, by Kim Driver." in visitor.page.words
    assert id not in [one.record_id for one in recorded(folder, id)[1].people]
    assert visitor.go(f"/r/{id}/told").title == "Nothing is due to the practice"


def test_an_incident_is_reported_looked_at_and_its_words_are_on_its_own_page_alone(desk):
    visitor, folder = desk
    id = a_record(visitor)
    visitor.go(f"/r/{id}/incident")
    visitor.send(f"/r/{id}/incident", i__do="report")
    assert "Say what went wrong." in visitor.page.words
    visitor.send(f"/r/{id}/incident", i__do="report", i__what=WORDS)
    assert WORDS in visitor.page.words
    for path in ("/", f"/r/{id}", "/closing"):
        assert WORDS not in visitor.go(path).words
        assert f'href="/r/{id}/incident"' in visitor.page.words
    visitor.go(f"/r/{id}/incident")
    visitor.send(f"/r/{id}/incident", i__do="close", i__what="rung, and exchanged", i__lfpse="LFPSE-7")
    assert "LFPSE: LFPSE-7" in visitor.page.words
    assert "it was looked at" in visitor.go(f"/r/{id}").words
    assert id not in [one.id for one in recorded(folder, id)[1].incidents]
    with open_store(folder, Clock()) as store:
        assert [one.told["what"] for one in store.records.history(id) if one.deed.value == "read"].count(
            "incidents"
        ) >= 3


def test_a_claim_is_copied_entered_and_refused_with_its_reference(desk):
    visitor = desk[0]
    id = a_record(visitor)
    page = visitor.go("/claims")
    assert "By 5 December 2026" in page.words
    assert f'href="/r/{id}/claim"' in page.words
    page = visitor.go(f"/r/{id}/claim")
    assert page.title == "Claim: yes"
    assert f"client reference: {id}" in page.words
    assert "[NOT KNOWN: given by NHSBSA to each system]" in page.words
    fields = page.forms[f"/r/{id}/claim"] | {"c-state": "submitted", "c-reference": "MYS-1"}
    visitor.post(f"/r/{id}/claim", fields)
    visitor.post(f"/r/{id}/claim", fields)  # the button pressed twice
    assert visitor.page.words.count("submitted, reference MYS-1") == 1
    assert f'href="/r/{id}/claim"' not in visitor.go("/claims").words
    visitor.go(f"/r/{id}/claim")
    visitor.send(f"/r/{id}/claim", c__state="refused", c__reference="MYS-1")
    assert f'href="/r/{id}/claim"' in visitor.go("/claims").words
    visitor.go(f"/r/{id}/claim")
    visitor.send(f"/r/{id}/claim", c__state="")
    assert "A claim step has a key and a state" in visitor.page.words


# Before closing


def test_before_closing_everything_that_is_left_is_on_one_page_with_a_link(tmp_path):
    clock = Clock()
    with open_form(tmp_path, clock) as client:
        visitor = at_the_desk(client, **{"u-adoption": str(adopted(tmp_path))})
        assert "Nothing is left to do." in visitor.go("/closing").words
        told, draft, practice, emergency = (
            a_record(visitor),
            *(begun(visitor, "shingles", one).consultation for one in ("", "1", "")),
        )
        visitor.go(f"{emergency}/page/1")
        visitor.post(f"{emergency}/threat", visitor.page.forms[visitor.path] | {"threat": "yes"})
        visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "called"})
        page = visitor.go("/closing")
        assert "Nothing is left to do" not in page.words
        for path in (f"/r/{told}/told", f"{draft}/outcome", f"{emergency}/patient"):
            assert f'href="{path}"' in page.words
        assert practice not in page.words
        assert "the practice has to be told by Mon 23 Nov 2026" in page.words
        assert "expires 22 November 2026, 18:30" in page.words
        assert "Claims whose day is today" not in page.words
        clock.now += timedelta(days=14)
        clock.seconds += 14 * 24 * 3600
        there_again(visitor)
        visitor.go("/closing")
        assert "Claims whose day is today, or over" in visitor.page.words
        assert "expired" in visitor.page.words


def test_a_record_that_was_altered_by_hand_is_not_shown_and_the_page_says_what_to_do(desk):
    visitor, folder = desk
    id = a_record(visitor)
    with closing(sqlite3.connect(folder / FILE)) as file, file:
        file.execute("DROP TRIGGER ledger_event_no_update")
        held = f"CAST(replace(CAST(attached AS TEXT), '{SECRET[:-1]}', '{SECRET[:-2]}x') AS BLOB)"
        file.execute(f"UPDATE ledger_event SET attached = {held} WHERE kind = 'finished'")
    for of in ("", "/letter.html", "/page.html", "/label.txt", "/message.xml", "/claim", "/correct", "/incident"):
        path = f"/r/{id}{of}"
        page = visitor.go(path)
        assert visitor.reply.status_code in (409, 500), path
        assert "pharmacyfirst store verify" in page.words, path
        assert SECRET[:-2] not in page.words, path
    assert id in visitor.go("/").words  # it stays in the list in which somebody finds it


def test_what_cannot_be_read_is_never_an_all_clear(tmp_path, monkeypatch):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        begun(visitor, "shingles", "")
        with (
            closing(sqlite3.connect(tmp_path / FILE)) as file,
            file,
        ):  # what somebody does who has the file and a tool for it
            file.execute("DROP TRIGGER ledger_event_no_update")
            file.execute("UPDATE ledger_event SET body = '{}' WHERE stream LIKE '%consultation/%'")
        page = visitor.go("/closing")
        assert "Nothing is left to do" not in page.words
        assert "cannot be read" in page.words

        def gone(*_):
            raise OSError("the disk is gone")

        monkeypatch.setattr(Store, "work_list", gone)
        page = visitor.go("/closing")
        assert visitor.reply.status_code == 500
        assert "Nothing is left to do" not in page.words
