"""A finished record is corrected by a new one: begun from it, looked through, judged, and told to the practice; both stand."""

from contextlib import closing
from datetime import timedelta

import pytest
from shipped import cases_of
from test_every_outcome import LIBRARY, SUPPLIED, supplied, who
from test_real_patients import CASE, CONDITION, SECRET, a_record, adopted, recorded, to_the_outcome
from visiting import AGREES, NOW, Clock, a_number, at_the_desk, begun, open_form, there_again

from pharmacyfirst import assess
from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.record.examples import actual_product
from pharmacyfirst.record.judged import read_record
from pharmacyfirst.record.make import make_record
from pharmacyfirst.record.papers.claim import NEVER, claim_of
from pharmacyfirst.record.supply import Handed
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Happened, MessageEvent
from pharmacyfirst.store import ConsultationState, open_store
from pharmacyfirst.store.store import FILE

WHY = "the date of birth was mistyped"
LATER = 3 * 24 * 3600


def correcting(visitor, id, because=WHY):
    """The correction of a record, at its first page; its id."""
    visitor.go(f"/r/{id}/correct")
    visitor.send(f"/r/{id}/correct", r__because=because)
    assert visitor.path.endswith("/patient"), visitor.page.words
    return visitor.consultation.removeprefix("/c/")


def look_through(visitor, facts=None, **who):
    """Every page posted as it stands, but for what is changed."""
    for _ in range(20):
        if visitor.path.endswith("/outcome"):
            return visitor.page
        fields = dict(visitor.page.forms[visitor.path])
        for name, value in (facts or {}).items():
            fields |= {f"q-{name}": value} if f'name="q-{name}"' in visitor.page.words else {}
        visitor.post(visitor.path, fields | (who if visitor.path.endswith("/patient") else {}))
    raise AssertionError(visitor.page.words)


def as_before(visitor, **more):
    return visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "before"} | more)


def test_a_record_is_corrected_from_its_page_and_each_names_the_other(desk, clock):
    visitor, folder = desk
    id = a_record(visitor)
    old = recorded(folder, id)[0]
    assert "Correct this record" in visitor.page.words
    new = correcting(visitor, id)
    assert "It corrects a finished record: look through every page." in visitor.page.words
    assert SECRET in visitor.page.words
    look_through(visitor, **{"p-given": "Anna"})
    assert WHY in visitor.page.words
    as_before(visitor)
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words
    assert f'href="/r/{id}"' in visitor.page.words
    record, work, _ = recorded(folder, new)
    assert (record.corrects, record.corrects_because, record.first) == (id, WHY, None)
    assert record.patient.given == ("Anna",)
    for name in (
        "started_at",
        "ended_at",
        "facts",
        "decision",
        "charge",
        "identity_checked",
        "practitioner",
        "gateways_passed",
    ):
        assert getattr(record, name) == getattr(old, name), name
    assert recorded(folder, id)[2].corrected_by == new
    assert new in [one.id for one in work.claims]
    assert id not in [one.id for one in work.claims]
    page = visitor.go(f"/r/{id}")
    assert f'href="/r/{new}"' in page.words
    assert f"/r/{id}/correct" not in page.words


def test_every_page_is_looked_through_before_it_can_be_finished(desk):
    visitor, folder = desk
    id = a_record(visitor)
    new = correcting(visitor, id)
    page = visitor.go(f"/c/{new}/outcome")
    assert "Still to be looked through" in page.words
    visitor.post(
        visitor.path, {"token": page.forms["/leave"]["token"], "revision": "2", "mark": "x", "o-did": "before"}
    )
    with open_store(folder, Clock()) as store:
        assert store.drafts.get(new).state is ConsultationState.OPEN


def test_a_name_or_a_number_that_changes_has_the_permit_asked_again_as_of_the_hand_over(desk, clock):
    visitor, folder = desk
    id = a_record(visitor)
    old = recorded(folder, id)[0]
    clock.pass_seconds(240)
    new = correcting(visitor, id, "the family name was mistyped")
    look_through(visitor, **{"p-family": "Fanshaw"})
    as_before(visitor)
    record = recorded(folder, new)[0]
    (supply,), (before,) = record.supplies, old.supplies
    assert supply.permit.person == record.patient.digest != before.permit.person
    assert supply.permit.at == before.handed_over_at == supply.handed_over_at
    assert supply.permit.record == new
    assert supply.permit.afterwards.entered_by == "Robin Sample"
    assert record.late.because.startswith("corrected: the permit was asked for again")
    assert not record.is_incident


def test_what_the_permit_was_given_for_is_kept_with_it(desk):
    visitor, folder = desk
    id = a_record(visitor)
    new = correcting(visitor, id, "the address was mistyped")
    look_through(visitor, **{"p-address": "9 Nowhere Lane, Leeds"})
    as_before(visitor)
    record = recorded(folder, new)[0]
    assert record.supplies == recorded(folder, id)[0].supplies
    assert record.late is None
    assert read_record(open_written(folder, new), LIBRARY) == record


def open_written(folder, id):
    with open_store(folder, Clock()) as store:
        return store.records.written(id)


def test_answers_under_which_nothing_might_have_been_supplied_make_it_an_incident_once_that_was_confirmed(desk):
    visitor, folder = desk
    id = a_record(visitor)
    new = correcting(visitor, id, "an allergy was missed")
    look_through(visitor, {"nitrofurantoin_allergy": "yes"})
    as_before(visitor, **{"b-because": "it was handed over before the allergy was told"})
    assert visitor.reply.status_code == 422
    assert "there was no permit for what was handed over" in visitor.page.words
    as_before(visitor, **{"b-because": "it was handed over before the allergy was told", "b-incident": "yes"})
    assert "Marked as an incident" in visitor.page.words, visitor.page.words
    record, work, _ = recorded(folder, new)
    (found,) = record.unpermitted
    assert found.directions == recorded(folder, id)[0].supplies[0].directions
    assert claim_of(record).claimable == NEVER
    assert [one.id for one in work.incidents] == [new]
    assert not {id, new} & {one.id for one in work.claims}


def test_the_batch_is_corrected_on_the_supply_page_which_is_filled_in(desk):
    visitor, folder = desk
    id = a_record(visitor)
    new = correcting(visitor, id, "the batch was mistyped")
    look_through(visitor)
    page = visitor.go(f"/c/{new}/supply/nitrofurantoin")
    fields = page.forms[visitor.path]
    assert {name: fields[name] for name in ("s-batch", "s-expiry", "s-identity")} == {
        name: [SUPPLIED[name]] for name in ("s-batch", "s-expiry", "s-identity")
    }
    visitor.post(visitor.path, fields | {"s-batch": "CD5678"})
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words
    record, old = recorded(folder, new)[0], recorded(folder, id)[0]
    assert record.supplies[0].batch == "CD5678"
    assert record.supplies[0].permit == old.supplies[0].permit
    assert record.charge == old.charge


def test_a_medicine_that_was_not_handed_over_after_all_is_taken_off_the_record(desk):
    visitor, folder = desk
    id = a_record(visitor)
    new = correcting(visitor, id, "the patient left it on the counter")
    look_through(visitor)
    fields = {"o-did": "declined", "o-no-supply": "declined", "o-because": "left on the counter"}
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | fields)
    assert visitor.page.title == "Saved: declined", visitor.page.words
    assert recorded(folder, new)[0].supplies == ()


def test_the_old_notice_is_due_no_more_and_the_new_one_from_the_correction_on(tmp_path):
    clock = Clock()
    with open_form(tmp_path, clock) as client:
        days_later(at_the_desk(client, **{"u-adoption": str(adopted(tmp_path))}), tmp_path, clock)


def days_later(visitor, folder, clock):
    id = a_record(visitor)
    clock.pass_seconds(LATER)
    there_again(visitor)
    new = correcting(visitor, id)
    look_through(visitor)
    as_before(visitor)
    with open_store(folder, clock) as store:
        (person,) = store.work_list().people
        assert (person.record_id, person.late) == (new, False)
        assert store.outbox.notices.history(id)[-1][0] == "not due"
        assert store.records.record(new).ended_at.isoformat() == NOW
        assert store.records.record(new).recorded_at - store.records.record(id).recorded_at == timedelta(seconds=LATER)


def test_a_correction_of_a_correction_names_the_first_and_keeps_its_permit(desk):
    visitor, folder = desk
    id = a_record(visitor)
    ids = [id]
    for given in ("Anna", "Annabel"):
        correcting(visitor, ids[-1])
        look_through(visitor, **{"p-telephone": f"01632 96000{len(given)}"})
        as_before(visitor)
        ids.append(visitor.path.removeprefix("/r/"))
    record = recorded(folder, ids[2])[0]
    assert (record.corrects, record.first) == (ids[1], ids[0])
    assert record.supplies[0].permit.record == id


def test_a_record_is_corrected_once_and_by_one_person_at_a_time(desk):
    visitor, _ = desk
    id = a_record(visitor)
    new = correcting(visitor, id)
    visitor.go(f"/r/{id}/correct")
    visitor.send(f"/r/{id}/correct", r__because=WHY)
    assert "is correcting this record" in visitor.page.words
    visitor.go(f"/c/{new}/outcome")
    visitor.go(f"/c/{new}/patient")
    look_through(visitor)
    as_before(visitor)
    visitor.go(f"/r/{id}/correct")
    visitor.send(f"/r/{id}/correct", r__because=WHY)
    assert "was corrected before" in visitor.page.words


def test_why_it_is_corrected_has_to_be_said(desk):
    visitor, _ = desk
    id = a_record(visitor)
    visitor.go(f"/r/{id}/correct")
    visitor.send(f"/r/{id}/correct")
    assert "Say why it is corrected" in visitor.page.words


def test_a_record_is_not_corrected_by_content_that_did_not_decide_it(desk):
    visitor, folder = desk
    id = a_record(visitor)
    with open_store(folder, Clock()) as store:
        record = store.records.record(id, LIBRARY)
        other = LIBRARY.in_force("shingles", record.on)
        with pytest.raises(Exception, match="not at hand"):
            store.drafts.correct(id, other, store.drafts.get(id).owner, record, WHY)


def test_an_emergency_pressed_by_mistake_is_taken_back_in_the_correction(desk):
    visitor, folder = desk
    begun(visitor, CONDITION)
    visitor.answer_page(dict(CASE.facts), **AGREES)
    visitor.go(f"{visitor.consultation}/page/1")
    visitor.post(f"{visitor.consultation}/threat", visitor.page.forms[visitor.path] | {"threat": "yes"})
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "called"})
    assert visitor.page.title == "Saved: referred", visitor.page.words
    id = visitor.path.removeprefix("/r/")
    new = correcting(visitor, id, "the button was pressed by mistake")
    visitor.go(f"/c/{new}/outcome")
    visitor.send(f"/c/{new}/threat", threat="no")
    assert visitor.page.title != "Dial 999 now"
    with open_store(folder, Clock()) as store:
        assert store.drafts.get(new).answers["life_threatening"] is False


# A patient of the sandbox of NHS England's PDS, whom its documentation names: nobody.
NUMBER = "9000000009"


def message_of(folder, id):
    with open_store(folder, Clock()) as store:
        return store.outbox.message(store.drafts.get(id).summary["bundle_id"])


def test_a_correction_that_adds_the_nhs_number_is_sent_as_a_message_of_its_own_and_its_permit_is_that_of_the_person_as_now_known(
    desk,
):
    visitor, folder = desk
    id = a_record(visitor)
    assert recorded(folder, id)[2].summary["told_by"] == "letter"
    new = correcting(visitor, id, "the NHS number was found")
    look_through(visitor, **{"p-nhs_number": NUMBER})
    as_before(visitor)
    assert "In the queue, not sent yet" in visitor.page.words, visitor.page.words
    record = recorded(folder, new)[0]
    assert record.supplies[0].permit.person == record.patient.digest
    assert record.supplies[0].permit.at == record.supplies[0].handed_over_at
    assert not record.is_incident
    message = message_of(folder, new)
    assert (message.replaces, message.sender_reference) == ("", f"urn:uuid:{new}")
    assert "This corrects" in visitor.go(f"/r/{new}/message").words


def test_the_message_of_a_correction_replaces_the_one_that_was_sent(desk, clock):
    visitor, folder = desk
    id = a_record(visitor, **{"p-nhs_number": a_number()})
    first = message_of(folder, id)
    with closing(open_ledger(folder / FILE)) as ledger:
        outbox = Outbox(ledger)
        outbox.begin_post(first.bundle_id, clock())
        outbox.record(first.bundle_id, MessageEvent(Happened.POSTED, clock(), mesh_id="20261121-9"))
    new = correcting(visitor, id, "the address was mistyped")
    look_through(visitor, **{"p-address": "9 Nowhere Lane, Leeds"})
    as_before(visitor)
    message = message_of(folder, new)
    assert message.replaces == first.document_id
    page = visitor.go(f"/r/{new}/message")
    assert "2, in place of the message before it" in page.words
    assert "9 Nowhere Lane" in page.words


SINUSITIS = next(case for case in cases_of(LIBRARY, "acute-sinusitis") if case.id == "sin-001")


@pytest.fixture
def two_medicines(desk):
    """The id of a training patient's record of two medicines, as another system makes one: the form makes none."""
    visitor, folder = desk
    begun(visitor, SINUSITIS.pathway, "2")
    visitor.answer_all(dict(SINUSITIS.facts), who(SINUSITIS))
    id = visitor.consultation.removeprefix("/c/")
    supplied(visitor, **{"s-charge": "0001"})
    with open_store(folder, Clock()) as store:
        one, held = store.records.record(id, LIBRARY), store.drafts.get(id)
        offers = assess(LIBRARY.in_force(one.pathway, one.on), dict(SINUSITIS.facts), one.on).offers
        handed = tuple(
            Handed(
                pgd=offer.pgd.id,
                amp=actual_product(offer),
                batch=f"LOT{at}",
                expiry="2028-05",
                handed_over_at=one.recorded_at,
            )
            for at, offer in enumerate(offers)
        )
        assert len(handed) == 2
        new = store.drafts.begin(LIBRARY.in_force(one.pathway, one.on), held.owner, practice=True)
        new = store.drafts.who(new.id, held.owner, new.revision, new.patient_mark, held.patient)
        for name, page in held.pages.items():
            new = store.drafts.post(
                new.id, held.owner, new.revision, new.patient_mark, name, page.answers, page.origins, page.fields
            )
        account = one.account().model_copy(update={"id": new.id, "supplies": handed, "charge": one.charge.for_items(2)})
        record = make_record(account, LIBRARY, recorded_at=one.recorded_at)
        store.drafts.finish(new.id, held.owner, new.revision, record)
    return new.id


def test_a_record_of_several_medicines_is_corrected_and_none_is_left_out(desk, two_medicines):
    visitor, folder = desk
    assert "fluticasone furoate and mometasone furoate" in visitor.go(f"/r/{two_medicines}").title
    new = correcting(visitor, two_medicines)
    look_through(visitor)
    as_before(visitor)
    record = recorded(folder, new)[0]
    assert [(one.pgd, one.batch) for one in record.supplies] == [("fluticasone", "LOT0"), ("mometasone", "LOT1")]
    assert record.charge.taken == 2


@pytest.mark.parametrize(("beside", "kept"), [(None, ["LOT0", "LOT9"]), ([], ["LOT9"])])
def test_of_several_medicines_one_is_corrected_and_those_that_are_ticked_stay(desk, two_medicines, beside, kept):
    visitor, folder = desk
    new = correcting(visitor, two_medicines, "the batch was mistyped")
    look_through(visitor)
    page = visitor.go(f"/c/{new}/supply/mometasone")
    assert page.forms[visitor.path]["s-beside"] == ["fluticasone"]
    assert page.forms[visitor.path]["s-batch"] == ["LOT1"]
    fields = page.forms[visitor.path] | {"s-batch": "LOT9"} | ({} if beside is None else {"s-beside": beside})
    visitor.post(visitor.path, SUPPLIED | fields)
    assert visitor.path == f"/r/{new}", visitor.page.words
    record = recorded(folder, new)[0]
    assert [one.batch for one in record.supplies] == kept
    assert record.charge.taken == len(kept)


def test_a_charge_that_does_not_fit_the_corrected_age_is_said_anew(desk):
    visitor, folder = desk
    to_the_outcome(visitor, **{"p-born_year": "2009"})
    supplied(visitor, **{"s-charge": "0003"})
    id = visitor.path.removeprefix("/r/")
    new = correcting(visitor, id, "the year of birth was mistyped")
    look_through(visitor, **{"p-born_year": "1990"})
    as_before(visitor)
    assert "The prescription charge that is on record is not for somebody of the patient" in visitor.page.words
    as_before(visitor, **{"b-charge": "0003"})
    assert visitor.reply.status_code == 422
    as_before(visitor, **{"b-charge": "0001"})
    assert visitor.path == f"/r/{new}", visitor.page.words
    charge = recorded(folder, new)[0].charge
    assert (charge.exemption, charge.taken) == ("0001", 1)
