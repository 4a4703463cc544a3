"""How an adoption is written down: the text of ``adoption.yaml``, which ``read_adoption`` reads as the same adoption."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time

from pharmacyfirst.authority.adoption import Adoption, Checked, Disagreement, Halted

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")


def written(adoption: Adoption) -> str:
    """The text of the record. Words must be such that one line of a terminal can hold them."""
    return "\n".join(_lines(adoption)) + "\n"


def _lines(adoption: Adoption) -> Iterator[str]:
    yield f"organisation: {adoption.ods_code}"
    yield f"distance selling: {_yes_no(adoption.distance_selling)}"
    yield f"in force: {adoption.period.in_words()}"
    yield f"signed by: {quoted(adoption.signed_by)}"
    yield f"role: {quoted(adoption.role)}"
    yield f"signed on: {adoption.signed_on}"
    yield "documents:"
    yield from (f"  {document.in_words()}: {document.digest}" for document in adoption.documents)
    yield from _under("open items", (line for one in adoption.checked for line in _open_item(one)))
    yield from _under("practitioners", _practitioners(adoption))
    for heading, for_good in (("suspended", False), ("withdrawn", True)):
        halted = (one for one in adoption.halted if one.for_good is for_good)
        yield from _under(heading, (line for one in halted for line in _halted(one)))
    yield from _under("not agreed", _not_agreed(adoption))
    yield from _under("clauses", _clauses(adoption))


def _under(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """The heading and what stands under it; nothing where nothing does."""
    below = [*lines]
    if below:
        yield f"{heading}:"
        yield from (f"  {line}" for line in below)


def _open_item(one: Checked) -> Iterator[str]:
    yield f"{one.item}:"
    yield f"  agrees: {_yes_no(one.agrees)}"
    yield from (f"  {line}" for line in _seen(one))
    yield f"  digest: {one.digest}"


def _seen(one: Checked | Disagreement) -> Iterator[str]:
    yield f"how: {quoted(one.how)}"
    yield f"by: {quoted(one.by)}"
    yield f"on: {one.on}"


def _practitioners(adoption: Adoption) -> Iterator[str]:
    for one in adoption.practitioners:
        yield f"{one.gphc_number}:"
        yield f"  profession: {one.profession}"
        yield "  authorised for:"
        yield from (f"    - {document.in_words()}" for document in one.authorised_for)
        if one.until is not None:
            yield f"  until: {one.until}"


def _halted(one: Halted) -> Iterator[str]:
    yield f"- document: {one.document.in_words()}"
    yield f"  since: {_moment(one.since)}"
    yield f"  because: {quoted(one.because)}"
    yield f"  by: {quoted(one.by)}"
    if one.until is not None:
        yield f"  until: {one.until:%Y-%m-%d %H:%M}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d}" if at.time() == time() else f"{at:%Y-%m-%d %H:%M}"


def _not_agreed(adoption: Adoption) -> Iterator[str]:
    for document in dict.fromkeys(one.document for one in adoption.disagreements):
        yield f"{document.in_words()}:"
        for one in adoption.disagreements:
            if one.document == document:
                yield f"  {name_written(one.clause)}:"
                yield from (f"    {line}" for line in _seen(one))


def _clauses(adoption: Adoption) -> Iterator[str]:
    for document, clauses in adoption.agreed.items():
        yield f"{document.in_words()}:"
        yield from (f"  {name_written(name)}: {digest}" for name, digest in clauses.items())


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def name_written(words: str) -> str:
    """A heading as it is written: in quotes where it holds more than plain words."""
    return words if _PLAIN.fullmatch(words) else quoted(words)


def quoted(words: str) -> str:
    """Words in single quotes, so that nothing in them is read as a sign."""
    escaped = words.replace("'", "''")
    return f"'{escaped}'"
