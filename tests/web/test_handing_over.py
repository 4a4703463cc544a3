"""A patient handed over by the pharmacy's own system: by whom, opened once and by whom, and what is filled in, kept and never said."""

import json
import stat
from datetime import timedelta

import pytest
from test_two_people import OTHER_PIN
from visiting import PIN, Clock, Visitor, at_the_desk, handed_over, open_form

from pharmacyfirst.handover.handed import MOST_BYTES
from pharmacyfirst.handover.link import LIVES, MOST_WAITING, NO_LINK
from pharmacyfirst.store import open_store
from pharmacyfirst.web.pharmacy import read_pharmacy, write_pharmacy
from pharmacyfirst.web.sessions import QUIET_SECONDS

SECRET = "Featherstonehaugh"
PATIENT = {
    "family": SECRET, "given": ["Ann"], "birth_date": "1991-04-05", "gender": "female", "nhs_number": "9990000018",
    "trace": {"status": "01", "at": "2026-11-21T10:00:00+00:00", "by": "PDS by Example PMR"}, "practice_patient": True,
    "address": ["7 Nowhere Lane", "Leeds"], "postcode": "LS1 6AE", "gp_practice": {"ods": "Y99999", "name": "Example Surgery"},
}  # fmt: skip
ASKED_BY = {"system": "Example PMR", "pharmacy": "FZZ99"}
HANDOVER = {
    "format": 1, "at": "2026-11-21T10:29:30+00:00", "asked_by": ASKED_BY, "patient": PATIENT, "pathway": "uncomplicated-uti",
}  # fmt: skip


def sent(**changes):
    """A handover as the pharmacy's system sends it; None leaves a part out."""
    return json.dumps({name: value for name, value in (HANDOVER | changes).items() if value is not None}).encode()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    with open_form(tmp_path, clock) as client:
        yield at_the_desk(client), tmp_path


def link_of(visitor, folder, **changes):
    reply = handed_over(visitor.client, sent(**changes), folder)
    assert reply.status_code == 201, reply.text
    return reply.json()["link"]


def opened(visitor, folder, **changes):
    """What the link of a handover leads to, as the page's script posts it."""
    return visitor.post("/handed-over", {"link": link_of(visitor, folder, **changes).partition("#")[2]})


def test_the_secret_of_a_start_stands_in_a_file_for_its_owner_alone(tmp_path):
    with open_form(tmp_path):
        first = (tmp_path / "handover-secret").read_text()
        assert stat.S_IMODE((tmp_path / "handover-secret").stat().st_mode) == 0o600
    with open_form(tmp_path):
        assert (tmp_path / "handover-secret").read_text() != first


def test_a_handed_over_patient_is_on_the_patient_page_with_the_trace_and_what_they_agree_to_is_not(desk):
    visitor, folder = desk
    page = opened(visitor, folder)
    assert (page.title, visitor.reply.status_code) == ("Patient", 200)
    fields = page.forms[visitor.path]
    filled = {
        name: fields[f"p-{name}"] for name in ("family", "given", "nhs_number", "postcode", "practice_ods", "born_year")
    }
    assert filled == {
        "family": [SECRET], "given": ["Ann"], "nhs_number": ["9990000018"], "postcode": ["LS1 6AE"],
        "practice_ods": ["Y99999"], "born_year": ["1991"],
    }  # fmt: skip
    assert not {"p-share", "p-look", "p-by", "p-source"} & {*fields}
    assert "Traced by PDS by Example PMR at 10:00 on 21 November 2026, status 01" in page.words
    assert "TRAINING PATIENT" in page.words


def test_the_trace_goes_on_record_and_only_while_it_is_the_same_person(desk):
    from pharmacyfirst.web.desk import who_of
    from pharmacyfirst.web.patient import patient_of

    visitor, folder = desk
    opened(visitor, folder)
    id = visitor.consultation.removeprefix("/c/")
    for changed, status in (
        ({}, "01"),
        ({"p-family": "Otherwise"}, "02"),
        ({"p-family": SECRET}, "01"),
        ({"p-born_day": "6"}, "02"),
    ):
        visitor.go(f"/c/{id}/patient")
        visitor.post(f"/c/{id}/patient", visitor.page.forms[visitor.path] | changed)
        with open_store(folder, Clock()) as store:
            patient = patient_of(who_of(store.drafts.get(id)))
        assert patient.trace.status == status, changed
        assert patient.trace.by == ("PDS by Example PMR" if status == "01" else None)


def test_what_the_page_has_no_field_for_is_kept_beside_it(desk):
    from pharmacyfirst.web.desk import who_of
    from pharmacyfirst.web.patient import patient_of

    visitor, folder = desk
    opened(visitor, folder, patient=PATIENT | {"sensitivity": "restricted", "title": "Dr"})
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"p-family": "Otherwise"})
    with open_store(folder, Clock()) as store:
        patient = patient_of(who_of(store.drafts.get(visitor.consultation.removeprefix("/c/"))))
    assert (patient.sensitivity, patient.title) == ("restricted", "Dr")
    assert patient.shown_address == ()


def test_a_real_patient_stays_real_and_a_practice_patient_stays_one(desk):
    visitor, folder = desk
    assert "TRAINING PATIENT" in opened(visitor, folder).words
    real = {name: value for name, value in PATIENT.items() if name not in ("nhs_number", "trace", "practice_patient")}
    assert "TRAINING PATIENT" not in opened(visitor, folder, patient=real).words
    with open_store(folder, Clock()) as store:
        assert sorted(one.practice for one in store.drafts.under_way()) == [False, True]


def test_it_is_kept_byte_for_byte_and_belongs_to_the_consultation(desk):
    visitor, folder = desk
    opened(visitor, folder)
    with open_store(folder, Clock()) as store:
        (came,) = store.inbound.of(visitor.consultation.removeprefix("/c/"))
        assert store.inbound.bytes_of(came.id) == sent()
        assert (came.kind, store.work_list().referrals) == ("handover", ())


def test_a_link_opens_once(desk):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    visitor.post("/handed-over", {"link": link})
    page = visitor.post("/handed-over", {"link": link})
    assert (page.title, visitor.reply.status_code) == ("Nothing was opened", 410)
    assert NO_LINK in page.words


def test_a_link_is_dead_after_ten_minutes(desk, clock):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    clock.now += LIVES
    assert visitor.post("/handed-over", {"link": link}).title == "Nothing was opened"


def test_the_link_says_until_when_and_its_own_part_is_in_no_path(desk):
    visitor, folder = desk
    reply = handed_over(visitor.client, sent(), folder).json()
    path, _, code = reply["link"].partition("#")
    assert path == "http://127.0.0.1:8080/handed-over"
    assert len(code) == 43
    assert reply["opens_before"] == (Clock().now + timedelta(minutes=10)).isoformat()
    assert "The code behind #" in visitor.go("/handed-over").words
    assert SECRET not in json.dumps(reply)


@pytest.mark.no_accounts
def test_without_a_pin_nobody_is_shown_and_the_patient_comes_after_it(desk):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    visitor.client.cookies.clear()
    page = visitor.post("/handed-over", {"link": link})
    assert page.title == "Who is at the desk?"
    assert SECRET not in page.words
    visitor.send("/who", gphc="2999999", pin="1111")
    assert "This is not the PIN" in visitor.page.words
    visitor.send("/who", gphc="2999999", pin=PIN)
    assert visitor.page.title == "Patient"
    assert SECRET in visitor.page.words


def test_after_quiet_minutes_the_pin_comes_first(desk, clock):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    visitor.go("/")
    clock.pass_seconds(QUIET_SECONDS)
    page = visitor.post("/handed-over", {"link": link})
    assert page.title == "Your PIN again"
    assert SECRET not in page.words
    visitor.send("/show", pin=PIN)
    assert visitor.page.title == "Patient"


def with_sam(folder):
    """Sam is at the desk of this pharmacy too."""
    from pharmacyfirst.record.people import PractitionerOnRecord
    from pharmacyfirst.web.people import AtTheDesk, pin_digest

    ours = read_pharmacy(folder / "pharmacy.json")
    sam = AtTheDesk(PractitionerOnRecord(gphc_number="2999998", family="Other", given=("Sam",)), pin_digest(OTHER_PIN))
    object.__setattr__(ours, "people", (*ours.people, sam))
    write_pharmacy(folder / "pharmacy.json", ours)


@pytest.fixture
def two(tmp_path, clock):
    with open_form(tmp_path, clock) as client:
        at_the_desk(client)
    with_sam(tmp_path)
    with open_form(tmp_path, clock) as client:
        robin, sam = at_the_desk(client), Visitor(client)
        cookies = dict(client.cookies)
        client.cookies.clear()
        sam.post("/who", {"gphc": "2999998", "pin": OTHER_PIN})
        both = {"robin": cookies, "sam": dict(client.cookies)}

        def as_(name):
            client.cookies.clear()
            client.cookies.update(both[name])
            return robin if name == "robin" else sam

        yield as_, tmp_path


@pytest.mark.no_accounts
def test_a_handover_for_one_pharmacist_is_opened_by_nobody_else_and_goes_on_waiting(two):
    as_, folder = two
    robin = as_("robin")
    link = link_of(robin, folder, asked_by=ASKED_BY | {"for_practitioner": "2999998"}).partition("#")[2]
    assert robin.post("/handed-over", {"link": link}).title == "Nothing was opened"
    assert as_("sam").post("/handed-over", {"link": link}).title == "Patient"


@pytest.mark.no_accounts
def test_one_that_was_opened_without_a_condition_is_theirs_who_opened_it(two):
    as_, folder = two
    robin = as_("robin")
    page = opened(robin, folder, pathway=None)
    path = robin.path
    assert page.title == "Handed over by Example PMR"
    assert f"Ann {SECRET}, born 5 April 1991, NHS 999 000 0018" in page.words
    sam = as_("sam")
    assert (sam.go(path).title, sam.reply.status_code) == ("Opened by another pharmacist", 403)
    assert SECRET not in sam.page.words
    robin = as_("robin")
    robin.go(path)
    robin.send(path, condition="shingles")
    assert robin.page.title == "Patient"
    assert SECRET in robin.page.words
    assert robin.go(path).title == "Patient"  # a second one is not begun


def test_it_is_dealt_with_otherwise_for_a_reason(desk):
    visitor, folder = desk
    opened(visitor, folder, pathway=None)
    path = visitor.path
    page = visitor.send(path, because="")
    assert "Say why no consultation comes of it" in page.words
    visitor.send(path, because="Left before it began")
    with open_store(folder, Clock()) as store:
        assert (store.inbound.waiting(), store.drafts.under_way()) == ((), ())
        assert store.inbound.get(path.rpartition("/")[2]).dealt_with == "Left before it began"


# Refused


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({"authorization": None}, 401, "Show the secret"),
        ({"authorization": "Bearer nothing"}, 401, "Show the secret"),
        ({"authorization": "Basic eDp4"}, 401, "Show the secret"),
        ({"origin": "http://127.0.0.1:8080"}, 403, "no browser"),
        ({"sec-fetch-site": "same-origin"}, 403, "no browser"),
        ({"cookie": "desk=x"}, 403, "no browser"),
        ({"host": "pharmacy.example"}, 403, "on this machine"),
    ],
)
def test_only_a_program_of_this_machine_that_shows_the_secret_may_hand_over(desk, headers, status, says):
    visitor, folder = desk
    reply = handed_over(visitor.client, sent(), folder, **headers)
    assert reply.status_code == status
    assert says in reply.json()["error"]
    assert SECRET not in reply.text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"patient": PATIENT | {"birth_date": "the fifth"}}, "patient, birth_date: "),
        ({"patient": PATIENT | {"trace": None}}, "patient: nhs_number and trace"),
        ({"patient": PATIENT | {"practice_patient": False}}, "patient: an NHS number that begins with 999"),
        ({"at": "2026-11-21T10:33:00+00:00"}, "at: this lies in the future"),
        ({"pathway": "common-cold"}, "pathway: there is no such pathway"),
        ({"asked_by": ASKED_BY | {"pharmacy": "FAA11"}}, "asked_by, pharmacy: "),
        ({"asked_by": ASKED_BY | {"for_practitioner": "2345678"}}, "asked_by, for_practitioner: "),
        ({"format": 2}, "format: "),
        ({SECRET: 1}, "a name that no fact has"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field_and_names_nobody(desk, changed, says):
    visitor, folder = desk
    reply = handed_over(visitor.client, sent(**changed), folder)
    assert reply.status_code == 422
    assert says in reply.json()["error"]
    assert "Nothing was handed over" in reply.json()["error"]
    assert not [one for one in (SECRET, "Nowhere", "9990000018", "1991") if one in reply.text]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"format": 1, "format": 1}'])
def test_what_is_no_json_object_is_refused(desk, body):
    visitor, folder = desk
    reply = handed_over(visitor.client, body, folder)
    assert (reply.status_code, "one JSON object" in reply.json()["error"]) == (422, True)


def test_more_than_a_handover_has_is_not_read(desk):
    visitor, folder = desk
    assert handed_over(visitor.client, b" " * (MOST_BYTES + 1), folder).status_code == 413


def test_a_system_gone_wrong_fills_no_memory(desk):
    visitor, folder = desk
    replies = [handed_over(visitor.client, sent(), folder).status_code for _ in range(MOST_WAITING + 1)]
    assert replies == [201] * MOST_WAITING + [429]


def test_before_the_pharmacy_is_set_up_nobody_is_handed_over(tmp_path):
    with open_form(tmp_path) as client:
        reply = handed_over(client, sent(), tmp_path)
    assert (reply.status_code, "not set up" in reply.json()["error"]) == (409, True)


def test_where_the_secret_cannot_be_made_the_form_is_served_and_nobody_is_handed_over(tmp_path, nothing_leaks):
    (tmp_path / "handover-secret").mkdir()
    (tmp_path / "handover-secret" / "in-the-way").touch()
    with open_form(tmp_path) as client:
        at_the_desk(client)
        del client.headers["sec-fetch-site"]
        client.cookies.clear()
        assert client.post("/handover", content=sent()).status_code == 503
    assert "Nobody can hand over a patient" in nothing_leaks()[0]


def test_nothing_of_a_handover_is_in_a_log_or_a_files_name(tmp_path, capfd, nothing_leaks):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        opened(visitor, tmp_path)
        handed_over(visitor.client, sent(patient=PATIENT | {"gender": SECRET}), tmp_path)
    assert SECRET not in "\n".join([*nothing_leaks(), *capfd.readouterr()])
    assert not [path for path in tmp_path.rglob("*") if SECRET in path.name]
