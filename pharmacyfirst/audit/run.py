"""One audit from its source to its findings, lump by lump, so that it can be stopped at any moment and goes on where it was.

Each lump that is done lies in a folder of parts, its counts last and by rename: without counts it is not done, and is done again. What the
parts are of is written beside them; those of another file, other content or another version of this program are never taken.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pharmacyfirst import __version__
from pharmacyfirst.audit.counts import COUNTS_SCHEMA, added_up, counts_of, some
from pharmacyfirst.audit.judging import FINDINGS_SCHEMA, LumpJudging
from pharmacyfirst.audit.reading import ASIDE_SCHEMA, Lump, LumpSource, key_not_read
from pharmacyfirst.audit.table import AuditTable
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import PharmacyFirstError

FINDINGS, ASIDE = "findings.parquet", "set-aside.parquet"
_PARTS, _KEY = "parts", "of.json"
_MADE = ("findings", "aside", "counts")
_FORMAT = 3  # of the parts
_BLOCK = 1 << 20


class RowsLost(PharmacyFirstError):
    """Not as many rows were judged or set aside as were read: a mistake of ours. Nothing is reported."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What came of an audit: its counts, how many rows were judged and set aside, and what there is to say of the file."""

    counts: pl.DataFrame
    judged: int
    aside: int
    remarks: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.judged + self.aside


def key_of_run(source: LumpSource, library: Library, digest: str) -> dict[str, str]:
    """What parts are of: the file by its digest, every version of the content, the program, and how rows are put together."""
    content = hashlib.sha256()
    for condition in library.conditions:
        for stretch in library.stretches[condition]:
            content.update(f"{condition} {stretch.period.in_words()} {stretch.pathway.content_digest}\n".encode())
    return {
        "format": str(_FORMAT),
        "program": __version__,
        "source": type(source).__name__,
        "digest": digest,
        "content": content.hexdigest(),
    }


def begun_of(folder: Path) -> dict[str, str]:
    """What the parts in a folder are of, as its run was given it; empty where there are none."""
    try:
        held = json.loads((folder / _PARTS / _KEY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, read block by block."""
    made = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            made.update(block)
    return made.hexdigest()


class Run:
    """An audit of one source into one folder. ``key`` says what its parts are of; parts of anything else are thrown away."""

    def __init__(self, source: LumpSource, library: Library, table: AuditTable, folder: Path, key: dict[str, str]):
        self.source = source
        self.judging = LumpJudging(library, table)
        self.folder = folder
        self._parts = folder / _PARTS
        self._key = json.dumps(key, indent=2, sort_keys=True) + "\n"

    def go(self, went_on: Callable[[int], None]) -> Audited:
        """Judge what is not judged yet, and put the parts together. ``went_on`` is told how far into the source it is, lump by lump.

        Raises ``NotTheTable``, ``EnginesDisagree``, ``RowsLost``, ``OSError``.
        """
        self._begin()
        numbers: list[int] = []
        rows = 0
        with closing(
            self.source.lumps()
        ) as lumps:  # else a run stopped by hand leaves the file to be closed with words of Python's own
            for lump in lumps:
                if not self._is_done(lump):
                    self._do(lump)
                numbers.append(lump.number)
                rows += lump.rows
                went_on(lump.at)
        return self._together(numbers, rows)

    def _begin(self) -> None:
        self._parts.mkdir(parents=True, exist_ok=True)
        of = self._parts / _KEY
        if of.is_file() and of.read_text(encoding="utf-8") == self._key:
            return
        for path in self._ours():
            path.unlink()
        put(of, lambda beside: beside.write_text(self._key, encoding="utf-8"))

    def _ours(self) -> Iterator[Path]:
        for what in _MADE:
            yield from self._parts.glob(f"{what}-[0-9]*.parquet*")
        yield from self._parts.glob(f"{_KEY}*")

    def _part(self, what: str, number: int) -> Path:
        return self._parts / f"{what}-{number:06}.parquet"

    def _is_done(self, lump: Lump) -> bool:
        """Whether a lump was done before. What cannot be read is not done: power may have gone while it was written."""
        try:
            for what in _MADE:
                pl.scan_parquet(self._part(what, lump.number)).select(pl.len()).collect()
        except (OSError, pl.exceptions.PolarsError):
            return False
        return True

    def _do(self, lump: Lump) -> None:
        read = self.source.read(lump)
        judged = self.judging.judge(read)
        if judged.rows.height + judged.aside.height != lump.rows:
            raise RowsLost(_LOST)
        frames = {"findings": judged.findings, "aside": judged.aside, "counts": counts_of(judged)}
        for what, frame in frames.items():  # the counts last: where they are, all of it is
            put(self._part(what, lump.number), frame.write_parquet)

    def _together(self, numbers: list[int], rows: int) -> Audited:
        counts = added_up(pl.concat([pl.scan_parquet(self._part("counts", one)) for one in numbers] or [_NO_COUNTS]))
        for what, name, schema in (("findings", FINDINGS, FINDINGS_SCHEMA), ("aside", ASIDE, ASIDE_SCHEMA)):
            parts = [self._part(what, one) for one in numbers]
            frames = pl.scan_parquet(parts) if parts else pl.LazyFrame(schema=schema)
            put(self.folder / name, frames.sink_parquet)  # which keeps the order
        judged, aside = (int(some(counts, of)["rows"].sum()) for of in ("outcomes", "aside"))
        if judged + aside != rows:
            raise RowsLost(_LOST)
        unread = [
            key_not_read(about) for about in some(counts, "unread")["code"]
        ]  # in parts that were done before, too
        return Audited(counts, judged, aside, tuple(dict.fromkeys((*self.source.remarks, *unread))))

    def tidy(self) -> None:
        """Throw the parts away: once all that is made of them is written."""
        for path in self._ours():
            path.unlink()
        self._parts.rmdir()


def put(path: Path, write: Callable[[Path], object]) -> None:
    """A file whole, or what was there before."""
    beside = path.with_name(f"{path.name}.new")
    write(beside)
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(beside, path)


_LOST = (
    "Not every row was judged or set aside. This is a mistake of this program: nothing is reported, as a finding may be among the rows "
    "that are missing. Please report it."
)
_NO_COUNTS = pl.LazyFrame(schema=COUNTS_SCHEMA)
