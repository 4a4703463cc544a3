"""What can be wrong with a set of files that are each well written: things unused, shadowed, out of reach, or left open."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from pharmacyfirst.content.forms import Form, Tags
from pharmacyfirst.content.loader import Draft, check_audiences, refuse_unused
from pharmacyfirst.content.pgd_loader import ReadPGD, refer_to
from pharmacyfirst.content.sentences import HARM_NEVER_MET, suggest
from pharmacyfirst.content.yaml_text import Block, Mistakes, Place
from pharmacyfirst.kernel.conditions import MET, NOT_MET, Condition, Count, Defined, Within, flipping, parts
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.facts import AGE, BORN, LIFE_THREATENING, Answer, Fact
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, Pathway
from pharmacyfirst.kernel.pgd import Clause

MOST_PEOPLE = 200_000


def check_condition(
    draft: Draft, block: Block, pgds: Mapping[str, ReadPGD], pathway: Pathway, mistakes: Mistakes
) -> None:
    """Everything that can only be seen with the pathway and all its PGDs read."""
    everything_is_used(draft, block, mistakes)
    refuse_unused(draft.tags, Form(block, "pathway file", Tags(), mistakes, (), tuple(block.items)), mistakes)
    emergencies_can_dial_999(draft, block, mistakes)
    offers_exist(block, pgds, pathway, mistakes)
    rows_can_be_reached(draft, pathway, mistakes)
    unasked_facts_only_stop(draft, pgds, pathway, mistakes)
    check_audiences(block, pathway, mistakes)
    bars_exist(block, pathway, mistakes)
    stopping = {criterion.id: criterion for criterion in pathway.stopping}
    for read in pgds.values():
        own = {clause.id: clause for clause in (*read.pgd.every_medicine, *read.pgd.exclusions)}
        refer_to(read, [*stopping, *own], mistakes)
        dose_table_is_whole(read, pathway.facts, {**stopping, **own}, mistakes)


def everything_is_used(draft: Draft, block: Block, mistakes: Mistakes) -> None:
    """A question, score or definition that no sentence uses."""
    for heading, names in (
        ("questions", set(draft.pathway.facts) - {AGE, BORN, LIFE_THREATENING}),
        ("scores", set(draft.vocabulary.points)),
        ("definitions", set(draft.vocabulary.bodies)),
    ):
        node = block.items.get(heading)
        for name, key in node.keys.items() if isinstance(node, Block) else []:
            if name in names and name not in draft.vocabulary.used:
                mistakes.add(
                    key.place,
                    f'nothing reads "{name}"',
                    "Take it out, or write the criterion that needs it.",
                    "A question that changes nothing costs time, and hides that a criterion was forgotten.",
                )


def emergencies_can_dial_999(draft: Draft, block: Block, mistakes: Mistakes) -> None:
    """Where there is an emergency, the threat to life is asked; where there is an age, it can come from a date of birth."""
    facts = draft.pathway.facts
    emergency = any(criterion.kind is Kind.EMERGENCY for criterion in draft.pathway.stopping)
    if emergency and LIFE_THREATENING not in facts:
        mistakes.add(
            block.place,
            f'an emergency without the question "{LIFE_THREATENING}"',
            f"Write {LIFE_THREATENING}: shared under questions.",
            "Nobody could be told to dial 999.",
        )
    if BORN in facts and AGE not in facts:
        mistakes.add(
            block.place,
            f'"{BORN}" without "{AGE}"',
            f"Write {AGE}: shared under questions.",
            "The age could not be worked out.",
        )


def offers_exist(block: Block, pgds: Mapping[str, ReadPGD], pathway: Pathway, mistakes: Mistakes) -> None:
    """A row offers a PGD that has no file, or a file that no row offers."""
    offered = {pgd for row in pathway.treatment for pgd in row.offers}
    treatment = block.items.get("treatment")
    for row in pathway.treatment:
        node = treatment.items.get(row.id) if isinstance(treatment, Block) else None
        then = node.items["then"] if isinstance(node, Block) else block
        for pgd in row.offers:
            if pgd not in pgds:
                mistakes.add(
                    then.place,
                    f'there is no PGD "{pgd}" in this folder',
                    suggest(pgd, pgds, f"Write {pgd}.yaml."),
                    "An offer with no document behind it is no legal ground for a supply.",
                )
    for name, read in pgds.items():
        if name not in offered:
            mistakes.add(
                read.block.place,
                f'no treatment row offers "{name}"',
                "Offer it, or take the file out.",
                "A document nobody is led to looks as though it were in use.",
            )


def rows_can_be_reached(draft: Draft, pathway: Pathway, mistakes: Mistakes) -> None:
    """A row under one that already takes everybody it could take; and a table that can run dry."""
    for at, row in enumerate(pathway.treatment):
        mine = set(parts(row.condition)) if row.condition else set()
        for above in pathway.treatment[:at]:
            if above.condition is None or set(parts(above.condition)) <= mine:
                mistakes.add(
                    draft.places[row.id],
                    f"{row.id} can never decide: {above.id} stands above it and takes everybody it could take",
                    "Put it above, or take it out.",
                    "A row that looks as though it decides hides what really happens.",
                )
                break
    last = pathway.treatment[-1] if pathway.treatment else None
    if last is not None and last.condition is not None:
        mistakes.add(
            draft.places[last.id],
            f"{last.id} is the last row and has a condition",
            "Write a last row without when:, for everybody else.",
            "Somebody would fall through the table and get no outcome.",
        )


def unasked_facts_only_stop(draft: Draft, pgds: Mapping[str, ReadPGD], pathway: Pathway, mistakes: Mistakes) -> None:
    """A fact that is not asked of everybody may stop, never enable: not being asked must not switch anything on."""
    gated = {fact.name for fact in pathway.facts.values() if fact.asked_when is not None}

    def refuse(place: Place, names: Iterable[str]) -> None:
        for name in dict.fromkeys(names):
            if name in gated:
                mistakes.add(
                    place,
                    f'"{name}" is not asked of everybody, and here not being asked would count as an answer',
                    "Write it as something that stops, with is yes, is at least, includes and the like.",
                    "Somebody would be treated because a question was not put.",
                )

    for criterion in pathway.stopping:
        refuse(draft.places[criterion.id], flipping(criterion.condition, criterion.must))
    for row in pathway.treatment:
        refuse(draft.places[row.id], row.condition.facts() if row.condition else ())
    for read in pgds.values():
        for clause in read.pgd.judged():
            if clause.condition is not None:
                refuse(read.places[clause.id], flipping(clause.condition, clause.must))
        for dose in read.pgd.doses:
            refuse(read.places[dose.id], dose.condition.facts() if dose.condition else ())
    for fact in pathway.facts.values():
        if fact.asked_when is not None and gated & set(fact.asked_when.facts()):
            mistakes.add(
                Place(f"{pathway.id}/pathway.yaml"),
                f'whether "{fact.name}" is asked hangs on a question that is itself not always asked',
                "Say it with questions that everybody is asked.",
                HARM_NEVER_MET,
            )


def bars_exist(block: Block, pathway: Pathway, mistakes: Mistakes) -> None:
    """An answer that bars a PGD the condition does not have."""
    questions = block.items.get("questions")
    for fact in pathway.facts.values():
        for value in fact.values:
            for bar in value.bars:
                if bar.pgd not in pathway.pgds and isinstance(questions, Block):
                    mistakes.add(
                        questions.keys[fact.name].place,
                        f'"{value.name}" bars "{bar.pgd}", which is no PGD of this condition',
                        suggest(bar.pgd, pathway.pgds, "Name a PGD of this folder."),
                        HARM_NEVER_MET,
                    )


def dose_table_is_whole(
    read: ReadPGD, facts: Mapping[str, Fact], stops: Mapping[str, Criterion | Clause], mistakes: Mistakes
) -> None:
    """Nobody whom the inclusion lets in and no exclusion keeps out falls between two dose rows, or under two.

    Tried on every person the table can tell apart: each bound of each number that the table or a clause names, the values around
    it, and every answer of every choice. Clauses that need other facts to be met keep nobody out here.
    """
    pgd = read.pgd
    covered = [stops[id] for clause in (*pgd.inclusion, *pgd.exclusions) for id in clause.covered_by if id in stops]
    keeping_out = [item for item in (*pgd.judged(), *covered) if item.condition is not None]
    names = list(dict.fromkeys(name for row in pgd.doses if row.condition for name in row.condition.facts()))
    conditions = [item.condition for item in (*pgd.doses, *keeping_out) if item.condition is not None]
    told_apart = [people_told_apart(facts[name], conditions) for name in names]
    found: set[str] = set()
    for number, answers in enumerate(product(*told_apart)):
        if number == MOST_PEOPLE:
            mistakes.add(
                read.block.place,
                "the dose table has too many different people to check",
                "Name fewer facts in the dose rows.",
                HARM_NEVER_MET,
            )
            return
        person = dict(zip(names, answers, strict=True))
        if any(keeps_out(item, person) for item in keeping_out):
            continue
        rows = [row for row in pgd.doses if row.condition is None or row.condition.verdict(person) is MET]
        if len(rows) != 1 and (kind := " ".join(row.id for row in rows)) not in found:
            found.add(kind)
            place = read.places[rows[-1].id] if rows else read.block.keys["doses"].place
            what = f"two dose rows, {' and '.join(row.id for row in rows)}, take" if rows else "no dose row takes"
            mistakes.add(
                place,
                f"{what} a person with {_described(person)}",
                "Mend the bounds, or write a row with dose: none and why.",
                "Somebody would get no dose, or one of two.",
            )


def keeps_out(item: Criterion | Clause, person: Mapping[str, Any]) -> bool:
    """Whether a clause is met on these facts alone."""
    assert item.condition is not None
    return item.condition.verdict(person) is (NOT_MET if item.must else MET)


def people_told_apart(fact: Fact, conditions: Iterable[Condition]) -> list[Any]:
    """One value of a fact for every way these sentences can tell people apart by it."""
    match fact.answer:
        case Answer.YES_NO:
            return [True, False]
        case Answer.ONE_OF:
            return list(fact.value_names())
        case Answer.ANY_OF:
            return [(), *((name,) for name in fact.value_names())]
        case _:
            bounds = {fact.low or Decimal(0), fact.high or Decimal(0)}
            for condition in conditions:
                bounds.update(bounds_of(condition, fact.name))
            if fact.answer is Answer.WHOLE_NUMBER:
                near = {int(bound) + step for bound in bounds for step in (-1, 0, 1)}
                return sorted(n for n in near if (fact.low or 0) <= n <= (fact.high or 0))
            ordered = sorted(bounds)
            return sorted({*ordered, *((a + b) / 2 for a, b in pairwise(ordered))})


def bounds_of(condition: Condition, name: str) -> Iterator[Decimal]:
    """The bounds that a sentence sets on a number."""
    match condition:
        case Within(fact=fact, limits=limits) if fact == name:
            yield from (bound for bound in (limits.low, limits.high) if bound is not None)
        case Count(items=items):
            for item in items:
                yield from bounds_of(item, name)
        case Defined(body=body):
            yield from bounds_of(body, name)


def _described(person: Mapping[str, Any]) -> str:
    def words(value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return ", ".join(value) or "none"
        return plain(value) if isinstance(value, Decimal) else str(value)

    return ", ".join(f"{name} {words(value)}" for name, value in person.items()) or "any answers"
