"""Calls about the content: which conditions, what is asked, which documents in which versions, the schemas."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pharmacyfirst.api.calls import AS_OF, HTML, Asking, Gives, Reply, as_json, got
from pharmacyfirst.api.desk import MadeOnce
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.audit.table import table_of
from pharmacyfirst.authority.adoption import DocumentVersion, documents_to_adopt
from pharmacyfirst.authority.permit import DOCUMENT_VERSION
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.questions import questions as as_data
from pharmacyfirst.contract.schemas import schemas
from pharmacyfirst.errors import Refused
from pharmacyfirst.handover.handed import handover_schema
from pharmacyfirst.kernel.fields import TEXT, YES_NO, BlockOf, FieldTable, JsonField, ListOf, OrNone, Plain
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import Edition
from pharmacyfirst.record.schema import record_schemas
from pharmacyfirst.review.documents import Printer


class _Document(NamedTuple):
    """A document of a pathway: its name, and what it says of itself."""

    named: DocumentVersion
    edition: Edition


# fmt: off
DOCUMENT: FieldTable[_Document] = FieldTable(
    "Document",
    "A version of a document: what an organisation adopts, by its digest.",
    (
        *DOCUMENT_VERSION.within(lambda one: one.named),
        JsonField("first", lambda one: one.edition.in_force.first.isoformat(), Plain.DAY, "The first day on which it is in force."),
        JsonField("last", lambda one: one.edition.in_force.last and one.edition.in_force.last.isoformat(), OrNone(Plain.DAY), "The last; null where none is known."),
        JsonField("draft", lambda one: one.edition.draft, YES_NO, "Whether its digest is not published: then nothing may be supplied under it."),
        JsonField("withdrawn", lambda one: one.edition.withdrawn and one.edition.withdrawn.in_words(), OrNone(TEXT), "When and why it was taken back; null where it was not."),
    ),
)

CONDITION: FieldTable[Pathway] = FieldTable(
    "Condition",
    "A condition, with the version of its pathway that is in force on the day.",
    (
        JsonField("id", lambda one: one.id, TEXT, "The id of the pathway."),
        JsonField("version", lambda one: one.edition.version, TEXT, "Its version."),
        JsonField("title", lambda one: one.title, TEXT, "Its title."),
        JsonField("title_for_patients", lambda one: one.title_for_patients, TEXT, "What a patient calls it."),
        JsonField("status", lambda one: one.edition.status, TEXT, "What the document says of itself."),
        JsonField("content_digest", lambda one: one.content_digest, Plain.DIGEST, "The digest of all content that is judged by."),
        JsonField("documents", lambda one: _documents(one), ListOf(BlockOf(DOCUMENT)), "The pathway and its PGDs, each with the digest that is signed."),
    ),
)

CONDITIONS: FieldTable["list[Pathway]"] = FieldTable(
    "Conditions",
    "The conditions that have a pathway in force on the day.",
    (JsonField("conditions", lambda all: all, ListOf(BlockOf(CONDITION)), "The conditions."),),
)
# fmt: on


def _documents(pathway: Pathway) -> list[_Document]:
    editions = (pathway.edition, *(pgd.edition for pgd in pathway.pgds.values()))
    return [_Document(named, edition) for named, edition in zip(documents_to_adopt(pathway), editions, strict=True)]


def conditions(asked: Asking) -> Reply:
    """The conditions of a day, with documents, versions and digests."""
    library, found = asked.desk.library, []
    for condition in library.conditions:
        try:
            found.append(library.in_force(condition, asked.day))
        except Refused:  # it has none on that day, and so is not there on that day
            continue
    return as_json(CONDITIONS.as_dict(found))


def _of_the_path(asked: Asking) -> Pathway:
    try:
        return asked.desk.library.in_force(asked.names["condition"], asked.day)
    except Refused as refused:
        raise ApiProblem("not_there", str(refused).partition(" Nothing was assessed")[0]) from None


def condition(asked: Asking) -> Reply:
    """One condition as it stands on a day."""
    return as_json(CONDITION.as_dict(_of_the_path(asked)))


def questions(asked: Asking) -> Reply:
    """The questions and pages of a condition as they stand on a day: what ``questions --json`` prints."""
    return as_json(as_data(_of_the_path(asked)))


def document(asked: Asking) -> Reply:
    """The pathway of a condition as it stands on a day, as the document that is read and signed. It names nobody."""
    pathway = _of_the_path(asked)
    made = _DOCUMENTS.of(asked.desk.library)
    if pathway.edition.digest not in made.printed:
        made.printed[pathway.edition.digest] = made.printer.of_pathway(pathway).html.encode()
    return Reply(made.printed[pathway.edition.digest], HTML)


class _Documents(NamedTuple):
    """What makes documents, and those that were made, by the digest of the pathway."""

    printer: Printer
    printed: dict[str, bytes]


_DOCUMENTS = MadeOnce(lambda library: _Documents(Printer(library.medicines, library.sources), {}))


def versions(asked: Asking) -> Reply:
    """Which versions this server speaks: of the package, the content, the schemas and the GP message."""
    from pharmacyfirst import __version__

    library = asked.desk.library
    newest = [
        {"id": one.id, "version": one.edition.version, "content_digest": one.content_digest}
        for one in library.newest_all()
    ]
    codes = [
        {"service": service.id, "code": one.code, "display": one.says, "since": one.in_force.first.isoformat()}
        for service in library.services.values()
        for one in service.codes
    ]
    return as_json(
        {"package": __version__, "newest": newest, "schemas": [*_SCHEMAS.of(library)], "service_codes": codes}
    )


def published(library: Library) -> dict[str, dict[str, Any]]:
    """Every JSON Schema that is published, by the name of its file: those that stand in ``docs/schema`` and those that are served are these."""
    return {
        **schemas(library),
        **record_schemas(),
        "handover.schema.json": handover_schema(),
        "audit.schema.json": table_of(library).json_schema(),
    }


_SCHEMAS: MadeOnce[Mapping[str, Any]] = MadeOnce(published)


def schema(asked: Asking) -> Reply:
    """One JSON Schema, by the name of its file."""
    found = _SCHEMAS.of(asked.desk.library).get(asked.names["name"])
    if found is None:
        raise ApiProblem("not_there", "There is no schema of this name. GET /v1/content lists them.")
    return as_json(found)


CONTENT_SCHEMA: dict[str, Any] = {
    "title": "Content",
    "description": "Which versions this server speaks.",
    "type": "object",
    "properties": {
        "package": {"description": "The version of pharmacyfirst.", "type": "string"},
        "newest": {"description": "The newest version of each pathway, with its digest.", "type": "array", "items": {"type": "object"}},
        "schemas": {"description": "The names of the JSON Schemas.", "type": "array", "items": {"type": "string"}},
        "service_codes": {"description": "The codes of each service in the GP message, each with its first day.", "type": "array", "items": {"type": "object"}},
    },
    "required": ["package", "newest", "schemas", "service_codes"],
}  # fmt: skip

CALLS = (
    got("/v1/content", "Say which versions this server speaks", versions, Gives("The versions.", "Content"), Scope.CONTENT),
    got("/v1/schemas/{name}", "Give a JSON Schema", schema, Gives("The schema."), Scope.CONTENT),
    got("/v1/conditions", "List the conditions of a day", conditions, Gives("The conditions.", "Conditions"), Scope.CONTENT, query=(AS_OF,)),
    got("/v1/conditions/{condition}", "Give a condition as of a day", condition, Gives("The condition.", "Condition"), Scope.CONTENT, query=(AS_OF,)),
    got(
        "/v1/conditions/{condition}/questions", "Give the questions of a condition", questions, Gives("The questions and pages.", "Questions"),
        Scope.CONTENT, query=(AS_OF,),
    ),
    got(
        "/v1/conditions/{condition}/document", "Give a pathway as a document", document, Gives("The document.", media_types=(HTML,)), None,
        query=(AS_OF,),
    ),
)  # fmt: skip
