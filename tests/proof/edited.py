"""Copies of the shipped content with a small edit, as somebody who writes the next version would make it."""

import shutil

from pharmacyfirst.content.library import pathways_folder

UTI, OTITIS = "uncomplicated-uti", "acute-otitis-media"

DIABETES = """  diabetes:
    called: Diabetes
    ask: Does the patient have diabetes of any type?
    help: 'Any type, however well controlled, in pregnancy too. Pre-diabetes: No, unless the signed PGD says otherwise.'
    answer: yes or no
"""
TYPES_OF_DIABETES = """  diabetes:
    called: Type of diabetes
    ask: Which type of diabetes does the patient have?
    answer: one of
    values:
      type_1:
        says: type 1
        was: yes
      other_type:
        says: any other type
        was: yes
      none:
        says: no diabetes
        was: no
"""


def edited(into, condition, *edits):
    """The folder of a condition in a copy of the content under ``into``; each edit names a file, words that stand there, and new ones.

    The list of what is published is left out: that may not change, and would be refused for it.
    """
    root = into / "pathways"
    for name in (condition, "shared"):
        shutil.copytree(pathways_folder() / name, root / name)
    shutil.copy(pathways_folder() / "invariants.yaml", root)
    for file, words, instead in edits:
        path = root / condition / file
        text = path.read_text(encoding="utf-8")
        assert words in text
        path.write_text(text.replace(words, instead, 1), encoding="utf-8")
    return root / condition


def standing(condition, file, first, last):
    """What stands in a file of the shipped content from some words up to others."""
    text = (pathways_folder() / condition / file).read_text(encoding="utf-8")
    start = text.index(first)
    return text[start : text.index(last, start)]


def uti_without_diabetes(into):
    """Urinary infection as it was before diabetes was excluded: nobody is asked about it."""
    return edited(
        into, UTI,
        ("pathway.yaml", standing(UTI, "pathway.yaml", "    UTI-E3:", "    UTI-E4:"), ""),
        ("pathway.yaml", standing(UTI, "pathway.yaml", "  diabetes:\n", "  pregnancy:\n"), ""),
        ("pathway.yaml", "diabetes, urinary_catheter, ", "urinary_catheter, "),
        ("nitrofurantoin.yaml", standing(UTI, "nitrofurantoin.yaml", "  UTI-NIT-X6:", "  UTI-NIT-X7:"), ""),
    )  # fmt: skip
