"""Referrals and GP records: taken in as they came, on the work list, begun with, and dealt with."""

import asyncio
import re

import pytest
from referrals import SECRET, allergy, bundle, referral
from shipped import cases_of
from starlette.datastructures import Headers
from test_every_outcome import DID, LIBRARY
from test_handing_over import PATIENT, opened
from visiting import AGREES, SAME_ORIGIN, Clock, at_the_desk, begun, open_form, with_account

from pharmacyfirst import Kind
from pharmacyfirst.store import Actor, open_store
from pharmacyfirst.store.take_in import take_in
from pharmacyfirst.web.posted import LONGEST_VALUE, MOST_BYTES_OF_A_FILE, MOST_FIELDS, NotAForm, read_file_form

CONDITION, ALLERGY = "acute-sore-throat", "penicillin_allergy"
BOUNDARY = "----ours"


@pytest.fixture
def desk(tmp_path):
    with open_form(tmp_path) as client:
        yield at_the_desk(client), tmp_path


def file_form(raw, name="f.json", **fields):
    lines = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/json\r\n\r\n'
    return "".join([*lines, head]).encode() + raw + f"\r\n--{BOUNDARY}--\r\n".encode()


def taken_in(visitor, raw, name="f.json"):
    """A file chosen on the page, as a browser sends it."""
    token = visitor.go("/take-in").forms["/take-in"]["token"][0]
    headers = SAME_ORIGIN | {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return visitor._read(visitor.client.post("/take-in", content=file_form(raw, name, token=token), headers=headers))


def on_the_list(visitor):
    """What came in, as the start page says it."""
    words = visitor.go("/").words
    return re.findall(r'<a href="/in/[0-9a-f]{64}">([^<]*)</a>', words)


def test_a_referral_is_kept_as_it_came_and_shown_to_a_person(desk):
    visitor, folder = desk
    page = taken_in(visitor, referral(allergy("Amoxicillin 250mg capsules")))
    assert page.title == "Referral from Example Surgery (Y99999)"
    for words in (
        f"Ann {SECRET}, born 5 April 1991, NHS 999 000 0018", "Interpreter: Polish", "See for the sore throat pathway",
        "Three days of a sore throat, no cough.", "Nora Nurse, Advanced nurse practitioner", "contact by 14:00 on 21 November 2026",
        "The record lists an allergy or reaction: Amoxicillin 250mg capsules", "Reference for the patient: ",
        "says nothing of the patient&#39;s consent",
    ):  # fmt: skip
        assert words in page.words, words
    assert page.words.index("Individual requirements") < page.words.index("What it asks")
    with open_store(folder, Clock()) as store:
        (came,) = store.inbound.waiting()
        assert store.inbound.bytes_of(came.id) == referral(allergy("Amoxicillin 250mg capsules"))


def test_the_work_list_has_the_most_urgent_first_with_sender_needs_and_contact_by(desk):
    visitor, _ = desk
    for request, urgency, until in (
        ("a", "routine", "2026-11-21T12:00:00Z"),
        ("b", "urgent", "2026-11-21T15:00:00Z"),
        ("c", "urgent", "2026-11-21T14:00:00Z"),
    ):
        taken_in(visitor, referral(request=request, urgency=urgency, until=until))
    found = on_the_list(visitor)
    assert found[0] == (
        f"Referral, Ann {SECRET}; urgent; from Example Surgery (Y99999); See for the sore throat pathway; needs: Interpreter: Polish; "
        "contact by 14:00 today"
    )
    assert [re.search(r"; (urgent|routine);.*by (\d\d)", one).groups() for one in found] == [
        ("urgent", "14"),
        ("urgent", "15"),
        ("routine", "12"),
    ]


def test_a_consultation_is_begun_with_its_patient_and_suggestions_and_goes_on_record_as_referred(desk):
    visitor, folder = desk
    taken_in(visitor, referral(allergy("Amoxicillin 250mg capsules")))
    path = visitor.path
    page = visitor.send(path, condition=CONDITION)
    fields = page.forms[visitor.path]
    assert (fields["p-family"], fields["p-source"], fields["p-requirements"]) == (
        [SECRET],
        ["GP practice"],
        ["Interpreter: Polish"],
    )
    assert not {"p-share", "p-look", "p-by"} & {*fields}
    assert "TRAINING PATIENT" in page.words
    assert on_the_list(visitor) == []
    id = visitor.go(path) and visitor.consultation.removeprefix("/c/")  # its page leads to the consultation from now on
    words = "".join(
        visitor.go(one).words for one in dict.fromkeys(re.findall(r'/c/[^"]+/page/\d+', visitor.page.words))
    )
    assert "Referral (BaRS), 1 May 2019" in words
    case = next(one for one in cases_of(LIBRARY, CONDITION) if one.expected.kind is Kind.EMERGENCY)
    visitor.go(f"/c/{id}/patient")
    visitor.answer_all(
        dict(case.facts) | {ALLERGY: True}, {**AGREES, "p-source": "GP practice", "p-practice_ods": "Y99999"}
    )
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | DID[Kind.EMERGENCY])
    with open_store(folder, Clock()) as store:
        record = store.records.record(id, LIBRARY)
    assert (record.referral.source, record.referral.ods, record.referral.reference) == ("GP practice", "Y99999", "r")
    assert (record.referral.urgency, record.referral.referrer) == ("urgent", "Nora Nurse")
    assert record.patient.requirements == ("Interpreter: Polish",)
    assert record.patient.nhs_number_status == "02"  # a sender's word is no trace


def test_it_is_dealt_with_otherwise_for_a_reason(desk):
    visitor, folder = desk
    taken_in(visitor, referral())
    path = visitor.path
    assert "Say why no consultation comes of it" in visitor.send(path, because="").words
    visitor.send(path, because="Passed back: out of the service")
    assert on_the_list(visitor) == []
    assert "Deal with it so" not in visitor.go(path).words
    with open_store(folder, Clock()) as store:
        assert store.inbound.get(path.rpartition("/")[2]).dealt_with == "Passed back: out of the service"


def test_a_newer_version_takes_the_place_of_the_older_one(desk):
    visitor, _ = desk
    taken_in(visitor, referral())
    older = visitor.path
    taken_in(visitor, referral(until="2026-11-21T16:00:00Z"))
    (line,) = on_the_list(visitor)
    assert line.endswith("contact by 16:00 today; a newer version")
    page = visitor.go(older)
    assert "A newer version came: see that one" in page.words
    assert 'name="condition"' not in page.words
    assert visitor.send(older, condition=CONDITION).title == "It cannot be begun"


def test_a_newer_version_of_one_that_was_begun_with_is_added_to_that_consultation(desk):
    visitor, _ = desk
    taken_in(visitor, referral())
    visitor.send(visitor.path, condition=CONDITION)
    consultation = visitor.consultation
    page = taken_in(visitor, referral(allergy("Amoxicillin 250mg capsules")))
    assert "A consultation was begun with an earlier version" in page.words
    visitor.send(visitor.path, consultation=consultation.removeprefix("/c/"))
    assert visitor.consultation == consultation
    assert on_the_list(visitor) == []
    visitor.go(f"{consultation}/patient")
    pages = dict.fromkeys(re.findall(r'/c/[^"]+/page/\d+', visitor.page.words))
    assert any(f"beside-{ALLERGY}" in visitor.go(one).words for one in pages)


def test_a_cancelled_one_is_said_above_all_others_and_cannot_be_begun_with(desk):
    visitor, _ = desk
    taken_in(visitor, referral())
    taken_in(visitor, referral(request="other"))
    page = taken_in(visitor, referral(status="revoked"))
    assert page.title == "Cancelled by the referrer: referral from Example Surgery (Y99999)"
    assert SECRET in page.words
    assert 'name="condition"' not in page.words
    found = on_the_list(visitor)
    assert (len(found), found[0]) == (2, "Cancelled referral")
    visitor.go(visitor.page.words.split('href="/in/')[1].split('"')[0].join(["/in/", ""]))
    visitor.send(visitor.path, because="Told the patient")
    assert len(on_the_list(visitor)) == 1


def test_that_it_was_cancelled_is_said_in_the_consultation_that_was_begun_with_it(desk):
    visitor, _ = desk
    taken_in(visitor, referral())
    path = visitor.send(visitor.path, condition=CONDITION) and visitor.path
    taken_in(visitor, referral(status="revoked"))
    assert "The referrer has cancelled this referral" in visitor.go(path).words


def test_a_gp_record_is_added_to_the_consultation_of_its_patient_alone(desk):
    visitor, _ = desk
    opened(visitor, desk[1], pathway=CONDITION)
    mine = visitor.consultation.removeprefix("/c/")
    other = begun(visitor, CONDITION).consultation.removeprefix("/c/")
    taken_in(visitor, bundle(allergy("Amoxicillin 250mg capsules")))
    path = visitor.path
    assert f'name="consultation" value="{mine}"' in visitor.page.words
    assert other not in visitor.page.words
    assert visitor.send(path, consultation=other).title == "Nothing was changed"
    visitor.go(path)
    visitor.send(path, consultation=mine)
    pages = dict.fromkeys(re.findall(r'/c/[^"]+/page/\d+', visitor.page.words))
    assert any("Amoxicillin 250mg capsules" in visitor.go(one).words for one in pages)
    visitor.go(f"/c/{mine}/patient")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | AGREES | {"p-look": "no"})
    page = visitor.go(f"/c/{mine}/patient")
    assert "does not agree that the care record is looked at: nothing of it is shown" in page.words
    assert not any("Amoxicillin 250mg capsules" in visitor.go(one).words for one in pages)


def test_a_real_patient_of_a_referral_stays_real(desk):
    visitor, folder = desk
    taken_in(visitor, referral(identifier=[]))
    page = visitor.send(visitor.path, condition=CONDITION)
    assert "TRAINING PATIENT" not in page.words
    with open_store(folder, Clock()) as store:
        assert not store.drafts.under_way()[0].practice


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "Choose the file"),
        (b"not a message", "Nothing was taken from it"),
        (referral(status="on-hold"), "The referral is not active"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", "Nothing was taken from it"),
    ],
)
def test_what_is_refused_is_not_kept_and_says_why(desk, raw, says):
    visitor, folder = desk
    page = taken_in(visitor, raw)
    assert visitor.reply.status_code == 422
    assert says in page.words
    with open_store(folder, Clock()) as store:
        assert store.inbound.waiting() == ()


def test_nothing_of_it_is_in_a_path_a_log_or_a_files_name(tmp_path, capfd, nothing_leaks):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        taken_in(visitor, referral(), name=f"{SECRET}.json")
        assert SECRET not in visitor.path
        taken_in(visitor, f"{SECRET}".encode(), name=f"{SECRET}.json")
        assert SECRET not in visitor.page.words
    assert SECRET not in "\n".join([*nothing_leaks(), *capfd.readouterr()])
    assert not [path for path in tmp_path.rglob("*") if SECRET in path.name]


def read(kind, body):
    """What is read of a body that a browser posts."""
    return asyncio.run(read_file_form(Headers({"content-type": kind}), body))


def test_a_file_is_read_byte_for_byte_whatever_is_in_it():
    for raw in (b"\r\n--ours\r\n\x00\xff\r", b"\n\r\n--\r\n", bytes(range(256)), b"--"):
        posted = read(f"multipart/form-data; boundary={BOUNDARY}", file_form(raw, token="t"))
        assert (posted.file, posted.one("token")) == (raw, "t")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_what_is_no_form_with_a_file_is_refused(kind):
    with pytest.raises(NotAForm):
        read(kind, file_form(b"x"))


@pytest.mark.parametrize(
    "body",
    [
        lambda: file_form(b"x", **{f"field{at}": "" for at in range(MOST_FIELDS + 1)}),
        lambda: file_form(b"x", token="t" * (LONGEST_VALUE + 1)),
        lambda: file_form(b"x" * MOST_BYTES_OF_A_FILE),
        lambda: file_form(b"x")[:-20],
    ],
)
def test_what_is_beyond_the_bounds_or_cut_off_is_refused(body):
    with pytest.raises(NotAForm):
        read(f"multipart/form-data; boundary={BOUNDARY}", body())


def test_what_is_posted_by_somebody_for_whom_a_page_is_not_is_not_read(tmp_path):
    """Five megabytes are not taken from whoever may take nothing in, or is not there."""
    with_account(tmp_path, Clock())
    with_account(tmp_path, Clock(), "alex")
    with open_form(tmp_path) as client:
        at_the_desk(client)
        client.cookies.clear()
        assert unread(client, "/take-in") == (303, 0)
        at_the_desk(client, "alex")
        assert unread(client, "/take-in") == (403, 0)


def unread(client, path):
    """What is answered to a post of this browser, and how often something of its body was asked for."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    held = {
        "host": "127.0.0.1:8080",
        "sec-fetch-site": "same-origin",
        "cookie": cookie,
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in held.items()], "server": ("127.0.0.1", 8080), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asked_for, status = [], []

    async def receive():
        asked_for.append(1)
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message):
        status.append(message.get("status"))

    client.portal.call(client.app, scope, receive, send)
    return status[0], len(asked_for)


def test_what_another_program_took_in_while_the_form_runs_is_on_the_list(desk):
    visitor, folder = desk
    with open_store(folder, Clock()) as store:
        take_in(store, referral(), Clock()().date(), Actor("A. Pharmacist", "at the terminal"))
    assert len(on_the_list(visitor)) == 1
    assert PATIENT["family"] == SECRET
