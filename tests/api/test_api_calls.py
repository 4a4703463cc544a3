"""What the calls that keep nothing answer: the same as the package and the command line do, or a problem that names the fact."""

import json
from datetime import date, datetime

import pytest
from calling import ACCOUNT, AS_IF, CONDITION, DAY, LINES, MAILBOX, adopted, calling, input_object, refused
from shipped import cases_of
from sound_records import library

from pharmacyfirst import Kind, explain
from pharmacyfirst.contract.answers import answer, answer_line
from pharmacyfirst.contract.questions import questions
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import read, write
from pharmacyfirst.record import check, envelope_of, make_record, read_account, read_record, update_record, write_record
from pharmacyfirst.record.papers.claim import claim_csv
from pharmacyfirst.record.papers.leaflet import leaflet_html
from pharmacyfirst.record.papers.letter import letter_text
from pharmacyfirst.record.papers.one_page import one_page_html

ON = date.fromisoformat(DAY)
CANARY = "Featherstonehaugh"


@pytest.fixture(scope="module")
def call():
    with calling(mailbox=MAILBOX) as caller:
        yield caller


@pytest.fixture(scope="module")
def record(call):
    reply = call.post("/v1/made-records", ACCOUNT, at=AS_IF)
    assert reply.status_code == 200, reply.text
    return reply.content


# Assessments


@pytest.mark.parametrize("line", LINES)
def test_an_assessment_is_byte_for_byte_a_line_of_the_command(call, line):
    reply = call.post("/v1/assessments", line)
    if reply.status_code != 200:
        with pytest.raises(Refused) as error:
            answer_line(library(), line)
        problem = refused(reply, error.value.code, 422)
        assert (problem["fact"], problem["detail"]) == (error.value.fact, str(error.value))
    else:
        assert reply.content == f"{answer_line(library(), line)}\n".encode()


def test_decimals_are_what_they_are(call):
    """37.9 as a binary fraction is less than 37.9, and the fever would be missed."""
    body = '{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"age_years": 30, "temperature_c": 37.9}}'
    met = [one["id"] for one in call.post("/v1/assessments", body).json()["trace"] if one["verdict"] == "met"]
    assert "UTI-R2" in met


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", "not_json", 400),
        (b"{", "not_json", 400),
        (b"[]", "not_json", 400),
        (b"\xff", "not_json", 400),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"age_years": 3, "age_years": 30}}', "not_json", 400),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"temperature_c": NaN}}', "not_json", 400),
        (b"[" * 100_000, "not_json", 400),
        (b'{"pathway": "uncomplicated-uti", "facts": {}}', "missing_key", 422),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21"}', "missing_key", 422),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2020-01-01", "facts": {}}', "not_in_force", 422),
        (b'{"pathway": "Featherstonehaugh", "as_of": "2026-11-21", "facts": {}}', "unknown_pathway", 422),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"Featherstonehaugh": true}}', "unknown_fact", 422),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"rigors": "Featherstonehaugh"}}', "wrong_value", 422),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {"rigors": 1}}', "wrong_value", 422),
        (b'{"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {}, "Featherstonehaugh": 1}', "unknown_fact", 422),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/assessments", "/v1/explanations", "/v1/next-questions"])
def test_what_cannot_be_assessed_is_a_problem_that_repeats_nothing(call, path, body, code, status):
    reply = call.post(path, body)
    problem = refused(reply, code, status)
    assert CANARY not in reply.text
    assert "no all-clear" in problem["detail"]


def test_an_explanation_is_that_of_the_command(call):
    given = json.loads(LINES[1])
    assert call.post("/v1/explanations", given).text == explain(answer(library(), given))


def test_the_next_questions_lead_to_what_the_case_says(call):
    """Asked one at a time by what the server says to ask, a consultation comes to the outcome of its case."""
    case = next(one for one in cases_of(library(), CONDITION) if one.expected.kind is Kind.SUPPLY)
    facts = {}
    for _ in range(100):
        now = call.post("/v1/next-questions", write(input_object(facts))).json()
        if now["ask"] is None:
            break
        known = case.facts.get(now["ask"])
        facts[now["ask"]] = list(known) if isinstance(known, tuple) else known
    assert now["decided"]
    assert now["outcome"]["kind"] == "supply"
    assert now["open"] == []


def test_an_emergency_asks_nothing_more(call):
    now = call.post("/v1/next-questions", input_object({"age_years": 30, "life_threatening": True})).json()
    assert (now["emergency"], now["ask"], now["open"]) == (True, None, [])
    assert now["stopped"]


def test_what_was_asked_and_nobody_knows_is_not_asked_again(call):
    first = call.post("/v1/next-questions", input_object({})).json()["ask"]
    now = call.post("/v1/next-questions", input_object({first: None})).json()
    assert first not in now["open"]
    assert first in now["in_the_way"]


# Permits


def permit_asked(facts, **more):
    return input_object(facts) | {"practitioner": "2999999", "channel": "in person"} | more


SUPPLIED = json.loads(LINES[0])["facts"]


def test_without_an_adoption_nothing_is_permitted(call):
    refused(call.post("/v1/permits", permit_asked(SUPPLIED)), "no_adoption", 409)


def test_a_permit_is_given_or_every_reason_why_not(tmp_path):
    with calling(adoption=adopted(tmp_path)) as call:
        permit = call.post("/v1/permits", permit_asked(SUPPLIED))
        assert permit.status_code == 200, permit.text
        assert permit.json()["pgd"] == "nitrofurantoin"
        assert permit.json()["as_if"] is False
        problem = refused(call.post("/v1/permits", permit_asked(SUPPLIED, practitioner="2000000")), "no_permit", 409)
        assert [one["code"] for one in problem["reasons"]] == ["practitioner_not_known"]
        refused(call.post("/v1/permits", permit_asked({})), "no_permit", 409)
        refused(call.post("/v1/permits", permit_asked(SUPPLIED, channel="by post")), "wrong_value", 422)
        refused(call.post("/v1/permits", permit_asked(SUPPLIED, practitioner=2999999)), "wrong_value", 422)
        refused(call.post("/v1/permits", permit_asked(SUPPLIED, record="a1")), "missing_key", 422)
        refused(call.post("/v1/permits", input_object(SUPPLIED) | {"channel": "in person"}), "missing_key", 422)
        refused(call.post("/v1/permits", permit_asked(SUPPLIED, surprise=1)), "unknown_fact", 422)


def test_a_permit_for_a_record_names_it_and_whom_it_is_for(tmp_path):
    account = json.loads(ACCOUNT)
    with calling(adoption=adopted(tmp_path)) as call:
        asked = permit_asked(SUPPLIED, record=account["id"], patient=account["patient"])
        permit = call.post("/v1/permits", asked).json()
        assert permit["record"] == account["id"]
        assert permit["person"] == read_account(ACCOUNT).patient.digest
        wrong = call.post("/v1/permits", asked | {"patient": account["patient"] | {"birth_date": CANARY}})
        assert "birth_date" in refused(wrong, "record_refused", 422)["detail"]
        assert CANARY not in wrong.text


# Records, papers and messages


def test_a_record_is_that_which_the_package_makes(call, record):
    made = make_record(read_account(ACCOUNT), library(), recorded_at=datetime.fromisoformat(AS_IF))
    assert record == f"{write_record(made)}\n".encode()


def test_only_a_practice_patients_record_is_made_as_if_at_another_time(call):
    real = json.loads(ACCOUNT)
    real["patient"] |= {"practice_patient": False, "nhs_number": None, "trace": None}
    refused(call.post("/v1/made-records", real, at=AS_IF), "wrong_query", 422)


def test_an_account_that_is_wrong_is_refused_by_the_name_of_the_field(call):
    wrong = json.loads(ACCOUNT)
    wrong["patient"]["postcode"] = CANARY
    reply = call.post("/v1/made-records", wrong, at=AS_IF)
    assert refused(reply, "record_refused", 422)["detail"].startswith("patient, postcode")
    assert CANARY not in reply.text


def test_a_verified_number_needs_its_trace(call):
    """A bare word would let anybody say that PDS knows the patient."""
    wrong = json.loads(ACCOUNT)
    wrong["patient"]["trace"] = "01"
    assert "trace" in refused(call.post("/v1/made-records", wrong, at=AS_IF), "record_refused", 422)["detail"]
    wrong["patient"]["trace"] = {"status": "01"}
    assert "traced" in refused(call.post("/v1/made-records", wrong, at=AS_IF), "record_refused", 422)["detail"]


def test_a_record_is_judged_again(call, record):
    assert call.post("/v1/judged-records", record).json()["judged"] is True
    changed = record.replace(b'"batch": "PRACTICE1"', b'"batch": "PRACTICE2"')
    refused(call.post("/v1/judged-records", changed), "record_refused", 422)
    changed = read(record)
    changed["assessment"] |= {"outcome": {"kind": "self_care", "destination": None, "says": "Self-care"}}
    refused(call.post("/v1/judged-records", write(changed)), "record_refused", 422)


@pytest.mark.parametrize(
    ("paper", "form", "kind", "make"),
    [
        ("letter", "text", "text/plain; charset=utf-8", lambda one, _: letter_text(one)),
        ("leaflet", "html", "text/html; charset=utf-8", leaflet_html),
        ("page", "html", "text/html; charset=utf-8", lambda one, _: one_page_html(one)),
        ("claim", "csv", "text/csv; charset=utf-8", lambda one, _: claim_csv([one])),
    ],
)
def test_a_paper_is_that_of_the_command(call, record, paper, form, kind, make):
    reply = call.post(f"/v1/papers/{paper}", record, form=form)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == kind
    wanted = make(read_record(record, library()), library().in_force(CONDITION, ON))
    assert reply.content == wanted.encode()


@pytest.mark.system
def test_a_paper_as_pdf(call, record, makes_pdf):
    reply = call.post("/v1/papers/label", record, form="pdf")
    assert reply.content.startswith(b"%PDF-")
    assert reply.headers["content-type"] == "application/pdf"


def test_a_paper_or_form_that_there_is_not(call, record):
    refused(call.post("/v1/papers/poster", record, form="html"), "not_there", 404)
    refused(call.post("/v1/papers/page", record, form="text"), "wrong_query", 422)
    refused(call.post("/v1/papers/letter", record), "wrong_query", 422)


def test_the_message_of_a_record_passes_what_checks_it(call, record):
    reply = call.post("/v1/made-messages", record)
    held = read_record(record, library())
    assert reply.content == update_record(held, envelope_of(held, MAILBOX, held.ended_at))
    assert check(reply.content) == []
    assert call.post("/v1/checked-messages", reply.content, kind="application/xml").json() == {
        "passes": True,
        "problems": [],
    }
    spoiled = reply.content.replace(b"2996-", b"2996-").replace(b"<versionId", b"<versionIde", 1)
    found = call.post("/v1/checked-messages", spoiled, kind="application/xml").json()
    assert found["passes"] is False
    assert found["problems"]
    refused(call.post("/v1/checked-messages", b"<Bundle/>", kind="application/xml"), "not_a_message", 422)


def test_nobody_who_refused_is_told_of(call):
    account = json.loads(ACCOUNT)
    account["consent"]["to_share"] = False
    record = call.post("/v1/made-records", account, at=AS_IF).content
    assert refused(call.post("/v1/made-messages", record), "no_message", 409)["reason"] == "sharing_refused"


# Content


def test_the_conditions_of_a_day_with_the_digests_that_are_signed(call):
    found = call.get("/v1/conditions", as_of=DAY).json()["conditions"]
    assert [one["id"] for one in found] == list(library().conditions)
    uti = next(one for one in found if one["id"] == CONDITION)
    pathway = library().in_force(CONDITION, ON)
    assert uti["content_digest"] == pathway.content_digest
    assert [(one["document"], one["digest"]) for one in uti["documents"]] == [
        ("pathway", pathway.edition.digest), *((pgd.id, pgd.edition.digest) for pgd in pathway.pgds.values()),
    ]  # fmt: skip
    assert call.get(f"/v1/conditions/{CONDITION}", as_of=DAY).json() == uti
    assert call.get("/v1/conditions", as_of="2020-01-01").json() == {"conditions": []}
    refused(call.get(f"/v1/conditions/{CONDITION}", as_of="2020-01-01"), "not_there", 404)


def test_the_questions_are_those_of_the_command(call):
    reply = call.get(f"/v1/conditions/{CONDITION}/questions", as_of=DAY)
    assert reply.text == write(questions(library().in_force(CONDITION, ON))) + "\n"


def test_every_schema_that_is_named_is_given(call):
    names = call.get("/v1/content").json()["schemas"]
    assert {"account.schema.json", "record.schema.json", "output.schema.json", "next.schema.json"} <= {*names}
    for name in names:
        assert call.get(f"/v1/schemas/{name}").json()["$schema"]
    refused(call.get("/v1/schemas/none"), "not_there", 404)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "as_of=",
        "as_of=21/11/2026",
        "as_of=2026-11-21&as_of=2026-11-21",
        "as_of=2026-11-21&Featherstonehaugh=1",
        "as_of=2026-02-30",
    ],
)
def test_nothing_is_assumed_for_a_query_that_is_missing_or_wrong(call, query):
    reply = call.get(f"/v1/conditions?{query}")
    refused(reply, "wrong_query", 422)
    assert CANARY not in reply.text


# What comes in


def test_a_referral_is_read_with_the_reference_for_the_patient(call, shared):
    raw = (shared / "fhir/examples/inbound/bars-r4/REFREQ03-primary-care-to-pharmacy-minor-illness.xml").read_bytes()
    read_back = call.post("/v1/read-referrals", raw, kind="application/fhir+xml").json()
    assert read_back["patient_reference"]
    assert read_back["note"].startswith("Suggestions only")
    assert (
        call.post("/v1/read-referrals", raw, kind="application/fhir+xml").json()["patient_reference"]
        == read_back["patient_reference"]
    )
    few = call.post("/v1/read-referrals", raw, kind="application/fhir+xml", condition=CONDITION).json()
    assert len(few["suggestions"]) <= len(read_back["suggestions"])


def test_a_referral_that_is_not_taken_says_why(call, shared):
    raw = (shared / "fhir/examples/inbound/bars-r4/REFREQ07-gp-to-oral-contraception.WITHDRAWN.xml").read_bytes()
    problem = refused(call.post("/v1/read-referrals", raw, kind="application/fhir+xml"), "not_taken", 422)
    assert problem["reason"] == "withdrawn_use_case"
    refused(call.post("/v1/read-gp-records", b"{}", kind="application/fhir+json"), "not_taken", 422)
