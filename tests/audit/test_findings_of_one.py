"""Where a record and the pathway disagree: a record that the kernel made has no finding, and each way of altering it has its own and only that."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice

import pytest
from consultations import DAY, facts_of, first_supply, library, of_offer, recorded, supplies
from shares import FEW
from shipped import cases_of

from pharmacyfirst.audit.disagreeing import FindingKind, findings_of
from pharmacyfirst.audit.recorded import recorded_of
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.dose import Amount
from pharmacyfirst.kernel.outcome import Kind

A_RANGE = "oral-contraception-continue"  # whose document says from how much to how much, and no number of days
EVERY = [pytest.param(one, marks=() if one in (*FEW, A_RANGE) else pytest.mark.system) for one in library().conditions]
SUPPLYING = [one for one in EVERY if library().in_force(one.values[0], DAY).pgds]


def found(assessment, said):
    return findings_of(assessment, recorded_of(said))


def kinds(assessment, said):
    return {one.kind for one in found(assessment, said)}


def first(condition, kind, **facts):
    """The assessment of the first case of a condition that comes out so today."""
    pathway = library().in_force(condition, DAY)
    for case in cases_of(library(), condition):
        made = assess(pathway, facts_of(case.facts, case.as_of) | facts, DAY)
        if made.outcome.kind is kind:
            return made
    raise AssertionError(f"no case of {condition} comes out as {kind.word}")


@pytest.mark.parametrize("condition", EVERY)
def test_a_record_that_does_as_the_kernel_says_has_no_finding(condition):
    seen, pathway = set(), library().in_force(condition, DAY)
    for case in cases_of(library(), condition)[::8]:
        assessment = assess(pathway, facts_of(case.facts, case.as_of), DAY)
        assert found(assessment, recorded(assessment)) == (), case.id
        seen.add(assessment.outcome.kind)
    assert len(seen) >= 4


@pytest.mark.parametrize("condition", SUPPLYING)
def test_any_product_of_any_offer_is_right(condition):
    many = 0
    for _, assessment in islice(supplies(condition), 8):
        for offer in assessment.offers:
            for at in range(len(offer.supplied)):
                said = recorded(assessment) | of_offer(offer, at)
                assert found(assessment, said) == ()
                many += 1
    assert many


# What is altered in the record of a supply, and the one finding that comes of it.
OF_A_SUPPLY = {
    "dose": ({"recorded_dose": Decimal("0.5")}, FindingKind.DOSE),
    "unit of the dose": ({"recorded_dose_unit": "micrograms"}, FindingKind.DOSE),
    "times a day": ({"recorded_times_a_day": 9}, FindingKind.TIMES),
    "days": ({"recorded_days": 30}, FindingKind.DAYS),
    "quantity": ({"recorded_quantity": Decimal("1234.5")}, FindingKind.QUANTITY),
    "unit of the quantity": ({"recorded_quantity_unit": "lozenge"}, FindingKind.QUANTITY),
    "medicine": ({"recorded_pgd": "no-such-document", "recorded_pgd_version": None}, FindingKind.MEDICINE),
    "version": ({"recorded_version": "2020.1"}, FindingKind.OUT_OF_DATE),
    "version of the PGD": ({"recorded_pgd_version": "2020.1"}, FindingKind.OUT_OF_DATE),
    "digest": ({"recorded_digest": "sha256:0"}, FindingKind.OUT_OF_DATE),
    "no dose": ({"recorded_dose": None}, FindingKind.NOT_RECORDED),
    "no unit": ({"recorded_quantity_unit": None}, FindingKind.NOT_RECORDED),
    "no PGD": ({"recorded_pgd": None}, FindingKind.NOT_RECORDED),
    "no outcome": ({"recorded_outcome": None}, FindingKind.NOT_RECORDED),
    "another outcome": ({"recorded_outcome": "refer"}, FindingKind.CONTRADICTS),
}


@pytest.mark.parametrize("condition", SUPPLYING)
@pytest.mark.parametrize("altered", OF_A_SUPPLY)
def test_an_altered_supply_has_its_finding_and_only_that(condition, altered):
    changes, kind = OF_A_SUPPLY[altered]
    _, assessment = first_supply(condition)
    if kind is FindingKind.DAYS and not assessment.offers[0].row.days:
        kind = None  # the document says no number of days
    assert kinds(assessment, recorded(assessment) | changes) == {kind} - {None}


def supply_recorded_for(assessment):
    """Somebody to whom nothing may be supplied, recorded as the condition's first supply."""
    _, other = first_supply(assessment.pathway.id)
    return recorded(other)


@pytest.mark.parametrize("condition", SUPPLYING)
@pytest.mark.parametrize("kind", [Kind.EMERGENCY, Kind.REFER_URGENT])
def test_a_supply_or_self_care_passes_a_red_flag_over(condition, kind):
    assessment = first(condition, kind)
    if assessment.nothing_left:
        assert kinds(assessment, supply_recorded_for(assessment)) == {FindingKind.EXCLUDED}
    else:
        (one,) = found(assessment, supply_recorded_for(assessment))
        assert (one.kind, one.criteria) == (FindingKind.RED_FLAG, assessment.decided_by)
    (one,) = found(assessment, recorded(assessment) | {"recorded_outcome": "self_care"})
    assert (one.kind, one.recorded, one.says) == (FindingKind.RED_FLAG, "self_care", kind.key)


def test_the_same_day_is_less_than_an_emergency_and_an_emergency_never_too_much_haste():
    emergency, today = first("shingles", Kind.EMERGENCY), first("shingles", Kind.REFER_URGENT)
    assert kinds(emergency, {"recorded_outcome": "refer_urgent"}) == {FindingKind.RED_FLAG}
    assert kinds(emergency, {"recorded_outcome": "need_facts"}) == {FindingKind.RED_FLAG}
    assert kinds(today, {"recorded_outcome": "emergency"}) == {FindingKind.OUTCOME}


def test_a_supply_to_somebody_who_is_not_eligible_is_excluded_by_the_criterion():
    assessment = first("uncomplicated-uti", Kind.NOT_ELIGIBLE)
    (one,) = found(assessment, supply_recorded_for(assessment))
    assert (one.kind, one.criteria) == (FindingKind.EXCLUDED, assessment.decided_by)


def test_a_supply_in_place_of_self_care_is_not_indicated():
    assessment = first("acute-sore-throat", Kind.SELF_CARE)
    (one,) = found(assessment, supply_recorded_for(assessment))
    assert (one.kind, one.criteria) == (FindingKind.NOT_INDICATED, assessment.decided_by)


def test_the_medicine_that_an_exclusion_bars_is_excluded_and_not_merely_another():
    """Allergic to penicillin, so clarithromycin is offered; penicillin was supplied."""
    pathway = library().in_force("acute-sore-throat", DAY)
    for case in cases_of(library(), "acute-sore-throat"):
        facts = facts_of(case.facts, case.as_of)
        assessment = assess(pathway, facts, DAY)
        if [one.pgd.id for one in assessment.offers] == ["clarithromycin"]:
            break
    else:
        raise AssertionError("no case is offered clarithromycin alone")
    row = pathway.pgds["phenoxymethylpenicillin"].doses[-1]
    said = recorded(assessment) | {
        "recorded_pgd": "phenoxymethylpenicillin", "recorded_dose": row.dose.each.amount,
        "recorded_times_a_day": row.times_a_day,
    }  # fmt: skip
    (one,) = found(assessment, said)
    barred = {clause.id for clause in pathway.pgds["phenoxymethylpenicillin"].judged()}
    assert one.kind is FindingKind.EXCLUDED
    assert one.criteria
    assert {*one.criteria} <= barred


def test_deciding_without_facts_that_can_change_the_outcome_is_a_finding_and_referring_as_the_pathway_says_is_none():
    assessment = assess(library().in_force("uncomplicated-uti", DAY), {"age_years": 31}, DAY)
    assert assessment.if_not_answered is Kind.REFER_URGENT
    (one,) = found(assessment, supply_recorded_for(assessment))
    assert (one.kind, one.facts) == (FindingKind.FACTS_MISSING, assessment.missing)
    assert kinds(assessment, {"recorded_outcome": "self_care"}) == {FindingKind.FACTS_MISSING}
    assert kinds(assessment, {"recorded_outcome": "refer"}) == {FindingKind.FACTS_MISSING}
    for referred in ("need_facts", "refer_urgent", "emergency"):
        assert found(assessment, {"recorded_outcome": referred}) == ()


def test_a_document_that_was_not_in_force_is_the_finding_and_not_that_nothing_is_offered():
    late = date(2027, 2, 15)
    facts, assessment = first_supply("shingles")
    again = assess(library().in_force("shingles", late), facts, late)
    assert again.outcome.kind is not Kind.SUPPLY
    (one,) = found(again, recorded(assessment))
    assert one.kind is FindingKind.OUT_OF_DATE
    assert "not on" not in one.recorded
    assert "2027-02-15" in one.recorded


def test_what_was_offered_and_not_supplied_is_told_apart():
    _, assessment = first_supply("impetigo")
    said = {"recorded_outcome": "self_care"}
    assert kinds(assessment, said) == {FindingKind.NOT_SUPPLIED}


def test_where_the_document_gives_a_range_every_number_in_it_is_right():
    for _, assessment in supplies("impetigo"):
        for offer in assessment.offers:
            if offer.row.times_a_day_most is not None:
                said = recorded(assessment) | of_offer(offer)
                assert found(assessment, said | {"recorded_times_a_day": 3}) == ()
                assert kinds(assessment, said | {"recorded_times_a_day": 4}) == {FindingKind.TIMES}
                return
    raise AssertionError("no offer has a range")


def with_range(least, less_with_reason=False):
    """Somebody offered from ``least`` months on, at most 12, for no number of days; with what is recorded of it."""
    _, assessment = first_supply(A_RANGE)
    offer = assessment.offers[0]
    (product, *_) = offer.supplied
    assert (product.quantity, offer.row.days) == (Amount(Decimal(12), "month"), 0)
    least = None if least is None else Amount(Decimal(least), "month")
    ranged = replace(product, pack=replace(product.pack, least=least, less_with_reason=less_with_reason))
    return replace(assessment, offers=(replace(offer, supplied=(ranged,)),)), recorded(assessment)


@pytest.mark.parametrize(
    ("least", "less", "right", "wrong"),
    [
        (None, False, ("12", "12.0000001", "3", "0.5"), ("12.5", "0", "-1")),
        (6, False, ("12", "6", "5.9999999", "7.5"), ("13", "5.9", "0")),
        (6, True, ("12", "6", "1"), ("13", "0")),
    ],
)
def test_a_quantity_in_the_range_of_the_document_is_right_and_one_outside_is_not(least, less, right, wrong):
    assessment, said = with_range(least, less)
    for much in right:
        assert found(assessment, said | {"recorded_quantity": Decimal(much)}) == (), much
    for much in wrong:
        (one,) = found(assessment, said | {"recorded_quantity": Decimal(much)})
        assert one.kind is FindingKind.QUANTITY
        assert one.says == assessment.offers[0].supplied[0].pack.in_words()
    assert kinds(assessment, said | {"recorded_quantity_unit": "tablet"}) == {FindingKind.QUANTITY}


def test_where_the_document_says_no_number_of_days_none_has_to_be_recorded_and_any_is_right():
    assessment, said = with_range(6)
    for days in (None, 28, 365):
        assert found(assessment, said | {"recorded_days": days}) == ()


def test_a_dose_by_weight_is_compared_exactly_and_the_error_of_a_float_is_none():
    pathway = library().in_force("impetigo", DAY)
    facts = next(facts for facts, made in supplies("impetigo") if any(one.row.dose.for_each_kg for one in made.offers))
    assessment = assess(pathway, facts | {"weight_kg": Decimal("6.4")}, DAY)
    offer = next(one for one in assessment.offers if one.row.dose.for_each_kg)
    said = recorded(assessment) | of_offer(offer)
    assert said["recorded_dose"] == Decimal("48.0")
    assert found(assessment, said | {"recorded_dose": 48.00000000000001}) == ()
    assert kinds(assessment, said | {"recorded_dose": Decimal("48.1")}) == {FindingKind.DOSE}


def test_nothing_said_of_a_version_is_no_finding():
    _, assessment = first_supply("shingles")
    said = recorded(assessment) | {"recorded_version": None, "recorded_digest": None, "recorded_pgd_version": None}
    assert found(assessment, said) == ()


def test_every_kind_of_finding_has_its_words():
    assert len({one.says for one in FindingKind}) == len(FindingKind)
