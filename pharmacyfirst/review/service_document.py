"""A service as the document that a reviewer reads: its pathways, codes, who provides it, what is claimed, and what stands behind each.

Its file stands in no digest of a pathway, as nobody is treated by it; so it is read by a digest of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pharmacyfirst.kernel.evidence import Backed, Source, Statement
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.service import EVERY_CONSULTATION, GATEWAY_POINTS, Service
from pharmacyfirst.kernel.tables import EVALUATION_ONLY
from pharmacyfirst.paper.words import listed, sentence
from pharmacyfirst.review.identity import SHORT, Identity, days_of
from pharmacyfirst.review.judged import statement
from pharmacyfirst.review.layout import Line, Part, Section, Table, TableRow, ident, line, named
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.open_items import places, table_of_items
from pharmacyfirst.review.wording import Wording

SERVICES = "services"
_CLAIMABLE = {
    GATEWAY_POINTS: "a consultation in which a gateway point was reached",
    EVERY_CONSULTATION: "every consultation",
}
_STATUS = (
    "Transcribed from what could be read. Each line has its grade, and what is not known is an open item.",
    "It decides nothing: nobody is treated by it, and no payment changes what comes out.",
)


@dataclass(frozen=True, slots=True)
class ServiceDocument:
    """The whole document: what it is, its sections, and what stands at the end."""

    identity: Identity
    about: tuple[TableRow, ...]
    sections: tuple[Section, ...]


def service_file(service: Service) -> str:
    """The path, without an ending, of the document of a service among those of all content."""
    return f"{SERVICES}/{service.id}"


def digest_in_short(service: Service) -> str:
    """The first letters of the digest of a service's file, as pages show it."""
    return service.digest.removeprefix("sha256:")[:SHORT]


def service_document(service: Service, pathways: Sequence[Pathway], sources: Mapping[str, Source]) -> ServiceDocument:
    """The document of a service with its pathways, in their order; ``sources`` are those that stand once for all content."""
    own = {one.tag: one for one in service.sources}
    notes = Notes({**sources, **own}, Wording(pathways[0]))
    sections = (*_sections(service, pathways, notes), Section("evidence", "", "Evidence", (), notes.tables()))
    return ServiceDocument(_identity(service, pathways), _about(service, pathways), sections)


def _identity(service: Service, pathways: Sequence[Pathway]) -> Identity:
    short, footing = digest_in_short(service), sentence(EVALUATION_ONLY)
    return Identity(
        kind="Service",
        title=service.title,
        condition=service.id,
        condition_title=service.title,
        id=service.id,
        medicine="",
        version="",
        in_force="",
        digest=service.digest,
        digest_in_short=short,
        standing="TRANSCRIPTION",
        status=(*_STATUS, footing),
        running=f"service · {service.id} · {short}",
        footing=footing,
        made_on=pathways[0].edition.in_force.first,
    )


def _about(service: Service, pathways: Sequence[Pathway]) -> tuple[TableRow, ...]:
    documents = tuple(Line((Part(one.title), *ident(f"{one.id}/{PATHWAY}.html"))) for one in pathways)
    said = {
        "Called by patients": (line(service.title_for_patients),),
        "Pathways": documents,
        "Document": (line(service.id, "code"), line(service.digest, "code digest")),
        "Open items": (line(str(len(service.open_items))),),
    }
    return tuple(
        TableRow(f"about-{'-'.join(what.lower().split())}", (line(what),), (lines,)) for what, lines in said.items()
    )


def _sections(service: Service, pathways: Sequence[Pathway], notes: Notes) -> Iterator[Section]:
    if service.codes:
        yield Section("codes", "", "Codes of the service", (), (_codes(service, notes),))
    providers = tuple(one for said in service.providers for one in _provider(said, notes))
    yield Section("provided-by", "", "Who may provide it", providers)
    answered = " or ".join(f"“{_called(name, pathways)}”" for name in service.answered)
    ground = line(
        f"Claimable is {_CLAIMABLE.get(service.claimable, f'a consultation in which {answered} was answered')}."
    )
    claim = (one for said in service.claim for one in statement(said, notes))
    free = (line("No prescription charge is due."),) if not service.charged else ()
    yield Section("claim", "", "What is claimed", (ground, *free, *claim))
    for anchor, title, caption, parts in (
        ("ways-in", "Ways in", "How somebody comes to it", service.ways_in),
        ("consents", "Consents", "What somebody is asked to agree to", service.consents),
    ):
        if parts:
            yield Section(anchor, "", title, (), (_parts(caption, anchor, parts, notes),))
    if service.open_items:
        tag = "What is not known of this service"
        items = table_of_items(tag, service.open_items, _named_at(service), notes)
        yield Section("open-items", "", "Open items", (), (items,))


def _called(name: str, pathways: Sequence[Pathway]) -> str:
    return next((one.questions[name].in_short for one in pathways if name in one.questions), name)


def _provider(said: Statement, notes: Notes) -> Iterator[Line]:
    if said.professions:
        yield line(f"Provided by: {listed(said.professions, 'or')}.", "grade")
    yield from statement(said, notes)


def _codes(service: Service, notes: Notes) -> Table:
    columns = Part("Code", "codes"), Part("Says", "wide"), Part("Is the one sent", "named")
    rows = tuple(
        TableRow(
            f"code-{one.code}",
            named(one.code, one.backing.open),
            (
                (Line((Part(one.says),), notes.marks(one.backing.evidence)), *notes.remark(one.backing.note)),
                (line(days_of(one.in_force)),),
            ),
        )
        for one in service.codes
    )
    return Table("SNOMED CT codes of the service, by the day", columns, rows, "close")


def _parts(caption: str, anchor: str, parts: Sequence[Statement], notes: Notes) -> Table:
    rows = tuple(
        TableRow(
            f"{anchor}-{'-'.join(one.id.split())}",
            named(one.id, one.backing.open),
            ((Line((Part(one.says),), notes.marks(one.backing.evidence)), *notes.remark(one.backing.note)),),
        )
        for one in parts
    )
    return Table(caption, (Part("Name", "name"), Part("Says", "wide")), rows, "close")


def _named_at(service: Service) -> dict[str, tuple[Line, ...]]:
    """For each open item the places of the file that name it."""
    said = (
        *((f"code {one.code}", one.backing) for one in service.codes),
        *(("who may provide it", one.backing) for one in service.providers),
        *(("what is claimed", one.backing) for one in service.claim),
        *((f"way in: {one.id}", one.backing) for one in service.ways_in),
        *((f"consent: {one.id}", one.backing) for one in service.consents),
    )
    found = places(Backed(service.id, place, backing) for place, backing in said)
    return {one.id: (line(", ".join(found.get(one.id, ("nowhere else",)))),) for one in service.open_items}
