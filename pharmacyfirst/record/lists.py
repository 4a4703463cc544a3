"""The coded lists of a record, read from ``lists.yaml`` beside this module: each item with its words, each list with source and grade."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Quote, Text, read_file
from pharmacyfirst.kernel.frozen import Frozen

_FILE = Path(__file__).with_name("lists.yaml")
MOST_LETTERS = 8  # of a choice that an open list does not hold: it is a code, and no words


@dataclass(frozen=True, slots=True)
class CodedList:
    """What may be chosen: ``items`` maps each choice to its words. ``open``: other choices are taken too, as the source does."""

    name: str
    says: str
    source: str
    grade: str
    items: Frozen[str, str]
    open: bool = False

    def in_words(self, choice: str) -> str:
        """The words of a choice; one that is not on an open list is told as it was given."""
        return self.items.get(choice, choice)


@cache
def coded_lists() -> Frozen[str, CodedList]:
    """Every list by its name. Raises ``ContentRefused`` where the file was damaged."""
    mistakes = Mistakes()
    held = read_file(_FILE, _FILE.name, mistakes, Quote.ALL)
    if held is None or len(mistakes):
        raise ContentRefused(mistakes)
    return Frozen({name: _list(name, node) for name, node in held.items.items() if isinstance(node, Block)})


def _list(name: str, block: Block) -> CodedList:
    said = _words(block)
    items = block.items["items"]
    choices = Frozen(_words(items)) if isinstance(items, Block) else Frozen[str, str]()
    return CodedList(name, said["says"], said["source"], said["grade"], choices, said.get("open") == "yes")


def _words(block: Block) -> dict[str, str]:
    return {heading: node.words for heading, node in block.items.items() if isinstance(node, Text)}


def listed(name: str) -> Any:
    """The type of a field that takes a choice of this list, and of an open list anything written like one."""
    one = coded_lists()[name]

    def fits(choice: str) -> str:
        if choice in one.items or (one.open and choice.isalnum() and len(choice) <= MOST_LETTERS):
            return choice
        raise ValueError(f"choose one of: {', '.join(one.items)}")

    schema: dict[str, Any] = {"examples": list(one.items)} if one.open else {"enum": list(one.items)}
    return Annotated[str, AfterValidator(fits), Field(description=one.says, json_schema_extra=schema)]
