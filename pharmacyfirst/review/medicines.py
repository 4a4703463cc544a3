"""Every medicine beside every condition that offers it: which clause takes which bar, what stops before it, what differs, on what evidence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst.content.written import SharedMedicine
from pharmacyfirst.kernel.evidence import Backing, weakest
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.questions import Choice
from pharmacyfirst.review.notes import grades

JUDGED, COVERED, DIFFERS = "judged", "covered", "differs"


@dataclass(frozen=True, slots=True)
class Here:
    """How one condition has a bar: ``judged`` by a clause, ``covered`` by criteria that stop first, or ``differs``.

    ``clause`` is the id of the clause, empty where it only differs.
    """

    condition: str
    how: str
    clause: str
    covered_by: tuple[str, ...]
    because: str
    backing: Backing

    def in_words(self) -> str:
        """For instance ``ST-CLA-X2 corroborated``, ``SHI-ACV-X3 primary, SHI-E2 stops first`` or ``differs inferred, why``."""
        words = [f"{self.clause or DIFFERS} {grades(self.backing.evidence)}"]
        if self.covered_by:
            words.append(f"{' and '.join(self.covered_by)} {'stop' if self.covered_by[1:] else 'stops'} first")
        if self.how == DIFFERS:
            words.append(f"differs: {self.because}" if self.clause else self.because)
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar of a medicine, in every condition that offers the medicine."""

    bar: str
    says: str
    here: tuple[Here, ...]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One answer that rules the medicine out, or calls for something with it; the evidence is the same in every condition."""

    answer: str
    says: str
    bars: bool
    what: str
    backing: Backing


@dataclass(frozen=True, slots=True)
class MedicineTable:
    """One medicine: its conditions, its bars, the clauses each condition has of its own, and the answers that matter to it."""

    medicine: str
    conditions: tuple[str, ...]
    bars: tuple[BarRow, ...]
    own: Mapping[str, tuple[str, ...]]
    interactions: tuple[Interaction, ...]


def medicines_of(pathways: Iterable[Pathway], medicines: Mapping[str, SharedMedicine]) -> Iterator[MedicineTable]:
    """The table of each medicine that the pathways offer; ``medicines`` are those that stand once."""
    offered: dict[str, list[tuple[Pathway, PGD]]] = {}
    for pathway in pathways:
        for name, pgd in pathway.pgds.items():
            offered.setdefault(name, []).append((pathway, pgd))
    for name in sorted(offered):
        documents = offered[name]
        yield MedicineTable(
            medicine=name,
            conditions=tuple(pathway.id for pathway, _ in documents),
            bars=tuple(
                BarRow(
                    bar.name,
                    bar.says,
                    tuple(one for pathway, pgd in documents for one in here(pathway, pgd, bar.name)),
                )
                for bar in (medicines[name].bars if name in medicines else ())
            ),
            own={pathway.id: tuple(one.id for one in _clauses(pgd) if not one.bar) for pathway, pgd in documents},
            interactions=tuple(_interactions(name, documents)),
        )


def _clauses(pgd: PGD) -> tuple[Clause, ...]:
    return (*pgd.every_medicine, *pgd.exclusions)


def here(pathway: Pathway, pgd: PGD, bar: str) -> Iterator[Here]:
    """How one condition has a bar of the medicine: each clause that takes it, or that it differs."""
    said = {one.name: one for one in pgd.differs}.get(bar)
    clauses = [one for one in _clauses(pgd) if one.bar == bar]
    for one in clauses:
        how = DIFFERS if said else COVERED if one.covered_by else JUDGED
        because, backing = (said.because, said.backing) if said else (one.because, one.backing)
        yield Here(pathway.id, how, one.id, one.covered_by, because, backing)
    if said and not clauses:
        yield Here(pathway.id, DIFFERS, "", (), said.because, said.backing)


def _interactions(name: str, documents: Iterable[tuple[Pathway, PGD]]) -> Iterator[Interaction]:
    seen: set[tuple[str, bool]] = set()
    for pathway, _ in documents:
        for choice in (choice for fact in pathway.questions.values() for choice in fact.choices):
            for one in _of_an_answer(choice, name):
                if (one.answer, one.bars) not in seen:
                    seen.add((one.answer, one.bars))
                    yield one


def _of_an_answer(choice: Choice, pgd: str) -> Iterator[Interaction]:
    for origin in choice.origins:
        for bar in (bar for bar in origin.bars if bar.pgd == pgd):
            yield Interaction(choice.name, choice.says, True, bar.because, bar.backing)
        for action in (action for action in origin.actions if action.pgd == pgd):
            yield Interaction(choice.name, choice.says, False, action.says, action.backing)


def in_words(table: MedicineTable) -> Iterator[str]:
    """The table as lines of text."""
    width = max(map(len, table.conditions))
    yield f"{table.medicine}: offered in {', '.join(table.conditions)}"
    if not table.bars:
        yield "  no file in pathways/shared/medicines/: every clause is its own"
    for row in table.bars:
        yield f"  {row.bar}: {row.says}"
        yield from (f"    {one.condition.ljust(width)}  {one.in_words()}" for one in row.here)
    for condition, clauses in table.own.items():
        if clauses:
            yield f"  of its own in {condition}: {', '.join(clauses)}"
    for bars, words in ((True, "answers that rule it out"), (False, "answers that call for something")):
        found = [one for one in table.interactions if one.bars is bars]
        if found:
            yield f"  {words}: {', '.join(f'{one.answer} ({grades(one.backing.evidence)})' for one in found)}"


def as_dict(table: MedicineTable) -> dict[str, Any]:
    """The table as JSON holds it."""
    return {
        "medicine": table.medicine,
        "conditions": list(table.conditions),
        "bars": [
            {
                "bar": row.bar,
                "says": row.says,
                "conditions": [
                    {
                        "condition": one.condition,
                        "how": one.how,
                        "clause": one.clause or None,
                        "covered_by": list(one.covered_by),
                        "because": one.because or None,
                        **_backing(one.backing),
                    }
                    for one in row.here
                ],
            }
            for row in table.bars
        ],
        "own": {condition: list(clauses) for condition, clauses in table.own.items()},
        "interactions": [
            {
                "answer": one.answer,
                "says": one.says,
                "bars": one.bars,
                "what": one.what or None,
                **_backing(one.backing),
            }
            for one in table.interactions
        ],
    }


def _backing(backing: Backing) -> dict[str, Any]:
    """The weakest grade of the lines of evidence, the lines themselves, and the open items."""
    return {
        "grade": weakest(backing.evidence).word,
        "evidence": [line.in_words() for line in backing.evidence],
        "open": list(backing.open),
    }
