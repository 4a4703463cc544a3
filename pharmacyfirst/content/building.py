"""A folder of content read and checked: every version of every document, made into pathways, with the digests that are signed.

Outside its dates a document does not exist. Two versions of one document on one day do not load.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from pharmacyfirst.content.blocks import Headings, Tags
from pharmacyfirst.content.checks import check_condition
from pharmacyfirst.content.checks_of_medicines import alike_everywhere, check_medicine
from pharmacyfirst.content.documents import SOURCES
from pharmacyfirst.content.files import MEDICINES, SHARED, SHOWN_ROOT, ContentFolder, ReadFile, name_shown, shown_below
from pharmacyfirst.content.key import FolderSeen
from pharmacyfirst.content.medicines import TAKES, Filling
from pharmacyfirst.content.pathways import Draft, read_pathway
from pharmacyfirst.content.pgds import ReadPGD, exclusion_blocks, read_pgd
from pharmacyfirst.content.published import published_never_change, read_published
from pharmacyfirst.content.questions import shared_questions
from pharmacyfirst.content.sentence_forms import HARM_UNREAD
from pharmacyfirst.content.shared import Shared, read_shared
from pharmacyfirst.content.text import ContentRefused, Mistakes, Place, Text
from pharmacyfirst.content.written import SharedMedicine, Written
from pharmacyfirst.kernel.evidence import Source
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway, SharedList
from pharmacyfirst.kernel.pgd import PGD, Edition, Period, Withdrawal
from pharmacyfirst.kernel.questions import Question

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
    building = _Building(shared, digests, published, withdrawn, mistakes)
    unread: set[str] = set()
    stretches: dict[str, tuple[Spell, ...]] = {}
    conditions = tuple(folder.conditions)
    if not any(path.name == f"{PATHWAY_FILE}.yaml" for files in folder.conditions.values() for path in files):
        conditions = ()  # nothing here is ours, and what it holds may be named after patients
        mistakes.add(
            Place(SHOWN_ROOT),
            "there is no condition in this folder",
            "Name the folder that holds one folder for each condition.",
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
        if file is None:
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
    for versions in found.values():
        _one_on_each_day(versions, mistakes)
    if PATHWAY_FILE not in found:
        mistakes.add(
            Place(shown_below(folder.root, condition)),
            f"there is no {PATHWAY_FILE}.yaml in this folder",
            "Write it, or take the folder out.",
            "A condition without a pathway cannot be assessed.",
        )
    return found


def _place(document: Document, heading: str) -> Place:
    key: Text | None = document.file.block.keys.get(heading)
    return key.place if key else document.file.block.place


def _one_on_each_day(versions: list[Document], mistakes: Mistakes) -> None:
    versions.sort(key=lambda document: document.in_force.first)
    for before, after in pairwise(versions):
        if before.in_force.last is None or before.in_force.last >= after.in_force.first:
            mistakes.add(
                _place(after, "in force"),
                f"version {after.version} is in force on days on which version {before.version} is too",
                f"End {before.version} the day before {after.version} begins.",
                "Two versions on one day would treat two people differently.",
            )
        elif before.version == after.version:
            mistakes.add(
                _place(after, "version"),
                f"{before.file.shown} is version {before.version} too",
                "Give the newer one a version of its own.",
                "Nobody could tell from a record which of the two was applied.",
            )


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
        pgds = self._signed_pgds(condition.name, read, {name: pgd.file.digest for name, pgd in chosen.items()}, own)
        medicines = self._digests_of(f"{MEDICINES}/{name}" for name in chosen)
        cited = {tag: source for tag, source in self.shared.sources.items() if tag in draft.tags.used}
        pathway = replace(
            draft.pathway,
            sources=Frozen({**draft.pathway.sources, **cited}),
            edition=self._signed(draft.pathway.edition, f"{condition.name}/{PATHWAY_FILE}", own),
            pgds=Frozen(pgds),
            withdrawn=tuple(one for one in self.withdrawn if one.condition == condition.name),
            content_digest=_digest_of(
                condition.name, {*own, *medicines, *((name, pgd.file.digest) for name, pgd in chosen.items())}
            ),
        )
        self.passed_over += draft.vocabulary.passed_over
        doubtful = len(self.mistakes) > before or unread or not draft.whole
        standing = folder.words(condition) if doubtful else {}
        check_condition(draft, block, read, pathway, self.mistakes, unread, standing)
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
        if any(tag in draft.tags.used for tag in self.shared.sources) or used & self.shared.cites:
            used.add(SOURCES)
        if any(TAKES in clause.items for _, clause in draft.every_medicine):
            used.update(f"{MEDICINES}/{pgd}" for pgd in pgds)
        return self._digests_of(used)

    def _digests_of(self, names: Iterable[str]) -> list[tuple[str, str]]:
        return [(f"{SHARED}/{name}", self.shared_digests[name]) for name in names if name in self.shared_digests]

    def _signed_pgds(
        self, condition: str, read: Mapping[str, ReadPGD], digests: Mapping[str, str], own: list[tuple[str, str]]
    ) -> dict[str, PGD]:
        """A PGD is signed together with the pathway that leads to it: exclusions of every medicine and interactions stand there.

        And with the file of its medicine.
        """
        signed = {}
        for name, one in read.items():
            parts = {*own, *self._digests_of([f"{MEDICINES}/{name}"]), (name, digests[name])}
            signed[name] = replace(one.pgd, edition=self._signed(one.pgd.edition, f"{condition}/{name}", parts))
        return signed

    def _signed(self, edition: Edition, document: str, parts: Iterable[tuple[str, str]]) -> Edition:
        """An edition with its digest; a draft unless that digest is published."""
        key, digest = f"{document} {edition.version}", _digest_of(document, parts)
        self.digests[key] = digest
        signed = self.published.get(key)
        withdrawn = next((one for one in self.withdrawn if one.digest == digest), None)
        draft = withdrawn is not None or signed is None or signed.words != digest
        return replace(edition, digest=digest, draft=draft, withdrawn=withdrawn)
