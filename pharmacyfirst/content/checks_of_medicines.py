"""What can be wrong between a PGD and its medicine: a bar forgotten, taken twice, or asked in another way without saying so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pharmacyfirst.content.blocks import HARM_LOST
from pharmacyfirst.content.choices import actions_of
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.medicines import COVERED, HARM_BARRED, TAKES, Medicine
from pharmacyfirst.content.pathways import Draft
from pharmacyfirst.content.pgds import ReadPGD
from pharmacyfirst.content.sentence_forms import named_in
from pharmacyfirst.content.sentences import nearest, suggest
from pharmacyfirst.content.text import Block, Mistakes, Place, Text
from pharmacyfirst.kernel.conditions import Includes, within
from pharmacyfirst.kernel.pathway import Criterion, Pathway
from pharmacyfirst.kernel.pgd import PGD

DIFFERS = "differs"

HARM_DIFFERENT = "Two PGDs of one medicine would bar different people, and nobody would see it."


def check_medicine(
    read: ReadPGD, draft: Draft, pathway: Pathway, medicines: Mapping[str, Medicine], definitions: Mapping[str, Block], mistakes: Mistakes
) -> None:  # fmt: skip
    """All that can be seen of one PGD and its medicine with the pathway read."""
    medicine = medicines.get(read.pgd.id)
    differences_are_known(read, medicine, pathway, mistakes)
    if medicine is not None:
        OfAMedicine(read, medicine, draft.every_medicine, mistakes).check()
        _bars_that_are_not_judged_are_read(read, medicine, draft)
    if draft.whole and read.whole:  # else what is missing may only not have been read
        cautions_of_answers_are_read(read, pathway, mistakes)
        if medicine is not None:
            covered_by_the_same_facts(read, medicine, definitions, mistakes, pathway.stopping)


@dataclass
class OfAMedicine:
    """One PGD as read, beside the file of its medicine; ``every_medicine`` are the exclusions that every PGD of the condition has."""

    read: ReadPGD
    medicine: Medicine
    every_medicine: Iterable[tuple[Text, Block]]
    mistakes: Mistakes

    def check(self) -> None:
        """Every bar is taken by one clause, or stands under ``differs``; and nothing else stands there."""
        taken = list(self._taken())
        differs = self._keys(DIFFERS)
        found = {name.words for name, _ in taken} | {nearest(name.words, self.medicine.bars) for name, _ in taken}
        found |= {*differs} | {nearest(name, self.medicine.bars) for name in differs}
        for bar, block in self.medicine.bars.items():
            if bar not in found:
                self._forgotten(bar, block)
        judged: dict[str, Text] = {}
        for name, clause in taken:
            if COVERED in clause.items:
                continue
            if name.words in differs:
                self._add(
                    differs[name.words].place,
                    f'"{name.words}" is judged here, and said to differ',
                    "Keep one of the two.",
                )
            if name.words in judged:
                what = f'"{name.words}" is taken on line {judged[name.words].place.line} of {judged[name.words].place.file} too'
                self._add(name.place, what, "Keep one clause, or write covered by: in this one.")
            judged.setdefault(name.words, name)

    def _taken(self) -> Iterator[tuple[Text, Block]]:
        """The bars taken, each with the clause that takes it."""
        node = self.read.block.items.get("exclusions")
        own = node.items.values() if isinstance(node, Block) else ()
        for clause in (*own, *(block for _, block in self.every_medicine)):
            name = clause.items.get(TAKES) if isinstance(clause, Block) else None
            if isinstance(name, Text) and isinstance(clause, Block):
                yield name, clause

    def _keys(self, heading: str) -> Mapping[str, Text]:
        node = self.read.block.items.get(heading)
        return node.keys if isinstance(node, Block) else {}

    def _forgotten(self, bar: str, block: Block) -> None:
        says = block.items.get("says")
        words = f" ({says.words.strip()})" if isinstance(says, Text) else ""
        place = self.read.block.keys.get("exclusions")
        self.mistakes.add(
            place.place if place else self.read.block.place,
            f'"{bar}" bars {self.medicine.name} wherever it is offered{words}, and no exclusion takes it here',
            f"Write an exclusion with as: {bar}, with covered by: where the pathway stops first; or say under differs: why not.",
            HARM_BARRED,
        )

    def _add(self, place: Place, what: str, fix: str) -> None:
        self.mistakes.add(place, what, fix, "It would not be plain which of the two stops somebody.")


def _bars_that_are_not_judged_are_read(read: ReadPGD, medicine: Medicine, draft: Draft) -> None:
    """What is wrong in the sentence of a bar shows where no clause judges it, too, if the pathway asks what it reads."""
    judged = {clause.bar for clause in read.pgd.judged()}
    vocabulary = draft.vocabulary.for_medicine(read.pgd.id)
    for bar, block in medicine.bars.items():
        if bar not in judged and not vocabulary.lacks(block):
            vocabulary.condition(block)


def differences_are_known(read: ReadPGD, medicine: Medicine | None, pathway: Pathway, mistakes: Mistakes) -> None:
    """What stands under ``differs`` is a bar of the medicine, or a question of the pathway that other PGDs of it do not read."""
    node = read.block.items.get(DIFFERS)
    known = [*(medicine.bars if medicine else ()), *pathway.questions]
    for name, key in node.keys.items() if isinstance(node, Block) else ():
        if name not in known:
            fix = suggest(name, known, "Name a bar of the medicine, or a question of the pathway.")
            mistakes.add(key.place, f'"{name}" is no bar of {name_shown(read.pgd.id)}', fix, HARM_LOST)


def covered_by_the_same_facts(
    read: ReadPGD,
    medicine: Medicine,
    definitions: Mapping[str, Block],
    mistakes: Mistakes,
    stopping: Iterable[Criterion],
) -> None:
    """A bar that the pathway stops on first is stopped on by what the bar reads; where it asks for something else, the PGD says so."""
    differs, clauses = {one.name for one in read.pgd.differs}, (*read.pgd.every_medicine, *read.pgd.exclusions)
    stops = {one.id: one.reads for one in (*stopping, *clauses)}
    for clause in clauses:
        if clause.bar in medicine.bars and clause.covered_by and clause.bar not in differs:
            asked = {fact for id in clause.covered_by for fact in stops.get(id, ())}
            missing = [fact for fact in _facts_of(medicine.bars[clause.bar], definitions) if fact not in asked]
            if missing:
                mistakes.add(
                    read.places[clause.id],
                    f'"{clause.bar}" reads "{missing[0]}", and {", ".join(clause.covered_by)} does not',
                    f"Say under differs: how {clause.bar} is asked here, and on what evidence.",
                    HARM_DIFFERENT,
                )


def _facts_of(bar: Block, definitions: Mapping[str, Block]) -> list[str]:
    """The facts that a bar reads, shared definitions followed."""
    facts: list[str] = []
    todo = [*named_in(bar)]
    while todo:
        name = todo.pop(0)
        if name in definitions:
            todo += [one for one in named_in(definitions[name]) if one != name]
        elif name not in facts:
            facts.append(name)
    return facts


def cautions_of_answers_are_read(read: ReadPGD, pathway: Pathway, mistakes: Mistakes) -> None:
    """What an answer calls for with a PGD is said by a caution of it, so that it is shown when the medicine is offered."""
    shown = {
        (one.fact, value)
        for caution in read.pgd.cautions
        for one in (within(caution.sentence) if caution.sentence is not None else ())
        if isinstance(one, Includes)
        for value in one.values
    }
    for fact in pathway.questions.values():
        for value in fact.choices:
            for action in actions_of(value):
                if action.pgd == read.pgd.id and (fact.name, value.name) not in shown:
                    mistakes.add(
                        read.block.keys["pgd"].place,
                        f'"{value.name}" calls for something with {name_shown(read.pgd.id)}, and no caution of it reads that answer',
                        f"Write a caution with when: {fact.name} includes {value.name}.",
                        "It would not be shown when the medicine is offered.",
                    )


def alike_everywhere(
    offered: Mapping[str, Mapping[str, tuple[ReadPGD, Pathway]]],
    medicines: Mapping[str, Medicine],
    definitions: Mapping[str, Block],
    mistakes: Mistakes,
) -> None:
    """Two PGDs of one medicine read the same questions for it. ``offered`` holds each medicine's PGDs by condition.

    Only questions that several pathways share are compared, as the others are about the condition. What a pathway stops on, or says
    under ``differs``, its PGD need not ask.
    """
    for name, medicine in medicines.items():
        facts = {bar: _facts_of(block, definitions) for bar, block in medicine.bars.items()}
        for condition, (read, pathway) in offered.get(name, {}).items():
            for other, (there, elsewhere) in offered[name].items():
                if other != condition:
                    looked_at = _looked_at(there.pgd, elsewhere, facts) | {one.name for one in read.pgd.differs}
                    _reads_no_more(read, pathway, other, looked_at, mistakes)


def _looked_at(pgd: PGD, pathway: Pathway, facts: Mapping[str, list[str]]) -> set[str]:
    """The questions that a PGD or its pathway reads before the medicine, or of which it says why not; ``facts`` are those of each bar."""
    rules = (*pgd.judged(), *pathway.stopping)
    said = [fact for one in pgd.differs for fact in (one.name, *facts.get(one.name, ()))]
    return {*said, *(fact for rule in rules for fact in rule.reads)}


def _reads_no_more(read: ReadPGD, pathway: Pathway, other: str, looked_at: set[str], mistakes: Mistakes) -> None:
    for clause in (*read.pgd.every_medicine, *read.pgd.exclusions):
        more = [fact for fact in clause.reads if pathway.questions[fact].shared and fact not in looked_at]
        if more and not clause.bar:
            mistakes.add(
                read.places[clause.id],
                f'{clause.id} reads "{more[0]}", and nothing in {other} looks at it before {name_shown(read.pgd.id)}',
                f"Make it a bar of the medicine, or write {more[0]}: under differs: here, with why it is only asked here.",
                HARM_DIFFERENT,
            )
