"""FACTS as they are given to a command: a JSON or YAML file with what is known of one person, assessed by one pathway."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pharmacyfirst.cli.options import opened, today_in_london
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.answers import InputObject, answer, read_input
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import MOST_BYTES, read
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
    from pharmacyfirst.cli.facts_in_yaml import facts_in_words, read_yaml  # with all that reads YAML

    given = _input_object(read_yaml(Path(name)), condition, as_of)
    if "facts" in given:
        given["facts"] = facts_in_words(library, given)
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
