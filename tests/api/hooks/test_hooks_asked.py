"""What a CDS Client asks is read strictly where it counts, and refused in words that repeat nothing; never as an all-clear."""

import json

import pytest
from calling import CONDITION, DAY, calling, refused
from hooking import PATIENT_ID, SERVICE, answered, card_of_call, opened, outcome_of, patient

CANARY = "Featherstonehaugh"


@pytest.fixture(scope="module")
def call():
    with calling() as caller:
        yield caller


def without(given, *path):
    copy = json.loads(json.dumps(given))
    place = copy
    for one in path[:-1]:
        place = place[one]
    del place[path[-1]]
    return copy


def changed(given, value, *path):
    copy = json.loads(json.dumps(given))
    place = copy
    for one in path[:-1]:
        place = place[one]
    place[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    "path", [("hook",), ("hookInstance",), ("context",), ("context", "userId"), ("context", "patientId"), ("context", "as_of"), ("context", "facts")]
)  # fmt: skip
def test_what_is_required_is_required(call, path):
    problem = refused(call.post(SERVICE, without(answered({}), *path)), "missing_key", 422)
    assert path[-1] in problem["detail"]
    assert "no all-clear" in problem["detail"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("hook",), "order-sign"),
        (("hook",), 1),
        (("hookInstance",), CANARY),
        (("context",), [CANARY]),
        (("context", "userId"), CANARY),
        (("context", "userId"), f"Device/{CANARY}"),
        (("context", "patientId"), f"Patient/{CANARY}"),
        (("context", "patientId"), ""),
        (("context", "as_of"), "21/11/2026"),
        (("context", "facts"), [CANARY]),
        (("context", "facts"), {"rigors": CANARY}),
        (("context", "pathway"), "shingles"),
        (("prefetch",), [CANARY]),
    ],
)
def test_what_does_not_fit_is_refused_and_not_repeated(call, path, value):
    reply = call.post(SERVICE, changed(answered({}), value, *path))
    assert "no all-clear" in refused(reply, "wrong_value", 422)["detail"]
    assert CANARY not in reply.text


def test_a_misspelt_fact_is_refused_and_never_passed_over(call):
    assert refused(call.post(SERVICE, answered({"rigor": True})), "unknown_fact", 422)["fact"] == "rigor"


def test_names_that_another_version_may_have_are_passed_over(call):
    given = answered({"rigors": True}, extension={"com.example.more": 1}, later=True)
    given["context"]["more"] = [1]
    assert card_of_call(call, given) == card_of_call(call, answered({"rigors": True}))


def test_an_input_object_may_stand_whole_in_the_context(call):
    given = changed(answered({"rigors": True}), CONDITION, "context", "pathway")
    assert card_of_call(call, given) == card_of_call(call, answered({"rigors": True}))


def test_there_is_no_service_for_what_has_no_pathway(call):
    problem = refused(call.post("/cds-services/Featherstonehaugh", answered({})), "not_there", 404)
    assert CANARY not in problem["detail"]
    refused(call.post(SERVICE, answered({}, as_of="2020-01-01")), "not_in_force", 422)


# The record of the patient


@pytest.mark.parametrize(
    "prefetch",
    [{}, {"patient": None}, {"patient": {"resourceType": "OperationOutcome", "issue": []}}, {"patient": {"resourceType": "Bundle"}}, {"patient": CANARY}],
)  # fmt: skip
def test_without_the_record_an_opened_record_is_refused_with_412(call, prefetch):
    reply = call.post(SERVICE, opened(prefetch=prefetch))
    assert "no all-clear" in refused(reply, "no_prefetch", 412)["detail"]
    refused(call.post(SERVICE, opened()), "no_prefetch", 412)
    assert CANARY not in reply.text


@pytest.mark.parametrize("prefetch", [None, {}, {"patient": None}, {"patient": {"resourceType": "OperationOutcome"}}])
def test_an_emergency_among_the_answers_is_not_hidden_by_a_record_that_is_missing(call, prefetch):
    card = card_of_call(call, answered({"sepsis_suspected": True}, prefetch=prefetch))
    assert (outcome_of(card), card["indicator"]) == ("emergency", "critical")


def test_the_record_of_another_patient_is_refused(call):
    reply = call.post(SERVICE, opened(patient(id="somebody-else")))
    assert "another patient" in refused(reply, "wrong_value", 422)["detail"]
    unnamed = patient()
    del unnamed["id"]
    assert card_of_call(call, opened(unnamed)) == card_of_call(call, opened(patient()))


@pytest.mark.parametrize("facts", [{"date_of_birth": "1980-01-01"}, {"age_years": 50}])
def test_answers_about_somebody_of_another_age_are_refused(call, facts):
    reply = call.post(SERVICE, answered(facts, record=patient("1990-12-23")))
    assert refused(reply, "facts_disagree", 422)["fact"] in facts
    assert "19" not in json.loads(reply.text)["detail"]
    assert card_of_call(call, answered(facts | {"age_years": 35, "date_of_birth": "1990-12-23"}, record=patient()))


def test_a_birth_that_the_answers_leave_open_is_that_of_the_record(call):
    open_ = card_of_call(call, answered({"date_of_birth": None}, record=patient()))
    assert open_ == card_of_call(call, answered({}, record=patient()))


def test_nothing_is_fetched_and_no_token_is_taken_without_its_server(call):
    token = {
        "access_token": CANARY,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "user/Patient.read",
        "subject": "cds-service4",
    }
    reply = call.post(SERVICE, opened(patient(), fhirAuthorization=token))
    assert "fhirServer" in refused(reply, "missing_key", 422)["detail"]
    # An address at which nobody answers: had it been called, this would not end well.
    given = opened(patient(), fhirAuthorization=token, fhirServer="http://127.0.0.1:9/")
    assert card_of_call(call, given) == card_of_call(call, opened(patient()))
    refused(call.post(SERVICE, opened(fhirAuthorization=token, fhirServer="http://127.0.0.1:9/")), "no_prefetch", 412)


def test_decimals_are_what_they_are(call):
    """37.9 as a binary fraction is less than 37.9, and the fever would be missed."""
    body = json.dumps(answered({"age_years": 30})).replace('"age_years": 30', '"age_years": 30, "temperature_c": 37.9')
    card = call.post(SERVICE, body).json()["cards"][0]
    assert card["extension"]["example.pharmacyfirst.assessment"]["decided_by"] == ["UTI-R2"]


def test_a_pathway_as_a_document_is_that_of_a_day(call):
    page = call.get(f"/v1/conditions/{CONDITION}/document", as_of=DAY)
    assert "2026.2" in page.text
    refused(call.get(f"/v1/conditions/{CONDITION}/document", as_of="2020-01-01"), "not_there", 404)
    refused(call.get("/v1/conditions/none/document", as_of=DAY), "not_there", 404)
    assert PATIENT_ID not in page.text
