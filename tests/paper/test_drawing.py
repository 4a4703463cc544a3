"""Drawings: read out by their title, nothing fetched, words that stay in their boxes, and the same each time."""

from xml.etree import ElementTree

import pytest

from pharmacyfirst.paper.drawing import Drawing, wrapped


def drawing():
    made = Drawing("Dose <by> age", "two rows & no more", 100, 20)
    made.words(1, 2, "a < b & c", bold=True, at="middle")
    made.box(0, 0, 10.0001, 5, name="flow-UTI-R1")
    made.arrow(0, 1, 10, 1)
    made.arrow(0, 1, 0, 9)
    made.dot(3, 3, hollow=True)
    return made


def test_it_is_well_formed_has_its_words_and_is_read_out():
    root = ElementTree.fromstring(drawing().svg())
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Dose <by> age"
    assert root.find("title").text == "Dose <by> age. two rows & no more"
    assert root.find("desc").text == "two rows & no more"
    assert root.find("text").text == "a < b & c"
    assert root.get("viewBox") == "0 0 100 20"
    assert root.find("rect").get("id") == "flow-UTI-R1"
    assert root.find("rect").get("width") == "10"


def test_it_fetches_nothing_and_is_the_same_each_time():
    said = str(drawing().svg())
    assert "http" not in said
    assert "url(" not in said
    assert said == str(drawing().svg())


def test_an_arrow_ends_where_it_leads():
    right, down = (one.get("points").split()[0] for one in ElementTree.fromstring(drawing().svg()).iter("polygon"))
    assert (right, down) == ("10,1", "0,9")


@pytest.mark.parametrize("width", [20, 60, 104])
def test_lines_fit_their_width_and_no_word_is_lost(width):
    words = (
        "a fever above 38 C with a medicine that can stop the body making white blood cells needs a neutrophil count"
    )
    lines = wrapped(words, width)
    assert " ".join(lines) == words
    assert max(map(len, lines)) * 2.7 * 0.5 <= width


def test_of_more_lines_than_there_is_room_for_the_last_says_so():
    lines = wrapped("one two three four five six seven eight nine ten", 14, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
