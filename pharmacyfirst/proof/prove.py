"""Everything proved of one condition or of all, with the time each took: what ``pharmacyfirst prove`` prints."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pharmacyfirst.content.files import INVARIANTS
from pharmacyfirst.content.invariants import NOTHING_SAID, Invariant, Invariants, invariants_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.proof.counterexample import Counterexample, as_case, cases_file
from pharmacyfirst.proof.invariants import applying, broken
from pharmacyfirst.proof.proof import Failure, Proof
from pharmacyfirst.proof.properties import PROPERTIES, words_of

PROPERTY, INVARIANT = "property", "invariant"


@dataclass(frozen=True, slots=True)
class Result:
    """One property or invariant of one condition: whether it holds, for whom it does not, and how long that took to find out."""

    condition: str
    sort: str
    id: str
    says: str
    failures: tuple[Failure, ...]
    remarks: tuple[str, ...]
    seconds: float
    listed: bool = False

    @property
    def failed(self) -> bool:
        """Whether it does not hold, or not as the content lists that it does not."""
        return bool(self.failures)

    @property
    def outcome(self) -> str:
        """``proved``, ``FAILS``, or ``listed``: it is known not to hold, and fails exactly as the content lists."""
        return "FAILS" if self.failures else "listed" if self.listed else "proved"

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON holds it; numbers of patients are whole or Decimal."""
        return {
            "kind": self.sort,
            "id": self.id,
            "says": self.says,
            "result": self.outcome.lower(),
            "seconds": _seconds(self.seconds),
            "remarks": list(self.remarks),
            "failures": [
                {"what": one.what, "patients": [_patient(patient) for patient in one.patients]} for one in self.failures
            ],
        }


def _seconds(taken: float) -> Decimal:
    return Decimal(f"{taken:.3f}")


def _patient(patient: Counterexample) -> dict[str, Any]:
    assessment = patient.assessment
    return {
        "changes": {name: list(v) if isinstance(v, tuple) else v for name, v in patient.changes.items()},
        "plausible": patient.plausible,
        "outcome": None if assessment is None else assessment.as_dict()["outcome"],
        "offers": [] if assessment is None else [offer.row.id for offer in assessment.offers],
        "decided_by": [] if assessment is None else list(assessment.decided_by),
    }


def results(proof: Proof) -> Iterator[Result]:
    """Every property, then every invariant that can be said for the condition."""
    for look in PROPERTIES:
        yield _timed(proof, PROPERTY, *words_of(look), look(proof))
    for invariant in applying(proof, proof.invariants.invariants):
        listed = (proof.pathway.id, proof.pathway.edition.version) in invariant.fails
        yield _timed(proof, INVARIANT, invariant.id, invariant.says, broken(proof, invariant), listed)


def _timed(proof: Proof, sort: str, id_: str, says: str, failures: Iterator[Failure], listed: bool = False) -> Result:
    before, start = len(proof.remarks), time.perf_counter()
    found = tuple(failures)
    taken = time.perf_counter() - start
    return Result(proof.pathway.id, sort, id_, says, found, tuple(proof.remarks[before:]), taken, listed)


@dataclass(frozen=True, slots=True)
class Proved:
    """Everything found out of one condition; ``cannot`` are the invariants that cannot be said of it."""

    proof: Proof
    results: tuple[Result, ...]
    cannot: tuple[Invariant, ...]
    seconds: float

    @property
    def failed(self) -> tuple[Result, ...]:
        """The results that do not hold."""
        return tuple(result for result in self.results if result.failed)

    def as_dict(self) -> dict[str, Any]:
        """Everything found out, as JSON holds it."""
        pathway = self.proof.pathway
        return {
            "condition": pathway.id,
            "version": pathway.edition.version,
            "as_of": self.proof.on.isoformat(),
            "content_digest": pathway.content_digest,
            "seconds": _seconds(self.seconds),
            "cannot_be_said": [invariant.id for invariant in self.cannot],
            "results": [result.as_dict() for result in self.results],
        }


def prove(library: Library, condition: str, on: date | None = None, invariants: Invariants | None = None) -> Proved:
    """Prove a condition of a library: on a day, or on that of its cases. Raises ``Refused`` for an unknown condition or day."""
    start = time.perf_counter()
    said = invariants_of(library, on) if invariants is None else invariants
    proof = Proof.of(library, condition, on, said)
    found = tuple(results(proof))
    cannot = tuple(invariant for invariant in said.invariants if condition in invariant.cannot)
    return Proved(proof, found, cannot, time.perf_counter() - start)


def in_words(proved: Proved, every: bool = True) -> Iterator[str]:
    """What was found out, a line each: what holds with its time, what does not with the patient. ``every`` False leaves out what holds."""
    pathway = proved.proof.pathway
    yield f"{pathway.title} ({pathway.id} {pathway.edition.version}), on {proved.proof.on}"
    if proved.proof.invariants is NOTHING_SAID:
        yield f"  no {INVARIANTS} stands beside the conditions: only the properties of every pathway are looked at"
    for result in proved.results:
        if result.failed or every:
            yield from _result_in_words(result)
    for invariant in proved.cannot if every else ():
        yield f"  cannot be said    {invariant.id:<8} {invariant.says}"
    yield f"  {_total(proved)}, in {proved.seconds:.1f} s"


def _result_in_words(result: Result) -> Iterator[str]:
    yield f"  {result.outcome:<6} {result.seconds:7.3f} s  {result.id:<8} {result.says}"
    for failure in result.failures:
        yield f"      {failure.what}"
        yield from (f"        {words}" for words in _patients_in_words(failure))
    yield from (f"      {remark}" for remark in result.remarks)


def _total(proved: Proved) -> str:
    outcomes = [result.outcome for result in proved.results]
    counts = [f"{outcomes.count('proved')} proved", f"{outcomes.count('FAILS')} FAIL"]
    if listed := outcomes.count("listed"):
        counts.append(f"{listed} fail as listed")
    if proved.cannot:
        counts.append(f"{len(proved.cannot)} cannot be said")
    return ", ".join(counts)


def _patients_in_words(failure: Failure) -> Iterator[str]:
    if not failure.patients:
        yield "nobody at all is like this"
        return
    names = ("nearest patient",) if len(failure.patients) == 1 else ("the one", "the other")
    for name, patient in zip(names, failure.patients, strict=True):
        yield f"{name}: {patient.in_words()}"


def saved(proved: Proved) -> str:
    """The patients of whom something does not hold, as a file of cases with the condition's baseline; empty where there is none."""
    cases = []
    for result in proved.failed:
        for number, failure in enumerate(result.failures, 1):
            for patient in failure.patients[:1]:
                name = f"{result.sort}-{result.id.lower()}-{number}"
                note = "found by pharmacyfirst prove; expected here is what comes out today: write what is right"
                cases.append(as_case(patient, name, f"{result.says} But {failure.what}", note))
    if not cases:
        return ""
    proof = proved.proof
    return cases_file(proof.pathway.id, proof.on, proof.looking.baseline, cases)


def save(everything: Iterable[Proved], file: Path) -> tuple[Path, ...]:
    """Write the counterexamples as files of cases: one condition's to ``file``, those of several beside it with their names."""
    written = []
    texts = {one.proof.pathway.id: text for one in everything if (text := saved(one))}
    for condition, text in texts.items():
        path = file if len(texts) == 1 else file.with_name(f"{file.stem}-{condition}{file.suffix or '.yaml'}")
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)
