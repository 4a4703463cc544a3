"""The lists of ``pathways/shared/``, read once more for their words: the kernel carries their names and their effect alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pharmacyfirst.content.forms import Form, Tags
from pharmacyfirst.content.library import SHARED
from pharmacyfirst.content.loader import read_sources
from pharmacyfirst.content.yaml_text import Block, ContentRefused, Mistakes, read_file
from pharmacyfirst.kernel.evidence import Evidence, Source, Statement
from pharmacyfirst.kernel.facts import Bar, Fact, Value

# The headings of a readable list with what a thing under each counts as, in the order in which they are read.
PARTS = {
    "items": "severe",
    "non_severe": "not severe",
    "none": "none",
    "examples": "(example)",
}
VALUES = "values list"


@dataclass(frozen=True, slots=True)
class SharedList:
    """A list that several conditions share.

    ``parts`` are the statements of a readable list, by heading; ``answers`` what a list of answers bars, with the evidence of each.
    ``sources`` are what its own tags stand for.
    """

    name: str
    title: str
    parts: Mapping[str, tuple[Statement, ...]]
    answers: Mapping[str, Value]
    sources: Mapping[str, Source]


def shared_lists(root: Path) -> dict[str, SharedList]:
    """The lists of a library that has loaded, by name."""
    mistakes = Mistakes()
    lists = {}
    for path in sorted((root / SHARED).glob("*.yaml")):
        block = read_file(path, path.name, mistakes)
        if block is not None and "sources" in block.items:
            lists[path.stem] = _read(path.stem, block, mistakes)
    if len(mistakes):
        raise ContentRefused(mistakes)
    return lists


def _read(name: str, block: Block, mistakes: Mistakes) -> SharedList:
    sources = read_sources(Form(block, "shared file", Tags(), mistakes, (), tuple(block.items)))
    form = Form(block, "shared file", Tags(sources, ()), mistakes, (), tuple(block.items))
    parts = {heading: form.statements(heading) for heading in PARTS if heading in block.items}
    answers = {answer.words: _answer(answer.words, inner, form) for answer, inner in form.blocks(VALUES, "answer")}
    return SharedList(name, form.text("title"), parts, answers, sources)


def _answer(name: str, block: Block, form: Form) -> Value:
    inner = Form(block, "answer", form.tags, form.mistakes, (), tuple(block.items))
    evidence = inner.evidence()
    return Value(name, bars=tuple(Bar(pgd.words, evidence) for pgd in inner.names("bars")), evidence=evidence)


def bars_by_origin(
    fact: Fact, value: Value, lists: Mapping[str, SharedList]
) -> Iterator[tuple[Bar, SharedList | None]]:
    """What an answer bars, each with the list that says so; None where the condition's own file does."""
    rest = value.bars
    for one in _lists_of(fact, value, lists):
        said = one.answers[value.name].bars
        if rest[: len(said)] == said:
            yield from ((bar, one) for bar in said)
            rest = rest[len(said) :]
    yield from ((bar, None) for bar in rest)


def evidence_by_origin(
    fact: Fact, value: Value, lists: Mapping[str, SharedList]
) -> Iterator[tuple[tuple[Evidence, ...], SharedList | None]]:
    """The evidence of an answer, split in the same way."""
    rest = value.evidence
    for one in _lists_of(fact, value, lists):
        said = one.answers[value.name].evidence
        if rest[: len(said)] == said:
            yield said, one
            rest = rest[len(said) :]
    yield rest, None


def _lists_of(fact: Fact, value: Value, lists: Mapping[str, SharedList]) -> Iterator[SharedList]:
    """The lists that a question takes this answer from: those all of whose answers it has. The loader adds them up first."""
    names = {*fact.value_names()}
    yield from (one for one in lists.values() if value.name in one.answers and names.issuperset(one.answers))
