"""PGD files read into kernel objects, in the words of their pathway."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pharmacyfirst.content.blocks import (
    HARM_LOST,
    HARM_MISSING,
    HARM_NAME,
    HARM_UNIT,
    Form,
    Tags,
    amount,
    code,
    dose,
    identified,
    rounding,
    strength,
)
from pharmacyfirst.content.pathways import REMARKS, SENTENCE, Draft, needs, one_sentence, read_edition, source_document
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.text import Block, List, Mistakes, Node, Place, Text
from pharmacyfirst.kernel.conditions import Condition, Within, parts
from pharmacyfirst.kernel.dose import WEIGHT, Dose, DoseRow, Pack, Product, Rounding, Strength
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing, Statement
from pharmacyfirst.kernel.frozen import Frozen
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
_TIMES = re.compile(r"([0-9]{1,2})(?: to ([0-9]{1,2}))?")
_DAYS = re.compile(r"[0-9]{1,3}")


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
    particulars = dict.fromkeys(SCHEDULE_16.values())
    required = [h for h in particulars if is_pgd or h not in _NOT_OF_A_PROTOCOL]
    optional = (*_OPTIONAL, *(() if is_pgd else _NOT_OF_A_PROTOCOL))
    form = Form(block, "PGD file", draft.tags, mistakes, (*_IDENTITY, *required), optional)
    if form.text("pgd", name) != name:
        form.refuse("pgd", f'the file is called "{name}"', "Give the PGD the name of its file.", HARM_NAME)
    vocabulary = draft.vocabulary.for_medicine(name)
    places: dict[str, Place] = {}
    products = {product.name: product for product in _products(form)}
    mechanism = form.parsed("mechanism", {m.value: m for m in Mechanism}.get, "pgd, or clinical protocol")
    pgd = PGD(
        id=name,
        title=form.text("title"),
        edition=read_edition(form, draft.pathway.open_items.values()),
        mechanism=mechanism or Mechanism.PGD,
        medicine=form.text("medicine"),
        legal_class=form.text("legal class"),
        route=form.text("route"),
        source_document=source_document(form.node("source document"), form) or SourceDocument("", "", ""),
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
        cautions=tuple(_cautions(form, name, vocabulary, draft.ids)),
        products=tuple(products.values()),
        doses=tuple(_dose_rows(form, name, vocabulary, products, draft.ids, places)),
        particulars=Frozen(_particulars(form)),
        backing=Backing(open=form.open_items(), note=form.text("note")),
        # Every PGD has these ids in common, so they are registered once, with the pathway.
        every_medicine=tuple(
            clauses(draft.every_medicine, "every medicine", "when", name, form, vocabulary, {}, places)
        ),
    )
    return ReadPGD(pgd, places, block, len(mistakes) == before)


def _particulars(form: Form) -> dict[str, tuple[Statement, ...]]:
    found = {heading: form.statements(heading) for heading in PROSE if heading in form}
    return found | {"who may use it": form.statements("who may use it")}


def _professions(form: Form) -> tuple[str, ...]:
    node = form.node("who may use it")
    blocks = node.items if isinstance(node, List) else [node]
    if not all(isinstance(block, Block) for block in blocks):
        return ()  # noted where the statements are read
    for block in blocks:
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
        condition = None if covered_by else one_sentence(inner, vocabulary, sentences, ("covered by",))
        needs(inner, name.words)
        if condition is not None or covered_by:
            yield Clause(
                id=name.words, stage=f"{pgd}: {stage}", sentence=condition, backing=inner.backing(),
                because=inner.text("because"), must=heading == "must" and not covered_by, says=inner.text("says"),
                covered_by=covered_by,
            )  # fmt: skip


def _cautions(form: Form, pgd: str, vocabulary: Vocabulary, ids: dict[str, Place]) -> Iterable[Caution]:
    for name, block in form.blocks("cautions", "caution"):
        inner = Form(block, "caution", form.tags, form.mistakes, ("says", "action", "evidence"), (*SENTENCE, *REMARKS))
        identified(name, form.mistakes, ids)
        condition = vocabulary.condition(block) if any(heading in inner for heading in SENTENCE) else None
        yield Caution(
            id=name.words,
            stage=f"{pgd}: cautions",
            sentence=condition,
            backing=inner.backing(),
            says=inner.text("says"),
            action=inner.text("action"),
        )


def _products(form: Form) -> Iterable[Product]:
    for name, block in form.blocks("products", "product"):
        inner = Form(
            block, "product", form.tags, form.mistakes, ("form", "strength", "codes", "evidence"), ("bottle", *REMARKS)
        )
        codes = tuple(code(text, form.mistakes) for text in inner.names("codes"))
        bottle = inner.parsed("bottle", amount, "a volume with its unit, for instance 70 mL", HARM_UNIT)
        printed = inner.parsed("strength", strength, "how much is in it, for instance 125 mg/5 mL", HARM_UNIT)
        yield Product(
            name.words, inner.text("form"), printed or Strength(""), codes, bottle, inner.backing()
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
    misspelt: set[str] = set()
    if isinstance(each, Block):
        misspelt = Form(each, "block of what all doses share", form.tags, form.mistakes, (), _EACH_DOSE).misspelt
        shared = {heading: node for heading, node in shared.items() if heading in _EACH_DOSE}
    elif each is not None:
        form.refuse("each dose", "what all doses share is a block", "Write times a day:, days: and so on.", HARM_LOST)
        misspelt = {*_EACH_DOSE}
    for name, own in form.blocks("doses", "dose row"):
        items = {**shared, **own.items}
        row = Block(own.place, items, {heading: (keys | own.keys)[heading] for heading in items})
        identified(name, form.mistakes, ids)
        places[name.words] = name.place
        yield from _dose_row(name, row, form, pgd, vocabulary, products, misspelt)


def _dose_row(
    name: Text, block: Block, form: Form, pgd: str, vocabulary: Vocabulary, products: dict[str, Product], misspelt: set[str]
) -> Iterable[DoseRow]:  # fmt: skip
    words = block.items.get("dose")
    gap = isinstance(words, Text) and words.words == "none"
    required: tuple[str, ...] = (
        ("dose", "because", "evidence") if gap else ("dose", "times a day", "days", "product", "quantity", "evidence")
    )
    optional = ("who", "when", "any of", "or", "because", "rounding", *REMARKS, *(_EACH_DOSE if gap else ()))
    required = tuple(heading for heading in required if heading in block.items or heading not in misspelt)
    inner = Form(block, "dose row", form.tags, form.mistakes, required, (*optional, *misspelt))
    has_sentence = any(heading in inner for heading in SENTENCE)
    condition = vocabulary.condition(block) if has_sentence else None
    amount_each = (
        None
        if gap
        else inner.parsed(
            "dose", dose, "500 mg; 7.5 mg for each kg; 100 mg, 200 mg on the first day; or none", HARM_UNIT
        )
    )
    times = None if gap else inner.parsed("times a day", _times, "a whole number, or 2 to 3")
    days = None if gap else inner.parsed("days", _days, "a whole number of days")
    needs(inner, name.words, enables=not gap)
    backing = inner.backing()
    if has_sentence and condition is None:
        return
    if amount_each is not None and amount_each.for_each_kg and not _asks_for_weight(condition):
        inner.refuse(
            "dose",
            f"the dose goes by weight, and the row can be met without {WEIGHT}",
            f"Write a sentence about {WEIGHT} under when:, for instance {WEIGHT} is below 8.",
            "Without the weight no dose can be worked out.",
        )
    row = DoseRow(
        id=name.words, stage=f"{pgd}: doses", sentence=condition, backing=backing, because=inner.text("because"),
        who=inner.text("who"),
    )  # fmt: skip
    if gap:
        yield row
    elif amount_each is not None and times is not None and days is not None:
        rounded = _rounded(inner, amount_each)
        row = replace(
            row,
            dose=replace(amount_each, rounding=rounded),
            times_a_day=times[0],
            times_a_day_most=times[1],
            days=days,
        )
        packs = tuple(pack for pack in _packs(block, inner, products, row) if pack is not None)
        if packs:
            yield replace(row, packs=packs)


def _times(words: str) -> tuple[int, int | None] | None:
    match = _TIMES.fullmatch(words)
    least, most = (int(match.group(1)), int(match.group(2) or 0)) if match else (0, 0)
    return (least, most or None) if least and (not most or most > least) else None


def _days(words: str) -> int | None:
    return int(words) if _DAYS.fullmatch(words) and int(words) else None


def _asks_for_weight(condition: Condition | None) -> bool:
    """Whether a row is met only where the weight is known."""
    return condition is not None and any(isinstance(one, Within) and one.fact == WEIGHT for one in parts(condition))


def _rounded(form: Form, each: Dose) -> Rounding | None:
    unit = each.each.unit
    if "rounding" in form and not each.for_each_kg:
        form.refuse(
            "rounding",
            "only a dose for each kg is rounded",
            "Write the dose as it is given, and take rounding: out.",
            HARM_UNIT,
        )
        return None
    fits = f'"to the nearest 2.5 {unit}" or "down to 2.5 {unit}"'
    return form.parsed("rounding", lambda words: rounding(words, unit), fits, HARM_UNIT)


def _packs(block: Block, row_form: Form, products: dict[str, Product], row: DoseRow) -> Iterable[Pack | None]:
    yield _pack(row_form, products, row)
    others = block.items.get("or")
    for node in others.items if isinstance(others, List) else [others] if others is not None else []:
        if isinstance(node, Block):
            further = Form(node, "further product", row_form.tags, row_form.mistakes, ("product", "quantity"), REMARKS)
            yield _pack(further, products, row, further.backing())
        else:
            row_form.mistakes.add(
                node.place, "another product is a block", "Write product: and quantity: under a dash.", HARM_MISSING
            )


def _pack(form: Form, products: dict[str, Product], row: DoseRow, backing: Backing = NO_BACKING) -> Pack | None:
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
        return Pack(product, None, backing=backing)
    assert row.dose is not None
    if words == "worked out":
        content, per = product.strength.content, product.strength.per
        if content is None or content.unit != row.dose.each.unit or per is None or not per.unit:
            form.refuse(
                "quantity",
                f"no quantity can be worked out: {product.strength.words} does not say how many {row.dose.each.unit} are in how many mL",
                "Write a quantity, or not stated.",
                HARM_UNIT,
            )
        return Pack(product, None, worked_out=True, backing=backing)
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
    return Pack(product, quantity, backing=backing)


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
        for text in Form(block, "clause", Tags(), mistakes, (), tuple(block.items)).names("covered by"):
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


def _clauses_under(block: Block, heading: str) -> list[tuple[Text, Block]]:
    node: Node | None = block.items.get(heading)
    if not isinstance(node, Block):
        return []
    return [(node.keys[name], inner) for name, inner in node.items.items() if isinstance(inner, Block)]


def _is_covered(block: Block) -> bool:
    return "covered by" in block.items
