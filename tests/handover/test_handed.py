"""What a PMR hands over is read strictly, suggests and answers nothing, and tells nobody who the patient is."""

import contextlib
import json
import traceback
from datetime import timedelta

import pytest
from handovers import HANDOVER, NOW, NUMBER, SECRET, as_sent, patient
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.handover.handed import MOST_BYTES, HandoverRefused, bearing_of, read_handover

ON = NOW.date()


def test_a_handover_is_the_patient_of_a_record_with_who_asks():
    handed = read_handover(as_sent(), NOW)
    assert (handed.patient.family, handed.patient.nhs_number, handed.patient.trace.status) == (SECRET, NUMBER, "01")
    assert (handed.asked_by.system, handed.pathway) == ("Example PMR", "uncomplicated-uti")
    assert bearing_of(handed, ON).suggestions == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 2}, "format"),
        ({"format": "1"}, "format"),
        ({"format": True}, "format"),
        ({"patient": patient(trace=None)}, "nhs_number and trace are given together"),
        ({"patient": patient(trace={"status": "01"})}, "a verified NHS number was traced"),
        ({"patient": patient(nhs_number="9990000019")}, "check digit"),
        ({"patient": patient(practice_patient=False)}, "begins with 999"),
        ({"patient": patient(birth_date="05/04/1991")}, "patient, birth_date"),
        ({"patient": patient(shoe_size=7)}, "Extra inputs are not permitted"),
        ({"asked_by": {"system": "Example PMR"}}, "asked_by, pharmacy"),
        ({"asked_by": {"system": "Example PMR", "pharmacy": "FZZ99", "for_practitioner": "1234567"}}, "GPhC number"),
        ({"known": [{"fact": "penicillin_allergy", "value": False, "words": "none"}]}, "known"),
        ({"known": [{"fact": "interacting_medicines", "value": [], "words": "none"}]}, "known"),
        ({"known": [{"fact": "pregnancy", "value": "not_pregnant", "words": "not pregnant"}]}, "known"),
        ({"known": [{"fact": "weight_kg", "value": 20, "words": "20 kg"}]}, "known"),
        ({"known": [{"fact": "penicillin_allergy", "value": 1, "words": "yes"}]}, "known"),
        ({"known": [{"fact": "penicillin_allergy", "value": "true", "words": "yes"}]}, "known"),
        ({"at": "2026-11-21T10:33:00+00:00"}, "at: this lies in the future"),
        ({"at": "2026-11-21T10:30:00"}, "a time says how far it is from UTC"),
        ({"patient": patient(trace={"status": "01", "at": "2026-11-22T10:00:00+00:00", "by": "PDS"})}, "patient, trace, at"),
        ({"patient": patient(birth_date="2026-11-22")}, "patient, birth_date: this lies in the future"),
        ({"allergies": [{"words": "Penicillin", "dated": "2026-12-01"}]}, "allergies, dated"),
        ({"medicines": [{"words": "Simvastatin"}]}, "current"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(changes, says):
    with pytest.raises(HandoverRefused) as refused:
        read_handover(as_sent(**changes), NOW)
    assert says in str(refused.value)
    assert str(refused.value).endswith("Nothing was handed over.")


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"\xff\xfe", b"{", b'{"format": 1, "format": 1}', b" " * (MOST_BYTES + 1), b'"' + b"9" * 20 + b'"']
)  # fmt: skip
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(HandoverRefused, match="Nothing was handed over"):
        read_handover(raw, NOW)


def test_two_clocks_may_be_apart_by_two_minutes():
    assert read_handover(as_sent(at="2026-11-21T10:31:59+00:00"), NOW)


def test_what_a_system_does_not_hold_of_a_patient_is_left_to_be_asked():
    handed = read_handover(
        as_sent(patient=patient(address=None, postcode=None, gp_practice=None, nhs_number=None, trace=None)), NOW
    )
    assert (handed.patient.address, handed.patient.gp_practice, handed.patient.nhs_number) == ((), None, None)


def test_allergies_and_medicines_suggest_as_those_of_a_gp_record_do_and_what_is_not_understood_is_minded():
    handed = read_handover(
        as_sent(
            allergies=[{"words": "Amoxicillin: rash", "dated": "2019-05-01"}, {"words": "Latex"}],
            medicines=[{"words": "Simvastatin 20mg tablets", "issued": "2026-11-01", "current": True}],
            known=[{"fact": "nitrofurantoin_allergy", "value": True, "words": "Macrobid, jaundice 2020"}],
        ),
        NOW,
    )
    found = bearing_of(handed, ON)
    assert [(one.fact, one.value, str(one.date or "")) for one in found.suggestions] == [
        ("penicillin_allergy", True, "2019-05-01"),
        ("interacting_medicines", ("simvastatin",), "2026-11-01"),
        ("nitrofurantoin_allergy", True, ""),
    ]
    assert {one.source for one in found.suggestions} == {"handed over by Example PMR"}
    assert any("Latex" in one for one in found.mind)


@pytest.mark.parametrize(
    "where", [("patient", "family"), ("patient", "nhs_number"), ("patient", "postcode"), ("asked_by", "pharmacy")]
)
def test_no_refusal_and_no_repr_shows_what_was_handed_over(where):
    part, name = where
    canary = "CANARY-4711"
    with pytest.raises(PharmacyFirstError) as refused:
        read_handover(as_sent(**{part: HANDOVER[part] | {name: [canary]}, canary: 1}), NOW)
    told = "".join(traceback.format_exception(refused.value))
    assert canary not in told
    assert SECRET not in told
    handed = read_handover(
        as_sent(allergies=[{"words": canary}], known=[{"fact": "x", "value": True, "words": canary}]), NOW
    )
    shown = f"{handed!r} {handed} {bearing_of(handed, ON)!r} {handed.patient!r}"
    assert not {SECRET, NUMBER, canary, "Nowhere"} & {
        word for word in (SECRET, NUMBER, canary, "Nowhere") if word in shown
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(HANDOVER)), JSON)
def test_whatever_stands_in_a_field_is_read_or_refused_as_ours(name, value):
    with contextlib.suppress(HandoverRefused):
        read_handover(json.dumps(HANDOVER | {name: value}).encode(), NOW + timedelta(minutes=1))


@given(st.binary(max_size=300))
def test_whatever_bytes_come_are_read_or_refused_as_ours(raw):
    with pytest.raises(HandoverRefused):
        read_handover(raw, NOW)
