"""Whatever holds words about an allergy leads to a suggestion that quotes them, or to a line among what to mind: over generated bundles."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.record.inbound.bundle import InboundRefused
from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral

ON = date(2026, 11, 21)
WORDS = st.sampled_from(
    [
        "Allergy to penicillin", "No known allergies", "FH: anaphylaxis to amoxicillin", "Adverse reaction to Keflex", "hypersensitive to zebrine",
        "HYPERSENSITIVITY, nature not known", "erythromycin intolerance", "denies any allergic reaction to macrolides",
        "mother had angioedema with penicillin", "Resolved: allergy to Pen V", "reaction to co–amoxiclav", "\uff41llergic to doxycycline",
        "aller\u00adgic to nitrofurantoin",
    ]
)  # fmt: skip
PLACES = [
    "code", "text", "display", "coding", "note", "comment", "description", "valueString", "valueCodeableConcept", "reaction", "substance",
    "manifestation", "extension", "reasonCode", "category", "status", "clinicalStatus", "type", "title", "name", "div", "section", "contained",
    "medicationCodeableConcept", "medicationReference", "component", "issue", "details", "activity", "outcomeCodeableConcept", "text",
    "resourceType", "id", "url", "system", "patient", "subject", "entry", "item", "contact", "relationship", "emptyReason", "identifier",
    "anything", "value",
]  # fmt: skip
KINDS = st.sampled_from(
    ["AllergyIntolerance", "Condition", "Observation", "MedicationStatement", "MedicationRequest", "MedicationDispense", "Flag", "Consent",
     "List", "Composition", "Medication", "Organization", "Practitioner", "Encounter", "FamilyMemberHistory", "Procedure", "CarePlan", "Task",
     "OperationOutcome", "RelatedPerson", "Basic", "DocumentReference"]
)  # fmt: skip


@st.composite
def planted(draw):
    """Words about an allergy with a mark by which they are known again."""
    return f"{draw(WORDS)} x{draw(st.integers(100_000, 999_999))}x"


@st.composite
def held(draw, words):
    """A tree of parts with the words at the end of some path."""
    node = words
    for name in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=5)):
        node = {name: node}
        if draw(st.booleans()):
            node = [node]
        if isinstance(node, dict) and draw(st.booleans()):
            node["display"] = node.get("display", "Something else")
    return node if isinstance(node, dict) else {"text": node}


HTML = [
    '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p>a <b>{}</b> b</p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><h2>{}</h2></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><caption>{}</caption><tr><th>Date</th><th>Description</th></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>Description</th></tr><tr><td>01-Jan-2020</td><td>{}</td></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>Description</th></tr><tr><td>{}</td><td>Asthma</td></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>Description</th></tr><tr><td>01-Jan-2020, {}</td><td/></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>Medication Item</th></tr><tr><td/><td>{}</td></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><td>{}</td><td>Penicillin</td></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>{}</th></tr><tr><td/><td>Penicillin</td></tr></table></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Date</th><th>Description</th></tr><tr><td/><td>a<table><tr><td>{}</td></tr></table></td></tr></table></div>',
    "<div>{}</div>",
    "<div>{}",
    "{}",
]
TITLES = [
    "Allergies and Adverse Reactions",
    "Repeat Medication",
    "Diagnoses",
    "Acute Medications",
    "",
    "General Practice Summary",
]


@st.composite
def entries(draw):
    """An entry that holds the words, in a shape that is right, nearly right, or none."""
    words = draw(planted())
    shape = draw(
        st.sampled_from(["parts", "allergy", "problem", "summary", "narrative", "no resource", "beside", "contained"])
    )
    kind = draw(KINDS)
    if shape == "parts":
        return words, {"resource": {"resourceType": kind, **draw(held(words))}}
    if shape == "allergy":
        part = draw(st.sampled_from(["code", "note", "substance", "reaction", "status"]))
        inner = {"code": {"code": {"text": words}}, "note": {"note": [{"text": words}]}, "substance": {"reaction": [{"substance": {"text": words}}]},
                 "reaction": {"reaction": [{"description": words}]}, "status": {"code": {"text": words}, "verificationStatus": "refuted"}}[part]  # fmt: skip
        return words, {"resource": {"resourceType": "AllergyIntolerance", **inner}}
    if shape == "problem":
        value = draw(
            st.sampled_from(
                [{}, {"valueBoolean": False}, {"valueString": "no"}, {"subject": {"reference": "Patient/other"}}]
            )
        )
        return words, {"resource": {"resourceType": "Observation", "code": {"coding": [{"display": words}]}, **value}}
    if shape == "summary":
        div = draw(st.sampled_from(HTML)).format(words)
        section = {"title": draw(st.sampled_from(TITLES)), "text": {"div": div}}
        return words, {
            "resource": {
                "resourceType": "Composition",
                "section": [{"section": [section]} if draw(st.booleans()) else section],
            }
        }
    if shape == "narrative":
        return words, {
            "resource": {
                "resourceType": kind,
                "text": {"status": "additional", "div": draw(st.sampled_from(HTML)).format(words)},
            }
        }
    if shape == "no resource":
        return words, draw(st.sampled_from([words, {"resource": words}, {"resource": {"code": words}}, [words]]))
    if shape == "beside":
        return words, {"resource": {"resourceType": kind}, "link": [{"relation": words}]}
    inner = {"resourceType": kind, **draw(held(words))} if draw(st.booleans()) else {"text": words}
    return words, {"resource": {"resourceType": "List", "contained": [inner]}}


def _compared(text):
    return "".join(text.split()).replace("\u00ad", "")


@given(st.lists(entries(), min_size=1, max_size=4), st.booleans())
def test_no_words_about_an_allergy_are_passed_over(found, as_top):
    body = {
        "resourceType": "Bundle",
        "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}, *(entry for _, entry in found)],
    }
    if as_top:
        body["title"] = found[0][0]
    try:
        read = read_gp_record(json.dumps(body, ensure_ascii=False).encode(), ON)
    except InboundRefused:  # a second patient, or a message header, was among the parts: nothing was taken
        return
    said = _compared(" ".join((*read.warnings, *(one.why for one in read.suggestions))))
    for words, _ in found:
        assert _compared(words) in said, f"passed over: {words!r}"
    assert not [one for one in read.suggestions if "FH:" in one.why and "FH: anaphylaxis" in one.why]


@given(planted(), st.sampled_from(["note", "story", "task", "reason", "instruction"]))
def test_a_referrers_words_about_an_allergy_are_shown_and_minded(words, where):
    request = {"resourceType": "ServiceRequest", "id": "r", "status": "active", "subject": {"reference": "Patient/p"},
               "category": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "code": "a5t1"}]},
               "performer": {"reference": "HealthcareService/h"}, "basedOn": {"reference": "CarePlan/c"}}  # fmt: skip
    plan, task = {"resourceType": "CarePlan", "id": "c"}, {"resourceType": "Task", "id": "t"}
    if where == "note":
        request["note"] = [{"text": words}]
    elif where == "reason":
        request["reasonCode"] = {"text": words}
    elif where == "instruction":
        request["patientInstruction"] = words
    elif where == "story":
        plan["activity"] = [{"outcomeCodeableConcept": [{"text": words}]}]
    else:
        task["description"] = words
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {"code": "servicerequest-request"},
        "focus": {"reference": "ServiceRequest/r"},
    }
    parts = [
        header,
        request,
        plan,
        task,
        {"resourceType": "Patient", "id": "p"},
        {"resourceType": "HealthcareService", "id": "h"},
    ]
    raw = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in parts]}, ensure_ascii=False)
    read = read_referral(raw.encode(), ON)
    assert _compared(words) in _compared(" ".join((*read.story, *read.tasks, *read.reason)))
    assert _compared(words) in _compared(" ".join(read.warnings))


XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
IN_XML = [
    '<code><text value="{}"/></code>',
    '<note><text value="{}"/></note>',
    "<note>{}</note>",
    '<note><text value="x"/>{}</note>',
    '<note other="{}"/>',
    '<status value="final" other="{}"/>',
    '<status value="final">{}</status>',
    '<status value="final"><extension url="u"><valueString value="{}"/></extension></status>',
    f'<text><status value="additional"/><div {XHTML}><p>{{}}</p></div></text>',
    "<text><div>{}</div></text>",
    '<contained><Basic><code><text value="{}"/></code></Basic></contained>',
    '<contained><Basic/><Basic><code><text value="{}"/></code></Basic></contained>',
]


@given(planted(), st.sampled_from(IN_XML), KINDS)
def test_no_words_about_an_allergy_in_xml_are_passed_over(words, place, kind):
    entry = f"<entry><resource><{kind}>{place.format(words)}</{kind}></resource></entry>"
    whose = '<entry><resource><Patient><id value="p"/></Patient></resource></entry>'
    read = read_gp_record(f'<Bundle xmlns="http://hl7.org/fhir">{whose}{entry}</Bundle>'.encode(), ON)
    said = _compared(" ".join((*read.warnings, *(one.why for one in read.suggestions))))
    assert _compared(words) in said
