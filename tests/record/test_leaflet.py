"""What patients read: every different line of labels and sheets is of a kind that reads rightly, and no sheet is hard to read."""

import re
from functools import cache
from pathlib import Path

import pytest
from for_patients import HARDEST_ON_AVERAGE, HARDEST_SHEET, average, grade, grades, syllables, told
from paper_records import every_one

# Kinds of lines that read wrongly, each with one that it finds.
WRONG = {
    "one of several": (r"\b1 (?:capsule|tablet|spray|drop|episode|bottle|pack|tube|day|time|week)s\b", "1 capsules"),
    "several of one": (r"\b(?:[2-9]|[1-9][0-9]+) (?:capsule|tablet|spray|drop|bottle|pack|tube|day|time)\b(?!-| course)", "6 capsule"),
    "the pack for directions": (r"^As on the pack", "As on the pack."),
    "a name in Latin": (r"\b(?:[Hh]erpes zoster|otitis media|pharyngitis)\b", "Herpes zoster"),
    "an id": (r"\b[A-Z]{2,4}-[A-Z]+[0-9]+\b", "UTI-R1"),
    "the name of a fact": (r"\b[a-z]+_[a-z_]+\b", "egfr_ml_min"),
    "what only we do not know": (r"\b(?:not known|was not read|open item|transcri)", "The label text was not read."),
    "a document": (r"\b(?:PGD|protocol|SPC|BNF|dm\+d)\b", "as the PGD says"),
    "no sentence": (r"^[a-z]|[^.?!]$", "the product leaflet"),
    "blanks or stops twice": (r"  |\.\.|,,| [.,;]", "Rest.."),
    "words for a professional": (r"\b[Tt]he patient\b|\b[Aa]s appropriate\b|\bas the pharmacist judges\b|\b(?:DRESS|off-label)\b", "The patient was told."),
    "no place to go": (r"\bto: (?:an adult|a baby|a blood count|whoever takes|as |wherever )", "You were sent on to: whoever takes a blood count."),
    "a name alone before what to do": (r"^(?:Dizziness|Breastfeeding\b.*|An? [a-z-]+ diet): ", "Dizziness: do not drive."),
    "a placeholder": (r"[{}<>\[\]]|\bNone\b|\bnull\b", "{dose}"),
}  # fmt: skip
NO_SENTENCES = ("Label: medicine", "Sheet: title")
# It is generated from every case, and a test of the documentation keeps it so.
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lines-for-patients.md").read_text(encoding="utf-8")


def lines_of_the_page():
    """Each line for patients with the part of label or sheet that it stands in."""
    for part in PAGE.split("\n## ")[1:]:
        heading, *rows = part.splitlines()
        yield from ((heading, row.split(" | ")[-1].removesuffix(" |")) for row in rows[3:] if row.startswith("|"))


def test_the_page_of_lines_is_read_whole():
    different = int(re.search(r"the ([0-9]+) different lines", PAGE)[1])
    assert len(list(lines_of_the_page())) == different > 300


@pytest.mark.parametrize("kind", WRONG)
def test_no_line_is_of_a_kind_that_reads_wrongly(kind):
    pattern, example = WRONG[kind]
    assert re.search(pattern, example)
    found = [
        f"{part}: {words}"
        for part, words in lines_of_the_page()
        if words != MARK and re.search(pattern, words) and not (kind == "no sentence" and part in NO_SENTENCES)
    ]
    assert found == []


@cache
def held():
    return told(every_one())


MARK = "TRAINING PATIENT, NOT A REAL PERSON"

# Words by which a line shows of which form it is, and the forms that it fits.
OF_A_FORM = {
    r"\bcapsules?\b": ("capsule",),
    r"\btablets?\b": ("tablet",),
    r"\bliquid\b|\bsuspension\b|\bmade-up\b": ("solution", "suspension"),
    r"\bspray\b": ("spray",),
    r"\bcream\b": ("cream",),
    r"\bdrops\b": ("drops",),
    r"[Ss]wallow .*whole|^Swallow whole": ("capsule", "tablet"),
}


@pytest.mark.parametrize("words", OF_A_FORM)
def test_no_line_about_a_medicine_is_of_another_form(words):
    """A liquid is never swallowed whole. A second guard beside the forms that the content names."""
    forms, seen = OF_A_FORM[words], 0
    for record, labels, sheet in held():
        for supply, label, medicine in zip(record.supplies, labels, sheet.medicines, strict=True):
            about = (*label.advice, label.directions, *medicine.advice, *medicine.effects, medicine.directions)
            told_so = [line for line in about if re.search(words, line)]
            seen += len(told_so)
            assert not told_so or any(form in supply.form for form in forms), (supply.form, told_so)
    assert seen, "no line is of this form: the guard guards nothing"


def test_no_line_stands_twice_on_a_sheet():
    for record, _, sheet in held():
        for medicine in sheet.medicines:
            about = (*medicine.advice, *medicine.effects, *sheet.safety_netting, *sheet.advice)
            assert len(about) == len(set(about)), record.id


def test_the_dose_is_told_once_in_the_directions():
    """Said again it may say something else: until symptoms settle, beside for 7 days."""
    often = re.compile(r"\b(?:once|twice|times) a day\b|\bonce, as one dose\b")
    for heading, words in lines_of_the_page():
        assert bool(often.search(words)) == (heading == "Label: directions"), words


# How hard it is to read


@pytest.mark.parametrize(
    ("word", "many"),
    [("the", 1), ("needed", 2), ("times", 1), ("capsules", 2), ("medicine", 3), ("little", 2), ("severe", 2), ("GP", 1),
     ("3.75", 1), ("blisters", 2)],
)  # fmt: skip
def test_syllables_are_counted_by_rule(word, many):
    assert syllables(word) == many


def test_the_grade_is_that_of_the_formula():
    """Two sentences of six words and one syllable a word: 0.39 x 6 + 11.8 - 15.59."""
    assert grade(["The cat sat on the mat.", "The dog ran to the door."]) == pytest.approx(-1.45)
    assert grade(["Significant deterioration necessitates immediate hospitalisation."]) > 20


def test_no_sheet_is_harder_to_read_than_stated():
    every = [one for some in grades(held()).values() for one in some]
    assert max(every) <= HARDEST_SHEET
    assert average(every) <= HARDEST_ON_AVERAGE
    assert {kind for _, kind in grades(held())} >= {record.kind for record, _, _ in held()}
