"""A patient's details out of pasted text: a line of a PMR's screen, a banner, a block of labelled lines.

A detail is taken where its label says what it is, or where its form leaves no doubt: ``SMITH, John (Mr)``; ten digits with a right check digit.
Nothing is taken for where it stands, nothing of a line that speaks of somebody else (the practice, next of kin, a parent) nor of what follows
such a heading, and nothing that is there twice and not alike. What was left is given back, to be shown beside the fields. A pasted NHS number
is no traced one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number, postcode

LONGEST = 4_000
OLDEST = 130  # years; a date of birth before that is a slip of the pen


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was taken, each detail or None; ``left`` are the pieces of text that were not, ``doubts`` why something was not, without its words."""

    family: str | None = field(default=None, repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    title: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    nhs_number: str | None = field(default=None, repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    postcode: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)
    left: tuple[str, ...] = field(default=(), repr=False)
    doubts: tuple[str, ...] = ()


FAMILY, GIVEN, NAME, TITLE, BORN, NUMBER, ADDRESS, POSTCODE, TELEPHONE, SEX = (
    "family name", "given names", "name", "title", "date of birth", "NHS number", "address", "postcode", "telephone", "sex",
)  # fmt: skip

WHO = (FAMILY, GIVEN, BORN, NUMBER)  # where one of these is there twice, two people may be
TWO_PEOPLE = "nothing was taken: these may be the details of two people"
MOST_LINES = 6  # of an address, after its first

# How screens label what they show. Ours; a label that is not here leaves its words where they are.
_LABELS = {
    FAMILY: r"surname|family name|last name",
    GIVEN: r"(?:forename|given name|first name)(?:\(s\)|s)?",
    NAME: r"patient(?:'s)? name|full name|patient|name",
    TITLE: r"title",
    BORN: r"date of birth|birth date|d\.?o\.?b\.?|born",
    NUMBER: r"nhs (?:number|no\.?|num\.?|#)",
    ADDRESS: r"(?:home |patient(?:'s)? |usual )?address",
    POSTCODE: r"post ?code",
    TELEPHONE: r"(?:home |mobile |patient(?:'s)? )?(?:telephone|phone|mobile|tel\.?)(?: (?:number|no\.?))?",
    SEX: r"gender|sex",
}
_LABEL = re.compile(
    "|".join(f"(?P<{kind.replace(' ', '_')}>{words})" for kind, words in _LABELS.items()), re.IGNORECASE
)
# These labels are plain enough to begin in the middle of a banner, after a bracket, a digit or the patient's sex.
_IN_A_BANNER = re.compile(
    rf"(?<=[)0-9])\s+(?=(?:{_LABELS[BORN]}|{_LABELS[SEX]}|{_LABELS[NUMBER]})\b)|"
    rf"(?<=male)\s+(?=(?:{_LABELS[BORN]}|{_LABELS[NUMBER]})\b)",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"[A-Za-z][A-Za-z /()'.#-]{0,40}:")
# Whose details a line may be, other than the patient's.
_SOMEBODY_ELSE = re.compile(
    r"\b(?:gp|gmp|surgery|practice|practitioner|doctor|clinic|hospital|pharmacy|pharmacist|prescriber|referrer|referred|sender|"
    r"next of kin|nok|kin|carer|contact|emergency|guardian|parents?|mother|mum|father|dad|son|daughter|baby|child|brother|sister|"
    r"husband|wife|partner|spouse|representative|previous|former|formerly|maiden|alias|known as|temporary|old)\b|née",
    re.IGNORECASE,
)
_TITLES = r"mr|mrs|miss|ms|mx|dr|master|prof|professor|rev|sir|dame|lady|lord"
_TITLE = re.compile(rf"(?:{_TITLES})\.?", re.IGNORECASE)
_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*"
_NAMES = re.compile(rf"{_WORD}(?: {_WORD}){{0,4}}")
_BY_COMMA = re.compile(rf"(?P<family>{_WORD}(?: {_WORD}){{0,2}}), ?(?P<given>{_WORD}(?: {_WORD}){{0,3}})(?: ?\((?P<title>{_TITLES})\.?\))?", re.IGNORECASE)  # fmt: skip
_SPOKEN = re.compile(
    rf"(?:(?P<title>{_TITLES})\.? )?(?P<given>{_WORD}(?: {_WORD}){{0,3}}) (?P<family>{_WORD})", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
_AGED = r"(?:\s*(?:\(\s*[0-9]{1,3}\s*(?:y|yrs?|years?)?(?:\s*(?:old|[0-9]{1,2}m))?\s*\)|,?\s*(?:age|aged) [0-9]{1,3}))?"
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_AGED}", re.IGNORECASE)
_BY_NUMBERS = re.compile(rf"([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2([0-9]{{4}}){_AGED}", re.IGNORECASE)
_BY_WORD = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)?[ -]([A-Za-z]{{3,9}})[ -]([0-9]{{4}}){_AGED}", re.IGNORECASE)
_TEN_DIGITS = re.compile(r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}")
_CALLED = re.compile(r"(?:\+44 ?(?:\(0\) ?)?|\(?0)[0-9() -]{8,14}")


def read_pasted(text: str, on: date) -> Pasted:
    """The details in pasted text; ``on`` is today, after which nobody was born. Whatever the text, there is an answer: nothing is raised."""
    return _Reader(on).read(text)


class _Reader:
    def __init__(self, on: date):
        self._on = on
        self._pieces: list[_Piece] = []
        self._found: dict[str, list[tuple[Any, str]]] = {}  # by detail: what was read, and the piece that it stood in
        self._left: list[str] = []
        self._doubts: list[str] = []

    def read(self, text: str) -> Pasted:
        if len(text) > LONGEST:
            return Pasted(left=(text[:LONGEST], text[LONGEST:]), doubts=("more was pasted than one patient's details",))
        pieces = self._pieces = list(_pieces(text))
        place = 0
        while place < len(pieces):
            piece = pieces[place].words
            kind, value = _labelled(piece)
            if _SOMEBODY_ELSE.search(piece) and not _is_a_name(kind, value, piece):
                # Whose what follows a heading is, nobody can tell.
                last = len(pieces) if _heads(piece) else place + 1
                self._left += (one.words for one in pieces[place:last])
                place = last
                continue
            last = place + 1
            below = bool(kind) and not value and self._has_its_value_behind_it(place, kind)
            if below:
                value, last = pieces[last].words, last + 1
            if kind == ADDRESS and value:
                begun, last = last, self._end_of_address(value, last)
                value = ", ".join((value, *(one.words for one in pieces[begun:last])))
                if below and POSTCODE not in _address(value):
                    value = ""  # what stands under the word *address* need not be one
            self._take(kind, value, "\n".join(one.words for one in pieces[place:last]))
            place = last
        return self._pasted()

    def _has_its_value_behind_it(self, place: int, kind: str) -> bool:
        """Whether a label without a value has it in the next cell, or on the next line where both stand alone on theirs.

        In the heads of a table labels follow each other, and values follow values: there nobody can tell what belongs to what.
        """
        here, *behind = self._pieces[place : place + 3]
        if not behind or _labelled(behind[0].words)[0] or _SOMEBODY_ELSE.search(behind[0].words):
            return False
        if behind[0].line == here.line:
            return True
        both_alone = sum(one.line in (here.line, behind[0].line) for one in self._pieces) == 2
        another = kind != ADDRESS and len(behind) > 1 and bool(self._read(kind, behind[1].words))
        return both_alone and not another

    def _end_of_address(self, value: str, place: int) -> int:
        """The place after an address that goes on over the next pieces, up to the one that ends in a postcode; without one it does not go on."""
        if POSTCODE in _address(value):
            return place
        for last in range(place, min(place + MOST_LINES, len(self._pieces))):
            if not _goes_on(self._pieces[last].words):
                break
            if POSTCODE in _address(f"{value}, {self._pieces[last].words}"):
                return last + 1
        return place

    def _take(self, kind: str, value: str, piece: str) -> None:
        """Keep what a piece says; leave the piece where it says nothing that is sure."""
        read = self._read(kind, value) if kind else self._by_its_form(piece)
        if not read and kind:
            self._doubts.append(f"{kind}: it is there, and cannot be read with certainty")
        if not read:
            self._left.append(piece)
        for name, one in read.items():
            self._found.setdefault(name, []).append((one, piece))

    def _read(self, kind: str, value: str) -> dict[str, Any]:
        readers: dict[str, Callable[[str], dict[str, Any]]] = {
            FAMILY: lambda words: {FAMILY: words} if _NAMES.fullmatch(words) else {},
            GIVEN: lambda words: {GIVEN: tuple(words.split(" "))} if _NAMES.fullmatch(words) else {},
            TITLE: lambda words: {TITLE: words} if _TITLE.fullmatch(words) else {},
            NAME: _name,
            BORN: self._born,
            NUMBER: _number,
            ADDRESS: _address,
            POSTCODE: _postcode,
            TELEPHONE: _telephone,
            SEX: _sex,
        }
        return readers[kind](value)

    def _by_its_form(self, piece: str) -> dict[str, Any]:
        """What needs no label: a family name in capitals before a comma, and an NHS number."""
        found = _BY_COMMA.fullmatch(piece)
        if found and _stands_out(found["family"], found["given"]):
            return _name(piece)
        # A telephone number without its nought has ten digits too; none of those begins with a nought.
        if _TEN_DIGITS.fullmatch(piece) and not piece.startswith("0"):
            return _number(piece)
        return {}

    def _born(self, value: str) -> dict[str, Any]:
        born = _day(value)
        if born is None or born > self._on or self._on.year - born.year > OLDEST:
            return {}
        return {BORN: born}

    def _pasted(self) -> Pasted:
        held: dict[str, Any] = {}
        for name, found in self._found.items():
            values = {one for one, _ in found}
            if len(values) == 1:
                held[name] = values.pop()
                continue
            self._doubts.append(f"{name}: it is there more than once, and not alike")
            if name in WHO:
                return Pasted(left=tuple(one.words for one in self._pieces), doubts=(self._doubts[-1], TWO_PEOPLE))
            self._left += dict.fromkeys(piece for _, piece in found)
        return Pasted(
            family=held.get(FAMILY), given=held.get(GIVEN, ()), title=held.get(TITLE), birth_date=held.get(BORN),
            gender=held.get(SEX), nhs_number=held.get(NUMBER), address=held.get(ADDRESS, ()), postcode=held.get(POSTCODE),
            telephone=held.get(TELEPHONE), left=tuple(self._left), doubts=tuple(dict.fromkeys(self._doubts)),
        )  # fmt: skip


# Pieces and labels


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the text, and the number of the line that it stands on."""

    line: int
    words: str = field(repr=False)


def _pieces(text: str) -> Iterator[_Piece]:
    """The text in pieces: lines, cells, and the labelled parts of a banner. Blank lines do not count."""
    lines = (line for line in re.split(r"[\r\n\v\f\u2028\u2029]+", text) if line.strip())
    for number, line in enumerate(lines):
        for cell in re.split(r"\t+|\s{2,}|\s*[|;]\s*", line):
            yield from (_Piece(number, " ".join(part.split())) for part in _IN_A_BANNER.split(cell) if part.strip())


def _labelled(piece: str) -> tuple[str, str]:
    """Which detail a piece is labelled as, and what follows the label; both empty where there is no label."""
    found = _LABEL.match(piece)
    if found is None:
        return "", ""
    after = piece[found.end() :]
    if after and not re.match(r"\s*[:=]|\s|\.", after):
        return "", ""
    kind = str(found.lastgroup).replace("_", " ")
    names = {one.replace("_", " ").lower(): one for one in _LABELS}
    value = re.sub(r"^[\s:=.-]+", "", after).rstrip(" ,")
    # A word that is a label and the beginning of a sentence: without a colon only what cannot be anything else.
    if not re.match(r"\s*[:=.]", after) and value and names[kind.lower()] in (NAME, TITLE, ADDRESS):
        return "", ""
    return names[kind.lower()], value


def _goes_on(piece: str) -> bool:
    """Whether a piece may be a further line of an address: no label, nobody else, no number of the patient, no name."""
    return not (
        _labelled(piece)[0] or _OTHER_LABEL.match(piece) or _SOMEBODY_ELSE.search(piece) or _TEN_DIGITS.fullmatch(piece)
        or _day(piece) or _CALLED.fullmatch(piece) or _BY_COMMA.fullmatch(piece)
    )  # fmt: skip


def _heads(piece: str) -> bool:
    """Whether a piece about somebody else is a heading of what follows: a label, or a few words and no more."""
    return _OTHER_LABEL.match(piece) is not None or not any(letter.isdigit() for letter in piece)


# Details


def _is_a_name(kind: str, value: str, piece: str) -> bool:
    """Whether it is one whole name, labelled so or with a title behind it: somebody may well be called *Parent* or *Child*."""
    if kind in (FAMILY, GIVEN):
        return re.fullmatch(_WORD, value) is not None
    if kind == NAME:
        return "," in value and bool(_name(value))
    found = _BY_COMMA.fullmatch(piece)
    return found is not None and bool(found["title"]) and _stands_out(found["family"], found["given"])


def _stands_out(family: str, given: str) -> bool:
    """Whether the family name is in capitals and the given names are not."""
    return family.isupper() and len(family) > 1 and not given.isupper()


def _name(value: str) -> dict[str, Any]:
    """A name taken apart, where commas or capitals say which is which; nothing else does."""
    found = _BY_COMMA.fullmatch(value) or _SPOKEN.fullmatch(value)
    if found is None:
        return {}
    family, given = found["family"], found["given"]
    if "," not in value and not _stands_out(family, given):
        return {}
    title = {TITLE: found["title"]} if found["title"] else {}
    return {FAMILY: family, GIVEN: tuple(given.split(" ")), **title}


def _number(value: str) -> dict[str, Any]:
    if not _TEN_DIGITS.fullmatch(value):
        return {}
    try:
        return {NUMBER: nhs_number(value.replace("-", ""))}
    except WrongIdentifier:
        return {}


def _day(value: str) -> date | None:
    """A whole date as people in England write it, day first, the year with four figures; None for any other."""
    if found := _ISO.fullmatch(value):
        year, month, day = map(int, found.groups())
    elif found := _BY_NUMBERS.fullmatch(value):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
    elif (found := _BY_WORD.fullmatch(value)) and found[2].lower() in (*_MONTHS, *_MONTH_NAMES, "sept"):
        day, month, year = int(found[1]), _MONTHS.index(found[2][:3].lower()) + 1, int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _address(value: str) -> dict[str, Any]:
    """Lines of an address, and the postcode at their end."""
    lines = [part.strip() for part in value.split(",") if part.strip()]
    found: dict[str, Any] = {}
    if lines:
        *before, last = lines
        for words in (2, 1):
            start, end = " ".join(last.split(" ")[:-words]), " ".join(last.split(" ")[-words:])
            if end and (code := _postcode(end)):
                found |= code
                lines = [*before, *([start] if start else [])]
                break
    return found | {ADDRESS: tuple(lines)} if lines else {}


def _postcode(value: str) -> dict[str, Any]:
    try:
        return {POSTCODE: postcode(value)}
    except WrongIdentifier:
        return {}


def _telephone(value: str) -> dict[str, Any]:
    digits = re.sub(r"[^0-9+]", "", value.replace("(0)", "")).replace("+44", "0")
    sound = _CALLED.fullmatch(value) is not None and len(digits) in (10, 11)
    return {TELEPHONE: " ".join(value.split())} if sound else {}


def _sex(value: str) -> dict[str, Any]:
    held = value.lower()
    return {SEX: held} if held in ("female", "male") else {}
