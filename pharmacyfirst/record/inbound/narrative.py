"""The text of a Summary Care Record: tables of allergies, medicines and findings, and what it says of itself.

A table is read by its own head row and by the nearest heading above it, never by the position of a column. Of a table whose head, heading
or rows are not known nothing is taken: its words are put in front of a person. What the summary says of itself (who wrote it, that something
was withheld) is always shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html.entities import html5
from typing import Any

from pharmacyfirst.record.inbound.asking import everything, quoted, shown_text, text_of
from pharmacyfirst.record.inbound.bundle import MOST_ENTRIES, XHTML, Bundle, InboundRefused, Skipped, read_xml
from pharmacyfirst.record.inbound.days import Span, day_of, written_span
from pharmacyfirst.record.inbound.rest import only_titles, said_withheld
from pharmacyfirst.record.inbound.seen import AllergySeen, FindingSeen, MedicineSeen, Seen
from pharmacyfirst.record.inbound.wording import folded, says_severe, speaks_of_allergy

ALLERGIES, REPEATS, EARLIER, FINDINGS = "allergies", "repeats", "earlier", "findings"
ITEM, DESCRIPTION = "medication item", "description"
# Columns of the tables that the Summary Care Record has had: two of the NHS's examples, one of them of today.
_DAYS = frozenset({"date", "date prescribed", "date first prescribed", "date last issued"})
_KNOWN = _DAYS | {
    ITEM, DESCRIPTION, "type", "dosage instructions", "quantity", "quantity or duration", "reason for medication", "certainty",
    "severity", "value", "supporting information",
}  # fmt: skip
_NOT_NOW = ("discontinued", "past", "stopped", "ended", "previous")
_HEADINGS = frozenset(f"{{{XHTML}}}h{level}" for level in range(1, 7))
_TABLE, _HEAD, _ROW = f"{{{XHTML}}}table", f"{{{XHTML}}}thead", f"{{{XHTML}}}tr"
_CAPTION = f"{{{XHTML}}}caption"
_CELLS = frozenset({f"{{{XHTML}}}td", f"{{{XHTML}}}th"})
_BLOCKS = frozenset(f"{{{XHTML}}}{name}" for name in ("p", "div", "li", "br", "ul", "ol", "section", "caption", "pre"))
_HIGHLIGHTED = "highlighted"
UNREADABLE = "A part of the record's text cannot be read. Look in the record itself."


@dataclass
class Narrative:
    """What the text of a record holds: entries, what it says of itself, that something was withheld, what to mind, and what was not read."""

    seen: list[Seen] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    mind: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)


def read_narrative(bundle: Bundle) -> Narrative:
    """Everything that the sections of a record say in words."""
    found = Narrative()
    for one in bundle.of_type("Composition"):
        bundle.read.add(one)
        written = day_of(text_of(one.body, "date"))
        for div in everything(one.body, "text", "div"):
            _Section(found, f"{one.entry}, its own text", "", written).read(div)
        for number, section in enumerate(_sections(one.body), 1):
            title = text_of(section, "title")
            for div in everything(section, "text", "div"):
                _Section(found, f"{one.entry}, section {number}", title, written).read(div)
    return found


def _sections(body: Any) -> Iterator[Any]:
    waiting = [*everything(body, "section")][::-1]
    while waiting:
        section = waiting.pop()
        yield section
        waiting += [*everything(section, "section")][::-1]


class _Section:
    """One section's text, read from its first line to its last, so that the nearest heading is known at each table."""

    def __init__(self, found: Narrative, entry: str, title: str, written: date | None):
        self._found = found
        self._entry = entry
        self._heading = title
        self._written = written
        self._tables = 0

    def read(self, div: Any) -> None:
        try:
            tree = read_xml(_NAMED.sub(_character, div).encode()) if isinstance(div, str) else None
            self._found.texts.update((div,) if isinstance(div, str) else ())
        except (InboundRefused, UnicodeError):
            tree = None
        if tree is None:
            self._found.skipped.append(Skipped(self._entry, "its text cannot be read"))
            self._found.mind.append(UNREADABLE)
            return
        alone: tuple[str, Any] | None = None  # a heading with nothing below it yet
        for kind, words, element in _parts(tree):
            if alone is not None and kind in _HEADINGS:
                self._statement(*alone)
            alone = None
            if kind == _TABLE:
                self._table(element)
            elif kind not in _HEADINGS or _is_statement(words):
                self._statement(words, element)
            elif words:
                alone = words, element
            if kind in _HEADINGS:
                self._heading = words
        if alone is not None:
            self._statement(*alone)

    def _statement(self, words: str, element: Any) -> None:
        if not words:
            return
        self._found.statements.append(words)
        highlighted = element is not None and _HIGHLIGHTED in (element.get("class") or "").lower()
        text = folded(words)
        if "withheld" in text:
            self._found.withheld.append(said_withheld(words))
        elif highlighted or speaks_of_allergy(text) or any(word in text for word in _INCOMPLETE):
            self._found.mind.append(f"The record says of itself: {quoted(words)}.")

    def _table(self, table: Any) -> None:
        self._tables += 1
        place = f"{self._entry}, table {self._tables}"
        rows = [*table.iter(_ROW)]
        head, data = _head_of(table, rows)
        kind = _kind_of(self._heading, head)
        caption = " ".join(_words(part) for part in table if part.tag == _CAPTION)
        if caption:
            self._statement(caption, table)
        nested = sum(1 for _ in table.iter(_TABLE)) > 1
        loose = _squeezed(_words(table)) != _squeezed(caption + "".join(cell for row in rows for cell in _cells(row)))
        spans = any(cell.get("colspan") or cell.get("rowspan") for row in rows for cell in row if cell.tag in _CELLS)
        if kind is None or nested or spans or loose:
            self._not_known(place, table)
            return
        if len(self._found.seen) + len(data) > MOST_ENTRIES:
            raise InboundRefused("not_readable", f"Its tables have more than {MOST_ENTRIES:,} rows.")
        for number, row in enumerate(data, 1):
            self._row(f"{place}, row {number}", kind, head, _cells(row))

    def _not_known(self, place: str, table: Any) -> None:
        """A table of a layout that is not known: nothing is taken, and its words are shown."""
        words = _words(table)
        if not words:
            return
        self._found.skipped.append(Skipped(place, "a table of a layout that is not known; nothing was taken from it"))
        under = f" under {quoted(self._heading)}" if self._heading else ""
        if "withheld" in folded(words):
            self._found.withheld.append(said_withheld(words))
        self._found.mind.append(
            f"A table{under} has a layout that is not known, and nothing was taken from it. It says: {quoted(words)}."
        )

    def _row(self, place: str, kind: str, head: list[str], cells: list[str]) -> None:
        if len(cells) != len(head):
            self._found.skipped.append(
                Skipped(place, "a row that does not fit the head of its table; nothing was taken from it")
            )
            self._found.mind.append(
                f"A row does not fit the head of its table, and nothing was taken from it. It says: {quoted(' '.join(cells))}."
            )
            return
        held = dict(zip(head, cells, strict=True))
        words = held[DESCRIPTION if DESCRIPTION in held else ITEM]
        if not words:
            if any(cells):
                self._found.skipped.append(Skipped(place, "a row without words"))
                self._found.mind.append(f"A row without a name says: {quoted(' '.join(cells))}. Find out what it is.")
            return
        span = self._day(place, held)
        day, part = (span.day, None if span.day else span) if span is not None else (None, None)
        told = [cell for cell in cells if cell and cell != words]
        days = {name for name in held if name in _DAYS and span is not None and held[name] == span.words}
        remarks = tuple(
            _remark(name, cell)
            for name, cell in held.items()
            if cell and name not in (DESCRIPTION, ITEM) and name not in days
        )
        texts_ = (words, *told)
        severe = any(says_severe(folded(text)) for text in texts_)
        if kind == ALLERGIES or (kind == FINDINGS and any(speaks_of_allergy(folded(text)) for text in texts_)):
            self._found.seen.append(AllergySeen(words, place, day, (), remarks, "", part, severe, texts_))
        elif kind == FINDINGS:
            self._found.seen.append(FindingSeen(words, place, day, (), remarks, "", part, plain=False))
        else:
            self._found.seen.append(MedicineSeen(words, place, day, (), remarks, "", part, kind == REPEATS))
            for text in texts_:
                if speaks_of_allergy(folded(text)):
                    self._found.mind.append(
                        f"A medicine's row speaks of an allergy or reaction: {quoted(words)}, {quoted(text)}. Ask."
                    )

    def _day(self, place: str, held: dict[str, str]) -> Span | None:
        """The latest of the days of a row: when it was last issued, where that is given."""
        spans = []
        for name in (name for name in held if name in _DAYS):
            span = written_span(held[name], self._written)
            if span is not None:
                spans.append(span)
            elif held[name]:
                self._found.skipped.append(Skipped(place, "its date cannot be read"))
        return max(spans, key=lambda span: (span.last, span.first), default=None)


_INCOMPLETE = (
    "not included",
    "may not be complete",
    "may not include",
    "not complete",
    "incomplete",
    "not shown",
    "dissent",
    "refused",
)


_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def _character(named: re.Match[str]) -> str:
    """A character that HTML has a name for and XML has none, ``&nbsp;`` for instance; any other name stays as it is, and is refused."""
    held = "" if named[1] in _OF_XML else html5.get(f"{named[1]};", "")
    return held if held and held not in "<>&" else named[0]


def _is_statement(words: str) -> bool:
    """A heading that says more than what stands below it; old summaries set what they say of themselves as one."""
    text = folded(words)
    return len(words) > 100 or "withheld" in text or (speaks_of_allergy(text) and not only_titles(text))


def _parts(tree: Any) -> Iterator[tuple[str, str, Any]]:
    """The headings, tables and lines of a text in their order; what stands in a table is left to the table."""
    line: list[str] = []
    source: Any = None
    waiting: list[tuple[bool, Any]] = [(True, tree)]
    while waiting:
        begins, element = waiting.pop()
        if not begins:
            if element.tag in _BLOCKS and "".join(line).strip():
                yield "", _line(line), source
                line = []
            line.append(element.tail or "")
            continue
        if element.tag in _HEADINGS or element.tag == _TABLE or element.tag in _BLOCKS:
            if "".join(line).strip():
                yield "", _line(line), source
            line = []
        if element.tag in _HEADINGS or element.tag == _TABLE:
            yield element.tag, _words(element), element
            line.append(element.tail or "")
            continue
        source = element if element.tag in _BLOCKS else source
        line.append(element.text or "")
        waiting.append((False, element))
        waiting += ((True, child) for child in reversed(element))
    if "".join(line).strip():
        yield "", _line(line), source


def _line(parts: list[str]) -> str:
    return " ".join(shown_text("".join(parts)).split())


def _words(element: Any) -> str:
    return " ".join(shown_text(" ".join(element.itertext())).split())


def _squeezed(words: str) -> str:
    return "".join(words.split())


def _cells(row: Any) -> list[str]:
    return [" ".join(shown_text("".join(cell.itertext())).split()) for cell in row if cell.tag in _CELLS]


def _head_of(table: Any, rows: list[Any]) -> tuple[list[str], list[Any]]:
    """The names of the columns, and the rows below them. A head is in ``thead``, or of ``th`` alone, or of known names alone."""
    in_head = [row for part in table if part.tag == _HEAD for row in part if row.tag == _ROW]
    if len(in_head) > 1 or not rows:
        return [], rows
    top = in_head[0] if in_head else rows[0]
    names = [folded(cell) for cell in _cells(top)]
    all_th = all(cell.tag.endswith("}th") for cell in top if cell.tag in _CELLS)
    if in_head or all_th or set(names) <= _KNOWN:
        return names, [row for row in rows if row is not top]
    return [], rows


def _kind_of(heading: str, head: list[str]) -> str | None:
    """What the rows of a table are, by its heading and its head together; None where they do not agree, or are not known."""
    if len(set(head)) != len(head) or not set(head) <= _KNOWN:
        return None
    words = folded(heading)
    if (ITEM in head) == (DESCRIPTION in head):
        return None
    medicines = "medication" in words or "medicine" in words
    allergies = "allerg" in words or "adverse reaction" in words
    if ITEM in head:
        if allergies or not medicines:
            return None
        return REPEATS if "repeat" in words and not any(word in words for word in _NOT_NOW) else EARLIER
    if allergies:
        return None if medicines else ALLERGIES
    return None if medicines else FINDINGS


def _remark(name: str, cell: str) -> str:
    return cell if name in ("type", "supporting information") else f"{name}: {cell}"
