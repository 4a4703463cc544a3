"""FACTS as they are given to a command: a JSON or YAML file with what is known of one person, assessed by one pathway."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pharmacyfirst.cli.options import NOT_KNOWN, opened, today_in_london
from pharmacyfirst.content.cases import how_written, read_answer
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.text import Block, Mistake, Mistakes, Node, Quote, Text, read_file
from pharmacyfirst.contract.answers import InputObject, answer, read_input
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import MOST_BYTES, read
from pharmacyfirst.kernel.questions import Question, known_facts
from pharmacyfirst.kernel.trace import Assessment

# What a whole input object holds; FACTS with any of these is one, and otherwise the facts alone.
_WHOLE = {"pathway", "as_of", "facts"}


def assess_file(library: Library, condition: str, name: str, as_of: date | None) -> Assessment:
    """Assess the person whose facts stand in a file; a dash is standard input. Raises ``Refused``."""
    return answer(library, _given(library, condition, name, as_of))


def read_facts(library: Library, condition: str, name: str, as_of: date | None) -> InputObject:
    """The pathway, the day and the facts that a file gives, as ``assess_file`` would assess them. Raises ``Refused``."""
    return read_input(_given(library, condition, name, as_of))


def _given(library: Library, condition: str, name: str, as_of: date | None) -> dict[str, Any]:
    if not name.endswith((".yaml", ".yml")):
        return _input_object(_read_json(name), condition, as_of)
    given = _input_object(_read_yaml(Path(name)), condition, as_of)
    if "facts" in given:
        given["facts"] = _facts_in_words(library, given)
    return given


def _read_json(name: str) -> Any:
    with opened(name, "FACTS") as stream:
        return read(stream.read(MOST_BYTES + 1))


def _input_object(given: Any, condition: str, as_of: date | None) -> dict[str, Any]:
    """The whole input object, whether the file holds it or the facts alone; what the command says too must agree."""
    is_whole = isinstance(given, Mapping) and _WHOLE.intersection(given)
    whole: dict[str, Any] = dict(given) if is_whole else {"facts": given}
    for key, wanted in (("pathway", condition), ("as_of", as_of and as_of.isoformat())):
        if wanted is not None and whole.setdefault(key, wanted) != wanted:
            what = f"{key}: FACTS says one thing and the command another. Give it once, or alike."
            raise Refused("wrong_value", what)
    if "as_of" not in whole:
        whole["as_of"] = today_in_london()
    return whole


def _read_yaml(path: Path) -> dict[str, Any]:
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


def _facts_in_words(library: Library, given: Mapping[str, Any]) -> Any:
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
