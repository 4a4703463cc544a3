"""What message, letter, claim and label once said wrongly of somebody, tried on sound records of people like them."""

import re

import pytest
from sound_records import case_of, library, record_for

from pharmacyfirst import Kind
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.kernel.service import GATEWAY_POINTS
from pharmacyfirst.record import envelope_of, update_record
from pharmacyfirst.record.papers.claim import NO, YES, claim_of
from pharmacyfirst.record.papers.label import label_text
from pharmacyfirst.record.papers.leaflet import leaflet_text
from pharmacyfirst.record.papers.letter import letter_text

etree = pytest.importorskip("lxml.etree")
F = "{http://hl7.org/fhir}"


def somebody(condition, kind, fits):
    """The first case of a condition that comes out so and whose facts fit."""
    return next(case for case in cases_of(library(), condition) if case.expected.kind is kind and fits(case.facts))


NOT_DIAGNOSED = {
    "an adult of 40 with earache": (
        lambda: somebody("acute-otitis-media", Kind.NOT_ELIGIBLE, lambda facts: facts.get("age_years", 0) >= 18),
        "earache",
        "3110003",
    ),
    "somebody without a female urinary tract": (
        lambda: somebody("uncomplicated-uti", Kind.NOT_ELIGIBLE, lambda facts: "female" not in facts["urinary_anatomy"]),
        "urinary symptoms",
        "1090711000000102",
    ),
    "a bite that is not infected": (
        lambda: somebody("infected-insect-bites", Kind.SELF_CARE, lambda facts: not facts.get("infection_signs_present")),
        "an insect bite",
        "262550002",
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", NOT_DIAGNOSED)
def test_nobody_has_in_the_gp_record_what_nobody_found(who):
    found, presented, code = NOT_DIAGNOSED[who]
    case = found()
    record = record_for(case)
    letter = letter_text(record)
    assert f"Presented with {presented}; " in letter
    assert "is not established" in letter
    assert code not in letter
    assert record.in_words.condition.code == code, "the code that must not stand there is another one"


def test_the_message_of_a_practice_patient_like_them_codes_no_condition():
    from pharmacyfirst.record.examples import MAILBOX, example_of

    for found, presented, code in NOT_DIAGNOSED.values():
        record = example_of(library(), found()).record
        root = etree.fromstring(update_record(record, envelope_of(record, MAILBOX, record.ended_at)))
        assert not list(root.iter(F + "Condition"))
        assert code not in {one.get("value") for one in root.iter(F + "code")}
        assert presented in " ".join(one.get("value") for one in root.iter(F + "summary"))


def test_somebody_too_old_or_too_young_is_not_claimed():
    for condition in ("acute-otitis-media", "acute-sinusitis"):
        case = case_of(condition, Kind.NOT_ELIGIBLE)
        claim = claim_of(record_for(case))
        assert claim.claimable == NO
        assert claim.why_not.startswith("No gateway point was passed")


def paid_by_gateway_points():
    """The conditions of the service that is claimed by gateway points; others are claimed by what their own files say."""
    return [
        one
        for service in library().services.values()
        for one in service.pathways
        if service.claimable == GATEWAY_POINTS
    ]


def test_who_declines_the_consultation_is_not_claimed():
    assert len(paid_by_gateway_points()) == 7
    for condition in paid_by_gateway_points():
        case = case_of(condition, Kind.DECLINED)
        claim = claim_of(record_for(case))
        assert claim.claimable != YES, condition


def test_a_supply_is_claimed_by_its_gateway_and_not_because_it_is_one():
    for condition in paid_by_gateway_points():
        claim = claim_of(record_for(case_of(condition, Kind.SUPPLY)))
        record = record_for(case_of(condition, Kind.SUPPLY))
        assert (claim.claimable == YES) is bool(record.assessment["gateways"])


def in_millilitres(condition):
    """The first case of a condition that is supplied a liquid by mouth."""
    for case in cases_of(library(), condition):
        for offer in case.expected.offers or ():
            if offer.quantity is not None and offer.quantity.unit == "mL" and offer.dose is not None:
                return case
    return None


def test_a_liquid_is_never_swallowed_whole_and_no_label_points_to_the_pack():
    liquids = [case for case in map(in_millilitres, library().conditions) if case is not None]
    assert len(liquids) > 3
    for case in liquids:
        record, pathway = record_for(case), library().in_force(case.pathway, case.as_of)
        assert record.supplies[0].quantity.unit == "mL"
        for paper in (label_text(record, pathway), leaflet_text(record, pathway)):
            for_patients = paper.split("Not for the label.")[0]
            assert not re.search(r"(?i)swallow.*whole|capsule|^as on the pack", for_patients, re.MULTILINE)
