"""A browser without a script, for the tests: it reads the forms of a page, fills them in as a case says, and follows where it is led."""

import os
import re
from datetime import datetime
from decimal import Decimal
from itertools import count
from urllib.parse import urlencode

from colleagues import ACCOUNTS, NOW, PASSWORD, Clock, with_password
from lxml import etree
from starlette.testclient import TestClient

from pharmacyfirst.people import open_people
from pharmacyfirst.web.serve import application

PIN = "2468"
# Everybody signs in, in every test of the form but those marked no_accounts: make test-signed-in, which .ci/run does too.
SIGNED_IN = bool(os.environ.get("PHARMACYFIRST_SIGNED_IN"))
# Such as a browser sends with what a page of the same site posts.
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
AGREES = {
    "p-gender": "female", "p-source": "self-referred", "p-channel": "in person", "p-share": "yes", "p-look": "yes", "p-by": "patient",
    "p-viewed": "GP record",
}  # fmt: skip


class Page:
    """The forms of a page: for each its action, and its fields with what they hold; and the page's words."""

    def __init__(self, words):
        self.words, self.forms, self.shown, self._select = words, {}, [], None
        if words:
            etree.fromstring(words, etree.HTMLParser(target=self))
        self.title = re.sub("<[^>]*>", "", (re.findall(r"<h1[^>]*>(.*?)</h1>", words, re.DOTALL) or [""])[0])

    def close(self):
        """The end of the page."""

    def start(self, tag, held):
        """A tag that opens, as lxml tells it: Python's own reader of HTML would take a sixth of all these tests."""
        if tag == "form" and "action" in held:
            self._form = self.forms.setdefault(held["action"], {})
        elif tag == "fieldset" and held.get("id", "").startswith("row-") and "hidden" not in held:
            self.shown.append(held["id"].removeprefix("row-"))
        elif tag == "select":
            self._select = held["name"]
        elif tag == "option" and self._select and "selected" in held:
            self._form[self._select] = [held["value"]]
        elif tag == "input" and held.get("name"):
            kind = held.get("type", "text")
            if kind in ("radio", "checkbox"):
                if "checked" in held:
                    self._form.setdefault(held["name"], []).append(held["value"])
            elif kind != "password":
                self._form[held["name"]] = [held.get("value", "")]


class Visitor:
    """Somebody at the desk, in a browser without a script."""

    def __init__(self, client):
        self.client, self.reply, self.page = client, None, None

    def go(self, path):
        return self._read(self.client.get(path))

    def post(self, action, fields):
        body = urlencode(
            [
                (name, value)
                for name, values in fields.items()
                for value in ([values] if isinstance(values, str) else values)
            ]
        )
        return self._read(self.client.post(action, content=body, headers=SAME_ORIGIN))

    def post_file(self, action, fields, file=b""):
        """Post a form with a file in it."""
        headers = {name: value for name, value in SAME_ORIGIN.items() if name != "content-type"}
        return self._read(self.client.post(action, data=fields, files={"file": file}, headers=headers))

    def _read(self, reply):
        self.reply, self.page = reply, Page(reply.text)
        return self.page

    def send(self, action, **changes):
        """Post a form of this page with some fields changed; dashes stand for underscores at the beginning of a name."""
        fields = dict(self.page.forms[action])
        for name, value in changes.items():
            fields[name.replace("__", "-")] = value
        return self.post(action, {name: value for name, value in fields.items() if value is not None})

    @property
    def path(self):
        return self.reply.url.path

    @property
    def consultation(self):
        return "/".join(self.path.split("/")[:3])

    def answer_page(self, facts, **more):
        """Fill in what the page shows as the facts say; what they do not say is not known. Then continue."""
        fields = dict(self.page.forms[self.path])
        for name in self.page.shown:
            if (f"row-{name}" and name in facts) or f"q-{name}" not in AGREES:
                fields.update(filled(name, facts.get(name), self.page.words))
        return self.post(self.path, fields | more)

    def answer_all(self, facts, who):
        """Go through the pages until the outcome is shown; every page is posted as often as it comes back."""
        for _ in range(40):
            if self.path.endswith("/outcome"):
                return self.page
            self.answer_page(facts, **(who if self.path.endswith("/patient") else {}))
        raise AssertionError(f"no outcome: {self.path} {self.page.title}")


def filled(name, value, words):
    """The fields that answer one question."""
    field = f"q-{name}"
    if f'name="{field}-day"' in words:
        return {f"{field}-day": "?"} if value is None else moment(field, value)
    if f'name="{field}-nk"' in words:
        return {f"{field}-nk": "?", field: ""} if value is None else {field: plain(value)}
    if f'name="{field}"' not in words:
        return {}
    if value is None:
        return {field: "?"}
    if isinstance(value, bool):
        return {field: "yes" if value else "no"}
    if isinstance(value, (list, tuple)):
        return {field: list(value) or "-"}
    return {field: str(value)}


def plain(value):
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def moment(field, hours):
    """The day and the time that lie so many hours back."""
    from datetime import timedelta

    since = datetime.fromisoformat(NOW) - timedelta(hours=float(hours))
    return {
        f"{field}-day": "earlier",
        f"{field}-on": f"{since.day}/{since.month}/{since.year}",
        f"{field}-time": f"{since:%H:%M}",
    }


_CALLED = count()


def somebody_new():
    """A given name that nobody before had: who was here before is known, and what was found then stands beside the questions."""
    return {"p-given": "Ann " + "".join(chr(ord("a") + int(digit)) for digit in f"{next(_CALLED):04}")}


def a_number():
    """An NHS number that nobody before had, from where the sandbox of NHS England's PDS has its patients, who are nobody."""
    for _ in range(2):
        nine = f"900{next(_CALLED):06}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return nine + str(check % 11)
    raise AssertionError("two after each other have no check digit")


PHARMACY = {
    "u-name": "Training Pharmacy", "u-ods": "FZZ99", "u-address": "1 Example Street, Exampleton", "u-postcode": "ZZ99 3WZ",
    "u-telephone": "01632 960001", "u-family": "Sample", "u-given": "Robin", "u-gphc": "2999999", "u-pin": PIN,
}  # fmt: skip


# Who is in these tests: nothing of it may be found in a log, in what is printed, in an address that the form gives out, or in an error.
SECRET = "Featherstonehaugh"
CANARIES = (SECRET, "Nowhere Lane", "LS1 6AE", "LS1%206AE", "Charlie Training", "999000", "999 000")
LEAKS = []


class Watched:
    """Looks at every answer of the form: what it should not say, and what a browser might keep, is put down in ``LEAKS``."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        seen = {"status": 0, "headers": {}}

        async def looked_at(message):
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                seen["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            elif message["type"] == "http.response.body":
                LEAKS.extend(leaks(scope["path"], seen["status"], seen["headers"], message.get("body", b"")))
            await send(message)

        return await self.app(scope, receive, looked_at)


def leaks(path, status, headers, body):
    """What is wrong with an answer."""
    words = body.decode("utf-8", "replace")
    given_out = [headers.get("location", ""), *re.findall(r'(?:href|src|action)="([^"]*)"', words)]
    for word in CANARIES:
        if any(word in one for one in given_out):
            yield f"{word} in an address on {path}"
        if status == 500 and word in words:
            yield f"{word} in an error on {path}"
    kept = "no-cache" if path.startswith("/static/") and status == 200 else "no-store"
    if headers.get("cache-control") != kept:
        yield f"a browser may keep {path}, {status}"
    if "unsafe" in headers.get("content-security-policy", "unsafe"):
        yield f"no strict policy on {path}, {status}"


def open_form(folder, clock=None, signed_in=SIGNED_IN, **more):
    """The form over a folder, in a browser; to be entered. ``signed_in``: there is somebody with an account, so that everybody signs in."""
    clock = clock or Clock()
    if signed_in:
        folder.mkdir(exist_ok=True)
        with_account(folder, clock, only_first=True)
    app = application(folder, clock=clock, steady=clock.steady, **more)
    app.add_middleware(Watched)
    return TestClient(app, base_url="http://127.0.0.1:8080", headers={"sec-fetch-site": "same-origin"})


def with_account(folder, clock, word="robin", pin=PIN, only_first=False):
    """Somebody with an account, and a PIN unless there is to be none. ``only_first``: unless there is somebody already."""
    with open_people(folder, clock) as people:
        if only_first and people.are_there:
            return None
        if (one := people.who_signs_in_as(word)) is None:
            one = with_password(people, ACCOUNTS[word])
        return people.choose_pin(one.id, pin, by="a test") if pin else one


def at_the_desk(client, word="robin", **pharmacy):
    """Somebody who has set the pharmacy up and given their PIN; where people have accounts, who has signed in first."""
    visitor = Visitor(client)
    if visitor.go("/").title == "Sign in":
        visitor.post("/who", {"word": word, "password": PASSWORD})
        if visitor.page.title == "Set up the pharmacy":
            visitor.send("/setting-up", **(PHARMACY | pharmacy))
        return visitor
    if visitor.page.title == "Set up the pharmacy":
        visitor.post("/setting-up", PHARMACY | pharmacy)
    visitor.post("/who", {"gphc": "2999999", "pin": PIN})
    return visitor


def there_again(visitor):
    """Who was away for long shows the PIN again, or signs in again."""
    visitor.go("/")
    if "/show" in visitor.page.forms:
        visitor.send("/show", pin=PIN)
    else:
        at_the_desk(visitor.client)


def handed_over(client, body, folder, **headers):
    """What the form answers to the pharmacy's own system: a program of this machine, which is no browser and reads the secret's file."""
    shows = {"authorization": f"Bearer {(folder / 'handover-secret').read_text().strip()}"} | headers
    cookies, site = dict(client.cookies), client.headers.pop("sec-fetch-site")
    client.cookies.clear()
    try:
        return client.post("/handover", content=body, headers={name: value for name, value in shows.items() if value})
    finally:
        client.cookies.update(cookies)
        client.headers["sec-fetch-site"] = site


def begun(visitor, condition, practice="1"):
    """A consultation that has just begun, at its first page."""
    visitor.go("/")
    visitor.send("/begin", condition=condition, practice=practice)
    return visitor
