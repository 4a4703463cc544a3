"""Somebody who is no training patient: nothing is supplied without a permit; with one it is on record, and the practice is told."""

import pytest
from shipped import cases_of
from test_every_outcome import LIBRARY, SUPPLIED, supplied, who
from visiting import NOW, SECRET, Clock, at_the_desk, begun, open_form, somebody_new

from pharmacyfirst import Kind
from pharmacyfirst.content.adoption_written import written
from pharmacyfirst.record.examples import example_adoption, example_of
from pharmacyfirst.store import open_store
from pharmacyfirst.store.news import message_for

CONDITION = "uncomplicated-uti"
CASE = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.SUPPLY)
# No NHS number, because every real one is somebody's.
NAMED = {
    "p-family": SECRET, "p-given": "Ann", "p-address": "7 Nowhere Lane, Leeds", "p-postcode": "LS1 6AE", "p-practice_ods": "B86999",
    "p-nhs_number": "",
}  # fmt: skip


def adopted(folder):
    """The example's adoption of the condition, in a file."""
    pathway = LIBRARY.in_force(CONDITION, CASE.as_of)
    path = folder / "adoption.yaml"
    path.write_text(written(example_adoption(pathway)), encoding="utf-8")
    return path


def to_the_outcome(visitor, facts=CASE.facts, **more):
    begun(visitor, CONDITION, practice="")
    visitor.answer_all(dict(facts), who(CASE) | NAMED | somebody_new() | more)
    return visitor.consultation.removeprefix("/c/")


def recorded(folder, id):
    with open_store(folder, Clock()) as store:
        return store.records.record(id, LIBRARY), store.work_list(), store.drafts.get(id)


def a_record(visitor, **more):
    """The id of a record of a supply to somebody."""
    id = to_the_outcome(visitor, **more)
    supplied(visitor)
    assert visitor.path == f"/r/{id}", visitor.page.words
    return id


@pytest.fixture
def desk(tmp_path):
    with open_form(tmp_path) as client:
        yield at_the_desk(client, **{"u-adoption": str(adopted(tmp_path))}), tmp_path


def test_a_supply_has_its_permit_and_the_practice_is_to_be_told(desk):
    visitor, folder = desk
    assert "Evaluation only" not in visitor.page.words
    id = to_the_outcome(visitor)
    supplied(visitor)
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words
    record, work, now = recorded(folder, id)
    supply = record.supplies[0]
    assert not record.practice
    assert supply.permit.record == id
    assert supply.permit.person == record.patient.digest
    assert (supply.batch, supply.expiry, supply.handed_over_at.isoformat()) == ("AB1234", "2028-05", NOW)
    assert record.identity_checked == "name and date of birth"
    assert (record.charge.exemption, record.charge.taken) == ("0001", 1)
    assert (record.decision.told.about_the_medicine, record.decision.told.leaflet) == (True, None)
    assert record.consent.to_share is True
    assert [(one.id, one.at.isoformat()) for one in record.gateways_passed] == [("UTI-G1", NOW)]
    assert record.pregnancy_confirmed is None  # not said unless it is wanted
    assert now.summary["told_by"] == "letter"  # without an NHS number no message finds the practice
    assert [one.record_id for one in work.people] == [id]
    assert [one.id for one in work.claims] == [id]
    assert "Print the letter, send it" in visitor.page.words


def test_pregnancy_is_written_in_the_gp_record_only_where_that_is_wanted(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    supplied(visitor, **{"o-pregnancy": "yes"})
    assert recorded(folder, id)[0].pregnancy_confirmed == "not_pregnant"


def test_the_batch_of_today_is_picked_the_next_time(desk):
    visitor, _ = desk
    to_the_outcome(visitor)
    supplied(visitor)
    id = to_the_outcome(visitor, **{"p-given": "Bea"})
    page = visitor.go(f"/c/{id}/supply/nitrofurantoin")
    assert "Batch used today" in page.words
    fields = page.forms[visitor.path] | SUPPLIED | {"s-shelf": "2028-05 AB1234", "s-batch": "", "s-expiry": ""}
    fields.setdefault("s-actual", page.words.split('name="s-actual" value="')[1].split('"')[0])
    visitor.post(visitor.path, fields)
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words


def test_who_did_not_agree_that_the_practice_is_told_is_not_told_of(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor, **{"p-share": "no"})
    supplied(visitor)
    record, work, now = recorded(folder, id)
    assert record.consent.to_share is False
    assert now.summary["not_told_because"] == "the patient did not agree"
    assert work.people == ()
    assert "The practice is not told: the patient did not agree." in visitor.page.words


def test_without_an_adoption_nothing_is_supplied(tmp_path):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        id = to_the_outcome(visitor)
        supplied(visitor)
        assert visitor.reply.status_code == 422
        assert "There is no permit, so nothing may be handed over" in visitor.page.words
        assert "No adoption is in use: evaluation only" in visitor.page.words
        visitor.go(f"/c/{id}/outcome")
        fields = {"o-did": "advised", "o-no-supply": "other", "o-because": "evaluation", "o-told-netting": "yes"}
        visitor.post(visitor.path, visitor.page.forms[visitor.path] | fields)
        assert visitor.page.title == "Saved: advised", visitor.page.words
    record, _, _ = recorded(tmp_path, id)
    assert (record.kind, record.supplies, record.decision.no_supply) == (Kind.SUPPLY, (), "other")
    assert record.differs


def test_a_suspension_in_the_adoptions_file_holds_at_the_next_permit(desk):
    visitor, folder = desk
    to_the_outcome(visitor)
    path = folder / "adoption.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2999999", "2999998"), encoding="utf-8")
    supplied(visitor)
    assert visitor.reply.status_code == 422
    assert "no practitioner of the adoption has this GPhC number" in visitor.page.words
    path.write_text("nothing that can be read: [", encoding="utf-8")
    assert "cannot be read" in visitor.go(visitor.path).words


def test_a_consultation_is_found_by_what_is_known_of_it_and_no_address_says_by_what(desk):
    visitor, _ = desk
    id = to_the_outcome(visitor)
    supplied(visitor)
    born = who(CASE)
    for words in (SECRET, "feather", "AB1234", f"{born['p-born_day']}/{born['p-born_month']}/{born['p-born_year']}"):
        visitor.go("/")
        visitor.send("/find", find=words)
        assert visitor.path == "/find"
        assert f'href="/r/{id}"' in visitor.page.words, words
    visitor.go("/")
    assert visitor.send("/find", find="Nobodyatall").title == "0 found"
    visitor.go("/")
    assert "Say what to look for" in visitor.send("/find", find="").words


def test_a_declined_medicine_needs_its_reason(desk):
    visitor, _ = desk
    to_the_outcome(visitor)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "declined"})
    assert "A medicine could be supplied and was not: say why" in visitor.page.words
    assert "Choose why the medicine was not supplied" in visitor.page.words


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"s-batch": ""}, "Batch: give the number on the pack"),
        ({"s-expiry": "13 2028"}, "Expiry: give month and year"),
        ({"s-expiry": "10 2026"}, "Expiry: this pack has expired"),
        ({"s-charge": ""}, "Charge: say whether it was paid"),
        ({"s-identity": ""}, "Identity: say how you confirmed"),
        ({"s-collected": ""}, "Collected: say who takes it away"),
        ({"s-actual": "other", "s-actual-code": "123", "s-actual-name": "x"}, "Pack: choose the product in your hand"),
        ({"s-quantity": "5"}, "quantity_because has to say why"),
        ({"s-quantity": "7"}, "the document says 6 capsules, and not more"),
        ({"s-product": "another"}, "Product: choose what is handed over"),
        ({"s-scan": "0123", "s-batch": ""}, "Scan: this is no code of a pack that can be read"),
    ],
)
def test_what_is_missing_of_a_supply_is_said_and_nothing_is_recorded(desk, changed, says):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    page = visitor.go(f"/c/{id}/supply/nitrofurantoin")
    fields = page.forms[visitor.path] | SUPPLIED
    fields.setdefault("s-actual", page.words.split('name="s-actual" value="')[1].split('"')[0])
    visitor.post(visitor.path, fields | changed)
    assert visitor.reply.status_code == 422
    assert says in visitor.page.words
    with open_store(folder, Clock()) as store:
        assert store.records.finished() == ()


def test_what_was_typed_is_there_again_where_something_is_missing(desk):
    visitor, _ = desk
    id = to_the_outcome(visitor)
    outcome = visitor.page.forms[visitor.path] | {
        "o-did": "advised", "o-no-supply": "other", "o-to": "the practice", "o-accepted": "the duty doctor", "o-at": "10:15", "o-otc": "a spray",
        "o-notes": "a note", "o-told-netting": "yes", "o-told-leaflet": "yes", "o-pregnancy": "yes",
    }  # fmt: skip
    again = visitor.post(visitor.path, outcome | {"o-because": ""})
    assert visitor.reply.status_code == 422
    held = again.forms[visitor.path]
    assert {name for name, value in outcome.items() if name in held and held[name] not in (value, [value])} == set()
    assert {"o-told-netting", "o-told-leaflet", "o-pregnancy", "o-notes"} <= {*held}
    page = visitor.go(f"/c/{id}/supply/nitrofurantoin")
    fields = page.forms[visitor.path] | SUPPLIED | {
        "s-batch": "", "s-collector": "Sam", "s-notes": "a note", "s-evidence": "yes", "o-told-leaflet": "yes", "o-pregnancy": "yes", "s-because": "a spare",
        "s-quantity": "4",
    }  # fmt: skip
    held = visitor.post(visitor.path, fields).forms[visitor.path]
    assert {name for name, value in fields.items() if held.get(name) not in (value, [value])} == set()


def test_a_scan_fills_batch_and_expiry(desk):
    visitor, _ = desk
    id = to_the_outcome(visitor)
    visitor.go(f"/c/{id}/supply/nitrofurantoin")
    visitor.send(visitor.path, **{"s-scan": "010501234567890017280500" + "10AB1234"})
    assert 'name="s-batch" value="AB1234"' in visitor.page.words
    assert 'name="s-expiry" value="05 2028"' in visitor.page.words


def test_the_papers_of_a_record_are_printed_copied_and_put_down(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    supplied(visitor)
    for paper, words in (
        ("letter.txt", SECRET),
        ("leaflet.html", "nitrofurantoin"),
        ("page.html", SECRET),
        ("label.txt", SECRET),
        ("leaflet.txt", "nitrofurantoin"),
    ):
        page = visitor.go(f"/r/{id}/{paper}")
        assert visitor.reply.status_code == 200, page.words
        assert words in page.words
    policy = visitor.client.get(f"/r/{id}/page.html").headers["content-security-policy"]
    assert "style-src 'self' 'sha256-" in policy
    with open_store(folder, Clock()) as store:
        printed = [one.told["what"] for one in store.records.history(id) if one.deed.value == "printed"]
    assert printed == [
        "letter as txt",
        "leaflet as html",
        "page as html",
        "label as txt",
        "leaflet as txt",
        "page as html",
    ]
    assert visitor.go(f"/r/{id}/recipe.txt").title == "There is no such paper"


def test_nothing_about_the_patient_is_in_a_log_or_a_path(tmp_path, capfd, nothing_leaks):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        id = to_the_outcome(visitor)
        assert SECRET in visitor.page.words
        for path in (f"/c/{id}/nowhere", "/r/x/y/z", f"/c/{id}/supply/{SECRET}"):
            visitor.go(path)
    said = "\n".join([*nothing_leaks(), *capfd.readouterr()])
    assert SECRET not in said
    assert "Nowhere Lane" not in said
    assert not [path for path in tmp_path.rglob("*") if SECRET in path.name]


def test_the_message_is_that_of_the_record_checked_and_ready_for_the_outbox():
    """By a training patient's record, as every other NHS number is somebody's; the store takes none of theirs."""
    record = example_of(LIBRARY, CASE).record
    message = message_for(record, "X26OT000").message
    assert message.sender_reference == f"urn:uuid:{record.id}"
    assert message.practice_patient
