"""Medicines as they stand once in ``pathways/shared/medicines/``: what bars each of them wherever it is offered, and what to weigh.

A clause of a PGD takes a bar with ``as:``. It is filled in before anything reads the PGD, so that whatever judges, proves or prints a
clause finds its sentence there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pharmacyfirst.content.blocks import HARM_LOST, HARM_NAME, Form, Tags
from pharmacyfirst.content.files import MEDICINES, name_shown
from pharmacyfirst.content.once import written
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.content.shapes_of_medicines import SHARED_MEDICINE
from pharmacyfirst.content.spellings import ONE_SENTENCE
from pharmacyfirst.content.text import Block, Mistakes, Node, Text
from pharmacyfirst.content.written import SharedMedicine

TAKES = "as"
COVERED = "covered by"

HARM_BARRED = "Somebody whom this bars wherever else the medicine is offered would be given it here."

_WORDS_OF_A_BAR = ("says", "because", "evidence")


@dataclass
class Medicine:
    """One medicine: the block of each bar and of each caution, by name and id, and the same as it is ``written``.

    ``whole`` where nothing in its file was refused.
    """

    name: str
    bars: Mapping[str, Block]
    cautions: tuple[tuple[Text, Block], ...]
    written: SharedMedicine
    whole: bool


def read_medicine(block: Block, name: str, tags: Tags, mistakes: Mistakes) -> Medicine:
    """The file of one medicine. Its sentences are read in the words of each pathway that offers it."""
    before = len(mistakes)
    form = Form(block, SHARED_MEDICINE, tags, mistakes)
    if form.text("shared medicine", name) != name:
        what, fix = f'the file is called "{name_shown(name)}"', "Give it the id of the PGDs that offer the medicine."
        form.refuse("shared medicine", what, fix, HARM_NAME)
    bars, cautions = list(form.forms("bars")), list(form.forms("cautions"))
    medicine = SharedMedicine(
        name,
        form.text("title"),
        tuple(written(bar, inner) for bar, inner in bars),
        tuple(written(id, inner) for id, inner in cautions),
    )
    return Medicine(
        name,
        {bar.words: inner.block for bar, inner in bars},
        tuple((id, inner.block) for id, inner in cautions),
        medicine,
        len(mistakes) == before,
    )


def reading(shape: Shape, taken: Shape) -> Shape:
    """The shape of a clause as it is read, where it may take a bar."""
    return replace(shape, optional={**shape.optional, **taken.required}, one_of=(*shape.one_of, TAKES))


@dataclass
class Filling:
    """Fills in the clauses of one PGD that take a bar; ``medicine`` is None where it has no file, ``whole`` false where one is unread."""

    pgd: str
    medicine: Medicine | None
    whole: bool
    mistakes: Mistakes

    def file(self, block: Block) -> Block:
        """The whole file of the PGD, its exclusions filled in."""
        node = block.items.get("exclusions")
        if not isinstance(node, Block):
            return block
        filled = {id: self.clause(one) if isinstance(one, Block) else one for id, one in node.items.items()}
        return Block(block.place, {**block.items, "exclusions": Block(node.place, filled, node.keys)}, block.keys)

    def clause(self, clause: Block) -> Block:
        """One clause: as it stands, or with what it takes of the bar and does not say itself."""
        name = clause.items.get(TAKES)
        if not isinstance(name, Text):
            return clause
        bar = self._bar(name, clause)
        if bar is None:  # that is noted; with a stand-in the rest of the file can be read, and its mistakes found
            missing = {heading: Text("inferred", name.place) for heading in ("says", "evidence")}
            return _beside(clause, missing, clause.keys)
        headings = _WORDS_OF_A_BAR if COVERED in clause.items else (*_WORDS_OF_A_BAR, *ONE_SENTENCE)
        found = {heading: bar.items[heading] for heading in headings if heading in bar.items}
        if note := _both_notes(clause.items.get("note"), bar.items.get("note")):
            return _beside(Block(clause.place, {**clause.items, "note": note}, clause.keys), found, bar.keys)
        return _beside(clause, found, bar.keys)

    def _bar(self, name: Text, clause: Block) -> Block | None:
        written = next((heading for heading in (*ONE_SENTENCE, "must") if heading in clause.items), "")
        if written:
            what, fix = (
                f'"{TAKES}" and "{written}" stand in one clause',
                "Keep one: where as: stands, the bar says when.",
            )
            self.mistakes.add(
                clause.keys[written].place, what, fix, "It would not be plain which of the two stops somebody."
            )
            return None
        if self.medicine is None:
            if self.whole:
                what = f'there is no file of "{name_shown(self.pgd)}" in pathways/shared/{MEDICINES}/'
                self.mistakes.add(name.place, what, "Write it there, or write when: here.", HARM_LOST)
            return None
        if name.words not in self.medicine.bars and self.medicine.whole:
            fix = suggest(name.words, self.medicine.bars, f"Its bars are: {', '.join(self.medicine.bars)}.")
            self.mistakes.add(name.place, f'"{name.words}" is no bar of {self.medicine.name}', fix, HARM_LOST)
        return self.medicine.bars.get(name.words)


def _beside(clause: Block, more: Mapping[str, Node], keys: Mapping[str, Text]) -> Block:
    """A clause with more headings; what it says itself stands."""
    added = {heading: node for heading, node in more.items() if heading not in clause.items}
    found = {heading: keys[heading] for heading in added if heading in keys}
    return Block(clause.place, {**added, **clause.items}, {**found, **clause.keys})


def _both_notes(own: Node | None, of_the_bar: Node | None) -> Text | None:
    """The note of a clause and that of its bar, one after the other."""
    notes = [note for note in (own, of_the_bar) if isinstance(note, Text)]
    if len(notes) < 2:
        return notes[0] if notes else None
    return Text("; ".join(note.words.strip().rstrip(".") for note in notes), notes[0].place, plain=False)


def taken_blocks(
    every_medicine: Node | None, exclusions: Mapping[str, Iterable[Block]], medicines: Mapping[str, Medicine]
) -> Iterator[Block]:
    """What a folder takes of its medicines and judges or shows: bars, by its own clauses or those of every medicine, and cautions."""
    of_all = every_medicine.items.values() if isinstance(every_medicine, Block) else ()
    for pgd, clauses in exclusions.items():
        if pgd not in medicines:
            continue
        yield from (caution for _, caution in medicines[pgd].cautions)
        for clause in (*clauses, *(one for one in of_all if isinstance(one, Block))):
            name = clause.items.get(TAKES)
            if isinstance(name, Text) and COVERED not in clause.items and name.words in medicines[pgd].bars:
                yield medicines[pgd].bars[name.words]
