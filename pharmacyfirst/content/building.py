"""A folder of content read and checked: every version of every document, made into pathways, with the digests that are signed.

Outside its dates a document does not exist. Two versions of one document on one day do not load; one without a last day ends the day
before the next begins.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from pharmacyfirst.content.blocks import Headings, Tags
from pharmacyfirst.content.checks import check_condition
from pharmacyfirst.content.checks_beside import leads_somewhere
from pharmacyfirst.content.checks_of_medicines import alike_everywhere, check_medicine
from pharmacyfirst.content.documents import SOURCES
from pharmacyfirst.content.files import (
    CASES_FILE,
    EARLIER,
    MEDICINES,
    SHARED,
    SHOWN_ROOT,
    ContentFolder,
    ReadFile,
    name_shown,
    shown_below,
)  # fmt: skip
from pharmacyfirst.content.key import FolderSeen
from pharmacyfirst.content.medicines import TAKES, Filling
from pharmacyfirst.content.pathways import Draft, read_pathway
from pharmacyfirst.content.pgds import ReadPGD, exclusion_blocks, read_pgd
from pharmacyfirst.content.published import published_never_change, read_published
from pharmacyfirst.content.questions import shared_questions
from pharmacyfirst.content.sentence_forms import HARM_UNREAD
from pharmacyfirst.content.services import belonging, read_services
from pharmacyfirst.content.shared import Shared, read_shared
from pharmacyfirst.content.text import ContentRefused, Mistakes, Place, Text
from pharmacyfirst.content.written import SharedMedicine, Written
from pharmacyfirst.kernel.evidence import Source
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway, SharedList
from pharmacyfirst.kernel.pgd import PGD, Edition, Period, Withdrawal
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.kernel.service import Service

PATHWAY_FILE = "pathway"

Spell = tuple[Period, Pathway]
"""From when until when a pathway with its PGDs stands unchanged."""

Rest = tuple[
    Mapping[str, Question],
    Mapping[str, SharedList],
    tuple[Withdrawal, ...],
    Mapping[str, SharedMedicine],
    Mapping[str, Written],
    Mapping[str, Source],
    Mapping[str, Service],
]
"""What several pathways share."""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one document: its file, its version and its dates."""

    name: str
    version: str
    file: ReadFile
    in_force: Period


def read_all(root: Path, looked: FolderSeen | None = None) -> tuple[dict[str, tuple[Spell, ...]], Rest]:
    """Read and check every file under a folder: the pathway of each condition for each spell of days, and what several of them share.

    Raises ``ContentRefused`` with every mistake of the whole set. Each file is opened once: what is judged by is what is hashed, whatever is done to the folder meanwhile.
    One that was ``looked`` at is not opened again.
    """
    mistakes = Mistakes()
    folder = ContentFolder(root, mistakes, looked)
    shared_files = {name: file for name, path in folder.shared.items() if (file := folder.read(path)) is not None}
    whole = len(shared_files) == len(folder.shared)
    shared = read_shared({name: file.block for name, file in shared_files.items()}, mistakes, whole)
    published, withdrawn = read_published(folder, mistakes)
    digests = {name: file.digest for name, file in shared_files.items()}
    places = {path.name: Place(shown_below(root, path)) for path in folder.conditions}
    service_files = {name: file for name, path in folder.services.items() if (file := folder.read(path)) is not None}
    services = read_services(service_files, places, shared.sources, mistakes)
    building = _Building(shared, digests, published, withdrawn, mistakes, frozenset(places), tuple(services.values()))
    unread: set[str] = set()
    stretches: dict[str, tuple[Spell, ...]] = {}
    conditions = tuple(folder.conditions)
    if not any(path.name == f"{PATHWAY_FILE}.yaml" for files in folder.conditions.values() for path in files):
        conditions = ()  # nothing here is ours, and what it holds may be named after patients
        of_one = (root / f"{PATHWAY_FILE}.yaml").is_file()
        mistakes.add(
            Place(SHOWN_ROOT),
            "this is the folder of one condition" if of_one else "there is no condition in this folder",
            f"Name the folder that {'it lies in' if of_one else 'holds one folder for each condition'}.",
            "Nobody can be assessed without content.",
        )
    for condition in conditions:
        before = len(mistakes)
        documents = _documents(folder, condition, mistakes)
        if len(mistakes) > before or not shared.whole:
            unread.add(condition.name)
        stretches[condition.name] = tuple(building.stretches(folder, condition, documents))
        if condition.name not in unread:
            _every_file_is_read(documents, stretches[condition.name], mistakes)
    alike_everywhere(building.offered, shared.medicines, shared.definitions, mistakes)
    published_never_change(published, building.digests, unread, mistakes)
    questions = shared_questions(shared, mistakes)
    for place in building.passed_over if not len(mistakes) else ():
        fix = "Say it in another way."
        mistakes.add(place, "this sentence speaks of something that cannot be read", fix, HARM_UNREAD)
    if len(mistakes):
        raise ContentRefused(mistakes)
    medicines = {name: medicine.written for name, medicine in sorted(shared.medicines.items())}
    rest = (
        Frozen(questions),
        Frozen(shared.lists),
        withdrawn,
        Frozen(medicines),
        Frozen(shared.written),
        Frozen(shared.sources),
        Frozen(services),
    )
    return stretches, rest


def _digest_of(document: str, parts: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the name of a document and every file it decides by.

    The name stands in it, since two documents may decide by the same files: who signs one has not signed the other.
    """
    words = f"{document}\n" + "".join(f"{name} {digest}\n" for name, digest in sorted(parts))
    return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"


def _documents(folder: ContentFolder, condition: Path, mistakes: Mistakes) -> dict[str, list[Document]]:
    """Every version of the pathway and of each PGD; none of a document where no version of it can be read."""
    found: dict[str, list[Document]] = {}
    for path in folder.conditions[condition]:
        versions = found.setdefault(path.stem, [])
        file = folder.read(path)
        if file is None or _is_no_pgd(file, folder.conditions[condition], mistakes):
            continue
        form = Headings(file.block, Tags(), mistakes)  # what it lacks is noted when it is read in full
        period = form.period() or Period(date.min, date.min)
        document = Document(path.stem, form.text("version"), file, period)
        if path.parent != condition and document.version and path.parent.name != document.version:
            mistakes.add(
                _place(document, "version"),
                f"the folder says version {name_shown(path.parent.name)}",
                "Move the file, byte for byte, to the folder of its version.",
                "The wrong version would be taken for the one in force.",
            )
        versions.append(document)
    for name, versions in found.items():
        found[name] = _one_on_each_day(versions, mistakes)
    if PATHWAY_FILE not in found:
        mistakes.add(
            Place(shown_below(folder.root, condition)),
            f"there is no {PATHWAY_FILE}.yaml in this folder",
            "Write it, or take the folder out.",
            "A condition without a pathway cannot be assessed.",
        )
    return found


def _is_no_pgd(file: ReadFile, beside: Iterable[Path], mistakes: Mistakes) -> bool:
    """Note a copy that was left beside the pathway: of a PGD that is there under its name, or of a file that is no PGD. Read as one, it would be all mistakes."""
    first, node = next(iter(file.block.items.items()))
    if first == "pgd":
        others = {one.stem for one in beside if one.parent == file.path.parent and one != file.path}
        copied = isinstance(node, Text) and node.words in others
    else:
        copied = file.path.stem != PATHWAY_FILE
    if copied:
        mistakes.add(
            file.block.keys[first].place,
            f'"{first}:" begins a file of another name',
            f"Take this one out. Beside {PATHWAY_FILE}.yaml and {CASES_FILE}.yaml stand PGDs alone, each once; a version that was published goes to {EARLIER}/<version>/.",
            "A copy that lies about is mended, or signed, in place of the file that is used.",
        )
    return copied


def _place(document: Document, heading: str) -> Place:
    key: Text | None = document.file.block.keys.get(heading)
    return key.place if key else document.file.block.place


def _one_on_each_day(versions: list[Document], mistakes: Mistakes) -> list[Document]:
    """The versions by their first days. One without a last day ends the day before the next begins: a published file is never edited to say so."""
    versions.sort(key=lambda document: (document.in_force.first, -len(document.file.path.parts)))
    for at, (before, after) in enumerate(pairwise(versions)):
        first, last = before.in_force.first, before.in_force.last
        if last is None and first < after.in_force.first:
            last = after.in_force.first - timedelta(days=1)
            versions[at] = replace(before, in_force=Period(first, last))
        if last is None or last >= after.in_force.first:
            mistakes.add(
                _place(after, "in force"),
                f"version {after.version} is in force on days on which version {before.version} is too",
                f"Begin {after.version} after {last or first}: a version that is published is never edited to end sooner.",
                "Two versions on one day would treat two people differently.",
            )
        elif before.version == after.version:
            mistakes.add(
                _place(after, "version"),
                f"{before.file.shown} is version {before.version} too",
                "Give the newer one a version of its own.",
                "Nobody could tell from a record which of the two was applied.",
            )
    return versions


def _turning_days(period: Period) -> Iterable[date]:
    yield period.first
    if period.last is not None and period.last < date.max:
        yield period.last + timedelta(days=1)


def _on(versions: list[Document], day: date) -> Document:
    """The version in force on the day; else the one that was last, so that it can be said when it ended; else the first to come."""
    begun = [document for document in versions if document.in_force.first <= day]
    return begun[-1] if begun else versions[0]


def _every_file_is_read(
    documents: Mapping[str, list[Document]], stretches: Iterable[Spell], mistakes: Mistakes
) -> None:
    """A PGD that was in force only on days on which no pathway is would be neither read nor checked."""
    days = [period.first for period, _ in stretches]
    for versions in (versions for name, versions in documents.items() if name != PATHWAY_FILE):
        read = {_on(versions, day).file.path for day in days}
        for document in versions:
            if document.file.path not in read:
                mistakes.add(
                    _place(document, "in force"),
                    "no pathway is in force on any of these days, so this file would never be read",
                    "Put the pathway of those days back, or take the file out.",
                    "What is never read is never checked.",
                )


@dataclass
class _Building:
    """What is needed to make pathways of documents; each set of documents is made into a pathway once.

    ``digests`` gathers theirs, ``offered`` the newest PGDs of each medicine, each with its pathway, by condition;
    ``passed_over`` the places of sentences left out because of what they speak of.
    """

    shared: Shared
    shared_digests: Mapping[str, str]
    published: Mapping[str, Text]
    withdrawn: tuple[Withdrawal, ...]
    mistakes: Mistakes
    conditions: frozenset[str] = frozenset()
    services: tuple[Service, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    offered: dict[str, dict[str, tuple[ReadPGD, Pathway]]] = field(default_factory=dict)
    passed_over: list[Place] = field(default_factory=list)
    _built: dict[tuple[str, ...], Pathway] = field(default_factory=dict)

    def stretches(
        self, folder: ContentFolder, condition: Path, documents: dict[str, list[Document]]
    ) -> Iterator[Spell]:
        """The pathway for each stretch of days on which no document begins or ends."""
        days = sorted({day for versions in documents.values() for d in versions for day in _turning_days(d.in_force)})
        unread = {name for name, versions in documents.items() if not versions}
        for pathway in documents.get(PATHWAY_FILE, []):
            later = (day for day in days if day in pathway.in_force and day > pathway.in_force.first)
            starts = [pathway.in_force.first, *later]
            ends: list[date | None] = [*(day - timedelta(days=1) for day in starts[1:]), pathway.in_force.last]
            for first, last in zip(starts, ends, strict=True):
                chosen = {
                    name: _on(versions, first)
                    for name, versions in documents.items()
                    if name != PATHWAY_FILE and versions
                }
                files = (pathway.file.shown, *(document.file.shown for document in chosen.values()))
                if files not in self._built:
                    self._built[files] = self._build(folder, condition, pathway, chosen, unread)
                yield Period(first, last), self._built[files]

    def _build(
        self, folder: ContentFolder, condition: Path, document: Document, chosen: Mapping[str, Document], unread: set[str]
    ) -> Pathway:  # fmt: skip
        block, before = document.file.block, len(self.mistakes)
        fillings = {name: self._filling(name) for name in chosen}
        files = {name: fillings[name].file(pgd.file.block) for name, pgd in chosen.items()}
        exclusions = {name: exclusion_blocks(file) for name, file in files.items()}
        draft = read_pathway(block, condition.name, self.shared, self.mistakes, exclusions, unread)
        read = {name: read_pgd(file, name, draft, self.mistakes, fillings[name]) for name, file in files.items()}
        # A pathway that asks whether a document excludes somebody decides by the words of that document, so they are signed with it.
        asked = sorted(draft.vocabulary.documents_read)
        asks = [
            *((name, chosen[name].file.digest) for name in asked),
            *self._digests_of(f"{MEDICINES}/{name}" for name in asked),
        ]
        own = [(PATHWAY_FILE, document.file.digest), *self._uses(draft, chosen), *asks]
        pgds = self._signed_pgds(condition.name, read, chosen, own)
        medicines = self._digests_of(f"{MEDICINES}/{name}" for name in chosen)
        cited = {tag: source for tag, source in self.shared.sources.items() if tag in draft.tags.used}
        pathway = replace(
            draft.pathway,
            sources=Frozen({**draft.pathway.sources, **cited}),
            edition=self._signed(draft.pathway.edition, document, condition.name, own),
            pgds=Frozen(pgds),
            withdrawn=tuple(one for one in self.withdrawn if one.condition == condition.name),
            service=belonging(self.services, condition.name),
            content_digest=_digest_of(
                condition.name, {*own, *medicines, *((name, pgd.file.digest) for name, pgd in chosen.items())}
            ),
        )
        self.passed_over += draft.vocabulary.passed_over
        doubtful = len(self.mistakes) > before or unread or not draft.whole
        standing = folder.words(condition) if doubtful else {}
        check_condition(draft, block, read, pathway, self.mistakes, unread, standing)
        leads_somewhere(block, self.conditions, self.mistakes)
        for name, one in read.items():
            check_medicine(one, draft, pathway, self.shared.medicines, self.shared.definitions, self.mistakes)
            if draft.whole and one.whole:
                self.offered.setdefault(name, {})[condition.name] = (one, pathway)
        return pathway

    def _filling(self, pgd: str) -> Filling:
        return Filling(pgd, self.shared.medicines.get(pgd), self.shared.whole, self.mistakes)

    def _uses(self, draft: Draft, pgds: Iterable[str]) -> list[tuple[str, str]]:
        """The shared files that the pathway uses, each with its digest; the medicines where an exclusion of them all takes a bar."""
        used = set(draft.shared_used)
        used |= self.shared.files_of(SOURCES, draft.tags.used)
        used.update(*(self.shared.cites[name] for name in used & set(self.shared.cites)))
        if any(TAKES in clause.items for _, clause in draft.every_medicine):
            used.update(f"{MEDICINES}/{pgd}" for pgd in pgds)
        return self._digests_of(used)

    def _digests_of(self, names: Iterable[str]) -> list[tuple[str, str]]:
        return [(f"{SHARED}/{name}", self.shared_digests[name]) for name in names if name in self.shared_digests]

    def _signed_pgds(
        self, condition: str, read: Mapping[str, ReadPGD], chosen: Mapping[str, Document], own: list[tuple[str, str]]
    ) -> dict[str, PGD]:
        """A PGD is signed together with the pathway that leads to it: exclusions of every medicine and interactions stand there.

        And with the file of its medicine.
        """
        signed = {}
        for name, one in read.items():
            parts = {*own, *self._digests_of([f"{MEDICINES}/{name}"]), (name, chosen[name].file.digest)}
            signed[name] = replace(one.pgd, edition=self._signed(one.pgd.edition, chosen[name], condition, parts))
        return signed

    def _signed(
        self, edition: Edition, document: Document, condition: str, parts: Iterable[tuple[str, str]]
    ) -> Edition:
        """An edition with its digest, and the day before the next version as its last where its file has none; a draft unless that digest is published."""
        named = f"{condition}/{document.name}"
        key, digest = f"{named} {edition.version}", _digest_of(named, parts)
        self.digests[key] = digest
        signed = self.published.get(key)
        withdrawn = next((one for one in self.withdrawn if one.digest == digest), None)
        draft = withdrawn is not None or signed is None or signed.words != digest
        return replace(edition, in_force=document.in_force, digest=digest, draft=draft, withdrawn=withdrawn)
