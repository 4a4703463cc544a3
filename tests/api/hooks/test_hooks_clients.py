"""A CDS Client proves who it is by a token that it signs: for this very address, now, once, with a key that is known here; or it is nobody."""

import base64
import hmac
import json
from datetime import timedelta

import pytest
from calling import DAY, Clock, a_key, calling, refused
from hooking import FEEDBACK, SERVICE, answered, card_of_call
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from pharmacyfirst.api.hooks import clients as the_clients
from pharmacyfirst.api.hooks.clients import CDSClient, CDSClients, ClientsRefused, read_clients
from pharmacyfirst.api.serve import ApiSettings, must_be_safe, must_open
from pharmacyfirst.connections import NotServed
from pharmacyfirst.store import open_store

URL = "https://cds.example.org"
ISSUER = "https://fhir-ehr.example.com/"
JKU = "https://fhir-ehr.example.com/jwk_uri"
NOW = int(Clock()().timestamp())
OURS = ECKey.generate_key("P-384", {"kid": "example-kid", "use": "sig"}, auto_kid=False)
SECOND = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"}, auto_kid=False)
FOREIGN = ECKey.generate_key("P-384", {"kid": "example-kid", "use": "sig"}, auto_kid=False)


def file_of(folder, *clients):
    path = folder / "clients.json"
    path.write_text(json.dumps({"clients": [*clients]}))
    return path


def client(keys=(OURS, SECOND), **more):
    public = {"keys": [one.as_dict(private=False) for one in keys]}
    return {"called": "Example EHR", "issuer": ISSUER, "keys": public, **more}


def token(path=SERVICE, key=OURS, header=None, drop=(), **claims):
    """A token as the specification's own example has one, but for its end: that one lasts 3 years."""
    heads = {"alg": "ES384" if key.key_type == "EC" else "RS384", "typ": "JWT", "kid": key.kid} | (header or {})
    token.number += 1
    body = {
        "iss": ISSUER, "aud": f"{URL}{path}", "iat": NOW, "exp": NOW + 300, "jti": f"number-{token.number}", "tenant": "an-organisation",
    } | claims  # fmt: skip
    heads, body = ({name: value for name, value in one.items() if name not in drop} for one in (heads, body))
    return jwt.encode(heads, body, key, algorithms=["ES384", "RS384"], default_type=None)


token.number = 0


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    a_key(folder / "data")
    with calling(folder / "data", url=URL, cds_clients=file_of(folder, client(jku=JKU))) as caller:
        yield caller, folder / "data"


def asks(caller, text, path=SERVICE, body=None):
    caller.key = text
    return caller.post(path, body or answered({"rigors": True}))


@pytest.mark.parametrize("key", [OURS, SECOND], ids=["ES384", "RS384"])
def test_a_client_that_is_known_is_given_a_card_and_put_down_by_name(kept, key):
    caller, folder = kept
    reply = asks(caller, token(key=key), body=answered({"rigors": True, "age_years": 30 + len(key.kid)}))
    assert reply.status_code == 200, reply.text
    assert reply.json()["cards"][0]["links"][0]["url"].startswith(f"{URL}/v1/conditions/")
    with open_store(folder, Clock()) as store:
        (event,) = store.ledger.events(f"api/card/{reply.json()['cards'][0]['uuid']}")
    assert json.loads(event.body)["to"] == {"name": "Example EHR", "role": f"CDS Client {ISSUER}"}


def test_a_token_names_the_address_that_is_called(kept):
    caller, _ = kept
    assert asks(caller, token(aud=[f"{URL}{SERVICE}"])).status_code == 200
    assert asks(caller, token(header={"jku": JKU})).status_code == 200
    card = card_of_call(_with(caller, token()), answered({"rigors": True}))
    feedback = {"feedback": [{"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": f"{DAY}T14:21:30Z"}]}
    assert asks(caller, token(FEEDBACK), FEEDBACK, feedback).status_code == 200
    assert asks(caller, token(SERVICE), FEEDBACK, feedback).status_code == 200


def _with(caller, text):
    caller.key = text
    return caller


def by_hand(algorithm, secret=None):
    """A token that the library would not make."""
    claims = {"iss": ISSUER, "aud": f"{URL}{SERVICE}", "iat": NOW, "exp": NOW + 300, "jti": algorithm}
    parts = [json.dumps(one).encode() for one in ({"alg": algorithm, "typ": "JWT", "kid": "example-kid"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(one).rstrip(b"=") for one in parts)
    signature = hmac.digest(secret, signed, "sha256") if secret else b""
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


NOT_BELIEVED = {
    "another key of the same name": lambda: token(key=FOREIGN),
    "no signature": lambda: by_hand("none"),
    # The public key taken for a secret that both share: who may read it could sign with it.
    "a shared key": lambda: by_hand("HS256", OURS.as_pem(private=False)),
    "cut short": lambda: token()[:-8],
    "another issuer": lambda: token(iss="https://else.example/"),
    "another service": lambda: token("/cds-services/shingles"),
    "another server": lambda: token(aud=f"https://else.example{SERVICE}"),
    "the path alone": lambda: token(aud=SERVICE),
    "ended": lambda: token(iat=NOW - 500, exp=NOW - 61),
    "issued ahead": lambda: token(iat=NOW + 100, exp=NOW + 200),
    "for too long": lambda: token(exp=NOW + 601),
    "for no time": lambda: token(exp=NOW),
    "an end that is no number": lambda: token(exp="later"),
    "a number that is none": lambda: token(jti=7),
    "another set of keys": lambda: token(header={"jku": "https://else.example/jwk_uri"}),
    "a key that is not there": lambda: token(header={"kid": "another"}),
    "of another type": lambda: token(header={"typ": "at+jwt"}),
    "too long": lambda: token(tenant="x" * 8_000),
    **{
        f"without {name}": (lambda name=name: token(drop=(name,)))
        for name in ("iss", "aud", "exp", "iat", "jti", "kid", "typ")
    },
}


@pytest.mark.parametrize("made", NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_any_other_token_is_told_no_more_than_that_it_is_not_in_use(kept, made):
    caller, _ = kept
    reply = asks(caller, made())
    refused(reply, "wrong_key", 401)
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_token_is_good_once(kept):
    caller, _ = kept
    once = token()
    assert asks(caller, once).status_code == 200
    refused(asks(caller, once), "wrong_key", 401)


def test_a_client_gone_wrong_fills_no_memory(monkeypatch):
    monkeypatch.setattr(the_clients, "MOST_SEEN", 2)
    known = CDSClients([CDSClient("Example EHR", ISSUER, KeySet([OURS]))], URL)
    now = Clock()()
    believed = [known.of(token(), SERVICE, now) is not None for _ in range(3)]
    assert believed == [True, True, False]
    later = NOW + 1_000
    anew = token(iat=later, exp=later + 60)
    assert known.of(anew, SERVICE, now + timedelta(seconds=1_000)) is not None


@pytest.mark.parametrize("path", ["/v1/assessments", "/v1/consultations", "/v1/content", "/v1/card-feedback"])
def test_a_token_opens_the_services_of_cds_hooks_and_nothing_else(kept, path):
    caller, _ = kept
    caller.key = token(path)
    method = "GET" if path in ("/v1/content", "/v1/card-feedback") else "POST"
    refused(caller.client.request(method, path, headers=caller.headers()), "wrong_key", 401)


def test_an_api_key_opens_them_as_well_and_which_services_there_are_needs_none(kept):
    caller, folder = kept
    refused(asks(caller, ""), "no_key", 401)
    assert asks(caller, a_key(folder)).status_code == 200
    caller.key = ""
    assert caller.get("/cds-services").status_code == 200


def test_where_no_client_is_named_no_token_is_believed(tmp_path):
    folder = tmp_path / "data"
    a_key(folder)
    with calling(folder, url=URL) as caller:
        refused(asks(caller, token()), "wrong_key", 401)


def test_a_client_that_calls_too_often_waits(tmp_path):
    folder = tmp_path / "data"
    a_key(folder)
    with calling(folder, url=URL, cds_clients=file_of(tmp_path, client()), rate=1, burst=2) as caller:
        assert [asks(caller, token()).status_code for _ in range(3)] == [200, 200, 429]


# The file


@pytest.mark.parametrize(
    ("clients", "says"),
    [
        ([], "at least one"),
        ([client(), client()], "no issuer twice"),
        ([client() | {"keys": {"keys": [OURS.as_dict(private=True)]}}], "private"),
        ([client() | {"keys": {"keys": [OctKey.generate_key(256, {"kid": "x"}).as_dict(private=True)]}}], "private"),
        ([client() | {"keys": {"keys": [{key: value for key, value in OURS.as_dict(private=False).items() if key != "kid"}]}}], "kid"),
        ([client() | {"called": " "}], "does not fit"),
        ([client() | {"issuer": 1}], "does not fit"),
        ([{"called": "Example EHR"}], "does not fit"),
        (["x"], "does not fit"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_before_anything_is_served(tmp_path, clients, says):
    path = file_of(tmp_path, *clients)
    with pytest.raises(ClientsRefused, match=says) as error:
        read_clients(path)
    assert ISSUER not in str(error.value)
    with pytest.raises(ClientsRefused):
        must_open(ApiSettings(cds_clients=path))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ClientsRefused, match="cannot be read"):
        read_clients(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"cds_clients": "x"}, "--url and --data"),
        ({"cds_clients": "x", "url": URL}, "--url and --data"),
        ({"cds_clients": "x", "data": "x"}, "--url and --data"),
        ({"url": "http://cds.example.org"}, "https"),
        ({"url": "https://cds.example.org/?x=1"}, "https"),
        ({"url": "cds.example.org"}, "https"),
        ({"url": "http://[::1"}, "https"),
    ],
)
def test_what_tokens_and_links_need_is_asked_for(settings, says):
    with pytest.raises(NotServed, match=says):
        must_be_safe(ApiSettings(**settings))
