"""The dispensing label: everything the law asks for, the dose as the document gives it, nothing unknown passed over, nothing cut."""

import io
import re
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from paper_records import PHARMACY, case_of, cases, library, one_of_each, record_for, records, remade_with

from pharmacyfirst import Kind
from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.paper.pdf import NoPDF, pages_of
from pharmacyfirst.paper.words import day, sentence
from pharmacyfirst.record import Quantity
from pharmacyfirst.record.papers.fitting import SMALLEST, TOO_LONG, PrintedLabel, line, on_labels
from pharmacyfirst.record.papers.label import (
    MOST_CONTAINERS,
    NOT_ONE,
    REACH,
    REPRINT,
    containers_of,
    label_html,
    label_pdf,
    label_text,
    labels_of,
    printed_labels,
)
from pharmacyfirst.record.papers.parts import NoPaper

MAKES_PDF = pytest.mark.usefixtures("makes_pdf")


def labels():
    """Each label with its supply and its content."""
    for record, pathway in records():
        for label, supply in zip(labels_of(record, pathway), record.supplies, strict=True):
            yield label, supply, pathway


def test_every_label_holds_what_a_dispensed_medicine_needs():
    """Name of the patient, date, name and address of the pharmacy, the medicine, how much, and the directions (service.md 4.5)."""
    seen = set()
    for record, pathway in records():
        text = label_text(record, pathway)
        assert text.count("Not for the label.") == len(record.supplies)
        for supply in record.supplies:
            needed = (
                record.patient.name,
                day(record.on),
                record.pharmacy.name,
                *record.pharmacy.address,
                supply.amp.display,
                supply.directions,
                REACH,
            )
            assert [words for words in needed if words not in text] == []
            seen.add((record.pathway, supply.pgd))
    assert len(seen) > len(library().conditions)


def said_under_label():
    """Each label with what its document says under ``label``."""
    for label, supply, pathway in labels():
        yield label, supply, pathway.pgds[supply.pgd].particulars.get("label", ())


def test_on_the_label_stands_what_the_document_says_there_to_the_patient_about_this_form_and_no_more():
    seen = set()
    for label, supply, said in said_under_label():
        for_patient = [one for one in said if "patient" in one.audience]
        fitting = [sentence(one.says) for one in for_patient if not one.forms or supply.form in one.forms]
        assert label.advice == tuple(fitting)
        seen.add(bool(fitting))
        seen.update("another form" for one in for_patient if one.forms and supply.form not in one.forms)
    assert {True, False} <= seen


def test_what_is_for_the_pharmacist_stands_beside_the_label():
    for label, supply, said in said_under_label():
        beside = {sentence(one.says): one for one in said if "patient" not in one.audience}
        fitting = {words: one for words, one in beside.items() if not one.forms or supply.form in one.forms}
        unknown = {
            words for words, one in fitting.items() if all(e.grade is Grade.UNKNOWN for e in one.backing.evidence)
        }
        assert set(label.not_known) == unknown
        assert set(label.beside) - {NOT_ONE} == set(fitting) - unknown
        assert not set(label.advice) & set(beside)


def test_what_is_not_known_is_never_printed_on_the_label_itself():
    for label, _, _ in labels():
        assert not any("not known" in words.lower() for words in label.advice)


def test_without_a_supply_there_is_no_label():
    case, assessment = case_of(Kind.SELF_CARE)
    record = record_for(case, assessment)
    assert labels_of(record, assessment.pathway) == ()
    assert "no label" in label_text(record, assessment.pathway)
    assert "no label" in label_html(record, assessment.pathway)
    with pytest.raises(NoPaper, match="No medicine was supplied under a permit"):
        label_pdf(record, assessment.pathway)


def test_a_label_is_made_of_the_content_that_decided():
    record, pathway = next((record, pathway) for record, pathway in records() if record.supplies)
    other = next(one for one in library().newest_all() if one.id != pathway.id)
    with pytest.raises(NoPaper, match="digest"):
        labels_of(record, other)


def test_a_pharmacy_without_an_address_makes_no_label():
    case, assessment = case_of(Kind.SUPPLY)
    record = record_for(case, assessment, pharmacy=PHARMACY.model_copy(update={"address": ()}))
    with pytest.raises(NoPaper, match="the pharmacy's address is not on record"):
        labels_of(record, assessment.pathway)


# How many containers


def supply_of(unit, product="", pharmacy=PHARMACY, **who):
    """A record of some supply in so counted a quantity."""
    case, assessment = next(
        (case, found)
        for case, found in cases()
        if found.outcome.kind is Kind.SUPPLY
        and (first := found.offers[0].supplied[0]).quantity is not None
        and first.quantity.unit == unit
        and product in first.product.name
    )
    return record_for(case, assessment, who=who, pharmacy=pharmacy), assessment


def in_quantity(record, amount, unit):
    """What was supplied, in another quantity. As the offer counts its own bottles, it counts none of it."""
    quantity = Quantity(amount=Decimal(amount), unit=unit)
    return record.supplies[0].model_copy(update={"quantity": quantity, "containers": None})


def test_a_liquid_in_two_bottles_has_two_labels_that_say_which_they_are():
    record, assessment = supply_of("mL", "amoxicillin")
    offered = assessment.offers[0].supplied[0]
    assert (offered.quantity.amount, offered.bottles) == (150, 2)
    (label,) = labels_of(record, assessment.pathway)
    assert (label.containers, label.container) == (2, "bottle")
    assert "One label for each container: 2 of them." in label_text(record, assessment.pathway)
    assert [label.named(number) for number in (1, 2)] == ["bottle 1 of 2", "bottle 2 of 2"]


def test_bottles_tubes_and_packs_are_counted_by_the_quantity():
    record, assessment = supply_of("bottle")
    (one,) = labels_of(record, assessment.pathway)
    assert (one.containers, one.container, one.named(1)) == (1, "bottle", "")
    assert containers_of(in_quantity(record, 3, "tube")) == (3, "tube")
    assert replace(one, containers=3, container="tube").named(3) == "tube 3 of 3"


def test_where_the_number_of_packs_is_not_known_there_is_one_label_and_it_is_said():
    record, assessment = supply_of("tablet")
    (label,) = labels_of(record, assessment.pathway)
    assert (label.containers, label.container) == (1, "")
    assert NOT_ONE in label.beside
    assert NOT_ONE in label_text(record, assessment.pathway)


def test_another_quantity_than_offered_is_not_counted_by_the_bottles_of_the_offer():
    record, assessment = supply_of("mL", "amoxicillin")
    (handed,) = record.account().supplies
    less = {"quantity": Quantity(amount=Decimal(100), unit="mL"), "quantity_because": "one bottle was left"}
    again = remade_with(record, supplies=(handed.model_copy(update=less),))
    (label,) = labels_of(again, assessment.pathway)
    assert (label.containers, label.container) == (1, "")


def test_more_containers_than_anybody_hands_over_make_no_labels():
    record, _ = supply_of("bottle")
    with pytest.raises(NoPaper, match="Is the quantity right"):
        containers_of(in_quantity(record, MOST_CONTAINERS + 1, "bottle"))


# On the labels


def distinct():
    """One record for each product and directions."""
    found = {}
    for record, pathway in records():
        for supply in record.supplies:
            found.setdefault((supply.amp.display, supply.directions), (record, pathway))
    return list(found.values())


def text_of(words):
    """The words of each label of a page."""
    return [" ".join(one.text_content().split()) for one in html.document_fromstring(words).find_class("label")]


@pytest.mark.system
@MAKES_PDF
def test_every_label_of_the_content_fits_on_one_of_70_by_35_mm_with_larger_directions():
    seen = set()
    for record, pathway in distinct():
        for label in labels_of(record, pathway):
            made = list(printed_labels(label))
            assert len(made) == label.containers
            assert min(one.points for one in made) > SMALLEST
            seen.update(one.place for one in made)
    assert {"", "bottle 1 of 2", "bottle 2 of 2"} <= seen


@pytest.mark.system
@MAKES_PDF
def test_a_reprint_is_marked_and_an_evaluation_too():
    record, pathway = next((record, pathway) for record, pathway in records() if record.supplies)
    assert REPRINT not in label_text(record, pathway)
    for printed in text_of(label_html(record, pathway, reprint=True)):
        assert "TRAINING PATIENT, NOT A REAL PERSON; REPRINT" in printed
    assert REPRINT in label_text(record, pathway, reprint=True)


@pytest.mark.system
@MAKES_PDF
def test_nothing_for_the_pharmacist_stands_on_a_label():
    for record, pathway in distinct()[::6]:
        printed = " ".join(text_of(label_html(record, pathway)))
        for label in labels_of(record, pathway):
            assert not [words for words in (*label.beside, *label.not_known, label.document) if words in printed]
    assert ".beside { display: none; }" in label_html(record, pathway)


@pytest.mark.system
@MAKES_PDF
def test_the_pdf_has_a_page_of_70_by_35_mm_for_each_label_and_the_words_of_the_page():
    pypdf = pytest.importorskip("pypdf")
    record, assessment = supply_of("mL", "amoxicillin")
    made = label_pdf(record, assessment.pathway)
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    assert {(round(float(one.mediabox.width)), round(float(one.mediabox.height))) for one in pages} == {(198, 99)}
    squeezed = [re.sub(r"\s", "", one.extract_text()) for one in pages]
    assert squeezed == [re.sub(r"\s", "", one) for one in text_of(label_html(record, assessment.pathway))]
    assert made == label_pdf(record, assessment.pathway)


LONG = {
    "family": "Featherstonehaugh-Cholmondeley-Marjoribanks-Wemyss-Beauchamp",
    "given": ("Wilhelmina", "Alexandrina", "Bartholomew", "Theophilus"),
}
FAR = (
    "Unit 14 and 15, The Old Maltings Shopping Centre",
    "Upper Wolstenholme Road North",
    "Stow cum Quy by Newmarket",
    "Cambridgeshire",
)


@pytest.mark.system
@MAKES_PDF
def test_what_does_not_fit_goes_on_a_second_label_and_name_and_directions_stand_on_the_first():
    record, assessment = supply_of("tablet", "aciclovir", PHARMACY.model_copy(update={"address": FAR}), **LONG)
    (label,) = labels_of(record, assessment.pathway)
    first, second = printed_labels(label)
    assert (first.place, second.place) == ("label 1 of 2", "label 2 of 2")
    words = [" ".join(says for one in each.lines for says, _ in one.parts) for each in (first, second)]
    directions = re.sub(r"\s", " ", words[0])
    assert label.directions in directions
    assert label.patient in words[0]
    assert label.product in words[0]
    for each in words:  # whose and what it is stands on each, so that a label alone is never anybody's
        assert label.patient in each
        assert label.product in each
    both = " ".join(words)
    assert all(needed in both for needed in (day(label.on), ", ".join(label.pharmacy), REACH, *label.advice))
    assert min(first.points, second.points) >= SMALLEST
    printed = text_of(label_html(record, assessment.pathway))
    assert len(printed) == 2


@pytest.mark.system
@MAKES_PDF
def test_a_word_without_an_end_is_wrapped_and_not_cut():
    record, assessment = supply_of("tablet", "aciclovir", family="W" * 90)
    (label,) = labels_of(record, assessment.pathway)
    pypdf = pytest.importorskip("pypdf")
    text = "".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(label_pdf(record, assessment.pathway))).pages
    )
    assert "W" * 90 in re.sub(r"\s", "", text)
    assert label.directions.replace(" ", "") in re.sub(r"\s", "", text)


@pytest.mark.system
@MAKES_PDF
def test_what_fits_on_no_label_is_refused_and_never_cut():
    record, assessment = supply_of("tablet", "aciclovir", family="Longer " * 56 + "Name")
    (label,) = labels_of(record, assessment.pathway)
    with pytest.raises(NoPaper, match="nothing may be cut"):
        list(printed_labels(label))
    with pytest.raises(NoPaper, match="nothing may be cut"):
        list(printed_labels(replace(label, patient="A", advice=("Never " * 400,))))


def test_labels_are_filled_in_order_and_none_is_lost():
    """By a measure of our own: a label holds three lines."""

    def fits(label):
        return len(label.lines) <= 3

    lines = [line(str(number)) for number in range(9)]
    made = on_labels(lines[:2], lines[2:3], lines[3:7], (line("again"),), "", fits)
    assert [[one.parts[0][0] for one in each.lines] for each in made] == [
        ["0", "1", "2"], ["again", "3", "4"], ["again", "5", "6"],
    ]  # fmt: skip
    assert [each.place for each in made] == ["label 1 of 3", "label 2 of 3", "label 3 of 3"]
    with pytest.raises(NoPaper, match=re.escape(TOO_LONG[:30])):
        on_labels(lines[:4], (), (), (), "", fits)
    (whole,) = on_labels(lines[:1], lines[1:2], lines[2:3], (), "tube 1 of 2", fits)
    assert [one.parts[0][0] for one in whole.lines] == ["0", "2", "1"]
    assert whole.place == "tube 1 of 2"


SIZED = st.lists(st.integers(1, 6), max_size=5)


@given(first=st.lists(st.integers(1, 4), min_size=1, max_size=3), legal=SIZED, advice=SIZED, room=st.integers(3, 14))
def test_whatever_the_lines_none_is_lost_none_is_doubled_and_each_label_fits(first, legal, advice, room):
    """By a measure of our own: a line takes so much room, and the first words of a further label take 1."""

    def lines_of(name, sizes):
        return [line(f"{name}{number}", fact=str(size)) for number, size in enumerate(sizes)]

    def fits(label):
        return sum(int(one.parts[0][1]) for one in label.lines) <= room

    again = (line("again", fact="1"),)
    parts = [lines_of(name, sizes) for name, sizes in (("first", first), ("legal", legal), ("advice", advice))]
    try:
        made = on_labels(*parts, again, "", fits)
    except NoPaper:
        assert sum(first) > room or max([0, *legal, *advice]) > room - 1
        return
    assert all(map(fits, made))
    assert [one.number for one in made] == [*range(1, len(made) + 1)]
    assert {one.of for one in made} == {len(made)}
    stuck = [one for each in made for one in each.lines if one not in again]
    assert sorted(one.parts for one in stuck) == sorted(one.parts for some in parts for one in some)
    assert all(one in made[0].lines for one in parts[0])
    assert all(each.lines[0] in again for each in made[1:])


@pytest.mark.system
@MAKES_PDF
@settings(max_examples=8)
@given(
    family=st.text("abcdefghijklmnoprstuvwyz '-éøß", min_size=1, max_size=60).filter(str.strip),
    address=st.lists(st.text("ABCDEFGH12345 ,", min_size=4, max_size=40).filter(str.strip), min_size=1, max_size=5),
)
def test_whatever_the_name_and_address_the_labels_hold_every_word_of_them(family, address):
    record, assessment = supply_of(
        "tablet", "aciclovir", PHARMACY.model_copy(update={"address": tuple(address)}), family=family
    )
    made = label_html(record, assessment.pathway)
    (label,) = labels_of(record, assessment.pathway)
    words = " ".join(text_of(made))
    for needed in (label.patient, label.directions, label.product, ", ".join(label.pharmacy), REACH, *label.advice):
        assert " ".join(needed.split()) in words
    assert pages_of(made) == len(text_of(made))


def test_letters_are_as_large_as_the_label_holds():
    (made,) = on_labels([line("a", "name")], (), (), (), "", lambda label: label.points <= 8.7)
    assert made == PrintedLabel((line("a", "name"),), 8.5)


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_no_line_of_the_directions_ends_between_a_number_and_what_it_counts():
    record, assessment = supply_of("tablet", "aciclovir")
    (label,) = labels_of(record, assessment.pathway)
    (printed,) = printed_labels(label)
    (directions,) = [one.parts[0][0] for one in printed.lines if one.style == "directions"]
    assert " ".join(directions.split()) == label.directions
    assert not re.search(r"[0-9] \w", directions)


def test_where_nothing_can_measure_what_fits_only_the_text_is_made(monkeypatch):
    record, pathway = next((record, pathway) for record, pathway in records() if record.supplies)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    for make in (label_html, label_pdf):
        with pytest.raises(NoPDF, match="WeasyPrint, which is not installed"):
            make(record, pathway)
    assert label_text(record, pathway)


@pytest.mark.system
@MAKES_PDF
def test_words_are_never_markup():
    record, pathway = next(one for one in one_of_each().values() if one[0].supplies)
    assert "<O'Neil>" not in label_html(record, pathway)


def test_of_a_record_that_was_not_judged_again_no_label_is_made():
    record, pathway = next((record, pathway) for record, pathway in records() if record.supplies)
    altered = record.model_copy(update={"supplies": record.supplies})
    with pytest.raises(NoPaper, match="NOT JUDGED AGAIN"):
        labels_of(altered, pathway)
