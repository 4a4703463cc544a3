"""Pages of the sites that are named may call the services of CDS Hooks from a browser; no other page may, and nothing else."""

import json

import pytest
from calling import calling, refused
from hooking import SERVICE, answered

from pharmacyfirst.api.hooks.origins import OriginRefused, checked
from pharmacyfirst.api.serve import ApiSettings, must_be_safe

THEIRS = "https://ehr.example.com"
ALLOWED = "access-control-allow-origin"


@pytest.fixture(scope="module")
def call():
    with calling(cds_origins=(THEIRS,)) as caller:
        yield caller


def asked_before(caller, path, origin=THEIRS, method="POST", headers="authorization, content-type"):
    """What a browser asks before it lets a page call."""
    return caller.client.options(
        path, headers={"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/cds-services", SERVICE, f"{SERVICE}/feedback"])
def test_a_page_of_a_named_site_may_call(call, path):
    reply = asked_before(call, path, method="GET" if path == "/cds-services" else "POST")
    assert reply.status_code == 200
    assert reply.headers[ALLOWED] == THEIRS
    assert {"authorization", "content-type"} <= {
        one.strip() for one in reply.headers["access-control-allow-headers"].lower().split(",")
    }
    assert "access-control-allow-credentials" not in reply.headers


def test_what_it_is_answered_it_may_read_a_refusal_too(call):
    headers = {"origin": THEIRS, "content-type": "application/json"}
    assert call.client.get("/cds-services", headers={"origin": THEIRS}).headers[ALLOWED] == THEIRS
    card = call.client.post(SERVICE, content=json.dumps(answered({})), headers=headers)
    assert (card.status_code, card.headers[ALLOWED], card.headers["vary"]) == (200, THEIRS, "Origin")
    problem = call.client.post(SERVICE, content="{", headers=headers)
    refused(problem, "not_json", 400)
    assert problem.headers[ALLOWED] == THEIRS


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://ehr.example.com.evil.example", "http://ehr.example.com", "https://EHR.example.com", "null", "*"]
)  # fmt: skip
def test_a_page_of_any_other_site_may_not(call, origin):
    reply = asked_before(call, SERVICE, origin)
    refused(reply, "wrong_method", 405)
    assert ALLOWED not in reply.headers
    assert ALLOWED not in call.client.get("/cds-services", headers={"origin": origin}).headers


@pytest.mark.parametrize("path", ["/v1/content", "/v1/assessments", "/health", "/cds-services-else"])
def test_nothing_else_may_be_called_from_a_page(call, path):
    assert asked_before(call, path).status_code in (404, 405)
    assert ALLOWED not in call.client.get(path, headers={"origin": THEIRS}).headers


def test_no_method_is_let_in_that_there_is_not(call):
    assert asked_before(call, SERVICE, method="DELETE").status_code == 400
    refused(call.client.options(SERVICE, headers={"origin": THEIRS}), "wrong_method", 405)


def test_where_no_site_is_named_no_page_may():
    with calling() as caller:
        refused(asked_before(caller, SERVICE), "wrong_method", 405)
        assert ALLOWED not in caller.client.get("/cds-services", headers={"origin": THEIRS}).headers


@pytest.mark.parametrize(
    "origin", ["*", "null", "ehr.example.com", "http://ehr.example.com", "https://*.example.com", "https://ehr.example.com/", "https://EHR.example.com", ""]
)  # fmt: skip
def test_what_is_no_origin_is_refused_before_anything_is_served(origin):
    with pytest.raises(OriginRefused, match="as a browser sends it"):
        must_be_safe(ApiSettings(cds_origins=(origin,)))


@pytest.mark.parametrize(
    "origin", [THEIRS, "https://ehr.example.com:8443", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:1"]
)
def test_what_is_one_is_taken(origin):
    assert checked(origin) == origin
