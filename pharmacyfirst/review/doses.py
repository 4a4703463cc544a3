"""Products and doses as tables."""

from collections.abc import Callable, Iterable, Iterator

from pharmacyfirst.kernel.dose import Dose, DoseRow, Pack, Product, counted, plain
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.review.layout import Line, Part, Table, TableRow, line, lines, named, row_of
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.questions import in_both
from pharmacyfirst.review.wording import Wording

NO_DOSE = "no dose: nothing is offered"
DASH = "–"


def product_table(pgd: PGD, notes: Notes) -> Table:
    """Form, strength and dm+d codes of each product."""
    columns = Part("Product", "wide"), Part("Form", "dated"), Part("Strength", "short"), Part("dm+d codes", "codes")
    return Table(
        "Products that may be supplied",
        columns,
        tuple(_product_row(number, one, notes) for number, one in enumerate(pgd.products, 1)),
    )


def _product_row(number: int, product: Product, notes: Notes) -> TableRow:
    name = Line((Part(product.name),), notes.marks(product.backing.evidence), product.backing.open)
    bottle = f"In bottles of {product.bottle.in_words()}." if product.bottle else ""
    codes = tuple(line(code, "code") for code in product.codes) or (line("not known", "unknown"),)
    cells = (line(product.form),), (line(product.strength.words),), codes
    return TableRow(f"product-{number}", (name, *lines(bottle)), cells, notes.remark(product.backing.note))


def instruction_table(pgd: PGD, notes: Notes, wording: Wording) -> Table:
    """How somebody begins and takes the medicine, by their answers."""
    columns = Part("Id", "id"), Part("In words", "wide"), Part("For whom", "judged")
    rows = []
    for one in pgd.instructions:
        says = (Line((Part(one.says),), notes.marks(one.backing.evidence)), *notes.remark(one.backing.note))
        whom = in_both(one.sentence, wording) if one.sentence is not None else (line("everybody"),)
        rows.append(TableRow(one.id, named(one.id, one.backing.open), (says, whom)))
    caption = "Read after the offer; where an answer is not known, every one that could apply is shown"
    return Table(caption, columns, tuple(rows))


def strengths(pgd: PGD) -> tuple[Line, ...]:
    """Each strength with the products that have it; a product whose name begins with its strength says it by itself."""
    by_name = tuple(line(one.name) for one in pgd.products if one.name.startswith(one.strength.words))
    others = (one for one in pgd.products if not one.name.startswith(one.strength.words))
    return (*by_name, *_gathered((one.strength.words, one.name) for one in others))


def dose_table(pgd: PGD, notes: Notes, wording: Wording) -> Table:
    """The whole dose table; the other products of a row stand under it. Days are a column where a row has some."""
    by_days = any(row.days for row in pgd.doses)
    columns = (
        Part("Row", "id"),
        Part("Who", "who"),
        Part("Dose each time", "dose"),
        Part("How often", "short"),
        *((Part("Days", "tiny"),) if by_days else ()),
        Part("Product"),
        Part("Quantity", "short"),
    )
    rows = tuple(_dose_row(row, notes, wording, by_days=by_days) for row in pgd.doses)
    return Table("One row holds for each person", columns, rows)


def _dose_row(row: DoseRow, notes: Notes, wording: Wording, *, by_days: bool) -> TableRow:
    who = (line(row.who or "everybody"), *(in_both(row.sentence, wording) if row.sentence else ()))
    why = f"Why: {row.because}" if row.because else ""
    others = (one for pack in row.packs[1:] for one in _further(pack, notes))
    remarks = (*others, *lines(why, "note"), *notes.remark(row.backing.note))
    # The superscript on a line of its own: glued to the unit it would tear the unit from its number.
    dose = (line(dose_in_words(row.dose) if row.dose else NO_DOSE), Line((), notes.marks(row.backing.evidence)))
    often, days, *what = _given(row) if row.packs else ((line(DASH),),) * 4
    given = (often, *((days,) if by_days else ()), *what)
    return TableRow(row.id, named(row.id, row.backing.open), (who, dose, *given), remarks)


def _further(pack: Pack, notes: Notes) -> Iterator[Line]:
    """Another product of the same row."""
    yield Line((Part(f"Or {pack.product.name}: {quantity_in_words(pack)}"),), open=pack.backing.open)
    yield from notes.remark(pack.backing.note)


def _given(row: DoseRow) -> tuple[tuple[Line, ...], ...]:
    """How often, how long, what, and how much of it."""
    first = row.packs[0]
    words = how_often(row), str(row.days) if row.days else DASH, first.product.name, quantity_in_words(first)
    return tuple((line(one),) for one in words)


def dose_in_words(dose: Dose) -> str:
    """A dose as the document gives it, not yet worked out for anybody."""
    words = dose.each.in_words() + (" for each kg" if dose.for_each_kg else "")
    if dose.first_day is not None:
        words += f", {counted(dose.first_day, dose.each.unit)} on the first day"
    if dose.rounding is not None:
        how = "down to" if dose.rounding.down else "to the nearest"
        words += f", rounded {how} {plain(dose.rounding.step)} {dose.each.unit}"
    return words


def how_often(row: DoseRow) -> str:
    """How many times a day; a single dose is once, and not once a day."""
    if row.times_a_day_most:
        return f"{row.times_a_day} to {row.times_a_day_most} times a day"
    if row.times_a_day == 1:
        return "once" if row.days == 1 else "once a day"
    return f"{row.times_a_day} times a day"


def days_in_words(row: DoseRow) -> str:
    """How long; where the document says how many packs or months, and no days, that."""
    if not row.days:
        return f"as long as what is supplied lasts: {quantity_in_words(row.packs[0])}"
    return f"{row.days} day{'s' if row.days > 1 else ''}"


def quantity_in_words(pack: Pack) -> str:
    """How much of a product is supplied."""
    if pack.worked_out:
        return "worked out: the volume of all doses"
    return pack.in_words() if pack.quantity else "not stated"


def by_row(pgd: PGD, words: Callable[[DoseRow], str]) -> tuple[Line, ...]:
    """One thing about the doses, each with the rows it holds for."""
    return _gathered((words(row), row.id) for row in pgd.doses if row.dose is not None)


def _gathered(pairs: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    found: dict[str, list[str]] = {}
    for words, where in pairs:
        found.setdefault(words, []).append(where)
    return tuple(Line((Part(words), Part(" ("), *row_of(where), Part(")"))) for words, where in found.items())
