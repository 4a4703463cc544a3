"""The GP message of every case of every condition, and what each kind of outcome may and may not carry."""

import importlib.util
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest
import yaml
from lxml import etree
from paper_records import every_one, remade_with
from shipped import cases_of

from pharmacyfirst import load
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import (
    Decision,
    Observation,
    Onward,
    check,
    codes,
    correcting,
    envelope_of,
    read_record,
    update_record,
    write_record,
)
from pharmacyfirst.record.examples import MAILBOX, example_of, examples
from pharmacyfirst.record.message.envelope import (
    DAY_FIRST,
    YEAR_FIRST,
    CannotRoute,
    Envelope,
    NoMessage,
    WrongEnvelope,
    mesh_address,
    mesh_subject,
)
from pharmacyfirst.record.message_words import headings, outcome_sentence
from pharmacyfirst.record.people import Trace

LIBRARY = load()
EVERY = os.environ.get("PHARMACYFIRST_EXAMPLES")  # set by `make thorough`
F = "{http://hl7.org/fhir}"
PREGNANCY_CODES = {code.code for code in codes.PREGNANCY.values()}


@pytest.fixture(scope="module")
def every():
    """Each way a case comes out, with its message; in `make thorough` every case."""
    return [(one, written(one.record)) for one in every_one()]


def written(record, **more):
    return update_record(record, envelope_of(record, MAILBOX, record.ended_at, **more))


NOT_TRACED = Trace(status="02")


def patient_with(record, **changes):
    patient = record.patient
    held = {name: getattr(patient, name) for name in type(patient).model_fields}
    return remade_with(record, patient=type(patient)(**held | changes))


def address_of(patient):
    return mesh_address(patient.nhs_number, patient.birth_date, patient.family)


@pytest.fixture(scope="module")
def supply():
    """A training patient who was supplied a medicine under a PGD."""
    return next(
        one.record for one in examples(LIBRARY) if one.kind is Kind.SUPPLY and one.record.supplies[0].mechanism == "pgd"
    )


def of(message, name):
    return list(etree.fromstring(message).iter(F + name))


def values(message, name):
    return [one.get("value") for one in of(message, name)]


def summary_of(message):
    for one in of(message, "ClinicalImpression"):
        if codes.CLINICAL_SUMMARY in [tag.get("value") for tag in one.iter(F + "code")]:
            return one.find(F + "summary").get("value")
    return None


def test_the_message_of_every_case_passes_every_layer(every):
    wrong = {
        f"{one.case.id}: {problem}"
        for one, message in every
        for problem in check(message, address_of(one.record.patient))
    }
    assert not wrong


def of_each_kind(every):
    """One message for each condition, outcome and medicine: the real profiles take 7 ms. All of them in `make thorough`, part `letters`."""
    found = {}
    for one, message in every:
        key = (one.record.pathway, one.kind, tuple(s.product for s in one.record.supplies))
        found.setdefault(key, (one, message))
    return list(found.values())


def test_the_message_of_every_case_passes_the_real_profiles(every, shared):
    spec = importlib.util.spec_from_file_location("profile_check", shared / "fhir" / "profile_check.py")
    real = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(real)
    folders = ("profiles/stu3", "valuesets/stu3", "valuesets/stu3-core")
    definitions = real.Defs([str(shared / "fhir" / folder) for folder in folders])
    definitions.expand = cache(definitions.expand)  # a set of codes is the same for every message
    schema = etree.XMLSchema(etree.parse(str(shared / "fhir" / "schema" / "stu3" / "fhir-single.xsd")))
    for one, message in every if EVERY else of_each_kind(every):
        root = etree.fromstring(message)
        assert schema.validate(root), one.case.id
        errors = {issue for issue in real.Checker(definitions).run(root) if issue[0] == "error"}
        assert not errors, one.case.id


def test_each_outcome_is_said_in_the_first_sentence(every):
    for one, message in every:
        words = summary_of(message)
        assert words.startswith(outcome_sentence(one.record)), one.case.id
        assert words.startswith("TRAINING PATIENT, NOT A REAL PERSON: "), one.case.id


def test_the_message_says_what_was_supplied_and_by_which_document(every):
    for one, message in every:
        words = summary_of(message)
        for given in one.record.supplies:
            for wanted in (given.amp.display, given.pgd_version, given.directions, given.batch, given.expiry):
                assert wanted in words, one.case.id
        if not one.record.supplies and LIBRARY.in_force(one.record.pathway, one.record.on).pgds:
            assert "no medicine supplied" in words, one.case.id


def test_only_pgd_supplies_are_dispenses_and_each_is_the_product_handed_over(every):
    for one, message in every:
        wanted = [given.amp.code for given in one.record.supplies if given.mechanism == "pgd"]
        found = [
            d.find(f"{F}medicationCodeableConcept/{F}coding/{F}code").get("value")
            for d in of(message, "MedicationDispense")
        ]
        assert found == wanted, one.case.id


def test_no_code_says_anything_about_pregnancy_unless_it_was_confirmed(every):
    for one, message in every:
        assert not PREGNANCY_CODES.intersection(values(message, "code")), one.case.id


def test_not_asked_never_becomes_not_pregnant(every):
    for one, message in every:
        if one.record.facts.get("pregnancy") is None:
            told = "not pregnant" in message.decode().lower()
            assert not told, one.case.id


def test_a_confirmed_pregnancy_status_is_one_code_of_the_right_polarity(every):
    for status, code in codes.PREGNANCY.items():
        found = [
            one
            for one, _ in every
            if one.record.facts.get("pregnancy") == status
            and one.record.patient.gender == "female"
            and 16 <= one.record.patient.age_on(one.record.on) <= 50
        ]
        record = remade_with(found[0].record, pregnancy_confirmed=status)
        message = written(record)
        assert PREGNANCY_CODES.intersection(values(message, "code")) == {code.code}
        assert not check(message)


def established_by_the_file(record, pathway, said):
    """Whether the block `diagnosis established when:` holds of a record: what it wants clear is judged and not met, and its sentence is met."""
    clear = {one.strip() for one in said["clear"].split(",")}
    judged = [one for one in record.assessment["trace"] if clear & {one["id"], one["stage"]}]
    assert judged, f"{record.pathway}: nothing that the block names was judged"
    sentence = pathway.diagnosis.sentence
    assert (sentence is None) is ("when" not in said)
    holds = sentence is None or sentence.verdict(assess(pathway, record.facts, record.on).answers) is Verdict.MET
    return holds and {one["verdict"] for one in judged} == {"not met"}


def test_the_condition_is_a_code_where_the_content_says_that_it_is_established_and_there_alone(every):
    blocks = {
        condition: yaml.safe_load((LIBRARY.root / condition / "pathway.yaml").read_text())["diagnosis established when"]
        for condition in LIBRARY.conditions
        if LIBRARY.newest(condition).diagnosis is not None
    }
    assert len(blocks) == 7
    seen = set()
    for one, message in every:
        if one.record.pathway not in blocks:  # a service that treats no condition
            assert not of(message, "Condition"), one.case.id
            continue
        record, said = one.record, blocks[one.record.pathway]
        pathway = LIBRARY.in_force(record.pathway, record.on)
        established = established_by_the_file(record, pathway, said)
        coded = [code(condition) for condition in of(message, "Condition")]
        assert coded == ([record.in_words.condition.code] if established else []), one.case.id
        presented = f"Presented with {said['otherwise']}; " in headings(record)["clinical-summary"]
        assert presented is not established, one.case.id
        assert one.kind is not Kind.ALTERNATIVE_DIAGNOSIS or not established, one.case.id
        seen.add((record.pathway, established))
    assert len(seen) == 2 * len(blocks), "a condition is always coded, or never"


def code(resource):
    return resource.find(f"{F}code/{F}coding/{F}code").get("value")


def test_a_stop_says_where_the_patient_was_sent(every):
    for one, _ in every:
        if one.kind in (Kind.EMERGENCY, Kind.REFER_URGENT):
            text = headings(one.record)
            assert text["signpost-details"].startswith("Sent to:"), one.case.id
            assert "red-flags" in text, one.case.id


def test_red_flags_not_known_are_never_told_as_absent(every):
    for one, _ in every:
        unknown = [flag for flag in one.record.in_words.red_flags if flag.verdict == "not known"]
        if unknown:
            words = headings(one.record)["red-flags"]
            assert "None of the" not in words, one.case.id
            assert "Not known" in words, one.case.id


def test_scores_are_text_and_never_observations(every):
    for one, message in every:
        for score in one.record.in_words.scores:
            assert score.in_words() in headings(one.record)["examination-findings"], one.case.id
        known = {measured.code.code for measured in codes.MEASUREMENTS.values()}
        known |= {pair.header.code for pair in codes.BLOOD_PRESSURES.values()}
        for observation in of(message, "Observation"):
            assert observation.find(f"{F}code/{F}coding/{F}code").get("value") in known, one.case.id


def test_the_same_record_gives_the_same_bytes(every):
    for one, message in every[::7]:
        again = read_record(write_record(one.record), LIBRARY)
        assert written(again) == message, one.case.id


def test_no_id_is_shared_by_two_messages(every):
    seen = set()
    for one, message in every:
        ids = values(message, "id")
        assert len(ids) == len(set(ids)), one.case.id
        assert not seen.intersection(ids), one.case.id
        seen.update(ids)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"agreed": {"to_share": False}}, "sharing_refused"),
        ({"agreed": {"to_share": None}}, "sharing_not_asked"),
        ({"patient": {"nhs_number": None, "trace": None}}, "no_nhs_number"),
        ({"patient": {"gp_practice": None, "no_practice_because": "is not registered"}}, "no_practice"),
        ({"patient": {"trace": NOT_TRACED, "address": (), "no_address_because": "has none"}}, "not_traced"),
        ({"patient": {"trace": NOT_TRACED, "sensitivity": "restricted"}}, "not_traced"),
    ],
)
def test_there_is_no_message_where_there_may_be_none_and_it_says_why(supply, change, code):
    record = patient_with(supply, **change["patient"]) if "patient" in change else remade_with(supply, **change)
    with pytest.raises(NoMessage) as none:
        written(record)
    assert none.value.why.code == code
    assert str(none.value).startswith("No message:")
    assert supply.patient.family not in str(none.value)


def test_an_unverified_number_with_its_address_is_sent(supply):
    assert not check(written(patient_with(supply, trace=NOT_TRACED)))


def test_the_address_of_a_restricted_record_is_not_sent(supply):
    message = written(patient_with(supply, sensitivity="very restricted")).decode()
    assert "2 Example Street" not in message
    assert not check(message.encode())


def test_a_later_version_replaces_the_one_before_and_keeps_the_composition(supply):
    first, second, third = (written(supply, version=number) for number in (1, 2, 3))
    identifier = [
        etree.fromstring(m).find(f".//{F}Composition/{F}identifier/{F}value").get("value")
        for m in (first, second, third)
    ]
    document = [
        etree.fromstring(m).find(f".//{F}MessageHeader/{F}focus/{F}reference").get("value")
        for m in (first, second, third)
    ]
    replaced = [
        one.get("value")
        for m in (second, third)
        for one in etree.fromstring(m).iterfind(f".//{F}targetIdentifier/{F}value")
    ]
    assert len(set(identifier)) == 1
    assert [f"urn:uuid:{one}" for one in replaced] == document[:2]
    assert not check(second)
    assert not check(third)


def test_a_correction_is_a_whole_message_in_the_chain_of_the_first(supply):
    corrected = remade_with(
        supply, id="9a4e29c0-93cf-5519-87d6-adfa0215056d", corrects=supply.id, corrects_because="the batch was mistyped"
    )
    later = supply.ended_at + timedelta(hours=1)
    message = update_record(corrected, correcting(corrected, supply.id, MAILBOX, later, 2))
    assert not check(message)
    assert "the batch was mistyped" in summary_of(message)
    assert values(message, "versionId") == ["2"]
    with pytest.raises(WrongEnvelope, match="opened the chain"):
        envelope_of(corrected, MAILBOX, later)
    with pytest.raises(WrongEnvelope, match="corrects a record"):
        correcting(supply, supply.id, MAILBOX, later, 2)
    with pytest.raises(WrongEnvelope, match="version 1 of a chain of its own"):
        correcting(corrected, supply.id, MAILBOX, later, 1)
    alone = correcting(corrected, corrected.id, MAILBOX, later, 1)  # the practice has nothing that it could replace
    assert (alone.replaces, alone.version) == (None, 1)
    assert check(update_record(corrected, alone)) == []
    with pytest.raises(WrongEnvelope, match="whose id is a UUID in small letters"):
        correcting(corrected, "the first one", MAILBOX, later, 2)


def test_an_envelope_that_could_not_be_told_from_another_is_refused(supply):
    good = envelope_of(supply, MAILBOX, supply.ended_at)
    held = {name: getattr(good, name) for name in Envelope.__slots__}
    for wrong in (
        {"message_id": good.header_id},
        {"message_id": good.message_id.upper()},
        {"version": 2},
        {"replaces": good.document_id, "version": 2},
        {"at": datetime(2026, 11, 21)},
        {"sender_reference": "x" * 256},
    ):
        with pytest.raises(ValueError, match=r"id|version|time|UUID"):
            Envelope(**held | wrong)


NASTY = 'O\'Neil & <b>"Sons"</b>\nÅse'


def test_words_that_are_markup_stay_words(supply):
    record = remade_with(
        supply,
        decision=Decision(
            done="supplied", notes="5 < 6 & 7 > 2", plan_for_patient='said "no"\nand meant it', otc=("a & b",)
        ),
    )
    record = patient_with(record, family="O'Neil & Søn", title='"Dr"')
    message = written(record)
    assert not check(message)
    assert "5 < 6 & 7 > 2" in summary_of(message)
    assert 'said "no"\nand meant it.' in values(message, "summary")
    assert values(message, "family")[-1] in ("O'Neil & Søn", record.practitioner.family)


def test_html_in_words_is_found_before_it_is_sent(supply):
    record = remade_with(supply, decision=Decision(done="supplied", notes=NASTY))
    assert {problem.rule for problem in check(written(record))} == {"UR-10"}


@pytest.mark.parametrize("channel", list(Channel))
def test_each_channel_has_its_encounter_type_and_is_said_in_words(supply, channel):
    record = remade_with(supply, channel=channel)
    message = written(record)
    assert not check(message)
    assert f"consultation {channel.value}" in summary_of(message)


def test_every_measurement_is_sent_in_its_unit_with_its_decimals(every):
    supply = next(one.record for one, _ in every if one.record.supplies and not one.record.observations)
    numbers = {"temperature": "37.40", "heart rate": "78", "height": "150", "weight": "52.5", "body mass index": "23.3"}
    observations = [Observation(kind=kind, value=Decimal(number)) for kind, number in numbers.items()]
    observations += [Observation(kind=kind, value=Decimal("50"), self_reported=True) for kind in ("height", "weight")]
    observations += [
        Observation(kind="blood pressure", systolic=Decimal(121), diastolic=Decimal(79), setting=setting)
        for setting in codes.BLOOD_PRESSURES
    ]
    message = written(remade_with(supply, observations=tuple(observations)))
    assert not check(message)
    sent = [one.find(F + "value").get("value") for one in of(message, "valueQuantity")]
    assert sent == ["37.4", "78", "150", "52.5", "23.3", "50", "50", *["121", "79"] * 5]


def test_what_was_done_otherwise_is_said_with_its_reason(supply):
    for decision, said in (
        (Decision(done="declined", because="the patient preferred to wait"), "declined"),
        (Decision(done="advised", because="none of the wholesalers had it", no_supply="out of stock"), "out of stock"),
        (
            Decision(done="referred", because="allergy history unclear", onward=(Onward(to="the GP practice"),)),
            "Referred",
        ),
    ):
        message = written(remade_with(supply, decision=decision, supplies=(), charge=None))
        words = summary_of(message)
        assert not check(message)
        assert said in words.split(".")[0]
        assert "no medicine supplied" in words.split(".")[0] or "nothing was supplied" in words.split(".")[0]
        assert f"Reason: {decision.because}" in words
        assert "The pathway's outcome was: may be offered" in words
        assert not of(message, "MedicationDispense")


def test_advice_for_a_treatment_that_was_not_given_is_not_told_as_given(supply):
    text = headings(
        remade_with(supply, decision=Decision(done="declined", because="no wish"), supplies=(), charge=None)
    )
    given = [advice for advice in supply.assessment["advice"] if advice in text.get("information-and-advice-given", "")]
    assert not given


@pytest.mark.parametrize("family", ["Zoë", "Łukasz-Müller", "D’Arcy", "Practice"])
def test_a_message_goes_to_the_address_of_its_patient_whatever_the_name_is_written_with(supply, family):
    """UR-29 judges by the one maker of the address, so a name with accents passes, and another patient's address never does."""
    record = patient_with(supply, family=family)
    message = update_record(record, envelope_of(record, MAILBOX, record.ended_at))
    patient = record.patient
    for born_as in (YEAR_FIRST, DAY_FIRST):
        address = mesh_address(patient.nhs_number, patient.birth_date, family, born_as)
        assert address.isascii()
        assert check(message, address) == []
    other = mesh_address("9990000018", patient.birth_date, family)
    assert [problem.rule for problem in check(message, other)] == ["UR-29"]


def test_a_name_without_plain_letters_has_no_address_and_the_refusal_does_not_repeat_it(supply):
    with pytest.raises(CannotRoute, match="cannot be written in a MESH address") as refused:
        mesh_address(supply.patient.nhs_number, supply.patient.birth_date, "王")
    assert "王" not in str(refused.value)


def test_the_subject_is_in_ascii_and_bounded():
    subject = mesh_subject("Pharmacy - Service", "Zoë Łuk", "9990000018", "Chemist", "FPF01", "2")
    assert subject == (
        "Pharmacy - Service for Zoe Luk, NHS Number: 9990000018, seen at Chemist, ODS code: FPF01, version 2"
    )
    assert len(mesh_subject("x" * 600, "a", "b", "c", "d")) == 500


def test_every_code_has_a_right_check_digit():
    from pharmacyfirst.kernel.identifiers import snomed_code

    found = [codes.Code(codes.SNOMED, one.code, "") for each in LIBRARY.services.values() for one in each.codes]
    found += [*codes.ENCOUNTER_TYPES.values(), *codes.PREGNANCY.values(), *codes.UNITS.values()]
    for measured in codes.MEASUREMENTS.values():
        found += [measured.code, *([measured.reported] if measured.reported else [])]
    for pressure in codes.BLOOD_PRESSURES.values():
        found += [pressure.header, pressure.systolic, pressure.diastolic]
    for one in (*found, *codes.ARMS.values()):
        assert snomed_code(one.code) == one.code


def test_the_service_code_is_that_of_the_day():
    assert codes.service_code("pharmacy first", date(2025, 9, 30)).code == "1577041000000109"
    assert codes.service_code("pharmacy first", date(2025, 10, 1)).code == "2129921000000100"
    with pytest.raises(LookupError):
        codes.service_code("pharmacy first", date(2024, 1, 30))


def test_a_unit_is_that_of_the_product_handed_over():
    assert codes.unit_code("tablet or capsule", "Nitrofurantoin 50mg capsules (A)").code == codes.UNITS["capsule"].code
    assert codes.unit_code("tablet or capsule", "Nitrofurantoin 50mg tablets (A)").code == codes.UNITS["tablet"].code
    assert codes.unit_code("pack", "Some cream").code == "{pack}"
    assert codes.unit_code("tablet or capsule", "Nitrofurantoin 50mg (A)").code == "{tablet_or_capsule}"


def test_no_message_is_late_for_its_own_consultation():
    """A record whose message would be written before the consultation ended is told apart by the rules."""
    case = next(iter(cases_of(LIBRARY, LIBRARY.conditions[0])))
    record = example_of(LIBRARY, case).record
    early = update_record(record, envelope_of(record, MAILBOX, datetime(2020, 1, 1, tzinfo=UTC)))
    assert "UR-35" in {problem.rule for problem in check(early)}
