"""PGD files read into kernel objects, in the words of their pathway."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pharmacyfirst.content.blocks import HARM_NAME, Form, Headings, Tags, identified
from pharmacyfirst.content.documents import read_edition, source_document
from pharmacyfirst.content.doses import read_doses, read_products
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.for_people import forms, readers, statements_to
from pharmacyfirst.content.medicines import COVERED, HARM_BARRED, TAKES, Filling, Medicine, reading
from pharmacyfirst.content.pathways import Draft
from pharmacyfirst.content.rules import needs, one_sentence
from pharmacyfirst.content.sentence_forms import BARS_THIS
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.content.shapes import OF_EVERY_MEDICINE, TAKEN_OF_EVERY_MEDICINE
from pharmacyfirst.content.shapes_of_pgds import (
    CAUTION,
    EXCLUSION,
    INCLUSION,
    PGD_FILE,
    PROSE,
    PROTOCOL_FILE,
    SAID_TO,
    TAKEN_EXCLUSION,
)
from pharmacyfirst.content.text import Block, List, Mistakes, Place, Text
from pharmacyfirst.kernel.evidence import Backing, Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import PGD, BarDifference, Caution, Clause, Instruction, Mechanism, SourceDocument

# The seventeen particulars of Schedule 16, Part 1 of the Human Medicines Regulations 2012 (service.md 4.1), by our headings.
# Form, strength, dosage, frequency and duration stand in the products and the dose rows.
SCHEDULE_16 = {
    1: "in force", 2: "medicine", 3: "clinical situation", 4: "quantity limits", 5: "inclusion", 6: "exclusions",
    7: "seek advice", 8: "products", 9: "products", 10: "doses", 11: "route", 12: "doses", 13: "doses",
    14: "warnings", 15: "follow-up", 16: "referral", 17: "records",
}  # fmt: skip
USERS = "who may use it"

_EXCLUSION = reading(EXCLUSION, TAKEN_EXCLUSION)
_OF_EVERY_MEDICINE = reading(OF_EVERY_MEDICINE, TAKEN_OF_EVERY_MEDICINE)


@dataclass
class ReadPGD:
    """A PGD as read, with the places of its clauses for the checks that compare it with its pathway."""

    pgd: PGD
    places: dict[str, Place]
    block: Block
    whole: bool = True  # nothing in it was refused


def read_pgd(block: Block, name: str, draft: Draft, mistakes: Mistakes, filling: Filling) -> ReadPGD:
    """One PGD file of a pathway that has been read; its exclusions are filled in, those of every medicine are filled in here."""
    before = len(mistakes)
    words = block.items.get("mechanism")
    is_pgd = isinstance(words, Text) and words.words == Mechanism.PGD.value
    form = Form(block, PGD_FILE if is_pgd else PROTOCOL_FILE, draft.tags, mistakes)
    if form.text("pgd", name) != name:
        form.refuse("pgd", f'the file is called "{name_shown(name)}"', "Give the PGD the name of its file.", HARM_NAME)
    vocabulary = draft.vocabulary.for_medicine(name)
    places: dict[str, Place] = {}
    products = read_products(form)
    mechanism = form.parsed("mechanism", {m.value: m for m in Mechanism}.get, "pgd, or clinical protocol")
    form_names = {product.form for product in products.values()}
    particulars = _particulars(form, form_names)
    # Every PGD has these ids in common, so they are registered once, with the pathway.
    of_all = [(own, filling.clause(one)) for own, one in draft.every_medicine]
    clauses = _Clauses(name, draft, vocabulary, places, mistakes)
    pgd = PGD(
        id=name,
        title=form.text("title"),
        edition=read_edition(form),
        mechanism=mechanism or Mechanism.PGD,
        medicine=form.text("medicine"),
        legal_class=form.text("legal class"),
        route=form.text("route"),
        source_document=source_document(form.node("source document"), form) or SourceDocument("", "", ""),
        professions=_professions(form, particulars[USERS]),
        inclusion=tuple(clauses.read(form.blocks("inclusion"), "inclusion", INCLUSION)),
        exclusions=tuple(clauses.read(form.blocks("exclusions"), "exclusions", _EXCLUSION)),
        cautions=(
            *_of_the_medicine(form, filling.medicine, vocabulary, draft.ids),
            *_own_cautions(form, vocabulary, draft.ids, form_names),
        ),
        products=tuple(products.values()),
        doses=tuple(read_doses(form, name, vocabulary, products, draft.ids, places)),
        particulars=Frozen(particulars),
        backing=Backing(open=form.open_items(), note=form.text("note")),
        every_medicine=tuple(clauses.read(of_all, "every medicine", _OF_EVERY_MEDICINE)),
        instructions=tuple(_instructions(form, vocabulary, draft.ids)),
        document=form.text("document"),
        differs=tuple(
            BarDifference(bar.words, inner.text("because"), inner.backing()) for bar, inner in form.forms("differs")
        ),
    )
    return ReadPGD(pgd, places, block, len(mistakes) == before)


def _particulars(form: Form, form_names: Collection[str]) -> dict[str, tuple[Statement, ...]]:
    """The statements under each heading; those that say for whom they are, with their readers and forms."""
    found = {}
    for heading in (*PROSE, USERS):
        if heading in form or heading == USERS:
            found[heading] = (
                statements_to(form, heading, form_names) if heading in SAID_TO else form.statements(heading)
            )
    return found


def _professions(form: Form, users: Iterable[Statement]) -> tuple[str, ...]:
    """The professions of the first statement that names any."""
    node = form.node(USERS)
    blocks = [one for one in (node.items if isinstance(node, List) else [node]) if isinstance(one, Block)]
    written = len(blocks) == (len(node.items) if isinstance(node, List) else 1)  # else noted where they are read
    if written and not any("professions" in block.items for block in blocks):
        form.refuse(
            USERS,
            "no profession is named",
            "Write professions: pharmacist.",
            "A PGD used by a profession it does not name is no legal ground for a supply.",
        )
    return next((one.professions for one in users if one.professions), ())


@dataclass
class _Clauses:
    """Reads the clauses of one PGD, and those that every PGD of the condition has, in the words of its pathway."""

    pgd: str
    draft: Draft
    vocabulary: Vocabulary
    places: dict[str, Place]
    mistakes: Mistakes

    def read(self, blocks: Iterable[tuple[Text, Block]], stage: str, shape: Shape) -> Iterator[Clause]:
        """The inclusions (``must``) or exclusions (``when``, ``any of``, or ``as`` a bar of the medicine)."""
        ids = {} if stage == "every medicine" else self.draft.ids  # those are registered with the pathway
        for name, block in blocks:
            identified(name, self.mistakes, ids)
            if self.pgd in excepted(block):
                continue
            self.places[name.words] = name.place
            clause = self._clause(name, Form(block, shape, self.draft.tags, self.mistakes), f"{self.pgd}: {stage}")
            if clause is not None:
                yield clause

    def _clause(self, name: Text, form: Form, stage: str) -> Clause | None:
        covered_by = tuple(text.words for text in form.names(COVERED))
        if covered_by and any(heading in form for heading in form.shape.sentence):
            form.refuse(
                COVERED,
                "the clause is both covered and judged",
                "Keep one of the two.",
                "It would not be plain which of the two stopped somebody.",
            )
        bar = form.text(TAKES) if TAKES in form.shape.headings else ""
        needs(form, name.words)
        if covered_by or (bar and self._cannot_be_judged(form, bar)):
            condition = None
        else:
            condition = one_sentence(form, self.vocabulary)
        if condition is None and not covered_by:
            return None
        return Clause(
            id=name.words, stage=stage, sentence=condition, backing=form.backing(), because=form.text("because"),
            must="must" in form.shape.sentence and not covered_by, says=form.text("says"), covered_by=covered_by,
            bar=bar, pgd=self.pgd,
        )  # fmt: skip

    def _cannot_be_judged(self, form: Form, bar: str) -> bool:
        """Whether the bar reads what the pathway does not ask, which is noted where the clause takes it."""
        lacking = self.vocabulary.lacks(form.block)
        if lacking:
            form.refuse(
                TAKES,
                f'the bar "{bar}" of {name_shown(self.pgd)} reads "{lacking[0]}", which this pathway does not ask',
                f"Write {lacking[0]}: shared under questions, or say under differs: why it is not asked.",
                HARM_BARRED,
            )
        return bool(lacking)


def _own_cautions(
    form: Form, vocabulary: Vocabulary, ids: dict[str, Place], products: Collection[str]
) -> Iterator[Caution]:
    """The cautions of the PGD's own file, which are about this condition."""
    for name, inner in form.forms("cautions"):
        yield _caution(name, inner, form.text("pgd"), vocabulary, ids, forms(inner, products))


def _instructions(form: Form, vocabulary: Vocabulary, ids: dict[str, Place]) -> Iterator[Instruction]:
    """How a person begins or takes the medicine; they are read after the offer, and may read any question."""
    for name, inner in form.forms("instructions"):
        yield Instruction(
            id=identified(name, form.mistakes, ids), stage=f"{form.text('pgd')}: instructions",
            sentence=vocabulary.condition(inner.block), backing=inner.backing(), says=inner.text("says"),
        )  # fmt: skip


def _of_the_medicine(
    form: Form, medicine: Medicine | None, vocabulary: Vocabulary, ids: dict[str, Place]
) -> Iterator[Caution]:
    """The cautions that every PGD of the medicine has."""
    for name, block in medicine.cautions if medicine else ():
        lacking = vocabulary.lacks(block)
        if lacking:
            form.refuse(
                "pgd",
                f'the caution {name.words} of the medicine reads "{lacking[0]}", which this pathway does not ask',
                f"Write {lacking[0]}: shared under questions.",
                "What has to be weighed or told with the medicine would not be.",
            )
            continue
        inner = Form(block, CAUTION, form.tags, form.mistakes)
        yield _caution(name, inner, form.text("pgd"), vocabulary, ids, forms(inner, ()))


def _caution(
    name: Text, form: Form, pgd: str, vocabulary: Vocabulary, ids: dict[str, Place], product_forms: tuple[str, ...]
) -> Caution:
    return Caution(
        id=identified(name, form.mistakes, ids), stage=f"{pgd}: cautions", sentence=vocabulary.condition(form.block),
        backing=form.backing(), says=form.text("says"), action=form.text("action"), audience=readers(form), forms=product_forms,
    )  # fmt: skip


def refer_to(
    read: ReadPGD, stops: Iterable[str], every_medicine: Iterable[tuple[Text, Block]], mistakes: Mistakes
) -> None:
    """``covered by`` names what really stops or excludes somebody, and is not itself only covered."""
    of_all = [(name, block) for name, block in every_medicine if read.pgd.id not in excepted(block)]
    exclusions = [*of_all, *_clauses_under(read.block, "exclusions")]
    covered = [
        (name, block) for name, block in (*exclusions, *_clauses_under(read.block, "inclusion")) if _is_covered(block)
    ]
    not_judged = {name.words for name, _ in covered}
    known = {*stops, *(name.words for name, _ in exclusions)} - not_judged
    for _, block in covered:
        for text in Headings(block, Tags(), mistakes).names(COVERED):
            if text.words in known:
                continue
            why, fix = "it is itself covered", "Name what really stops or excludes such a person."
            if text.words not in not_judged:
                why = "no criterion has that id"
                fix = suggest(
                    text.words, known, "Name a stopping criterion, an exclusion of every medicine, or one of this file."
                )
            mistakes.add(
                text.place,
                f'"{text.words}" covers nothing: {why}',
                fix,
                "Somebody the document excludes would be let through.",
            )


def excepted(block: Block) -> tuple[str, ...]:
    """The PGDs that a clause of every medicine is not about: those after ``except``, where that is all it says."""
    words = block.items.get("when")
    match = BARS_THIS.fullmatch(words.words) if isinstance(words, Text) else None
    return tuple((match.group(2) or "").split(" or ")) if match else ()


def exclusion_blocks(block: Block) -> tuple[Block, ...]:
    """The exclusions of a PGD's own file that are judged, for a pathway that says ``fluticasone is excluded``."""
    return tuple(clause for _, clause in _clauses_under(block, "exclusions") if not _is_covered(clause))


def _clauses_under(block: Block, heading: str) -> list[tuple[Text, Block]]:
    node = block.items.get(heading)
    if not isinstance(node, Block):
        return []
    return [(node.keys[name], inner) for name, inner in node.items.items() if isinstance(inner, Block)]


def _is_covered(block: Block) -> bool:
    return COVERED in block.items
