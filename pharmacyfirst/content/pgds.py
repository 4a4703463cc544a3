"""PGD files read into kernel objects, in the words of their pathway."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pharmacyfirst.content.blocks import HARM_NAME, Form, Headings, Tags, identified
from pharmacyfirst.content.documents import read_edition, source_document
from pharmacyfirst.content.doses import read_doses, read_products
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.for_people import forms, readers, statements_to
from pharmacyfirst.content.pathways import Draft
from pharmacyfirst.content.rules import needs, one_sentence
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shapes import OF_EVERY_MEDICINE
from pharmacyfirst.content.shapes_of_pgds import PGD_FILE, PROSE, PROTOCOL_FILE, SAID_TO
from pharmacyfirst.content.text import Block, List, Mistakes, Place, Text
from pharmacyfirst.kernel.evidence import Backing, Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import PGD, Caution, Clause, Mechanism, SourceDocument

# The seventeen particulars of Schedule 16, Part 1 of the Human Medicines Regulations 2012 (service.md 4.1), by our headings.
# Form, strength, dosage, frequency and duration stand in the products and the dose rows.
SCHEDULE_16 = {
    1: "in force", 2: "medicine", 3: "clinical situation", 4: "quantity limits", 5: "inclusion", 6: "exclusions",
    7: "seek advice", 8: "products", 9: "products", 10: "doses", 11: "route", 12: "doses", 13: "doses",
    14: "warnings", 15: "follow-up", 16: "referral", 17: "records",
}  # fmt: skip
USERS = "who may use it"
COVERED = "covered by"


@dataclass
class ReadPGD:
    """A PGD as read, with the places of its clauses for the checks that compare it with its pathway."""

    pgd: PGD
    places: dict[str, Place]
    block: Block
    whole: bool = True  # nothing in it was refused


def read_pgd(block: Block, name: str, draft: Draft, mistakes: Mistakes) -> ReadPGD:
    """One PGD file of a pathway that has been read."""
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
    of_all = ((own, Form(one, OF_EVERY_MEDICINE, draft.tags, mistakes)) for own, one in draft.every_medicine)
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
        inclusion=tuple(_clauses(form.forms("inclusion"), "inclusion", name, vocabulary, draft.ids, places)),
        exclusions=tuple(_clauses(form.forms("exclusions"), "exclusions", name, vocabulary, draft.ids, places)),
        cautions=tuple(_cautions(form, name, vocabulary, draft.ids, form_names)),
        products=tuple(products.values()),
        doses=tuple(read_doses(form, name, vocabulary, products, draft.ids, places)),
        particulars=Frozen(particulars),
        backing=Backing(open=form.open_items(), note=form.text("note")),
        every_medicine=tuple(_clauses(of_all, "every medicine", name, vocabulary, {}, places)),
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


def _clauses(
    forms: Iterable[tuple[Text, Form]], stage: str, pgd: str, vocabulary: Vocabulary, ids: dict[str, Place], places: dict[str, Place]
) -> Iterator[Clause]:  # fmt: skip
    """The inclusions (``must``) or exclusions (``when``, ``any of``) of a PGD, or those that every PGD of the condition has."""
    for name, inner in forms:
        identified(name, inner.mistakes, ids)
        places[name.words] = name.place
        covered_by = tuple(text.words for text in inner.names(COVERED))
        if covered_by and any(heading in inner for heading in inner.shape.sentence):
            inner.refuse(
                COVERED,
                "the clause is both covered and judged",
                "Keep one of the two.",
                "It would not be plain which of the two stopped somebody.",
            )
        condition = None if covered_by else one_sentence(inner, vocabulary)
        needs(inner, name.words)
        if condition is not None or covered_by:
            yield Clause(
                id=name.words, stage=f"{pgd}: {stage}", sentence=condition, backing=inner.backing(),
                because=inner.text("because"), must="must" in inner.shape.sentence and not covered_by,
                says=inner.text("says"), covered_by=covered_by, pgd=pgd,
            )  # fmt: skip


def _cautions(
    form: Form, pgd: str, vocabulary: Vocabulary, ids: dict[str, Place], products: Collection[str]
) -> Iterator[Caution]:
    for name, inner in form.forms("cautions"):
        identified(name, form.mistakes, ids)
        yield Caution(
            id=name.words,
            stage=f"{pgd}: cautions",
            sentence=vocabulary.condition(inner.block),
            backing=inner.backing(),
            says=inner.text("says"),
            action=inner.text("action"),
            audience=readers(inner),
            forms=forms(inner, products),
        )


def refer_to(
    read: ReadPGD, stops: Iterable[str], every_medicine: Iterable[tuple[Text, Block]], mistakes: Mistakes
) -> None:
    """``covered by`` names what really stops or excludes somebody, and is not itself only covered."""
    exclusions = [*every_medicine, *_clauses_under(read.block, "exclusions")]
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
