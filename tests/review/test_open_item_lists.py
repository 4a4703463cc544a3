"""The list that whoever adopts a condition signs: every open item, with every place that names it."""

from dataclasses import replace

import pytest
from review_pages import CONDITIONS, open_items, pathway_of, row, squeezed, text, tree

from pharmacyfirst.kernel.evidence import OpenItem
from pharmacyfirst.review.documents import Printer

EACH_CONDITION = pytest.mark.parametrize("key", CONDITIONS, ids=" ".join)


@EACH_CONDITION
def test_every_open_item_is_there_with_what_holds_until_then(key):
    html = open_items(*key).html
    for item in pathway_of(*key).open_items.values():
        words = row(html, item.id)
        assert item.says in words
        assert f"Until then: {item.until_then}" in words


@EACH_CONDITION
def test_every_place_that_names_an_item_stands_beside_it(key):
    for one in pathway_of(*key).backed():
        for item in one.backing.open:
            assert one.place in row(open_items(*key).html, item)


def test_a_place_is_named_as_a_reader_of_the_pathway_finds_it():
    """*Answer none* is the answer of a dozen questions, and no reader looks for a definition by the name that the program has for it."""
    words = row(open_items("shipped", "shingles").html, "SHI-O14")
    assert "Aciclovir in stock: “No aciclovir tablets”" in words
    assert "definition “something rules out aciclovir" in words
    made_up = row(open_items("made-up", "hiccups").html, "HIC-O1")
    assert "score “NOISE”, definition disturbing" in made_up
    assert "hours of question “Hours since supper”" in made_up


@EACH_CONDITION
def test_statements_of_a_pgd_are_named_by_their_headings(key):
    pathway = pathway_of(*key)
    for pgd in pathway.pgds.values():
        for heading, statements in pgd.particulars.items():
            for item in (item for said in statements for item in said.backing.open):
                words = row(open_items(*key).html, item)
                assert heading in words[words.index(f"{pgd.id}:") :]
        for item in pgd.backing.open:
            words = row(open_items(*key).html, item)
            assert "the whole document" in words[words.index(f"{pgd.id}:") :]


@EACH_CONDITION
def test_each_item_has_room_for_whether_it_agrees_how_that_was_seen_by_whom_and_when(key):
    root = tree(open_items(*key).html)
    columns = [squeezed("".join(one.itertext())) for one in root.iter("th") if one.get("scope") == "col"]
    assert columns[-3:] == ["Agrees (yes or no), and how that was seen", "By", "Date"]
    for line in root.iter("tr"):
        if line.get("id"):
            assert ["".join(cell.itertext()) for cell in line.findall("td")[-3:]] == ["", "", ""]


@EACH_CONDITION
def test_it_says_which_condition_by_digest(key):
    pathway = pathway_of(*key)
    assert pathway.content_digest in text(open_items(*key).html)
    assert f"{pathway.id} version {pathway.edition.version}" in text(open_items(*key).html)


def test_an_exclusion_of_every_medicine_is_named_once_and_as_the_pathways():
    words = row(open_items("made-up", "hiccups").html, "HIC-O1")
    assert words.count("HIC-ALL-X2") == 1
    assert words.index("HIC-ALL-X2") < words.index("placebo-syrup:")


@pytest.mark.parametrize("where", ["source_documents", "codes", "conflicts"])
def test_an_item_that_only_a_source_document_a_code_or_a_conflict_names_is_named_there(where):
    pathway = pathway_of("made-up", "hiccups")
    first, *others = getattr(pathway, where)
    naming = replace(first, backing=replace(first.backing, open=("HIC-O2",)))
    more = {**pathway.open_items, "HIC-O2": OpenItem("HIC-O2", "how it began", "it began")}
    html = Printer().open_items(replace(pathway, open_items=more, **{where: (naming, *others)})).html
    place = {"source_documents": "source document ", "codes": "code ", "conflicts": ""}[where]
    assert f"pathway: {place}" in row(html, "HIC-O2")
