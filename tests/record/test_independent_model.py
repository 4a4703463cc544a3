"""Another library's model of FHIR STU3, made from HL7's definitions and not by us, takes every example message and refuses planted faults.

It looks at shape and types: names, order, number and type of elements. Profiles, codes and the rules of the guide are for our own check.
"""

import re
from decimal import Decimal

import pytest
from lxml import etree
from paper_records import library, remade_with

from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import Observation, envelope_of, update_record
from pharmacyfirst.record.examples import MAILBOX, examples

STU3 = pytest.importorskip(
    "fhir.resources.STU3.bundle", reason="fhir.resources is not installed; `make test` installs it from the lock"
)
NS = {"f": "http://hl7.org/fhir"}


def message_of(record):
    return update_record(record, envelope_of(record, MAILBOX, record.ended_at))


@pytest.fixture(scope="module")
def messages():
    return {one.name: message_of(one.record) for one in examples(library())}


@pytest.fixture(scope="module")
def sound():
    """A message with a patient, a condition, a supply, a measurement and a blood pressure."""
    record = next(
        one.record
        for one in examples(library())
        if one.kind is Kind.SUPPLY and one.record.assessment["diagnosis_established"] and one.record.supplies[0].permit
    )
    seen = (
        Observation(kind="temperature", value=36.8),
        Observation(kind="blood pressure", systolic=120, diastolic=80),
    )
    return message_of(remade_with(record, observations=seen))


NUMBERS = {"valueQuantity", "quantity", "daysSupply"}


def elements(element, within=""):
    """The elements of a message as nested names and values, in their order; blanks between them, and noughts after a point, do not count."""
    name, value = etree.QName(element).localname, element.get("value")
    if name == "value" and within in NUMBERS:
        value = Decimal(value)
    return (name, value, element.get("url"), [elements(one, name) for one in element if isinstance(one.tag, str)])


def refusal(message):
    """Why the other library does not take a message: what it says, or that it reads it as something else; empty where it takes it.

    Two elements where there is one it reads as the last of them, so what it read has to be the whole message.
    """
    try:
        read = STU3.Bundle.model_validate_xml(message)
    except (ValueError, KeyError) as refused:
        return str(refused)
    again = etree.fromstring(read.model_dump_xml())
    return "" if elements(again) == elements(etree.fromstring(message)) else READ_OTHERWISE


READ_OTHERWISE = "reads as another message than was written"


@pytest.mark.large
def test_it_takes_every_example_message(messages):
    assert len(messages) > 50
    assert {name: why for name, message in messages.items() if (why := refusal(message))} == {}


def test_it_takes_the_message_that_faults_are_planted_in(sound):
    assert refusal(sound) == ""


def at(root, path):
    (found, *_) = root.xpath(path, namespaces=NS)
    return found


def put(path, value):
    return lambda root: at(root, path).set("value", value)


def drop(path):
    def drop(root):
        one = at(root, path)
        one.getparent().remove(one)

    return drop


def after(path, xml):
    made = f'<x xmlns="http://hl7.org/fhir">{xml}</x>'
    return lambda root: at(root, path).addnext(etree.fromstring(made)[0])


def turned_round(path):
    def turn(root):
        one = at(root, path)
        one.getparent().insert(0, one)

    return turn


def without_url(path):
    return lambda root: at(root, path).attrib.pop("url")


def renamed(path, name):
    def rename(root):
        at(root, path).tag = f"{{{NS['f']}}}{name}"

    return rename


# What is planted, and what the other library has to say to it.
FAULTS = {
    "an element that STU3 does not have": (after("//f:Patient/f:gender", '<colour value="blue"/>'), "colour"),
    "an element of another resource": (after("//f:Observation/f:issued", '<onsetDateTime value="2026-11-21"/>'), "onsetDateTime"),
    "an element of a later FHIR": (renamed("//f:Encounter/f:reason", "reasonCode"), "reasonCode"),
    "a resource that is none": (renamed("//f:Condition", "Diagnosis"), "Diagnosis is not a valid FHIR Model"),
    "a date in words": (put("//f:Patient/f:birthDate", "2 January 1995"), "birthDate\n.*Date value string does not match"),
    "a day that does not exist": (put("//f:Patient/f:birthDate", "1995-02-30"), "birthDate\n.*day value is outside"),
    "a moment without its offset": (put("//f:MessageHeader/f:timestamp", "2026-11-21T10:42:00"), "timestamp\n.*Instant value"),
    "a moment that is a word": (put("//f:Encounter/f:period/f:start", "noon"), "start\n.*DateTime value"),
    "a number that is a word": (put("//f:MedicationDispense/f:quantity/f:value", "two"), "value\n.*Decimal value"),
    "yes where true belongs": (put("//f:MessageHeader//f:valueBoolean", "yes"), READ_OTHERWISE),
    "an id with a blank in it": (put("//f:Patient/f:id", "patient one"), "id\n.*should match pattern"),
    "a code with blanks around it": (put("//f:Condition/f:clinicalStatus", " active "), "clinicalStatus\n.*should match pattern"),
    "two genders": (after("//f:Patient/f:gender", '<gender value="male"/>'), READ_OTHERWISE),
    "two summaries of one heading": (after("//f:ClinicalImpression/f:summary", '<summary value="and again"/>'), READ_OTHERWISE),
    "elements in another order": (turned_round("//f:Patient/f:gender"), READ_OTHERWISE),
    "two types of one value": (after("//f:MessageHeader//f:valueBoolean", '<valueString value="true"/>'), "expected from this list"),
    "two kinds of medicine": (
        after("//f:MedicationDispense/f:medicationCodeableConcept", "<medicationReference><display value='x'/></medicationReference>"),
        "expected from this list .*medicationReference",
    ),
    "no type of the bundle": (drop("/f:Bundle/f:type"), "'type' is required"),
    "no event of the message": (drop("//f:MessageHeader/f:event"), "event\n.*required"),
    "no source of the message": (drop("//f:MessageHeader/f:source"), "source\n.*required"),
    "no endpoint of the source": (drop("//f:MessageHeader/f:source/f:endpoint"), "'endpoint' is required"),
    "no title of the document": (drop("//f:Composition/f:title"), "'title' is required"),
    "no status of the document": (drop("//f:Composition/f:status"), "'status' is required"),
    "no status of the encounter": (drop("//f:Encounter/f:status"), "Encounter\nstatus\n.*required"),
    "no status of a measurement": (drop("//f:Observation/f:status"), "Observation\nstatus\n.*required"),
    "no code of a measurement": (drop("//f:Observation/f:code"), "Observation\ncode\n.*required"),
    "no code of a part of one": (drop("//f:Observation/f:component/f:code"), "ObservationComponent\ncode\n.*required"),
    "no subject of a heading": (drop("//f:ClinicalImpression/f:subject"), "ClinicalImpression\nsubject\n.*required"),
    "no subject of the condition": (drop("//f:Condition/f:subject"), "Condition\nsubject\n.*required"),
    "no medicine in a supply": (drop("//f:MedicationDispense/f:medicationCodeableConcept"), "Expect any of field value from this list"),
    "no address of an extension": (without_url("//f:MessageHeader/f:extension/f:extension"), "'url' is required"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_it_refuses_each_planted_fault_for_what_it_is(fault, sound):
    plant, why = FAULTS[fault]
    root = etree.fromstring(sound)
    plant(root)
    assert re.search(why, refusal(etree.tostring(root)))
