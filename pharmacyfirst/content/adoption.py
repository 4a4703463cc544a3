"""``adoption.yaml``: an organisation's signed record of the documents it has checked, and the practitioners it lets use them.

It is read whole or not at all: any mistake refuses it, because a record with a mistake in it says something else than it means.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from pharmacyfirst.authority.adoption import Adoption, Checked, Disagreement, DocumentVersion, Halted, Practitioner
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.content.adoption_written import written
from pharmacyfirst.content.amounts import parse_period
from pharmacyfirst.content.filled_in import Day, Digest, FilledIn, Words, read_filled_in
from pharmacyfirst.content.identifier_types import PharmacyODS
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.errors import NOTHING_ASSESSED, PharmacyFirstError, Refused, taking
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.identifiers import gphc_number
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.kernel.questions import read_day

FILE = "adoption.yaml"
HARM = "A record that says something else than it means would permit, or bar, the wrong supply."

DocumentName = Annotated[
    str, Field(pattern=r"^[a-z-]+ [a-z-]+ [0-9]{4}\.[0-9]+$", description="condition, document, version")
]
# One way to write a number, so that nobody stands in a record twice.
Number = Annotated[str, Field(pattern=r"^[0-9]{7}$", description="GPhC number")]


def _period(words: Any) -> Any:
    return parse_period(words) or words if isinstance(words, str) else words


_MOMENT = re.compile(r"([0-9-]{10})(?: ([0-2][0-9]):([0-5][0-9]))?")


def _moment(words: Any) -> datetime:
    """A day from its first minute, or a day and a time, by England's clock. Raises ``ValueError``."""
    match = _MOMENT.fullmatch(words) if isinstance(words, str) else None
    day = read_day(match[1]) if match else None
    if match is None or day is None:
        raise ValueError('write "2026-12-01" or "2026-12-01 09:30"')
    hour, minute = int(match[2] or 0), int(match[3] or 0)
    if hour > 23:
        raise ValueError("a day has 24 hours, 00:00 to 23:59")
    try:
        return in_england(datetime.combine(day, time(hour, minute)), "this moment")
    except Refused as refused:
        said = str(refused).removesuffix(f" {NOTHING_ASSESSED}")
    raise ValueError(said)


def _end(words: Any) -> datetime:
    """The same for an end: that of a day is the last of its minutes, as a period has both its days in."""
    moment = _moment(words)
    whole_day = ":" not in words
    return in_england(datetime.combine(moment.date() + timedelta(days=1), time())) if whole_day else moment


_MOMENT_SCHEMA = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-2][0-9]:[0-5][0-9])?$"}
Start = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({**_MOMENT_SCHEMA, "description": "the day, or the day and time by England's clock, that is in"}),
]
End = Annotated[
    datetime,
    BeforeValidator(_end),
    WithJsonSchema(
        {**_MOMENT_SCHEMA, "description": "the last day, or the day and time by England's clock, that is out"}
    ),
]


class SeenEntry(FilledIn):
    """How something was seen, by whom, and when."""

    how: Words
    by: Words
    on: Day


class OpenItemEntry(SeenEntry):
    """An open item that was looked into: whether the document agrees with the signed one, and the digest of the item's words."""

    agrees: Literal["yes", "no"]
    digest: Digest


class PractitionerEntry(FilledIn):
    """Somebody who may use documents of the adoption; the GPhC number is the entry's name. ``until`` is the last day."""

    profession: Literal["pharmacist", "pharmacy technician"]
    authorised_for: list[DocumentName] = Field(alias="authorised for", min_length=1)
    until: Day | None = None


class WithdrawnEntry(FilledIn):
    """A document that permits nothing from a moment, for good: why, and by whom."""

    document: DocumentName
    since: Start
    because: Words
    by: Words


class SuspendedEntry(WithdrawnEntry):
    """A document that permits nothing from a moment, until another where one is set: why, and by whom."""

    until: End | None = None


class AdoptionRecord(FilledIn):
    """The adoption record as it is written down.

    ``documents`` maps each document version (``uncomplicated-uti nitrofurantoin 2026.2``) to the digest that was signed; ``open items``
    each open item's id to what was found of it; ``practitioners`` each GPhC number to what its holder is authorised for; ``not agreed``
    each document to the clauses that the signed one says otherwise; ``clauses`` each document to the digests of the clauses agreed to.
    """

    organisation: PharmacyODS
    distance_selling: Literal["yes", "no"] = Field(alias="distance selling")
    in_force: Annotated[Any, BeforeValidator(_period), Field(alias="in force", json_schema_extra={"type": "string"})]
    signed_by: Words = Field(alias="signed by")
    role: Words
    signed_on: Day = Field(alias="signed on")
    documents: dict[DocumentName, Digest] = Field(min_length=1)
    open_items: dict[str, OpenItemEntry] = Field({}, alias="open items")
    practitioners: dict[Number, PractitionerEntry] = Field({})
    suspended: list[SuspendedEntry] = Field([])
    withdrawn: list[WithdrawnEntry] = Field([])
    not_agreed: dict[DocumentName, dict[Words, SeenEntry]] = Field({}, alias="not agreed")
    clauses: dict[DocumentName, dict[Words, Digest]] = Field({})

    @model_validator(mode="after")
    def _holds_together(self) -> "AdoptionRecord":
        for says in (*self._of_period(), *self._of_documents(), *self._of_days()):
            raise ValueError(says)
        for number, entry in self.practitioners.items():
            gphc_number(number, entry.profession)
        self.adoption()
        return self

    def _of_period(self) -> Iterator[str]:
        if not isinstance(self.in_force, Period):
            yield 'in force: write "2026-11-01 to 2027-01-30" or "from 2026-11-01"'

    def _of_documents(self) -> Iterator[str]:
        """Each place that names a document which is not adopted: a slip of the pen there would bar nothing."""
        named: list[tuple[str, str]] = []
        for place, entry in enumerate(self.practitioners.values(), 1):
            for count, name in enumerate(entry.authorised_for, 1):
                named.append((f"authorised for: document {count} of practitioner {place}", name))
        for heading, entries in (("suspended", self.suspended), ("withdrawn", self.withdrawn)):
            named += [(f"{heading}: document {count}", one.document) for count, one in enumerate(entries, 1)]
        for heading, by_document in (("not agreed", self.not_agreed), ("clauses", self.clauses)):
            named += [(f"{heading}: document {count}", name) for count, name in enumerate(by_document, 1)]
        yield from (
            f"{where} is not among the documents adopted" for where, name in named if name not in self.documents
        )

    def _of_days(self) -> Iterator[str]:
        seen: list[SeenEntry] = [*self.open_items.values()]
        seen += [one for clauses in self.not_agreed.values() for one in clauses.values()]
        if any(one.on > self.signed_on for one in seen):
            yield "signed on: something was looked into after the record was signed"

    def adoption(self) -> Adoption:
        """The record as the legal gate reads it."""
        documents = {}
        for name, digest in self.documents.items():
            condition, document, version = name.split()
            documents[name] = DocumentVersion(condition, document, version, digest)
        return Adoption(
            ods_code=self.organisation,
            distance_selling=self.distance_selling == "yes",
            documents=tuple(documents.values()),
            period=self.in_force,
            checked=tuple(
                Checked(item, one.digest, one.agrees == "yes", one.how, one.by, one.on)
                for item, one in self.open_items.items()
            ),
            signed_by=self.signed_by,
            role=self.role,
            signed_on=self.signed_on,
            practitioners=tuple(
                Practitioner(number, one.profession, tuple(documents[name] for name in one.authorised_for), one.until)
                for number, one in self.practitioners.items()
            ),
            halted=tuple(
                [Halted(documents[one.document], one.since, one.because, one.by, one.until) for one in self.suspended]
                + [
                    Halted(documents[one.document], one.since, one.because, one.by, for_good=True)
                    for one in self.withdrawn
                ]
            ),
            disagreements=tuple(
                Disagreement(documents[name], clause, one.how, one.by, one.on)
                for name, clauses in self.not_agreed.items()
                for clause, one in clauses.items()
            ),
            agreed=Frozen({documents[name]: Frozen(clauses) for name, clauses in self.clauses.items()}),
        )


@taking(path=Path)
def read_adoption(path: Path) -> Adoption:
    """The adoption record in a file. Raises ``ContentRefused`` with every mistake, each in its place."""
    mend = "Mend it as docs/adoption.md shows."
    # A record with a mistake in it says something else than it means, so it is read whole or not at all.
    return read_filled_in(path, FILE, AdoptionRecord, _ENTRIES, mend, HARM).adoption()


class AdoptionNotWritten(PharmacyFirstError, ValueError):
    """An adoption cannot be written so that it reads back as it is; nothing was written."""


@taking(adoption=Adoption, to=Path)
def write_adoption(adoption: Adoption, to: Path) -> None:
    """Write the record to a new file so that it reads back as it is, or leave no file. Raises ``AdoptionNotWritten``, ``FileExistsError``."""
    with to.open("x", encoding="utf-8") as file:
        file.write(written(adoption))
        file.flush()
        os.fsync(file.fileno())
    try:
        same = read_adoption(to) == adoption
    except ContentRefused:
        same = False
    if not same:
        to.unlink()
        raise AdoptionNotWritten(
            "Something that was typed cannot be written, such as a character that nobody sees. Nothing was written."
        )


_ENTRIES = (AdoptionRecord, OpenItemEntry, PractitionerEntry, SuspendedEntry)
