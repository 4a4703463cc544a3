"""Is what was handed over a product that was offered? By its code where we hold it, else by its words; what neither can tell is marked.

There is no dm+d here, so this refuses what is plainly another product (its code is that of another, or its words name another medicine,
strength or form), and says where nothing could be compared. It never says that an unknown product is the right one.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Quote, Text, read_file
from pharmacyfirst.kernel.dose import Product
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.record.fields import Coded

_FILE = Path(__file__).with_name("products.yaml")

Compared = Literal["by its code", "by its words", "not compared"]


@cache
def actual_products() -> Frozen[str, Coded]:
    """One actual product for each virtual one that we hold, by the code of the virtual one. Raises ``ContentRefused`` for a damaged file."""
    mistakes = Mistakes()
    held = read_file(_FILE, _FILE.name, mistakes, Quote.ALL)
    products = held.items["products"] if held is not None else None
    if len(mistakes) or not isinstance(products, Block):
        raise ContentRefused(mistakes)
    return Frozen({virtual: _coded(node) for virtual, node in products.items.items() if isinstance(node, Block)})


def _coded(node: Block) -> Coded:
    said = {heading: one.words for heading, one in node.items.items() if isinstance(one, Text)}
    return Coded(code=said["code"], display=said["name"])


@cache
def _virtual_of() -> Frozen[str, frozenset[str]]:
    """The virtual products that an actual product is one of, by its code."""
    found: dict[str, set[str]] = {}
    for virtual, actual in actual_products().items():
        found.setdefault(actual.code, set()).add(virtual)
    return Frozen({code: frozenset(virtual) for code, virtual in found.items()})


def compared(actual: Coded, product: Product, medicine: str, others: Iterable[str]) -> Compared:
    """How the product handed over was found to be the one offered. ``others`` are names of other medicines that we know.

    Raises ``ValueError`` where it is plainly another one.
    """
    wrong = next(_differences(actual.display, product, medicine, others), None)
    if wrong is not None:
        raise ValueError(f"the words of the product handed over {wrong}")
    virtual = _virtual_of().get(actual.code)
    if virtual is not None:
        if virtual.isdisjoint(product.codes):
            raise ValueError("the code of the product handed over is that of another product than was offered")
        held = next(one for one in actual_products().values() if one.code == actual.code)
        if not _names(actual.display, medicine) and _parts(held.display)[0] not in _parts(actual.display):
            raise ValueError("the words of the product handed over are not those of its code")
        return "by its code"
    return "by its words" if _names(actual.display, medicine) else "not compared"


def _differences(words: str, product: Product, medicine: str, others: Iterable[str]) -> Iterator[str]:
    # A product of two medicines names the other one too, and so does its own name.
    if not _names(words, medicine) and any(_names(words, one) and not _names(product.name, one) for one in others):
        yield "name another medicine than was offered"
    if not _may_be_strength(words, product):
        yield "name another strength than was offered"
    if (form := _form_in(words)) is not None and (offered := _form_in(product.form)) is not None and form != offered:
        yield "name another form than was offered"


def _names(words: str, medicine: str) -> bool:
    said = set(_parts(words))
    return all(part in said for part in _parts(medicine))


def _parts(words: str) -> list[str]:
    return [part for part in re.split(r"[^a-z]+", words.lower()) if len(part) > 2 and part not in ("and", "with")]


# A strength in words: a number with its unit, where a "per" may follow: 125mg/5ml, 27.5micrograms/dose, 1%.
_STRENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(mg|micrograms?|mcg|g|%)(?![a-z])", re.IGNORECASE)
_UNITS = {"mg": "mg", "microgram": "microgram", "micrograms": "microgram", "mcg": "microgram", "g": "g", "%": "%"}


def _strengths(words: str) -> set[tuple[Decimal, str]]:
    return {(Decimal(number).normalize(), _UNITS[unit.lower()]) for number, unit in _STRENGTH.findall(words)}


def _may_be_strength(words: str, product: Product) -> bool:
    """False where both say a strength in the same unit, and no figure is the same: 2% and 20 mg/g cannot be compared here."""
    said, offered = _strengths(words), _strengths(product.strength.words) | _strengths(product.name)
    units = {unit for _, unit in said} & {unit for _, unit in offered} - {"g"}  # "g" is what a cream is counted in, too
    return not units or any(one in offered for one in said if one[1] in units)


# Words for forms, each with what it is at bottom: a solution, a suspension and a syrup are all taken from a spoon.
_FORMS = {
    "capsule": "capsule", "tablet": "tablet", "caplet": "tablet",
    "suspension": "liquid", "solution": "liquid", "syrup": "liquid", "elixir": "liquid",
    "cream": "cream", "ointment": "ointment", "gel": "gel", "spray": "spray", "drop": "drops", "drops": "drops",
}  # fmt: skip


def as_handed(word: str, actual: str) -> str:
    """A form or a unit as the product handed over has it, of which ``actual`` is the name; as it stands where that names none of several, or two.

    For instance ``immediate-release capsule`` for ``immediate-release tablet or capsule`` and ``Nitrofurantoin 50mg capsules``.
    """
    first, *others = word.split(" or ")
    kind, _, one = first.rpartition(" ")
    named = [each for each in (one, *others) if re.search(rf"\b{re.escape(each)}s?\b", actual.lower())]
    return f"{kind} {named[0]}".lstrip() if others and len(named) == 1 else word


def _form_in(words: str) -> str | None:
    """The form that the words name, where they name one and no two."""
    found = {kind for word, kind in _FORMS.items() if re.search(rf"\b{word}s?\b", words.lower())}
    return next(iter(found)) if len(found) == 1 else None
