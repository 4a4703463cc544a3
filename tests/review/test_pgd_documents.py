"""Nothing that stands in a PGD file may be missing from the document a reviewer signs, and nothing in it may mislead."""

import re
import shutil
from dataclasses import replace

import pytest
from jinja2 import UndefinedError
from review_pages import (
    PGDS,
    ROOTS,
    documents,
    every_page,
    headings,
    lists,
    parts,
    pathway_of,
    pgd_of,
    row,
    squeezed,
    text,
    tree,
)

from pharmacyfirst.content.library import load, templates_folder
from pharmacyfirst.content.pgds import SCHEDULE_16
from pharmacyfirst.kernel.evidence import Backing, Evidence, Grade, Statement
from pharmacyfirst.kernel.pgd import Mechanism, Period
from pharmacyfirst.paper.html import Paper
from pharmacyfirst.review.documents import Printer
from pharmacyfirst.review.headings import PARTICULARS

EACH_PGD = pytest.mark.parametrize("key", PGDS, ids=" ".join)
PAGES = dict(every_page())
EACH_PAGE = pytest.mark.parametrize("name", PAGES)

# The seventeen particulars as service.md 4.1 has them.
SCHEDULE_16_IN_WORDS = """
(1) Period during which the direction has effect
(2) Description or class of medicinal product
(3) Clinical situations in which it may be used
(4) Restrictions on the quantity supplied on one occasion
(5) Clinical criteria under which a person is eligible
(6) Classes of person excluded
(7) Circumstances in which further advice is sought from a doctor or dentist
(8) Pharmaceutical form or forms
(9) Strength, or maximum strength
(10) Dosage, or maximum dosage
(11) Route of administration
(12) Frequency of administration
(13) Minimum or maximum period of administration
(14) Relevant warnings
(15) Follow-up action, in what circumstances
(16) Arrangements for referral for medical advice
(17) Records to be kept of supply or administration
""".strip().splitlines()


def page(key):
    return documents(*key)[0].html


def printed(pathway, pgd, name="made-up"):
    return next(iter(Printer().of_pgd(pathway, pgd))).html


@pytest.fixture
def syrup():
    return pathway_of("made-up", "hiccups"), pgd_of("made-up", "hiccups", "placebo-syrup")


# Every page


@pytest.fixture
def document(name):
    """The document that a page is."""
    made = PAGES[name]()
    assert name.endswith(f" {made.name}")
    return made


@EACH_PAGE
def test_page_is_well_formed_in_english_and_has_a_title(document):
    root = tree(document.html)
    assert root.get("lang") == "en-GB"
    assert squeezed(root.find("head/title").text)


@EACH_PAGE
def test_ids_are_unique_and_every_link_leads_somewhere_on_the_page(document):
    root = tree(document.html)
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert not [one for one in ids if re.search(r"\s", one)]
    assert {one.get("href") for one in root.iter("a")} <= {f"#{one}" for one in ids}


@EACH_PAGE
def test_nothing_is_fetched(document):
    tags = {one.tag for one in tree(document.html).iter()}
    assert not tags & {"img", "link", "script", "iframe", "object", "embed", "base"}
    assert not [one for one in tree(document.html).iter() if {"src", "srcset", "style"} & set(one.attrib)]
    assert not re.search(r"url\(|@import|@font-face", document.html)


@EACH_PAGE
def test_no_blank_of_python_or_jinja_is_shown(document):
    assert not re.search(r"Undefined|<built-in|object at 0x|Decimal\(|Evidence\(|Grade\.|datetime", text(document.html))


@EACH_PAGE
def test_headings_come_in_order_and_tables_have_headers_and_captions(document):
    root = tree(document.html)
    levels = [int(one.tag[1]) for one in root.iter() if re.fullmatch(r"h\d", one.tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    for table in root.iter("table"):
        assert squeezed("".join(table.find("caption").itertext()))
        assert all(one.get("scope") in ("row", "col") for one in table.iter("th"))
        widths = {sum(int(cell.get("colspan", 1)) for cell in line) for line in table.iter("tr")}
        assert len(widths) == 1


@EACH_PAGE
def test_every_class_of_a_page_is_styled_or_plain(document):
    styled = set(re.findall(r"\.([a-z-]+)", (templates_folder() / "document.css").read_text(encoding="utf-8")))
    used = {name for one in tree(document.html).iter() for name in one.get("class", "").split()}
    assert used - styled <= {"words", "wide", "open-spaced"}


@EACH_PAGE
def test_a_page_says_at_once_and_at_every_foot_that_it_is_for_evaluation_only(document):
    main = tree(document.html).find("body/main")
    assert "Evaluation only: not authorised for supply" in text(document.html)[:600]
    assert main.get("data-footing").startswith("Evaluation only: not authorised for supply")
    assert main.get("data-standing") in text(document.html)[:400]


@pytest.mark.parametrize("template", ["pgd.html", "authorisation.html", "open-items.html"])
def test_a_template_that_is_given_nothing_prints_nothing(template):
    with pytest.raises(UndefinedError):
        Paper(templates_folder()).html(template)


# What the document is


@EACH_PGD
def test_it_says_which_document_which_version_and_which_digest(key):
    pathway, pgd = pathway_of(*key[:2]), pgd_of(*key)
    words = text(page(key))
    for said in (pgd.title, pgd.medicine, pgd.legal_class, pathway.title, pathway.id, pgd.edition.digest):
        assert said in words
    assert f"{pgd.id} version {pgd.edition.version}" in words
    short = pgd.edition.digest.removeprefix("sha256:")[:12]
    assert (
        tree(page(key)).find("body/main").get("data-running")
        == f"{pathway.id} · {pgd.id} {pgd.edition.version} · {short}"
    )


@EACH_PGD
def test_a_pgd_has_the_seventeen_particulars_in_order_and_a_protocol_its_own_fewer_headings(key):
    found = [one for one in headings(page(key)) if one.startswith("(")]
    if pgd_of(*key).mechanism is Mechanism.PGD:
        assert found == SCHEDULE_16_IN_WORDS
        assert f"({len(SCHEDULE_16)}) {PARTICULARS[len(SCHEDULE_16)]}" == found[-1]
    else:
        assert found == []
        assert {"In force", "Who may have it", "Who may not have it", "Doses", "Records"} <= set(headings(page(key)))


@EACH_PGD
def test_a_protocol_is_never_called_a_pgd(key):
    protocol = pgd_of(*key).mechanism is Mechanism.CLINICAL_PROTOCOL
    assert text(page(key)).startswith("Clinical protocol" if protocol else "Patient group direction")
    if protocol and key[0] == "made-up":  # whose content never speaks of PGDs, so whatever does is ours
        for document in documents(*key):
            assert not re.search(r"pgd|patient group|direction", text(document.html), re.IGNORECASE)


@pytest.mark.parametrize("draft", [True, False])
def test_a_draft_says_so_and_what_is_published_is_not_thereby_approved(draft, syrup):
    pathway, pgd = syrup
    edition = replace(pgd.edition, draft=draft, status="transcription awaiting clinical sign-off")
    html = printed(pathway, replace(pgd, edition=edition))
    standing = "DRAFT" if draft else "Transcription awaiting clinical sign-off"
    assert tree(html).find("body/main").get("data-standing") == standing
    assert f"({standing})" in tree(html).find("head/title").text
    assert "Transcription awaiting clinical sign-off" in text(html)[:300]
    assert ("Not published, and may still change." in text(html)) is draft
    assert ("Published: this version never changes." in text(html)) is not draft
    assert ("until an organisation adopts it" in text(html)) is not draft


# All of the content


@EACH_PGD
def test_all_words_of_the_file_are_there(key):
    words = text(page(key))
    missing = [
        said
        for part in parts(pgd_of(*key))
        for name in ("says", "because", "note", "action", "form", "who", "title", "reference", "edition", "name")
        if isinstance(said := getattr(part, name, ""), str) and said and not _in(said, words)
    ]
    assert missing == []


def _in(said, words):
    """Whether words are there; of "not known. More" the first two stand as a mark, and the rest after it."""
    rest = re.sub(r"^not known[ .,;:]*", "", squeezed(said), flags=re.IGNORECASE)
    return rest in words


@EACH_PGD
def test_every_clause_caution_and_dose_row_has_its_row_with_its_sentence(key):
    pgd = pgd_of(*key)
    for one in (*pgd.inclusion, *pgd.exclusions, *pgd.every_medicine, *pgd.cautions, *pgd.doses):
        words = row(page(key), one.id)
        assert one.sentence is None or one.sentence.in_words() in words
        assert all(item in words for item in one.backing.open)


@EACH_PGD
def test_a_covered_clause_names_the_criteria_with_their_sentences(key):
    pathway, pgd = pathway_of(*key[:2]), pgd_of(*key)
    sentences = {one.id: one.sentence.in_words() for one in (*pathway.stopping, *pgd.judged())}
    for clause in (*pgd.inclusion, *pgd.exclusions, *pgd.every_medicine):
        if clause.covered_by:
            words = row(page(key), clause.id)
            assert re.search(rf"Judged in (the pathway|this document).* by {clause.covered_by[0]}", words)
            assert all(f"{name} stops" in words and sentences[name] in words for name in clause.covered_by)


@EACH_PGD
def test_every_line_of_evidence_has_its_note_and_every_tag_is_explained(key):
    pathway, pgd = pathway_of(*key[:2]), pgd_of(*key)
    words = text(page(key))
    for line in (part for part in parts(pgd) if isinstance(part, Evidence)):
        assert line.in_words() in words
        for tag in line.sources:
            assert pathway.sources[tag].says in row(page(key), f"source-{tag}")


@EACH_PGD
def test_grades_stand_in_superscripts_and_not_in_the_sentence(key):
    marks = [one for one in tree(page(key)).iter("sup")]
    assert marks
    grades = "|".join(grade.word for grade in Grade)
    for mark in marks:
        assert re.fullmatch(rf"(({grades})(, ({grades}))*\N{{NO-BREAK SPACE}})?\d+", "".join(mark.itertext()))


@EACH_PGD
def test_every_open_item_is_explained_or_named_as_one_of_the_others(key):
    pathway, pgd = pathway_of(*key[:2]), pgd_of(*key)
    named = {item for part in parts(pgd) for item in getattr(part, "open", ())}
    for item in pathway.open_items.values():
        assert item.id in text(page(key))
        if item.id in named:
            assert item.says in row(page(key), item.id)
            assert item.until_then in row(page(key), item.id)


@EACH_PGD
def test_doses_are_a_table_with_all_there_is_to_a_row(key):
    for dose in pgd_of(*key).doses:
        words = row(page(key), dose.id)
        if dose.dose is None:
            assert "no dose: nothing is offered" in words
            continue
        assert dose.dose.each.in_words() in words
        once = "once" if dose.days == 1 else "once a day"
        assert (once if dose.times_a_day == 1 and not dose.times_a_day_most else f"{dose.times_a_day} ") in words
        for pack in dose.packs:
            assert pack.product.name in words
            assert pack.worked_out or (pack.quantity.in_words() if pack.quantity else "not stated") in words


@EACH_PGD
def test_products_have_their_codes(key):
    words = text(page(key))
    for product in pgd_of(*key).products:
        assert all(code in words for code in product.codes)
        assert product.strength.words in words


def test_doses_in_words():
    key = ("made-up", "hiccups", "placebo-syrup")
    assert "0.5 mg for each kg, rounded to the nearest 2.5 mg" in row(page(key), "HIC-SYR-D1")
    assert "0.5 mg for each kg, rounded down to 1 mg" in row(page(key), "HIC-SYR-D2")
    assert "worked out: the volume of all doses" in row(page(key), "HIC-SYR-D2")
    assert "10 mg, 20 mg on the first day" in row(page(key), "HIC-SYR-D3")
    assert "2 to 3 times a day" in row(page(key), "HIC-SYR-D3")
    assert "Or placebo 10 mg drops: 10 drops" in row(page(key), "HIC-SYR-D3")


# What is not known


@EACH_PGD
def test_a_conflict_that_a_note_names_is_found_from_the_page(key):
    """A note says "conflict K1", which stands in the document of the pathway alone."""
    ids = [one.id for one in pathway_of(*key[:2]).conflicts]
    said = f"Where sources disagree ({', '.join(ids)}): the document of the pathway, under “Conflicts”."
    assert (said in text(page(key))) == bool(ids)


@EACH_PGD
def test_what_is_not_known_is_marked_with_its_open_item(key):
    for heading, statements in pgd_of(*key).particulars.items():
        for said in statements:
            if any(line.grade is Grade.UNKNOWN and not line.about for line in said.backing.evidence):
                rest = re.sub(r"^not known[ .,;:]*", "", squeezed(said.says), flags=re.IGNORECASE)
                readers = "( For the (patient|professional|patient and the professional)(, with .* only)?.)?"
                marked = rf"Not known ?{re.escape(rest)}{readers} unknown.{{1,20}}{'.*'.join(said.backing.open)}"
                assert re.search(marked, text(page(key))), heading


def test_a_particular_that_is_not_known_is_listed_at_the_top(syrup):
    pathway, pgd = syrup
    html = printed(pathway, pgd)
    assert row(html, "about-not-known") == (
        "Not known (7) Circumstances in which further advice is sought from a doctor or dentist"
    )
    assert "Not known unknown" in row(html, "particular-7")  # the mark, and the superscript after it


def test_a_statement_known_in_part_is_listed_as_such_and_keeps_its_words(syrup):
    pathway, pgd = syrup
    half = Statement("It is blue.", Backing((Evidence(Grade.UNKNOWN, (), "how blue"),), ("HIC-O1",)))
    html = printed(pathway, replace(pgd, particulars={**pgd.particulars, "storage": (half,)}))
    assert row(html, "about-partly-not-known").endswith("; Storage")
    assert "It is blue." in row(html, "heading-storage")
    assert "Not known" not in row(html, "heading-storage")


def test_a_last_day_that_an_open_item_doubts_is_unverified(syrup):
    pathway, pgd = syrup
    assert "unverified" not in printed(pathway, replace(pgd, edition=replace(pgd.edition, dates=Backing())))
    html = printed(pathway, pgd)
    assert "last day unverified (HIC-O1)" in text(html)
    assert "Last day unverified HIC-O1" in row(html, "particular-1")
    assert "both days in. single" in row(html, "particular-1")  # what stands behind the days
    assert "(1) Period during which the direction has effect" in row(html, "about-partly-not-known")


def test_a_document_without_a_last_day_says_so(syrup):
    pathway, pgd = syrup
    open_ended = replace(pgd, edition=replace(pgd.edition, in_force=Period(pgd.edition.in_force.first)))
    assert "From 1 January 2026. No last day is known." in row(printed(pathway, open_ended), "particular-1")


# Lists that several conditions share


@EACH_PGD
def test_every_answer_that_bars_the_medicine_is_listed_with_its_grade(key):
    for fact in pathway_of(*key[:2]).questions.values():
        for value in fact.choices:
            for bar in value.bars:
                if bar.pgd == key[2]:
                    words = row(page(key), f"answer-{fact.name}-{value.name}")
                    assert value.says in words
                    assert all(line.grade.word in words for line in bar.backing.evidence)


def test_tags_of_a_shared_list_are_explained_as_that_lists_own(syrup):
    html = printed(*syrup)
    assert "Tags of the shared list “Foods that tickle”." in text(html)
    assert "Sources of the shared list “Foods that tickle”" in text(html)
    assert "A cookery book" in row(html, "source-tickly-foods-F1")
    # The condition adds mustard itself, for the lozenge alone.
    assert "answer-foods-mustard" not in html
    assert "answer-foods-mustard" in printed(syrup[0], syrup[0].pgds["placebo-lozenge"])


@pytest.mark.parametrize("name", ROOTS)
def test_a_readable_list_stands_where_a_question_names_it(name):
    for key in (one for one in PGDS if one[0] == name):
        for fact in pathway_of(*key[:2]).questions.values():
            if fact.explained_by and f'id="question-{fact.name}"' in page(key):
                explaining = lists(name)[fact.explained_by]
                for said in (said for statements in explaining.parts.values() for said in statements):
                    assert _in(said.says, text(page(key)))


def test_a_readable_list_is_shown_whole_with_its_sources(syrup):
    pathway, pgd = syrup
    fact = replace(pathway.questions["hiccups_heard"], explained_by="loud-noises")
    html = printed(replace(pathway, questions={**pathway.questions, "hiccups_heard": fact}), pgd)
    words = text(html)
    assert "The list “What counts as a loud noise” stands below." in words
    assert "severe a brass band" in words
    assert "not severe a door that creaks" in words
    assert "(example) a slammed door counts, a creaking one does not" in words
    assert "A listener undated" in row(html, "source-loud-noises-N1")


# Text is text


def test_markup_in_the_content_is_shown_and_never_works(tmp_path):
    root = tmp_path / "good"
    shutil.copytree(ROOTS["made-up"], root)
    file = root / "hiccups" / "placebo-syrup.yaml"
    trap = "<script>alert(1)</script> & <b>bold</b>"
    file.write_text(file.read_text(encoding="utf-8").replace("Syrup sets in the cold.", trap), encoding="utf-8")
    pathway = load(root).newest("hiccups")
    html = next(iter(Printer().of_pgd(pathway, pathway.pgds["placebo-syrup"]))).html
    assert "<script" not in html
    assert not list(tree(html).iter("b"))
    assert f"Note: {trap}" in row(html, "HIC-SYR-X2")
