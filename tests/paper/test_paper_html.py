"""One strict environment: nothing blank, nothing that text could smuggle in."""

from datetime import date

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from pharmacyfirst.paper.html import Paper, breakable
from pharmacyfirst.paper.words import day, listed, sentence


@pytest.fixture
def paper(tmp_path):
    def with_template(words):
        (tmp_path / "page.html").write_text(words, encoding="utf-8")
        return Paper(tmp_path)

    return with_template


@pytest.mark.parametrize("words", ["{{ missing }}", "{{ given.missing }}", "{% for one in missing %}{% endfor %}"])
def test_a_value_that_is_not_there_is_an_error_and_never_a_blank(paper, words):
    with pytest.raises(UndefinedError):
        paper(words).html("page.html", given=date(2026, 1, 1))


def test_text_is_never_markup(paper):
    html = paper("<p>{{ words }}</p>").html("page.html", words="<script>alert('5 < 6 & 7')</script>")
    assert html == "<p>&lt;script&gt;alert(&#39;5 &lt; 6 &amp; 7&#39;)&lt;/script&gt;</p>"


def test_a_template_reads_nothing_outside_its_folder(paper):
    with pytest.raises(TemplateNotFound):
        paper("{% include '../secret' %}").html("page.html")


def test_filters_say_things_in_plain_words(paper):
    page = paper("{{ on|day }}; {{ names|listed }}; {{ words|sentence }}; {{ name|breakable }}")
    html = page.html("page.html", on=date(2026, 3, 1), names=["a", "b"], words="so it is", name="<a_b>")
    assert html == "1 March 2026; a and b; So it is.; &lt;a_<wbr />b&gt;"


def test_days_do_not_depend_on_the_machine():
    assert [day(date(2026, month, 9)) for month in (1, 12)] == ["9 January 2026", "9 December 2026"]


@pytest.mark.parametrize(("words", "expected"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
def test_words_in_a_row(words, expected):
    assert listed(words, "or") == expected


@pytest.mark.parametrize(("words", "expected"), [("no more", "No more."), ("Why?", "Why?"), ("Said.", "Said.")])
def test_words_as_a_sentence(words, expected):
    assert sentence(words) == expected


def test_breakable_words_keep_their_letters():
    assert breakable("other_exclusion_for").replace("<wbr />", "") == "other_exclusion_for"


@pytest.mark.parametrize("id_", ["BPC-U1", "HAZ-H02", "OCS-COC-D1a", "UTI-NIT-X21"])
def test_an_id_within_words_is_not_torn_and_one_by_itself_is_left_alone(id_):
    kept = f'<span class="together">{id_}</span>'
    assert breakable(f"judged before, by {id_}, {id_} and more") == f"judged before, by {kept}, {kept} and more"
    assert breakable(f"{id_} stops ({id_})") == f"{kept} stops ({kept})"
    assert breakable(id_) == id_
    assert breakable("<b> & non-steroidal GLP-x") == "&lt;b&gt; &amp; non-steroidal GLP-x"
