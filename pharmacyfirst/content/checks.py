"""What can be wrong with a set of files that are each well written: things unused, shadowed, out of reach, or left open."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from pharmacyfirst.content.blocks import Headings, Tags
from pharmacyfirst.content.checks_beside import emergencies_can_dial_999
from pharmacyfirst.content.checks_for_people import check_for_people
from pharmacyfirst.content.documents import refuse_unused
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.pathways import Draft, check_audiences
from pharmacyfirst.content.pgds import ReadPGD, refer_to
from pharmacyfirst.content.rules import result_of
from pharmacyfirst.content.sentence_forms import NAME
from pharmacyfirst.content.sentences import nearest, suggest
from pharmacyfirst.content.shapes import TREATMENT_ROW
from pharmacyfirst.content.text import Block, Mistakes, Node, Place, Text
from pharmacyfirst.content.whole_dose_tables import dose_table_is_whole
from pharmacyfirst.kernel.conditions import (
    Condition,
    Includes,
    OneOf,
    flipping,
    parts,
    within,
)
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import Pathway, Row
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING, Answer


def check_condition(
    draft: Draft, block: Block, pgds: Mapping[str, ReadPGD], pathway: Pathway, mistakes: Mistakes,
    unread: Collection[str] = (), standing: Mapping[str, int] = Frozen(),
) -> None:  # fmt: skip
    """Everything that can only be seen with the pathway and all its PGDs read.

    What was refused already is a cause; what only follows from it is not reported beside it. So ``unread`` names the PGDs whose file
    could not be read, and ``standing``, where anything was refused, counts the words of the files.
    """
    everything_is_used(draft, block, mistakes, standing)
    refuse_unused(draft.tags, Headings(block, Tags(), mistakes), mistakes, standing)
    emergencies_can_dial_999(draft, block, mistakes)
    offers_exist(block, pgds, mistakes, unread)
    rows_can_be_reached(draft, block, pathway, mistakes)
    unasked_facts_only_stop(draft, block, pgds, pathway, mistakes)
    decides = [*draft.places, *pgds, *unread, *(id for pgd in pgds.values() for id in _decide(pgd))]
    check_audiences(block, decides, mistakes, standing)
    check_for_people(block, pathway, [*pgds, *unread], mistakes, draft.whole)
    bars_exist(block, pathway, mistakes, unread)
    stopping = {criterion.id: criterion for criterion in pathway.stopping}
    for read in pgds.values():
        bars_are_read(draft, block, read, mistakes)
        own = {clause.id: clause for clause in (*read.pgd.every_medicine, *read.pgd.exclusions)}
        refer_to(read, _stopping_ids(block), draft.every_medicine, mistakes)
        if draft.whole and read.whole:  # else a row or clause is missing only because it could not be read
            dose_table_is_whole(read, pathway.questions, {**stopping, **own}, mistakes)


def _stopping_ids(block: Block) -> list[str]:
    """The ids of the stopping criteria, those that could not be read too."""
    node = block.items.get("stopping criteria")
    groups = node.items.values() if isinstance(node, Block) else ()
    criteria = [item for group in groups if isinstance(group, Block) for item in group.items.items()]
    return [id for id, criterion in criteria if isinstance(criterion, Block)]


def _decide(read: ReadPGD) -> set[str]:
    """The ids of a PGD that can decide an outcome: what is judged, and deliberate gaps in the dose table."""
    covered = {clause.id for clause in (*read.pgd.inclusion, *read.pgd.exclusions) if clause.covered_by}
    return set(read.places) - covered - {row.id for row in read.pgd.doses if row.dose is not None}


def everything_is_used(draft: Draft, block: Block, mistakes: Mistakes, standing: Mapping[str, int] = Frozen()) -> None:
    """A question, score or definition that no sentence uses."""
    on_a_page = {name for page in draft.pathway.pages for name in page.facts}  # so it stands there once more
    for heading, names in (
        ("questions", set(draft.pathway.questions) - {AGE, BORN, LIFE_THREATENING}),
        ("scores", set(draft.vocabulary.points)),
        ("definitions", set(draft.vocabulary.bodies)),
    ):
        node = block.items.get(heading)
        for name, key in node.keys.items() if isinstance(node, Block) else []:
            if not re.fullmatch(NAME, name):
                continue  # noted, and no sentence can name it
            if name in names and name not in draft.vocabulary.used and standing.get(name, 0) < 2 + (name in on_a_page):
                mistakes.add(
                    key.place,
                    f'nothing reads "{name}"',
                    "Take it out, or write the criterion that needs it.",
                    "What is asked or defined and changes nothing hides that a criterion was forgotten.",
                )


def offers_exist(block: Block, pgds: Mapping[str, ReadPGD], mistakes: Mistakes, unread: Collection[str] = ()) -> None:
    """A row offers a PGD that has no file, or a file that no row offers."""
    treatment = block.items.get("treatment")
    rows = treatment.items if isinstance(treatment, Block) else {}
    thens = {id: node.items["then"] for id, node in rows.items() if isinstance(node, Block) and "then" in node.items}
    # What a row that could not be read names, or probably meant, is not called forgotten.
    named = {word for then in thens.values() if isinstance(then, Text) for word in then.words.replace(",", " ").split()}
    offered = {*named, *(nearest(word, pgds) for word in named)} if len(thens) == len(rows) else {*pgds}
    for then in thens.values():
        result = result_of(then.words) if isinstance(then, Text) else None
        for pgd in result.offers if result else ():
            if pgd not in pgds and pgd not in unread:
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
                f'no treatment row offers "{name_shown(name)}"',
                "Offer it, or take the file out.",
                "A document nobody is led to looks as though it were in use.",
            )


def rows_can_be_reached(draft: Draft, block: Block, pathway: Pathway, mistakes: Mistakes) -> None:
    """A row under one that already takes everybody it could take; and a table that can run dry."""
    for at, row in enumerate(pathway.treatment):
        mine = set(parts(row.sentence)) if row.sentence else set()
        for above in pathway.treatment[:at]:
            if above.sentence is None or set(parts(above.sentence)) <= mine:
                mistakes.add(
                    draft.places[row.id],
                    f"{row.id} can never decide: {above.id} stands above it and takes everybody it could take",
                    "Put it above, or take it out.",
                    "A row that looks as though it decides hides what really happens.",
                )
                break
    treatment = block.items.get("treatment")
    last, node = list(treatment.items.items())[-1] if isinstance(treatment, Block) else ("", None)
    if isinstance(node, Block) and any(heading in node.items for heading in TREATMENT_ROW.sentence):
        mistakes.add(
            draft.places[last],
            f"{last} is the last row and has a condition",
            "Write a last row without when:, for everybody else.",
            "Somebody would fall through the table and get no outcome.",
        )


def unasked_facts_only_stop(
    draft: Draft, block: Block, pgds: Mapping[str, ReadPGD], pathway: Pathway, mistakes: Mistakes
) -> None:
    """A fact that is not asked of everybody may stop, never enable: not being asked must not switch anything on.

    One that waits for headings of stopping criteria alone is asked of everybody for whom the table is read: then they are all clear. Of the
    others a treatment row may read one where everybody whom it misses meets the same question again before a medicine is offered.
    """
    gated = {fact.name for fact in pathway.gated}
    unasked = gated - draft.asked_after

    def refuse(place: Place, names: Iterable[str], of: Collection[str] = unasked) -> None:
        for name in dict.fromkeys(names):
            if name in of:
                mistakes.add(
                    place,
                    f'"{name}" is not asked of everybody, and here not being asked would count as an answer',
                    "Write it as something that stops, with is yes, is at least, includes and the like.",
                    "Somebody would be treated because a question was not put.",
                )

    for criterion in pathway.stopping:
        refuse(draft.places[criterion.id], flipping(criterion.sentence, criterion.must), gated)
    for at, row in enumerate(pathway.treatment):
        if row.sentence is not None:
            refuse(draft.places[row.id], flipping(row.sentence))
            for name in unasked.intersection(row.sentence.facts()):
                refuse(draft.places[row.id], _offered_unasked(name, row, pathway.treatment[at + 1 :], pathway.pgds))
    for read in pgds.values():
        for clause in read.pgd.judged():
            if clause.sentence is not None:
                refuse(read.places[clause.id], flipping(clause.sentence, clause.must))
        for dose in read.pgd.doses:
            refuse(read.places[dose.id], dose.sentence.facts() if dose.sentence else ())
    gates_can_be_judged(block, pathway, gated, mistakes)


def gates_can_be_judged(block: Block, pathway: Pathway, gated: set[str], mistakes: Mistakes) -> None:
    """A gate is judged on the answers above it, so what it reads is known there or not asked; nobody waits for a threat to life."""
    above: set[str] = set()
    for fact in pathway.questions.values():
        reads = {*fact.asked_when.facts()} if fact.asked_when is not None else set()
        hangs_on, fix = "", "say it with questions that everybody is asked."
        if LIFE_THREATENING in reads:
            hangs_on, fix = f'"{LIFE_THREATENING}", which nobody waits for', fix.capitalize()
        elif waiting := reads & {one.name for one in pathway.gated if one.asked_after}:
            hangs_on, fix = f'"{min(waiting)}", which waits for headings itself', fix.capitalize()
        elif reads & (gated - above):
            hangs_on = "a question that is itself not always asked and stands below it"
            fix = f"Put that question above it, or {fix}"
        if hangs_on:
            place, what = _place_of_answer(block, fact.name), f'whether "{fact.name}" is asked hangs on {hangs_on}'
            mistakes.add(place, what, fix, "Where neither is asked, nothing would tell that the answer is missing.")
        above.add(fact.name)


def _offered_unasked(name: str, row: Row, below: Iterable[Row], pgds: Mapping[str, PGD]) -> Iterator[str]:
    """The fact, where somebody whom a row misses, for want of asking, could be offered a medicine that does not look at it either."""
    assert row.sentence is not None
    others = {one for one in parts(row.sentence) if name not in one.facts()}
    for later in below:
        reads = later.sentence is not None and name in later.sentence.facts()
        documents = [pgds[pgd] for pgd in later.offers if pgd in pgds]
        if not reads and not all(any(name in rule.reads for rule in pgd.judged()) for pgd in documents):
            yield name
        if {*(parts(later.sentence) if later.sentence else ())} <= others:
            return  # it takes everybody whom the row misses


def bars_exist(block: Block, pathway: Pathway, mistakes: Mistakes, unread: Collection[str] = ()) -> None:
    """An answer that bars a PGD the condition does not have."""
    for fact in pathway.questions.values():
        for value in fact.choices:
            for bar in value.bars:
                if bar.pgd not in pathway.pgds and bar.pgd not in unread:
                    mistakes.add(
                        _place_of_answer(block, fact.name, value.name, "bars"),
                        f'"{value.name}" bars "{bar.pgd}", which is no PGD of this condition',
                        suggest(bar.pgd, pathway.pgds, "Name a PGD of this folder."),
                        "A bar that names no medicine keeps nobody from any.",
                    )


def bars_are_read(draft: Draft, block: Block, read: ReadPGD, mistakes: Mistakes) -> None:
    """An answer bars a PGD, and no clause of the PGD looks at that answer: it would be supplied all the same."""
    if not (draft.whole and read.whole):
        return
    pgd = name_shown(read.pgd.id)
    included = {one for clause in read.pgd.judged() for one in _included(clause.sentence)}
    for fact in draft.pathway.questions.values():
        for value in fact.choices:
            if any(bar.pgd == read.pgd.id for bar in value.bars) and (fact.name, value.name) not in included:
                reads = "bars this medicine" if fact.answer is Answer.ANY_OF else f"is {value.name}"
                mistakes.add(
                    _place_of_answer(block, fact.name, value.name, "bars"),
                    f'"{value.name}" bars {pgd}, and no exclusion of {pgd} reads "{fact.name}"',
                    f"Write an exclusion with when: {fact.name} {reads}.",
                    "The medicine would be supplied all the same.",
                )


def _included(condition: Condition | None) -> Iterator[tuple[str, str]]:
    """The answers, each with its question, that a sentence looks for."""
    for one in within(condition) if condition is not None else ():
        if isinstance(one, Includes | OneOf):
            yield from ((one.fact, str(value)) for value in one.values)


def _place_of_answer(block: Block, question: str, answer: str = "", heading: str = "") -> Place:
    """Where the pathway says something of an answer; one from a shared list, or none, is shown at its question."""
    node: Node = block
    place = block.place
    for name in ("questions", question, "values", answer, heading):
        if not isinstance(node, Block) or name not in node.items:
            break
        place, node = node.keys[name].place, node.items[name]
    return place if isinstance(node, Block) else node.place
