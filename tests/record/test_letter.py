"""The GP letter, the patient's sheet and the one-page record: whom they may be made for, and what they must and must not say."""

import io
import json
import os
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sound_records
from click.testing import CliRunner
from paper_records import a_supply, case_of, cases, library, one_of_each, record_for, records, with_changes

from pharmacyfirst import Kind, assess
from pharmacyfirst.cli.main import main
from pharmacyfirst.kernel.told import within_in_words
from pharmacyfirst.paper.pdf import NoPDF, pages_of
from pharmacyfirst.paper.words import sentence
from pharmacyfirst.record import Decision, GPPractice, Observation, Onward, make_record, write_record
from pharmacyfirst.record.decision import Late, ToldAndGiven
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.message_words import headings, moment, outcome_sentence
from pharmacyfirst.record.papers.label import label_text
from pharmacyfirst.record.papers.leaflet import TODAY, UNFINISHED, leaflet_html, leaflet_of, leaflet_pdf, leaflet_text
from pharmacyfirst.record.papers.letter import letter_html, letter_of, letter_pdf, letter_text
from pharmacyfirst.record.papers.one_page import one_page_html, one_page_pdf
from pharmacyfirst.record.papers.parts import NoPaper
from pharmacyfirst.record.people import Typist

EVERY = os.environ.get("PHARMACYFIRST_EXAMPLES")  # set by `make thorough`


def changed(kind=Kind.SELF_CARE, **changes):
    case, assessment = case_of(kind)
    return record_for(case, assessment, **changes)


# Whom the letter may go to


@pytest.mark.parametrize(("share", "says"), [(False, "did not agree"), (None, "nobody asked")])
def test_without_consent_to_share_there_is_no_letter(share, says):
    record = changed(agreed={"to_share": share})
    for make in (letter_html, letter_pdf, letter_text):
        with pytest.raises(NoPaper, match=says):
            make(record)
    assert outcome_sentence(record) in one_page_html(record)  # the pharmacy's own page is made all the same


def test_without_a_practice_the_letter_is_the_patients_to_hand_on():
    assert letter_of(changed(who={"gp_practice": None})).to == "The patient, to give to a GP practice"


def test_a_practice_without_a_name_is_addressed_by_its_code():
    assert letter_of(changed(who={"gp_practice": GPPractice(ods="B86999")})).to == "B86999"


def test_a_restricted_record_says_nowhere_where_the_patient_lives():
    record = changed(Kind.SUPPLY, who={"sensitivity": "restricted"})
    pathway = library().in_force(record.pathway, record.on)
    for paper in (letter_html(record), letter_text(record), one_page_html(record), leaflet_html(record, pathway)):
        assert not re.search("Practice Road|LS2 9JT|Example Surgery|B86999", paper), (
            "a paper says where the patient lives"
        )
    assert letter_of(record).to == "The patient's GP practice"


def test_without_an_nhs_number_the_letter_says_that_it_is_not_known():
    record = changed(who={"nhs_number": None, "trace": None})
    assert "NHS number: not known" in letter_text(record)


# What the letter says


def test_the_outcome_comes_first_and_names_match_what_was_done():
    for record, _ in one_of_each().values():
        text = letter_text(record)
        assert text.index(outcome_sentence(record)) < text.index("Clinical summary")


def test_pregnancy_stands_as_a_code_only_where_it_was_confirmed():
    for record, _ in records():
        assert not re.search("77386006|60001007", letter_text(record)), record.id
    case, assessment = next(
        (c, a) for c, a in _cases_with("pregnancy", "pregnant") if 12 < c.facts.get("age_years", 34) < 50
    )
    confirmed = record_for(case, assessment, pregnancy_confirmed="pregnant")
    assert "77386006 Pregnant" in letter_text(confirmed)


def _cases_with(fact, value):
    from paper_records import cases

    return ((case, found) for case, found in cases() if case.facts.get(fact) == value)


def test_the_condition_is_no_code_where_it_is_not_what_the_patient_has():
    seen = set()
    for record, _ in records():
        established, text = record.assessment["diagnosis_established"], letter_text(record)
        assert ("Condition (SNOMED CT)" in text) is established, record.id
        presented = record.in_words.presented_with
        has_one = library().in_force(record.pathway, record.on).diagnosis is not None
        assert (presented is None) is (established or not has_one)
        assert presented is None or f"Presented with {presented};" in text
        seen.add((record.kind, established))
    assert {(Kind.SUPPLY, True), (Kind.SELF_CARE, True), (Kind.NOT_ELIGIBLE, False), (Kind.EMERGENCY, False)} <= seen


# To whom, by when, and what is not known


def rows_of(record):
    return {row.name: row.says for row in letter_of(record).referral}


def test_a_referral_says_to_whom_by_when_and_how_the_patient_was_handed_on():
    when = {Kind.EMERGENCY: "at once", Kind.REFER_URGENT: "the same day"}
    seen = set()
    for record, _ in records():
        rows = rows_of(record)
        assert bool(rows) is (record.decision.done == "referred"), record.id
        if not rows:
            continue
        (onward,) = record.decision.onward
        days = record.assessment["outcome"].get("within_days")
        assert rows["By when"] == (within_in_words(days) if days else when.get(record.kind, "no time is set"))
        assert rows["Sent to"] == onward.to
        assert rows["Handed on"].startswith(coded_lists()["handed over"].in_words(onward.how))
        text = letter_text(record)
        assert text.index("By when: ") < text.index("Clinical summary")
        seen.add(record.kind)
    assert {Kind.EMERGENCY, Kind.REFER_URGENT, Kind.REFER, Kind.NOT_ELIGIBLE} <= seen


def test_whom_the_pharmacist_named_and_spoke_to_stands_there_with_the_time_in_england():
    spoken = datetime(2026, 11, 21, 11, 20, tzinfo=timezone(timedelta(hours=1)))
    onward = Onward(
        to="Dr Example", ods="B86999", urgency="routine", how="spoken to", accepted_by="the duty doctor", at=spoken
    )
    record = changed(Kind.REFER_URGENT, decision=Decision(done="referred", onward=(onward,)))
    assert rows_of(record) == {
        "Sent to": "Dr Example (B86999)",
        "By when": "in routine; the pathway says the same day",  # what is sooner is never hidden by what was ticked
        "Handed on": "somebody there was spoken to: the duty doctor, 21 November 2026, 10:20",
    }
    words = "Sent to: Dr Example (B86999). By when: in routine; the pathway says the same day. Handed on: somebody there was spoken to: the duty doctor, 21 November 2026, 10:20."
    assert headings(record)["signpost-details"] == words
    assert "the duty doctor, 21 November 2026, 10:20" in one_page_html(record)


@pytest.mark.parametrize(
    ("kind", "urgency", "says"),
    [
        (Kind.EMERGENCY, "at once", "at once"),
        (Kind.EMERGENCY, "same day", "the same day; the pathway says at once"),
        (Kind.REFER_URGENT, "at once", "at once"),
        (Kind.REFER_URGENT, None, "the same day"),
        (Kind.REFER, "next working day", "the next working day"),
        (Kind.REFER, None, "no time is set"),
    ],
)
def test_by_when_is_what_the_pharmacist_said_and_what_the_pathway_says_where_that_is_sooner(kind, urgency, says):
    onward = Onward(to="somebody", urgency=urgency, how="told to go")
    assert rows_of(changed(kind, decision=Decision(done="referred", onward=(onward,))))["By when"] == says


def test_moments_are_those_of_englands_clock():
    def kept(*utc):
        return Onward(to="the practice", how="NHSmail", at=datetime(*utc, tzinfo=UTC)).at

    assert moment(kept(2026, 7, 1, 9, 5)) == "1 July 2026, 10:05"
    assert moment(kept(2026, 12, 1, 9, 5)) == "1 December 2026, 09:05"
    assert moment(kept(2026, 6, 30, 23, 30)) == "1 July 2026, 00:30"


def test_what_was_asked_and_is_not_known_is_told_apart_from_what_nobody_asked():
    case, assessment = next((case, found) for case, found in cases() if len(found.missing) > 1)
    known, *_ = assessment.missing
    record = record_for(
        replace(case, facts={**case.facts, known: None}),
        assess(assessment.pathway, {**case.facts, known: None}, case.as_of),
    )
    questions = assessment.pathway.questions
    history = headings(record)["history"]
    asked = history.split("Asked and not known, which is not a no: ")[1].split(" Not asked: ")[0]
    never = history.split(" Not asked: ")[1]
    assert asked == f"{questions[known].called}."
    assert questions[known].ask not in never
    assert all(questions[name].ask in never for name in assessment.missing if name != known)
    page = one_page_html(record)
    assert page.index("Asked and not known, which is not a no") < page.index("Not asked: ")


def test_what_was_asked_and_not_known_is_told_even_where_it_changes_nothing_any_more():
    case, assessment = case_of(Kind.EMERGENCY)
    question = next(
        question for name, question in assessment.pathway.questions.items() if name not in assessment.known and not question.asked_when
    )  # fmt: skip
    facts = {**case.facts, question.name: None}
    again = assess(assessment.pathway, facts, case.as_of)
    assert question.name not in again.missing
    assert f"not a no: {question.called}" in headings(record_for(replace(case, facts=facts), again))["history"]


def test_a_consultation_that_was_not_finished_says_what_nobody_asked_and_where_to_go():
    case, assessment = case_of(Kind.NEED_FACTS)
    record = record_for(case, assessment)
    said = headings(record)
    assert "Not asked: " in said["history"]
    assert said["signpost-details"].startswith("Where to go if it is not finished: ")
    assert "By when: " in said["signpost-details"]
    assert "nothing was decided" in letter_text(record)


def test_safety_netting_that_was_not_given_is_not_told_as_given():
    decision = Decision(done="advised", told=ToldAndGiven(safety_netting=False))
    advice = headings(changed(decision=decision))["information-and-advice-given"]
    assert "No safety-netting was given." in advice
    assert "Safety-netting:" not in advice
    said = Decision(done="advised", told=ToldAndGiven(safety_netting=True))
    assert "Safety-netting:" in headings(changed(decision=said))["information-and-advice-given"]
    nobody = headings(changed(decision=Decision(done="advised")))["information-and-advice-given"]
    assert "Safety-netting of the pathway (whether it was said is not on record):" in nobody
    assert "Safety-netting:" not in nobody


def test_safety_netting_of_an_outcome_that_was_not_followed_says_so():
    decision = Decision(done="declined", because="they changed their mind", no_supply="declined")
    record = changed(Kind.SUPPLY, done="declined", decision=decision)
    advice = headings(record)["information-and-advice-given"]
    said = record.assessment["safety_netting"]
    assert said
    assert advice.count("Safety-netting of the pathway's outcome, which was not followed: ") == len(said)


def test_a_correction_says_that_it_is_one_and_why():
    first = changed()
    again = changed(
        id="0f0e0d0c-0b0a-4908-8706-050403020100", corrects=first.id, corrects_because="the leaflet was wrong"
    )
    for paper in (letter_text(again), one_page_html(again)):
        assert "This corrects what was written before: the leaflet was wrong" in paper


def test_blood_pressure_and_what_the_patient_told_are_written_so():
    seen = (
        Observation(kind="blood pressure", systolic=118, diastolic=76, setting="sitting"),
        Observation(kind="height", value=161.5, self_reported=True),
    )
    text = letter_text(changed(observations=seen))
    assert "- Blood pressure 118/76 mmHg, sitting" in text
    assert "- Height 161.5 cm, told by the patient" in text


def test_words_are_never_markup():
    for record, pathway in one_of_each().values():
        for paper in (letter_html(record), leaflet_html(record, pathway), one_page_html(record)):
            assert "<O'Neil>" not in paper
            assert "B<1>" not in paper
            assert not re.search(r'(src|href)="(?!#)|url\(|@import|<script', paper), "a paper would load something"


# The patient's sheet


def test_the_sheet_says_first_what_is_urgent():
    wanted = {(Kind.EMERGENCY, "999"): "Dial 999 now.", (Kind.EMERGENCY, "emergency_department"): "Go to A&E now. Dial 999 if life is in danger.",
              (Kind.REFER_URGENT, None): TODAY}  # fmt: skip
    seen = set()
    for record, pathway in records():
        could_be = record.assessment.get("if_not_answered") == "refer_urgent"
        urgent = wanted.get((record.kind, record.outcome.destination), TODAY if could_be else "")
        sheet = leaflet_of(record, pathway)
        assert sheet.urgent == urgent, record.id
        assert urgent not in sheet.advice
        text = leaflet_text(record, pathway)
        before = text[: text.index(sheet.done[0])].splitlines()
        assert not urgent or before[-2] == urgent.upper(), "something stands before what is urgent"
        seen.add((record.kind, urgent))
    assert {(Kind.NEED_FACTS, TODAY), (Kind.NEED_FACTS, ""), (Kind.EMERGENCY, "Dial 999 now.")} <= seen


def for_everyone(pathway):
    return {sentence(one.says) for one in pathway.safety_netting if "everyone" in one.audience}


def test_the_sheet_says_when_to_get_help_whatever_was_done_except_on_the_way_to_hospital():
    for record, pathway in records():
        sheet = leaflet_of(record, pathway)
        said = [sentence(words) for words in record.assessment["safety_netting"]]
        assert [words for words in said if words not in sheet.safety_netting] == []
        if record.kind is Kind.EMERGENCY:
            assert sheet.safety_netting == tuple(said)
        else:
            assert for_everyone(pathway) <= set(sheet.safety_netting), record.id
            assert sheet.safety_netting, record.id


@pytest.mark.parametrize("done", ["referred", "declined", "advised", "ended early"])
def test_when_to_get_help_with_a_medicine_that_was_not_given_is_left_out(done):
    seen = set()
    onward = (Onward(to="another pharmacy"),) if done == "referred" else ()
    decision = Decision(done=done, because="it was so agreed", onward=onward)
    for case, assessment in supplies_of_each_condition():
        pathway = assessment.pathway
        record = record_for(case, assessment, done=done, decision=decision)
        sheet = leaflet_of(record, pathway)
        with_it = leaflet_of(record_for(case, assessment), pathway)
        of_medicines = {"supply", *pathway.pgds, *assessment.decided_by}
        only = {sentence(one.says) for one in pathway.safety_netting if set(one.audience) <= of_medicines}
        assert not only & set(sheet.safety_netting), record.id
        assert for_everyone(pathway) <= set(sheet.safety_netting)
        seen.update(only & set(with_it.safety_netting))
    assert seen, "no medicine has safety-netting of its own"


def test_what_goes_with_another_medicine_that_was_offered_too_is_left_out():
    case, assessment = next((case, found) for case, found in cases() if len(found.offers) > 1)
    supplied, other = (offer.pgd.id for offer in assessment.offers)
    record, pathway = record_for(case, assessment), assessment.pathway
    said = next(one for one in pathway.safety_netting if one.says in record.assessment["safety_netting"])
    advised = next(one for one in pathway.advice if one.says in record.assessment["advice"])
    for alone, stands in ((supplied, True), (other, False)):
        content = replace(
            pathway, safety_netting=(replace(said, audience=(alone,)),), advice=(replace(advised, audience=(alone,)),)
        )
        sheet = leaflet_of(record, content)
        assert (sentence(said.says) in sheet.safety_netting) is stands
        assert (sentence(advised.says) in sheet.advice) is stands


def supplies_of_each_condition():
    found = {}
    for case, assessment in cases():
        if assessment.outcome.kind is Kind.SUPPLY:
            found.setdefault(assessment.pathway.id, (case, assessment))
    return found.values()


def test_a_visit_that_was_not_finished_is_no_all_clear_and_says_where_to_go():
    for record, pathway in records():
        if record.kind is Kind.NEED_FACTS:
            sheet = leaflet_of(record, pathway)
            assert sheet.done[0] == f"{UNFINISHED}."
            assert sheet.done[1].startswith("If it cannot be finished, go to: ")
            assert not sheet.what_helps


@pytest.mark.parametrize("done", ["did not attend", "could not be reached"])
def test_somebody_who_was_not_there_is_not_told_of_a_visit(done):
    case, assessment = case_of(Kind.NEED_FACTS)
    nothing = assess(assessment.pathway, {}, case.as_of)
    decision = Decision(done=done, because="nobody came")
    record = record_for(replace(case, facts={}), nothing, done=done, decision=decision)
    sheet = leaflet_of(record, assessment.pathway)
    assert sheet.done[0].startswith("You ")
    assert UNFINISHED not in sheet.done[0]
    assert sheet.safety_netting


def test_what_was_agreed_with_the_patient_stands_on_the_sheet_and_what_was_for_the_practice_does_not():
    decision = Decision(done="advised", plan_for_patient="ring us on Monday", plan_for_professionals="check the eGFR")
    record = changed(decision=decision)
    sheet = leaflet_text(record, library().in_force(record.pathway, record.on))
    assert "- Ring us on Monday." in sheet
    assert "eGFR" not in sheet


INTERNAL = re.compile(r"\b[A-Z]{2,4}-[A-Z]+[0-9]|\b[a-z]+(_[a-z]+)+\b|sha256|\bPGD\b|not known|\d{4}\.\d")


def test_on_the_sheet_stands_no_id_no_name_of_a_fact_and_nothing_for_the_pharmacist():
    for record, pathway in records():
        sheet = leaflet_text(record, pathway)
        assert not INTERNAL.search(sheet), INTERNAL.search(sheet)
        for supply in record.supplies:
            said = [one for some in pathway.pgds[supply.pgd].particulars.values() for one in some]
            others = {sentence(one.says) for one in said if one.audience == ("professional",)}
            ours = {sentence(one.says) for one in said if "patient" in one.audience}
            assert not (others - ours) & set(sheet.splitlines()), record.id


def test_every_statement_about_a_medicine_is_for_the_form_that_was_supplied():
    seen = set()
    for record, pathway in records():
        sheet = leaflet_of(record, pathway)
        for told, supply in zip(sheet.medicines, record.supplies, strict=True):
            assert told.directions == supply.directions
            lines = {*told.advice, *told.effects}
            of = pathway.pgds[supply.pgd]
            said = [one for some in of.particulars.values() for one in some]
            fits = {sentence(one.says) for one in said if not one.forms or supply.form in one.forms}
            no_fit = {sentence(one.says) for one in said} - fits
            assert not no_fit & lines, (record.id, supply.form)
            seen.update(no_fit)
    assert seen, "no document says anything of one form alone"


def test_of_leaflets_only_those_that_were_given_are_named():
    for record, pathway in records():
        pack = ("Read the leaflet in the pack before you start.",) if record.supplies else ()
        assert leaflet_of(record, pathway).reading == pack
    case, assessment = case_of(Kind.SELF_CARE)
    record = record_for(case, assessment, decision=Decision(done="advised", leaflets=("Treating your infection",)))
    assert leaflet_of(record, assessment.pathway).reading == ("You were given: Treating your infection.",)


def test_a_corrected_sheet_says_that_it_takes_the_place_of_the_other_and_not_why():
    first = changed()
    again = changed(id="0f0e0d0c-0b0a-4908-8706-050403020100", corrects=first.id, corrects_because="a wrong word")
    sheet = leaflet_text(again, library().in_force(again.pathway, again.on))
    assert "This sheet takes the place of the one you were given before." in sheet
    assert "a wrong word" not in sheet


def test_advice_that_goes_with_another_treatment_is_left_out():
    case, assessment = case_of(Kind.SUPPLY)
    decision = Decision(
        done="referred", because="out of stock here", no_supply="out of stock", onward=(Onward(to="another pharmacy"),)
    )
    record = record_for(case, assessment, done="referred", decision=decision)
    sheet = leaflet_of(record, assessment.pathway)
    assert sheet.advice == ()
    assert sheet.safety_netting
    assert "The medicine that was offered was out of stock." in sheet.done
    assert "another pharmacy" in leaflet_text(record, assessment.pathway)


def test_the_sheet_names_no_patient():
    for record, pathway in one_of_each().values():
        for paper in (leaflet_html(record, pathway), leaflet_text(record, pathway)):
            assert "Penny" not in paper, "the sheet names the patient"
            assert "9990000018" not in paper.replace(" ", ""), "the sheet names the patient"


def test_other_content_than_decided_makes_no_sheet():
    record, pathway = a_supply()
    other = next(one for one in library().newest_all() if one.id != pathway.id)
    with pytest.raises(NoPaper, match="not the content"):
        leaflet_of(record, other)


# What was handed over without a permit


@pytest.fixture(scope="module")
def unpermitted():
    """A medicine that was handed over, entered the next day, and would not have been permitted: nobody had adopted the content."""
    account = sound_records.account_for(sound_records.case_of("uncomplicated-uti", Kind.SUPPLY))
    handed = with_changes(account.supplies[0], {"permit": None})
    late = {
        "supplies": (handed,),
        "late": Late(because="the system was down"),
        "entered_by": Typist(name="Lee", role="dispenser"),
    }
    return make_record(with_changes(account, late), library(), recorded_at=account.ended_at + timedelta(days=1))


def test_what_was_handed_over_without_a_permit_is_told_to_patient_and_practice_as_what_it_is(unpermitted):
    (given,) = unpermitted.unpermitted
    pathway = library().in_force(unpermitted.pathway, unpermitted.on)
    (medicine,) = letter_of(unpermitted).medicines
    assert medicine.product == given.amp.display
    assert "without a permit: it is an incident" in medicine.rows[0].says
    assert "PGD" not in " ".join(row.says for row in medicine.rows), "it reads as if a document had authorised it"
    sheet = leaflet_of(unpermitted, pathway)
    assert sheet.done == (f"You were given {given.amp.display}.",)
    assert [(one.product, one.directions) for one in sheet.medicines] == [(given.amp.display, given.directions)]
    assert "permit" not in leaflet_text(unpermitted, pathway)
    assert "under a permit, so there is no label" in label_text(unpermitted, pathway)


# The one-page record


def test_the_page_holds_every_answer_and_every_question_that_was_open():
    for record, _ in records():
        paper = re.sub("<[^>]+>", "", one_page_html(record))
        assert paper.count(":") >= len(record.in_words.answers)
        assert record.content_digest in paper
        points = (*record.assessment["gateways"], *record.assessment["gateways_not_known"])
        assert ("none passed" in paper) is not bool(points)
        assert all(point in paper for point in points)


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_the_page_is_one_page():
    pypdf = pytest.importorskip("pypdf")
    longest = sorted((record for record, _ in records()), key=lambda record: -len(one_page_html(record)))
    for record in longest if EVERY else longest[:2]:
        assert len(pypdf.PdfReader(io.BytesIO(one_page_pdf(record))).pages) == 1


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.key)
def test_letter_and_sheet_are_on_one_page_where_they_can(kind):
    """The longest of each outcome, where a letter that lists dozens of questions that nobody asked may go on. All of them in `make thorough`."""
    of_kind = [(record, pathway) for record, pathway in records() if record.kind is kind]
    longest = sorted(of_kind, key=lambda one: -len(letter_html(one[0])))
    for record, pathway in longest if EVERY else longest[:1]:
        assert pages_of(letter_html(record)) <= (
            2 if len(record.in_words.not_known) > 10 or record.assessment.get("duties") else 1
        ), record.id
        assert pages_of(leaflet_html(record, pathway)) <= (2 if record.supplies else 1), record.id


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_the_sheet_as_a_pdf_has_the_words_of_the_page():
    pypdf = pytest.importorskip("pypdf")
    record, pathway = a_supply()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(leaflet_pdf(record, pathway))).pages)
    squeezed = "".join(text.split())
    sheet = leaflet_of(record, pathway)
    lines = (*sheet.done, *sheet.safety_netting, *sheet.advice, *sheet.reading, sheet.medicines[0].directions)
    assert [words for words in lines if "".join(words.split()) not in squeezed] == []


def test_the_page_says_what_nobody_asked():
    record = changed(agreed={"to_share": None})
    assert "share: not asked" in one_page_html(record)
    assert "nobody asked whether the GP practice may be told" in one_page_html(record)


# The commands


def run(command, *words):
    return CliRunner().invoke(main, ["record", command, *map(str, words)])


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "consultation.json"
    path.write_text(write_record(a_supply()[0]))
    return path


ENDINGS = {"letter": ("txt", "html", "pdf"), "label": ("txt", "html", "pdf"), "leaflet": ("txt", "html", "pdf"),
           "claim": ("csv", "json"), "page": ("html", "pdf")}  # fmt: skip


@pytest.mark.parametrize("command", ENDINGS)
@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
def test_every_command_prints_and_writes(command, written, tmp_path):
    assert run(command, written).exit_code == 0
    for ending in ENDINGS[command]:
        to = tmp_path / f"made.{ending}"
        shown = run(command, written, "--to", to)
        assert shown.exit_code == 0, shown.output
        assert to.read_bytes()
    assert run(command, written, "--to", tmp_path / "made.docx").exit_code == 2


def test_a_label_that_is_printed_again_says_so(written):
    assert "REPRINT" not in run("label", written).output
    assert "REPRINT" in run("label", written, "--reprint").output


def test_a_record_that_cannot_be_read_is_a_failure_that_shows_nothing(tmp_path):
    path = tmp_path / "consultation.json"
    held = json.loads(write_record(a_supply()[0]))
    held["patient"]["nhs_number"] = "9990000019"
    path.write_text(json.dumps(held))
    shown = run("letter", path)
    assert shown.exit_code == 2
    assert not re.search("Penny|9990000019", shown.output), "an error shows the patient"


def test_a_letter_without_consent_is_a_failure_with_the_reason(tmp_path):
    path = tmp_path / "consultation.json"
    path.write_text(write_record(changed(agreed={"to_share": False})))
    shown = run("letter", path)
    assert shown.exit_code == 1
    assert "did not agree" in shown.output


def test_without_weasyprint_a_letter_is_no_pdf_and_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(NoPDF, match=r"WeasyPrint, which is not installed\. Install them: "):
        letter_pdf(a_supply()[0])


def test_a_supply_under_a_permit_shows_the_permit_on_the_page():
    from pharmacyfirst.record.examples import examples

    permitted = [one.record for one in examples(library()) if any(supply.permit for supply in one.record.supplies)]
    for record in permitted:
        assert f"GPhC {record.practitioner.gphc_number}, {record.channel.value}" in one_page_html(record)


def test_every_example_makes_every_paper():
    from pharmacyfirst.record.examples import examples

    for one in examples(library()):
        pathway = library().in_force(one.record.pathway, one.record.on)
        papers = (
            letter_html(one.record),
            letter_text(one.record),
            leaflet_text(one.record, pathway),
            one_page_html(one.record),
        )
        assert all(papers), one.name
