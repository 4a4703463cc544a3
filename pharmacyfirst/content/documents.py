"""What every document says of itself, pathway and PGD alike: its version and dates, where it comes from, its sources and open items."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from pharmacyfirst.content.blocks import HARM_UNSOURCED, Form, Headings, Tags
from pharmacyfirst.content.spellings import SOURCE_DOCUMENT, VERSION
from pharmacyfirst.content.text import Block, Mistakes, Node
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing, OpenItem, Source
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import Edition, Period, SourceDocument

SOURCES = "sources"  # a heading; in pathways/shared/ the file of the tags that every file may cite

_VERSION = re.compile(VERSION)


def read_edition(form: Form) -> Edition:
    """Version, status and dates of a document; its digest is set when all it uses is known."""
    version = form.parsed(
        "version", lambda words: words if _VERSION.fullmatch(words) else None, "year and number, for instance 2026.1"
    )
    period = form.period()
    # Where the dates are wrong nothing loads; a stand-in lets the rest of the file be read and its mistakes be found.
    behind_the_days = form.form_under("in force") if isinstance(form.node("in force"), Block) else None
    dates = behind_the_days.backing() if behind_the_days is not None else NO_BACKING
    return Edition(version or "", form.text("status"), period or Period(date.max), dates)


def read_sources(form: Form, heading: str = SOURCES) -> dict[str, Source]:
    """The source tags of a file and what they stand for."""
    return {
        name.words: Source(name.words, inner.text("says"), inner.text("date"), inner.text("note"))
        for name, inner in form.forms(heading)
    }


def refuse_shared_tags(form: Form, shared: Collection[str]) -> None:
    """A tag of a file's own that every file has already is noted: whoever reads it looks up the wrong one."""
    node = form.node("sources")
    for name, key in node.keys.items() if isinstance(node, Block) else ():
        if name in shared:
            form.mistakes.add(
                key.place,
                f'"{name}" stands in pathways/shared/{SOURCES}.yaml too',
                "Take it out here and cite that one, or give it another tag.",
                "One tag for two sources leads whoever checks a clause to the wrong one.",
            )


def read_open_items(form: Form) -> dict[str, OpenItem]:
    """The open items of a condition, by id."""
    return {
        name.words: OpenItem(
            name.words,
            inner.text("says"),
            inner.text("until then"),
            Backing(inner.evidence(), note=inner.text("note")),
        )
        for name, inner in form.forms("open items")
    }


def refuse_unused(tags: Tags, form: Headings, mistakes: Mistakes, standing: Mapping[str, int] = Frozen()) -> None:
    """A source or open item that nothing names is noted: it misleads whoever counts them.

    ``standing`` counts the words of all the files where something could not be read: what may be named there is not called unused.
    """
    harms = {
        "sources": "A source that supports nothing makes the file look better founded than it is.",
        "open items": "An open item that no clause names is never shown to whoever has to clear it.",
    }
    for heading, named in (("sources", tags.sources), ("open items", tags.open_items)):
        block = form.node(heading)
        for name in named:
            if name not in tags.used and standing.get(name, 0) < 2 and isinstance(block, Block):
                mistakes.add(
                    block.keys[name].place,
                    f'"{name}" is used nowhere',
                    "Name it where it matters, or take it out.",
                    harms[heading],
                )


def source_document(node: Node | None, form: Headings) -> SourceDocument | None:
    """The national document a file was transcribed from."""
    if node is None:
        return None
    if not isinstance(node, Block):
        form.mistakes.add(
            node.place,
            "a source document is a block",
            "Write title, reference, edition and evidence.",
            HARM_UNSOURCED,
        )
        return None
    inner = Form(node, SOURCE_DOCUMENT, form.tags, form.mistakes)
    return SourceDocument(inner.text("title"), inner.text("reference"), inner.text("edition"), inner.backing())
