"""How words are compared, and which of them speak of an allergy, of somebody else, of its absence, of a severe reaction.

No answer is read out of prose: these words decide only whether a name in a text is put before the pharmacist as a suggestion or as words to
be read. Where they are in doubt the text is put before the pharmacist whole.
"""

import re
import unicodedata
from collections.abc import Iterator


class _Folded(dict[int, str]):
    """What stands for a character when words are compared; kept as it is asked for."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kind = unicodedata.category(letter)
        held = letter
        if kind == "Pd" or letter == "\N{MINUS SIGN}":
            held = "-"
        elif kind in ("Mn", "Cf", "Cs", "Co"):
            held = ""
        elif kind in ("Zs", "Zl", "Zp"):
            held = "\n" if kind != "Zs" else " "
        elif letter == "\N{GREEK SMALL LETTER BETA}":
            held = "beta"
        self[code] = held
        return held


_FOLDED = _Folded()


def folded(text: str) -> str:
    """A text as it is compared: compatible forms made one (NFKC), every dash a hyphen, one case, no accents, nothing that is not seen."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).casefold().translate(_FOLDED)


_TOKEN = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """The words of a text that was folded, without what stands between them; ``co-amoxiclav`` is two."""
    return _TOKEN.findall(text)


# Beginnings of words that speak of an allergy or of another reaction, whatever follows. Ours; it decides only what a person is shown.
_ALLERGY = re.compile(
    r"a(?:llerg|naphyla|ngio-?o?edema|dverse (?:drug|reaction))|hypersensitiv|intoleran|drug (?:reaction|sensitivity)|"
    r"rea(?:ction|cted) to|sensitiv(?:ity|e) to|stevens[- ]johnson|epidermal necrolysis"
)


def speaks_of_allergy(text: str) -> bool:
    """Whether a text that was folded holds words about an allergy or reaction, of whomever and whether or not it is denied."""
    return _ALLERGY.search(text) is not None


_SOMEBODY_ELSE = re.compile(
    r"\b(?:fh|fhx|family|familial|father|mother|mum|dad|parents?|siblings?|brother|sister|son|daughter|uncle|aunt|cousin|"
    r"grand(?:father|mother|parent|son|daughter)|maternal|paternal|relatives?)\b"
)
_TURNED = re.compile(
    r"\b(?:no|not|nil|none|never|non|without|negative|den(?:y|ies|ied)|excluded|unlikely|ruled out|refuted|disproved|tolerate[sd]?|"
    r"de-?label\w*|nkda|nka|false)\b"
)
_BETWEEN = re.compile(r"[,;.()\[\]|/\n]| -+ | but ")
_SEVERE = re.compile(r"anaphyla|angio-?o?edema|stevens|epidermal necrolysis|\bsevere|life[- ]?threat")


def of_somebody_else(text: str) -> bool:
    """Whether a text that was folded may speak of a relative. Then nothing in it is suggested."""
    return _SOMEBODY_ELSE.search(text) is not None


def turned_over(text: str) -> bool:
    """Whether a text that was folded holds a word that may say that there is none. Then a person has to read it."""
    return _TURNED.search(text) is not None


def clauses(text: str) -> Iterator[str]:
    """The parts of a text that was folded, between marks and the word *but*: what one part denies, another may say."""
    return (part for part in _BETWEEN.split(text) if part.strip())


def says_severe(text: str) -> bool:
    """Whether a text that was folded says that a reaction was severe. A denied one counts: it only makes a question more pressing."""
    return _SEVERE.search(text) is not None
