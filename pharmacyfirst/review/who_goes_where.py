"""Who goes where, at one look: each outcome, the most urgent first, to whom it sends, and all that leads to it in the words of the content."""

import re
from collections.abc import Iterator
from itertools import groupby, takewhile

from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway, Row
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.kernel.told import in_words, within_in_words
from pharmacyfirst.paper.words import listed
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, line, link
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.wording import Wording

_END_OF_CLAUSE = re.compile(r"(?<=[,;]) ")

OUTCOMES = (
    Outcome(Kind.EMERGENCY, EMERGENCY_999),
    Outcome(Kind.EMERGENCY, EMERGENCY_DEPARTMENT),
    *(Outcome(kind) for kind in Kind if kind is not Kind.EMERGENCY),
)
"""Every way a consultation can come out, the most urgent first."""


def outcomes_of(rule: Judged) -> tuple[Outcome, ...]:
    """The outcomes that a stopping criterion or a treatment row can lead to; a row that offers has a second, where all of it is ruled out."""
    if isinstance(rule, Row) and rule.offers:
        return Outcome(Kind.SUPPLY), Outcome(rule.nothing_left)
    kind: Kind = getattr(rule, "kind", Kind.REFER)
    if kind is not Kind.EMERGENCY:
        return (Outcome(kind),)
    return (Outcome(kind, EMERGENCY_999 if getattr(rule, "always_999", False) else EMERGENCY_DEPARTMENT),)


def who_goes_where(pathway: Pathway, notes: Notes) -> Table:
    """The table of the first page. An outcome that nothing leads to is left out."""
    rows = (_row(pathway, outcome, notes) for outcome in OUTCOMES)
    columns = Part("What to do", "going"), Part("When", "wide")
    return Table(
        "The most urgent that is met decides", columns, tuple(row for row in rows if row is not None), "going-table"
    )


def has_outcome(pathway: Pathway, outcome: Outcome) -> bool:
    """Whether anybody can come out so: a criterion or a row leads there, or what cannot be found out is sent there."""
    leads = any(outcome in outcomes_of(rule) for rule in (*pathway.stopping, *pathway.treatment))
    return leads or outcome.kind is Kind.NEED_FACTS or outcome.kind in pathway.where_to


def anchor_of(outcome: Outcome) -> str:
    """The id of an outcome's row."""
    return f"goes-{outcome.kind.key.replace('_', '-')}{'-999' if outcome.destination == EMERGENCY_999 else ''}"


def _row(pathway: Pathway, outcome: Outcome, notes: Notes) -> TableRow | None:
    if not has_outcome(pathway, outcome):
        return None
    why = tuple(_undecided(pathway) if outcome.kind is Kind.NEED_FACTS else _why(pathway, outcome))
    head = (line(in_words(outcome), "outcome"), *_where_to(pathway, outcome, notes))
    said = pathway.where_to.get(outcome.kind)
    return TableRow(
        anchor_of(outcome),
        head,
        (why or (line("nothing leads here by itself", "note"),),),
        notes.remark(said.backing.note) if said is not None else (),
    )


def _where_to(pathway: Pathway, outcome: Outcome, notes: Notes) -> Iterator[Line]:
    """To whom somebody goes, unless a criterion says so itself."""
    if outcome.destination == EMERGENCY_DEPARTMENT:
        yield line("or dial 999 where there is an immediate threat to life", "note")
    said = pathway.where_to.get(outcome.kind)
    if said is not None:
        yield Line((Part(f"to: {said.says}"),), notes.marks(said.backing.evidence), said.backing.open)


def _why(pathway: Pathway, outcome: Outcome) -> Iterator[Line]:
    leading = [rule for rule in (*pathway.stopping, *pathway.treatment) if outcomes_of(rule)[0] == outcome]
    for _, alike in groupby(leading, key=_begins_like):
        yield from _because(pathway, tuple(alike))
    yield from _nothing_left(pathway, outcome)


def _begins_like(rule: Judged) -> str:
    """Rows that offer stand together where their reasons begin alike; everything else by itself."""
    return _clauses(rule)[0].rstrip(",;") if isinstance(rule, Row) and rule.offers else rule.id


def _because(pathway: Pathway, rules: tuple[Judged, ...]) -> Iterator[Line]:
    """Why each of some rules decides. What the reasons of several begin with is said once, so that the lines say what tells them apart."""
    alike = _alike([_clauses(rule) for rule in rules]) if len(rules) > 1 else 0
    if alike:
        yield line(" ".join(_clauses(rules[0])[:alike]).rstrip(",;") + ":")
    for rule in rules:
        first_words = _first_words(pathway, rule)
        before = (Part(f"{first_words}: ", "grade"),) if first_words else ()
        there = [Part(f"; to: {rule.where_to}")] if rule.where_to else []
        there += [Part(f"; {words}") for words in beside_in_words(rule, pathway)]
        why = " ".join(_clauses(rule)[alike:]) if alike else rule.because
        yield Line((*before, Part(why.removeprefix("and ")), *there, Part(" "), link(rule.id)), under=bool(alike))


def _clauses(rule: Judged) -> list[str]:
    """A reason in pieces, each up to its comma or semicolon."""
    return _END_OF_CLAUSE.split(rule.because)


def _alike(reasons: list[list[str]]) -> int:
    """How many pieces all the reasons begin with, short of the last of any."""
    heads = ({piece.rstrip(",;") for piece in pieces} for pieces in zip(*(one[:-1] for one in reasons), strict=False))
    return sum(1 for _ in takewhile(lambda head: len(head) == 1, heads))


def _first_words(pathway: Pathway, rule: Judged) -> str:
    """What to look for in a line: the medicine that a row offers, the signs that a criterion stops at."""
    if isinstance(rule, Row):
        return offer_in_words(pathway, rule) if rule.offers else ""
    return Wording(pathway).signs(rule.sentence) if rule.sentence is not None and not rule.must else ""


def _nothing_left(pathway: Pathway, outcome: Outcome) -> Iterator[Line]:
    """Where every medicine that a row offers is ruled out: once for all rows that then send to the same."""
    found: dict[str, list[str]] = {}
    for row in pathway.treatment:
        if row.offers and outcomes_of(row)[1] == outcome:
            found.setdefault(row.where_nothing, []).append(row.id)
    for where_to, rows in found.items():
        ids = (part for name in rows for part in (Part(" "), link(name)))
        there = f"; to: {where_to}" if where_to else ""
        yield Line((Part(f"a medicine is right, and every one that may be offered is ruled out{there}"), *ids))


def _undecided(pathway: Pathway) -> Iterator[Line]:
    """What becomes of somebody of whom an answer that matters cannot be found out (rule 9)."""
    supplied = ": nothing may be supplied" if pathway.pgds else ""
    yield line(f"an answer that matters is not known{supplied}")
    urgent, other = (pathway.where_to.get(kind) for kind in (Kind.REFER_URGENT, Kind.REFER))
    closing = sum(one.if_not_answered is Kind.REFER_URGENT for one in pathway.questions.values())
    of_these = (
        f", or one of the {closing} answers that the time for treatment waits for (marked in the conversation)"
        if closing
        else ""
    )
    if urgent is not None:
        same_day = "it cannot be found out, and a sign of an emergency or of a same-day referral is not known"
        yield line(f"{same_day}{of_these}; to: {urgent.says}")
    if other is not None:
        yield line(f"anything else cannot be found out; to: {other.says}")


def beside_in_words(rule: Judged, pathway: Pathway) -> Iterator[str]:
    """What a criterion or row says beside its kind: by when, by which pathway it is measured, which may follow in the same visit."""
    if within := getattr(rule, "within_days", None):
        yield within_in_words(within)
    if leads_to := getattr(rule, "leads_to", None):
        yield f"measured by: {'this pathway' if leads_to == pathway.id else leads_to}"
    if follows := getattr(rule, "next", None):
        yield f"next in this visit: {follows}"


def offer_in_words(pathway: Pathway, row: Row) -> str:
    """What a row offers, by its medicines: of several one is supplied, never two."""
    medicines = tuple(pathway.pgds[pgd].medicine if pgd in pathway.pgds else pgd for pgd in row.offers)
    if row.each:
        return f"{listed(medicines, 'or')}, each judged for itself"
    if row.fallback:
        first, second = medicines
        return f"{first}, or {second} where that is excluded"
    return listed(medicines, "or")
