"""One consultation in, one assessment out: a pure function of the pathway, the facts and the day.

The rules are those of clinical/README.md, "Outcome kinds"; the numbers in the comments are theirs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.conditions import MET, NOT_KNOWN, NOT_MET, Answers, Verdict, still_unknown
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.offer import Offer, instructed, raised
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.pathway import Criterion, GatewayPoint, Pathway, Row
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import Question, asked, known_facts, refuse_no_day
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.trace import Assessment, NotInForce

Stops = list[Finding[Criterion]]
Item = TypeVar("Item", bound=Judged)


def assess(pathway: Pathway, facts: Mapping[str, Any], on: date) -> Assessment:
    """Judge one person by a pathway on a day.

    ``facts`` maps fact names to values; absent and None both mean not known, never "no". Raises ``Refused`` where the input
    does not fit the pathway's questions or the pathway is not in force on the day, whatever type it is of. Nothing passed in is changed.
    """
    refuse_other_types(pathway, facts, on)
    if on not in pathway.edition.in_force:
        period = pathway.edition.in_force.in_words()
        raise Refused("not_in_force", f"{pathway.id} {pathway.edition.version} is in force {period}, not on {on}.")
    known = known_facts(pathway.questions, facts, on)
    answers = asked(pathway.gated, known)
    not_asked = frozenset(islice(answers, len(known), None))  # they stand after what is known
    person = Person(pathway.questions, known, answers, not_asked, on)
    stops = list(person.judge(pathway.stopping))
    decision = decide(pathway, stops, person)
    points = [(point.id, reached(point, stops, answers)) for point in pathway.gateways]
    return Assessment(
        pathway=pathway,
        on=on,
        known=Frozen(known),
        outcome=decision.outcome,
        decided_by=decision.decided_by,
        offers=decision.offers,
        missing=decision.missing,
        if_not_answered=if_not_answered(decision, stops, person),
        gateways=tuple([id for id, verdict in points if verdict is MET]),
        gateways_not_known=tuple([id for id, verdict in points if verdict is NOT_KNOWN]),
        findings=(*stops, *decision.findings),
        diagnosis_established=pathway.diagnosis is not None and pathway.diagnosis.established(stops, person.answers),
    )


def refuse_other_types(pathway: Any, facts: Any, on: Any) -> None:
    """Raise ``Refused`` (``wrong_value``) for what is no pathway, no mapping of facts or no day; a moment is no day."""
    if not isinstance(pathway, Pathway):
        raise Refused("wrong_value", "pathway: give a pathway of a library, such as library.in_force(condition, on).")
    if not isinstance(facts, (dict, Mapping)):  # a dict is found at once, and Mapping is slow
        raise Refused("wrong_value", "facts: give a mapping of fact names and values.")
    refuse_no_day(on)


class Person(NamedTuple):
    """What is known of one person on the day of the consultation, and what that says about a sentence."""

    declared: Mapping[str, Question]
    known: Mapping[str, Any]
    answers: Answers
    not_asked: frozenset[str]
    on: date

    def judge(self, items: Iterable[Item]) -> Iterator[Finding[Item]]:
        """Judge criteria, rows or clauses, one after the other as they are asked for.

        One without a sentence is met; ``must`` turns its sentence over.
        """
        answers, not_asked = self.answers, self.not_asked
        for item in items:
            sentence = item.sentence
            if sentence is None or (verdict := sentence.verdict(answers)) is MET:
                finding = item.holding
            else:
                finding = item.failing if verdict is NOT_MET else item.not_known
            if not_asked and not not_asked.isdisjoint(item.reads):
                finding = Finding(item, finding.verdict, tuple([fact for fact in item.reads if fact in not_asked]))
            yield finding

    def unknown(self, findings: Iterable[Finding[Judged]]) -> list[str]:
        """The facts that keep these findings not known. Before a fact not asked of everybody come those that say whether to ask."""
        names: dict[str, None] = {}
        for finding in findings:
            if finding.verdict is NOT_KNOWN and (sentence := finding.item.sentence) is not None:
                self._after_their_gates(still_unknown(sentence, self.answers), names)
        return list(names)

    def _after_their_gates(self, unknown: Iterable[str], names: dict[str, None]) -> None:
        for name in unknown:
            if name not in names:
                gate = self.declared[name].asked_when
                if gate is not None:  # it may read a question that is not always asked either
                    self._after_their_gates(gate.unknown(self.answers), names)
                names[name] = None


class Conclusion(NamedTuple):
    """An outcome with what decided it, what may be offered, what can still change it, and the findings behind it."""

    outcome: Outcome
    decided_by: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    missing: tuple[str, ...] = ()
    findings: tuple[Finding[Judged], ...] = ()


NEED_FACTS = Outcome(Kind.NEED_FACTS)


def decide(pathway: Pathway, stops: Stops, person: Person) -> Conclusion:
    """The most urgent stopping criterion met decides; where none is met and all are known, the treatment table."""
    met = [finding for finding in stops if finding.verdict is MET]
    # Rule 6: the facts of the most urgent criteria are asked first, then as they stand in the file.
    unknown = sorted([finding for finding in stops if finding.verdict is NOT_KNOWN], key=_urgency)
    if met:
        return stop(met, unknown, person)
    table = read_table(pathway, person)
    if unknown:  # rule 3: the table decides nothing yet, but what it would ask can still change the outcome
        return Conclusion(NEED_FACTS, missing=once(person.unknown(unknown) + list(table.missing)))
    return table


def _urgency(finding: Finding[Criterion]) -> int:
    return finding.item.urgency


def stop(met: Stops, unknown: Stops, person: Person) -> Conclusion:
    """Rules 1 and 2: of the criteria met the most urgent kind decides, unless one more urgent is still open."""
    first = min(met, key=_urgency).item
    kind, worst = first.kind, first.urgency
    of_that_kind = [finding.item for finding in met if finding.item.kind is kind]
    deciding = tuple([one.id for one in of_that_kind])
    if first.always_999:
        return Conclusion(Outcome(kind, EMERGENCY_999), deciding)
    more_urgent = tuple(person.unknown([finding for finding in unknown if finding.item.urgency < worst]))
    if kind is Kind.EMERGENCY:
        return Conclusion(Outcome(kind, EMERGENCY_DEPARTMENT), deciding, missing=more_urgent)
    if more_urgent and kind is not Kind.REFER_URGENT:
        return Conclusion(NEED_FACTS, missing=more_urgent)
    return Conclusion(beside(Outcome(kind), of_that_kind), deciding, missing=more_urgent)


def beside(outcome: Outcome, deciding: Iterable[Criterion]) -> Outcome:
    """The outcome with what the criteria that decided it say beside their kind: the shortest time, and the first pathway that may follow."""
    times, after = zip(*[(one.within_days, one.next) for one in deciding], strict=True)
    within, follows = min(filter(None, times), default=None), next(filter(None, after), None)
    return replace(outcome, within_days=within, next=follows) if within or follows else outcome


class Considered(NamedTuple):
    """A PGD as judged for one person: its findings and, where every one is known and clear, the offer.

    ``barred_by`` names what excludes it; with neither offer nor bar it is undecided. ``by_exclusion`` tells an exclusion that is met
    from a document that does not exist on the day: only the former may open a second choice.
    """

    findings: tuple[Finding[Judged], ...]
    offer: Offer | None = None
    barred_by: tuple[str, ...] = ()
    by_exclusion: bool = False

    @property
    def undecided(self) -> bool:
        """Whether something about it is still not known."""
        return self.offer is None and not self.barred_by


class Turn(NamedTuple):
    """One way the treatment table can turn out: the row, the PGDs it looks at, and its outcome, None while one is undecided."""

    row: Row
    pgds: tuple[Considered, ...] = ()
    outcome: Outcome | None = None

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What may be offered if this row decides."""
        return tuple([one.offer for one in self.pgds if one.offer is not None])

    @property
    def plan(self) -> tuple[Any, ...]:
        """What the row does, whoever the person is: two rows with one plan need not be told apart."""
        return self.row.outcome(self.row.kind), self.row.offers, self.row.fallback, self.row.each, self.row.nothing_left


def read_table(pathway: Pathway, person: Person) -> Conclusion:
    """Rules 3 and 4: the first row met decides; rows not known before it count as ways it could turn out.

    Where every way leads to one outcome (kind, destination and offers) that is the outcome, and all those rows decided it.
    """
    rows = reading(pathway.treatment, person)
    considered: dict[str, Considered] = {}
    turns = [turn(pathway, row.item, person, considered) for row in rows if row.verdict is not NOT_MET]
    findings = (*rows, *[finding for one in considered.values() for finding in one.findings])
    first = turns[0]
    undecided = person.unknown([f for one in considered.values() if one.undecided for f in one.findings])
    if first.outcome is not None and all((t.outcome, t.offers) == (first.outcome, first.offers) for t in turns):
        decided_by = once([t.row.id for t in turns] + [id for t in turns for one in t.pgds for id in one.barred_by])
        items = tuple(item for t in turns for item in t.row.backing.open)
        offers = tuple(replace(offer, open_items=once(items + offer.open_items)) for offer in first.offers)
        return Conclusion(first.outcome, decided_by, offers, tuple(undecided), findings)
    tell_apart = person.unknown(rows) if len({t.plan for t in turns}) > 1 else []
    return Conclusion(NEED_FACTS, missing=once(tell_apart + undecided), findings=findings)


def reading(table: Iterable[Item], person: Person) -> list[Finding[Item]]:
    """A table as it is read: row after row down to the first that is met."""
    findings = []
    for finding in person.judge(table):
        findings.append(finding)
        if finding.verdict is MET:
            break
    return findings


def turn(pathway: Pathway, row: Row, person: Person, considered: dict[str, Considered]) -> Turn:
    """What the outcome is if this row decides; each PGD it looks at is judged once and kept in ``considered``."""
    if not row.offers:
        return Turn(row, outcome=row.outcome(row.kind))
    looked_at: list[Considered] = []
    for pgd in row.offers:
        if row.fallback and looked_at and not (looked_at[0].by_exclusion or looked_at[0].undecided):
            break  # "A, or B where that is excluded": only an exclusion of A, met or still possible, opens B
        if pgd not in considered:
            considered[pgd] = consider(pathway.pgds[pgd], person)
        looked_at.append(considered[pgd])
    pgds = tuple(looked_at)
    offered = any(one.offer is not None for one in pgds)
    if any(one.undecided for one in pgds) and not (row.each and offered):
        return Turn(row, pgds)
    return Turn(row, pgds, row.outcome(Kind.SUPPLY if offered else row.nothing_left))


def consider(pgd: PGD, person: Person) -> Considered:
    """Judge a PGD after an offer: in force, every inclusion and exclusion known and clear, then the dose."""
    if person.on not in pgd.edition.in_force:
        period = pgd.edition.in_force.in_words()
        return without_offer(pgd, (), "in force", f"it is in force {period}, not on {person.on}")
    clauses = list(person.judge(pgd.judged()))
    if met := [finding.item.id for finding in clauses if finding.verdict is MET]:
        return Considered(tuple(clauses), barred_by=tuple(met), by_exclusion=True)
    doses = reading(pgd.doses, person)
    findings: tuple[Finding[Judged], ...] = (*clauses, *doses)
    if NOT_KNOWN in [finding.verdict for finding in findings]:
        return Considered(findings)
    row, verdict = doses[-1].item, doses[-1].verdict
    if verdict is NOT_MET:  # the loader lets no such table pass; the kernel refuses all the same
        return without_offer(pgd, findings, "doses", "its dose table has no row for this person")
    if row.dose is None:
        return Considered(findings, barred_by=(row.id,), by_exclusion=True)
    supplied = row.supplied(person.answers)
    cautions = raised(pgd, frozenset([one.product.form for one in supplied]), person.answers)
    open_items = once([*pgd.backing.open, *row.backing.open, *open_answers(person)])
    told = instructed(pgd, person.declared, person.answers)
    offer = Offer(pgd, row, row.dose.for_person(person.answers), supplied, cautions, open_items, told)
    return Considered(findings, offer=offer)


def without_offer(pgd: PGD, findings: tuple[Finding[Judged], ...], stage: str, why: str) -> Considered:
    """A document that offers nothing for a reason of its own: no exclusion is met, so no second choice opens."""
    because = f"nothing is offered under {pgd.title}: {why}"
    nothing = NotInForce(id=pgd.id, stage=f"{pgd.id}: {stage}", because=because, pgd=pgd.id)
    return Considered((*findings, nothing.met), barred_by=(pgd.id,))


def open_answers(person: Person) -> list[str]:
    """The open items of the answers given, for instance a wording that one source alone supports."""
    items: list[str] = []
    for name, answer in person.known.items():
        given = answer if isinstance(answer, tuple) else (answer,)
        for choice in person.declared[name].choices:
            if choice.name in given:
                items.extend(choice.backing.open)
    return items


def if_not_answered(decision: Conclusion, stops: Stops, person: Person) -> Kind | None:
    """Rule 9: beside need_facts, how the pharmacist refers somebody of whom it cannot be found out; else None."""
    if decision.outcome.kind is not Kind.NEED_FACTS:
        return None
    if any(finding.verdict is NOT_KNOWN and finding.item.kind <= Kind.REFER_URGENT for finding in stops):
        return Kind.REFER_URGENT
    closing = (person.declared[name].if_not_answered for name in decision.missing)
    return next((kind for kind in closing if kind is not None), Kind.REFER)


def reached(point: GatewayPoint, stops: Stops, answers: Answers) -> Verdict:
    """Rule 5: whether a payment point was reached, or is not known to be. Nothing that decides reads this."""
    found = {finding.verdict.flipped() for finding in stops if point.comes_after(finding.item)}
    if point.sentence is not None:
        found.add(point.sentence.verdict(answers))
    if NOT_MET in found:
        return NOT_MET
    return NOT_KNOWN if NOT_KNOWN in found or not point.position_known else MET


def once(names: Iterable[str]) -> tuple[str, ...]:
    """The names in order, each once."""
    return tuple(dict.fromkeys(names))
