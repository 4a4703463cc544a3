"""The products of a PGD and its dose table: how much, how often, how long, and how much of which product is supplied."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pharmacyfirst.content.amounts import amount, dose, quantity_range, rounding, strength
from pharmacyfirst.content.blocks import HARM_LOST, HARM_MISSING, HARM_UNIT, Form, code, identified
from pharmacyfirst.content.rules import needs
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shapes import NOT_KNOWN
from pharmacyfirst.content.shapes_of_pgds import DOSE_GAP, DOSE_ROW, EACH_DOSE, FURTHER_PRODUCT
from pharmacyfirst.content.spellings import DAYS, NO_DOSE, QUANTITY_WORDS, TIMES
from pharmacyfirst.content.text import Block, List, Place, Text
from pharmacyfirst.kernel.conditions import Condition, Limits, Within, parts
from pharmacyfirst.kernel.dose import WEIGHT, Amount, Dose, DoseRow, Pack, Product, Rounding, Strength, plain
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing
from pharmacyfirst.kernel.questions import Question

_TIMES = re.compile(TIMES)
_DAYS = re.compile(DAYS)
EACH_HEADING = "each dose"
_MOST_COURSES = (
    10  # a quantity is whole packs, so more than one course of the heaviest may be right; so much more is a slip
)
_WHOLE_PACKS = ("pack", "month")
_FIX_QUANTITY = "Mend the dose, the days, the strength or the quantity."
_HARM_QUANTITY = "Too few is a course not finished; too many is a medicine left over for somebody else."


def read_products(form: Form) -> dict[str, Product]:
    """The products of a PGD file, by name."""
    found = {}
    for name, inner in form.forms("products"):
        codes = _codes(inner)
        bottle = inner.parsed("bottle", amount, "a volume with its unit, for instance 70 mL", HARM_UNIT)
        printed = inner.parsed("strength", strength, "how much is in it, for instance 125 mg/5 mL", HARM_UNIT)
        found[name.words] = Product(
            name.words, inner.text("form"), printed or Strength(""), codes, bottle, inner.backing()
        )
    return found


def _codes(form: Form) -> tuple[str, ...]:
    """The codes of a product; none where the file says, with an open item, that they are not known."""
    names = form.names("codes")
    if [text.words for text in names] != [NOT_KNOWN]:
        return tuple(code(text, form.mistakes) for text in names)
    if "open" not in form:
        form.refuse(
            "codes",
            "the codes are not known, with no open item",
            "Write open: and the item that says what has to be found out.",
            "Nobody would look for the code, and every record would go without it.",
        )
    return ()


def read_doses(
    form: Form, pgd: str, vocabulary: Vocabulary, products: Mapping[str, Product], ids: dict[str, Place], places: dict[str, Place]
) -> Iterator[DoseRow]:  # fmt: skip
    """The dose table, each row with what all of them share; ``places`` gathers where each stands."""
    each = form.node(EACH_HEADING)
    shared = each if isinstance(each, Block) else Block(form.block.place)
    misspelt: set[str] = set()
    if isinstance(each, Block):
        misspelt = Form(each, EACH_DOSE, form.tags, form.mistakes).misspelt
    elif each is not None:
        form.refuse(EACH_HEADING, "what all doses share is a block", "Write times a day:, days: and so on.", HARM_LOST)
        misspelt = {*EACH_DOSE.headings}
    for name, own in form.blocks("doses"):
        identified(name, form.mistakes, ids)
        places[name.words] = name.place
        yield from _dose_row(name, _completed(own, shared), form, pgd, vocabulary, products, misspelt)


def _completed(own: Block, shared: Block) -> Block:
    """A dose row with what all rows share and it does not say itself."""
    items = {heading: node for heading, node in shared.items.items() if heading in EACH_DOSE.headings} | own.items
    keys = shared.keys | own.keys
    return Block(own.place, items, {heading: keys[heading] for heading in items})


def _dose_row(
    name: Text, block: Block, form: Form, pgd: str, vocabulary: Vocabulary, products: Mapping[str, Product], misspelt: set[str]
) -> Iterator[DoseRow]:  # fmt: skip
    words = block.items.get("dose")
    gap = isinstance(words, Text) and words.words == NO_DOSE
    shape = (DOSE_GAP if gap else DOSE_ROW).need_not(sorted(misspelt - set(block.items)))
    inner = Form(block, shape, form.tags, form.mistakes)
    has_sentence = any(heading in inner for heading in shape.sentence)
    condition = vocabulary.condition(block) if has_sentence else None
    fits = "500 mg; 7.5 mg for each kg; 100 mg, 200 mg on the first day; or none"
    each = None if gap else inner.parsed("dose", dose, fits, HARM_UNIT)
    times = None if gap else inner.parsed("times a day", _times, "a whole number, or 2 to 3")
    days = None if gap else _days_of(inner, misspelt)
    needs(inner, name.words, enables=not gap)
    backing = inner.backing()
    if has_sentence and condition is None:
        return
    if each is not None and each.for_each_kg and not _asks_for_weight(condition):
        inner.refuse(
            "dose",
            f"the dose goes by weight, and the row can be met without {WEIGHT}",
            f"Write a sentence about {WEIGHT} under when:, for instance {WEIGHT} is below 8.",
            "Without the weight no dose can be worked out.",
        )
    row = DoseRow(
        id=name.words, stage=f"{pgd}: doses", sentence=condition, backing=backing, because=inner.text("because"),
        who=inner.text("who"), pgd=pgd,
    )  # fmt: skip
    if gap:
        yield row
    elif each is not None and times is not None and days is not None:
        weights = _weights(condition, vocabulary.questions.get(WEIGHT))
        given = replace(each, rounding=_rounded(inner, each, weights))
        row = replace(row, dose=given, times_a_day=times[0], times_a_day_most=times[1], days=days)
        packs = tuple(pack for pack in _packs(block, inner, products, row, weights) if pack is not None)
        if packs:
            yield replace(row, packs=packs)


def _times(words: str) -> tuple[int, int | None] | None:
    match = _TIMES.fullmatch(words)
    least, most = (int(match.group(1)), int(match.group(2) or 0)) if match else (0, 0)
    return (least, most or None) if least and (not most or most > least) else None


def _days_of(form: Form, misspelt: set[str]) -> int | None:
    """For how many days; 0 where the document says how many packs or months at most, and none is needed."""
    words = form.text("quantity")
    ranged = quantity_range(words)
    if "days" not in form and "days" not in form.misspelt | misspelt:
        if ranged is not None and ranged[0].unit in _WHOLE_PACKS:
            return 0
        if words and ranged is None and amount(words) is None and words not in QUANTITY_WORDS:
            return 0  # it is no quantity, which is noted, and may have been one of these
        what, fix = 'this dose row has no "days"', 'Write "days:" and what belongs there.'
        form.mistakes.add(form.block.place, what, fix, HARM_MISSING)
    return form.parsed("days", _days, "a whole number of days")


def _days(words: str) -> int | None:
    return int(words) if _DAYS.fullmatch(words) and int(words) else None


def _asks_for_weight(condition: Condition | None) -> bool:
    """Whether a row is met only where the weight is known."""
    return condition is not None and any(isinstance(one, Within) and one.fact == WEIGHT for one in parts(condition))


def _weights(condition: Condition | None, question: Question | None) -> Limits:
    """Which weights a row can be met with: what its sentence asks for, within what the question takes."""
    asked = (
        [one.limits for one in parts(condition) if isinstance(one, Within) and one.fact == WEIGHT] if condition else []
    )
    taken = [*asked, Limits(question.low, question.high)] if question is not None else asked
    lows, highs = [one.low for one in taken if one.low is not None], [one.high for one in taken if one.high is not None]
    return Limits(max(lows, default=None), min(highs, default=None))


def _rounded(form: Form, each: Dose, weights: Limits) -> Rounding | None:
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
    found = form.parsed("rounding", lambda words: rounding(words, unit), fits, HARM_UNIT)
    smallest = each.each.amount * (weights.low or 0)
    if found is not None and found.step > smallest:
        form.refuse(
            "rounding",
            f"the step is larger than the smallest dose of this row: {plain(smallest)} {unit}",
            "Write a smaller step, or a sentence that lets in only those who weigh more.",
            "A dose rounded by so much may be nothing, or far from what was meant.",
        )
    return found


def _packs(
    block: Block, row_form: Form, products: Mapping[str, Product], row: DoseRow, weights: Limits
) -> Iterable[Pack | None]:
    yield _pack(row_form, products, row, weights)
    others = block.items.get("or")
    for node in others.items if isinstance(others, List) else [others] if others is not None else []:
        if isinstance(node, Block):
            further = Form(node, FURTHER_PRODUCT, row_form.tags, row_form.mistakes)
            yield _pack(further, products, row, weights, further.backing())
        else:
            row_form.mistakes.add(
                node.place, "another product is a block", "Write product: and quantity: under a dash.", HARM_MISSING
            )


def _pack(
    form: Form, products: Mapping[str, Product], row: DoseRow, weights: Limits, backing: Backing = NO_BACKING
) -> Pack | None:
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
    ranged = quantity_range(words)
    quantity = (
        ranged[0]
        if ranged
        else form.parsed(
            "quantity",
            amount,
            "a number with its unit, for instance 6 capsule; or worked out; or not stated",
            HARM_UNIT,
        )
    )
    if quantity is None:
        return None
    packed = Pack(product, quantity, backing=backing)
    if ranged:
        packed = replace(packed, up_to=True, least=ranged[1], less_with_reason=ranged[2])
    if ranged and quantity.unit in _WHOLE_PACKS:
        return packed  # how many doses are in one, the document does not say
    if (counted := _counted_in(product)) and not counted.issuperset(_singular(quantity.unit)):
        form.refuse(
            "quantity",
            f'"{quantity.unit}" is neither a word of the form nor pack: {product.form}',
            "Write the unit in words of the form, for instance capsule or tablet; or mend the form or the strength.",
            HARM_UNIT,
        )
        return None
    volume = None if row.dose.for_each_kg else row.volume(product.strength, {})
    if row.dose.for_each_kg:
        _fits_some_weight(form, row, product, quantity, weights)
    too_much = ranged and volume is not None and volume.amount <= quantity.amount
    if (
        volume is not None
        and not too_much
        and (volume.amount != quantity.amount or (volume.unit and volume.unit != quantity.unit))
    ):
        form.refuse(
            "quantity",
            f"{quantity.as_written()} is not what the doses come to: {volume.as_written().strip()}",
            _FIX_QUANTITY,
            _HARM_QUANTITY,
        )
    return packed


def _counted_in(product: Product) -> frozenset[str]:
    """What a product is counted in: the words of its form, or packs. Nothing where its strength is not that of one piece."""
    per = product.strength.per
    return frozenset() if per is None or per.unit else frozenset((*_singular(product.form), "pack", "or"))


def _singular(words: str) -> Iterable[str]:
    return (word.removesuffix("s") for word in words.lower().split())


def _fits_some_weight(form: Form, row: DoseRow, product: Product, quantity: Amount, weights: Limits) -> None:
    """Refuse a quantity that is too little for the lightest, or more than ten courses of the heaviest."""
    ends = [None if one is None else row.volume(product.strength, {WEIGHT: one}) for one in (weights.low, weights.high)]
    least, most = (one if one is None or one.unit in ("", quantity.unit) else None for one in ends)
    if least is not None and quantity.amount < least.amount:
        what = f"{quantity.as_written()} is less than the doses of the lightest come to: {least.as_written().strip()}"
    elif most is not None and quantity.amount > _MOST_COURSES * most.amount:
        what = f"{quantity.as_written()} is more than {_MOST_COURSES} times what the doses of the heaviest come to: {most.as_written().strip()}"
    else:
        return
    form.refuse("quantity", what, _FIX_QUANTITY, _HARM_QUANTITY)
