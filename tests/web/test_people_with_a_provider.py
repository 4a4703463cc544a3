"""Signing in to the form with an identity provider, without a script and in a real browser: the provider of the tests, and one from PyPI."""

from time import monotonic
from urllib.parse import urlencode

import pytest
from in_a_browser import serving
from own_provider import OwnProvider, settings_for
from test_people_in_a_browser import SomebodyInABrowser
from test_people_sign_in import set_up, sign_in, token
from visiting import PASSWORD, PIN, Clock, Visitor, open_form, with_account

from pharmacyfirst.people import PeopleDeed, Role, open_people


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def own(clock):
    with OwnProvider(lambda: int(clock.now.timestamp())) as own:
        yield own


@pytest.fixture
def client(tmp_path, clock, own):
    with_account(tmp_path, clock, "adi")
    with open_form(tmp_path, clock, provider=settings_for(own.issuer)) as client:
        set_up(client, sign_in(client, "adi"))
        yield client


def through(client, own, **changed):
    """There and back, in one browser."""
    sent = client.get("/provider", follow_redirects=False)
    query = own.signs_in(sent.headers["location"]) | changed
    visitor = Visitor(client)
    visitor.go(f"/provider/back?{urlencode(query)}")
    return visitor


def test_whom_the_provider_vouches_for_comes_in_and_chooses_a_pin(client, own, tmp_path, clock):
    visitor = Visitor(client)
    assert "Sign in with NHS Care Identity" in visitor.go("/who").words
    visitor = through(client, own)
    assert (visitor.page.title, visitor.reply.headers["cache-control"]) == ("Signed in", "no-store")
    assert 'http-equiv="refresh" content="0; url=/"' in visitor.page.words
    assert visitor.go("/").title == "Robin Sample"
    assert "Choose a PIN" in visitor.page.words
    visitor.post("/account", {"token": token(visitor), "do": "pin", "pin": PIN})
    visitor.post("/account", {"token": token(visitor), "do": "pin", "password": "1357", "pin": "8642"})
    assert "not your PIN" in visitor.page.words  # whoever finds the browser open does not choose another one
    with open_people(tmp_path, clock) as people:
        one = next(one for one in people.all() if one.subject)
        assert (one.name, one.gphc_number, one.roles) == ("Robin Sample", "2999999", {Role.PHARMACIST})
        assert {told.more for told in people.history(one.id) if told.deed is PeopleDeed.SIGNED_IN} == {"the provider"}
        people.disable(one.id, by="a test")
    assert visitor.go("/account").title == "Sign in"
    assert "ask your administrator" in through(client, own).page.words


def test_the_cookies_of_the_way_and_of_the_session_are_closed(client, own):
    sent = client.get("/provider", follow_redirects=False)
    assert "HttpOnly; Max-Age=600; Path=/; SameSite=lax" in sent.headers["set-cookie"]
    back = client.get(f"/provider/back?{urlencode(own.signs_in(sent.headers['location']))}")
    begun, gone = back.headers.get_list("set-cookie")
    assert "HttpOnly; Path=/; SameSite=strict" in begun
    assert gone.startswith('desk-way=""')


def test_whoever_has_no_cookie_of_the_way_is_not_let_in_by_anybodys_code(client, own):
    sent = client.get("/provider", follow_redirects=False)
    client.cookies.clear()
    visitor = Visitor(client)
    visitor.go(f"/provider/back?{urlencode(own.signs_in(sent.headers['location']))}")
    assert (visitor.reply.status_code, visitor.page.title) == (403, "Not signed in")
    assert "not begun in this browser" in visitor.page.words
    assert visitor.go("/account").title == "Sign in"


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"acr": "AAL1"}, "as strongly as is demanded"),
        ({"role": "R9"}, "a role"),
        ({"nonce": "x"}, "cannot be believed"),
    ],
)
def test_what_is_not_believed_lets_nobody_in_and_says_why(client, own, says, why):
    own.says = says
    visitor = through(client, own)
    assert visitor.reply.status_code == 403
    assert why in visitor.page.words
    assert visitor.go("/account").title == "Sign in"


def test_an_answer_without_bounds_is_not_read(client, own):
    assert "longer than any" in through(client, own, code="x" * 5000).page.words


def test_somebody_with_several_roles_has_those_that_the_provider_vouches_for(client, own, tmp_path, clock):
    with_account(tmp_path, clock, "robin")
    visitor = through(client, own)
    assert visitor.go("/people").title == "Not for your role"
    client.cookies.clear()
    assert sign_in(client).go("/people").title == "People"


@pytest.mark.parametrize("path", ["/provider", "/provider/back?code=x&state=y"])
def test_without_a_provider_there_is_no_way_to_one(tmp_path, clock, path):
    with open_form(tmp_path, clock) as client:
        assert client.get(path).status_code == 404


def test_a_provider_lets_nobody_in_where_nobody_has_an_account(tmp_path, clock, own):
    with open_form(tmp_path, clock, provider=settings_for(own.issuer)) as client:
        assert client.get("/provider").status_code == 404


@pytest.mark.system
def test_in_a_browser_with_a_provider_that_somebody_else_wrote(chromium, tmp_path):
    mock = pytest.importorskip(
        "oidc_provider_mock", reason="needs oidc-provider-mock: it is among the packages for development"
    )
    from pharmacyfirst.connections import machine_clock

    user = mock.User(
        sub="555",
        claims={"family_name": "Sample", "given_name": "Robin", "gphc": "2999999", "role": "R1", "acr": "AAL3"},
    )
    with_account(tmp_path, machine_clock, "adi")
    with mock.run_server_in_thread(user_claims=[user], require_nonce=True) as server:
        issuer = f"http://localhost:{server.server_port}"
        settings = settings_for(issuer, back="")
        with serving(tmp_path, clock=machine_clock, steady=monotonic, provider=settings) as address:
            object.__setattr__(settings, "back", f"{address}/provider/back")
            robin = SomebodyInABrowser(chromium, address)
            robin.page.route(
                "https://**", lambda route: route.abort()
            )  # that provider's page wants a style sheet of the world's
            robin.go()
            robin.look("sign-in-with-a-provider")
            robin.page.click("text=Sign in with NHS Care Identity")
            robin.page.wait_for_url(f"{issuer}/**")
            with robin.page.expect_navigation(url=f"{address}/account"):
                robin.page.click("button[value='555']")
            assert robin.title == "Robin Sample"
            robin.write(pin=PIN)
            robin.press("Set the PIN")
            assert "Your PIN is set" in robin.page.text_content("main")
            assert [one for one in robin.outside if not one.startswith((issuer, "https://cdn."))] == []
            adi = SomebodyInABrowser(chromium, address)
            adi.sign_in("adi", PASSWORD)  # both ways in, side by side
            assert adi.title == "Adi Minister"
