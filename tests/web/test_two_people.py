"""Two people at one desk: a draft is its owner's, is taken over with both names, and expires after closing time and a day."""

import json

import pytest
from visiting import AGREES, PHARMACY, PIN, Clock, Visitor, at_the_desk, begun, open_form

from pharmacyfirst.store import open_store
from pharmacyfirst.web.people import pin_digest
from pharmacyfirst.web.pharmacy import PharmacyRefused, read_pharmacy

pytestmark = (
    pytest.mark.no_accounts
)  # each of the two has a PIN of the pharmacy's file; with accounts: test_people_supply
OTHER_PIN = "97531"


@pytest.fixture
def two(tmp_path):
    """Robin and Sam, each in a browser of their own."""
    clock = Clock()
    with open_form(tmp_path, clock) as client:
        at_the_desk(client)
    file = tmp_path / "pharmacy.json"
    held = json.loads(file.read_text())
    sam = {"gphc_number": "2999998", "family": "Other", "given": ["Sam"], "profession": "pharmacist"}
    held["people"].append({"practitioner": sam, "pin": pin_digest(OTHER_PIN)})
    file.write_text(json.dumps(held))
    with open_form(tmp_path, clock) as client:
        robin = at_the_desk(client)
        cookies = dict(client.cookies)
        client.cookies.clear()
        sam = Visitor(client)
        sam.post("/who", {"gphc": "2999998", "pin": OTHER_PIN})
        both = {"robin": cookies, "sam": dict(client.cookies)}

        def as_(name):
            client.cookies.clear()
            client.cookies.update(both[name])
            return robin if name == "robin" else sam

        yield as_, tmp_path, clock


def test_another_persons_draft_is_shown_to_nobody_else_and_taken_over_with_both_names(two):
    as_, folder, _ = two
    path = begun(as_("robin"), "uncomplicated-uti").path
    id = path.split("/")[2]
    sam = as_("sam")
    assert "Robin Sample" in sam.go("/").words  # on the work list it is said whose it is
    page = sam.go(path)
    assert (page.title, sam.reply.status_code) == ("Robin Sample has this consultation", 409)
    assert "Charlie" not in page.words
    sam.send(f"/c/{id}/take-over")
    assert sam.page.title == "Not decided yet"
    assert as_("robin").go(path).title == "Sam Other has this consultation"
    with open_store(folder, Clock()) as store:
        assert [one.name for one in store.drafts.get(id).owners] == ["Robin Sample", "Sam Other"]


def test_a_pin_is_its_owners(two):
    as_, _, _ = two
    sam = as_("sam")
    sam.post("/who", {"gphc": "2999998", "pin": PIN})
    assert "This is not the PIN" in sam.page.words


def test_a_draft_expires_and_is_taken_up_again_with_its_answers(two):
    as_, _, clock = two
    robin = begun(as_("robin"), "uncomplicated-uti")
    id = robin.consultation
    robin.go(f"{id}/page/1")
    robin.answer_page({})
    clock.pass_seconds(2 * 24 * 3600)
    robin.go("/")
    robin.send("/show", pin=PIN)
    page = robin.go(f"{id}/outcome")
    assert page.title == "This consultation takes no answers any more"
    robin.send(f"{id}/take-over")
    assert "It had expired" in robin.go(f"{id}/page/2").words


def test_a_threat_to_life_that_was_denied_is_looked_through_again_with_the_rest(two):
    as_, _, clock = two
    robin = begun(as_("robin"), "acute-sore-throat")
    id = robin.consultation
    robin.go(f"{id}/page/1")
    robin.answer_page({"stridor": True})
    robin.send(f"{id}/threat", threat="no")
    assert "Is there an immediate threat to life?" not in robin.go(f"{id}/outcome").words
    clock.pass_seconds(2 * 24 * 3600)
    robin.go("/")
    robin.send("/show", pin=PIN)
    robin.go(f"{id}/outcome")
    robin.send(f"{id}/take-over")
    assert "Is there an immediate threat to life?" in robin.go(f"{id}/outcome").words
    robin.send(f"{id}/threat", threat="no")
    assert "Is there an immediate threat to life?" not in robin.page.words


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "cannot be read"),
        ("[]", "lacks a part"),
        ('{"people": []}', "lacks a part"),
        ('{"pharmacy": {"ods": "?"}, "people": []}', "does not fit"),
    ],
)
def test_a_pharmacys_file_that_does_not_fit_is_refused(tmp_path, words, says):
    file = tmp_path / "pharmacy.json"
    file.write_text(words)
    with pytest.raises(PharmacyRefused, match=says):
        read_pharmacy(file)


def test_the_pharmacy_is_set_up_once(two):
    as_, folder, _ = two
    as_("robin").post("/setting-up", PHARMACY | {"u-name": "Another"})
    assert "Another" not in (folder / "pharmacy.json").read_text()


def test_an_emergency_that_expired_is_finished_once_the_threat_was_asked_about_again(two):
    as_, _, clock = two
    robin = begun(as_("robin"), "uncomplicated-uti")
    id = robin.consultation
    robin.answer_page({}, **AGREES)
    robin.go(f"{id}/page/1")
    robin.post(f"{id}/threat", robin.page.forms[robin.path] | {"threat": "yes"})
    clock.pass_seconds(2 * 24 * 3600)
    robin.go("/")
    robin.send("/show", pin=PIN)
    robin.go(f"{id}/outcome")
    robin.send(f"{id}/take-over")
    for path in ("patient", "page/1"):
        robin.go(f"{id}/{path}")
        robin.post(robin.path, robin.page.forms[robin.path])
    page = robin.go(f"{id}/outcome")
    assert "Is there an immediate threat to life?" in page.words
    robin.post(f"{id}/threat", page.forms[f"{id}/threat"] | {"threat": "yes"})
    robin.post(robin.path, robin.page.forms[robin.path] | {"o-did": "called", "o-late": "the form was left open"})
    assert robin.page.title == "Saved: referred", robin.page.words


def test_people_are_added_change_their_pin_and_are_taken_off_without_a_file_to_edit(two):
    as_, folder, _ = two
    robin = as_("robin")
    robin.go("/at-the-desk")
    added = {"do": "add", "n-family": "New", "n-given": "Alex", "n-gphc": "5099999", "n-pin": "8642"}
    for wrong, says in (
        ({}, "Profession: choose what they are"),
        ({"n-profession": "pharmacist"}, "GPhC number of a pharmacist begins with 2"),
        ({"n-gphc": "2999998"}, "Somebody of this GPhC number is among the people"),
        ({"n-profession": "pharmacy technician", "n-pin": "12"}, "PIN: choose 4 to 12 digits"),
        ({"n-profession": "pharmacy technician", "n-family": ""}, "Family name: give it"),
        ({"do": "sing"}, "Choose what to do"),
    ):
        robin.send("/at-the-desk", **(added | wrong))
        assert robin.reply.status_code == 422
        assert says in robin.page.words
    robin.send("/at-the-desk", **(added | {"n-profession": "pharmacy technician"}))
    assert "Alex New, GPhC 5099999" in robin.page.words
    assert [one.name for one in read_pharmacy(folder / "pharmacy.json").people][-1] == "Alex New, GPhC 5099999"
    robin.send("/at-the-desk", do="take off", who="2999999")
    assert "You are at the desk: somebody else takes you off" in robin.page.words
    robin.send("/at-the-desk", do="take off", who="1")
    assert "Choose who is taken off" in robin.page.words
    robin.send("/at-the-desk", do="take off", who="2999998")
    assert "Sam Other" not in robin.page.words
    assert as_("sam").go("/").title == "Who is at the desk?"  # at once
    robin = as_("robin")
    robin.go("/at-the-desk")
    robin.send("/at-the-desk", **{"do": "new pin", "n-old": "0000", "n-new": "1357"})
    assert "This is not your PIN" in robin.page.words
    robin.send("/at-the-desk", **{"do": "new pin", "n-old": PIN, "n-new": "1357"})
    assert 'role="status">Your PIN is changed.' in robin.page.words
    robin.send("/leave")
    robin.post("/who", {"gphc": "2999999", "pin": PIN})
    assert "This is not the PIN" in robin.page.words
    robin.post("/who", {"gphc": "2999999", "pin": "1357"})
    assert robin.page.title == "What is the patient here about?"
    assert "1357" not in (folder / "pharmacy.json").read_text()
