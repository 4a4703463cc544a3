"""Signing in with an identity provider: what it vouches for is believed only where all of it fits, and an account is one person."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from colleagues import OTHER_PASSWORD, ROBIN, SAM, Clock, with_password
from own_provider import CLIENT, SECRET, OwnProvider, settings_for

from pharmacyfirst.people import NotSignedIn, PeopleDeed, Role, SigningIn, open_people
from pharmacyfirst.people.provider import (
    LATELY,
    Provider,
    ProviderRefused,
    Vouched,
    let_in,
    read_provider,
)

ADI = replace(
    ROBIN, signs_in_as="adi", family="Minister", given=("Adi",), roles=frozenset({Role.ADMINISTRATOR}), gphc_number=""
)
VOUCHED = Vouched("https://provider.example 555", "Sample", ("Robin",), "2999999", frozenset({Role.PHARMACIST}))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def own(clock):
    with OwnProvider(lambda: int(clock.now.timestamp())) as own:
        yield own


@pytest.fixture
def provider(own, clock):
    return Provider(settings_for(own.issuer), clock, clock.steady)


def through(provider, own, **changed):
    """There and back."""
    address, key = provider.go_there()
    return provider.come_back(key, own.signs_in(address) | changed)


def refused(provider, own, **changed):
    with pytest.raises(NotSignedIn) as said:
        through(provider, own, **changed)
    return str(said.value)


def test_what_fits_is_believed(provider, own):
    assert through(provider, own) == replace(VOUCHED, subject=f"{own.issuer} 555")


def test_a_browser_is_sent_with_state_nonce_and_challenge_and_has_to_sign_in_anew(provider, own):
    asked = [parse_qs(urlsplit(provider.go_there()[0]).query) for _ in range(2)]
    (first, second) = [{name: values[0] for name, values in one.items()} for one in asked]
    assert first["response_type"] == "code"
    assert (first["code_challenge_method"], len(first["code_challenge"])) == ("S256", 43)
    assert (first["prompt"], first["max_age"], first["acr_values"]) == ("login", str(LATELY), "AAL3")
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    assert "client_secret" not in first


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"nonce": "another"}, "not for this form"),
        ({"nonce": None}, "not for this form"),
        ({"iss": "http://127.0.0.1:1"}, "not for this form"),
        ({"aud": "another"}, "not for this form"),
        ({"aud": [CLIENT, "another"]}, "for another program"),
        ({"azp": "another"}, "for another program"),
        ({"exp": 1}, "not for this form"),
        ({"exp": None}, "not for this form"),
        ({"sub": None}, "not for this form"),
        ({"iat": 4_000_000_000}, "not for this form"),
        ({"auth_time": None}, "signed in just now"),
        ({"auth_time": 1}, "signed in just now"),
        ({"auth_time": "now"}, "signed in just now"),
        ({"acr": "AAL1"}, "as strongly as is demanded"),
        ({"acr": None}, "as strongly as is demanded"),
        ({"acr": {"AAL3": True}}, "as strongly as is demanded"),
        ({"role": "R9"}, "a role that is known here"),
        ({"role": None}, "a role that is known here"),
        ({"gphc": None}, "GPhC number"),
        ({"gphc": "5999998"}, "GPhC number"),
    ],
    ids=str,
)
def test_what_does_not_fit_lets_nobody_in(provider, own, says, why):
    own.says = says
    assert why in refused(provider, own)


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"signed": "none"}, "not signed"),
        ({"signed": "HS256"}, "not signed"),
        ({"signed": "another key"}, "not signed"),
        ({"reply": {"id_token": "x.y.z"}}, "not signed"),
        ({"reply": {"id_token": None}}, "not signed"),
        ({"reply": {"error": "server_error"}}, "cannot be reached"),
        ({"known": {"issuer": "https://another.example"}}, "another provider"),
        ({"known": {"token_endpoint": "http://provider.example/token"}}, "others can read"),
        ({"known": {"jwks_uri": 1}}, "others can read"),
        ({"known": {"token_endpoint": "http://127.0.0.1:1/token"}}, "cannot be reached"),
        ({"known": {"jwks_uri": "http://127.0.0.1:1/jwks"}}, "cannot be reached"),
    ],
    ids=str,
)
def test_a_provider_that_is_not_the_one_or_cannot_be_heard_lets_nobody_in(provider, own, lies, why):
    own.lies = lies
    with pytest.raises(NotSignedIn, match=why):
        through(provider, own)


def test_another_state_another_issuer_and_no_code_let_nobody_in(provider, own):
    assert "another request" in refused(provider, own, state="x")
    assert "another request" in refused(provider, own, state="é")
    assert "another provider" in refused(provider, own, iss="https://another.example")
    assert "did not let you in" in refused(provider, own, code="")
    assert "did not let you in" in refused(provider, own, error="access_denied")
    assert "cannot be reached" in refused(provider, own, code="guessed")


def test_a_code_and_a_key_are_good_once_in_their_own_browser_and_for_ten_minutes(provider, own, clock):
    address, key = provider.go_there()
    query = own.signs_in(address)
    with pytest.raises(NotSignedIn, match="not begun in this browser"):
        provider.come_back("another browser", query)
    assert provider.come_back(key, query)
    with pytest.raises(NotSignedIn, match="not begun in this browser"):
        provider.come_back(key, query)
    address, key = provider.go_there()
    clock.pass_seconds(600)
    with pytest.raises(NotSignedIn, match="too long ago"):
        provider.come_back(key, own.signs_in(address))


def test_somebody_elses_code_is_worth_nothing_because_of_the_challenge(provider, own):
    (address, _), (other, key) = provider.go_there(), provider.go_there()
    stolen = own.signs_in(address)["code"]
    with pytest.raises(NotSignedIn, match="cannot be reached"):
        provider.come_back(key, {"code": stolen, "state": parse_qs(urlsplit(other).query)["state"][0]})


def test_the_ways_that_are_open_at_once_are_bounded(provider, clock, monkeypatch):
    monkeypatch.setattr("pharmacyfirst.people.provider._MOST_GOING", 2)
    provider.go_there(), provider.go_there()
    with pytest.raises(NotSignedIn, match="Too many"):
        provider.go_there()
    clock.pass_seconds(600)
    assert provider.go_there()


def test_nothing_shows_the_secret(provider, own):
    through(provider, own)
    assert SECRET not in f"{provider.settings!r} {provider._gone!r}"


# Whose account it is


@pytest.fixture
def people(tmp_path, clock):
    with open_people(tmp_path, clock) as people:
        with_password(people, ADI)
        yield people


def test_whom_the_provider_knows_has_an_account_from_then_on_and_always_the_same(people):
    one = let_in(people, VOUCHED)
    assert (one.name, one.gphc_number, one.roles) == ("Robin Sample", "2999999", {Role.PHARMACIST})
    assert let_in(people, VOUCHED).id == one.id
    assert len(people.all()) == 2
    deeds = [(told.deed, told.by) for told in people.history(one.id)]
    assert deeds[-2:] == [(PeopleDeed.LINKED, "the provider"), (PeopleDeed.ADDED, "the provider")]
    with pytest.raises(NotSignedIn):
        SigningIn(people, lambda: 0.0).sign_in(one.signs_in_as, "")  # no password opens it


def test_an_account_with_the_gphc_number_is_that_persons_and_keeps_its_roles(people):
    robin = with_password(people, ROBIN)
    one = let_in(people, VOUCHED)
    assert one.id == robin.id
    assert one.roles == ROBIN.roles  # the form shows them those alone for which the provider vouches
    with pytest.raises(NotSignedIn, match="somebody else by this GPhC number"):
        let_in(people, replace(VOUCHED, subject="https://provider.example 556"))


def test_roles_follow_the_provider_where_it_alone_lets_somebody_in(people):
    one = let_in(people, VOUCHED)
    changed = let_in(people, replace(VOUCHED, roles=frozenset({Role.AUDITOR}), gphc_number=""))
    assert (changed.id, changed.roles) == (one.id, {Role.AUDITOR})
    assert not people.stands(one.id, one.stamp)


def test_a_role_that_an_account_has_not_is_not_given_by_the_provider(people):
    with_password(people, ROBIN)
    let_in(people, VOUCHED)
    with pytest.raises(NotSignedIn, match="no role that you have here"):
        let_in(people, replace(VOUCHED, roles=frozenset({Role.AUDITOR}), gphc_number=""))


def test_who_is_disabled_or_has_another_number_is_not_let_in(people):
    one = let_in(people, VOUCHED)
    with pytest.raises(NotSignedIn, match="ask your administrator"):
        let_in(people, replace(VOUCHED, gphc_number="2999998"))
    people.disable(one.id, by="a test")
    with pytest.raises(NotSignedIn, match="ask your administrator"):
        let_in(people, VOUCHED)


def test_a_name_that_is_none_or_taken_lets_nobody_in(people):
    sam = with_password(people, replace(SAM, roles=frozenset({Role.AUDITOR}), gphc_number=""), OTHER_PASSWORD)
    for vouched in (
        replace(VOUCHED, family=""),
        replace(VOUCHED, family=sam.family, given=sam.given, roles=sam.roles, gphc_number=""),
    ):
        with pytest.raises(NotSignedIn, match="does not fit what is known here"):
            let_in(people, vouched)


def test_the_first_person_is_never_one_whom_a_provider_sends(tmp_path, clock):
    with open_people(tmp_path, clock) as people, pytest.raises(NotSignedIn, match="administrator"):
        let_in(people, VOUCHED)


# Its file


def file_of(folder, **changed):
    (folder / "secret").write_text(f"{SECRET}\n")
    held = {
        "called": "NHS Care Identity", "issuer": "https://provider.example", "client_id": CLIENT, "client_secret_file": str(folder / "secret"),
        "back": "https://pharmacy.example/provider/back", "role_claim": "role", "roles": {"R1": ["pharmacist"]}, "gphc_claim": "gphc",
        "assurance": {"acr": ["AAL3"]},
    }  # fmt: skip
    held = {name: value for name, value in (held | changed).items() if value is not None}
    path = folder / "provider.json"
    path.write_text(json.dumps(held))
    return path


def test_a_file_that_fits_is_read_with_its_secret(tmp_path):
    settings = read_provider(file_of(tmp_path))
    assert (settings.client_secret, settings.roles) == (SECRET, {"R1": frozenset({Role.PHARMACIST})})
    assert settings.assurance == {"acr": frozenset({"AAL3"})}


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": {}}, {"roles": {"R1": ["king"]}}, {"roles": None}, {"assurance": {}}, {"assurance": {"acr": []}}, {"assurance": None},
        {"issuer": "http://provider.example"}, {"back": "http://pharmacy.example"}, {"issuer": None}, {"more": 1},
        {"client_secret_file": "/nowhere"},
    ],
    ids=str,
)  # fmt: skip
def test_a_file_that_demands_no_assurance_or_names_no_role_is_refused(tmp_path, changed):
    with pytest.raises(ProviderRefused, match="The provider's file"):
        read_provider(file_of(tmp_path, **changed))


def test_a_provider_that_somebody_else_wrote_is_understood(tmp_path):
    """``oidc-provider-mock`` from PyPI, with its own keys and its own clock."""
    mock = pytest.importorskip(
        "oidc_provider_mock", reason="needs oidc-provider-mock: it is among the packages for development"
    )
    from datetime import UTC, datetime
    from time import monotonic

    import requests

    user = mock.User(
        sub="555",
        claims={"family_name": "Sample", "given_name": "Robin", "gphc": "2999999", "role": ["R9", "R1"], "acr": "AAL3"},
    )
    with mock.run_server_in_thread(user_claims=[user], require_nonce=True) as server:
        settings = settings_for(f"http://localhost:{server.server_port}")
        provider = Provider(settings, lambda: datetime.now(UTC), monotonic)
        address, key = provider.go_there()
        reply = requests.post(address, data={"sub": "555"}, allow_redirects=False, timeout=10)
        came = {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}
        assert reply.headers["location"].startswith(settings.back)
        assert provider.come_back(key, came) == replace(VOUCHED, subject=f"{settings.issuer} 555")
