"""The claim row: what is known is given, what is not known says so, and a training patient is never claimed."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from paper_records import case_of, cases, every_one, record_for, records

from pharmacyfirst import Kind
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.kernel.service import EVERY_CONSULTATION, GATEWAY_POINTS
from pharmacyfirst.record import Decision, Onward
from pharmacyfirst.record.codes import service_named
from pharmacyfirst.record.decision import Charge, GatewayPassed
from pharmacyfirst.record.make import believed
from pharmacyfirst.record.papers.claim import (
    CHECK,
    NEVER,
    NO,
    UNKNOWN,
    YES,
    claim_csv,
    claim_dates,
    claim_json,
    claim_of,
)
from pharmacyfirst.record.people import Referral


def fields(record):
    return {one.name: one for one in claim_of(record).fields}


def test_a_practice_patient_is_never_claimable():
    for record, _ in records():
        claim = claim_of(record)
        assert claim.claimable == NEVER
        assert "never claim" in claim.why_not


def real(record):
    """The record as if its patient were real: no check of who they are is left out, only the mark is taken away."""
    who = record.patient.model_copy(update={"practice_patient": False})
    return believed(record.model_copy(update={"patient": who}))


def test_a_claim_is_yes_check_or_no_by_the_gateway_points_passed_and_not_known():
    """A gateway is a payment point: no supply is needed to pass it, and where the points stand is not settled for every pathway."""
    seen = set()
    for one in every_one():  # their supplies have permits, as those in earnest do
        record = one.record
        claim = claim_of(real(record))
        if by_other_terms(record):
            continue
        passed, not_known = record.assessment["gateways"], record.assessment["gateways_not_known"]
        assert claim.claimable == (YES if passed else CHECK if not_known else NO)
        assert bool(claim.why_not) is (claim.claimable != YES)
        assert all(point in claim.why_not for point in not_known) or claim.claimable == YES
        said = fields(real(record))["gateway points"].value
        assert (said == "none passed") is (not passed and not not_known)
        assert all(point in said for point in (*passed, *not_known))
        seen.add((claim.claimable, bool(record.supplies)))
    assert {(YES, True), (YES, False), (CHECK, True), (CHECK, False), (NO, False)} <= seen


def by_other_terms(record):
    """The service of a record that is paid for by something else than gateway points; nothing for the others."""
    service = service_named(record.service)
    return service if service.claimable != GATEWAY_POINTS else None


def test_a_service_that_has_other_terms_is_claimed_by_those():
    seen = set()
    for one in every_one():
        record, claim = one.record, claim_of(real(one.record))
        if not (service := by_other_terms(record)):
            continue
        answered = any(record.facts.get(name) is not None for name in service.answered)
        due = service.claimable == EVERY_CONSULTATION or answered
        looked_at = record.kind is Kind.NOT_ELIGIBLE or (record.in_words.nothing_to_supply and record.permit is None)
        wanted = NO if not due else CHECK if looked_at else YES
        if record.supplies and record.supplies[0].permit is None:
            wanted = NEVER
        assert claim.claimable == wanted, (one.name, claim)
        assert fields(real(record))["service"].value == service.title
        seen.add((service.id, claim.claimable))
    assert {claimable for _, claimable in seen} >= {CHECK}


def test_a_medicine_supplied_without_a_permit_is_never_claimed_whatever_point_was_passed():
    passed = 0
    for record, _ in records():
        if record.supplies:  # practised ones, without a permit
            claim = claim_of(real(record))
            assert claim.claimable == NEVER
            assert "handed over without a permit" in claim.why_not
            assert fields(real(record))["drug permit given at"].open == "supplied without a permit"
            passed += bool(record.assessment["gateways"])
    assert passed > 60


def test_the_permit_of_a_supply_stands_in_the_row():
    record = next(one.record for one in every_one() if one.record.supplies and one.record.supplies[0].permit)
    field = fields(record)["drug permit given at"]
    assert field.value.startswith(record.on.isoformat())
    assert not field.open


def test_when_a_gateway_was_passed_is_told_as_far_as_it_is_known():
    seen = set()
    for record, _ in records():
        field = fields(record).get("gateway moment")
        points = record.assessment["gateways"]
        assert (field is not None) is bool(points)
        if field:
            within = "between 21 November 2026, 10:05 and 21 November 2026, 10:30"
            assert field.value == "; ".join(f"{point} {within}" for point in points)
            assert field.open == "the moment itself is not on record"
        seen.add(field is not None)
    assert seen == {True, False}


def test_the_moment_of_a_gateway_on_record_is_given():
    case, assessment = next((case, found) for case, found in cases() if len(found.gateways) == 1)
    (point,) = assessment.gateways
    at = datetime(case.as_of.year, case.as_of.month, case.as_of.day, 10, 12, tzinfo=UTC)
    field = fields(record_for(case, assessment, gateways_passed=(GatewayPassed(id=point, at=at),)))["gateway moment"]
    assert (field.value, field.open) == (f"{point} 21 November 2026, 10:12", "")


def test_the_charge_is_given_as_it_is_on_record_and_else_not_known():
    case, assessment = case_of(Kind.SUPPLY)
    assert fields(record_for(case, assessment))["prescription charge exemption"].open
    charge = Charge(exemption="0002", evidence_seen=True, taken=0)
    held = fields(record_for(case, assessment, charge=charge))
    assert (held["prescription charge exemption"].value, held["prescription charge exemption"].open) == ("0002", "")
    assert held["prescription charge in words"].value == "is under 16 years of age"
    assert held["evidence of exemption seen"].value == "yes"
    assert held["prescription charges taken"].value == "0"


def test_a_record_that_was_not_judged_again_is_not_claimed_on_its_word():
    record = next(one.record for one in every_one() if one.record.assessment["gateways"])
    who = record.patient.model_copy(update={"practice_patient": False})
    claim = claim_of(record.model_copy(update={"patient": who}))
    assert claim.claimable == CHECK
    assert "NOT JUDGED AGAIN" in claim.why_not


def test_what_is_not_known_says_so_beside_its_value():
    case, assessment = case_of(Kind.SUPPLY)
    record = record_for(case, assessment)
    held = fields(record)
    for name in ("IT system id (PLATFORM_DEPOSIT_ID)", "claim type", "consultation outcome", "drug supply type"):
        assert held[name].open
    row = next(csv.DictReader(io.StringIO(claim_csv([record]))))
    assert UNKNOWN in row["claim type"]
    assert row["drug dm+d code"] == record.supplies[0].amp.code
    (told,) = json.loads(claim_json([record]))
    assert told["fields"]["claim type"]["not_known"]
    assert told["fields"]["IT system id (PLATFORM_DEPOSIT_ID)"]["value"] is None


@pytest.mark.parametrize(
    ("channel", "code"), [(Channel.IN_PERSON, "FTF"), (Channel.VIDEO, "TELEMEDICINE"), (Channel.TELEPHONE, "TELEPHONE")]
)
def test_the_channel_has_its_code(channel, code):
    case, assessment = case_of(Kind.SELF_CARE)
    assert fields(record_for(case, assessment, channel=channel))["consultation method"].value == code


def test_a_referral_in_and_one_onward_are_named():
    case, assessment = case_of(Kind.REFER)
    came = Referral(source="GP practice", ods="B86999", reference="REF-1", on=case.as_of)
    decision = Decision(done="referred", onward=(Onward(to="Example Surgery"),))
    held = fields(record_for(case, assessment, referral=came, decision=decision))
    assert (held["referral reference"].value, held["referrer ODS"].value) == ("REF-1", "B86999")
    assert held["onward referral to"].value == "Example Surgery"
    assert held["onward referral reason"].value


def test_a_restricted_address_is_left_out():
    case, assessment = case_of(Kind.SELF_CARE)
    held = fields(record_for(case, assessment, who={"sensitivity": "very restricted"}))
    assert held["address"].value == ""
    assert held["GP practice ODS"].value == ""


@pytest.mark.parametrize(
    ("on", "by", "last"),
    [
        (date(2026, 11, 21), date(2026, 12, 5), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2027, 1, 5), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 5), date(2027, 2, 28)),
    ],
)
def test_the_dates_of_a_claim(on, by, last):
    assert claim_dates(on) == (by, last)


def test_the_table_holds_all_claims_under_one_heading():
    some = [record for record, _ in records()][::40]
    rows = list(csv.DictReader(io.StringIO(claim_csv(some))))
    assert len(rows) == len(some)
    assert all(None not in row for row in rows)
    assert [row["client reference"] for row in rows] == [record.id for record in some]


def test_no_cell_is_a_formula():
    case, assessment = case_of(Kind.SELF_CARE)
    record = record_for(case, assessment, who={"family": "=HYPERLINK(1)", "given": ("=1+1",)})
    row = next(csv.DictReader(io.StringIO(claim_csv([record]))))
    assert row["patient name"].startswith("'=")
