"""Referrals and GP records suggest answers and give none; what is not found stays not known; what is not live is refused."""

import json
import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from shipped import cases_of_each

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.cli.main import main
from pharmacyfirst.errors import ExtraMissing, Refused
from pharmacyfirst.kernel.identifiers import snomed_code
from pharmacyfirst.record import confirm, read_gp_record, read_referral
from pharmacyfirst.record.inbound.bundle import InboundRefused
from pharmacyfirst.record.inbound.names import TABLE, names_in_records
from pharmacyfirst.record.inbound.seen import AllergySeen, FindingSeen, MedicineSeen
from pharmacyfirst.record.inbound.sources import GP_RECORD, SUMMARY_CARE_RECORD
from pharmacyfirst.record.inbound.suggestions import (
    INTERACTING,
    AnsweredFact,
    NotConfirmed,
    Suggestion,
    facts_from,
    for_pathway,
)

VIGNETTES = Path(__file__).resolve().parents[1] / "vignettes"
ON = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PHARMACIST = "2012345"
NUMBER = "9990000018"  # a training patient's: nobody has a number that begins with 999


@pytest.fixture(scope="module")
def library():
    return load()


@pytest.fixture
def examples(shared):
    return shared / "fhir" / "examples" / "inbound"


# Records of our own


def concept(words, code="1234567"):
    return {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": words}]}


def allergy(words, **more):
    return {"resourceType": "AllergyIntolerance", "clinicalStatus": "active", "code": concept(words), **more}


def medicine(words, **more):
    return {
        "resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": concept(words),
        "effectivePeriod": {"start": "2026-09-01"}, **more,
    }  # fmt: skip


def observation(code, when="2026-10-01", **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept("words", code),
        "effectiveDateTime": when,
        **more,
    }


def patient(**more):
    return {
        "resourceType": "Patient", "id": "p1", "birthDate": "1990-05-14", "gender": "female",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER}],
        "name": [{"use": "official", "family": "Practice", "given": ["Penny"]}], **more,
    }  # fmt: skip


def record(*entries, who=None):
    for number, one in enumerate(entries):
        one.setdefault("id", f"e{number}")
    held = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in (who or patient(), *entries)],
    }
    return json.dumps(held).encode()


def suggested(*entries, who=None, on=ON):
    found = read_gp_record(record(*entries, who=who), on).suggestions
    return {(one.fact, one.value) for one in found if one.fact != "date_of_birth"}


# Suggestions are no answers


def test_a_suggestion_becomes_an_answer_only_when_somebody_confirms_it():
    one = next(
        s for s in read_gp_record(record(allergy("Amoxicillin")), ON).suggestions if s.fact == "penicillin_allergy"
    )
    answered = confirm(one, PHARMACIST, NOW)
    assert answered == AnsweredFact("penicillin_allergy", True, one, PHARMACIST, NOW)
    assert facts_from([answered]) == {"penicillin_allergy": True}


@pytest.mark.parametrize(("by", "at"), [(" ", NOW), (PHARMACIST, NOW.replace(tzinfo=None))])
def test_nobody_or_no_certain_time_confirms_nothing(by, at):
    with pytest.raises(NotConfirmed, match="Nothing was answered"):
        confirm(Suggestion("penicillin_allergy", True, "x", None, "y"), by, at)


def test_one_medicine_in_a_record_is_no_word_on_the_others():
    one = next(
        s for s in read_gp_record(record(medicine("Simvastatin 40mg tablets")), ON).suggestions if s.fact == INTERACTING
    )
    assert one.value == ("simvastatin",)
    with pytest.raises(NotConfirmed, match="whole answer"):
        confirm(one, PHARMACIST, NOW)
    with pytest.raises(NotConfirmed, match="leaves out"):
        confirm(one, PHARMACIST, NOW, answer=["colchicine"])
    assert confirm(one, PHARMACIST, NOW, answer=["colchicine", "simvastatin"]).value == ("colchicine", "simvastatin")


def test_a_question_with_one_answer_takes_no_other():
    with pytest.raises(NotConfirmed):
        confirm(Suggestion("penicillin_allergy", True, "x", None, "y"), PHARMACIST, NOW, answer=["penicillin"])


def test_confirmations_that_disagree_are_refused():
    two = [AnsweredFact("date_of_birth", date(1990, 1, day), None, PHARMACIST, NOW) for day in (1, 2)]
    with pytest.raises(Refused) as refused:
        facts_from(two)
    assert refused.value.code == "facts_disagree"


def test_only_questions_of_the_pathway_are_suggested_and_no_judgement(library):
    everything = [
        Suggestion(fact.name, value, "x", ON, "y")
        for pathway in library.newest_all()
        for fact in pathway.questions.values()
        for value in (
            True,
            False,
            (),
            date(1990, 1, 1),
            *fact.choice_names(),
            *((name,) for name in fact.choice_names()),
        )
    ]
    for pathway in library.newest_all():
        for one in for_pathway([*everything, Suggestion("shoe_size", True, "x", ON, "y")], pathway):
            assert not pathway.questions[one.fact].judgement
            assert one.value not in (False, ())


def test_a_confirmed_answer_is_assessed_as_any_other(library):
    """Over every condition: a case with the answer of a suggestion, confirmed, comes out as if the pharmacist had given it."""
    read = read_gp_record(record(allergy("Phenoxymethylpenicillin")), ON).suggestions
    for condition, cases in cases_of_each(library, library.conditions).items():
        pathway = library.in_force(condition, cases[0].as_of)
        for one in for_pathway(read, pathway):
            if one.fact == "penicillin_allergy":
                for case in cases:
                    facts = {**case.facts, **facts_from([confirm(one, PHARMACIST, NOW)])}
                    assert assess(pathway, facts, case.as_of) == assess(
                        pathway, {**case.facts, one.fact: True}, case.as_of
                    )


def test_reading_a_record_answers_nothing(library):
    """Nothing read and confirmed by nobody leaves every question open."""
    read = read_gp_record(record(allergy("Penicillin"), medicine("Warfarin 3mg tablets")), ON)
    assert read.suggestions
    for condition in library.conditions:
        assert assess(library.newest(condition), facts_from([]), ON).outcome.kind is Kind.NEED_FACTS


# What a record suggests


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("Penicillin adverse reaction", "penicillin_allergy"),
        ("H/O: penicillin allergy", "penicillin_allergy"),
        ("Flucloxacillin 500mg capsules", "penicillin_allergy"),
        ("Amoxycillin", "penicillin_allergy"),
        ("Co-amoxiclav", "penicillin_allergy"),
        ("Adverse reaction to Penicillins", "penicillin_allergy"),
        ("? penicillin allergy, probable", "penicillin_allergy"),
        ("Clarithromycin", "macrolide_allergy"),
        ("Allergy to macrolide antibiotic", "macrolide_allergy"),
        ("Doxycycline", "tetracycline_allergy"),
        ("Macrobid", "nitrofurantoin_allergy"),
        ("Valaciclovir", "antiviral_allergy"),
        ("Sodium Fusidate", "fusidic_acid_allergy"),
        ("Propylene  glycol", "hydrogen_peroxide_allergy"),
        ("Mometasone", "nasal_steroid_allergy"),
        ("Lignocaine", "ear_drop_ingredient_allergy"),
    ],
)
def test_an_allergy_is_suggested_by_its_name(words, fact):
    assert suggested(allergy(words)) == {(fact, True)}


@pytest.mark.parametrize(
    "words",
    ["Peanut", "Penicillamine", "Ganciclovir", "No known allergy", "No known penicillin allergy", "Not allergic to penicillin",
     "Family history of penicillin allergy", "Mother allergic to erythromycin", "Penicillin allergy de-labelled", "Fusion", ""],
)  # fmt: skip
def test_words_of_something_else_or_of_its_opposite_suggest_nothing(words):
    read = read_gp_record(record(allergy(words)), ON)
    assert {one.fact for one in read.suggestions} == {"date_of_birth"}
    assert len(read.seen) == 1  # and are shown all the same


def test_no_known_allergy_never_becomes_a_no():
    read = read_gp_record(record(allergy("No known allergy", code=concept("No known allergy", "716186003"))), ON)
    assert [one.fact for one in read.suggestions] == ["date_of_birth"]


@pytest.mark.parametrize(
    "more",
    [
        {"verificationStatus": "entered-in-error"},
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"patient": {"reference": "Patient/somebody-else"}},
        {"patient": {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}}},
    ],
)
def test_what_is_refuted_or_somebody_elses_is_shown_in_doubt_and_suggests_nothing(more):
    read = read_gp_record(record(allergy("Penicillin", **more)), ON)
    assert [one.fact for one in read.suggestions] == ["date_of_birth"]
    assert read.seen[0].doubt
    assert read.skipped


def test_a_resolved_allergy_is_still_reported_and_says_so():
    read = read_gp_record(record(allergy("Penicillin", clinicalStatus={"coding": [{"code": "resolved"}]})), ON)
    one = next(s for s in read.suggestions if s.fact == "penicillin_allergy")
    assert "resolved" in one.why


def test_a_cephalosporin_is_suggested_only_where_the_reaction_was_severe():
    assert suggested(allergy("Cefalexin")) == set()
    severe = [
        {"criticality": "high"},
        {"reaction": {"severity": "severe"}},
        {"reaction": [{"manifestation": concept("Anaphylaxis")}]},
    ]
    for more in severe:
        assert suggested(allergy("Cefalexin", **more)) == {("severe_beta_lactam_reaction", True)}


def test_a_code_is_enough_where_the_entry_has_no_words():
    no_words = {"coding": [{"code": "323509004"}]}
    assert suggested(allergy("", code=no_words)) == {("penicillin_allergy", True)}


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("Warfarin 1mg tablets", {"warfarin"}),
        (
            "Carbamazepine 200mg modified-release tablets",
            {"enzyme_inducing_antiepileptic", "enzyme_inducer_last_28_days"},
        ),
        ("Candesartan 8mg tablets", {"nephrotoxic_medicine", "ace_inhibitor_or_arb"}),
        ("Ibuprofen 5% gel", set()),
        ("Isotretinoin 20mg capsules", {"oral_retinoid", "teratogenic_medicine"}),
        ("Norvir 100mg tablets", {"ritonavir"}),
        ("Symtuza 800mg/150mg/200mg/10mg tablets", {"cobicistat"}),
        ("Apixaban 5mg tablets", {"apixaban"}),
        ("Pradaxa 110mg capsules", {"dabigatran"}),
        ("Edoxaban 60mg tablets", {"edoxaban"}),
        ("Digoxin 125microgram tablets", {"digoxin"}),
        ("Ivabradine 5mg tablets", {"ivabradine"}),
        ("Lercanidipine 10mg tablets", {"lercanidipine"}),
        ("Amlodipine 5mg tablets", {"calcium_channel_blocker"}),
        ("Quetiapine 25mg tablets", {"quetiapine"}),
        ("Hydroxychloroquine 200mg tablets", {"hydroxychloroquine_or_chloroquine"}),
        ("Ibrutinib 140mg tablets", {"other_cyp3a4_contraindicated"}),
        ("Cabergoline 500microgram tablets", {"ergot_alkaloid"}),
        ("Amitriptyline 10mg tablets", {"other_qt_prolonging_medicine"}),
        ("Dapagliflozin 10mg tablets", {"sglt2_inhibitor"}),
        ("Priadel 400mg modified-release tablets", {"lithium"}),
        ("Paracetamol 500mg tablets", set()),
        ("Simvastatin 20mg / Ezetimibe 10mg tablets", {"simvastatin"}),
    ],
)
def test_a_medicine_on_the_list_is_suggested_by_its_name(words, values):
    assert {value[0] for fact, value in suggested(medicine(words)) if fact == INTERACTING} == values


@pytest.mark.parametrize(
    ("status", "ended", "counts"),
    [("active", "2019-01-01", True), ("completed", "2026-09-10", True), ("completed", "2026-08-01", False),
     ("stopped", "2026-11-20", True), ("completed", "2027-01-01", False), ("entered-in-error", "2026-11-01", False)],
)  # fmt: skip
def test_a_medicine_counts_while_it_is_current_or_was_issued_in_the_last_three_months(status, ended, counts):
    found = suggested(medicine("Warfarin 1mg tablets", status=status, effectivePeriod={"end": ended}))
    assert found == ({(INTERACTING, ("warfarin",))} if counts else set())


@pytest.mark.parametrize(
    ("issued", "counts"), [("2026-08-21", True), ("2026-08-20", False), ("2026-11-21", True), ("2026-11-22", False)]
)
def test_nitrofurantoin_in_the_last_three_months_goes_by_the_calendar(issued, counts):
    one = medicine(
        "Nitrofurantoin 100mg modified-release capsules", status="completed", effectivePeriod={"start": issued}
    )
    assert (("nitrofurantoin_last_3_months", True) in suggested(one)) is counts


def test_the_last_issue_counts_and_not_the_first():
    plan = {"resourceType": "MedicationRequest", "id": "plan", "intent": "plan", "authoredOn": "2019-01-01"}
    order = {
        "resourceType": "MedicationRequest",
        "id": "o",
        "authoredOn": "2026-10-30",
        "basedOn": {"reference": "MedicationRequest/plan"},
    }
    one = medicine(
        "Macrobid",
        status="completed",
        basedOn=[{"reference": "MedicationRequest/plan"}],
        effectivePeriod={"start": "2019-01-01"},
    )
    assert suggested(one, plan, order) == {("nitrofurantoin_last_3_months", True)}


def test_a_prescription_without_a_statement_is_read_too():
    one = {"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2026-11-01",
           "medicationReference": {"reference": "#m"},
           "contained": [{"resourceType": "Medication", "id": "m", "code": concept("Colchicine 500microgram tablets")}]}  # fmt: skip
    assert suggested(one) == {(INTERACTING, ("colchicine",))}


PREGNANT, NOT_PREGNANT = "77386006", "60001007"


def test_pregnancy_is_suggested_by_its_code_alone_and_recent():
    assert suggested(observation(PREGNANT)) == {("pregnancy", "pregnant")}
    problem = {"resourceType": "Condition", "code": concept("Pregnant", PREGNANT), "onsetDateTime": "2026-08-01"}
    assert suggested(problem) == {("pregnancy", "pregnant")}


@pytest.mark.parametrize(
    "entries",
    [
        [observation(PREGNANT, "2026-01-30")],  # 295 days ago
        [observation(PREGNANT, "2026-12-01")],  # still to come
        [observation(PREGNANT, "2026-10")],
        [observation(PREGNANT, valueBoolean=False)],
        [observation(PREGNANT, status="entered-in-error")],
        [observation(PREGNANT, "2026-09-01"), observation(NOT_PREGNANT, "2026-10-01")],
        [observation(PREGNANT, "2026-10-01"), observation(NOT_PREGNANT, "2026-10-01")],
        [observation(NOT_PREGNANT)],
        [
            {
                "resourceType": "Condition",
                "code": concept("Pregnant", PREGNANT),
                "onsetDateTime": "2026-08-01",
                "clinicalStatus": "resolved",
            }
        ],
        [
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": "Pregnant"},
                "effectiveDateTime": "2026-10-01",
            }
        ],
        [allergy("Pregnant")],
    ],
)
def test_pregnancy_is_not_suggested_from_anything_less(entries):
    assert suggested(*entries) == set()


# Whose record it is


def test_the_date_of_birth_is_suggested_whole_or_not_at_all():
    assert [s.value for s in read_gp_record(record(), ON).suggestions] == [date(1990, 5, 14)]
    for born in ("1990-05", "1990", "14/05/1990", "2030-01-01", None):
        read = read_gp_record(record(who=patient(birthDate=born)), ON)
        assert read.suggestions == ()


def test_a_record_of_somebody_else_is_refused():
    read_gp_record(record(), ON, NUMBER)
    with pytest.raises(InboundRefused) as refused:
        read_gp_record(record(), ON, "9990000026")
    assert refused.value.code == "other_patient"
    assert NUMBER not in str(refused.value)
    no_number = patient(identifier=[])
    with pytest.raises(InboundRefused):
        read_gp_record(record(who=no_number), ON, NUMBER)


def test_a_wrong_nhs_number_is_not_kept():
    read = read_gp_record(
        record(who=patient(identifier={"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000019"})), ON
    )
    assert read.patient.nhs_number is None
    assert "check digit" in read.skipped[0].why


def test_a_restricted_record_says_nothing_of_where_the_patient_lives():
    home = {"line": ["1 Hidden Street"], "postalCode": "LS1 6AE"}
    who = patient(meta={"security": [{"code": "R"}]}, address=[home], telecom=[{"system": "phone", "value": "0113"}])
    read = read_gp_record(record(who=who), ON)
    assert (read.patient.address, read.patient.postcode, read.patient.telephones, read.patient.practice_ods) == (
        (),
        None,
        (),
        None,
    )
    assert read.patient.restricted
    assert any("restricted" in one for one in read.warnings)


def test_a_patient_who_has_died_is_put_in_front():
    assert any("died" in one for one in read_gp_record(record(who=patient(deceasedBoolean=True)), ON).warnings)


def test_two_patients_or_none_are_refused():
    for held in (record(patient(id="p2")), json.dumps({"resourceType": "Bundle", "entry": []}).encode()):
        with pytest.raises(InboundRefused) as refused:
            read_gp_record(held, ON)
        assert refused.value.code == "no_patient"


# Whatever it is handed


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    for read in (read_referral, read_gp_record):
        with pytest.raises(InboundRefused) as refused:
            read(raw, ON)
        assert "is not known" in str(refused.value)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["2026-10-01", "Patient/p1", "#e0", PREGNANT])
)
NAMES = st.sampled_from(
    ["code", "coding", "display", "text", "status", "verificationStatus", "patient", "subject", "reference", "contained", "extension",
     "medicationCodeableConcept", "effectivePeriod", "start", "basedOn", "reaction", "severity", "resourceType", "identifier", "entry"]
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
KINDS = st.sampled_from(
    [
        "AllergyIntolerance",
        "MedicationStatement",
        "MedicationRequest",
        "Observation",
        "Condition",
        "List",
        "Composition",
    ]
)


@given(st.lists(st.tuples(KINDS, st.dictionaries(NAMES, TREES, max_size=6)), max_size=4))
def test_any_shape_is_read_and_nothing_is_ever_suggested_to_be_absent(entries):
    held = [{**body, "resourceType": kind, "id": f"e{number}"} for number, (kind, body) in enumerate(entries)]
    try:
        read = read_gp_record(record(*held), ON)
    except InboundRefused:
        return  # a second patient was among what was contained
    for one in read.suggestions:
        assert one.value not in (False, (), [], "not_pregnant", "none", None)


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE Bundle [<!ENTITY e SYSTEM "file:///etc/passwd">]><Bundle xmlns="http://hl7.org/fhir"><id value="&e;"/></Bundle>',
        b'<Bundle xmlns="http://hl7.org/fhir">' + b"<entry>" * 5000,
        b"[" * 100_000,
        b'{"resourceType": "Bundle", "entry": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_traps_are_refused(raw):
    for read in (read_referral, read_gp_record):
        with pytest.raises(InboundRefused):
            read(raw, ON)


def test_an_error_of_the_system_asked_is_no_empty_record():
    raw = json.dumps({"resourceType": "OperationOutcome", "issue": [{"code": "forbidden"}]}).encode()
    with pytest.raises(InboundRefused, match="answered with an error"):
        read_gp_record(raw, ON)


def test_neither_repr_nor_an_error_shows_the_patient():
    shown = repr(read_gp_record(record(allergy("Penicillin"), medicine("Warfarin"), observation(PREGNANT)), ON))
    for secret in (NUMBER, "Penny", "Practice", "1990", "Penicillin", "Warfarin", "pregnant"):
        assert secret not in shown, "repr shows what the record holds"


def test_the_table_holds_codes_that_are_right_and_says_where_each_row_comes_from():
    names = names_in_records()
    rows = [row for part in (names.allergies, names.severe, names.interacting, names.taken) for row in part.values()]
    for row in rows:
        assert row.source
        assert all(snomed_code(code) == code for code in row.codes)
    assert snomed_code(names.pregnancy.code) != snomed_code(names.pregnancy.opposite)


def test_whatever_can_be_answered_about_interacting_medicines_can_be_suggested():
    """An answer without a row would never be suggested, and nobody would be told that it was not looked for."""
    answers = {
        choice.name
        for pathway in load().newest_all()
        if INTERACTING in pathway.questions
        for choice in pathway.questions[INTERACTING].choices
    }
    assert set(names_in_records().interacting) == answers


@pytest.mark.parametrize("words", ["Carbimazole 5mg tablets", "Clozaril 100mg tablets", "Sulphasalazine 500mg tablets"])
def test_a_medicine_that_can_cause_neutropenia_is_suggested_while_it_is_current(words):
    assert suggested(medicine(words)) == {("neutropenia_risk_medicine", True)}
    assert (
        suggested(medicine(words, status="completed", effectivePeriod={"start": "2026-10-21", "end": "2026-11-01"}))
        == set()
    )


def test_the_table_speaks_only_of_questions_that_are_asked():
    """Every question and answer of the table is one of the binding names, whether or not its condition is there yet."""
    binding = "".join(path.read_text() for path in VIGNETTES.rglob("*facts.yaml"))
    names = names_in_records()
    for fact in (*names.allergies, *names.severe, *names.taken):
        assert re.search(rf"^  {fact}:", binding, re.MULTILINE), fact
    for value in names.interacting:
        assert re.search(rf"\b{value}\b", binding), value


# The examples of the national services


def test_the_live_referral_is_read(examples):
    read = read_referral((examples / "bars-r4/REFREQ03-primary-care-to-pharmacy-minor-illness.xml").read_bytes(), ON)
    assert [one.fact for one in read.suggestions] == ["date_of_birth"]
    assert read.request == "236bb75d-90ef-461f-b71e-fde7f899802c"
    assert read.journey == "d877b820-e72b-44d1-a627-195f54bfc606"
    assert (read.organisation, read.organisation_ods, read.referrer) == ("Sender Organization", "RND", "Marcy BLAKE")
    assert read.presenting == ("Vomiting",)
    assert read.story[0].startswith("Who is this query about")
    assert read.patient.telephones == ("07736312544", "01138698975")  # by their rank
    assert read.patient.nhs_number is None  # the example's fails its check digit
    assert any("check digit" in one.why for one in read.skipped)
    assert any("ended on 2023-06-27" in one for one in read.warnings)
    came = read.on_record()
    assert (came.reference, came.digest, came.patient_reference) == (read.request, read.digest, read.patient_reference)
    assert came.contact_by == read.contact_until


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("REFREQ06-gp-to-bp-abpm.WITHDRAWN.xml", "withdrawn_use_case"),
        ("REFREQ07-gp-to-oral-contraception.WITHDRAWN.xml", "withdrawn_use_case"),
        ("REFRESP01-servicerequest-response.xml", "not_a_referral"),
        ("CONS01-consent-direct-care.xml", "not_a_referral"),
    ],
)
def test_what_is_no_live_referral_is_refused_with_the_reason(examples, name, code):
    with pytest.raises(InboundRefused) as refused:
        read_referral((examples / "bars-r4" / name).read_bytes(), ON)
    assert refused.value.code == code


CHANGES = [
    ("revoked", '<status value="active" />\n        <!--       required', '<status value="revoked" />\n        <!--       required', "cancelled"),
    ("not_active", '<status value="active" />\n        <!--       required', '<status value="on-hold" />\n        <!--       required', "on-hold"),
    ("withdrawn_use_case", '"a5t1"', '"referralToPharmacy"', "deprecated"),
    ("other_use_case", '"a5t1"', '"a1t1"', "a1t1"),
    ("no_performer", "<performer>", "<performerOf>", "which pharmacy"),
    ("no_patient", '<fullUrl value="urn:uuid:9589fb37-87a2-48d8-968f-b371429208a8" />', "", "patient"),
    ("not_a_referral", "servicerequest-request", "booking-request", "booking-request"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "old", "new", "says"), CHANGES, ids=[change[0] for change in CHANGES])
def test_one_change_to_the_live_referral_refuses_it(examples, code, old, new, says):
    raw = (examples / "bars-r4/REFREQ03-primary-care-to-pharmacy-minor-illness.xml").read_text()
    assert old in raw
    changed = raw.replace(old, new)
    if code == "no_performer":
        changed = changed.replace("</performer>", "</performerOf>")
    with pytest.raises(InboundRefused, match=says) as refused:
        read_referral(changed.encode(), ON)
    assert refused.value.code == code
    assert "Jones" not in str(refused.value)
    if code in ("revoked", "withdrawn_use_case"):
        assert refused.value.about == "236bb75d-90ef-461f-b71e-fde7f899802c"


def test_a_referral_with_medicines_and_allergies_suggests_them(examples):
    """REFREQ07 with the use case set right: it carries a medicine, as a live one may."""
    raw = (examples / "bars-r4/REFREQ07-gp-to-oral-contraception.WITHDRAWN.xml").read_text()
    raw = raw.replace('"a5t2"', '"a5t1"').replace("Rigevidon tablets (Gedeon Richter (UK) Ltd)", "Warfarin 1mg tablets")
    read = read_referral(raw.encode(), ON)
    assert (INTERACTING, ("warfarin",)) in {(s.fact, s.value) for s in read.suggestions}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gpc-structured-allergies_response1.json", {("penicillin_allergy", True)}),
        ("gpc-structured-allergies_response2.json", set()),  # no known allergy, coded
        ("gpc-structured-allergies_response3.json", set()),  # an empty list
        ("gpc-structured-meds_response.json", set()),
        ("gpc-data-model--api-response-payload--medication.json", set()),
        ("gpc-structured-consultations_forwards_response1.json", {("penicillin_allergy", True)}),
        ("consultations_response1.json", set()),
    ],
)
def test_structured_records_are_read_though_they_are_not_quite_fhir(examples, name, found):
    read = read_gp_record((examples / "gpconnect-structured-stu3" / name).read_bytes(), ON)
    assert read.source == GP_RECORD
    assert {(s.fact, s.value) for s in read.suggestions} == {("date_of_birth", date(1952, 5, 31)), *found}
    assert read.patient.nhs_number == "9999999999"


def test_a_list_that_is_not_complete_says_so(examples):
    folder = examples / "gpconnect-structured-stu3"
    lacking = read_gp_record((folder / "gpc-structured-allergies_response1.json").read_bytes(), ON)
    assert any("does not hold all that it lists" in one for one in lacking.warnings)
    empty = read_gp_record((folder / "gpc-structured-allergies_response3.json").read_bytes(), ON)
    assert any("No Content Recorded" in one for one in empty.warnings)
    assert any("No allergy was found" in one for one in empty.warnings)


def test_entries_that_lead_to_another_patient_are_put_in_front(examples):
    read = read_gp_record((examples / "gpconnect-structured-stu3/consultations_response1.json").read_bytes(), ON)
    assert any("do not lead to this patient" in one for one in read.warnings)
    assert all(one.doubt for one in read.seen if one.entry.startswith("Condition/"))


def test_requests_are_no_records(examples):
    for path in sorted((examples / "gpconnect-structured-stu3").glob("*request*.json")):
        with pytest.raises(InboundRefused) as refused:
            read_gp_record(path.read_bytes(), ON)
        assert refused.value.code == "not_a_record"


def test_the_summary_care_record_is_read_from_its_tables(examples):
    read = read_gp_record((examples / "scr-r4/Bundle-GP-Summary.xml").read_bytes(), date(2007, 3, 15))
    assert read.source == SUMMARY_CARE_RECORD
    found = {(s.fact, s.value): s for s in read.suggestions}
    medicines = {(INTERACTING, (name,)) for name in ("nephrotoxic_medicine", "ace_inhibitor_or_arb")}
    assert found.keys() == {("penicillin_allergy", True), *medicines}
    assert found["penicillin_allergy", True].date == date(2006, 11, 14)
    assert "probably present" in found["penicillin_allergy", True].why
    ended = next(one for one in read.seen if one.words.startswith("Bendrofluazide"))
    assert (ended.when, ended.current) == (date(2006, 2, 2), False)  # stopped in 2006, the last of two dates


def test_a_message_of_nhs_111_is_for_reading(examples):
    with pytest.raises(InboundRefused, match="NHS 111"):
        read_referral((examples / "nhs111-cda/primary-emergency-itk-request.xml").read_bytes(), ON)


# The commands


def run(*words):
    return CliRunner().invoke(main, ["record", "inbound", *words])


def test_the_commands_print_suggestions_and_that_they_are_none(tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(record(allergy("Penicillin"), medicine("Simvastatin 40mg tablets")))
    shown = run("gp-record", str(path), "--as-of", "2026-11-21")
    assert shown.exit_code == 0
    assert "penicillin_allergy: yes?" in shown.output
    assert "interacting_medicines: simvastatin?" in shown.output
    assert "none of them is an answer" in shown.output


def test_the_commands_print_json_of_the_questions_of_one_pathway(library, tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(
        record(allergy("Penicillin"), medicine("Nitrofurantoin 50mg capsules", effectivePeriod={"start": "2026-11-01"}))
    )
    for condition in library.conditions:
        held = json.loads(
            run("gp-record", str(path), "--json", "--condition", condition, "--as-of", "2026-11-21").output
        )
        assert {one["fact"] for one in held["suggestions"]} <= library.newest(condition).questions.keys()
        assert len(held["seen"]) == 2


def test_a_file_that_is_not_there_is_not_named(tmp_path):
    shown = run("gp-record", str(tmp_path / "Penny Practice.json"))
    assert shown.exit_code == 2
    assert "Penny" not in shown.output


def test_a_refusal_is_a_failure_with_its_code(examples):
    path = examples / "bars-r4/REFREQ06-gp-to-bp-abpm.WITHDRAWN.xml"
    shown = run("referral", str(path), "--as-of", "2026-11-21")
    assert shown.exit_code == 1
    assert "withdrawn_use_case" in shown.output
    assert "Jones" not in shown.output


def test_the_referral_command_prints_the_referrers_words(examples):
    path = examples / "bars-r4/REFREQ03-primary-care-to-pharmacy-minor-illness.xml"
    shown = run("referral", str(path), "--as-of", "2023-06-26")
    assert shown.exit_code == 0
    assert "Symptoms: 2/7 hx constipation" in shown.output
    assert "ended on" not in shown.output


def test_without_lxml_the_extra_is_named_and_nothing_is_said_against_the_message(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "lxml", None)
    missing = "Reading a FHIR message needs packages that are not installed. Install them: "
    with pytest.raises(ExtraMissing, match=re.escape(missing)):
        read_gp_record(b"<Bundle/>", ON)
    path = tmp_path / "answer.xml"
    path.write_bytes(b"<Bundle/>")
    for command in ("referral", "gp-record"):
        shown = run(command, str(path))
        assert shown.exit_code == 2
        assert missing in shown.output
        assert "not_readable" not in shown.output


def test_suggestions_are_data_and_no_mapping():
    one = Suggestion("penicillin_allergy", True, "x", None, "y")
    assert not hasattr(one, "keys")
    assert replace(one, value=True) == one


def test_each_kind_of_entry_has_the_name_that_it_is_printed_with():
    assert [kind.kind for kind in (AllergySeen, MedicineSeen, FindingSeen)] == ["allergy", "medicine", "finding"]


def test_the_folder_of_the_table_is_in_the_package():
    assert TABLE.is_file()
