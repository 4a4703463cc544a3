"""What a scanner reads from a pack: product, expiry, batch and serial number, where the code (GS1, as on every medicine with a 2D code) is sound.

A batch that may have swallowed the next field is not taken. Source: GS1 General Specifications (application identifiers, FNC1, the years of
a date, day 00); the identifiers that packs bear are those of Commission Delegated Regulation (EU) 2016/161, article 5.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from pharmacyfirst.errors import PharmacyFirstError

PRODUCT, EXPIRY, BATCH, SERIAL = "01", "17", "10", "21"
# Length of each identifier's value; an open one ends with the mark between fields, or with the code. Others are not read: without their
# length nothing that follows them is sure.
_FIXED = {PRODUCT: 14, "02": 14, "11": 6, "13": 6, "15": 6, EXPIRY: 6, "20": 2}
_OPEN = {BATCH: 20, SERIAL: 20, "240": 30, "710": 20, "711": 20, "712": 20, "713": 20, "714": 20, "715": 20, "716": 20}
_KNOWN = (*_FIXED, *_OPEN)
BETWEEN = "\x1d"
# How scanners that type as a keyboard does write the mark between fields; none of these characters may stand in a value.
_BETWEEN_TYPED = ("{GS}", "^]", "\u241d")
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9]")  # ]d2 of a DataMatrix, ]C1 of a bar code, ]Q3 of a QR code
_CHARACTERS = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)([^()]*)")
LONGEST = 200


class ScanRefused(PharmacyFirstError, ValueError):
    """What was scanned is no code of a pack, or cannot be read with certainty; says why, and does not repeat it."""


@dataclass(frozen=True, slots=True)
class PackCode:
    """What stands in the code of a pack. ``expiry`` is written as a record has it: YYYY-MM-DD, or YYYY-MM where the code gives no day.

    ``gtin`` is the product's number (14 digits, its check digit right). ``doubts`` say what was not taken, and why.
    """

    gtin: str | None = None
    expiry: str | None = None
    batch: str | None = field(default=None, repr=False)
    serial: str | None = field(default=None, repr=False)
    doubts: tuple[str, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day on which it may be used; of a month alone, the last of that month."""
        if self.expiry is None:
            return None
        year, month, *day = map(int, self.expiry.split("-"))
        return date(year, month, day[0] if day else monthrange(year, month)[1])


def split_scan(text: str, on: date) -> PackCode:
    """The fields of a scanned code; ``on`` is today, which tells the century of a year. Raises ``ScanRefused``."""
    fields, doubts = _fields(text)
    held: dict[str, str] = {}
    for name, value in fields:
        if held.setdefault(name, value) != value:
            raise ScanRefused("The code says one thing twice, and not alike. Type batch and expiry from the pack.")
    gtin = held.get(PRODUCT)
    if gtin is not None and not _check_digit_is_right(gtin):
        raise ScanRefused("The check digit of the product's number is wrong: scan it again.")
    expiry = _expiry(held[EXPIRY], on) if EXPIRY in held else None
    return PackCode(gtin, expiry, held.get(BATCH), held.get(SERIAL), tuple(doubts))


def _fields(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    plain = (
        _SYMBOLOGY.sub("", text.strip("\r\n \t"), count=1) if _SYMBOLOGY.match(text.strip()) else text.strip("\r\n \t")
    )
    for typed in _BETWEEN_TYPED:
        plain = plain.replace(typed, BETWEEN)
    plain = plain.strip(BETWEEN)
    if not plain or len(plain) > LONGEST:
        raise ScanRefused("This is no code of a pack: it is empty, or longer than any.")
    if plain.startswith("("):
        return list(_in_brackets(plain)), []
    return _in_a_row(plain)


def _in_brackets(text: str) -> Iterator[tuple[str, str]]:
    """Fields as they are printed beside a code: (01)05012345678900(17)281100."""
    if "".join(f"({name}){value}" for name, value in _BRACKETED.findall(text)) != text:
        raise ScanRefused("This is no code of a pack: its brackets do not match.")
    for name, value in _BRACKETED.findall(text):
        yield name, _checked(name, value)


def _in_a_row(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Fields as a scanner sends them. Where it sends no mark between them, an open field that may hold another one is not taken."""
    found: list[tuple[str, str]] = []
    doubts: list[str] = []
    marked, rest = BETWEEN in text, text
    while rest:
        name = next((one for one in _KNOWN if rest.startswith(one)), None)
        if name is None:
            raise ScanRefused("The code holds a field that is not known here. Type batch and expiry from the pack.")
        rest = rest.removeprefix(name)
        if name in _FIXED:
            value, rest = rest[: _FIXED[name]], rest[_FIXED[name] :].removeprefix(BETWEEN)
        else:
            value, _, rest = rest.partition(BETWEEN)
            if not marked and _may_hold_another(value):
                doubts.append(
                    f"({name}): the scanner leaves out the marks between fields, so where this one ends is not sure. "
                    "Type it from the pack, or set the scanner to send FNC1 as GS."
                )
                continue
        found.append((name, _checked(name, value)))
    return found, doubts


def _may_hold_another(value: str) -> bool:
    """Whether a value may be a shorter one with whole fields behind it, from its second character on."""
    return any(_may_be_fields(value[place:]) for place in range(1, len(value)))


def _may_be_fields(rest: str) -> bool:
    """Whether the end of a code may be one or several fields. An open one takes all that is left, however it may divide further."""
    name = next((one for one in _KNOWN if rest.startswith(one)), None)
    if name is None:
        return False
    value = rest.removeprefix(name)
    if name in _OPEN:
        return value != ""
    fixed, after = value[: _FIXED[name]], value[_FIXED[name] :]
    return len(fixed) == _FIXED[name] and fixed.isascii() and fixed.isdigit() and (not after or _may_be_fields(after))


def _checked(name: str, value: str) -> str:
    if name in _FIXED:
        sound = len(value) == _FIXED[name] and value.isascii() and value.isdigit()
    elif name in _OPEN:
        sound = 1 <= len(value) <= _OPEN[name] and _CHARACTERS.fullmatch(value) is not None
    else:
        raise ScanRefused("The code holds a field that is not known here. Type batch and expiry from the pack.")
    if not sound:
        raise ScanRefused(f"({name}): this field is too short, too long, or holds what it may not. Scan it again.")
    return value


def _check_digit_is_right(gtin: str) -> bool:
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin))
    return weighted % 10 == 0


def _expiry(text: str, on: date) -> str:
    """YYMMDD; day 00 means the end of the month. The century is the one that puts the year within 50 of today's."""
    year, month, day = (int(text[place : place + 2]) for place in (0, 2, 4))
    apart = year - on.year % 100
    century = on.year // 100 - (apart >= 51) + (apart <= -50)
    full = century * 100 + year
    if not 1 <= month <= 12 or day > monthrange(full, month)[1]:
        raise ScanRefused("The expiry in the code is no day that there is. Type it from the pack.")
    return f"{full:04}-{month:02}" + (f"-{day:02}" if day else "")
