"""Asking a tree that may hold one thing where many are due, text where a number is due, or nothing; and what may be repeated of it.

A message comes as dicts and lists, whatever it was written in. Nothing here assumes a shape: asking gives what there is. Text is taken
without what no screen shows as it is (control characters, marks that turn the direction of writing), so that nothing a message holds can
move a cursor, clear a screen or hide a word.
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from typing import Any

LONGEST_QUOTE = 400  # what is longer is not quoted whole in front of a person; the record itself has it


class _Shown(dict[int, str | None]):
    """What stands in place of a character that no screen shows as it is; kept as it is asked for."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        kind = unicodedata.category(letter)
        held: str | None = letter
        if kind in ("Cf", "Cs", "Co"):
            held = None
        elif kind in ("Zl", "Zp"):
            held = "\n"
        elif kind == "Cc":
            held = letter if letter in "\n\t" else " "
        self[code] = held
        return held


_SHOWN = _Shown()


def shown_text(text: str) -> str:
    """Text without what no screen shows: control characters become blanks, marks of direction and joiners are left out."""
    return text if text.isprintable() else text.translate(_SHOWN)


def hides(text: str) -> bool:
    """Whether a text holds what ``shown_text`` leaves out; a line's end and a tabulator hide nothing."""
    return not text.isprintable() and text.translate(_SHOWN) != text.replace("\r\n", " \n").replace("\r", " ")


def everything(node: Any, *path: str) -> Iterator[Any]:
    """Everything a path of names leads to; lists on the way are gone through, and what does not fit is passed over."""
    if isinstance(node, dict):
        if not path:
            yield node
        elif (inner := node.get(path[0])) is not None:  # most of what is asked for is not there
            yield from everything(inner, *path[1:])
    elif isinstance(node, list):
        for one in node:
            yield from everything(one, *path)
    elif node is not None and not path:
        yield node


def first(node: Any, *path: str) -> Any:
    """The first thing a path leads to, or None."""
    return next(everything(node, *path), None)


def texts(node: Any, *path: str) -> Iterator[str]:
    """The texts at the end of a path, as they may be shown; numbers and truth values as they are written."""
    if path and isinstance(node, dict) and path[0] not in node:
        return
    for one in everything(node, *path):
        if isinstance(one, str):
            text = shown_text(one).strip()
            if text:
                yield text
        elif isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, int | Decimal):
            yield str(one)


def text_of(node: Any, *path: str) -> str:
    """The first text at the end of a path, or nothing."""
    return next(texts(node, *path), "")


def codes_of(body: Mapping[str, Any], name: str) -> Iterator[str]:
    """The codes of a status, which is a code in STU3 and a concept in R4."""
    yield from (text.lower() for text in texts(body, name))
    yield from (text.lower() for text in texts(body, name, "coding", "code"))


def parts_of(concept: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A concept's texts, each once, and its codes."""
    words = [*texts(concept, "coding", "display"), *texts(concept, "text")]
    for extension in everything(concept, "coding", "extension", "extension"):
        if text_of(extension, "url") == "DescriptionDisplay":
            words += texts(extension, "valueString")
    return tuple(dict.fromkeys(map(tidy, words))), tuple(dict.fromkeys(texts(concept, "coding", "code")))


def words_of(concept: Any) -> tuple[str, tuple[str, ...]]:
    """A concept's words, each once, and its codes."""
    words, codes = parts_of(concept)
    return "; ".join(words), codes


def tidy(text: str) -> str:
    """Text without empty lines and needless blanks; some senders write a line break as a backslash and an n."""
    lines = [" ".join(line.split()) for line in text.replace("\\n", "\n").splitlines()]
    return "\n".join(line for line in lines if line)


def quoted(text: str) -> str:
    """Text in quotes on one line, as it is put in front of a person; a long one is cut, and says so."""
    line = " / ".join(tidy(text).splitlines()).removesuffix(".")
    return (
        f"“{line}”" if len(line) <= LONGEST_QUOTE else f"“{line[:LONGEST_QUOTE]}” (cut: read on in the record itself)"
    )


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9./#_-]{0,80}")
_DAY = re.compile(r"(?:19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9]")
_NUMBER = re.compile(r"[0-9]{10}")


def shown_id(name: str) -> str:
    """An id that is safe to repeat; of any other nothing, for it could tell who the patient is.

    An id is made by a machine: it has a figure or is very short, so that no name passes for one, and it is neither a day nor the ten
    figures of an NHS number.
    """
    made = _ID.fullmatch(name) and (len(name) <= 2 or any(letter.isdigit() for letter in name))
    squeezed = re.sub(r"[./#_-]", "", name)
    return "" if not made or _DAY.fullmatch(name) or _NUMBER.fullmatch(squeezed) or _tells(name) else name


def _tells(name: str) -> bool:
    return re.search(r"(?<![0-9a-f])[0-9]{10}(?![0-9a-f-])", name) is not None


def known_code(code: str, known: Container[str]) -> str:
    """A code, where it is one of those that are known; of any other only that it is not."""
    return code if code in known else "one that is not known here"
