"""The files of a folder of content: listed once, within bounds, and each opened once, so that what is parsed is what is hashed."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pharmacyfirst.content.key import MOST_BYTES_IN_ALL, MOST_ENTRIES, FolderSeen
from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Place, read_bytes, read_once

SHARED = "shared"
SERVICES = "services"
MEDICINES = "medicines"  # in the shared folder
EARLIER = "earlier"
CASES_FILE = "cases"
PUBLISHED = "published.yaml"
INVARIANTS = "invariants.yaml"
HAZARDS = "hazards.yaml"
SHOWN_ROOT = "pathways"

# How conditions, PGDs, versions and their files are named; no such name has as many digits in a row as a number of somebody's.
_OURS = re.compile(r"(?!.*[0-9]{6})[a-z0-9][a-z0-9.-]*")
_NOT_OURS = "(a name that is not ours)"
_WRONG_NAME = (
    "the name is not written as ours are",
    "Name it in small letters, digits and hyphens, with no more than five digits in a row.",
    "A name in any other letters may be a patient's, or be read as that of another document.",
)
HARM_UNREAD = "What is never read is never checked, and looks as though it were in use."
_HARM_TOO_MUCH = "A set too big to review is a set nobody has read."


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file as it was read: where it is, its text with places, and the SHA-256 of the same bytes."""

    path: Path
    shown: str
    block: Block
    digest: str


@dataclass
class ContentFolder:
    """A folder of content. ``conditions`` holds the files of each condition, its cases left out; ``shared`` those in the shared folder by name,
    ``services`` those of the services.

    A file that was ``looked`` at before is not opened again. ``published`` is the list of published digests, None where there is none. Raises ``ContentRefused`` where the folder holds more
    than ``MOST_ENTRIES`` files and folders, before any is opened, and where its files hold more than ``MOST_BYTES_IN_ALL``.
    """

    root: Path
    mistakes: Mistakes
    looked: FolderSeen | None = None
    conditions: dict[Path, tuple[Path, ...]] = field(init=False)
    shared: dict[str, Path] = field(init=False)
    services: dict[str, Path] = field(init=False)
    published: Path | None = field(init=False, default=None)
    _entries: int = field(init=False, default=0)
    _strangers: set[Path] = field(init=False, default_factory=set)
    _raw: dict[Path, bytes] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.conditions = {}
        self.shared = {}
        self.services = {}
        for path in self._inside(self.root):
            if path.name == PUBLISHED:
                self.published = path
            elif path.name.startswith(".") or not path.is_dir():
                continue
            elif path.name == SHARED:
                self.shared = self._shared_in(path)
            elif path.name == SERVICES:
                self.services = self._shared_in(path, SERVICES)
            else:
                self.conditions[path] = self._versions_in(path)
        ours = [path for path in self.conditions if _OURS.fullmatch(path.name)]
        if any(self.conditions.values()):  # else this is no folder of content, and one mistake says so
            for path in sorted(self._strangers | ({*self.conditions} - {*ours})):
                self.mistakes.add(Place(shown_below(self.root, path)), *_WRONG_NAME)
            self.conditions = {path: self.conditions[path] for path in ours}

    def _shared_in(self, folder: Path, under: str = "") -> dict[str, Path]:
        """Every file in the shared folder, those of medicines under ``medicines/``, or in that of services; anything else there would never be read."""
        found: dict[str, Path] = {}
        for path in self._named([path for path in self._inside(folder) if not path.name.startswith(".")]):
            if path.is_dir() and path.name == MEDICINES and not under:
                found.update(self._shared_in(path, f"{MEDICINES}/"))
            elif path.name.endswith(".yaml"):
                found[path.stem if under == SERVICES else f"{under}{path.stem}"] = path
            else:
                self.mistakes.add(
                    Place(shown_below(self.root, path)),
                    "this is no file of ours, so it would never be read",
                    f"Name it .yaml, and put it in {SHARED}/, {SHARED}/{MEDICINES}/ or {SERVICES}/; or take it out.",
                    HARM_UNREAD,
                )
        return found

    def _versions_in(self, condition: Path) -> tuple[Path, ...]:
        """The newest version of each document, under its plain name, and those under earlier/<version>/."""
        earlier = condition / EARLIER
        folders = self._named([one for one in self._inside(earlier) if one.is_dir()] if earlier.is_dir() else [])
        found = [file for folder in (condition, *folders) for file in self._yaml_in(folder)]
        return tuple(sorted(file for file in found if file.stem != CASES_FILE))

    def _yaml_in(self, folder: Path) -> tuple[Path, ...]:
        return tuple(self._named([path for path in self._inside(folder) if path.name.endswith(".yaml")]))

    def _named(self, paths: list[Path]) -> list[Path]:
        """Those that are named as ours are; the others are noted and not read."""
        self._strangers.update(path for path in paths if not _OURS.fullmatch(path.name))
        return [path for path in paths if path not in self._strangers]

    def _inside(self, folder: Path) -> list[Path]:
        return sorted(self._counted(folder))

    def _counted(self, folder: Path) -> Iterator[Path]:
        if not folder.is_dir():
            return
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._entries += 1
                    if self._entries > MOST_ENTRIES:
                        what = f"this folder holds more than {MOST_ENTRIES} files and folders"
                        self._stop(what, "Name the folder that holds one folder for each condition, and nothing else.")
                    yield folder / entry.name
        except OSError:
            what, fix = "this cannot be opened as a folder", "Put a folder there that may be read."
            self.mistakes.add(
                Place(shown_below(self.root, folder)), what, fix, "What is not read can neither be judged nor reviewed."
            )

    def _stop(self, what: str, fix: str) -> None:
        alone = Mistakes()
        alone.add(Place(SHOWN_ROOT), what, fix, _HARM_TOO_MUCH)
        raise ContentRefused(alone)

    def read(self, path: Path) -> ReadFile | None:
        """One of the files, opened once; None, with the mistakes noted, where it cannot be read."""
        shown = shown_below(self.root, path)
        raw = self.looked.taken(path.relative_to(self.root).as_posix()) if self.looked is not None else None
        if raw is None and (raw := read_once(path, shown, self.mistakes)) is None:
            return None
        self._raw[path] = raw
        if sum(map(len, self._raw.values())) > MOST_BYTES_IN_ALL:
            self._stop(f"the files hold more than {MOST_BYTES_IN_ALL // 1_000_000} MB", "Split or shorten them.")
        block = read_bytes(raw, shown, self.mistakes)
        return None if block is None else ReadFile(path, shown, block, hashlib.sha256(raw).hexdigest())

    def words(self, condition: Path) -> Counter[str]:
        """How often each word stands in the files of a condition and in the shared ones, whether or not they could be parsed."""
        words: Counter[str] = Counter()
        for path in (*self.conditions[condition], *self.shared.values()):
            words.update(re.findall(r"[\w-]+", self._raw.get(path, b"").decode("utf-8", "replace")))
        return words


def shown_below(root: Path, path: Path) -> str:
    """The place of a file as messages name it: below ``pathways``, however the folder itself is called; no name but ours is repeated."""
    return "/".join((SHOWN_ROOT, *map(name_shown, path.relative_to(root).parts)))


def name_shown(name: str) -> str:
    """The name of a file or folder as a message may show it: one that is named as ours are, or that it is none."""
    return name if _OURS.fullmatch(name) else _NOT_OURS
