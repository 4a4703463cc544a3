"""What a reviewer stumbled on in the pages of services other than Pharmacy First, whose pathways have no condition, and some no medicine."""

from dataclasses import replace

import pytest
from review_pages import (
    CONDITIONS,
    documents,
    library,
    open_items,
    pathway_of,
    pathway_page,
    pgd_of,
    printer,
    row,
    table,
    text,
)

from pharmacyfirst.review.doses import dose_table, how_often
from pharmacyfirst.review.identity import whole
from pharmacyfirst.review.notes import Notes
from pharmacyfirst.review.pack.checks import checks_of
from pharmacyfirst.review.pack.flow import steps_of
from pharmacyfirst.review.pack.pack import NO_CONFLICT, NO_MEDICINE, review_pack
from pharmacyfirst.review.pack.traced_tables import MORE_DECIDED
from pharmacyfirst.review.wording import Wording

CHECK, MONITOR = ("shipped", "blood-pressure-check"), ("shipped", "ambulatory-blood-pressure")
EMERGENCY, STARTING = ("shipped", "emergency-contraception"), ("shipped", "oral-contraception-start")
SHINGLES = ("shipped", "shingles")


def pgd_page(key, pgd):
    return documents(*key, pgd)[0].html


@pytest.mark.parametrize("key", CONDITIONS, ids=" ".join)
def test_what_must_hold_is_not_spelled_as_what_stops(key):
    """Under *Stops when* stood "consent_given is yes"."""
    for criterion in pathway_of(*key).stopping:
        assert f" {criterion.in_words()} " in f"{row(pathway_page(*key).html, criterion.id)} "


def test_what_must_hold_is_spelled_so_in_the_document_of_a_medicine():
    assert "EHC-C1 stops unless Consent: yes must: consent_given is yes" in text(pgd_page(EMERGENCY, "ulipristal"))


@pytest.mark.parametrize(
    ("key", "word"), [(SHINGLES, "condition"), (CHECK, "pathway"), (EMERGENCY, "pathway"), (STARTING, "pathway")]
)
def test_only_what_somebody_can_have_is_called_a_condition(key, word):
    pathway, page, other = pathway_of(*key), text(pathway_page(*key).html), {"condition", "pathway"} - {word}
    assert whole(pathway) == word
    for said in ("Whoever adopts the {} clears", "All that is not known of this {}"):
        assert said.format(word) in page
        assert said.format(*other) not in page
    assert f"Open items of a {word}" in text(open_items(*key).html)
    for pgd in pathway.pgds:
        of_pgd = text(pgd_page(key, pgd))
        assert f"{word.capitalize()} {pathway.title} {pathway.id}" in of_pgd
        assert f"As it stands for every {word}" in of_pgd
        assert f"The {word} has more, which" in of_pgd


def test_the_list_of_open_items_of_a_pathway_without_medicines_has_no_empty_line_and_no_permit():
    said = text(open_items(*CHECK).html)
    assert "Medicines" not in said
    assert "permit" not in said
    assert "looks into each item in the originals" in said
    assert "Until every one is, what stands under “until then” holds." in said
    assert "Medicines aciclovir, valaciclovir" in text(open_items(*SHINGLES).html)
    assert "in the signed originals" in text(open_items(*SHINGLES).html)
    assert "Until every one is there is no permit, and what stands" in text(open_items(*SHINGLES).html)


def test_days_are_a_column_only_where_a_row_has_some():
    """Eleven dashes stood under each other."""
    for key, pgd, days in ((STARTING, "combined-pill", False), (EMERGENCY, "ulipristal", True)):
        one = pgd_of(*key, pgd)
        wording = Wording(pathway_of(*key))
        table = dose_table(one, Notes(pathway_of(*key).sources, wording), wording)
        assert ("Days" in {column.words for column in table.columns}) is days
        assert all(len(row.cells) == len(table.columns) - 1 for row in table.rows)


def test_a_single_dose_is_given_once_and_not_once_a_day():
    (dose,) = pgd_of(*EMERGENCY, "ulipristal").doses
    assert how_often(dose) == "once"
    assert how_often(replace(dose, days=2)) == "once a day"
    assert how_often(replace(dose, times_a_day_most=2)) == "1 to 2 times a day"
    assert "(12) Frequency of administration once (EHC-UPA-D1)" in text(pgd_page(EMERGENCY, "ulipristal"))


def test_what_is_measured_again_by_the_pathway_itself_is_said_to_be():
    assert "Measured by: this pathway." in row(pathway_page(*MONITOR).html, "ABP-M2")
    assert "Measured by: ambulatory-blood-pressure." in row(pathway_page(*CHECK).html, "BPC-T2")


def test_what_is_recorded_with_a_medicine_says_so():
    """*Of which consultations* was answered with "combined oral contraceptive"."""
    said = row(pathway_page(*STARTING).html, "OCS-RC3")
    assert said.endswith("where combined oral contraceptive may be supplied")


def pack(key):
    """A pack without its cases, which take their time and are looked at elsewhere."""
    found, pathway = library(key[0]), pathway_of(*key)
    return review_pack(found, pathway, checks_of(found, pathway, ()))


def test_nobody_signs_documents_of_medicines_that_are_not_there():
    """The digest of an empty list stood among the parts that are signed."""
    of_check = pack(CHECK)
    assert "documents" not in of_check.parts
    assert of_check.parts["summary"]["not_in_this_pack"]["documents"] == NO_MEDICINE
    assert [one["id"] for one in pack(EMERGENCY).parts["documents"]] == ["levonorgestrel", "ulipristal"]


@pytest.mark.parametrize("key", [CHECK, EMERGENCY, STARTING, SHINGLES])
def test_the_conflicts_that_a_pack_names_stand_in_it(key):
    """Notes said "conflict C2", which stood on no page of the pack."""
    conflicts = pathway_of(*key).conflicts
    one, of_key = printer(key[0]).pack(pack(key)).html, pack(key)
    assert [each["id"] for each in of_key.parts["conflicts"]] == [each.id for each in conflicts]
    assert all(f"{each.says}" in row(one, f"conflict-{each.id}") for each in conflicts)
    assert all(each.shipped in table(one, "Conflicts between sources") for each in conflicts)


def test_a_pack_without_conflicts_says_so():
    found, pathway = library("shipped"), replace(pathway_of(*CHECK), conflicts=())
    of_none = review_pack(found, pathway, checks_of(found, pathway, ()))
    assert of_none.parts["summary"]["not_in_this_pack"]["conflicts"] == NO_CONFLICT
    assert "Conflicts between sources" not in printer("shipped").pack(of_none).html


def test_a_pack_of_no_condition_speaks_of_none_and_of_no_permit():
    said = text(printer("shipped").pack(pack(CHECK)).html)
    assert "Whoever adopts the pathway clears every one of them first." in said
    assert "Until then there is no permit" not in said
    assert "with this condition" not in said
    assert "Not compared: no earlier version was named (--since)." in said
    assert "said to the patient and recorded stands in the whole pathway" in said


def test_that_a_row_decides_more_cases_than_meet_it_is_explained_where_one_does():
    assert MORE_DECIDED in text(printer("shipped").pack(pack(EMERGENCY)).html)
    assert MORE_DECIDED not in text(printer("shipped").pack(pack(CHECK)).html)


def test_one_dose_row_is_no_rows():
    (of_pgd,) = [step.says for step in steps_of(pathway_of(*EMERGENCY)) if step.id == "ulipristal"]
    assert of_pgd == "ulipristal acetate: 11 clauses (EHC-UPA-I1 to EHC-UPA-X11), 1 dose row (EHC-UPA-D1)"
