"""The library: every version of every document, which of them is in force on a day, and the digests that are signed.

Outside its dates a document does not exist; there is no falling back to the latest. Two versions of one document on one day do not load.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from pharmacyfirst.content.blocks import Form, Tags
from pharmacyfirst.content.checks import check_condition
from pharmacyfirst.content.pathways import Shared, read_pathway, read_shared
from pharmacyfirst.content.pgds import ReadPGD, read_pgd
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Place, Text, read_file
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import Edition, Period
from pharmacyfirst.kernel.questions import refuse_no_day

PATHWAY_FILE = "pathway"
CASES_FILE = "cases"
SHARED = "shared"
EARLIER = "earlier"
PUBLISHED = "published.yaml"
SHOWN_ROOT = "pathways"

_OURS = re.compile(r"[a-z0-9][a-z0-9.-]*")  # how conditions, PGDs, versions and their files are named
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pathways_folder() -> Path:
    """The content that ships with the package: in the wheel, or beside the package in a checkout."""
    return _shipped("pathways")


def templates_folder() -> Path:
    """The Jinja2 templates that ship with the package, found as the pathways are."""
    return _shipped("pgd_templates")


def _shipped(name: str) -> Path:
    package = Path(__file__).resolve().parent.parent
    in_wheel = package / "shipped" / name
    return in_wheel if in_wheel.is_dir() else package.parent / name


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one file: where it is, its text with places, and the SHA-256 of its bytes."""

    name: str
    version: str
    path: Path
    shown: str
    block: Block
    digest: str
    in_force: Period


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pathway with its PGDs as they stand, unchanged, from one day to another."""

    period: Period
    pathway: Pathway


@dataclass(frozen=True, slots=True)
class Library:
    """Every condition, with the pathway for each day. Never changes; threads may share it."""

    root: Path
    stretches: Mapping[str, tuple[Stretch, ...]]

    @property
    def conditions(self) -> tuple[str, ...]:
        """The ids of the conditions, in alphabetical order."""
        return tuple(sorted(self.stretches))

    def in_force(self, condition: str, on: date) -> Pathway:
        """The pathway of a condition with its PGDs as they stand on the day.

        Raises ``Refused``: ``unknown_pathway``, ``not_in_force`` where no version exists on that day, or ``wrong_value`` where ``on``
        is no day.
        """
        refuse_no_day(on)
        if not isinstance(condition, str) or condition not in self.stretches:
            raise Refused(
                "unknown_pathway",
                f"There is no such pathway. {suggest(str(condition), self.conditions, 'There are: ' + ', '.join(self.conditions) + '.')}",
            )
        for stretch in self.stretches[condition]:
            if on in stretch.period:
                return stretch.pathway
        known = "; ".join(dict.fromkeys(s.pathway.edition.in_force.in_words() for s in self.stretches[condition]))
        raise Refused("not_in_force", f"{condition} is in force {known}, not on {on}.")

    def newest(self, condition: str) -> Pathway:
        """The pathway as it last stands: for documents and tests, never for a consultation, which has a day."""
        return self.stretches[condition][-1].pathway

    def newest_all(self) -> tuple[Pathway, ...]:
        """The newest pathway of every condition."""
        return tuple(self.newest(condition) for condition in self.conditions)


@cache
def shipped_library() -> Library:
    """The content that ships with the package, loaded once."""
    return load(pathways_folder())


def load(root: Path) -> Library:
    """Load every condition under a folder, or raise ``ContentRefused`` with every mistake of the whole set."""
    mistakes = Mistakes()
    shared, shared_digests = _shared(root, mistakes)
    unread: set[str] = set()
    published = _published(root, mistakes)
    stretches: dict[str, tuple[Stretch, ...]] = {}
    digests: dict[str, str] = {}
    folders = (
        sorted(f for f in root.iterdir() if f.is_dir() and f.name != SHARED and not f.name.startswith("."))
        if root.is_dir()
        else []
    )
    if not any((folder / f"{PATHWAY_FILE}.yaml").exists() for folder in folders):
        folders = []  # nothing here is ours, and what it holds may be named after patients
        mistakes.add(
            Place(SHOWN_ROOT),
            "there is no condition in this folder",
            "Name the folder that holds one folder for each condition.",
            "Nobody can be assessed without content.",
        )
    for folder in folders:
        before = len(mistakes)
        documents = _documents(root, folder, mistakes)
        if len(mistakes) > before or not shared.whole:
            unread.add(folder.name)
        stretches[folder.name] = tuple(
            _stretches(folder, documents, shared, shared_digests, published, digests, mistakes)
        )
        if folder.name not in unread:
            _every_file_is_read(documents, stretches[folder.name], mistakes)
    _published_never_change(published, digests, unread, mistakes)
    if len(mistakes):
        raise ContentRefused(mistakes)
    return Library(root, Frozen(stretches))


def _shared(root: Path, mistakes: Mistakes) -> tuple[Shared, dict[str, str]]:
    blocks, digests = {}, {}
    files = sorted((root / SHARED).glob("*.yaml"))
    for path in files:
        block = read_file(path, shown_below(root, path), mistakes)
        if block is not None:
            blocks[path.stem] = block
            digests[path.stem] = _digest(path.read_bytes())
    shared = read_shared(blocks, mistakes)
    shared.whole = shared.whole and len(blocks) == len(files)
    return shared, digests


def shown_below(root: Path, path: Path) -> str:
    """The place of a file as messages name it: below ``pathways``, however the folder itself is called; no name but ours is repeated."""
    parts = [part if _OURS.fullmatch(part) else "(a name that is not ours)" for part in path.relative_to(root).parts]
    return "/".join((SHOWN_ROOT, *parts))


def _digest(words: bytes) -> str:
    return hashlib.sha256(words).hexdigest()


def _digest_of(parts: Iterable[tuple[str, str]]) -> str:
    return "sha256:" + _digest("".join(f"{name} {digest}\n" for name, digest in sorted(parts)).encode())


def _documents(root: Path, folder: Path, mistakes: Mistakes) -> dict[str, list[Document]]:
    """Every version of the pathway and of each PGD: the newest under its plain name, published ones under earlier/<version>/."""
    found: dict[str, list[Document]] = {}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob(f"{EARLIER}/*/*.yaml")]):
        if path.stem == CASES_FILE:
            continue
        shown = shown_below(root, path)
        block = read_file(path, shown, mistakes)
        if block is None:
            found.setdefault(path.stem, [])
            continue
        form = Form(
            block, "file", Tags(), mistakes, (), tuple(block.items)
        )  # what it lacks is noted when it is read in full
        period = form.period() or Period(date.min, date.min)
        document = Document(path.stem, form.text("version"), path, shown, block, _digest(path.read_bytes()), period)
        if path.parent != folder and document.version and path.parent.name != document.version:
            mistakes.add(
                _place(document, "version"),
                f"the folder says version {path.parent.name}",
                "Move the file, byte for byte, to the folder of its version.",
                "The wrong version would be taken for the one in force.",
            )
        found.setdefault(path.stem, []).append(document)
    for versions in found.values():
        _one_on_each_day(versions, mistakes)
    if PATHWAY_FILE not in found:
        mistakes.add(
            Place(shown_below(root, folder)),
            f"there is no {PATHWAY_FILE}.yaml in this folder",
            "Write it, or take the folder out.",
            "A condition without a pathway cannot be assessed.",
        )
    return found


def _place(document: Document, heading: str) -> Place:
    key: Text | None = document.block.keys.get(heading)
    return key.place if key else document.block.place


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
                f"{before.shown} is version {before.version} too",
                "Give the newer one a version of its own.",
                "Nobody could tell from a record which of the two was applied.",
            )


def _stretches(
    folder: Path, documents: dict[str, list[Document]], shared: Shared, shared_digests: Mapping[str, str],
    published: Mapping[str, Text], digests: dict[str, str], mistakes: Mistakes,
) -> Iterable[Stretch]:  # fmt: skip
    """The pathway for each stretch of days on which no document begins or ends."""
    pathways = documents.get(PATHWAY_FILE, [])
    days = sorted({day for versions in documents.values() for d in versions for day in _turning_days(d.in_force)})
    for pathway in pathways:
        starts = [
            pathway.in_force.first,
            *(day for day in days if day in pathway.in_force and day > pathway.in_force.first),
        ]
        ends: list[date | None] = [*(day - timedelta(days=1) for day in starts[1:]), pathway.in_force.last]
        for first, last in zip(starts, ends, strict=True):
            chosen = {
                name: _on(versions, first) for name, versions in documents.items() if name != PATHWAY_FILE and versions
            }
            unread = {name for name, versions in documents.items() if not versions}
            built = _build(folder, pathway, chosen, unread, shared, shared_digests, published, digests, mistakes)
            yield Stretch(Period(first, last), built)


def _turning_days(period: Period) -> Iterable[date]:
    yield period.first
    if period.last is not None and period.last < date.max:
        yield period.last + timedelta(days=1)


def _on(versions: list[Document], day: date) -> Document:
    """The version in force on the day; else the one that was last, so that it can be said when it ended; else the first to come."""
    begun = [document for document in versions if document.in_force.first <= day]
    return begun[-1] if begun else versions[0]


def _every_file_is_read(
    documents: Mapping[str, list[Document]], stretches: Iterable[Stretch], mistakes: Mistakes
) -> None:
    """A PGD that was in force only on days on which no pathway is would be neither read nor checked."""
    days = [stretch.period.first for stretch in stretches]
    for versions in (versions for name, versions in documents.items() if name != PATHWAY_FILE):
        read = {_on(versions, day).path for day in days}
        for document in versions:
            if document.path not in read:
                mistakes.add(
                    _place(document, "in force"),
                    "no pathway is in force on any of these days, so this file would never be read",
                    "Put the pathway of those days back, or take the file out.",
                    "What is never read is never checked.",
                )


def _build(
    folder: Path, document: Document, chosen: Mapping[str, Document], unread: set[str], shared: Shared,
    shared_digests: Mapping[str, str], published: Mapping[str, Text], digests: dict[str, str], mistakes: Mistakes,
) -> Pathway:  # fmt: skip
    condition, before = folder.name, len(mistakes)
    draft = read_pathway(document.block, condition, shared, mistakes)
    read: dict[str, ReadPGD] = {name: read_pgd(pgd.block, name, draft, mistakes) for name, pgd in chosen.items()}
    uses = [(f"{SHARED}/{name}", shared_digests[name]) for name in draft.shared_used]
    own = [(PATHWAY_FILE, document.digest), *uses]

    def edition(edition: Edition, name: str, parts: list[tuple[str, str]]) -> Edition:
        key, digest = f"{condition}/{name} {edition.version}", _digest_of(parts)
        digests[key] = digest
        signed = published.get(key)
        return replace(edition, digest=digest, draft=signed is None or signed.words != digest)

    # A PGD is signed together with the pathway that leads to it: exclusions of every medicine and interactions stand there.
    pgds = {
        name: replace(one.pgd, edition=edition(one.pgd.edition, name, [*own, (name, chosen[name].digest)]))
        for name, one in read.items()
    }
    pathway = replace(
        draft.pathway,
        edition=edition(draft.pathway.edition, PATHWAY_FILE, own),
        pgds=Frozen(pgds),
        content_digest=_digest_of([*own, *((name, pgd.digest) for name, pgd in chosen.items())]),
    )
    doubtful = len(mistakes) > before or unread or not shared.whole
    standing = _words_of(folder, folder.parent / SHARED) if doubtful else {}
    check_condition(draft, document.block, read, pathway, mistakes, unread, standing)
    return pathway


def _words_of(*folders: Path) -> Counter[str]:
    """How often each word stands in the files of these folders, whether or not they could be read."""
    words: Counter[str] = Counter()
    for path in (path for folder in folders for path in folder.rglob("*.yaml")):
        if path.stem != CASES_FILE:
            with suppress(OSError):
                words.update(re.findall(r"[\w-]+", path.read_bytes().decode("utf-8", "replace")))
    return words


def _published(root: Path, mistakes: Mistakes) -> dict[str, Text]:
    """The published digests by the names of their versions, each at its place."""
    path = root / PUBLISHED
    if not path.exists():
        return {}
    block = read_file(path, shown_below(root, path), mistakes)
    if block is None:
        return {}
    form = Form(block, "list of published digests", Tags(), mistakes, (), ("published",))
    listed = form.node("published")
    if isinstance(listed, Text) and not listed.words:
        return {}
    found = {}
    entries = listed.items if isinstance(listed, Block) else {"": listed} if listed else {}
    for name, node in entries.items():
        if isinstance(listed, Block) and isinstance(node, Text) and _DIGEST.fullmatch(node.words):
            found[name] = Text(node.words, listed.keys[name].place)
        else:
            mistakes.add(
                node.place,
                "this is not a published digest",
                'Write the condition, the document, its version, a colon and "sha256:" with 64 letters and digits.',
                "A version whose digest cannot be compared could change in silence.",
            )
    return found


def _published_never_change(
    published: Mapping[str, Text], digests: Mapping[str, str], unread: Iterable[str], mistakes: Mistakes
) -> None:
    for name, signed in published.items():
        if digests.get(name) != signed.words and name.split("/")[0] not in unread:
            what = "has changed since it was published" if name in digests else "was published and is no longer there"
            mistakes.add(
                signed.place,
                f"{name} {what}",
                "Put the published bytes back, under earlier/<version>/ if there is a newer version.",
                "Somebody signed other words than those that would be applied.",
            )
