"""Several sites behind one address: nothing of one is found from another, by any page; people are what they are at each; and one is as before."""

import os
import re
import shutil
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from referrals import referral
from test_handing_over import sent
from two_sites import HERE, PEOPLE, THERE, organisation, served, signed_in
from visiting import PASSWORD, PHARMACY, PIN, SAME_ORIGIN, SECRET, Clock, Visitor, handed_over, open_form

sys.path.append(str(Path(__file__).resolve().parents[1] / "store"))
import a_store

from pharmacyfirst import Kind
from pharmacyfirst.handover.link import NO_LINK
from pharmacyfirst.people import NewColleague, PeopleRefused, Role, SigningIn, open_people
from pharmacyfirst.people.provider import Vouched, let_in
from pharmacyfirst.people.signing_in import NotSignedIn
from pharmacyfirst.store import StoreRefused
from pharmacyfirst.store.sites import add_site, begin_sites, folder_of, organisation_of, sites_in
from pharmacyfirst.store.take_in import take_in
from pharmacyfirst.web import serve
from pharmacyfirst.web.app import ONLY_ASKED, ONLY_POSTED, PAGES
from pharmacyfirst.web.pharmacy import PharmacyRefused, read_pharmacy
from pharmacyfirst.web.place import WhereServed

NOW = "2026-11-21T15:00:00+00:00"
LISTS = (
    "/",
    "/claims",
    "/closing",
    "/activity",
    "/activity/2026-11",
    "/paper",
    "/take-in",
    "/handed-over",
    "/at-the-desk",
)


def clock():
    return Clock(NOW)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two sites, of which the one that is *there* has a draft, a record, a referral and a paper form; *here* there is nothing."""
    return organisation(tmp_path_factory.mktemp("organisation"), clock())


@pytest.fixture(scope="module")
def theirs(folder):
    """The ids of what there is at the other site."""
    with a_store.opened(folder_of(folder, THERE)) as store:
        record = a_store.finished(store, a_store.an_account()).id
        draft = a_store.begun(store, a_store.an_account("shingles", Kind.SELF_CARE)).id
        came = take_in(store, referral(), store.now().date(), a_store.SAM).id
        paper = store.paper.held("shingles", store.now().date(), a_store.SAM, str(uuid4())).id
    return (record, draft, came, paper)


@pytest.fixture(scope="module")
def sites(folder, theirs):
    with served(folder, clock()) as (app, browser):
        for word, site in (("robin", HERE), ("sam", THERE)):  # an auditor finds a pharmacy that somebody has set up
            signed_in(browser(), word, site)
        yield app, browser


def token(visitor):
    return re.search(r'name="token" value="([^"]*)"', visitor.page.words)[1]


def nobodys(id):
    """An id of the same kind that nothing has."""
    return str(uuid4()) if "-" in id else uuid4().hex * 2


def asked(visitor, path, method):
    """What a page answers, without what differs by chance: status, where it leads, words."""
    if method == "GET":
        reply = visitor.client.get(path, follow_redirects=False)
    elif PAGES.get(path) and PAGES[path].file:
        reply = visitor.client.post(path, data={"token": visitor.token}, files={"file": b""}, follow_redirects=False)
    else:
        reply = visitor.client.post(path, content=f"token={visitor.token}", headers=SAME_ORIGIN, follow_redirects=False)
    return reply.status_code, reply.headers.get("location", ""), reply.text


def differences(visitor, ids, patterns=tuple(PAGES), methods=("GET", "POST")):
    """Every page that says another thing of an id of the other site than of one that nothing has, and each that names its patient."""
    for pattern in patterns:
        if "{" not in pattern or pattern.startswith(("/people", "/activity")):
            continue
        for id in of_kind(pattern, ids):
            for method in methods:
                if (method == "GET" and pattern in ONLY_POSTED) or (method == "POST" and pattern in ONLY_ASKED):
                    continue
                other = nobodys(id)
                path, like = (filled(pattern, one) for one in (id, other))
                said, nothing = asked(visitor, path, method), asked(visitor, like, method)
                if tuple(str(one).replace(id, "ID") for one in said) != tuple(
                    str(one).replace(other, "ID") for one in nothing
                ):
                    yield f"{method} {pattern}: {said[0]} {said[1]}, and {nothing[0]} {nothing[1]} where there is nothing"
                if SECRET in said[2]:
                    yield f"{method} {pattern} names the patient"
    for path in LISTS:
        said = asked(visitor, path, "GET")
        if SECRET in said[2] or any(id in said[2] for id in ids):
            yield f"{path} names what is at the other site"
    visitor.go("/")
    found = visitor.send("/find", find=SECRET).words
    if any(id in found for id in ids):
        yield "it is found by name"


def of_kind(pattern, ids):
    """The ids of what a page is about; any other is no id there."""
    record, draft, came, paper = ids
    kinds = {"/r/": (record,), "/again/": (record,), "/looked-at/": (record,), "/c/": (draft, record), "/in/": (came,)}
    return next((some for begins, some in kinds.items() if pattern.startswith(begins)), (paper,))


def filled(pattern, id):
    words = {"{id}": id, "{form}": id, "{number}": "0", "{pgd}": "nitrofurantoin", "{paper}": "letter"}
    for name, word in words.items():
        pattern = pattern.replace(name, word)
    return pattern


def walking(browser, word, site):
    visitor = signed_in(browser(), word, site)
    visitor.go("/account")
    visitor.token = token(visitor)
    return visitor


# Apart


@pytest.mark.parametrize("word", ["kim", "alex"])
def test_no_page_finds_anything_of_another_site_or_tells_that_it_is_there(sites, theirs, word):
    """Kim has a role at both: signed in here, there is not there. Alex reads everywhere, one site at a time."""
    _, browser = sites
    signed_in(browser(), "robin", HERE)  # sets the pharmacy up, where nobody did
    assert [*differences(walking(browser, word, HERE), theirs)] == []


def test_the_walk_finds_what_is_there_where_it_is(sites, theirs):
    _, browser = sites
    found = [*differences(walking(browser, "sam", THERE), theirs, methods=("GET",))]
    pages = {one.split(":")[0] for one in found}
    assert {
        "GET /r/{id}",
        "GET /c/{id}/outcome",
        "GET /in/{id}",
        "GET /looked-at/{id}",
        "GET /paper/{form}",
    } <= pages, found
    assert "it is found by name" in found


def test_a_store_that_two_sites_shared_would_be_noticed(folder, theirs, monkeypatch, tmp_path):
    """The fault planted: both desks stand on one store."""
    folder = shutil.copytree(folder, tmp_path / "copy")
    open_store = serve.open_store
    monkeypatch.setattr(serve, "open_store", lambda _, clock: open_store(folder_of(folder, THERE), clock))
    with served(folder, clock()) as (_, browser):
        signed_in(browser(), "robin", HERE)
        found = [*differences(walking(browser, "robin", HERE), theirs, ("/r/{id}", "/in/{id}"))]
    assert any("names the patient" in one for one in found)


def test_a_session_is_one_sites_and_the_cookie_of_another_site_opens_nothing(sites):
    _, browser = sites
    sam = walking(browser, "sam", THERE)
    robin = walking(browser, "robin", HERE)
    robin.client.cookies.set("desk-site", THERE, domain="127.0.0.1")
    assert robin.go("/").title == "Sign in"
    for cookie in ("", "FZZ99", "../sites", THERE.lower()):
        sam.client.cookies.clear()
        sam.client.cookies.set("desk-site", cookie)
        assert sam.go("/r/x").title == "Which site?", cookie


def test_whoever_goes_to_another_site_has_left_the_one_they_were_at(sites):
    _, browser = sites
    kim = walking(browser, "kim", HERE)
    key = next(one.value for one in kim.client.cookies.jar if one.name == "desk")
    kim.post("/site", {"site": THERE})
    assert kim.page.title == "Sign in"
    app, _ = sites
    assert all(app.desk(site).session(key) is None for site in (HERE, THERE))


def test_a_patient_handed_over_at_one_site_opens_there_alone(sites, folder):
    _, browser = sites
    signed_in(browser(), "sam", THERE)
    system = browser()
    asked_by = {"asked_by": {"system": "Example PMR", "pharmacy": THERE}, "at": "2026-11-21T14:59:30+00:00"}
    link = handed_over(system.client, sent(**asked_by), folder_of(folder, THERE)).json()["link"]
    assert f"/at/{THERE}/handed-over#" in link
    way, _, words = link.partition("#")
    robin = walking(browser, "robin", HERE)
    assert NO_LINK.split(":")[0] in robin.post("/handed-over", {"link": words}).words
    sam = browser()
    reply = sam.client.get(way, follow_redirects=False)
    assert reply.headers["location"] == "/handed-over"
    sam.go("/handed-over")
    sam.post("/handed-over", {"link": words})
    sam.send("/who", word="sam", password=PASSWORD)
    assert (sam.page.title, SECRET in sam.page.words) == ("Patient", True)
    wrong = handed_over(system.client, sent(**asked_by), folder_of(folder, HERE))
    assert (wrong.status_code, "another pharmacy" in wrong.text) == (422, True)
    assert handed_over(system.client, sent(), folder_of(folder, HERE), authorization="Bearer no").status_code == 401


# Who is what where


def test_nobody_comes_in_where_they_have_no_role_and_only_they_are_told(sites):
    _, browser = sites
    sam = browser()
    sam.post("/site", {"site": HERE})
    sam.post("/who", {"word": "sam", "password": PASSWORD})
    assert "You have no role at this site" in sam.page.words
    sam.post("/who", {"word": "sam", "password": "not the password"})
    wrong = sam.page.words
    sam.post("/who", {"word": "nobody", "password": "not the password"})
    assert wrong.replace("sam", "") == sam.page.words.replace("nobody", "")
    assert "role at this site" not in wrong


def test_the_site_stands_on_each_page_and_the_browser_keeps_it(sites):
    _, browser = sites
    robin = walking(browser, "robin", HERE)
    for path in ("/", "/claims", "/account", "/people"):
        assert f'<b class="pf-site">Pharmacy {HERE}, {HERE}</b>' in robin.go(path).words
    robin.post("/leave", {"token": robin.token})
    assert (robin.page.title, f"This is Pharmacy {HERE}" in robin.page.words) == ("Sign in", True)
    cookie = next(one for one in robin.client.cookies.jar if one.name == "desk-site")
    assert (cookie.value, cookie.expires > 0, cookie.has_nonstandard_attr("HttpOnly")) == (HERE, True, True)


def test_a_role_at_one_site_is_none_at_the_other(sites):
    _, browser = sites
    rev = walking(browser, "rev", THERE)
    assert rev.client.post("/find", content=f"token={rev.token}&find=x", headers=SAME_ORIGIN).status_code == 200
    assert signed_in(browser(), "rev", HERE).page.title == "Sign in"
    alex = walking(browser, "alex", THERE)
    assert alex.go("/people").title == "People"
    assert "Auditor" in alex.go("/account").words


def test_an_auditor_of_one_site_sees_the_people_of_that_site_alone(sites, folder):
    _, browser = sites
    rev = walking(browser, "rev", THERE)
    words = rev.go("/people").words
    assert all(name in words for name in ("Sam Other", "Kim Both", "Alex Example"))
    with open_people(folder, clock()) as people:
        people.add(NewColleague("pat", "Alone", ("Pat",), set(), "2999996", {HERE: {Role.PHARMACIST}}), by="a test")
        pat = people.who_signs_in_as("pat").id
    words = rev.go("/people").words
    assert "Pat Alone" not in words
    assert rev.go(f"/people/{pat}").title == rev.go(f"/people/{uuid4()}").title == "There is no such account"
    assert "Pat Alone" in walking(browser, "alex", THERE).go("/people").words


def test_an_administrator_gives_roles_at_each_site_and_they_hold_at_once(sites, folder):
    _, browser = sites
    robin, kim = walking(browser, "robin", HERE), walking(browser, "kim", THERE)
    with open_people(folder, clock()) as people:
        id = people.who_signs_in_as("kim").id
    assert f"technician at {HERE}, technician at {THERE}" in robin.go(f"/people/{id}").words
    ticked = robin.page.forms[f"/people/{id}"]["roles"]
    assert ticked == [f"{HERE}/technician", f"{THERE}/technician"]
    robin.send(f"/people/{id}", do="roles", roles=[f"{HERE}/technician", "auditor"])
    assert f"Auditor, technician at {HERE}".lower() in robin.page.words.lower()
    assert kim.go("/").title == "Sign in"  # at the other site, at once
    kim.post("/who", {"word": "kim", "password": PASSWORD})
    assert "Auditor" in kim.go("/account").words
    robin.go(f"/people/{id}")
    robin.send(f"/people/{id}", do="roles", roles=[f"{HERE}/technician", f"{THERE}/technician"])


def test_a_site_is_set_up_as_itself(sites, folder):
    with pytest.raises(PharmacyRefused, match=f"this is the site {HERE}"):
        sites[0].desk(HERE).set_up(read_pharmacy(folder_of(folder, THERE) / "pharmacy.json"))


def test_other_roles_than_two_are_held_at_sites_that_are_named(folder):
    with open_people(folder, clock()) as people:
        with pytest.raises(PeopleRefused, match="all sites"):
            people.add(NewColleague("x", "X", (), set(), "", {HERE: {Role.ADMINISTRATOR}}), by="a test")
        one = people.add(NewColleague("old", "Old", (), {Role.REVIEWER}), by="a test")
        assert one.roles_at(HERE) == frozenset()  # a role of the one pharmacy that there was is none at a site
        assert one.roles_at("") == {Role.REVIEWER}
        people.disable(one.id, by="a test")


def test_a_provider_lets_nobody_in_whom_no_administrator_gave_the_site(folder):
    with open_people(folder, clock()) as people:
        before = people.all()
        unknown = Vouched("issuer 1", "New", ("Nora",), "2999995", frozenset({Role.PHARMACIST}))
        known = Vouched("issuer 2", "Other", ("Sam",), "2999998", frozenset({Role.PHARMACIST}))
        for vouched, site in ((unknown, HERE), (known, HERE)):
            with pytest.raises(NotSignedIn, match=r"no role that you have here|role at this site"):
                let_in(people, vouched, site)
        assert let_in(people, known, THERE).signs_in_as == "sam"
        assert [one.roles_at(THERE) for one in people.all()] == [one.roles_at(THERE) for one in before]


def test_who_watches_is_told_once_whether_all_sites_are_ready(tmp_path, caplog):
    two = organisation(tmp_path, clock())
    with served(two, clock()) as (_, browser):
        watcher = browser().client
        assert (watcher.get("/health").status_code, watcher.get("/health").json()) == (200, {"alive": True})
        for site, status in ((HERE, 503), (THERE, 200)):
            robin = signed_in(browser(), "robin", site)
            if site == THERE:  # where robin holds no consultations, and is led elsewhere
                robin.go("/setting-up")
                robin.send("/setting-up", **(PHARMACY | {"u-ods": site, "u-name": "Pharmacy"}))
            assert (watcher.get("/ready").status_code, watcher.get("/ready").json()) == (
                status,
                {"ready": status == 200},
            )
        (folder_of(two, THERE) / "anchors.txt").write_text(f"9999 {'0' * 64} 2026-11-21T10:30:00+00:00\n")
        assert watcher.get("/ready").status_code == 503
        assert watcher.get("/health").status_code == 200
    assert "The pharmacy is not set up yet." in caplog.text


# From one to several


@pytest.fixture
def alone(tmp_path):
    """One pharmacy's own folder, in which somebody has an account."""
    with open_people(tmp_path, clock()) as people:
        for word, roles, number in (
            ("robin", {Role.PHARMACIST, Role.ADMINISTRATOR}, "2999999"),
            ("alex", {Role.AUDITOR}, ""),
        ):
            one = people.add(NewColleague(word, "Sample", (word.capitalize(),), roles, number), by="a test")
            people.choose_password(one.id, PASSWORD, by="a test")
            people.choose_pin(one.id, PIN, by="a test")
    with a_store.opened(tmp_path) as store:
        a_store.finished(store, a_store.an_account())
        store.let_people_sign_in(a_store.SAM)
    return tmp_path


def test_one_pharmacy_asks_for_no_site(alone):
    with open_form(alone, clock()) as client:
        visitor = Visitor(client)
        assert visitor.go("/").title == "Sign in"
        visitor.post("/who", {"word": "robin", "password": PASSWORD})
        visitor.send("/setting-up", **PHARMACY)
        assert "pf-site" not in visitor.go("/people").words
        assert "at all sites" not in visitor.page.words
        assert visitor.client.get("/site").status_code == 404


def test_one_pharmacys_folder_becomes_the_first_site_of_several_with_all_that_it_has(alone):
    with a_store.opened(alone) as store:
        head = store.ledger.head
    assert begin_sites(alone, "fzz99") == alone / "sites" / "FZZ99"
    assert begin_sites(alone, "FZZ99") == alone / "sites" / "FZZ99"  # done again, nothing more
    with open_people(alone, clock()) as people:
        assert people.keep_to_site("FZZ99", "a test") == 2
        robin, alex = people.who_signs_in_as("robin"), people.who_signs_in_as("alex")
        assert (robin.roles, dict(robin.at)) == ({Role.ADMINISTRATOR}, {"FZZ99": {Role.PHARMACIST}})
        assert (alex.roles, dict(alex.at)) == (set(), {"FZZ99": {Role.AUDITOR}})
        assert people.keep_to_site("FZZ99", "a test") == 0
    with a_store.opened(folder_of(alone, "FZZ99")) as store:
        assert store.ledger.head == head
        assert store.verify().records == 1
    assert sorted(one.name for one in alone.iterdir()) == ["people.sqlite", "sites"]
    add_site(alone, "FAA11")
    assert sites_in(alone) == ("FAA11", "FZZ99")


def test_a_beginning_that_was_broken_off_is_done_again_and_shows_no_empty_store_meanwhile(alone, monkeypatch):
    replace = os.replace

    def broken(source, to):
        if source.name.startswith("anchors"):
            raise OSError("power")
        replace(source, to)

    monkeypatch.setattr("pharmacyfirst.store.sites.os.replace", broken)
    with pytest.raises(OSError, match="power"):
        begin_sites(alone, "FZZ99")
    with pytest.raises(StoreRefused, match="is gone"):
        a_store.opened(alone)
    monkeypatch.undo()
    begin_sites(alone, "FZZ99")
    with a_store.opened(folder_of(alone, "FZZ99")) as store:
        assert store.verify().records == 1


def test_nothing_is_read_or_written_at_a_site_that_nobody_meant(alone, folder):
    for site, where, says in (
        ("", folder, f"name one with --site \\({HERE}, {THERE}\\)"),
        ("FCC33", folder, "no such site"),
        ("../x", folder, "no such site"),
        ("FZZ99", alone, "leave --site out"),
    ):
        with pytest.raises(StoreRefused, match=says):
            folder_of(where, site)
    with pytest.raises(StoreRefused, match="Say first which site that is"):
        add_site(alone, "FAA11")
    with pytest.raises(StoreRefused, match="ODS code"):
        add_site(folder, "../../elsewhere")
    with pytest.raises(StoreRefused, match="folder of one site"):
        organisation_of(folder_of(folder, HERE))
    assert sites_in(folder) == (HERE, THERE)


def test_several_sites_are_served_to_people_who_sign_in_alone(tmp_path, folder):
    add_site(tmp_path, HERE)
    with pytest.raises(PeopleRefused, match="people have to sign in"):
        serve.must_open(tmp_path)
    assert serve.must_open(folder)
    with pytest.raises(PharmacyRefused, match="leave --pharmacy out"):
        serve.must_open(folder, tmp_path / "pharmacy.json")
    with pytest.raises(StoreRefused, match="folder of one site"):
        serve.must_open(folder_of(folder, HERE))


def test_guessing_waits_at_all_sites_together(folder):
    with open_people(folder, clock()) as people:
        door = SigningIn(people, lambda: 0.0)
        for site in (HERE, THERE, HERE, THERE, HERE):
            with pytest.raises(NotSignedIn):
                door.sign_in("sam", "not the password", site=site)
        with pytest.raises(NotSignedIn, match="wait"):
            door.sign_in("sam", PASSWORD, site=THERE)


def test_the_page_of_the_sites_is_behind_the_same_door(tmp_path, folder):
    place = WhereServed(("pharmacy.example",), certificate="c", key="k")
    with served(shutil.copytree(folder, tmp_path / "copy"), clock(), place=place) as (_, browser):
        visitor = browser()
        for path in ("/site", f"/at/{HERE}/handed-over", "/", "/r/x"):
            assert visitor.client.get(path).status_code == 403, path
        headers = SAME_ORIGIN | {"host": "pharmacy.example"}
        elsewhere = headers | {"sec-fetch-site": "cross-site"}
        assert visitor.client.post("/site", content=f"site={HERE}", headers=elsewhere).status_code == 403
        reply = visitor.client.post("/site", content=f"site={HERE}", headers=headers, follow_redirects=False)
        cookie = reply.headers["set-cookie"]
        assert re.fullmatch(r"__Host-desk-site=FAA11; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure", cookie)
        assert visitor.client.post("/site", content="site=x", headers=headers).status_code == 422


def test_everybody_of_these_tests_is_somebody(folder):
    with open_people(folder, clock()) as people:
        assert {*PEOPLE} <= {one.signs_in_as for one in people.all()}
