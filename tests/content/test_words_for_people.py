"""What people read says what a question is called, never how a file spells it. Notes and cases are for authors."""

import re

import pytest
from by_shape import blocks_of, shape_of_file, tree_of

from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.content.text import Text

SPELT = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b")
FOR_AUTHORS = {"note"}
FILES = {
    path.relative_to(pathways_folder()).as_posix(): path
    for path in sorted(pathways_folder().rglob("*.yaml"))
    if path.name not in ("cases.yaml", "invariants.yaml", "published.yaml")
}


def words_for_people(path):
    """Every heading of a file under which plain words stand, with those words."""
    tree = tree_of(path)
    for block, shape in blocks_of(tree, shape_of_file(tree)):
        for heading, node in block.items.items():
            under = shape.headings.get(heading)
            plain = under is not None and under.words.startswith("words")
            if plain and heading not in FOR_AUTHORS and isinstance(node, Text):
                yield heading, node


@pytest.mark.parametrize("name", FILES)
def test_no_words_for_people_spell_a_name_as_a_file_does(name):
    spelt = [(node.place.line, node.words) for _, node in words_for_people(FILES[name]) if SPELT.search(node.words)]
    assert spelt == []


def test_the_words_of_every_kind_of_statement_are_looked_at():
    seen = {heading for path in FILES.values() for heading, _ in words_for_people(path)}
    assert {"says", "because", "action", "until then", "shipped", "where to", "ask", "called", "help"} <= seen
