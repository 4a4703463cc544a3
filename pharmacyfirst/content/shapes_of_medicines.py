"""The shapes of what stands once in ``pathways/shared/`` for every condition: medicines, definitions and sources."""

from pharmacyfirst.content.sentence_forms import NAME
from pharmacyfirst.content.shape import Shape, named
from pharmacyfirst.content.shapes_of_definitions import DEFINITION
from pharmacyfirst.content.shapes_of_pgds import CAUTION
from pharmacyfirst.content.spellings import EVIDENCE, ID, ONE_SENTENCE, SOURCE, WHEN, WORDS

BAR = Shape(
    "bar", {"says": WORDS, "evidence": EVIDENCE}, {**WHEN, "because": WORDS, "note": WORDS}, one_of=ONE_SENTENCE
)
SHARED_MEDICINE = Shape(
    "file of a medicine",
    {"shared medicine": WORDS, "title": WORDS, "bars": named(BAR, names=NAME)},
    {"cautions": named(CAUTION, names=ID)},
)
SHARED_DEFINITIONS = Shape("file of shared definitions", {"shared definitions": named(DEFINITION, names=NAME)})
SHARED_SOURCES = Shape("file of shared sources", {"shared sources": named(SOURCE)})
