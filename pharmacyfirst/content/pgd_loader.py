"""PGD files read into kernel objects, in the words of their pathway."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from pharmacyfirst.content.forms import (
    HARM_LOST,
    HARM_MISSING,
    HARM_UNIT,
    Form,
    Tags,
    amount,
    dose,
    identified,
    rounding,
    strength,
)
from pharmacyfirst.content.loader import REMARKS, SENTENCE, Draft, needs, one_sentence, read_edition, source_document
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.yaml_text import Block, List, Mistakes, Node, Place, Text
from pharmacyfirst.kernel.dose import DoseRow, Pack, Product
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.pgd import PGD, Caution, Clause, Mechanism, SourceDocument

# The seventeen particulars of Schedule 16, Part 1 of the Human Medicines Regulations 2012 (service.md 4.1), by our headings.
# Form, strength, dosage, frequency and duration stand in the products and the dose rows.
SCHEDULE_16 = {
    1: "in force", 2: "medicine", 3: "clinical situation", 4: "quantity limits", 5: "inclusion", 6: "exclusions",
    7: "seek advice", 8: "products", 9: "products", 10: "doses", 11: "route", 12: "doses", 13: "doses",
    14: "warnings", 15: "follow-up", 16: "referral", 17: "records",
}  # fmt: skip

PROSE = (
    "clinical situation", "seek advice", "quantity limits", "warnings", "label", "counselling", "adverse effects", "storage",
    "licence", "leaflets", "follow-up", "referral", "records",
)  # fmt: skip

_IDENTITY = ("pgd", "title", "version", "status", "mechanism", "legal class", "source document", "who may use it")
_NOT_OF_A_PROTOCOL = ("seek advice",)
_OPTIONAL = (
    "cautions",
    "each dose",
    "label",
    "counselling",
    "adverse effects",
    "storage",
    "licence",
    "leaflets",
    *REMARKS,
)
_EACH_DOSE = ("times a day", "days", "product", "quantity", "evidence", "open")
_TIMES = re.compile(r"(\d+)(?: to (\d+))?")


@dataclass
class ReadPGD:
    """A PGD as read, with the places of its clauses for the checks that compare it with its pathway."""

    pgd: PGD
    places: dict[str, Place]
    block: Block


def read_pgd(block: Block, name: str, draft: Draft, mistakes: Mistakes) -> ReadPGD:
    """One PGD file of a pathway that has been read."""
    protocol = block.items.get("mechanism")
    is_protocol = isinstance(protocol, Text) and protocol.words == Mechanism.CLINICAL_PROTOCOL.value
    particulars = dict.fromkeys(SCHEDULE_16.values())
    required = [h for h in particulars if not (is_protocol and h in _NOT_OF_A_PROTOCOL)]
    optional = (*_OPTIONAL, *(_NOT_OF_A_PROTOCOL if is_protocol else ()))
    tags = Tags(draft.tags.sources, draft.tags.open_items, draft.tags.used)
    form = Form(block, "PGD file", tags, mistakes, (*_IDENTITY, *required), optional)
    if form.text("pgd", name) != name:
        form.refuse("pgd", f'the file is called "{name}"', "Give the PGD the name of its file.", HARM_LOST)
    vocabulary = draft.vocabulary.for_medicine(name)
    places: dict[str, Place] = {}
    products = {product.name: product for product in _products(form)}
    mechanism = form.parsed("mechanism", {m.value: m for m in Mechanism}.get, "pgd, or clinical protocol")
    pgd = PGD(
        id=name,
        title=form.text("title"),
        edition=read_edition(form),
        mechanism=mechanism or Mechanism.PGD,
        medicine=form.text("medicine"),
        legal_class=form.text("legal class"),
        route=form.text("route"),
        source_document=source_document(form.node("source document"), form) or SourceDocument("", "", "", ()),
        professions=_professions(form),
        inclusion=tuple(
            clauses(
                form.blocks("inclusion", "inclusion"), "inclusion", "must", name, form, vocabulary, draft.ids, places
            )
        ),
        exclusions=tuple(
            clauses(
                form.blocks("exclusions", "exclusion"), "exclusions", "when", name, form, vocabulary, draft.ids, places
            )
        ),
        cautions=tuple(_cautions(form, vocabulary, draft.ids)),
        products=tuple(products.values()),
        doses=tuple(_dose_rows(form, name, vocabulary, products, draft.ids, places)),
        particulars=MappingProxyType(_particulars(form)),
        open=form.open_items(),
        # Every PGD has these ids in common, so they are registered once, with the pathway.
        every_medicine=tuple(
            clauses(draft.every_medicine, "every medicine", "when", name, form, vocabulary, {}, places)
        ),
    )
    return ReadPGD(pgd, places, block)


def _particulars(form: Form) -> dict[str, tuple[Statement, ...]]:
    found = {heading: form.statements(heading) for heading in PROSE if heading in form}
    return found | {"who may use it": form.statements("who may use it")}


def _professions(form: Form) -> tuple[str, ...]:
    node = form.node("who may use it")
    for block in node.items if isinstance(node, List) else [node]:
        if isinstance(block, Block) and "professions" in block.items:
            return tuple(
                text.words
                for text in Form(block, "statement", form.tags, form.mistakes, (), tuple(block.items)).names(
                    "professions"
                )
            )
    form.refuse(
        "who may use it",
        "no profession is named",
        "Write professions: pharmacist.",
        "A PGD used by a profession it does not name is no legal ground for a supply.",
    )
    return ()


def clauses(
    blocks: Iterable[tuple[Text, Block]], stage: str, heading: str, pgd: str, form: Form, vocabulary: Vocabulary,
    ids: dict[str, Place], places: dict[str, Place],
) -> Iterable[Clause]:  # fmt: skip
    """The inclusions (``must``) or exclusions (``when``, ``any of``) of a PGD, or those that every PGD of the condition has."""
    sentences = ("must",) if heading == "must" else SENTENCE
    for name, block in blocks:
        inner = Form(
            block,
            f"clause of {stage}",
            form.tags,
            form.mistakes,
            ("says", "evidence"),
            (*sentences, "covered by", "because", *REMARKS),
        )
        identified(name, form.mistakes, ids)
        places[name.words] = name.place
        covered_by = tuple(text.words for text in inner.names("covered by"))
        if covered_by and any(one in inner for one in sentences):
            inner.refuse(
                "covered by",
                "the clause is both covered and judged",
                "Keep one of the two.",
                "It would not be plain which of the two stopped somebody.",
            )
        condition = None if covered_by else one_sentence(inner, vocabulary, (*sentences, "covered by"))
        needs(inner, name.words)
        if condition is not None or covered_by:
            yield Clause(
                name.words, f"{pgd}: {stage}", inner.text("says"), condition, heading == "must" and not covered_by, covered_by,
                inner.evidence(), inner.text("because"), inner.open_items(), inner.text("note"),
            )  # fmt: skip


def _cautions(form: Form, vocabulary: Vocabulary, ids: dict[str, Place]) -> Iterable[Caution]:
    for name, block in form.blocks("cautions", "caution"):
        inner = Form(block, "caution", form.tags, form.mistakes, ("says", "action", "evidence"), (*SENTENCE, *REMARKS))
        identified(name, form.mistakes, ids)
        condition = vocabulary.condition(block) if any(heading in inner for heading in SENTENCE) else None
        yield Caution(
            name.words,
            inner.text("says"),
            inner.text("action"),
            condition,
            inner.evidence(),
            inner.open_items(),
            inner.text("note"),
        )


def _products(form: Form) -> Iterable[Product]:
    for name, block in form.blocks("products", "product"):
        inner = Form(
            block, "product", form.tags, form.mistakes, ("form", "strength", "codes", "evidence"), ("bottle", *REMARKS)
        )
        codes = tuple(text.words for text in inner.names("codes"))
        bottle = inner.parsed("bottle", amount, "a volume with its unit, for instance 70 mL", HARM_UNIT)
        yield Product(
            name.words, inner.text("form"), strength(inner.text("strength")), codes, inner.evidence(), bottle,
            inner.open_items(), inner.text("note"),
        )  # fmt: skip


def _dose_rows(
    form: Form,
    pgd: str,
    vocabulary: Vocabulary,
    products: dict[str, Product],
    ids: dict[str, Place],
    places: dict[str, Place],
) -> Iterable[DoseRow]:
    each = form.node("each dose")
    shared = each.items if isinstance(each, Block) else {}
    keys = each.keys if isinstance(each, Block) else {}
    if isinstance(each, Block):
        Form(each, "block of what all doses share", form.tags, form.mistakes, (), _EACH_DOSE)
    for name, own in form.blocks("doses", "dose row"):
        row = Block(own.place, {**shared, **own.items}, {**keys, **own.keys})
        identified(name, form.mistakes, ids)
        places[name.words] = name.place
        yield from _dose_row(name, row, form, pgd, vocabulary, products)


def _dose_row(
    name: Text, block: Block, form: Form, pgd: str, vocabulary: Vocabulary, products: dict[str, Product]
) -> Iterable[DoseRow]:
    words = block.items.get("dose")
    gap = isinstance(words, Text) and words.words == "none"
    required = (
        ("dose", "because", "evidence") if gap else ("dose", "times a day", "days", "product", "quantity", "evidence")
    )
    optional = ("who", "when", "any of", "or", "because", "rounding", *REMARKS, *(_EACH_DOSE if gap else ()))
    inner = Form(block, "dose row", form.tags, form.mistakes, required, optional)
    has_sentence = any(heading in inner for heading in SENTENCE)
    condition = vocabulary.condition(block) if has_sentence else None
    amount_each = (
        None
        if gap
        else inner.parsed(
            "dose", dose, "500 mg; 7.5 mg for each kg; 100 mg, 200 mg on the first day; or none", HARM_UNIT
        )
    )
    times = None if gap else inner.parsed("times a day", _TIMES.fullmatch, "a whole number, or 2 to 3")
    days = (
        None
        if gap
        else inner.parsed("days", lambda w: int(w) if w.isdigit() and int(w) else None, "a whole number of days")
    )
    needs(inner, name.words, enables=not gap)
    evidence, open_items = inner.evidence(), inner.open_items()
    if has_sentence and condition is None:
        return
    row = DoseRow(
        name.words, f"{pgd}: doses", inner.text("who"), condition, None, 0, None, 0, (), evidence, inner.text("because"),
        open_items, inner.text("note"),
    )  # fmt: skip
    if gap:
        yield row
    elif amount_each is not None and times is not None and days is not None:
        rounded = inner.parsed("rounding", rounding, '"to the nearest 2.5 mg" or "down to 2.5 mg"', HARM_UNIT)
        most = int(times.group(2)) if times.group(2) else None
        row = replace(
            row,
            dose=replace(amount_each, rounding=rounded),
            times_a_day=int(times.group(1)),
            times_a_day_most=most,
            days=days,
        )
        packs = tuple(pack for pack in _packs(block, inner, products, row) if pack is not None)
        if packs:
            yield replace(row, packs=packs)


def _packs(block: Block, row_form: Form, products: dict[str, Product], row: DoseRow) -> Iterable[Pack | None]:
    yield _pack(row_form, products, row)
    others = block.items.get("or")
    for node in others.items if isinstance(others, List) else [others] if others is not None else []:
        if isinstance(node, Block):
            yield _pack(
                Form(node, "other product", row_form.tags, row_form.mistakes, ("product", "quantity"), REMARKS),
                products,
                row,
            )
        else:
            row_form.mistakes.add(
                node.place, "another product is a block", "Write product: and quantity: under a dash.", HARM_MISSING
            )


def _pack(form: Form, products: dict[str, Product], row: DoseRow) -> Pack | None:
    product = products.get(form.text("product"))
    if product is None:
        if "product" in form:
            fix = suggest(form.text("product"), products, "Write it under products.")
            form.refuse(
                "product",
                f'"{form.text("product")}" is not a product of this file',
                fix,
                "A product the document does not list may not be supplied under it.",
            )
        return None
    words = form.text("quantity")
    if words == "not stated":
        return Pack(product, None)
    assert row.dose is not None
    if words == "worked out":
        if product.strength.content is None or product.strength.content.unit != row.dose.each.unit:
            form.refuse(
                "quantity",
                f"no quantity can be worked out: {product.strength.words} is no strength in {row.dose.each.unit}",
                "Write a quantity, or not stated.",
                HARM_UNIT,
            )
        return Pack(product, None, worked_out=True)
    quantity = form.parsed(
        "quantity", amount, "a number with its unit, for instance 6 capsule; or worked out; or not stated", HARM_UNIT
    )
    if quantity is None:
        return None
    volume = None if row.dose.for_each_kg else row.volume(product.strength, {})
    if volume is not None and (volume.amount != quantity.amount or (volume.unit and volume.unit != quantity.unit)):
        form.refuse(
            "quantity",
            f"{quantity.in_words()} is not what the doses come to: {volume.in_words().strip()}",
            "Mend the dose, the days, the strength or the quantity.",
            "Too few is a course not finished; too many is a medicine left over for somebody else.",
        )
    return Pack(product, quantity)


def refer_to(read: ReadPGD, known: Iterable[str], form_mistakes: Mistakes) -> None:
    """``covered by`` names what really stops or excludes somebody."""
    known = set(known)
    for heading in ("inclusion", "exclusions"):
        node: Node | None = read.block.items.get(heading)
        for block in node.items.values() if isinstance(node, Block) else []:
            if isinstance(block, Block) and "covered by" in block.items:
                for text in Form(block, "clause", Tags(), form_mistakes, (), tuple(block.items)).names("covered by"):
                    if text.words not in known:
                        fix = suggest(
                            text.words,
                            known,
                            "Name a stopping criterion, an exclusion of every medicine, or one of this file.",
                        )
                        form_mistakes.add(
                            text.place,
                            f'"{text.words}" covers nothing: no criterion has that id',
                            fix,
                            "Somebody the document excludes would be let through.",
                        )
