"""The form where people have accounts: nobody comes in without signing in, each sees what their roles may, and what they do bears their name."""

import re

import pytest
from visiting import ACCOUNTS, PASSWORD, PHARMACY, PIN, SAME_ORIGIN, Clock, Visitor, begun, open_form, with_account

from pharmacyfirst.connections import NotServed
from pharmacyfirst.people import EVERYBODY, REGISTERED, Role, open_people
from pharmacyfirst.people.second_factor import SECONDS
from pharmacyfirst.store import Actor, open_store
from pharmacyfirst.web.app import PAGES, form
from pharmacyfirst.web.place import HERE, WhereServed, place_of
from pharmacyfirst.web.sessions import IDLE_SECONDS, LONGEST_SECONDS, MOST_WRONG_PINS, QUIET_SECONDS
from pharmacyfirst.web.who_may import OPEN, WHO_MAY, Allowed, may

NEW_PASSWORD = "a grey boat under the bridge"
ELSEWHERE = WhereServed(("pharmacy.example",), proxy="testclient")


def sign_in(client, word="robin", password=PASSWORD, code=""):
    """Somebody who tries to sign in, at their own account where they are let in: the start page would read all of the content."""
    visitor = Visitor(client)
    client.follow_redirects = False
    visitor.post("/who", {"word": word, "password": password, "code": code})
    client.follow_redirects = True
    if visitor.reply.status_code == 303:
        assert visitor.reply.headers["location"] == "/"
        visitor.go("/account")
    return visitor


def set_up(client, visitor):
    """The pharmacy is set up by somebody who signed in, and who leaves without seeing the start page, which would read all of the content."""
    client.follow_redirects = False
    visitor.post("/setting-up", PHARMACY | {"token": token(visitor)})
    assert visitor.reply.headers["location"] == "/"
    client.follow_redirects = True
    client.cookies.clear()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def people(tmp_path, clock):
    with open_people(tmp_path, clock) as people:
        with_account(tmp_path, clock)
        yield people


@pytest.fixture
def client(tmp_path, clock, people):
    with open_form(tmp_path, clock) as client:
        set_up(client, sign_in(client))
        yield client


def token(visitor):
    return re.search(r'name="token" value="([^"]*)"', visitor.page.words)[1]


# Who comes in


def test_nobody_comes_in_without_signing_in(client):
    visitor = Visitor(client)
    for path in ("/", "/account", "/people", "/setting-up", "/c/x/outcome", "/r/x", "/hide"):
        assert visitor.go(path).title == "Sign in", path
    assert "Sample" not in visitor.page.words  # nor is it told who there is
    assert visitor.post("/who", {"gphc": "2999999", "pin": PIN}).title == "Sign in"  # the PIN lets nobody in
    assert sign_in(client).page.title == "Robin Sample"


def test_a_wrong_password_says_nothing_of_who_there_is_and_repeats_nothing(client):
    said = [sign_in(client, word, "Feather-stone-haugh").page.words for word in ("robin", "nobody")]
    assert said[0].replace("robin", "") == said[1].replace("nobody", "")
    assert "This is not right" in said[0]
    assert "Feather" not in said[0]


def test_the_pharmacy_is_set_up_by_somebody_who_signed_in_and_names_nobody_there(client, tmp_path):
    held = (tmp_path / "pharmacy.json").read_text()
    assert '"people": []' in held
    visitor = sign_in(client)
    assert "Robin Sample, GPhC 2999999" in visitor.page.words


@pytest.mark.no_accounts
def test_the_first_account_ends_what_was_begun_with_a_pin(tmp_path, clock):
    with open_form(tmp_path, clock) as client:
        visitor = Visitor(client)
        visitor.post("/setting-up", PHARMACY)
        visitor.post("/who", {"gphc": "2999999", "pin": PIN})
        path = begun(visitor, "uncomplicated-uti").path
        with_account(tmp_path, clock, "robin")
        assert visitor.go(path).title == "Sign in"


@pytest.mark.no_accounts
def test_where_the_file_of_the_accounts_is_gone_nobody_comes_in(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        store.let_people_sign_in(Actor("at the terminal", "administrator"))
        store.let_people_sign_in(Actor("at the terminal", "administrator"))
    with open_form(tmp_path, clock) as client:
        assert Visitor(client).go("/").title == "Sign in"
        assert sign_in(client).page.title == "Sign in"
    from pharmacyfirst.people import PeopleRefused
    from pharmacyfirst.web.serve import must_open

    with pytest.raises(PeopleRefused, match="is gone"):
        must_open(tmp_path)


def test_signing_in_gives_a_new_session_and_ends_the_one_that_was_there(client):
    client.cookies.set("desk", "planted-by-somebody")
    sign_in(client)
    first = [one for one in client.cookies.jar if one.value != "planted-by-somebody"][-1].value
    assert len(first) > 40
    client.cookies.clear()
    client.cookies.set("desk", first)
    sign_in(client)
    second = next(one.value for one in client.cookies.jar if one.value != first)
    client.cookies.clear()
    client.cookies.set("desk", first)
    assert Visitor(client).go("/").title == "Sign in"
    client.cookies.clear()
    client.cookies.set("desk", second)
    assert Visitor(client).go("/account").title == "Robin Sample"


def test_the_cookie_goes_nowhere_else(tmp_path, clock, people):
    with open_form(tmp_path, clock) as client:
        given = client.post(
            "/who", content=f"word=robin&password={PASSWORD}", headers=SAME_ORIGIN, follow_redirects=False
        )
        assert re.fullmatch(r"desk=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", given.headers["set-cookie"])
    with open_form(tmp_path, clock, place=ELSEWHERE) as client:
        headers = SAME_ORIGIN | {"host": "pharmacy.example", "x-forwarded-proto": "https"}
        given = client.post("/who", content=f"word=robin&password={PASSWORD}", headers=headers, follow_redirects=False)
        assert re.fullmatch(
            r"__Host-desk=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure", given.headers["set-cookie"]
        )


# When it ends


def test_a_session_ends_after_an_hour_without_anybody(client, clock):
    visitor = sign_in(client)
    clock.pass_seconds(IDLE_SECONDS - 1)
    assert visitor.go("/").title == "Your PIN again"
    clock.pass_seconds(1)
    assert visitor.go("/").title == "Sign in"


def test_a_session_ends_after_twelve_hours_whatever_is_done_in_it(client, clock):
    visitor = sign_in(client)
    for _ in range(int(LONGEST_SECONDS / (QUIET_SECONDS - 1))):
        clock.pass_seconds(QUIET_SECONDS - 1)
        assert visitor.go("/account").title == "Robin Sample"
    clock.pass_seconds(QUIET_SECONDS - 1)
    assert visitor.go("/account").title == "Sign in"


def test_the_pin_shows_the_patient_again_and_lets_nobody_guess(client, clock):
    visitor = begun(sign_in(client), "uncomplicated-uti")
    path, held = visitor.path, {"token": token(visitor)}
    clock.pass_seconds(QUIET_SECONDS)
    assert visitor.go(path).title == "Your PIN again"
    visitor.post("/show", held | {"pin": PIN})
    assert "Charlie" in visitor.page.words
    clock.pass_seconds(QUIET_SECONDS)
    for _ in range(MOST_WRONG_PINS - 1):
        assert visitor.post("/show", held | {"pin": "1357"}).title == "Your PIN again"
    assert visitor.post("/show", held | {"pin": "1357"}).title == "Sign in"
    assert visitor.go(path).title == "Sign in"


def test_who_is_disabled_is_out_with_the_next_request(client, people, tmp_path, clock):
    sam = with_account(tmp_path, clock, "sam")
    visitor = begun(sign_in(client, "sam"), "uncomplicated-uti")
    fields = visitor.page.forms[visitor.path]
    people.disable(sam.id, by="a test")
    visitor.post(visitor.path, fields)
    assert visitor.page.title == "Sign in"
    assert sign_in(client, "sam").page.title == "Sign in"


def test_whoever_leaves_is_out(client):
    visitor = sign_in(client)
    visitor.send("/leave")
    assert visitor.go("/account").title == "Sign in"


# What each may


def test_every_path_is_in_the_table_or_open_and_whatever_is_in_neither_is_for_nobody():
    routes = {route.path: route.methods - {"HEAD"} for route in form(lambda: None).routes}
    assert {*routes} == {*WHO_MAY, *OPEN}
    assert {*PAGES} <= {*WHO_MAY} | {"/who"}
    for path, methods in routes.items():
        if path in WHO_MAY:
            allowed = WHO_MAY[path]
            assert bool(allowed.see) is ("GET" in methods), path
            assert bool(allowed.do) is ("POST" in methods), path
            assert allowed != Allowed(), path
    for method in ("GET", "POST", "PUT"):
        assert not may("/a-page-of-tomorrow", method, EVERYBODY)


def test_only_the_registered_change_or_finish_a_consultation_and_only_administrators_the_accounts():
    for path, allowed in WHO_MAY.items():
        if path.startswith(
            (
                "/c/",
                "/begin",
                "/in/",
                "/again",
                "/take-in",
                "/handed-over",
                "/paper",
                "/looked-at",
                "/claims",
                "/closing",
            )
        ):
            assert allowed.see | allowed.do == REGISTERED, path
        if path.startswith("/people"):
            assert allowed.do == {Role.ADMINISTRATOR}, path
            assert allowed.see == {Role.ADMINISTRATOR, Role.AUDITOR}, path
        if path.startswith("/r/"):
            assert Role.ADMINISTRATOR not in allowed.see | allowed.do, path
            assert allowed.do in (frozenset(), REGISTERED), path


@pytest.mark.parametrize("word", ["robin", "sam", "adi", "alex", "rev"])
def test_the_door_lets_each_role_where_the_table_says_and_nowhere_else(client, people, word, tmp_path, clock):
    if word != "robin":
        with_account(tmp_path, clock, word)
    visitor = sign_in(client, word)
    held, roles = {"token": token(visitor)}, ACCOUNTS[word].roles
    for path in PAGES:
        where = re.sub(r"\{\w+\}", "x", path)
        for method in ("GET", "POST"):
            if (path in OPEN and path not in WHO_MAY) or path == "/show":
                continue
            if method == "GET":
                visitor.go(where)
            elif PAGES[path].file:
                visitor.post_file(where, held)
            else:
                visitor.post(where, held)
            refused = visitor.reply.status_code == 403 or (path == "/" and visitor.path == "/account")
            known = visitor.reply.status_code != 404 or "There is no such page" not in visitor.page.words
            if known:
                assert refused is not may(path, method, roles), (method, path, visitor.reply.status_code)
        if path == "/hide" and "PIN" in visitor.page.title:
            visitor.post("/show", held | {"pin": PIN})


def test_a_technician_is_named_as_one_and_two_people_keep_their_drafts_apart(client, people, tmp_path, clock):
    with_account(tmp_path, clock, "sam")
    visitor = begun(sign_in(client, "sam"), "uncomplicated-uti")
    id = visitor.path.split("/")[2]
    with open_store(tmp_path, Clock()) as store:
        (event, *_) = store.records.history(id)
        assert event.actor == Actor("Sam Other", "pharmacy technician", "5999998")
    assert sign_in(client).go(visitor.path).title == "Sam Other has this consultation"


def test_an_auditor_finds_and_reads_with_their_name_and_begins_nothing(client, people, tmp_path, clock):
    with_account(tmp_path, clock, "alex")
    visitor = sign_in(client, "alex")
    assert visitor.page.title == "Alex Example"
    visitor.send("/find", find="Nobodyatall")
    assert visitor.page.title == "0 found"
    with open_store(tmp_path, Clock()) as store:
        searches = [event for event in store.ledger.walk() if event.kind == "searched"]
    assert '"actor":{"name":"Alex Example","role":"auditor"}' in searches[-1].body.replace(": ", ":").replace(", ", ",")
    visitor.go("/account")
    visitor.post("/begin", {"token": token(visitor), "condition": "shingles"})
    assert (visitor.reply.status_code, visitor.page.title) == (403, "Not for your role")


# What somebody chooses for themselves, and what an administrator does


def test_an_administrator_adds_somebody_who_chooses_their_own_password_and_pin(client, people):
    visitor = sign_in(client)
    visitor.go("/people")
    visitor.send("/people", word="sam", family="Other", given="Sam", gphc="5999998", roles=["technician"])
    made = re.search(r'id="made">([^<]+)<', visitor.page.words)[1]
    assert "not shown again" in visitor.page.words
    assert made not in visitor.go(f"/people/{people.who_signs_in_as('sam').id}").words
    client.cookies.clear()
    visitor = sign_in(client, "sam", made)
    assert visitor.path == "/account"
    assert "Choose a password of your own" in visitor.page.words
    held = {"token": token(visitor)}
    assert visitor.go("/").title == "Sam Other"  # nothing else before that
    visitor.post("/account", held | {"do": "password", "password": made, "new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert "Choose a PIN" in visitor.page.words
    visitor.post("/account", {"token": token(visitor), "do": "pin", "password": NEW_PASSWORD, "pin": "8642"})
    assert visitor.go("/").title == "What is the patient here about?"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"word": "R B"}, "small letters"),
        ({"gphc": "123"}, "seven digits"),
        ({"roles": []}, "Somebody without a role"),
        ({"word": "robin"}, "signs in with this word"),
        ({"family": ""}, "A name is on one line"),
    ],
)
def test_who_cannot_be_added_is_said_beside_what_is_wrong(client, people, fields, says):
    visitor = sign_in(client)
    visitor.go("/people")
    held = {"word": "sam", "family": "Other", "given": "Sam", "gphc": "5999998", "roles": ["technician"]}
    visitor.send("/people", **held | fields)
    assert visitor.reply.status_code == 422
    assert says in visitor.page.words
    assert len(people.all()) == 1


def test_an_administrator_disables_enables_and_sets_roles_but_stays_the_last_one(client, people, tmp_path, clock):
    sam, robin = with_account(tmp_path, clock, "sam"), people.who_signs_in_as("robin")
    visitor = sign_in(client)
    visitor.go(f"/people/{sam.id}")
    held = {"token": token(visitor)}
    path = f"/people/{sam.id}"
    assert "Disabled" in visitor.post(path, held | {"do": "disable"}).words
    assert not people.get(sam.id).active
    assert "Enabled" in visitor.post(path, held | {"do": "enable"}).words
    visitor.post(path, held | {"do": "roles", "roles": ["technician", "reviewer"], "gphc": "5999998"})
    assert people.get(sam.id).roles == {Role.TECHNICIAN, Role.REVIEWER}
    assert re.search('id="made">', visitor.post(path, held | {"do": "password"}).words)
    assert "no such button" in visitor.post(path, held | {"do": "x"}).words
    assert "last administrator" in visitor.post(f"/people/{robin.id}", held | {"do": "disable"}).words
    assert visitor.go("/people/nobody").title == "There is no such account"
    assert "Sam Other: disabled, by Robin Sample" in visitor.go("/people").words


def test_a_second_factor_is_set_up_on_the_page_and_asked_for_from_then_on(client, people, clock):
    import pyotp

    visitor = sign_in(client)
    visitor.go("/account")
    held = {"token": token(visitor)}
    assert "not your password" in visitor.post("/account", held | {"do": "seed", "password": "x"}).words
    visitor.post("/account", held | {"do": "seed", "password": PASSWORD})
    seed = re.search(r"type <b>([A-Z2-7 ]+)</b>", visitor.page.words)[1].replace(" ", "")
    assert '<path d="M4 4h1v1h-1z' in visitor.page.words
    assert (
        "not what the authenticator shows" in visitor.post("/account", held | {"do": "factor", "code": "000000"}).words
    )
    visitor.post("/account", held | {"do": "factor", "code": pyotp.TOTP(seed).at(clock.now)})
    assert "You have one" in visitor.page.words
    client.cookies.clear()
    assert sign_in(client).page.title == "Sign in"
    clock.pass_seconds(SECONDS)
    code = pyotp.TOTP(seed).at(clock.now)
    assert sign_in(client, code=code).page.title == "Robin Sample"
    assert sign_in(client, code=code).page.title == "Sign in"


def test_what_proves_somebody_is_changed_with_the_code_as_well_where_they_have_a_second_factor(client, people, clock):
    """Whoever finds a browser open and knows the password sets no authenticator of their own up, and changes no password."""
    import pyotp

    visitor, robin = sign_in(client), people.who_signs_in_as("robin")
    seed = pyotp.random_base32()
    people.set_up_second_factor(robin.id, seed, pyotp.TOTP(seed).at(clock.now), by="a test")
    clock.pass_seconds(SECONDS)
    code = pyotp.TOTP(seed).at(clock.now)
    visitor = sign_in(client, code=code)
    held = {"token": token(visitor)}
    changes = ({"do": "seed"}, {"do": "password", "new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert visitor.page.words.count('autocomplete="one-time-code"') == len(changes)
    for change in changes:
        for wrong in ({}, {"code": "000000"}, {"code": code}):  # the last one was good at the door, once
            assert "not your code" in visitor.post("/account", held | change | {"password": PASSWORD} | wrong).words
            people_now = people.get(robin.id)
            assert (people_now.seed, people_now.stamp) == (seed, people.get(robin.id).stamp)
        clock.pass_seconds(61)
        visitor.post("/account", held | change | {"password": PASSWORD, "code": pyotp.TOTP(seed).at(clock.now)})
        assert "not your code" not in visitor.page.words
    assert people.get(robin.id).stamp > robin.stamp


def test_a_changed_password_ends_every_other_session_and_this_one_goes_on(client, tmp_path, clock):
    visitor = sign_in(client)
    other = dict(client.cookies)
    client.cookies.clear()
    visitor = sign_in(client)
    visitor.go("/account")
    held = {"token": token(visitor), "do": "password", "password": PASSWORD}
    assert "not the same" in visitor.post("/account", held | {"new": NEW_PASSWORD, "again": "x"}).words
    assert (
        "would be guessed"
        in visitor.post("/account", held | {"new": "robinrobinrobin", "again": "robinrobinrobin"}).words
    )
    visitor.post("/account", held | {"new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert "/account" in visitor.page.words
    assert visitor.go("/account").title == "Robin Sample"
    client.cookies.clear()
    client.cookies.update(other)
    assert Visitor(client).go("/").title == "Sign in"


def test_elsewhere_a_second_factor_is_set_up_before_anything_else(tmp_path, clock, people):
    with open_form(tmp_path, clock, place=ELSEWHERE) as client:
        client.base_url = "https://pharmacy.example"
        client.headers["x-forwarded-proto"] = "https"
        visitor = sign_in(client)
        assert visitor.path == "/account"
        assert "Set up a second factor" in visitor.page.words
        assert visitor.go("/people").title == "People"


@pytest.mark.no_accounts
def test_without_accounts_there_is_nobody_to_look_after(tmp_path, clock):
    with open_form(tmp_path, clock) as client:
        visitor = Visitor(client)
        visitor.post("/setting-up", PHARMACY)
        visitor.post("/who", {"gphc": "2999999", "pin": PIN})
        assert "pharmacyfirst people add" in visitor.go("/account").words
        assert visitor.go("/people").title == "Not for your role"


# Where it is served


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"address": "0.0.0.0", "signing_in": False}, "as long as nobody can sign in"),
        ({"address": "127.0.0.1", "name": "pharmacy.example", "proxy": "127.0.0.1"}, "as long as nobody can sign in"),
        ({"address": "0.0.0.0", "signing_in": True}, "over TLS alone"),
        ({"address": "0.0.0.0", "signing_in": True, "name": "pharmacy.example"}, "over TLS alone"),
        ({"address": "0.0.0.0", "signing_in": True, "proxy": "127.0.0.1"}, "the name by which"),
        (
            {"address": "0.0.0.0", "signing_in": True, "certificate": "c", "name": "a"},
            "a certificate and its private key",
        ),
        ({"address": "0.0.0.0", "signing_in": True, "proxy": "10.0.0.1", "name": "a"}, "between the two"),
    ],
)
def test_elsewhere_it_is_served_only_with_all_that_it_needs(settings, says):
    with pytest.raises(NotServed, match=says):
        place_of(**settings)


def test_with_all_that_it_needs_it_is_served_elsewhere():
    assert place_of("127.0.0.1") == HERE
    over_tls = place_of("0.0.0.0", "Pharmacy.Example", "c", "k", signing_in=True)
    assert (over_tls.elsewhere, over_tls.secure, over_tls.names) == (True, True, ("pharmacy.example",))
    assert place_of("127.0.0.1", "pharmacy.example", proxy="127.0.0.1", signing_in=True).elsewhere
    behind = place_of("0.0.0.0", "pharmacy.example", "c", "k", "10.0.0.1", signing_in=True)
    assert (behind.certificate, behind.proxy) == ("c", "10.0.0.1")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "pharmacy.example", "x-forwarded-proto": "https"}, 200),
        ({"host": "pharmacy.example:8443", "x-forwarded-proto": "https"}, 200),
        ({"host": "pharmacy.example", "x-forwarded-proto": "http"}, 403),
        ({"host": "pharmacy.example"}, 403),
        ({"host": "127.0.0.1:8080", "x-forwarded-proto": "https"}, 403),
        ({"host": "other.example", "x-forwarded-proto": "https"}, 403),
    ],
)
def test_a_request_that_came_round_the_proxy_or_for_another_name_is_not_answered(
    tmp_path, clock, people, headers, status
):
    with open_form(tmp_path, clock, place=ELSEWHERE) as client:
        assert client.get("/who", headers=headers).status_code == status
    with open_form(tmp_path, clock, place=WhereServed(("pharmacy.example",), proxy="10.0.0.1")) as client:
        assert client.get("/who", headers=headers).status_code == 403


# What is nowhere


def test_no_password_pin_or_code_is_in_a_log_an_export_or_a_page(tmp_path, clock, capfd, nothing_leaks):
    from pharmacyfirst.store.exported import export_lines

    secrets = (PASSWORD, NEW_PASSWORD, "Featherstonehaugh-x", "975310", "864209")
    with open_people(tmp_path, clock) as people:
        robin = with_account(tmp_path, clock, "robin", "975310")
        with open_form(tmp_path, clock) as client:
            sign_in(client, "robin", "Featherstonehaugh-x", "864209")
            visitor = sign_in(client)
            shown = visitor.go("/account").words
            visitor.post(
                "/account",
                {
                    "token": token(visitor),
                    "do": "password",
                    "password": "Featherstonehaugh-x",
                    "new": NEW_PASSWORD,
                    "again": NEW_PASSWORD,
                },
            )
            shown += visitor.page.words + visitor.go("/people").words + visitor.go(f"/people/{robin.id}").words
        kept = (people.get(robin.id).password, people.get(robin.id).pin)
    with open_store(tmp_path, clock) as store:
        exported = "".join(export_lines(store.ledger))
    said = "\n".join([*nothing_leaks(), *capfd.readouterr(), exported, shown])
    for secret in (*secrets, *kept):
        assert secret not in said
