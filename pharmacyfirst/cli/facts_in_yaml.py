"""FACTS in a YAML file: answers in the words of cases, each with its line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pharmacyfirst.cli.options import NOT_KNOWN
from pharmacyfirst.content.cases import how_written, read_answer
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.text import Block, Mistake, Mistakes, Node, Quote, Text, read_file
from pharmacyfirst.contract.answers import read_input
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import Question, known_facts


def read_yaml(path: Path) -> dict[str, Any]:
    """The headings of a YAML file with what stands under them, read as text with places like all YAML of ours."""
    mistakes = Mistakes()
    block = read_file(path, "FACTS", mistakes, Quote.NOTHING)
    if block is None or len(mistakes):
        raise _unreadable(next(iter(mistakes)))
    plain = ("pathway", "as_of")
    return {key: node.words if key in plain and isinstance(node, Text) else node for key, node in block.items.items()}


def _unreadable(mistake: Mistake) -> Refused:
    if not mistake.place.line:
        return Refused("not_json", f"FACTS: {mistake.what}.")
    how = "Write one answer a line: its name, a colon, a blank, the answer; each name once; no tabs, no brackets."
    return Refused("not_json", f"FACTS, line {mistake.place.line}, cannot be read. {how}")


def facts_in_words(library: Library, given: Mapping[str, Any]) -> Any:
    """Answers in the words of cases (yes, no, 36.8, none) as values; an empty answer is not known."""
    node = given["facts"]
    answers: Mapping[str, Node] = node.items if isinstance(node, Block) else node
    if not isinstance(answers, Mapping):
        return None  # which the contract refuses: facts are one answer a line
    consultation = read_input({**given, "facts": {}})
    declared = library.in_force(consultation.pathway, consultation.as_of).questions
    known_facts(declared, dict.fromkeys(answers), consultation.as_of)  # refuses a name that no fact has
    return {name: _answer_in_words(declared[name], words) for name, words in answers.items()}


def _answer_in_words(fact: Question, node: Node) -> Any:
    if isinstance(node, Text) and node.words in ("", NOT_KNOWN):
        return None
    value = read_answer(fact, node)
    if value is None:
        what = f"{fact.name}, line {node.place.line}: what was given does not fit. Give {how_written(fact)}."
        raise Refused("wrong_value", what, fact.name)
    return value
