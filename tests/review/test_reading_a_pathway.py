"""What a pharmacist or a reviewer stumbled on in a pathway's pages: said so that it can be read in one way alone."""

import re

import pytest
from review_pages import CONDITIONS, every_page, pathway_of, pathway_page, row, squeezed, table, text, tree

from pharmacyfirst.content.library import templates_folder
from pharmacyfirst.review.documents import AUTHORISATION, OPEN_ITEMS
from pharmacyfirst.review.said import anchor_of_said
from pharmacyfirst.review.who_goes_where import OUTCOMES, anchor_of


def page(key):
    return pathway_page(*key).html


def test_what_to_look_for_stands_first_in_a_line_of_who_goes_where():
    """A reason may speak of "such signs" or of the patient alone; the sign or the number itself is then found nowhere in the line."""
    html = page(("shipped", "acute-sinusitis"))
    assert "Focal neurological signs: such signs can mean" in row(html, "goes-emergency")
    assert "Fever above 38.0: a fever while" in row(html, "goes-emergency")
    low = row(page(("shipped", "uncomplicated-uti")), "goes-refer-urgent")
    assert "Temperature (at most 35 degrees Celsius): so low a temperature" in low
    many = row(page(("shipped", "uncomplicated-uti")), "goes-not-eligible")
    assert "Earlier UTIs, 12 months (at least 3 episodes): three earlier infections" in many


def test_of_several_medicines_offered_one_is_supplied():
    """Said with *and*, a row would be read as two antibiotics together."""
    html = page(("shipped", "acute-sinusitis"))
    for anchor in ("goes-supply", "overview", "SIN-A2"):
        assert "clarithromycin or doxycycline" in row(html, anchor)
        assert "clarithromycin and doxycycline" not in row(html, anchor)


def test_what_tells_medicines_apart_is_not_lost_behind_what_their_reasons_share():
    """Three reasons began with the same twenty words, so that a reader took them for one."""
    html = page(("shipped", "acute-sinusitis"))
    (supply,) = [one for one in tree(html).iter("tbody") if one.get("id") == "goes-supply"]
    lines = [(one.get("class"), squeezed("".join(one.itertext()))) for one in supply.find(".//td").iter("p")]
    assert lines[:3] == [
        (None, "two or more bacterial features, the spray is ruled out or has not worked, an antibiotic is agreed:"),
        ("under", "phenoxymethylpenicillin: penicillin is the first choice without a penicillin allergy SIN-A1"),
        (
            "under",
            "erythromycin: penicillin is ruled out by allergy, and erythromycin is the choice in pregnancy SIN-A3",
        ),
    ]
    assert lines[4][1].startswith("fluticasone furoate or mometasone furoate: after more than 10 days")
    assert lines[4][0] is None


def test_a_row_that_refers_says_to_whom():
    assert "Refer To: general practice or another provider." in row(page(("shipped", "impetigo")), "IMP-S10")
    assert "Refer To: another pharmacy that has the cream" in row(page(("shipped", "impetigo")), "IMP-S9")


def test_what_a_thing_counts_as_says_so_where_there_are_no_columns():
    """Under each other the lines of the list began with *none*, and nothing said of what."""
    narrow = (templates_folder() / "document.css").read_text(encoding="utf-8").partition("max-width: 215mm")[2]
    assert 'th[data-column="Counts as"]::before { content: attr(data-column)' in narrow
    heads = [one.get("data-column") for one in tree(page(("shipped", "impetigo"))).iter("th")]
    assert "Counts as" in heads


def test_that_nothing_unknown_is_no_names_the_one_question_that_is_never_required():
    """Two sentences that contradict each other stood on one page: that not known is never no, and of one criterion that it reads as no."""
    stops = "while nobody answers “Immediate threat to life”, it stops nobody."
    assert stops in row(page(("shipped", "impetigo")), "stopping")
    assert "never required" not in row(page(("made-up", "yawning")), "stopping")


@pytest.mark.parametrize("key", CONDITIONS, ids=" ".join)
def test_a_source_that_a_conflict_or_an_open_item_names_stands_among_the_sources(key):
    """A reviewer who looks for the tag in brackets found it nowhere on the page where no clause cites it."""
    pathway, html = pathway_of(*key), page(key)
    said = [words for one in pathway.conflicts for words in (one.says, one.shipped)]
    said += [words for one in pathway.open_items.values() for words in (one.says, one.until_then)]
    named = set(re.findall(r"[\w-]+", " ".join(said))) & set(pathway.sources)
    assert [tag for tag in named if f'id="source-{tag}"' not in html] == []
    if key == ("shipped", "acute-otitis-media"):
        assert {"MONO-1", "SPS-BF"} <= named


@pytest.mark.parametrize("key", CONDITIONS, ids=" ".join)
def test_a_note_names_a_question_by_what_it_is_called(key):
    """Names that a note has of another pathway's questions are left: what they are called is not known here."""
    questions = pathway_of(*key).questions
    said = [squeezed("".join(one.itertext())) for one in tree(page(key)).iter("p")]
    notes = " ".join(one for one in said if one.startswith("Note: "))
    assert [name for name in questions if "_" in name and name in notes.split()] == []


@pytest.mark.parametrize("key", CONDITIONS, ids=" ".join)
def test_by_outcome_it_is_said_of_each_outcome_that_there_is_what_people_are_told_nothing_among_it(key):
    html = page(key)
    for outcome in OUTCOMES:
        said = anchor_of_said(outcome)
        if f'id="{anchor_of(outcome)}"' in html:
            assert f'id="{said}"' in html
        elif f'id="{said}"' in html:
            assert "Prompt:" in row(html, said)


def test_a_clause_of_every_medicine_is_shown_as_it_reads_for_each():
    """It was shown for the last medicine alone, as if it barred no other."""
    html = page(("shipped", "acute-sore-throat"))
    for medicine in ("clarithromycin", "erythromycin", "phenoxymethylpenicillin"):
        assert f"{medicine}: Interacting medicines: one that rules out {medicine}" in row(html, "ST-ALL-X6")
        assert f"other_exclusion_for includes {medicine}" in row(html, "ST-ALL-X5")
    assert row(html, "ST-ALL-X2").count("eGFR: below 30") == 1


def test_a_clause_that_another_clause_judges_is_not_said_to_be_stopped_before():
    assert "judged by ST-ERY-X6" in row(page(("shipped", "acute-sore-throat")), "short-ST-ERY-I3")
    assert "stopped before: HIC-R1; judged by HIC-ALL-X1" in " ".join(
        row(page(("made-up", "hiccups")), f"short-{clause.id}")
        for clause in pathway_of("made-up", "hiccups").pgds["placebo-syrup"].exclusions
    )


def test_many_answers_stand_by_their_groups_as_wide_as_the_table():
    """In the column of answers forty medicines took a page, and left the page before half empty."""
    asked = tree(page(("shipped", "impetigo"))).find(".//*[@id='question-interacting_medicines']")
    remarks = [squeezed("".join(one.itertext())) for one in asked.iter("td") if one.get("class") == "remark"]
    assert "gout: probenecid" in remarks
    assert "those below, in their groups" in row(page(("shipped", "impetigo")), "question-interacting_medicines")


def test_definitions_without_words_stand_in_a_table_of_their_own():
    html = page(("shipped", "impetigo"))
    assert "too_light_at_1" in table(html, "Parts of those above, without words of their own")
    assert "too_light_at_1 " not in table(html, "Scores and definitions").replace("too_light_at_1,", "")
    assert "a definition Age" not in text(html)


TO_WRITE_IN = "What must become of them"  # the column of a blind reading


def test_under_the_title_of_a_column_stands_something():
    """Where cells stand under each other a title with nothing under it reads as if the next line were meant. Sheets to write in are empty."""
    empty = {
        (name, one.get("data-column"))
        for name, make in every_page()
        if not name.endswith((AUTHORISATION, OPEN_ITEMS))
        for one in tree(make().html).iter("td")
        if one.get("data-column") not in (None, TO_WRITE_IN) and not squeezed("".join(one.itertext()))
    }
    assert empty == set()
