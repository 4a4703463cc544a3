"""The form as somebody sees it who wants to do harm: every route with something in its places, and every header that goes out looked at."""

import re
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from test_every_outcome import supplied
from test_real_patients import adopted, to_the_outcome
from visiting import ACCOUNTS, PASSWORD, SAME_ORIGIN, SECRET, Clock, Visitor, at_the_desk, open_form, with_account

from pharmacyfirst.store import open_store
from pharmacyfirst.web.app import PAGES
from pharmacyfirst.web.serve import application

ROUTES = {route.path: route.methods - {"HEAD"} for route in application(Path()).routes}
POSTED = sorted(path for path, methods in ROUTES.items() if "POST" in methods)
ASKED = sorted(path for path, methods in ROUTES.items() if "GET" in methods)
EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# A line break, and what would be a header, a cookie or an answer of its own behind it; and what a browser would run.
HOSTILE = "x\r\nset-cookie: planted=1\r\nlocation: https://evil.example\r\n\r\n<script>planted()</script>"


class HeadersSeen:
    """Every header of every answer, as it leaves the form."""

    def __init__(self, app, seen):
        self.app, self.seen = app, seen

    async def __call__(self, scope, receive, send):
        async def looked_at(message):
            if message["type"] == "http.response.start":
                self.seen += [(scope.get("path", ""), name.lower(), value) for name, value in message["headers"]]
            await send(message)

        await self.app(scope, receive, looked_at)


class Attacked:
    """A pharmacy with people, a draft of a real patient that Robin holds, and a finished record; and whoever attacks it."""

    def __init__(self, client, folder, headers):
        self.client, self.folder, self.headers = client, folder, headers
        robin = at_the_desk(client, **{"u-adoption": str(adopted(folder))})
        self.record = to_the_outcome(robin)
        supplied(robin)
        assert robin.page.title.startswith("Saved"), robin.page.words
        self.draft = to_the_outcome(robin)

    def path(self, pattern, **places):
        """A route with the draft or the record in its places, or what is given for them."""
        held = {
            "id": self.record if pattern.startswith(("/r/", "/again/")) else self.draft,
            "number": "1",
            "month": "2026-11",
            "pgd": "nitrofurantoin",
        }
        held |= {"paper": "letter.txt", "name": "form.js", "form": "uncomplicated-uti"}
        held |= {"condition": "uncomplicated-uti", "part": "pathway"} | places
        return re.sub(r"\{(\w+)\}", lambda place: quote(held[place[1]], safe=""), pattern)

    def signed_in(self, word="robin"):
        """Somebody who has just signed in, in a browser of their own; without a word whoever holds the draft."""
        self.client.cookies.clear()
        self.client.post("/who", data={"word": word, "password": PASSWORD}, headers=SAME_ORIGIN)
        return Visitor(self.client)

    def token(self, visitor):
        """The token of the session that somebody is in."""
        return re.search(r'name="token" value="([^"]*)"', visitor.go("/account").words)[1]

    def post(self, pattern, fields, headers=None, **places):
        """Post to a route, as a page of ours does unless other headers are given."""
        sent = SAME_ORIGIN if headers is None else headers
        if pattern in PAGES and PAGES[pattern].file:
            sent = {name: value for name, value in sent.items() if name != "content-type"}
            return self.client.post(self.path(pattern, **places), data=fields, files={"file": b"{}"}, headers=sent)
        return self.client.post(self.path(pattern, **places), data=fields, headers=sent)

    def stood(self):
        """All that is stored, as the kinds of its events in order."""
        with open_store(self.folder, Clock()) as store:
            return [event.kind for event in store.ledger.walk()]

    def held(self):
        """The draft as the store has it."""
        with open_store(self.folder, Clock()) as store:
            return store.drafts.get(self.draft)


@contextmanager
def attacked(folder, **more):
    """A form under attack; to be entered."""
    for word in ACCOUNTS:
        with_account(folder, Clock(), word)
    headers = []
    client = open_form(folder, **more)
    client.app.add_middleware(HeadersSeen, seen=headers)
    with client:
        yield Attacked(client, folder, headers)


def names_nobody(reply):
    """Whether an answer shows nothing of the patient."""
    return SECRET not in unquote(reply.text) and not any(SECRET in value for value in reply.headers.values())
