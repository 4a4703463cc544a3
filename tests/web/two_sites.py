"""An organisation with two sites behind one address, for the tests: who is what where, and what each site has."""

from contextlib import contextmanager

from starlette.testclient import TestClient
from visiting import PASSWORD, PHARMACY, PIN, SAME_ORIGIN, Clock, Visitor, Watched

from pharmacyfirst.people import NewColleague, Role, open_people
from pharmacyfirst.store.sites import add_site, let_people_sign_in, sites_in
from pharmacyfirst.web.serve import application

HERE, THERE = "FAA11", "FBB22"
BASE = "http://127.0.0.1:8080"
# robin looks after the accounts and holds consultations here, sam there, kim at both; alex reads everywhere, rev there.
PEOPLE = {
    "robin": ("Sample", {Role.ADMINISTRATOR}, {HERE: {Role.PHARMACIST}}, "2999999"),
    "sam": ("Other", set(), {THERE: {Role.PHARMACIST}}, "2999998"),
    "kim": ("Both", set(), {HERE: {Role.TECHNICIAN}, THERE: {Role.TECHNICIAN}}, "5999998"),
    "alex": ("Example", {Role.AUDITOR}, {}, ""),
    "rev": ("Viewer", set(), {THERE: {Role.REVIEWER, Role.AUDITOR}}, ""),
}


def organisation(folder, clock):
    """The folder of an organisation with two sites and everybody's accounts."""
    for site in (HERE, THERE):
        if site not in sites_in(folder):
            add_site(folder, site)
    let_people_sign_in(folder, clock, "a test")
    with open_people(folder, clock) as people:
        for word, (family, roles, at, number) in PEOPLE.items():
            one = people.add(NewColleague(word, family, (word.capitalize(),), roles, number, at), by="a test")
            people.choose_password(one.id, PASSWORD, by="a test")
            people.choose_pin(one.id, PIN, by="a test")
    return folder


@contextmanager
def served(folder, clock=None, **more):
    """The form of both sites, and a way to get a browser of its own."""
    clock = clock or Clock()
    app = application(folder, clock=clock, steady=clock.steady, **more)
    with TestClient(Watched(app), base_url=BASE, headers={"sec-fetch-site": "same-origin"}) as first:

        def browser():
            other = TestClient(Watched(app), base_url=BASE, headers={"sec-fetch-site": "same-origin"})
            other.portal = first.portal  # the one loop in which the sites are open
            return Visitor(other)

        yield app, browser


def signed_in(visitor, word, site):
    """Somebody who chose the site and signed in there; who sets the pharmacy up where nobody did."""
    visitor.post("/site", {"site": site})
    visitor.post("/who", {"word": word, "password": PASSWORD})
    if visitor.page.title == "Set up the pharmacy":
        visitor.send("/setting-up", **(PHARMACY | {"u-ods": site, "u-name": f"Pharmacy {site}"}))
    return visitor


__all__ = ["HERE", "PEOPLE", "SAME_ORIGIN", "THERE", "organisation", "served", "signed_in"]
