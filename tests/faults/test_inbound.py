"""Records and referrals that were misread, or read in silence: each input says now what it should, in the words that a person sees.

The inputs are made up, or have their people replaced. Where a fault is one of a kind, other members of the kind stand beside it here.
"""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main
from pharmacyfirst.record.inbound.bundle import InboundRefused
from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral

INPUTS = Path(__file__).parent / "inbound"
ON = date(2026, 11, 21)
NUMBER = "9990000018"
BORN = ("date_of_birth", date(1990, 5, 14))
NITROFURANTOIN = ("nitrofurantoin_last_3_months", True)
PENICILLIN = ("penicillin_allergy", True)
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "PENICILLIN")  # as some keyboards of East Asia write it


def interacting(*values):
    return [("interacting_medicines", (value,)) for value in values]


def raw(name):
    return (INPUTS / name).read_bytes()


def record(name):
    return read_gp_record(raw(name), ON)


def referral(name):
    return read_referral(raw(name), ON)


def suggested(read):
    return [(one.fact, one.value) for one in read.suggestions]


def printed(name, kind="gp-record"):
    shown = CliRunner().invoke(main, ["record", "inbound", kind, str(INPUTS / name), "--as-of", "2026-11-21"])
    assert shown.exit_code == 0
    return shown.output


def changed(name, *changes):
    """An input with some of its text changed, so that another member of the same kind is read."""
    text = raw(name).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


# Tables: the head row and the nearest heading decide


def test_todays_five_column_tables_are_read_by_their_head():
    read = record("01-scr-five-column-medicines.json")
    assert suggested(read) == [BORN, PENICILLIN, NITROFURANTOIN, *interacting("simvastatin", "warfarin")]
    assert [one.words for one in read.seen] == [
        "Amoxicillin allergy",
        "Nitrofurantoin 100mg modified-release capsules",
        "Simvastatin 40mg tablets",
        "Warfarin 3mg tablets",
    ]
    assert [str(one.when) for one in read.seen] == ["2023-01-04", "2026-10-28", "2026-10-12", "2026-10-12"]
    assert "severity: Severe" in read.suggestions[1].why
    assert "anaphylaxis" in read.suggestions[1].why
    assert read.warnings == ()


def test_medicines_under_the_allergies_heading_are_medicines_by_the_nearest_heading():
    read = record("02-scr-medicines-under-allergy-heading.json")
    assert suggested(read) == [BORN, *interacting("simvastatin")]
    assert [(one.kind, one.words) for one in read.seen] == [
        ("allergy", "Allergy to latex"),
        ("medicine", "Amoxicillin 250mg capsules"),
        ("medicine", "Simvastatin 40mg tablets"),
    ]
    assert "“Allergy to latex”. Judge it yourself." in read.warnings[0]


@pytest.mark.parametrize(
    "change",
    [
        ("<h2>Repeat Medication</h2>", ""),  # a table of medicines right under the allergies' heading
        ("<th>Medication Item</th>", "<th>What it is</th>"),
        ("<th>Medication Item</th>", "<th>Dosage instructions</th>"),  # a column that stands there twice
        ("<th>Date first prescribed</th><th>Medication Item</th>", "<th colspan='2'>Medication Item</th>"),
    ],
    ids=["under another heading", "an unknown column", "a column twice", "a wide column"],
)
def test_of_any_other_layout_nothing_is_taken_and_it_says_so(change):
    name = "02-scr-medicines-under-allergy-heading.json"
    read = read_gp_record(changed(name, (change[0], change[1].replace("'", '\\"'))), ON)
    assert suggested(read) == [BORN]
    assert [one.words for one in read.seen] == ["Allergy to latex"]
    (said,) = [one for one in read.warnings if "has a layout that is not known, and nothing was taken from it" in one]
    assert "Amoxicillin 250mg capsules" in said
    assert any("a table of a layout that is not known" in one.why for one in read.skipped)


def test_a_table_without_a_head_takes_nothing():
    name = "01-scr-five-column-medicines.json"
    head = "<thead><tr><th>Date</th><th>Description</th><th>Certainty</th><th>Severity</th><th>Supporting Information</th></tr></thead>"
    read = read_gp_record(changed(name, (head, "")), ON)
    assert PENICILLIN not in suggested(read)
    assert any("layout that is not known" in one and "Amoxicillin allergy" in one for one in read.warnings)


def test_a_row_that_does_not_fit_its_head_takes_nothing():
    name = "01-scr-five-column-medicines.json"
    read = read_gp_record(changed(name, ("<td>Certain</td><td>Severe</td>", "<td>Certain</td>")), ON)
    assert PENICILLIN not in suggested(read)
    assert any("does not fit the head of its table" in one and "Amoxicillin allergy" in one for one in read.warnings)


@pytest.mark.parametrize("name", ["&nbsp;", "&ndash;", "&#160;"])
def test_a_character_by_its_html_name_leaves_no_table_unread(name):
    held = changed("01-scr-five-column-medicines.json", ("<td>Amoxicillin allergy", f"<td>Amoxicillin{name}allergy"))
    assert PENICILLIN in suggested(read_gp_record(held, ON))


@pytest.mark.parametrize("name", ["&nosuchname;", "&ltxx;", "&"])
def test_text_that_cannot_be_read_is_said_to_be_and_its_words_are_shown(name):
    held = changed("01-scr-five-column-medicines.json", ("<td>Amoxicillin allergy", f"<td>Amoxicillin{name} allergy"))
    read = read_gp_record(held, ON)
    assert PENICILLIN not in suggested(read)
    assert any("A part of the record's text cannot be read" in one for one in read.warnings)
    assert any("speaks of an allergy or reaction" in one and "Amoxicillin" in one for one in read.warnings)


def test_the_last_issue_of_two_columns_of_days_counts():
    """The layout with a column for the first and one for the last issue."""
    name = "02-scr-medicines-under-allergy-heading.json"
    raw_ = changed(
        name,
        ("<th>Date first prescribed</th>", "<th>Date first prescribed</th><th>Date last issued</th>"),
        ("<td>30-Apr-26</td>", "<td>14 Jun 2012</td><td>27 Sep 2026</td>"),
        ("Repeat Medication", "Past Repeat Medication (discontinued in the last 6 months)"),
    )
    read = read_gp_record(raw_, ON)
    assert [(one.words, str(one.when), one.current) for one in read.seen[1:]] == [
        ("Amoxicillin 250mg capsules", "2026-09-27", False),
        ("Simvastatin 40mg tablets", "2026-09-27", False),
    ]


def test_withheld_is_said_before_anything_is_suggested():
    read = record("03-scr-withheld.json")
    assert read.warnings[0].startswith("SOMETHING WAS WITHHELD from this record: “One or more allergies")
    assert "deliberately withheld from this GP Summary" in read.statements[0]
    shown = printed("03-scr-withheld.json")
    assert shown.index("SOMETHING WAS WITHHELD") < shown.index("Suggestions:")


@pytest.mark.parametrize(
    "change",
    [
        ("deliberately withheld", "intentionally withheld"),
        ('<p id=\\"WithheldCREItemsHeaderStatement\\" class=\\"HighlightedStatement\\">', "<h3>"),
        ('<p id=\\"WithheldCREItemsHeaderStatement\\" class=\\"HighlightedStatement\\">', "<table><tr><td>"),
        ('"General Practice Summary"', '"Allergies and Adverse Reactions"'),
    ],
    ids=["other words", "as a heading", "as a table", "under another heading"],
)
def test_withheld_is_said_wherever_it_stands(change):
    held = changed("03-scr-withheld.json", change)
    if change[1] == "<h3>":
        held = held.replace(b"Summary.</p>", b"Summary.</h3>")
    if change[1].startswith("<table>"):
        held = held.replace(b"Summary.</p>", b"Summary.</td></tr></table>")
    assert read_gp_record(held, ON).warnings[0].startswith("SOMETHING WAS WITHHELD")


@pytest.mark.parametrize(
    "more",
    [
        {"extension": [{"url": "Extension-CareConnect-GPC-ListWarningCode-1", "valueCode": "confidential-items"}]},
        {"note": [{"text": "Entries were withheld at the patient's wish"}]},
        {"text": {"div": "<div>Withheld</div>"}},
    ],
)
def test_what_a_gp_record_withholds_is_said_first_too(more):
    held = json.loads(raw("04-allergy-as-problem.json"))
    held["entry"].append({"resource": {"resourceType": "List", "title": "Allergies and adverse reactions", **more}})
    read = read_gp_record(json.dumps(held).encode(), ON)
    assert read.warnings[0].startswith("SOMETHING WAS WITHHELD")
    assert suggested(read) == [BORN, PENICILLIN, ("macrolide_allergy", True)]


# Allergies, wherever they stand


def test_an_allergy_that_is_coded_as_a_problem_or_observed_is_suggested():
    read = record("04-allergy-as-problem.json")
    assert suggested(read) == [BORN, PENICILLIN, ("macrolide_allergy", True)]
    assert [one.kind for one in read.seen] == ["allergy", "allergy"]
    assert "recorded as a problem" in read.suggestions[1].why
    assert "recorded as an observation" in read.suggestions[2].why


def test_what_a_note_says_of_an_allergy_is_read():
    read = record("05-allergy-in-note.json")
    assert suggested(read) == [BORN, PENICILLIN, ("severe_beta_lactam_reaction", True)]
    assert "note: penicillin - anaphylaxis 2009, ITU" in read.suggestions[1].why
    assert "Severity: Life Threatening" in read.suggestions[2].why


def test_the_substance_of_a_reaction_is_read():
    read = record("nocode.json")
    assert suggested(read) == [BORN, PENICILLIN]
    assert "Penicillin V" in read.suggestions[1].why


def test_an_allergy_among_what_another_entry_contains_is_read():
    held = json.loads(raw("nocode.json"))
    held["entry"][1]["resource"] = {"resourceType": "List", "contained": [held["entry"][1]["resource"]]}
    assert suggested(read_gp_record(json.dumps(held).encode(), ON)) == [BORN, PENICILLIN]


SUGGESTED = {
    "00": PENICILLIN, "02": PENICILLIN, "04": PENICILLIN, "08": PENICILLIN, "10": PENICILLIN, "14": PENICILLIN, "16": PENICILLIN,
    "18": PENICILLIN, "22": ("severe_beta_lactam_reaction", True), "24": ("macrolide_allergy", True),
    "26": ("nitrofurantoin_allergy", True), "36": ("ear_drop_ingredient_allergy", True),
}  # fmt: skip
NOT_NAMED = {
    "12": "Adverse reaction to Septrin", "20": "PCN allergy", "28": "Adverse reaction to Procyclidine",
    "30": "Salicylate allergy", "32": "Ganciclovir", "34": "Aminoglycoside",
}  # fmt: skip
READ_THEM = "Words that may say that there is no allergy, or speak of somebody else: “{}"


@pytest.mark.parametrize("number", sorted(SUGGESTED))
def test_words_that_name_something_suggest_it(number):
    assert suggested(record(f"20-allergy-words-{number}.json")) == [BORN, SUGGESTED[number]]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("00", "Penicillin allergy - nature of reaction not known"),
        ("02", "Penicillin - not tolerated"),
        ("04", "Penicillin allergy, denies anaphylaxis"),
    ],
)
def test_words_that_also_deny_something_are_put_before_a_person_as_well(number, words):
    read = record(f"20-allergy-words-{number}.json")
    assert read.warnings[0].startswith(READ_THEM.format(words))


@pytest.mark.parametrize("number", sorted(NOT_NAMED))
def test_words_that_are_not_understood_are_put_before_a_person(number):
    read = record(f"20-allergy-words-{number}.json")
    assert suggested(read) == [BORN]
    says = "An allergy or reaction that bears on no question by any name known here: "
    assert read.warnings[0] == f"{says}“{NOT_NAMED[number]} (active; unconfirmed)”. Judge it yourself."


def test_a_family_history_suggests_nothing_and_is_put_before_a_person():
    read = record("20-allergy-words-06.json")
    assert suggested(read) == [BORN]
    assert read.warnings[0].startswith(READ_THEM.format("FH: penicillin allergy"))


def test_a_class_whose_severity_is_not_said_is_asked_about():
    read = record("20-allergy-words-14.json")
    assert read.warnings[0].startswith(
        "A reaction to a cephalosporin or another beta-lactam, and it is not said how severe"
    )


@pytest.mark.parametrize("name", ["codash.json", "enddash.json"])
@pytest.mark.parametrize(
    "dash", ["-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d", " ", "", "\u00ad"]
)
def test_every_dash_is_one(name, dash):
    text = raw(name).decode()
    read = read_gp_record(text.replace("–", dash).replace("\u2011", dash).encode(), ON)
    assert suggested(read) == [BORN, PENICILLIN]


@pytest.mark.parametrize(
    "words",
    [WIDE, "peni\u200bcillin", "Pénicillin", "PENICILLINS", "β-lactam", "V Cil K", "Pen\u00a0V"],
)
def test_letters_that_look_alike_are_one(words):
    text = raw("20-allergy-words-20.json").decode().replace("PCN allergy", words)
    assert suggested(read_gp_record(text.encode(), ON)) == [BORN, PENICILLIN]


def test_no_known_allergies_beside_an_allergy_is_a_contradiction():
    read = record("nka-contradiction.json")
    assert suggested(read) == [BORN, PENICILLIN]
    assert any(one.startswith("The record contradicts itself: it says “No known allergies") for one in read.warnings)


# Numbers, days, names, encodings


def test_the_same_entry_twice_is_one():
    for name, entry in (
        ("06-same-medication-twice.json", "Medication/m1"),
        ("06b-same-patient-twice.json", "Patient/p"),
    ):
        read = record(name)
        assert suggested(read) == [BORN, *interacting("simvastatin")]
        assert [(one.entry, one.why) for one in read.skipped] == [
            (entry, "the same entry stands there twice; it was read once")
        ]


def test_two_entries_of_one_name_that_differ_are_not_taken_for_one():
    """A reference to either leads nowhere, and the medicine that nobody can name is put in front."""
    held = json.loads(raw("06-same-medication-twice.json"))
    held["entry"][2]["resource"]["code"]["coding"][0]["display"] = "Warfarin 3mg tablets"
    read = read_gp_record(json.dumps(held).encode(), ON)
    assert suggested(read) == [BORN]
    assert "MedicationStatement/s1: a medicine without a name. Find out what it is." in read.warnings


def test_two_patients_of_one_id_who_differ_are_refused():
    held = json.loads(raw("06b-same-patient-twice.json"))
    held["entry"][1]["resource"]["birthDate"] = "1991-05-14"
    with pytest.raises(InboundRefused, match="more than one patient"):
        read_gp_record(json.dumps(held).encode(), ON)


def test_an_entry_with_a_full_url_and_no_id_is_found_by_it():
    assert suggested(record("07-fullurl-without-id.json")) == [BORN, *interacting("simvastatin")]


def test_blanks_in_an_nhs_number_make_nobody_else_of_the_patient():
    read = record("08-nhs-number-with-blanks.json")
    assert suggested(read) == [BORN, PENICILLIN]
    other = read_gp_record(changed("08-nhs-number-with-blanks.json", ("999 000 0018", "999 000 0026")), ON)
    assert suggested(other) == [BORN]
    assert any("do not lead to this patient" in one for one in other.warnings)


def test_a_day_of_issue_is_englands():
    """Half past eleven at night by UTC in August is the next day in London, three months before the consultation."""
    read = record("09-issue-date-bst.json")
    assert suggested(read) == [BORN, NITROFURANTOIN]
    assert str(read.seen[0].when) == "2026-08-21"
    winter = changed("09-issue-date-bst.json", ("2026-08-20T23:30:00+00:00", "2026-11-20T23:30:00+00:00"))
    assert str(read_gp_record(winter, ON).seen[0].when) == "2026-11-20"


@pytest.mark.parametrize(
    ("month", "counts"),
    [("2026-10", True), ("2026-08", True), ("2026-07", False), ("2026", True), ("2025", False), ("2026-12", False)],
)
def test_a_month_alone_counts_where_any_day_of_it_would(month, counts):
    read = read_gp_record(changed("10-issue-date-month-only.json", ("2026-10", month)), ON)
    assert suggested(read) == ([BORN, NITROFURANTOIN] if counts else [BORN])
    if counts:
        assert f"{month} without a day" in read.suggestions[1].why
        assert read.suggestions[1].date is None


def test_a_medicine_that_only_its_reference_names_is_read():
    assert suggested(record("15-medicine-named-in-reference-only.json")) == [BORN, *interacting("simvastatin")]


def test_the_last_issue_of_a_prescription_counts():
    read = record("19-r4-request-last-issue.json")
    assert suggested(read) == [BORN, NITROFURANTOIN]
    assert str(read.seen[0].when) == "2026-10-28"


def test_a_merged_patient_has_the_number_in_use_and_it_says_so():
    read = record("patient-merged.json")
    assert read.patient.nhs_number == NUMBER
    assert read.patient.earlier_numbers == ("9990000026",)
    assert read.patient.replaced
    assert "merged into another, or is out of use" in read.warnings[1]
    assert "an earlier NHS number" in read.warnings[0]
    assert suggested(read) == [BORN, PENICILLIN]


def test_several_numbers_in_use_are_none():
    read = read_gp_record(
        changed("patient-merged.json", ('"use": "old", ', ""), (', "period": {"end": "2020-01-01"}', "")), ON
    )
    assert read.patient.nhs_number is None
    assert any("several NHS numbers" in one for one in read.warnings)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "iso-8859-1"])
def test_an_encoding_that_is_declared_is_read(encoding):
    text = raw("utf16.xml").decode("utf-16").replace('encoding="UTF-16"', f'encoding="{encoding.removesuffix("-sig")}"')
    text = text.replace("utf-16-le", "UTF-16").replace("utf-16-be", "UTF-16")
    read = read_gp_record(text.encode(encoding), ON)
    assert [one.fact for one in read.suggestions] == ["date_of_birth", "penicillin_allergy"]
    assert "Allergy to penicillin café" in read.suggestions[1].why


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_json_is_read_in_the_same_encodings(encoding):
    held = raw("codash.json").decode().encode(encoding)
    assert suggested(read_gp_record(held, ON)) == [BORN, PENICILLIN]


def test_the_input_in_utf_16_is_read_as_it_is():
    assert [one.fact for one in record("utf16.xml").suggestions] == ["date_of_birth", "penicillin_allergy"]


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_nothing_that_moves_a_cursor_reaches_the_terminal(as_json):
    name = "esc.json"
    shown = CliRunner().invoke(
        main, ["record", "inbound", "gp-record", str(INPUTS / name), "--as-of", "2026-11-21", *as_json]
    )
    assert shown.exit_code == 0
    assert "Latex" in shown.output
    assert not [letter for letter in shown.output if not letter.isprintable() and letter != "\n"]
    assert "The source holds characters that cannot be shown" in shown.output


def test_a_line_break_in_a_record_makes_no_line_of_ours():
    shown = printed("multi.json")
    assert shown.count("\nSuggestions:\n") == 1
    assert "Latex allergy / Suggestions: / - penicillin_allergy: no known" in shown


# Every entry is read or named


def test_kinds_that_had_no_reader_are_read_or_named():
    read = record("familymember.json")
    assert suggested(read) == [BORN, PENICILLIN, *interacting("warfarin"), NITROFURANTOIN]
    assert read.warnings[0] == "Flag: “Penicillin anaphylaxis - do not give” (active)."
    assert [(one.entry, one.why) for one in read.skipped] == [
        ("FamilyMemberHistory/f", "entries of this kind are not read: look in the record itself"),
        ("Communication/cm", "entries of this kind are not read: look in the record itself"),
    ]


def test_a_flag_of_a_referral_stands_first():
    read = referral("30-referral-with-safeguarding-flag.xml")
    assert (
        read.warnings[0] == "Flag: “Child is cause for safeguarding concern (finding)” (Safeguarding Concern, active)."
    )
    assert read.requirements == ()
    assert suggested(read) == [BORN, PENICILLIN, *interacting("simvastatin")]
    assert read.seen[0].kind == "flag"


def test_both_tasks_are_shown():
    read = referral("31-referral-two-tasks.xml")
    assert len(read.tasks) == 2
    shown = printed("31-referral-two-tasks.xml", "referral")
    assert "Patient will contact pharmacy service in 24 hours" in shown
    assert "SECOND TASK: measure blood pressure and phone the surgery today" in shown


def test_the_same_use_case_twice_is_one():
    assert referral("32-referral-use-case-twice.xml").request == "236bb75d-90ef-461f-b71e-fde7f899802c"
    two = changed(
        "32-referral-use-case-twice.xml",
        ('<code value="a5t1"/></coding></category><category>', '<code value="a1t1"/></coding></category><category>'),
    )
    with pytest.raises(InboundRefused, match="use case is a1t1, a5t1"):
        read_referral(two, ON)


def test_consent_that_is_denied_is_said_first_and_aloud():
    read = referral("bars-consent-denied.xml")
    assert read.warnings[0].startswith("CONSENT IS NOT GIVEN: the patient's consent (Direct Care) stands as rejected")
    assert not read.consents[0].given
    assert referral("30-referral-with-safeguarding-flag.xml").consents[0].given


@pytest.mark.parametrize(
    "change",
    [
        ('<status value="rejected" />', '<status value="inactive" />'),
        ('<status value="rejected" />', '<status value="active" /><provision><type value="deny"/></provision>'),
    ],
)
def test_consent_is_denied_in_other_ways_too(change):
    assert read_referral(changed("bars-consent-denied.xml", change), ON).warnings[0].startswith("CONSENT IS NOT GIVEN")


def test_a_referral_without_consent_says_so():
    text = (
        raw("32-referral-use-case-twice.xml").decode().replace("<Consent>", "<Basic>").replace("</Consent>", "</Basic>")
    )
    assert read_referral(text.encode(), ON).warnings[0].startswith("The referral says nothing of the patient's consent")


def test_individual_requirements_are_a_banner():
    read = referral("bars-with-individual-requirement.xml")
    needs = "Adjust for needle phobia; Needle phobia; needs step-free access and a BSL interpreter"
    assert read.requirements == (needs,)
    assert read.warnings[0].startswith(
        f"Individual requirement of the patient: “{needs}” (Reasonable Adjustment, active"
    )
    shown = printed("bars-with-individual-requirement.xml", "referral")
    banner = "*** INDIVIDUAL REQUIREMENTS: make these adjustments ***"
    assert shown.index(banner) < shown.index("Mind:") < shown.index("The referrer says:")
    assert f"! {needs}" in shown


def test_a_referral_says_who_sent_it_whom_to_call_and_by_when():
    shown = printed("30-referral-with-safeguarding-flag.xml", "referral")
    assert "from Sender Organization (ODS RND)" in shown
    assert "Administrative healthcare staff" in shown
    assert "contact by 2023-06-27 12:30" in shown  # by London's clock, where it was summer
    assert "self (rank 1: call back first): 01632 960001" in shown
    assert "Emergency Contact (rank 2)" in shown
    assert "journey d877b820-e72b-44d1-a627-195f54bfc606" in shown


def test_no_input_is_forgotten():
    """Every input of the folder is read or refused by a test above, and is one of a known kind."""
    text = Path(__file__).read_text(encoding="utf-8")
    forgotten = [path.name for path in INPUTS.iterdir() if path.name not in text and "allergy-words" not in path.name]
    assert forgotten == []
    numbers = {path.stem[-2:] for path in INPUTS.glob("20-allergy-words-*")}
    assert numbers == {*SUGGESTED, *NOT_NAMED, "06"}
