"""``bench.yaml``: a condition laid beside the signed documents, clause by clause, in which an organisation answers.

Our words stand in the file as they are, so that whoever keeps it keeps what was agreed to. It is read whole or not at all.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from pharmacyfirst.authority.bench import (
    OPEN_ITEMS,
    Answers,
    Bench,
    BenchAnswer,
    BenchSheet,
    ClauseFound,
    Confirmation,
    lacks,
)
from pharmacyfirst.authority.clauses import AgreedClause, backings_of
from pharmacyfirst.content.adoption import DocumentName
from pharmacyfirst.content.adoption_written import name_written, quoted
from pharmacyfirst.content.filled_in import Day, Digest, FilledIn, Words, read_filled_in
from pharmacyfirst.kernel.evidence import Backing
from pharmacyfirst.kernel.frozen import Frozen

FILE = "bench.yaml"
HARM = "A clause taken for agreed that nobody agreed to would let a medicine be supplied against the signed document."
MEND = "Mend it as docs/bench.md shows."
_BLANK = "\u2423"
HEAD = """\
# {of} beside the signed documents. After each found: write agrees, differs, not in the document, or, where the clause
# may stand without it, "not in the document, may stand". where: the page or section of the signed document. says: what that says
# instead, or why the clause may stand. by: and on: (a day, 2026-12-01) may stand once, under read by: and read on:.
# Leave what stands under ours: and digest: as it is. What is still open: pharmacyfirst bench check FILE
# When all is answered a second person confirms it: pharmacyfirst bench confirm FILE --by NAME"""


class BenchEntry(FilledIn):
    """One clause on the bench: our words, their digest, and what was found of it in the signed document; empty where nobody looked yet.

    ``name`` is the entry's own heading.
    """

    name: str
    ours: list[str] = Field(min_length=1)
    digest: Digest
    found: Literal["", "agrees", "differs", "not in the document", "not in the document, may stand"]
    where: str = ""
    says: str = ""
    by: str = ""
    on: Day | Literal[""] = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "BenchEntry":
        if AgreedClause(self.name, tuple(_as_made(line) for line in self.ours)).digest != self.digest:
            raise ValueError("what stands under ours: is not what its digest was made of: put it back")
        if self.found and (wrong := lacks(ClauseFound(self.found), self.where, self.says, self.by)):
            raise ValueError(wrong)
        if self.found and not self.on:
            raise ValueError("on: say when it was found, there or under read on:")
        return self


def _as_made(line: str) -> str:
    """A line as the clause has it: a blank at its end, which is lost where a file is read, is written as a sign."""
    return f"{line[:-1]} " if line.endswith(_BLANK) else line


class ConfirmationEntry(FilledIn):
    """Who confirmed the answers of a sheet, when, and the digest of these answers."""

    by: Words
    on: Day
    answers: Digest


class BenchRecord(FilledIn):
    """The bench as it is written down. ``read by`` and ``read on`` hold for each answer that names nobody else, and no other day."""

    bench: Words
    read_by: str = Field("", alias="read by")
    read_on: Day | Literal[""] = Field("", alias="read on")
    documents: dict[DocumentName, dict[Words, BenchEntry]] = Field({})
    open_items: dict[Words, BenchEntry] = Field({}, alias="open items")
    confirmed: dict[Words, ConfirmationEntry] = Field({})

    @model_validator(mode="before")
    @classmethod
    def _each_by_name(cls, held: Any) -> Any:
        """Let each entry know its name, and who read and when where that stands once on top."""
        if isinstance(held, dict):
            once = {"by": held.get("read by") or "", "on": held.get("read on") or ""}
            documents = held.get("documents")
            for clauses in (*(documents.values() if isinstance(documents, dict) else ()), held.get(OPEN_ITEMS)):
                for name, entry in clauses.items() if isinstance(clauses, dict) else ():
                    if isinstance(entry, dict):
                        entry.update({"name": name} | {key: entry.get(key) or words for key, words in once.items()})
        return held

    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets in the file, whatever the version."""
        items = (f"{self.bench} {OPEN_ITEMS}",) if self.open_items else ()
        return (*(document.rpartition(" ")[0] for document in self.documents), *items)

    def answers(self) -> dict[tuple[str, str], BenchAnswer]:
        """What was found, by sheet and clause."""
        found: dict[tuple[str, str], BenchEntry] = {}
        for document, clauses in self.documents.items():
            found |= {(document.rpartition(" ")[0], name): entry for name, entry in clauses.items()}
        found |= {(f"{self.bench} {OPEN_ITEMS}", name): entry for name, entry in self.open_items.items()}
        return {key: _answer(entry) for key, entry in found.items() if entry.found}


def _answer(entry: BenchEntry) -> BenchAnswer:
    assert isinstance(entry.on, date)  # whoever answered without a day was refused
    return BenchAnswer(entry.digest, ClauseFound(entry.found), entry.where, entry.says, entry.by.strip(), entry.on)


@dataclass(frozen=True, slots=True)
class BenchRead:
    """What stands in a bench file: its condition, the sheets in it, the answers, and who confirmed what."""

    condition: str
    sheets: tuple[str, ...]
    answers: Answers
    confirmed: Mapping[str, Confirmation]


def read_bench(path: Path) -> BenchRead:
    """The bench in a file. Raises ``ContentRefused`` with every mistake, each in its place, none of which repeats what stands there."""
    found = read_filled_in(path, FILE, BenchRecord, (BenchRecord, BenchEntry, ConfirmationEntry), MEND, HARM)
    confirmed = {of: Confirmation(one.answers, one.by, one.on) for of, one in found.confirmed.items()}
    return BenchRead(found.bench, found.sheets(), Frozen(found.answers()), Frozen(confirmed))


def bench_written(bench: Bench, only: Collection[str] = ()) -> str:
    """The text of a bench file, which ``read_bench`` reads as the same answers; of some sheets ``only`` where they are named."""
    return "\n".join(_lines(bench, [one for one in bench.sheets if not only or one.of in only])) + "\n"


def _lines(bench: Bench, sheets: Sequence[BenchSheet]) -> Iterator[str]:
    yield HEAD.format(of=bench.pathway.id)
    yield f"bench: {bench.pathway.id}"
    yield "read by:"
    yield "read on:"
    if any(one.document is not None for one in sheets):
        yield "documents:"
    behind = backings_of(bench.pathway)
    for sheet in (one for one in sheets if one.document is not None):
        yield f"  {sheet.named}:"
        known = behind[sheet.document] if sheet.document is not None else {}
        yield from (f"    {line}" for line in _clauses(bench, sheet, known))
    for sheet in (one for one in sheets if one.document is None and one.clauses):
        yield f"{OPEN_ITEMS}:"
        known = {name: (one.backing,) for name, one in bench.pathway.open_items.items()}
        yield from (f"  {line}" for line in _clauses(bench, sheet, known))
    held = [(sheet, bench.confirmed[sheet.of]) for sheet in sheets if sheet.of in bench.confirmed]
    if held:
        yield "confirmed:"
    for sheet, one in held:
        yield f"  {sheet.of}:"
        yield from (f"    {line}" for line in (f"by: {quoted(one.by)}", f"on: {one.on}", f"answers: {one.answers}"))


def _clauses(bench: Bench, sheet: BenchSheet, behind: Mapping[str, Iterable[Backing]]) -> Iterator[str]:
    for clause in sheet.clauses:
        yield f"{name_written(clause.name)}:"
        yield from (f"  # {words}" for words in sources(behind.get(clause.name, ())))
        yield "  ours:"
        yield from (f"    - {quoted(_seen(line))}" for line in clause.lines)
        yield f"  digest: {clause.digest}"
        found = bench.answer(sheet, clause)
        given = ("",) * 5 if found is None else _given(found)
        for heading, words in zip(("found", "where", "says", "by", "on"), given, strict=True):
            yield f"  {heading}: {words}".rstrip()


def sources(behind: Iterable[Backing]) -> Iterator[str]:
    """Where a clause comes from, as far as that is known, and the open items about it: a line each."""
    for backing in behind:
        yield from (f"source: {one.in_words()}" for one in backing.evidence)
        if backing.open:
            yield f"open: {', '.join(backing.open)}"


def _seen(line: str) -> str:
    return f"{line[:-1]}{_BLANK}" if line.endswith(" ") else line


def _given(found: BenchAnswer) -> tuple[str, ...]:
    words = (found.where, found.says, found.by)
    return (quoted(found.found.value), *(quoted(one) if one else "" for one in words), str(found.on))
