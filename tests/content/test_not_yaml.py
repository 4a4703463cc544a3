"""What is wrong with a line that is no YAML is said in our words, at its place, with how to mend it; no word of the reader's own is shown."""

import pytest

from pharmacyfirst.content.text import Mistakes, Quote, read_bytes
from pharmacyfirst.content.yaml_in import _SAID

GOOD = """pathway: moon-rash
treatment:
  MR-T1:
    because: it is round
    then: refer
source documents:
  - title: The moon
    reference: MOON-1
"""
NOT_OURS = ("mapping", "block", "token", "scalar", "stream", "scanning", "simple key")


def read(words, quote=Quote.CONTENT):
    mistakes = Mistakes()
    read_bytes(words.encode(), "pathways/moon-rash/pathway.yaml", mistakes, quote)
    return list(mistakes)


def line_of(words, changed):
    return 1 + next(at for at, line in enumerate(words.split("\n")) if line == changed)


@pytest.mark.parametrize(
    ("instead", "what"),
    [
        (("    because:", "      because:"), None),
        (("    then:", "      then:"), "further in than the line above"),
        (("    then:", "   then:"), "does not line up"),
        (("    reference:", "     reference:"), "further in than the line above"),
        (("  - title:", "  -title:"), "this dash has no blank"),
        (("it is round", "note: it is round"), "a second colon"),
        (("treatment:", "treatment"), "this line has no colon"),
        (("because: it", "because it"), "this line has no colon"),
        (("because: it", "because:it"), "this line has no colon"),
        (("    because:", "\t  because:"), "a tab"),
        (("    because:", "  \u00a0 because:"), "what looks like a blank here is none, U+00A0"),
        (("it is", "it\u00a0is"), "what looks like a blank here is none, U+00A0"),
        (("it is", "it\u200bis"), "a character that nobody can see"),
        (("it is round", "'tis round"), "the quote that opens here"),
        (("it is round", '"it" is round'), "words go on after the quotes"),
        (("it is round", '"it \\is round"'), "a backslash"),
        (("it is round", "@home"), "cannot begin with this letter"),
        (("it is round", "*it* is round"), "cannot begin with * or &"),
        (("it is round", "> 5 days"), "after > or |"),
        (("then: refer", "then: - refer"), "a dash cannot stand here"),
    ],
)
def test_each_is_said_in_our_words_at_its_line(instead, what):
    words = GOOD.replace(*instead, 1)
    mistakes = read(words)
    if what is None:  # all that stands under a heading may be further in
        words = words.replace("    then:", "      then:")
        assert read(words) == []
        return

    (mistake,) = mistakes
    changed = next(line for line in words.split("\n") if line not in GOOD.split("\n"))
    assert what in mistake.what
    assert not [one for one in NOT_OURS if one in f"{mistake.what} {mistake.fix}"]
    assert mistake.place.line == line_of(words, changed)
    assert mistake.fix.endswith((".", '".'))


def test_where_a_file_may_not_be_quoted_the_line_is_not_shown():
    (mistake,) = read("name: Zebedee: Quux\n", Quote.NOTHING)

    assert "a second colon" in mistake.what
    assert "Zebedee" not in str(mistake)


def test_no_two_of_our_words_begin_alike():
    """The first that fits is taken, so none may stand behind a shorter one."""
    begins = [one[0] for one in _SAID]
    assert not [later for at, later in enumerate(begins) for earlier in begins[:at] if later.startswith(earlier)]
