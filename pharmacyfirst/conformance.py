"""The conformance kit: our cases as plain JSON, and a way to run them against any program that speaks the JSON-lines contract.

A vendor can check another engine with the exported files and no Python of ours.
"""

import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pharmacyfirst.content.cases import Case, ExpectedOffer, cases_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract import Consultation, read_json, write_json
from pharmacyfirst.errors import Refused

SCHEMA_FILE = "cases.schema.json"
MOST_SECONDS = 600


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AmountModel(_Model):
    """A number with its unit."""

    amount: Decimal
    unit: str
    first_day_amount: Decimal | None = None


class OfferModel(_Model):
    """An offer that has to come out; keys that are absent are not looked at."""

    pgd: str
    dose: AmountModel | None = None
    times_per_day: int | None = None
    duration_days: int | None = None
    quantity: AmountModel | None = None


class ExpectationModel(_Model):
    """What has to come out; keys that are absent are not looked at. ``offers`` lists all of them, in order."""

    kind: str
    destination: str | None = None
    decided_by: list[str] | None = None
    missing_includes: list[str] | None = None
    offers: list[OfferModel] | None = None


class CaseModel(_Model):
    """One case: a sentence, the input object as it is sent, and what has to come out."""

    id: str
    says: str
    input: Consultation
    expect: ExpectationModel
    evidence: str = Field(pattern="^(firm|provisional|inferred)$")


class CaseFileModel(_Model):
    """The cases of one condition with the digest of the content they were written for."""

    pathway: str
    content_digest: str
    cases: list[CaseModel]


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that another program answers differently, and how."""

    case: Case
    says: str


def as_data(case: Case) -> dict[str, Any]:
    """A case in the shape of ``CaseModel``."""
    return {
        "id": case.id,
        "says": case.says,
        "input": {"pathway": case.pathway, "as_of": case.as_of.isoformat(), "facts": _facts(case.facts)},
        "expect": expectation(case),
        "evidence": case.evidence,
    }


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    def value(one: Any) -> Any:
        if isinstance(one, tuple):
            return list(one)
        return one.isoformat() if hasattr(one, "isoformat") else one

    return {name: value(one) for name, one in facts.items()}


def expectation(case: Case) -> dict[str, Any]:
    """What has to come out of a case, in the shape of ``ExpectationModel``."""
    wanted = case.expected
    found = {
        "kind": wanted.kind.key,
        "destination": wanted.destination,
        "decided_by": list(wanted.decided_by) or None,
        "missing_includes": list(wanted.missing) or None,
        "offers": None if wanted.offers is None else [_offer(offer) for offer in wanted.offers],
    }
    return _given(found)


def _given(block: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if value is not None}


def _offer(offer: ExpectedOffer) -> dict[str, Any]:
    dose = offer.dose and _given(
        {"amount": offer.dose.amount, "unit": offer.dose.unit, "first_day_amount": offer.first_day}
    )
    quantity = offer.quantity and {"amount": offer.quantity.amount, "unit": offer.quantity.unit}
    return _given(
        {
            "pgd": offer.pgd,
            "dose": dose,
            "times_per_day": offer.times_a_day,
            "duration_days": offer.days,
            "quantity": quantity,
        }
    )


def export(library: Library, folder: Path) -> list[Path]:
    """Write the cases of every condition as JSON, and their schema. The same content always gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for condition in library.conditions:
        cases = cases_of(library, condition)
        if cases:
            digest = library.in_force(condition, cases[0].as_of).content_digest
            body = {"pathway": condition, "content_digest": digest, "cases": [as_data(case) for case in cases]}
            written.append(_write(folder / f"{condition}.json", body))
    return [*written, _write(folder / SCHEMA_FILE, CaseFileModel.model_json_schema())]


def _write(path: Path, body: Any) -> Path:
    path.write_text(write_json(body, indent=2) + "\n", encoding="utf-8")
    return path


def against(command: str, cases: Iterable[Case]) -> Iterator[Difference]:
    """Run cases through a program: one input object a line to its standard input, one result a line from its standard output.

    Raises ``Refused`` (``not_json``) where the program cannot be started, takes too long, or answers more or fewer lines.
    """
    cases = list(cases)
    lines = "".join(write_json(as_data(case)["input"]) + "\n" for case in cases)
    try:
        run = subprocess.run(
            shlex.split(command), input=lines.encode(), capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Refused("not_json", f"The command could not be run to its end: {type(error).__name__}.") from None
    answers = [line for line in run.stdout.splitlines() if line.strip()]
    if len(answers) != len(cases):
        raise Refused(
            "not_json", f"The command gave {len(answers)} answers to {len(cases)} inputs; one line each is wanted."
        )
    for case, answer in zip(cases, answers, strict=True):
        if says := _difference_of_line(case, answer):
            yield Difference(case, says)


def _difference_of_line(case: Case, answer: bytes) -> str:
    try:
        result = read_json(answer)
    except Refused:
        return "the answer is not JSON"
    if not isinstance(result, Mapping):
        return "the answer is not a JSON object"
    if "error" in result:
        error = result["error"]
        return f"refused: {error.get('code') if isinstance(error, Mapping) else error}"
    return "; ".join(differences(expectation(case), result))


def differences(wanted: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    """How a result of the JSON contract differs from an expectation, in words; nothing where it fits."""
    outcome = result.get("outcome")
    outcome = outcome if isinstance(outcome, Mapping) else {}
    for key in ("kind", "destination"):
        if key in wanted and outcome.get(key) != wanted[key]:
            yield f"{key} {outcome.get(key)} for {wanted[key]}"
    if "decided_by" in wanted and result.get("decided_by") != wanted["decided_by"]:
        yield f"decided by {_joined(result.get('decided_by'))} for {_joined(wanted['decided_by'])}"
    if lacking := [name for name in wanted.get("missing_includes", ()) if name not in (result.get("missing") or ())]:
        yield f"missing lacks {_joined(lacking)}"
    if "offers" in wanted:
        yield from _offers_differ(wanted["offers"], result.get("offers") or [])


def _offers_differ(wanted: list[dict[str, Any]], got: list[Any]) -> Iterator[str]:
    names = [offer.get("pgd") if isinstance(offer, Mapping) else None for offer in got]
    if names != [offer["pgd"] for offer in wanted]:
        yield f"offers {_joined(names)} for {_joined([offer['pgd'] for offer in wanted])}"
        return
    for want, offer in zip(wanted, got, strict=True):
        for key, value in want.items():
            if not _fits(value, offer.get(key)):
                yield f"{want['pgd']} {key} {write_json(offer.get(key))} for {write_json(value)}"


def _fits(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and all(_fits(value, got.get(key)) for key, value in wanted.items())
    return type(got) is not bool and got == wanted


def _joined(names: Any) -> str:
    return ", ".join(map(str, names or ())) or "nothing"
