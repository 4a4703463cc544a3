"""What people read says what a question is called, never how a file spells it. Notes and cases are for authors."""

import re

import pytest
from by_shape import blocks_of, shape_of_file, tree_of

from pharmacyfirst import load
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


FOR_ONE_READER = re.compile(
    r"\bthe patient\b|\byour?\b|\bas (?:appropriate|the)\b|\bjudges\b|^(?:an adult|a baby|as |wherever |whoever takes )"
)


@pytest.mark.parametrize("condition", load().conditions)
def test_where_somebody_goes_reads_rightly_to_patient_and_pharmacist(condition):
    """It follows "refer to" and "you were sent on to" alike."""
    pathway = load().newest(condition)
    rows = (*pathway.stopping, *pathway.treatment)
    places = (
        {one.says for one in pathway.where_to.values()}
        | {one.where_to for one in rows}
        | {one.where_nothing for one in pathway.treatment}
    )
    assert [words for words in sorted(places) if FOR_ONE_READER.search(words)] == []


@pytest.mark.parametrize("condition", load().conditions)
def test_every_leaflet_is_one(condition):
    """What is not known of the leaflets is an open item: a patient would be handed "not known"."""
    for one in load().newest(condition).leaflets:
        assert "leaflet" in one.says or "information" in one.says
        assert not re.search("not known|not read|publishe[sd]|everyone|every supply", one.says)


def test_the_words_of_every_kind_of_statement_are_looked_at():
    seen = {heading for path in FILES.values() for heading, _ in words_for_people(path)}
    assert {"says", "because", "action", "until then", "shipped", "where to", "ask", "called", "help"} <= seen
