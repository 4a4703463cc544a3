"""A review pack gathered: each of its parts as data, and the digests by which it is signed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst.authority.adoption import documents_of
from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.cases import Case, baseline_of, cases_of
from pharmacyfirst.content.hazards import HazardLog, hazards_of
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.pathway import Conflict, Pathway
from pharmacyfirst.kernel.pgd import PGD, Clause
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.population.consultations import shipped_population
from pharmacyfirst.population.outcomes import NOT_MADE_UP, OutcomesMadeUp, outcomes_made_up
from pharmacyfirst.review.doses import days_in_words, dose_in_words, how_often, quantity_in_words
from pharmacyfirst.review.pack.checks import Checks, tools
from pharmacyfirst.review.pack.plots import InForce, stops_of, versions_in_force
from pharmacyfirst.review.pack.reading import chosen, digest_of_reading
from pharmacyfirst.review.pack.recorded import record_standard
from pharmacyfirst.review.pack.traced import Traceability, traced
from pharmacyfirst.review.who_goes_where import outcomes_of

NOT_COMPARED = "not compared: no earlier version was named (--since)"
NO_LOG = "no hazard log stands beside the conditions"
NO_MEDICINE = "no medicine is offered, so there is no document of one"
NO_CONFLICT = "no sources are said to disagree"


@dataclass(frozen=True, slots=True)
class ReviewPack:
    """All that is reviewed of one pathway. ``parts`` are what is signed, each with its digest in ``digests``; ``digest`` is over these.

    What there is nothing of is no part, so that nobody signs it; the part ``summary`` says what and why.

    ``compared`` is the comparison with an earlier version as JSON holds it, and ``report`` the same in words; None where none was named.
    """

    library: Library
    pathway: Pathway
    cases: tuple[Case, ...]
    read_blind: tuple[Case, ...]
    baseline: Mapping[str, Any]
    log: HazardLog | None
    traceability: Traceability
    checks: Checks
    versions: tuple[InForce, ...]
    made_up: OutcomesMadeUp | None
    report: Any
    parts: Mapping[str, Any]
    digests: Mapping[str, str]
    digest: str

    @property
    def of(self) -> str:
        """What it is the pack of: ``shingles 2026.2``."""
        return f"{self.pathway.id} {self.pathway.edition.version}"

    def as_dict(self) -> dict[str, Any]:
        """The pack as JSON holds it."""
        return {"review_pack": self.of, "digest": self.digest, "parts": dict(self.digests), **self.parts}


def review_pack(
    library: Library, pathway: Pathway, checks: Checks, *, compared: dict[str, Any] | None = None, report: Any = None
) -> ReviewPack:
    """The pack of a pathway of a library, with what was checked and, where an earlier version was named, what changes from it."""
    cases, log = cases_of(library, pathway.id), hazards_of(library)
    found = traced(pathway, cases, log, invariants_of(library).never_alone.get(pathway.id))
    baseline = baseline_of(library, pathway.id)
    read_blind, versions = chosen(cases), versions_in_force(library, pathway.id)
    known_of = pathway.id in shipped_population().conditions.shares
    made_up = outcomes_made_up(library, pathway) if known_of else None
    may_be_there: dict[str, tuple[Any, str]] = {
        "changes": (compared, NOT_COMPARED),
        "hazards": (log and log.as_dict(log.of(pathway)), NO_LOG),
        "outcome_shares": (made_up and made_up.as_dict(), NOT_MADE_UP),
        "documents": ([_document(pgd) for pgd in pathway.pgds.values()], NO_MEDICINE),
        "conflicts": ([_conflict(one) for one in pathway.conflicts], NO_CONFLICT),
    }
    there = {name: part for name, (part, _) in may_be_there.items() if part}
    parts: dict[str, Any] = {
        "summary": {
            **_summary(pathway, checks, found),
            "not_in_this_pack": {name: why for name, (_, why) in may_be_there.items() if name not in there},
        },
        "decisions": {"stopping": _judged(pathway), "treatment": _rows(pathway), "gateways": _gateways(pathway)},
        **{name: part for name, part in there.items() if name == "documents"},  # beside what decides
        "traceability": found.as_dict(),
        "cases": {
            "every": [_case(case) for case in cases],
            "read_blind": [case.id for case in read_blind],
            "digest_of_reading": digest_of_reading(pathway, read_blind),
        },
        "checks": checks.as_dict(),
        "open_items": [
            {"id": one.id, "says": one.says, "until_then": one.until_then} for one in pathway.open_items.values()
        ],
        "record_standard": record_standard(),
        "looked_at": {
            "in_force": [_in_force(one) for one in versions],
            "stops": [{"id": one.id, "met": one.met, "decides": one.decides} for one in stops_of(pathway, found)],
        },
        **there,
        "tools": tools(),
    }
    digests = {name: digest_of(part) for name, part in parts.items()}
    return ReviewPack(
        library, pathway, cases, read_blind, baseline[1] if baseline else {}, log, found, checks, versions, made_up, report, parts, digests,
        digest_of(digests),
    )  # fmt: skip


def _summary(pathway: Pathway, checks: Checks, found: Traceability) -> dict[str, Any]:
    edition = pathway.edition
    documents = {one.document: one for pgd in pathway.pgds.values() for one in documents_of(pathway, pgd)}
    return {
        "condition": pathway.id,
        "title": pathway.title,
        "version": edition.version,
        "status": edition.status,
        "draft": edition.draft,
        "in_force": edition.in_force.in_words(),
        "content_digest": pathway.content_digest,
        "service": {"id": pathway.service.id, "digest": pathway.service.digest} if pathway.service else None,
        "documents": [
            {"document": one.document, "version": one.version, "digest": one.digest} for one in documents.values()
        ],
        "stopping_criteria": len(pathway.stopping),
        "treatment_rows": len(pathway.treatment),
        "questions": len(pathway.questions),
        "cases": checks.cases,
        "cases_that_differ": len(checks.differ),
        "orphans": len(found.orphans),
        "open_items": len(pathway.open_items),
    }


def _judged(pathway: Pathway) -> list[dict[str, Any]]:
    return [
        {
            **_rule(one),
            "stage": one.stage,
            "outcome": one.kind.key,
            "always_999": one.always_999,
            "where_to": one.where_to,
        }
        for one in pathway.stopping
    ]


def _rows(pathway: Pathway) -> list[dict[str, Any]]:
    return [
        {
            **_rule(row),
            "outcome": row.kind.key,
            "offers": list(row.offers),
            "second_only_where_the_first_is_excluded": row.fallback,
            "where_nothing_is_left": outcomes_of(row)[-1].kind.key if row.offers else None,
        }
        for row in pathway.treatment
    ]


def _gateways(pathway: Pathway) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "after": list(one.after),
            "position_known": one.position_known,
            "when": one.sentence.in_words() if one.sentence is not None else None,
        }
        for one in pathway.gateways
    ]


def _rule(rule: Judged) -> dict[str, Any]:
    return {
        "id": rule.id,
        "because": rule.reason,
        "when": rule.in_words(),
        "evidence": [one.in_words() for one in rule.backing.evidence],
        "open_items": list(rule.backing.open),
    }


def _document(pgd: PGD) -> dict[str, Any]:
    return {
        "id": pgd.id,
        "medicine": pgd.medicine,
        "title": pgd.title,
        "version": pgd.edition.version,
        "in_force": pgd.edition.in_force.in_words(),
        "digest": pgd.edition.digest,
        "legal_class": pgd.legal_class,
        "professions": list(pgd.professions),
        "inclusion": [_clause(one) for one in pgd.inclusion],
        "exclusions": [_clause(one) for one in (*pgd.every_medicine, *pgd.exclusions)],
        "cautions": [{"id": one.id, "says": one.says, "action": one.action} for one in pgd.cautions],
        "doses": [dict(_dose(row)) for row in pgd.doses],
    }


def _conflict(one: Conflict) -> dict[str, Any]:
    evidence = [line.in_words() for line in one.backing.evidence]
    return {
        "id": one.id,
        "says": one.says,
        "followed": one.shipped,
        "evidence": evidence,
        "open_items": list(one.backing.open),
    }


def _clause(clause: Clause) -> dict[str, Any]:
    when = clause.in_words() if clause.sentence is not None else None
    return {**_rule(clause), "says": clause.says, "when": when, "judged_before_by": list(clause.covered_by)}


def _dose(row: Any) -> Iterator[tuple[str, Any]]:
    yield "id", row.id
    yield "who", row.who
    yield "when", row.sentence.in_words() if row.sentence is not None else None
    if row.dose is None:
        yield "dose", None
        yield "because", row.because
        return
    yield "dose", dose_in_words(row.dose)
    yield "how_often", how_often(row)
    yield "how_long", days_in_words(row)
    yield "products", [{"product": one.product.name, "quantity": quantity_in_words(one)} for one in row.packs]


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "says": case.says,
        "as_of": case.as_of.isoformat(),
        "outcome": case.expected.kind.key,
        "decided_by": list(case.expected.decided_by),
        "offers": [one.pgd for one in case.expected.offers or ()],
    }


def _in_force(one: InForce) -> dict[str, Any]:
    return {"document": one.document, "version": one.version, "in_force": one.period.in_words(), "digest": one.digest}
