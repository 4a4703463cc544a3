"""Whether a draft still stands on the content of its day: the same words, and the same documents in force."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.store.so_far import ConsultationSoFar

NONE_IN_FORCE = "No version of this pathway is in force any more: nothing may be supplied by it."


@dataclass(frozen=True, slots=True)
class ContentNow:
    """The content of a condition on a day: version, digest, and the documents in force then, withdrawn ones left out.

    Version and digest are empty where no version is in force.
    """

    version: str
    digest: str
    documents: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As an event tells it."""
        return {"version": self.version, "content_digest": self.digest, "documents": [*self.documents]}


def content_of(pathway: Pathway, on: date) -> ContentNow:
    """The content of a pathway as it stands on a day."""
    editions = {pgd.id: pgd.edition for pgd in pathway.pgds.values()} | {"pathway": pathway.edition}
    in_force = (
        f"{name} {one.version}" for name, one in editions.items() if on in one.in_force and one.withdrawn is None
    )
    return ContentNow(pathway.edition.version, pathway.content_digest, tuple(sorted(in_force)))


def content_now(condition: str, library: Library, on: date) -> ContentNow:
    """The content of a condition on a day, as the library has it."""
    try:
        return content_of(library.in_force(condition, on), on)
    except Refused:
        return ContentNow("", "", ())


def why_look_again(now: ConsultationSoFar, content: ContentNow) -> str:
    """Why a draft has to be looked through again; empty where it stands on this content."""
    if (now.content_digest, now.documents) == (content.digest, content.documents):
        return ""
    if not content.digest:
        return NONE_IN_FORCE
    if now.content_digest and now.version != content.version:
        return f"It was begun under {now.version}, and now {content.version} is in force."
    if now.content_digest == content.digest:
        return "Other documents are in force than when it was begun: one was withdrawn, or its last day is over."
    return f"The content of {content.version} is not what it was begun under."
