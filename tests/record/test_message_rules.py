"""The rules of the guide: each is broken once, and nothing else is. And the layers beneath them, against the real ones."""

import importlib.util
import json
from datetime import timedelta

import pytest
from lxml import etree
from paper_records import remade_with

from pharmacyfirst import load
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import Observation, check, codes, envelope_of, update_record
from pharmacyfirst.record.examples import MAILBOX, examples
from pharmacyfirst.record.message.envelope import mesh_address
from pharmacyfirst.record.message.profile_table import TABLE
from pharmacyfirst.record.message.rules import RULES, NotAMessage, check_tree, read_xml
from pharmacyfirst.record.message.rules_of_form import MOST_BYTES

LIBRARY = load()
F = "{http://hl7.org/fhir}"
NS = {"f": "http://hl7.org/fhir"}


def good_record():
    """A supply to a grown woman, with every kind of thing that a message can hold."""
    for one in examples(LIBRARY):
        record = one.record
        tablets = one.kind is Kind.SUPPLY and record.supplies[0].quantity.unit in ("tablet", "capsule")
        if tablets and record.facts.get("pregnancy") == "not_pregnant" and 16 <= record.patient.age_on(record.on) <= 50:
            pressure = Observation(kind="blood pressure", systolic=120, diastolic=80)
            temperature = Observation(kind="temperature", value=36.8)
            return remade_with(record, observations=(temperature, pressure), pregnancy_confirmed="not_pregnant")
    raise AssertionError("no example is a grown woman who is supplied tablets or capsules")


RECORD = good_record()
ADDRESS = mesh_address(RECORD.patient.nhs_number, RECORD.patient.birth_date, RECORD.patient.family)
GOOD = update_record(RECORD, envelope_of(RECORD, MAILBOX, RECORD.ended_at))


def at(root, path):
    found = root.xpath(path, namespaces=NS)
    assert found, path
    return found[0]


def put(path, value):
    """Change the value at a path."""
    return lambda root: at(root, path).set("value", value)


def drop(path):
    """Take the element at a path away."""

    def drop(root):
        one = at(root, path)
        one.getparent().remove(one)

    return drop


def new(xml):
    return etree.fromstring(f'<x xmlns="http://hl7.org/fhir">{xml}</x>')[0]


def add_after(path, xml):
    """Put an element after the one at a path."""
    return lambda root: at(root, path).addnext(new(xml))


def twice(path):
    """Put a resource's entry there twice, under an id of its own that the section names."""

    def twice(root):
        entry = at(root, path).getparent().getparent()
        text = etree.tostring(entry)
        old = entry.find(f"{F}fullUrl").get("value").removeprefix("urn:uuid:")
        new = "00000000-0000-4000-8000-000000000001"
        entry.addnext(etree.fromstring(text.replace(old.encode(), new.encode())))
        last = root.xpath(".//f:section/f:entry", namespaces=NS)[-1]
        last.addnext(
            etree.fromstring(f'<entry xmlns="http://hl7.org/fhir"><reference value="urn:uuid:{new}"/></entry>')
        )

    return twice


def tag(heading, code):
    return f"//f:tag[f:code/@value='{heading}']/f:{code}"


PREGNANCY = "//f:Observation[f:code/f:coding/f:code/@value='60001007']"
TEMPERATURE = "//f:Observation[f:code/f:coding/f:code/@value='703421000']"
HANDLING = "//f:MessageHeader/f:extension/f:extension[@url='{}']"
NUMBER = "//f:Patient/f:identifier"

# The rule, and what breaks it. Where several rules rightly object they are all named.
BROKEN = {
    "UR-01": (put("/f:Bundle/f:type", "collection"), {"PROFILE"}),
    "UR-02": (put("//f:event/f:code", "ITK999M"), set()),
    "UR-03": (put(HANDLING.format("BusAckRequested") + "/f:valueBoolean", "false"), set()),
    "UR-04": (put(HANDLING.format("RecipientType") + "//f:code", "XX"), {"PROFILE"}),
    "UR-05": (drop("//f:MessageHeader/f:focus"), set()),
    "UR-06": (put("//f:Composition/f:id", "A3C1B2D4-0000-4000-8000-000000000000"), set()),
    "UR-07": (
        put("//f:Condition/f:meta/f:profile", "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Flag-1"),
        set(),
    ),
    "UR-08": (twice("//f:Organization[f:name]"), set()),
    "UR-09": (drop("//f:section/f:entry[last()]"), set()),
    "UR-10": (put("//f:ClinicalImpression/f:summary", "TRAINING PATIENT <b>worse</b>"), set()),
    "UR-11": (drop("//f:Composition/f:encounter"), set()),
    "UR-12": (put("//f:Composition/f:type/f:coding/f:code", "1577041000000109"), set()),
    "UR-13": (drop("//f:Encounter/f:period"), {"UR-12", "UR-24"}),
    "UR-14": (put(tag("clinical-summary", "code"), "procedures-done"), {"UR-15", "UR-36"}),
    "UR-15": (put(tag("history", "code"), "smoking-status"), set()),
    "UR-16": (drop("//f:MedicationDispense/f:context"), set()),
    "UR-17": (put(f"{NUMBER}/f:system", "https://fhir.nhs.uk/Id/nhs-numbr"), {"PROFILE", "UR-29", "UR-36"}),
    "UR-18": (drop("//f:Patient/f:gender"), set()),
    "UR-19": (put("//f:Condition/f:code/f:coding/f:code", "1090711000000103"), set()),
    "UR-20": (drop("//f:MedicationDispense/f:type/f:coding/f:display"), set()),
    "UR-21": (put(f"{TEMPERATURE}/f:code/f:coding/f:code", "86290005"), set()),
    "UR-22": (put("//f:component[2]/f:code/f:coding/f:code", "407555005"), set()),
    "UR-23": (put(f"{TEMPERATURE}/f:valueQuantity/f:code", "[degF]"), set()),
    "UR-24": (put(f"{PREGNANCY}/f:meta/f:tag/f:code", "social-context"), set()),
    "UR-25": (put("//f:MedicationDispense/f:type/f:coding/f:code", "prescription-dispensing"), set()),
    "UR-26": (
        put("//f:medicationCodeableConcept/f:coding/f:code", LIBRARY.newest(RECORD.pathway).pgds[RECORD.supplies[0].pgd].products[0].codes[0]),
        set(),
    ),
    "UR-27": (put("//f:MedicationDispense/f:quantity/f:value", "21"), set()),
    "UR-30": (put("//f:Composition/f:meta/f:versionId", "2"), set()),
    "UR-31": (
        add_after("//f:Patient/f:meta/f:profile", '<security><system value="http://hl7.org/fhir/v3/ActCode"/><code value="NOPAT"/></security>'),
        set(),
    ),
    "UR-32": (put("//f:PractitionerRole/f:code/f:coding/f:code", "R0260"), set()),
    "UR-33": (put("//f:Organization[f:name]/f:identifier/f:value", "FW844"), set()),
    "UR-34": (drop("//f:Condition/f:assertedDate"), {"PROFILE"}),
    "UR-35": (put("//f:MessageHeader/f:timestamp", "2020-01-01T00:00:00+00:00"), set()),
    "UR-36": (put(f"{NUMBER}/f:value", "9434765919"), {"UR-29"}),
}  # fmt: skip


def problems(change, address=ADDRESS, size=None):
    root = etree.fromstring(GOOD)
    change(root)
    return check_tree(root, size or len(GOOD), address)


def test_the_message_that_is_broken_passes_whole():
    assert check(GOOD, ADDRESS) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_broken_by_one_change(rule):
    change, others = BROKEN[rule]
    found = {problem.rule for problem in problems(change)}
    assert rule in found
    assert found <= {rule} | others | {"XSD"} if rule == "UR-01" else found <= {rule} | others


def test_the_rules_about_the_whole_message_are_broken_too():
    assert {one.rule for one in problems(lambda root: None, size=MOST_BYTES)} == {"UR-28"}
    assert {one.rule for one in problems(lambda root: None, address="GPPROVIDER_9990000018_20000101_X")} == {"UR-29"}


def test_a_message_that_is_too_large_is_still_read_so_that_its_rule_says_so():
    padded = GOOD.replace(b"</Bundle>", b" " * MOST_BYTES + b"</Bundle>")
    assert {problem.rule for problem in check(padded)} == {"UR-28"}
    with pytest.raises(NotAMessage, match="larger than 20 MB"):
        check(padded + b" " * 4 * MOST_BYTES)


def test_the_rules_stand_in_the_order_of_their_ids():
    assert list(RULES) == sorted(RULES)


def test_no_rule_is_without_a_test_that_breaks_it():
    assert set(BROKEN) | {"UR-28", "UR-29"} == set(RULES)


MORE = {
    "the schema": ("XSD", add_after("//f:Patient/f:gender", '<colour value="blue"/>')),
    "the order of elements": ("XSD", lambda root: at(root, "//f:Patient/f:name").addprevious(at(root, "//f:Patient/f:gender"))),
    "an element that a profile forbids": (
        "PROFILE",
        add_after("//f:Patient/f:birthDate", '<maritalStatus><coding><code value="M"/></coding></maritalStatus>'),
    ),
    "a pregnancy of a man": ("UR-24", put("//f:Patient/f:gender", "male")),
    "both pregnant and not": ("UR-24", twice(PREGNANCY)),
    "a pregnancy with a value": ("UR-24", lambda root: at(root, f"{PREGNANCY}/f:performer").addnext(etree.fromstring('<valueBoolean xmlns="http://hl7.org/fhir" value="true"/>'))),
    "section text": ("UR-10", lambda root: at(root, "//f:section").insert(0, etree.fromstring('<text xmlns="http://hl7.org/fhir"><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">x</div></text>'))),
    "a wrong check digit": ("UR-17", put(f"{NUMBER}/f:value", "9990000019")),
    "a status that is none": ("UR-17", put(f"{NUMBER}//f:valueCodeableConcept/f:coding/f:code", "09")),
    "an unknown participant": ("UR-13", put("//f:participant/f:type/f:coding/f:code", "XXX")),
    "two clinical summaries": ("UR-14", twice("//f:ClinicalImpression")),
    "a reference to nothing": ("UR-09", put("//f:MedicationDispense/f:subject/f:reference", "urn:uuid:00000000-0000-4000-8000-00000000000a")),
    "a quantity of nought": ("UR-27", put("//f:MedicationDispense/f:quantity/f:value", "0")),
    "no dosage text": ("UR-25", drop("//f:dosageInstruction/f:patientInstruction")),
    "a GPhC number of premises": ("UR-32", put("//f:Practitioner/f:identifier/f:value", "1234567")),
    "a pharmacy that is none": ("UR-33", put("//f:Organization[f:name]/f:identifier/f:value", "A81001")),
    "a time without an offset": ("UR-35", put("//f:Observation/f:issued", "2026-11-21")),
}  # fmt: skip


@pytest.mark.parametrize("what", MORE)
def test_more_ways_to_break_them(what):
    rule, change = MORE[what]
    assert rule in {problem.rule for problem in problems(change)}


def test_no_problem_repeats_a_value_of_the_message():
    patient = RECORD.patient
    secrets = (patient.family, patient.given[0], patient.nhs_number, patient.birth_date.isoformat(), patient.postcode)
    for change in [one for one, _ in BROKEN.values()] + [one for _, one in MORE.values()]:
        said = " ".join(map(str, problems(change)))
        assert not any(secret in said for secret in secrets)


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"not XML",
        b"<Bundle/>",
        b'<Patient xmlns="http://hl7.org/fhir"/>',
        b'<!DOCTYPE x [<!ENTITY e "boom">]><Bundle xmlns="http://hl7.org/fhir">&e;</Bundle>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Bundle xmlns="http://hl7.org/fhir"/>',
        GOOD[:5000],
    ],
)
def test_what_is_no_message_is_refused_and_never_passes(words):
    with pytest.raises(NotAMessage, match="Nothing was checked"):
        check(words)


def test_an_empty_bundle_does_not_pass():
    found = {problem.rule for problem in check(b'<Bundle xmlns="http://hl7.org/fhir"/>')}
    assert {"XSD", "UR-01", "UR-02", "UR-14", "UR-17"} <= found


def test_taking_any_one_element_away_is_never_worse_seen_than_by_the_real_profiles(shared):
    """Whatever the real profiles call an error, our own layers call a problem too."""
    spec = importlib.util.spec_from_file_location("profile_check", shared / "fhir" / "profile_check.py")
    real = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(real)
    definitions = real.Defs(
        [str(shared / "fhir" / f) for f in ("profiles/stu3", "valuesets/stu3", "valuesets/stu3-core")]
    )
    count = sum(1 for _ in etree.fromstring(GOOD).iter())
    missed = []
    for number in range(1, count, 3):
        root = etree.fromstring(GOOD)
        one = list(root.iter())[number]
        name = etree.QName(one).localname
        one.getparent().remove(one)
        errors = {issue for issue in real.Checker(definitions).run(root) if issue[0] == "error"}
        if errors and not check_tree(root, len(GOOD)):
            missed.append((name, errors))
    assert not missed


def test_the_profile_table_is_what_the_profiles_say(shared):
    from pharmacyfirst.record.message.schema.derive import derived

    assert derived(shared / "fhir") == json.loads(TABLE.read_text(encoding="utf-8"))


def test_official_messages_fail_only_for_their_known_faults(shared):
    for path in sorted((shared / "fhir" / "examples" / "update-record").glob("pharmacy-first*.xml")):
        found = {problem.rule for problem in check(path.read_bytes())}
        assert not found & {"XSD", "PROFILE"}, path.name  # real profiles accept them, and so does our table
        assert {"UR-12", "UR-17"} <= found, path.name  # the old service code, and a number with a wrong check digit


def test_the_superseded_draft_and_the_older_service_are_refused(shared):
    folder = shared / "fhir" / "examples"
    for path in (*folder.glob("update-record/superseded/*.xml"), *folder.glob("digimeds/*.xml")):
        assert {"UR-02", "UR-07"} <= {problem.rule for problem in check(path.read_bytes())}, path.name


def test_the_hand_written_messages_of_the_study_pass_but_for_their_invented_pharmacist(shared):
    for path in sorted((shared / "fhir" / "examples" / "own-synthetic").glob("*.xml")):
        found = {problem.rule for problem in check(path.read_bytes())}
        assert found == {"UR-32", "UR-36"}, path.name


def test_a_replacement_that_names_itself_is_found():
    later = update_record(RECORD, envelope_of(RECORD, MAILBOX, RECORD.ended_at + timedelta(minutes=1), version=2))
    root = read_xml(later)
    own = at(root, "//f:Bundle//f:Bundle/f:id").get("value")
    at(root, "//f:targetIdentifier/f:value").set("value", own)
    assert {problem.rule for problem in check_tree(root, len(later))} == {"UR-30"}
    assert codes.WORKFLOW == "GPCONNECT_UPDATE_RECORD"
