"""Traceability as tables: from each rule to all that it leads to, and back."""

from collections.abc import Iterable

from pharmacyfirst.review.layout import Line, Part, Section, Table, TableRow, line, lines, link, linked, row_of
from pharmacyfirst.review.pack.traced import (
    CASES,
    HAZARDS,
    LINKS,
    QUESTIONS,
    SOURCES,
    Backward,
    Traceability,
    TracedRule,
)

FEW_CASES = 3
MORE_DECIDED = (
    "A row of the treatment table may decide more cases than meet it: where it is not known which of several rows holds, and all of them "
    "come to the same, all of them decide."
)
_NAMES = {SOURCES: "source", QUESTIONS: "question", CASES: "case", HAZARDS: "hazard"}


def traced_section(found: Traceability) -> Section:
    """The section of traceability: from each rule, and back from each source, question and hazard; back from a case stands with the cases."""
    said = tuple(line(one, "grade") for one in found.orphans) or (
        line("0 orphans. A link that leads nowhere says why."),
    )
    if any(len(one.decides) > len(one.met) for one in found.rules):
        said += (line(MORE_DECIDED, "note"),)
    columns = (
        Part("Rule", "id"), Part("Sources", "named"), Part("Questions"), Part("Cases (met / decided)", "named"), Part("Hazards"),
    )  # fmt: skip
    forward = Table("From each rule", columns, tuple(map(_rule, found.rules)), "close")
    # Back from a case is the section of the cases, with what decides each.
    back = (_back(sort, found.back(sort)) for sort in LINKS if sort != CASES and found.back(sort))
    return Section("traceability", "", "Traceability, both ways", said, (forward, *back))


def _rule(rule: TracedRule) -> TableRow:
    evidence = tuple(line(one.in_words()) for one in rule.evidence) or _why(rule, SOURCES)
    questions = (Line(row_of(rule.questions)),) if rule.questions else _why(rule, QUESTIONS)
    hazards = (Line(linked(rule.hazards)),) if rule.hazards else _why(rule, HAZARDS)
    counts = line(f"{len(rule.met)} / {len(rule.decides)}")
    cases = (
        (counts, Line(linked(rule.decides[:FEW_CASES] or rule.met[:FEW_CASES], "case-")))
        if rule.met
        else _why(rule, CASES)
    )
    return TableRow(
        f"traced-{rule.id}",
        (Line((link(rule.id),)), line(rule.kind, "note")),
        (evidence, questions, cases, hazards),
    )


def _why(rule: TracedRule, link: str) -> tuple[Line, ...]:
    return (line(rule.reasons[link], "note"),) if link in rule.reasons else (line("ORPHAN", "unknown"),)


def _back(sort: str, each: Iterable[Backward]) -> Table:
    columns = Part(_NAMES[sort].capitalize(), "name"), Part("In words", "wide"), Part("Rules", "judged")
    rows = tuple(
        TableRow(
            f"back-{sort}-{one.id}",
            (Line((link(one.id),)) if sort == HAZARDS else line(one.id, "code"),),
            (
                (line(one.says),),
                (Line(linked(one.rules)),) if one.rules else lines(one.reason, "note") or (line("ORPHAN", "unknown"),),
            ),
        )
        for one in each
    )
    return Table(f"Back from each {_NAMES[sort]}", columns, rows, "close")
