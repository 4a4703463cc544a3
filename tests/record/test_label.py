"""The dispensing label: everything the law asks for, the dose as the document gives it, and nothing unknown passed over."""

import pytest
from paper_records import case_of, library, one_of_each, record_for, records

from pharmacyfirst import Kind
from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.paper.words import day, sentence
from pharmacyfirst.record.papers.label import REACH, label_html, label_text, labels_of
from pharmacyfirst.record.papers.parts import NoPaper


def test_every_label_holds_what_a_dispensed_medicine_needs():
    """Name of the patient, date, name and address of the pharmacy, the medicine, how much, and the directions (service.md 4.5)."""
    seen = set()
    for record, pathway in records():
        labels = labels_of(record, pathway)
        assert len(labels) == len(record.supplies)
        text = label_text(record, pathway)
        for label, supply in zip(labels, record.supplies, strict=True):
            needed = (
                record.patient.name,
                day(record.on),
                record.pharmacy.name,
                *record.pharmacy.address,
                supply.amp.display,
                REACH,
            )
            assert [words for words in needed if words not in text] == []
            assert label.directions == supply.directions
            seen.add((record.pathway, supply.pgd))
    assert len(seen) > len(library().conditions)


def said_under_label():
    """Each label with what its document says under ``label``."""
    for record, pathway in records():
        for label, supply in zip(labels_of(record, pathway), record.supplies, strict=True):
            yield label, supply, pathway.pgds[supply.pgd].particulars.get("label", ())


def test_on_the_label_stands_what_the_document_says_there_to_the_patient_about_this_form_and_no_more():
    seen = set()
    for label, supply, said in said_under_label():
        for_patient = [one for one in said if "patient" in one.audience]
        fitting = [sentence(one.says) for one in for_patient if not one.forms or supply.form in one.forms]
        assert label.advice == (*fitting, REACH)
        seen.add(bool(fitting))
        seen.update("another form" for one in for_patient if one.forms and supply.form not in one.forms)
    assert seen == {True, False, "another form"} or seen == {True, "another form"}


def test_what_is_for_the_pharmacist_stands_beside_the_label():
    for label, supply, said in said_under_label():
        beside = {sentence(one.says): one for one in said if "patient" not in one.audience}
        fitting = {words: one for words, one in beside.items() if not one.forms or supply.form in one.forms}
        unknown = {
            words for words, one in fitting.items() if all(e.grade is Grade.UNKNOWN for e in one.backing.evidence)
        }
        assert set(label.not_known) == unknown
        assert set(label.remarks) == set(fitting) - unknown
        assert not set(label.advice) & set(beside)


def test_a_label_fits_on_a_label():
    assert max(len(label.advice) for label, _, _ in said_under_label()) <= 6


def test_what_is_not_known_is_never_printed_on_the_label_itself():
    for record, pathway in records():
        for label in labels_of(record, pathway):
            assert not any("not known" in words.lower() for words in label.advice)


def test_without_a_supply_there_is_no_label():
    case, assessment = case_of(Kind.SELF_CARE)
    record = record_for(case, assessment)
    assert labels_of(record, assessment.pathway) == ()
    assert "no label" in label_text(record, assessment.pathway)
    assert "no label" in label_html(record, assessment.pathway)


def test_a_label_is_made_of_the_content_that_decided():
    record, pathway = next((record, pathway) for record, pathway in records() if record.supplies)
    other = next(one for one in library().newest_all() if one.id != pathway.id)
    with pytest.raises(NoPaper, match="digest"):
        labels_of(record, other)


def test_words_are_never_markup():
    for record, pathway in one_of_each().values():
        assert "<O'Neil>" not in label_html(record, pathway)
