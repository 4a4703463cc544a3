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
    codes = tuple(line(code, "code") for code in product.codes)
    cells = (line(product.form),), (line(product.strength.words),), codes
    return TableRow(f"product-{number}", (name, *lines(bottle)), cells, notes.remark(product.backing.note))


def strengths(pgd: PGD) -> tuple[Line, ...]:
    """Each strength with the products that have it."""
    return _gathered((product.strength.words, product.name) for product in pgd.products)


def dose_table(pgd: PGD, notes: Notes, wording: Wording) -> Table:
    """The whole dose table; the other products of a row stand under it."""
    columns = (
        Part("Row", "id"),
        Part("Who", "who"),
        Part("Dose each time", "dose"),
        Part("How often", "short"),
        Part("Days", "tiny"),
        Part("Product"),
        Part("Quantity", "short"),
    )
    return Table("One row holds for each person", columns, tuple(_dose_row(row, notes, wording) for row in pgd.doses))


def _dose_row(row: DoseRow, notes: Notes, wording: Wording) -> TableRow:
    who = (line(row.who or "everybody"), *(in_both(row.sentence, wording) if row.sentence else ()))
    why = f"Why: {row.because}" if row.because else ""
    others = (one for pack in row.packs[1:] for one in _further(pack, notes))
    remarks = (*others, *lines(why, "note"), *notes.remark(row.backing.note))
    # The superscript on a line of its own: glued to the unit it would tear the unit from its number.
    dose = (line(dose_in_words(row.dose) if row.dose else NO_DOSE), Line((), notes.marks(row.backing.evidence)))
    given = _given(row) if row.packs else ((line(DASH),),) * 4
    return TableRow(row.id, named(row.id, row.backing.open), (who, dose, *given), remarks)


def _further(pack: Pack, notes: Notes) -> Iterator[Line]:
    """Another product of the same row."""
    yield Line((Part(f"Or {pack.product.name}: {quantity_in_words(pack)}"),), open=pack.backing.open)
    yield from notes.remark(pack.backing.note)


def _given(row: DoseRow) -> tuple[tuple[Line, ...], ...]:
    """How often, how long, what, and how much of it."""
    first = row.packs[0]
    words = how_often(row), str(row.days), first.product.name, quantity_in_words(first)
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
    """How many times a day."""
    most = f" to {row.times_a_day_most}" if row.times_a_day_most else ""
    times = "time" if row.times_a_day == 1 and not most else "times"
    return f"{row.times_a_day}{most} {times} a day"


def days_in_words(row: DoseRow) -> str:
    """How long."""
    return f"{row.days} day{'s' if row.days > 1 else ''}"


def quantity_in_words(pack: Pack) -> str:
    """How much of a product is supplied."""
    if pack.worked_out:
        return "worked out: the volume of all doses"
    return pack.quantity.in_words() if pack.quantity else "not stated"


def by_row(pgd: PGD, words: Callable[[DoseRow], str]) -> tuple[Line, ...]:
    """One thing about the doses, each with the rows it holds for."""
    return _gathered((words(row), row.id) for row in pgd.doses if row.dose is not None)


def _gathered(pairs: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    found: dict[str, list[str]] = {}
    for words, where in pairs:
        found.setdefault(words, []).append(where)
    return tuple(Line((Part(words), Part(" ("), *row_of(where), Part(")"))) for words, where in found.items())
