"""What people are shown of a message is what stands in its bytes, and nothing that the practice reads is left out."""

import pytest

from pharmacyfirst import load
from pharmacyfirst.record import envelope_of, update_record
from pharmacyfirst.record.examples import MAILBOX, examples
from pharmacyfirst.record.message.for_people import for_people
from pharmacyfirst.record.message.rules import NotAMessage, read_xml

F = "{http://hl7.org/fhir}"
# What a practice reads: words, amounts, names.
READ = ("summary", "display", "title", "patientInstruction", "unit", "line", "postalCode", "family", "given")
NOT_SAID = {"ITK Update Record", "recorder", "Vital signs", "Vital Signs", "Social History", "Social history"}


@pytest.mark.parametrize("example", list(examples(load())), ids=lambda one: one.record.id[:8])
def test_every_word_that_the_practice_reads_is_shown(example):
    record = example.record
    xml = update_record(record, envelope_of(record, MAILBOX, record.ended_at))
    shown = for_people(xml)
    words = "\n".join(
        (shown.title, *(f"{line.name}: {line.says}" for part in shown.parts for line in part.lines))
    ).lower()
    for name in READ:
        for one in read_xml(xml).iter(F + name):
            said = one.get("value")
            if said not in NOT_SAID:
                assert said.lower() in words, (name, said)
    assert "also in the message" not in words
    assert shown.size == len(xml)


def test_what_is_no_message_is_refused():
    with pytest.raises(NotAMessage):
        for_people(b"<Patient xmlns='http://hl7.org/fhir'/>")
