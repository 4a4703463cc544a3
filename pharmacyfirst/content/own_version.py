"""An organisation's own version of a condition, in a folder of its own: a draft until a second person approves what somebody edited.

The folder is content as any other: the loader reads it, the proofs hold of it, and an adoption names it by its digests.
"""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from pharmacyfirst.authority.adoption import DocumentVersion, documents_to_adopt
from pharmacyfirst.authority.bench import one_name
from pharmacyfirst.content.adoption import DocumentName
from pharmacyfirst.content.adoption_written import quoted
from pharmacyfirst.content.files import CASES_FILE, PUBLISHED
from pharmacyfirst.content.filled_in import Day, Digest, FilledIn, Words, put_whole, read_filled_in
from pharmacyfirst.content.library import load
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.pathway import Pathway

FILE = "own-version.yaml"
HARM = "A version that one person alone wrote and approved would be used on patients."
MEND = "Mend it as docs/bench.md shows."
_PUBLISHED = re.compile(r"^published:[^\n]*\n", re.MULTILINE)


class OwnVersionRefused(PharmacyFirstError, ValueError):
    """An own version is not made, edited or approved so; says why and what to do."""


class HandEntry(FilledIn):
    """Who did something, when, and the digests of the documents as they stood."""

    by: Words
    on: Day
    documents: dict[DocumentName, Digest]


class OwnVersion(FilledIn):
    """What stands beside the content: the condition, what it was made from, the version, who edited it, and who approved it."""

    condition: Words
    made_from: dict[DocumentName, Digest] = Field(alias="made from")
    version: Words
    edited: HandEntry | None = None
    approved: HandEntry | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """An own version as it stands in its folder, with its pathway as the loader reads it."""

    root: Path
    says: OwnVersion
    pathway: Pathway

    @property
    def documents(self) -> tuple[DocumentVersion, ...]:
        """Its documents with their digests."""
        return documents_to_adopt(self.pathway)

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each document by its name and version."""
        return {one.in_words(): one.digest for one in self.documents}


def next_own(version: str) -> str:
    """The first own version of a published one, which no publisher uses: of 2026.2 it is 2026.2001; of 2026.2001 it is 2026.2002."""
    year, _, number = version.partition(".")
    return f"{year}.{int(number) + 1 if int(number) > 999 else int(number) * 1000 + 1}"


def begin_own_version(pathway: Pathway, root: Path, into: Path) -> Edited:
    """Copy content to a folder of its own and give the documents of a condition a version of its own there. Raises ``OwnVersionRefused``.

    Every document of the condition has it, because the digest of a PGD covers its pathway. Nothing of the content that was copied changes.
    """
    if into.exists():
        raise OwnVersionRefused("The folder is there already. Name another one. Nothing was written.")
    half = into.with_name(f"{into.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    try:
        shutil.copytree(root, half)
        version = next_own(pathway.edition.version)
        for path in _files_of(half, pathway):
            words = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"(?m)^version: .*$", f"version: {version}", words, count=1), encoding="utf-8")
        _forget(half / PUBLISHED, documents_to_adopt(pathway))
        made = OwnVersion.model_validate(
            {
                "condition": pathway.id,
                "made from": {one.in_words(): one.digest for one in documents_to_adopt(pathway)},
                "version": version,
            }
        )
        _write(half, made)
        load(half)
        os.replace(half, into)
    except OSError as error:
        raise OwnVersionRefused(f"The folder cannot be written: {error.strerror}. Nothing was made.") from None
    return read_own_version(into)


def _files_of(root: Path, pathway: Pathway) -> list[Path]:
    return [path for path in sorted((root / pathway.id).glob("*.yaml")) if path.stem != CASES_FILE]


def _forget(published: Path, documents: tuple[DocumentVersion, ...]) -> None:
    """Take versions that are not in the folder any more out of its list of what is published."""
    if published.exists():
        gone = {f"  {one.condition}/{one.document} {one.version}: {one.digest}" for one in documents}
        lines = published.read_text(encoding="utf-8").splitlines()
        published.write_text("\n".join([*(line for line in lines if line not in gone), ""]), encoding="utf-8")


def read_own_version(root: Path) -> Edited:
    """The own version in a folder. Raises ``ContentRefused`` with the loader's own messages, and ``OwnVersionRefused``."""
    says = read_filled_in(root / FILE, FILE, OwnVersion, (OwnVersion, HandEntry), MEND, HARM)
    pathway = load(root).newest(says.condition)
    if pathway.edition.version != says.version or any(
        one.edition.version != says.version for one in pathway.pgds.values()
    ):
        raise OwnVersionRefused(f"Every document of {says.condition} has to be version {says.version}. Put it back.")
    return Edited(root, says, pathway)


def put_down_edited(own: Edited, by: str, on: date) -> Edited:
    """Put down who edited the version as it now stands; what was approved before is so no more."""
    if own.says.approved is not None and own.says.approved.documents == own.digests:
        raise OwnVersionRefused(
            "This version is approved, and never changes. Begin another: pharmacyfirst bench draft."
        )
    says = own.says.model_copy(update={"edited": _hand(by, on, own.digests), "approved": None})
    _write(own.root, says)
    return Edited(own.root, says, own.pathway)


def why_not_approved(own: Edited, by: str) -> str:
    """Why somebody may not approve the version as it stands; empty where they may."""
    edited = own.says.edited
    if edited is None:
        return "Nobody has put down that they edited it: pharmacyfirst bench edited."
    if edited.documents != own.digests:
        return "It was changed since its editor put it down: pharmacyfirst bench edited, once more."
    if one_name(by, edited.by):
        return "Whoever edited it cannot approve it: a second person has to."
    return ""


def approve(own: Edited, by: str, on: date) -> Edited:
    """Publish the version in its folder, as a second person who approves it. Raises ``OwnVersionRefused``."""
    if wrong := why_not_approved(own, by):
        raise OwnVersionRefused(f"{wrong} Nothing was approved.")
    listed = own.root / PUBLISHED
    words = listed.read_text(encoding="utf-8") if listed.exists() else "published:\n"
    names = {f"  {one.condition}/{one.document} {one.version}: {one.digest}\n" for one in own.documents}
    new = "".join(sorted(line for line in names if line not in words))
    put_whole(listed, _PUBLISHED.sub(f"published:\n{new}", words, count=1))
    says = own.says.model_copy(update={"approved": _hand(by, on, own.digests)})
    _write(own.root, says)
    return read_own_version(own.root)


def _hand(by: str, on: date, digests: Mapping[str, str]) -> HandEntry:
    if not by.strip():
        raise OwnVersionRefused("by: say who does it. Nothing was written.")
    return HandEntry(by=by.strip(), on=on, documents=dict(digests))


def _write(root: Path, says: OwnVersion) -> None:
    lines = [f"condition: {says.condition}", "made from:"]
    lines += [f"  {name}: {digest}" for name, digest in says.made_from.items()]
    lines += [f"version: {says.version}"]
    for heading, hand in (("edited", says.edited), ("approved", says.approved)):
        if hand is not None:
            lines += [f"{heading}:", f"  by: {quoted(hand.by)}", f"  on: {hand.on}", "  documents:"]
            lines += [f"    {name}: {digest}" for name, digest in hand.documents.items()]
    put_whole(root / FILE, "\n".join([*lines, ""]))
