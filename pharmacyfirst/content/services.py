"""The files of ``pathways/services/``: services as content, each naming its pathways. A pathway stands in exactly one of them.

A folder of content without services has none: its pathways belong to no service, and nothing is said of one.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from pharmacyfirst.content.blocks import HARM_NAME, Form, Tags, code, names_under
from pharmacyfirst.content.documents import read_open_items, read_sources, refuse_shared_tags, refuse_unused
from pharmacyfirst.content.files import ReadFile, name_shown
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shapes_of_services import CLAIMABLE, SERVICE_FILE
from pharmacyfirst.content.text import Mistakes, Place
from pharmacyfirst.kernel.evidence import Source, Statement
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.kernel.service import DatedCode, Service

_CLAIMABLE = re.compile(CLAIMABLE)
_HARM_SERVICE = "Its message, record and claim would name another service, or none."


def read_services(
    files: Mapping[str, ReadFile], conditions: Mapping[str, Place], shared: Mapping[str, Source], mistakes: Mistakes
) -> dict[str, Service]:
    """Every service by its id; ``conditions`` are the pathways of the folder, each with its place."""
    services = {}
    taken: dict[str, str] = {}
    for name, file in files.items():
        tags = Tags(whole=True, shared=shared)
        form = Form(file.block, SERVICE_FILE, tags, mistakes)
        form.tags = Tags(names_under(form, "sources"), names_under(form, "open items"), shared=shared)
        refuse_shared_tags(form, shared)
        services[name] = _service(form, name, file.digest)
        refuse_unused(form.tags, form, mistakes)
        for text in form.names("pathways"):
            if text.words not in conditions:
                fix = suggest(text.words, conditions, "Name a folder of this content.")
                mistakes.add(text.place, f'there is no pathway "{name_shown(text.words)}"', fix, _HARM_SERVICE)
            elif text.words in taken:
                what = f'"{text.words}" stands in the service "{taken[text.words]}" too'
                mistakes.add(text.place, what, "Keep it in one of the two.", _HARM_SERVICE)
            taken[text.words] = name
    for condition, place in conditions.items() if services else ():
        if condition not in taken:
            what = f'no service has the pathway "{condition}"'
            mistakes.add(place, what, "Name it under pathways: of a file in services/.", _HARM_SERVICE)
    return services


def _service(form: Form, name: str, digest: str) -> Service:
    if form.text("service", name) != name:
        form.refuse("service", f'the file is called "{name_shown(name)}"', "Give it the name of its file.", HARM_NAME)
    fits = "gateway points, every consultation, or answered and the name of a question"
    found = form.parsed("claimable", _CLAIMABLE.fullmatch, fits, "A claim would be made that is none.")
    providers = form.statements("provided by")
    if providers and not any(one.professions for one in providers):
        form.refuse(
            "provided by",
            "no profession is named",
            "Write professions: pharmacist.",
            "Nobody could be told from whoever may not.",
        )
    return Service(
        id=name,
        title=form.text("title"),
        title_for_patients=form.text("title for patients"),
        pathways=tuple(text.words for text in form.names("pathways")),
        codes=tuple(_codes(form)),
        provided_by=next((one.professions for one in providers if one.professions), ()),
        providers=providers,
        claimable=(found.group(1) or "") if found else "",
        answered=tuple(found.group(2).split(" or ")) if found and found.group(2) else (),
        charged=form.text("prescription charge") != "none",
        claim=form.statements("claim"),
        ways_in=tuple(_parts(form, "ways in")),
        consents=tuple(_parts(form, "consents")),
        open_items=tuple(read_open_items(form).values()),
        sources=tuple(read_sources(form).values()),
        digest=f"sha256:{digest}",
    )


def _codes(form: Form) -> Iterator[DatedCode]:
    """The codes of a service; of two none is the one for a day on which the other is."""
    found = []
    for name, inner in form.forms("code"):
        period = inner.period("days")
        if period is not None:
            found.append((name, DatedCode(code(name, form.mistakes), inner.text("says"), period, inner.backing())))
    for (_, one), (name, other) in combinations(found, 2):
        if _meet(one.in_force, other.in_force):
            what = f"{one.code} and {other.code} are both the code on some day"
            form.mistakes.add(name.place, what, "End the one the day before the other begins.", _HARM_SERVICE)
    yield from (one for _, one in found)


def _meet(one: Period, other: Period) -> bool:
    return one.first in other or other.first in one


def _parts(form: Form, heading: str) -> Iterator[Statement]:
    for name, inner in form.forms(heading):
        yield Statement(inner.text("says"), inner.backing(), name.words)


def belonging(services: Collection[Service], condition: str) -> Service | None:
    """The service that a pathway belongs to; None where it stands in none."""
    return next((one for one in services if condition in one.pathways), None)
