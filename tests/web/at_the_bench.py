"""Two reviewers, and what they do on the bench in a browser without a script."""

from colleagues import NewColleague, Role, with_password
from visiting import PASSWORD, PIN, Visitor, at_the_desk, with_account

from pharmacyfirst.people import open_people

CONDITION = "uncomplicated-uti"
KIM = NewColleague("kim", "Second", ("Kim",), frozenset({Role.REVIEWER}))
SIGNED = b"%PDF-1.7\nnothing of anybody\n%%EOF\n"


def reviewers(folder, clock):
    """Rev and Kim, who may review, and Robin, who may supply."""
    with_account(folder, clock)
    with_account(folder, clock, "rev")
    with open_people(folder, clock) as people:
        if people.who_signs_in_as("kim") is None:
            people.choose_pin(with_password(people, KIM).id, PIN, by="a test")


def signed_in(client, word):
    """Somebody in a browser of their own; the pharmacy is set up by Robin, who is first."""
    client.cookies.clear()
    if word == "robin":
        return at_the_desk(client)
    visitor = Visitor(client)
    visitor.post("/who", {"word": word, "password": PASSWORD})
    return visitor


def fields_of(visitor):
    """The fields of the clauses on the page."""
    return dict(visitor.page.forms[visitor.path])


def answer_page(visitor, found="agrees", where="page 3", **more):
    """Answer every clause on the page alike, and go on."""
    fields = fields_of(visitor) | {"where": where}
    for name in [one for one in fields if one.endswith("-digest")]:
        fields[name.replace("-digest", "-found")] = found
    return visitor.post(visitor.path, fields | more)


def answer_all(visitor, part):
    visitor.go(f"/bench/{CONDITION}/{part}/1")
    for _ in range(60):
        if visitor.path == "/bench":
            return
        answer_page(visitor)
        assert visitor.reply.status_code == 200, visitor.page.words
    raise AssertionError("the document has no end")


PARTS = ("pathway", "nitrofurantoin", "open-items")


def confirm(visitor, part, **more):
    visitor.go(f"/bench/{CONDITION}/{part}/confirm")
    return visitor.send(f"/bench/{CONDITION}/{part}/confirm", **({"sure": "yes"} | more))


ADOPTS = {
    "period": "2026-11-01 to 2027-01-30",
    "distance": "no",
    "role": "superintendent pharmacist",
    "practitioner": "2999999",
}
