"""A file that somebody fills in and signs, read whole or not at all: every mistake in its place, and nothing of it repeated.

What stands in such a file may be about a person, and another file may be given in its place. So no message quotes it.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pharmacyfirst.content.sentences import nearest
from pharmacyfirst.content.text import Block, ContentRefused, List, Mistakes, Node, Place, Quote, read_file
from pharmacyfirst.errors import NOTHING_ASSESSED
from pharmacyfirst.kernel.questions import read_day


class FilledIn(BaseModel):
    """A part of such a file: its headings and no others, each as the text that stands there."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )


def _day(words: Any) -> Any:
    return read_day(words) or words


Day = Annotated[date, BeforeValidator(_day)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="the digest that was signed")]
Words = Annotated[str, Field(min_length=1)]
Model = TypeVar("Model", bound=BaseModel)


# What pydantic says by the names of Python's types and classes, as whoever fills the file in would say it; by the type of its error.
_WHAT_FITS: Mapping[str, str] = MappingProxyType(
    {
        "model_type": "this is a block: headings further in, each with its value",
        "dict_type": "this is a block: names further in, each with its value",
        "list_type": "this is a list: a line with a dash for each",
        "string_type": "this is words on one line",
    }
)


def read_filled_in(
    path: Path, shown: str, model: type[Model], entries: Iterable[type[BaseModel]], mend: str, harm: str
) -> Model:
    """The file as a model. ``shown`` names it in messages, ``entries`` are the models whose headings are ours to name.

    Raises ``ContentRefused`` with every mistake; ``mend`` says where it is shown how to write it, ``harm`` what a mistake could do.
    """
    mistakes = Mistakes()
    # Named as the documentation names it and never quoted: the file's name may be a patient's, and so may what stands in it.
    block = read_file(path, shown, mistakes, Quote.NOTHING)
    if block is not None and not len(mistakes):
        try:
            return model.model_validate(plain(block))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
        ours = {field.alias or name for entry in entries for name, field in entry.model_fields.items()}
        for one in wrong:  # out here: a refusal raised above would carry pydantic's error, which holds the file
            said = _WHAT_FITS.get(one["type"]) or one["msg"].removeprefix("Value error, ").removesuffix(
                f" {NOTHING_ASSESSED}"
            )
            headings = [_shown(part, ours) for part in reversed(one["loc"]) if part != "[key]"]
            heading = " under ".join(headings) or "the record"
            mistakes.add(_place(block, one["loc"]), f"{heading}: {said}", mend, harm)
    raise ContentRefused(mistakes)


def put_whole(path: Path, words: str) -> None:
    """Write such a file whole, or leave what is there. Raises ``OSError``."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(words, encoding="utf-8")
    os.replace(beside, path)


def _shown(part: str | int, ours: Iterable[str]) -> str:
    """A heading of ours, or what is near one; of anything else, which may be a name or a number of somebody, only that it stands there."""
    return str(part) if isinstance(part, int) or nearest(part, ours) else "an entry"


def plain(node: Node) -> Any:
    """A tree of text with places as dicts, lists and text."""
    if isinstance(node, Block):
        return {name: plain(inner) for name, inner in node.items.items()}
    return [plain(inner) for inner in node.items] if isinstance(node, List) else node.words


def _place(block: Block, path: Iterable[Any]) -> Place:
    """The place of what a path of headings leads to, as far as it can be followed."""
    node: Node = block
    for part in path:
        if (isinstance(node, Block) and part in node.items) or (
            isinstance(node, List) and isinstance(part, int) and part < len(node.items)
        ):
            node = node.items[part]
    return node.place
