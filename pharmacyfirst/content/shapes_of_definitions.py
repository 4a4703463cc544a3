"""The shapes of definitions: those of a condition, and those that several conditions share."""

from pharmacyfirst.content.sentence_forms import NAME
from pharmacyfirst.content.shape import Shape, Under, any_of_shapes, matching
from pharmacyfirst.content.spellings import EVIDENCE, ID, ONE_SENTENCE, REMARKS, WHEN, WORDS

DEFINITION = Shape(
    "definition",
    {"evidence": EVIDENCE},
    {"means": WORDS, "id": matching(ID, "an id"), **WHEN, **REMARKS},
    one_of=ONE_SENTENCE,
)
DEFINITIONS = Under(
    "names, each with `shared` or a block: definition",
    {
        "type": "object",
        "propertyNames": {"pattern": f"^(?:{NAME})$"},
        "additionalProperties": {"anyOf": [{"const": "shared"}, any_of_shapes(DEFINITION)]},
    },
    (DEFINITION,),
    "named",
    "definition",
)
