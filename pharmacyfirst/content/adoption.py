"""``adoption.yaml``: an organisation's signed record of the documents it has checked, and the practitioners it lets use them."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pharmacyfirst.content.amounts import parse_period
from pharmacyfirst.content.identifier_types import PharmacyODS
from pharmacyfirst.content.sentences import nearest
from pharmacyfirst.content.text import Block, ContentRefused, List, Mistakes, Node, Place, Quote, read_file
from pharmacyfirst.kernel.authority import Adoption, Cleared, DocumentVersion, Practitioner
from pharmacyfirst.kernel.identifiers import gphc_number
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import Period

FILE = "adoption.yaml"
HARM = "A record that says something else than it means would permit, or bar, the wrong supply."

DocumentName = Annotated[
    str, Field(pattern=r"^[a-z-]+ [a-z-]+ [0-9]{4}\.[0-9]+$", description="condition, document, version")
]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="the digest that was signed")]


def _day(words: Any) -> Any:
    try:
        return date.fromisoformat(words) if isinstance(words, str) and len(words) == len("YYYY-MM-DD") else words
    except ValueError:
        return words


def _period(words: Any) -> Any:
    return parse_period(words) or words if isinstance(words, str) else words


Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )


class ClearedEntry(_Entry):
    """How an open item was settled, by whom, and when."""

    how: Words
    by: Words
    on: Day


class PractitionerEntry(_Entry):
    """Somebody who may use documents of the adoption; the GPhC number is the entry's name."""

    profession: Literal["pharmacist", "pharmacy technician"]
    authorised_for: list[DocumentName] = Field(alias="authorised for", min_length=1)
    until: Day | None = None


class AdoptionRecord(_Entry):
    """The adoption record as it is written down.

    ``documents`` maps each document version (``uncomplicated-uti nitrofurantoin 2026.1``) to the digest that was signed; ``cleared`` each
    open item's id to how it was settled; ``practitioners`` each GPhC number to what its holder is authorised for.
    """

    organisation: PharmacyODS
    distance_selling: Literal["yes", "no"] = Field(alias="distance selling")
    in_force: Annotated[Any, BeforeValidator(_period), Field(alias="in force", json_schema_extra={"type": "string"})]
    signed_by: Words = Field(alias="signed by")
    role: Words
    signed_on: Day = Field(alias="signed on")
    documents: dict[DocumentName, Digest] = Field(min_length=1)
    cleared: dict[str, ClearedEntry] = {}
    practitioners: dict[str, PractitionerEntry] = {}

    @model_validator(mode="after")
    def _holds_together(self) -> "AdoptionRecord":
        if not isinstance(self.in_force, Period):
            raise ValueError('in force: write "2026-11-01 to 2027-01-30" or "from 2026-11-01"')
        for place, (number, entry) in enumerate(self.practitioners.items(), 1):
            gphc_number(number, entry.profession)
            for count, name in enumerate(entry.authorised_for, 1):
                if name not in self.documents:
                    where = f"authorised for: document {count} of practitioner {place}"
                    raise ValueError(f"{where} is not among the documents adopted")
        return self

    def adoption(self) -> Adoption:
        """The record as the kernel reads it."""
        documents = {}
        for name, digest in self.documents.items():
            condition, document, version = name.split()
            documents[name] = DocumentVersion(condition, document, version, digest)
        return Adoption(
            ods_code=self.organisation,
            distance_selling=self.distance_selling == "yes",
            documents=tuple(documents.values()),
            period=self.in_force,
            cleared=tuple(Cleared(item, entry.how, entry.by, entry.on) for item, entry in self.cleared.items()),
            signed_by=self.signed_by,
            role=self.role,
            practitioners=tuple(
                Practitioner(
                    number, entry.profession, tuple(documents[name] for name in entry.authorised_for), entry.until
                )
                for number, entry in self.practitioners.items()
            ),
        )


def read_adoption(path: Path) -> Adoption:
    """The adoption record in a file. Raises ``ContentRefused`` with every mistake, each in its place."""
    mistakes = Mistakes()
    # Named as the documentation names it and never quoted: the file's name may be a patient's, and so may what stands in it.
    block = read_file(path, FILE, mistakes, Quote.NOTHING)
    if block is not None and not len(mistakes):  # a record with a mistake in it says something else than it means
        try:
            return AdoptionRecord.model_validate(plain(block)).adoption()
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
        for one in wrong:  # out here: a refusal raised above would carry pydantic's error, which holds the record
            said = one["msg"].removeprefix("Value error, ")
            heading = " under ".join(map(_shown, filter("[key]".__ne__, reversed(one["loc"])))) or "the record"
            mistakes.add(_place(block, one["loc"]), f"{heading}: {said}", "Mend it as docs/adoption.md shows.", HARM)
    raise ContentRefused(mistakes)


def _shown(part: str | int) -> str:
    """A heading of ours, or what is near one; of anything else, which may be a name or a number of somebody, only that it stands there."""
    entries = (AdoptionRecord, ClearedEntry, PractitionerEntry)
    headings = {field.alias or name for entry in entries for name, field in entry.model_fields.items()}
    return str(part) if isinstance(part, int) or nearest(part, headings) else "an entry"


def plain(node: Node) -> Any:
    """A tree of text with places as dicts, lists and text."""
    if isinstance(node, Block):
        return {name: plain(inner) for name, inner in node.items.items()}
    return [plain(inner) for inner in node.items] if isinstance(node, List) else node.words


def _place(block: Block, path: Iterable[Any]) -> Place:
    """The place of what a path of headings leads to, as far as it can be followed."""
    node: Node = block
    for part in path:
        if (isinstance(node, Block) and part in node.items) or (
            isinstance(node, List) and isinstance(part, int) and part < len(node.items)
        ):
            node = node.items[part]
    return node.place


def documents_to_adopt(pathway: Pathway) -> tuple[DocumentVersion, ...]:
    """Every document of a condition as it now stands: the pathway first, then its PGDs."""
    own = DocumentVersion(pathway.id, PATHWAY, pathway.edition.version, pathway.edition.digest)
    pgds = (
        DocumentVersion(pathway.id, pgd.id, pgd.edition.version, pgd.edition.digest) for pgd in pathway.pgds.values()
    )
    return (own, *pgds)
