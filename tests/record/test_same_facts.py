"""Message, letter, PDF, label, leaflet and one-page record say the same of a consultation: for each way a case comes out, no difference.

In `make thorough` over all cases. Facts are taken out of each paper again, by its own form, and compared; the record they were made from is not asked.
"""

import io
import os
import re
from datetime import UTC, date, datetime
from functools import cache

import pytest
from paper_records import library, one_of_each, records

from pharmacyfirst import Kind
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes, envelope_of, update_record
from pharmacyfirst.record.measured import DAYTIME_AVERAGE
from pharmacyfirst.record.papers.claim import claim_of
from pharmacyfirst.record.papers.label import label_html, label_text, labels_of
from pharmacyfirst.record.papers.leaflet import leaflet_html, leaflet_text
from pharmacyfirst.record.papers.letter import letter_html, letter_pdf, letter_text
from pharmacyfirst.record.papers.one_page import one_page_html

html = pytest.importorskip("lxml.html")
etree = pytest.importorskip("lxml.etree")

F = "{http://hl7.org/fhir}"
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVERY = os.environ.get("PHARMACYFIRST_EXAMPLES")  # set by `make thorough`: so many of each condition
MONTHS = {day(date(2026, month, 1)).split()[1]: month for month in range(1, 13)}


def tidy(text):
    return " ".join(text.split())


# What the message says


def value(node, path):
    found = node.find("/".join(F + part for part in path.split("/")))
    return found.get("value") if found is not None else None


@cache
def made():
    """For each record its message and its letter, made once for all tests here."""
    return {
        record.id: (update_record(record, envelope_of(record, "X26HC001", AT)), letter_html(record))
        for record, _ in records()
    }


def message_of(record):
    return made()[record.id][0]


def html_of(record):
    return made()[record.id][1]


def of_message(record):
    root = etree.fromstring(message_of(record))
    found = {kind: list(root.iter(F + kind)) for kind in (
        "Patient", "Practitioner", "Organization", "Composition", "Condition", "MedicationDispense", "Observation", "ClinicalImpression"
    )}  # fmt: skip
    (patient,), (composition,) = found["Patient"], found["Composition"]
    given = [one.get("value") for one in patient.iter(F + "given")]
    summary = next(
        value(one, "summary")
        for one in found["ClinicalImpression"]
        if value(one, "meta/tag/code") == codes.CLINICAL_SUMMARY
    )
    coded = lambda one, part="code": f"{value(one, part + '/coding/code')} {value(one, part + '/coding/display')}"  # noqa: E731
    return {
        "name": " ".join((*given, value(patient, "name/family"))),
        "born": value(patient, "birthDate"),
        "nhs-number": value(patient, "identifier/value"),
        "sex": value(patient, "gender"),
        "practitioner": value(found["Practitioner"][0], "identifier/value"),
        "pharmacy": value(found["Organization"][-1], "identifier/value"),
        "service": coded(composition, "type"),
        "condition": [coded(one) for one in found["Condition"]],
        "medicines": [
            {
                "amp": value(one, "medicationCodeableConcept/coding/code"),
                "product": value(one, "medicationCodeableConcept/coding/display"),
                "quantity": (value(one, "quantity/value"), value(one, "quantity/code")),
                "directions": value(one, "dosageInstruction/text"),
                "days": value(one, "daysSupply/value"),
                "handed-over": value(one, "whenHandedOver"),
            }
            for one in found["MedicationDispense"]
        ],
        "measured": [
            value(one, path)  # of a pressure its upper figure, which the letter says first
            for one in found["Observation"]
            for path in ("valueQuantity/value", "component/valueQuantity/value")
            if value(one, path)
        ],
        "summary": summary,
    }


# What the papers say, by the facts they are marked with


def marked(node, fact):
    return [tidy(one.text_content()) for one in node.xpath(f'.//*[@data-fact="{fact}"]')]


def one(node, fact):
    (found,) = marked(node, fact)
    return found


def as_day(words):
    found = re.match(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})", words)
    return date(int(found[3]), MONTHS[found[2]], int(found[1])).isoformat()


def as_quantity(words, product):
    amount, unit = words.split(" ", 1)
    singular = {
        **{f"{name}s": name for name in (*codes.UNITS, "month", "pack")},
        **{name: name for name in codes.UNITS},
    }.get(unit, unit)
    return amount, codes.unit_code(singular, product).code


def as_moment(words):
    return f"{as_day(words)}T{words.rpartition(', ')[2]}"


def of_letter(record):
    node = html.document_fromstring(html_of(record))
    medicines = []
    for section in node.xpath('//section[contains(@class, "medicine")]'):
        facts = {fact: one(section, fact) for fact in ("amp", "product", "directions")}
        facts["quantity"] = as_quantity(one(section, "quantity"), facts["product"])
        facts["days"] = next((words.split()[0] for words in marked(section, "days")), None)  # a pill has no course
        facts["handed-over"] = as_moment(one(section, "handed-over"))
        facts["document"] = one(section, "document")
        medicines.append(facts)
    return {
        "name": one(node, "name"),
        "born": as_day(one(node, "born")),
        "nhs-number": one(node, "nhs-number").replace(" ", ""),
        "sex": one(node, "sex"),
        "practitioner": one(node, "practitioner").rpartition(" ")[2],
        "pharmacy": one(node, "pharmacy").rpartition(" ")[2],
        "service": one(node, "service"),
        "condition": marked(node, "condition"),
        "medicines": medicines,
        "measured": [
            re.search(r"[0-9.]+", words)[0] for words in marked(node, "observation") if DAYTIME_AVERAGE not in words
        ],
        "outcome": one(node, "outcome"),
    }


def test_the_letter_says_what_the_message_says():
    for record, _ in records():
        message, letter = of_message(record), of_letter(record)
        assert message["summary"].startswith(letter.pop("outcome").rstrip(".")), record.id
        summary = message.pop("summary")
        told = letter["medicines"]
        assert all(tidy(m.pop("document")) in summary for m in told), record.id
        # What is supplied under the clinical protocol stands in the message as words, not as a dispense.
        by_protocol = [m for m, s in zip(told, record.supplies, strict=True) if s.mechanism != "pgd"]
        assert all(m["product"] in summary and m["directions"] in summary for m in by_protocol), record.id
        letter["medicines"] = [m for m in told if m not in by_protocol]
        for m in message["medicines"]:
            m["handed-over"] = m["handed-over"][: len("2026-11-21T10:25")]
        assert letter == message, record.id


def test_every_heading_of_the_message_stands_in_the_letter_word_for_word():
    for record, _ in records():
        root = etree.fromstring(message_of(record))
        words = [value(one, "summary") for one in root.iter(F + "ClinicalImpression")]
        letter, text = tidy(html.document_fromstring(html_of(record)).text_content()), tidy(letter_text(record))
        assert [one for one in words if tidy(one) not in letter or tidy(one) not in text] == [], record.id


def numbers(text):
    """Every number of a text with five digits or more: codes, NHS numbers, registration numbers; blanks within them do not count."""
    return set(re.findall(r"(?<![0-9a-f-])[0-9]{5,18}(?![0-9a-f-])", re.sub(r"(?<=[0-9]) (?=[0-9])", "", text)))


def test_the_plain_letter_holds_the_same_words_and_numbers():
    for record, _ in records():
        node = html.document_fromstring(html_of(record))
        text = letter_text(record)
        facts = [tidy(one.text_content()) for one in node.xpath("//*[@data-fact]")]
        assert [one for one in facts if one not in tidy(text)] == [], record.id
        assert numbers(text) == numbers(tidy(" ".join(node.xpath("//main//text()")))), record.id


def letters_of(some):
    """The records of a condition, or one that comes out so. The PDF of a letter takes a quarter of a second: all of them in `make thorough`."""
    if EVERY:
        return [record for record, _ in records() if record.pathway == some][: int(EVERY)]
    return [next(record for record, _ in records() if record.kind.key == some)]


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
@pytest.mark.parametrize("some", library().conditions if EVERY else [kind.key for kind in Kind])
def test_the_text_of_the_pdf_is_that_of_the_letter(some):
    pypdf = pytest.importorskip("pypdf")
    for record in letters_of(some):
        node = html.document_fromstring(html_of(record))
        pages = [one.extract_text() for one in pypdf.PdfReader(io.BytesIO(letter_pdf(record))).pages]
        text = tidy(" ".join(pages))
        squeezed = text.replace(" ", "")  # where a line ends within a word, the reader of PDF may put no blank
        facts = [tidy(one.text_content()) for one in node.xpath("//*[@data-fact]")]
        assert [one for one in facts if one.replace(" ", "") not in squeezed] == [], record.id
        found = set(re.findall(r"[0-9]{10,18}", re.sub(r"(?<=[0-9]) (?=[0-9])", "", text)))
        for code in (
            *(s.amp.code for s in record.supplies),
            record.patient.nhs_number,
            record.practitioner.gphc_number,
        ):
            assert code in squeezed, record.id
        in_html = re.sub(r"(?<=[0-9]) (?=[0-9])", "", tidy(" ".join(node.xpath("//main//text()"))))
        assert found <= set(re.findall(r"[0-9]{10,18}", in_html)), record.id


def of_paper(words, section=None):
    node = html.document_fromstring(words)
    facts = ("product", "quantity", "directions")
    return list(zip(*(marked(node, fact) for fact in facts), strict=True))


def test_label_leaflet_and_one_page_record_name_the_medicine_as_the_letter_does():
    supplied = 0
    for record, pathway in records():
        medicines = of_paper(html_of(record))
        rows = [{row.fact: row.says for row in label.rows} for label in labels_of(record, pathway)]
        assert [(row["product"], row["quantity"], row["directions"]) for row in rows] == medicines, record.id
        assert {row["name"] for row in rows} <= {record.patient.name}
        assert {as_day(row["on"]) for row in rows} <= {record.on.isoformat()}
        assert of_paper(leaflet_html(record, pathway)) == medicines, record.id
        kept = [(product.rpartition(" (dm+d ")[0], *rest) for product, *rest in of_paper(one_page_html(record))]
        assert kept == medicines, record.id
        for paper in (label_text(record, pathway), leaflet_text(record, pathway), letter_text(record)):
            assert [part for medicine in medicines for part in medicine if part not in tidy(paper)] == [], record.id
        supplied += len(medicines)
    assert supplied > 80


def each_supplied_product():
    """One record for each product and directions: a label is laid out many times before it is printed."""
    found = {}
    for record, pathway in records():
        for supply in record.supplies:
            found.setdefault((supply.amp.display, supply.directions), (record, pathway))
    return list(found.values())


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_the_printed_labels_say_what_their_rows_say():
    """Of every case in `make thorough`, part `letters`; here of each kind of product."""
    some = [one for one in records() if one[0].supplies] if EVERY else each_supplied_product()[::5]
    for record, pathway in some:
        label = html.document_fromstring(label_html(record, pathway))
        told = list(dict.fromkeys(of_paper(label_html(record, pathway))))
        assert told == of_paper(html_of(record)), record.id  # once for each container
        assert set(marked(label, "name")) == {record.patient.name}
        assert {as_day(words) for words in marked(label, "on")} == {record.on.isoformat()}


def test_the_claim_names_what_the_message_names():
    for record, _ in records():
        message, claim = of_message(record), {one.name: one.value for one in claim_of(record).fields}
        assert claim["NHS number"] == message["nhs-number"]
        assert claim["date of birth"] == message["born"]
        assert claim["patient name"] == message["name"]
        assert claim["pharmacy ODS"] == message["pharmacy"]
        assert claim["professional id (GPhC)"] == message["practitioner"]
        for medicine in message["medicines"]:
            assert claim["drug dm+d code"] == medicine["amp"]
            assert claim["drug name"] == medicine["product"]
            assert claim["drug quantity"] == medicine["quantity"][0]


def test_every_paper_of_a_practice_patient_says_so():
    for record, pathway in one_of_each().values():
        papers = [
            letter_html(record),
            letter_text(record),
            leaflet_html(record, pathway),
            leaflet_text(record, pathway),
            one_page_html(record),
        ]
        papers += [label_text(record, pathway)] if record.supplies else []
        assert all("TRAINING PATIENT, NOT A REAL PERSON" in paper for paper in papers)
        assert claim_of(record).claimable == "never"


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_the_same_record_makes_the_same_papers():
    record, pathway = next((r, p) for r, p in records() if r.supplies)
    assert letter_html(record) == letter_html(record)
    assert letter_pdf(record) == letter_pdf(record)
    assert label_text(record, pathway) == label_text(record, pathway)
